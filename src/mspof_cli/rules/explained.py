"""Findings beside what councils said of them: which queries are explained, and which explanations no longer fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from mspof_cli.explanations import Explanation, unfit
from mspof_cli.findings import Finding, Severity, Trouble, places_of
from mspof_cli.returns import Return
from mspof_cli.schemas import Rule


def weigh(
    ret: Return, findings: Sequence[Finding], explanations: Sequence[Explanation], tried: Set[str]
) -> tuple[tuple[Finding, ...], tuple[Trouble, ...]]:
    """The findings with the explanations that count, and what is wrong with those that do not.

    ``tried`` are the codes of the rules that could be tried: of no other is it known that nothing was found.
    """
    own = [each for each in explanations if _is_about(each, ret)]
    counting = [each for each in own if not unfit(each.explanation)]
    weighed = tuple(_explained(finding, counting, ret) for finding in findings)
    return weighed, tuple(trouble for each in own for trouble in _wrong_with(each, ret, findings, tried))


def has_more(ret: Return, explanations: Sequence[Explanation]) -> bool:
    """Whether a return is a marked copy with explanations in it that are not among those that were given."""
    given = {(each.code, each.measure, each.explanation) for each in explanations if _is_about(each, ret)}
    return ret.feedback is not None and any(
        (told.finding.code, told.finding.measure or "", told.explanation) not in given
        for told in ret.feedback.queries
        if not unfit(told.explanation)
    )


def _is_about(explanation: Explanation, ret: Return) -> bool:
    """Whether an explanation is by the council of a return, and holds in its period."""
    council, period = ret.who.council, ret.who.period
    if council is None or period is None:
        return False
    codes = (council.ons_code, *council.other_ons_codes)
    return explanation.ons_code.upper() in codes and explanation.period <= period <= explanation.until


def _explained(finding: Finding, explanations: Sequence[Explanation], ret: Return) -> Finding:
    """A finding with its explanation: the latest that fits. Only a query can be explained."""
    if finding.severity is not Severity.QUERY:
        return finding
    fitting = [each for each in explanations if each.is_of(finding) and not _is_stale(each, finding, ret)]
    best = max(fitting, key=lambda each: each.period, default=None)
    return finding._replace(explanation=best.explanation) if best else finding


def _is_stale(explanation: Explanation, finding: Finding, ret: Return) -> bool:
    """Whether the figures have changed since. One that holds for later quarters too is of no one figure."""
    return explanation.period == ret.who.period and explanation.is_of_other_figures(finding)


def _wrong_with(
    explanation: Explanation, ret: Return, findings: Sequence[Finding], tried: Set[str]
) -> Iterator[Trouble]:
    """Why an explanation does not count, in the period that it was given for. A note asks for none, so any will do."""
    if explanation.period != ret.who.period:
        return
    about = [finding for finding in findings if explanation.is_of(finding)]
    facts = {"found": explanation.code, "date": explanation.date or "not dated"}
    why = unfit(explanation.explanation)
    of_rule = [finding for finding in findings if finding.code == explanation.code]
    places = tuple(dict.fromkeys(place for finding in about or of_rule for place in places_of(finding)))
    if not about and of_rule:
        named = f"'{explanation.measure}'" if explanation.measure else "no measure"
        measures = dict.fromkeys(finding.measure for finding in of_rule)
        of = ", ".join(f"'{measure}'" if measure else "no measure" for measure in measures)
        yield Trouble(OF_ANOTHER_MEASURE.code, places, facts={**facts, "measure": named, "measures": of})
    elif not about and explanation.code in tried:
        yield Trouble(GONE.code, facts=facts)
    elif not about or all(finding.severity is Severity.NOTE for finding in about):
        return
    elif any(finding.severity is Severity.ERROR for finding in about):
        yield Trouble(OF_AN_ERROR.code, places, facts=facts)
    elif why:
        yield Trouble(EMPTY.code, places, facts={**facts, "why": why.removesuffix(".")})
    elif all(explanation.is_of_other_figures(finding) for finding in about):
        yield Trouble(OF_OTHER_FIGURES.code, places, facts=facts)


GONE = Rule(
    code="EXP101",
    title="An explanation is of a query that is there",
    severity=Severity.NOTE,
    found="an explanation of {found} ({date})",
    expected="a query {found}",
    message="There is an explanation of {found}, which is not found in this return. It is out of date.",
    fix="You do not need to do anything.",
    because="What was corrected needs no explanation, and an old one must not be published beside new figures.",
    example="an explanation of MSP202, when Q2 was corrected since",
)

OF_OTHER_FIGURES = Rule(
    code="EXP102",
    title="An explanation is of the figures that are there",
    severity=Severity.NOTE,
    found="an explanation of {found} ({date}), with other figures",
    expected="an explanation of these figures",
    message="The figures have changed since {found} was explained, so the explanation no longer counts.",
    fix="Explain the new figures, or correct them.",
    because="What explains some figures need not explain others.",
    example="an explanation of MSP202 when 2 people were missing, and 9 are now",
)

OF_AN_ERROR = Rule(
    code="EXP103",
    title="Errors are corrected, not explained",
    severity=Severity.NOTE,
    found="an explanation of {found} ({date})",
    expected="the error corrected",
    message="{found} is an error, and an error can't be explained away. The explanation was not used.",
    fix="Correct what {found} says, and send the return again.",
    because="Figures that contradict each other can't both be counted, whatever the reason.",
    example="an explanation of MSP101",
)

EMPTY = Rule(
    code="EXP104",
    title="An explanation explains",
    severity=Severity.NOTE,
    found="an explanation of {found} ({date})",
    expected="what lies behind the figures",
    message="The explanation of {found} does not count. {why}.",
    fix="Explain it in a sentence: what happened, and to how many.",
    because="'Checked' or 'ok' says that someone looked. It does not help those who read the figures.",
    example="'ok', 'correct' or 'n/a'",
)

OF_ANOTHER_MEASURE = Rule(
    code="EXP105",
    title="An explanation is of the measure that the query is of",
    severity=Severity.NOTE,
    found="an explanation of {found} ({date}), with {measure}",
    expected="{measures}",
    message="The explanation of {found} was not used. It is with {measure}, but {found} was found with {measures}.",
    fix="Write the measure of the query, as 'mspof validate --format csv' shows it, beside the explanation.",
    because="One rule can ask about several measures, and what explains one need not explain another.",
    example="an explanation of PCT101 with no measure",
)

EXPLAINED: tuple[Rule, ...] = (GONE, OF_OTHER_FIGURES, OF_AN_ERROR, EMPTY, OF_ANOTHER_MEASURE)

# The codes of the notes on explanations of what is still to be corrected or explained.
NOT_COUNTING = frozenset({OF_OTHER_FIGURES.code, OF_AN_ERROR.code, EMPTY.code, OF_ANOTHER_MEASURE.code})

"""Everything that an audience may see of a collated quarter; whatever is written for it knows no more than this."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import polars as pl

from mspof_cli.collation import Collated
from mspof_cli.comparison import beside_england, beside_sac, known_of
from mspof_cli.disclosure import Audience, PlacedAudience, Policy
from mspof_cli.earlier import Earlier
from mspof_cli.findings import Severity
from mspof_cli.measures import PANEL
from mspof_cli.periods import Period
from mspof_cli.protection import Protected, protected
from mspof_cli.questions import State
from mspof_cli.returned import findings, participation, readable
from mspof_cli.returns import Return
from mspof_cli.revisions import marked, revisions
from mspof_cli.rules import WITHOUT_FIGURES, Checked, catalogue
from mspof_cli.sac import EnglandFigure, Sac
from mspof_cli.schemas import Collection
from mspof_cli.trends import trends
from mspof_cli.written import Input, Summary

# What stands for an explanation that speaks of numbers, where those are protected.
WITH_NUMBERS = "The council explained this with figures, which are not shown here."

# What is said where the findings are not.
NOT_TOLD = (
    "What was found in the figures, and what councils said of that, is not here: that a rule found something, or "
    "nothing, can tell what a small number is."
)

NUMBER_WORDS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "once"),
    *("twice", "single", "couple", "pair", "half", "both", "nobody", "none", "nil", "only"),
)
NUMBERS = re.compile(rf"\d|\b({'|'.join(NUMBER_WORDS)})\b", re.IGNORECASE)


class Published(NamedTuple):
    """A quarter for an audience: protected ``measures``, ``trends``, and tables whose columns are headings for people.

    ``participating`` councils took part, of ``on_register``. ``revisions`` are of what was published ``before``, if
    anything was. ``returns``, what became of each file, and ``sac``, exact
    sums of councils, are only there for those who may know exact numbers.
    """

    audience: Audience
    policy: Policy
    collection: Collection
    period: Period
    participating: int
    on_register: int
    measures: Protected
    trends: pl.DataFrame
    revisions: pl.DataFrame | None
    participation: pl.DataFrame
    findings: pl.DataFrame
    coverage: pl.DataFrame
    councils: pl.DataFrame
    explanations: pl.DataFrame
    england: pl.DataFrame
    returns: pl.DataFrame | None
    sac: pl.DataFrame | None
    inputs: tuple[Input, ...]
    before: tuple[Summary, ...]  # for whichever audience
    schemas_sha256: str


def published(
    collated: Collated,
    checked: Iterable[Checked],
    audience: PlacedAudience,
    policy: Policy,
    sac: Sac | None = None,
    england: Sequence[EnglandFigure] = (),
    schemas_sha256: str = "",
    before: Sequence[Earlier] = (),
) -> Published:
    """What an audience may see of a quarter, from every return that was ``checked``; errors as of ``protected``.

    ``before`` are the summaries published earlier, which are known. Figures are compared with those for this audience.

    What is beside SAC are exact sums, which not everybody may know; but everybody knows SAC, so that is reckoned with.
    """
    everything = protected(collated, audience, policy, known_of(collated.returns, sac) if sac else (), before)
    own_before = [each for each in before if each.summary.manifest.audience.slug == audience.slug]
    revised = revisions(everything.table, collated, own_before) if own_before else None
    table = everything.table if revised is None else marked(everything.table, revised)
    own = table.filter(pl.col("level") != PANEL, period=str(collated.period))
    measures = everything._replace(table=own)
    return Published(
        audience=audience,
        policy=policy,
        collection=collated.collection,
        period=collated.period,
        participating=collated.participating,
        on_register=collated.on_register,
        measures=measures,
        trends=trends(table, policy),
        revisions=revised,
        participation=participation(collated.collection, _used(collated)),
        findings=findings(collated.collection, _told(collated, audience), audience),
        coverage=_coverage(collated),
        councils=_councils(collated),
        explanations=_explanations(collated, exact=audience.names_files),
        england=beside_england(collated, measures.table, england),
        returns=_returns(collated) if audience.names_files else None,
        inputs=tuple(sorted(_inputs(collated, named=audience.names_files), key=_order)),
        before=tuple(each.summary for each in before),
        schemas_sha256=schemas_sha256,
        sac=beside_sac(collated, checked, sac) if audience.names_files else None,
    )


def _used(collated: Collated) -> list[Return]:
    return [decision.checked.ret for decision in collated.decisions if decision.used]


def _told(collated: Collated, audience: Audience) -> list[Checked]:
    """The returns of whose findings an audience is told: all, or those that were used."""
    return [each.checked for each in collated.decisions if each.used or audience.names_files]


def _coverage(collated: Collated) -> pl.DataFrame:
    """For each question, how many of the participating councils returned it, in part, or not."""
    rows = []
    for question in collated.collection.question:
        states = [ret.states[question.slug] for ret in _used(collated)]
        counts = (states.count(state) for state in (State.RETURNED, State.INCOMPLETE, State.NOT_RETURNED))
        rows.append((question.label, question.heading, *counts, collated.participating, collated.on_register))
    names = (
        *("Question", "Subject", "Councils answering", "Councils answering in part", "Councils not answering"),
        *("Councils participating", "Councils on the register"),
    )
    return pl.DataFrame(rows, schema=names, orient="row")


def _councils(collated: Collated) -> pl.DataFrame:
    """The councils that took part, by name."""
    rows = sorted(
        (council.name, council.ons_code, council.council_type, council.region_name, questions)
        for ret in _used(collated)
        if (council := ret.who.council)
        for questions in (sum(state is State.RETURNED for state in ret.states.values()),)
    )
    names = ("Council", "ONS code", "Type", "Region", "Questions returned")
    return pl.DataFrame(rows, schema=names, orient="row")


def _explanations(collated: Collated, *, exact: bool) -> pl.DataFrame:
    """What councils said of queries; where numbers are protected, of those that tell none, and without numbers.

    That a council was asked about a figure can tell what it is, whatever it said.
    """
    rows = sorted(_explained(collated, exact=exact))
    names = ("Council", "Rule", "Question", "Query", "Explanation")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _explained(collated: Collated, *, exact: bool) -> Iterator[tuple[str, ...]]:
    rules = catalogue([collated.collection])
    for decision in collated.decisions:
        council = decision.checked.ret.who.council
        for finding in decision.checked.findings if decision.used else ():
            if finding.explanation and council and (exact or finding.code in WITHOUT_FIGURES):
                query = finding.message if exact else rules[finding.code].title
                told = finding.explanation
                if not exact and NUMBERS.search(told):
                    told = WITH_NUMBERS
                yield council.name, finding.code, finding.question or "", query, told


def _inputs(collated: Collated, *, named: bool) -> Iterator[Input]:
    """Every file that was read: those of the quarter, those that only longer periods are made of, and the others."""
    for checked, used, why in (*collated.decisions, *collated.other):
        ret = checked.ret
        own = Input(sha256=ret.sha256, decision="used" if used else "left out")
        if not named:
            yield own
            continue
        council, period, submission = ret.who
        yield Input(
            sha256=own.sha256,
            decision=own.decision,
            file=readable(ret.file),
            council=council.name if council else None,
            period=str(period) if period else None,
            submission=submission,
            why=readable(why),
        )


def _order(each: Input) -> tuple[str, str, str]:
    return each.sha256, each.decision, each.file or ""


def _returns(collated: Collated) -> pl.DataFrame:
    """Every file, whether its figures are in the summary, and why not."""
    rows = []
    for decision in collated.decisions:
        ret, findings = decision.checked.ret, decision.checked.findings
        council, period, submission = ret.who
        rows.append(
            (
                readable(ret.file),
                council.name if council else "not known",
                str(period or "not known"),
                str(submission or "not known"),
                "used" if decision.used else "left out",
                readable(decision.why),
                sum(finding.severity is Severity.QUERY for finding in findings),
                sum(state is State.RETURNED for state in ret.states.values()),
            )
        )
    names = ("File", "Council", "Period", "Submission", "Decision", "Why", "Queries", "Questions returned")
    return pl.DataFrame(rows, schema=names, orient="row")

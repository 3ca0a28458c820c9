"""Every rule, in one list, and how rules turn returns into findings.

A rule is declared with its words in one place: what reading can meet in :mod:`~mspof_cli.rules.files` (the file and
the form) and :mod:`~mspof_cli.rules.answers` (what was filled in); what a function finds in one return in
:mod:`~mspof_cli.rules.alone`, in several files for one quarter in :mod:`~mspof_cli.rules.standing`, in all returns
together in :mod:`~mspof_cli.rules.together`, and beside what SAC published in :mod:`~mspof_cli.rules.beside` (its
words in :mod:`~mspof_cli.rules.published`); what a line says in the collection's ``rules.toml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mspof_cli.cells import Place
from mspof_cli.errors import SchemaError
from mspof_cli.explanations import Explanation
from mspof_cli.findings import Finding, Status, Trouble, addresses, status_of
from mspof_cli.layout import label_key
from mspof_cli.lines import Verdict
from mspof_cli.periods import Period
from mspof_cli.returns import Return
from mspof_cli.rules.alone import ALONE
from mspof_cli.rules.answers import COVER, FIGURES
from mspof_cli.rules.beside import beside_sac
from mspof_cli.rules.explained import EXPLAINED, weigh
from mspof_cli.rules.files import FILE, FORM
from mspof_cli.rules.published import PUBLISHED
from mspof_cli.rules.standing import ANOTHER_PERIOD, SAME_SUBMISSION, STANDING, of_another_period, standing
from mspof_cli.rules.together import TOGETHER
from mspof_cli.rules.tried import Inputs, was_tried
from mspof_cli.sac import Sac
from mspof_cli.schemas import Collection, Rule

GENERAL: tuple[Rule, ...] = (
    *FILE,
    *FORM,
    *COVER,
    *FIGURES,
    *(check.rule for check in ALONE),
    *STANDING,
    ANOTHER_PERIOD,
    *(check.rule for check in TOGETHER),
    *PUBLISHED,
    *EXPLAINED,
)

# The rules on the file, the form and its cover: that one found something, or nothing, tells nothing of the figures.
WITHOUT_FIGURES = frozenset(rule.code for rule in GENERAL if rule.code.startswith(("FILE", "FORM", "COVER")))


def catalogue(collections: Iterable[Collection]) -> dict[str, Rule]:
    """Every rule by code: the general ones, then each collection's own; ``SchemaError`` if two have the same code."""
    rules: dict[str, Rule] = {}
    for rule in (*GENERAL, *(rule for collection in collections for rule in collection.rule)):
        if rules.setdefault(rule.code, rule) is not rule:
            raise SchemaError(f"Two rules have the code {rule.code}.", "Give the collection's rule a code of its own.")
    return rules


class Checked(NamedTuple):
    """A return with its findings, worst first, and the rules that could not be tried on it.

    ``set_aside``: another file counts in its place. ``judged``: its status, where findings were left out since.
    ``put_right``: what the council was told last time and is no longer found; None where that is not known.
    """

    ret: Return
    findings: tuple[Finding, ...]
    not_tried: tuple[str, ...] = ()
    set_aside: bool = False
    judged: Status | None = None
    put_right: tuple[Finding, ...] | None = None

    @property
    def status(self) -> Status:
        """What became of the return, by all of its findings."""
        if self.judged is not None:
            return self.judged
        return status_of(self.findings) if self.ret.form else Status.NOT_READABLE


def check(
    returns: Sequence[Return],
    sac: Sac | None = None,
    explanations: Sequence[Explanation] = (),
    period: Period | None = None,
) -> tuple[Checked, ...]:
    """Every rule on every return, in the order given; those about SAC only where there is something to compare with.

    ``explanations`` are what councils said of queries. ``period`` is the quarter that the returns should be for, if one
    was asked for.
    """
    current, aside = standing(returns)
    met: dict[str, list[Trouble]] = {}
    together = (each for check in TOGETHER for each in check.find(current))
    beside = beside_sac(current, sac) if sac else ()
    others = of_another_period(current, period) if period else ()
    # Where two have the same number, neither is set aside: either may be the one that counts.
    set_aside = {file for file, trouble in aside if trouble.code != SAME_SUBMISSION.code}
    for file, trouble in (*aside, *together, *beside, *others):
        met.setdefault(file, []).append(trouble)
    rules = catalogue({ret.form.collection.slug: ret.form.collection for ret in returns if ret.form}.values())
    checked = (_checked(ret, rules, met.get(ret.file, []), ret.file in set_aside) for ret in returns)
    inputs = Inputs(sac, explanations, period)
    return tuple(_weighed(each, rules, inputs, current) if explanations else each for each in checked)


def _weighed(checked: Checked, rules: Mapping[str, Rule], inputs: Inputs, beside: Sequence[Return]) -> Checked:
    """A return with its queries explained, and a note on every explanation that does not count."""
    ret = checked.ret
    if ret.form is None or checked.set_aside:
        return checked
    tried = {each.code for each in inputs.explanations if was_tried(each.code, ret, checked.not_tried, inputs, beside)}
    findings, troubles = weigh(ret, checked.findings, inputs.explanations, tried)
    return checked._replace(findings=(*findings, *_in_words(checked.ret, rules, troubles)))


def _checked(ret: Return, rules: Mapping[str, Rule], together: list[Trouble], set_aside: bool) -> Checked:
    """One return. Where another file counts in its place, only that is said."""
    if ret.form is None:
        return Checked(ret, _in_words(ret, rules, ret.troubles))
    if set_aside:
        return Checked(ret, _in_words(ret, rules, together), set_aside=True)
    broken, not_tried = _lines(ret)
    alone = (trouble for check in ALONE for trouble in check.find(ret))
    return Checked(ret, _in_words(ret, rules, (*ret.troubles, *alone, *broken, *together)), not_tried)


def verdicts(ret: Return) -> Iterator[tuple[Rule, Verdict]]:
    """What each of the collection's lines says of a return that was read, for its period."""
    assert ret.form is not None
    values = ret.values()
    for rule in ret.form.collection.rule:
        if rule.applies_to(ret.who.period):
            yield rule, rule.parsed.verdict(values)


def _lines(ret: Return) -> tuple[list[Trouble], tuple[str, ...]]:
    """The collection's lines on a return: those that are broken, and the codes of those that could not be tried."""
    values = ret.values()
    broken, not_tried = [], []
    for rule, verdict in verdicts(ret):
        if verdict is Verdict.NOT_TRIED:
            not_tried.append(rule.code)
        elif verdict is Verdict.BROKEN:
            broken.append(Trouble(rule.code, _cells(ret, rule), rule.question, None, _facts(ret, rule, values)))
    return broken, tuple(not_tried)


def _cells(ret: Return, rule: Rule) -> tuple[Place, ...]:
    """The cells that a line speaks of; those of its question where it only asks what was returned."""
    assert ret.form is not None
    names = [name for name in rule.parsed.names if not name.endswith("_returned")]
    figures = ret.form.collection.figures.values()
    return ret.places(names or [figure.name for figure in figures if figure.question == rule.question])


class _Shown(int):
    """A figure that a rule's words can show with its label: ``{not_asked}`` and ``{not_asked.label}``."""

    label: str = ""


def _facts(ret: Return, rule: Rule, values: Mapping[str, int | None]) -> dict[str, object]:
    """What the words of a broken line may use: its figures and totals, and the sides of a single comparison."""
    assert ret.form is not None
    facts: dict[str, object] = {}
    for name, value in values.items():
        if value is not None:
            facts[name] = shown = _Shown(value)
            if name in ret.form.collection.figures:
                shown.label = ret.form.label_of(name)
    sides = rule.parsed.sides(values)
    return facts | sides | {"found": sides.get("left"), "expected": rule.parsed.expectation().format_map(sides)}


def _in_words(ret: Return, rules: Mapping[str, Rule], troubles: Iterable[Trouble]) -> tuple[Finding, ...]:
    """Troubles as findings, worst first, without those that are only a consequence of another."""
    troubles = list(troubles)
    hidden = {(code, trouble.question) for trouble in troubles for code in rules[trouble.code].hides}
    shown = [
        trouble
        for trouble in troubles
        if (trouble.code, trouble.question) not in hidden and not _speaks_of_a_lost_line(trouble)
    ]
    sheets = [label_key(plan.sheet) for plan in ret.form.sheets] if ret.form else []

    def order(trouble: Trouble) -> tuple[int, str, int, int, int, str]:
        """The worst first, those of one rule together, and in the order of the form."""
        place = trouble.places[0] if trouble.places else None
        at = (sheets.index(label_key(place.sheet)), place.row, place.column) if place else (-1, 0, 0)
        return (rules[trouble.code].severity.rank, trouble.code, *at, trouble.measure or "")

    return tuple(_finding(ret, rules[trouble.code], trouble) for trouble in sorted(shown, key=order))


def _speaks_of_a_lost_line(trouble: Trouble) -> bool:
    """Whether a trouble is with a line of the cover whose label was not found, which FORM102 or FORM103 says."""
    return trouble.code.startswith("COVER") and not trouble.places


def _finding(ret: Return, rule: Rule, trouble: Trouble) -> Finding:
    sheet, cells = addresses(trouble.places)
    question = ret.form.collection.questions[trouble.question].label if ret.form and trouble.question else None
    words = [text.format_map(trouble.facts) for text in (rule.found, rule.expected, rule.message, rule.fix)]
    found, expected, message, fix = words
    return Finding(rule.code, rule.severity, question, trouble.measure, sheet, cells, found, expected, message, fix)

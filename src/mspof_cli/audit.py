"""Summaries attacked from themselves alone: what somebody who has only their files can work out of small numbers.

Unknown are the figures of every council that took part. Known are the numbers of each quarter as they are shown, which
council returned which question, and the rules that every accepted return keeps. A hidden number is known to be small,
unless some are hidden to protect others: then nobody can tell which those are. Numbers of longer spans and of earlier
quarters also have figures in them that the files say nothing of, and are left out; so is a number of which the files do
not say for certain whose figures it is the sum of. Who writes a summary knows all of that, and attacks it with more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import permutations
from typing import NamedTuple

from mspof_cli.attack import Attack
from mspof_cli.disclosure import MISSING, Policy, publish, published_interval
from mspof_cli.errors import ErrorsFound, UsageError
from mspof_cli.intervals import Interval
from mspof_cli.measures import LEVELS, QUARTER, Measure, measures_of
from mspof_cli.questions import State
from mspof_cli.schemas import Collection, Council
from mspof_cli.sums import Row, areas_of, sums_of_rules
from mspof_cli.worlds import Problem, Sum
from mspof_cli.written import Summary


class Audit(NamedTuple):
    """What came of it: how many numbers were attacked, which of them can be told too exactly, and other faults."""

    attacked: int
    used: int
    exposed: Mapping[str, Interval]
    faults: tuple[str, ...]


class _Known:
    """Councils' figures, by number, and what the files tell of sums of them."""

    def __init__(self, summaries: Iterable[Summary], collection: Collection, councils: Iterable[Council]) -> None:
        self._collection = collection
        self._councils = {council.ons_code: council for council in councils}
        self.names: list[str] = []
        self._cells: dict[tuple[str, str, str], int] = {}
        self.sums: list[Sum] = []
        self.targets: dict[int, str] = {}
        self._numbers: dict[tuple[int, ...], int] = {}
        for summary in summaries:
            self._add_cells(summary)
            for measure in measures_of(collection):
                for row, told in summary.rows.items():
                    if _is_of(summary, row, measure) and (codes := self._behind(summary, row, told, measure)):
                        self._add(summary, row, told, measure, codes)
        for cell, name in enumerate(self.names):
            self.targets[self._number((cell,), None)] = name
        returned = {(when, code) for when, code, _ in self._cells}
        self.sums += sums_of_rules((partial(self._cells_of, *each) for each in sorted(returned)), collection)

    def _add_cells(self, summary: Summary) -> None:
        """The figures of every council in a summary, which may be in another of the quarter too."""
        if unknown := sorted(set(summary.returned) - set(self._councils)):
            problem = f"'{summary.folder}' has a council that is not in the register: {unknown[0]}."
            raise UsageError(problem, "Give the schemas that it was made by: --schemas FOLDER.")
        when = str(summary.period)
        for code, questions in summary.returned.items():
            for figure in self._collection.figures.values():
                key = (when, code, figure.name)
                label = self._collection.questions[figure.question].label
                if questions.get(label) == State.RETURNED.value and key not in self._cells:
                    self._cells[key] = len(self.names)
                    self.names.append(f"{figure.name} of {self._councils[code].name}, {when}")

    def _behind(self, summary: Summary, row: Row, told: Mapping[str, str], measure: Measure) -> list[str]:
        """The councils that a row is the sum of; none where the files do not say for certain."""
        area = (row.level, row.ons_code, row.name)
        needed = measure.numerator + measure.denominator
        codes = [
            code
            for code in summary.returned
            if area in areas_of(self._councils[code]) and self._cells_of(row.period, code, needed) is not None
        ]
        return codes if told["councils"] == str(len(codes)) else []

    def _add(self, summary: Summary, row: Row, told: Mapping[str, str], measure: Measure, codes: Iterable[str]) -> None:
        policy = summary.manifest.policy
        for part, names in (("numerator", measure.numerator), ("denominator", measure.denominator)):
            cells = tuple(self._cells[row.period, code, name] for code in codes for name in names)
            if not cells or told[part] in MISSING:
                continue
            is_hidden = told[part] == policy.symbol
            tells = not (is_hidden and _tells_nothing(summary, told))
            number = self._number(cells, published_interval(told[part], policy) if tells else None)
            if is_hidden:
                self.targets.setdefault(number, f"{row.measure} ({part}), {row.name}, {row.period}")

    def _number(self, cells: tuple[int, ...], known: Interval | None) -> int:
        """The number of a sum, of which this is known too."""
        number = self._numbers.setdefault(tuple(sorted(cells)), len(self.sums))
        if number == len(self.sums):
            self.sums.append(Sum(cells, (), None))
        before = self.sums[number].known
        self.sums[number] = self.sums[number]._replace(known=before & known if before and known else before or known)
        return number

    def _cells_of(self, when: str, code: str, names: Iterable[str]) -> tuple[int, ...] | None:
        """The cells of figures of a council; None unless it returned all of them."""
        keys = [(when, code, name) for name in names]
        return tuple(self._cells[key] for key in keys) if all(key in self._cells for key in keys) else None

    def world(self) -> list[int]:
        """Figures that fit everything that is known; ``ErrorsFound`` if there are none."""
        known = {number: each for number, each in enumerate(self.sums) if each.known is not None}
        problem = Problem(dict.fromkeys(range(len(self.names)), Interval(0)), known)
        world = problem.world({})
        if world is None:
            raise ErrorsFound(
                "The figures contradict each other.",
                "Collate again: they can't be what 'mspof collate' wrote, all of the same returns.",
            )
        return [world[cell] for cell in range(len(self.names))]


def audit(summaries: Sequence[Summary], collection: Collection, councils: Iterable[Council]) -> Audit:
    """Attack summaries together from their files alone. ``councils`` are those of the register, of any date.

    ``UsageError`` if nothing is protected in one, they are not of one collection and policy, two of one quarter are not
    of the same returns, or a council is in no register; ``ErrorsFound`` if their figures contradict each other.
    """
    policy = summaries[0].manifest.policy
    first = {each.period: each for each in reversed(summaries)}
    for each in summaries:
        if each.manifest.policy.base == 1:
            problem = f"'{each.folder}' has exact numbers: nothing is hidden in it that could be worked out."
            raise UsageError(problem, "Give a folder for the public, or for participants.")
        if (each.manifest.policy, each.manifest.collection) != (policy, collection.slug):
            problem = f"'{each.folder}' is of another collection than '{summaries[0].folder}', or protected otherwise."
            raise UsageError(problem, "Give folders of one collection and one policy.")
        if each.manifest.used() != first[each.period].manifest.used():
            problem = (
                f"'{each.folder}' and '{first[each.period].folder}' are of one quarter, but not of the same returns."
            )
            raise UsageError(problem, "Give one of the two.")
    known = _Known(summaries, collection, councils)
    exposed: dict[str, Interval] = {}
    if known.names:
        world = known.world()
        cells = [Interval(0)] * len(world)
        attack = Attack(world, cells, known.sums, known.targets)
        narrow = attack.narrow(known.targets, policy.possible)
        exposed = {known.targets[n]: bounds for n, bounds in narrow.items() if bounds.low <= policy.hidden_to}
    used = sum(each.known is not None for each in known.sums)
    faults = [fault for each in summaries for fault in _faults(each, policy)]
    faults += (_not_reckoned_with(*pair) for pair in _pairs(summaries))
    return Audit(len(known.targets), used, exposed, tuple(dict.fromkeys(faults)))


def _pairs(summaries: Sequence[Summary]) -> Iterator[tuple[Summary, Summary]]:
    """Summaries of two quarters for one audience, with returns in common, that do not reckon with each other."""
    for one, other in permutations(summaries, 2):
        alike = one.manifest.audience == other.manifest.audience and one.period < other.period
        reckoned = _reckons_with(one, other) or _reckons_with(other, one)
        if alike and one.manifest.used() & other.manifest.used() and not reckoned:
            yield one, other


def _reckons_with(one: Summary, other: Summary) -> bool:
    return other.manifest_sha256 in {each.manifest_sha256 for each in one.manifest.before}


def _not_reckoned_with(one: Summary, other: Summary) -> str:
    return f"'{other.folder}' was written without --previous '{one.folder}': small numbers may be worked out of both."


def _is_of(summary: Summary, row: Row, measure: Measure) -> bool:
    """Whether a row is a measure of the summary's own quarter."""
    mine = (row.measure, row.respondent) == (measure.slug, measure.respondent or "")
    return mine and (row.period, row.span) == (str(summary.period), QUARTER) and row.level in LEVELS


def _tells_nothing(summary: Summary, told: Mapping[str, str]) -> bool:
    """Whether a symbol in a row may be there for another reason than that the number is small."""
    manifest = summary.manifest
    return manifest.hidden_further != 0 or int(told["councils"]) < manifest.audience.councils


def _faults(summary: Summary, policy: Policy) -> Iterator[str]:
    """Numbers that the policy would not have shown."""
    for row, told in summary.rows.items():
        where = f"{row.measure}, {row.name}, {row.period} {row.span.replace('_', ' ')}"
        parts = [told["numerator"], told["denominator"]]
        for shown in parts:
            if shown.isdecimal() and publish(int(shown), policy) != shown:
                yield f"{where}: {shown} is not as the policy shows numbers."
        if policy.symbol in parts and told["value"].replace(".", "", 1).isdecimal():
            yield f"{where}: a percentage is shown though a part of it is hidden."
        elif "." in told["value"]:
            yield f"{where}: the percentage is more exact than its numbers."

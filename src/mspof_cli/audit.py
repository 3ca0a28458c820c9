"""A summary attacked from itself alone: what somebody who has nothing but its files can work out of small numbers.

Unknown are the figures of every council that took part. Known are the numbers of the quarter as they are shown, which
council returned which question, and the rules that every accepted return keeps. A hidden number is known to be small,
unless some are hidden to protect others: then nobody can tell which those are. Numbers of longer spans and of earlier
quarters also have figures in them that the files say nothing of, and are left out; so is a number of which the files do
not say for certain whose figures it is the sum of. Who writes a summary knows all of that, and attacks it with more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
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

    def __init__(self, summary: Summary, collection: Collection, councils: Iterable[Council]) -> None:
        self.policy, self._summary = summary.manifest.policy, summary
        self._councils = {council.ons_code: council for council in councils}
        self.names: list[str] = []
        self._cells: dict[tuple[str, str], int] = {}
        self.sums: list[Sum] = []
        self.targets: dict[int, str] = {}
        if unknown := sorted(set(summary.returned) - set(self._councils)):
            problem = f"'{summary.folder}' has a council that is not in the register: {unknown[0]}."
            raise UsageError(problem, "Give the schemas that it was made by: --schemas FOLDER.")
        for code, questions in summary.returned.items():
            for figure in collection.figures.values():
                if questions.get(collection.questions[figure.question].label) == State.RETURNED.value:
                    self._cells[code, figure.name] = len(self.names)
                    self.names.append(f"{figure.name} of {self._councils[code].name}")
        for measure in measures_of(collection):
            for row, told in summary.rows.items():
                if self._is_of(row, measure) and (codes := self._behind(row, told, measure)):
                    self._add(row, told, measure, codes)
        self.sums += sums_of_rules((partial(self._cells_of, code) for code in summary.returned), collection)
        for cell, name in enumerate(self.names):
            self.targets[len(self.sums)] = name
            self.sums.append(Sum((cell,), (), None))

    def _is_of(self, row: Row, measure: Measure) -> bool:
        when = (str(self._summary.period), QUARTER)
        mine = (row.measure, row.respondent) == (measure.slug, measure.respondent or "")
        return mine and (row.period, row.span) == when and row.level in LEVELS

    def _behind(self, row: Row, told: Mapping[str, str], measure: Measure) -> list[str]:
        """The councils that a row is the sum of; none where the files do not say for certain."""
        area = (row.level, row.ons_code, row.name)
        needed = measure.numerator + measure.denominator
        codes = [
            code
            for code in self._summary.returned
            if area in areas_of(self._councils[code]) and self._cells_of(code, needed) is not None
        ]
        return codes if told["councils"] == str(len(codes)) else []

    def _add(self, row: Row, told: Mapping[str, str], measure: Measure, codes: Iterable[str]) -> None:
        for part, names in (("numerator", measure.numerator), ("denominator", measure.denominator)):
            cells = tuple(self._cells[code, name] for code in codes for name in names)
            if not cells or told[part] in MISSING:
                continue
            is_hidden = told[part] == self.policy.symbol
            if is_hidden:
                self.targets[len(self.sums)] = f"{row.measure} ({part}), {row.name}"
            tells = not (is_hidden and self._tells_nothing(told))
            self.sums.append(Sum(cells, (), published_interval(told[part], self.policy) if tells else None))

    def _tells_nothing(self, told: Mapping[str, str]) -> bool:
        """Whether a symbol in a row may be there for another reason than that the number is small."""
        manifest = self._summary.manifest
        return manifest.hidden_further != 0 or int(told["councils"]) < manifest.audience.councils

    def _cells_of(self, code: str, names: Iterable[str]) -> tuple[int, ...] | None:
        """The cells of figures of a council; None unless it returned all of them."""
        keys = [(code, name) for name in names]
        return tuple(self._cells[key] for key in keys) if all(key in self._cells for key in keys) else None

    def world(self) -> list[int]:
        """Figures that fit everything that is known; ``ErrorsFound`` if there are none."""
        known = {number: each for number, each in enumerate(self.sums) if each.known is not None}
        problem = Problem(dict.fromkeys(range(len(self.names)), Interval(0)), known)
        world = problem.world({})
        if world is None:
            raise ErrorsFound(
                f"The figures in '{self._summary.folder}' contradict each other.",
                "Collate again: they can't be what 'mspof collate' wrote.",
            )
        return [world[cell] for cell in range(len(self.names))]


def audit(summary: Summary, collection: Collection, councils: Iterable[Council]) -> Audit:
    """Attack a summary from its files alone. ``councils`` are those of the register, of any date.

    ``UsageError`` if nothing is protected in it, or a council is in no register; ``ErrorsFound`` if its figures
    contradict each other.
    """
    policy = summary.manifest.policy
    if policy.base == 1:
        problem = f"'{summary.folder}' has exact numbers: nothing is hidden in it that could be worked out."
        raise UsageError(problem, "Give a folder for the public, or for participants.")
    known = _Known(summary, collection, councils)
    exposed: dict[str, Interval] = {}
    if known.names:
        world = known.world()
        cells = [Interval(0)] * len(world)
        attack = Attack(world, cells, known.sums, known.targets)
        narrow = attack.narrow(known.targets, policy.possible)
        exposed = {known.targets[n]: bounds for n, bounds in narrow.items() if bounds.low <= policy.hidden_to}
    used = sum(each.known is not None for each in known.sums)
    return Audit(len(known.targets), used, exposed, tuple(_faults(summary, policy)))


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

"""What someone who reads everything that is published can work out of a number that is not: its bounds.

A world is a set of counts that fits everything known: every sum that is published, as far as it was rounded, and every
rule that returns keep. The counts that were returned are one world. A hidden number can be whatever it is in any of
them, so worlds in which it is far apart prove that nobody can pin it down. Where none is found, the number is
protected further, or nothing is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mspof_cli.intervals import Interval
from mspof_cli.nearby import Nearby
from mspof_cli.worlds import Problem, Sum

# How many cells may differ from the real ones when one number is looked at, at first and at last. Where more are
# connected, worlds further away are not looked for, lest it takes too long: then more may be protected than need be.
NEAR = (300, 1000)

# How many sums are tried one by one, when something must be hidden, before the first of them is.
TRIED = 12


class Attack:
    """Cells, each with what it can be at most, and everything that is known of sums of them."""

    def __init__(
        self, real: Sequence[int], cells: Sequence[Interval], sums: Sequence[Sum], targets: Iterable[int]
    ) -> None:
        """``real`` are the counts; ``targets`` are the sums whose bounds will be asked for."""
        self.sums = list(sums)
        self._known = [each.known for each in sums]
        self._value = [each.of(real) for each in sums]
        self._bounds = {number: Interval.exactly(value) for number, value in enumerate(self._value)}
        self._real, self._cells = real, cells
        self._within: list[list[int]] = [[] for _ in cells]
        self._targets: list[list[int]] = [[] for _ in cells]
        for number in sorted(set(targets)):
            for cell in self.sums[number].weights:
                self._targets[cell].append(number)
        for number, each in enumerate(sums):
            if each.known is not None:
                for cell in each.cells:
                    self._within[cell].append(number)
        self._nearby = Nearby(real, cells, self.sums, self._within)

    def hide(self, number: int) -> None:
        """Take a sum out of what is known."""
        self._known[number] = None
        self._nearby.know(number, None)

    def _widen(self, number: int, value: int) -> None:
        before = self._bounds[number]
        assert before.high is not None
        self._bounds[number] = Interval(min(before.low, value), max(before.high, value))

    def narrow(self, targets: Iterable[int], possible: int) -> dict[int, Interval]:
        """The targets whose bounds hold fewer whole numbers than asked for, with those bounds."""
        return {target: self._bounds[target] for target in targets if not self.is_safe(target, possible)}

    def is_safe(self, target: int, possible: int) -> bool:
        """Whether a target's bounds are wide; what is near the real world is looked at first, because it is quick."""
        self._look_nearby(target, possible)
        for size in NEAR:
            if not _is_wide(self._bounds[target], possible):
                self.bounds(target, possible, self.near(target, size))
        return _is_wide(self._bounds[target], possible)

    def _look_nearby(self, target: int, possible: int) -> None:
        """Widen a target's bounds without a solver, as far as that is possible, and those of others on the way."""
        if not _is_wide(self._bounds[target], possible):
            for moved in self._nearby.worlds(self.sums[target], possible):
                for other, by in self._changes_of_targets(moved).items():
                    self._widen(other, self._value[other] + by)
                if _is_wide(self._bounds[target], possible):
                    return

    def _changes_of_targets(self, moved: Mapping[int, int]) -> dict[int, int]:
        """How much each target differs if some cells do."""
        changes: dict[int, int] = {}
        for cell, by in moved.items():
            for target in self._targets[cell]:
                changes[target] = changes.get(target, 0) + self._nearby.weight(target, cell) * by
        return changes

    def bounds(self, target: int, possible: int, problem: Problem) -> Interval:
        """The least and the most that a sum is in any world; no further apart than as many numbers as asked for."""
        for towards in (-1, 1):
            found = self._bounds[target]
            if _is_wide(found, possible):
                break
            assert found.high is not None
            aim = {cell: weight * towards for cell, weight in self.sums[target].weights.items()}
            if world := problem.world(aim, below=found.low if towards == 1 else -found.high):
                self._widen(target, self.sums[target].of(world))
        return self._bounds[target]

    def near(self, target: int, size: int) -> Problem:
        """The worlds near the real one: others differ from it only in some cells, about so many, around a target."""
        cells = {cell: self._cells[cell] for cell in self._around(target, size)}
        numbers = sorted({number for cell in cells for number in self._within[cell]})
        sums = {}
        for number in numbers:
            each, known = self.sums[number], self._known[number]
            if known is not None:
                plus, minus = (tuple(cell for cell in part if cell in cells) for part in (each.plus, each.minus))
                rest = each.of(self._real) - Sum(plus, minus, None).of(self._real)
                high = None if known.high is None else known.high - rest
                sums[number] = Sum(plus, minus, Interval(known.low - rest, high))
        return Problem(cells, sums)

    def pinning(self, target: int, problem: Problem) -> list[int]:
        """The sums about to be published that a target's bounds follow from, from the smallest to the largest."""
        found = {
            number
            for towards in (-1, 1)
            for number in problem.binding({cell: n * towards for cell, n in self.sums[target].weights.items()})
        }
        candidates = [number for number in found if self.sums[number].can_hide]
        # Where bounds follow from numbers being whole, or from rules, whatever is known nearby is suspected.
        candidates = candidates or [number for number in problem.known if self.sums[number].can_hide]
        return sorted(candidates, key=lambda number: (len(self.sums[number].plus), number))

    def is_enough(self, number: int, target: int, possible: int, problem: Problem) -> bool:
        """Whether a target could not be pinned down if a sum were hidden. Nothing is changed."""
        bounds = self._bounds[target]
        known = problem.know(number, None)
        enough = _is_wide(self.bounds(target, possible, problem), possible)
        problem.know(number, known)
        self._bounds[target] = bounds  # worlds that were only possible without it are forgotten
        return enough

    def _around(self, target: int, size: int) -> dict[int, None]:
        """The cells of a target, then those of the smallest sums that have any of them, and so on."""
        around, last = dict.fromkeys(self.sums[target].cells), self.sums[target].cells
        while last and len(around) <= size:
            sums = {number for cell in last for number in self._within[cell]}
            last = ()
            for number in sorted(sums, key=lambda number: (len(self.sums[number].plus), number)):
                more = tuple(cell for cell in self.sums[number].cells if cell not in around)
                around.update(dict.fromkeys(more))
                last += more
                if len(around) > size:
                    break
        return around


def _is_wide(bounds: Interval, possible: int) -> bool:
    return bounds.high is None or bounds.high - bounds.low + 1 >= possible


class Protection(NamedTuple):
    """The sums that are hidden further, and those that can be worked out whatever is hidden, with their bounds."""

    hidden: frozenset[int]
    exposed: Mapping[int, Interval]


def protect(attack: Attack, targets: Iterable[int], possible: int) -> Protection:
    """Hide sums until the bounds of each target are wide enough.

    What is hidden for it is not small itself: if it can be worked out, it was not enough, and more is hidden.
    """
    hidden: list[int] = []
    exposed: list[int] = []
    for target in targets:
        while not attack.is_safe(target, possible):
            number = _to_hide(attack, target, possible)
            if number is None:
                exposed.append(target)
                break
            attack.hide(number)
            hidden.append(number)
    return Protection(frozenset(hidden), attack.narrow(exposed, possible))


def _to_hide(attack: Attack, target: int, possible: int) -> int | None:
    """The smallest sum without which a target can't be pinned down, or else the smallest of those that pin it down."""
    problem = attack.near(target, NEAR[0])
    candidates = attack.pinning(target, problem)
    enough = (number for number in candidates[:TRIED] if attack.is_enough(number, target, possible, problem))
    return next(enough, candidates[0] if candidates else None)

"""Worlds that differ from the real one in a few cells, found without a solver.

One cell of a number is changed. Whatever no longer fits is repaired by changing another cell back, and so on. Almost
every number that is safe is shown to be so in this way; that one is not proves nothing.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import chain, cycle, islice

from mspof_cli.intervals import Interval
from mspof_cli.worlds import Sum

# How many changes are made at most, among how many cells the next is chosen, and for how many changes one that was
# changed is left alone.
CHANGES, WEIGHED, LEFT_ALONE = 60, 60, 8

# How often a world is looked for that takes a number as far as is asked for, from one after another of its cells.
STARTS = 16

UNKNOWN = 1 << 60

SEED = 1


class Nearby:
    """The real counts, and how far each known sum of them could be from what it is."""

    def __init__(
        self, real: Sequence[int], cells: Sequence[Interval], sums: Sequence[Sum], within: Sequence[Sequence[int]]
    ) -> None:
        """``within`` are, for each cell, the numbers of the known ``sums`` that it is in."""
        self._real, self._cells, self._sums, self._within = real, cells, sums, within
        self._chance = random.Random(SEED)  # noqa: S311  no secret depends on it
        self._down, self._up = [UNKNOWN] * len(sums), [UNKNOWN] * len(sums)
        self._odd = {number: each.weights for number, each in enumerate(sums) if each.is_odd}
        for number, each in enumerate(sums):
            self.know(number, each.known)

    def know(self, number: int, known: Interval | None) -> None:
        """What is known of a sum from now on."""
        value = self._sums[number].of(self._real) if known else 0
        self._down[number] = value - known.low if known else UNKNOWN
        self._up[number] = UNKNOWN if known is None or known.high is None else known.high - value

    def worlds(self, target: Sum, possible: int) -> Iterator[Mapping[int, int]]:
        """Worlds in which a sum differs, by less than ``possible``: the cells that are changed, each by how much."""
        for size in range(1, possible):
            for by in (size, -size):
                starts = [cell for cell, weight in target.weights.items() if weight == 1 and self._can_be(cell, by)]
                worlds = (self._repaired(cell, by, target.cells) for cell in islice(cycle(starts), STARTS))
                if world := next(filter(None, worlds), None):
                    yield world

    def _can_be(self, cell: int, by: int) -> bool:
        return self._real[cell] + by in self._cells[cell]

    def _repaired(self, cell: int, by: int, fixed: Iterable[int]) -> dict[int, int] | None:
        """A world in which a cell is changed, and none of the fixed but some of the others, so that it fits.

        The fixed are the target's cells, so that it differs by as much as was asked for.
        """
        change: dict[int, int] = {}
        moved: dict[int, int] = {}
        broken: set[int] = set()
        last: deque[int] = deque(maxlen=LEFT_ALONE)
        for _ in range(CHANGES):
            for number in self._within[cell]:
                change[number] = change.get(number, 0) + self.weight(number, cell) * by
                (broken.add if self._excess(number, change[number]) else broken.discard)(number)
            moved[cell] = moved.get(cell, 0) + by
            last.append(cell)
            if not broken:
                return moved
            number = min(broken, key=lambda number: (len(self._sums[number].plus), number))
            repairs = list(islice(self._repairs(number, change[number], moved, {*fixed, *last}), WEIGHED))
            if not repairs:
                return None
            cell, by = min(repairs, key=lambda repair: self._worse(repair[0], repair[1], change))
        return None

    def weight(self, number: int, cell: int) -> int:
        """How often a cell counts in a sum that it is in; less than 0 if it is taken away."""
        return self._odd[number][cell] if number in self._odd else 1

    def _excess(self, number: int, by: int) -> int:
        """How far a sum that is changed is from what is known of it."""
        return max(0, by - self._up[number], -by - self._down[number])

    def _worse(self, cell: int, by: int, change: Mapping[int, int]) -> int:
        """How much further all sums are from what is known of them, if a cell is changed as well.

        This is where the time goes, so nothing is called.
        """
        worse, odd, ups, downs = 0, self._odd, self._up, self._down
        for number in self._within[cell]:
            before = change.get(number, 0)
            after = before + (odd[number][cell] * by if number in odd else by)
            up, down = ups[number], -downs[number]
            if after > up:
                worse += after - up
            elif after < down:
                worse += down - after
            if before > up:
                worse -= before - up
            elif before < down:
                worse -= down - before
        return worse

    def _repairs(
        self, number: int, change: int, moved: Mapping[int, int], left_alone: Set[int]
    ) -> Iterator[tuple[int, int]]:
        """Cells, with a change, that bring a sum to what is known of it, or nearer by one."""
        back = -self._excess(number, change) if change > 0 else self._excess(number, change)
        steps = [back, -1 if change > 0 else 1] if abs(back) > 1 else [back]
        cells = self._sums[number].cells
        first = self._chance.randrange(len(cells))
        for cell in chain(islice(cells, first, None), islice(cells, first)):
            weight = self.weight(number, cell)
            for step in steps if weight and cell not in left_alone else ():
                by = step if weight > 0 else -step
                if self._can_be(cell, moved.get(cell, 0) + by):
                    yield cell, by

"""Worlds: sets of counts that fit everything that is known of sums of them, found by a solver and checked afterwards.

The solver is HiGHS, of the University of Edinburgh, which solves problems in whole numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import highspy
import numpy as np

from mspof_cli.intervals import Interval

# The search may stop early; what is found is a world all the same.
SETTINGS = {"output_flag": False, "log_to_console": False, "threads": 1, "mip_max_nodes": 200, "mip_rel_gap": 0.0}
NOTHING = 1e-7


class Sum(NamedTuple):
    """Cells that are added up, at least one, less those of ``minus``, and what is known of the result, if anything.

    ``can_hide`` is whether it is about to be published, and need not be.
    """

    plus: tuple[int, ...]
    minus: tuple[int, ...]
    known: Interval | None
    can_hide: bool = False

    def of(self, counts: Sequence[int]) -> int:
        return sum(counts[cell] for cell in self.plus) - sum(counts[cell] for cell in self.minus)

    @property
    def cells(self) -> tuple[int, ...]:
        return self.plus + self.minus

    @property
    def is_odd(self) -> bool:
        """Whether not every cell counts once."""
        return bool(self.minus) or len(set(self.plus)) < len(self.plus)

    @property
    def weights(self) -> Counter[int]:
        """How often each cell counts; less than 0 for what is taken away."""
        weights = Counter(self.plus)
        weights.subtract(self.minus)
        return weights


class Problem:
    """Cells that are connected, with what is known of sums of them, before the solver."""

    def __init__(self, cells: Mapping[int, Interval], sums: Mapping[int, Sum]) -> None:
        """``cells``, by number, are what each can be at most; ``sums``, by number, are all known."""
        self._place = {cell: place for place, cell in enumerate(cells)}
        self._rows = {number: row for row, number in enumerate(sums)}
        self._known = {number: each.known for number, each in sums.items()}
        self._members = {number: self._sparse(each.weights) for number, each in sums.items()}
        self._solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in SETTINGS.items():
            self._solver.setOptionValue(name, value)
        self._every = np.arange(len(cells), dtype=np.int32)
        for can_be in cells.values():
            self._solver.addVar(can_be.low, _most(can_be))
        whole = np.full(len(cells), highspy.HighsVarType.kInteger)
        self._solver.changeColsIntegrality(len(cells), self._every, whole)
        for number, each in sums.items():
            assert each.known is not None
            places, weights = self._members[number]
            self._solver.addRow(each.known.low, _most(each.known), len(places), places, weights.astype(float))

    def _sparse(self, weights: Mapping[int, float]) -> tuple[np.ndarray, np.ndarray]:
        places = np.array([self._place[cell] for cell in weights], dtype=np.int32)
        return places, np.array(list(weights.values()))

    def know(self, number: int, known: Interval | None) -> Interval | None:
        """What is known of a sum from now on; gives what was known before."""
        before = self._known.get(number)
        if number in self._rows:
            self._known[number] = known
            least, most = (known.low, _most(known)) if known else (-highspy.kHighsInf, highspy.kHighsInf)
            self._solver.changeRowBounds(self._rows[number], least, most)
        return before

    @property
    def known(self) -> list[int]:
        """The sums of which anything is known."""
        return [number for number, known in self._known.items() if known is not None]

    def world(self, aim: Mapping[int, float], below: float = highspy.kHighsInf) -> World | None:
        """A world that is far in the direction of an aim, a weight for each cell: the less the weighted sum the better.

        None if the solver finds none with a sum of less than ``below``, or if what it finds does not fit when it is
        checked in whole numbers. That there is none is most often plain, and soon, where halves are counted.
        """
        if self._least(aim) > below - 1 + NOTHING:
            return None
        self._towards(aim, in_whole_numbers=True)
        self._solver.run()
        solution = self._solver.getSolution()
        if not solution.value_valid:
            return None
        counts = np.rint(np.array(solution.col_value)).astype(np.int64)
        return World(self._place, counts) if self._fits(counts) else None

    def binding(self, aim: Mapping[int, float]) -> list[int]:
        """The sums without which there might be worlds further in the direction of an aim, if halves were counted."""
        self._least(aim)
        duals = self._solver.getSolution().row_dual
        return [number for number, row in self._rows.items() if abs(duals[row]) > NOTHING]

    def _least(self, aim: Mapping[int, float]) -> float:
        """The least that a weighted sum can be, if halves are counted; without end if the solver does not say."""
        self._towards(aim, in_whole_numbers=False)
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return -float(highspy.kHighsInf)
        return float(self._solver.getInfo().objective_function_value)

    def _towards(self, aim: Mapping[int, float], *, in_whole_numbers: bool) -> None:
        costs = np.zeros(len(self._every))
        places, weights = self._sparse(aim)
        costs[places] = weights
        self._solver.changeColsCost(len(costs), self._every, costs)
        self._solver.setOptionValue("solve_relaxation", not in_whole_numbers)

    def _fits(self, counts: np.ndarray) -> bool:
        return all(
            int(counts[places] @ weights) in known
            for number, (places, weights) in self._members.items()
            if (known := self._known[number]) is not None
        )


class World(Sequence[int]):
    """Counts by the numbers of their cells."""

    def __init__(self, place: Mapping[int, int], counts: np.ndarray) -> None:
        self._place, self._counts = place, counts

    def __len__(self) -> int:
        return len(self._counts)

    def __getitem__(self, cell: int) -> int:  # type: ignore[override]
        return int(self._counts[self._place[cell]])


def _most(known: Interval) -> float:
    return float(highspy.kHighsInf) if known.high is None else known.high

"""What a council can tell of another's hidden number by its own, which it knows exactly: one sum, less its own part.

Plain arithmetic, on one sum at a time: what follows from two sums together is not looked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from mspof_cli.intervals import Interval
from mspof_cli.worlds import Sum

Cells = tuple[int, ...]


class _Part(NamedTuple):
    """What a council's cells add to a sum: the real number, what others know of it, and whether they may not know."""

    real: int
    low: int
    high: int
    is_target: bool


def told_to_insiders(
    sums: Sequence[Sum], real: Sequence[int], owners: Sequence[str], targets: Iterable[int], possible: int
) -> frozenset[int]:
    """The sums that are not to be shown, by number: by each of them a council could tell a target that is another's.

    Where such a sum can't be hidden, its councils' own parts are not to be shown, as far as they can be hidden.

    ``real`` and ``owners`` are the count of each cell and whose it is. A target is told to who can bring it down to
    fewer than ``possible`` whole numbers, where everybody knows no more than that.
    """
    plain = {number: each for number, each in enumerate(sums) if not each.is_odd}
    known: dict[Cells, Interval] = {}
    for each in plain.values():
        if each.known is not None:
            cells = tuple(sorted(each.plus))
            known[cells] = each.known & known.get(cells, Interval(0))
    hidden = {tuple(sorted(plain[number].plus)) for number in targets}
    told = set()
    for number, each in plain.items():
        if each.known is not None and each.known.high is not None:
            low, high = each.known.low, each.known.high
            parts = [
                _part(sum(real[cell] for cell in cells), known.get(cells, Interval(0)), high, cells in hidden)
                for cells in _by_owner(each.plus, owners)
            ]
            if len(parts) > 1 and _is_told(parts, low, high, possible):
                told.add(number)
    shown_anyway = [sums[number].plus for number in told if not sums[number].can_hide]
    own = {cells for plus in shown_anyway for cells in _by_owner(plus, owners)}
    told |= {number for number, each in plain.items() if tuple(sorted(each.plus)) in own}
    return frozenset(number for number in told if sums[number].can_hide)


def _by_owner(cells: Iterable[int], owners: Sequence[str]) -> Iterator[Cells]:
    by_owner: dict[str, list[int]] = {}
    for cell in sorted(cells):
        by_owner.setdefault(owners[cell], []).append(cell)
    return map(tuple, by_owner.values())


def _part(real: int, known: Interval, most: int, is_target: bool) -> _Part:
    """A part of a sum, which can be no more than that is at most."""
    return _Part(real, known.low, most if known.high is None else min(known.high, most), is_target)


def _is_told(parts: Sequence[_Part], low: int, high: int, possible: int) -> bool:
    """Whether a sum from ``low`` to ``high`` tells one of the councils in it a target of another."""
    # How far above its lowest, and below its highest, a part can be: less for who knows how far his own is.
    above, below = high - sum(part.low for part in parts), sum(part.high for part in parts) - low
    own_above, own_below = [part.real - part.low for part in parts], [part.high - part.real for part in parts]
    for target in parts:
        # Most targets stay open even to who would know as much as any two.
        if target.is_target and not _is_open(target, above - max(own_above), below - max(own_below), possible):
            for insider, up, down in zip(parts, own_above, own_below, strict=True):
                if insider is not target and not _is_open(target, above - up, below - down, possible):
                    return True
    return False


def _is_open(part: _Part, above: int, below: int, possible: int) -> bool:
    """Whether a part that is at most so far above its lowest and below its highest can be numbers enough."""
    low, high = max(part.low, part.high - below), min(part.high, part.low + above)
    return high - low + 1 >= min(possible, part.high - part.low + 1)

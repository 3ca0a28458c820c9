"""What a council can tell by its own numbers: against every world, and against what is really shown."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence

from build import SCHEMAS
from test_collation import COUNCILS
from test_protection import FULL, random_returns

from mspof_cli.disclosure import publish, published_interval
from mspof_cli.insiders import told_to_insiders
from mspof_cli.intervals import Interval
from mspof_cli.protection import protected
from mspof_cli.sums import Row, areas_of, row_of
from mspof_cli.worlds import Sum

AUDIENCE, POLICY = SCHEMAS.audiences["participants"]


def shown(cells: tuple[int, ...], counts: Sequence[int], is_shown: bool) -> Sum:
    total = sum(counts[cell] for cell in cells)
    known = published_interval(publish(total, POLICY), POLICY) if is_shown else None
    return Sum(cells, (), known, can_hide=not POLICY.hides(total))


def can_tell(each: Sum, sums: Sequence[Sum], counts: Sequence[int], owners: Sequence[str], possible: int) -> bool:
    """Whether a council can tell the small number of another from one sum and its own number, by every world."""
    whose = {owners[cell] for cell in each.plus}
    parts = {owner: tuple(cell for cell in each.plus if owners[cell] == owner) for owner in sorted(whose)}
    assert each.known is not None
    assert each.known.high is not None
    can_be = {}
    for owner, cells in parts.items():
        known = [other.known for other in sums if other.plus == cells and other.known is not None]
        can_be[owner] = [n for n in range(each.known.high + 1) if all(n in interval for interval in known)]
    for insider, target in itertools.permutations(parts, 2):
        real = sum(counts[cell] for cell in parts[target])
        if any(other.plus == parts[target] for other in sums) and POLICY.hides(real):
            ranges = [can_be[owner] if owner != insider else [sum(counts[c] for c in parts[owner])] for owner in parts]
            place = list(parts).index(target)
            fitting = {world[place] for world in itertools.product(*ranges) if sum(world) in each.known}
            if len(fitting) < min(possible, len(can_be[target])):
                return True
    return False


def test_what_is_told_is_what_no_other_world_contradicts() -> None:
    chance, told = random.Random(25), 0
    for _ in range(300):
        owners = [chance.choice("ABC") for _ in range(4)]
        counts = [chance.choice((0, 1, 2, 3, 4, 5, 6, 8)) for _ in owners]
        by_owner = {owner: tuple(cell for cell, own in enumerate(owners) if own == owner) for owner in set(owners)}
        single = [shown(cells, counts, chance.random() < 0.7) for _, cells in sorted(by_owner.items())]
        joint = [shown(cells, counts, True) for cells in ((0, 1, 2, 3), (0, 1, 2), (1, 3)) if chance.random() < 0.8]
        sums = [*single, *joint]
        targets = [number for number, each in enumerate(sums) if not each.can_hide]
        wanted = {
            number
            for number, each in enumerate(sums)
            if each.can_hide and each.known and can_tell(each, sums, counts, owners, POLICY.possible)
        }
        assert told_to_insiders(sums, counts, owners, targets, POLICY.possible) == wanted, (owners, counts)
        told += len(wanted)
    assert told > 20


def test_a_sum_less_ones_own_number() -> None:
    """25 together, of which the one knows 19 to be its own: the other's, a small number, can only be 4."""
    both = Sum((0, 1), (), Interval(23, 27), can_hide=True)
    sums = [both, Sum((0,), (), Interval(18, 22), can_hide=True), Sum((1,), (), Interval(1, 4))]
    assert told_to_insiders(sums, [19, 4], ["A", "B"], [2], 3) == {0}
    assert told_to_insiders(sums, [21, 4], ["A", "B"], [2], 3) == frozenset()  # 2, 3 or 4
    assert told_to_insiders(sums, [19, 4], ["A", "A"], [2], 3) == frozenset()


def told_by(row: Mapping[str, str], part: str, members: Sequence[tuple[Mapping[str, str], int]]) -> Iterator[int]:
    """How many numbers each small one of some councils can be to each other of them, by a row of them together."""
    together = published_interval(row[part], POLICY)
    assert together.high is not None
    for (own, exact), (other, small) in itertools.permutations(members, 2):
        if POLICY.hides(small):
            low, high = together.low - exact, together.high - exact
            for third, number in members:
                if third not in (own, other):
                    is_hidden_further = third[part] == POLICY.symbol and not POLICY.hides(number)
                    known = Interval(0) if is_hidden_further else published_interval(third[part], POLICY)
                    low, high = low - (known.high or together.high), high - known.low
            hidden = published_interval(other[part], POLICY)
            yield min(high, hidden.high or high) - max(low, hidden.low) + 1


def test_no_council_can_tell_anothers_small_number_from_what_is_shown() -> None:
    chance, asked = random.Random(7), 0
    areas = {council.ons_code: set(areas_of(council)) for council in COUNCILS}
    for _ in range(100 if FULL else 4):
        result = random_returns(chance)
        real = {row_of(row): row for row in result.measures.to_dicts()}
        rows = protected(result, AUDIENCE, POLICY).table.to_dicts()
        of_councils: dict[tuple[str, ...], list[Row]] = {}
        for key in map(row_of, rows):
            if key.level == "council":
                of_councils.setdefault((key.period, key.span, key.measure, key.respondent), []).append(key)
        by_key = {row_of(row): row for row in rows}
        for key, row in by_key.items():
            same = of_councils.get((key.period, key.span, key.measure, key.respondent), [])
            within = [own for own in same if (key.level, key.ons_code, key.name) in areas[own.ons_code]]
            for part in ("numerator", "denominator"):
                members = [(by_key[own], real[own][part]) for own in within if real[own][part] is not None]
                if key.level != "council" and row[part].isdigit() and len(members) == int(row["councils"]) > 1:
                    for numbers in told_by(row, part, members):
                        assert numbers >= POLICY.possible, (key, part)
                        asked += 1
    assert asked > 500

"""A council's quarters of a year beside what SAC published for it: sums of counts beside intervals.

Only here is it said what may be compared with what. The rules make findings of it (:mod:`mspof_cli.rules.beside`);
the collation shows all of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import combinations, groupby
from typing import NamedTuple

from mspof_cli.intervals import Interval, Share, share, total, wilson
from mspof_cli.layout import label_key
from mspof_cli.returns import Return, share_of
from mspof_cli.sac import NOTHING, Publication, Published, Sac, SacTolerances
from mspof_cli.schemas import Council, Derived

QUARTERS = 4


class Position(Enum):
    """Where a council's sum is, seen from SAC's interval with its tolerance."""

    INSIDE = "inside"
    ABOVE = "above"
    BELOW = "below"
    SO_FAR = "below so far"
    NO_COMPARATOR = "no comparator"


@dataclass(frozen=True)
class Year:
    """A council's returns of one financial year, in the order of the quarters, one for each."""

    council: Council
    start_year: int
    returns: tuple[Return, ...]

    def counts(self, name: str) -> dict[int, int]:
        """A figure or total by quarter, of the quarters that returned it."""
        return {quarter: value for quarter, values in self._values.items() if (value := values.get(name)) is not None}

    @cached_property
    def _values(self) -> dict[int, dict[str, int | None]]:
        """Everything that was returned, by quarter: many figures are asked for."""
        return {_quarter(ret): ret.values() for ret in self.returns}

    def covers(self, sac: Sac) -> bool:
        """Whether every return says that it counts what SAC counts."""
        field, choice = sac.comparator.scope.field, label_key(sac.comparator.scope.choice)
        return all(label_key(ret.cover[field].text) == choice for ret in self.returns if field in ret.cover)


class Compared(NamedTuple):
    """A figure or total beside SAC's: its counts by quarter, what was published, and where their sum is."""

    name: str
    counts: Mapping[int, int]
    published: Published
    allowed: Interval
    position: Position

    @property
    def sum(self) -> int:
        return sum(self.counts.values())

    @property
    def is_whole_year(self) -> bool:
        return len(self.counts) == QUARTERS

    @property
    def is_off(self) -> bool:
        return self.position in (Position.ABOVE, Position.BELOW)


def _quarter(ret: Return) -> int:
    assert ret.who.period is not None
    return ret.who.period.quarter


def years(returns: Iterable[Return], sac: Sac) -> list[Year]:
    """The returns of the collection that SAC is compared with, by council and year."""
    known = [
        (ret.who.council.ons_code, ret.who.period.start_year, ret.who.period.quarter, ret.who.council, ret)
        for ret in returns
        if ret.form and ret.form.collection.slug == sac.collection.slug and ret.who.council and ret.who.period
    ]
    known.sort(key=lambda each: each[:3])
    found = []
    for (_, start_year), group in groupby(known, key=lambda each: each[:2]):
        members = list(group)
        found.append(Year(members[0][3], start_year, tuple(each[4] for each in members)))
    return found


def unused(returns: Iterable[Return], sac: Sac) -> tuple[Publication, ...]:
    """The publications that no return is compared with: those of a later year, or with a nearer one beside them."""
    used = {found.year for year in years(returns, sac) if (found := sac.beside(year.start_year))}
    return tuple(each for each in sac.publications if each.year not in used)


def compare(year: Year, publication: Publication | None, sac: Sac) -> dict[str, Compared]:
    """Every figure and total that SAC has, in the order compared; one that no quarter returned is left out.

    Without a publication nothing is known of any of them.
    """
    names = [
        name for whole in sac.comparator.compared for name in (whole, *sac.comparator.parts(sac.collection, whole))
    ]
    return {
        name: _compared(name, counts, _figure(publication, year.council, name, sac), sac.comparator.tolerances)
        for name in names
        if (counts := year.counts(name))
    }


def _figure(publication: Publication | None, council: Council, name: str, sac: Sac) -> Published:
    return publication.figure(sac.collection, council, name) if publication else NOTHING


def _compared(name: str, counts: Mapping[int, int], published: Published, tolerances: SacTolerances) -> Compared:
    allowed = published.interval.widened(tolerances.late_closures, tolerances.late_closures_percent)
    found = sum(counts.values())
    if not published.interval.is_known:
        position = Position.NO_COMPARATOR
    elif allowed.high is not None and found > allowed.high:
        position = Position.ABOVE
    elif found < allowed.low:  # what is still to come may make up for it
        position = Position.BELOW if len(counts) == QUARTERS else Position.SO_FAR
    else:
        position = Position.INSIDE
    return Compared(name, counts, published, allowed, position)


def explained_by(name: str, sac: Sac) -> Iterator[str]:
    """Every figure or total that a whole is within, the nearest first."""
    while name in sac.comparator.within:
        name = sac.comparator.within[name]
        yield name
        for whole in sac.comparator.compared:
            if name in sac.comparator.parts(sac.collection, whole):
                yield whole
                name = whole
                break


# --- what a sum that is off may be ----------------------------------------------------------------------------------


def looks_cumulative(compared: Compared) -> bool:
    """Whether each quarter seems to hold those before it as well: it grows as they add up, and the last fits alone."""
    counts = compared.counts
    quarters = sorted(counts)
    if len(quarters) < 2 or compared.allowed.high is None:
        return False
    last = quarters[-1]
    fits = counts[last] in compared.allowed if compared.is_whole_year else counts[last] <= compared.allowed.high
    return fits and grows_like_a_running_total(counts)


# A quarter may differ by this much from its share of a running total.
UNEVEN = 0.35


def grows_like_a_running_total(counts: Mapping[int, int]) -> bool:
    """Whether counts by quarter are about one, two, three and four times as many."""
    last = max(counts)
    pace = counts[last] / last
    return pace > 0 and all(abs(count - pace * quarter) <= UNEVEN * pace * quarter for quarter, count in counts.items())


class Swap(NamedTuple):
    """Two answers that may have been typed in each other's place; ``quarter`` is None if in all, or it is not clear."""

    first: str
    second: str
    quarter: int | None


def swapped(counts: Mapping[str, Mapping[int, int]], allowed: Mapping[str, Interval]) -> Swap | None:
    """The only two answers that, changed over in one quarter or in all, make every sum fit; None if there are not such.

    ``counts`` are by answer and quarter, the same quarters for each.
    """
    sums = {name: sum(by_quarter.values()) for name, by_quarter in counts.items()}
    off = [name for name, count in sums.items() if count not in allowed[name]]
    if len(off) != 2:
        return None
    quarters = sorted(next(iter(counts.values())))
    fitting: dict[tuple[str, str], list[int | None]] = {}
    for first, second in combinations(counts, 2):
        changes: list[tuple[int | None, int]] = [
            (quarter, counts[second][quarter] - counts[first][quarter]) for quarter in quarters
        ]
        if len(quarters) > 1:
            changes.append((None, sums[second] - sums[first]))
        for quarter, change in changes:
            mended = sums | {first: sums[first] + change, second: sums[second] - change}
            if all(mended[name] in allowed[name] for name in sums):
                fitting.setdefault((first, second), []).append(quarter)
    if list(fitting) != [tuple(name for name in counts if name in off)]:
        return None
    ((pair, where),) = fitting.items()
    return Swap(*pair, where[0] if len(where) == 1 else None)


# --- an earlier year ------------------------------------------------------------------------------------------------


class Far(Enum):
    """How far a quarter is from what an earlier year leads one to expect."""

    NEAR = 0
    NOTE = 1
    QUERY = 2


def volume_distance(count: int, published: Interval, tolerances: SacTolerances) -> tuple[Far, int]:
    """How far a quarter's count is from a quarter of a published year, and on which side: 1 above, -1 below.

    Chance alone moves a quarter by the square root of it (Poisson), and the quarter of the year by half as much.
    """
    if published.high is None:
        return Far.NEAR, 0
    low, high = published.low / QUARTERS, published.high / QUARTERS
    nearest = min(max(count, low), high)
    distance, side = abs(count - nearest), 1 if count > nearest else -1
    if distance < max(tolerances.volume_floor, tolerances.volume_z * math.sqrt(count + nearest / QUARTERS)):
        return Far.NEAR, side

    def beyond(percent: float) -> bool:
        """Up by the percentage, or down by the same proportion: 100 % is double, or half."""
        factor = 1 + percent / 100
        return count >= factor * nearest if side > 0 else count * factor <= nearest

    if beyond(tolerances.volume_query_percent):
        return Far.QUERY, side
    return (Far.NOTE if beyond(tolerances.volume_note_percent) else Far.NEAR), side


class SharesApart(NamedTuple):
    """A percentage of a quarter beside the same of an earlier year: numerator and base, and SAC's share."""

    derived: Derived
    counts: tuple[int, int]
    published: Share
    far: Far


def shares_apart(ret: Return, year: Year, publication: Publication, sac: Sac) -> Iterator[SharesApart]:
    """Every watched percentage of a return that is away from the earlier year's; each needs a large enough base."""
    values = ret.values()
    minimum = sac.collection.tolerances.share_minimum_base
    for derived in sac.comparator.shares(sac.collection):
        counts = share_of(values, derived) if derived.watched else None
        if counts is None or counts[1] < minimum:
            continue
        known = published_share(year.council, publication, sac, derived.numerator, derived.denominator)
        far = _share_distance(counts, known, sac.comparator.tolerances)
        if far is not Far.NEAR:
            yield SharesApart(derived, counts, known, far)


def published_share(
    council: Council, publication: Publication, sac: Sac, numerator: Sequence[str], denominator: Sequence[str]
) -> Share:
    """What SAC's figures say of a share."""
    parts, base = sac.collection.expand(numerator), sac.collection.expand(denominator)
    row = [(name, publication.figure(sac.collection, council, name).interval) for name in base]
    inside = total(interval for name, interval in row if name in parts)
    return share(inside, total(interval for name, interval in row if name not in parts))


def _share_distance(counts: tuple[int, int], known: Share, tolerances: SacTolerances) -> Far:
    observed = Share(counts[0] / counts[1], counts[0] / counts[1])
    points = 100 * observed.distance(known)
    for far, least, z in (
        (Far.QUERY, tolerances.share_query_points, tolerances.share_query_z),
        (Far.NOTE, tolerances.share_note_points, tolerances.share_note_z),
    ):
        if points >= least and wilson(*counts, z).distance(known) > 0:
            return far
    return Far.NEAR


def swapped_shares(
    returns: Sequence[Return], whole: str, year: Year, publication: Publication, sac: Sac
) -> Swap | None:
    """Two answers of one or more quarters that are in line with SAC's shares only when they are changed over.

    By shares, since the quarters may be of another year, or only part of it, or their total may be off by itself.
    """
    parts = sac.comparator.parts(sac.collection, whole)
    values = {_quarter(ret): ret.values() for ret in returns}
    counts = {
        part: {quarter: count for quarter, each in values.items() if (count := each.get(part)) is not None}
        for part in parts
    }
    quarters = {tuple(by_quarter) for by_quarter in counts.values()}
    base = sum(sum(by_quarter.values()) for by_quarter in counts.values())
    if len(quarters) != 1 or quarters == {()} or base < sac.collection.tolerances.share_minimum_base:
        return None
    shares = {part: published_share(year.council, publication, sac, (part,), parts) for part in parts}
    return swapped(counts, {part: _expected_counts(base, shares[part], sac.comparator.tolerances) for part in parts})


def _expected_counts(base: int, known: Share, tolerances: SacTolerances) -> Interval:
    """What a quarter's count may be where a share was published: drift from year to year, and chance."""

    def spread(at: float) -> float:
        return base * tolerances.share_note_points / 100 + tolerances.share_query_z * math.sqrt(base * at * (1 - at))

    low = max(0, math.floor(base * known.low - spread(known.low)))
    return Interval(low, math.ceil(base * known.high + spread(known.high)))

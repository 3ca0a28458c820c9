"""The measures as an audience may see them: small numbers hidden, the rest rounded, and attacked before they are shown.

Raw measures and published ones are of different types, and whatever is written for others takes only the published.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from enum import Enum, auto
from functools import partial
from statistics import quantiles
from typing import Any, NamedTuple

import polars as pl

from mspof_cli.attack import Attack, Protection, protect
from mspof_cli.collation import Collated
from mspof_cli.disclosure import (
    SHARE,
    Audience,
    PlacedAudience,
    Policy,
    publish,
    published_interval,
    share_as_published,
)
from mspof_cli.earlier import Earlier
from mspof_cli.errors import MspofError
from mspof_cli.insiders import told_to_insiders
from mspof_cli.intervals import Z_95, Interval, wilson
from mspof_cli.measures import MEDIAN_FROM, QUARTILES_FROM, TIDY, measures_of
from mspof_cli.returns import Return
from mspof_cli.sums import Cells, Edition, Row, areas_of, parts_of, row_of, sums_of_rules
from mspof_cli.worlds import Sum

# What stands in the place of a figure: nobody returned it, there can't be one, and it rests on few people.
NOT_AVAILABLE, NOT_APPLICABLE, LOW_RELIABILITY = "[x]", "[z]", "[u]"
RELIABLE_FROM = 20

# The columns of what is published: all of them text, where a symbol can stand in the place of a number.
COLUMNS = (*TIDY, "marker")

EXPOSED_NAMED = 3

# What a measure is made of, of which a part that is small is not told; the last is what is left of the denominator.
PARTS = (*SHARE, "rest")

# How far from the real count another is looked for.
FARTHEST = 10


class Protected(NamedTuple):
    """The measures that an audience may see: columns ``COLUMNS``, all of them text, by span, area and measure.

    ``hidden`` is how many numbers are hidden, ``hidden_further`` how many of them so that others can't be worked out.
    """

    table: pl.DataFrame
    hidden: int
    hidden_further: int


class Sight(Enum):
    """What an audience sees of a part of a row, unless it is small: the number, that few are behind it, or no row."""

    SHOWN = auto()
    FEW = auto()
    NO_ROW = auto()


class Fact(NamedTuple):
    """What is known to everybody of figures of one return's council in some quarters, such as from SAC."""

    returns: tuple[Return, ...]
    figures: tuple[str, ...]
    known: Interval


def protected(
    collated: Collated,
    audience: PlacedAudience,
    policy: Policy,
    facts: Iterable[Fact] = (),
    before: Sequence[Earlier] = (),
) -> Protected:
    """The measures as an audience may see them, who knows ``facts`` and what was published ``before``.

    What is hidden from closer audiences, who can read this too, is hidden here as well: so this tells them nothing that
    they are not told by their own.

    ``MspofError``, naming them, if there are numbers that can be worked out whatever else is hidden.
    """
    facts, further = list(facts), frozenset[int]()
    for each in (*reversed(audience.closer), audience):
        sums = _Sums(collated, each, policy, [earlier.edition for earlier in before])
        if policy.base > 1:
            result = _protection(sums, sums.known_already(facts, _seen_by(each, before)), policy, further)
            if not result.exposed:
                further = result.hidden
            elif each is audience:  # for a closer one nothing is written then
                raise _refusal(sorted({sums.name_of(number) for number in result.exposed}))
    table = _Table(sums, further)
    rows = [row for row in collated.measures.to_dicts() if row["level"] in audience.levels]
    shown = [table.row(row) for row in rows]
    places = [(raw, row, part) for raw, row in zip(rows, shown, strict=True) for part in SHARE]
    hidden = [(row_of(raw), part) for raw, row, part in places if row[part] == policy.symbol]
    frame = pl.DataFrame(shown, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    return Protected(frame, len(hidden), sum(sums.by_key[each] in further & sums.shown for each in hidden))


def _seen_by(audience: PlacedAudience, before: Iterable[Earlier]) -> list[Earlier]:
    """The earlier summaries that were not for a closer audience."""
    closer = {each.slug for each in audience.closer}
    return [each for each in before if each.summary.manifest.audience.slug not in closer]


def _protection(sums: _Sums, others: Iterable[Sum], policy: Policy, hidden: frozenset[int]) -> Protection:
    """The sums that are hidden, with those that are already, so that no number that is small can be worked out."""
    every, targets = [*sums.all(), *others], sums.sensitive()
    counts = sums.cells.counts
    cells = [Interval(max(0, count - FARTHEST), count + FARTHEST) for count in counts]
    # A rule that an accepted return breaks all the same, or a fact that does not fit its figures, tells nothing.
    telling = [each for each in every if each.known is None or each.of(counts) in each.known]
    left = _without(telling, hidden)
    told = told_to_insiders(left, counts, sums.cells.owners, targets, policy.possible)
    result = protect(Attack(counts, cells, _without(left, told), targets), targets, policy.possible)
    return result._replace(hidden=hidden | told | result.hidden)


def _without(sums: Sequence[Sum], hidden: Set[int]) -> list[Sum]:
    """Sums, of which some are no longer known."""
    return [each._replace(known=None, can_hide=False) if n in hidden else each for n, each in enumerate(sums)]


def _refusal(exposed: Sequence[str]) -> MspofError:
    more = f" and {len(exposed) - EXPOSED_NAMED} more" if len(exposed) > EXPOSED_NAMED else ""
    return MspofError(
        f"Small numbers could be worked out from what is known already: {'; '.join(exposed[:EXPOSED_NAMED])}{more}.",
        "Nothing was written. Choose another audience, or leave out the returns that they come from.",
    )


class _Sums:
    """Every sum that the measures of areas are made of, each once, whoever sees it, now or in editions ``before``.

    Equal sums, such as those of a region and of its only council, are one sum.
    """

    def __init__(self, collated: Collated, audience: Audience, policy: Policy, before: Sequence[Edition]) -> None:
        self.collated, self.audience, self.policy = collated, audience, policy
        returns = [*collated.returns, *(ret for edition in before for ret in edition.returns)]
        self._returns = list({ret.file: ret for ret in returns}.values())
        self.cells = Cells(self._returns)
        self.by_key: dict[tuple[Row, str], int] = {}
        self.few: set[int] = set()
        self.shown: set[int] = set()
        self._numbers: dict[tuple[int, ...], int] = {}
        for row, part, number, sight in self._of_edition(collated.edition):
            self.by_key[row, part] = number
            if sight is Sight.FEW:
                self.few.add(number)
            elif sight is Sight.SHOWN:
                self.shown.add(number)
        for edition in before:
            self.few |= {number for _, _, number, sight in self._of_edition(edition) if sight is Sight.FEW}
        self.totals = [sum(self.cells.counts[cell] for cell in cells) for cells in self._numbers]

    def _lent(self) -> Iterator[int]:
        """The sums of councils that medians are made of: whoever sees a median may know as much as if he saw them."""
        shares = self.shares_of_councils(frozenset())
        compared = Counter((row.period, row.span, row.measure, row.respondent) for row in shares)
        for row in shares:
            if compared[row.period, row.span, row.measure, row.respondent] >= MEDIAN_FROM:
                yield from (self.by_key[row, part] for part in SHARE)

    def shares_of_councils(self, further: Set[int]) -> dict[Row, tuple[int, int]]:
        """Numerator and denominator, as they would be published, of each council's percentages that can be compared.

        Those of which a part would be hidden, or is too small to be compared, are left out.
        """
        least, policy = self.collated.collection.tolerances.share_minimum_base, self.policy
        percentages = {each.slug for each in measures_of(self.collated.collection) if each.unit == "percent"}
        whole = {(str(span.period), span.name) for span in self.collated.spans if "council" in span.levels}
        shares = {}
        for row, part in self.by_key:
            if row.level != "council" or part != "denominator" or row.measure not in percentages:
                continue
            numbers = {part: self.by_key[row, part] for part in PARTS if (row, part) in self.by_key}
            if (row.period, row.span) in whole and not any(numbers[part] in further for part in SHARE):
                counts = {part: self.totals[number] for part, number in numbers.items()}
                if share := share_as_published(counts, least, policy):
                    shares[row] = share
        return shares

    def _of_edition(self, edition: Edition) -> Iterator[tuple[Row, str, int, Sight]]:
        """Each part with its number, and what the audience sees of it."""
        levels = {(str(span.period), span.name): span.levels for span in edition.spans}
        for row, part, cells, councils in parts_of(edition, self.collated.collection, self.cells):
            number = self._numbers.setdefault(cells, len(self._numbers))
            sight = Sight.SHOWN if councils >= self.audience.councils else Sight.FEW
            is_row = row.level in self.audience.levels and row.level in levels[row.period, row.span] and part != "rest"
            yield row, part, number, sight if is_row else Sight.NO_ROW

    def all(self) -> Iterator[Sum]:
        """Every sum with what is about to be published of it."""
        shown = self.shown.union(self._lent())
        for number, cells in enumerate(self._numbers):
            is_shown = number in shown
            known = self.known(number) if is_shown else None
            yield Sum(cells, (), known, can_hide=is_shown and not self.policy.hides(self.totals[number]))

    def known(self, number: int) -> Interval:
        """What a sum tells everybody where it is published."""
        return published_interval(publish(self.totals[number], self.policy), self.policy)

    def sensitive(self) -> list[int]:
        """The sums that nobody may work out, small and whosesoever, from the smallest to the largest."""
        small = [number for number, total in enumerate(self.totals) if self.policy.hides(total)]
        return sorted({*small, *(self.few - self.shown)}, key=lambda number: (self.totals[number], number))

    def known_already(self, facts: Iterable[Fact], before: Iterable[Earlier]) -> Iterator[Sum]:
        """The rules that returns keep, what is known from elsewhere, and what was published before."""
        collection = self.collated.collection
        yield from sums_of_rules((partial(self.cells.all_of, [ret]) for ret in self._returns), collection)
        for each in before:
            yield from each.known_sums(collection, self.cells)
        for fact in facts:
            if cells := self.cells.all_of(fact.returns, fact.figures):
                yield Sum(cells, (), fact.known)

    def name_of(self, number: int) -> str:
        """A sum for people: measure, area and span."""
        named = (key for key, each in self.by_key.items() if each == number)
        row, part = next(named, (None, ""))
        if row is None:
            return "a number of an earlier summary"
        return f"{row.measure} ({part}), {row.name}, {row.period} {row.span.replace('_', ' ')}"


class _Table:
    """The rows of what is published."""

    def __init__(self, sums: _Sums, further: frozenset[int]) -> None:
        self._sums, self._policy, self._further = sums, sums.policy, further
        self._rates = self._rates_of_councils()

    def row(self, raw: Mapping[str, Any]) -> dict[str, str | None]:
        """A row of the raw measures as it is published."""
        key = row_of(raw)
        is_percent = raw["unit"] == "percent"
        numerator = self._count(key, "numerator")
        denominator = self._count(key, "denominator") if is_percent else NOT_APPLICABLE
        row: dict[str, str | None] = {name: None if raw[name] is None else str(raw[name]) for name in TIDY}
        row |= {"numerator": numerator, "denominator": denominator, "marker": ""}
        row |= dict.fromkeys(("median", "lower_quartile", "upper_quartile", "compared"), NOT_APPLICABLE)
        if not is_percent:
            return row | {"value": numerator, "lower": NOT_APPLICABLE, "upper": NOT_APPLICABLE}
        row |= self._percentage(numerator, denominator, self._is_hidden(key, "rest"))
        if raw["level"] != "council":
            row |= self._spread(self._rates.get(key, []))
        return row

    def _count(self, key: Row, part: str) -> str:
        number = self._sums.by_key.get((key, part))
        if number is None:
            return NOT_AVAILABLE
        if number in self._further or number not in self._sums.shown:
            return self._policy.symbol
        return publish(self._sums.totals[number], self._policy)

    def _is_hidden(self, key: Row, part: str) -> bool:
        """Whether a part, such as what is left of a denominator, is too small to be told."""
        number = self._sums.by_key.get((key, part))
        return number is not None and self._policy.hides(self._sums.totals[number])

    def _percentage(self, numerator: str, denominator: str, rest_is_hidden: bool) -> dict[str, str]:
        """A percentage with its interval, from the counts as they are published."""
        values = dict.fromkeys(("value", "lower", "upper"), NOT_AVAILABLE)
        if NOT_AVAILABLE in (numerator, denominator):
            return values
        if rest_is_hidden or self._policy.symbol in (numerator, denominator):
            return dict.fromkeys(values, self._policy.symbol)
        part, base = int(numerator), int(denominator)
        if base == 0:
            return dict.fromkeys(values, NOT_APPLICABLE)
        marker = {"marker": LOW_RELIABILITY if base < RELIABLE_FROM else ""}
        if part > base:
            return {**values, "value": self._percent(part / base), **dict.fromkeys(("lower", "upper"), "[z]"), **marker}
        interval = wilson(part, base, Z_95)
        shares = (part / base, interval.low, interval.high)
        return {**dict(zip(values, map(self._percent, shares), strict=True)), **marker}

    def _percent(self, share: float) -> str:
        """Whole per cent of rounded counts; of exact counts with two decimals."""
        return f"{100 * share:.0f}" if self._policy.base > 1 else f"{100 * share:.2f}"

    def _rates_of_councils(self) -> dict[Row, list[float]]:
        """The percentages that areas' councils can be compared by, as they would be published, by the area's key."""
        councils = {ret.who.council.ons_code: ret.who.council for ret in self._sums.collated.returns if ret.who.council}
        rates: dict[Row, list[float]] = {}
        for row, (part, base) in self._sums.shares_of_councils(self._further).items():
            for level, code, name in areas_of(councils[row.ons_code]):
                rates.setdefault(row._replace(level=level, ons_code=code, name=name), []).append(100 * part / base)
        return rates

    def _spread(self, rates: Sequence[float]) -> dict[str, str]:
        """Median and quartiles of councils' percentages, where there are councils enough."""
        row = {"compared": str(len(rates))}
        if len(rates) >= MEDIAN_FROM:
            lower, median, upper = (self._percent(rate / 100) for rate in quantiles(rates, n=4, method="inclusive"))
            row["median"] = median
            if len(rates) >= QUARTILES_FROM:
                row |= {"lower_quartile": lower, "upper_quartile": upper}
        return row

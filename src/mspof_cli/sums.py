"""The sums that measures are made of: whose figures are added up, by the row and the part that they stand in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mspof_cli.findings import Severity
from mspof_cli.measures import (
    LEVELS,
    MATCHED_PANEL,
    PANEL,
    PARTICIPATING,
    Measure,
    Span,
    measures_of,
    panel_quarters,
)
from mspof_cli.periods import Period
from mspof_cli.returns import Return
from mspof_cli.schemas import Collection, Council
from mspof_cli.worlds import Sum

# The cells of figures of one return; None unless all are there.
CellsOf = Callable[[Sequence[str]], tuple[int, ...] | None]


# An area by level, code and name.
Area = tuple[str, str, str]
THE_PANEL: Area = (PANEL, "", MATCHED_PANEL)


class Row(NamedTuple):
    """What tells a row of the tidy table from all others; ``respondent`` is empty where none was asked apart."""

    period: str
    span: str
    level: str
    ons_code: str
    name: str
    measure: str
    respondent: str


def row_of(tidy: Mapping[str, str | None]) -> Row:
    """What tells a row of the tidy table from all others."""
    return Row(*(tidy[name] or "" for name in Row._fields))


class Edition(NamedTuple):
    """The returns that a summary is made of, and the spans of time that it is for."""

    returns: tuple[Return, ...]
    spans: tuple[Span, ...]


class Part(NamedTuple):
    """A numerator, a denominator, or the rest of a denominator: cells of returns of some councils."""

    row: Row
    part: str
    cells: tuple[int, ...]
    councils: int


class Cells:
    """The figures of returns, by number, and the codes of the councils whose they are.

    A figure that was returned again as it was is the same cell.
    """

    def __init__(self, returns: Iterable[Return]) -> None:
        self.counts: list[int] = []
        self.owners: list[str] = []
        numbers: dict[tuple[object, ...], int] = {}
        self._by_figure: dict[tuple[str, str], int] = {}
        for ret in returns:
            for name, given in ret.figures.items():
                if given.value is not None:
                    owner = ret.who.council.ons_code if ret.who.council else ""
                    key = (owner, ret.who.period, name, given.value)
                    self._by_figure[ret.file, name] = numbers.setdefault(key, len(numbers))
                    if len(numbers) > len(self.counts):
                        self.counts.append(given.value)
                        self.owners.append(owner)

    def of(self, ret: Return, name: str) -> int | None:
        """The cell of a figure; None if it was not returned."""
        return self._by_figure.get((ret.file, name))

    def all_of(self, returns: Iterable[Return], names: Sequence[str]) -> tuple[int, ...] | None:
        """The cells of figures of returns; None unless all are there."""
        cells = [self.of(ret, name) for ret in returns for name in names]
        there = tuple(cell for cell in cells if cell is not None)
        return there if len(there) == len(cells) else None


def parts_of(edition: Edition, collection: Collection, cells: Cells) -> Iterator[Part]:
    """Every sum that an edition's measures are made of, whoever sees it."""
    panel = panel_quarters(edition.spans)
    for measure in measures_of(collection):
        needed = measure.numerator + measure.denominator
        complete = [ret for ret in edition.returns if cells.all_of([ret], needed) is not None]
        by_quarter: dict[Period | None, list[Return]] = {}
        for ret in complete:
            by_quarter.setdefault(ret.who.period, []).append(ret)
        gave = codes_in_all(by_quarter.get(quarter, []) for quarter in panel)
        for span in edition.spans:
            within = [ret for quarter in span.quarters for ret in by_quarter.get(quarter, [])]
            for (level, code, name), returns in _areas(within, gave if PANEL in span.levels else frozenset()).items():
                row = Row(str(span.period), span.name, level, code, name, measure.slug, measure.respondent or "")
                yield from _parts(row, measure, returns, cells)


def _parts(row: Row, measure: Measure, returns: Sequence[Return], cells: Cells) -> Iterator[Part]:
    """The parts of a measure, of returns that gave every one of them."""
    councils = len({ret.who.council.ons_code for ret in returns if ret.who.council})
    parts = {"numerator": measure.numerator, "denominator": measure.denominator, "rest": measure.rest}
    for part, names in parts.items():
        if names and (found := cells.all_of(returns, names)):
            yield Part(row, part, found, councils)


def codes_in_all(quarters: Iterable[Iterable[Return]]) -> frozenset[str]:
    """The codes of the councils that have a return in every quarter."""
    codes = [{ret.who.council.ons_code for ret in returns if ret.who.council} for returns in quarters]
    return frozenset(set.intersection(*codes) if codes else ())


def _areas(returns: Iterable[Return], panel: frozenset[str]) -> dict[Area, list[Return]]:
    """Returns by area: level, code and name."""
    areas: dict[Area, list[Return]] = {}
    for ret in returns:
        if council := ret.who.council:
            own = (*areas_of(council), *([THE_PANEL] if council.ons_code in panel else ()))
            for area in own:
                areas.setdefault(area, []).append(ret)
    return areas


def areas_of(council: Council) -> Iterator[Area]:
    """The areas that a council's figures count for: level, code and name, in the order of ``LEVELS``."""
    areas = (("", PARTICIPATING), ("", council.council_type), (council.region_code, council.region_name))
    for level, (code, name) in zip(LEVELS, (*areas, (council.ons_code, council.name)), strict=True):
        yield level, code, name


def sums_of_rules(returns: Iterable[CellsOf], collection: Collection) -> Iterator[Sum]:
    """The rules that every accepted return keeps, which everybody can read: of each return, by the cells of figures."""
    lines = [
        difference
        for rule in collection.rule
        if rule.severity is Severity.ERROR and (difference := rule.parsed.difference())
    ]
    for cells_of in returns:
        for line in lines:
            plus, minus = (cells_of(collection.expand(side)) for side in line[:2])
            if plus is not None and minus is not None:
                yield Sum(plus, minus, line.within)

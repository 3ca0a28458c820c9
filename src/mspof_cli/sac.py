"""What is published for the same councils: the Safeguarding Adults Collection (SAC), read into intervals.

How the published files are laid out, and which of their figures are ours, is data: a collection's ``sac.toml``. Files
are read in :mod:`mspof_cli.publications`; here is only what comes out of that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from mspof_cli.intervals import Interval, total
from mspof_cli.periods import financial_year
from mspof_cli.schemas import Collection, Council, Derived, Frozen

# The widest interval of a figure that was only rounded: within 2 either way.
ROUNDED_WIDTH = 4


class Table(Frozen):
    """One table of the published workbook: its sheet, and for each measure the headings whose figures make it up."""

    sheet: str
    required: bool = False
    measures: dict[str, tuple[str, ...]]


class LongTable(Frozen):
    """One table of the long CSV: its reference, and for each measure the answers whose figures make it up."""

    reference: str
    measures: dict[str, tuple[str, ...]]


class LongFile(Frozen):
    """The long CSV: what its columns are called, the type of enquiry that counts, and its tables.

    ``totals`` are words for all ages together, ``other_bands`` words for an age band that is not a range of ages.
    """

    columns: dict[str, str]
    enquiry_type: str
    totals: tuple[str, ...]
    other_bands: tuple[str, ...]
    table: tuple[LongTable, ...]


class Scope(Frozen):
    """The line of the cover that says what a return counts, and the choice that counts what SAC does."""

    field: str
    choice: str


class SacTolerances(Frozen):
    """How far apart a return and SAC may be before it is said. Percentages and points are out of 100."""

    late_closures: int
    late_closures_percent: float
    volume_floor: int
    volume_z: float
    volume_note_percent: float
    volume_query_percent: float
    share_note_points: float
    share_note_z: float
    share_query_points: float
    share_query_z: float


class Comparator(Frozen):
    """What is published beside a collection: which of its figures are ours, and how near they must be.

    ``compared`` are wholes, each compared with its parts; ``within`` says of which figure a whole is in turn a part.
    ``aliases`` are other wordings of headings and answers; ``identifiers`` the headings of the columns that say whose
    row it is: ``ons_code``, ``cassr_code`` and ``name``.
    """

    name: str
    short_name: str
    publication: str
    policy: str
    compared: tuple[str, ...]
    within: dict[str, str]
    scope: Scope
    tolerances: SacTolerances
    identifiers: dict[str, tuple[str, ...]]
    aliases: dict[str, tuple[str, ...]]
    table: tuple[Table, ...]
    long: LongFile

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """Every measure that any of the layouts gives, in the order of the tables."""
        tables: Sequence[Table | LongTable] = (*self.table, *self.long.table)
        return tuple(dict.fromkeys(measure for table in tables for measure in table.measures))

    def parts(self, collection: Collection, whole: str) -> tuple[str, ...]:
        """The measures that a whole is the sum of; none for a measure that is no sum."""
        return collection.totals[whole].of if whole in collection.totals else ()

    def shares(self, collection: Collection) -> tuple[Derived, ...]:
        """The collection's percentages that SAC has every part of."""
        return tuple(
            each
            for each in collection.derived
            if set(collection.expand(each.numerator + each.denominator)) <= set(self.measures)
        )


class EnglandFigure(Frozen):
    """One published figure for the whole of England, rounded: the financial year, the measure, the count."""

    year: str
    measure: str
    published: int


class Published(NamedTuple):
    """One published figure, or several that make up one.

    ``shown`` is exactly as printed, ``source`` the sheet and cell, or the line of the CSV; several are joined.
    """

    interval: Interval
    shown: str = ""
    source: str = ""

    @property
    def exactness(self) -> str:
        """How well the count is known: ``exact`` to 2 either way, ``wide``, ``suppressed`` or ``missing``."""
        if not self.interval.is_known:
            return "missing"
        if self.interval.high is None:
            return "wide"
        if self.interval.low == 0 and self.interval.high:
            return "suppressed"
        return "exact" if self.interval.high - self.interval.low <= ROUNDED_WIDTH else "wide"


NOTHING = Published(Interval(0))


def joined(figures: Iterable[Published]) -> Published:
    """The sum of published figures as one; nothing is shown of figures that are not there."""
    figures = tuple(figures)
    if len(figures) == 1:
        return figures[0]
    shown = " + ".join(figure.shown or "nothing" for figure in figures) if any(f.source for f in figures) else ""
    sources = "; ".join(dict.fromkeys(figure.source for figure in figures if figure.source))
    return Published(total(figure.interval for figure in figures), shown, sources)


class Publication(NamedTuple):
    """One year's published figures: ``figures`` by council (ONS code of the register) and measure.

    ``start_year`` is the calendar year in which the financial year starts. ``remarks`` say what was not understood,
    ``gaps`` for which councils there is nothing, or not everything.
    """

    file: str
    sha256: str
    start_year: int
    layout: str
    figures: Mapping[str, Mapping[str, Published]]
    remarks: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()

    @property
    def year(self) -> str:
        """The financial year: ``2018-19``."""
        return financial_year(self.start_year)

    def has(self, council: Council) -> bool:
        return council.ons_code in self.figures

    def figure(self, collection: Collection, council: Council, name: str) -> Published:
        """What was published for a measure or a total of measures; an unknown interval where nothing was."""
        row = self.figures.get(council.ons_code, {})
        return joined(row.get(measure, NOTHING) for measure in collection.expand([name]))


class Sac(NamedTuple):
    """Everything published that returns of one collection are compared with, at most one publication a year."""

    collection: Collection
    comparator: Comparator
    publications: tuple[Publication, ...]

    def of_year(self, start_year: int) -> Publication | None:
        """The publication of a financial year itself."""
        return next((each for each in self.publications if each.start_year == start_year), None)

    def beside(self, start_year: int) -> Publication | None:
        """What a financial year is compared with: the same year's publication, or the last one before it."""
        earlier = [each for each in self.publications if each.start_year <= start_year]
        return max(earlier, key=lambda each: each.start_year, default=None)

"""The published workbook: tables on sheets, with a row for each council, found by the words of their headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple, Protocol

from mspof_cli.cells import Cell, Kind, Place, text_of, tidy
from mspof_cli.errors import MspofError
from mspof_cli.periods import financial_year, years_in
from mspof_cli.publications.rows import Figures, Identifiers, Rows, heading_key
from mspof_cli.sac import Published, Table, joined
from mspof_cli.workbook import Sheet

# Headings of one table stand within so many rows of each other.
HEADING_ROWS = 3
SHEETS_WITH_TITLES = 3
MOST_PLACES = 10  # where one heading may stand: counts and percentages, and some over


class Book(Protocol):
    """A workbook of either format: the names of its sheets, and the cells of each."""

    @property
    def sheet_names(self) -> tuple[str, ...]: ...

    def sheet(self, name: str) -> Sheet: ...


class Found(NamedTuple):
    """A table whose headings were found: its sheet, the columns by heading, and the first row below them."""

    sheet: Sheet
    table: Table
    identifiers: Mapping[str, int]
    columns: Mapping[str, int]
    top: int

    @property
    def title(self) -> str:
        """What stands above the headings."""
        above = (cell for (row, _), cell in self.sheet.cells.items() if row < self.top)
        return "\n".join(str(cell.value) for cell in above if cell.kind is Kind.TEXT)


def read_tables(book: Book, rows: Rows, stated: int | None) -> tuple[Figures, int]:
    """Every council's figures, and the year; ``MspofError`` if a table that must be there is not."""
    tables = [found for table in rows.comparator.table if (found := _find(book, table, rows))]
    start_year = rows.year(_own_years(book, tables, rows), stated, f"the title of '{tables[0].sheet.name}'")
    figures: Figures = {}
    for found in tables:
        for code, row in _figures(found, rows, start_year).items():
            known = figures.setdefault(code, {})
            known |= {name: each for name, each in row.items() if not _is_known(known.get(name))}
    return figures, start_year


def _is_known(figure: Published | None) -> bool:
    return figure is not None and figure.interval.is_known


def _own_years(book: Book, tables: Iterable[Found], rows: Rows) -> set[int]:
    """The year that the workbook says is its own; two that contradict each other are refused.

    A title may speak of other years as well, and then does not say which is its own.
    """
    titles = {found.sheet.name: years_in(found.title) for found in tables}
    fronts = [name for name in book.sheet_names[:SHEETS_WITH_TITLES] if name not in titles]
    titles |= {name: _first_years(book.sheet(name)) for name in fronts}
    own = {name: next(iter(years)) for name, years in titles.items() if len(years) == 1}
    for (name, year), (other, another) in pairwise(own.items()):
        if year != another:
            said = f"'{name}' is for {financial_year(year)}, but '{other}' for {financial_year(another)}"
            raise rows.error(f"its sheets are of different years: {said}")
    return set(own.values())


def _first_years(sheet: Sheet) -> set[int]:
    """The years of the first text on a sheet that speaks of any."""
    texts = (str(cell.value) for cell in sheet.cells.values() if cell.kind is Kind.TEXT)
    return next((years for text in texts if (years := years_in(text))), set())


def _find(book: Book, table: Table, rows: Rows) -> Found | None:
    """A table by its sheet and headings; None if it need not be there, which is then remarked on."""
    try:
        return _located(_sheet(book, table, rows), table, rows)
    except MspofError as error:
        if table.required:
            raise
        rows.remarks.append(f"{table.sheet} was not used: {error.problem.partition(': ')[2]}")
        return None


def _sheet(book: Book, table: Table, rows: Rows) -> Sheet:
    """The sheet of a table: 'Table 8' may be called 'Table_8' or 'Table 8 MSP', but is not 'Table 80'."""
    wanted = re.compile(r"\s*".join(map(re.escape, table.sheet.casefold().split())) + r"(?![0-9])")
    for name in book.sheet_names:
        if wanted.match(tidy(name.replace("_", " ")).casefold()):
            return book.sheet(name)
    raise rows.error(f"there is no sheet '{table.sheet}'")


def _located(sheet: Sheet, table: Table, rows: Rows) -> Found:
    texts: dict[str, list[tuple[int, int]]] = {}
    for at, cell in sheet.cells.items():
        if cell.kind is Kind.TEXT:
            texts.setdefault(heading_key(str(cell.value)), []).append(at)
    identifiers = _identifiers(texts, rows)
    if not identifiers:
        looked_for = rows.comparator.identifiers["ons_code"][0]
        raise rows.error(f"the sheet '{sheet.name}' has no heading '{looked_for}'")
    near = next(iter(identifiers.values()))[0]
    wanted = dict.fromkeys(heading for headings in table.measures.values() for heading in headings)
    columns: dict[str, tuple[int, int]] = {}
    below: dict[int, list[tuple[int, Cell]]] = {}
    for (row, column), cell in sheet.cells.items():
        below.setdefault(column, []).append((row, cell))
    for heading in wanted:
        places = [at for key in rows.keys(heading) for at in texts.get(key, ()) if abs(at[0] - near) <= HEADING_ROWS]
        if len(places) > MOST_PLACES:
            raise rows.error(f"the sheet '{sheet.name}' has {len(places)} headings '{heading}'")
        counts = [at for at in places if not _is_percentage(below.get(at[1], ()), at[0])]
        if len(counts) != 1:
            what = "no heading" if not places else "more than one heading" if counts else "only percentages below"
            raise rows.error(f"the sheet '{sheet.name}' has {what} '{heading}'")
        columns[heading] = counts[0]
    top = max(row for row, _ in (*columns.values(), *identifiers.values())) + 1
    by_name = {name: column for name, (_, column) in identifiers.items()}
    return Found(sheet, table, by_name, {heading: at[1] for heading, at in columns.items()}, top)


def _identifiers(texts: Mapping[str, list[tuple[int, int]]], rows: Rows) -> dict[str, tuple[int, int]]:
    """Where the headings stand that say whose row it is: the first of each."""
    found: dict[str, tuple[int, int]] = {}
    for name, headings in rows.comparator.identifiers.items():
        places = [at for heading in headings for at in texts.get(heading_key(heading), ())]
        if places:
            found[name] = min(places)
    return found


def _is_percentage(column: Iterable[tuple[int, Cell]], heading: int) -> bool:
    """Whether a column holds percentages beside the counts: its first figure is one, or a fraction."""
    for row, cell in column:
        if row <= heading:
            continue
        if cell.kind is Kind.PERCENTAGE or (cell.kind is Kind.TEXT and tidy(str(cell.value)).endswith("%")):
            return True
        if cell.kind is Kind.NUMBER:
            return isinstance(cell.value, float)
    return False


def _figures(found: Found, rows: Rows, start_year: int) -> Figures:
    """Every council's figures in one table."""
    figures: Figures = {}
    first: dict[str, int] = {}
    cells = found.sheet.cells
    for row in sorted({row for row, _ in cells if row >= found.top}):
        who = {name: text_of(cells.get((row, column))) for name, column in found.identifiers.items()}
        where = f"{found.sheet.name} row {row}"
        council = rows.council(Identifiers(**who), start_year, where)
        if council is None:
            continue
        if first.setdefault(council.ons_code, row) != row:
            both = f"{first[council.ons_code]} and {row}"
            raise rows.error(f"{council.name} is on the sheet '{found.sheet.name}' twice, in rows {both}")
        figures[council.ons_code] = {
            measure: joined(_figure(found, row, found.columns[heading], rows) for heading in headings)
            for measure, headings in found.table.measures.items()
        }
    if not figures:
        raise rows.error(f"the sheet '{found.sheet.name}' has no council of that year below its headings")
    return figures


def _figure(found: Found, row: int, column: int, rows: Rows) -> Published:
    cell = found.sheet.cells.get((row, column))
    source = f"{found.sheet.name} {Place(found.sheet.name, row, column).ref}"
    if cell is None:
        return rows.figure("", source)
    if cell.kind is Kind.NUMBER:
        return rows.figure(str(cell.value), source)
    return rows.figure(str(cell.value) if cell.kind is Kind.TEXT else cell.kind.value, source)

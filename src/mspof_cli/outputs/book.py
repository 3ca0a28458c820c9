"""The workbook for people, to the checklist of the government's Analysis Function for spreadsheets that all can use.

Cover, contents and notes, then one table on each sheet: title in A1, marked up as a table, one row of headings, no
merged cells, no blank rows or columns in it, no empty cells, no filters and no frozen panes; nothing is said by colour.
"""

from __future__ import annotations

import datetime
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import polars as pl
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from mspof_cli.measures import QUARTER
from mspof_cli.outputs.csvw import symbols_of
from mspof_cli.outputs.safe import printable
from mspof_cli.published import Published

# A fixed date, so that the same returns give the same bytes on any day.
CREATED = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)

FONT = {"font_name": "Arial", "font_size": 12, "valign": "top"}
TITLE = {**FONT, "bold": True, "font_size": 16}
HEADING = {**FONT, "bold": True, "text_wrap": True, "bottom": 1}
SUBTITLE = {**FONT, "bold": True, "font_size": 14}
LINK = {**FONT, "underline": 1, "font_color": "#1D4F91"}

# Widths in characters; a column that is not named is as wide as a number needs.
WIDTHS = {
    "Council": 34,
    "Explanation": 70,
    "File": 70,
    "Label": 50,
    "Measure": 56,
    "Query": 60,
    "Subject": 44,
    "Why": 60,
    "Area": 30,
    "Region": 28,
    "Type": 26,
    "Meaning": 90,
    "Note": 110,
    "Sheet": 26,
    "Respondent": 22,
    "ONS code": 14,
    "Longer period": 22,
    "What is on it": 80,
}
NUMBER_WIDTH, COVER_WIDTH = 15, 110
LINE_HEIGHT, WIDE = 16, 1.2  # points; how much of a column's width a letter of this size takes up
WRAPPED = frozenset({"Explanation", "File", "Label", "Measure", "Query", "Why", "Note", "Meaning", "What is on it"})
PERIODS = {"year_to_date": "Year to date", "last_four_quarters": "Last four quarters"}

MEASURE_HEADINGS = {
    "question": "Question",
    "label": "Measure",
    "respondent": "Respondent",
    "numerator": "Number",
    "denominator": "Out of",
    "value": "Percentage",
    "lower": "Lower bound",
    "upper": "Upper bound",
    "councils": "Councils answering",
    "participating": "Councils participating",
    "marker": "Marker",
}
SPREAD_HEADINGS = {
    "median": "Median of councils",
    "lower_quartile": "Lower quartile of councils",
    "upper_quartile": "Upper quartile of councils",
    "compared": "Councils compared",
}


class Sheet(NamedTuple):
    """A sheet with one table."""

    name: str
    title: str
    table: pl.DataFrame


def workbook(published: Published) -> bytes:
    """The workbook as a file."""
    sheets = list(_sheets(published))
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        heading = f"{published.collection.name}: {published.period}"
        book.set_properties({"title": heading, "author": published.collection.publisher, "created": CREATED})
        book.formats[0].set_font_name("Arial")
        writer = _Writer(book)
        writer.cover(heading, _about(published))
        writer.contents(sheets)
        for sheet in sheets:
            writer.table(sheet)
    return file.getvalue()


def _about(published: Published) -> list[str]:
    """What the cover says."""
    took_part = (
        f"{published.participating} of {published.on_register} councils took part. Taking part is voluntary: figures "
        "are of those councils, not of England, and are not for judging a council's performance."
    )
    return [
        published.audience.title,
        f"The collection is {published.collection.name}, of {published.collection.publisher}.",
        took_part,
        "Each sheet has one table, which begins in cell A3. The sheet 'Notes' explains the method and the symbols.",
    ]


def _sheets(published: Published) -> Iterator[Sheet]:
    """The sheets with tables, in order."""
    yield Sheet("Notes", "Notes: method, and symbols that stand in the place of numbers", _notes(published))
    yield Sheet("Coverage", "Who answered each question", published.coverage)
    yield Sheet("Councils", "The councils that took part", published.councils)
    if published.returns is not None:
        yield Sheet("Returns", "What became of each file", published.returns)
    yield Sheet("Headlines", "The headline indicators, of all participating councils", _headlines(published))
    yield Sheet("Measures", "Every measure, of all participating councils", _level(published, "participating"))
    for level, name, title in (
        ("council_type", "By council type", "Participating councils by type"),
        ("region", "By region", "Participating councils by region"),
        ("council", "By council", "Each participating council"),
    ):
        if level in published.audience.levels:
            yield Sheet(name, title, _level(published, level, area=True))
    longer = _longer(published)
    if not longer.is_empty():
        yield Sheet("Longer periods", "All participating councils over longer periods", longer)
    if published.sac is not None:
        yield Sheet("SAC", f"Quarters of {published.period.year} beside SAC", _sac(published.sac))
    if not published.england.is_empty():
        yield Sheet("England", "Pooled percentages, with England's as context", _england(published.england))
    if not published.explanations.is_empty():
        yield Sheet("Explanations", "What councils said of their figures", published.explanations)


def _notes(published: Published) -> pl.DataFrame:
    policy = published.policy
    pooled = (
        "Percentages are pooled: the sum of the numerators over the sum of the denominators, of the councils that gave "
        "every part of both. The bounds are those of Wilson's 95 % interval."
    )
    answered = (
        "Where adults and representatives answered, they are those who were asked and answered, not everyone: see the "
        "response rates first."
    )
    notes = [
        "A blank is not zero: what a council did not return is left out, and is never counted as zero.",
        pooled,
        "Medians are of 3 or more councils and quartiles of 5 or more, of those whose denominators are large enough.",
        answered,
    ]
    if policy.base > 1:
        notes.append(
            f"Counts from {policy.hidden_from} to {policy.hidden_to} are hidden, the others rounded to the nearest "
            f"{policy.base}. Percentages are computed from the rounded counts. A number is also hidden where a hidden "
            "one could be worked out from it, or where fewer than "
            f"{max(published.audience.councils, 1)} councils are behind it."
        )
    rows = [(f"Note {number}", note) for number, note in enumerate(notes, 1)]
    rows += [(f"Symbol {symbol}", meaning) for symbol, meaning in symbols_of(published).items()]
    return pl.DataFrame(rows, schema=["Name", "Note"], orient="row")


def _level(published: Published, level: str, *, area: bool = False) -> pl.DataFrame:
    """The measures of one level for the quarter, as people read them."""
    rows = published.measures.table.filter(level=level, span=QUARTER)
    spread = SPREAD_HEADINGS if level != "council" else {}
    return _as_read(published, rows, ({"name": "Area"} if area else {}) | MEASURE_HEADINGS | spread)


def _headlines(published: Published) -> pl.DataFrame:
    slugs = [derived.slug for derived in published.collection.derived if derived.headline]
    rows = published.measures.table.filter(pl.col("measure").is_in(slugs), level="participating", span=QUARTER)
    return _as_read(published, rows, MEASURE_HEADINGS | SPREAD_HEADINGS)


def _longer(published: Published) -> pl.DataFrame:
    rows = published.measures.table.filter(pl.col("span") != QUARTER, level="participating")
    rows = rows.with_columns(pl.col("span").replace(PERIODS))
    return _as_read(published, rows, {"span": "Longer period"} | MEASURE_HEADINGS)


def _as_read(published: Published, rows: pl.DataFrame, headings: dict[str, str]) -> pl.DataFrame:
    """Columns by the headings that people read; a count's value is its number and is not said twice."""
    percentage = pl.when(pl.col("unit") == "percent").then(pl.col("value")).otherwise(pl.lit("[z]"))
    everyone = pl.col("respondent").replace(published.collection.respondents).fill_null("Not asked apart")
    marker = pl.when(pl.col("marker") == "").then(pl.lit("None")).otherwise(pl.col("marker"))
    frame = rows.with_columns(value=percentage, respondent=everyone, marker=marker)
    return frame.select(pl.col(name).alias(heading) for name, heading in headings.items())


def _sac(frame: pl.DataFrame) -> pl.DataFrame:
    headings = {
        "ons_code": "ONS code",
        "name": "Council",
        "question": "Question",
        "label": "Label",
        "sum": "Sum of returns",
        "quarters": "Quarters supplied",
        "low": "SAC from",
        "high": "SAC to",
        "allowed_low": "Allowed from",
        "allowed_high": "Allowed to",
        "position": "Position",
    }
    said = frame.with_columns(pl.col("position").str.replace_all("_", " ")).cast(pl.String).fill_null("[x]")
    return said.select(pl.col(name).alias(heading) for name, heading in headings.items())


def _england(frame: pl.DataFrame) -> pl.DataFrame:
    headings = {
        "label": "Measure",
        "numerator": "Number",
        "denominator": "Out of",
        "value": "Percentage",
        "councils": "Councils answering",
        "participating": "Councils participating",
        "england_year": "England, year",
        "england_value": "England, percentage",
    }
    return frame.select(pl.col(name).alias(heading) for name, heading in headings.items())


def _height(cells: Iterable[tuple[str, int]]) -> float:
    """The height of a row in points, for texts in columns of some widths: spreadsheet programs do not all find it."""
    return LINE_HEIGHT * max(1, *(math.ceil(WIDE * len(text) / width) for text, width in cells))


class _Writer:
    """Sheets, one after another, in one workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._formats = {
            name: book.add_format(look)
            for name, look in {
                "title": TITLE,
                "subtitle": SUBTITLE,
                "heading": HEADING,
                "text": FONT,
                "link": LINK,
                "wrapped": {**FONT, "text_wrap": True},
                "number": {**FONT, "num_format": "#,##0"},
                "decimal": {**FONT, "num_format": "0.0#"},
                "symbol": {**FONT, "align": "right"},
            }.items()
        }

    def _sheet(self, name: str, title: str) -> Worksheet:
        page = self._book.add_worksheet(name)
        page.write_string(0, 0, title, self._formats["title"])
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        return page

    def cover(self, title: str, lines: Sequence[str]) -> None:
        page = self._sheet("Cover", title)
        page.set_column(0, 0, COVER_WIDTH)
        for row, line in enumerate(lines, 1):
            page.write_string(row, 0, printable(line), self._formats["wrapped"])
            page.set_row(row, _height([(line, COVER_WIDTH)]))

    def contents(self, sheets: Sequence[Sheet]) -> None:
        table = pl.DataFrame(
            [(each.name, each.title) for each in sheets], schema=["Sheet", "What is on it"], orient="row"
        )
        page = self.table(Sheet("Contents", "Contents", table))
        for row, each in enumerate(sheets, 3):
            page.write_url(row, 0, f"internal:'{each.name}'!A1", self._formats["link"], each.name)

    def table(self, sheet: Sheet) -> Worksheet:
        """One table on a sheet of its own, below its title and a line that says so."""
        page, frame = self._sheet(sheet.name, sheet.title), sheet.table
        said = "This sheet has one table. Symbols in it are explained on the sheet 'Notes'."
        page.write_string(1, 0, said, self._formats["text"])
        first, last = 2, 2 + max(frame.height, 1)
        columns = [{"header": name, "header_format": self._formats["heading"]} for name in frame.columns]
        name = "".join(letter if letter.isalnum() else "_" for letter in sheet.name)
        page.add_table(
            *(first, 0, last, frame.width - 1),
            {"name": name, "columns": columns, "autofilter": False, "style": "Table Style Light 1"},
        )
        for column, heading in enumerate(frame.columns):
            page.set_column(column, column, WIDTHS.get(heading, NUMBER_WIDTH))
            for row, value in enumerate(frame.get_column(heading).to_list(), first + 1):
                self._value(page, row, column, heading, value)
        widths = [WIDTHS.get(heading, NUMBER_WIDTH) for heading in frame.columns]
        for row, values in enumerate([frame.columns, *frame.rows()], first):
            page.set_row(row, _height(zip(map(str, values), widths, strict=True)))
        page.repeat_rows(first)
        return page

    def _value(self, page: Worksheet, row: int, column: int, heading: str, value: object) -> None:
        """A number where it is one, so that it can be computed with; else text, and never a formula."""
        text = printable(str(value))
        if heading not in WIDTHS and text.isdecimal():
            page.write_number(row, column, int(text), self._formats["number"])
        elif heading not in WIDTHS and text.replace(".", "", 1).isdecimal():
            page.write_number(row, column, float(text), self._formats["decimal"])
        else:
            look = "symbol" if text.startswith("[") else "wrapped" if heading in WRAPPED else "text"
            page.write_string(row, column, text, self._formats[look])

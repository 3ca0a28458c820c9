"""The workbook for people, to the checklist of the government's Analysis Function for spreadsheets that all can use.

Cover, contents and notes, then one table on each sheet: title in A1, marked up as a table, one row of headings, no
merged cells, no blank rows or columns in it, no empty cells, no filters and no frozen panes; nothing is said by colour.
"""

from __future__ import annotations

import datetime
import io
import math
from collections.abc import Iterable, Sequence

import polars as pl
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from mspof_cli.outputs.safe import NUMBER, printable
from mspof_cli.outputs.tables import Sheet, book_of, contents_of
from mspof_cli.published import Published

# A fixed date, so that the same returns give the same bytes on any day.
CREATED = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)

FONT = {"font_name": "Arial", "font_size": 12, "valign": "top"}
TITLE = {**FONT, "bold": True, "font_size": 16}
HEADING = {**FONT, "bold": True, "text_wrap": True, "bottom": 1}
RIGHT = {"align": "right", "indent": 1}  # so that a number does not touch the text in the next column
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
    "Because": 60,
    "Quarter": 14,
    "Since the quarter before": 18,
    "Since the first quarter": 18,
    "Span": 20,
    "Figure": 14,
}
NUMBER_HEADING = "number-heading"
MARKER = "Marker"  # stands among numbers
NUMBERS = WHOLE, DECIMAL = "number", "decimal"
NUMBER_WIDTH, COVER_WIDTH = 15, 110
ONE_TABLE = "This sheet has one table. Symbols in it are explained on the sheet 'Notes'."
TITLE_HEIGHT, LINE_HEIGHT, WIDE = 28, 16, 1.2  # points; how much of a column's width a letter of this size takes up
WRAPPED = {"Because", "Explanation", "File", "Label", "Measure", "Query", "Why", "Note", "Meaning", "What is on it"}


def workbook(published: Published) -> bytes:
    """The workbook as a file."""
    title, cover, sheets = book_of(published)
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": title, "author": published.collection.publisher, "created": CREATED})
        book.formats[0].set_font_name("Arial")
        writer = _Writer(book)
        writer.cover(title, cover)
        writer.contents(sheets)
        for sheet in sheets:
            writer.table(sheet)
    return file.getvalue()


def look_of(heading: str, text: str) -> str:
    """How the text of a cell under a heading looks: as one of ``NUMBERS`` if it is a number to compute with."""
    if heading not in WIDTHS and NUMBER.fullmatch(text):
        return DECIMAL if "." in text else WHOLE
    return "symbol" if text.startswith("[") or heading == MARKER else "wrapped" if heading in WRAPPED else "text"


def look_of_heading(name: str, frame: pl.DataFrame) -> str:
    """How a heading looks, which stands on the side on which its column's numbers do."""
    looks = {look_of(name, str(value)) for value in frame.get_column(name).to_list()}
    return NUMBER_HEADING if looks & {*NUMBERS, "symbol"} else "heading"


def _height(cells: Iterable[tuple[str, int]]) -> float:
    """The height of a row in points, for texts in columns of some widths: spreadsheet programs do not all find it."""
    return LINE_HEIGHT * max((1, *(math.ceil(WIDE * len(text) / width) for text, width in cells)))


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
                NUMBER_HEADING: {**HEADING, **RIGHT},
                "text": FONT,
                "link": LINK,
                "wrapped": {**FONT, "text_wrap": True},
                WHOLE: {**FONT, **RIGHT, "num_format": "#,##0"},
                DECIMAL: {**FONT, **RIGHT, "num_format": "0.0#"},
                "symbol": {**FONT, **RIGHT},
            }.items()
        }

    def _sheet(self, name: str, title: str) -> Worksheet:
        page = self._book.add_worksheet(name)
        page.write_string(0, 0, title, self._formats["title"])
        page.set_row(0, TITLE_HEIGHT)
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
        page = self.table(contents_of(sheets))
        for row, each in enumerate(sheets, 3):
            page.write_url(row, 0, f"internal:'{each.name}'!A1", self._formats["link"], each.name)

    def table(self, sheet: Sheet) -> Worksheet:
        """One table on a sheet of its own, below its title and a line that says so."""
        page, frame = self._sheet(sheet.name, sheet.title), sheet.table
        page.write_string(1, 0, ONE_TABLE, self._formats["text"])
        first, last = 2, 2 + max(frame.height, 1)
        columns = [
            {"header": name, "header_format": self._formats[look_of_heading(name, frame)]} for name in frame.columns
        ]
        name = "".join(letter if letter.isalnum() else "_" for letter in sheet.name)
        page.add_table(
            *(first, 0, last, frame.width - 1),
            {"name": name, "columns": columns, "autofilter": False, "style": "Table Style Light 1"},
        )
        for column, heading in enumerate(frame.columns):
            page.set_column(column, column, WIDTHS.get(heading, NUMBER_WIDTH))
            for row, value in enumerate(frame.get_column(heading).to_list(), first + 1):
                self._value(page, row, column, heading, value)
        widths = {heading: WIDTHS.get(heading, NUMBER_WIDTH) for heading in frame.columns}
        page.set_row(first, _height(widths.items()))
        for row, values in enumerate(frame.rows(named=True), first + 1):
            page.set_row(row, _height((str(values[heading]), widths[heading]) for heading in WRAPPED & widths.keys()))
        page.repeat_rows(first)
        return page

    def _value(self, page: Worksheet, row: int, column: int, heading: str, value: object) -> None:
        """A number where it is one, so that it can be computed with; else text, and never a formula."""
        text = printable(str(value))
        look = look_of(heading, text)
        if look in NUMBERS:
            page.write_number(row, column, float(text), self._formats[look])
        else:
            page.write_string(row, column, text, self._formats[look])

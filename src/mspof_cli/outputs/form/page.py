"""One sheet of a form: where text may go, how wide and high its cells are, and how it prints.

Nothing here knows what a cell means.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from typing import Any

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from mspof_cli.cells import column_letters
from mspof_cli.findings import Severity
from mspof_cli.layout import label_key
from mspof_cli.outputs.form.style import FONT, GREY, LEAST_HEIGHTS, dress, dress_symbol, line_count, put_text

A4 = 9
# Points on a page of A4 within its margins, and to a character of a column.
PAGE_WIDTH, PAGE_HEIGHT, CHARACTER = 523, 727, 5.3
MOST_TO_SHRINK = 1.3  # a sheet a little longer than a page is made to fit on one: no question is cut in two
GAP_WIDTH = 2.5  # of a column that the edition does not use, in characters
PORTRAIT_CHARACTERS = 145  # a wider sheet is printed on its side, so that its text stays large enough to read


class Page:
    """One sheet of the form, and the cells of it that the edition has spoken for."""

    def __init__(self, sheet: Worksheet, labels: Collection[str]) -> None:
        """``labels`` are the keys of all the form's labels, which text of our own must not repeat."""
        self.sheet = sheet
        self._labels = labels
        self._taken: set[tuple[int, int]] = set()
        self._widths: dict[int, float] = {}
        self._least: dict[int, float] = {}

    @property
    def first_row(self) -> int:
        """The first row that the edition uses; above it is room for a title."""
        return min((row for row, _ in self._taken), default=6)

    @property
    def first_column(self) -> int:
        """The first column that the edition uses."""
        return min((column for _, column in self._taken), default=2)

    def put(self, row: int, column: int, text: str, style: str) -> None:
        """Write one of the edition's own labels."""
        self._taken.add((row, column))
        self._write(row, column, text, style)

    def answer(self, row: int, column: int, style: str, number_format: str) -> Cell:
        """Make a cell that the council fills in."""
        self._taken.add((row, column))
        cell = self.sheet.cell(row, column)
        dress(cell, style)
        cell.number_format = number_format
        self.heighten(row, LEAST_HEIGHTS[style])
        return cell

    def is_free(self, row: int, column: int) -> bool:
        """Whether nothing stands in a cell, and no answer will."""
        cell = self.sheet.cell(row, column)
        return (row, column) not in self._taken and cell.value is None and not isinstance(cell, MergedCell)

    def has_block_in(self, column: int) -> bool:
        """Whether the edition uses a column."""
        return any(taken == column for _, taken in self._taken)

    def note(self, row: int, column: int, text: str, style: str) -> None:
        """Write text of our own if the cell is free. It never reads as one of the form's labels."""
        if self.is_free(row, column):
            while label_key(text) in self._labels:
                text += ":"
            self._write(row, column, text, style)

    def formula(self, row: int, column: int, formula: str, style: str) -> None:
        """Write what Excel works out. How high its text will be can't be known: see :meth:`heighten`."""
        cell = self.sheet.cell(row, column, formula)
        dress(cell, style)

    def symbol(self, row: int, severity: Severity) -> None:
        """Put the symbol of a fault into the margin of a row, if there is one; the first that is put there stays."""
        margin = self.first_column - 1
        if margin and self.is_free(row, margin):
            dress_symbol(self.sheet.cell(row, margin), severity)

    def message(self, rows: range, column: int, formula: str, style: str) -> None:
        """Write a formula for text over several free rows of a column, which become one cell."""
        self.formula(rows[0], column, formula, style)
        if len(rows) > 1:
            self.sheet.merge_cells(start_row=rows[0], end_row=rows[-1], start_column=column, end_column=column)

    def free_rows(self, rows: range, column: int) -> range:
        """The longest run of rows in which nothing stands in a column; of several, the first."""
        runs, start = [range(0)], rows.start
        for row in (*rows, rows.stop):
            if row == rows.stop or not self.is_free(row, column):
                runs.append(range(start, row))
                start = row + 1
        return max(runs, key=len)

    def empty_below(self, row: int) -> int:
        """The given row if nothing stands in it or below it, or else the second row below all that does."""
        texts = (cell for cells in self.sheet.iter_rows(row) for cell in cells if cell.value is not None)
        used = {cell.row for cell in texts} | {taken for taken, _ in self._taken if taken >= row}
        return max(used) + 2 if used else row

    def _write(self, row: int, column: int, text: str, style: str) -> None:
        cell = self.sheet.cell(row, column)
        put_text(cell, text)
        dress(cell, style)
        self.heighten(row, LEAST_HEIGHTS.get(style, 0))

    def title(self, row: int, text: str, style: str) -> None:
        """Write a line of the sheet's title, with its band across the sheet."""
        self.note(row, self.first_column, text, style)
        self.fill(row, range(1, self.sheet.max_column + 1), style)

    def fill(self, row: int, columns: range, style: str) -> None:
        """Lay a style under the free cells of a row."""
        for column in columns:
            if self.is_free(row, column):
                dress(self.sheet.cell(row, column), style)

    def width(self, columns: range) -> float:
        """How wide some columns are together, in characters."""
        return sum(self._widths.get(column, GAP_WIDTH) for column in columns)

    def widen(self, column: int, characters: float) -> None:
        """Make a column at least so many characters wide."""
        self._widths[column] = max(characters, self._widths.get(column, 0))

    def heighten(self, row: int, points: float) -> None:
        """Make a row at least so many points high."""
        self._least[row] = max(points, self._least.get(row, 0))

    def break_before(self, row: int) -> None:
        """Start a new printed page with a row."""
        self.sheet.row_breaks.append(Break(id=row - 1))

    def finish(self, title: str, version: str, cursor: tuple[int, int], repeated: range) -> None:
        """Everything that waits until all text is written: widths, heights, printing and protection.

        ``repeated`` are the rows to print at the top of every page.
        """
        bottom, right = self.sheet.max_row, self.sheet.max_column
        for column in range(1, right + 1):
            self.sheet.column_dimensions[column_letters(column)].width = self._widths.get(column, GAP_WIDTH)
        for row, cells in enumerate(self.sheet.iter_rows(1, bottom, 1, right), 1):
            self.sheet.row_dimensions[row].height = min(409, max(self._least.get(row, 0), self._height(cells)))
        self._print_set_up(title, version, repeated)
        view = self.sheet.sheet_view
        view.showGridLines = False
        view.selection[0].activeCell = view.selection[0].sqref = self.sheet.cell(*cursor).coordinate
        protection = self.sheet.protection
        protection.enable()
        protection.formatColumns = protection.formatRows = False  # False allows them

    def _height(self, cells: Iterable[Cell]) -> float:
        """How high a row must be for the text in its cells, in points; a row without any is a gap."""
        heights = [0.0]
        for cell in cells:
            if cell.value is None or cell.data_type == "f":
                continue
            size = cell.font.size
            width = self._widths.get(cell.column, GAP_WIDTH) if cell.alignment.wrap_text else math.inf
            lines = line_count(str(cell.value), width - cell.alignment.indent * 1.5, size, cell.font.bold)
            heights.append(lines * size * 1.3 + 8)
        return max(heights) or 12

    def _print_set_up(self, title: str, version: str, repeated: range) -> None:
        sheet = self.sheet
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup.paperSize = A4
        wide = self.width(range(1, sheet.max_column + 1)) > PORTRAIT_CHARACTERS
        sheet.page_setup.orientation = "landscape" if wide else "portrait"
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0 if wide else self._pages_high()
        margins = sheet.page_margins
        margins.left = margins.right = 0.5
        margins.top = margins.bottom = 0.8
        margins.header = margins.footer = 0.4
        sheet.print_options.horizontalCentered = True
        sheet.print_area = f"A1:{column_letters(sheet.max_column)}{sheet.max_row}"
        sheet.print_title_rows = f"{repeated[0]}:{repeated[-1]}"
        for part, text in (
            (sheet.oddHeader.left, _literal(title)),
            (sheet.oddHeader.right, "&A"),
            (sheet.oddFooter.left, _literal(version)),
            (sheet.oddFooter.right, "Page &P of &N"),
        ):
            _header_text(part, text)

    def _pages_high(self) -> int:
        """1 if the sheet should be printed on one page, 0 if on as many as it takes."""
        across = self.width(range(1, self.sheet.max_column + 1)) * CHARACTER
        down = sum(dimension.height for dimension in self.sheet.row_dimensions.values())
        return int(down * min(1, PAGE_WIDTH / across) <= PAGE_HEIGHT * MOST_TO_SHRINK)


def _header_text(part: Any, text: str) -> None:
    part.text, part.font, part.size, part.color = text, f"{FONT},Regular", 9, GREY


def _literal(text: str) -> str:
    """Text for a header or footer, where ``&`` starts an instruction."""
    return text.replace("&", "&&")

"""The cells of one sheet.

Where the format leaves a choice: two values for one cell are damage, since neither is more right; rows and cells out
of order are put in order; a number that can't be read as one is text, so that somebody gets to see it.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping

from mspof_cli.cells import Cell, Kind, row_and_column
from mspof_cli.workbook.container import NotReadable
from mspof_cli.workbook.parts import TextReader, plain_text

CELL_LIMIT = 300_000  # not blank, in one sheet: some hundred times a form's
CELL_LIMIT_WITH_BLANKS = 600_000  # real forms have about as many blank cells that are only formatted
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384  # Excel's grid
REFERENCE_LENGTH = len("XFD1048576")
NUMBER_LENGTH = 64  # characters; Excel writes 24 at most
WHOLE_LIMIT = 2**53  # beyond it a float no longer holds every whole number

NUMBER, TEXT, BOOLEAN, DATE, _, ERROR, UNCALCULATED = Kind  # looked up once: cells are many
TRUTH = {"1": True, "true": True, "0": False, "false": False}
TRUTH_FORMULAS = ("TRUE()", "FALSE()")  # so LibreOffice writes what Excel wrote as true or false, as a number at times


class SheetReader(TextReader):
    """Reads the cells of one sheet."""

    __slots__ = (
        *("cells", "_strings", "_style_kinds", "_date_1904", "_results_due"),  # what it makes, and what it needs
        *("_found", "_columns", "_row", "_digits", "_place", "_column", "_count"),  # where it is
        *("_type", "_style", "_formula", "_is_truth", "_value"),  # the cell it is in
    )

    def __init__(
        self, strings: list[str], style_kinds: Mapping[str, Kind], *, date_1904: bool = False, results_due: bool = False
    ) -> None:
        super().__init__()
        self.cells: dict[tuple[int, int], Cell] = {}
        self._strings = strings
        self._style_kinds = style_kinds
        self._date_1904 = date_1904
        self._results_due = results_due
        self._found = False
        self._columns: dict[str, int] = {}
        self._row = 0
        self._digits = "0"
        self._column = 0
        self._place = (0, 0)
        self._count = 0
        self._type = self._style = ""
        self._formula = self._is_truth = False
        self._value: str | None = None
        self.do({"sheetData": self._open_data}, {})  # elements before and after it have the same names

    def in_order(self) -> dict[tuple[int, int], Cell]:
        """The cells row by row, once the sheet has been walked."""
        if not self._found:
            raise NotReadable("FILE108", "a sheet without its cells")
        places = list(self.cells)
        return self.cells if places == sorted(places) else dict(sorted(self.cells.items()))

    def _open_data(self, _attributes: dict[str, str], /) -> None:
        self._found = True
        cells = {"row": self._open_row, "c": self._open_cell, "f": self._open_formula, "v": self.begin_text}
        self.do(
            self.text_openers | cells | {"is": self._open_inline},
            self.text_closers
            | {"f": self._close_formula, "v": self._close_value, "c": self._close_cell, "is": self._close_inline}
            | {"sheetData": self.leave_the_rest},
        )

    def _open_formula(self, _attributes: dict[str, str], /) -> None:
        self._formula = True
        self.pieces.clear()

    def _close_formula(self) -> None:
        self._is_truth = "".join(self.pieces) in TRUTH_FORMULAS

    def _close_value(self) -> None:
        self._value = "".join(self.pieces)

    def _open_inline(self, _attributes: dict[str, str], /) -> None:
        self._value = ""
        self.runs.clear()

    def _close_inline(self) -> None:
        self._value = "".join(self.runs)

    def _open_row(self, attributes: dict[str, str], /) -> None:
        number = attributes.get("r")
        if number is None:
            self._row += 1
        elif number.isascii() and number.isdigit():
            self._row = int(number) if len(number) <= REFERENCE_LENGTH else 0
        else:
            raise NotReadable("FILE108", "a row without a proper number")
        _in_grid(self._row, 1)
        self._digits = str(self._row)
        self._column = 0

    def _open_cell(self, attributes: dict[str, str], /) -> None:
        """Work out where the cell is; a cell that doesn't say is the one after the last."""
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
            self._place = _in_grid(self._row, self._column)
        else:
            letters = reference.removesuffix(self._digits)
            column = self._columns.get(letters)
            if column is None or letters == reference:  # a column not met before, or another row's cell
                self._place = _place(reference)
                if letters.isalpha():
                    self._columns[letters] = self._place[1]
            else:
                self._place = self._row, column
            self._column = self._place[1]
        self._count += 1
        if self._count > CELL_LIMIT_WITH_BLANKS:
            raise NotReadable("FILE109", f"a sheet with more than {CELL_LIMIT_WITH_BLANKS:,} cells, blank ones too")
        self._type = attributes.get("t", "n")
        self._style = attributes.get("s", "0")
        self._formula = self._is_truth = False
        self._value = None

    def _close_cell(self) -> None:
        if self._value is None and not self._formula:  # most cells of a real form are styled blanks
            return
        if self._value is None:  # a formula without a result, whatever type it says it has
            cell: Cell | None = Cell(UNCALCULATED, "", formula=True)
        else:
            cell = self._cell(self._value)
        if cell is None:
            return
        if self._place in self.cells:
            raise NotReadable("FILE108", "two values for the same cell")
        self.cells[self._place] = cell
        if len(self.cells) > CELL_LIMIT:
            raise NotReadable("FILE109", f"a sheet with more than {CELL_LIMIT:,} cells")

    def _cell(self, value: str) -> Cell | None:
        """What the cell holds, by its declared type; None if it is blank."""
        declared, formula = self._type, self._formula
        if declared in ("str", "inlineStr"):
            return Cell(TEXT, plain_text(value), formula)
        if not value:  # openpyxl's mark of a formula that nothing has calculated
            return Cell(UNCALCULATED, "", formula) if formula else None
        if declared == "s":
            return Cell(TEXT, self._shared_string(value), formula)
        if declared == "e":
            return Cell(ERROR, plain_text(value), formula)
        if (declared == "b" or self._is_truth) and value in TRUTH:
            return Cell(BOOLEAN, TRUTH[value], formula)
        number = serial_number(value, self._date_1904) if declared == "d" else as_number(value)
        if number is None or declared == "b":
            return Cell(TEXT, plain_text(value), formula)
        if formula and self._results_due and number == 0:  # XlsxWriter's mark of the same
            return Cell(UNCALCULATED, "", formula)
        return Cell(DATE if declared == "d" else self._style_kinds.get(self._style, NUMBER), number, formula)

    def _shared_string(self, value: str) -> str:
        number = as_number(value)
        if not isinstance(number, int) or not 0 <= number < len(self._strings):
            raise NotReadable("FILE108", "a cell whose text is missing from the file")
        return self._strings[number]


def _place(reference: str) -> tuple[int, int]:
    """The row and column of an address that is within the grid."""
    try:
        row, column = row_and_column(reference) if len(reference) <= REFERENCE_LENGTH else (0, 0)
    except ValueError:
        raise NotReadable("FILE108", "a cell without a proper address") from None
    return _in_grid(row, column)


def _in_grid(row: int, column: int) -> tuple[int, int]:
    if not (0 < row <= LAST_ROW and 0 < column <= LAST_COLUMN):
        raise NotReadable("FILE109", "a cell outside the largest sheet that Excel can hold")
    return row, column


def as_number(text: str) -> int | float | None:
    """A number as XML writes it, whole ones as ``int``; None if it isn't one, or not finite."""
    text = text.strip()
    if len(text) > NUMBER_LENGTH or "_" in text or not text.isascii():  # Python would take 1_000 and other scripts
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    if number.is_integer() and abs(number) < WHOLE_LIMIT:
        return int(number)
    return number if math.isfinite(number) else None


def serial_number(text: str, date_1904: bool) -> int | float | None:
    """The serial number of an ISO date, time, or date and time; None if it isn't one."""
    first = datetime.datetime(1904, 1, 1) if date_1904 else datetime.datetime(1899, 12, 30)
    for candidate in (text, f"{first:%Y-%m-%d}T{text}"):  # a time alone is a fraction of day 0
        try:
            moment = datetime.datetime.fromisoformat(candidate).replace(tzinfo=None)
        except ValueError:
            continue
        days = (moment - first) / datetime.timedelta(days=1)
        if not date_1904 and 1 <= days < 61:
            days -= 1  # Excel counts a 29 February 1900
        return int(days) if days.is_integer() else days
    return None

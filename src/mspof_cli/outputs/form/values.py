"""What is filled in on a form: plain values, and cells as they stood on a form that came back."""

from __future__ import annotations

import datetime

from openpyxl.cell.cell import Cell as Target

from mspof_cli.cells import ERRORS, NOT_AVAILABLE, Cell, Kind
from mspof_cli.outputs.form.style import put_text

Value = int | float | str | datetime.date | Cell

# How a cell shows what a plain number format would show otherwise than it was typed. In LibreOffice TRUE is a number
# with a format, which it knows by these very words.
FORMATS = {Kind.DATE: "dd/mm/yyyy", Kind.PERCENTAGE: "0%", Kind.BOOLEAN: '"TRUE";"TRUE";"FALSE"'}

# A formula that was never calculated came back without its result. This stands for it: Excel shows an error, not 0.
NEVER_CALCULATED = "=NA()"


def put_value(target: Target, value: Value) -> None:
    """Fill in an answer. Empty text is left out: a blank cell says that a question is not answered."""
    if isinstance(value, Cell):
        _put_cell(target, value)
    elif isinstance(value, str):
        if value:
            put_text(target, value)
    else:
        target.value = value


def _put_cell(target: Target, given: Cell) -> None:
    """Fill in what stood in a cell, so that it reads back as the same kind of thing."""
    if given.kind is Kind.TEXT:
        put_text(target, str(given.value))
    elif given.kind is Kind.UNCALCULATED:
        target.value = NEVER_CALCULATED
    elif given.kind is Kind.ERROR:
        # a cell with another name than Excel's own makes a file that it refuses
        target.value, target.data_type = given.value if given.value in ERRORS else NOT_AVAILABLE, "e"
    else:
        target.value = given.value
        target.number_format = FORMATS.get(given.kind, target.number_format)

"""What each answer cell of a form accepts: its drop-down or its limits, the hint that it shows, and what it says when
something else is typed.

Messages follow GOV.UK: what happened, and how to put it right.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from mspof_cli.cells import column_letters
from mspof_cli.identify import LARGEST_SUBMISSION
from mspof_cli.outputs.form.file import free_name
from mspof_cli.outputs.form.style import put_text
from mspof_cli.periods import long_date, quarter_label
from mspof_cli.questions import LARGEST_COUNT
from mspof_cli.schemas import Column, Field, Question

# Excel's own limits: it won't open a file that breaks them.
LONGEST_TITLE = 32
LONGEST_MESSAGE = 255

LONGEST_ENTRY = 255
LONGEST_COMMENT = 2000
COUNT_PROMPT = (
    "Enter a whole number, 0 if there were none. Leave the whole question blank if your council does not collect it."
)
COMMENT_PROMPT = "Explain anything unusual about the figures. Do not name or describe a person."
EXPLANATION_PROMPT = (
    "Say what lies behind the figures: what happened, and to how many. Do not name or describe a person."
)
CASE_PROMPT = "Use one row for each case. Do not name a person."

# The number format of cells for text, or Excel would make a date of a financial year such as 2011-12.
AS_TEXT = "@"
AS_DATE = "dd/mm/yyyy"


class Entry(NamedTuple):
    """How an answer is given: what its cells look like and accept. One entry can serve many cells."""

    style: str
    number_format: str
    width: float
    rule: DataValidation

    def check(self, sheet: Worksheet, cells: Iterable[Cell]) -> None:
        """Apply the rule to cells, given from top to bottom, as few ranges."""
        runs: list[list[Cell]] = []
        for cell in cells:
            if runs and runs[-1][-1].row == cell.row - 1:
                runs[-1].append(cell)
            else:
                runs.append([cell])
        for run in runs:
            self.rule.add(f"{run[0].coordinate}:{run[-1].coordinate}")
        if runs:  # Excel won't open a file with a rule for no cells
            sheet.add_data_validation(self.rule)


class DropDowns:
    """The hidden sheet of the values that drop-downs offer: a list of councils is too long to stand in a cell."""

    def __init__(self, workbook: Workbook, taken: Iterable[str]) -> None:
        """``taken`` are the names of the form's own sheets."""
        self.sheet = workbook.create_sheet(free_name("Lists", taken))
        self.sheet.sheet_state = "hidden"
        self.sheet.protection.enable()
        self._ranges: dict[tuple[str, ...] | tuple[int, ...], str] = {}

    def range_of(self, values: tuple[str, ...] | tuple[int, ...], name: str) -> str:
        """The range that holds some values, below a heading; equal lists share one."""
        if values not in self._ranges:
            column = len(self._ranges) + 1
            for row, words in enumerate((f"List for '{name}'", *values), 1):
                cell = self.sheet.cell(row, column)
                if isinstance(words, str):
                    put_text(cell, words)
                else:
                    cell.value = words
            letters = column_letters(column)
            self._ranges[values] = f"'{self.sheet.title}'!${letters}$2:${letters}${len(values) + 1}"
        return self._ranges[values]


def count_entry(question: Question) -> Entry:
    """A count of people or of enquiries."""
    rule = _whole_number(question.heading, COUNT_PROMPT, 0, LARGEST_COUNT, "Enter 0 if there were none.")
    return Entry("count", "General", 14, rule)


def comment_entry(question: Question) -> Entry:
    """A comment on a question."""
    return Entry("comment", "General", 66, _text(question.heading, COMMENT_PROMPT, LONGEST_COMMENT))


def explanation_entry(longest: int) -> Entry:
    """What a council says of a query."""
    return Entry("comment", AS_TEXT, 48, _text("Explanation", EXPLANATION_PROMPT, longest))


def cover_entry(
    field: Field, councils: tuple[str, ...], years: tuple[str, ...], earliest: datetime.date, drop_downs: DropDowns
) -> Entry:
    """A line of the cover. ``earliest`` is the first day that a return can speak of."""
    quarters = tuple(quarter_label(quarter) for quarter in range(1, 5))
    values = {"council": councils, "year": years, "quarter": quarters}.get(field.kind, field.choices)
    if values:
        number_format, rule = AS_TEXT, _choice(field.label, field.prompt, drop_downs.range_of(values, field.label))
    elif field.kind == "whole_number":
        number_format, rule = "General", _whole_number(field.label, field.prompt, 1, LARGEST_SUBMISSION)
    elif field.kind == "date":
        number_format, rule = AS_DATE, _date(field.label, field.prompt, earliest)
    else:
        number_format, rule = AS_TEXT, _text(field.label, field.prompt, LONGEST_ENTRY)
    return Entry("entry", number_format, 38, rule)


def list_entry(column: Column, drop_downs: DropDowns) -> Entry:
    """A column of a question that is a list of cases."""
    optional = "" if column.required else " Leave it blank if there is nothing to enter."
    if column.choices:
        values_range = drop_downs.range_of(column.choices, column.label)
        return Entry("entry", AS_TEXT, 18, _choice(column.label, f"Choose one from the list.{optional}", values_range))
    if column.kind == "number":
        lowest = -LARGEST_COUNT if column.minimum is None else column.minimum
        highest = LARGEST_COUNT if column.maximum is None else column.maximum
        prompt = f"Enter a whole number from {lowest:,} to {highest:,}.{optional}"
        return Entry("count", "General", 12, _whole_number(column.label, prompt, lowest, highest))
    return Entry("entry", AS_TEXT, 28, _text(column.label, f"{CASE_PROMPT}{optional}", LONGEST_ENTRY))


def _whole_number(title: str, prompt: str, lowest: int, highest: int, remedy: str = "") -> DataValidation:
    """A whole number between two limits, both included."""
    example = min(max(12, lowest), highest)
    error = (
        f"What you typed is not a whole number from {lowest:,} to {highest:,}. Choose Cancel, then enter digits only, "
        f"such as {example}. {remedy}"
    )
    rule = _rule(title, prompt, "Not a whole number in range", error.strip())
    rule.type, rule.operator = "whole", "between"
    rule.formula1, rule.formula2 = str(lowest), str(highest)
    return rule


def _choice(title: str, prompt: str, values_range: str) -> DataValidation:
    error = "What you typed is not in the list. Choose Cancel, then pick from the list: Alt and the down arrow open it."
    rule = _rule(title, prompt, "Not in the list", error)
    rule.type, rule.formula1 = "list", values_range
    return rule


def _date(title: str, prompt: str, earliest: datetime.date) -> DataValidation:
    example = earliest + datetime.timedelta(days=105)
    error = (
        f"What you typed is not a date on or after {long_date(earliest)}. Choose Cancel, then enter day, month and "
        f"year, such as {example:%d/%m/%Y}."
    )
    rule = _rule(title, prompt, "Not a date in range", error)
    rule.type, rule.operator = "date", "greaterThanOrEqual"
    rule.formula1 = str(int(to_excel(earliest)))
    return rule


def _text(title: str, prompt: str, longest: int) -> DataValidation:
    error = f"What you typed is too long. Choose Retry, then shorten it to {longest:,} characters or fewer."
    rule = _rule(title, prompt, "Too many characters", error)
    rule.type, rule.operator, rule.formula1 = "textLength", "lessThanOrEqual", str(longest)
    return rule


def _rule(title: str, prompt: str, error_title: str, error: str) -> DataValidation:
    return DataValidation(
        allow_blank=True,
        showInputMessage=True,
        showErrorMessage=True,
        errorStyle="stop",
        promptTitle=_cut(title, LONGEST_TITLE),
        prompt=_cut(prompt, LONGEST_MESSAGE),
        errorTitle=error_title,
        error=_cut(error, LONGEST_MESSAGE),
    )


def _cut(words: str, longest: int) -> str:
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"

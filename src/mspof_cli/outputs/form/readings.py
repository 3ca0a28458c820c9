"""The form's hidden sheet of readings: what each answer is to the checks, read in Excel as it is read on receipt.

One row for each answer: whether anything was given, the number that it gives if any, and what is wrong with it.
"""

from __future__ import annotations

from typing import NamedTuple

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import absolute_coordinate, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName

from mspof_cli.outputs.form.style import put_text
from mspof_cli.questions import LARGEST_COUNT

HEADINGS = ("Answer", "Text", "Before the point", "Digits", "Given", "Number", "Fault", "A number", "Its format")
EACH_DIGIT = "{1,2,3,4,5,6,7,8,9,10,11,12,13,14,15}"  # of the longest number that is read from text

# What people type without seeing it: no-break spaces, tabs, line breaks.
UNSEEN = ('"\N{NO-BREAK SPACE}"', "CHAR(9)", "CHAR(10)", "CHAR(13)")


class Reading(NamedTuple):
    """Where the readings of one answer stand, as references from any sheet.

    ``given`` is 1 or 0; ``number`` a number, or empty text if the answer gives none; ``fault`` the word for the worst
    severity found there, or empty text. ``usual`` is what the format of a plain number is called here.
    """

    cell: str
    text: str
    given: str
    number: str
    fault: str
    usual: str

    @property
    def is_date(self) -> str:
        """Whether a number is shown as a date."""
        return f'{_format(self.cell)}="D"'

    @property
    def is_odd(self) -> str:
        """Whether a number is shown as a percentage, or is TRUE or FALSE, which are numbers to LibreOffice.

        Excel calls the format of a plain number G and that of a date D; LibreOffice mostly calls them F and G.
        """
        shown = _format(self.cell)
        return f'OR({shown}="P",AND({shown}="G",{self.usual}<>"G"))'


class Readings:
    """The hidden sheet, row by row."""

    def __init__(self, workbook: Workbook, name: str) -> None:
        self._workbook, self._rows = workbook, 1
        self.sheet = workbook.create_sheet(name)
        self.sheet.sheet_state = "hidden"
        self.sheet.protection.enable()
        for column, heading in enumerate(HEADINGS, 1):
            put_text(self.sheet.cell(1, column), heading)
        plain, usual = self.sheet["H2"], self.sheet["I2"]
        plain.value = 0
        usual.value = "=" + _format(plain.coordinate)
        self._usual = reference(usual)

    def add(self, name: str, answer: Cell, *, is_count: bool) -> Reading:
        """Read one answer under a name; ``is_count`` if it should be a number of cases."""
        row = self._rows = self._rows + 1
        cell = reference(answer)
        own, text, whole, digits, given, number, fault = (self.sheet.cell(row, column) for column in range(1, 8))
        read = Reading(cell, reference(text), reference(given), reference(number), reference(fault), self._usual)
        put_text(own, name)
        seen = cell
        for letter in UNSEEN:
            seen = f'SUBSTITUTE({seen},{letter}," ")'
        text.value = f'=IF(ISERROR({cell}),"",IF(ISTEXT({cell}),TRIM({seen}),""))'
        given.value = f'=IF(ISERROR({cell}),1,IF(ISTEXT({cell}),IF({text.coordinate}="",0,1),IF(ISBLANK({cell}),0,1)))'
        if is_count:
            whole.value = f'=LEFT({text.coordinate},FIND(".",{text.coordinate}&".")-1)'
            digits.value = f'=SUBSTITUTE({whole.coordinate},",","")'
            number.value = "=" + _number(read, text.coordinate, whole.coordinate, digits.coordinate)
        self._workbook.defined_names[fault_name(name)] = DefinedName(
            fault_name(name), attr_text=reference(fault), hidden=True
        )
        return read

    def set_fault(self, reading: Reading, expression: str) -> None:
        """What says how bad an answer is, once the checks are known."""
        self.sheet[reading.fault.rpartition("!")[2].replace("$", "")].value = f"={expression}"


def fault_name(name: str) -> str:
    """The name of the cell that says what is wrong with an answer.

    Conditional formats can speak of other sheets by name in every version of Excel, and in no other way in some.
    """
    return f"fault_{name}"


def reference(cell: Cell) -> str:
    """A cell as every sheet can speak of it: ``'Questions'!$C$11``."""
    return f"{quote_sheetname(cell.parent.title)}!{absolute_coordinate(cell.coordinate)}"


def _format(cell: str) -> str:
    """The first letter of what a cell's format is called. Not every edition of Excel knows formats."""
    return f'LEFT(IFERROR(CELL("format",{cell}),"G"),1)'


def _number(read: Reading, text: str, whole: str, digits: str) -> str:
    """The number that a cell gives, or empty text: dates and percentages are numbers to Excel, but not to a count."""
    cell, is_other = read.cell, f"OR({read.is_date},{read.is_odd})"
    is_count = f"AND({cell}>=0,{cell}<={LARGEST_COUNT},{cell}=INT({cell}))"
    as_number = f'IF({is_count},IF({is_other},"",{cell}),"")'
    return f'IF(ISERROR({cell}),"",IF(ISNUMBER({cell}),{as_number},IF({text}="","",{_typed(text, whole, digits)})))'


def _typed(text: str, whole: str, digits: str) -> str:
    """The number that a text gives, or empty text.

    It is looked at letter by letter, because Excel's own conversion also takes '5%', '1e3', '£4' and dates.
    """
    other = f'SUMPRODUCT(--ISERROR(FIND(MID({digits}&REPT("0",15),{EACH_DIGIT},1),"0123456789")))>0'
    grouped = f'AND(LEN({digits})>3,{whole}=LEFT({digits},MAX(LEN({digits})-3,0))&","&RIGHT({digits},3))'
    rest = f"MID({text},LEN({whole})+1,99)"  # the point, and what follows it
    noughts = f'AND(LEN({rest})>1,LEN({rest})<17,SUBSTITUTE({rest},"0","")=".")'
    is_count = f'AND({digits}<>"",LEN({digits})<16,OR({whole}={digits},{grouped}),OR({rest}="",{noughts}))'
    return f'IF({is_count},IF({other},"",IF(VALUE({digits})>{LARGEST_COUNT},"",VALUE({digits}))),"")'

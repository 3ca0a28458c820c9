"""The form's hidden sheet of readings: what each answer is to the checks, read in Excel as it is read on receipt.

One row for each answer: whether anything was given, the number that it gives if any, and what is wrong with it. Then
one for each respondent of a question: how many of the answers are numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import absolute_coordinate, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName

from mspof_cli.cells import column_letters
from mspof_cli.outputs.form.formulas import formula, text_of
from mspof_cli.outputs.form.style import put_text
from mspof_cli.questions import LARGEST_COUNT

HEADINGS = (
    *("Answer", "Text", "Without a minus", "Before the point", "Digits", "Given", "Number", "In doubt", "Refused"),
    *("Fault", "A number", "Its format"),
)
CENTURY = 36526  # 1 January 2000, as Excel counts days
EACH_DIGIT = "{1,2,3,4,5,6,7,8,9,10,11,12,13,14,15}"  # of the longest number that is read from text
EACH_OF_A_DAY = "{1,2,3,4,5,6,7,8}"
EACH_COMMA = "{3,7,11,15}"  # how many letters may stand behind a comma of it
EACH_LETTER = "ROW($1:$99)"  # of a text, as far as it is looked at

# What people type without seeing it: what takes the room of a space, and what takes none.
SPACES = (
    *('"\N{NO-BREAK SPACE}"', "CHAR(9)", "CHAR(10)", "CHAR(13)", '"\N{EN SPACE}"', '"\N{EM SPACE}"'),
    *('"\N{FIGURE SPACE}"', '"\N{THIN SPACE}"', '"\N{HAIR SPACE}"', '"\N{NARROW NO-BREAK SPACE}"'),
    '"\N{IDEOGRAPHIC SPACE}"',
)
NOTHING_SEEN = (
    *('"\N{ZERO WIDTH SPACE}"', '"\N{ZERO WIDTH NON-JOINER}"', '"\N{ZERO WIDTH JOINER}"', '"\N{WORD JOINER}"'),
    *('"\N{ZERO WIDTH NO-BREAK SPACE}"', '"\N{LEFT-TO-RIGHT MARK}"', '"\N{RIGHT-TO-LEFT MARK}"', '"\N{SOFT HYPHEN}"'),
)

# What a number in text is made of, and what never is part of one. Other letters may stand for digits, as full-width
# ones do: only reading the form can tell.
OF_NUMBERS = "0123456789,.- "
OF_NO_NUMBER = "".join(sorted({chr(code) for code in range(33, 127)} - set(OF_NUMBERS))) + "£€–—−…‘’“”¼½¾¹²³°•≤≥"


class Reading(NamedTuple):
    """Where the readings of one answer stand, as references from any sheet.

    ``given`` is 1 or 0; ``number`` a number, or empty text if the answer gives none; ``doubt`` is 1 if it may be one
    that Excel can't read, ``refused`` 1 if it is none; ``fault`` the word for the worst severity found there, or empty
    text. ``usual`` is what the format of a plain number is called here.
    """

    cell: str
    text: str
    given: str
    number: str
    doubt: str
    refused: str
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

    @property
    def is_unnamed(self) -> str:
        """Whether a number is shown in a way for which LibreOffice has no name, and may be a count.

        So are text, accounting, and most dates; but a day of this century is none that so many cases could be.
        """
        unnamed = f'AND({_format(self.cell)}="G",{self.usual}<>"G",NOT(ISLOGICAL({self.cell})))'
        return f"AND({unnamed},{self.cell}>=0,{self.cell}<{CENTURY},{self.cell}=INT({self.cell}))"

    @property
    def is_no_day(self) -> str:
        """Whether a number is shown as a percentage, or is TRUE or FALSE. LibreOffice knows few formats as a date's."""
        return f'OR({_format(self.cell)}="P",ISLOGICAL({self.cell}))'


class Readings:
    """The hidden sheet, row by row."""

    def __init__(self, workbook: Workbook, name: str) -> None:
        self._workbook, self._rows = workbook, 1
        self.sheet = workbook.create_sheet(name)
        self.sheet.sheet_state = "hidden"
        self.sheet.protection.enable()
        for column, heading in enumerate(HEADINGS, 1):
            put_text(self.sheet.cell(1, column), heading)
        plain, usual = self.sheet["K2"], self.sheet["L2"]
        plain.value = 0
        usual.value = formula(_format(plain.coordinate), "numbers")
        self._usual = reference(usual)

    def add(self, name: str, answer: Cell, kind: Literal["count", "date", "text"]) -> Reading:
        """Read one answer under a name: a count is a number of cases, a date the number of a day, text neither."""
        row = self._rows = self._rows + 1
        own, text, bare, whole, digits, given, number, doubt, refused, fault = (
            self.sheet.cell(row, column) for column in range(1, 11)
        )
        cell = reference(answer)
        read = Reading(
            *(cell, reference(text), reference(given), reference(number), reference(doubt), reference(refused)),
            *(reference(fault), self._usual),
        )
        put_text(own, name)
        is_given = f'IF(ISERROR({cell}),1,IF(ISTEXT({cell}),IF({text.coordinate}="",0,1),IF(ISBLANK({cell}),0,1)))'
        formulas = {text: f'IF(ISERROR({cell}),"",IF(ISTEXT({cell}),TRIM({_seen(cell)}),""))', given: is_given}
        typed = _Typed(text.coordinate, bare.coordinate, whole.coordinate, digits.coordinate)
        unread = f'{given.coordinate}=1,{number.coordinate}=""'
        if kind == "date":
            formulas |= {
                digits: typed.digits_of_day,
                whole: typed.day,
                number: f"IF(ISNUMBER({cell}),{cell},{typed.whole})",
                refused: f"IF(AND({unread},{typed.is_no_day}),1,0)",
            }
        if kind == "count":
            formulas |= {
                bare: f"IF({typed.is_negative},MID({typed.text},2,LEN({typed.text})),{typed.text})",
                whole: f'LEFT({typed.bare},FIND(".",{typed.bare}&".")-1)',
                digits: f'SUBSTITUTE({typed.whole},",","")',
                number: _number(read, typed),
                doubt: f"IF(AND({unread}),{_doubt(read, typed)},0)",
                refused: f"IF(AND({unread},{doubt.coordinate}=0),1,0)",
            }
        for target, expression in formulas.items():
            target.value = formula(expression, f"the answer '{name}'")
        self._workbook.defined_names[fault_name(name)] = DefinedName(
            fault_name(name), attr_text=reference(fault), hidden=True
        )
        return read

    def count(self, name: str, readings: Iterable[Reading]) -> str:
        """How many of some answers are numbers, under a name, as a reference from any sheet."""
        row = self._rows = self._rows + 1
        put_text(self.sheet.cell(row, 1), name)
        cell = self.sheet.cell(row, HEADINGS.index("Number") + 1)
        numbers = ",".join(reading.number for reading in readings)
        cell.value = formula(f"COUNT({numbers})", f"the answers to '{name}'")
        return reference(cell)

    @property
    def doubts(self) -> str:
        """How many answers are in doubt, as an expression."""
        letters = column_letters(HEADINGS.index("In doubt") + 1)
        return f"COUNTIF({quote_sheetname(self.sheet.title)}!${letters}$2:${letters}${self._rows},1)"

    def set_fault(self, reading: Reading, expression: str) -> None:
        """What says how bad an answer is, once the checks are known."""
        cell = self.sheet[reading.fault.rpartition("!")[2].replace("$", "")]
        cell.value = formula(expression, f"the answer '{self.sheet.cell(cell.row, 1).value}'")


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


def has_any_of(letters: str, text: str) -> str:
    """Whether any of some letters, other than 0, is in a text."""
    each = f'MID({text}&REPT("0",99),{EACH_LETTER},1)'
    return f"SUMPRODUCT(--ISNUMBER(FIND({each},{text_of(letters)})))>0"


def _seen(cell: str) -> str:
    """The text of a cell without what can't be seen."""
    for letter in SPACES:
        cell = f'SUBSTITUTE({cell},{letter}," ")'
    for letter in NOTHING_SEEN:
        cell = f'SUBSTITUTE({cell},{letter},"")'
    return cell


class _Typed(NamedTuple):
    """The cells in which a text is taken apart: all of it, without a minus, what is before the point, its digits."""

    text: str
    bare: str
    whole: str
    digits: str

    @property
    def is_negative(self) -> str:
        return f'LEFT({self.text},1)="-"'

    @property
    def number(self) -> str:
        """The number that the text gives, or empty text.

        It is looked at letter by letter, because Excel's own conversion also takes '5%', '1e3', '£4' and dates.
        """
        digits, whole = self.digits, self.whole
        other = f'SUMPRODUCT(--ISERROR(FIND(MID({digits}&REPT("0",15),{EACH_DIGIT},1),"0123456789")))>0'
        rest = f"MID({self.bare},LEN({whole})+1,99)"  # the point, and what follows it
        noughts = f'AND(LEN({rest})>1,LEN({rest})<17,SUBSTITUTE({rest},"0","")=".")'
        whole_part = f'AND({digits}<>"",LEN({digits})<16,OR({whole}={digits},{self.is_grouped}))'
        is_count = f'AND({whole_part},OR({rest}="",{noughts}))'
        value = f"VALUE({digits})"
        impossible = f"OR({value}>{LARGEST_COUNT},AND({self.is_negative},{value}>0))"
        return f'IF({is_count},IF({other},"",IF({impossible},"",{value})),"")'

    @property
    def is_grouped(self) -> str:
        """Whether there is a comma before every three digits, and nowhere else."""
        whole, commas = self.whole, f"LEN({self.whole})-LEN({self.digits})"
        right = f'SUMPRODUCT(--(MID(REPT("0",20)&{whole},LEN({whole})+20-{EACH_COMMA},1)=","))'
        return f"AND({commas}=INT((LEN({self.digits})-1)/3),{right}={commas})"

    @property
    def digits_of_day(self) -> str:
        """Year, month and day of a date in figures, 15/01/2019 or 2019-01-15, as eight letters; else empty text."""
        text = self.text
        day_first = f'AND(MID({text},3,1)="/",MID({text},6,1)="/"),RIGHT({text},4)&MID({text},4,2)&LEFT({text},2)'
        year_first = f'AND(MID({text},5,1)="-",MID({text},8,1)="-"),LEFT({text},4)&MID({text},6,2)&RIGHT({text},2)'
        return f'IF(LEN({text})=10,IF({day_first},IF({year_first},"")),"")'

    @property
    def day(self) -> str:
        """The day that the digits of a date give, as Excel counts days from 1901 on, or empty text."""
        other = f'SUMPRODUCT(--ISERROR(FIND(MID({self.digits}&REPT("x",8),{EACH_OF_A_DAY},1),"0123456789")))>0'
        parts = (f"LEFT({self.digits},4)", f"MID({self.digits},5,2)", f"RIGHT({self.digits},2)")
        year, month, day = (f"VALUE({part})" for part in parts)
        date = f"DATE({year},{month},{day})"
        exists = f"AND({year}>1900,MONTH({date})={month},DAY({date})={day})"
        return f'IF({other},"",IF({exists},{date},""))'

    @property
    def is_no_day(self) -> str:
        """Whether a text is never a date: it has no digit."""
        return f"COUNT(FIND({{0,1,2,3,4,5,6,7,8,9}},{self.text}))=0"

    @property
    def is_doubtful(self) -> str:
        """Whether a text that gives no number here may give one when the form is read."""
        letters = f'MID({self.text}&REPT("0",99),{EACH_LETTER},1)'
        strange = f"SUMPRODUCT(--ISERROR(FIND({letters},{text_of(OF_NUMBERS)})))>0"
        none = f"NOT({has_any_of(OF_NO_NUMBER, self.text)})"
        very_long = f"AND(LEN({self.digits})>15,{self.whole}<>{self.digits})"
        return f"AND({none},OR({strange},{very_long}))"


def _doubt(read: Reading, typed: _Typed) -> str:
    """1 if what gives no number here may give one when the form is read, else 0."""
    of_text = f'IF({typed.text}="",0,IF({typed.is_doubtful},1,0))'
    return f"IF(ISNUMBER({read.cell}),IF({read.is_unnamed},1,0),{of_text})"


def _number(read: Reading, typed: _Typed) -> str:
    """The number that a cell gives, or empty text: dates and percentages are numbers to Excel, but not to a count."""
    cell, is_other = read.cell, f"OR({read.is_date},{read.is_odd})"
    is_count = f"AND({cell}>=0,{cell}<={LARGEST_COUNT},{cell}=INT({cell}))"
    as_number = f'IF({is_count},IF({is_other},"",{cell}),"")'
    return f'IF(ISERROR({cell}),"",IF(ISNUMBER({cell}),{as_number},IF({typed.text}="","",{typed.number})))'

"""The form's hidden sheet of readings: what each answer is to the checks, read in Excel as it is read on receipt.

One row for each answer: whether anything was given, the number that it gives if any, and what is wrong with it. Then
one for each respondent of a question: how many of the answers are numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import quote_sheetname
from openpyxl.workbook.defined_name import DefinedName

from mspof_cli.cells import column_letters
from mspof_cli.outputs.form.answer import Reading, format_letter, reference
from mspof_cli.outputs.form.formulas import formula
from mspof_cli.outputs.form.style import put_text
from mspof_cli.outputs.form.typed import Judged, Typed

HEADINGS = (
    *("Answer", "Text", "Without a minus", "Before the point", "Digits", "Given", "Number", "In doubt", "Refused"),
    *("Fault", "A number", "Its format", "Plain letters"),
)
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
        usual.value = formula(format_letter(plain.coordinate), "numbers")
        self._usual = reference(usual)

    def add(self, name: str, answer: Cell, judge: Callable[[Typed], Judged] | None) -> Reading:
        """Read one answer under a name; of one that nothing is to be made of, only whether it is given."""
        row = self._rows = self._rows + 1
        own, text, bare, whole, digits, given, number, doubt, refused, fault = (
            self.sheet.cell(row, column) for column in range(1, 11)
        )
        plain = self.sheet.cell(row, HEADINGS.index("Plain letters") + 1)
        cell = reference(answer)
        read = Reading(
            *(cell, reference(text), reference(given), reference(number), reference(doubt), reference(refused)),
            *(reference(fault), self._usual),
        )
        put_text(own, name)
        is_given = f'IF(ISERROR({cell}),1,IF(ISTEXT({cell}),IF({text.coordinate}="",0,1),IF(ISBLANK({cell}),0,1)))'
        formulas = {
            text.coordinate: f'IF(ISERROR({cell}),"",IF(ISTEXT({cell}),TRIM({_seen(cell)}),""))',
            given.coordinate: is_given,
        }
        if judge:
            judged = judge(Typed(read, *(at.coordinate for at in (text, bare, whole, digits, plain))))
            unread = f'{given.coordinate}=1,{number.coordinate}=""'
            formulas |= {
                **judged.helpers,
                number.coordinate: judged.number,
                doubt.coordinate: f"IF(AND({unread}),IF({judged.doubt},1,0),0)",
                refused.coordinate: f"IF(AND({unread},{doubt.coordinate}=0),1,0)",
            }
        for target, expression in formulas.items():
            self.sheet[target].value = formula(expression, f"the answer '{name}'")
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


def _seen(cell: str) -> str:
    """The text of a cell without what can't be seen."""
    for letter in SPACES:
        cell = f'SUBSTITUTE({cell},{letter}," ")'
    for letter in NOTHING_SEEN:
        cell = f'SUBSTITUTE({cell},{letter},"")'
    return cell

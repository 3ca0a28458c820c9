"""One answer as formulas speak of it: where what is read of it stands, and how it is shown."""

from __future__ import annotations

from typing import NamedTuple

from openpyxl.cell.cell import Cell
from openpyxl.utils import absolute_coordinate, quote_sheetname

from mspof_cli.cells import LONGEST_SHOWN

CENTURY = 36526  # 1 January 2000, as Excel counts days


class Reading(NamedTuple):
    """Where the readings of one answer stand, as references from any sheet.

    ``given`` is 1 or 0; ``number`` a number, or empty text if the answer gives none; ``doubt`` is 1 if it may give one
    that Excel can't read, ``refused`` 1 if it gives none; ``fault`` the word for the worst severity found there, or
    empty text. ``usual`` is what the format of a plain number is called here.

    The number is a count, a submission number, the number of a day, the year in which a financial year starts, or the
    number of a quarter; for a council, a code or a choice, how many of those that are known it is.
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
    def is_read(self) -> str:
        return f"ISNUMBER({self.number})"

    @property
    def is_date(self) -> str:
        """Whether a number is shown as a date."""
        return f'{format_letter(self.cell)}="D"'

    @property
    def is_odd(self) -> str:
        """Whether a number is shown as a percentage, or is TRUE or FALSE, which are numbers to LibreOffice.

        Excel calls the format of a plain number G and that of a date D; LibreOffice mostly calls them F and G.
        """
        shown = format_letter(self.cell)
        return f'OR({shown}="P",AND({shown}="G",{self.usual}<>"G"))'

    @property
    def is_unnamed(self) -> str:
        """Whether a number is shown in a way for which LibreOffice has no name, and may be a count.

        So are text, accounting, and most dates; but a day of this century is none that so many cases could be.
        """
        unnamed = f'AND({format_letter(self.cell)}="G",{self.usual}<>"G",NOT(ISLOGICAL({self.cell})))'
        return f"AND({unnamed},{self.cell}>=0,{self.cell}<{CENTURY},{self.cell}=INT({self.cell}))"

    @property
    def is_no_count(self) -> str:
        """Whether a number is surely not shown as one: it is shown as a date or a percentage, or is TRUE or FALSE."""
        return f"OR({self.is_date},{self.is_no_day})"

    @property
    def is_no_day(self) -> str:
        """Whether a number is shown as a percentage, or is TRUE or FALSE. LibreOffice knows few formats as a date's."""
        return f'OR({format_letter(self.cell)}="P",ISLOGICAL({self.cell}))'

    @property
    def shown(self) -> str:
        """What was given, as it is said on receipt; of an error value not which."""
        return self._shown(f'IF({self.is_date},"a date",{self.cell}&"")')

    @property
    def shown_as_no_date(self) -> str:
        """The same where no date is given: of a number that is shown as a date, but is none that can be, which."""
        return self._shown(f'{self.cell}&""')

    def _shown(self, number: str) -> str:
        text = self.text
        long = f'OR(LEN({text})>{LONGEST_SHOWN},ISNUMBER(FIND("@",{text})))'
        typed = f'IF({long},"text of "&LEN({text})&" characters","\'"&{text}&"\'")'
        number = f'IF({format_letter(self.cell)}="P","a percentage",{number})'
        known = f'IF(ISLOGICAL({self.cell}),"a true or false",IF(ISTEXT({self.cell}),{typed},{number}))'
        return f'IF({self.given}=0,"blank",IF(ISERROR({self.cell}),"an error value",{known}))'


def reference(cell: Cell) -> str:
    """A cell as every sheet can speak of it: ``'Questions'!$C$11``."""
    return f"{quote_sheetname(cell.parent.title)}!{absolute_coordinate(cell.coordinate)}"


def format_letter(cell: str) -> str:
    """The first letter of what a cell's format is called. Not every edition of Excel knows formats."""
    return f'LEFT(IFERROR(CELL("format",{cell}),"G"),1)'

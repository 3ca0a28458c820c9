"""A number of cases that was typed as text, taken apart by formulas as it is read on receipt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mspof_cli.outputs.form.answer import Reading
from mspof_cli.outputs.form.formulas import text_of
from mspof_cli.questions import LARGEST_COUNT

LONGEST = 99  # letters of a text that are looked at
MOST_DIGITS = 15  # of a number that is read from text
EACH_COMMA = "{3,7,11,15}"  # how many letters may stand behind a comma of it
DIGITS = "0123456789"

# What a number in text is made of, and what never is part of one. Other letters may stand for digits, as full-width
# ones do: only reading the form can tell.
OF_NUMBERS = "0123456789,.- "
OF_NO_NUMBER = "".join(sorted({chr(code) for code in range(33, 127)} - set(OF_NUMBERS))) + "£€–—−…‘’“”¼½¾¹²³°•≤≥"


class Judged(NamedTuple):
    """What formulas make of an answer: expressions for the number that it gives, or empty text; and for whether what
    gives none may give one when the form is read. ``helpers`` are those of the cells in which its text is taken apart.
    """

    number: str
    doubt: str
    helpers: Mapping[str, str]


class Typed(NamedTuple):
    """An answer, and the cells in which its text is taken apart: all of it, without a minus, before the point, digits.

    What is on the cover is taken apart in the same cells otherwise; ``plain`` is whether it is of plain letters.
    """

    answer: Reading
    text: str
    bare: str
    whole: str
    digits: str
    plain: str

    @property
    def is_negative(self) -> str:
        return f'LEFT({self.text},1)="-"'

    @property
    def number(self) -> str:
        """The number that the text gives, or empty text.

        It is looked at letter by letter, because Excel's own conversion also takes '5%', '1e3', '£4' and dates.
        """
        digits, whole = self.digits, self.whole
        other = f"{others(digits, DIGITS, MOST_DIGITS)}>0"
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
    def is_doubtful(self) -> str:
        """Whether a text that gives no number here may give one when the form is read."""
        strange = f"{others(self.text, OF_NUMBERS)}>0"
        none = f"NOT({has_any_of(OF_NO_NUMBER, self.text)})"
        very_long = f"AND(LEN({self.digits})>15,{self.whole}<>{self.digits})"
        return f"AND({none},OR({strange},{very_long}))"


def count(typed: Typed) -> Judged:
    """A number of cases."""
    helpers = {
        typed.bare: f"IF({typed.is_negative},MID({typed.text},2,LEN({typed.text})),{typed.text})",
        typed.whole: f'LEFT({typed.bare},FIND(".",{typed.bare}&".")-1)',
        typed.digits: f'SUBSTITUTE({typed.whole},",","")',
    }
    of_text = f'IF({typed.text}="",FALSE,{typed.is_doubtful})'
    return Judged(_number(typed), f"IF(ISNUMBER({typed.answer.cell}),{typed.answer.is_unnamed},{of_text})", helpers)


def _number(typed: Typed) -> str:
    """The number that a cell gives, or empty text: dates and percentages are numbers to Excel, but not to a count.

    What LibreOffice calls neither a number nor anything else is a formula that leads to a blank cell, and is 0.
    """
    read = typed.answer
    cell, is_other = read.cell, f"OR({read.is_date},{read.is_odd})"
    is_count = f"AND({cell}>=0,{cell}<={LARGEST_COUNT},{cell}=INT({cell}))"
    as_number = f'IF({is_count},IF({is_other},"",{cell}+0),"")'
    none = f"OR(ISTEXT({cell}),ISBLANK({cell}),ISLOGICAL({cell}))"
    of_cell = f'IF({none},"",{as_number})'
    return f'IF(ISERROR({cell}),"",IF({typed.text}="",{of_cell},{typed.number}))'


def has_any_of(letters: str, text: str) -> str:
    """Whether any of some letters, other than 0, is in a text."""
    return f"SUMPRODUCT(--ISNUMBER(FIND({_letters(text, LONGEST)},{text_of(letters)})))>0"


def others(text: str, letters: str, most: int = LONGEST) -> str:
    """How many of the first letters of a text, so many at most, are none of some letters, of which 0 is one."""
    return f"SUMPRODUCT(--ISERROR(FIND({_letters(text, most)},{text_of(letters)})))"


def _letters(text: str, most: int) -> str:
    """Each of the first letters of a text; 0 for those that it has not."""
    each = ",".join(map(str, range(1, most + 1)))
    places = f"ROW($1:${LONGEST})" if most == LONGEST else f"{{{each}}}"
    return f'MID({text}&REPT("0",{most}),{places},1)'

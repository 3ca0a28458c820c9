"""What a cell holds, and how the things people type into it are read.

Nothing here knows a form, a question or a rule: a cell goes in, a plain value or a named kind of trouble comes out.
"""

from __future__ import annotations

import datetime
import unicodedata
from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """What a cell that is not blank holds."""

    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "true or false"
    DATE = "date"
    PERCENTAGE = "percentage"
    ERROR = "error value"
    UNCALCULATED = "formula that was never calculated"


class Cell(NamedTuple):
    """One cell that is not blank.

    ``value`` is an ``int`` or ``float`` for a number or a percentage (1 for 100 %), the text as it was typed for text,
    a ``bool``, the date's serial number (in the workbook's own date system) for a date, and the error's name
    (``"#REF!"``) for an error value. ``formula`` says that a formula stands in the cell; its value is then the one
    last calculated.
    """

    kind: Kind
    value: int | float | str | bool
    formula: bool = False


class Place(NamedTuple):
    """Where a cell is: the sheet's name, and row and column counted from 1."""

    sheet: str
    row: int
    column: int

    @property
    def ref(self) -> str:
        """The address within the sheet, as Excel writes it: ``"C8"``."""
        return f"{column_letters(self.column)}{self.row}"


class Entry(NamedTuple):
    """What was given at one place of a form: the place is None where its label was not found, the cell where blank."""

    label: str
    place: Place | None
    cell: Cell | None

    @property
    def places(self) -> tuple[Place, ...]:
        return (self.place,) if self.place else ()

    @property
    def is_blank(self) -> bool:
        """Whether nothing was given; spaces are nothing."""
        return self.cell is None or (self.cell.kind is Kind.TEXT and not tidy(str(self.cell.value)))

    @property
    def text(self) -> str:
        """What was typed, tidied; empty if it is neither text nor a number."""
        return text_of(self.cell)


def column_letters(column: int) -> str:
    """The letters of a column counted from 1: 1 is ``"A"``, 27 is ``"AA"``."""
    letters = ""
    while column:
        column, remainder = divmod(column - 1, 26)
        letters = chr(65 + remainder) + letters
    return letters


def row_and_column(ref: str) -> tuple[int, int]:
    """The row and column of an address such as ``"C8"``; ``ValueError`` if it is not one."""
    letters = ref.rstrip("0123456789")
    digits = ref[len(letters) :]
    if not (digits and letters.isascii() and letters.isalpha() and letters.isupper()):
        raise ValueError(ref)
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(digits), column


# A number with so many digits may be a telephone number.
LONG_NUMBER = 8


# What people type instead of one of the answers offered, in small letters. None of it says anything about a person.
PLAIN_WORDS = frozenset({
    "agreed", "approved", "done", "don't know", "draft", "false", "in progress", "maybe", "n", "n/a", "na", "nil", "no",
    "none", "not applicable", "not known", "not yet", "ok", "okay", "pending", "signed", "signed off", "tbc", "tbd",
    "to be confirmed", "to follow", "true", "unknown", "x", "y", "yes"
})  # fmt: skip

LONGEST_SHOWN = 60  # characters of what was typed

# Excel's own names for errors.
NOT_AVAILABLE = "#N/A"
ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#GETTING_DATA", NOT_AVAILABLE})


def tidy(text: str) -> str:
    """The text as a person sees it: compatibility forms folded, nothing invisible, single spaces, none at the ends."""
    if not text.isascii():
        seen = (letter for letter in text if unicodedata.category(letter) != "Cf")  # a soft hyphen, a mark of direction
        text = unicodedata.normalize("NFKC", "".join(seen))
    return " ".join(text.split())


def text_of(cell: Cell | None) -> str:
    """What was typed in a cell, tidied; empty if it is neither text nor a number."""
    return "" if cell is None or cell.kind not in (Kind.TEXT, Kind.NUMBER) else tidy(str(cell.value))


def shown(cell: Cell | None, longest: int = LONGEST_SHOWN) -> str:
    """What a cell holds, for showing in a finding. Longer text, or text with an '@', is only described."""
    if cell is None or cell.kind not in (Kind.TEXT, Kind.ERROR):
        return described(cell)
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in str(cell.value)).split())
    if not text or len(text) > longest or "@" in tidy(text):
        return described(cell)
    return text if cell.kind is Kind.ERROR else f"'{text}'"


def described(cell: Cell | None, words: str = "") -> str:
    """What a cell holds, where people may have written about people: the kind of thing, and no words of it.

    Only what is an answer and never a name is shown. ``words`` is said of any other text, instead of its length.
    """
    if cell is None:
        return "blank"
    if cell.kind is Kind.NUMBER:
        digits = sum(letter.isdigit() for letter in str(cell.value))
        return str(cell.value) if digits < LONG_NUMBER else f"a number of {digits} digits"
    if cell.kind is Kind.ERROR:
        return str(cell.value) if cell.value in ERRORS else f"an {cell.kind.value}"
    if cell.kind is not Kind.TEXT:
        return f"a {cell.kind.value}"
    text = tidy(str(cell.value))
    if not text:
        return "spaces only"
    return f"'{text}'" if text.casefold() in PLAIN_WORDS else words or f"text of {len(text)} characters"


def date_of(cell: Cell | None, date_1904: bool) -> datetime.date | None:
    """The date that a cell gives: an Excel date, a serial number, or text with the day first; else None."""
    if cell is None or cell.kind not in (Kind.TEXT, Kind.NUMBER, Kind.DATE):
        return None
    if cell.kind is Kind.TEXT:
        return _date_in_text(tidy(str(cell.value)))
    assert isinstance(cell.value, int | float)
    if not 1 <= cell.value < 110_000:  # to the year 2201; also keeps the arithmetic within the calendar
        return None
    start = datetime.date(1904, 1, 1) if date_1904 else datetime.date(1899, 12, 30)
    return start + datetime.timedelta(days=int(cell.value))


def _date_in_text(text: str) -> datetime.date | None:
    for pattern in ("%d/%m/%Y", "%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return datetime.datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    return None

"""How a form looks: its palette, its kinds of cell, and how much room text takes."""

from __future__ import annotations

from typing import Literal, NamedTuple

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side

from mspof_cli.feedback import SYMBOLS
from mspof_cli.findings import Severity
from mspof_cli.outputs.safe import workbook_text

FONT = "Arial"
BODY_SIZE = 11

# Colours, as red, green and blue in hexadecimal. The tests work out the contrast of every text on its fill.
WHITE = "FFFFFF"
INK = "1B2530"
GREY = "4A5663"
NAVY = "15324F"
BAND = "D3DFEA"
PANEL = "F2F5F8"
AMBER = "744210"
LINE = "6B7885"
RULE = "C9D2DB"


class Style(NamedTuple):
    """One kind of cell: its text and what is behind it."""

    colour: str = INK
    fill: str = WHITE
    size: int = BODY_SIZE
    bold: bool = False
    italic: bool = False
    wrap: bool = True
    horizontal: str = "left"
    vertical: str = "center"
    boxed: bool = False
    ruled: bool = False
    locked: bool = True
    underline: bool = False


STYLES = {
    "title": Style(WHITE, NAVY, size=18, bold=True, wrap=False),
    "subtitle": Style(WHITE, NAVY, wrap=False, vertical="top"),
    "version": Style(GREY, size=10, wrap=False),
    "instruction": Style(wrap=False, vertical="top"),
    "heading": Style(NAVY, BAND, bold=True),
    "column": Style(NAVY, BAND, bold=True, horizontal="center"),
    "question": Style(GREY, PANEL),
    "question on one line": Style(GREY, PANEL, wrap=False),
    "row on one line": Style(bold=True, wrap=False),
    "row": Style(fill=PANEL, ruled=True),
    "count": Style(wrap=False, horizontal="center", boxed=True, locked=False),
    "entry": Style(boxed=True, locked=False),
    "comment": Style(vertical="top", boxed=True, locked=False),
    "hint": Style(GREY, size=10),
    "live": Style(size=10, vertical="top"),
    "state": Style(bold=True, wrap=False),
    "link": Style("1F4E99", underline=True, ruled=True),
    "provisional": Style(AMBER, size=10, italic=True),
    "section": Style(NAVY, bold=True, vertical="top"),
    "text": Style(vertical="top"),
    "entry of table": Style(ruled=True),
    "provisional in table": Style(AMBER, italic=True, ruled=True),
}


class Fault(NamedTuple):
    """How an answer with something wrong is marked: its colours, and the symbol that stands before it."""

    colour: str
    fill: str
    symbol: str

    def number_format(self, usual: str) -> str:
        """The format that shows a value as usual behind the symbol; what the cell holds stays as it is."""
        before = f'"{self.symbol} "'
        if usual == "@":
            return f"{before}@"
        return f"{before}{usual};{before}-{usual};{before}{usual};{before}@"


FAULTS = {
    Severity.ERROR: Fault("8C1D18", "FBE3E1", SYMBOLS[Severity.ERROR]),
    Severity.QUERY: Fault("6B4400", "FDF0D5", SYMBOLS[Severity.QUERY]),
    Severity.NOTE: Fault(NAVY, "E3EEF9", SYMBOLS[Severity.NOTE]),
}


def fault_font(severity: Severity) -> Font:
    return Font(bold=True, color=FAULTS[severity].colour)


def fault_fill(severity: Severity) -> PatternFill:
    """A fill for a conditional format, whose colour Excel takes from the background."""
    return PatternFill("solid", bgColor=FAULTS[severity].fill, fgColor=FAULTS[severity].fill)


def fault_border(severity: Severity, kind: Literal["thin", "medium"]) -> Border:
    return Border(*[Side(kind, color=FAULTS[severity].colour)] * 4)


def dress_fault(cell: Cell | MergedCell, severity: Severity) -> None:
    """Mark a cell as faulty: fill, bold, a symbol before its text if that can be, and a thicker border."""
    font = cell.font
    cell.font = Font(name=font.name, size=font.size, bold=True, color=FAULTS[severity].colour)
    cell.fill, cell.border = fault_fill(severity), fault_border(severity, "medium")
    if cell.data_type not in ("f", "b"):
        cell.number_format = FAULTS[severity].number_format(cell.number_format)


def shows_symbol(cell: Cell) -> bool:
    """Whether the symbol of a faulty cell is seen in it. Excel formats no blanks, errors, TRUE and FALSE."""
    return cell.value is not None and cell.data_type not in ("f", "e", "b")


def dress_symbol(cell: Cell, severity: Severity) -> None:
    """Put the symbol of a faulty cell into a cell beside it."""
    put_text(cell, FAULTS[severity].symbol)
    cell.font = Font(name=FONT, size=BODY_SIZE, bold=True, color=FAULTS[severity].colour)
    cell.alignment = Alignment(horizontal="center", vertical="center")


LEAST_HEIGHTS = {"title": 36, "subtitle": 26, "version": 24, "heading": 24, "count": 22, "entry": 30, "comment": 64}


def dress(cell: Cell, name: str) -> None:
    """Give a cell one of the ``STYLES``."""
    style = STYLES[name]
    cell.font = Font(
        name=FONT,
        size=style.size,
        bold=style.bold,
        italic=style.italic,
        color=style.colour,
        underline="single" if style.underline else None,
    )
    if style.fill != WHITE or style.boxed:
        cell.fill = PatternFill("solid", fgColor=style.fill)
    cell.alignment = Alignment(
        horizontal=style.horizontal,
        vertical=style.vertical,
        wrap_text=style.wrap,
        indent=0 if style.horizontal == "center" else 1,
    )
    if style.boxed:
        cell.border = Border(*[Side("thin", color=LINE)] * 4)
    elif style.ruled:
        cell.border = Border(bottom=Side("thin", color=RULE))
    cell.protection = Protection(locked=style.locked)


def put_text(cell: Cell, text: str) -> None:
    """Write text so that it stays text: never a formula, an error value or a code."""
    cell.value = workbook_text(text)
    if cell.data_type != "s":
        cell.data_type = "s"
        cell.quotePrefix = True  # or Excel would make a formula of it when the cell is next edited


EMS = {
    0.222: "ijl'",
    0.278: "ftI .,:;!/[]|",
    0.333: "r-()",
    0.5: "cksvxyzJ",
    0.833: "mM%@",
    0.944: "W",
    0.722: "CDHNRUw",
    0.778: "GOQ",
    0.611: "FTZ",
    0.667: "ABEKPSVXY&",
}


def text_width(text: str, size: float, bold: bool = False) -> float:
    """About how wide text is on one line, in the unit of column widths: a digit of 10-point Arial.

    A little generous, because Excel, LibreOffice and each printer lay text out a little differently.
    """
    ems = sum(_em(letter) for letter in text)
    return ems / 0.556 * size / 10 * (1.08 if bold else 1.0) * 1.04


def _em(letter: str) -> float:
    """The width of a letter of Arial, as a share of its size; about, for letters outside English."""
    for share, letters in EMS.items():
        if letter in letters:
            return share
    return 0.7 if letter.isupper() else 0.556


def line_count(text: str, width: float, size: float, bold: bool = False) -> int:
    """On how many lines text stands in a column, broken at spaces."""
    lines = 0
    for paragraph in text.split("\n"):
        lines, used = lines + 1, 0.0
        for word in paragraph.split(" "):
            length = text_width(word, size, bold)
            space = text_width(" ", size, bold) if used else 0.0
            if used and used + space + length > width:
                lines, used, space = lines + 1, 0.0, 0.0
            used += space + length
            if used > width:  # a word longer than the line is broken
                lines += int(used // width)
                used %= width
    return lines

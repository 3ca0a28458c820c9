"""Two helpers for whoever tests with workbooks: one makes them part by part, the other reads them by openpyxl.

``assert_agrees_with_openpyxl`` compares every cell of every sheet as our reader has it with what openpyxl says, which
shares no code with it. Where the two are meant to differ, ``expected_of_openpyxl`` says so.
"""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
from openpyxl.cell import MergedCell
from openpyxl.utils.datetime import CALENDAR_MAC_1904, to_excel

from mspof_cli.cells import Cell, Kind
from mspof_cli.workbook import open_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
WRITTEN_BY_EXCEL = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

Parts = dict[str, "str | bytes"]


# --- making workbooks -----------------------------------------------------------------------------------------------


def zipped(parts: Parts, *more: tuple[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The bytes of a zip archive of the given parts, and of more that may have the same names."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a name used twice
        for name, content in (*parts.items(), *more):
            archive.writestr(name, content)
    return stream.getvalue()


def rels(*links: tuple[str, str, str]) -> str:
    """A ``.rels`` part: each link is its identifier, the last word of its type, and its target."""
    lines = "".join(f'<Relationship Id="{i}" Type="{OFFICE}/{kind}" Target="{target}"/>' for i, kind, target in links)
    return f'{WRITTEN_BY_EXCEL}<Relationships xmlns="{PACKAGE}">{lines}</Relationships>'


def sheet_xml(rows: str) -> str:
    """A worksheet part around the XML of its rows."""
    return f'{WRITTEN_BY_EXCEL}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def workbook_xml(*names: str, more: str = "") -> str:
    """A workbook part with sheets rId1, rId2 and so on."""
    sheets = "".join(f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}"/>' for i, name in enumerate(names, 1))
    return f'{WRITTEN_BY_EXCEL}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{more}<sheets>{sheets}</sheets></workbook>'


def strings_xml(*items: str) -> str:
    """A shared strings part: each item is the XML within its ``si``."""
    return f'{WRITTEN_BY_EXCEL}<sst xmlns="{MAIN}">{"".join(f"<si>{item}</si>" for item in items)}</sst>'


def styles_xml(formats: Mapping[int, str], cell_formats: Iterable[int]) -> str:
    """A styles part: number formats of its own, and the number format of each cell style."""
    own = "".join(f'<numFmt numFmtId="{i}" formatCode="{code}"/>' for i, code in formats.items())
    used = "".join(f'<xf numFmtId="{i}"/>' for i in cell_formats)
    return f'<styleSheet xmlns="{MAIN}"><numFmts>{own}</numFmts><cellXfs>{used}</cellXfs></styleSheet>'


def workbook_parts(rows: str = "", changes: Mapping[str, str | bytes | None] | None = None) -> Parts:
    """The parts of a small good workbook of one sheet, "Form"; ``changes`` replaces parts, or with None leaves out."""
    parts: Parts = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": rels(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": workbook_xml("Form"),
        "xl/_rels/workbook.xml.rels": rels(
            ("rId1", "worksheet", "worksheets/sheet1.xml"),
            ("rId8", "styles", "styles.xml"),
            ("rId9", "sharedStrings", "sharedStrings.xml"),
        ),
        "xl/worksheets/sheet1.xml": sheet_xml(rows or '<row r="1"><c r="A1"><v>1</v></c></row>'),
        "xl/styles.xml": styles_xml({}, [0]),
        "xl/sharedStrings.xml": strings_xml("<t>one</t>", "<t>two</t>"),
    }
    for name, content in (changes or {}).items():
        if content is None:
            del parts[name]
        else:
            parts[name] = content
    return parts


# --- reading them by openpyxl ---------------------------------------------------------------------------------------


def assert_agrees_with_openpyxl(path: Path) -> None:
    """Every sheet and every cell of a workbook is to us what it is to openpyxl, but for the differences we mean.

    Not for Strict workbooks, in which openpyxl finds no sheets.
    """
    ours = open_workbook(path)
    values, formulas = openpyxl.load_workbook(path, data_only=True), openpyxl.load_workbook(path)
    assert list(ours.sheet_names) == [sheet.title for sheet in values.worksheets]
    assert ours.date_1904 == (values.epoch == CALENDAR_MAC_1904)
    due = results_due(path)
    for sheet in values.worksheets:
        cells = [cell for row in sheet.iter_rows() for cell in row]
        merged = {(cell.row, cell.column) for cell in cells if isinstance(cell, MergedCell)}  # whose values it drops
        expected = {}
        for cell in cells:
            formula = formulas[sheet.title].cell(cell.row, cell.column).data_type == "f"
            if wanted := expected_of_openpyxl(cell, formula, due, values.epoch):
                expected[cell.row, cell.column] = _comparable(wanted)
        read = ours.sheet(sheet.title).cells
        # To openpyxl a formula that gives empty text is one without a result.
        empty = {place for place, cell in read.items() if cell == Cell(Kind.TEXT, "", True)}
        assert all(expected[place] == _comparable(Cell(Kind.UNCALCULATED, "", True)) for place in empty - merged)
        expected = {place: cell for place, cell in expected.items() if place not in empty}
        found = {place: _comparable(cell) for place, cell in read.items() if place not in empty}
        assert {place: cell for place, cell in found.items() if place not in merged} == expected, sheet.title


def expected_of_openpyxl(cell: Any, formula: bool, due: bool, epoch: datetime.datetime) -> Cell | None:
    """The cell we mean to read where openpyxl has this one; None for a blank.

    We differ on purpose: a whole number is an ``int`` however it is written, a date keeps its serial number, what is
    shown as a percentage is one, a formula without a result is ``UNCALCULATED``, an error value has its own kind.
    """
    value = cell.value
    if formula and (value is None or (due and value == 0 and not isinstance(value, bool))):
        return Cell(Kind.UNCALCULATED, "", True)
    if value is None:
        return None
    if isinstance(value, bool):
        return Cell(Kind.BOOLEAN, value, formula)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time | datetime.timedelta):
        return Cell(Kind.DATE, to_excel(value, epoch), formula)
    if isinstance(value, int | float):
        whole = float(value).is_integer() and abs(value) < 2**53
        kind = Kind.PERCENTAGE if "%" in cell.number_format else Kind.NUMBER
        return Cell(kind, int(value) if whole else float(value), formula)
    return Cell(Kind.ERROR if cell.data_type == "e" else Kind.TEXT, value, formula)


def results_due(path: Path) -> bool:
    """Whether the workbook asks to be calculated when it is opened; openpyxl says so of any that doesn't mention it."""
    with zipfile.ZipFile(path) as archive:
        return bool(re.search(rb'fullCalcOnLoad="(1|true)"', archive.read("xl/workbook.xml")))


def _comparable(cell: Cell) -> tuple[Kind, type, object, bool]:
    """A cell to compare by: 1, 1.0 and True differ, but a date only by more than the millisecond that openpyxl keeps.

    openpyxl leaves ``_x000D_`` and the like as they are, and takes ``x005F_`` out of shared strings wherever it
    stands. So text with such codes is compared without them.
    """
    if isinstance(cell.value, str) and "x" in cell.value:
        plain = re.sub("_x([0-9A-Fa-f]{4})_", lambda code: chr(int(code[1], 16)), cell.value.replace("x005F_", ""))
        return cell.kind, str, plain, cell.formula
    if cell.kind is Kind.DATE:
        return cell.kind, float, round(float(cell.value), 7), cell.formula
    return cell.kind, type(cell.value), cell.value, cell.formula

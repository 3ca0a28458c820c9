"""OpenDocument spreadsheets (.ods), read by odfdo, once it is known that they are within bounds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mspof_cli.cells import Cell, Kind
from mspof_cli.workbook import NotReadable, Sheet
from mspof_cli.workbook.container import Package
from mspof_cli.workbook.parts import PartReader
from mspof_cli.workbook.sheet import WHOLE_LIMIT

if TYPE_CHECKING:
    from odfdo import Element

CELL_LIMIT = 300_000  # not blank, in one sheet
ROW_LIMIT = COLUMN_LIMIT = 16_384  # where anything stands; a table of SAC has 170 rows
TABLE, ROW = "table:table", "table:table-row"
CELLS = "table:table-cell|table:covered-table-cell"
NUMBERS = {"float": Kind.NUMBER, "percentage": Kind.PERCENTAGE, "currency": Kind.NUMBER}
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?")
TOO_LARGE = "a sheet larger than a published table can be"


class Walker(PartReader):
    """Goes through the content once, before it is read: whole, no document type, and no more than tables have."""

    __slots__ = ()
    tag_limit = 500_000  # nine tables of 170 rows and 30 columns have a third of that


class OpenDocument:
    """A spreadsheet as its sheets and their cells, which are read when they are asked for."""

    def __init__(self, package: Package) -> None:
        """``NotReadable`` if it is no spreadsheet, is protected, or out of bounds."""
        package.refuse_password()
        content = package.part("content.xml")
        Walker().walk(content)
        self._tables = {str(table.get_attribute("table:name")): table for table in _tables(content)}
        if not self._tables:
            raise NotReadable("FILE110", "an OpenDocument file that is no spreadsheet")
        self.sheet_names = tuple(self._tables)

    def sheet(self, name: str) -> Sheet:
        """A sheet by its name, with its cells that are not blank."""
        cells: dict[tuple[int, int], Cell] = {}
        row = 1
        for element in self._tables[name].get_elements(f".//{ROW}"):
            times, found = _times(element, "table:number-rows-repeated"), _row(element)  # read once, however often
            if found and (row + times > ROW_LIMIT or len(cells) + times * len(found) > CELL_LIMIT):
                raise NotReadable("FILE109", TOO_LARGE)
            cells |= {(row + step, column): cell for step in range(times if found else 0) for column, cell in found}
            row += times
        return Sheet(name, cells)


def _tables(content: bytes) -> list[Element]:
    """The tables of a document's content."""
    from odfdo import XmlPart
    from odfdo.container import Container

    container = Container()
    container.set_part("content.xml", content)
    part = XmlPart("content.xml", container)
    return list(part.root.get_elements(f"//{TABLE}"))


def _times(element: Any, attribute: str) -> int:
    """How often an element says that it is repeated."""
    text = str(element.get_attribute(attribute) or "1")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 1


def _row(row: Any) -> list[tuple[int, Cell]]:
    """The cells of a row that are not blank, with their columns."""
    cells: list[tuple[int, Cell]] = []
    column = 1
    for element in row.get_elements(CELLS):
        times, cell = _times(element, "table:number-columns-repeated"), _cell(element)
        if cell is not None:
            if column + times > COLUMN_LIMIT:
                raise NotReadable("FILE109", TOO_LARGE)
            cells += [(column + step, cell) for step in range(times)]
        column += times
    return cells


def _cell(element: Any) -> Cell | None:
    """What a cell holds, by its type; a number that is none, as an error value."""
    kind = str(element.get_attribute("office:value-type") or "")
    if kind in NUMBERS:
        text = str(element.get_attribute("office:value") or "")
        if not NUMBER.fullmatch(text):
            return Cell(Kind.ERROR, "a number without a value")
        number = float(text)
        return Cell(NUMBERS[kind], int(number) if number.is_integer() and abs(number) < WHOLE_LIMIT else number)
    if kind == "string":
        return Cell(Kind.TEXT, str(element.value or ""))
    if kind == "boolean":
        return Cell(Kind.BOOLEAN, element.get_attribute("office:boolean-value") == "true")
    return Cell(Kind.DATE, 0) if kind else None  # which date makes no difference here

"""OpenDocument spreadsheets (.ods), read by odfdo, once it is known that they are within bounds."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mspof_cli.cells import Cell, Kind
from mspof_cli.workbook import NotReadable, Sheet
from mspof_cli.workbook.container import Package
from mspof_cli.workbook.parts import PartReader

if TYPE_CHECKING:
    from odfdo import Element

CELL_LIMIT = 300_000  # not blank, in one sheet
ROW_LIMIT = COLUMN_LIMIT = 16_384  # where anything stands; a table of SAC has 170 rows
TABLE, ROW = "table:table", "table:table-row"
CELLS = "table:table-cell|table:covered-table-cell"
KINDS = {"float": Kind.NUMBER, "percentage": Kind.PERCENTAGE, "currency": Kind.NUMBER, "boolean": Kind.BOOLEAN}


class OpenDocument:
    """A spreadsheet as its sheets and their cells, which are read when they are asked for."""

    def __init__(self, package: Package) -> None:
        """``NotReadable`` if it is no spreadsheet, is protected, or out of bounds."""
        package.refuse_password()
        content = package.part("content.xml")
        PartReader().walk(content)  # whole, no document type, not too deep and not too much
        self._tables = {str(table.get_attribute("table:name")): table for table in _tables(content)}
        if not self._tables:
            raise NotReadable("FILE110", "an OpenDocument file that is no spreadsheet")
        self.sheet_names = tuple(self._tables)

    def sheet(self, name: str) -> Sheet:
        """A sheet by its name, with its cells that are not blank."""
        cells: dict[tuple[int, int], Cell] = {}
        for row, element in _repeated(self._tables[name].get_elements(f".//{ROW}"), "table:number-rows-repeated"):
            for column, cell in _row(element):
                if row > ROW_LIMIT or column > COLUMN_LIMIT or len(cells) >= CELL_LIMIT:
                    raise NotReadable("FILE109", "a sheet larger than a published table can be")
                cells[row, column] = cell
        return Sheet(name, cells)


def _tables(content: bytes) -> list[Element]:
    """The tables of a document's content."""
    from odfdo import XmlPart
    from odfdo.container import Container

    container = Container()
    container.set_part("content.xml", content)
    part = XmlPart("content.xml", container)
    return list(part.root.get_elements(f"//{TABLE}"))


def _repeated(elements: list[Any], attribute: str) -> Iterator[tuple[int, Any]]:
    """Each element with its number from 1, as often as it says that it is repeated; blank ones only once."""
    number = 1
    for element in elements:
        text = element.get_attribute(attribute) or "1"
        times = int(text) if str(text).isdecimal() and len(str(text)) < 8 else 1
        for step in range(times if _holds_something(element) else 0):
            if step > ROW_LIMIT:
                raise NotReadable("FILE109", "a sheet larger than a published table can be")
            yield number + step, element
        number += times


def _holds_something(element: Any) -> bool:
    return bool(element.get_attribute("office:value-type")) or any(
        cell.get_attribute("office:value-type") for cell in element.get_elements(CELLS)
    )


def _row(row: Any) -> Iterator[tuple[int, Cell]]:
    for column, element in _repeated(row.get_elements(CELLS), "table:number-columns-repeated"):
        yield column, _cell(element)


def _cell(element: Any) -> Cell:
    value, kind = element.value, str(element.get_attribute("office:value-type"))
    if kind in KINDS and isinstance(value, bool | int | float):
        return Cell(KINDS[kind], value)
    if kind in KINDS:  # odfdo gives numbers as Decimal
        number = float(value) if value is not None else 0.0
        return Cell(KINDS[kind], int(number) if number.is_integer() else number)
    if isinstance(value, datetime.date | datetime.timedelta):
        return Cell(Kind.DATE, 0)
    return Cell(Kind.TEXT, str(value or ""))

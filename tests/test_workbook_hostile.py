"""Files that are hostile, damaged or not workbooks: each is soon refused by its code, or read as it should be."""

from __future__ import annotations

import io
import os
import pickle
import random
import socket
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from oracle import MAIN, rels, sheet_xml, strings_xml, styles_xml, workbook_parts, workbook_xml, zipped

from mspof_cli import workbook
from mspof_cli.cells import Cell, Kind
from mspof_cli.workbook import NotReadable, container, open_workbook, parts, sheet

SECONDS = 6 if sys.gettrace() is None else 60  # measuring coverage is slow; of the processor, which others may be using
CODES = {f"FILE{number}" for number in range(101, 112)}
STRINGS, STYLES, BOOK, BOOK_RELS, SHEET, RELS = (
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/worksheets/sheet1.xml",
    "_rels/.rels",
)
MIB = 2**20
OLE = container.OLE_SIGNATURE + bytes(504)
GOOD = zipped(workbook_parts())


def read_everything(data: bytes, path: Path) -> dict[str, dict[tuple[int, int], Cell]]:
    path.write_bytes(data)
    book = open_workbook(path)
    return {name: book.sheet(name).cells for name in book.sheet_names}


# --- ways to spoil a workbook ---------------------------------------------------------------------------------------


def with_rows(rows: str) -> bytes:
    return zipped(workbook_parts(rows))


def with_cell(cell: str) -> bytes:
    return with_rows(f'<row r="1">{cell}</row>')


def with_part(name: str, content: str | bytes | None) -> bytes:
    return zipped(workbook_parts(changes={name: content}))


def doctype(name: str, root: str, body: str = "") -> bytes:
    """A part that begins with a billion laughs."""
    laughs = "".join(f"<!ENTITY l{i + 1} '" + f"&l{i};" * 10 + "'>" for i in range(9))
    return with_part(name, f'<!DOCTYPE {root} [<!ENTITY l0 "ha">{laughs}]><{root}>{body}&l9;</{root}>')


def shared(item: str, cell: str = '<c t="s"><v>0</v></c>') -> bytes:
    return zipped(workbook_parts(f"<row>{cell}</row>", {STRINGS: strings_xml(item)}))


def directory_entry(data: bytes, name: str) -> int:
    """Where an entry begins in the central directory."""
    start = data.index(b"PK\x01\x02")
    while data[start + 46 : start + 46 + len(name)] != name.encode():
        start = data.index(b"PK\x01\x02", start + 1)
    return start


def changed_entry(data: bytes, name: str, offset: int, layout: str, value: int) -> bytes:
    """The archive with a field of a part's entry in the central directory changed."""
    start = directory_entry(data, name) + offset
    return data[:start] + struct.pack(layout, value) + data[start + struct.calcsize(layout) :]


def claims(size: int, data: bytes = GOOD, name: str = SHEET) -> bytes:
    return changed_entry(data, name, 24, "<I", size)


def with_stream_damaged(name: str) -> bytes:
    info = zipfile.ZipFile(io.BytesIO(GOOD)).getinfo(name)
    start = info.header_offset + 30 + len(name)
    return GOOD[:start] + b"\xff" * 8 + GOOD[start + 8 :]


def bomb(size: int) -> bytes:
    return with_part(SHEET, sheet_xml(" " * size))


def lying_bomb() -> bytes:
    """A part that claims 1,000 bytes, with the checksum of those, and goes on for 50 MiB."""
    content = sheet_xml(" " * 50 * MIB).encode()
    data = with_part(SHEET, content)
    data = changed_entry(data, SHEET, 16, "<I", zlib.crc32(content[:1000]))
    return claims(1000, data)


def several_large() -> bytes:
    data = zipped(workbook_parts(), *((f"x{i}", b"") for i in range(5)))
    for i in range(5):
        data = claims(60 * MIB, data, f"x{i}")
    return data


def overlapping() -> bytes:
    """Two parts that share one stretch of the file, as a zip bomb without recursion does."""
    data = zipped(workbook_parts(), ("xl/worksheets/sheet2.xml", "x"))
    where = struct.unpack_from("<I", data, directory_entry(data, SHEET) + 42)[0]
    return changed_entry(data, "xl/worksheets/sheet2.xml", 42, "<I", where + 1)


def zip64_claim() -> bytes:
    """An archive whose entry claims 2**63 bytes in a zip64 field."""
    extra = struct.pack("<HHQ", 1, 8, 2**63)
    start = directory_entry(GOOD, SHEET)
    entry = bytearray(GOOD[start : start + 46 + len(SHEET)])
    struct.pack_into("<I", entry, 24, 0xFFFFFFFF)
    struct.pack_into("<H", entry, 30, len(extra))
    data = GOOD[:start] + bytes(entry) + extra + GOOD[start + 46 + len(SHEET) :]
    end = data.rindex(b"PK\x05\x06")
    size = struct.unpack_from("<I", data, end + 12)[0] + len(extra)
    return data[: end + 12] + struct.pack("<I", size) + data[end + 16 :]


def ods(encrypted: bool = False) -> bytes:
    manifest = "<manifest:encryption-data/>" if encrypted else "<manifest/>"
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": kind, "content.xml": "<office/>", "META-INF/manifest.xml": manifest})


def office(folder: str) -> bytes:
    return zipped({RELS: rels(("rId1", "officeDocument", f"{folder}/main.xml")), f"{folder}/main.xml": "<main/>"})


def many_names() -> str:
    return "".join(f"<n{i}/>" for i in range(100_000))


def many_attribute_names() -> str:
    return "".join(f'<c a{i}=""/>' for i in range(10_000))


def three_heavy_sheets() -> bytes:
    """Each within the bounds of a sheet, but not all three."""
    names = ("a.xml", "b.xml", "c.xml")
    heavy = sheet_xml("<a/>" * 1_100_000)
    links = rels(*((f"rId{i}", "worksheet", name) for i, name in enumerate(names, 1)))
    changes = {BOOK: workbook_xml(*names), BOOK_RELS: links, **{f"xl/{name}": heavy for name in names}}
    return zipped(workbook_parts(changes=changes))


def million_attributes() -> str:
    return "<c" + "".join(f" a{i}='1'" for i in range(1_000_000)) + "/>"


LONG = "x" * 32_768
NOISE = random.Random(0).randbytes(5_000)

REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    # what the file is
    "empty file": ("FILE101", lambda: b""),
    "old xls": ("FILE102", lambda: OLE + "Workbook".encode("utf-16-le")),
    "xlsb": (
        "FILE103",
        lambda: zipped({RELS: rels(("a", "officeDocument", "xl/workbook.bin")), "xl/workbook.bin": b"\x83"}),
    ),
    "xlsb without relationships": ("FILE103", lambda: zipped({"xl/workbook.bin": b"\x83"})),
    "ods": ("FILE104", ods),
    "ods by its type alone": ("FILE104", lambda: zipped({"mimetype": "application/vnd.oasis.opendocument.text"})),
    "ods without its type": ("FILE104", lambda: zipped({"content.xml": "", "META-INF/manifest.xml": ""})),
    "password on xlsx": ("FILE105", lambda: OLE + "EncryptedPackage".encode("utf-16-le") + NOISE),
    "password on ods": ("FILE105", lambda: ods(encrypted=True)),
    "password on a part of the zip": ("FILE105", lambda: changed_entry(GOOD, SHEET, 8, "<H", 1)),
    "password of the AES kind": (
        "FILE105",
        lambda: changed_entry(changed_entry(GOOD, SHEET, 8, "<H", 1), SHEET, 10, "<H", 99),
    ),
    "web page": ("FILE106", lambda: b"<html><table><tr><td>1</td></tr></table></html>"),
    "web page after a mark and blanks": ("FILE106", lambda: b"\xef\xbb\xbf \r\n\t<!DOCTYPE html><p>1"),
    "xml spreadsheet of 2003": ("FILE106", lambda: b'<?xml version="1.0"?><Workbook/>'),
    "xml in utf-16": ("FILE106", lambda: "<?xml version='1.0'?><a/>".encode("utf-16")),
    "csv": ("FILE107", lambda: b"council,asked\nA,1\n"),
    "csv with a mark": ("FILE107", "\ufeffcouncil,£\n".encode),
    "csv from Windows": ("FILE107", lambda: "cost,£5\n".encode("cp1252")),
    "csv in utf-16": ("FILE107", lambda: "council\tasked\n".encode("utf-16")),
    "csv that begins with PK": ("FILE107", lambda: b"PK,1,2\n"),
    "noise": ("FILE108", lambda: NOISE),
    "noughts": ("FILE108", lambda: bytes(10_000)),
    "a picture": ("FILE108", lambda: b"\x89PNG\r\n\x1a\n" + NOISE),
    "half a character of utf-16": ("FILE108", lambda: b"\xff\xfeA"),
    "docx": ("FILE110", lambda: office("word")),
    "pptx": ("FILE110", lambda: office("ppt")),
    "office file of an unknown kind": ("FILE110", lambda: office("other")),
    "zip of a picture": ("FILE110", lambda: zipped({"a.png": NOISE})),
    "zip of nothing": ("FILE110", lambda: zipped({})),
    "zip of a workbook": ("FILE110", lambda: zipped({"form.xlsx": GOOD})),
    # the archive
    "nothing but a signature": ("FILE108", lambda: b"PK\x03\x04"),
    "cut in half": ("FILE108", lambda: GOOD[: len(GOOD) // 2]),
    "last byte missing": ("FILE108", lambda: GOOD[:-1]),
    "first bytes of a download": ("FILE108", lambda: GOOD[:1024]),
    "list of parts overwritten": ("FILE108", lambda: GOOD.replace(b"PK\x01\x02", b"PK\x01\x00")),
    "list of parts said to be longer than the file": ("FILE108", lambda: GOOD[:-10] + b"\xff" * 4 + GOOD[-6:]),
    "wrong checksum": ("FILE108", lambda: changed_entry(GOOD, SHEET, 16, "<I", 12345)),
    "wrong checksum of the relationships": ("FILE108", lambda: changed_entry(GOOD, RELS, 16, "<I", 12345)),
    "damaged stream": ("FILE108", lambda: with_stream_damaged(SHEET)),
    "part not where the list says": ("FILE108", lambda: changed_entry(GOOD, SHEET, 42, "<I", 10_000_000)),
    "part of another name where the list says": (
        "FILE108",
        lambda: GOOD.replace(SHEET.encode(), SHEET.replace("1", "2").encode(), 1),
    ),
    "part shorter than it claims": ("FILE108", lambda: claims(100_000)),
    "patched data": ("FILE108", lambda: changed_entry(GOOD, SHEET, 8, "<H", 0x20)),
    "version from the future": ("FILE108", lambda: changed_entry(GOOD, SHEET, 6, "<H", 99)),
    "name that isn't utf-8": (
        "FILE108",
        lambda: changed_entry(GOOD, SHEET, 8, "<H", 0x800).replace(b"sheet1", b"sheet\xff"),
    ),
    "part larger than it claims": ("FILE109", lambda: claims(10)),
    "part of one byte more than it claims": ("FILE109", lambda: claims(len(workbook_parts()[SHEET]) - 1)),
    "part larger than it claims, with a checksum to match": ("FILE109", lying_bomb),
    "part that claims too much": ("FILE109", lambda: claims(65 * MIB)),
    "part that claims 2**63 bytes": ("FILE109", zip64_claim),
    "parts that claim too much together": ("FILE109", several_large),
    "bomb": ("FILE109", lambda: bomb(100 * MIB)),
    "bomb just within the size of a part": ("FILE109", lambda: bomb(60 * MIB)),
    "too many parts": ("FILE109", lambda: zipped(workbook_parts(), *((f"{i}", b"") for i in range(5_001)))),
    "the same part twice": ("FILE109", lambda: zipped(workbook_parts(), (SHEET, sheet_xml("")))),
    "the same part twice but for capitals": (
        "FILE109",
        lambda: zipped(workbook_parts(), (SHEET.upper(), sheet_xml(""))),
    ),
    "the same part twice but for a backslash": ("FILE109", lambda: zipped(workbook_parts(), ("xl\\workbook.xml", ""))),
    "packed by bzip2": ("FILE109", lambda: zipped(workbook_parts(), method=zipfile.ZIP_BZIP2)),
    "packed by lzma": ("FILE109", lambda: zipped(workbook_parts(), method=zipfile.ZIP_LZMA)),
    "packed in an unknown way": ("FILE109", lambda: changed_entry(GOOD, SHEET, 10, "<H", 77)),
    "parts over each other": ("FILE109", overlapping),
    "file too large": ("FILE109", lambda: GOOD + bytes(container.FILE_LIMIT)),
    # the parts
    "no relationships": ("FILE108", lambda: with_part(RELS, None)),
    "no workbook part": ("FILE108", lambda: with_part(BOOK, None)),
    "no sheet part": ("FILE108", lambda: with_part(SHEET, None)),
    "no relationships of the workbook": ("FILE108", lambda: with_part(BOOK_RELS, None)),
    "no styles": ("FILE108", lambda: with_part(STYLES, None)),
    "no shared strings": ("FILE108", lambda: with_part(STRINGS, None)),
    "no sheets": ("FILE108", lambda: with_part(BOOK, workbook_xml())),
    "two sheets of one name": (
        "FILE108",
        lambda: with_part(BOOK, workbook_xml("Form", "Form").replace("rId2", "rId1")),
    ),
    "two sheets in one part": (
        "FILE108",
        lambda: with_part(BOOK, workbook_xml("Form", "Other").replace("rId2", "rId1")),
    ),
    "sheet on the web": (
        "FILE108",
        lambda: with_part(
            BOOK_RELS, rels(("rId1", "worksheet", "http://a.example/s.xml")).replace("Id=", 'TargetMode="External" Id=')
        ),
    ),
    "sheet outside the archive": (
        "FILE108",
        lambda: with_part(BOOK_RELS, rels(("rId1", "worksheet", "../../etc/passwd"))),
    ),
    "workbook outside the archive": (
        "FILE108",
        lambda: with_part(RELS, rels(("rId1", "officeDocument", "/../../x.xml"))),
    ),
    "sheet without a part": ("FILE108", lambda: with_part(BOOK, workbook_xml("Form").replace("rId1", "rId77"))),
    "sheet whose part is the folder": ("FILE108", lambda: with_part(BOOK_RELS, rels(("rId1", "worksheet", "")))),
    "workbook part of another kind": ("FILE110", lambda: with_part(BOOK, "<document/>")),
    "too many sheets": ("FILE109", lambda: with_part(BOOK, workbook_xml(*(str(i) for i in range(256))))),
    "long sheet name": ("FILE109", lambda: with_part(BOOK, workbook_xml(LONG))),
    "workbook part of many tags": ("FILE109", lambda: with_part(BOOK, workbook_xml("Form", more="<a/>" * 100_000))),
    "relationships of many tags": (
        "FILE109",
        lambda: with_part(RELS, f"<Relationships>{'<a/>' * 100_000}</Relationships>"),
    ),
    # the XML
    "entities in the sheet": ("FILE109", lambda: doctype(SHEET, "worksheet")),
    "entities in the strings": ("FILE109", lambda: doctype(STRINGS, "sst")),
    "entities in the styles": ("FILE109", lambda: doctype(STYLES, "styleSheet")),
    "entities in the workbook": ("FILE109", lambda: doctype(BOOK, "workbook")),
    "entities in the relationships": ("FILE109", lambda: doctype(RELS, "Relationships")),
    "file of ours as an entity": (
        "FILE109",
        lambda: with_part(SHEET, '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet>&x;</worksheet>'),
    ),
    "document type on the web": (
        "FILE109",
        lambda: with_part(SHEET, '<!DOCTYPE a SYSTEM "http://a.example/a.dtd"><worksheet/>'),
    ),
    "nested 65 deep": ("FILE109", lambda: with_rows("<a>" * 63 + "</a>" * 63)),
    "nested 900,000 deep": ("FILE109", lambda: with_rows("<a>" * 900_000)),
    "too many tags": ("FILE109", lambda: with_rows("<a/>" * 2_000_000)),
    "too many tags in the strings": ("FILE109", lambda: shared("<t/>" * 2_000_000)),
    "too many tags in all sheets together": ("FILE109", three_heavy_sheets),
    "too many tags in the styles": ("FILE109", lambda: with_part(STYLES, f"<styles>{'<xf/>' * 500_000}</styles>")),
    "huge attribute": ("FILE109", lambda: with_cell(f'<c r="A1" z="{"x" * 2 * MIB}"/>')),
    "million attributes": ("FILE109", lambda: with_cell(million_attributes())),
    "huge text": ("FILE109", lambda: with_cell(f"<c><v>{'9' * 30 * MIB}</v></c>")),
    "huge comment": ("FILE109", lambda: with_rows(f"<!--{'-x' * 30 * MIB}-->")),
    "too many names of elements": ("FILE109", lambda: with_rows(many_names())),
    "too many names of attributes": ("FILE109", lambda: with_rows(f"<row>{many_attribute_names()}</row>")),
    "element not closed": ("FILE108", lambda: with_part(SHEET, "<worksheet><sheetData>")),
    "elements closed crosswise": ("FILE108", lambda: with_cell("<c><v>1</c></v>")),
    "more after the end": ("FILE108", lambda: with_part(SHEET, sheet_xml("") + "<more/>")),
    "unknown entity": ("FILE108", lambda: with_cell("<c><v>&nbsp;</v></c>")),
    "null character": ("FILE108", lambda: with_cell("<c><v>\0</v></c>")),
    "forbidden character by number": ("FILE108", lambda: with_cell("<c><v>&#0;</v></c>")),
    "not utf-8": ("FILE108", lambda: with_part(SHEET, sheet_xml("").encode() + b"\xff")),
    "unknown encoding": ("FILE108", lambda: with_part(SHEET, '<?xml version="1.0" encoding="x-none"?><worksheet/>')),
    "encoding of many bytes": (
        "FILE108",
        lambda: with_part(SHEET, '<?xml version="1.0" encoding="gb2312"?><worksheet/>'),
    ),
    "encoding that isn't for text": (
        "FILE108",
        lambda: with_part(SHEET, '<?xml version="1.0" encoding="zlib"?><worksheet/>'),
    ),
    "encoding with side effects": (
        "FILE108",
        lambda: with_part(SHEET, '<?xml version="1.0" encoding="idna"?><worksheet/>'),
    ),
    "empty sheet part": ("FILE108", lambda: with_part(SHEET, "")),
    "empty workbook part": ("FILE108", lambda: with_part(BOOK, b"")),
    "sheet part that is a picture": ("FILE108", lambda: with_part(SHEET, NOISE)),
    "sheet without its cells": ("FILE108", lambda: with_part(SHEET, "<worksheet/>")),
    # the cells
    "row 0": ("FILE109", lambda: with_rows('<row r="0"><c><v>1</v></c></row>')),
    "row 1,048,577": ("FILE109", lambda: with_rows('<row r="1048577"/>')),
    "row 999,999,999,999": ("FILE109", lambda: with_rows('<row r="999999999999"/>')),
    "row of ten thousand digits": ("FILE109", lambda: with_rows(f'<row r="{"9" * 10_000}"/>')),
    "row after the last": ("FILE109", lambda: with_rows('<row r="1048576"/><row/>')),
    "row -1": ("FILE108", lambda: with_rows('<row r="-1"/>')),
    "row x": ("FILE108", lambda: with_rows('<row r="x"/>')),
    "row without a number": ("FILE108", lambda: with_rows('<row r=""/>')),
    "row in another script": ("FILE108", lambda: with_rows('<row r="١"/>')),
    "column XFE": ("FILE109", lambda: with_cell('<c r="XFE1"><v>1</v></c>')),
    "column AAAA": ("FILE109", lambda: with_cell('<c r="AAAA1"/>')),
    "column of a million letters": ("FILE109", lambda: with_cell(f'<c r="{"A" * 1_000_000}1"/>')),
    "cell in row 0": ("FILE109", lambda: with_cell('<c r="A0"/>')),
    "cell in row 9,999,999": ("FILE109", lambda: with_cell('<c r="A9999999"/>')),
    "cell before any row": ("FILE109", lambda: with_rows("<c><v>1</v></c>")),
    "cell after column XFD": ("FILE109", lambda: with_cell('<c r="XFD1"/><c/>')),
    "column counted past XFD": ("FILE109", lambda: with_cell("<c/>" * 16_385)),
    "address of letters": ("FILE108", lambda: with_cell('<c r="A"/>')),
    "address of letters, of a column seen before": ("FILE108", lambda: with_cell('<c r="A1"/><c r="A"/>')),
    "address of digits": ("FILE108", lambda: with_cell('<c r="11"/>')),
    "address empty": ("FILE108", lambda: with_cell('<c r=""/>')),
    "address in small letters": ("FILE108", lambda: with_cell('<c r="a1"/>')),
    "address with dollars": ("FILE108", lambda: with_cell('<c r="$A$1"/>')),
    "address of a block": ("FILE108", lambda: with_cell('<c r="A1:B2"/>')),
    "two values in a cell": ("FILE108", lambda: with_cell('<c r="A1"><v>1</v></c><c r="A1"><v>2</v></c>')),
    "cell within a cell": ("FILE108", lambda: with_cell('<c r="A1"><c r="A1"><v>1</v></c></c>')),
    "too many cells": (
        "FILE109",
        lambda: with_rows("".join(f"<row>{'<c><v>1</v></c>' * 10_000}</row>" for _ in range(31))),
    ),
    "too many blank cells": ("FILE109", lambda: with_cell('<c r="A1"/>' * 600_001)),
    "shared string 2 of 2": ("FILE108", lambda: with_cell('<c t="s"><v>2</v></c>')),
    "shared string -1": ("FILE108", lambda: with_cell('<c t="s"><v>-1</v></c>')),
    "shared string 10**30": ("FILE108", lambda: with_cell(f'<c t="s"><v>{10**30}</v></c>')),
    "shared string x": ("FILE108", lambda: with_cell('<c t="s"><v>x</v></c>')),
    "shared string 0.5": ("FILE108", lambda: with_cell('<c t="s"><v>0.5</v></c>')),
    "long shared string": ("FILE109", lambda: shared(f"<t>{LONG}</t>")),
    "long shared string in runs": ("FILE109", lambda: shared(f"<r><t>{LONG[:-1]}</t></r><r><t>x</t></r>")),
    "long inline string": ("FILE109", lambda: with_cell(f'<c t="inlineStr"><is><t>{LONG}</t></is></c>')),
    "long text of a formula": ("FILE109", lambda: with_cell(f'<c t="str"><f>A1</f><v>{LONG}</v></c>')),
    "long number": ("FILE109", lambda: with_cell(f"<c><v>{LONG}</v></c>")),
    "long error": ("FILE109", lambda: with_cell(f'<c t="e"><v>{LONG}</v></c>')),
    "long date": ("FILE109", lambda: with_cell(f'<c t="d"><v>{LONG}</v></c>')),
    "too many number formats": (
        "FILE109",
        lambda: with_part(STYLES, styles_xml(dict.fromkeys(range(200, 5300), "d"), [0])),
    ),
}

ONE = {(1, 1): Cell(Kind.NUMBER, 1)}
GRID = (
    '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells><hyperlinks><hyperlink ref="A1:XFD1048576"/></hyperlinks>'
)

READ: dict[str, tuple[dict[tuple[int, int], Cell], Callable[[], bytes]]] = {
    "as good as can be": (ONE, lambda: GOOD),
    "not packed": (ONE, lambda: zipped(workbook_parts(), method=zipfile.ZIP_STORED)),
    "merged and linked over the whole grid": (
        ONE,
        lambda: with_part(
            SHEET, sheet_xml("<row><c><v>1</v></c></row>").replace("</sheetData>", "</sheetData>" + GRID)
        ),
    ),
    "dimension that lies": (
        ONE,
        lambda: with_part(
            SHEET,
            sheet_xml("<row><c><v>1</v></c></row>").replace(
                "<sheetData>", '<dimension ref="A1:XFD9999999"/><sheetData>'
            ),
        ),
    ),
    "number format of many brackets": (
        ONE,
        lambda: with_part(STYLES, styles_xml({164: "[" * 200_000}, [164])),
    ),
    "column styles beyond the grid": (
        ONE,
        lambda: with_part(
            SHEET,
            sheet_xml("<row><c><v>1</v></c></row>").replace(
                "<sheetData>", '<cols><col max="999999999"/></cols><sheetData>'
            ),
        ),
    ),
    "nested 64 deep": ({}, lambda: with_rows("<a>" * 62 + "</a>" * 62)),
    "as many tags as may be": ({}, lambda: with_rows("<a/>" * (parts.TAG_LIMIT - 10))),
    "as many strings as may be": (ONE, lambda: zipped(workbook_parts(changes={STRINGS: strings_xml(*[""] * 990_000)}))),
    "as many blank cells as may be": ({}, lambda: with_cell('<c r="A1"/>' * sheet.CELL_LIMIT_WITH_BLANKS)),
    "longest string": (
        {(1, 1): Cell(Kind.TEXT, LONG[:-1])},
        lambda: with_cell(f'<c t="inlineStr"><is><t>{LONG[:-1]}</t></is></c>'),
    ),
    "longest string of escaped characters": (
        {(1, 1): Cell(Kind.TEXT, "&" * 32_767)},
        lambda: with_cell(f'<c t="inlineStr"><is><t>{"&#x00026;" * 32_767}</t></is></c>'),
    ),
    "an impossible time of a part": (ONE, lambda: changed_entry(GOOD, SHEET, 12, "<I", 0xFFFFFFFF)),
    "a part named to climb out": (
        ONE,
        lambda: zipped(workbook_parts(), ("../../../tmp/evil", "x"), ("/etc/passwd", "x")),
    ),
    "a comment after the archive": (ONE, lambda: GOOD[:-2] + b"\x04\0note"),
    "sheet data twice": (
        ONE,
        lambda: with_part(
            SHEET,
            sheet_xml("<row><c><v>1</v></c></row>").replace(
                "</sheetData>", "</sheetData><sheetData><row><c><v>2</v></c></row></sheetData>"
            ),
        ),
    ),
    "macros that aren't": (ONE, lambda: zipped(workbook_parts(), ("xl/vbaProject.bin", NOISE))),
    "number of a hundred thousand noughts": (
        {(1, 1): Cell(Kind.TEXT, "1" + "0" * 30_000)},
        lambda: with_cell(f"<c><v>1{'0' * 30_000}</v></c>"),
    ),
    "exponent of many digits": (
        {(1, 1): Cell(Kind.TEXT, "1e999999999")},
        lambda: with_cell("<c><v>1e999999999</v></c>"),
    ),
    "no value of the type there ought to be": (
        {},
        lambda: with_cell('<c t="s"><is><t/></is></c><c t="e"/><c t="b"/><c t="d"/>'),
    ),
    "prefix that isn't declared": (
        ONE,
        lambda: with_part(SHEET, "<q:worksheet><q:sheetData><row><c><v>1</v></c></row></q:sheetData></q:worksheet>"),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, tmp_path: Path) -> None:
    code, make = REFUSED[name]
    data = make()
    started = time.process_time()
    with pytest.raises(NotReadable) as refusal:
        read_everything(data, tmp_path / "form.xlsx")
    assert time.process_time() - started < SECONDS
    assert refusal.value.code == code
    assert 0 < len(refusal.value.found) < 100


@pytest.mark.parametrize("name", READ)
def test_odd_but_read(name: str, tmp_path: Path) -> None:
    expected, make = READ[name]
    data = make()
    started = time.process_time()
    assert read_everything(data, tmp_path / "form.xlsx") == {"Form": expected}
    assert time.process_time() - started < SECONDS


def test_there_are_sixty_hostile_files_and_every_code_has_one() -> None:
    assert len(REFUSED) >= 60
    assert {code for code, _ in REFUSED.values()} == CODES - {"FILE111"}


def test_a_sheet_at_the_limit_of_cells_is_read_in_time(tmp_path: Path) -> None:
    rows = "".join(f"<row>{'<c><f>A1</f><v>1</v></c>' * 10_000}</row>" for _ in range(30))
    started = time.process_time()
    assert len(read_everything(with_rows(rows), tmp_path / "form.xlsx")["Form"]) == sheet.CELL_LIMIT
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize(
    ("module", "limit"),
    [
        (
            container,
            {"FILE_LIMIT": 25 * MIB, "MEMBER_LIMIT": 5_000, "UNPACKED_LIMIT": 256 * MIB, "PART_LIMIT": 64 * MIB},
        ),
        (parts, {"DEPTH_LIMIT": 64, "STRING_LIMIT": 32_767}),
        (sheet, {"CELL_LIMIT": 300_000, "LAST_ROW": 1_048_576, "LAST_COLUMN": 16_384}),
        (workbook, {"SHEET_LIMIT": 255}),
    ],
)
def test_the_bounds_are_those_agreed(module: object, limit: dict[str, int]) -> None:
    assert {name: getattr(module, name) for name in limit} == limit


# --- the file itself ------------------------------------------------------------------------------------------------


def refusal_of(path: Path) -> tuple[str, str]:
    started = time.perf_counter()
    with pytest.raises(NotReadable) as refusal:
        open_workbook(path)
    assert time.perf_counter() - started < SECONDS
    return refusal.value.code, refusal.value.found


def test_a_missing_file(tmp_path: Path) -> None:
    assert refusal_of(tmp_path / "form.xlsx") == ("FILE111", "no such file")


def test_a_folder(tmp_path: Path) -> None:
    assert refusal_of(tmp_path) == ("FILE111", "a folder")


def test_a_name_with_a_null() -> None:
    assert refusal_of(Path("form\0.xlsx"))[0] == "FILE111"


def test_a_name_too_long(tmp_path: Path) -> None:
    assert refusal_of(tmp_path / ("x" * 5_000))[0] == "FILE111"


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "form.xlsx").write_bytes(GOOD)
    assert refusal_of(tmp_path / "form.xlsx" / "form.xlsx")[0] == "FILE111"


posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such thing")


@posix
def test_a_pipe_that_nobody_writes_to(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "form.xlsx")
    assert refusal_of(tmp_path / "form.xlsx")[0] == "FILE111"


@posix
def test_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.xlsx").write_bytes(GOOD)
    (tmp_path / "form.xlsx").symlink_to("real.xlsx")
    (tmp_path / "loop.xlsx").symlink_to("loop.xlsx")
    assert refusal_of(tmp_path / "form.xlsx") == ("FILE111", "a link to another file")
    assert refusal_of(tmp_path / "loop.xlsx") == ("FILE111", "a link to another file")


@posix
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device(device: str) -> None:
    assert refusal_of(Path(device))[0] == "FILE111"


@posix
def test_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("form.xlsx")
        assert refusal_of(Path("form.xlsx"))[0] == "FILE111"


@posix
def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError

    (tmp_path / "form.xlsx").write_bytes(GOOD)
    monkeypatch.setattr(os, "open", refuse)  # the tests may be run by root, to whom nothing is forbidden
    code, found = refusal_of(tmp_path / "form.xlsx")
    assert code == "FILE111"
    assert found.startswith("no permission")


def test_a_file_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(GOOD)
    stats: Iterator[os.stat_result] = iter([path.stat(), tmp_path.stat()])
    monkeypatch.setattr(container, "os", _OsWith(lambda _: next(stats)))
    assert refusal_of(path) == ("FILE111", "the file was still changing while it was being read")


class _OsWith:
    """The module ``os`` with another ``fstat``."""

    def __init__(self, fstat: Callable[[int], os.stat_result]) -> None:
        self.fstat = fstat

    def __getattr__(self, name: str) -> object:
        return getattr(os, name)


# --- chance ---------------------------------------------------------------------------------------------------------

WHOLE = zipped(
    workbook_parts(
        '<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1" s="1"><v>45747</v></c><c t="d"><v>2025-03-31</v></c></row>'
        '<row><c t="inlineStr"><is><t>x_x0041_</t></is></c><c t="b"><v>1</v></c></row>'
        '<row><c><f>A1</f></c><c t="e"><v>#N/A</v></c></row>',
        {STYLES: styles_xml({164: "[h]:mm"}, [0, 164])},
    )
)
PLAIN = zipped(workbook_parts('<row r="1"><c r="A1" t="s"><v>1</v></c></row>'), method=zipfile.ZIP_STORED)


def outcome(data: bytes, folder: Path) -> str:
    """The code of the refusal, or that it was read; any other exception fails the test."""
    try:
        read_everything(data, folder / "form.xlsx")
    except NotReadable as refusal:
        return refusal.code
    return "read"


flips_of_bytes = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=6)


def many(examples: int) -> settings:
    slow = [HealthCheck.function_scoped_fixture]
    return settings(max_examples=examples, deadline=SECONDS * 1000, suppress_health_check=slow)


@many(500)
@given(good=st.sampled_from([WHOLE, PLAIN]), flips=flips_of_bytes, cut=st.integers(0, 10_000))
@example(good=WHOLE, flips=[], cut=0)
def test_spoiled_bytes_are_read_or_refused(good: bytes, flips: list[tuple[int, int]], cut: int, tmp_path: Path) -> None:
    data = bytearray(good)
    for place, value in flips:
        data[place % len(data)] = value
    if not flips:
        del data[cut % len(data) :]
    assert outcome(bytes(data), tmp_path) in {*CODES, "read"}


@many(300)
@given(
    name=st.sampled_from([SHEET, STRINGS, STYLES, BOOK, BOOK_RELS, RELS]),
    place=st.integers(0, 3_000),
    new=st.binary(max_size=8),
    replace=st.booleans(),
)
def test_spoiled_xml_is_read_or_refused(name: str, place: int, new: bytes, replace: bool, tmp_path: Path) -> None:
    """The same within a part, beneath the zip archive's checksums."""
    content = bytearray(str(workbook_parts()[name]).encode())
    place %= len(content)
    content[place : place + (len(new) if replace else 0)] = new
    assert outcome(with_part(name, bytes(content)), tmp_path) in {*CODES, "read"}


@many(200)
@given(
    data=st.binary(max_size=200),
    start=st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", b"\xff\xfe", b"<", container.OLE_SIGNATURE]),
)
def test_any_bytes_are_refused(data: bytes, start: bytes, tmp_path: Path) -> None:
    assert outcome(start + data, tmp_path) in CODES


def test_a_refusal_survives_being_sent_between_processes() -> None:
    copy = pickle.loads(pickle.dumps(NotReadable("FILE101", "an empty file")))
    assert (copy.code, copy.found) == ("FILE101", "an empty file")


def test_no_text_of_the_file_is_in_a_refusal(tmp_path: Path) -> None:
    for name in ("wrong checksum", "unknown encoding", "shared string x", "long error", "sheet outside the archive"):
        with pytest.raises(NotReadable) as refusal:
            read_everything(REFUSED[name][1](), tmp_path / "form.xlsx")
        assert not {"xl/", "passwd", "x-none", "CRC", "xx"} & set(refusal.value.found.split())
        assert refusal.value.__cause__ is None


def test_a_worksheet_namespace_is_not_asked_for(tmp_path: Path) -> None:
    bare = with_part(SHEET, sheet_xml("<row><c><v>1</v></c></row>").replace(f' xmlns="{MAIN}"', ""))
    assert read_everything(bare, tmp_path / "form.xlsx") == {"Form": ONE}

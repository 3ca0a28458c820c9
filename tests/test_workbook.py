"""What the reader makes of good workbooks, and of odd ones that are legal."""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import (
    MAIN,
    Parts,
    assert_agrees_with_openpyxl,
    rels,
    sheet_xml,
    strings_xml,
    styles_xml,
    workbook_parts,
    workbook_xml,
    zipped,
)

from mspof_cli.cells import Cell, Kind
from mspof_cli.workbook import NotReadable, Workbook, open_workbook

NUMBER, TEXT, BOOLEAN, DATE, _, ERROR, UNCALCULATED = Kind
Cells = dict[tuple[int, int], Cell]

STRINGS, STYLES, BOOK, BOOK_RELS, SHEET = (
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/worksheets/sheet1.xml",
)


@pytest.fixture
def opened(tmp_path: Path) -> Any:
    """Opens a workbook made of the given parts."""

    def open_parts(parts: Parts) -> Workbook:
        path = tmp_path / "form.xlsx"
        path.write_bytes(zipped(parts))
        return open_workbook(path)

    return open_parts


@pytest.fixture
def cells_of(opened: Any) -> Any:
    """Reads the sheet of a workbook whose rows, and perhaps other parts, are given."""

    def read(rows: str, **changes: Any) -> Cells:
        cells: Cells = opened(workbook_parts(rows, changes.get("parts"))).sheet("Form").cells
        return cells

    return read


def one(cell: str) -> str:
    return f'<row r="1">{cell}</row>'


# --- one cell -------------------------------------------------------------------------------------------------------

CELLS: dict[str, tuple[str, Cell | None]] = {
    "whole number": ('<c r="A1"><v>12</v></c>', Cell(NUMBER, 12)),
    "whole number written as a float": ('<c r="A1"><v>12.0</v></c>', Cell(NUMBER, 12)),
    "whole number with an exponent": ('<c r="A1"><v>1.2E3</v></c>', Cell(NUMBER, 1200)),
    "fraction": ('<c r="A1" t="n"><v>0.1</v></c>', Cell(NUMBER, 0.1)),
    "negative": ('<c r="A1"><v>-3</v></c>', Cell(NUMBER, -3)),
    "minus nought": ('<c r="A1"><v>-0</v></c>', Cell(NUMBER, 0)),
    "number with space around it": ('<c r="A1"><v> 7\n</v></c>', Cell(NUMBER, 7)),
    "largest whole number": ('<c r="A1"><v>9007199254740991</v></c>', Cell(NUMBER, 2**53 - 1)),
    "too large for a whole number": ('<c r="A1"><v>1e17</v></c>', Cell(NUMBER, 1e17)),
    "not a number": ('<c r="A1"><v>twelve</v></c>', Cell(TEXT, "twelve")),
    "nan": ('<c r="A1"><v>NaN</v></c>', Cell(TEXT, "NaN")),
    "infinity": ('<c r="A1"><v>1e999</v></c>', Cell(TEXT, "1e999")),
    "Python's underscores": ('<c r="A1"><v>1_000</v></c>', Cell(TEXT, "1_000")),
    "digits of another script": ('<c r="A1"><v>١٢</v></c>', Cell(TEXT, "١٢")),
    "a number of a hundred digits": (f'<c r="A1"><v>{"1" * 100}</v></c>', Cell(TEXT, "1" * 100)),
    "unknown type": ('<c r="A1" t="zz"><v>5</v></c>', Cell(NUMBER, 5)),
    "shared string": ('<c r="A1" t="s"><v>1</v></c>', Cell(TEXT, "two")),
    "inline string": ('<c r="A1" t="inlineStr"><is><t>typed</t></is></c>', Cell(TEXT, "typed")),
    "inline string in runs": (
        '<c r="A1" t="inlineStr"><is><r><t>a</t></r><r><rPr><b/></rPr><t xml:space="preserve"> b</t></r></is></c>',
        Cell(TEXT, "a b"),
    ),
    "inline string with its pronunciation": (
        '<c r="A1" t="inlineStr"><is><t>東</t><rPh sb="0" eb="1"><t>ヒガシ</t></rPh></is></c>',
        Cell(TEXT, "東"),
    ),
    "inline string that is empty": ('<c r="A1" t="inlineStr"><is><t></t></is></c>', Cell(TEXT, "")),
    "inline string of spaces": ('<c r="A1" t="inlineStr"><is><t>  </t></is></c>', Cell(TEXT, "  ")),
    "inline string without any": ('<c r="A1" t="inlineStr"/>', None),
    "inline string with a coded character": (
        '<c r="A1" t="inlineStr"><is><t>a_x000D_b</t></is></c>',
        Cell(TEXT, "a\rb"),
    ),
    "text from a formula": ('<c r="A1" t="str"><f>B1</f><v>x_x0041_</v></c>', Cell(TEXT, "xA", True)),
    "no text from a formula": ('<c r="A1" t="str"><f>B1</f><v></v></c>', Cell(TEXT, "", True)),
    "text with markup, line break and space kept": (
        '<c r="A1" t="str"><v> &lt;b&gt; &amp;&#10;<![CDATA[<i>]]> </v></c>',
        Cell(TEXT, " <b> &\n<i> "),
    ),
    "true": ('<c r="A1" t="b"><v>1</v></c>', Cell(BOOLEAN, True)),
    "false": ('<c r="A1" t="b"><v>0</v></c>', Cell(BOOLEAN, False)),
    "true as LibreOffice has it": ('<c r="A1" t="n"><f aca="false">TRUE()</f><v>1</v></c>', Cell(BOOLEAN, True, True)),
    "false as LibreOffice has it": ('<c r="A1"><f>FALSE()</f><v>0</v></c>', Cell(BOOLEAN, False, True)),
    "a number of true": ('<c r="A1"><f>TRUE()+1</f><v>2</v></c>', Cell(NUMBER, 2, True)),
    "true from a formula": ('<c r="A1" t="b"><f>1=1</f><v>true</v></c>', Cell(BOOLEAN, True, True)),
    "neither true nor false": ('<c r="A1" t="b"><v>2</v></c>', Cell(TEXT, "2")),
    "error": ('<c r="A1" t="e"><v>#REF!</v></c>', Cell(ERROR, "#REF!")),
    "new error": ('<c r="A1" t="e"><f>X()</f><v>#SPILL!</v></c>', Cell(ERROR, "#SPILL!", True)),
    "calc error": ('<c r="A1" t="e"><v>#CALC!</v></c>', Cell(ERROR, "#CALC!")),
    "date": ('<c r="A1" t="d"><v>2025-03-31</v></c>', Cell(DATE, 45747)),
    "date and time": ('<c r="A1" t="d"><v>2025-03-31T12:00:00Z</v></c>', Cell(DATE, 45747.5)),
    "time": ('<c r="A1" t="d"><v>18:00</v></c>', Cell(DATE, 0.75)),
    "date that isn't one": ('<c r="A1" t="d"><v>2025-02-30</v></c>', Cell(TEXT, "2025-02-30")),
    "first date": ('<c r="A1" t="d"><v>1900-01-01</v></c>', Cell(DATE, 1)),
    "before Excel's 29 February 1900": ('<c r="A1" t="d"><v>1900-02-28</v></c>', Cell(DATE, 59)),
    "after Excel's 29 February 1900": ('<c r="A1" t="d"><v>1900-03-01</v></c>', Cell(DATE, 61)),
    "number from a formula": ('<c r="A1"><f>6*7</f><v>42</v></c>', Cell(NUMBER, 42, True)),
    "nought from a formula": ('<c r="A1"><f>1-1</f><v>0</v></c>', Cell(NUMBER, 0, True)),
    "formula indented": ('<c r="A1" t="str">\n <f>B1</f>\n <v>x</v>\n</c>', Cell(TEXT, "x", True)),
    "formula shared": ('<c r="A1"><f t="shared" si="0"/><v>3</v></c>', Cell(NUMBER, 3, True)),
    "formula without a value": ('<c r="A1"><f>B1</f></c>', Cell(UNCALCULATED, "", True)),
    "formula with an empty value": ('<c r="A1"><f>B1</f><v/></c>', Cell(UNCALCULATED, "", True)),
    "formula of text without a value": ('<c r="A1" t="s"><f>B1</f></c>', Cell(UNCALCULATED, "", True)),
    **{
        f"formula of type {declared} without a value": (
            f'<c r="A1" t="{declared}"><f>B1</f></c>',
            Cell(UNCALCULATED, "", True),
        )
        for declared in ("str", "inlineStr", "n", "b", "e", "d", "unheard-of")
    },
    "blank": ('<c r="A1"/>', None),
    "blank but formatted": ('<c r="A1" s="0" t="n"></c>', None),
    "blank but with an empty value": ('<c r="A1" t="s"><v></v></c>', None),
}


@pytest.mark.parametrize("name", CELLS)
def test_one_cell(name: str, cells_of: Any) -> None:
    xml, expected = CELLS[name]
    found = cells_of(one(xml))
    assert found == ({} if expected is None else {(1, 1): expected})
    if expected is not None:
        assert type(found[1, 1].value) is type(expected.value)


def test_shared_strings_are_decoded_and_joined(cells_of: Any) -> None:
    strings = strings_xml(
        "<t>plain</t>",
        '<r><t>one </t></r><r><rPr><b/></rPr><t xml:space="preserve"> two</t></r>',
        "<t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh><phoneticPr fontId='1'/>",
        "<t>a_x000D__x005F_x0041_ _xZZZZ_ _x41_</t>",
        "<t>_xD83D__xDE00_ and _xD83D_</t>",
        "<t/>",
        "",
    )
    rows = one("".join(f'<c t="s"><v>{i}</v></c>' for i in range(7)))
    assert cells_of(rows, parts={STRINGS: strings}) == {
        (1, 1): Cell(TEXT, "plain"),
        (1, 2): Cell(TEXT, "one  two"),
        (1, 3): Cell(TEXT, "東京"),
        (1, 4): Cell(TEXT, "a\r_x0041_ _xZZZZ_ _x41_"),
        (1, 5): Cell(TEXT, "😀 and \ufffd"),
        (1, 6): Cell(TEXT, ""),
        (1, 7): Cell(TEXT, ""),
    }


# --- where cells are ------------------------------------------------------------------------------------------------

A, B, C, D = (Cell(NUMBER, number) for number in (1, 2, 3, 4))

PLACES: dict[str, tuple[str, Cells]] = {
    "no addresses": (
        "<row><c><v>1</v></c><c/><c><v>2</v></c></row><row/><row><c><v>3</v></c></row>",
        {(1, 1): A, (1, 3): B, (3, 1): C},
    ),
    "some addresses": (
        '<row r="5"><c r="C5"><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c><c r="XFD6"><v>4</v></c></row>',
        {(5, 3): A, (5, 4): B, (6, 1): C, (6, 16384): D},
    ),
    "rows without numbers around cells with addresses": (
        '<row><c r="B7"><v>1</v></c></row><row><c r="B8"><v>2</v></c></row>',
        {(7, 2): A, (8, 2): B},
    ),
    "rows and cells out of order": (
        '<row r="2"><c r="B2"><v>2</v></c><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>3</v></c></row>',
        {(1, 1): C, (2, 1): A, (2, 2): B},
    ),
    "two ends of the grid": (
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>',
        {(1, 1): A, (1048576, 16384): B},
    ),
    "row numbers that end alike": (
        (
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="11"><c r="A11"><v>2</v></c><c r="AA11"><v>3</v></c></row>'
            '<row r="111"><c r="A111"><v>4</v></c></row>'
        ),
        {(1, 1): A, (11, 1): B, (11, 27): C, (111, 1): D},
    ),
    "a cell of another row": ('<row r="1"><c r="A1"/><c r="A11"><v>1</v></c></row>', {(11, 1): A}),
    "a row in two pieces": (
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="B1"><v>2</v></c></row>',
        {(1, 1): A, (1, 2): B},
    ),
    "a leading nought in a row number": ('<row r="01"><c r="A1"><v>1</v></c></row>', {(1, 1): A}),
    "no rows": ("<row/>", {}),
}


@pytest.mark.parametrize("name", PLACES)
def test_places(name: str, cells_of: Any) -> None:
    rows, expected = PLACES[name]
    assert list(cells_of(rows).items()) == list(expected.items())


def test_only_the_cells_of_the_sheet_data_count(cells_of: Any) -> None:
    sheet = f"""<worksheet xmlns="{MAIN}"><cols><c r="A1"><v>9</v></c></cols>
        <sheetData><row r="1"><c r="A1"><v>1</v><extLst><ext><x>A1</x></ext></extLst></c></row></sheetData>
        <mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>
        <conditionalFormatting><cfRule><c r="B1"><v>9</v></c></cfRule></conditionalFormatting></worksheet>"""
    assert cells_of("", parts={SHEET: sheet}) == {(1, 1): A}


def test_values_under_a_merge_are_kept(tmp_path: Path, cells_of: Any) -> None:
    sheet = sheet_xml(one('<c r="A1"><v>1</v></c><c r="B1"><v>2</v></c>'))
    merged = sheet.replace("</sheetData>", '</sheetData><mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>')
    assert cells_of("", parts={SHEET: merged}) == {(1, 1): A, (1, 2): B}


# --- dates ----------------------------------------------------------------------------------------------------------

FORMATS = {
    "dd/mm/yyyy": True,
    "[$-809]dd mmmm yyyy;@": True,
    "[h]:mm": True,
    "[HH]": True,
    "[ss].00": True,
    "h:mm AM/PM": True,
    "yyyy\\-mm\\-dd": True,
    'General"d"': False,
    "General": False,
    "0.00": False,
    "#,##0;[Red]-#,##0": False,
    '0" days"': False,
    "0\\d": False,
    "_d0": False,
    "*d0": False,
    "[Red]0": False,
    "[$£-809]#,##0.00": False,
    "[hd]0": False,
    "0;d": False,
    "0.00E+00": False,
    "@": False,
    '"never closed d': False,
    "[never closed d": False,
    "\\": False,
    "": False,
    "[" * 200_000: False,
    '"' * 100_000 + "d": False,
}


@pytest.mark.parametrize("code", FORMATS, ids=lambda code: code[:20])
def test_a_number_format_of_the_workbooks_own(code: str, cells_of: Any) -> None:
    escaped = code.replace("&", "&amp;").replace('"', "&quot;")
    rows = one('<c r="A1" s="1"><v>45747</v></c><c r="B1"><v>45747</v></c>')
    found = cells_of(rows, parts={STYLES: styles_xml({164: escaped}, [0, 164])})
    assert found == {(1, 1): Cell(DATE if FORMATS[code] else NUMBER, 45747), (1, 2): Cell(NUMBER, 45747)}


def test_the_number_formats_built_into_excel(cells_of: Any) -> None:
    rows = one("".join(f'<c s="{style}"><v>1</v></c>' for style in range(60)))
    found = cells_of(rows, parts={STYLES: styles_xml({}, range(60))})
    dates = {column - 1 for (_, column), cell in found.items() if cell.kind is DATE}
    assert dates == {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}


def test_a_date_style_changes_numbers_only(cells_of: Any) -> None:
    cells = (
        '<c t="b"><v>1</v></c><c t="s"><v>0</v></c><c t="e"><v>#N/A</v></c><c><f>B1</f></c><c><v>x</v></c>'
        "<c><f>B1</f><v>2.5</v></c><c/>"
    )
    found = cells_of(one(cells.replace("<c", '<c s="0"')), parts={STYLES: styles_xml({}, [14])})
    assert found == {
        (1, 1): Cell(BOOLEAN, True),
        (1, 2): Cell(TEXT, "one"),
        (1, 3): Cell(ERROR, "#N/A"),
        (1, 4): Cell(UNCALCULATED, "", True),
        (1, 5): Cell(TEXT, "x"),
        (1, 6): Cell(DATE, 2.5, True),
    }


def test_formats_outside_the_cell_styles_do_not_count(cells_of: Any) -> None:
    styles = f"""<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="0.0"/></numFmts>
        <cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="164"/></cellXfs>
        <cellStyles><xf numFmtId="14"/></cellStyles>
        <dxfs><dxf><numFmt numFmtId="164" formatCode="dd/mm/yy"/></dxf></dxfs></styleSheet>"""
    assert cells_of(one('<c s="0"><v>1</v></c>'), parts={STYLES: styles}) == {(1, 1): A}


def test_dates_counted_from_1904(opened: Any) -> None:
    rows = one('<c t="d"><v>1904-01-02</v></c><c t="d"><v>06:00</v></c>')
    workbook = opened(workbook_parts(rows, {BOOK: workbook_xml("Form", more='<workbookPr date1904="1"/>')}))
    assert workbook.date_1904
    assert workbook.sheet("Form").cells == {(1, 1): Cell(DATE, 1), (1, 2): Cell(DATE, 0.25)}


# --- the workbook ---------------------------------------------------------------------------------------------------


def test_what_is_known_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    data = zipped(workbook_parts())
    path.write_bytes(data)
    workbook = open_workbook(path)
    assert workbook.file == path
    assert workbook.size == len(data)
    assert workbook.sha256 == hashlib.sha256(data).hexdigest()
    assert (workbook.sheet_names, workbook.date_1904, workbook.extras) == (("Form",), False, ())


def test_a_sheet_is_read_once_and_only_when_asked_for(opened: Any) -> None:
    changes = {
        BOOK: workbook_xml("Form", "Broken"),
        BOOK_RELS: rels(("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "worksheet", "broken.xml")),
        "xl/broken.xml": "<worksheet",
    }
    workbook = opened(workbook_parts(changes=changes))
    assert workbook.sheet("Form") is workbook.sheet("Form")
    assert workbook.sheet("Form").name == "Form"
    with pytest.raises(NotReadable):
        workbook.sheet("Broken")


def test_a_sheet_that_is_not_there_is_a_key_error(opened: Any) -> None:
    with pytest.raises(KeyError):
        opened(workbook_parts()).sheet("form")


def test_hidden_sheets_count_and_chart_sheets_do_not(opened: Any) -> None:
    book = workbook_xml("Form", "Chart", "Hidden &amp; _x0041_").replace('"rId3"', '"rId3" state="veryHidden"')
    links = rels(
        ("rId1", "worksheet", "worksheets/sheet1.xml"),
        ("rId2", "chartsheet", "chart.xml"),
        ("rId3", "worksheet", "hidden.xml"),
    )
    changes = {BOOK: book, BOOK_RELS: links, "xl/chart.xml": "<chartsheet/>", "xl/hidden.xml": sheet_xml("")}
    assert opened(workbook_parts(changes=changes)).sheet_names == ("Form", "Hidden & A")


def test_extras_are_named_once(opened: Any) -> None:
    links = rels(
        ("rId1", "worksheet", "worksheets/sheet1.xml"),
        ("rId2", "externalLink", "externalLinks/externalLink1.xml"),
        ("rId3", "externalLink", "externalLinks/externalLink2.xml"),
        ("rId4", "connections", "connections.xml"),
        ("rId5", "vbaProject", "vbaProject.bin"),
        ("rId6", "xlMacrosheet", "macrosheets/sheet1.xml"),
    )
    workbook = opened(workbook_parts(changes={BOOK_RELS: links}))
    assert workbook.extras == ("macros", "links to other workbooks", "data connections")


TARGETS = [
    "/xl/worksheets/sheet1.xml",
    "./worksheets/../worksheets/sheet1.xml",
    "../xl//worksheets/sheet1.xml",
    "worksheets\\sheet1.xml",
    "WORKSHEETS/Sheet1.XML",
]


@pytest.mark.parametrize("target", TARGETS)
def test_ways_to_write_a_target(target: str, opened: Any) -> None:
    workbook = opened(workbook_parts(changes={BOOK_RELS: rels(("rId1", "worksheet", target))}))
    assert workbook.sheet("Form").cells == {(1, 1): A}


def test_a_workbook_part_in_another_place(opened: Any) -> None:
    parts: Parts = {
        "_RELS/.RELS": rels(("a", "officeDocument", "/book.xml")),
        "book.xml": workbook_xml("Form"),
        "_rels/book.xml.rels": rels(("rId1", "worksheet", "s.xml")),
        "s.xml": sheet_xml(one("<c><v>1</v></c>")),
    }
    assert opened(parts).sheet("Form").cells == {(1, 1): A}


def _strict(text: str) -> str:
    text = text.replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")
    return text.replace(
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "http://purl.oclc.org/ooxml/officeDocument/relationships",
    )


def _prefixed(text: str) -> str:
    """The same XML with every element of the main namespace prefixed, as the Open XML SDK writes it."""
    if MAIN not in text:
        return text
    text = text.replace("</", "\0").replace("<?", "\1").replace("<", "<x:").replace("\0", "</x:").replace("\1", "<?")
    return text.replace("xmlns=", "xmlns:x=")


@pytest.mark.parametrize("rewrite", [_strict, _prefixed])
def test_strict_and_prefixed_workbooks_read_alike(rewrite: Any, opened: Any) -> None:
    rows = one('<c r="A1" t="s"><v>1</v></c><c r="B1" s="1"><v>3</v></c><c r="C1" t="inlineStr"><is><t>x</t></is></c>')
    parts = workbook_parts(rows, {STYLES: styles_xml({}, [0, 14])})
    expected = {(1, 1): Cell(TEXT, "two"), (1, 2): Cell(DATE, 3), (1, 3): Cell(TEXT, "x")}
    assert opened(parts).sheet("Form").cells == expected
    assert opened({name: rewrite(text) for name, text in parts.items()}).sheet("Form").cells == expected


def test_xml_in_utf_16(cells_of: Any) -> None:
    sheet = sheet_xml(one('<c t="inlineStr"><is><t>é😀</t></is></c>')).replace("UTF-8", "UTF-16")
    assert cells_of("", parts={SHEET: sheet.encode("utf-16")}) == {(1, 1): Cell(TEXT, "é😀")}


def test_results_still_due(cells_of: Any) -> None:
    """XlsxWriter leaves a nought in every formula and asks Excel to calculate on opening."""
    rows = one('<c><f>A1</f><v>0</v></c><c><v>0</v></c><c><f>A1</f><v>3</v></c><c t="b"><f>A1</f><v>0</v></c>')
    book = workbook_xml("Form", more='<calcPr calcId="124519" fullCalcOnLoad="1"/>')
    assert cells_of(rows, parts={BOOK: book}) == {
        (1, 1): Cell(UNCALCULATED, "", True),
        (1, 2): Cell(NUMBER, 0),
        (1, 3): Cell(NUMBER, 3, True),
        (1, 4): Cell(BOOLEAN, False, True),
    }


def test_a_workbook_without_strings_or_styles(opened: Any) -> None:
    parts = workbook_parts('<row><c s="7"><v>1</v></c></row>', {BOOK_RELS: rels(("rId1", "worksheet", f"/{SHEET}"))})
    assert opened(parts).sheet("Form").cells == {(1, 1): A}


# --- workbooks written by others ------------------------------------------------------------------------------------

# Coded characters are tested above: what the two libraries write and read of them is not the same.
texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), max_size=30).filter(
    lambda text: not re.search("x[0-9A-Fa-f]{4}_", text)
) | st.sampled_from([" ", "a\nb", "=1+1", "_x0041_", "<&>", "00123", "#REF!", "TRUE", "12", "1/2/2025"])
numbers = st.integers(-(2**53), 2**53) | st.floats(-1e300, 1e300)
values = st.none() | st.booleans() | numbers | texts
grids = st.dictionaries(st.tuples(st.integers(1, 40), st.integers(1, 60)), values, max_size=25)
quick = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quick
@given(sheets=st.lists(grids, min_size=1, max_size=3))
def test_agrees_on_what_openpyxl_wrote(sheets: list[dict[tuple[int, int], Any]], tmp_path: Path) -> None:
    workbook = openpyxl.Workbook(write_only=False)
    workbook.remove(workbook.active)
    for number, grid in enumerate(sheets):
        sheet = workbook.create_sheet(f"Sheet {number}")
        for (row, column), value in grid.items():
            cell = sheet.cell(row, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"  # or text that starts with = becomes a formula
    path = tmp_path / "openpyxl.xlsx"
    workbook.save(path)
    assert_agrees_with_openpyxl(path)


@quick
@given(sheets=st.lists(grids, min_size=1, max_size=3), in_memory=st.booleans())
def test_agrees_on_what_xlsxwriter_wrote(sheets: Any, in_memory: bool, tmp_path: Path) -> None:
    path = tmp_path / "xlsxwriter.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": False, "in_memory": in_memory}) as workbook:
        bold = workbook.add_format({"bold": True})
        for grid in sheets:
            sheet = workbook.add_worksheet()
            for (row, column), value in grid.items():
                if isinstance(value, str) and value:
                    sheet.write_string(row - 1, column - 1, value)
                elif value in (None, ""):
                    sheet.write_blank(row - 1, column - 1, None, bold)
                else:
                    sheet.write(row - 1, column - 1, value)
    assert_agrees_with_openpyxl(path)


@pytest.mark.parametrize("date_1904", [False, True])
def test_agrees_on_dates_formulas_and_errors(date_1904: bool, tmp_path: Path) -> None:
    path = tmp_path / "dates.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": date_1904}) as workbook:
        sheet = workbook.add_worksheet("Dates")
        for row, code in enumerate(["dd/mm/yyyy", "hh:mm", "[h]:mm", "d mmm yy hh:mm:ss", '0.0"d"', "[Red]0.00"]):
            shown = workbook.add_format({"num_format": code})
            sheet.write_datetime(row, 0, datetime(2025, 3, 31, 13, 30), shown)
            sheet.write_datetime(row, 1, date(2024, 2, 29), shown)
            sheet.write_datetime(row, 2, time(6, 15), shown)
        sheet.write_formula(10, 0, "=1+1", None, 2)
        sheet.write_formula(10, 1, '="x"', None, "x")
        sheet.write_formula(10, 2, "=A1>0", None, True)
        sheet.write_formula(10, 3, "=1/0", None, "#DIV/0!")
        sheet.merge_range("A20:C20", "merged")
        sheet.write_rich_string("A21", "a ", workbook.add_format({"bold": True}), "b", " c")
    assert_agrees_with_openpyxl(path)


def test_formulas_that_openpyxl_wrote_are_uncalculated(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "=SUM(B1:B3)"
    workbook.active["B2"] = datetime(2025, 3, 31)
    workbook.save(tmp_path / "new.xlsx")
    assert open_workbook(tmp_path / "new.xlsx").sheet("Sheet").cells == {
        (1, 1): Cell(UNCALCULATED, "", True),
        (2, 2): Cell(DATE, 45747),
    }
    assert_agrees_with_openpyxl(tmp_path / "new.xlsx")


def test_formulas_that_xlsxwriter_wrote_are_uncalculated(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "new.xlsx") as workbook:
        workbook.add_worksheet("Form").write_formula("A1", "=SUM(B1:B3)")
    assert open_workbook(tmp_path / "new.xlsx").sheet("Form").cells == {(1, 1): Cell(UNCALCULATED, "", True)}
    assert_agrees_with_openpyxl(tmp_path / "new.xlsx")


def test_the_oracle_can_disagree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "form.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = 1
    workbook.save(path)
    assert_agrees_with_openpyxl(path)
    monkeypatch.setattr("mspof_cli.workbook.sheet.as_number", lambda _: 2)
    with pytest.raises(AssertionError):
        assert_agrees_with_openpyxl(path)


@pytest.mark.parametrize(
    ("number_format", "kind"),
    [
        ("0%", Kind.PERCENTAGE),
        ("0.00%", Kind.PERCENTAGE),
        ("[Red]0.0 %", Kind.PERCENTAGE),
        ('0" %"', Kind.NUMBER),
        ("0\\%", Kind.NUMBER),
        ("0;0%", Kind.NUMBER),
        ("#,##0", Kind.NUMBER),
        ("dd/mm/yyyy", Kind.DATE),
    ],
)
def test_a_percentage_is_told_from_a_number(number_format: str, kind: Kind, tmp_path: Path) -> None:
    """100 % is stored as 1: read as a number, it would be one case."""
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = 1
    book.worksheets[0]["A1"].number_format = number_format
    book.save(tmp_path / "new.xlsx")
    assert open_workbook(tmp_path / "new.xlsx").sheet("Sheet").cells == {(1, 1): Cell(kind, 1)}

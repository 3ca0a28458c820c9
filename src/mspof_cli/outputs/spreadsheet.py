"""The workbook as an OpenDocument spreadsheet (.ods), which is what gov.uk publishes: the same sheets, the same cells.

odfdo makes the document. Rows are put in as XML, because there can be very many; dates are fixed, so that the same
returns give the same bytes on any day.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from mspof_cli.outputs.book import (
    COVER_WIDTH,
    CREATED,
    DECIMAL,
    NUMBER_HEADING,
    NUMBER_WIDTH,
    NUMBERS,
    ONE_TABLE,
    WHOLE,
    WIDTHS,
    look_of,
    look_of_heading,
)
from mspof_cli.outputs.safe import printable
from mspof_cli.outputs.tables import CONTENTS, Sheet, book_of, contents_of
from mspof_cli.published import Published

if TYPE_CHECKING:
    from odfdo import Document, Element

CENTIMETRES = 0.24  # to a character of the text
MIMETYPE = "mimetype"
LEFT_BEHIND = (
    "Thumbnails/",
    "Configurations2/",
    "manifest.rdf",
    "settings.xml",
)  # of the document that odfdo begins with

LEFT_OVER = re.compile(rb"<meta:(?:user-defined|document-statistic)[^>]*/>")

NUMBER_STYLE = """<number:number-style style:name="{name}"><number:number number:min-integer-digits="1" {more}/>
</number:number-style>"""
WHOLE_STYLE = 'number:decimal-places="0" number:grouping="true"'
DECIMAL_STYLE = 'number:decimal-places="2" number:min-decimal-places="1"'

CELL = """<style:style style:name="{name}" style:family="table-cell" {data}>
<style:table-cell-properties fo:wrap-option="{wrap}" style:vertical-align="top"{border}/>
<style:paragraph-properties fo:text-align="{align}"{apart}/>
<style:text-properties fo:font-family="Arial" fo:font-size="{size}pt" fo:font-weight="{weight}"/>
</style:style>"""
# So that a number does not touch the next column.
RIGHT: dict[str, object] = {"align": "end", "apart": ' fo:margin-right="0.2cm"'}
COLUMN = """<style:style style:name="width{width}" style:family="table-column">
<style:table-column-properties style:column-width="{centimetres:.2f}cm"/></style:style>"""

# A4, as wide as a page and as long as need be.
LANDSCAPE = {
    "fo:page-width": "29.7cm",
    "fo:page-height": "21cm",
    "style:print-orientation": "landscape",
    "style:scale-to-X": "1",
    "style:scale-to-Y": "0",
}

BORDER = ' fo:border-bottom="0.75pt solid #000000"'


def spreadsheet(published: Published) -> bytes:
    """The spreadsheet as a file."""
    from odfdo import Document

    title, cover, sheets = book_of(published)
    document = Document("spreadsheet")
    document.meta.title = title
    document.meta.language = "en-GB"
    document.meta.set_creator(published.collection.publisher)
    document.meta.set_generator("mspof")
    document.meta.set_creation_date(CREATED)
    document.meta.set_modification_date(CREATED)
    _add_styles(document)
    document.body.clear()
    return _packed(document, [_cover(title, cover), *map(_table, (contents_of(sheets), *sheets))])


def _element(xml: str) -> Element:
    from odfdo import Element

    return Element.from_tag(xml)


def _root(document: Document, part: str) -> Element:
    from odfdo import XmlPart

    found = document.get_part(part)
    assert isinstance(found, XmlPart)
    return found.root


def _add_styles(document: Document) -> None:
    looks: dict[str, dict[str, object]] = {
        "title": {"size": 16, "weight": "bold"},
        "heading": {"weight": "bold", "wrap": "wrap", "border": BORDER},
        "text": {},
        "wrapped": {"wrap": "wrap"},
        NUMBER_HEADING: {"weight": "bold", "wrap": "wrap", "border": BORDER, **RIGHT},
        "symbol": RIGHT,
        WHOLE: {**RIGHT, "data": 'style:data-style-name="whole"'},
        DECIMAL: {**RIGHT, "data": 'style:data-style-name="decimals"'},
    }
    usual: dict[str, object] = {
        "size": 12,
        "weight": "normal",
        "wrap": "no-wrap",
        "border": "",
        "align": "start",
        "apart": "",
        "data": "",
    }
    styles = [
        NUMBER_STYLE.format(name=name, more=more)
        for name, more in (("whole", WHOLE_STYLE), ("decimals", DECIMAL_STYLE))
    ]
    styles += [CELL.format(name=name, **{**usual, **look}) for name, look in looks.items()]
    widths = sorted({*WIDTHS.values(), NUMBER_WIDTH, COVER_WIDTH})
    styles += [COLUMN.format(width=width, centimetres=width * CENTIMETRES) for width in widths]
    for automatic in _root(document, "content.xml").get_elements("//office:automatic-styles"):
        for style in styles:
            automatic.append(_element(style))
    for layout in _root(document, "styles.xml").get_elements("//style:page-layout-properties"):
        for name, value in LANDSCAPE.items():
            layout.set_attribute(name, value)


def _cover(title: str, lines: Sequence[str]) -> str:
    rows = [_row([_text(title, "title")]), *(_row([_text(line, "wrapped")]) for line in lines)]
    return _sheet("Cover", [COVER_WIDTH], rows)


def _table(sheet: Sheet) -> str:
    """One table on a sheet of its own, below its title and a line that says so."""
    frame = sheet.table
    rows = [_row([_text(sheet.title, "title")]), _row([_text(ONE_TABLE, "text")])]
    headings = _row([_text(name, look_of_heading(name, frame)) for name in frame.columns])
    rows.append(f"<table:table-header-rows>{headings}</table:table-header-rows>")
    is_contents = sheet.name == CONTENTS
    for values in frame.rows():
        cells = [_value(heading, value) for heading, value in zip(frame.columns, values, strict=True)]
        if is_contents:
            cells[0] = _link(str(values[0]))
        rows.append(_row(cells))
    return _sheet(sheet.name, [WIDTHS.get(heading, NUMBER_WIDTH) for heading in frame.columns], rows)


def _sheet(name: str, widths: Sequence[int], rows: Sequence[str]) -> str:
    columns = "".join(f'<table:table-column table:style-name="width{width}"/>' for width in widths)
    return f"<table:table table:name={quoteattr(name)}>{columns}{''.join(rows)}</table:table>"


def _row(cells: Sequence[str]) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def _value(heading: str, value: object) -> str:
    """A number where it is one, so that it can be computed with; else text."""
    text = printable(str(value))
    look = look_of(heading, text)
    if look not in NUMBERS:
        return _text(text, look)
    kind = f'office:value-type="float" office:value="{text}"'
    return f'<table:table-cell table:style-name="{look}" {kind}><text:p>{text}</text:p></table:table-cell>'


def _text(text: str, look: str) -> str:
    return _cell(f"<text:p>{escape(printable(text))}</text:p>", look)


def _link(name: str) -> str:
    target = quoteattr(f"#'{name}'.A1")
    return _cell(f'<text:p><text:a xlink:type="simple" xlink:href={target}>{escape(name)}</text:a></text:p>', "text")


def _cell(content: str, look: str) -> str:
    return f'<table:table-cell table:style-name="{look}" office:value-type="string">{content}</table:table-cell>'


def _packed(document: Document, tables: Sequence[str]) -> bytes:
    """The document with tables as a file, without anything of the moment, or of the document that it began as.

    The tables are put in as they are: to append them to the document takes a minute where there are many councils.
    """
    first, last = io.BytesIO(), io.BytesIO()
    document.save(first)
    with zipfile.ZipFile(first) as made, zipfile.ZipFile(last, "w") as packed:
        for name, data in _parts(made):
            info = zipfile.ZipInfo(name, CREATED.timetuple()[:6])
            info.compress_type = zipfile.ZIP_STORED if name == MIMETYPE else zipfile.ZIP_DEFLATED
            packed.writestr(info, _with(tables, data) if name == "content.xml" else _made_ours(data))
    return last.getvalue()


def _made_ours(part: bytes) -> bytes:
    """A part of the empty document that it began as, whose styles are in French, and that counts its empty table."""
    return LEFT_OVER.sub(b"", part).replace(b'fo:language="fr" fo:country="FR"', b'fo:language="en" fo:country="GB"')


def _with(tables: Sequence[str], content: bytes) -> bytes:
    before, body, after = content.decode().partition("<office:spreadsheet/>")
    assert body
    return f"{before}<office:spreadsheet>{''.join(tables)}</office:spreadsheet>{after}".encode()


def _parts(made: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    names = [name for name in made.namelist() if not name.startswith(LEFT_BEHIND)]
    for name in sorted(names, key=lambda name: (name != MIMETYPE, name)):
        data = made.read(name)
        if name == "META-INF/manifest.xml":
            lines = data.decode().replace("><manifest:file-entry", ">\n<manifest:file-entry").splitlines()
            data = "\n".join(line for line in lines if not any(f'"{part}' in line for part in LEFT_BEHIND)).encode()
        yield name, data

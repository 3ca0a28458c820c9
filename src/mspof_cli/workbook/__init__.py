"""From a file to its cells: this folder is all that knows what an .xlsx is.

``open_workbook`` reads the file once and lists its sheets; ``Workbook.sheet`` reads the one asked for. What can't be
read ends in ``NotReadable``, with the code of the rule that says so; no other exception comes out of a hostile file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from mspof_cli.cells import Cell, Kind
from mspof_cli.workbook.container import NOT_OPENED, NotReadable, Package, read_file, require_zip
from mspof_cli.workbook.notes import Note, NotesReader
from mspof_cli.workbook.parts import (
    TAG_LIMIT_BESIDE,
    Opener,
    PartReader,
    SharedStringReader,
    kinds_of_styles,
    plain_text,
)
from mspof_cli.workbook.sheet import SheetReader

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["NOT_OPENED", "NotReadable", "Note", "Sheet", "Workbook", "open_workbook"]

SHEET_LIMIT = 255  # a form has a dozen
WORKBOOK_TAG_LIMIT = 3_000_000  # in all parts that are read, or each of 255 sheets could take a second
TRUE = ("1", "true", "on")
OTHER_OFFICE_FILES = {"word": "a Word document", "ppt": "a PowerPoint presentation", "visio": "a Visio drawing"}
EXTRAS = {
    "vbaProject": "macros",
    "xlMacrosheet": "macros",
    "xlIntlMacrosheet": "macros",
    "externalLink": "links to other workbooks",
    "connections": "data connections",
}


class Sheet(NamedTuple):
    """A sheet's cells that are not blank, by row and column from 1, row by row."""

    name: str
    cells: dict[tuple[int, int], Cell]


class Workbook:
    """A workbook that could be opened; its sheets are read when they are asked for.

    ``sheet_names`` are the worksheets in the workbook's order, hidden ones too; ``date_1904`` says from which day its
    dates are counted; ``extras`` names what it carries beyond cells that deserves a note.
    """

    __slots__ = (
        *("file", "sha256", "size", "sheet_names", "date_1904", "extras"),
        *("_package", "_sheet_parts", "_other_parts", "_results_due", "_strings", "_style_kinds", "_sheets", "_tags"),
    )

    def __init__(self, file: Path, data: bytes) -> None:
        self.file = file
        self.sha256 = _sha256(data)
        self.size = len(data)
        self._package = Package(data)
        self._tags = 0
        main = _main_part(self._package)
        contents = ContentsReader()
        contents.walk(self._data(main))
        links = relationships(self._package, main)
        self._sheet_parts = _worksheets(contents, links, self._package)
        self._other_parts = {link.kind: link.target for link in links.values()}
        self._results_due = contents.results_due
        self._strings: list[str] | None = None  # read with the first sheet
        self._style_kinds: Mapping[str, Kind] = {}
        self._sheets: dict[str, Sheet] = {}
        self.sheet_names = tuple(self._sheet_parts)
        self.date_1904 = contents.date_1904
        self.extras = tuple(dict.fromkeys(extra for kind, extra in EXTRAS.items() if kind in self._other_parts))

    def sheet(self, name: str) -> Sheet:
        """A worksheet by its name; ``KeyError`` if there is none, ``NotReadable`` if it is damaged or out of bounds."""
        if name not in self._sheets:
            part = self._sheet_parts[name]
            if self._strings is None:
                self._strings, self._style_kinds = self._read_what_sheets_share()
            reader = SheetReader(
                self._strings, self._style_kinds, date_1904=self.date_1904, results_due=self._results_due
            )
            reader.walk(self._data(part))
            self._sheets[name] = Sheet(name, reader.in_order())
        return self._sheets[name]

    def notes(self, name: str) -> list[Note]:
        """The notes on the cells of a worksheet; errors as of :meth:`sheet`."""
        reader = NotesReader()
        for link in relationships(self._package, self._sheet_parts[name]).values():
            if link.kind == "comments" and link.target is not None and link.target in self._package:
                reader.walk(self._data(link.target))
        return reader.notes

    def _read_what_sheets_share(self) -> tuple[list[str], Mapping[str, Kind]]:
        strings = SharedStringReader()
        if part := self._other_parts.get("sharedStrings"):
            strings.walk(self._data(part))
        part = self._other_parts.get("styles")
        return strings.strings, kinds_of_styles(self._data(part)) if part else {}

    def _data(self, part: str) -> bytes:
        """A part's bytes, as long as all parts together are not too much work."""
        data = self._package.part(part)
        self._tags += data.count(b"<")
        if self._tags > WORKBOOK_TAG_LIMIT:
            raise NotReadable("FILE109", f"a workbook with more than {WORKBOOK_TAG_LIMIT:,} tags")
        return data


def open_workbook(path: Path) -> Workbook:
    """Open a workbook; ``NotReadable`` if that can't be done, whatever the reason."""
    data = read_file(path)
    try:
        require_zip(data)
        return Workbook(path, data)
    except NotReadable as error:
        error.sha256 = _sha256(data)
        raise


def _sha256(data: bytes) -> str:
    from hashlib import sha256

    return sha256(data).hexdigest()


# --- where things are -----------------------------------------------------------------------------------------------


class Relationship(NamedTuple):
    """What one part says of another: ``kind`` is the last word of its type; ``target`` is None if it is elsewhere."""

    kind: str
    target: str | None


class RelationshipReader(PartReader):
    """Reads a ``.rels`` part; its targets are seen from the folder of the part it belongs to."""

    __slots__ = ("found", "_folder")
    tag_limit = TAG_LIMIT_BESIDE

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.found: dict[str, Relationship] = {}
        self._folder = folder
        self.do({"Relationship": self._relationship}, {})

    def _relationship(self, attributes: dict[str, str], /) -> None:
        inside = attributes.get("TargetMode") != "External"  # what is outside is noted, never followed
        target = _resolve(self._folder, attributes.get("Target", "")) if inside else None
        kind = attributes.get("Type", "").rpartition("/")[2]
        self.found[attributes.get("Id", "")] = Relationship(kind, target)


def relationships(package: Package, source: str) -> dict[str, Relationship]:
    """What a part refers to, by the identifiers it uses; ``""`` is the package itself."""
    folder, _, name = source.rpartition("/")
    part = f"{folder}/_rels/{name}.rels"
    reader = RelationshipReader(folder)
    if part in package:
        reader.walk(package.part(part))
    return reader.found


def _resolve(folder: str, target: str) -> str | None:
    """The part meant by a target, absolute or seen from a folder; None if it would be outside the package."""
    target = target.replace("\\", "/")
    steps: list[str] = []
    for step in (target if target.startswith("/") else f"{folder}/{target}").split("/"):
        if step == "..":
            if not steps:
                return None
            steps.pop()
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps)


def _main_part(package: Package) -> str:
    """The part that lists the sheets; ``NotReadable`` if this is a package of another kind."""
    package.refuse_open_document()
    links = relationships(package, "").values()
    target = next((link.target for link in links if link.kind == "officeDocument"), None) or ""
    folder = target.partition("/")[0]
    if folder in OTHER_OFFICE_FILES:
        raise NotReadable("FILE110", OTHER_OFFICE_FILES[folder])
    if target.endswith(".bin") or "xl/workbook.bin" in package:
        raise NotReadable("FILE103", "a binary workbook (.xlsb)")
    if target in package:
        return target
    if package.has_folder("xl/"):
        raise NotReadable("FILE108", "the part that lists the sheets is missing")
    raise NotReadable("FILE110", "a zip archive with no workbook in it")


class ContentsReader(PartReader):
    """Reads ``workbook.xml``: the sheets' names and identifiers, the date system, and whether results are still due."""

    __slots__ = ("sheets", "date_1904", "is_workbook", "results_due")
    tag_limit = TAG_LIMIT_BESIDE

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str]] = []
        self.date_1904 = False
        self.results_due = False
        self.is_workbook = False
        openers: dict[str, Opener] = {"workbook": self._workbook, "workbookPr": self._properties}
        self.do(openers | {"sheet": self._sheet, "calcPr": self._calculation}, {})

    def _workbook(self, _attributes: dict[str, str], /) -> None:
        self.is_workbook = True

    def _properties(self, attributes: dict[str, str], /) -> None:
        self.date_1904 = attributes.get("date1904") in TRUE

    def _calculation(self, attributes: dict[str, str], /) -> None:
        self.results_due = attributes.get("fullCalcOnLoad") in TRUE

    def _sheet(self, attributes: dict[str, str], /) -> None:
        identifier = next((value for name, value in attributes.items() if name.endswith(":id")), "")
        self.sheets.append((plain_text(attributes.get("name", "")), identifier))
        if len(self.sheets) > SHEET_LIMIT:
            raise NotReadable("FILE109", f"more than {SHEET_LIMIT} sheets")


def _worksheets(contents: ContentsReader, links: dict[str, Relationship], package: Package) -> dict[str, str]:
    """The parts that hold worksheets, by sheet name; chart and macro sheets have no cells and are passed over."""
    if not contents.is_workbook:
        raise NotReadable("FILE110", "an Office file of another kind")
    parts: dict[str, str] = {}
    for name, identifier in contents.sheets:
        kind, target = links.get(identifier, Relationship("", None))
        if target is None or target not in package:
            raise NotReadable("FILE108", "a sheet is missing from the file")
        if kind == "worksheet":
            if name in parts or target in parts.values():
                raise NotReadable("FILE108", "the same sheet twice")
            parts[name] = target
    if not contents.sheets:
        raise NotReadable("FILE108", "a workbook without sheets")
    return parts

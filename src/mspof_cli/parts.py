"""The XML parts of a workbook, each walked once and within bounds; here the walking, the strings and the styles.

Elements are told apart by their names without prefix, which are the same in Transitional and Strict workbooks. A
document type, and so any entity, is refused; and the work is bounded before it is begun, not while it hurts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mspof_cli.container import MIB, NotReadable, mib

if TYPE_CHECKING:
    from collections.abc import Iterator

TAG_LIMIT = 2_000_000  # in one part: six for each cell at the limit of cells, and some over; bounds the time
STYLES_TAG_LIMIT = 500_000  # Excel holds 65,490 styles of a few tags each
TAG_LIMIT_BESIDE = 100_000  # in a part that only says where things are
TAG_LENGTH_LIMIT = MIB  # one tag with the text after it: the longest string, every character escaped, is a quarter
NAME_LIMIT = 2_000  # different names of elements and attributes in one part; the parser remembers every one
DEPTH_LIMIT = 64  # a sheet nests about ten deep
STRING_LIMIT = 32_767  # characters in a cell: Excel's own limit
FORMAT_LIMIT = 5_000  # number formats of a workbook's own; Excel allows about 250
FORMAT_LENGTH = 255  # characters of one: Excel's own limit

DATE_FORMATS = (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))  # those built into Excel
ELAPSED = ("h", "hh", "m", "mm", "s", "ss")  # in square brackets: a time that may exceed a day


class PartReader:
    """Walks one XML part: a child says what it does where an element opens and where it closes.

    ``pieces`` gathers text; whoever wants it clears the list at the opening and joins it at the closing.
    """

    __slots__ = ("pieces", "_depth", "_names")
    tag_limit = TAG_LIMIT

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._depth = 0
        self._names: dict[str, str] = {}

    def opened(self, tag: str, attributes: dict[str, str], /) -> None:
        """An element has opened."""

    def closed(self, tag: str) -> None:
        """An element has closed."""

    def walk(self, data: bytes) -> None:
        """Call ``opened`` and ``closed`` for the elements of a part, in order; ``NotReadable`` if it is no good."""
        from xml.parsers import expat

        _refuse_too_many_tags(data, self.tag_limit)
        parser = expat.ParserCreate(intern=self._names)
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.pieces.append
        parser.StartDoctypeDeclHandler = _refuse_doctype
        whole = True  # over a huge token fed in chunks, expat takes quadratic time
        try:
            parser.Parse(data, whole)
        except MemoryError:
            raise NotReadable("FILE109", "a part that takes more memory than there is") from None
        except (expat.ExpatError, ValueError, LookupError, RuntimeError, OverflowError):  # odd encodings too
            raise NotReadable("FILE108", "a part of the workbook is damaged") from None

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise NotReadable("FILE109", f"elements nested more than {DEPTH_LIMIT} deep")
        if len(self._names) > NAME_LIMIT:
            raise NotReadable("FILE109", f"more than {NAME_LIMIT:,} different names in one part")
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        self.opened(tag, attributes)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        self.closed(tag)


def _refuse_doctype(*_: object) -> None:
    raise NotReadable("FILE109", "a document type declaration, which no spreadsheet program writes")


def _refuse_too_many_tags(data: bytes, limit: int) -> None:
    """Bound the parser's work beforehand, about as fast as memory can be read."""
    if data.count(b"<") > limit:
        raise NotReadable("FILE109", f"a part with more than {limit:,} tags")
    if len(data) > TAG_LENGTH_LIMIT and max(map(len, data.split(b"<"))) > TAG_LENGTH_LIMIT:
        raise NotReadable("FILE109", f"a tag or a text of more than {mib(TAG_LENGTH_LIMIT)}")


# --- strings --------------------------------------------------------------------------------------------------------


class TextReader(PartReader):
    """Gathers the runs of a rich text; ``rPh`` is how an East Asian word is pronounced, which the cell doesn't show."""

    __slots__ = ("runs", "_phonetic")

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[str] = []
        self._phonetic = False

    def opened(self, tag: str, _attributes: dict[str, str], /) -> None:
        if tag == "t":
            self.pieces.clear()
        elif tag == "rPh":
            self._phonetic = True

    def closed(self, tag: str) -> None:
        if tag == "t" and not self._phonetic:
            self.runs.append("".join(self.pieces))
        elif tag == "rPh":
            self._phonetic = False


class SharedStringReader(TextReader):
    """Reads ``sharedStrings.xml``, to which cells refer by number from 0."""

    __slots__ = ("strings",)

    def __init__(self) -> None:
        super().__init__()
        self.strings: list[str] = []

    def closed(self, tag: str) -> None:
        if tag == "si":
            self.strings.append(plain_text("".join(self.runs)))
            self.runs.clear()
        else:
            super().closed(tag)


def plain_text(text: str) -> str:
    """Text with ``_x000D_`` and the like decoded: how Excel writes the characters that XML doesn't allow."""
    if "_x" in text:
        text = re.sub("_x([0-9A-Fa-f]{4})_", lambda code: chr(int(code[1], 16)), text)
        # Half of a character above U+FFFF can't be written to any file: join the halves, replace one left alone.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if len(text) > STRING_LIMIT:
        raise NotReadable("FILE109", f"a text of {len(text):,} characters")
    return text


# --- styles ---------------------------------------------------------------------------------------------------------


class StylesReader(PartReader):
    """Reads ``styles.xml`` as far as it says which cell styles show a number as a date."""

    __slots__ = ("date_styles", "_formats", "_section", "_styles")
    tag_limit = STYLES_TAG_LIMIT

    def __init__(self) -> None:
        super().__init__()
        self.date_styles: set[str] = set()
        self._formats = dict.fromkeys(map(str, DATE_FORMATS), True)
        self._section = ""  # outside these two sections, numFmt and xf mean something else
        self._styles = 0

    def opened(self, tag: str, attributes: dict[str, str], /) -> None:
        if tag in ("numFmts", "cellXfs"):
            self._section = tag
        elif tag == "numFmt" and self._section == "numFmts":
            if len(self._formats) > FORMAT_LIMIT:
                raise NotReadable("FILE109", f"more than {FORMAT_LIMIT:,} number formats")
            self._formats[attributes.get("numFmtId", "")] = shows_a_date(attributes.get("formatCode", ""))
        elif tag == "xf" and self._section == "cellXfs":
            if self._formats.get(attributes.get("numFmtId", "")):
                self.date_styles.add(str(self._styles))
            self._styles += 1

    def closed(self, tag: str) -> None:
        if tag == self._section:
            self._section = ""


def shows_a_date(number_format: str) -> bool:
    """Whether the first section of a number format shows a part of a date or a time."""
    characters = iter(number_format[:FORMAT_LENGTH])
    for character in characters:
        if character in "dmyhsDMYHS":
            return True
        if character == ";":
            return False
        if character == '"':
            _up_to('"', characters)
        elif character == "[":  # a colour, a condition, a language, or an elapsed time
            if _up_to("]", characters).lower() in ELAPSED:
                return True
        elif character in "\\_*":  # the next character stands for itself, for its width, or for filling
            next(characters, "")
    return False


def _up_to(end: str, characters: Iterator[str]) -> str:
    return "".join(iter(lambda: next(characters, end), end))

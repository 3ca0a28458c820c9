"""The XML parts of a workbook, each walked once and within bounds; here the walking, the strings and the styles.

Elements are told apart by their names without prefix, which are the same in Transitional and Strict workbooks. A
document type, and so any entity, is refused; and the work is bounded before it is begun, not while it hurts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mspof_cli.cells import Kind
from mspof_cli.workbook.container import MIB, NotReadable, mib

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
PERCENTAGE_FORMATS = (9, 10)
ELAPSED = ("h", "hh", "m", "mm", "s", "ss")  # in square brackets: a time that may exceed a day


Opener = Callable[[dict[str, str]], object]
Closer = Callable[[], object]


class _Table(dict[str, Any]):
    """What to do at an element, by its name; a name with a prefix is looked up once without it."""

    def __missing__(self, tag: str) -> Any:
        handler = self[tag] = self.get(tag.rpartition(":")[2]) if ":" in tag else None
        return handler


class PartReader:
    """Walks one XML part: a child says in two tables what it does where an element opens and where it closes.

    ``pieces`` gathers text; whoever wants it clears the list at the opening and joins it at the closing.
    """

    __slots__ = ("pieces", "_closers", "_names", "_openers", "_parser")
    tag_limit = TAG_LIMIT

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._names: dict[str, str] = {}
        self._openers, self._closers = _Table(), _Table()

    def do(self, openers: Mapping[str, Opener], closers: Mapping[str, Closer]) -> None:
        """What to do from now on where elements open, given their attributes, and where they close, by their names."""
        for table, handlers in ((self._openers, openers), (self._closers, closers)):
            table.clear()
            table.update(handlers)

    def walk(self, data: bytes) -> None:
        """Go through the elements of a part, in order; ``NotReadable`` if it is no good."""
        from xml.parsers import expat

        _refuse_too_many_tags(data, self.tag_limit)
        self._parser = expat.ParserCreate(intern=self._names)
        self._parser.buffer_text = True
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._handlers()
        self._parser.CharacterDataHandler = self.pieces.append
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        whole = True  # over a huge token fed in chunks, expat takes quadratic time
        try:
            self._parser.Parse(data, whole)
        except MemoryError:
            raise NotReadable("FILE109", "a part that takes more memory than there is") from None
        except (expat.ExpatError, ValueError, LookupError, RuntimeError, OverflowError):  # odd encodings too
            raise NotReadable("FILE108", "a part of the workbook is damaged") from None
        finally:
            self.leave_the_rest()
            del self._parser  # it holds on to its handlers, and they to it

    def leave_the_rest(self) -> None:
        """Only check from now on that the part is whole, which takes a fraction of the time."""
        self._parser.StartElementHandler = None
        self._parser.EndElementHandler = None
        self._parser.CharacterDataHandler = None

    def _handlers(self) -> tuple[Callable[[str, dict[str, str]], None], Callable[[str], None]]:
        """What the parser calls for each element. Functions with what they need at hand: this is the inner loop."""
        openers, closers, names = self._openers, self._closers, self._names
        depth = 0

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > DEPTH_LIMIT:
                raise NotReadable("FILE109", f"elements nested more than {DEPTH_LIMIT} deep")
            if len(names) > NAME_LIMIT:
                raise NotReadable("FILE109", f"more than {NAME_LIMIT:,} different names in one part")
            if (opener := openers[tag]) is not None:
                opener(attributes)

        def end(tag: str) -> None:
            nonlocal depth
            depth -= 1
            if (closer := closers[tag]) is not None:
                closer()

        return start, end


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

    __slots__ = ("runs", "text_closers", "text_openers", "_phonetic")

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[str] = []
        self._phonetic = False
        self.text_openers: dict[str, Opener] = {"t": self.begin_text, "rPh": self._open_phonetic}
        self.text_closers: dict[str, Closer] = {"t": self._close_text, "rPh": self._close_phonetic}

    def begin_text(self, _attributes: dict[str, str], /) -> None:
        self.pieces.clear()

    def _close_text(self) -> None:
        if not self._phonetic:
            self.runs.append("".join(self.pieces))

    def _open_phonetic(self, _attributes: dict[str, str], /) -> None:
        self._phonetic = True

    def _close_phonetic(self) -> None:
        self._phonetic = False


class SharedStringReader(TextReader):
    """Reads ``sharedStrings.xml``, to which cells refer by number from 0."""

    __slots__ = ("strings",)

    def __init__(self) -> None:
        super().__init__()
        self.strings: list[str] = []
        self.do(self.text_openers, self.text_closers | {"si": self._close_string})

    def _close_string(self) -> None:
        self.strings.append(plain_text("".join(self.runs)))
        self.runs.clear()


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
    """Reads ``styles.xml`` as far as it says which cell styles show a number as a date or as a percentage."""

    __slots__ = ("kinds", "_formats", "_inside", "_styles")
    tag_limit = STYLES_TAG_LIMIT

    def __init__(self) -> None:
        super().__init__()
        self.kinds: dict[str, Kind] = {}
        self._formats: dict[str, Kind | None] = dict.fromkeys(map(str, DATE_FORMATS), Kind.DATE)
        self._formats |= dict.fromkeys(map(str, PERCENTAGE_FORMATS), Kind.PERCENTAGE)
        self._inside = ""  # outside these two sections, numFmt and xf mean something else
        self._styles = 0
        self.do(
            {"numFmts": self._open_formats, "cellXfs": self._open_styles, "numFmt": self._format, "xf": self._style},
            {"numFmts": self._close_section, "cellXfs": self._close_section},
        )

    def _open_formats(self, _attributes: dict[str, str], /) -> None:
        self._inside = "numFmts"

    def _open_styles(self, _attributes: dict[str, str], /) -> None:
        self._inside = "cellXfs"

    def _close_section(self) -> None:
        self._inside = ""

    def _format(self, attributes: dict[str, str], /) -> None:
        if self._inside == "numFmts":
            if len(self._formats) > FORMAT_LIMIT:
                raise NotReadable("FILE109", f"more than {FORMAT_LIMIT:,} number formats")
            self._formats[attributes.get("numFmtId", "")] = kind_shown(attributes.get("formatCode", ""))

    def _style(self, attributes: dict[str, str], /) -> None:
        if self._inside == "cellXfs":
            if kind := self._formats.get(attributes.get("numFmtId", "")):
                self.kinds[str(self._styles)] = kind
            self._styles += 1


def kinds_of_styles(data: bytes) -> Mapping[str, Kind]:
    """The cell styles of ``styles.xml`` that show a number as something else, by their numbers."""
    # Returns on the same form mostly share their styles; a huge part is not worth the memory.
    return _kinds_of_styles(data) if len(data) <= MIB else _kinds_of_styles.__wrapped__(data)


@lru_cache(maxsize=16)
def _kinds_of_styles(data: bytes) -> Mapping[str, Kind]:
    reader = StylesReader()
    reader.walk(data)
    return MappingProxyType(reader.kinds)


def kind_shown(number_format: str) -> Kind | None:
    """What the first section of a number format shows a number as: a date or time, a percentage, or just a number."""
    characters = iter(number_format[:FORMAT_LENGTH])
    for character in characters:
        if character in "dmyhsDMYHS":
            return Kind.DATE
        if character == "%":
            return Kind.PERCENTAGE
        if character == ";":
            return None
        if character == '"':
            _up_to('"', characters)
        elif character == "[":  # a colour, a condition, a language, or an elapsed time
            if _up_to("]", characters).lower() in ELAPSED:
                return Kind.DATE
        elif character in "\\_*":  # the next character stands for itself, for its width, or for filling
            next(characters, "")
    return None


def _up_to(end: str, characters: Iterator[str]) -> str:
    return "".join(iter(lambda: next(characters, end), end))

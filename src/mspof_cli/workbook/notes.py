"""The notes on the cells of one sheet. A conversation of Excel's has one too, for programs that know only notes."""

from __future__ import annotations

from typing import NamedTuple

from mspof_cli.cells import row_and_column
from mspof_cli.workbook.container import NotReadable
from mspof_cli.workbook.parts import TextReader, plain_text


class Note(NamedTuple):
    """A note: on the cell of which row and column, and what it says."""

    row: int
    column: int
    text: str


class NotesReader(TextReader):
    """Reads a ``comments.xml``."""

    __slots__ = ("notes", "_place")

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[Note] = []
        self._place = (0, 0)
        self.do(
            self.text_openers | {"comment": self._open_note},
            self.text_closers | {"comment": self._close_note},
        )

    def _open_note(self, attributes: dict[str, str], /) -> None:
        try:
            self._place = row_and_column(attributes.get("ref", "")[:10])
        except ValueError:
            raise NotReadable("FILE108", "a note on no cell") from None
        self.runs.clear()

    def _close_note(self) -> None:
        self.notes.append(Note(*self._place, plain_text("".join(self.runs))))

"""The Excel form, made from its edition: the same edition that reads it back, so the two can't drift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mspof_cli.cells import Place, tidy
from mspof_cli.layout import Form, Key
from mspof_cli.outputs.form.file import file_of
from mspof_cli.outputs.form.guidance import read_guidance
from mspof_cli.outputs.form.maker import made
from mspof_cli.outputs.form.values import Value
from mspof_cli.register import Register
from mspof_cli.schemas import Council
from mspof_cli.sent import Blank

__all__ = ["blank_words", "build_form", "read_guidance"]


def build_form(
    form: Form,
    councils: Sequence[Council],
    answers: Mapping[Key, Value] = MappingProxyType({}),
    guidance: Sequence[tuple[str, str]] = (),
    register: Register | None = None,
) -> bytes:
    """The form as an Excel workbook, filled in with ``answers``; the same arguments give the same bytes.

    ``councils`` are offered on the cover; ``guidance`` is what :func:`read_guidance` gives; ``register`` is of all the
    councils there are, without which the form can't say of a code that it is of none. ``KeyError`` if the form has no
    cell for an answer.
    """
    maker = made(form, councils, answers, guidance, register)
    for key in maker.left_out:
        raise KeyError(key)
    return file_of(maker.workbook)


def blank_words(form: Form, councils: Sequence[Council], guidance: Sequence[tuple[str, str]] = ()) -> Blank:
    """What stands on the form as it is sent out."""
    sheets = made(form, councils, {}, guidance).workbook.worksheets
    cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row]
    places = {Place(cell.parent.title, cell.row, cell.column): cell for cell in cells}
    return Blank(
        frozenset(sheet.title for sheet in sheets),
        {place: tidy(str(cell.value)) for place, cell in places.items() if cell.data_type == "s"},
        frozenset(place for place, cell in places.items() if cell.data_type == "f"),
    )

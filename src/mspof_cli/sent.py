"""A form that came back, answer by answer: what was typed in each of its cells, where it stood, what else was there.

Checking needs figures, and reads those (:mod:`~mspof_cli.returns`). Sending a form back needs what its cells held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mspof_cli.cells import Cell, Kind, Place, tidy
from mspof_cli.feedback import feedback_sheet
from mspof_cli.findings import some_of
from mspof_cli.layout import Form, Key, Located, label_key, locate
from mspof_cli.returns import FilledForm
from mspof_cli.schemas import Question
from mspof_cli.workbook import NotReadable, Workbook

CELLS_NAMED = 6
DAYS_TO_1904 = 1462


class Sent(NamedTuple):
    """What a form that came back held.

    ``answers`` are the cells that were filled in. ``homes`` leads from where a cell stood in the file to where it
    stands on the form as it is sent out: the key of its answer, or the place of its label. ``beyond`` says in words
    what the file held beyond the form.
    """

    answers: Mapping[Key, Cell]
    homes: Mapping[Place, Key | Place]
    beyond: tuple[str, ...]


class Blank(NamedTuple):
    """What the form holds when it is sent out: the names of its sheets, and every text on them, tidied."""

    sheets: frozenset[str]
    words: frozenset[str]


def read_sent(workbook: Workbook, form: Form, blank: Blank) -> Sent:
    """What a workbook with a form holds, and what of it is not on the form when it is sent out."""
    filled = FilledForm(workbook, form)
    comments = _comments(workbook, form)
    located = [*filled.located, *([comments] if comments else [])]
    answers: dict[Key, Cell] = {}
    homes: dict[Place, Key | Place] = {}
    for each in located:
        for label, at in zip(each.plan.labels, each.at, strict=True):
            if at is not None:
                homes[Place(each.sheet, *at)] = Place(each.plan.sheet, label.row, label.column)
    for key, place, cell in (*_single(workbook, located), *_listed(filled, form)):
        homes[place] = key
        if cell is not None:
            answers[key] = _as_excel_counts_days(cell) if workbook.date_1904 else cell
    return Sent(answers, homes, tuple(_beyond(workbook, form, blank, homes, answers)))


def _as_excel_counts_days(cell: Cell) -> Cell:
    """A cell of a workbook that counts days from 1904, as in one that counts them from 1900."""
    if cell.kind is not Kind.DATE:
        return cell
    assert isinstance(cell.value, int | float)
    return cell._replace(value=cell.value + DAYS_TO_1904)


def _comments(workbook: Workbook, form: Form) -> Located | None:
    """Where the comments stand; None if their sheet is not there, or is no sheet of a form."""
    for name in workbook.sheet_names:
        if label_key(name) == label_key(form.comments.sheet):
            try:
                return locate(form.comments, name, workbook.sheet(name).cells)
            except NotReadable:  # checking did not need it
                return None
    return None


def _single(workbook: Workbook, located: list[Located]) -> Iterator[tuple[Key, Place, Cell | None]]:
    """The answers that have a cell of their own: all but those of lists."""
    for each in located:
        cells = workbook.sheet(each.sheet).cells
        for slot in each.plan.slots:
            place = each.place(slot) if slot.row else None
            if place is not None:
                yield slot.key, place, cells.get((place.row, place.column))


def _listed(filled: FilledForm, form: Form) -> Iterator[tuple[Key, Place, Cell | None]]:
    """The answers of lists of cases, whose rows are counted from 1 as they are given."""
    for question in form.collection.question:
        if question.is_list:
            yield from _cases(filled, question)


def _cases(filled: FilledForm, question: Question) -> Iterator[tuple[Key, Place, Cell | None]]:
    for number, case in enumerate(filled.cases(question), 1):
        for column, entry in case.items():
            if entry.place is not None:
                yield (question.slug, str(number), column), entry.place, entry.cell


def _beyond(
    workbook: Workbook, form: Form, blank: Blank, homes: Mapping[Place, Key | Place], answers: Mapping[Key, Cell]
) -> Iterator[str]:
    """What a file held that the form as it is sent out has no place for."""
    feedback, more = _feedback(workbook), 0
    own_sheets, read = {label_key(sheet) for sheet in blank.sheets}, {place.sheet for place in homes}
    for name in workbook.sheet_names:
        if name in read:
            cells = workbook.sheet(name).cells.items()
            places = [Place(name, *at) for at, cell in cells if not _is_own(cell, blank)]
            others = [place.ref for place in places if place not in homes]
            if others:
                yield f"on the sheet '{name}', outside the form's boxes: {some_of(others, CELLS_NAMED)}"
        elif label_key(name) == label_key(form.comments.sheet):
            yield f"the sheet '{name}', which could not be read"
        elif label_key(name) not in own_sheets and name != feedback:
            more += 1
    if more:  # not by name: a sheet may be named after a person
        yield "another sheet" if more == 1 else f"{more} other sheets"
    typed = {home for home, cell in answers.items() if cell.formula}
    formulas = [place.ref for place, home in homes.items() if home in typed]
    if formulas:
        yield f"formulas in {some_of(formulas, CELLS_NAMED)}, of which the results were kept"
    yield from workbook.extras


def _feedback(workbook: Workbook) -> str | None:
    """The sheet of findings that mspof put in front of a marked copy."""
    try:
        return feedback_sheet(workbook)
    except NotReadable:
        return None


def _is_own(cell: Cell, blank: Blank) -> bool:
    """Whether a cell holds what the form itself has on it, or nothing."""
    if cell.formula and cell.kind in (Kind.TEXT, Kind.UNCALCULATED):  # the form's own messages
        return True
    return cell.kind is Kind.TEXT and tidy(str(cell.value)) in blank.words | {""}

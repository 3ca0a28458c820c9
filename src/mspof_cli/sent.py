"""A form that came back, answer by answer: what was typed in each of its cells, where it stood, what else was there.

Checking needs figures, and reads those (:mod:`~mspof_cli.returns`). Sending a form back needs what its cells held.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from mspof_cli.cells import Cell, Kind, Place, tidy
from mspof_cli.feedback import SYMBOLS, feedback_sheet, is_own_note
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
    stands on the form as it is sent out: the key of its answer, or the place of its label. ``missing`` does the same
    for labels that were not found, from where they should be. ``ways`` leads back from any other cell of a sheet.
    ``beyond`` says in words what the file held beyond the form.
    """

    answers: Mapping[Key, Cell]
    homes: Mapping[Place, Key | Place]
    missing: Mapping[Place, Place]
    ways: Mapping[str, Way]
    beyond: tuple[str, ...]

    def home(self, place: Place) -> Key | Place | None:
        """Where a cell of the file is on the form as it is sent out; None if there is no such cell.

        A cell that is neither label nor answer has none where the form has a label or an answer of its own.
        """
        if place in self.homes:
            return self.homes[place]
        way = self.ways.get(place.sheet)
        return way.back(place) if way else None


class Way(NamedTuple):
    """The way back from a sheet that came in to the form's own: its rows and columns with labels, each with its home.

    Rows and columns between them moved with the one before, as far as there is room on the form.
    """

    sheet: str
    rows: tuple[tuple[int, int], ...]
    columns: tuple[tuple[int, int], ...]

    def back(self, place: Place) -> Place | None:
        """Where a cell would be on the form; None if it stands in a row or a column that was inserted."""
        row, column = _moved_back(place.row, self.rows), _moved_back(place.column, self.columns)
        return Place(self.sheet, row, column) if row and column else None


def _way(located: Located) -> Way:
    found = [(at, label) for at, label in zip(located.at, located.plan.labels, strict=True) if at is not None]
    rows = {at[0]: label.row for at, label in found}
    columns = {at[1]: label.column for at, label in found}
    return Way(located.plan.sheet, tuple(sorted(rows.items())), tuple(sorted(columns.items())))


def _moved_back(number: int, homes: tuple[tuple[int, int], ...]) -> int | None:
    """The home of a row or column, given where those with labels were found, in order, each with its home."""
    after = bisect_left(homes, (number, 0))
    if after < len(homes) and homes[after][0] == number:
        return homes[after][1]
    found, home = homes[max(after - 1, 0)] if homes else (0, 0)
    moved = number + home - found
    first = homes[after - 1][1] + 1 if after else 1
    last = homes[after][1] - 1 if after < len(homes) else moved
    return moved if first <= moved <= last else None


class Blank(NamedTuple):
    """What the form holds when it is sent out: its sheets' names, every text on them, tidied, and its formulas."""

    sheets: frozenset[str]
    texts: Mapping[Place, str]
    formulas: frozenset[Place]


def read_sent(workbook: Workbook, form: Form, blank: Blank) -> Sent:
    """What a workbook with a form holds, and what of it is not on the form when it is sent out."""
    filled = FilledForm(workbook, form)
    comments = _comments(workbook, form)
    located = [*filled.located, *([comments] if comments else [])]
    answers: dict[Key, Cell] = {}
    homes: dict[Place, Key | Place] = {}
    missing: dict[Place, Place] = {}
    for each in located:
        for label, at in zip(each.plan.labels, each.at, strict=True):
            if at is not None:
                homes[Place(each.sheet, *at)] = Place(each.plan.sheet, label.row, label.column)
        missing |= {place: Place(each.plan.sheet, label.row, label.column) for label, place in each.missing}
    for key, place, cell in (*_single(workbook, located), *_listed(filled, form)):
        homes[place] = key
        if cell is not None:
            answers[key] = _as_excel_counts_days(cell) if workbook.date_1904 else cell
    sent = Sent(answers, homes, missing, {each.sheet: _way(each) for each in located}, ())
    return sent._replace(beyond=tuple(_beyond(workbook, blank, sent, form.comments.sheet)))


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


def _beyond(workbook: Workbook, blank: Blank, sent: Sent, comments: str) -> Iterator[str]:
    """What a file held that the form as it is sent out has no place for; ``comments`` is the sheet for those."""
    feedback, more = _feedback(workbook), 0
    own_sheets = {label_key(sheet) for sheet in blank.sheets}
    typed = {home for home, cell in sent.answers.items() if cell.formula}
    formulas = [place for place, home in sent.homes.items() if home in typed]
    for name in workbook.sheet_names:
        if name not in sent.ways and label_key(name) not in own_sheets and name != feedback:
            more += 1
            continue
        if name in sent.ways:
            others = _others(workbook, name, blank, sent, SYMBOLS.values() if feedback else ())
            yield from _named("on the sheet '{}', outside the form's boxes", others)
        elif label_key(name) == label_key(comments):
            yield f"the sheet '{name}', which could not be read"
        here = (place for place in formulas if place.sheet == name)
        yield from _named("formulas on the sheet '{}', of which the results were kept", here)
        yield from _notes(workbook, name)
    if more:  # not by name: a sheet may be named after a person
        yield "another sheet" if more == 1 else f"{more} other sheets"
    yield from workbook.extras


def _named(what: str, places: Iterable[Place]) -> Iterator[str]:
    """What stands in some cells of one sheet, whose name ``what`` leaves room for; nothing if there are none."""
    found = list(places)
    if found:
        yield f"{what.format(found[0].sheet)}: {some_of([place.ref for place in found], CELLS_NAMED)}"


def _notes(workbook: Workbook, name: str) -> Iterator[str]:
    """The notes on a sheet's cells, by their cells only, but for those that mark a marked copy."""
    try:
        notes = workbook.notes(name)
    except NotReadable:
        yield f"notes on cells of the sheet '{name}', which could not be read"
        return
    own = sorted(Place(name, note.row, note.column) for note in notes if not is_own_note(note.text))
    yield from _named("notes on cells of the sheet '{}'", own)


def _feedback(workbook: Workbook) -> str | None:
    """The sheet of findings that mspof put in front of a marked copy."""
    try:
        return feedback_sheet(workbook)
    except NotReadable:
        return None


def _others(workbook: Workbook, name: str, blank: Blank, sent: Sent, marks: Collection[str]) -> Iterator[Place]:
    """The cells of a sheet, but for labels and answers, that hold something that the form itself does not.

    A text of the form's own may stand anywhere, but not more often than it does on the form; of ``marks``, any number.
    """
    cells = ((Place(name, *at), cell) for at, cell in workbook.sheet(name).cells.items())
    free = {place: cell for place, cell in cells if place not in sent.homes}
    at_home = {place for place, cell in free.items() if _is_own(cell, sent.home(place), blank)}
    labels = {*sent.homes.values(), *sent.missing.values()}
    own = (text for place, text in blank.texts.items() if place.sheet == sent.ways[name].sheet and place not in labels)
    left: Counter[str | None] = Counter(own)
    left.subtract(_text(free[place]) for place in at_home)
    for place, cell in free.items():
        if place not in at_home and (text := _text(cell)) != "" and text not in marks:
            left[text] -= 1
            if left[text] < 0:
                yield place


def _is_own(cell: Cell, home: Key | Place | None, blank: Blank) -> bool:
    """Whether a cell holds what the form itself has there."""
    if _is_message(cell):
        return home in blank.formulas
    text = _text(cell)
    return text is not None and isinstance(home, Place) and blank.texts.get(home) == text


def _is_message(cell: Cell) -> bool:
    """Whether a cell holds a formula for text, as the form's own messages do."""
    return cell.formula and cell.kind in (Kind.TEXT, Kind.UNCALCULATED)


def _text(cell: Cell) -> str | None:
    """The text of a cell, tidied; None if it is no text that the form may have."""
    return tidy(str(cell.value)) if cell.kind is Kind.TEXT and not cell.formula else None

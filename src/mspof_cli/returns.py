"""Cells and an edition make a return: every answer with the cell that it came from, every trouble with its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import NamedTuple

from mspof_cli.cells import Cell, Entry, Kind, Place, shown
from mspof_cli.feedback import Feedback, read_feedback
from mspof_cli.findings import Trouble
from mspof_cli.identify import Identity, identity, name_contradictions
from mspof_cli.layout import Form, Label, Located, label_key, locate
from mspof_cli.questions import Answers, Given, State, read_grid, read_list
from mspof_cli.register import Register
from mspof_cli.schemas import ANSWER, Derived, Question
from mspof_cli.workbook import NotReadable, Workbook

# The last row of an Excel sheet.
LAST_ROW = 1_048_576


class Return(NamedTuple):
    """One council's return, as its workbook gives it. Without ``form`` the workbook could not be read as one.

    ``feedback`` is what is read from the sheet of findings, where it is a marked copy that came back.
    """

    file: str
    sha256: str
    form: Form | None = None
    who: Identity = Identity(None, None, None)
    cover: Mapping[str, Entry] = {}
    date_1904: bool = False
    figures: Mapping[str, Given] = {}
    states: Mapping[str, State] = {}
    troubles: tuple[Trouble, ...] = ()
    feedback: Feedback | None = None

    def values(self) -> dict[str, int | None]:
        """Every name that a rule's line may speak of: figures, totals, and 1 or 0 for each question returned."""
        if self.form is None:
            return {}
        values = {name: given.value for name, given in self.figures.items()}
        for total in self.form.collection.total:
            values[total.slug] = sum_of(values.get(name) for name in total.of)
        for question in self.form.collection.question:
            values[question.returned_name] = int(self.states[question.slug] is not State.NOT_RETURNED)
        return values

    def value(self, name: str) -> int | None:
        """A figure; None if it was not returned or is not readable."""
        return self.figures[name].value if name in self.figures else None

    @property
    def file_name(self) -> str:
        """The file's name without its folders, which are of no concern to the council."""
        return PurePath(self.file).name

    @property
    def is_empty(self) -> bool:
        """Whether no question was returned, not even in part."""
        return all(state is State.NOT_RETURNED for state in self.states.values())

    def places(self, names: Iterable[str]) -> tuple[Place, ...]:
        """The cells of figures and totals, in order, each once."""
        if self.form is None:
            return ()
        figures = (self.figures[name] for name in self.form.collection.expand(names) if name in self.figures)
        return tuple(dict.fromkeys(place for given in figures for place in given.places))


def names_apart(files: Iterable[str]) -> dict[str, str]:
    """The name of each file, with as many of its folders as tell it from the others."""
    parts = {file: PurePath(file).parts for file in files}
    ends = Counter(each[at:] for each in parts.values() for at in range(len(each)))
    apart = {
        file: next((each[at:] for at in reversed(range(len(each))) if ends[each[at:]] == 1), each)
        for file, each in parts.items()
    }
    return {file: PurePath(*each).as_posix() for file, each in apart.items()}


def share_of(values: Mapping[str, int | None], derived: Derived) -> tuple[int, int] | None:
    """Numerator and base of a percentage, from a return's ``values()``; None unless every part of both is there."""
    part = sum_of(values.get(name) for name in derived.numerator)
    base = sum_of(values.get(name) for name in derived.denominator)
    return (part, base) if part is not None and base is not None else None


def sum_of(values: Iterable[int | None]) -> int | None:
    """The sum if every part is there, else None: what was not returned is not zero."""
    total = 0
    for value in values:
        if value is None:
            return None
        total += value
    return total


def read_return(workbook: Workbook, form: Form, register: Register, file: str) -> Return:
    """Everything that a workbook says, found by the labels of its form."""
    sent = FilledForm(workbook, form)
    cover = {field.slug: sent.entry(None, field.slug, ANSWER, field.label) for field in form.collection.cover}
    who, troubles = identity(cover, register)
    answers = {question.slug: sent.answers(question) for question in form.collection.question}
    troubles = [*sent.troubles(), *troubles, *name_contradictions(file, who, register)]
    for extra in workbook.extras:
        troubles.append(Trouble("FILE201", facts={"found": extra}))
    return Return(
        file=file,
        sha256=workbook.sha256,
        form=form,
        who=who,
        cover=cover,
        date_1904=workbook.date_1904,
        figures={name: given for answer in answers.values() for name, given in answer.figures.items()},
        states={slug: answer.state for slug, answer in answers.items()},
        troubles=(*troubles, *(trouble for answer in answers.values() for trouble in answer.troubles)),
        feedback=_feedback(workbook),
    )


def _feedback(workbook: Workbook) -> Feedback | None:
    """What a marked copy says that the council was told. A sheet of findings that is damaged spoils no form."""
    try:
        return read_feedback(workbook)
    except NotReadable:
        return None


class FilledForm:
    """The form that came back: its sheets, with every label found where it now stands."""

    def __init__(self, workbook: Workbook, form: Form) -> None:
        names = {label_key(name): name for name in workbook.sheet_names}
        names |= {plan.sheet: plan.sheet for plan in form.sheets if plan.sheet in workbook.sheet_names}
        present = [(plan, names.get(plan.sheet) or names.get(label_key(plan.sheet))) for plan in form.sheets]
        self.form = form
        self.missing_sheets = [plan.sheet for plan, name in present if name is None]
        self.cells = {name: workbook.sheet(name).cells for _, name in present if name is not None}
        self.located = [locate(plan, name, self.cells[name]) for plan, name in present if name is not None]
        self.places = {slot.key: located.place(slot) for located in self.located for slot in located.plan.slots}

    def at(self, place: Place | None) -> Cell | None:
        return self.cells[place.sheet].get((place.row, place.column)) if place else None

    def entry(self, question: str | None, row: str, column: str, label: str) -> Entry:
        """What was given on the form for a row and a column of a question, or of the cover."""
        place = self.places.get((question, row, column))
        return Entry(label, place, self.at(place))

    def answers(self, question: Question) -> Answers:
        if question.is_list:
            return read_list(question, list(self.cases(question)), is_whole=all(self._headings(question).values()))
        labels = self.form.labels(question)
        return read_grid(
            question,
            {
                (measure, column): self.entry(question.slug, measure, column, labels[measure])
                for column in question.respondents or (ANSWER,)
                for measure in question.answers
            },
        )

    def _headings(self, question: Question) -> dict[str, Place | None]:
        """Where the headings of a list were found."""
        return {column.slug: self.places.get((question.slug, "", column.slug)) for column in question.columns}

    def cases(self, question: Question) -> Iterator[dict[str, Entry]]:
        """The rows of a list that are not wholly blank: below its headings, and above whatever label comes next."""
        headings = self._headings(question)
        found = [place for place in headings.values() if place]
        if not found:
            return
        sheet, top = found[0].sheet, max(place.row for place in found)
        labels = (at for located in self.located if located.sheet == sheet for at in located.at)
        bottom = min((at[0] for at in labels if at and at[0] > top), default=LAST_ROW + 1)
        columns = {place.column for place in found}
        for row in sorted({row for row, column in self.cells[sheet] if top < row < bottom and column in columns}):
            entries = {}
            for column in question.columns:
                heading = headings[column.slug]
                place = Place(sheet, row, heading.column) if heading else None
                entries[column.slug] = Entry(column.label, place, self.at(place))
            if not all(entry.is_blank for entry in entries.values()):
                yield entries

    def troubles(self) -> list[Trouble]:
        """What is wrong with the form itself: sheets and labels that are not there, and what was moved."""
        troubles = [Trouble("FORM102", facts={"found": sheet}) for sheet in self.missing_sheets]
        for located in self.located:
            missing = located.missing
            if 2 * len(missing) > len(located.plan.labels):
                facts = {"found": located.sheet, "missing": len(missing), "of": len(located.plan.labels)}
                troubles.append(Trouble("FORM106", facts=facts))
                continue
            troubles += [self._missing_label(label, place, located.at) for label, place in missing]
            troubles += [
                Trouble(
                    "FORM107", (first, second), label.question or None, None, {"label": label.text, "found": second.ref}
                )
                for label, first, second in located.repeated(self.cells[located.sheet])
            ]
            troubles += self._numbers_beside(located)
            moves = located.moves
            if moves:
                words = "; ".join(words for words, _ in moves)
                troubles.append(Trouble("FORM104", tuple(place for _, place in moves), facts={"found": words}))
        return troubles

    def _numbers_beside(self, located: Located) -> list[Trouble]:
        """Numbers in the row of an answer that is blank, outside the form's boxes: answers in the wrong column?"""
        slots = (slot for slot in located.plan.slots if slot.question and slot.row)
        entries = [self.entry(*slot.key, label="") for slot in slots]
        boxes = {entry.place for entry in entries}
        blank = {entry.place.row for entry in entries if entry.place and entry.is_blank}
        beside = tuple(
            place
            for (row, column), cell in self.cells[located.sheet].items()
            if row in blank and cell.kind is Kind.NUMBER and (place := Place(located.sheet, row, column)) not in boxes
        )
        return [Trouble("FORM108", beside, None, located.plan.sheet, {"found": len(beside)})] if beside else []

    def _missing_label(self, label: Label, place: Place, others: Sequence[tuple[int, int] | None]) -> Trouble:
        """A label that is gone, or was changed: then something stands in its place that is not another label."""
        cell = self.at(place) if (place.row, place.column) not in others else None
        what = "is not there" if cell is None else "was changed"
        facts = {"label": label.text, "found": shown(cell) if cell else "no such label", "what": what}
        return Trouble("FORM103", (place,), label.question or None, None, facts)

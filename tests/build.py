"""Returns for the tests: an edition's labels and a mapping of answers, as a workbook's bytes or as cells in memory."""

from __future__ import annotations

import datetime
import io
from collections.abc import Mapping
from typing import cast

import openpyxl

from mspof_cli.cells import Cell, Kind
from mspof_cli.layout import Form
from mspof_cli.loading import Schemas, schemas_folder
from mspof_cli.periods import Period, quarter_label
from mspof_cli.returns import Return, read_return
from mspof_cli.schemas import ANSWER, Edition
from mspof_cli.workbook import Sheet, Workbook

Value = int | float | str | bool | datetime.date | Cell
Key = tuple[str | None, str, str]
Cells = dict[tuple[int, int], Cell]

SCHEMAS = Schemas(schemas_folder())
COLLECTION = SCHEMAS.collection("msp-outcomes")
REGISTER = SCHEMAS.register(COLLECTION)
EDITIONS: dict[str, Edition] = {edition.slug: edition for _, edition in SCHEMAS.editions}
FORMS = {slug: Form(COLLECTION, edition) for slug, edition in EDITIONS.items()}
FORM = FORMS["2018-19"]
QUARTER = Period(2018, 3)

# Figures that no rule has anything to say about: every question answered, by adults and by representatives.
CLEAN = {
    "enquiries_completed": 40,
    "asked_expressed": 25,
    "asked_not_expressed": 5,
    "not_asked": 6,
    "asked_dont_know": 2,
    "asked_not_recorded": 2,
    "fully_achieved": 17,
    "partially_achieved": 6,
    "not_achieved": 2,
    "risk_involved_fully": 20,
    "risk_involved_partly": 10,
    "risk_involved_not": 5,
    "risk_involved_not_recorded": 5,
} | {
    f"{measure}_{respondent}": count
    for respondent, more in (("adult", 0), ("representative", 1))
    for measure, count in {
        "understood_fully": 9 + more,
        "understood_partly": 3,
        "understood_not": 1,
        "understood_not_answered": 4,
        "listened_always": 6 + more,
        "listened_quite_a_bit": 4,
        "listened_not_much": 2,
        "listened_not_at_all": 1,
        "listened_not_answered": 4,
        "happy_very": 5 + more,
        "happy_quite": 5,
        "happy_not_very": 2,
        "happy_not_at_all": 1,
        "happy_not_answered": 4,
        "safer_a_lot": 5 + more,
        "safer_quite_a_bit": 3,
        "safer_a_little": 3,
        "safer_no": 2,
        "safer_not_answered": 4,
    }.items()
}


def cover(**changes: Value | None) -> dict[Key, Value]:
    """The cover of a clean return; a change to None leaves a line blank."""
    lines: dict[str, Value | None] = {
        "council": "Ambermere (demonstration)",
        "ons_code": "DEMO00001",
        "year": QUARTER.year,
        "quarter": quarter_label(QUARTER.quarter),
        "scope": "Section 42 enquiries only",
        "submission": 1,
        "completed": datetime.date(2019, 1, 15),
        "system": "Mosaic",
        "mailbox": "safeguarding.data@example.org",
        "signed_off": "Yes",
    }
    assert changes.keys() <= lines.keys()
    return {(None, slug, ANSWER): value for slug, value in (lines | changes).items() if value is not None}


def figures(counts: Mapping[str, Value | None]) -> dict[Key, Value]:
    """Answers by the key of their slot, from figures by name."""
    known = COLLECTION.figures
    keys = {name: (known[name].question, known[name].measure, known[name].respondent or ANSWER) for name in counts}
    return {keys[name]: value for name, value in counts.items() if value is not None}


def clean(counts: Mapping[str, Value | None] | None = None, /, **cover_changes: Value | None) -> dict[Key, Value]:
    """The answers of a clean return, with changes to its figures and to its cover."""
    return cover(**cover_changes) | figures(CLEAN | dict(counts or {}))


def filled(form: Form, answers: Mapping[Key, Value]) -> dict[str, dict[tuple[int, int], Value]]:
    """What stands where on a form that was filled in: sheets, and their values by row and column."""
    sheets: dict[str, dict[tuple[int, int], Value]] = {}
    for plan in form.sheets:
        sheet: dict[tuple[int, int], Value] = {(label.row, label.column): label.text for label in plan.labels}
        for slot in plan.slots:
            if slot.key in answers:
                place = plan.labels[slot.row_label].row, plan.labels[slot.column_label].column
                sheet[place] = answers[slot.key]
        sheets[plan.sheet] = sheet
    sheets[form.edition.cover.sheet][2, 2] = form.edition.marker
    return sheets


def workbook(form: Form, answers: Mapping[Key, Value]) -> bytes:
    """A form that was filled in, as an .xlsx file."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, sheet in filled(form, answers).items():
        page = book.create_sheet(name)
        for (row, column), value in sheet.items():
            assert not isinstance(value, Cell), "cells of this kind can only be in memory"
            page.cell(row, column).value = value
            if isinstance(value, str):
                page.cell(row, column).data_type = "s"  # text that starts with '=' is text
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def cell(value: Value) -> Cell:
    """The cell that the reader makes of a value."""
    if isinstance(value, Cell):
        return value
    if isinstance(value, bool):
        return Cell(Kind.BOOLEAN, value)
    if isinstance(value, datetime.date):
        return Cell(Kind.DATE, (value - datetime.date(1899, 12, 30)).days)
    return Cell(Kind.TEXT if isinstance(value, str) else Kind.NUMBER, value)


class Paper:
    """A workbook in memory: what ``read_return`` and ``recognise`` ask of one, and nothing else."""

    def __init__(self, sheets: Mapping[str, Mapping[tuple[int, int], Value]], sha256: str = "0") -> None:
        self.sheets: dict[str, Cells] = {
            name: {at: cell(value) for at, value in sorted(values.items())} for name, values in sheets.items()
        }
        self.sha256 = sha256
        self.date_1904 = False
        self.extras: tuple[str, ...] = ()

    @property
    def sheet_names(self) -> tuple[str, ...]:
        return tuple(self.sheets)

    def sheet(self, name: str) -> Sheet:
        return Sheet(name, self.sheets[name])

    @property
    def book(self) -> Workbook:
        """The same, for the type checker."""
        return cast("Workbook", self)


def returned(answers: Mapping[Key, Value], form: Form = FORM, file: str = "form.xlsx", sha256: str = "") -> Return:
    """The return that a form gives when it was filled in so; another file each time, unless ``sha256`` says so."""
    return read_return(Paper(filled(form, answers), sha256 or file).book, form, REGISTER, file)

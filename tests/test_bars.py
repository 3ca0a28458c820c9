"""The bars: 153 clean returns give no finding, and every fault put into one gives its own finding and nothing else.

The returns are made by the generator of the blank form, one for each of the 152 councils that existed in 2018-19 and,
so that there are as many as there are councils today, one for a demonstration council; of the clean ones every third
is tried, with ``MSPOF_FULL=1`` every one. They are filled in through openpyxl with figures drawn at random, from a
fixed seed, that no rule has anything to say about.
"""

from __future__ import annotations

import datetime
import io
import os
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from build import COLLECTION, FORMS, REGISTER, SCHEMAS

from mspof_cli.blank import blank_form
from mspof_cli.cells import Place
from mspof_cli.findings import Status
from mspof_cli.layout import Form
from mspof_cli.outputs.text import ranges
from mspof_cli.periods import Period
from mspof_cli.pipeline import validate
from mspof_cli.schemas import ANSWER, Council

QUARTER = Period(2018, 3)
LATER = Period(2019, 1)
REAL = [c for c in REGISTER.existing_in(QUARTER) if c.register_name == "councils"]
DEMONSTRATION = [c for c in REGISTER.existing_in(QUARTER) if c.register_name == "demonstration_councils"]

Figures = dict[str, int]
Book = Any
Fault = Callable[[Book], None]


def parts(chance: random.Random, total: int, shares: tuple[int, ...]) -> list[int]:
    """A total divided at random in about these shares, at least one in each."""
    drawn = [1] * len(shares)
    for _ in range(total - len(shares)):
        drawn[chance.choices(range(len(shares)), shares)[0]] += 1
    return drawn


def clean_figures(chance: random.Random, partial: bool = True) -> Figures:
    """Figures at random that no rule has anything to say about; if ``partial``, some questions are left blank."""
    enquiries = chance.randint(60, 900)
    little = enquiries // 12  # known for more than three quarters, whatever comes out
    unknown = parts(chance, chance.randint(2, max(2, little)), (1, 1))
    asked = [*parts(chance, enquiries - sum(unknown), (60, 15, 25)), *unknown]
    outcomes = parts(chance, asked[0], (60, 28, 12))
    risk = [*parts(chance, enquiries - little - 1, (50, 35, 15)), little]
    drawn = {"enquiries": [enquiries], "asked": asked, "achieved": outcomes, "risk_involved": risk}
    figures: Figures = {}
    for question in COLLECTION.question:
        left_blank = partial and question.slug in ("achieved", "risk_involved") and chance.random() < 0.2
        for respondent in question.respondents or (None,):
            if left_blank or (respondent and partial and chance.random() < 0.3):
                continue
            shares = (40, 30, 20, 10)[: len(question.answers) - 1]
            # A third of the enquiries by adults and a third by representatives: together no more than all of them.
            counts = drawn.get(question.slug) or [*parts(chance, enquiries // 3, shares), chance.randint(0, 9)]
            for measure, count in zip(question.answers, counts, strict=True):
                figures[f"{measure}_{respondent}" if respondent else measure] = count
    return figures


@cache
def template(council: Council, period: Period) -> bytes:
    return blank_form(SCHEMAS, None, council.ons_code, period)[1]


@cache
def places(edition: str) -> dict[tuple[str | None, str, str], Place]:
    """Where each answer goes on the form of an edition."""
    form: Form = FORMS[edition]
    return {
        slot.key: Place(plan.sheet, plan.home[slot.row_label][0], plan.home[slot.column_label][1])
        for plan in form.sheets
        for slot in plan.slots
    }


def filled(council: Council, figures: Figures, chance: random.Random, period: Period = QUARTER) -> Book:
    """A form from the generator, filled in as an officer would."""
    book = openpyxl.load_workbook(io.BytesIO(template(council, period)))
    at = places(period.year)
    completed = period.last_day + datetime.timedelta(days=chance.randint(0, 30))
    scope = chance.choice(["Section 42 enquiries only", "Section 42 and other enquiries"])
    answers: dict[tuple[str | None, str, str], Any] = {
        (None, "scope", ANSWER): scope,
        (None, "completed", ANSWER): completed,
        (None, "system", ANSWER): chance.choice(["Mosaic", "Eclipse", "Other"]),
        (None, "signed_off", ANSWER): "Yes",
    }
    for name, count in figures.items():
        figure = COLLECTION.figures[name]
        answers[figure.question, figure.measure, figure.respondent or ANSWER] = count
    for key, value in answers.items():
        book[at[key].sheet].cell(at[key].row, at[key].column).value = value
    return book


def saved(book: Book, path: Path) -> Path:
    book.save(path)
    return path


def test_153_clean_returns_give_no_finding(tmp_path: Path) -> None:
    councils = [*REAL, DEMONSTRATION[0]]
    assert len(councils) == 153
    councils = councils[:: 1 if os.environ.get("MSPOF_FULL") else 3]
    chance = random.Random(153)
    for council in councils:
        saved(filled(council, clean_figures(chance), chance), tmp_path / f"{council.ons_code}.xlsx")
    batch = validate([tmp_path], SCHEMAS)
    assert [(each.ret.file, finding) for each in batch.checked for finding in each.findings] == []
    assert {each.ret.who.council for each in batch.checked} == set(councils)
    assert {each.status for each in batch.checked} == {Status.ACCEPTED}


def test_clean_figures_have_no_more_answers_than_enquiries() -> None:
    chance = random.Random(40)
    for figures in (clean_figures(chance, partial) for partial in (False, True) for _ in range(100)):
        for question in COLLECTION.question:
            if question.respondents:
                *answers, _ = question.answers
                names = [f"{measure}_{respondent}" for measure in answers for respondent in question.respondents]
                assert sum(figures.get(name, 0) for name in names) <= figures["enquiries_completed"]


def test_clean_returns_of_the_other_edition(tmp_path: Path) -> None:
    chance = random.Random(2019)
    for council in [c for c in REGISTER.existing_in(LATER) if c.register_name == "councils"][::10]:
        book = filled(council, clean_figures(chance), chance, LATER)
        saved(book, tmp_path / f"{council.ons_code}.xlsx")
    batch = validate([tmp_path], SCHEMAS)
    assert [finding for each in batch.checked for finding in each.findings] == []
    assert len(batch.checked) == 16


# Faults. Each is put into a clean return that answers every question: what is done, and what is then found.


def put(place: str, value: object) -> Fault:
    sheet, _, cell = place.partition("!")

    def fault(book: Book) -> None:
        book[sheet][cell] = value

    return fault


def several(**values: object) -> Fault:
    """Values in cells of the sheet 'Questions'."""

    def fault(book: Book) -> None:
        for cell, value in values.items():
            book["Questions"][cell] = value

    return fault


def column(first: str, *values: object, sheet: str = "Questions") -> Fault:
    """Values from a cell downwards."""

    def fault(book: Book) -> None:
        for merged in [str(merged) for merged in book[sheet].merged_cells.ranges]:
            book[sheet].unmerge_cells(merged)
        for number, value in enumerate(values, int(first[1:])):
            book[sheet][f"{first[0]}{number}"] = value

    return fault


def of_40(*faults: Fault) -> Fault:
    """Faults in a return of 40 enquiries, the same throughout, so that what is found is known."""

    def fault(book: Book) -> None:
        put("Questions!C7", 40)(book)
        column("C11", 23, 5, 6, 3, 3)(book)
        column("C19", 15, 6, 2)(book)
        column("C25", 18, 13, 5, 4)(book)
        for who in "CD":
            for first, counts in ((8, (6, 4, 2)), (16, (5, 4, 2, 1)), (25, (5, 4, 2, 1)), (34, (5, 4, 2, 1))):
                column(f"{who}{first}", *counts, sheet="Experience")(book)
        for each in faults:
            each(book)

    return fault


def rename(book: Book) -> None:
    book["Experience"].title = "Experiences"


def delete_sheet(book: Book) -> None:
    del book["Experience"]


def no_version(book: Book) -> None:
    for page in book:
        for row in page.iter_rows():
            for cell in row:
                if str(cell.value).startswith("Form version"):
                    cell.value = None


def no_figures(book: Book) -> None:
    for sheet in ("Questions", "Experience"):
        for row in book[sheet].iter_rows():
            for cell in row:
                if isinstance(cell.value, int):
                    cell.value = None


def as_date(place: str) -> Fault:
    def fault(book: Book) -> None:
        put(place, datetime.date(2019, 4, 3))(book)

    return fault


def inserted(sheet: str, row: int) -> Fault:
    """A row inserted above: openpyxl moves the cells."""

    def fault(book: Book) -> None:
        for merged in list(book[sheet].merged_cells.ranges):
            book[sheet].unmerge_cells(str(merged))
        book[sheet].insert_rows(row)

    return fault


ONE = "Questions!C21"
OTHER_CODE = DEMONSTRATION[5].ons_code
ZERO = ("error", "FIG103", "Questions", "C21")

FAULTS: dict[str, tuple[Fault, tuple[str, str, str, str]]] = {
    "words": (put(ONE, "about two"), ("error", "FIG101", "Questions", "C21")),
    "two numbers": (put(ONE, "3 4"), ("error", "FIG101", "Questions", "C21")),
    "letters for digits": (put(ONE, "1O"), ("error", "FIG101", "Questions", "C21")),
    "hidden": (put(ONE, "<5"), ("error", "FIG102", "Questions", "C21")),
    "star": (put(ONE, "*"), ("error", "FIG102", "Questions", "C21")),
    "[c]": (put(ONE, "[c]"), ("error", "FIG102", "Questions", "C21")),
    "n/a": (put(ONE, "n/a"), ZERO),
    "nil": (put(ONE, "nil"), ZERO),
    "dash": (put(ONE, "-"), ZERO),
    "en dash": (put(ONE, "–"), ZERO),
    "date": (as_date(ONE), ("error", "FIG104", "Questions", "C21")),
    "error value": (put(ONE, "#REF!"), ("error", "FIG105", "Questions", "C21")),
    "never calculated": (put(ONE, "=1+1"), ("error", "FIG106", "Questions", "C21")),
    "not whole": (put(ONE, 1.5), ("error", "FIG107", "Questions", "C21")),
    "negative": (put(ONE, -2), ("error", "FIG108", "Questions", "C21")),
    "true": (put(ONE, True), ("error", "FIG111", "Questions", "C21")),
    "impossible": (put(ONE, 1_000_000), ("error", "FIG112", "Questions", "C21")),
    "text for a number": (of_40(put(ONE, " 2 ")), ("note", "FIG109", "Questions", "C21")),
    "thousands": (put("Experience!C11", "1,024"), ("note", "FIG109", "Experience", "C11")),
    "words on another sheet": (put("Experience!D20", "many"), ("error", "FIG101", "Experience", "D20")),
    "one blank": (put(ONE, None), ("error", "FIG201", "Questions", "C21")),
    "two blank": (several(C20=None, C21=None), ("error", "FIG201", "Questions", "C20:C21")),
    "spaces": (put(ONE, "   "), ("error", "FIG201", "Questions", "C21")),
    "blank in a version": (put("Experience!D28", None), ("error", "FIG201", "Experience", "D28")),
    "no version": (no_version, ("error", "FORM101", "", "")),
    "sheet renamed": (rename, ("error", "FORM102", "", "")),
    "sheet deleted": (delete_sheet, ("error", "FORM102", "", "")),
    "label changed": (put("Questions!B21", "Not met"), ("error", "FORM103", "Questions", "B21")),
    "label removed": (put("Questions!B21", None), ("error", "FORM103", "Questions", "B21")),
    "label of the cover": (put("Cover!B12", "Scope"), ("error", "FORM103", "Cover", "B12")),
    "row inserted": (inserted("Questions", 17), ("note", "FORM104", "Questions", "B18")),
    "no council": (column("C8", None, None, sheet="Cover"), ("error", "COVER101", "Cover", "C8")),
    "unknown council": (put("Cover!C8", "Nowhere"), ("error", "COVER102", "Cover", "C8")),
    "unknown code": (put("Cover!C9", "X1"), ("error", "COVER102", "Cover", "C9")),
    "another's code": (put("Cover!C9", OTHER_CODE), ("error", "COVER104", "Cover", "C8:C9")),
    "council of another time": (column("C8", "Wrensdale (demonstration)", "DEMO00024", sheet="Cover"),
                                ("error", "COVER103", "Cover", "C8")),
    "year impossible": (put("Cover!C10", "2018-20"), ("error", "COVER201", "Cover", "C10")),
    "no quarter": (put("Cover!C11", None), ("error", "COVER201", "Cover", "C11")),
    "quarter of a calendar year": (put("Cover!C11", "Q1 January to March"), ("error", "COVER201", "Cover", "C11")),
    "completed early": (put("Cover!C14", datetime.date(2018, 12, 3)), ("query", "COVER202", "Cover", "C14")),
    "no date": (put("Cover!C14", None), ("query", "COVER203", "Cover", "C14")),
    "not a date": (put("Cover!C14", "soon"), ("query", "COVER203", "Cover", "C14")),
    "not signed off": (put("Cover!C17", None), ("error", "COVER301", "Cover", "C17")),
    "signed off No": (put("Cover!C17", "No"), ("error", "COVER301", "Cover", "C17")),
    "no scope": (put("Cover!C12", None), ("query", "COVER302", "Cover", "C12")),
    "no submission number": (put("Cover!C13", None), ("error", "COVER401", "Cover", "C13")),
    "submission 0": (put("Cover!C13", 0), ("error", "COVER401", "Cover", "C13")),
    "another year's form": (lambda book: (put("Cover!C10", "2019-20")(book),
                                          put("Cover!C14", datetime.date(2020, 1, 17))(book))[0],
                            ("query", "FORM105", "Cover", "C10")),
    "MSP101": (of_40(several(C15=4)), ("error", "MSP101", "Questions", "C11:C15, C7")),
    "MSP102": (of_40(column("C11", 23, 4, 2, 6, 5)), ("note", "MSP102", "Questions", "C14:C15, C11:C13")),
    "MSP103": (of_40(column("C11", 0, 0, 0, 18, 22), column("C19", None, None, None)),
               ("query", "MSP103", "Questions", "C14:C15, C11:C13")),
    "MSP201": (of_40(several(C19=16)), ("error", "MSP201", "Questions", "C19:C21, C11")),
    "MSP202": (of_40(several(C19=14)), ("query", "MSP202", "Questions", "C19:C21, C11")),
    "MSP203": (of_40(column("C11", *[None] * 5)), ("query", "MSP203", "Questions", "C19:C21")),
    "MSP301": (of_40(several(C25=19)), ("error", "MSP301", "Questions", "C25:C28, C7")),
    "MSP302": (of_40(column("C25", 15, 9, 5, 11)), ("note", "MSP302", "Questions", "C28, C25:C27")),
    "MSP303": (of_40(column("C25", 0, 0, 0, 40)), ("query", "MSP303", "Questions", "C28, C25:C27")),
    **{
        f"MSP{question}0{number}": (
            of_40(column(f"{who}{first}", *counts, sheet="Experience")),
            ("query", f"MSP{question}0{number}", "Experience", f"{who}{first}:{who}{last}, Questions!C7"),
        )
        for number, who in ((1, "C"), (2, "D"))
        for question, first, last, counts in (
            (4, 8, 10, (25, 10, 6)), (5, 16, 19, (20, 10, 6, 5)),
            (6, 25, 28, (20, 10, 6, 5)), (7, 34, 37, (20, 10, 6, 5)),
        )
    },
    **{
        f"MSP{question}03": (
            of_40(column(f"C{first}", *counts, sheet="Experience"), column(f"D{first}", *counts, sheet="Experience")),
            ("query", f"MSP{question}03", "Experience", f"C{first}:C{last}, D{first}:D{last}, Questions!C7"),
        )
        for question, first, last, counts in (
            (4, 8, 10, (11, 6, 4)), (5, 16, 19, (10, 6, 3, 2)), (6, 25, 28, (10, 6, 3, 2)), (7, 34, 37, (10, 6, 3, 2)),
        )
    },
    "column copied": (column("D17", "Number", None, 15, 6, 2), ("error", "FORM107", "Questions", "C17, D17")),
    "label twice": (put("Questions!B40", "Fully achieved"), ("error", "FORM107", "Questions", "B19, B40")),
    "beside the boxes": (of_40(column("C19", None, None, None), column("E19", 15, 6, 2)),
                         ("query", "FORM108", "Questions", "E19:E21")),
    "nothing filled in": (no_figures, ("query", "FIG301", "", "")),
    "council misspelt": (column("C8", "Ravenstok", None, sheet="Cover"), ("error", "COVER102", "Cover", "C8")),
    "PCT101 everyone": (of_40(column("C19", 23, 0, 0)), ("query", "PCT101", "Questions", "C19")),
    "PCT101 no one": (of_40(column("C19", 0, 15, 8)), ("query", "PCT101", "Questions", "C19")),
    "PCT101 representatives": (of_40(column("D34", 20, 5, 0, 0, sheet="Experience")),
                               ("query", "PCT101", "Experience", "D34:D35")),
}  # fmt: skip


def test_there_are_faults_enough() -> None:
    assert len(FAULTS) >= 40


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_gives_its_own_finding_and_nothing_else(name: str, tmp_path: Path) -> None:
    put_in, (severity, code, sheet, cells) = FAULTS[name]
    chance = random.Random(name)
    book = filled(DEMONSTRATION[1], clean_figures(chance, partial=False), chance)
    put_in(book)
    (checked,) = validate([saved(book, tmp_path / "form.xlsx")], SCHEMAS).checked
    told = [(f.severity.value, f.code, f.sheet or "", ", ".join(ranges(f.cells))) for f in checked.findings]
    assert told == [(severity, code, sheet, cells)]


def pair(first: Book, second: Book, folder: Path) -> list[tuple[str, str]]:
    """What is found in two returns together, by file."""
    saved(first, folder / "a.xlsx")
    saved(second, folder / "b.xlsx")
    batch = validate([folder], SCHEMAS)
    return [(Path(each.ret.file).name, finding.code) for each in batch.checked for finding in each.findings]


def test_faults_of_two_returns(tmp_path: Path) -> None:
    """The rules on all returns together, each on a pair of clean returns with that one thing wrong."""

    def made(change: Fault = lambda _: None, council: int = 1, period: Period = QUARTER, seed: int = 1) -> Book:
        chance = random.Random(seed)
        book = filled(DEMONSTRATION[council], clean_figures(chance, partial=False), chance, period)
        change(book)
        return book

    before = QUARTER.previous
    assert before.year == QUARTER.year
    cases = {
        "SET101": (made(), made(seed=2), [("a.xlsx", "SET101"), ("b.xlsx", "SET101")]),
        "SET102": (made(), made(put("Cover!C13", 2), seed=2), [("a.xlsx", "SET102")]),
        "SET201": (made(), made(council=2), [("a.xlsx", "SET201"), ("b.xlsx", "SET201")]),
        "SET202": (made(period=before), made(), [("b.xlsx", "SET202")]),
        "SET301": (
            made(of_40(), period=before),
            made(of_40(several(C7=120), column("C11", 69, 15, 18, 9, 9), column("C19", 45, 18, 6))),
            [("b.xlsx", "SET301")],
        ),
        "SET302": (
            made(of_40(), period=before),
            made(of_40(column("C19", 3, 6, 14))),
            [("b.xlsx", "SET302")],
        ),
        "nothing": (made(), made(council=2, seed=2), []),
    }
    for name, (first, second, expected) in cases.items():
        folder = tmp_path / name
        folder.mkdir()
        assert pair(first, second, folder) == expected, name
    saved(made(), tmp_path / "SET102" / "c.xlsx")
    copy = tmp_path / "copies"
    copy.mkdir()
    for file in ("a.xlsx", "b.xlsx"):
        (copy / file).write_bytes((tmp_path / "nothing" / "a.xlsx").read_bytes())
    (_, again) = validate([copy], SCHEMAS).checked
    assert [finding.code for finding in again.findings] == ["SET103"]

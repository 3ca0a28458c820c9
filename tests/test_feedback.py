"""Feedback: the marked copy of every sample, the letters, explanations there and back, what is new since last time."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from build import FORM, SCHEMAS, Value, clean, cover, workbook
from libreoffice import computed, needed
from openpyxl.comments import Comment
from oracle import zipped
from shell import ROOT, mspof

from mspof_cli.cells import Place
from mspof_cli.errors import MspofError
from mspof_cli.feedback import EXPLANATION, HEADINGS, RULE, TEAM, is_own_note, read_feedback
from mspof_cli.findings import Severity, places_of
from mspof_cli.outputs.feedback import feedback_files
from mspof_cli.outputs.letter import (
    FINDINGS,
    NOT_EXPLAINED,
    NOTES,
    QUERIES,
    Received,
    as_text,
    compose_letter,
)
from mspof_cli.pipeline import Batch, validate
from mspof_cli.reading import Reader
from mspof_cli.rules import Checked
from mspof_cli.workbook import open_workbook

SAMPLES = ROOT / "sample_proformas"
Q3 = SAMPLES / "returns" / "2018-19-Q3"
FAULTS = sorted(path for path in (SAMPLES / "faults").rglob("*.xls[xm]"))

# Forms whose cells have moved, so that on the copy they are not where the findings say but here.
MOVED = {
    "FORM104-column-inserted.xlsx": {("Questions", "C5")},
    "FORM104-row-inserted.xlsx": {("Questions", "B17")},
}

READER = Reader(SCHEMAS)

FULL = bool(os.environ.get("MSPOF_FULL"))
# The faults whose feedback is looked at: a third of them, unless all is tried.
TRIED = [path for number, path in enumerate(FAULTS) if FULL or number % 6 == 0 or path.name in MOVED]


def checked_of(path: Path) -> Checked:
    (checked,) = validate([path], SCHEMAS).checked
    return checked


def files_of(path: Path) -> dict[str, bytes]:
    """The feedback on one file, by the endings of the files' names."""
    (files,) = feedback_files(validate([path], SCHEMAS), SCHEMAS)
    return {Path(name).suffix: data for name, data in files.items()}


def marked(data: bytes) -> set[tuple[str, str]]:
    """The cells of a copy that carry a mark: sheet and address."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return {
        (sheet.title, cell.coordinate)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment is not None
    }


@pytest.fixture(scope="module")
def feedback() -> dict[Path, tuple[Checked, dict[str, bytes]]]:
    """Each fault that is tried by itself, with the feedback on it."""
    checked = [checked_of(path) for path in TRIED]
    written = feedback_files(Batch(tuple(checked), ()), SCHEMAS)
    files = [{Path(name).suffix: data for name, data in some.items()} for some in written]
    return dict(zip(TRIED, zip(checked, files, strict=True), strict=True))


Feedback = Mapping[Path, tuple[Checked, dict[str, bytes]]]


@pytest.mark.parametrize("path", TRIED, ids=lambda path: str(path.relative_to(SAMPLES / "faults")))
def test_the_marked_copy(path: Path, feedback: Feedback, tmp_path: Path) -> None:
    """Every cell in the findings is marked and no other, and reading the copy gives the same figures."""
    checked, files = feedback[path]
    assert sorted(files) == ([".html", ".txt", ".xlsx"] if checked.ret.form else [".html", ".txt"])
    if checked.ret.form is None:
        return
    copy = tmp_path / "copy.xlsx"
    copy.write_bytes(files[".xlsx"])
    again = READER.read(copy)
    assert {n: given.value for n, given in again.figures.items()} == {
        n: given.value for n, given in checked.ret.figures.items()
    }
    assert again.who == checked.ret.who
    places = {place for finding in checked.findings for place in places_of(finding)}
    unmoved = {(place.sheet, shown_at(files[".xlsx"], place)) for place in places}
    assert marked(files[".xlsx"]) == MOVED.get(path.name, unmoved)


@pytest.mark.parametrize(
    "path", FAULTS[:: 1 if FULL else 6], ids=lambda path: str(path.relative_to(SAMPLES / "faults"))
)
def test_a_form_and_its_marked_copy_are_one_submission(path: Path, feedback: Feedback, tmp_path: Path) -> None:
    """Whatever was wrong with the form: what comes back beside it, named anyhow, neither counts twice nor hides it."""
    checked, files = feedback[path]
    whose = checked.ret.who
    if whose.council is None or whose.period is None or whose.submission is None:
        return
    shutil.copy(path, tmp_path)
    (tmp_path / "0.xlsx").write_bytes(files[".xlsx"])
    both = {each.ret.file: each for each in validate([tmp_path], SCHEMAS).checked}
    kept = [name for name, each in both.items() if not each.set_aside]
    assert kept == [(tmp_path / path.name).as_posix()]
    assert [[finding.code for finding in both[name].findings] for name in kept] == [
        [finding.code for finding in checked.findings]
    ]
    aside = [finding.code for each in both.values() if each.set_aside for finding in each.findings]
    assert aside in (["SET104"], ["SET103"])


def shown_at(data: bytes, place: Place) -> str:
    """The address where a place can be marked: where cells are merged, that of the first."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    for merged in book[place.sheet].merged_cells.ranges:
        if place.ref in merged:
            return str(merged.start_cell.coordinate)
    return place.ref


@needed
def test_marked_copies_open_in_libreoffice_with_the_same_figures(feedback: Feedback, tmp_path: Path) -> None:
    some = [path for path in TRIED if feedback[path][0].ret.form][:: 1 if FULL else 4]
    copies = {f"{number}": feedback[path][1][".xlsx"] for number, path in enumerate(some)}
    computed(copies, tmp_path)
    for number, path in enumerate(some):
        before, after = feedback[path][0].ret, READER.read(tmp_path / "computed" / f"{number}.xlsx")
        assert {name: given.value for name, given in after.figures.items()} == {
            name: given.value for name, given in before.figures.items()
        }, path


def test_a_mark_is_a_fill_a_symbol_and_a_comment() -> None:
    book = openpyxl.load_workbook(io.BytesIO(files_of(Q3 / "Glimmerbeck.xlsx")[".xlsx"]))
    cell, plain = book["Questions"]["C19"], book["Questions"]["C7"]
    assert cell.value == 27
    assert cell.fill.fgColor.rgb.endswith("FDF0D5")
    assert plain.fill.fgColor.rgb != cell.fill.fgColor.rgb
    assert cell.number_format.startswith('"? "')
    assert cell.comment.text == (
        "? MSP202 (query)\n30 people expressed outcomes in Q1, but Q2 covers only 27 of them.\n"
        "Add the 3 missing to Q2, or explain why it is not known whether their outcomes were achieved.\n\n"
        "? PCT101 (query)\n'Outcomes fully achieved' comes to 100 %: 27 of 27.\n"
        "Check the figures. If they are right, explain how this was so for everyone.\n\N{EM DASH} mspof"
    )
    assert plain.comment is None


def test_the_sheet_in_front_has_every_finding_with_a_link_and_room_to_explain_queries() -> None:
    book = openpyxl.load_workbook(io.BytesIO(files_of(Q3 / "Glimmerbeck.xlsx")[".xlsx"]))
    assert book.sheetnames[0] == book.active.title == "Feedback"
    sheet = book["Feedback"]
    [top] = [row for row in sheet.iter_rows() if [cell.value for cell in row[1:11]] == list(HEADINGS)]
    below = sheet.iter_rows(min_row=top[0].row + 1, min_col=2, max_col=11)
    rows = [row for row in below if row[0].value in ("1", "2")]
    assert [[cell.value for cell in row[:5]] for row in rows] == [
        ["1", "query", "MSP202", "Q2", "Questions C19:C21, C11"],
        ["2", "query", "PCT101", "Q2", "Questions C19"],
    ]
    assert [row[4].hyperlink.location for row in rows] == ["'Questions'!C19:C21", "'Questions'!C19"]
    boxes = [row[8] for row in rows]
    assert [(box.value, box.protection.locked) for box in boxes] == [(None, False), (None, False)]


def test_cells_on_several_sheets_are_drawn_together_on_each() -> None:
    batch = validate([SAMPLES / "faults" / "SET201-figures-of-another-council"], SCHEMAS)
    for files in feedback_files(batch, SCHEMAS):
        data = next(data for name, data in files.items() if name.endswith(".xlsx"))
        sheet = openpyxl.load_workbook(io.BytesIO(data))["Feedback"]
        links = [(cell.value, cell.hyperlink.location) for row in sheet.iter_rows() for cell in row if cell.hyperlink]
        questions = "Questions C7, C11:C15, C19:C21, C25:C28"
        experience = "C8:C11, D8:D11, C16:C20, D16:D20, C25:C29, D25:D29, C34:C38, D34:D38"
        assert links == [(f"{questions}; Experience {experience}", "'Questions'!C7")]


LETTER = """\
Subject: MSPOF 2018-19-Q3: Ambermere (demonstration): accepted

Dear colleague,

Thank you for your return of the Making Safeguarding Personal Outcomes
Framework for October to December in 2018-19 (Q3). Your return is accepted as
it is. There is nothing that you need to do.

What we received
----------------
  File               Ambermere Q3.xlsx
  Last changed       15 January 2019, 10:30 UTC
  SHA-256            abc
  Submission number  1

What you returned
-----------------
You answered every question. Thank you.

  Number of enquiries               returned
  Q1. Asked about desired outcomes  returned
  Q2. Desired outcomes achieved     returned
  Q3. Involved in weighing up risk  returned
  Q4. Understood what was done      returned
  Q5. Listened to                   returned
  Q6. Happy with the end result     returned
  Q7. Feels safer                   returned

What happens next
-----------------
Your figures count in the national summary of the quarter.

Thank you for taking part.
"""


def test_the_whole_letter_of_a_council_with_no_trouble() -> None:
    checked = checked_of(Q3 / "Ambermere.xlsx")
    received = Received("Ambermere Q3.xlsx", "15 January 2019, 10:30 UTC", "abc")
    assert as_text(compose_letter(checked, received)) == LETTER


def parts_of(letter: str) -> dict[str, str]:
    """What stands in a letter below each of its headings, on one line."""
    _, *parts = re.split(r"\n(.+)\n-+\n", letter.removesuffix("Thank you for taking part.\n"))
    return {heading: " ".join(text.split()) for heading, text in zip(parts[::2], parts[1::2], strict=True)}


def letter_of(folder: Path, *options: str | Path) -> str:
    """The letter about the one form in a folder, as its project manager gets it."""
    done = mspof("validate", "in", "--feedback", "out", *options, cwd=folder)
    assert b"Wrote feedback for 1 of 1 file" in done.stderr
    [letter] = (folder / "out").glob("*.txt")
    return letter.read_text(encoding="utf-8")


def put_in(folder: Path, data: bytes) -> None:
    (folder / "in").mkdir()
    (folder / "in" / "form.xlsx").write_bytes(data)


def test_a_letter_says_where_the_figures_of_another_quarter_count(tmp_path: Path) -> None:
    put_in(tmp_path, workbook(FORM, clean()))
    said = "Your figures count for 2018-19-Q3, as the cover says, and not for 2018-19-Q4."
    letter = letter_of(tmp_path, "--period", "2018-19-Q4")
    assert parts_of(letter)["What happens next"].endswith(said)
    lines = "DEMO00001,2018-19-Q3,COVER204,,Sent late after a move.,,,,\n"
    (tmp_path / "e.csv").write_text(HEAD + lines)
    explained = letter_of(tmp_path, "--period", "2018-19-Q4", "--explanations", "e.csv")
    assert parts_of(explained)["What happens next"] == said


def test_a_letter_does_not_say_that_a_return_without_figures_is_counted(tmp_path: Path) -> None:
    put_in(tmp_path, workbook(FORM, cover()))
    said = "There are no figures in your return, so it adds nothing to the national summary."
    assert parts_of(letter_of(tmp_path))["What happens next"].endswith(said)


def test_explanations_that_do_not_count_are_not_among_what_asks_for_nothing(tmp_path: Path) -> None:
    """A note that has nothing to explain, MSP102 here, is not said to be explained badly."""
    answers = clean({"asked_dont_know": 12, "enquiries_completed": 50, "not_achieved": 1, "risk_involved_fully": 30})
    put_in(tmp_path, workbook(FORM, answers))
    lines = "DEMO00001,2018-19-Q3,MSP202,,Checked.,,,,\nDEMO00001,2018-19-Q3,MSP102,,Checked.,,,,\n"
    (tmp_path / "e.csv").write_text(HEAD + lines)
    letter = letter_of(tmp_path, "--explanations", "e.csv")
    codes = {heading: re.findall(r", ([A-Z]{3}[0-9]{3})\b", text) for heading, text in parts_of(letter).items()}
    assert {heading: codes[heading] for heading in FINDINGS if heading in codes} == {
        QUERIES: ["MSP202"],
        NOT_EXPLAINED: ["EXP104"],
        NOTES: ["MSP102"],
    }
    assert "need to do anything about these" not in letter


def test_a_letter_with_notes_does_not_say_that_there_is_nothing_to_do(tmp_path: Path) -> None:
    put_in(tmp_path, workbook(FORM, clean({"enquiries_completed": "40 "})))
    letter = " ".join(letter_of(tmp_path).split())
    assert "Your return is accepted as it is, with 1 note for your information." in letter


def test_a_letter_names_the_first_of_very_many_cells(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(FORM, cover())))
    for row in range(7, 61, 2):
        for column in "HJ":
            book["Questions"][f"{column}{row}"] = 1
    put_in(tmp_path, b"")
    book.save(tmp_path / "in" / "form.xlsx")
    first = "H7, J7, H11, J11, H13, J13, H15, J15, H19, J19, H21, J21"
    assert f"Questions {first} and 4 more, FORM108" in parts_of(letter_of(tmp_path))[QUERIES]


class Page(HTMLParser):
    """What an HTML page has: its tags in order, its attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "wbr"):  # which are not closed
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.text += " "

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("path", [*FAULTS[::9], Q3 / "Glimmerbeck.xlsx", Q3 / "Ambermere.xlsx"], ids=lambda p: p.stem)
def test_the_html_says_what_the_text_says_and_needs_nothing_else(path: Path, feedback: Feedback) -> None:
    files = feedback[path][1] if path in feedback else files_of(path)
    page = Page(files[".html"].decode())
    assert page.open == []
    assert page.tags.count("h1") == page.tags.count("title") == page.tags.count("main") == 1
    assert ("lang", "en-GB") in page.attributes
    assert not {name for name, _ in page.attributes} & {"src", "href", "onload", "style"}
    words = re.findall(r"\w+", files[".txt"].decode().removeprefix("Subject: "))
    assert set(words) - set(re.findall(r"\w+", page.text)) <= {str(number) for number in range(1, 30)}


def test_a_fingerprint_is_broken_into_equal_parts_only() -> None:
    html = files_of(Q3 / "Ambermere.xlsx")[".html"].decode()
    [shown] = re.findall("<code>(.*?)</code>", html)
    digest = hashlib.sha256((Q3 / "Ambermere.xlsx").read_bytes()).hexdigest()
    assert shown.split("<wbr>") == [digest[start : start + 16] for start in (0, 16, 32, 48)]


def test_text_from_outside_is_harmless_in_the_letter(tmp_path: Path) -> None:
    name = "<script>alert(1)<⁄script>\x1b[31m.xlsx"
    (tmp_path / name).write_bytes(workbook(FORM, clean({"not_asked": "<b>n&a</b>"})))
    files = files_of(tmp_path / name)
    assert b"<script>alert" not in files[".html"]
    assert b"\x1b" not in files[".html"] + files[".txt"]
    assert "script" not in Page(files[".html"].decode()).tags


def test_letters_hold_no_contact_details_and_no_comments(tmp_path: Path) -> None:
    answers = clean({"not_asked": "ask Jo Bloggs"}, mailbox="jo.bloggs@example.org")
    path = tmp_path / "form.xlsx"
    path.write_bytes(workbook(FORM, answers))
    files = files_of(path)
    for ending in (".txt", ".html"):
        assert b"Bloggs" not in files[ending]
        assert b"@" not in files[ending]


def test_letters_and_copies_name_other_files_without_their_folders(tmp_path: Path) -> None:
    """Where the project manager keeps files is nothing that a council is to read."""
    forms = {
        "O'Brien/a.xlsx": clean({"not_asked": 5, "enquiries_completed": 39}),
        "O'Brien/b.xlsx": clean(),
        "O'Brien/c.xlsx": clean(council="Brackenholt (demonstration)", ons_code="DEMO00002"),
        "O'Brien/d.xlsx": clean(council="Caldersby (demonstration)", ons_code="DEMO00003"),
        "O'Brien/e.xlsx": clean(
            quarter="Q4 January to March", council="Caldersby (demonstration)", ons_code="DEMO00003"
        ),
    }
    (tmp_path / "O'Brien").mkdir()
    for name, answers in forms.items():
        (tmp_path / name).write_bytes(workbook(FORM, answers))
    told = json.loads(mspof("validate", "O'Brien", "--feedback", "out", "--format", "json", cwd=tmp_path).stdout)
    found = [(each["code"], each["found"]) for ret in told["returns"] for each in ret["findings"]]
    assert [each for each in found if each[0].startswith("SET")] == [
        ("SET101", "submission 1 in this file and in 'O'Brien/b.xlsx'"),
        ("SET101", "submission 1 in this file and in 'O'Brien/a.xlsx'"),
        ("SET201", "the same figures as in 'O'Brien/d.xlsx'"),
        ("SET201", "the same figures as in 'O'Brien/c.xlsx'"),
        ("SET202", "the same figures as for 2018-19-Q3, in 'O'Brien/d.xlsx'"),
    ]
    letters = [path.read_text(encoding="utf-8") for path in sorted((tmp_path / "out").glob("*.txt"))]
    assert [" ".join(letter.split()).count(".xlsx'") for letter in letters] == [1, 1, 0, 0, 1]
    for path in (tmp_path / "out").iterdir():
        with zipfile.ZipFile(path) if path.suffix == ".xlsx" else nullcontext() as archive:
            parts = [archive.read(name) for name in archive.namelist()] if archive else [path.read_bytes()]
        assert not [part for part in parts if b"Brien" in part], path.name


def test_what_stood_beyond_the_form_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    shutil.copy(Q3 / "Ambermere.xlsx", path)
    book = openpyxl.load_workbook(path)
    book["Questions"]["H40"], book["Questions"]["H41"], book["Questions"]["E19"] = "see the other sheet", 15, 15
    book["Questions"]["C7"] = "=20+20"
    for place in ("C11", "B7"):
        book["Questions"][place].comment = Comment("Jo Bloggs: from the old system", "Jo Bloggs")
    book["Guidance"]["B2"].comment = Comment("? Is this (query)\nor not", "Jo Bloggs")
    for name in ("Workings", "Jo Bloggs"):
        book.create_sheet(name)["A1"] = 3
    book.save(path)
    checked = checked_of(path)
    assert [finding.code for finding in checked.findings if finding.severity is Severity.ERROR] == ["FIG106"]
    assert beyond_in(files_of(path)) == [
        "1. on the sheet 'Questions', outside the form's boxes: E19, H40, H41",
        "2. formulas on the sheet 'Questions', of which the results were kept: C7",
        "3. notes on cells of the sheet 'Questions': B7, C11",
        "4. notes on cells of the sheet 'Guidance': B2",
        "5. 2 other sheets",
    ]


def test_notes_that_cannot_be_read_are_listed_too(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    book = openpyxl.load_workbook(Q3 / "Ambermere.xlsx")
    book["Questions"]["C11"].comment = Comment("from the old system", "Jo Bloggs")
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    for damage in (b"<comments><comment", b"<comments><comment ref='?'/></comments>"):
        path.write_bytes(zipped(parts | {"xl/comments/comment1.xml": damage}))
        assert beyond_in(files_of(path)) == ["1. notes on cells of the sheet 'Questions', which could not be read"]


@needed
def test_notes_of_a_marked_copy_are_known_when_it_was_saved_by_another_program(tmp_path: Path) -> None:
    """LibreOffice keeps what a note says, and not whose it is."""
    copy = files_of(SAMPLES / "faults" / "FORM108-beside-the-boxes.xlsx")[".xlsx"]
    computed({"copy": copy}, tmp_path)
    saved = open_workbook(tmp_path / "computed" / "copy.xlsx")
    (note,) = saved.notes("Questions")
    assert [is_own_note(text) for text in (note.text, f"{note.text} It is right.")] == [True, False]
    assert beyond_in(files_of(tmp_path / "computed" / "copy.xlsx")) == []


def test_numbers_beside_the_boxes_are_marked_and_listed_one_by_one() -> None:
    """On the copy a message stands there, over all three cells."""
    files = files_of(SAMPLES / "faults" / "FORM108-beside-the-boxes.xlsx")
    assert beyond_in(files) == ["1. on the sheet 'Questions', outside the form's boxes: D19, D20, D21"]
    book = openpyxl.load_workbook(io.BytesIO(files[".xlsx"]))
    links = [cell for row in book["Feedback"].iter_rows() for cell in row if cell.hyperlink]
    assert [(cell.value, cell.hyperlink.location) for cell in links] == [("Questions D19:D21", "'Questions'!D19:D21")]
    with zipfile.ZipFile(io.BytesIO(files[".xlsx"])) as archive:  # openpyxl forgets how merged cells are dressed
        cells = dict(
            re.findall(r'<c r="([A-Z]+[0-9]+)" s="([0-9]+)"', archive.read("xl/worksheets/sheet3.xml").decode())
        )
    fills = {place: book._fills[book._cell_styles[int(style)].fillId] for place, style in cells.items()}
    filled = [place for place, fill in fills.items() if fill.fgColor.rgb.endswith("FDF0D5")]
    assert filled == ["D19", "D20", "D21"]


def beyond_in(files: Mapping[str, bytes]) -> list[str]:
    """What the letter lists as in the file, but not on the form."""
    _, _, below = files[".txt"].decode().partition("In your file, but not on the form\n")
    return re.findall(r"^[0-9]+\. .*", below, re.MULTILINE)


def test_feedback_that_came_back_holds_nothing_beyond_the_form(tmp_path: Path) -> None:
    """Its sheet of findings is mspof's own; one that can't be read could be anybody's."""
    copy = tmp_path / "copy.xlsx"
    copy.write_bytes(files_of(Q3 / "Glimmerbeck.xlsx")[".xlsx"])
    assert beyond_in(files_of(copy)) == []
    with zipfile.ZipFile(copy) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = b"<worksheet><sheetData><row"
    copy.write_bytes(zipped(parts))
    assert beyond_in(files_of(copy)) == ["1. another sheet"]


def test_a_clean_sample_holds_nothing_beyond_the_form() -> None:
    for path in sorted(Q3.glob("*.xlsx")):
        for files in feedback_files(validate([path], SCHEMAS), SCHEMAS):
            text = next(data for name, data in files.items() if name.endswith(".txt")).decode()
            assert "but not on the form" not in text, path


def test_each_return_has_files_of_its_own_and_a_replaced_one_has_none(tmp_path: Path) -> None:
    done = mspof("validate", Q3, "--feedback", tmp_path / "out", "-q")
    assert done.returncode == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    councils = {name.rpartition(".")[0] for name in names}
    assert len(councils) == 12
    assert len(names) == 36
    assert "Farrowshire (demonstration) 2018-19-Q3" in councils
    assert b"Wrote feedback for 12 of 13 files" in done.stderr


def test_the_same_council_twice_and_names_that_systems_refuse(tmp_path: Path) -> None:
    twice = [workbook(FORM, clean({"not_asked": number})) for number in (6, 7)]
    for name, data in {"a.xlsx": twice[0], "b.xlsx": twice[1], "CON?: .xlsx": b"", "CON?; .xlsx": b""}.items():
        (tmp_path / name).write_bytes(data)
    names = [sorted(files)[0] for files in feedback_files(validate([tmp_path], SCHEMAS), SCHEMAS)]
    council = "Ambermere (demonstration) 2018-19-Q3"
    assert names == ["CON__.html", "CON__ (2).html", f"{council}.html", f"{council} (2).html"]


def test_feedback_is_the_same_on_every_run(tmp_path: Path) -> None:
    for out in ("one", "two"):
        mspof("validate", Q3, "--feedback", tmp_path / out, "-q", env={"TZ": "UTC" if out == "one" else "Asia/Tokyo"})
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / out).iterdir()} for out in ("one", "two"))
    assert one == two


def test_letters_of_an_earlier_run_are_pointed_at_and_nothing_is_removed(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.docx").write_bytes(b"mine")
    first = mspof("validate", Q3 / "Ambermere.xlsx", "--feedback", "out", "-q", cwd=tmp_path)
    assert first.stderr.decode().splitlines() == ["mspof: Wrote feedback for 1 of 1 file to 'out'."]
    before = state(tmp_path / "out")
    second = mspof("validate", Q3 / "Glimmerbeck.xlsx", "--feedback", "out", "-q", cwd=tmp_path)
    named = ", ".join(f"'Ambermere (demonstration) 2018-19-Q3.{ending}'" for ending in ("html", "txt", "xlsx"))
    assert second.stderr.decode().splitlines() == [
        "mspof: Wrote feedback for 1 of 1 file to 'out'.",
        f"mspof: 'out' also holds what this run did not write: {named}. Remove it if it is of an earlier run.",
    ]
    assert before.items() <= state(tmp_path / "out").items()


def test_feedback_within_a_folder_that_is_read_is_refused(tmp_path: Path) -> None:
    shutil.copytree(Q3, tmp_path / "in")
    done = mspof("validate", tmp_path / "in", "--feedback", tmp_path / "in" / "out")
    assert done.returncode == 2
    assert not (tmp_path / "in" / "out").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("validate", "in/Ambermere.xlsx", "--feedback", "in"),
        ("validate", "in/Ambermere.xlsx", "--feedback", "link"),
        ("validate", "link.xlsx", "--feedback", "in"),
        ("validate", "other/Elverdale.xlsx", "--since", "in/Ambermere.xlsx", "--feedback", "in"),
        ("collate", "in/Ambermere.xlsx", "--period", "2018-19-Q3", "--to", "in"),
        ("participation", "in/Ambermere.xlsx", "--to", "in"),
    ],
)
def test_outputs_are_not_written_among_the_files_that_are_read(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    for folder, name in (("in", "Ambermere.xlsx"), ("other", "Elverdale.xlsx")):
        (tmp_path / folder).mkdir()
        shutil.copy2(Q3 / name, tmp_path / folder)
    (tmp_path / "link").symlink_to("in")
    (tmp_path / "link.xlsx").symlink_to("in/Ambermere.xlsx")
    before = state(tmp_path)
    done = mspof(*arguments, cwd=tmp_path)
    file = next(each for each in arguments if each.endswith("Ambermere.xlsx") or each == "link.xlsx")
    remedy = "Choose another folder, so that outputs are not taken for returns."
    said = f"mspof: '{arguments[-1]}' is the folder of '{file}', which is being read. {remedy}\n"
    assert (done.returncode, done.stderr.decode()) == (2, said)
    assert state(tmp_path) == before


def test_a_folder_of_feedback_beside_a_form_that_was_named_is_no_submission(tmp_path: Path) -> None:
    """A council has its form and its feedback in one place. The copy is known by its sheet of findings."""
    shutil.copy2(Q3 / "Ambermere.xlsx", tmp_path)
    assert mspof("validate", "Ambermere.xlsx", "--feedback", "told", cwd=tmp_path).returncode == 0
    again = json.loads(mspof("validate", ".", "--format", "json", cwd=tmp_path).stdout)["returns"]
    assert {each["file"]: each["set_aside"] for each in again} == {
        "Ambermere.xlsx": False,
        "told/Ambermere (demonstration) 2018-19-Q3.xlsx": True,
    }


def inserted_rows(sheet: Any) -> None:
    sheet.insert_rows(9, 2)
    sheet["B23"] = None


def removed_row(sheet: Any) -> None:
    sheet.delete_rows(19)


def number_beside_in_a_moved_column(sheet: Any) -> None:
    sheet.insert_cols(3)
    sheet["D19"], sheet["E19"] = None, 17


def number_in_an_inserted_column(sheet: Any) -> None:
    sheet.insert_cols(3)
    sheet["D19"], sheet["C19"] = None, 17


def label_twice_below_inserted_rows(sheet: Any) -> None:
    sheet.insert_rows(9, 3)
    sheet["B25"] = "Not achieved"
    sheet["D12"] = "Number"


@pytest.mark.parametrize(
    ("move", "expected"),
    [
        (inserted_rows, {"B9": ["FORM104"], "B21": ["FORM103"]}),
        (removed_row, {"B19": ["FORM103"], "B20": ["FORM104"]}),
        (number_beside_in_a_moved_column, {"C5": ["FORM104"], "C19": ["FIG201"], "D19": ["FORM108"]}),
        (number_in_an_inserted_column, {"C5": ["FORM104"], "C19": ["FIG201"]}),
        (
            label_twice_below_inserted_rows,
            {"B9": ["FORM104"], "C9": ["FORM107"], "D9": ["FORM107"], "B21": ["FORM107"], "B22": ["FORM107"]},
        ),
    ],
)
def test_marks_on_a_form_that_was_moved_are_where_the_copy_has_those_cells(
    move: Callable[[Any], None], expected: dict[str, list[str]], tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(FORM, clean())))
    move(book["Questions"])
    path = tmp_path / "form.xlsx"
    book.save(path)
    assert mspof("validate", path, "--feedback", tmp_path / "out").returncode in (0, 1)
    [copy] = (tmp_path / "out").glob("*.xlsx")
    notes = {
        cell.coordinate: re.findall(r"(\w+) \(", cell.comment.text)
        for row in openpyxl.load_workbook(copy)["Questions"].iter_rows()
        for cell in row
        if cell.comment
    }
    assert notes == expected


def test_a_cell_with_very_many_findings_says_the_first_and_how_many_more(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(FORM, clean())))
    for column in range(10, 1010):
        book["Questions"].cell(9, column).value = "Number"
    path = tmp_path / "form.xlsx"
    book.save(path)
    mspof("validate", path, "--feedback", tmp_path / "out")
    [copy] = (tmp_path / "out").glob("*.xlsx")
    note = openpyxl.load_workbook(copy)["Questions"]["C9"].comment.text
    assert note.count("FORM107") == 5
    assert note.endswith("\n\nAnd 995 more: see the sheet 'Feedback'.\n\N{EM DASH} mspof")
    assert len(note) < 1100


def test_only_the_errors_that_excel_knows_are_copied(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(FORM, clean())))
    for ref, error in {"C11": "#DIV/0!", "C12": "#REF!</v><v>1", "C13": "Err:502"}.items():
        cell = book["Questions"][ref]
        cell.value, cell.data_type = error, "e"
    path = tmp_path / "form.xlsx"
    book.save(path)
    copy = openpyxl.load_workbook(io.BytesIO(files_of(path)[".xlsx"]))["Questions"]
    assert [(copy[ref].value, copy[ref].data_type) for ref in ("C11", "C12", "C13")] == [
        ("#DIV/0!", "e"),
        ("#N/A", "e"),
        ("#N/A", "e"),
    ]


def test_what_was_typed_beside_an_answer_is_listed_and_what_the_form_has_there_is_not(tmp_path: Path) -> None:
    form, path = (Q3 / "Ambermere.xlsx").read_bytes(), tmp_path / "form.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(form))
    sheet = book["Questions"]
    sheet["C7"], sheet["E7"], sheet["E19"] = "n/a", '="about "&20', "=20+20"
    sheet["C15"], sheet["E15"] = "n/a", "Not recorded"  # one of the form's own labels
    sheet.insert_rows(9)
    book.save(path)
    text = files_of(path)[".txt"].decode()
    assert "outside the form's boxes: E7, E16, E20\n" in text
    copy = openpyxl.load_workbook(io.BytesIO(files_of(path)[".xlsx"]))["Feedback"]
    cells = [cell for row in copy.iter_rows() for cell in row if str(cell.value).startswith("In your file, but not on")]
    assert [(cell.column_letter, bool(cell.alignment.wrap_text)) for cell in cells] == [("B", False)]


# --- explanations, there and back -----------------------------------------------------------------------------------

SAYS_NOTHING = "It does not say why. Say what lies behind the figures."
DIED = "Three people died before they could be asked whether their outcomes were achieved."


def marked_copy_in(folder: Path) -> Path:
    """The marked copy of a return with two queries, with the rest of its feedback beside it."""
    mspof("validate", Q3 / "Glimmerbeck.xlsx", "--feedback", folder)
    return folder / "Glimmerbeck (demonstration) 2018-19-Q3.xlsx"


def filled_in(copy: Path, explanations: Mapping[str, str], team: str = "Data team") -> None:
    """What a council does with its feedback: it writes beside its queries."""
    book = openpyxl.load_workbook(copy)
    sheet = book["Feedback"]
    [columns] = [
        {cell.value: cell.column for cell in row} for row in sheet.iter_rows() if RULE in [cell.value for cell in row]
    ]
    for row in sheet.iter_rows():
        code = row[columns[RULE] - 1].value
        if code in explanations:
            sheet.cell(row[0].row, columns[EXPLANATION]).value = explanations[code]
        if row[1].value == TEAM:
            sheet.cell(row[0].row, 6).value = team
    book.save(copy)


def findings(*arguments: str | Path, cwd: Path) -> list[dict[str, Any]]:
    told = json.loads(mspof("validate", *arguments, "--format", "json", cwd=cwd).stdout)
    return [finding for ret in told["returns"] for finding in ret["findings"]]


def test_explanations_there_and_back(tmp_path: Path) -> None:
    copy = marked_copy_in(tmp_path)
    filled_in(copy, {"MSP202": DIED, "PCT101": "Checked, correct"})
    done = mspof("explain", "--from", copy, "--date", "2019-02-01", cwd=tmp_path)
    assert done.stdout.decode().splitlines() == [
        f"Glimmerbeck (demonstration), '{copy}': 1 explanation taken.",
        f"  PCT101 does not count as explained: {SAYS_NOTHING}",
        "Wrote explanations.csv",
    ]
    assert list(csv.DictReader(io.StringIO((tmp_path / "explanations.csv").read_text(encoding="utf-8")))) == [
        {
            "ons_code": "DEMO00007",
            "period": "2018-19-Q3",
            "code": "MSP202",
            "measure": "",
            "explanation": DIED,
            "team": "Data team",
            "date": "2019-02-01",
            "until": "",
            "query": "30 people expressed outcomes in Q1, but Q2 covers only 27 of them.",
        }
    ]
    before = findings(Q3, cwd=tmp_path)
    after = findings(Q3, "--explanations", "explanations.csv", cwd=tmp_path)
    assert after == [{**each, "explanation": DIED} if each["code"] == "MSP202" else each for each in before]
    text = mspof(
        "validate", Q3 / "Glimmerbeck.xlsx", "--explanations", "explanations.csv", cwd=tmp_path
    ).stdout.decode()
    assert "  explained  MSP202  Questions C19:C21, C11 (Q2)" in text
    assert f"    Explained: {DIED}" in text
    assert "1 query explained." in text


ADVOCATE = "Everyone was asked again by an advocate at closure."


def test_a_return_whose_queries_are_all_explained_is_accepted(tmp_path: Path) -> None:
    copy = marked_copy_in(tmp_path)
    filled_in(copy, {"MSP202": DIED, "PCT101": ADVOCATE})
    mspof("explain", "--from", copy, cwd=tmp_path)
    done = mspof(
        *("validate", Q3 / "Glimmerbeck.xlsx", "--strict", "--explanations", "explanations.csv", "--format", "json"),
        cwd=tmp_path,
    )
    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert told["returns"][0]["status"] == "accepted"
    assert (told["summary"]["queries"], told["summary"]["explained"]) == (0, 2)
    for audience in ("internal", "participants", "public"):
        options = ("--to", audience, "--explanations", "explanations.csv", "--audience", audience)
        assert mspof("collate", Q3, "--period", "2018-19-Q3", *options, cwd=tmp_path).returncode == 0
        book = openpyxl.load_workbook(tmp_path / audience / "summary.xlsx")
        if audience != "internal":  # that a rule such as PCT101 found something tells a number, whatever was said
            assert "Explanations" not in book.sheetnames
            assert not any(code in (tmp_path / audience / "findings.csv").read_text() for code in ("MSP", "PCT"))
            continue
        rows = [[cell.value for cell in row] for row in book["Explanations"].iter_rows(min_row=4)]
        assert [row[:2] + row[4:] for row in rows] == [
            ["Glimmerbeck (demonstration)", code, text]
            for code, text in zip(("MSP202", "PCT101"), (DIED, ADVOCATE), strict=True)
        ]


def test_explanations_are_kept_from_quarter_to_quarter_and_a_new_one_takes_the_place_of_the_old(tmp_path: Path) -> None:
    copy = marked_copy_in(tmp_path)
    kept = tmp_path / "explanations.csv"
    kept.write_text(
        "ons_code,period,code,explanation\r\nDEMO00001,2018-19-Q1,MSP202,'=Moved away from the area\r\n"
        "DEMO00007,2018-19-Q3,MSP202,An older one about the move\r\n"
    )
    filled_in(copy, {"MSP202": DIED})
    assert mspof("explain", "--from", copy, cwd=tmp_path).returncode == 0
    rows = list(csv.DictReader(io.StringIO(kept.read_text(encoding="utf-8"))))
    assert [(row["ons_code"], row["explanation"]) for row in rows] == [
        ("DEMO00001", "'=Moved away from the area"),
        ("DEMO00007", DIED),
    ]


def test_an_explanation_of_numbers_beside_one_sheet_is_not_of_those_beside_another(tmp_path: Path) -> None:
    mspof("validate", SAMPLES / "faults" / "FORM108-beside-the-boxes.xlsx", "--feedback", "told", cwd=tmp_path)
    [copy] = (tmp_path / "told").glob("*.xlsx")
    filled_in(copy, {"FORM108": "They are notes of our own, left over from adding up."})
    mspof("explain", "--from", copy, cwd=tmp_path)
    kept = tmp_path / "explanations.csv"
    [row] = csv.DictReader(io.StringIO(kept.read_text(encoding="utf-8"), newline=""))
    assert (row["code"], row["measure"]) == ("FORM108", "Questions")
    told = (SAMPLES / "faults" / "FORM108-beside-the-boxes.xlsx", "--explanations", "explanations.csv")
    assert [each["explanation"] for each in findings(*told, cwd=tmp_path)] == [row["explanation"]]
    kept.write_text(kept.read_text(encoding="utf-8").replace(",Questions,", ",Adults,"), encoding="utf-8")
    assert [each["code"] for each in findings(*told, cwd=tmp_path) if not each["explanation"]] == ["FORM108", "EXP105"]


def test_an_explanation_of_a_rule_that_could_not_be_tried_is_not_said_to_be_of_nothing(tmp_path: Path) -> None:
    """Without what it is compared with, nobody knows whether the query is still there."""
    kept = tmp_path / "kept.csv"
    rows = "".join(f"DEMO00007,2018-19-Q3,{code},,{DIED},,,,\n" for code in ("SAC101", "SET201", "MSP203"))
    kept.write_text(HEAD + rows, encoding="utf-8")
    alone = findings(Q3 / "Glimmerbeck.xlsx", "--explanations", "kept.csv", cwd=tmp_path)
    assert [each["found"] for each in alone if each["code"] == "EXP101"] == ["an explanation of MSP203 (not dated)"]
    sac = ("--sac", f"2018-19={SAMPLES / 'sac' / '2018-19.csv'}")
    beside = findings(SAMPLES / "returns", "--explanations", "kept.csv", *sac, cwd=tmp_path)
    assert sorted(each["found"] for each in beside if each["code"] == "EXP101") == [
        f"an explanation of {code} (not dated)" for code in ("MSP203", "SAC101", "SET201")
    ]


def test_a_rule_that_is_not_there_is_not_taken(tmp_path: Path) -> None:
    """A file that was kept could not be read again with it."""
    mspof("validate", Q3 / "Glimmerbeck.xlsx", "--feedback", "told", cwd=tmp_path)
    [copy] = (tmp_path / "told").glob("*.xlsx")
    filled_in(copy, {"MSP202": DIED})
    book = openpyxl.load_workbook(copy)
    for row in book["Feedback"].iter_rows():
        for cell in row:
            if cell.value == "MSP202":
                cell.value = "MSP999"
    book.save(copy)
    done = mspof("explain", "--from", copy, cwd=tmp_path)
    assert "  MSP999 does not count as explained: There is no such rule." in done.stdout.decode()
    assert not (tmp_path / "explanations.csv").exists()


def test_what_somebody_noted_beside_an_explanation_stays_when_it_is_taken_again(tmp_path: Path) -> None:
    copy = marked_copy_in(tmp_path)
    kept = tmp_path / "explanations.csv"
    noted = "Asked by phone,\nsee the minutes"
    with kept.open("w", encoding="utf-8", newline="") as file:
        columns = ("note", "ons_code", "period", "code", "explanation", "until", "date")
        own = (noted, "DEMO00007", "2018-19-Q3", "MSP202", "An older one about the move", "2018-19-Q4", "01/02/2019")
        csv.writer(file).writerows([columns, own, ("", "DEMO00001", *own[2:])])
    filled_in(copy, {"MSP202": DIED})
    assert mspof("explain", "--from", copy, "--date", "2019-02-14", cwd=tmp_path).returncode == 0
    with kept.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["explanation"], row["until"], row["date"], row["note"]) for row in rows] == [
        ("An older one about the move", "2018-19-Q4", "2019-02-01", ""),
        (DIED, "2018-19-Q4", "2019-02-14", noted),
    ]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("Ring Ann on 07700 900123", "It holds what may be a telephone or NHS number."),
        ("Ring +442079460123 about the move", "It holds what may be a telephone or NHS number."),
        ("Ask ann.example@council.gov.uk about it", "It holds an e-mail address."),
        ("O.K.", "It does not say why."),
        ("Looks right", "It does not say why."),
        ("Done", "It does not say why."),
        ("x", "It does not say why."),
        ("As before", "It does not say why."),
        ("nothing to add", "It does not say why."),
        ("As submitted", "It does not say why."),
        ("As per system", "It does not say why."),
        ("No change.", "It does not say why."),
        ("Confirmed by team", "It does not say why."),
        ("Same as last quarter", "It does not say why."),
    ],
)
def test_what_is_no_explanation_is_refused_and_not_repeated(tmp_path: Path, said: str, why: str) -> None:
    copy = marked_copy_in(tmp_path)
    filled_in(copy, {"MSP202": said})
    done = mspof("explain", "--from", copy, cwd=tmp_path)
    assert f"MSP202 does not count as explained: {why}" in done.stdout.decode()
    assert not (tmp_path / "explanations.csv").exists()
    (tmp_path / "e.csv").write_text(HEAD + f"DEMO00007,2018-19-Q3,MSP202,,{said},,,,\n", encoding="utf-8")
    notes = findings(Q3, "--explanations", "e.csv", cwd=tmp_path)
    [message] = [each["message"] for each in notes if each["code"] == "EXP104"]
    remedies = ("Say what lies behind the figures.", "Say it without naming or describing a person.")
    assert message in {f"The explanation of MSP202 does not count. {why} {remedy}" for remedy in remedies}


@pytest.mark.parametrize(
    "said",
    [
        *("Seen @ closure: 27 of 30", "In 2018-19 2019-20 we moved", "30, 27, 25, 22 and 20 moved"),
        *("Change of system", "As submitted by the new team", "No change since the hub opened"),
    ],
)
def test_what_says_why_is_taken_also_with_numbers_and_signs(tmp_path: Path, said: str) -> None:
    (tmp_path / "e.csv").write_text(HEAD + f'DEMO00007,2018-19-Q3,MSP202,,"{said}",,,,\n', encoding="utf-8")
    told = findings(Q3, "--explanations", "e.csv", cwd=tmp_path)
    assert [each["explanation"] for each in told if each["explanation"]] == [said]


def test_a_team_with_contact_details_is_left_out(tmp_path: Path) -> None:
    copy = marked_copy_in(tmp_path)
    filled_in(copy, {"MSP202": DIED}, team="Ann, ann@council.gov.uk")
    done = mspof("explain", "--from", copy, cwd=tmp_path)
    assert "  The team was left out: It holds an e-mail address." in done.stdout.decode()
    assert "ann@" not in (tmp_path / "explanations.csv").read_text(encoding="utf-8")


def test_what_is_no_file_is_not_read_as_explanations(tmp_path: Path) -> None:
    """A device or a pipe never ends."""
    os.mkfifo(tmp_path / "pipe")
    for file in ("/dev/zero", "pipe"):
        done = mspof("validate", Q3, "--explanations", file, cwd=tmp_path)
        assert (done.returncode, f"'{file}' is not a file." in done.stderr.decode()) == (2, True)


def test_a_file_of_explanations_that_is_not_there(tmp_path: Path) -> None:
    done = mspof("validate", Q3, "--explanations", "nosuch.csv", cwd=tmp_path)
    said = "mspof: There is no file 'nosuch.csv'. Check the spelling, and where you are.\n"
    assert (done.returncode, done.stderr.decode()) == (2, said)


def test_a_sheet_that_lists_more_than_rules_can_find_is_not_taken(tmp_path: Path) -> None:
    copy = marked_copy_in(tmp_path)
    book = openpyxl.load_workbook(copy)
    sheet = book["Feedback"]
    [row] = [row for row in sheet.iter_rows() if "MSP202" in [cell.value for cell in row]]
    for number in range(500):
        for cell in row:
            sheet.cell(sheet.max_row + (cell is row[0]), cell.column).value = cell.value or number
    book.save(copy)
    done = mspof("explain", "--from", copy, cwd=tmp_path)
    assert (done.returncode, " queries. The sheet was changed." in done.stderr.decode()) == (2, True)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("nothing.xlsx", "There is no file or folder 'nothing.xlsx'."),
        ("empty", "There is no workbook in 'empty'."),
        ("link.xlsx", "'link.xlsx' can't be opened: a link to another file."),
    ],
)
def test_what_explanations_can_not_be_taken_from(tmp_path: Path, source: str, said: str) -> None:
    (tmp_path / "link.xlsx").symlink_to(Q3 / "Glimmerbeck.xlsx")
    (tmp_path / "empty").mkdir()
    done = mspof("explain", "--from", source, cwd=tmp_path)
    assert said in done.stderr.decode()
    assert done.returncode == (3 if "opened" in said else 2)
    done = mspof("explain", "--from", Q3 / "Glimmerbeck.xlsx", "--explanations", ".", cwd=tmp_path)
    assert (done.returncode, "'.' is a folder." in done.stderr.decode()) == (2, True)


def test_explanations_are_taken_from_every_marked_copy_in_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "back"
    copy = marked_copy_in(folder)
    filled_in(copy, {"MSP202": DIED})
    shutil.copy(Q3 / "Ambermere.xlsx", folder)
    done = mspof("explain", "--from", "back", cwd=tmp_path)
    assert done.stdout.decode().splitlines() == [
        f"Glimmerbeck (demonstration), '{Path('back', copy.name)}': 1 explanation taken.",
        "  Not explained: PCT101.",
        "Passed over: 'back/Ambermere.xlsx' is not feedback.",
        "Passed over: 2 files of other kinds.",
        "Wrote explanations.csv",
    ]


def test_a_marked_copy_with_explanations_that_were_not_given_is_pointed_at(tmp_path: Path) -> None:
    copy = marked_copy_in(tmp_path / "back")
    shutil.copy(Q3 / "Glimmerbeck.xlsx", tmp_path / "back")

    def said(*options: str) -> str:
        return mspof("validate", "back", *options, cwd=tmp_path).stdout.decode()

    told = f"'{Path('back', copy.name)}' holds explanations. 'mspof explain --from' takes them."
    filled_in(copy, {"PCT101": "Checked, correct"})
    assert "holds explanations" not in said()
    filled_in(copy, {"MSP202": DIED})
    assert told in said().splitlines()
    mspof("explain", "--from", "back", cwd=tmp_path)
    assert "holds explanations" not in said("--explanations", "explanations.csv")
    filled_in(copy, {"PCT101": ADVOCATE})
    assert told in said("--explanations", "explanations.csv").splitlines()


def test_an_error_is_not_explained_and_a_formula_is_not_taken(tmp_path: Path) -> None:
    fault = SAMPLES / "faults" / "MSP201-more-than-expressed.xlsx"
    mspof("validate", fault, "--feedback", tmp_path / "fault")
    [copy] = (tmp_path / "fault").glob("*.xlsx")
    done = mspof("explain", "--from", copy, cwd=tmp_path)
    assert done.stdout.decode().splitlines()[1:] == ["There is nothing to write to 'explanations.csv'."]
    filled_in(copy, {"MSP201": DIED})
    done = mspof("explain", "--from", copy, cwd=tmp_path)
    error = "It is an error, which can't be explained away. Correct it, and send the form again."
    assert done.stdout.decode().splitlines()[1:] == [
        f"  MSP201 does not count as explained: {error}",
        "There is nothing to write to 'explanations.csv'.",
    ]
    copy = marked_copy_in(tmp_path / "queries")
    filled_in(copy, {"MSP202": '="Three people "&"died"', "PCT101": "-3 people died"})
    done = mspof("explain", "--from", copy, cwd=tmp_path)
    assert "  MSP202 does not count as explained: It is a formula. Write it as text." in done.stdout.decode()
    assert "Not explained" not in done.stdout.decode()


HEAD = "ons_code,period,code,measure,explanation,team,date,until,query\n"
LINE = "DEMO00007,2018-19-Q3,MSP202,,Three people had moved,,,,\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ons_code,period,code\n", "has no column explanation."),
        (HEAD + "DEMO00007,2018-19-Q3,MSP999,,Moved,,,,\n", "Line 2 of 'e.csv': there is no rule 'MSP999'."),
        (HEAD + "DEMO00007,2018-19,MSP202,,Moved,,,,\n", "Line 2 of 'e.csv': '2018-19' is not a period."),
        (HEAD + "DEMO00007,2018-19-Q3,MSP202,,Moved,,,soon,\n", "Line 2 of 'e.csv': 'soon' is not a period."),
        (HEAD + "DEMO00007,2018-19-Q3,MSP202,,Moved,,,2018-19-Q2,\n", "Line 2 of 'e.csv': it ends before it begins."),
        (HEAD + ",2018-19-Q3,MSP202,,Moved,,,,\n", "Line 2 of 'e.csv': there is no ONS code."),
        (HEAD + "E99,2018-19-Q3,MSP202,,Moved,,,,\n", "Line 2 of 'e.csv': no council has the ONS code 'E99'."),
        (HEAD + "DEMO00007,2018-19-Q3,MSP202,,Moved,,soon,,\n", "Line 2 of 'e.csv': 'soon' is not a date."),
        (HEAD + "DEMO00007,2018-19-Q3,MSP202,,Moved,,,,,more\n", "Line 2 of 'e.csv': there is more in it than"),
        (HEAD + LINE + LINE.lower(), "Line 3 of 'e.csv': line 2 explains the same query."),
        (HEAD + 'DEMO00007,2018-19-Q3,MSP202,,"Moved\n', "Line 2 of 'e.csv' is not CSV."),
        ("ons_code,period,code,explanation,note,note\n", "'e.csv' has two columns 'note'."),
        ("\xff", "'e.csv' is not in UTF-8."),
    ],
)
def test_a_file_of_explanations_that_cannot_be_used(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "e.csv").write_bytes(text.encode("latin-1"))
    done = mspof("validate", Q3, "--explanations", "e.csv", cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr.decode()


def test_an_explanation_that_holds_until_a_later_quarter(tmp_path: Path) -> None:
    lines = "DEMO00007,2018-19-Q1,MSP202,,Deaths are not in Q2.,,,2018-19-Q4,other figures: 1 of 2\n"
    (tmp_path / "e.csv").write_text(HEAD + lines)
    explained = [
        each["explanation"] for each in findings(Q3, "--explanations", "e.csv", cwd=tmp_path) if each["explanation"]
    ]
    assert explained == ["Deaths are not in Q2."]


@pytest.mark.parametrize("other", ["Ambermere.xlsx", "nothing.xlsx"])
def test_only_feedback_can_be_taken_from(tmp_path: Path, other: str) -> None:
    done = mspof("explain", "--from", Q3 / other, cwd=tmp_path)
    assert done.returncode == 2
    assert not (tmp_path / "explanations.csv").exists()


def test_what_a_council_wrote_is_not_written_over(tmp_path: Path) -> None:
    """The copy that came back, saved where it was sent from. Once it is taken, it is no longer lost."""
    again = ("validate", Q3 / "Glimmerbeck.xlsx", "--feedback", tmp_path / "told")
    assert mspof(*again).returncode == mspof(*again).returncode == 0
    copy = tmp_path / "told" / "Glimmerbeck (demonstration) 2018-19-Q3.xlsx"
    filled_in(copy, {"MSP202": DIED})
    before = copy.read_bytes()
    refused = mspof(*again)
    assert refused.returncode == 2
    assert b"holds explanations that were not taken from it yet" in refused.stderr
    assert copy.read_bytes() == before
    assert mspof("explain", "--from", copy, cwd=tmp_path).returncode == 0
    assert mspof(*again, "--explanations", "explanations.csv", cwd=tmp_path).returncode == 0
    feedback = read_feedback(open_workbook(copy))
    assert feedback
    assert DIED in [told.explanation for told in feedback.told]


# --- since last time ------------------------------------------------------------------------------------------------


def inbox(folder: Path) -> Path:
    """A return in which one query is still open, one error new, and one error put right since the time before."""
    first = clean({"not_achieved": 1, "enquiries_completed": 41})
    second = clean({"not_achieved": 1, "risk_involved_partly": 11}, submission=2)
    for name, answers in (("before", first), ("now", second)):
        (folder / name).mkdir()
        (folder / name / "form.xlsx").write_bytes(workbook(FORM, answers))
    return folder


def marks(*arguments: str | Path, cwd: Path) -> tuple[list[tuple[str, str]], list[str]]:
    """The findings of the return that counts, each with its mark, and what was put right."""
    told = json.loads(mspof("validate", *arguments, "--format", "json", cwd=cwd).stdout)
    [ret] = [ret for ret in told["returns"] if not ret["set_aside"]]
    put_right = [each["code"] for each in ret["put_right"]]
    return [(finding["code"], finding["since"]) for finding in ret["findings"]], put_right


SINCE = ([("MSP301", "new"), ("MSP202", "still_open")], ["MSP101"])


def test_since_an_earlier_submission(tmp_path: Path) -> None:
    inbox(tmp_path)
    assert marks("now", "--since", "before", cwd=tmp_path) == SINCE


def test_since_the_submission_that_was_replaced(tmp_path: Path) -> None:
    inbox(tmp_path)
    assert marks("now", "before", cwd=tmp_path) == SINCE


def test_since_the_highest_submission_whatever_the_files_are_called(tmp_path: Path) -> None:
    inbox(tmp_path)
    (tmp_path / "before" / "z first.xlsx").write_bytes(workbook(FORM, clean({"not_asked": None})))
    (tmp_path / "before" / "form.xlsx").write_bytes(
        workbook(FORM, clean({"not_achieved": 1, "enquiries_completed": 41}, submission=2))
    )
    now = tmp_path / "now" / "form.xlsx"
    now.write_bytes(workbook(FORM, clean({"not_achieved": 1, "risk_involved_partly": 11}, submission=3)))
    assert marks("now", "--since", "before", cwd=tmp_path) == SINCE


def test_returns_that_do_not_say_whose_they_are_are_not_taken_for_each_other(tmp_path: Path) -> None:
    for name, answers in (("before", {"not_asked": "n/a"}), ("now", {})):
        (tmp_path / name).mkdir()
        nobody = clean(answers, council=None, ons_code=None)
        (tmp_path / name / "form.xlsx").write_bytes(workbook(FORM, nobody))
    told = json.loads(mspof("validate", "now", "--since", "before", "--format", "json", cwd=tmp_path).stdout)
    [ret] = told["returns"]
    assert ret["put_right"] is None
    assert {finding["since"] for finding in ret["findings"]} == {None}


def test_since_the_feedback_even_if_the_council_has_corrected_it_meanwhile(tmp_path: Path) -> None:
    inbox(tmp_path)
    mspof("validate", "before", "--feedback", "told", cwd=tmp_path)
    [copy] = (tmp_path / "told").glob("*.xlsx")
    book = openpyxl.load_workbook(copy)
    book["Questions"]["C7"] = 40
    book.save(copy)
    assert marks("now", "--since", copy, cwd=tmp_path) == SINCE


def put_right(*arguments: str | Path, cwd: Path) -> set[str]:
    """The rules that returns no longer break, it is said."""
    told = json.loads(mspof("validate", *arguments, "--format", "json", cwd=cwd).stdout)
    return {finding["code"] for each in told["returns"] for finding in each["put_right"] or ()}


def test_what_could_not_be_tried_this_time_was_not_put_right(tmp_path: Path) -> None:
    """Without SAC, the quarter before, the period asked for, or an answer, nobody knows."""
    sac = SAMPLES / "sac" / "2018-19.xlsx"
    before = (SAMPLES / "returns", "--sac", sac, "--period", "2018-19-Q2")
    told = json.loads(mspof("validate", *before, "--feedback", tmp_path / "told", "--format", "json").stdout)
    codes = {finding["code"] for each in told["returns"] for finding in each["findings"]}
    assert {"COVER204"} <= codes
    assert {code[:3] for code in codes} >= {"SAC", "SET"}
    assert put_right(Q3, "--since", tmp_path / "told", cwd=tmp_path) == set()
    assert put_right(*before, "--since", tmp_path / "told", cwd=tmp_path) == set()
    assert put_right(Q3, "--since", tmp_path / "told", "--period", "2018-19-Q3", cwd=tmp_path) == {"COVER204"}


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        (("--select", "MSP2,MSP3"), ([("MSP301", "new"), ("MSP202", "still_open")], [])),
        (("--ignore", "MSP202,MSP301"), ([], ["MSP101"])),
    ],
)
def test_what_was_put_right_is_chosen_like_findings(
    option: tuple[str, str], expected: tuple[list[tuple[str, str]], list[str]], tmp_path: Path
) -> None:
    inbox(tmp_path)
    assert marks("now", "--since", "before", *option, cwd=tmp_path) == expected


def test_what_is_new_is_said_in_the_text_and_in_the_feedback(tmp_path: Path) -> None:
    inbox(tmp_path)
    done = mspof("validate", "now", "--since", "before", "--feedback", "told", cwd=tmp_path)
    text = done.stdout.decode()
    assert "  error  MSP301  new  Questions C25:C28, C7 (Q3)" in text
    assert "  query  MSP202  still open  Questions C19:C21, C11 (Q2)" in text
    assert "  put right  MSP101 (Q1): The five answers to Q1 come to 40, but 41 enquiries were completed." in text
    [copy] = (tmp_path / "told").glob("*.xlsx")
    feedback = read_feedback(open_workbook(copy))
    assert feedback
    assert [(told.finding.code, told.finding.question) for told in feedback.told] == [
        ("MSP301", "Q3"),
        ("MSP202", "Q2"),
    ]
    [letter] = (tmp_path / "told").glob("*.txt")
    assert "Put right since last time\n-------------------------\n1. The five answers" in letter.read_text()


# --- the inbox ------------------------------------------------------------------------------------------------------


def state(folder: Path) -> dict[str, tuple[str, int]]:
    """Every file below a folder: its hash and the time when it was last changed."""
    return {
        str(path.relative_to(folder)): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_nothing_under_the_inbox_is_changed_by_any_command(tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    for name in ("Ambermere.xlsx", "Elverdale.xlsx", "Glimmerbeck.xlsx"):
        shutil.copy2(Q3 / name, folder)
    shutil.copy(folder / "Ambermere.xlsx", folder / "Ambermere - Copy.xlsx")
    (folder / "RE Q3 return.msg").write_bytes(b"From: someone")
    before = state(folder)
    commands: list[tuple[str | Path, ...]] = [
        ("validate", folder, "--feedback", tmp_path / "feedback"),
        ("validate", folder, "--period", "2018-19-Q3", "--format", "sarif", "-o", tmp_path / "out.sarif"),
        ("collate", folder, "--period", "2018-19-Q3", "--to", tmp_path / "out"),
        ("explain", "--from", tmp_path / "feedback" / "Glimmerbeck (demonstration) 2018-19-Q3.xlsx"),
        ("explain", "--from", folder),
        ("participation", folder, "--to", tmp_path / "who"),
        ("trace", tmp_path / "out", "fully_achieved", "--returns", folder),
        ("verify", tmp_path / "out", "--returns", folder),
        ("audit", tmp_path / "out"),
    ]
    for command in commands:
        assert mspof(*command, cwd=tmp_path).returncode == 0, command
    assert state(folder) == before


def test_an_inbox_as_it_comes(tmp_path: Path) -> None:
    """Each file's decision in one line, with the reason."""
    caldersby = {"council": "Caldersby (demonstration)", "ons_code": "DEMO00003", "quarter": "Q2 July to September"}
    two = {"council": "Brackenholt (demonstration)", "ons_code": "DEMO00004"}
    forms = {
        "Ambermere Q3.xlsx": clean(),
        "Ambermere Q3 FINAL v2.xlsx": clean({"fully_achieved": 16, "partially_achieved": 7}, submission=2),
        "last quarter.xlsx": clean({"not_asked": 7, "enquiries_completed": 41}, **caldersby),
        "two councils.xlsx": clean({"not_asked": 5, "enquiries_completed": 39}, **two),
    }
    for name, answers in forms.items():
        (tmp_path / name).write_bytes(workbook(FORM, answers))
    shutil.copy(tmp_path / "Ambermere Q3 FINAL v2.xlsx", tmp_path / "Ambermere Q3 FINAL v2 (1).xlsx")
    (tmp_path / "RE Q3 return.eml").write_bytes(b"From: someone")
    text = mspof("validate", ".", "--period", "2018-19-Q3", cwd=tmp_path).stdout.decode()
    told = text.splitlines()
    for words in (
        ("accepted ", "Ambermere Q3 FINAL v2.xlsx"),
        ("set aside", "Ambermere Q3 FINAL v2 (1).xlsx", "the same file as 'Ambermere Q3 FINAL v2.xlsx'"),
        ("set aside", "Ambermere Q3.xlsx", "replaced by submission 2, in 'Ambermere Q3 FINAL v2.xlsx'"),
        ("accepted with queries", "last quarter.xlsx", "COVER204"),
        ("needs correcting", "two councils.xlsx", "COVER104"),
        ("Passed over: 'RE Q3 return.eml': an e-mail. If a form is attached to it, save the form itself here.",),
    ):
        assert len([line for line in told if all(word in line for word in words)]) == 1, (words, text)


# --- what can go wrong ----------------------------------------------------------------------------------------------


def test_no_council_is_told_whose_figures_are_the_same_as_its_own(tmp_path: Path) -> None:
    told = mspof("validate", SAMPLES / "faults" / "SET201-figures-of-another-council", "--feedback", tmp_path / "out")
    assert b"/b.xlsx'. Expected" in told.stdout
    written = {path.name: path for path in (tmp_path / "out").iterdir()}
    assert len(written) == 6
    for name, path in written.items():
        other = "Ravenstoke" if name.startswith("Oakenshire") else "Oakenshire"
        text = path.read_bytes().decode("utf-8", "ignore")
        if name.endswith(".xlsx"):
            cells = [cell for row in openpyxl.load_workbook(path)["Feedback"].iter_rows() for cell in row]
            text = " ".join(str(cell.value) for cell in cells)
        assert ("another council" in text, other in text) == (True, False), name


def test_a_letter_says_what_is_new_and_what_is_still_open(tmp_path: Path) -> None:
    given = tmp_path / "form.xlsx"
    given.write_bytes(workbook(FORM, clean({"asked_expressed": 24})))
    mspof("validate", given, "--feedback", tmp_path / "first")
    given.write_bytes(workbook(FORM, clean({"asked_expressed": 24, "risk_involved_fully": 60})))
    mspof("validate", given, "--since", tmp_path / "first", "--feedback", tmp_path / "then")
    [letter] = (tmp_path / "then").glob("*.txt")
    lines = [line for line in letter.read_text().splitlines() if line.endswith((", new", ", still open"))]
    assert {line.rsplit(", ", 1)[1] for line in lines} == {"new", "still open"}


@pytest.mark.parametrize(
    ("submission", "says"),
    [(1, "put 2 as its submission number"), ("v2", "put in its submission number, one more than the last time")],
)
def test_a_letter_says_which_submission_is_the_next(submission: Value, says: str, tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(workbook(FORM, clean({"not_asked": "n/a"}, submission=submission)))
    letter = files_of(path)[".txt"].decode()
    assert f"correct the form, {says}, and send it again." in " ".join(letter.split())


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("FORM106-sheets-changed-over.xlsx", "has only the figures that could be found"),
        ("FORM108-beside-the-boxes.xlsx", "has only the figures that could be found"),
        ("MSP201-more-than-expressed.xlsx", "has your figures in it"),
    ],
)
def test_only_a_copy_that_has_all_the_figures_is_said_to_have_them(tmp_path: Path, name: str, says: str) -> None:
    mspof("validate", SAMPLES / "faults" / name, "--feedback", tmp_path)
    [letter] = tmp_path.glob("*.txt")
    assert f"The marked copy {says}" in " ".join(letter.read_text().split())


def test_a_copy_is_marked_by_what_was_found_and_by_nothing_else(tmp_path: Path) -> None:
    """The blank form marks itself while it is filled in. On a copy that would be mixed up with what was found."""
    mspof("validate", SAMPLES / "faults" / "FIG111-true.xlsx", "--feedback", tmp_path)
    book = openpyxl.load_workbook(*tmp_path.glob("*.xlsx"))
    assert not any(book[name].conditional_formatting for name in ("Cover", "Questions", "Experience", "Comments"))
    true = book["Questions"]["C21"]
    assert (true.value, true.border.left.style) == (True, "medium")


def test_a_symbol_stands_beside_each_cell_at_fault_that_cannot_show_one(tmp_path: Path) -> None:
    answers: dict[str, Value | None] = {"fully_achieved": "n/a", "not_achieved": True}
    answers |= {"risk_involved_partly": None, "understood_fully_adult": None}
    book = openpyxl.load_workbook(io.BytesIO(workbook(FORM, clean(answers, council=None, ons_code=None))))
    book["Questions"]["C27"] = "#REF!"
    path = tmp_path / "form.xlsx"
    book.save(path)
    copy = files_of(path)[".xlsx"]
    assert column_a(copy, "Questions") == {"A21": "✗", "A26": "✗", "A27": "✗"}
    assert column_a(copy, "Experience") == {"A8": "✗"}
    assert column_a(copy, "Cover") == {"A8": "✗"}
    assert openpyxl.load_workbook(io.BytesIO(copy))["Questions"]["C19"].number_format.endswith(';"✗ "@')


def column_a(data: bytes, sheet: str) -> dict[str, object]:
    """What stands in the margin of a sheet of a marked copy."""
    cells = openpyxl.load_workbook(io.BytesIO(data))[sheet]["A"]
    return {cell.coordinate: cell.value for cell in cells if cell.value is not None}


def test_the_symbols_of_a_copy_are_not_beyond_the_form_and_others_are(tmp_path: Path) -> None:
    path = tmp_path / "copy.xlsx"
    path.write_bytes(files_of(SAMPLES / "faults" / "FIG201-half-filled-in.xlsx")[".xlsx"])
    assert "✗" in [cell.value for row in openpyxl.load_workbook(path)["Questions"].iter_rows() for cell in row]
    assert beyond_in(files_of(path)) == []
    form = openpyxl.load_workbook(Q3 / "Ambermere.xlsx")
    form["Questions"]["E19"] = "?"
    form.save(path)
    assert beyond_in(files_of(path)) == ["1. on the sheet 'Questions', outside the form's boxes: E19"]


@needed
def test_true_is_shown_as_true_and_stays_what_it_is_in_libreoffice(tmp_path: Path) -> None:
    """It makes a formula of it, and a number to be shown in the cell's own way."""
    copy = files_of(SAMPLES / "faults" / "FIG111-true.xlsx")[".xlsx"]
    true = openpyxl.load_workbook(io.BytesIO(copy))["Questions"]["C21"]
    assert (true.value, true.number_format) == (True, '"TRUE";"TRUE";"FALSE"')
    saved = computed({"copy": copy}, tmp_path)["copy"]
    assert saved["Questions"]["D19"].value == "✗ FIG1: Not a whole number from 0 to 999,999: 'Not achieved'."
    again = checked_of(tmp_path / "computed" / "copy.xlsx")
    assert [finding.code for finding in again.findings] == ["FIG111"]


def test_the_copy_of_a_return_without_findings_has_no_empty_table(tmp_path: Path) -> None:
    mspof("validate", Q3 / "Ambermere.xlsx", "--feedback", tmp_path)
    sheet = openpyxl.load_workbook(*tmp_path.glob("*.xlsx"))["Feedback"]
    seen = [row for row in sheet.iter_rows() if not sheet.row_dimensions[row[0].row].hidden]
    assert [cell.value for row in seen for cell in row if cell.value] == [
        "Feedback on your return",
        "Ambermere (demonstration) – 2018-19-Q3 – Ambermere.xlsx",
        "Your return is accepted as it is. There is nothing that you need to do.",
        "Your figures count in the national summary of the quarter.",
        "Thank you for taking part.",
    ]


def test_a_council_gets_no_letter_about_what_could_not_be_opened_on_this_side(tmp_path: Path) -> None:
    (tmp_path / "gone.xlsx").symlink_to(tmp_path / "nowhere.xlsx")
    (tmp_path / "text.xlsx").write_text("Council,Enquiries\n")
    told = mspof("validate", "gone.xlsx", "text.xlsx", "--feedback", "out", cwd=tmp_path)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["text.html", "text.txt"]
    assert "Wrote feedback for 1 of 2 files to 'out'." in told.stderr.decode()


def test_a_very_long_file_name_finds_room_in_the_footer(tmp_path: Path) -> None:
    name = f"{'long ' * 49}.xlsx"
    shutil.copy(Q3 / "Glimmerbeck.xlsx", tmp_path / name)
    mspof("validate", name, "--feedback", "out", cwd=tmp_path)
    sheet = openpyxl.load_workbook(*(tmp_path / "out").glob("*.xlsx"))["Feedback"]
    assert sheet.oddFooter.left.text.endswith("long…")


def test_comments_that_cannot_be_read_do_not_keep_the_rest_from_coming_back(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    shutil.copy(Q3 / "Glimmerbeck.xlsx", path)
    parts: dict[str, str | bytes] = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            parts[name] = archive.read(name)
    [comments] = [name for name in parts if name.endswith("sheet4.xml")]
    parts[comments] = b"<worksheet><sheetData><row"
    path.write_bytes(zipped(parts))
    files = files_of(path)
    assert sorted(files) == [".html", ".txt", ".xlsx"]
    assert beyond_in(files) == ["1. the sheet 'Comments', which could not be read"]


def test_a_file_that_changes_while_it_is_checked_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    shutil.copy(Q3 / "Glimmerbeck.xlsx", path)
    batch = validate([path], SCHEMAS)
    shutil.copy(Q3 / "Ambermere.xlsx", path)
    with pytest.raises(MspofError, match="was changed while it was being checked"):
        list(feedback_files(batch, SCHEMAS))


def test_feedback_with_a_broken_sheet_of_findings_is_refused(tmp_path: Path) -> None:
    copy = marked_copy_in(tmp_path)
    with zipfile.ZipFile(copy) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = b"<worksheet><sheetData><row"
    copy.write_bytes(zipped(parts))
    done = mspof("explain", "--from", copy, cwd=tmp_path)
    assert (done.returncode, b"Traceback" in done.stderr) == (2, False)
    done = mspof("validate", Q3 / "Glimmerbeck.xlsx", "--since", copy, cwd=tmp_path)
    assert b"Traceback" not in done.stderr


def test_a_comment_with_what_xml_cannot_hold_comes_back_without_it_and_as_it_was_typed(tmp_path: Path) -> None:
    """Excel writes U+FFFF as ``_xFFFF_``, and what was typed so as ``_x005F_xFFFF_``."""
    path = tmp_path / "form.xlsx"
    book = openpyxl.load_workbook(Q3 / "Glimmerbeck.xlsx")
    book["Comments"]["C7"] = "one_xFFFF__xFFFE__x0007_two_x005F_xFFFF_three"
    book.save(path)
    done = mspof("validate", path, "--feedback", tmp_path / "out", cwd=tmp_path)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr
    [copy] = (tmp_path / "out").glob("*.xlsx")
    cell = open_workbook(copy).sheet("Comments").cells[7, 3]
    assert cell.value == "onetwo_xFFFF_three"


def test_a_note_holds_no_character_that_xml_cannot(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    shutil.copy(Q3 / "Glimmerbeck.xlsx", path)
    [checked] = validate([path], SCHEMAS).checked
    explained = [each._replace(explanation="Moved\uffff away") for each in checked.findings]
    [files] = feedback_files(Batch((checked._replace(findings=tuple(explained)),), ()), SCHEMAS)
    [copy] = [data for name, data in files.items() if name.endswith(".xlsx")]
    note = openpyxl.load_workbook(io.BytesIO(copy))["Questions"]["C19"].comment
    assert note.text.count("Explained: Moved away") == len(explained)


FORMULAS = ('=HYPERLINK("http://x.example","y") moved away', "+1 moved", "-2+3 moved")


@pytest.mark.parametrize("said", FORMULAS)
def test_an_explanation_is_never_a_formula(said: str, tmp_path: Path) -> None:
    copy = marked_copy_in(tmp_path)
    book = openpyxl.load_workbook(copy)
    sheet = book["Feedback"]
    for row in sheet.iter_rows():
        if row[3].value == "MSP202":
            row[9].value, row[9].data_type = said, "s"
    book.save(copy)
    mspof("explain", "--from", copy, cwd=tmp_path)
    kept = (tmp_path / "explanations.csv").read_text(encoding="utf-8")
    assert not re.search(r'(^|,)"?[=+@-]', kept.partition("\n")[2].replace(",-", ""))
    out = tmp_path / "again"
    mspof("validate", Q3 / "Glimmerbeck.xlsx", "--explanations", "explanations.csv", "--feedback", out, cwd=tmp_path)
    [again] = out.glob("*.xlsx")
    cells = [cell for row in openpyxl.load_workbook(again)["Feedback"].iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert said in [cell.value for cell in cells]

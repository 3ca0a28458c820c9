"""A collection of another subject, in data files only, goes the whole way: form, checks, collation.

It has a grid and a list with a row for each case. Nothing in the code knows it.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from libreoffice import computed, needed
from typer.testing import CliRunner

from mspof_cli.cli import app
from mspof_cli.coherence import collection_problems
from mspof_cli.lines import Verdict
from mspof_cli.loading import Schemas
from mspof_cli.protection import COLUMNS
from mspof_cli.returns import sum_of

SCHEMAS = Path(__file__).parent / "second_collection"
PLACES = {"LIB1": "Upper Book", "LIB2": "Lower Book", "LIB3": "Book-on-Sea"}

Case = tuple[Any, Any, Any]

LOANS: dict[str, list[Case]] = {
    "LIB1": [("Emma", "On time", 9), ("Ulysses", "Late", 2), ("Dubliners", "On time", 6), ("Persuasion", "On time", 7)],
    "LIB2": [("Emma", "Late", None), ("Hamlet", "Not yet", 0), ("Macbeth", "on  TIME", 10)],
    "LIB3": [],
}
VISITS = {"LIB1": (30, 12), "LIB2": (0, 5), "LIB3": (8, 0)}


def run(*arguments: str | Path) -> tuple[int, str]:
    """Exit status and standard output of a command with this collection."""
    result = CliRunner().invoke(app, [*map(str, arguments), "--schemas", str(SCHEMAS)], catch_exceptions=False)
    return result.exit_code, result.stdout


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def fill(code: str, changes: dict[str, Any] | None = None, rows: list[Case] | None = None) -> Path:
    """A form from ``mspof template``, filled in through openpyxl. ``changes`` are values by sheet and cell."""
    path = Path(f"{code}.xlsx")
    assert run("template", "--council", code, "--period", "2024-25-Q1", "-o", path)[0] == 0
    book = openpyxl.load_workbook(path)
    book["Start"]["C11"], book["Start"]["C12"] = datetime.date(2024, 7, 4), "Yes"
    if any(VISITS[code]):
        book["Visits"]["C7"], book["Visits"]["C8"] = VISITS[code]
    for number, case in enumerate(LOANS[code] if rows is None else rows, 8):
        for column, value in zip("BCD", case, strict=True):
            book["Loans"][f"{column}{number}"] = value
    for place, value in (changes or {}).items():
        sheet, _, cell = place.partition("!")
        for merged in [str(merged) for merged in book[sheet].merged_cells.ranges]:
            book[sheet].unmerge_cells(merged)
        book[sheet][cell] = value
    book.save(path)
    return path


def findings(path: Path) -> list[tuple[str, str, str, str, str]]:
    told = json.loads(run("validate", path, "--format", "json")[1])
    return [
        (finding["severity"], finding["code"], f"{finding['sheet']}!{','.join(finding['cells'])}",
         finding["found"], finding["expected"])
        for ret in told["returns"] for finding in ret["findings"]
    ]  # fmt: skip


def template_of(change: Callable[[Path], None]) -> bytes:
    """The form of this collection, once something in its folder was changed."""
    shutil.copytree(SCHEMAS, "changed")
    change(Path("changed", "library-visits"))
    arguments = ("--council", "LIB1", "--period", "2024-25-Q1", "-o", "form.xlsx", "--schemas", "changed")
    assert CliRunner().invoke(app, ["template", *arguments], catch_exceptions=False).exit_code == 0
    return Path("form.xlsx").read_bytes()


def without(path: Path, *parts: str) -> None:
    """A data file without the parts that begin and end with these."""
    text = path.read_text(encoding="utf-8")
    for part in parts:
        before, begins, after = text.partition(part)
        assert begins
        text = before + after[after.find("\n[[") + 1 :]
    path.write_text(text, encoding="utf-8")


def test_a_collection_of_lists_only_has_a_form() -> None:
    """What the form says of a return as a whole leads to the list, since there are no other answers."""

    def lists_only(folder: Path) -> None:
        questions = folder / "collection.toml"
        without(questions, '[[question]]\nslug = "visits"', '[[total]]\nslug = "visits_all"')
        questions.write_text(questions.read_text().replace('watched_counts = ["visits_all"]', ""))
        without(folder / "rules.toml", '[[rule]]\ncode = "LIB101"')
        edition = folder / "editions" / "2024.toml"
        without(edition, '[[block]]\nquestion = "visits"')
        edition.write_text(edition.read_text().replace('visits = "B6"\n', ""))

    book = openpyxl.load_workbook(io.BytesIO(template_of(lists_only)))
    [links] = [[cell.hyperlink for cell in row] for row in book["Checks"].iter_rows() if row[1].value == "FIG301"]
    assert [link.location for link in links if link] == ["'Loans'!B8:B207"]


MANY = [f"visits_of_all_people_of_the_age_of_{age}" for age in range(30, 50)]


def many_answers(folder: Path) -> None:
    """More answers, and the share of those after the first two beside the first two: mostly above 100 %."""
    questions, edition = folder / "collection.toml", folder / "editions" / "2024.toml"
    labels = "".join(f'{name} = "{name[-2:]} years"\n' for name in MANY)
    text = questions.read_text().replace('visits_children = "Children"\n', 'visits_children = "Children"\n' + labels)
    share = f'label = "The rest"\nquestion = "visits"\nnumerator = {MANY}\ndenominator = ["visits_all"]\nwatched = true'
    questions.write_text(f'{text}\n[[derived]]\nslug = "rest"\n{share}\n')
    rows = "".join(f'{name} = "B{row}"\n' for row, name in enumerate(MANY, 9))
    edition.write_text(edition.read_text().replace('visits_children = "B8"\n', 'visits_children = "B8"\n' + rows))


@needed
@pytest.mark.parametrize(("count", "verdict"), [(0, "broken"), (1, "held"), (2, "broken"), (3, "held")])
def test_a_share_of_very_many_answers_is_checked_as_the_rule_does(count: int, verdict: str, tmp_path: Path) -> None:
    """Also one of more than 100 %, which is other rules' business."""
    book = openpyxl.load_workbook(io.BytesIO(template_of(many_answers)))
    for row in range(7, 9 + len(MANY)):
        book["Visits"][f"C{row}"] = count if row > 8 else len(MANY)
    stream = io.BytesIO()
    book.save(stream)
    rows = computed({"form": stream.getvalue()}, tmp_path)["form"]["Checks"].iter_rows(values_only=True)
    assert [row[5] for row in rows if row[1] == "PCT101"] == [verdict]
    told = CliRunner().invoke(app, ["validate", "computed/form.xlsx", "--schemas", "changed"]).stdout
    assert ("PCT101" in told) == (verdict == "broken")


def test_the_form_has_both_questions() -> None:
    book = openpyxl.load_workbook(fill("LIB1"))
    assert book.sheetnames[:5] == ["Start", "Visits", "Loans", "Comments", "Checks"]
    assert [book["Loans"][cell].value for cell in ("B5", "B7", "C7", "D7")] == [
        "B. Loans", "Title", "Brought back", "Liked, 0 to 10",
    ]  # fmt: skip
    assert book["Visits"]["B7"].value == "Adults"
    assert book["Start"]["C6"].value == "Upper Book"


def test_clean_returns() -> None:
    for code in LOANS:
        fill(code)
    assert run("validate", ".") == (0, TABLE)


TABLE = """\
Council      Period      Status    Errors  Queries  Returned  File
-----------  ----------  --------  ------  -------  --------  ---------
Book-on-Sea  2024-25-Q1  accepted  0       0        1 of 2    LIB3.xlsx
Lower Book   2024-25-Q1  accepted  0       0        2 of 2    LIB2.xlsx
Upper Book   2024-25-Q1  accepted  0       0        2 of 2    LIB1.xlsx

Book-on-Sea - 2024-25-Q1 - accepted
  LIB3.xlsx
  2 rules could not be tried, because an answer that they need was not returned or not readable: LIB101, LIB102.

3 returns: 3 accepted.
"""


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Loans!C9": "Maybe"}, ("error", "FIG113", "Loans!C9", "'Maybe'",
                                 "'On time' or 'Late' or 'Not yet'")),
        ({"Loans!C9": None}, ("error", "FIG202", "Loans!C9", "blank", "an entry in each column that needs one")),
        ({"Loans!B9": " "}, ("error", "FIG202", "Loans!B9", "blank", "an entry in each column that needs one")),
        ({"Loans!D9": 11}, ("error", "FIG112", "Loans!D9", "11", "no more than 10")),
        ({"Loans!D9": 2.5}, ("error", "FIG107", "Loans!D9", "2.5", "a whole number, 0 or more")),
        ({"Loans!D9": -1}, ("error", "FIG108", "Loans!D9", "-1", "a whole number, 0 or more")),
        ({"Loans!D9": "good"}, ("error", "FIG101", "Loans!D9", "text of 4 characters", "a whole number, 0 or more")),
        ({"Loans!D9": "8"}, ("note", "FIG109", "Loans!D9", "'8'", "a number")),
        ({"Visits!C8": None}, ("error", "FIG201", "Visits!C8", "1 of 2 answers blank: 'Children'",
                               "a number in each, or all of them blank")),
        ({"Visits!B7": "Old people"}, ("error", "FORM103", "Visits!B7", "'Old people'", "'Adults'")),
        ({"Start!C12": None}, ("error", "COVER301", "Start!C12", "blank", "'Yes'")),
        ({"Start!C7": "LIB3"}, ("error", "COVER104", "Start!C6,C7", "the ONS code of Book-on-Sea",
                                "LIB1, the code of Upper Book")),
        ({"Loans!D8": None, "Loans!D9": None, "Loans!D10": None},
         ("note", "LIB102", "Loans!B8,C8,B9,C9,D9,B10,C10,D10,B11,C11,D11", "1 of 4", "at least half")),
    ],
)  # fmt: skip
def test_a_fault_is_found_at_its_own_cell(changes: dict[str, Any], expected: tuple[str, ...]) -> None:
    told = findings(fill("LIB1", changes))
    if expected[1] == "LIB102":
        assert [(each[0], each[1], *each[3:]) for each in told] == [(expected[0], expected[1], *expected[3:])]
    else:
        assert told == [expected]


def test_nothing_of_nothing_is_filled_in() -> None:
    told = findings(fill("LIB3", {"Visits!C7": None, "Visits!C8": None}))
    assert told == [("query", "FIG301", "None!", "every question blank", "at least one question filled in")]


def test_a_column_that_was_copied() -> None:
    told = findings(fill("LIB1", {"Visits!D5": "Number", "Visits!D7": 30, "Visits!D8": 12}))
    assert told == [("error", "FORM107", "Visits!C5,D5", "'Number' in D5 as well",
                     "'Number' once, as the form was sent out")]  # fmt: skip


def test_a_title_that_is_a_label_is_a_title() -> None:
    """What is typed in a list is not the form's own words, though it may be the same."""
    assert findings(fill("LIB1", {"Loans!B9": "Title", "Loans!B10": "B. Loans", "Loans!B11": "Brought back"})) == []


def test_figures_beside_their_boxes() -> None:
    told = findings(fill("LIB1", {"Visits!C7": None, "Visits!C8": None, "Visits!D7": 30, "Visits!E8": 12}))
    assert told == [("query", "FORM108", "Visits!D7,E8", "2 numbers outside the boxes", "numbers in the white boxes")]


def test_a_heading_of_a_list_that_was_changed() -> None:
    told = findings(fill("LIB1", {"Loans!C7": "Returned"}))
    assert told == [("error", "FORM103", "Loans!C7", "'Returned'", "'Brought back'")]


def test_its_own_rule_is_broken() -> None:
    told = findings(fill("LIB1", {"Visits!C7": 2, "Visits!C8": 1}))
    assert [(severity, code, found, expected) for severity, code, _, found, expected in told] == [
        ("error", "LIB101", "4", "no more than 3")
    ]


def test_a_watched_percentage_over_tallies() -> None:
    told = findings(fill("LIB1", rows=[("Emma", "On time", 9)] * 3))
    assert [(code, found) for _, code, _, found, _ in told] == [("PCT101", "100 % (3 of 3)")]


def test_faults_in_several_rows() -> None:
    rows = [("Emma", "Maybe", 11), (None, "Late", None), ("Hamlet", "Late", 5)]
    assert [each[1:3] for each in findings(fill("LIB1", rows=rows))] == [
        ("FIG112", "Loans!D8"), ("FIG113", "Loans!C8"), ("FIG202", "Loans!B9"),
    ]  # fmt: skip


def test_its_rules_are_in_the_catalogue() -> None:
    status, text = run("rules")
    assert status == 0
    assert "LIB101     error  Someone came for every loan" in text
    assert "MSP101" not in text


def test_its_examples_hold_and_break() -> None:
    collection = Schemas(SCHEMAS).collection("library-visits")
    assert not list(collection_problems(collection))
    for rule in collection.rule:
        for examples, verdict in ((rule.holds, Verdict.HELD), (rule.breaks, Verdict.BROKEN)):
            for example in examples:
                totals = {total.slug: sum_of(example.get(name) for name in total.of) for total in collection.total}
                assert rule.parsed.verdict(example | totals) is verdict


TIDY = """\
participating,,ALL,A,visits_adults,Grown-ups,,count,38,[z],38,3,3
participating,,ALL,A,visits_children,Children,,count,17,[z],17,3,3
participating,,ALL,B,loans_all,Loans,,count,7,[z],7,2,3
participating,,ALL,B,loans_on_time,Brought back on time,,count,4,[z],4,2,3
participating,,ALL,B,loans_late,Brought back late,,count,2,[z],2,2,3
participating,,ALL,B,loans_rated,Rated,,count,6,[z],6,2,3
participating,,ALL,B,loans_liked_on_time,"Liked, and brought back on time",,count,3,[z],3,2,3
participating,,ALL,B,on_time_percent,"Brought back on time, of those brought back",,percent,4,6,66.67,2,3
region,R1,Hills,A,visits_adults,Grown-ups,,count,30,[z],30,2,2
region,R1,Hills,A,visits_children,Children,,count,17,[z],17,2,2
region,R1,Hills,B,loans_all,Loans,,count,7,[z],7,2,2
region,R1,Hills,B,loans_on_time,Brought back on time,,count,4,[z],4,2,2
region,R1,Hills,B,loans_late,Brought back late,,count,2,[z],2,2,2
region,R1,Hills,B,loans_rated,Rated,,count,6,[z],6,2,2
region,R1,Hills,B,loans_liked_on_time,"Liked, and brought back on time",,count,3,[z],3,2,2
region,R1,Hills,B,on_time_percent,"Brought back on time, of those brought back",,percent,4,6,66.67,2,2
region,R2,Coast,A,visits_adults,Grown-ups,,count,8,[z],8,1,1
region,R2,Coast,A,visits_children,Children,,count,0,[z],0,1,1
region,R2,Coast,B,loans_all,Loans,,count,[x],[z],[x],0,1
region,R2,Coast,B,loans_on_time,Brought back on time,,count,[x],[z],[x],0,1
region,R2,Coast,B,loans_late,Brought back late,,count,[x],[z],[x],0,1
region,R2,Coast,B,loans_rated,Rated,,count,[x],[z],[x],0,1
region,R2,Coast,B,loans_liked_on_time,"Liked, and brought back on time",,count,[x],[z],[x],0,1
region,R2,Coast,B,on_time_percent,"Brought back on time, of those brought back",,percent,[x],[x],[x],0,1
council,LIB1,Upper Book,A,visits_adults,Grown-ups,,count,30,[z],30,1,1
council,LIB1,Upper Book,A,visits_children,Children,,count,12,[z],12,1,1
council,LIB1,Upper Book,B,loans_all,Loans,,count,4,[z],4,1,1
council,LIB1,Upper Book,B,loans_on_time,Brought back on time,,count,3,[z],3,1,1
council,LIB1,Upper Book,B,loans_late,Brought back late,,count,1,[z],1,1,1
council,LIB1,Upper Book,B,loans_rated,Rated,,count,4,[z],4,1,1
council,LIB1,Upper Book,B,loans_liked_on_time,"Liked, and brought back on time",,count,2,[z],2,1,1
council,LIB1,Upper Book,B,on_time_percent,"Brought back on time, of those brought back",,percent,3,4,75.00,1,1
council,LIB2,Lower Book,A,visits_adults,Grown-ups,,count,0,[z],0,1,1
council,LIB2,Lower Book,A,visits_children,Children,,count,5,[z],5,1,1
council,LIB2,Lower Book,B,loans_all,Loans,,count,3,[z],3,1,1
council,LIB2,Lower Book,B,loans_on_time,Brought back on time,,count,1,[z],1,1,1
council,LIB2,Lower Book,B,loans_late,Brought back late,,count,1,[z],1,1,1
council,LIB2,Lower Book,B,loans_rated,Rated,,count,2,[z],2,1,1
council,LIB2,Lower Book,B,loans_liked_on_time,"Liked, and brought back on time",,count,1,[z],1,1,1
council,LIB2,Lower Book,B,on_time_percent,"Brought back on time, of those brought back",,percent,1,2,50.00,1,1
council,LIB3,Book-on-Sea,A,visits_adults,Grown-ups,,count,8,[z],8,1,1
council,LIB3,Book-on-Sea,A,visits_children,Children,,count,0,[z],0,1,1
council,LIB3,Book-on-Sea,B,loans_all,Loans,,count,[x],[z],[x],0,1
council,LIB3,Book-on-Sea,B,loans_on_time,Brought back on time,,count,[x],[z],[x],0,1
council,LIB3,Book-on-Sea,B,loans_late,Brought back late,,count,[x],[z],[x],0,1
council,LIB3,Book-on-Sea,B,loans_rated,Rated,,count,[x],[z],[x],0,1
council,LIB3,Book-on-Sea,B,loans_liked_on_time,"Liked, and brought back on time",,count,[x],[z],[x],0,1
council,LIB3,Book-on-Sea,B,on_time_percent,"Brought back on time, of those brought back",,percent,[x],[x],[x],0,1
"""


def test_collated() -> None:
    for code in LOANS:
        fill(code)
    assert run("collate", ".", "--period", "2024-25-Q1", "--to", "../out", "--audience", "internal") == (
        0,
        (
            "Libraries 2024-25-Q1: 3 of 3 councils on the register.\n"
            "Wrote ../out/measures.csv\nWrote ../out/participation.csv\nWrote ../out/findings.csv\n"
            "Wrote ../out/ascof.csv\nWrote ../out/lginform.csv\nWrote ../out/csv-metadata.json\n"
            "Wrote ../out/quality.md\nWrote ../out/summary.xlsx\nWrote ../out/manifest.json\n"
            "For the library service only.\n"
        ),
    )
    rows = list(csv.DictReader(io.StringIO(Path("../out/measures.csv").read_text(encoding="utf-8"), newline="")))
    assert list(rows[0]) == list(COLUMNS)
    assert {(row["collection"], row["period"], row["span"]) for row in rows} == {
        ("library-visits", "2024-25-Q1", "quarter")
    }
    shown = (
        *("level", "ons_code", "name", "question", "measure", "label", "respondent", "unit"),
        *("numerator", "denominator", "value", "councils", "participating"),
    )
    tidy = TIDY.replace("ALL", "Participating councils")
    told = [[row[name] for name in shown] for row in rows if row["level"] != "council_type"]
    assert told == list(csv.reader(io.StringIO(tidy)))
    book = openpyxl.load_workbook("../out/summary.xlsx")
    assert [[cell.value for cell in row] for row in book["Coverage"].iter_rows(min_row=3)] == [
        [
            "Question",
            "Subject",
            "Councils answering",
            "Councils answering in part",
            "Councils not answering",
            "Councils participating",
            "Councils on the register",
        ],
        ["A", "A. Visits", 3, 0, 0, 3, 3],
        ["B", "B. Loans", 2, 0, 1, 3, 3],
    ]


def test_a_list_with_a_fault_is_left_out() -> None:
    fill("LIB1")
    fill("LIB2", {"Loans!C9": "Maybe"})
    status, text = run("collate", ".", "--period", "2024-25-Q1", "--to", "../out", "--audience", "internal")
    assert status == 1
    assert "Left out: 'LIB2.xlsx': needs correcting: FIG113\n" in text

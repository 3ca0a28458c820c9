"""The form's own checks, computed by LibreOffice, say what ``mspof validate`` says, rule by rule.

``MSPOF_FULL=1`` tries every sample, and many more random fillings.
"""

from __future__ import annotations

import datetime
import io
import itertools
import os
import random
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from build import CLEAN, FORMS, QUARTER, REGISTER, SCHEMAS, Key, Value, figures
from build import cover as cover_of
from libreoffice import computed, needed
from openpyxl.utils.cell import rows_from_range
from shell import ROOT

from mspof_cli.blank import blank_form
from mspof_cli.cells import Cell, Kind
from mspof_cli.findings import Severity
from mspof_cli.layout import Form
from mspof_cli.lines import Line, LineError, Verdict
from mspof_cli.outputs.form import blank_words, build_form
from mspof_cli.outputs.form.cover import GENERAL
from mspof_cli.outputs.form.formulas import condition, sides, words
from mspof_cli.outputs.form.live import FOLLOWS, NOT_CHECKED, SAID_ABOVE, WELL
from mspof_cli.outputs.form.style import line_count
from mspof_cli.outputs.text import ranges
from mspof_cli.questions import State
from mspof_cli.reading import Reader
from mspof_cli.returns import Return, share_of
from mspof_cli.rules import check, verdicts
from mspof_cli.rules.alone import ALL_OR_NONE
from mspof_cli.schemas import Council
from mspof_cli.sent import read_sent
from mspof_cli.workbook import open_workbook

FULL = bool(os.environ.get("MSPOF_FULL"))
RANDOM_FORMS = 300 if FULL else 10
SEED = 20181015

SAMPLES = sorted((ROOT / "sample_proformas").rglob("*.xls[xm]"))[:: 1 if FULL else 7]

# The rules that a form's cover is checked by: those of what one line of it gives, and those of several.
OF_ONE_LINE = {"COVER102", "COVER201", "COVER203", "COVER301", "COVER302", "COVER401"}
CODES_ON_COVER = OF_ONE_LINE | {"COVER101", "COVER103", "COVER104", "COVER202", "COVER205", "FORM105"}

# The verdict that each row of the sheet gives, by rule, by what it is about, and by what it says should hold.
Said = dict[tuple[str, str, str], str]


def said(workbook: openpyxl.Workbook) -> Said:
    """What the sheet of checks says, once it is computed."""
    rows = workbook["Checks"].iter_rows(values_only=True)
    table = [row[1:] for row in rows]
    start = next(number for number, row in enumerate(table) if row[0] == "Rule") + 1
    return {(row[0], row[1], row[2]): row[4] for row in table[start:] if row[1]}


def expected(ret: Return) -> Said:
    """The same, by the rules that read the form."""
    assert ret.form is not None
    questions, form = ret.form.collection.questions, ret.form
    own: Said = {}
    for rule, verdict in verdicts(ret):
        assert rule.question
        own[rule.code, questions[rule.question].label, rule.title] = verdict.value
    troubles = [*ret.troubles, *ALL_OR_NONE.find(ret)]
    for derived in form.collection.derived:
        if derived.watched:
            title = f"'{derived.label}' is neither 0 % nor 100 %"
            broken = any(trouble.measure == derived.slug for trouble in troubles if trouble.code == "PCT101")
            tried = share_of(ret.values(), derived) is not None
            own["PCT101", questions[derived.question].label, title] = _verdict(broken, tried)
    for question in form.collection.question:
        codes = {trouble.code for trouble in ret.troubles if trouble.question == question.slug}
        tried = ret.states[question.slug] is not State.NOT_RETURNED
        wrong = {code for code in codes if code.startswith("FIG1")} - {"FIG109"}
        own["FIG1", question.label, "Every answer is a number of cases"] = _verdict(bool(wrong), tried)
        title = "A question is filled in whole, or left blank"
        own["FIG201", question.label, title] = _verdict("FIG201" in codes, tried)
    own["FIG301", "Cover", "Something is returned"] = _verdict(ret.is_empty, tried=True)
    return own


def _verdict(broken: bool, tried: bool) -> str:
    return str((Verdict.BROKEN if broken else Verdict.HELD if tried else Verdict.NOT_TRIED).value)


def counting(workbook: openpyxl.Workbook) -> set[tuple[str, str]]:
    """What the sheet of checks counts: rules of ``rules.toml`` that are broken, and not only because another is."""
    rows = [row[1:] for row in workbook["Checks"].iter_rows(values_only=True)]
    now = next(row for row in rows if row[0] == "Rule").index("Now")
    return {(row[0], row[1]) for row in rows if str(row[0]).startswith("MSP") and row[now]}


def counted(ret: Return) -> set[tuple[str, str]]:
    """The same, as the findings have it."""
    (checked,) = check([ret])
    return {(finding.code, finding.question or "") for finding in checked.findings if finding.code.startswith("MSP")}


def has_doubts(workbook: openpyxl.Workbook, *, on_cover: bool) -> bool:
    """Whether there is an answer on a form, on its cover or to its questions, that only reading it can tell."""
    heading, *rows = workbook["Readings"].iter_rows(values_only=True)
    own = (row for row in rows if str(row[0]).startswith("cover_") == on_cover)
    return any(row[heading.index("In doubt")] for row in own)


def on_cover(ret: Return) -> set[tuple[str, str]]:
    """The rules about the cover that a return breaks, each with the cells where."""
    (checked,) = check([ret])
    found = (finding for finding in checked.findings if finding.code in CODES_ON_COVER)
    return {(finding.code, ", ".join(ranges(finding.cells))) for finding in found}


def said_on_cover(workbook: openpyxl.Workbook) -> dict[tuple[str, str], str]:
    """What the form says of its cover: verdicts by rule and by the cells that the row leads to."""
    rows = [row[1:] for row in workbook["Checks"].iter_rows(values_only=True)]
    return {(row[0], row[7].removeprefix("Cover ")): row[4] for row in rows if row[0] in CODES_ON_COVER}


def compare_covers(workbook: openpyxl.Workbook, broken: set[tuple[str, str]]) -> None:
    """What a form calls broken is, and no more. What it can't judge it says so of, beside the answer that it can't."""
    told, unread = said_on_cover(workbook), not_judged(workbook)
    for (code, cells), verdict in told.items():
        is_broken = any(code == other and _cells(cells) & _cells(places) for other, places in broken)
        if verdict == "could not be tried" and is_broken:
            own = {openpyxl.utils.cell.coordinate_to_tuple(cell)[0] for cell in _cells(cells)}
            assert unread & own if code in OF_ONE_LINE else unread, (code, cells, broken)
        else:
            assert is_broken == (verdict == "broken"), (code, cells, verdict, broken)
    assert {code for code, _ in broken} <= {code for code, _ in told}


def not_judged(workbook: openpyxl.Workbook) -> set[int]:
    """The rows of the cover in which the form says that it can't check the answer."""
    rows = enumerate(workbook["Cover"].iter_rows(values_only=True), 1)
    return {number for number, row in rows if any(str(value).startswith(NOT_CHECKED) for value in row)}


def _cells(text: str) -> set[str]:
    """The addresses that ranges name."""
    ranges_ = (rows_from_range(each) for each in text.split(", "))
    return {cell for rows in ranges_ for row in rows for cell in row}


def compare_state(workbook: openpyxl.Workbook, ret: Return) -> None:
    """Where a form says that there is nothing to correct, it has no doubt, and nothing is found when it is read."""
    if state(workbook).startswith("✓"):
        (checked,) = check([ret])
        asked = [finding.code for finding in checked.findings if finding.severity is not Severity.NOTE]
        doubts = [has_doubts(workbook, on_cover=on_cover) for on_cover in (True, False)]
        assert (state(workbook), asked, doubts) == (WELL, [], [False, False])


def state(workbook: openpyxl.Workbook) -> str:
    """What a form's cover says of the whole return, above how much of it is filled in."""
    lines = [str(value) for column in workbook["Cover"].iter_cols(values_only=True) for value in column if value]
    at = next(number for number, line in enumerate(lines) if " questions filled in" in line)
    return lines[at - 1]


def councils(form: Form) -> list[Council]:
    return [each for each in REGISTER.councils if each.register_name == "demonstration_councils"]


def every_sample() -> Iterator[tuple[str, bytes]]:
    """Each sample form that can be read, as the form again with what stood in its cells."""
    reader = Reader(SCHEMAS)
    blanks = {slug: blank_words(form, councils(form)) for slug, form in FORMS.items()}
    for number, path in enumerate(SAMPLES):
        form = reader.read(path).form
        if form is not None:
            sent = read_sent(open_workbook(path), form, blanks[form.edition.slug])
            yield f"{number:03}-{path.stem}", build_form(form, councils(form), sent.answers, register=REGISTER)


ODD = (
    *("1,024", " 7 ", "12.0", "007", "n/a", "<5", "*", "-", "1e3", "5%", "£4", "1,02", "1 2", "\u00a03", "3 April", ""),
    *(
        "-0",
        "-0.00",
        "-000",
        "-3",
        "--0",
        "- 0",
        "1000000",
        "999,999",
        "0000,006",
        "0,000,006",
        "1,0,000",
        ",006",
        "1,",
    ),
    *(
        "0,000,000",
        "000,000,000,006",
        "0006.0",
        "6.",
        ".0",
        "6.00.0",
        "1,000.000",
        "000000000000007",
        "0000000000000007",
    ),
    *(
        "\u200b",
        "\u200b7",
        "1\u20092",
        "1\u2009",
        "\u202f8",
        "1\u00ad2",
        "\ufeff9\u200e",
        "\u3000",
        "\u20142",
        "½",
        "3²",
    ),
    *(12.5, -3, 1_000_000, 999_999, 0, True, False, datetime.date(2019, 4, 3), " ", "12.50", "0012345"),
    *(Cell(Kind.PERCENTAGE, 1), Cell(Kind.ERROR, "#REF!"), Cell(Kind.ERROR, "#DIV/0!"), Cell(Kind.UNCALCULATED, 0)),
    *(Cell(Kind.DATE, 43558.5), Cell(Kind.NUMBER, 12.0), Cell(Kind.TEXT, "40")),
)

# What only reading the form can tell: letters that stand for digits, or for nothing that is seen.
DOUBTFUL = (
    "１２",
    "1２",
    "１,０００",
    "𝟏𝟐",
    "٣",
    "7\u2061",
    "5\u2005",
    "。",
    "000,000,000,000,000,006",
    "1,000,000,000,000,000",
)

# What is given on the cover of the form of 2018-19, line by line, and what the form makes of each.
STATED: dict[str, dict[str, tuple[Value, ...]]] = {
    "council": {
        "held": ("Ambermere (demonstration)", " ambermere  (Demonstration) "),
        "broken": (5, Cell(Kind.ERROR, "#N/A"), True),
        "in doubt": ("Ambermere", "Ambermeer", "Ambermere Council", "Quillbridge"),
    },
    "ons_code": {
        "held": ("demo00001", "DEMO 00001", "\u00a0DEMO00001 "),
        "broken": ("E06000099", "E6000014", "DEMO0000*", "DEMO00001.", "DEMO0000", 1, True, Cell(Kind.DATE, 43101)),
        "in doubt": ("\uff24EMO00001", "DEMO0000\u0661", "E06000099" + "9" * 100),
    },
    "year": {
        "held": ("2018/19", "2018-2019", "2018 - 19", "2018/ 19"),
        "broken": (2018, "2018-20", "18-19", "2018--19", "2018-1 9", "2018", "2018-119", "1918-19", "x", 43500, True),
        "in doubt": ("2018\u201319", "\uff12018-19"),
    },
    "quarter": {
        "held": ("Q3", "q3", "3", "Quarter 3", "QUARTER  3", "q 3", "Q3 october to december", "Q1"),
        "broken": (2.5, 7, -1, "Q5", "three", "Q3x", "quarter", "Q", "33", "0", "Q 3x", Cell(Kind.PERCENTAGE, 1)),
        "in doubt": (3, "Q3, 2018", "Q1 October", "Q3 (Q4)", "Q\u2462", "Q1 to Q3", True),
    },
    "submission": {
        "held": ("2", "12", " 3 ", "9999", 2),
        "broken": ("two", "1st", "n/a", "0", "007", "02", "1.0", "12345", "1 2", "-1", 1.5, 0, -1, 10_000, True),
        "in doubt": ("\uff11", "1\u00b2", "\u2460", Cell(Kind.DATE, 43)),
    },
    "completed": {
        "held": (
            *(
                "18/01/2019",
                "2019-01-18",
                "29/02/2020",
                "8/1/2019",
                "18-1-2019",
                "10-1-2019",
                "2019-1-18",
                "18.01.2019",
            ),
            *("18 January 2019", "18 jan  2019", "1 MAY 2019", "30/12/2018", "2018-12-30", datetime.date(2019, 1, 18)),
            *(datetime.date(2018, 12, 30), datetime.date(2020, 12, 30), datetime.date(2020, 12, 31), 43500, 109_999.5),
            *("31 Dec 2020", "01/01/2022", Cell(Kind.DATE, 43558.5), 2),
        ),
        "broken": (
            *("soon", "15/1/19", "01/15/2019", "31/02/2019", "01/13/2019", "29/02/2019", "xx/01/2019", "2019/01/15"),
            *("15.1-2019", "15 Sept 2019", "15 01 2019", "15/January/2019", "5/ 1/2019", "15/01/2019 10:00", "15/01/"),
            *("15/01/20190", "115/01/2019", "2019-01-15-", "0/1/2019", "2019", "-5/1/2019", 0, -1, 110_000, False),
            *(Cell(Kind.PERCENTAGE, 1), Cell(Kind.ERROR, "#REF!")),
        ),
        "in doubt": ("\uff1115/01/2019", "15/01/1850", "2019-01- 5", "2019- 01-5", "15\u201301\u20132019", 1, True),
    },
    "scope": {"held": ("section 42  enquiries only",), "broken": ("Section 42", 1), "in doubt": ("\uff33ection 42",)},
    "signed_off": {"held": ("yes", "YES "), "broken": ("no", "Yes.", 1, True), "in doubt": ("\uff39es",)},
}
ODD_ON_COVER = {slug: [value for some in known.values() for value in some] for slug, known in STATED.items()}

WHOSE: tuple[dict[str, Value | None], ...] = (
    {"council": "Gloucester", "ons_code": None},
    {"council": "Brackenholt (demonstration)"},
    {"council": "brackenholt (demonstration)", "ons_code": "demo 00002"},
    {"council": "Brackenholt (demonstration)", "ons_code": None, "completed": datetime.date(2018, 12, 3)},
    {"council": None, "ons_code": "DEMO00003", "submission": Cell(Kind.PERCENTAGE, 1)},
    {"ons_code": "DEMO99999"},
    {"council": "Ambermeer", "ons_code": "X1"},
    {"council": "Dorset County", "ons_code": "E10000009"},
    {"council": "Dorset Council", "ons_code": None},
    {"council": "Ambermere (demonstration)", "ons_code": "E06000014"},
)


def random_fillings() -> Iterator[tuple[str, bytes]]:
    """Questions left out, half filled in, right, wrong, all the same, and filled in with what people type."""
    chance = random.Random(SEED)
    for number in range(RANDOM_FORMS):
        form = chance.choice(list(FORMS.values()))
        answers: dict[Key, Value] = dict(figures(CLEAN)) if chance.random() < 0.5 else {}
        for question in form.collection.question:
            names = [name for name, figure in form.collection.figures.items() if figure.question == question.slug]
            odd = chance.random() < 0.3
            style = chance.choice(("left out", "small", "large", "noughts", "one only", "half", "as it was"))
            if style == "left out":
                for key in figures(dict.fromkeys(names, 0)):
                    answers.pop(key, None)
            elif style != "as it was":
                most = {"small": 8, "large": 400, "noughts": 0}.get(style, 30)
                counts: dict[str, Value | None] = {name: chance.randint(0, most) for name in names}
                if style == "one only":
                    counts |= dict.fromkeys(names[1:], 0)
                if style == "half":
                    counts |= {name: None for name in names if chance.random() < 0.4}
                answers |= figures(counts)
            if odd:
                answers |= figures({chance.choice(names): chance.choice((*ODD, *DOUBTFUL))})
        answers |= random_cover(chance, form)
        yield f"random-{number:03}", build_form(form, councils(form), answers, register=REGISTER)


def random_cover(chance: random.Random, form: Form) -> dict[Key, Value]:
    filled = cover_of(year=form.edition.years[0])
    if chance.random() < 0.3:
        filled |= cover_of(year=form.edition.years[0], **chance.choice(WHOSE))
    for key in chance.sample(sorted(filled, key=str), chance.choice((0, 0, 1, 2, 3))):
        filled[key] = chance.choice([*ODD_ON_COVER.get(key[1], ()), "", "soon", 3, True, "2018-19", "2019-20"])
    return filled


# Lines of the cover that are tried together, to need fewer forms; each with what is given.
TOGETHER = (("ons_code", "submission", "completed", "scope"), ("council", "quarter", "signed_off"), ("year",))


def one_by_one() -> Iterator[dict[str, tuple[Value, str]]]:
    """What is given on some lines of the cover, and what the form makes of it."""
    for slugs in TOGETHER:
        lists = [[(value, how) for how, some in STATED[slug].items() for value in some] for slug in slugs]
        for given in itertools.zip_longest(*lists):
            yield {slug: each for slug, each in zip(slugs, given, strict=True) if each is not None}


@needed
def test_what_is_given_on_the_cover_is_to_the_form_what_it_is_to_mspof(tmp_path: Path) -> None:
    form, tried = FORMS["2018-19"], list(one_by_one())
    forms = {}
    for number, given in enumerate(tried):
        answers = cover_of(**{slug: value for slug, (value, _) in given.items()})
        forms[str(number)] = build_form(form, councils(form), figures(CLEAN) | answers, register=REGISTER)
    results = computed(forms, tmp_path)
    for number, given in enumerate(tried):
        book = results[str(number)]
        rows = {row[0]: row for row in book["Readings"].iter_rows(values_only=True)}
        columns = {heading: at for at, heading in enumerate(rows["Answer"])}
        for slug, (value, how) in given.items():
            number_, doubt, refused = (rows[f"cover_{slug}"][columns[x]] for x in ("Number", "In doubt", "Refused"))
            told = {"held": number_ not in (None, ""), "in doubt": doubt == 1, "broken": refused == 1}
            assert told == {each: each == how for each in told}, (slug, value)
        ret = Reader(SCHEMAS).read(tmp_path / "made" / f"{number}.xlsx")
        compare_covers(book, on_cover(ret))
        compare_state(book, ret)
        in_doubt = [slug for slug, (_, how) in given.items() if how == "in doubt"]
        assert len(not_judged(book)) == len(in_doubt), given


# What is given, and what both the form and mspof say of it, in the same words.
SAME_WORDS: tuple[tuple[dict[str, Value], list[str]], ...] = (
    (
        {"ons_code": "E06000099"},
        ["COVER102: 'ONS code' names no council in the register: 'E06000099'."],
    ),
    (
        {"council": 7, "ons_code": "e6 000014"},
        [
            "COVER102: 'Council' names no council in the register: 7.",
            "COVER102: 'ONS code' names no council in the register: 'e6 000014'.",
        ],
    ),
    (
        {"year": 2018, "quarter": "Q5"},
        [
            "COVER201: 'Financial year' does not say which period this is: 2018.",
            "COVER201: 'Quarter' does not say which period this is: 'Q5'.",
        ],
    ),
    (
        {"completed": datetime.date(2021, 1, 1)},
        [
            (
                "COVER205: The form was completed on 1 January 2021, more than two years after 2018-19-Q3 ended on "
                "31 December 2018."
            )
        ],
    ),
    ({"completed": Cell(Kind.DATE, 110_000)}, ["COVER203: 'Date completed' does not give a date: 110000."]),
    ({"submission": 99999}, ["COVER401: 'Submission number' is not a whole number from 1 to 9,999: 99999."]),
    ({"completed": datetime.date(2020, 12, 31)}, []),
    ({"quarter": "Q4", "completed": datetime.date(2021, 3, 31)}, []),
    (
        {"completed": "3 December 2018"},
        ["COVER202: The form was completed on 3 December 2018, before 2018-19-Q3 ended on 31 December 2018."],
    ),
    (
        {"year": "2019/20", "completed": datetime.date(2020, 1, 15)},
        ["FORM105: The return is for 2019-20, but it is on the form of 2018-19."],
    ),
)


@needed
def test_the_form_says_what_is_wrong_with_its_cover_in_the_words_of_mspof(tmp_path: Path) -> None:
    form = FORMS["2018-19"]
    forms = {
        str(number): build_form(form, councils(form), figures(CLEAN) | cover_of(**given), register=REGISTER)
        for number, (given, _) in enumerate(SAME_WORDS)
    }
    results = computed(forms, tmp_path)
    for number, (given, words_) in enumerate(SAME_WORDS):
        (checked,) = check([Reader(SCHEMAS).read(tmp_path / "made" / f"{number}.xlsx")])
        assert sorted(f"{each.code}: {each.message}" for each in checked.findings) == words_, given
        rows = [row[1:] for row in results[str(number)]["Checks"].iter_rows(values_only=True)]
        assert sorted(f"{row[0]}: {row[5]}" for row in rows if row[4] == "broken") == words_, given


@needed
def test_the_state_of_a_return_has_no_tick_while_an_answer_could_not_be_checked(tmp_path: Path) -> None:
    form = FORMS["2018-19"]
    told: dict[str, dict[str, Value]] = {
        "✓ The form's own checks found nothing to correct.": {},
        "○ 1 answer could not be checked here: see the messages beside the answers. Nothing was found to correct.": {
            "council": "Ambermere"
        },
        "○ 2 answers could not be checked here: see the messages beside the answers. Nothing was found to correct.": {
            "council": "Ambermere",
            "quarter": 3,
        },
        "✗ 1 error to correct. See the sheet 'Checks'. 1 answer could not be checked here.": {
            "council": "Ambermere",
            "signed_off": "no",
        },
        "? 1 query to correct or explain. See the sheet 'Checks'.": {"completed": "soon"},
    }
    forms = {
        str(number): build_form(form, councils(form), figures(CLEAN) | cover_of(**given), register=REGISTER)
        for number, given in enumerate(told.values())
    }
    results = computed(forms, tmp_path)
    assert [state(results[name]) for name in forms] == list(told)
    rows = [row[1:] for row in results["1"]["Checks"].iter_rows(values_only=True)]
    assert [row[5:7] for row in rows if row[0] == "COVER102" and row[4] == "could not be tried"] == [
        ("This could not be checked here.", GENERAL["COVER102"].fix)
    ]


@needed
def test_the_form_that_is_sent_out_knows_the_codes_of_all_councils(tmp_path: Path) -> None:
    """Also of those that are not on its list; a form that was made without them leaves it to the reader."""
    _, blank = blank_form(SCHEMAS, None, "York", QUARTER)
    codes = {"E06000099": "broken", "E06000059": "held", "DEMO00001": "held"}
    forms = {}
    for code in codes:
        book = openpyxl.load_workbook(io.BytesIO(blank))
        book["Cover"]["C9"] = code
        stream = io.BytesIO()
        book.save(stream)
        forms[code] = stream.getvalue()
    form = FORMS["2018-19"]
    forms["without"] = build_form(form, councils(form), cover_of(ons_code="E06000099"))
    results = computed(forms, tmp_path)
    told = {name: said_on_cover(book)["COVER102", "C9"] for name, book in results.items()}
    assert told == codes | {"without": "could not be tried"}
    for code in codes:
        compare_covers(results[code], on_cover(Reader(SCHEMAS).read(tmp_path / "computed" / f"{code}.xlsx")))


@needed
def test_a_formula_that_leads_to_a_blank_cell_gives_nought(tmp_path: Path) -> None:
    form = FORMS["2018-19"]
    book = openpyxl.load_workbook(
        io.BytesIO(build_form(form, councils(form), figures(CLEAN) | cover_of(), register=REGISTER))
    )
    book["Questions"]["C15"] = "=C30"
    for line in ("C8", "C9", "C10", "C11", "C13", "C14", "C17"):
        book["Cover"][line] = "=C30"
    stream = io.BytesIO()
    book.save(stream)
    result = computed({"form": stream.getvalue()}, tmp_path)["form"]
    ret = Reader(SCHEMAS).read(tmp_path / "computed" / "form.xlsx")
    assert judged_by_the_form(result, {"asked_not_recorded": "=C30"}) == [("=C30", "number", 0)]
    assert ret.figures["asked_not_recorded"].value == 0
    assert {key: verdict for key, verdict in said(result).items() if key[0] not in CODES_ON_COVER} == expected(ret)
    compare_covers(result, on_cover(ret))


@needed
def test_the_form_says_of_itself_what_mspof_says_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forms = dict([*every_sample(), *random_fillings()])
    results = computed(forms, tmp_path)
    reader, compared, broken = Reader(SCHEMAS), 0, 0
    for name in forms:
        ret = reader.read(tmp_path / "computed" / f"{name}.xlsx")
        told = said(results[name])
        of_cover = {key: verdict for key, verdict in told.items() if key[0] in CODES_ON_COVER}
        of_answers = {key: verdict for key, verdict in told.items() if key not in of_cover}
        known = expected(ret)
        if has_doubts(results[name], on_cover=False):
            known |= {key: verdict for key, verdict in of_answers.items() if verdict == "could not be tried"}
        assert of_answers == known, name
        if not has_doubts(results[name], on_cover=False):
            assert counting(results[name]) == counted(ret), name
        compare_covers(results[name], on_cover(ret))
        compare_state(results[name], ret)
        compared += len(told)
        broken += sum(verdict == "broken" for verdict in told.values())
    with capsys.disabled():
        print(f"\n{compared:,} verdicts of {len(forms)} forms compared, {broken:,} of them broken")
    assert compared >= (5000 if FULL else 1000)


@needed
def test_what_is_only_broken_because_another_is_counts_on_neither_side(tmp_path: Path) -> None:
    form = FORMS["2018-19"]
    many = {"understood_fully_adult": 60, "understood_fully_representative": 1}
    made = build_form(form, councils(form), figures({**CLEAN, **many}) | cover_of())
    book = computed({"form": made}, tmp_path)["form"]
    rows = {row[1]: row[1:] for row in book["Checks"].iter_rows(values_only=True) if str(row[1]).startswith("MSP4")}
    assert {code: row[4] for code, row in rows.items()} == {"MSP401": "broken", "MSP402": "held", "MSP403": "broken"}
    assert rows["MSP403"][6] == SAID_ABOVE
    ret = Reader(SCHEMAS).read(tmp_path / "made" / "form.xlsx")
    (checked,) = check([ret])
    assert [(finding.code, finding.severity) for finding in checked.findings] == [("MSP401", Severity.QUERY)]
    cover = [str(cell) for row in book["Cover"].iter_rows(values_only=True) for cell in row if cell]
    assert "? 1 query to correct or explain. See the sheet 'Checks'." in cover
    assert FOLLOWS in [cell for row in book["Checks"].iter_rows(values_only=True) for cell in row]


Judged = list[tuple[object, str, int | None]]


def judged_by_the_form(workbook: openpyxl.Workbook, answers: dict[str, Value]) -> Judged:
    """What the form makes of each answer: whether it is doubtful, refused or a number, and which."""
    rows = {row[0]: row for row in workbook["Readings"].iter_rows(values_only=True)}
    columns = {heading: at for at, heading in enumerate(rows["Answer"])}
    judged: Judged = []
    for name, answer in answers.items():
        number, doubt, refused = (rows[name][columns[heading]] for heading in ("Number", "In doubt", "Refused"))
        said = "doubtful" if doubt else "refused" if refused else "blank" if number in (None, "") else "number"
        judged.append((answer, said, number if said == "number" else None))
    return judged


def judged_by_mspof(ret: Return, answers: dict[str, Value]) -> Judged:
    refused = {trouble.measure for trouble in ret.troubles if trouble.code.startswith("FIG1")} - {
        trouble.measure for trouble in ret.troubles if trouble.code == "FIG109"
    }
    return [
        (answer, "refused" if name in refused else "blank" if value is None else "number", value)
        for name, answer in answers.items()
        for value in [ret.figures[name].value]
    ]


@needed
def test_each_thing_that_people_type_is_to_the_form_what_it_is_to_mspof(tmp_path: Path) -> None:
    form, names = FORMS["2018-19"], list(CLEAN)
    values: list[Value] = [*ODD, *DOUBTFUL]
    some = [dict(zip(names, values[start:], strict=False)) for start in range(0, len(values), len(names))]
    forms = {str(n): build_form(form, councils(form), figures(answers)) for n, answers in enumerate(some)}
    results = computed(forms, tmp_path)
    for number, answers in enumerate(some):
        ret = Reader(SCHEMAS).read(tmp_path / "made" / f"{number}.xlsx")
        told = judged_by_the_form(results[str(number)], answers)
        known = judged_by_mspof(ret, answers)
        expected = [(was, "doubtful", None) if was in DOUBTFUL else (was, how, it) for was, how, it in known]
        assert told == expected


# How a number is shown that was pasted with its format, and what it then is to the form in LibreOffice.
PASTED: dict[tuple[str, Value], str] = {
    ("General", 12): "number",
    ("0", 12): "number",
    ("#,##0", 12): "number",
    ("0.00", 12): "number",
    ("@", 12): "doubtful",
    ("@", "12"): "number",
    ("@", "1,024"): "number",
    ('_-* #,##0_-;\\-* #,##0_-;_-* "-"_-;_-@_-', 12): "doubtful",
    ("dd/mm/yyyy", 43558): "refused",
    ("d mmm yyyy", 43558): "refused",
    ("0%", 12): "refused",
    ("@", 12.5): "refused",
    ("@", "n/a"): "refused",
}


@needed
def test_a_number_that_was_pasted_with_its_format_is_never_called_wrong(tmp_path: Path) -> None:
    """LibreOffice calls many formats by one name: where it may be a date or a count, the form does not say which."""
    names = list(CLEAN)[: len(PASTED)]
    answers = dict(zip(names, (value for _, value in PASTED), strict=True))
    form = FORMS["2018-19"]
    book = openpyxl.load_workbook(io.BytesIO(build_form(form, councils(form), figures(answers))))
    sheets = [book["Questions"], book["Experience"]]
    boxes = [
        c
        for sheet in sheets
        for row in sheet.iter_rows()
        for c in row
        if c.value in answers.values() and not c.protection.locked
    ]
    assert [box.value for box in boxes] == list(answers.values())
    for box, (shown, _) in zip(boxes, PASTED, strict=True):
        box.number_format = shown
    stream = io.BytesIO()
    book.save(stream)
    result = computed({"form": stream.getvalue()}, tmp_path)["form"]
    told = [how for _, how, _ in judged_by_the_form(result, answers)]
    assert told == list(PASTED.values())
    known = [how for _, how, _ in judged_by_mspof(Reader(SCHEMAS).read(tmp_path / "made" / "form.xlsx"), answers)]
    assert [own if own == "doubtful" else how for own, how in zip(told, known, strict=True)] == told


@needed
def test_the_message_about_one_count_says_its_limits_and_is_not_cut_off(tmp_path: Path) -> None:
    form = FORMS["2018-19"]
    data = build_form(form, councils(form), figures({"enquiries_completed": 1_000_000}))
    sheet = computed({"form": data}, tmp_path)["form"]["Questions"]
    message = "✗ FIG1: Not a whole number from 0 to 999,999: 'Enquiries completed'."
    assert sheet["D7"].value == message
    assert not [merged.coord for merged in sheet.merged_cells.ranges if "D7" in merged]
    made = openpyxl.load_workbook(io.BytesIO(data))["Questions"]
    lines = line_count(message, made.column_dimensions["D"].width - 2, 10)
    assert made.row_dimensions[7].height >= lines * 13


def random_line(chance: random.Random, depth: int = 3) -> str:
    """Text of a rule's line, of any shape; some mean nothing in particular, such as a comparison that is added to."""
    if depth == 0:
        return chance.choice(("a", "b", "c", "0", "1", "7"))
    one, two, three = (random_line(chance, depth - 1) for _ in range(3))
    comparison, other = chance.choice(("==", "!=", "<", "<=", ">", ">=")), chance.choice(("<", "=="))
    return chance.choice(
        (
            f"({one}) {comparison} ({two})",
            f"({one}) {comparison} ({two}) {other} ({three})",
            f"({one}) {chance.choice('+-*')} ({two})",
            f"({one}) {chance.choice(('and', 'or'))} ({two})",
            f"not ({one})",
        )
    )


def lines(chance: random.Random, number: int) -> Iterator[Line]:
    while number:
        try:
            yield Line(random_line(chance))
            number -= 1
        except LineError:  # too long
            continue


@needed
def test_a_line_means_the_same_in_python_and_as_a_formula(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    values = [{name: chance.choice((0, 1, 2, 7, 40)) for name in "abc"} for _ in range(7)]
    tried = list(lines(chance, 300))
    book = openpyxl.Workbook()
    expected: list[list[object]] = []
    for line in tried:
        row: list[str] = []
        expected.append([])
        for figures_ in values:
            own = {name: str(value) for name, value in figures_.items()}
            row.append(f"=IF({condition(line, own)},1,0)")
            expected[-1].append(int(line.verdict(figures_) is Verdict.HELD))
            for side, value in line.sides(figures_).items():
                row.append(f"={sides(line, own)[side]}")
                expected[-1].append(value)
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    results = computed({"lines": data.getvalue()}, tmp_path)["lines"].active
    found = [[cell for cell in row if cell is not None] for row in results.iter_rows(values_only=True)]
    assert found == expected
    assert {0, 1} <= {value for row in expected for value in row}


LONG = 'It\'s "so". ' * 40


@needed
def test_words_are_the_same_in_python_and_as_a_formula(tmp_path: Path) -> None:
    texts = ["{a} of {b}", "{a.label}: {a}", LONG, LONG + "{a}" + LONG, "", "{b}.", "'=1+1'"]
    book = openpyxl.Workbook()
    for text in texts:
        book.active.append([f"={words(text, {'a': '3', 'b': 'LEN(12345)'}, {'a': 'The label'})}", "end"])
    data = io.BytesIO()
    book.save(data)
    results = computed({"words": data.getvalue()}, tmp_path)["words"].active
    found = [row[0] or "" for row in results.iter_rows(values_only=True)]
    assert found == [text.replace("{a.label}", "The label").replace("{a}", "3").replace("{b}", "5") for text in texts]


def test_every_line_of_the_rules_is_on_the_form(tmp_path: Path) -> None:
    for form in FORMS.values():
        rows = {key[:1] for key in written(form)}
        assert {(rule.code,) for rule in form.collection.rule} <= rows


def written(form: Form) -> set[tuple[str, str, str]]:
    """The rows of a blank form's sheet of checks."""
    return set(said(openpyxl.load_workbook(io.BytesIO(build_form(form, councils(form))))))


def test_formulas_use_only_what_excel_2016_and_libreoffice_both_have() -> None:
    known = {
        *("ABS", "AND", "CELL", "CHAR", "COUNT", "COUNTIF", "FIND", "IF", "IFERROR", "INT", "ISBLANK", "ISERROR"),
        *("ISLOGICAL", "ISNUMBER", "ISTEXT", "LEFT", "LEN", "MAX", "MID", "NOT", "OR", "REPT", "RIGHT", "SUBSTITUTE"),
        *("DATE", "DAY", "EDATE", "MONTH", "ROW", "SUMPRODUCT", "TRIM", "VALUE", "YEAR"),
    }
    for form in FORMS.values():
        book = openpyxl.load_workbook(io.BytesIO(build_form(form, councils(form))))
        cells = (cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
        formulas = [cell.value for cell in cells if cell.data_type == "f"]
        used = {name for formula in formulas for name in re.findall(r"([A-Z]+)\(", re.sub(r'"[^"]*"', "", formula))}
        assert used <= known
        assert max(map(len, formulas)) <= 8192  # Excel's own limit
        assert len(formulas) > 400

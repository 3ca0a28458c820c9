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
from build import CLEAN, FORMS, REGISTER, SCHEMAS, Key, Value, figures
from build import cover as cover_of
from libreoffice import computed, needed
from openpyxl.utils.cell import rows_from_range
from shell import ROOT

from mspof_cli.cells import Cell, Kind
from mspof_cli.findings import Severity
from mspof_cli.layout import Form
from mspof_cli.lines import Line, LineError, Verdict
from mspof_cli.outputs.form import blank_words, build_form
from mspof_cli.outputs.form.formulas import condition, sides, words
from mspof_cli.outputs.form.live import FOLLOWS, SAID_ABOVE, WELL
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


def has_doubts(workbook: openpyxl.Workbook) -> bool:
    """Whether there is an answer on a form that only reading it can tell."""
    heading, *rows = workbook["Readings"].iter_rows(values_only=True)
    return any(row[heading.index("In doubt")] for row in rows)


def on_cover(ret: Return) -> set[tuple[str, str]]:
    """The rules about the cover that a return breaks, each with the cells where."""
    (checked,) = check([ret])
    found = (finding for finding in checked.findings if finding.code.startswith("COVER"))
    return {(finding.code, ", ".join(ranges(finding.cells))) for finding in found}


def said_on_cover(workbook: openpyxl.Workbook) -> dict[tuple[str, str], str]:
    """What the form says of its cover: verdicts by rule and by the cells that the row leads to."""
    rows = [row[1:] for row in workbook["Checks"].iter_rows(values_only=True)]
    return {
        (row[0], row[7].removeprefix("Cover ")): row[4] for row in rows if str(row[0]).startswith("COVER") and row[1]
    }


def compare_covers(told: dict[tuple[str, str], str], broken: set[tuple[str, str]]) -> None:
    """What a form calls broken is; what it calls held is not. Of what was typed in another way it says nothing."""
    for (code, cells), verdict in told.items():
        is_broken = any(code == other and _cells(cells) & _cells(places) for other, places in broken)
        assert verdict == "could not be tried" or is_broken == (verdict == "broken"), (code, cells, verdict, broken)


def _cells(text: str) -> set[str]:
    """The addresses that ranges name."""
    ranges_ = (rows_from_range(each) for each in text.split(", "))
    return {cell for rows in ranges_ for row in rows for cell in row}


def compare_state(workbook: openpyxl.Workbook, ret: Return) -> None:
    """Where a form says that there is nothing to correct, and has no doubt, nothing is found when it is read."""
    states = [str(cell) for row in workbook["Cover"].iter_rows(values_only=True) for cell in row if cell]
    if WELL in states:
        (checked,) = check([ret])
        asked = [finding.code for finding in checked.findings if finding.severity is not Severity.NOTE]
        assert [code for code in asked if code not in BEYOND_FORMULAS] == []


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
            yield f"{number:03}-{path.stem}", build_form(form, councils(form), sent.answers)


# What is only known of a return among others, or from the file.
BEYOND_FORMULAS = {"FORM105", "COVER205"}

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

ODD_ON_COVER = (
    *("", "yes", "no", "2", "soon", 0, 3, 1.5, 43500, 10_000, -1, "first", "Yes", "DEMO00002"),
    *("15/01/2019", "30/12/2018"),
    *(Cell(Kind.PERCENTAGE, 1), Cell(Kind.DATE, 43558.5), Cell(Kind.DATE, 43101), True, "Quillbridge"),
)
WHOSE: tuple[dict[str, Value | None], ...] = (
    {"council": "Gloucester", "ons_code": None},
    {"council": "Brackenholt (demonstration)"},
    {"council": "brackenholt (demonstration)", "ons_code": "demo 00002"},
    {"council": "Brackenholt (demonstration)", "ons_code": None, "completed": datetime.date(2018, 12, 3)},
    {"council": None, "ons_code": "DEMO00003", "submission": Cell(Kind.PERCENTAGE, 1)},
    {"ons_code": "DEMO99999"},
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
        yield f"random-{number:03}", build_form(form, councils(form), answers)


def random_cover(chance: random.Random, form: Form) -> dict[Key, Value]:
    filled = cover_of(year=form.edition.years[0])
    if chance.random() < 0.3:
        filled |= cover_of(year=form.edition.years[0], **chance.choice(WHOSE))
    for key in chance.sample(sorted(filled, key=str), chance.choice((0, 0, 1, 2, 3))):
        filled[key] = chance.choice(ODD_ON_COVER)
    return filled


# What is typed for the date completed and the submission number of 2018-19-Q3, with what becomes of COVER202, COVER203
# and COVER401; None where the form can't tell, whatever it is when it is read.
DAYS: dict[Value, tuple[str | None, str | None]] = {
    "18/01/2019": ("held", "held"),
    "2019-01-18": ("held", "held"),
    "30/12/2018": ("broken", "held"),
    "2018-12-30": ("broken", "held"),
    "29/02/2020": ("held", "held"),
    datetime.date(2019, 1, 18): ("held", "held"),
    datetime.date(2018, 12, 30): ("broken", "held"),
    "soon": (None, "broken"),
    "31/02/2019": (None, None),
    "01/13/2019": (None, None),
    "xx/01/2019": (None, None),
    "18 January 2019": (None, None),
    "8/1/2019": (None, None),
}
SUBMISSIONS: dict[Value, str | None] = {
    "2": "held",
    "12": "held",
    " 3 ": "held",
    "9999": "held",
    "two": "broken",
    "1st": "broken",
    "n/a": "broken",
    "0": None,
    "007": None,
    "12345": None,
    "1 2": None,
}


@needed
def test_what_is_typed_on_the_cover_as_text_is_checked_as_far_as_it_can_be(tmp_path: Path) -> None:
    form = FORMS["2018-19"]
    pairs = list(itertools.zip_longest(DAYS, SUBMISSIONS, fillvalue="1"))
    forms = {
        str(number): build_form(form, councils(form), figures(CLEAN) | cover_of(completed=day, submission=submission))
        for number, (day, submission) in enumerate(pairs)
    }
    results = computed(forms, tmp_path)
    for number, (day, submission) in enumerate(pairs):
        early, stated = DAYS[day]
        expected = {"COVER202": early, "COVER203": stated, "COVER401": SUBMISSIONS.get(submission, "held")}
        verdicts_ = {code: verdict for (code, _), verdict in said_on_cover(results[str(number)]).items()}
        told = {code: verdicts_[code] for code in expected}
        assert told == {code: known or "could not be tried" for code, known in expected.items()}, (day, submission)
        broken = {code for code, _ in on_cover(Reader(SCHEMAS).read(tmp_path / "made" / f"{number}.xlsx"))}
        for code, verdict in told.items():
            assert verdict == "could not be tried" or (code in broken) == (verdict == "broken"), (day, submission)


@needed
def test_the_form_says_of_itself_what_mspof_says_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forms = dict([*every_sample(), *random_fillings()])
    results = computed(forms, tmp_path)
    reader, compared, broken = Reader(SCHEMAS), 0, 0
    for name in forms:
        ret = reader.read(tmp_path / "computed" / f"{name}.xlsx")
        told = said(results[name])
        of_cover = {key: verdict for key, verdict in told.items() if key[0].startswith("COVER")}
        of_answers = {key: verdict for key, verdict in told.items() if key not in of_cover}
        known = expected(ret)
        if has_doubts(results[name]):
            known |= {key: verdict for key, verdict in of_answers.items() if verdict == "could not be tried"}
        assert of_answers == known, name
        if not has_doubts(results[name]):
            assert counting(results[name]) == counted(ret), name
        compare_covers(said_on_cover(results[name]), on_cover(ret))
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
        *("DATE", "DAY", "MONTH", "ROW", "SUMPRODUCT", "TEXT", "TRIM", "VALUE"),
    }
    for form in FORMS.values():
        book = openpyxl.load_workbook(io.BytesIO(build_form(form, councils(form))))
        cells = (cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
        formulas = [cell.value for cell in cells if cell.data_type == "f"]
        used = {name for formula in formulas for name in re.findall(r"([A-Z]+)\(", re.sub(r'"[^"]*"', "", formula))}
        assert used <= known
        assert max(map(len, formulas)) <= 8192  # Excel's own limit
        assert len(formulas) > 400

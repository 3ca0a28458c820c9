"""What people type into a cell: read as a number, or named as the trouble that it is."""

from __future__ import annotations

import pytest
from build import Value, cell
from hypothesis import given
from hypothesis import strategies as st

from mspof_cli.cells import Cell, Entry, Kind, Place
from mspof_cli.findings import Trouble
from mspof_cli.questions import LARGEST_COUNT, Answers, Given, State, read_grid, read_list
from mspof_cli.schemas import ANSWER, Column, Question, Tally

COUNTS = Question(
    slug="seen", label="Q9", heading="Seen", text="How many?", wording="provisional", answers={"seen": "People seen"}
)
PLACE = Place("Questions", 7, 3)
FORMULA_9 = Cell(Kind.NUMBER, 9, formula=True)

# What was typed -> the value that is read, and the codes of the troubles with it.
TYPED: list[tuple[Value, int | None, list[str]]] = [
    (0, 0, []),
    (12, 12, []),
    (12.0, 12, []),
    (999_999, 999_999, []),
    (Cell(Kind.PERCENTAGE, 1), None, ["FIG107"]),
    (Cell(Kind.PERCENTAGE, 0.65), None, ["FIG107"]),
    (FORMULA_9, 9, []),
    ("12", 12, ["FIG109"]),
    (" 12 ", 12, ["FIG109"]),
    ("12\u00a0", 12, ["FIG109"]),
    ("\u202a12\u202c", 12, ["FIG109"]),
    ("１２", 12, ["FIG109"]),
    ("0", 0, ["FIG109"]),
    ("007", 7, ["FIG109"]),
    ("12.0", 12, ["FIG109"]),
    ("1,024", 1024, ["FIG109"]),
    ("1,024.0", 1024, ["FIG109"]),
    ("-0", 0, ["FIG109"]),
    *(
        (text, None, ["FIG101"])
        for text in ("about ten", "ten", "zero", "10 approx", "10?", "~10", "10+", "+10", "(3)")
    ),
    *(
        (text, None, ["FIG101"])
        for text in ("1,02", "1,0245", "12,5", "1 024", "1.024.000", "1e3", "0x1F", "12%", "£12")
    ),
    *(
        (text, None, ["FIG101"])
        for text in ("12¹", "5²", "㉑", "①", "½", "1½", "１２¹", "1_000", "٣", "−3", "3-4", "1-4")
    ),
    *(
        (text, None, ["FIG101"])
        for text in ("12 (see note)", "=A1", "12;13", ".", "..", "inf", "NaN", "1" * 16, "12 12")
    ),
    *(
        (text, None, ["FIG102"])
        for text in ("<5", "< 5", "<=5", "≤5", ">5", ">= 5", "*", " * ", "[c]", "[C]", "[x]", "＜5")
    ),
    *(
        (text, None, ["FIG103"])
        for text in ("n/a", "N/A", "N/A.", "n.a.", "NA", "nil", "Nil.", "none", "-", "–", "—", "−")
    ),
    *(
        (text, None, ["FIG103"])
        for text in ("--", "?", "not known", "Unknown", "Not  applicable", "x", "TBC", "NK", "N/K")
    ),
    (Cell(Kind.DATE, 43_558), None, ["FIG104"]),
    (Cell(Kind.ERROR, "#REF!"), None, ["FIG105"]),
    (Cell(Kind.ERROR, "#DIV/0!", formula=True), None, ["FIG105"]),
    (Cell(Kind.UNCALCULATED, "", formula=True), None, ["FIG106"]),
    (12.5, None, ["FIG107"]),
    (0.1, None, ["FIG107"]),
    (-0.5, None, ["FIG107"]),
    (1e-300, None, ["FIG107"]),
    ("12.5", None, ["FIG107"]),
    (-3, None, ["FIG108"]),
    (-1e300, None, ["FIG108"]),
    ("-3", None, ["FIG108"]),
    ("-1,024", None, ["FIG108"]),
    (True, None, ["FIG111"]),
    (False, None, ["FIG111"]),
    (1_000_000, None, ["FIG112"]),
    (2.0**53, None, ["FIG112"]),
    (1e19, None, ["FIG112"]),
    (1e300, None, ["FIG112"]),
    (float("inf"), None, ["FIG112"]),
    (float("nan"), None, ["FIG112"]),
    ("1,000,000", None, ["FIG112"]),
    ("01234567890", None, ["FIG112"]),
    ("#N/A", None, ["FIG101"]),
]


def grid(question: Question, given: dict[tuple[str, str], Value | None], lost: tuple[str, ...] = ()) -> Answers:
    """A grid filled in: entries at rows 1, 2, ... of columns 1, 2, ...; those of ``lost`` measures have no place."""
    rows, columns = list(question.answers), list(question.respondents or (ANSWER,))
    return read_grid(
        question,
        {
            (row, column): Entry(
                question.answers[row],
                None if row in lost else Place("Q", 1 + rows.index(row), 1 + columns.index(column)),
                None if row in lost or (value := given.get((row, column))) is None else cell(value),
            )
            for column in columns
            for row in rows
        },
    )


def one(value: Value) -> Answers:
    return read_grid(COUNTS, {("seen", ANSWER): Entry("People seen", PLACE, cell(value))})


@pytest.mark.parametrize(("value", "expected", "codes"), TYPED, ids=lambda value: repr(value)[:40])
def test_what_people_type(value: Value, expected: int | None, codes: list[str]) -> None:
    answers = one(value)
    assert answers.figures == {"seen": Given(expected, (PLACE,))}
    assert [(t.code, t.places, t.question, t.measure) for t in answers.troubles] == [
        (code, (PLACE,), "seen", "seen") for code in codes
    ]
    assert answers.state is (State.INCOMPLETE if expected is None else State.RETURNED)


@pytest.mark.parametrize("blank", ["", " ", "\n\t", "\u00a0", "\u200b", "\ufeff\u200e"])
def test_blank_is_not_zero(blank: str) -> None:
    assert one(blank) == Answers({"seen": Given(None, (PLACE,))}, State.NOT_RETURNED, [])


@pytest.mark.parametrize(
    ("value", "facts"),
    [
        ("n/a", {"label": "People seen", "found": "'n/a'", "expected": "a whole number, 0 or more"}),
        (1e19, {"label": "People seen", "found": "1e+19", "expected": "no more than 999999"}),
        (-1e19, {"label": "People seen", "found": "-1e+19", "expected": "a whole number, 0 or more"}),
        (float("inf"), {"label": "People seen", "found": "inf", "expected": "a whole number, 0 or more"}),
        ("1,024", {"label": "People seen", "found": "'1,024'", "value": 1024}),
        *(
            (typed, {"label": "People seen", "found": found, "expected": "a whole number, 0 or more"})
            for typed, found in (
                ("Jo Bloggs", "text of 9 characters"),
                ("see Jo", "text of 6 characters"),
                ("J B 4", "'J B 4'"),
                ("Not  Applicable.", "'Not Applicable.'"),
                ("unknown", "'unknown'"),
                ("1O", "'1O'"),
                ("07700 900123", "text of 12 characters"),
                ("1234567?", "'1234567?'"),
                ("12345678?", "text of 9 characters"),
            )
        ),
        ("07700900123", {"label": "People seen", "found": "text of 11 characters", "expected": "no more than 999999"}),
        (12_345_678, {"label": "People seen", "found": "a number of 8 digits", "expected": "no more than 999999"}),
        ("12¹", {"label": "People seen", "found": "'12¹'", "expected": "a whole number, 0 or more"}),
    ],
)
def test_what_a_finding_is_told(value: Value, facts: dict[str, object]) -> None:
    assert [trouble.facts for trouble in one(value).troubles] == [facts]


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans()))
def test_anything_at_all_gives_a_count_or_one_trouble(value: Value) -> None:
    answers = one(value)
    count = answers.figures["seen"].value
    codes = [trouble.code for trouble in answers.troubles]
    if count is not None:
        assert 0 <= count <= LARGEST_COUNT
        assert codes == (["FIG109"] if isinstance(value, str) else [])
    else:
        assert len(codes) == (0 if answers.state is State.NOT_RETURNED else 1)


@given(st.integers(0, LARGEST_COUNT))
def test_a_count_is_read_however_it_is_written(count: int) -> None:
    for written in (count, float(count), str(count), f"{count:,}", f" {count}.00 "):
        assert one(written).figures["seen"].value == count


BOTH = Question(
    slug="both",
    label="Q9",
    heading="Both",
    text="",
    wording="provisional",
    respondents=("adult", "representative"),
    answers={"yes": "Yes", "no": "No"},
)
A_YES, A_NO, R_YES, R_NO = ("yes", "adult"), ("no", "adult"), ("yes", "representative"), ("no", "representative")


def half(blank: str, *places: Place) -> Trouble:
    facts = {"question": "Q9", "blank": blank, "of": 2, "count": len(places)}
    return Trouble("FIG201", places, "both", None, facts)


@pytest.mark.parametrize(
    ("given", "state", "troubles"),
    [
        ({}, State.NOT_RETURNED, []),
        ({A_YES: 0, A_NO: 0}, State.RETURNED, []),
        ({R_YES: 3, R_NO: 0}, State.RETURNED, []),
        ({A_YES: 1, A_NO: 2, R_YES: 3, R_NO: 4}, State.RETURNED, []),
        ({A_YES: 1}, State.INCOMPLETE, [half("'No'", Place("Q", 2, 1))]),
        ({A_YES: 1, A_NO: " "}, State.INCOMPLETE, [half("'No'", Place("Q", 2, 1))]),
        ({A_YES: 1, A_NO: 1, R_NO: 1}, State.INCOMPLETE, [half("'Yes'", Place("Q", 1, 2))]),
        (
            {A_YES: 1, R_NO: 1},
            State.INCOMPLETE,
            [half("'No'", Place("Q", 2, 1)), half("'Yes'", Place("Q", 1, 2))],
        ),
    ],
)
def test_whether_a_question_was_answered(
    given: dict[tuple[str, str], Value | None], state: State, troubles: list[Trouble]
) -> None:
    answers = grid(BOTH, given)
    assert (answers.state, answers.troubles) == (state, troubles)


def test_a_blank_beside_what_cannot_be_read_is_not_said() -> None:
    """Only what was typed is wrong: when it is put right, what is blank is still asked for."""
    answers = grid(BOTH, {A_YES: "n/a"})
    assert [trouble.code for trouble in answers.troubles] == ["FIG103"]
    assert answers.state is State.INCOMPLETE


def test_an_answer_whose_label_is_gone_is_not_called_blank() -> None:
    answers = grid(BOTH, {A_YES: 1, R_YES: 2}, lost=("no",))
    assert answers.troubles == []
    assert answers.state is State.INCOMPLETE
    assert answers.figures == {
        "yes_adult": Given(1, (Place("Q", 1, 1),)),
        "no_adult": Given(None, ()),
        "yes_representative": Given(2, (Place("Q", 1, 2),)),
        "no_representative": Given(None, ()),
    }


def test_a_question_that_could_not_be_found_is_not_called_blank() -> None:
    assert grid(BOTH, {}, lost=("yes", "no")).state is State.INCOMPLETE


CASES = Question(
    slug="cases",
    label="Cases",
    heading="Cases",
    text="",
    wording="provisional",
    columns=(
        Column(slug="client", label="Client", kind="text"),
        Column(slug="service", label="Service", kind="choice", choices=("Adults", "Children's")),
        Column(slug="score", label="Score", kind="number", minimum=1, maximum=10),
        Column(slug="goal", label="Goal", kind="number", minimum=0, required=False),
        Column(slug="note", label="Note", kind="text", required=False),
    ),
    tallies=(
        Tally(measure="all_cases", label="Cases"),
        Tally(measure="adults", label="Adults", where={"service": "Adults"}),
        Tally(measure="achieved", label="Achieved", when="score >= goal"),
        Tally(measure="adults_high", label="High", where={"service": "Adults"}, when="score > 5"),
    ),
)


def listed(*rows: dict[str, Value | None]) -> Answers:
    return read_list(
        CASES,
        [
            {
                column.slug: Entry(
                    column.label,
                    Place("List", number, place),
                    None if (value := row.get(column.slug)) is None else cell(value),
                )
                for place, column in enumerate(CASES.columns, 1)
            }
            for number, row in enumerate(rows, 5)
        ],
    )


def test_a_list_is_tallied() -> None:
    answers = listed(
        {"client": "A", "service": " adults ", "score": 7, "goal": 7},
        {"client": 2, "service": "Adults", "score": "3", "goal": 5},
        {"client": "C", "service": "Children's", "score": 9},
    )
    assert {name: given.value for name, given in answers.figures.items()} == {
        "all_cases": 3,
        "adults": 2,
        "achieved": 1,
        "adults_high": 1,
    }
    assert answers.state is State.RETURNED
    assert [(trouble.code, trouble.places) for trouble in answers.troubles] == [("FIG109", (Place("List", 6, 3),))]


def test_an_empty_list_is_not_returned() -> None:
    assert listed() == Answers(
        dict.fromkeys(("all_cases", "adults", "achieved", "adults_high"), Given(None, ())), State.NOT_RETURNED, []
    )


@pytest.mark.parametrize(
    ("changes", "code", "column", "expected"),
    [
        ({"client": None}, "FIG202", 1, "a whole number, 0 or more"),
        ({"client": "  "}, "FIG202", 1, "a whole number, 0 or more"),
        ({"service": "Both"}, "FIG113", 2, "'Adults' or 'Children's'"),
        ({"service": Cell(Kind.ERROR, "#N/A")}, "FIG113", 2, "'Adults' or 'Children's'"),
        ({"score": 11}, "FIG112", 3, "no more than 10"),
        ({"score": 0}, "FIG112", 3, "at least 1"),
        ({"score": 7.5}, "FIG107", 3, "a whole number, 0 or more"),
        ({"score": "n/a"}, "FIG103", 3, "a whole number, 0 or more"),
        ({"goal": -1}, "FIG108", 4, "a whole number, 0 or more"),
    ],
)
def test_a_list_with_one_thing_wrong_gives_no_figures(
    changes: dict[str, Value | None], code: str, column: int, expected: str
) -> None:
    answers = listed({"client": "A", "service": "Adults", "score": 7, **changes})
    assert [(t.code, t.places, t.facts["expected"]) for t in answers.troubles] == [
        (code, (Place("List", 5, column),), expected)
    ]
    assert answers.state is State.INCOMPLETE
    assert {given.value for given in answers.figures.values()} == {None}

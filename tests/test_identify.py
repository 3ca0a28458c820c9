"""Whose return it is and for when: from the cover, never from the file's name."""

from __future__ import annotations

import datetime

import pytest
from build import EDITIONS, FORM, REGISTER, SCHEMAS, Paper, Value, clean, filled, returned

from mspof_cli.cells import Cell, Kind
from mspof_cli.findings import Finding
from mspof_cli.identify import Identity, name_contradictions, recognise
from mspof_cli.periods import Period, quarter_label
from mspof_cli.returns import read_return
from mspof_cli.rules import check

Q3 = Period(2018, 3)


def findings(**changes: Value | None) -> list[tuple[str, ...]]:
    """Code, cells, message and expectation of everything said of a clean return with its cover changed."""
    (checked,) = check([returned(clean(**changes))])
    return [(found.code, *found.cells, found.message, found.expected) for found in checked.findings]


def who(**changes: Value | None) -> tuple[str | None, Period | None, int | None]:
    council, period, submission = returned(clean(**changes)).who
    return (council.ons_code if council else None), period, submission


@pytest.mark.parametrize(
    ("changes", "code", "period"),
    [
        ({}, "DEMO00001", Q3),
        ({"ons_code": None}, "DEMO00001", Q3),
        ({"council": None}, "DEMO00001", Q3),
        ({"council": "ambermere  COUNCIL (Demonstration)", "ons_code": "demo 00001"}, "DEMO00001", Q3),
        ({"council": "Ambermere", "ons_code": None}, "DEMO00001", Q3),
        ({"council": "the ambermere council"}, "DEMO00001", Q3),
        ({"council": "Barnsley", "ons_code": "E08000016"}, "E08000016", Q3),
        ({"council": "Barnsley", "ons_code": "E08000038"}, "E08000016", Q3),
        ({"council": "Sheffield City Council", "ons_code": "E08000039"}, "E08000019", Q3),
        ({"council": "Somerset", "ons_code": None}, "E10000027", Q3),
        ({"council": "Somerset", "ons_code": None, "year": "2023-24"}, "E06000066", Period(2023, 3)),
        ({"council": "Somerset Council", "ons_code": "E10000027"}, "E10000027", Q3),
        ({"council": "North Yorkshire", "ons_code": None, "year": "2022-23"}, "E10000023", Period(2022, 3)),
        ({"council": "North Yorkshire", "ons_code": None, "year": "2023-24"}, "E06000065", Period(2023, 3)),
        ({"council": "Somerset", "ons_code": None, "year": None}, "E06000066", None),
        ({"year": "2018/19"}, "DEMO00001", Q3),
        ({"year": "2018/2019", "quarter": 3}, "DEMO00001", Q3),
        ({"year": " 2018 – 19 ", "quarter": "quarter 4"}, "DEMO00001", Period(2018, 4)),
        ({"year": "2018‑19", "quarter": "Q4 (Jan-Mar)"}, "DEMO00001", Period(2018, 4)),
    ],
)
def test_whose_return_it_is(changes: dict[str, Value | None], code: str, period: Period | None) -> None:
    assert who(**changes) == (code, period, 1)


@pytest.mark.parametrize(
    ("typed", "number"),
    [(1, 1), ("3", 3), (" 2 ", 2), (9999, 9999)]
    + [(typed, None) for typed in (None, 0, -1, 1.5, 10_000, "first", "1st", "v2", "01", True, "", "1/2", 1e20)],
)
def test_submission_numbers(typed: Value | None, number: int | None) -> None:
    assert who(submission=typed)[2] == number
    codes = [found[0] for found in findings(submission=typed)]
    assert codes == ([] if number else ["COVER401"])


COUNCIL = "a council in the register, or its ONS code"
YEAR = "two years that follow each other, such as 2018-19"
QUARTER = "one of Q1 to Q4, such as Q3 October to December"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"council": None, "ons_code": None},
            [("COVER101", "C8", "The cover does not say which council this is.", "the name of a council")],
        ),
        (
            {"council": "  ", "ons_code": "\u00a0"},
            [("COVER101", "C8", "The cover does not say which council this is.", "the name of a council")],
        ),
        (
            {"council": "Gloucester"},
            [
                (
                    "COVER102",
                    "C8",
                    ("'Council' names no council in the register: 'Gloucester'. Did you mean 'Gloucestershire'?"),
                    COUNCIL,
                )
            ],
        ),
        (
            {"council": "Ambermeer", "ons_code": None},
            [
                (
                    "COVER102",
                    "C8",
                    (
                        "'Council' names no council in the register: 'Ambermeer'. "
                        "Did you mean 'Ambermere (demonstration)'?"
                    ),
                    COUNCIL,
                )
            ],
        ),
        (
            {"council": "Nowhere at all"},
            [("COVER102", "C8", "'Council' names no council in the register: 'Nowhere at all'.", COUNCIL)],
        ),
        (
            {"council": "Nowhere at all", "ons_code": "X1"},
            [
                ("COVER102", "C8", "'Council' names no council in the register: 'Nowhere at all'.", COUNCIL),
                ("COVER102", "C9", "'ONS code' names no council in the register: 'X1'.", COUNCIL),
            ],
        ),
        (
            {"ons_code": "E07000001"},
            [("COVER102", "C9", "'ONS code' names no council in the register: 'E07000001'.", COUNCIL)],
        ),
        (
            {"council": 111, "ons_code": None},
            [("COVER102", "C8", "'Council' names no council in the register: 111.", COUNCIL)],
        ),
        (
            {"ons_code": "DEMO00018"},
            [
                (
                    "COVER104",
                    "C8",
                    "C9",
                    (
                        "The cover names Ambermere (demonstration), "
                        "but the ONS code is that of Ravenstoke (demonstration)."
                    ),
                    "DEMO00001, the code of Ambermere (demonstration)",
                )
            ],
        ),
        (
            {"council": "Dorset County Council", "ons_code": "E10000009", "year": "2019-20", "completed": "1/2/2020"},
            [
                (
                    "COVER103",
                    "C8",
                    (
                        "Dorset County did not exist in the whole of 2019-20-Q3: "
                        "it ended on 31 March 2019 and was followed by E06000059."
                    ),
                    "a council that existed throughout 2019-20-Q3",
                ),
                (
                    "FORM105",
                    "C10",
                    "The return is for 2019-20, but it is on the form of 2018-19.",
                    "the form of 2019-20",
                ),
            ],
        ),
        (
            {"council": None, "ons_code": "E06000060"},
            [
                (
                    "COVER103",
                    "C9",
                    "Buckinghamshire did not exist in the whole of 2018-19-Q3: it began on 1 April 2020.",
                    "a council that existed throughout 2018-19-Q3",
                )
            ],
        ),
        (
            {"council": "Somerset", "ons_code": "E06000066"},
            [
                (
                    "COVER103",
                    "C8",
                    "Somerset did not exist in the whole of 2018-19-Q3: it began on 1 April 2023.",
                    "a council that existed throughout 2018-19-Q3",
                )
            ],
        ),
        (
            {"year": "2018-20"},
            [("COVER201", "C10", "'Financial year' does not say which period this is: '2018-20'.", YEAR)],
        ),
        (
            {"year": 2018, "quarter": "Oct-Dec"},
            [
                ("COVER201", "C10", "'Financial year' does not say which period this is: 2018.", YEAR),
                ("COVER201", "C11", "'Quarter' does not say which period this is: 'Oct-Dec'.", QUARTER),
            ],
        ),
        (
            {"quarter": "Q1 January to March"},
            [
                (
                    "COVER201",
                    "C11",
                    "'Quarter' does not say which period this is: 'Q1 January to March'.",
                    QUARTER,
                )
            ],
        ),
        (
            {"year": datetime.date(2018, 12, 1), "quarter": None},
            [
                ("COVER201", "C10", "'Financial year' does not say which period this is: a date.", YEAR),
                ("COVER201", "C11", "'Quarter' does not say which period this is: blank.", QUARTER),
            ],
        ),
        (
            {"submission": "first"},
            [
                (
                    "COVER401",
                    "C13",
                    "'Submission number' is not a whole number from 1 to 9,999: text of 5 characters.",
                    "a whole number from 1 to 9,999",
                )
            ],
        ),
        (
            {"mailbox": None, "system": None},
            [],
        ),
    ],
)
def test_what_is_wrong_with_a_cover(changes: dict[str, Value | None], expected: list[tuple[str, ...]]) -> None:
    assert findings(**changes) == expected


SUBMISSION = "'Submission number' is not a whole number from 1 to 9,999"
SCOPES = "'Section 42 enquiries only' or 'Section 42 and other enquiries'"


@pytest.mark.parametrize(
    ("slug", "code", "message", "words"),
    [
        ("submission", "COVER401", f"{SUBMISSION}: {{}}.", "text of {} characters"),
        ("completed", "COVER203", "'Date completed' does not give a date: {}.", "text of {} characters"),
        ("scope", "COVER302", "'Which enquiries are counted' is not stated: {}.", f"something other than {SCOPES}"),
        ("signed_off", "COVER301", "The return is not signed off: {}.", "something other than 'Yes'"),
    ],
)
@pytest.mark.parametrize(
    ("typed", "described"),
    [
        ("Jo Bloggs", 9),
        ("jo", 2),
        (" ", "spaces only"),
        (None, "blank"),
        (0.5, "0.5"),
        (7_700_900_123, "a number of 10 digits"),
        (Cell(Kind.ERROR, "#REF!"), "#REF!"),
        (Cell(Kind.ERROR, "Jo Bloggs"), "an error value"),
        (True, "a true or false"),
    ],
)
def test_what_people_may_have_written_on_a_cover_is_only_described(
    slug: str, code: str, message: str, words: str, typed: Value | None, described: str | int
) -> None:
    """Words by how many there are, or by what they are not: ``described`` is their length."""
    (checked,) = check([returned(clean(**{slug: typed}))])
    (finding,) = checked.findings
    found = words.format(described) if isinstance(described, int) else described
    assert (finding.code, finding.found, finding.message) == (code, found, message.format(found))


@pytest.mark.parametrize(("serial", "found"), [(20190115, "a number of 8 digits"), (-1, "-1"), (110_000, "110000")])
def test_a_number_shown_as_a_date_that_can_not_be_is_not_called_a_date(serial: int, found: str) -> None:
    (said,) = findings(completed=Cell(Kind.DATE, serial))
    assert said[:3] == ("COVER203", "C14", f"'Date completed' does not give a date: {found}.")


def test_a_lookup_that_failed_is_said_even_where_the_code_says_who_it_is() -> None:
    ret = returned(clean(council=Cell(Kind.ERROR, "#N/A")))
    assert ret.who.council is None
    assert [(trouble.code, trouble.facts["found"]) for trouble in ret.troubles] == [("COVER102", "#N/A")]


@pytest.mark.parametrize(
    ("slug", "typed", "hint"),
    [
        ("ons_code", "York", " Did you mean 'E06000014', the code of York?"),
        ("ons_code", "City of Yrok", " Did you mean 'E06000014', the code of York?"),
        ("ons_code", "Ambermeer", " Did you mean 'DEMO00001', the code of Ambermere (demonstration)?"),
        ("ons_code", "Somerset", " Did you mean 'E10000027', the code of Somerset?"),
        ("ons_code", "E0600001", ""),
        ("council", "e06000014", " Did you mean 'York'?"),
        ("council", "E08000038", " Did you mean 'Barnsley'?"),
    ],
)
def test_a_name_in_the_place_of_the_code_is_answered_with_the_code_and_a_code_with_the_name(
    slug: str, typed: str, hint: str
) -> None:
    (said,) = findings(**{"council": None, "ons_code": None, slug: typed})
    label, cell = {"council": ("Council", "C8"), "ons_code": ("ONS code", "C9")}[slug]
    assert said[:3] == ("COVER102", cell, f"'{label}' names no council in the register: '{typed}'.{hint}")


def test_a_cover_that_is_gone_is_said_once() -> None:
    sheets = filled(FORM, clean())
    del sheets["Cover"]
    marker: dict[tuple[int, int], Value] = {(1, 1): FORM.edition.marker}
    sheets = {"Start": marker} | sheets
    assert recognise(Paper(sheets).book, SCHEMAS.editions) == ("msp-outcomes", EDITIONS["2018-19"])
    (checked,) = check([read_return(Paper(sheets).book, FORM, REGISTER, "form.xlsx")])
    assert [(found.code, found.message) for found in checked.findings] == [
        ("FORM102", "The sheet 'Cover' is not there, so what is on it can't be read.")
    ]


# --- the form's version ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", sorted(EDITIONS))
@pytest.mark.parametrize("sheet", ["Cover", " cover", "COVER\u00a0"])
def test_a_form_is_known_by_its_version_wherever_it_stands_on_the_cover(slug: str, sheet: str) -> None:
    marker = EDITIONS[slug].marker
    for words in (marker, f" {marker.upper()} ", marker.replace(" ", "\u00a0")):
        paper = Paper({"First": {}, sheet: {(99, 9): words}})
        assert recognise(paper.book, SCHEMAS.editions) == ("msp-outcomes", EDITIONS[slug])


@pytest.mark.parametrize(
    "sheets",
    [
        {},
        {"Cover": {}},
        {"Cover": {(1, 1): 2018}},
        {"Cover": {(1, 1): "Form version: MSPOF 2017-18 version 1"}},
        {"Cover": {(1, 1): "Form version: MSPOF 2018-19 version 1 draft"}},
        {"Cover": {}, "Notes": {(1, 1): "Form version: MSPOF 2018-19 version 1"}},
        {"Notes": {}, "More": {(1, 1): "Form version: MSPOF 2018-19 version 1"}},
    ],
)
def test_what_is_not_a_form(sheets: dict[str, dict[tuple[int, int], Value]]) -> None:
    assert recognise(Paper(sheets).book, SCHEMAS.editions) is None


# --- the file's name -------------------------------------------------------------------------------------------------

AMBERMERE = REGISTER.by_code("DEMO00001")
NORTH_SOMERSET = REGISTER.by_code("E06000024")
YORK = REGISTER.by_code("E06000014")
PERIOD = ("another period", "2018-19-Q3")
COUNCILS = ("another council", "Ambermere (demonstration)")


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("Ambermere Q3.xlsx", []),
        ("ambermere_2018-19_q3_v2.xlsx", []),
        ("DEMO00001.xlsx", []),
        ("form.xlsx", []),
        ("", []),
        ("Copy of MSPOF Q3 final (2).xlsx", []),
        ("Ravenstoke Q1/Ambermere.xlsx", []),
        ("2018-2019 quarter 3.xlsx", []),
        ("received 2019-01-15.xlsx", []),
        ("Q3 2018-19, replaces Q2.xlsx", []),
        ("FAQ2.xlsx", []),
        ("Q12.xlsx", []),
        ("Ambermere with thanks to Ravenstoke.xlsx", []),
        ("Ravenstokeshire.xlsx", []),
        ("12019-20.xlsx", []),
        ("Q2.xlsx", [PERIOD]),
        ("Quarter 4.xlsx", [PERIOD]),
        ("ambermere_q2.xlsx", [PERIOD]),
        ("2019-20.xlsx", [PERIOD]),
        ("2019-2020 Q3.xlsx", [PERIOD]),
        ("2018-19 Q2.xlsx", [PERIOD]),
        ("Ravenstoke.xlsx", [COUNCILS]),
        ("DEMO00018 Q3.xlsx", [COUNCILS]),
        ("demo00018.xlsx", [COUNCILS]),
        ("Leeds.Q3.xlsx", [COUNCILS]),
        ("Hammersmith & Fulham.xlsx", [COUNCILS]),
        ("Ravenstoke Q2.xlsx", [PERIOD, COUNCILS]),
    ],
)
def test_a_name_that_contradicts_the_cover(file: str, expected: list[tuple[str, str]]) -> None:
    troubles = name_contradictions(file, Identity(AMBERMERE, Q3, 1), REGISTER)
    assert [(t.code, t.facts["what"], t.facts["cover"]) for t in troubles] == [("FILE203", *each) for each in expected]


@pytest.mark.parametrize(
    ("file", "identity", "expected"),
    [
        ("North Somerset.xlsx", Identity(NORTH_SOMERSET, Q3, 1), []),
        ("Somerset.xlsx", Identity(NORTH_SOMERSET, Q3, 1), ["North Somerset"]),
        ("North Yorkshire.xlsx", Identity(YORK, Q3, 1), ["York"]),
        ("York and North Yorkshire.xlsx", Identity(YORK, Q3, 1), []),
        ("Dorset.xlsx", Identity(YORK, Q3, 1), []),
        ("Ravenstoke Q2.xlsx", Identity(None, None, 1), []),
        ("Q2.xlsx", Identity(AMBERMERE, None, 1), []),
        ("Ravenstoke.xlsx", Identity(None, Q3, 1), []),
    ],
)
def test_councils_whose_names_hold_each_other(file: str, identity: Identity, expected: list[str]) -> None:
    assert [trouble.facts["cover"] for trouble in name_contradictions(file, identity, REGISTER)] == expected


def test_a_contradiction_is_a_note_beside_a_return_that_is_read() -> None:
    (checked,) = check([returned(clean(quarter=quarter_label(3)), file="in/Ravenstoke Q2.xlsx")])
    assert checked.findings == (
        *(
            Finding(
                "FILE203",
                checked.findings[0].severity,
                None,
                None,
                None,
                (),
                f"a file name that speaks of {what}",
                f"{cover}, as on the cover",
                f"The file's name speaks of {what}, but the cover says {cover}. The cover was used.",
                "Check that this is the right file, and that council, year and quarter on the cover are right.",
            )
            for what, cover in (PERIOD, COUNCILS)
        ),
    )

"""Cells and an edition make a return."""

from __future__ import annotations

from pathlib import Path

import pytest
from build import (
    CLEAN,
    COLLECTION,
    FORM,
    FORMS,
    REGISTER,
    Paper,
    Value,
    clean,
    cover,
    figures,
    filled,
    returned,
    workbook,
)
from hypothesis import given
from hypothesis import strategies as st

from mspof_cli.cells import Place
from mspof_cli.findings import Trouble
from mspof_cli.layout import Form
from mspof_cli.questions import State
from mspof_cli.returns import Return, names_apart, read_return, sum_of
from mspof_cli.schemas import Block, Collection, Column, Question, Tally
from mspof_cli.workbook import open_workbook


def test_nothing_comes_of_a_workbook_that_could_not_be_read() -> None:
    ret = Return("x.xlsx", "")
    assert (ret.values(), ret.places(["not_asked"])) == ({}, ())


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["in/a.xlsx", "in/b.xlsx"], ["a.xlsx", "b.xlsx"]),
        (["in/old/b.xlsx", "in/new/b.xlsx", "in/new/c.xlsx"], ["old/b.xlsx", "new/b.xlsx", "c.xlsx"]),
        (["b.xlsx", "in/b.xlsx"], ["b.xlsx", "in/b.xlsx"]),
        (["x/in/b.xlsx", "y/in/b.xlsx"], ["x/in/b.xlsx", "y/in/b.xlsx"]),
        (["/b.xlsx", "in/b.xlsx"], ["/b.xlsx", "in/b.xlsx"]),
        (["../b.xlsx"], ["b.xlsx"]),
    ],
)
def test_files_are_told_apart_by_their_names_or_folders(files: list[str], names: list[str]) -> None:
    assert list(names_apart(files).values()) == names


@given(st.lists(st.one_of(st.none(), st.integers(0, 99))))
def test_a_sum_needs_every_part(values: list[int | None]) -> None:
    known = [value for value in values if value is not None]
    assert sum_of(values) == (sum(known) if len(known) == len(values) else None)


def test_a_blank_form_is_a_return_of_nothing() -> None:
    ret = returned(cover())
    assert set(ret.states.values()) == {State.NOT_RETURNED}
    assert ret.troubles == ()
    assert ret.values() == dict.fromkeys((*CLEAN, *COLLECTION.totals)) | dict.fromkeys(
        (question.returned_name for question in COLLECTION.question), 0
    )


def test_values_have_totals_and_what_was_returned() -> None:
    partial = {name: count for name, count in CLEAN.items() if not name.startswith(("understood", "risk"))}
    ret = returned(cover() | figures(partial | {"not_achieved": None}))
    values = ret.values()
    assert {name: values[name] for name in ("asked_all", "achieved_all", "listened_answered_adult")} == {
        "asked_all": 40,
        "achieved_all": None,
        "listened_answered_adult": 13,
    }
    assert {slug: state.value for slug, state in ret.states.items()} == {
        "enquiries": "returned",
        "asked": "returned",
        "achieved": "incomplete",
        "risk_involved": "not_returned",
        "understood": "not_returned",
        "listened": "returned",
        "happy": "returned",
        "safer": "returned",
    }
    assert [values[f"{slug}_returned"] for slug in ret.states] == [1, 1, 1, 0, 0, 1, 1, 1]


def test_places_are_the_cells_of_figures_and_totals_each_once() -> None:
    ret = returned(clean())
    assert [place.ref for place in ret.places(["achieved_all", "asked_expressed", "fully_achieved"])] == [
        "C19",
        "C20",
        "C21",
        "C11",
    ]


@pytest.mark.parametrize("slug", sorted(FORMS))
def test_a_file_reads_back(slug: str, tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(workbook(FORMS[slug], clean(year=slug)))
    ret = read_return(open_workbook(path), FORMS[slug], REGISTER, path.as_posix())
    assert {name: given.value for name, given in ret.figures.items()} == CLEAN
    assert ret.troubles == ()
    assert ret.cover["completed"].cell == returned(clean()).cover["completed"].cell


def test_a_sheet_that_is_gone_is_said_once_and_its_questions_are_not_called_blank() -> None:
    sheets = filled(FORM, clean())
    del sheets["Experience"]
    ret = read_return(Paper(sheets).book, FORM, REGISTER, "form.xlsx")
    assert ret.troubles == (Trouble("FORM102", facts={"found": "Experience"}),)
    assert {ret.states[slug] for slug in ("understood", "listened", "happy", "safer")} == {State.INCOMPLETE}
    assert ret.values()["understood_returned"] == 1


@pytest.mark.parametrize("name", ["questions", " QUESTIONS ", "Questions\u00a0"])
def test_the_case_and_spacing_of_a_sheets_name_do_not_matter(name: str) -> None:
    sheets = filled(FORM, clean())
    sheets = {name if sheet == "Questions" else sheet: cells for sheet, cells in sheets.items()}
    ret = read_return(Paper(sheets).book, FORM, REGISTER, "form.xlsx")
    assert ret.troubles == ()
    assert ret.figures["not_asked"].places == (Place(name, 13, 3),)


@pytest.mark.parametrize("first", [True, False])
def test_of_two_sheets_the_one_named_as_on_the_form_is_read(first: bool) -> None:
    sheets = filled(FORM, clean())
    other: dict[str, dict[tuple[int, int], Value]] = {" questions": {(1, 1): "Working"}}
    ret = read_return(Paper(other | sheets if first else sheets | other).book, FORM, REGISTER, "form.xlsx")
    assert (ret.troubles, ret.figures["not_asked"].places) == ((), (Place("Questions", 13, 3),))


def test_what_a_workbook_carries_beside_its_cells_is_noted() -> None:
    paper = Paper(filled(FORM, clean()))
    paper.extras = ("macros", "links to other workbooks")
    ret = read_return(paper.book, FORM, REGISTER, "form.xlsx")
    assert ret.troubles == (
        Trouble("FILE201", facts={"found": "macros"}),
        Trouble("FILE201", facts={"found": "links to other workbooks"}),
    )


# --- a question that is a list ----------------------------------------------------------------------------------------

LIST = Question(
    slug="cases",
    label="Cases",
    heading="Cases",
    text="",
    wording="provisional",
    columns=(
        Column(slug="client", label="Client", kind="text"),
        Column(slug="score", label="Score", kind="number", minimum=0, maximum=10),
        Column(slug="note", label="Note", kind="text", required=False),
    ),
    tallies=(Tally(measure="all_cases", label="Cases"), Tally(measure="well", label="Well", when="score >= 8")),
)
LISTED = Form(
    Collection.model_validate(
        COLLECTION.model_dump() | {"question": (LIST,), "total": (), "derived": (), "rule": (), "watched_counts": ()}
    ),
    FORM.edition.model_copy(
        update={
            "block": (
                Block(
                    sheet="Cases", question="cases", heading="B2", columns={"client": "B4", "score": "C4", "note": "E4"}
                ),
            )
        }
    ),
)


def cases(rows: dict[tuple[int, int], Value]) -> Return:
    sheets = filled(LISTED, cover())
    sheets["Cases"] |= rows
    return read_return(Paper(sheets).book, LISTED, REGISTER, "form.xlsx")


@pytest.mark.parametrize(
    ("rows", "figures", "state", "troubles"),
    [
        ({}, (None, None), State.NOT_RETURNED, []),
        ({(5, 2): " ", (9, 4): "a remark beside the columns"}, (None, None), State.NOT_RETURNED, []),
        ({(5, 2): "A", (5, 3): 8, (9, 2): "B", (9, 3): 7, (9, 5): "x"}, (2, 1), State.RETURNED, []),
        ({(1_048_576, 2): "A", (1_048_576, 3): "9"}, (1, 1), State.RETURNED, [("FIG109", "C1048576")]),
        ({(5, 2): "A", (5, 3): 8, (6, 3): 7}, (None, None), State.INCOMPLETE, [("FIG202", "B6")]),
        (
            {(5, 3): 11, (6, 5): "only a note"},
            (None, None),
            State.INCOMPLETE,
            [("FIG202", "B5"), ("FIG112", "C5"), ("FIG202", "B6"), ("FIG202", "C6")],
        ),
    ],
)
def test_a_list_is_read_below_its_headings(
    rows: dict[tuple[int, int], Value],
    figures: tuple[int | None, int | None],
    state: State,
    troubles: list[tuple[str, str]],
) -> None:
    ret = cases(rows)
    assert tuple(given.value for given in ret.figures.values()) == figures
    assert ret.states == {"cases": state}
    assert [(trouble.code, trouble.places[0].ref) for trouble in ret.troubles] == troubles


def test_a_list_whose_headings_moved() -> None:
    sheets = filled(LISTED, cover())
    sheets["Cases"] |= {(5, 2): "A", (5, 3): 8}
    sheets["Cases"] = {(row + 3, column): value for (row, column), value in sheets["Cases"].items()}
    ret = read_return(Paper(sheets).book, LISTED, REGISTER, "form.xlsx")
    assert [(trouble.code, trouble.facts["found"]) for trouble in ret.troubles] == [
        ("FORM104", "3 rows inserted above 'Cases'")
    ]
    assert ret.figures["well"].value == 1


def test_a_list_whose_headings_are_gone_is_said() -> None:
    sheets = filled(LISTED, cover())
    sheets["Cases"] = {(2, 2): "Cases", (5, 2): "A", (5, 3): 8}
    ret = read_return(Paper(sheets).book, LISTED, REGISTER, "form.xlsx")
    assert [(trouble.code, dict(trouble.facts)) for trouble in ret.troubles] == [
        ("FORM106", {"found": "Cases", "missing": 3, "of": 4})
    ]
    assert ret.states["cases"] is State.INCOMPLETE
    assert {given.value for given in ret.figures.values()} == {None}

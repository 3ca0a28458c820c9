"""Labels found on the form that came back: moved, changed, removed, or just where they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from build import CLEAN, FORMS, REGISTER, Paper, Value, clean, figures, filled
from hypothesis import given, settings
from hypothesis import strategies as st

from mspof_cli.cells import Place
from mspof_cli.findings import Finding, Severity
from mspof_cli.layout import Form, Label, SheetPlan, label_key, locate
from mspof_cli.questions import LARGEST_COUNT
from mspof_cli.returns import Return, read_return
from mspof_cli.rules import check

Sheet = dict[tuple[int, int], Value]
EDITIONS = st.sampled_from(sorted(FORMS))


class Pick(NamedTuple):
    """A form that was filled in, and one of its sheets."""

    form: Form
    plan: SheetPlan
    sheets: dict[str, Sheet]

    def read(self, sheet: Sheet) -> Return:
        paper = Paper(self.sheets | {self.plan.sheet: sheet})
        return read_return(paper.book, self.form, REGISTER, "form.xlsx")

    @property
    def sheet(self) -> Sheet:
        return self.sheets[self.plan.sheet]


def answers_for(form: Form) -> dict[tuple[str | None, str, str], Value]:
    year = form.edition.years[0]
    return clean(year=year, completed="15/01/2020")


@st.composite
def picks(draw: st.DrawFn) -> Pick:
    form = FORMS[draw(EDITIONS)]
    return Pick(form, draw(st.sampled_from(form.sheets)), filled(form, answers_for(form)))


def values_of(ret: Return) -> dict[str, int | None]:
    return {name: given.value for name, given in ret.figures.items()}


def findings(ret: Return) -> tuple[Finding, ...]:
    (checked,) = check([ret])
    return checked.findings


def words(by: int, what: str, where: str, label: str) -> str:
    return f"{by} {what}{'s' if by > 1 else ''} inserted {where} '{label}'"


@given(st.data(), EDITIONS)
def test_every_edition_reads_back_what_was_filled_in(data: st.DataObject, slug: str) -> None:
    counts = {name: data.draw(st.integers(0, LARGEST_COUNT)) for name in CLEAN}
    form = FORMS[slug]
    ret = read_return(Paper(filled(form, answers_for(form) | figures(counts))).book, form, REGISTER, "form.xlsx")
    assert values_of(ret) == counts
    assert ret.troubles == ()


@pytest.mark.parametrize("slug", sorted(FORMS))
def test_the_clean_figures_are_clean_on_every_edition(slug: str) -> None:
    form = FORMS[slug]
    (checked,) = check([read_return(Paper(filled(form, answers_for(form))).book, form, REGISTER, "form.xlsx")])
    assert (checked.findings, checked.not_tried) == ((), ())


@settings(max_examples=200)
@given(st.data(), picks())
def test_inserted_rows_and_a_column_are_one_note_in_the_right_words(data: st.DataObject, pick: Pick) -> None:
    last = pick.plan.labels[-1].row
    rows = data.draw(st.dictionaries(st.integers(1, last), st.integers(1, 9), max_size=3))
    width = max(label.column for label in pick.plan.labels)
    columns = data.draw(st.dictionaries(st.integers(1, width), st.integers(1, 3), max_size=1))

    def down(row: int) -> int:
        return sum(count for above, count in rows.items() if above <= row)

    def right(column: int) -> int:
        return sum(count for before, count in columns.items() if before <= column)

    moved: Sheet = {(row + down(row), column + right(column)): value for (row, column), value in pick.sheet.items()}
    ret = pick.read(moved)

    said, places, seen_down, seen_right = [], [], 0, 0
    for label in pick.plan.labels:
        place = Place(pick.plan.sheet, label.row + down(label.row), label.column + right(label.column))
        if down(label.row) > seen_down:
            said.append(words(down(label.row) - seen_down, "row", "above", label.text))
            places.append(place)
            seen_down = down(label.row)
        if right(label.column) > seen_right:
            said.append(words(right(label.column), "column", "to the left of", label.text))
            places.append(place)
            seen_right = right(label.column)
    assert values_of(ret) == CLEAN
    assert [(trouble.code, trouble.places, trouble.facts) for trouble in ret.troubles] == (
        [("FORM104", tuple(places), {"found": "; ".join(said)})] if said else []
    )
    assert ret.cover["signed_off"].text == "Yes"


@settings(max_examples=200)
@given(st.data(), picks(), st.one_of(st.none(), st.sampled_from(("", "Something else", 7)), st.text(max_size=20)))
def test_a_label_that_was_changed_or_removed_is_one_error_at_its_cell(
    data: st.DataObject, pick: Pick, instead: Value | None
) -> None:
    label = data.draw(st.sampled_from(pick.plan.labels))
    sheet = pick.sheet.copy()
    at = label.row, label.column
    if instead is None:
        del sheet[at]
    else:
        sheet[at] = instead
    if label_key(str(instead)) in {other.key for other in pick.plan.labels}:  # its own, or a label that is there again
        return
    (finding,) = findings(pick.read(sheet))
    question = pick.form.collection.questions[label.question].label if label.question else None
    assert finding[:6] == ("FORM103", Severity.ERROR, question, None, pick.plan.sheet, (Place("", *at).ref,))
    assert finding.message == (
        f"The label '{label.text}' {'is not there' if instead is None else 'was changed'}, "
        "so what was given for it can't be read with certainty."
    )
    assert finding.fix == f"Put the label back as it was: '{label.text}'."


@given(picks())
def test_case_and_spacing_of_labels_do_not_matter(pick: Pick) -> None:
    places = {(label.row, label.column) for label in pick.plan.labels}
    sheet = {at: f"\u00a0{value}  ".upper() if at in places else value for at, value in pick.sheet.items()}
    assert findings(pick.read(sheet)) == ()


@given(st.data(), picks())
def test_other_text_beside_the_form_does_not_matter(data: st.DataObject, pick: Pick) -> None:
    """Not even the form's own words, in another column, but for a heading again in its own row."""
    headings = {slot.column_label for slot in pick.plan.slots}
    answers = [label.text for number, label in enumerate(pick.plan.labels) if number not in headings]
    texts = st.sampled_from([*answers, "Checked by team", "2018-19"])
    remarks: Sheet = data.draw(st.dictionaries(st.tuples(st.integers(1, 60), st.integers(8, 12)), texts, max_size=20))
    assert findings(pick.read(remarks | pick.sheet)) == ()


@given(st.data(), picks(), st.sampled_from((str, str.upper, " {}\u00a0".format)))
def test_a_heading_again_in_its_row_is_an_error(data: st.DataObject, pick: Pick, write: Callable[[str], str]) -> None:
    headings = sorted({slot.column_label for slot in pick.plan.slots})
    label = pick.plan.labels[data.draw(st.sampled_from(headings))]
    beside = Place(pick.plan.sheet, label.row, data.draw(st.integers(8, 12)))
    (finding,) = findings(pick.read(pick.sheet | {beside[1:]: write(label.text)}))
    question = pick.form.collection.questions[label.question].label if label.question else None
    first = Place("", label.row, label.column).ref
    assert finding == Finding(
        "FORM107",
        Severity.ERROR,
        question,
        None,
        pick.plan.sheet,
        (first, beside.ref),
        f"'{label.text}' in {beside.ref} as well",
        f"'{label.text}' once, as the form was sent out",
        f"The label '{label.text}' stands twice, so it can't be known which of the answers beside it counts.",
        "Remove the row or column that was added, with the answers that do not count.",
    )


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({(40, 2): "Fully achieved"}, [("FORM107", "B19", "B40")]),
        ({(40, 2): " FULLY  achieved "}, [("FORM107", "B19", "B40")]),
        ({(3, 2): "Fully achieved"}, [("FORM107", "B19", "B3")]),
        ({(40, 5): "Fully achieved"}, []),
        ({(19, 5): "Fully achieved"}, []),
        ({(40, 3): "Number"}, []),
        ({(40, 2): "Q2. Desired outcomes achieved"}, []),
        ({(17, 4): "Number", (19, 4): 3, (20, 4): 2, (21, 4): 1}, [("FORM107", "C17", "D17")]),
        (
            {(5, 4): "Number", (9, 4): "Number", (17, 4): "Number", (23, 4): "Number"},
            [("FORM107", "C5", "D5"), ("FORM107", "C9", "D9"), ("FORM107", "C17", "D17"), ("FORM107", "C23", "D23")],
        ),
    ],
)
def test_a_label_that_stands_twice(more: Sheet, expected: list[tuple[str, ...]]) -> None:
    assert questions_with(dict(more)) == expected


def test_a_row_that_was_copied_and_inserted() -> None:
    form = FORMS["2018-19"]
    sheets = filled(form, clean())
    sheet = {(row + (row > 19), column): value for (row, column), value in sheets["Questions"].items()}
    sheets["Questions"] = sheet | {(20, 2): "Fully achieved", (20, 3): 17}
    found = findings(read_return(Paper(sheets).book, form, REGISTER, "form.xlsx"))
    assert [finding.code for finding in found] == ["FORM107", "FORM104"]
    assert set(found[0].cells) == {"B19", "B20"}


Q2_BLANK: dict[tuple[int, int], Value | None] = {(19, 3): None, (20, 3): None, (21, 3): None}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({**Q2_BLANK, (19, 4): 17, (20, 4): 6, (21, 4): 2}, [("FORM108", "D19", "D20", "D21")]),
        ({**Q2_BLANK, (19, 1): 17, (21, 9): 2}, [("FORM108", "A19", "I21")]),
        ({(19, 3): " ", (20, 3): "", (21, 3): "\u00a0", (19, 4): 17}, [("FORM108", "D19")]),
        ({**Q2_BLANK, (19, 4): "see Q1", (18, 4): 17}, []),
        ({(19, 4): 17, (20, 4): 6, (21, 4): 2}, []),
        ({(20, 3): None, (20, 4): 6}, [("FIG201", "C20"), ("FORM108", "D20")]),
    ],
)
def test_numbers_beside_answers_that_are_blank(
    changes: dict[tuple[int, int], Value | None], expected: list[tuple[str, ...]]
) -> None:
    assert questions_with(changes) == expected


def test_an_answer_in_the_box_of_another_respondent_is_in_a_box() -> None:
    form = FORMS["2018-19"]
    adults: dict[str, Value | None] = {name: None for name in CLEAN if name.endswith("_adult")}
    assert findings(read_return(Paper(filled(form, clean(adults))).book, form, REGISTER, "form.xlsx")) == ()


@pytest.mark.parametrize(
    ("changes", "found", "what"),
    [
        ({(13, 2): None}, "no such label", "is not there"),
        ({(13, 2): "Don't know", (14, 2): "No"}, "no such label", "is not there"),
        ({(13, 2): "Nobody asked"}, "'Nobody asked'", "was changed"),
        ({(13, 2): " "}, "spaces only", "was changed"),
    ],
)
def test_what_stands_in_the_place_of_a_label(
    changes: dict[tuple[int, int], Value | None], found: str, what: str
) -> None:
    form = FORMS["2018-19"]
    sheets = filled(form, clean())
    sheets["Questions"] = {at: value for at, value in (sheets["Questions"] | changes).items() if value is not None}
    said = [each for each in findings(read_return(Paper(sheets).book, form, REGISTER, "form.xlsx"))
            if each.code == "FORM103"]  # fmt: skip
    assert [(each.found, each.message.split(",")[0].partition("' ")[2]) for each in said] == [(found, what)]


def test_a_label_typed_as_an_answer_is_not_taken_for_the_label() -> None:
    form = FORMS["2018-19"]
    sheets = filled(form, clean({"not_asked": "Not recorded"}))
    sheets["Questions"] = {(row + 1, column): value for (row, column), value in sheets["Questions"].items()}
    found = findings(read_return(Paper(sheets).book, form, REGISTER, "form.xlsx"))
    assert [(finding.code, finding.cells) for finding in found] == [("FIG103", ("C14",)), ("FORM104", ("B6",))]


def questions_with(moves: dict[tuple[int, int], Value | None], right: int = 0, down: int = 0) -> list[tuple[str, ...]]:
    """Code, cells and message on the sheet 'Questions', with cells changed and columns from C on, or rows, moved."""
    form = FORMS["2018-19"]
    sheets = filled(form, clean())
    sheet = {at: value for at, value in (sheets["Questions"] | moves).items() if value is not None}
    sheets["Questions"] = {
        (row + down, column + (right if column >= 3 else 0)): value for (row, column), value in sheet.items()
    }
    found = findings(read_return(Paper(sheets).book, form, REGISTER, "form.xlsx"))
    return [(finding.code, *finding.cells) for finding in found]


@pytest.mark.parametrize(
    ("changed", "right", "down", "expected"),
    [
        ({(13, 2): "Nein"}, 1, 0, [("FORM103", "B13"), ("FORM104", "D5")]),
        ({(13, 2): "Nein"}, 0, 2, [("FORM103", "B15"), ("FORM104", "B7")]),
        ({(5, 3): "Count"}, 1, 0, [("FORM103", "D5"), ("FORM104", "D9")]),
        ({(13, 2): "Nein", (20, 2): None}, 2, 3, [("FORM103", "B16"), ("FORM103", "B23"), ("FORM104", "B8", "E8")]),
    ],
)
def test_what_was_changed_is_shown_where_it_is_now(
    changed: dict[tuple[int, int], Value | None], right: int, down: int, expected: list[tuple[str, ...]]
) -> None:
    assert questions_with(changed, right, down) == expected


@given(st.data(), picks())
def test_labels_that_changed_places_are_said_and_a_figure_stands_beside_its_own(
    data: st.DataObject, pick: Pick
) -> None:
    places = [(label.row, label.column) for label in pick.plan.labels if label.column == 2]
    shuffled = data.draw(st.permutations(places))
    sheet = pick.sheet | {at: pick.sheet[other] for at, other in zip(places, shuffled, strict=True)}
    ret = pick.read(sheet)
    for name, figure in ret.figures.items():
        if figure.value is not None and figure.places[0].sheet == pick.plan.sheet:
            assert sheet[figure.places[0].row, 2] == pick.form.label_of(name)
    same = all(sheet[at] == pick.sheet[at] for at in places)
    said = {finding.code for finding in findings(ret)} & {"FORM103", "FORM106"}
    assert bool(said) == (not same)


def test_a_removed_row_is_said_with_what_it_took_away() -> None:
    form = FORMS["2018-19"]
    sheets = filled(form, clean())
    sheets["Questions"] = {
        (row - (row > 13), column): value for (row, column), value in sheets["Questions"].items() if row != 13
    }
    found = findings(read_return(Paper(sheets).book, form, REGISTER, "form.xlsx"))
    assert [(finding.code, finding.cells) for finding in found] == [("FORM103", ("B13",)), ("FORM104", ("B13",))]
    assert found[1].found == "1 row removed above 'Don't know'"


def test_a_sheet_of_something_else_has_none_of_the_labels() -> None:
    form = FORMS["2018-19"]
    located = locate(
        form.sheets[1], "Questions", Paper({"Questions": {(1, 1): "Budget", (2, 1): 5}}).sheets["Questions"]
    )
    assert located.at == (None,) * len(form.sheets[1].labels)
    assert [label for label, _ in located.missing] == list(form.sheets[1].labels)
    assert located.moves == []
    assert {located.place(slot) for slot in form.sheets[1].slots} == {None}


def test_labels_of_an_edition_are_worded_as_it_words_them() -> None:
    form = FORMS["2019-20"]
    asked = form.collection.questions["asked"]
    assert list(form.labels(asked).values()) == [
        "Yes they were asked and outcomes were expressed",
        "Yes they were asked but no outcomes were expressed",
        "No",
        "Not known",
        "Not recorded",
    ]
    assert [form.label_of(name) for name in ("asked_dont_know", "asked_all", "safer_no_adult")] == [
        "Not known",
        "Enquiries in Q1",
        "No safer",
    ]


def test_a_plan_holds_its_labels_in_reading_order() -> None:
    for form in FORMS.values():
        for plan in form.sheets:
            order = [(label.row, label.column) for label in plan.labels]
            assert order == sorted(set(order))
            assert all(isinstance(label, Label) and label.text for label in plan.labels)

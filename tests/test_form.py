"""The form that is made from an edition: what stands where, what may be typed where, and the same bytes each time."""

from __future__ import annotations

import datetime
import io
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from mspof_cli.cells import Place
from mspof_cli.errors import SchemaError
from mspof_cli.findings import either
from mspof_cli.layout import Form, block_labels, label_key
from mspof_cli.loading import Schemas
from mspof_cli.outputs.form import build_form, read_guidance
from mspof_cli.outputs.form.entry import LONGEST_MESSAGE, LONGEST_TITLE
from mspof_cli.outputs.form.page import GAP_WIDTH
from mspof_cli.outputs.form.style import BODY_SIZE, LINE, STYLES, WHITE, line_count, text_width
from mspof_cli.outputs.form.values import Value
from mspof_cli.periods import Period
from mspof_cli.schemas import Collection, Column, Edition, Question, Rule, Tally

FOLDER = Path(__file__).parent.parent / "schemas"
SCHEMAS = Schemas(FOLDER)
SLUG = SCHEMAS.slugs[0]
COLLECTION = SCHEMAS.collection(SLUG)
COUNCILS = SCHEMAS.register(COLLECTION).existing_in(Period(2019, 1))
GUIDANCE = read_guidance(FOLDER / SLUG)


def list_form() -> Form:
    """A form of another subject: one list of cases beside a question without answers to fill in elsewhere."""
    columns = (
        Column(slug="service", label="Service", kind="choice", choices=("Day care, weekdays", "At home")),
        Column(slug="outcome", label="Outcome", kind="text"),
        Column(slug="score", label="Latest score", kind="number", minimum=0, maximum=10, required=False),
    )
    tally = Tally(measure="reached", label="Outcomes reached", when="score >= 8")
    cases = Question(
        slug="cases",
        label="C",
        heading="Outcomes",
        text="outcomes",
        wording="provisional",
        columns=columns,
        tallies=(tally,),
    )
    staff = Question(
        slug="staff", label="S", heading="Staff", text="How many?", wording="published", answers={"n": "Staff in post"}
    )
    collection = COLLECTION.model_copy(
        update={"slug": "other", "question": (cases, staff), "respondents": {}, "total": (), "derived": ()}
    )
    edition = Edition.model_validate(
        {
            "slug": "1",
            "version": "Other & more 1",
            "years": ["2021-22"],
            "title": "Outcomes",
            "subtitle": "A list",
            "guidance_sheet": "Help",
            "cover": {
                "sheet": "Start",
                "columns": {"answer": {"cell": "B1", "label": "Answer"}},
                "rows": {field.slug: f"A{row}" for row, field in enumerate(COLLECTION.cover, 2)},
            },
            "block": [
                {
                    "sheet": "Cases",
                    "question": "cases",
                    "heading": "A4",
                    "columns": {"service": "A6", "outcome": "B6", "score": "C6"},
                },
                {
                    "sheet": "Cases",
                    "question": "staff",
                    "heading": "E4",
                    "columns": {"answer": {"cell": "F4", "label": "Number"}},
                    "rows": {"n": "E5"},
                },
            ],
            "comments": {
                "sheet": "Cases",
                "heading": {"cell": "A240", "label": "About"},
                "columns": {"answer": {"cell": "B240", "label": "Comment"}},
                "rows": {"cases": "A241", "staff": "A242"},
            },
        }
    )
    return Form(Collection.model_validate(collection.model_dump()), edition)


FORMS = {edition.slug: Form(COLLECTION, edition) for edition in SCHEMAS.editions_of(SLUG)} | {"a list": list_form()}


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> Form:
    return FORMS[request.param]


def opened(form: Form, answers: dict[Any, Value] | None = None) -> Any:
    return load_workbook(io.BytesIO(build_form(form, COUNCILS, answers or {}, GUIDANCE)))


def wide_form(answers: int, line: str = "") -> Form:
    """A form with one question of many answers by two respondents, and a rule with a line of its own."""
    labels = {f"m{number}": f"The answer of number {number}, in so many words" for number in range(1, answers + 1)}
    respondents = tuple(COLLECTION.respondents)
    question = Question(
        slug="wide",
        label="Q9",
        heading="Wide",
        text="How?",
        wording="published",
        answers=labels,
        respondents=respondents,
    )
    rule = COLLECTION.rule[0].model_dump() | {"code": "WIDE1", "question": "wide", "line": line, "title": "Wide"}
    rule |= {"message": "No.", "fix": "Mend it.", "holds": [{"m1_adult": 0}], "breaks": [{"m1_adult": 1}]}
    changes = {
        "question": (question,),
        "total": (),
        "derived": (),
        "rule": (Rule.model_validate(rule),) if line else (),
    }
    collection = Collection.model_validate(COLLECTION.model_copy(update=changes).model_dump())
    columns = {respondent: f"{letter}5" for respondent, letter in zip(respondents, "CD", strict=True)}
    rows = {measure: f"B{row}" for row, measure in enumerate(labels, 7)}
    block = {"sheet": "Wide", "question": "wide", "heading": "B5", "columns": columns, "rows": rows}
    edition = FORMS["2018-19"].edition.model_dump()
    edition |= {"block": [block], "comments": {**edition["comments"], "rows": {"wide": "B6"}}}
    return Form(collection, Edition.model_validate(edition))


def longest_formula(workbook: Any) -> int:
    cells = (cell for sheet in workbook.worksheets for row in sheet.iter_rows() for cell in row)
    return max(len(cell.value) for cell in cells if cell.data_type == "f")


def test_a_question_with_many_answers_is_within_the_limits_of_excel() -> None:
    assert longest_formula(opened(wide_form(50))) <= 8192


@pytest.mark.parametrize(
    ("answers", "line", "problem"),
    [
        (
            70,
            "",
            "FIG201 ('A question is filled in whole, or left blank') of Q9: a formula would have 11,154 characters",
        ),
        (300, "", "the answers to 'wide adult': a formula would have 300 arguments of one function"),
        (2, "not " * 71 + "m1_adult", "WIDE1 ('Wide') of Q9: a formula would have 74 levels of nesting"),
    ],
)
def test_what_excel_would_refuse_is_refused_by_name(answers: int, line: str, problem: str) -> None:
    with pytest.raises(SchemaError) as refused:
        build_form(wide_form(answers, line), COUNCILS)
    assert refused.value.problem.startswith(f"The form can't check {problem}, and Excel allows ")


def crowded_form() -> Form:
    """Two questions on the cover's own sheet, whose answers' rows take turns and leave no row for their text."""
    questions = tuple(
        Question(
            slug=slug,
            label=slug.upper(),
            heading=f"The {slug} question",
            text=f"How many of {slug}?",
            wording="provisional",
            answers={f"{slug}{number}": f"Answer {slug}{number}" for number in (1, 2)},
        )
        for slug in ("a", "b")
    )
    changes = {"question": questions, "respondents": {}, "total": (), "derived": (), "rule": ()}
    collection = Collection.model_validate(COLLECTION.model_copy(update=changes).model_dump())
    edition, sheet = FORMS["2018-19"].edition.model_dump(), FORMS["2018-19"].edition.cover.sheet
    edition["block"] = [
        {
            "sheet": sheet,
            "question": slug,
            "heading": f"B{row}",
            "columns": {"answer": {"cell": f"C{row}", "label": "Number"}},
            "rows": {f"{slug}1": f"B{row + 2}", f"{slug}2": f"B{row + 4}"},
        }
        for slug, row in (("a", 19), ("b", 20))
    ]
    edition["comments"] |= {"rows": {"a": "B6", "b": "B7"}}
    return Form(collection, Edition.model_validate(edition))


def test_messages_stand_beside_the_questions_and_on_nothing_else() -> None:
    book = opened(FORMS["a list"])
    assert (book["Cases"]["G5"].value, book["Cases"]["H5"].data_type) == ("How many?", "f")
    form = crowded_form()
    sheet = opened(form)["Cover"]
    merged = [each.coord for each in sheet.merged_cells.ranges]
    assert merged == ["D22:D23"]
    assert [sheet[ref].value for ref in ("D19", "D20", "D21")] == [
        "Provisional wording",
        "How many of a?",
        "How many of b?",
    ]
    formulas = [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    beside_cover = ["E8", "E9", "E10", "E11", "E12", "E13", "E14", "E17"]
    assert formulas == [*beside_cover, "D22", "D24", "B26", "B27"]


def blocks(form: Form) -> tuple[Any, ...]:
    return form.edition.cover, *form.edition.block, form.edition.comments


def label_cells(form: Form) -> dict[tuple[str, int, int], str]:
    return {
        (block.sheet, label.row, label.column): label.text
        for block in blocks(form)
        for label in block_labels(form.collection, block).values()
    }


def answer_cells(form: Form) -> set[tuple[str, int, int]]:
    """Where a row and a column meet, worked out without the code under test; for a list, the 200 rows below."""
    cells = set()
    for block in blocks(form):
        labels = block_labels(form.collection, block)
        columns = [label for (kind, _), label in labels.items() if kind == "column"]
        rows = [label.row for (kind, _), label in labels.items() if kind == "row"]
        rows = rows or list(range(columns[0].row + 1, columns[0].row + 201))
        cells |= {(block.sheet, row, column.column) for row in rows for column in columns}
    return cells


def every_cell(workbook: Any) -> Iterator[tuple[str, Any]]:
    """Every cell of the sheets that people see."""
    for sheet in workbook.worksheets:
        if sheet.sheet_state == "visible":
            for row in sheet.iter_rows():
                for cell in row:
                    yield sheet.title, cell


def test_every_label_is_in_its_cell(form: Form) -> None:
    workbook = opened(form)
    wanted = label_cells(form)
    assert {at: workbook[at[0]].cell(at[1], at[2]).value for at in wanted} == wanted


def test_sheets_are_in_the_order_of_the_edition_and_what_only_formulas_use_is_hidden(form: Form) -> None:
    sheets = {sheet.title: sheet.sheet_state for sheet in opened(form).worksheets}
    shown = dict.fromkeys((*(block.sheet for block in blocks(form)), "Checks", form.edition.guidance_sheet), "visible")
    assert list(sheets.items()) == [*shown.items(), ("Lists", "hidden"), ("Readings", "hidden")]


def test_the_form_version_is_on_the_cover_in_a_cell_of_its_own(form: Form) -> None:
    sheet = opened(form)[form.edition.cover.sheet]
    assert [cell.value for row in sheet.iter_rows() for cell in row].count(form.edition.marker) == 1


def test_only_answer_cells_are_unlocked_and_they_are_blank(form: Form) -> None:
    workbook = opened(form)
    unlocked = {
        (sheet, cell.row, cell.column): cell.value for sheet, cell in every_cell(workbook) if not cell.protection.locked
    }
    assert unlocked == dict.fromkeys(answer_cells(form))


def test_every_sheet_is_protected_without_a_password_and_columns_can_be_widened(form: Form) -> None:
    for sheet in opened(form).worksheets:
        assert sheet.protection.sheet
        assert sheet.protection.password is None
        if sheet.sheet_state == "visible":
            assert not sheet.protection.formatColumns
            assert not sheet.protection.selectLockedCells


def test_every_answer_cell_is_checked_by_one_rule_and_no_other_cell_is(form: Form) -> None:
    checked = Counter(
        (sheet.title, row, column)
        for sheet in opened(form).worksheets
        for rule in sheet.data_validations.dataValidation
        for ranges in rule.sqref.ranges
        for row in range(ranges.min_row, ranges.max_row + 1)
        for column in range(ranges.min_col, ranges.max_col + 1)
    )
    assert checked == Counter(answer_cells(form))


def test_every_rule_shows_a_hint_and_a_remedy_within_the_limits_of_excel(form: Form) -> None:
    for sheet in opened(form).worksheets:
        for rule in sheet.data_validations.dataValidation:
            assert rule.allowBlank
            assert rule.showInputMessage
            assert rule.showErrorMessage
            assert rule.prompt
            assert rule.error
            assert len(rule.promptTitle) <= LONGEST_TITLE
            assert len(rule.errorTitle) <= LONGEST_TITLE
            assert len(rule.prompt) <= LONGEST_MESSAGE
            assert len(rule.error) <= LONGEST_MESSAGE
            assert not {"invalid", "please", "sorry"} & set(f"{rule.errorTitle} {rule.error}".casefold().split())


def test_counts_are_whole_numbers_from_0(form: Form) -> None:
    workbook = opened(form)
    for question, _, cell in counts(form):
        sheet = next(block.sheet for block in form.edition.block if block.question == question)
        rules = [rule for rule in workbook[sheet].data_validations.dataValidation if cell in rule.sqref]
        limits = [(rule.type, rule.operator, rule.formula1, rule.formula2) for rule in rules]
        assert limits == [("whole", "between", "0", "999999")]


def counts(form: Form) -> Iterator[tuple[str, str, str]]:
    """Each count's question, measure and address."""
    for block in form.edition.block:
        labels = block_labels(form.collection, block)
        for measure in block.rows:
            for column in block.columns:
                at = Place(block.sheet, labels["row", measure].row, labels["column", column].column)
                yield block.question or "", measure, at.ref


def test_drop_downs_offer_what_the_schema_gives(form: Form) -> None:
    workbook = opened(form)
    offered = set()
    for sheet in workbook.worksheets:
        for rule in sheet.data_validations.dataValidation:
            if rule.type == "list":
                name, _, cells = rule.formula1.replace("$", "").rpartition("!")
                offered.add(tuple(row[0].value for row in workbook[name.strip("'")][cells]))
    choices = {field.choices for field in form.collection.cover if field.choices}
    choices |= {
        column.choices for question in form.collection.question for column in question.columns if column.choices
    }
    quarters = ("Q1 April to June", "Q2 July to September", "Q3 October to December", "Q4 January to March")
    councils = tuple(sorted({council.name for council in COUNCILS}, key=str.casefold))
    assert offered == choices | {form.edition.years, quarters, councils}


def test_no_text_of_our_own_repeats_a_label(form: Form) -> None:
    labels = label_cells(form)
    keys = {label_key(text) for text in labels.values()}
    repeats = [
        cell.coordinate
        for sheet, cell in every_cell(opened(form))
        if cell.value is not None and (sheet, cell.row, cell.column) not in labels and label_key(cell.value) in keys
    ]
    assert repeats == []


def test_the_same_form_is_the_same_bytes_in_another_process() -> None:
    program = (
        "import hashlib, sys; sys.path.insert(0, 'tests'); import test_form as t;"
        "print([hashlib.sha256(t.build_form(f, t.COUNCILS, {}, t.GUIDANCE)).hexdigest() for f in t.FORMS.values()])"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone},
            cwd=Path(__file__).parent.parent,
            capture_output=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(runs) == 1


def test_answers_are_filled_in_and_text_stays_text() -> None:
    form = FORMS["2018-19"]
    day = datetime.date(2019, 1, 15)
    answers: dict[Any, Value] = {
        (None, "council", "answer"): "Ambermere (demonstration)",
        (None, "completed", "answer"): day,
        (None, "asked", "answer"): "=HYPERLINK(1)\x07",
        (None, "safer", "answer"): "#REF!",
        (None, "mailbox", "answer"): "",
        ("asked", "not_asked", "answer"): 0,
        ("safer", "safer_no", "representative"): 3,
    }
    workbook = opened(form, answers)
    cover, comments = workbook["Cover"], workbook["Comments"]
    assert (cover["C8"].value, cover["C14"].value.date()) == ("Ambermere (demonstration)", day)
    assert cover["C16"].value is None
    assert (comments["C7"].value, comments["C7"].data_type) == ("=HYPERLINK(1)", "s")
    assert (comments["C13"].value, comments["C13"].data_type) == ("#REF!", "s")
    assert (workbook["Questions"]["C13"].value, workbook["Experience"]["D37"].value) == (0, 3)


def test_an_answer_without_a_cell_is_refused() -> None:
    with pytest.raises(KeyError):
        build_form(FORMS["2018-19"], COUNCILS, {("asked", "nothing", "answer"): 1})


def test_a_list_is_filled_in_by_row_and_column() -> None:
    sheet = opened(FORMS["a list"], {("cases", "1", "service"): "At home", ("cases", "200", "score"): 7})["Cases"]
    assert (sheet["A7"].value, sheet["C206"].value, sheet["C207"].value) == ("At home", 7, None)


def test_rows_for_a_list_end_above_the_next_label() -> None:
    form = list_form()
    comments = form.edition.comments.model_copy(
        update={"heading": None, "columns": {"answer": "E240"}, "rows": {"cases": "A9", "staff": "A242"}}
    )
    short = Form(form.collection, form.edition.model_copy(update={"comments": comments}))
    sheet = opened(short)["Cases"]
    assert [sheet.cell(row, 2).protection.locked for row in (7, 8, 9)] == [False, False, True]


def test_a_form_without_a_list_of_councils_takes_the_name_as_text() -> None:
    workbook = load_workbook(io.BytesIO(build_form(FORMS["2018-19"], ())))
    assert workbook["Cover"].data_validations.dataValidation[0].type == "textLength"


def test_provisional_wording_is_marked_on_the_guidance_sheet_and_beside_the_question(form: Form) -> None:
    workbook = opened(form)
    guidance = [cell.value for row in workbook[form.edition.guidance_sheet].iter_rows() for cell in row]
    provisional = [question for question in form.collection.question if question.wording == "provisional"]
    assert guidance.count("Provisional wording") == len(provisional)
    blocks_of = {block.question: block for block in form.edition.block}
    for question in provisional:
        sheet, labels = (
            workbook[blocks_of[question.slug].sheet],
            block_labels(form.collection, blocks_of[question.slug]),
        )
        row = labels["heading", ""].row
        assert "Provisional wording" in [cell.value for cell in sheet[row]]


def test_the_guidance_sheet_gives_every_section_and_question(form: Form) -> None:
    text = "\n".join(
        str(cell.value) for sheet, cell in every_cell(opened(form)) if sheet == form.edition.guidance_sheet
    )
    for words in (*(part for section in GUIDANCE for part in section), *(q.text for q in form.collection.question)):
        assert words in text


def test_nothing_is_frozen_or_cut_off_and_only_messages_are_merged(form: Form) -> None:
    """Text that is not wrapped has room up to the sheet's last column; wrapped text has a row high enough for it."""
    workbook = opened(form, {(None, form.collection.question[0].slug, "answer"): "A long comment. " * 60})
    for name, cell in every_cell(workbook):
        sheet = workbook[name]
        assert all(sheet.cell(merged.min_row, merged.min_col).data_type == "f" for merged in sheet.merged_cells.ranges)
        assert sheet.freeze_panes is None
        assert not sheet.sheet_view.showGridLines
        if isinstance(cell.value, str) and cell.data_type != "f":
            widths = [sheet.column_dimensions[c.column_letter].width or GAP_WIDTH for c in sheet[1][cell.column - 1 :]]
            size, bold = cell.font.size, cell.font.bold
            if cell.alignment.wrap_text:
                lines = line_count(cell.value, widths[0] - 1.5, size, bold)
                assert sheet.row_dimensions[cell.row].height >= min(409, lines * size * 1.3)
            else:
                assert text_width(cell.value, size, bold) <= sum(widths), cell.value


def test_each_line_of_the_cover_is_high_enough_for_the_longest_message_that_can_stand_beside_it(form: Form) -> None:
    sheet = opened(form)[form.edition.cover.sheet]
    rows = {label.key: label.row for label in block_labels(form.collection, form.edition.cover).values()}
    for field in form.collection.cover:
        if field.choices and field.expected:
            row = rows[label_key(field.label)]
            (message,) = (cell for cell in sheet[row] if "COVER302" in str(cell.value))
            said = f"? COVER302: '{field.label}' is not stated: something other than {either(field.choices)}."
            lines = line_count(said, sheet.column_dimensions[message.column_letter].width - 2, message.font.size)
            assert sheet.row_dimensions[row].height >= lines * message.font.size * 1.3


def test_every_sheet_prints_on_a4_one_page_wide_with_its_name_and_version(form: Form) -> None:
    for sheet in (sheet for sheet in opened(form).worksheets if sheet.sheet_state == "visible"):
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.fitToWidth == 1
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_area
        assert sheet.print_title_rows
        assert sheet.oddFooter.left.text.replace("&&", "&") == form.edition.marker
        assert sheet.oddFooter.right.text == "Page &P of &N"


def test_the_cover_is_open_with_the_cursor_in_its_first_answer(form: Form) -> None:
    workbook = opened(form)
    first = min((row, column) for sheet, row, column in answer_cells(form) if sheet == form.edition.cover.sheet)
    assert workbook.active.title == form.edition.cover.sheet
    assert workbook.active.sheet_view.selection[0].activeCell == workbook.active.cell(*first).coordinate


def test_document_properties_are_set(form: Form) -> None:
    properties = opened(form).properties
    assert (properties.creator, properties.language) == (form.collection.publisher, "en-GB")
    assert properties.title.startswith(form.edition.title)
    assert properties.created == properties.modified


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_text_stands_out_from_its_fill(style: Any) -> None:
    assert contrast(style.colour, style.fill) >= 4.5


def test_the_border_of_an_answer_stands_out() -> None:
    assert contrast(LINE, WHITE) >= 3


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, as WCAG 2 defines it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_lines_are_counted_as_text_is_wrapped() -> None:
    width = text_width("one two", BODY_SIZE)
    assert [line_count(text, width, BODY_SIZE) for text in ("one two", "one two three", "one\ntwo", "")] == [1, 2, 2, 1]
    assert line_count("onetwothreefour" * 3, width, BODY_SIZE) > 3


def test_a_collection_without_guidance_has_no_sections(tmp_path: Path) -> None:
    assert read_guidance(tmp_path) == ()


@pytest.mark.parametrize(
    "text", ["[[section]]\nheading = 'A'", "[[section]]\nheading = 'A'\ntext = 'B'\nextra = 1", "=", "other = 1"]
)
def test_guidance_with_a_mistake_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "guidance.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError):
        read_guidance(tmp_path)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_keeps_every_label_and_answer(tmp_path: Path) -> None:
    form = FORMS["2019-20"]
    source = tmp_path / "form.xlsx"
    source.write_bytes(build_form(form, COUNCILS, {("asked", "not_asked", "answer"): 12}, GUIDANCE))
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to"]
    subprocess.run(
        [*command, "xlsx:Calc MS Excel 2007 XML", "--outdir", tmp_path / "out", source], check=True, capture_output=True
    )
    workbook = load_workbook(tmp_path / "out" / "form.xlsx")
    wanted = label_cells(form)
    assert {at: workbook[at[0]].cell(at[1], at[2]).value for at in wanted} == wanted
    assert workbook["Enquiries and outcomes"]["D15"].value == 12

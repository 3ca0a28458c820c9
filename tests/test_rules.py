"""Every rule: what it says of itself, what it holds to be right and wrong, and how it puts that to a council."""

from __future__ import annotations

import datetime
import math
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path

import pytest
from build import (
    CLEAN,
    COLLECTION,
    FORM,
    FORMS,
    REGISTER,
    SCHEMAS,
    Paper,
    Value,
    clean,
    cover,
    figures,
    filled,
    returned,
)
from build import workbook as xlsx
from hypothesis import example, given
from hypothesis import strategies as st
from shell import ROOT

from mspof_cli.cells import Cell, Kind
from mspof_cli.cli.shared import councils_of
from mspof_cli.explanations import read_explanations
from mspof_cli.feedback import Feedback
from mspof_cli.findings import Finding, Severity, Status, Trouble
from mspof_cli.layout import Form
from mspof_cli.lines import Verdict
from mspof_cli.periods import parse_period, quarter_label
from mspof_cli.pipeline import validate
from mspof_cli.publications import read_sac
from mspof_cli.returns import Return, read_return, sum_of
from mspof_cli.rules import GENERAL, Checked, catalogue, check
from mspof_cli.rules.alone import ALONE
from mspof_cli.rules.explained import EXPLAINED
from mspof_cli.rules.published import PUBLISHED
from mspof_cli.rules.standing import ANOTHER_PERIOD, standing
from mspof_cli.rules.together import TOGETHER, count_is_far, share_is_far
from mspof_cli.schemas import Rule

CATALOGUE = catalogue([COLLECTION])
RULES = list(CATALOGUE.values())
CODES = [rule.code for rule in RULES]
# From an empty folder to what is said of the files made in it.
Meeting = Callable[[Path], tuple[Checked, ...]]

TOLERANCES = COLLECTION.tolerances


def said(checked: Checked) -> list[tuple[str, ...]]:
    return [(finding.code, *finding.cells) for finding in checked.findings]


def alone(counts: dict[str, Value | None] | None = None, /, **changes: Value | None) -> Checked:
    (checked,) = check([returned(clean(counts, **changes))])
    return checked


# --- what rules say of themselves -----------------------------------------------------------------------------------


def test_codes_are_used_once() -> None:
    codes = [rule.code for rule in (*GENERAL, *COLLECTION.rule)]
    assert codes == sorted(set(codes), key=codes.index)
    assert all(re.fullmatch(r"[A-Z]{3,5}[1-9][0-9]{2}", code) for code in codes)


@pytest.mark.parametrize("rule", RULES, ids=CODES)
def test_a_rule_says_what_it_is_about(rule: Rule) -> None:
    assert all((rule.title, rule.message, rule.fix, rule.because))
    assert rule.example or rule.breaks
    assert not rule.title.endswith(".")
    message = rule.message.removesuffix("{hint}") if rule.code == "COVER102" else rule.message
    assert all(text.endswith(".") for text in (message, rule.fix, rule.because))
    assert (rule.line is None) == (rule.code in {general.code for general in GENERAL})


@pytest.mark.parametrize("rule", RULES, ids=CODES)
def test_a_rule_is_plainly_worded(rule: Rule) -> None:
    words = " ".join((rule.title, rule.message, rule.fix, rule.because, rule.found, rule.expected))
    assert re.findall(r"(?i)\b(please|sorry|invalid|illegal|fatal|abort|oops|null|nan)\b|!", words) == []
    assert "  " not in words


def values_for(example: dict[str, int]) -> dict[str, int | None]:
    """Figures of an example, with the totals that they make."""
    known: dict[str, int | None] = dict(example)
    return known | {
        total.slug: sum_of(known.get(name) for name in total.of)
        for total in COLLECTION.total
        if total.slug not in known
    }


@pytest.mark.parametrize(
    ("rule", "figures", "verdict"),
    [
        pytest.param(rule, figures, verdict, id=f"{rule.code} {verdict.value} {number}")
        for rule in COLLECTION.rule
        for verdict, examples in ((Verdict.HELD, rule.holds), (Verdict.BROKEN, rule.breaks))
        for number, figures in enumerate(examples, 1)
    ],
)
def test_examples(rule: Rule, figures: dict[str, int], verdict: Verdict) -> None:
    values = values_for(figures)
    assert rule.parsed.verdict(values) is verdict
    for name in rule.parsed.names:
        assert rule.parsed.verdict(values | {name: None}) is Verdict.NOT_TRIED


def test_every_line_has_examples_of_both_kinds() -> None:
    assert [rule.code for rule in COLLECTION.rule if not (rule.holds and rule.breaks)] == []


# --- every code, met ------------------------------------------------------------------------------------------------


def zipped(**parts: str) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name, text in parts.items():
            package.writestr(name.replace("__", "/").replace("_DOT_", "."), text)
    return stream.getvalue()


def from_file(data: bytes, name: str = "form.xlsx") -> Meeting:
    def checked(folder: Path) -> tuple[Checked, ...]:
        (folder / name).write_bytes(data)
        return validate([folder / name], SCHEMAS).checked

    return checked


def broken_link(folder: Path) -> tuple[Checked, ...]:
    (folder / "form.xlsx").symlink_to(folder / "nowhere.xlsx")
    return validate([folder], SCHEMAS).checked


def unread(code: str, found: str) -> Meeting:
    """A file that is not read; how such files are told apart is tested with the reader."""
    return lambda _: check([Return("form.xlsx", "", troubles=(Trouble(code, facts={"found": found}),))])


def one(counts: dict[str, Value | None] | None = None, /, **changes: Value | None) -> Meeting:
    return lambda _: (alone(counts, **changes),)


def sheets_changed(
    change: Callable[[dict[str, dict[tuple[int, int], Value]]], object],
) -> Meeting:
    def checked(_: Path) -> tuple[Checked, ...]:
        sheets = filled(FORM, clean())
        change(sheets)
        return check([read_return(Paper(sheets).book, FORM, REGISTER, "form.xlsx")])

    return checked


def sheets_unknown(folder: Path) -> tuple[Checked, ...]:
    edition = FORM.edition.model_copy(update={"version": "of our own"})
    return from_file(xlsx(Form(COLLECTION, edition), clean()))(folder)


def with_macros(_: Path) -> tuple[Checked, ...]:
    paper = Paper(filled(FORM, clean()))
    paper.extras = ("macros",)
    return check([read_return(paper.book, FORM, REGISTER, "form.xlsm")])


def several(*returns: Return) -> Meeting:
    return lambda _: check(returns)


Q2 = {"quarter": quarter_label(2)}
RAVENSTOKE = {"council": "Ravenstoke (demonstration)", "ons_code": "DEMO00018"}
TWICE = {name: count * 3 for name, count in CLEAN.items()}
SWAPPED = TWICE | {"fully_achieved": 6, "not_achieved": 51}
CASE = ("FIG113", "FIG202")  # only met on a list of cases: tests/test_questions.py


def many(question: str, respondent: str) -> dict[str, Value | None]:
    """More answers than enquiries, in one version of a question on experience."""
    measures = list(COLLECTION.questions[question].answers)
    return {f"{measures[0]}_{respondent}": 40, f"{measures[1]}_{respondent}": 3}


MET: dict[str, Meeting] = {
    "FILE101": from_file(b""),
    "FILE102": unread("FILE102", "an old workbook"),
    "FILE103": unread("FILE103", "a binary workbook (.xlsb)"),
    "FILE104": from_file(zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet", content_DOT_xml="<x/>")),
    "FILE105": unread("FILE105", "an encrypted workbook"),
    "FILE106": from_file(b"<html><body><table><tr><td>1</td></tr></table></body></html>"),
    "FILE107": from_file(b"Council,Enquiries\r\nLeeds,40\r\n"),
    "FILE108": from_file(xlsx(FORM, clean())[:3000]),
    "FILE109": unread("FILE109", "more than 255 sheets"),
    "FILE110": from_file(zipped(readme="nothing here")),
    "FILE111": broken_link,
    "FILE201": with_macros,
    "FILE203": several(returned(clean(), file="Ravenstoke.xlsx")),
    "FORM101": sheets_unknown,
    "FORM102": sheets_changed(lambda sheets: sheets.pop("Experience")),
    "FORM103": sheets_changed(lambda sheets: sheets["Questions"].update({(13, 2): "Nobody asked"})),
    "FORM104": sheets_changed(
        lambda sheets: sheets.update(
            Questions={(row + 1, col): value for (row, col), value in sheets["Questions"].items()}
        )
    ),
    "FORM106": sheets_changed(lambda sheets: sheets.update(Questions={(1, 1): "Budget"})),
    "FORM107": sheets_changed(lambda sheets: sheets["Questions"].update({(9, 4): "Number"})),
    "FORM108": sheets_changed(
        lambda sheets: sheets.update(
            Questions={(row, col + (col == 3 and row > 18)): value for (row, col), value in sheets["Questions"].items()}
        )
    ),
    "FORM105": one(year="2019-20", completed=datetime.date(2020, 1, 15)),
    "COVER101": one(council=None, ons_code=None),
    "COVER102": one(council="Gloucester"),
    "COVER103": one(council="Wrensdale (demonstration)", ons_code="DEMO00024"),
    "COVER104": one(ons_code="DEMO00018"),
    "COVER201": one(year="2018-20"),
    "COVER202": one(completed=datetime.date(2018, 12, 3)),
    "COVER203": one(completed="soon"),
    "COVER205": one(completed=datetime.date(2021, 1, 1)),
    "COVER301": one(signed_off=None),
    "COVER302": one(scope=None),
    "COVER401": one(submission=None),
    "FIG101": one({"not_asked": "about ten"}),
    "FIG102": one({"not_asked": "<5"}),
    "FIG103": one({"not_asked": "n/a"}),
    "FIG104": one({"not_asked": Cell(Kind.DATE, 43_558)}),
    "FIG105": one({"not_asked": Cell(Kind.ERROR, "#REF!")}),
    "FIG106": one({"not_asked": Cell(Kind.UNCALCULATED, "", formula=True)}),
    "FIG107": one({"not_asked": 12.5}),
    "FIG108": one({"not_asked": -3}),
    "FIG109": one({"not_asked": "6"}),
    "FIG111": one({"not_asked": True}),
    "FIG112": one({"not_asked": 1e19}),
    "FIG201": one({"not_asked": None}),
    "FIG301": one(dict.fromkeys(CLEAN)),
    "PCT101": one({"fully_achieved": 25, "partially_achieved": 0, "not_achieved": 0}),
    "SET101": several(returned(clean(), file="a.xlsx"), returned(clean({"not_achieved": 1}), file="b.xlsx")),
    "SET102": several(returned(clean(), file="a.xlsx"), returned(clean(submission=2), file="b.xlsx")),
    "SET103": several(returned(clean(), file="a.xlsx", sha256="1"), returned(clean(), file="b.xlsx", sha256="1")),
    "SET104": several(returned(clean(), file="a.xlsx"), returned(clean(), file="b.xlsx", sha256="1")),
    "SET201": several(returned(clean(), file="a.xlsx"), returned(clean(**RAVENSTOKE), file="b.xlsx")),
    "SET202": several(returned(clean(), file="a.xlsx"), returned(clean(**Q2), file="b.xlsx")),
    "SET301": several(returned(clean(), file="a.xlsx"), returned(clean(TWICE, **Q2), file="b.xlsx")),
    "SET302": several(returned(clean(TWICE), file="a.xlsx"), returned(clean(SWAPPED, **Q2), file="b.xlsx")),
    "MSP101": one({"enquiries_completed": 41}),
    "MSP102": one({"not_asked": 0, "asked_not_recorded": 9, "asked_not_expressed": 4}),
    "MSP103": one(
        {
            "asked_expressed": 0,
            "asked_not_expressed": 0,
            "not_asked": 0,
            "asked_dont_know": 20,
            "asked_not_recorded": 20,
        }
    ),
    "MSP201": one({"fully_achieved": 18}),
    "MSP202": one({"fully_achieved": 16}),
    "MSP203": one({name: None for name in CLEAN if COLLECTION.question_of(name) == "asked"}),
    "MSP301": one({"risk_involved_partly": 11}),
    "MSP302": one({"risk_involved_fully": 14, "risk_involved_not_recorded": 11}),
    "MSP303": one(
        {"risk_involved_fully": 0, "risk_involved_partly": 0, "risk_involved_not": 0, "risk_involved_not_recorded": 40}
    ),
    "MSP401": one(many("understood", "adult")),
    "MSP402": one(many("understood", "representative")),
    "MSP403": one({"understood_fully_adult": 36}),
    "MSP501": one(many("listened", "adult")),
    "MSP502": one(many("listened", "representative")),
    "MSP503": one({"listened_always_adult": 33}),
    "MSP601": one(many("happy", "adult")),
    "MSP602": one(many("happy", "representative")),
    "MSP603": one({"happy_very_adult": 32}),
    "MSP701": one(many("safer", "adult")),
    "MSP702": one(many("safer", "representative")),
    "MSP703": one({"safer_a_lot_adult": 32}),
}


def sample(code: str) -> Meeting:
    """The sample that breaks a rule, with the options that the first line of its text gives."""

    def checked(_: Path) -> tuple[Checked, ...]:
        [text] = (ROOT / "sample_proformas" / "faults").glob(f"{code}-*.txt")
        option, value = text.read_text(encoding="utf-8").splitlines()[0].split(maxsplit=1)
        sac = read_sac([str(text.parent / value)], SCHEMAS) if option == "--sac" else None
        explanations = (
            read_explanations(text.parent / value, CODES, councils_of(SCHEMAS)) if option == "--explanations" else ()
        )
        period = parse_period(value) if option == "--period" else None
        return validate([text.with_suffix("")], SCHEMAS, sac=sac, explanations=explanations, period=period).checked

    return checked


MET |= {rule.code: sample(rule.code) for rule in (*PUBLISHED, *EXPLAINED, ANOTHER_PERIOD)}


def test_the_table_has_every_code() -> None:
    assert sorted({*MET, *CASE}) == sorted(CODES)


@pytest.mark.parametrize("code", sorted(MET))
def test_every_code_is_met_and_its_words_are_filled_in(code: str, tmp_path: Path) -> None:
    found = [finding for checked in MET[code](tmp_path) for finding in checked.findings]
    assert code in {finding.code for finding in found}
    for finding in found:
        if finding.code != code:
            continue
        for text in (finding.found, finding.expected, finding.message, finding.fix):
            assert text
            assert re.findall(r"[{}]|\bNone\b|object at", text) == []
        assert finding.severity is CATALOGUE[code].severity
        assert finding.message.removesuffix(" Did you mean 'Gloucestershire'?").endswith(".")
        assert finding.fix.endswith(".")


# --- lines ----------------------------------------------------------------------------------------------------------


def test_the_whole_of_what_a_broken_line_says() -> None:
    assert alone({"fully_achieved": 20, "enquiries_completed": 41}).findings == (
        Finding(
            "MSP101",
            Severity.ERROR,
            "Q1",
            None,
            "Questions",
            ("C11", "C12", "C13", "C14", "C15", "C7"),
            "40",
            "41",
            "The five answers to Q1 come to 40, but 41 enquiries were completed.",
            "Check each answer to Q1 and the number of enquiries completed. If you do not know how some were answered, "
            "count them under 'Not recorded'.",
        ),
        Finding(
            "MSP201",
            Severity.ERROR,
            "Q2",
            None,
            "Questions",
            ("C19", "C20", "C21", "C11"),
            "28",
            "no more than 25",
            "Fully, partially and not achieved come to 28, but only 25 people expressed outcomes.",
            "Check Q2, or the number in Q1 who were asked and expressed outcomes.",
        ),
    )


def test_words_use_the_labels_of_the_form_that_was_filled_in() -> None:
    unknown: dict[str, Value | None] = {
        "asked_expressed": 0, "asked_not_expressed": 0, "not_asked": 0, "asked_dont_know": 20, "asked_not_recorded": 20,
        "fully_achieved": None, "partially_achieved": None, "not_achieved": None,
    }  # fmt: skip
    for slug, words in (("2018-19", "Don't know"), ("2019-20", "Not known")):
        year = {"year": slug, "completed": "15/01/2020"}
        (checked,) = check([returned(clean(unknown, **year), FORMS[slug])])
        assert [(finding.code, finding.message) for finding in checked.findings] == [
            ("MSP103", f"All 40 enquiries in Q1 are counted as '{words}' or 'Not recorded'.")
        ]


@pytest.mark.parametrize(("question", "number"), [("understood", 4), ("listened", 5), ("happy", 6), ("safer", 7)])
def test_adults_and_representatives_together(question: str, number: int) -> None:
    first = next(name for name in CLEAN if name.startswith(question) and name.endswith("_adult"))
    answered = [name for name in CLEAN if name.startswith(question) and "_not_answered_" not in name]
    total = sum(CLEAN[name] for name in answered)
    assert alone({first: CLEAN[first] + 40 - total}).findings == ()
    (finding,) = alone({first: CLEAN[first] + 41 - total}).findings
    assert (finding.code, finding.severity, finding.question) == (f"MSP{number}03", Severity.QUERY, f"Q{number}")
    assert finding.message == (
        f"41 adults and representatives together answered Q{number}, "
        "but only 40 enquiries were completed in the quarter."
    )
    for respondent, code in (("adult", 1), ("representative", 2)):
        assert [each.code for each in alone(many(question, respondent)).findings] == [f"MSP{number}0{code}"]


def test_nothing_returned_is_asked_about() -> None:
    assert alone(dict.fromkeys(CLEAN)).findings == (
        Finding(
            "FIG301",
            Severity.QUERY,
            None,
            None,
            None,
            (),
            "every question blank",
            "at least one question filled in",
            "No question is filled in, so there is nothing to collate.",
            "Fill in what your council knows: a partial return is welcome. If there is nothing to return, explain.",
        ),
    )
    nothing_but: dict[str, Value | None] = dict.fromkeys(CLEAN)
    assert alone(nothing_but | {"enquiries_completed": 0}).findings == ()
    assert said(alone(nothing_but | {"enquiries_completed": "n/a"})) == [("FIG103", "C7")]


def test_a_line_that_asks_what_was_returned_shows_the_cells_of_its_question() -> None:
    checked = alone({name: None for name in CLEAN if COLLECTION.question_of(name) == "asked"})
    assert said(checked) == [("MSP203", "C19", "C20", "C21")]
    assert checked.not_tried == ("MSP101", "MSP102", "MSP103", "MSP201", "MSP202")


def test_what_could_not_be_tried_is_never_counted_as_held() -> None:
    (checked,) = check([returned(cover())])
    assert said(checked) == [("FIG301",)]
    assert checked.not_tried == tuple(rule.code for rule in COLLECTION.rule if rule.code != "MSP203")


@given(st.data())
def test_the_findings_of_lines_are_those_that_their_lines_break(data: st.DataObject) -> None:
    counts = {name: data.draw(st.one_of(st.none(), st.integers(0, 60))) for name in CLEAN}
    ret = returned(cover() | figures(counts))
    (checked,) = check([ret])
    values = ret.values()
    verdicts = {rule.code: rule.parsed.verdict(values) for rule in COLLECTION.rule}
    broken = {rule.code: rule for rule in COLLECTION.rule if verdicts[rule.code] is Verdict.BROKEN}
    hidden = {
        code for rule in broken.values() for code in rule.hides
        if code in broken and broken[code].question == rule.question
    }  # fmt: skip
    assert sorted(f.code for f in checked.findings if f.code.startswith("MSP")) == sorted({*broken} - hidden)
    assert checked.not_tried == tuple(code for code, verdict in verdicts.items() if verdict is Verdict.NOT_TRIED)


def test_rules_of_other_years_are_not_tried() -> None:
    rule = COLLECTION.rule[0].model_copy(update={"since": "2019-20", "until": "2020-21"})
    form = Form(COLLECTION.model_copy(update={"rule": (rule,)}), FORM.edition)
    (checked,) = check([returned(clean({"enquiries_completed": 41}), form)])
    assert (checked.findings, checked.not_tried) == ((), ())
    years = [None, *(returned(clean(year=year)).who.period for year in ("2018-19", "2019-20", "2020-21", "2021-22"))]
    assert [rule.applies_to(year) for year in years] == [True, False, True, True, False]


# --- causes, and what is only a consequence of them -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "changes", "expected"),
    [
        (
            {"asked_expressed": 0, "asked_not_expressed": 0, "not_asked": 0, "asked_dont_know": 20,
             "asked_not_recorded": 20, "fully_achieved": 0, "partially_achieved": 0, "not_achieved": 0},
            {},
            [("MSP103", "C14", "C15", "C11", "C12", "C13")],
        ),
        (
            {"risk_involved_fully": 0, "risk_involved_partly": 0, "risk_involved_not": 0,
             "risk_involved_not_recorded": 40},
            {},
            [("MSP303", "C28", "C25", "C26", "C27")],
        ),
        ({"not_asked": "n/a", "asked_dont_know": None}, {}, [("FIG103", "C13"), ("FIG201", "C14")]),
        ({"not_asked": "n/a"}, {"council": None, "ons_code": None}, [("COVER101", "C8"), ("FIG103", "C13")]),
        ({}, {"year": "soon", "completed": datetime.date(2018, 12, 3)}, [("COVER201", "C10")]),
        ({}, {"completed": datetime.date(2018, 12, 30)}, [("COVER202", "C14")]),
        ({}, {"completed": datetime.date(2018, 12, 31)}, []),
        ({}, {"completed": datetime.date(2020, 12, 30)}, []),
        ({}, {"completed": datetime.date(2020, 12, 31)}, []),
        ({}, {"completed": datetime.date(2021, 1, 1)}, [("COVER205", "C14")]),
        ({}, {"quarter": "Q4 January to March", "completed": datetime.date(2021, 3, 31)}, []),
        ({}, {"quarter": "Q4 January to March", "completed": datetime.date(2021, 4, 1)}, [("COVER205", "C14")]),
        ({}, {"signed_off": "no", "scope": "both"}, [("COVER301", "C17"), ("COVER302", "C12")]),
        ({}, {"signed_off": " YES ", "scope": "section 42 and other enquiries"}, []),
    ],
)  # fmt: skip
def test_only_causes_are_said(
    counts: dict[str, Value | None], changes: dict[str, Value | None], expected: list[tuple[str, ...]]
) -> None:
    assert said(alone(counts, **changes)) == expected


@pytest.mark.parametrize(
    ("at", "cell"),
    [(7, "B7"), (8, "B8"), (10, "B10"), (11, "B11"), (12, "B12"), (13, "B13"), (14, "B14"), (17, "B17")],
)
def test_a_line_of_the_cover_whose_label_is_gone_is_said_once(at: int, cell: str, tmp_path: Path) -> None:
    (checked,) = sheets_changed(lambda sheets: sheets["Cover"].update({(at, 2): "Something else"}))(tmp_path)
    assert said(checked) == [("FORM103", cell)]


def test_a_question_whose_heading_of_numbers_is_gone_is_said_once(tmp_path: Path) -> None:
    (checked,) = sheets_changed(lambda sheets: sheets["Questions"].update({(9, 3): "How many"}))(tmp_path)
    assert said(checked) == [("FORM103", "C9")]


# --- one return -----------------------------------------------------------------------------------------------------


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_all_or_none_of_a_large_enough_base(fully: int, partially: int, not_achieved: int) -> None:
    (check_,) = [each for each in ALONE if each.rule.code == "PCT101"]
    ret = returned(
        cover() | figures({"fully_achieved": fully, "partially_achieved": partially, "not_achieved": not_achieved})
    )
    base = fully + partially + not_achieved
    expected = ["fully_achieved_percent"] if base >= 20 and fully in (0, base) else []
    assert [trouble.measure for trouble in check_.find(ret)] == expected


@pytest.mark.parametrize(("typed", "found"), [("No", "'No'"), ("  not   YET ", "'not YET'"), (0, "0")])
def test_what_stands_for_a_sign_off_is_said_where_it_is_no_name(typed: Value, found: str) -> None:
    [finding] = alone(signed_off=typed).findings
    assert (finding.code, finding.found) == ("COVER301", found)


# --- versions -------------------------------------------------------------------------------------------------------


def files(*returns: Return) -> dict[str, list[str]]:
    """The codes of each file, and whether another counts in its place."""
    return {
        checked.ret.file: [finding.code for finding in checked.findings] + ["set aside"] * checked.set_aside
        for checked in check(returns)
    }


WRONG = {"fully_achieved": 20}
MORE = {"not_achieved": 1}


@pytest.mark.parametrize(
    ("returns", "expected"),
    [
        ([], {}),
        ([returned(clean(), file="a")], {"a": []}),
        (
            [returned(clean(), file="a", sha256="1"), returned(clean(), file="b", sha256="1")],
            {"a": [], "b": ["SET103", "set aside"]},
        ),
        (
            [returned(clean(), file=name, sha256="1") for name in "cab"],
            {"c": ["SET103", "set aside"], "a": [], "b": ["SET103", "set aside"]},
        ),
        (
            [returned(clean(WRONG), file="a"), returned(clean(), file="b")],
            {"a": ["MSP201", "SET101"], "b": ["SET101"]},
        ),
        (
            [returned(clean(WRONG), file="a"), returned(clean(submission=2), file="b")],
            {"a": ["SET102", "set aside"], "b": []},
        ),
        (
            [returned(clean(submission=number), file=str(number)) for number in (3, 10, 2)],
            {"3": ["SET102", "set aside"], "10": [], "2": ["SET102", "set aside"]},
        ),
        (
            [returned(clean(submission=number), file=name) for name, number in zip("abc", (1, 2, 2), strict=True)],
            {"a": ["SET102", "set aside"], "b": [], "c": ["SET104", "set aside"]},
        ),
        (
            [
                returned(clean(), file="a"),
                returned(clean(submission=2), file="b"),
                returned(clean(MORE, submission=2), file="c"),
            ],
            {"a": ["SET102", "set aside"], "b": ["SET101"], "c": ["SET101", "MSP202"]},
        ),
        (
            [returned(clean({"not_asked": text}), file=text) for text in ("six", "seven")],
            {"six": ["FIG101", "SET101"], "seven": ["FIG101", "SET101"]},
        ),
        (
            [returned(clean(submission=None), file="a"), returned(clean(), file="b")],
            {"a": ["COVER401"], "b": []},
        ),
        (
            [returned(clean(submission=None), file=name) for name in "ab"],
            {"a": ["COVER401"], "b": ["SET104", "set aside"]},
        ),
        (
            [returned(clean(council="Gloucester"), file=name) for name in "ab"],
            {"a": ["COVER102"], "b": ["COVER102"]},
        ),
        (
            [returned(clean(council="Gloucester"), file=name, sha256="1") for name in "ab"],
            {"a": ["COVER102"], "b": ["SET103", "set aside"]},
        ),
        (
            [Return(name, "", troubles=(Trouble("FILE101", facts={"found": "an empty file"}),)) for name in "ab"],
            {"a": ["FILE101"], "b": ["FILE101"]},
        ),
        (
            [
                returned(clean(), file="a", sha256="1"),
                returned(clean(), file="b", sha256="1"),
                returned(clean(submission=2), file="c"),
            ],
            {"a": ["SET102", "set aside"], "b": ["SET103", "set aside"], "c": []},
        ),
        (
            [returned(clean(quarter=quarter_label(1), completed="1/8/2018"), file="a"), returned(clean(), file="b")],
            {"a": [], "b": []},
        ),
    ],
)  # fmt: skip
def test_which_of_several_files_counts(returns: list[Return], expected: dict[str, list[str]]) -> None:
    assert files(*returns) == expected


MARKED = Feedback((), "")


@pytest.mark.parametrize(
    ("original", "copy"),
    [
        (
            returned(clean(), file="the council's own return.xlsx"),
            returned(clean(), file="b.xlsx")._replace(feedback=MARKED),
        ),
        (returned(clean(), file="the council's own return.xlsx"), returned(clean(), file="return.xls")),
        (returned(clean(), file="the council's own return.xlsx"), returned(clean(), file="a.xlsm")),
        (returned(clean(), file="return.XLSX"), returned(clean(), file="return (1).xlsx")),
        (returned(clean(), file="return.xls"), returned(clean(), file="b.xlsx")._replace(feedback=MARKED)),
        (returned(clean(), file="the council's own return.xlsx"), returned(clean(), file="Q1.xlsx")),
        (returned(clean(), file="the council's own return.xlsx"), returned(clean(), file="Leeds.xlsx")),
    ],
)
def test_of_files_with_the_same_answers_the_original_counts(original: Return, copy: Return) -> None:
    for returns in ([original, copy], [copy, original]):
        assert files(*returns) == {original.file: [], copy.file: ["SET104", "set aside"]}


def test_files_of_one_name_are_told_apart_by_their_folders() -> None:
    forms = [
        ("in/old/b.xlsx", {"submission": 1}),
        ("in/new/b.xlsx", {"submission": 2}),
        ("in/copy of b.xlsx", {"submission": 2}),
    ]
    told = {each.ret.file: each for each in check([returned(clean(**cover), file=file) for file, cover in forms])}
    assert "Submission 2, in 'new/b.xlsx', replaced it" in told["in/old/b.xlsx"].findings[0].message
    assert "as 'new/b.xlsx'." in told["in/copy of b.xlsx"].findings[0].message


@pytest.mark.parametrize(
    ("count", "others"),
    [
        (2, "'in/01.xlsx'"),
        (4, "'in/01.xlsx', 'in/02.xlsx', 'in/03.xlsx'"),
        (5, "'in/01.xlsx', 'in/02.xlsx', 'in/03.xlsx' and 1 more"),
        (13, "'in/01.xlsx', 'in/02.xlsx', 'in/03.xlsx' and 9 more"),
    ],
)
def test_a_long_list_of_files_ends_in_how_many_more(count: int, others: str) -> None:
    first, *_ = check(
        [returned(clean({"not_achieved": number}), file=f"in/{number:02}.xlsx") for number in range(count)]
    )
    (finding,) = (each for each in first.findings if each.code.startswith("SET"))
    assert (finding.code, first.set_aside, finding.cells) == ("SET101", False, ("C13",))
    assert others in finding.message + finding.expected + finding.found
    assert f"'in/{count - 1:02}.xlsx'" not in (finding.message if count > 4 else "")


def test_returns_with_the_same_number_are_checked_in_full() -> None:
    wrong = clean({"fully_achieved": 20, "not_asked": "n/a"}, scope=None)
    first, second = check([returned(wrong, file="a"), returned(clean(), file="b")])
    assert said(first) == [
        ("FIG103", "C13"),
        ("MSP201", "C19", "C20", "C21", "C11"),
        ("SET101", "C13"),
        ("COVER302", "C12"),
    ]
    assert first.not_tried == ("MSP101", "MSP102", "MSP103")
    assert said(second) == [("SET101", "C13")]
    assert [each.status for each in (first, second)] == [Status.NEEDS_CORRECTING] * 2


@given(st.permutations([("a", 1, "1"), ("b", 1, "1"), ("c", 2, "2"), ("d", 3, "3"), ("e", 3, "4")]))
def test_the_order_of_files_does_not_matter(versions: Sequence[tuple[str, int, str]]) -> None:
    answers = {"4": MORE}  # "e" has other figures than "d", so neither is a copy of the other
    returns = [
        returned(clean(answers.get(sha, {}), submission=number), file=file, sha256=sha)
        for file, number, sha in versions
    ]
    current, aside = standing(returns)
    assert current == ()
    assert sorted((file, trouble.code) for file, trouble in aside) == [
        ("a", "SET102"),
        ("b", "SET103"),
        ("c", "SET102"),
        ("d", "SET101"),
        ("e", "SET101"),
    ]
    assert {file: codes for file, codes in files(*returns).items() if codes} == files(
        *sorted(returns, key=lambda r: r.file)
    )


def test_what_a_replaced_file_is_told() -> None:
    replaced, _ = check([returned(clean(WRONG), file="in/a.xlsx"), returned(clean(submission=2), file="in/b.xlsx")])
    assert replaced.findings == (
        Finding(
            "SET102",
            Severity.NOTE,
            None,
            None,
            "Cover",
            ("C13",),
            "submission 1",
            "submission 2, in 'in/b.xlsx'",
            "This is submission 1. Submission 2, in 'b.xlsx', replaced it, so this file was not checked further.",
            "You do not need to do anything.",
        ),
    )


# --- the same figures twice -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("returns", "expected"),
    [
        (
            [returned(clean(), file="a"), returned(clean(**RAVENSTOKE), file="b")],
            {"a": ["SET201"], "b": ["SET201"]},
        ),
        (
            [returned(clean(), file="a"), returned(clean({"not_asked": 7}, **RAVENSTOKE), file="b")],
            {"a": [], "b": ["MSP101"]},
        ),
        (
            [returned(clean(), file="a"), returned(clean(**RAVENSTOKE, **Q2), file="b")],
            {"a": [], "b": []},
        ),
        (
            [returned(clean(), file="a"), returned(clean(**Q2), file="b")],
            {"a": ["SET202"], "b": []},
        ),
        (
            [returned(clean(), file="a"), returned(clean(quarter=quarter_label(1)), file="b")],
            {"a": [], "b": []},
        ),
        (  # from the last quarter of a year to the first of the next
            [
                returned(clean(year="2019-20", quarter=quarter_label(1), completed="2/8/2019"), FORMS["2019-20"], "a"),
                returned(clean(quarter=quarter_label(4), completed="2/8/2019"), file="b"),
            ],
            {"a": ["SET202"], "b": []},
        ),
        (  # an earlier submission is not compared with
            [
                returned(clean(), file="a"),
                returned(clean(**RAVENSTOKE), file="b"),
                returned(clean({"not_achieved": 1, "fully_achieved": 18}, **RAVENSTOKE, submission=2), file="c"),
            ],
            {"a": [], "b": ["SET102", "set aside"], "c": []},
        ),
        (  # what may be replaced is not compared with
            [returned(clean(submission=None), file="a"), returned(clean(**RAVENSTOKE), file="b")],
            {"a": ["COVER401"], "b": []},
        ),
        (
            [returned(clean(), file="a"), returned(clean(submission=None, **Q2), file="b")],
            {"a": [], "b": ["COVER401"]},
        ),
        (
            [returned(clean(submission="1st"), file="a"), returned(clean(TWICE, **Q2), file="b")],
            {"a": ["COVER401"], "b": []},
        ),
        (  # few figures, or small ones, can be the same by chance
            [returned(cover(**who) | figures({"enquiries_completed": 40}), file=name) for name, who in
             (("a", {}), ("b", RAVENSTOKE))],
            {"a": [], "b": []},
        ),
        (
            [returned(cover(**who) | figures(dict.fromkeys(CLEAN, 0)), file=name) for name, who in
             (("a", {}), ("b", RAVENSTOKE))],
            {"a": [], "b": []},
        ),
    ],
)  # fmt: skip
def test_the_same_figures_twice(returns: list[Return], expected: dict[str, list[str]]) -> None:
    assert files(*returns) == expected


# --- change on the quarter before -----------------------------------------------------------------------------------


@given(st.integers(0, 999_999), st.integers(0, 999_999))
@example(0, 0)
@example(0, 10)
@example(35, 65)
@example(36, 65)
@example(100, 130)
def test_a_count_is_far_by_floor_percentage_and_chance(was: int, value: int) -> None:
    change = abs(was - value)
    expected = change >= 10 and 10 * change >= 3 * was and change * change >= 9 * (was + value)
    assert count_is_far(was, value, TOLERANCES) == expected
    if was and value <= was:
        assert count_is_far(was, value, TOLERANCES) <= (value < was)


SHARES = st.integers(0, 400).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base)))


@given(SHARES, SHARES)
@example((140, 200), (100, 200))
@example((100, 200), (140, 200))
@example((0, 20), (20, 20))
@example((0, 20), (0, 20))
@example((19, 19), (0, 400))
def test_a_share_is_far_by_points_and_chance(was: tuple[int, int], now: tuple[int, int]) -> None:
    (a, n), (b, m) = was, now
    far = share_is_far(was, now, TOLERANCES)
    assert far == share_is_far(now, was, TOLERANCES)
    if min(n, m) < 20 or 5 * abs(a * m - b * n) < n * m:
        assert not far
        return
    p = (a + b) / (n + m)
    z = abs(a / n - b / m) / math.sqrt(p * (1 - p) * (1 / n + 1 / m))
    assert far == (z >= 3) or math.isclose(z, 3)


def later(counts: Mapping[str, Value | None], /, **changes: Value | None) -> tuple[Finding, ...]:
    """What is said of a quarter, after one of three times the clean figures."""
    earlier = returned(clean(TWICE, **Q2), file="Q2.xlsx")
    checked, first = check([returned(clean(counts, **changes), file="Q3.xlsx"), earlier])
    assert first.findings == ()
    return checked.findings


def test_counts_that_fell_together_are_one_finding() -> None:
    assert later(CLEAN) == (
        Finding(
            "SET301",
            Severity.QUERY,
            "enquiries",
            "enquiries_completed",
            "Questions",
            (
                "C7",
                *(f"C{row}" for row in (11, 12, 13, 14, 15, 19, 20, 21, 25, 26, 27, 28)),
                *(
                    f"Experience!{column}{row}"
                    for rows in ((8, 9, 10), (16, 17, 18, 19), (25, 26, 27, 28), (34, 35, 36, 37))
                    for column in "CD"
                    for row in rows
                ),
            ),
            "40, after 120 in 2018-19-Q2",
            "about as many as the 120 of 2018-19-Q2",
            (
                "Compared with 2018-19-Q2: 'Enquiries completed' is 40, but it was 120; "
                "'Enquiries in Q1' is 40, but it was 120; 'People in Q2' is 25, but it was 75; "
                "'People in Q3' is 40, but it was 120; "
                "'Adults who answered Q4' is 13, but it was 39; "
                "'Representatives who answered Q4' is 14, but it was 42; "
                "'Adults who answered Q5' is 13, but it was 39; "
                "'Representatives who answered Q5' is 14, but it was 42; "
                "'Adults who answered Q6' is 13, but it was 39; "
                "'Representatives who answered Q6' is 14, but it was 42; "
                "'Adults who answered Q7' is 13, but it was 39; "
                "'Representatives who answered Q7' is 14, but it was 42."
            ),
            "Check both quarters. If the figures are right, explain what changed.",
        ),
    )


def test_counts_that_rose_and_fell_are_one_finding() -> None:
    changed = {name: count * 3 for name, count in TWICE.items() if name.startswith("risk_involved")}
    changed |= {name: 1 for name in TWICE if name.startswith("listened") and name.endswith("_adult")}
    lines, both = later(TWICE | changed)
    assert (lines.code, both.code, both.measure) == ("MSP301", "SET301", "risk_involved_all")
    assert both.cells == ("C25", "C26", "C27", "C28", *(f"Experience!C{row}" for row in (16, 17, 18, 19)))
    assert both.message == (
        "Compared with 2018-19-Q2: 'People in Q3' is 360, but it was 120; 'Adults who answered Q5' is 4, but it was 39."
    )


def test_one_count_that_changed() -> None:
    (finding,) = later(TWICE | {"understood_fully_adult": 60})
    assert (finding.code, finding.message) == (
        "SET301",
        "Compared with 2018-19-Q2: 'Adults who answered Q4' is 72, but it was 39.",
    )


def test_answers_swapped_between_two_rows() -> None:
    assert later(SWAPPED) == (
        Finding(
            "SET302",
            Severity.QUERY,
            "Q2",
            "fully_achieved_percent",
            "Questions",
            ("C19",),
            "8 % of 75, after 68 % of 75 in 2018-19-Q2",
            "about as much as the 68 % of 2018-19-Q2",
            "'Outcomes fully achieved' is 8 % (of 75), but it was 68 % (of 75) in 2018-19-Q2.",
            "Check both quarters. If the figures are right, explain what changed.",
        ),
    )


@pytest.mark.parametrize("changes", [{"council": "Ravenstoke (demonstration)", "ons_code": "DEMO00018"}, {"year": "x"}])
def test_only_a_councils_own_quarters_are_compared(changes: dict[str, Value | None]) -> None:
    assert [finding.code for finding in later(CLEAN, **changes) if finding.code.startswith("SET")] == []


def test_what_was_not_returned_has_not_changed() -> None:
    assert [finding.code for finding in later(dict.fromkeys(CLEAN))] == ["FIG301"]


# --- whatever a form holds ------------------------------------------------------------------------------------------

ODD = st.one_of(
    st.none(),
    st.integers(-5, 60),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=70),
    st.booleans(),
    st.sampled_from((Cell(Kind.DATE, 43_558), Cell(Kind.ERROR, "#N/A"), Cell(Kind.UNCALCULATED, "", formula=True))),
    st.sampled_from(("Yes", "2018-19", "Q3", "n/a", "{found}", "%s", "Leeds", "E08000035", "40", "1,024", "{0}")),
)


@given(st.lists(st.dictionaries(st.sampled_from([slot.key for plan in FORM.sheets for slot in plan.slots]), ODD)))
def test_whatever_is_typed_the_answer_is_findings(
    several_answers: list[dict[tuple[str | None, str, str], Value | None]],
) -> None:
    returns = []
    for number, odd in enumerate(several_answers):
        answers = {key: value for key, value in (clean() | odd).items() if value is not None}
        returns.append(returned(answers, file=f"{number}.xlsx"))
    results = check(returns)
    assert [checked.ret for checked in results] == returns
    for checked in results:
        assert checked.findings == tuple(dict.fromkeys(checked.findings))
        assert isinstance(checked.status, Status)


def test_the_rules_are_declared_where_their_functions_are() -> None:
    assert [each.rule.code for each in ALONE] == [
        "FORM105",
        "COVER202",
        "COVER205",
        "COVER203",
        "COVER301",
        "COVER302",
        "FIG301",
        "PCT101",
    ]
    assert [each.rule.code for each in TOGETHER] == ["SET201", "SET202", "SET301", "SET302"]

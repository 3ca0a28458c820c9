"""The collated quarter: every figure computed again in plain Python, and written the same wherever and whenever."""

from __future__ import annotations

import csv
import io
import itertools
import math
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from batch import partial
from build import CLEAN, COLLECTION, FORM, QUARTER, REGISTER, SCHEMAS, Value, clean, cover, figures, returned, workbook
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shell import ROOT, environment

from mspof_cli.collation import Collated, collate
from mspof_cli.errors import MspofError, UsageError
from mspof_cli.loading import Schemas
from mspof_cli.measures import PARTICIPATING, TIDY
from mspof_cli.outputs.summary import summary_files
from mspof_cli.periods import Period, quarter_label
from mspof_cli.protection import COLUMNS, protected
from mspof_cli.published import published
from mspof_cli.returns import Return
from mspof_cli.rules import Checked, check
from mspof_cli.schemas import Council

SAMPLES = ROOT / "sample_proformas" / "returns" / "2018-19-Q3"
COUNCILS = [c for c in REGISTER.existing_in(QUARTER) if c.register_name == "demonstration_councils"]
FILES = [
    *("ascof.csv", "csv-metadata.json", "england.csv", "findings.csv", "lginform.csv", "manifest.json", "measures.csv"),
    *("participation.csv", "quality.md", "summary.xlsx"),
]
LEVELS = ["By council type", "By region", "By council"]


Figures = dict[str, int | None]


# A clean return's figures, none of them small.
LARGE: Figures = {name: 10 * (count or 0) for name, count in CLEAN.items()}

# A return: whose, for which quarter, and its figures.
Given = tuple[Council, Period, Figures]


def a_return(council: Council, counts: Mapping[str, int | None], period: Period = QUARTER) -> Return:
    """A return of a council; figures that are None are blank."""
    names = {"council": council.name, "ons_code": council.ons_code}
    when = {"year": period.year, "quarter": quarter_label(period.quarter)}
    return returned(cover(**names, **when) | figures(counts), file=f"{council.ons_code} {period}.xlsx")


def collated(returns: Iterable[Return], period: Period = QUARTER) -> Collated:
    """The returns, every one of them accepted: what rules say of them is another matter."""
    return collate([Checked(ret, ()) for ret in returns], period, SCHEMAS.register)


def written(result: Collated, audience: str = "internal") -> dict[str, bytes]:
    """The files of a summary that stands by itself."""
    who, policy = SCHEMAS.audiences[audience]
    return summary_files(published(result, (), who, policy))


def rows(result: Collated) -> list[dict[str, Any]]:
    return result.measures.to_dicts()


# The same again, in plain Python: one area and one measure at a time.


def added(parts: Sequence[str], counts: Figures) -> int | None:
    values = [counts.get(part) for part in parts]
    return None if None in values else sum(value for value in values if value is not None)


def figures_in(names: Iterable[str]) -> list[str]:
    totals = {total.slug: total.of for total in COLLECTION.total}
    return [figure for name in names for figure in totals.get(name, (name,))]


def measures_in_order() -> Iterable[tuple[str, str, str, str | None, list[str], list[str] | None]]:
    """Question, name, label, respondent, numerator and denominator of every measure, question by question."""
    for question in COLLECTION.question:
        for respondent in question.respondents or (None,):
            for measure, label in question.answers.items():
                figure = f"{measure}_{respondent}" if respondent else measure
                yield question.label, measure, label, respondent, [figure], None
        for each in COLLECTION.derived:
            if each.question == question.slug:
                numerator, denominator = figures_in(each.numerator), figures_in(each.denominator)
                yield question.label, each.slug, each.label, each.respondent, numerator, denominator


SPANS = {
    "quarter": [QUARTER],
    "year_to_date": [Period(2018, 1), Period(2018, 2), QUARTER],
    "last_four_quarters": [Period(2017, 4), Period(2018, 1), Period(2018, 2), QUARTER],
}


def expected(given: Sequence[Given]) -> list[dict[str, Any]]:
    told = []
    there = sorted({period for _, period, _ in given})
    for span, periods in SPANS.items():
        if set(periods) <= set(there):
            told += expected_of(QUARTER, span, [each for each in given if each[1] in periods])
        if span == "quarter" and len(there) > 1:
            told += expected_of_panel(QUARTER, given)
    for period in there[:-1]:
        own = expected_of(period, "quarter", [each for each in given if each[1] == period])
        told += [row for row in own if row["level"] == "participating"] + expected_of_panel(period, given)
    return told


def expected_of_panel(period: Period, given: Sequence[Given]) -> list[dict[str, Any]]:
    """The matched panel in a quarter: those who gave every part of the measure in each quarter that there is."""
    quarters = {quarter for _, quarter, _ in given}
    told = []
    for measure in measures_in_order():
        parts = measure[4] + (measure[5] or [])
        gave = [(council.ons_code, when) for council, when, counts in given if added(parts, counts) is not None]
        members = [
            (council, when, counts if all((council.ons_code, quarter) in gave for quarter in quarters) else {})
            for council, when, counts in given
            if when == period
        ]
        named = ("matched_panel", "", "", "Matched panel of councils")
        told.append({**keyed(period, "quarter", *named), **expected_measure("matched_panel", members, *measure)})
    return told


def keyed(period: Period, span: str, level: str, code: str, cassr: str, name: str) -> dict[str, str]:
    names = ("collection", "period", "span", "level", "ons_code", "cassr_code", "name")
    return dict(zip(names, ("msp-outcomes", str(period), span, level, code, cassr, name), strict=True))


def expected_of(period: Period, span: str, given: Sequence[Given]) -> list[dict[str, Any]]:
    councils = {council.ons_code: council for council, _, _ in given}
    types = sorted({council.council_type for council in councils.values()})
    regions = sorted({(council.region_code, council.region_name) for council in councils.values()})
    areas = [
        ("participating", "", "", PARTICIPATING, given),
        *(("council_type", "", "", name, [g for g in given if g[0].council_type == name]) for name in types),
        *(("region", code, "", name, [g for g in given if g[0].region_code == code]) for code, name in regions),
        *(
            (
                "council",
                code,
                councils[code].cassr_code,
                councils[code].name,
                [g for g in given if g[0].ons_code == code],
            )
            for code in sorted(councils)
        ),
    ]
    return [
        {**keyed(period, span, level, code, cassr, name), **expected_measure(level, members, *measure)}
        for level, code, cassr, name, members in areas
        for measure in measures_in_order()
    ]


def expected_measure(
    level: str,
    members: Sequence[Given],
    question: str,
    measure: str,
    label: str,
    respondent: str | None,
    numerator: list[str],
    denominator: list[str] | None,
) -> dict[str, Any]:
    """One measure of one area, from the returns in it."""
    whole: dict[str, list[tuple[int, int]]] = {council.ons_code: [] for council, _, _ in members}
    for council, _, counts in members:
        top, base = added(numerator, counts), added(denominator or [], counts)
        if top is not None and base is not None:
            whole[council.ons_code].append((top, base))
    every = [pair for pairs in whole.values() for pair in pairs]
    top = sum(top for top, _ in every) if every else None
    base = sum(base for _, base in every) if every and denominator is not None else None
    low, high = wilson_ends(top, base) if denominator is not None else (None, None)
    rates = []
    for pairs in whole.values() if denominator is not None and level != "council" else ():
        own_top, own_base = sum(top for top, _ in pairs), sum(base for _, base in pairs)
        if own_base >= 20:
            rates.append(Fraction(100 * own_top, own_base))
    return {
        "question": question,
        "measure": measure,
        "label": label,
        "respondent": respondent,
        "unit": "count" if denominator is None else "percent",
        "numerator": top,
        "denominator": base,
        "value": top if denominator is None else percentage(top, base),
        "lower": low,
        "upper": high,
        "councils": sum(bool(pairs) for pairs in whole.values()),
        "participating": len(whole),
        "returns": len(every),
        "median": percentile(rates, 2) if len(rates) >= 3 else None,
        "lower_quartile": percentile(rates, 1) if len(rates) >= 5 else None,
        "upper_quartile": percentile(rates, 3) if len(rates) >= 5 else None,
        "compared": None if denominator is None else len(rates),
    }


def wilson_ends(top: int | None, base: int | None) -> tuple[float | None, float | None]:
    """By solving the quadratic equation whose roots are the interval's ends: (p - x)^2 = z^2 x (1 - x) / n."""
    if top is None or not base:
        return None, None
    p, z = top / base, 1.96
    a, b, c = 1 + z * z / base, -(2 * p + z * z / base), p * p
    root = math.sqrt(max(0.0, b * b - 4 * a * c))
    return max(0.0, 100 * (-b - root) / (2 * a)), min(100.0, 100 * (-b + root) / (2 * a))


def percentile(rates: Sequence[Fraction], quarters: int) -> Fraction:
    """A quartile of some numbers by linear interpolation between the two that it lies between."""
    ordered, place = sorted(rates), Fraction(quarters * (len(rates) - 1), 4)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def percentage(top: int | None, base: int | None) -> Fraction | None:
    return Fraction(100 * top, base) if top is not None and base else None


ROUNDED = ("value", "lower", "upper", "median", "lower_quartile", "upper_quartile")


def same(told: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Equal in everything; percentages are the nearest with two decimals to the exact ones."""
    if {**told, **dict.fromkeys(ROUNDED)} != {**wanted, **dict.fromkeys(ROUNDED)}:
        return False
    return all(near(told[name], wanted[name]) for name in ROUNDED)


def near(told: float | None, wanted: Fraction | float | None) -> bool:
    if told is None or wanted is None:
        return told is wanted
    value = Fraction(str(told))
    return value == round(value, 2) and abs(value - Fraction(wanted)) <= Fraction(501, 100_000)


@st.composite
def counts(draw: st.DrawFn) -> Figures:
    """Figures of one return: each version of each question whole, wholly blank, or (never accepted) with gaps."""
    numbers = st.one_of(st.integers(0, 9), st.just(0), st.integers(0, 999_999))
    drawn: Figures = {}
    for question in COLLECTION.question:
        for respondent in question.respondents or (None,):
            kind = draw(st.sampled_from(["whole", "whole", "blank", "zero", "gaps"]))
            for measure in question.answers:
                name = f"{measure}_{respondent}" if respondent else measure
                here = {"whole": numbers, "blank": st.none(), "zero": st.just(0), "gaps": st.none() | numbers}[kind]
                drawn[name] = draw(here)
    return drawn


@st.composite
def several(draw: st.DrawFn) -> list[Given]:
    """Returns of some councils for some of four quarters; one at least for the quarter that is collated."""
    chosen = draw(st.lists(st.sampled_from(COUNCILS), min_size=1, max_size=7, unique_by=lambda c: c.ons_code))
    earlier = draw(st.sampled_from([[], SPANS["year_to_date"][:2], SPANS["last_four_quarters"][:3]]))
    given_to = [(council, QUARTER, draw(counts())) for council in chosen]
    return given_to + [
        (council, period, draw(counts())) for period in earlier for council in chosen if draw(st.booleans())
    ]


RANDOM_COLLECTIONS = 200 if os.environ.get("MSPOF_FULL") else 20


@settings(max_examples=RANDOM_COLLECTIONS, suppress_health_check=[HealthCheck.too_slow])
@given(given_to=several())
def test_every_figure_computed_again(given_to: list[Given]) -> None:
    result = collated(a_return(council, figures, period) for council, period, figures in given_to)
    told, wanted = rows(result), expected(given_to)
    keys = ("period", "span", "level", "ons_code", "name", "measure", "respondent")
    assert [[row[key] for key in keys] for row in told] == [[row[key] for key in keys] for row in wanted]
    for row, again in zip(told, wanted, strict=True):
        assert same(row, again), (row, again)
    assert result.measures.columns == list(TIDY)
    assert (result.participating, result.on_register) == (
        len({c.ons_code for c, p, _ in given_to if p == QUARTER}),
        len(COUNCILS),
    )


def value(result: Collated, measure: str, respondent: str | None = None) -> tuple[Any, ...]:
    """Numerator, denominator, value, and k of m, for all participating councils."""
    (row,) = (
        row for row in rows(result)
        if (row["level"], row["measure"], row["respondent"]) == ("participating", measure, respondent)
    )  # fmt: skip
    return tuple(row[name] for name in ("numerator", "denominator", "value", "councils", "participating"))


def three(*changes: Mapping[str, int | None]) -> Collated:
    clean_figures: Figures = dict(CLEAN)
    return collated(a_return(c, {**clean_figures, **change}) for c, change in zip(COUNCILS, changes, strict=False))


REPLACED = "This is submission 1. Submission 2, in 'a.xlsx', replaced it, so this file was not checked further."

# Figures that are right, and not another council's.
OTHER: dict[str, Value | None] = {"fully_achieved": 16, "partially_achieved": 7}
ANOTHER: dict[str, Value | None] = {"fully_achieved": 15, "partially_achieved": 8}

BLANK_Q2: Figures = dict.fromkeys(("fully_achieved", "partially_achieved", "not_achieved"))


def test_blank_is_not_zero() -> None:
    zero = dict.fromkeys(BLANK_Q2, 0)
    assert value(three({}, BLANK_Q2), "fully_achieved_percent") == (17, 25, 68.0, 1, 2)
    assert value(three({}, zero), "fully_achieved_percent") == (17, 25, 68.0, 2, 2)
    assert value(three({}, BLANK_Q2), "fully_achieved") == (17, None, 17.0, 1, 2)
    assert value(three({}, zero), "fully_achieved") == (17, None, 17.0, 2, 2)


def test_nothing_returned_is_null() -> None:
    for measure in ("fully_achieved_percent", "fully_achieved"):
        assert value(three(BLANK_Q2, BLANK_Q2), measure) == (None, None, None, 0, 2)


def test_nothing_of_nothing_is_null() -> None:
    assert value(three(dict.fromkeys(BLANK_Q2, 0)), "fully_achieved_percent") == (0, 0, None, 1, 1)
    assert value(three(dict.fromkeys(BLANK_Q2, 0)), "fully_achieved") == (0, None, 0.0, 1, 1)


def test_percentages_are_pooled() -> None:
    """1 of 1 and 0 of 3 is 25 %, not the mean of 100 % and 0 %."""
    one, none = {"fully_achieved": 1, "partially_achieved": 0, "not_achieved": 0}, {"fully_achieved": 0,
           "partially_achieved": 0, "not_achieved": 3}  # fmt: skip
    assert value(three(one, none), "fully_achieved_percent") == (1, 4, 25.0, 2, 2)


def test_a_gap_in_a_base_leaves_the_council_out_of_both() -> None:
    assert value(three({}, {"not_achieved": None}), "fully_achieved_percent") == (17, 25, 68.0, 1, 2)


def test_each_version_has_its_own_base() -> None:
    adults_only: Figures = {name: None for name in CLEAN if name.endswith("_representative")}
    result = three({}, adults_only)
    assert value(result, "safer_percent_adult", "adult")[3:] == (2, 2)
    assert value(result, "safer_percent_representative", "representative")[3:] == (1, 2)
    (coverage,) = opened(written(result)["summary.xlsx"])["Coverage"].iter_rows(
        min_row=11, max_row=11, values_only=True
    )
    assert coverage == ("Q7", "Q7. Feels safer", 2, 0, 0, 2, len(COUNCILS))


def test_the_order_of_files_does_not_matter() -> None:
    returns = [a_return(council, dict(CLEAN) | {"not_asked": n}) for n, council in enumerate(COUNCILS)]
    wanted = written(collate(check(returns), QUARTER, SCHEMAS.register))
    for seed in range(2):
        mixed = random.Random(seed).sample(returns, len(returns))
        told = collate(sorted(check(mixed), key=lambda each: each.ret.file), QUARTER, SCHEMAS.register)
        assert written(told) == wanted
        assert written(collate(check(mixed), QUARTER, SCHEMAS.register))["measures.csv"] == wanted["measures.csv"]


def test_what_files_are_called_does_not_change_what_is_hidden() -> None:
    """Cells are numbered in the order of returns, and what is hidden further depends on their numbers."""
    chance = random.Random(5)
    small = [name for name in CLEAN if name.startswith("understood")]
    councils = COUNCILS[:3]
    counts = [LARGE | {name: chance.randint(0, 6) for name in small} for _ in councils]
    told = []
    for _ in range(2):
        names = chance.sample("abc", len(councils))
        returns = [
            a_return(council, own)._replace(file=f"{name}.xlsx")
            for council, own, name in zip(councils, counts, names, strict=True)
        ]
        result = collated(sorted(returns, key=lambda ret: ret.file))
        told.append(protected(result, *SCHEMAS.audiences["participants"]))
    assert told[0].hidden_further > 0
    assert told[0].table.equals(told[1].table)


def test_what_became_of_each_file() -> None:
    returns = [
        partial("a.xlsx", submission=2),
        partial("b.xlsx"),
        partial("c.xlsx", ANOTHER, council="Caldersby (demonstration)", ons_code="DEMO00003", signed_off=None),
        partial("d.xlsx", council="Dunmarsh (demonstration)", ons_code="DEMO00004", quarter="Q2 July to September"),
        partial("e.xlsx", council=None, ons_code=None),
        Return("f.xlsx", ""),
        partial("g.xlsx", OTHER, council="Elverdale (demonstration)", ons_code="DEMO00005", completed=None),
        returned(cover(council="Farrowshire (demonstration)", ons_code="DEMO00006"), file="h.xlsx"),
        partial("i.xlsx", council="Glimmerbeck (demonstration)", ons_code="DEMO00007"),
        partial("j.xlsx", OTHER, council="Glimmerbeck (demonstration)", ons_code="DEMO00007"),
    ]
    result = collate(check(returns), QUARTER, SCHEMAS.register)
    assert [(each.checked.ret.file, each.used, each.has_errors, each.why) for each in result.decisions] == [
        ("a.xlsx", True, False, "accepted"),
        ("b.xlsx", False, False, REPLACED),
        ("c.xlsx", False, True, "needs correcting: COVER301"),
        ("e.xlsx", False, True, "needs correcting: COVER101"),
        ("f.xlsx", False, True, "not readable: "),
        ("g.xlsx", True, False, "accepted with queries"),
        ("h.xlsx", False, False, "nothing was returned"),
        ("i.xlsx", False, True, "needs correcting: SET101"),
        ("j.xlsx", False, True, "needs correcting: SET101"),
    ]
    assert (result.participating, len(result.other)) == (2, 1)


def test_nothing_accepted() -> None:
    for returns in ([], [partial("a.xlsx", signed_off=None)], [partial("a.xlsx", quarter="Q2 July to September")]):
        with pytest.raises(MspofError) as caught:
            collate(check(returns), QUARTER, SCHEMAS.register)
        assert not isinstance(caught.value, UsageError)


def test_nothing_for_the_period() -> None:
    for returns, there in (
        ([], "Check the folder that you named."),
        ([partial("a.xlsx", year="x")], "Check the folder that you named."),
        ([partial("a.xlsx", quarter="Q2 July to September")], "There are returns for 2018-19-Q2."),
    ):
        with pytest.raises(MspofError) as caught:
            collate(check(returns), QUARTER, SCHEMAS.register)
        assert (caught.value.problem, caught.value.remedy) == ("There is no return for 2018-19-Q3.", there)


def test_returns_of_nothing_are_nothing_to_collate() -> None:
    with pytest.raises(MspofError) as caught:
        collate(check([returned(cover())]), QUARTER, SCHEMAS.register)
    assert caught.value.problem == "No return for 2018-19-Q3 was accepted, so there is nothing to collate."


def test_real_and_demonstration_councils_are_not_mixed() -> None:
    with pytest.raises(UsageError) as caught:
        collated([partial("a.xlsx"), partial("b.xlsx", council="Kent", ons_code="E10000016")])
    assert caught.value.problem == "The returns are of more than one register: councils and demonstration councils."


# What is written


def unkind_schemas(folder: Path) -> Schemas:
    """The collection with labels, a name and a register that a spreadsheet program would take for formulas."""
    for path in (ROOT / "schemas").rglob("*"):
        if path.is_file():
            target = folder / path.relative_to(ROOT / "schemas")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    collection = folder / "msp-outcomes" / "collection.toml"
    text = collection.read_text(encoding="utf-8")
    for old, new in (
        ('"Enquiries completed"', '"=1+1"'),
        ('"Fully achieved"', '"+1"'),
        ('"Partially achieved"', '"-1+1"'),
        ('"Not achieved"', '"@SUM(A1)"'),
        ('"Outcomes fully achieved"', '"\\tTab"'),
        ('"Fully involved"', '"http://example.org/"'),
        ('label = "Q1"', 'label = "=Q1"'),
    ):
        assert old in text
        text = text.replace(old, new)
    collection.write_text(text, encoding="utf-8")
    councils = folder / "demonstration_councils.csv"
    names = councils.read_text(encoding="utf-8").replace("Ambermere (demonstration)", "=HYPERLINK(A1) (demonstration)")
    councils.write_text(names, encoding="utf-8")
    return Schemas(folder)


def unkind(tmp_path: Path) -> dict[str, bytes]:
    schemas = unkind_schemas(tmp_path / "schemas")
    form = type(FORM)(schemas.collection("msp-outcomes"), schemas.editions_of("msp-outcomes")[0])
    answers = cover(council="=HYPERLINK(A1) (demonstration)") | figures(dict(CLEAN))
    ret = returned(answers, form, file="=cmd.xlsx")
    council = schemas.register(schemas.collection("msp-outcomes")).by_code("DEMO00001")
    ret = ret._replace(who=ret.who._replace(council=council))
    return written(collate([Checked(ret, ())], QUARTER, schemas.register))


def test_csv_text_is_never_a_formula(tmp_path: Path) -> None:
    text = unkind(tmp_path)["measures.csv"].decode()
    told = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    labels = {row["label"] for row in told}
    assert {"'=1+1", "'+1", "'-1+1", "'@SUM(A1)", "'\tTab"} <= labels
    assert "'=Q1" in {row["question"] for row in told}
    assert "'=HYPERLINK(A1) (demonstration)" in {row["name"] for row in told}
    assert not [cell for row in told for cell in row.values() if re.match(r"[=+\-@\t\r\n\0]", cell)]


def test_csv_is_rfc_4180() -> None:
    data = written(three({}, BLANK_Q2))["measures.csv"]
    assert data.decode("utf-8").count("\r\n") == data.count(b"\n") == data.count(b"\r")
    told = list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))
    assert told[0] == list(COLUMNS)
    assert {len(row) for row in told} == {len(COLUMNS)}
    frame = pl.read_csv(io.BytesIO(data), null_values=["[x]", "[z]", ""])
    assert frame["numerator"].dtype == pl.Int64
    assert frame["value"].dtype == pl.Float64


def test_exact_numbers_in_csv_are_those_of_the_measures() -> None:
    result = three({}, BLANK_Q2)
    told = csv.DictReader(io.StringIO(written(result)["measures.csv"].decode(), newline=""), strict=True)
    for row, known in zip(told, rows(result), strict=True):
        is_count, is_there = row["unit"] == "count", known["numerator"] is not None
        assert row["numerator"] == (str(known["numerator"]) if is_there else "[x]")
        assert row["denominator"] == ("[z]" if is_count else str(known["denominator"]) if is_there else "[x]")
        if is_count:
            assert (row["value"], row["lower"], row["upper"]) == (row["numerator"], "[z]", "[z]")
        else:
            for name in ("value", "lower", "upper"):
                base = "[z]" if is_there else "[x]"
                assert row[name] == (base if known[name] is None else f"{known[name]:.2f}"), (row, known)


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def test_workbook_has_no_formulas_and_links_only_within_itself(tmp_path: Path) -> None:
    book = opened(unkind(tmp_path)["summary.xlsx"])
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert {cell.parent.title for cell in cells if cell.hyperlink} == {"Contents"}
    assert not [cell for cell in cells if cell.hyperlink and cell.hyperlink.target]
    values = {cell.value for cell in cells}
    assert {"=1+1", "+1", "-1+1", "@SUM(A1)", "=cmd.xlsx", "http://example.org/"} <= values


def test_workbook_is_to_the_checklist() -> None:
    """What the Analysis Function asks of a spreadsheet that everybody can use."""
    for audience in ("public", "internal"):
        book = opened(written(three({}, BLANK_Q2), audience)["summary.xlsx"])
        assert book.sheetnames[:3] == ["Cover", "Contents", "Notes"]
        assert [row[0] for row in book["Contents"].iter_rows(min_row=4, values_only=True)] == book.sheetnames[2:]
        assert book.properties.title == "Making Safeguarding Personal Outcomes Framework: 2018-19-Q3"
        for page in book.worksheets[1:]:
            (table,) = page.tables.values()
            assert table.ref == f"A3:{page.dimensions.partition(':')[2]}"
            assert table.autoFilter is None
            headings = [cell.value for cell in page[3]]
            assert len(set(headings)) == len(headings)
            assert not [
                cell.coordinate for row in page.iter_rows(min_row=3) for cell in row if cell.value in (None, "")
            ]
            assert page["A1"].value
        for page in book:
            assert not page.merged_cells.ranges
            assert not page.freeze_panes
            view = page.sheet_view
            assert [each.activeCell or "A1" for each in view.selection] in ([], ["A1"])


def test_workbook_has_the_figures_of_the_csv() -> None:
    """But for areas with too few councils for the public, which its notes name."""
    result = collated(a_return(council, LARGE | (BLANK_Q2 if n == 4 else {})) for n, council in enumerate(COUNCILS))
    for audience, levels in (("public", LEVELS[:2]), ("participants", LEVELS), ("internal", LEVELS)):
        files, least = written(result, audience), SCHEMAS.audiences[audience][0].councils
        book = opened(files["summary.xlsx"])
        told = list(csv.DictReader(io.StringIO(files["measures.csv"].decode(), newline=""), strict=True))
        assert [name for name in book.sheetnames if name.startswith("By")] == levels
        for sheet in ["Measures", *levels]:
            level = {"Measures": "participating"}.get(sheet, sheet.removeprefix("By ").replace(" ", "_"))
            table = [list(row) for row in book[sheet].iter_rows(min_row=4, values_only=True)]
            start = 0 if sheet == "Measures" else 1
            assert [[as_text(value) for value in row[start : start + 6]] for row in table] == [
                [
                    *(row["question"], row["label"]),
                    COLLECTION.respondents.get(row["respondent"], "Not applicable"),
                    *(as_text(row["numerator"]), as_text(row["denominator"])),
                    as_text(row["value"]) if row["unit"] == "percent" else "[z]",
                ]
                for row in told
                if row["level"] == level and int(row["participating"]) >= least
            ]
        few = dict.fromkeys(row["name"] for row in told if int(row["participating"]) < least)
        notes = [str(note) for _, note in book["Notes"].iter_rows(min_row=4, max_col=2, values_only=True)]
        left_out = "Areas in which too few councils took part are left out of this workbook. They are in measures.csv"
        assert [note for note in notes if "too few councils took part" in note] == (
            [f"{left_out}, with their symbols: {'; '.join(few)}."] if few else []
        )
        assert bool(few) == (audience == "public")


def as_text(value: object) -> str:
    """A number, or a symbol, however it is written."""
    try:
        return f"{float(str(value)):g}"
    except ValueError:
        return str(value)


def test_workbook_says_what_became_of_each_file() -> None:
    returns = [
        partial("a.xlsx"),
        partial("\x1b\ud800.xlsx", council="Caldersby (demonstration)", ons_code=None, year="x")._replace(sha256="2"),
    ]
    book = opened(written(collate(check(returns), QUARTER, SCHEMAS.register))["summary.xlsx"])
    assert [row[:6] for row in book["Returns"].iter_rows(min_row=4, values_only=True)] == [
        ("a.xlsx", "Ambermere (demonstration)", "2018-19-Q3", 1, "used", "accepted"),
        ("\ufffd\ufffd.xlsx", "Caldersby (demonstration)", "not known", 1, "left out", "needs correcting: COVER201"),
    ]


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of four returns, one of them with a fault."""
    folder = tmp_path_factory.mktemp("in") / "forms"
    folder.mkdir()
    for number, council in enumerate(COUNCILS[:4]):
        changes: dict[str, Any] = {"not_asked": "n/a" if number == 3 else 6, "safer_no_adult": number}
        answers = clean(changes, council=council.name, ons_code=council.ons_code)
        (folder / f"{number}.xlsx").write_bytes(workbook(FORM, answers))
    return folder


@pytest.mark.parametrize(("audience", "others"), [("internal", ()), ("public", (SAMPLES,)), ("participants", ())])
def test_the_same_bytes_on_any_day_in_any_place(
    audience: str, others: Sequence[Path], forms: Path, tmp_path: Path
) -> None:
    """Another seed for hashes, time zone, language, folder of the files, order of them, and number of threads."""
    tomorrow = (
        "import datetime, sys, time\n"
        "real = time.time\n"
        "time.time = lambda: real() + 86400 * 400\n"
        "class Later(datetime.datetime):\n"
        "    @classmethod\n"
        "    def now(cls, tz=None): return cls(2031, 5, 6, 7, 8, 9, tzinfo=tz)\n"
        "    @classmethod\n"
        "    def utcnow(cls): return cls(2031, 5, 6, 7, 8, 9)\n"
        "datetime.datetime = Later\n"
        "from mspof_cli.__main__ import start\n"
        "start()"
    )
    elsewhere = tmp_path / "elsewhere"
    for folder in (forms, *others):
        shutil.copytree(folder, elsewhere, dirs_exist_ok=True)
        shutil.copytree(folder, tmp_path / "here", dirs_exist_ok=True)
    names = sorted(path.name for path in elsewhere.iterdir())
    told = []
    for number, (env, program, order) in enumerate(
        (
            ({"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C"}, ["-m", "mspof_cli"], names),
            (
                {"PYTHONHASHSEED": "2", "TZ": "Pacific/Kiritimati", "POLARS_MAX_THREADS": "1"},
                ["-c", tomorrow],
                names[::-1],
            ),
        )
    ):
        to = tmp_path / str(number)
        run = subprocess.run(
            [sys.executable, *program, "collate", *order, "--period", "2018-19-Q3", "--to", to,
             "--audience", audience, "--ods"],
            cwd=elsewhere if number else tmp_path / "here", env=environment(**env), capture_output=True, check=False,
        )  # fmt: skip
        assert (run.returncode, run.stderr) == (1, b"")
        told.append({path.name: path.read_bytes() for path in sorted(to.iterdir())})
    assert sorted(told[0]) == sorted([*FILES, "summary.ods"])
    assert told[0] == told[1]


def test_from_another_folder_only_the_files_names_differ(forms: Path, tmp_path: Path) -> None:
    """Measures are the same bytes; the sheet of files names them as they were given."""
    told = []
    for cwd, path in ((forms, "."), (forms.parent, "forms")):
        to = tmp_path / cwd.name
        command = [sys.executable, "-m", "mspof_cli", "collate", path, "--period", "2018-19-Q3", "--to", str(to)]
        command += ["--audience", "internal"]
        run = subprocess.run(command, cwd=cwd, env=environment(), capture_output=True, check=False)
        assert (run.returncode, run.stderr) == (1, b"")
        told.append(to)
    assert (told[0] / "measures.csv").read_bytes() == (told[1] / "measures.csv").read_bytes()
    books = [opened((to / "summary.xlsx").read_bytes()) for to in told]
    for sheet in books[0].sheetnames:
        pages = [[list(row) for row in book[sheet].values] for book in books]
        for page, prefix in zip(pages, ("", "forms/"), strict=True):
            if sheet == "Returns":
                for row in itertools.islice(page, 3, None):
                    row[0] = row[0].removeprefix(prefix)
        assert pages[0] == pages[1]

"""Every figure of a summary, traced to the cells that it is the sum of."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path

import pytest
from build import CLEAN, COLLECTION, QUARTER, SCHEMAS
from shell import ROOT
from test_cli import Outcome
from test_collation import COUNCILS, LARGE, a_return, collated
from test_earlier import numbered, wrote

from mspof_cli.disclosure import publish
from mspof_cli.earlier import earlier
from mspof_cli.errors import UsageError
from mspof_cli.lineage import EVERYBODY, LeftOut, Source, area_named, measure_named, span_named, trace
from mspof_cli.measures import QUARTER as SPAN
from mspof_cli.measures import measures_of
from mspof_cli.outputs.lineage import compose_trace
from mspof_cli.periods import Period

RETURNS = ROOT / "sample_proformas" / "returns"


@pytest.mark.parametrize("audience", ["public", "participants", "internal"])
def test_every_figure_is_the_sum_of_its_cells(audience: str, tmp_path: Path) -> None:
    gap = CLEAN | {"not_achieved": None}
    returns = numbered([a_return(c, gap if n == 1 else CLEAN) for n, c in enumerate(COUNCILS[:5])], "one")
    returns += numbered([a_return(COUNCILS[0], CLEAN | {"not_asked": 9}, QUARTER.previous)], "earlier")
    returns += numbered([a_return(c, CLEAN, QUARTER.previous.previous) for c in COUNCILS[:2]], "first")
    result = collated(returns)
    who, policy = SCHEMAS.audiences[audience]
    summary = wrote(result, tmp_path / "summary", who, policy)
    before = earlier(summary, COLLECTION, returns)
    measures = {(each.slug, each.respondent): each for each in measures_of(COLLECTION)}
    rows = result.measures.to_dicts()
    assert {row["span"] for row in rows} == {SPAN, "year_to_date"}
    assert {row["level"] for row in rows} >= {"participating", "matched_panel", "council"}
    shown = 0
    for row in rows:
        span = span_named(row["span"], Period(*map(int, (row["period"][:4], row["period"][-1]))), before)
        area = (row["level"], row["ons_code"] or "", row["name"])
        traced = trace(before, COLLECTION, measures[row["measure"], row["respondent"]], area, span)
        assert traced.astray == ()
        for part in ("numerator", "denominator"):
            added = [each.value for each in traced.sources if part in each.parts]
            assert (sum(added) if added else None) == row[part] == traced.exact.get(part)
        if traced.shown and traced.exact:
            shown += traced.shown["numerator"] == publish(traced.exact["numerator"], policy)
    assert shown > 100


def test_a_percentage_that_is_hidden_alone_is_explained(tmp_path: Path) -> None:
    """250 of 253 can be shown, but not that 3 are left."""
    few = LARGE | {"fully_achieved": 250, "partially_achieved": 3, "not_achieved": 0, "asked_expressed": 253}
    returns = numbered([a_return(COUNCILS[0], few)], "one")
    summary = wrote(collated(returns), tmp_path / "summary", *SCHEMAS.audiences["participants"])
    before = earlier(summary, COLLECTION, returns)
    measure = measure_named("fully_achieved_percent", None, COLLECTION)
    lines = [
        line.text
        for line in compose_trace(
            trace(before, COLLECTION, measure, EVERYBODY, span_named(SPAN, QUARTER, before)), before
        ).lines
    ]
    assert any(line.endswith(" shows: 250 of 255, [c] per cent.") for line in lines)
    assert "What is shown follows from these returns." in lines
    assert "A number is hidden where it is small, of few councils, or could give another away." in lines


def test_the_cells_of_one_figure(tmp_path: Path) -> None:
    one, two = COUNCILS[:2]
    returns = numbered([a_return(one, CLEAN), a_return(two, CLEAN | {"not_achieved": None})], "r")
    summary = wrote(collated(returns), tmp_path / "summary", *SCHEMAS.audiences["internal"])
    before = earlier(summary, COLLECTION, returns)
    traced = trace(
        before,
        COLLECTION,
        measure_named("fully_achieved_percent", None, COLLECTION),
        EVERYBODY,
        span_named(SPAN, QUARTER, before),
    )
    file = returns[0].file
    assert traced.sources == (
        Source(("numerator", "denominator"), one.name, file, "Questions", "C19", "Fully achieved", 17),
        Source(("denominator",), one.name, file, "Questions", "C20", "Partially achieved", 6),
        Source(("denominator",), one.name, file, "Questions", "C21", "Not achieved", 2),
    )
    assert traced.left_out == (LeftOut(two.name, returns[1].file, ("Not achieved",)),)
    assert traced.exact == {"numerator": 17, "denominator": 25}


def test_a_figure_that_does_not_follow(tmp_path: Path) -> None:
    returns = numbered([a_return(council, CLEAN) for council in COUNCILS[:3]], "r")
    summary = wrote(collated(returns), tmp_path / "summary", *SCHEMAS.audiences["public"])
    measure = measure_named("fully_achieved", None, COLLECTION)
    row = next(row for row in summary.rows if (row.level, row.measure) == ("participating", "fully_achieved"))
    changed = summary._replace(rows={**summary.rows, row: {**summary.rows[row], "numerator": "55"}})
    told = [
        trace(before, COLLECTION, measure, EVERYBODY, span_named(SPAN, QUARTER, before)).astray
        for before in (earlier(each, COLLECTION, returns) for each in (summary, changed))
    ]
    assert told == [(), ("numerator",)]


@pytest.mark.parametrize(
    ("name", "respondent", "message"),
    [
        ("fuly_achieved", None, "There is no measure 'fuly_achieved' .* Did you mean 'fully_achieved'"),
        ("listened_always", None, "was answered by adult and representative"),
        ("fully_achieved", "adult", "was not asked of respondents apart"),
    ],
)
def test_a_measure_that_is_none(name: str, respondent: str | None, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        measure_named(name, respondent, COLLECTION)
    assert re.search(message, f"{caught.value.problem} {caught.value.remedy}")


def test_an_area_by_name_or_code() -> None:
    edition = collated([a_return(COUNCILS[0], CLEAN)]).edition
    council = COUNCILS[0]
    wanted = ("council", council.ons_code, council.name)
    assert area_named("council", council.ons_code.lower(), edition) == wanted
    assert area_named("council", council.name.upper(), edition) == wanted
    with pytest.raises(UsageError) as caught:
        area_named("council", council.name.split()[0], edition)
    assert f"Did you mean '{council.name}'" in caught.value.remedy


@pytest.fixture(scope="module")
def summaries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("summaries")
    shutil.copytree(RETURNS, folder / "returns")
    for audience in ("public", "internal"):
        options = ("--period", "2018-19-Q3", "--audience", audience, "--to", str(folder / audience))
        assert Outcome("collate", str(folder / "returns"), *options).status == 0
    return folder


def test_trace_from_the_command_line(summaries: Path) -> None:
    said = Outcome("trace", str(summaries / "internal"), "fully_achieved_percent", "--region", "north west")
    named = Outcome(
        *("trace", str(summaries / "public"), "fully_achieved_percent", "--region", "North West"),
        *("--returns", str(summaries / "returns")),
    )
    assert (said.status, said.err, named.status, named.err) == (0, "", 0, "")
    assert "shows: 126 of 192, 65.62 per cent." in said.out
    assert "shows: 125 of 190, 66 per cent." in named.out
    cells = Outcome("trace", str(summaries / "internal"), "fully_achieved_percent", "--format", "csv")
    told = list(csv.DictReader(io.StringIO(cells.out, newline="")))
    assert sum(int(row["value"]) for row in told if "numerator" in row["parts"]) == 766


@pytest.mark.parametrize(
    ("arguments", "status", "problem"),
    [
        (["public", "fully_achieved"], 2, "does not say where its returns are"),
        (
            ["internal", "fully_achieved", "--region", "a", "--council", "b"],
            2,
            "More than one area is named.",
        ),
        (["internal", "fully_achieved", "--type", "Shire"], 2, "There is no council type 'Shire' in this summary."),
        (["internal", "fully_achieved", "--period", "2012-13-Q1"], 2, "There is nothing of 2012-13-Q1 in 'internal'."),
        (["internal", "fully_achieved", "--council", "Farrow"], 2, "There is no council 'Farrow' in this summary."),
        (
            ["public", "fully_achieved", "--returns", "returns/2018-19-Q3"],
            2,
            "returns that '.*' was made of are not here",
        ),
        (["returns", "fully_achieved"], 2, "There is no '.*manifest.json'."),
    ],
)
def test_what_can_not_be_traced(
    arguments: list[str], status: int, problem: str, summaries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(summaries)
    outcome = Outcome("trace", *arguments)
    assert outcome.trouble is not None
    assert outcome.status == status
    assert re.search(problem, outcome.trouble.problem)


def test_a_return_that_was_changed_is_not_taken_for_it(summaries: Path, tmp_path: Path) -> None:
    shutil.copytree(summaries / "returns", tmp_path / "returns")
    manifest = json.loads((summaries / "internal" / "manifest.json").read_text(encoding="utf-8"))
    used = next(each for each in manifest["inputs"] if each["decision"] == "used")
    changed = tmp_path / Path(used["file"]).relative_to(summaries)
    changed.write_bytes(changed.read_bytes() + b" ")
    outcome = Outcome(*("trace", str(summaries / "internal"), "fully_achieved", "--returns", str(tmp_path / "returns")))
    assert outcome.trouble is not None
    assert outcome.status == 2
    assert outcome.trouble.problem.startswith("1 of the 20 returns")
    assert Path(used["file"]).name in outcome.trouble.problem

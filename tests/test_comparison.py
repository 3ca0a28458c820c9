"""The collated quarter beside what was published: every sum again in plain Python, and each position by its range."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from build import COLLECTION, SCHEMAS
from shell import ROOT, mspof

from mspof_cli.loading import Schemas, schemas_folder
from mspof_cli.pipeline import validate

SAMPLES = ROOT / "sample_proformas"
Row = Mapping[str, str]


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("summary")
    sac = SAMPLES / "sac" / "2018-19.xlsx"
    done = mspof("collate", SAMPLES / "returns", "--period", "2018-19-Q4", "--sac", sac, "--to", folder,
                 "--audience", "internal")  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert "Beside SAC, sums of 2018-19: 11 above, 1 below, 32 inside." in done.stdout.decode()
    return folder


def rows(path: Path) -> list[Row]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def test_every_sum_is_that_of_the_returns_that_count(summary: Path) -> None:
    sums: dict[tuple[str, str], list[int]] = {}
    for checked in validate([SAMPLES / "returns"], Schemas(schemas_folder())).checked:
        council = checked.ret.who.council
        assert council
        for name, value in ({} if checked.set_aside else checked.ret.values()).items():
            if value is not None:
                sums.setdefault((council.ons_code, name), []).append(value)
    found = rows(summary / "sac.csv")
    councils = {"DEMO00001", "DEMO00003", "DEMO00006", "DEMO00012"}
    assert {row["ons_code"] for row in found} == councils
    for row in found:
        values = sums[row["ons_code"], row["measure"]]
        assert (int(row["sum"]), int(row["quarters"])) == (sum(values), len(values))
        low, high = int(row["allowed_low"]), int(row["allowed_high"])
        assert low <= int(row["low"]) <= int(row["high"]) <= high
        wanted = "above" if sum(values) > high else "below" if sum(values) < low else "inside"
        assert row["position"] == wanted


def test_quarters_to_come_are_not_missed(tmp_path: Path) -> None:
    sac = SAMPLES / "sac" / "2018-19.xlsx"
    mspof("collate", SAMPLES / "returns", "--period", "2018-19-Q2", "--sac", sac, "--to", tmp_path,
          "--audience", "internal")  # fmt: skip
    found = rows(tmp_path / "sac.csv")
    assert {row["quarters"] for row in found} == {"2"}  # Q3 and Q4 are there, but are not of this summary
    assert {row["position"] for row in found} <= {"below_so_far", "inside"}
    other = mspof("collate", SAMPLES / "returns", "--period", "2018-19-Q2", "--sac", SAMPLES / "sac" / "2017-18.ods",
                  "--to", tmp_path, "--audience", "internal")  # fmt: skip
    assert other.returncode == 0
    found = rows(tmp_path / "sac.csv")
    assert {(row["position"], row["low"], row["high"]) for row in found} == {("no_comparator", "", "")}


def test_england_is_what_was_published(summary: Path) -> None:
    published = {
        "fully_achieved_percent": ["67.2", "67.8", "68.1", "66.7"],
        "fully_or_partially_achieved_percent": ["89.1", "94.1", "94.2", "93.1"],
    }
    found = rows(summary / "england.csv")
    for measure, shares in published.items():
        assert [row["england_value"] for row in found if row["measure"] == measure] == shares
    measures = rows(summary / "measures.csv")
    pooled = {row["measure"]: row for row in measures if (row["level"], row["span"]) == ("participating", "quarter")}
    for row in found:
        assert all(row[name] == pooled[row["measure"]][name] for name in ("numerator", "denominator", "value"))
        share = Fraction(100 * int(row["numerator"]), int(row["denominator"]))
        assert abs(share - Fraction(row["value"])) <= Fraction(1, 200)
    figures = {(each.year, each.measure): each.published for each in SCHEMAS.england(COLLECTION.slug)}
    assert len(figures) == 18
    assert figures["2020-21", "not_achieved"] == 3690


def test_the_workbook_has_a_sheet_for_each(summary: Path) -> None:
    book = openpyxl.load_workbook(summary / "summary.xlsx")
    assert book.sheetnames[-2:] == ["SAC", "England"]
    values = [[cell.value for cell in row] for row in book["SAC"].iter_rows(min_row=4)]
    assert [row[4:6] + row[-1:] for row in values] == [
        [int(row["sum"]), int(row["quarters"]), row["position"].replace("_", " ")] for row in rows(summary / "sac.csv")
    ]


def test_a_published_file_is_never_written_over(tmp_path: Path) -> None:
    copy = tmp_path / "sac.csv"
    copy.write_bytes((SAMPLES / "sac" / "2018-19.csv").read_bytes())
    done = mspof("collate", SAMPLES / "returns", "--period", "2018-19-Q4", "--sac", f"2018-19={copy}", "--to", tmp_path,
                 "--audience", "internal")  # fmt: skip
    assert done.returncode == 2
    assert copy.read_bytes() == (SAMPLES / "sac" / "2018-19.csv").read_bytes()


def test_a_publication_that_nothing_was_compared_with_is_named() -> None:
    sacs = [argument for year in ("2017-18", "2018-19") for argument in ("--sac", SAMPLES / "sac" / f"{year}.xlsx")]
    done = mspof("validate", SAMPLES / "returns", *sacs, "--quiet")
    assert done.returncode == 0
    assert done.stderr.decode().splitlines() == [
        (
            f"mspof: No return was compared with '{SAMPLES / 'sac' / '2017-18.xlsx'}', which is for 2017-18. "
            "Another file is nearer to every return."
        )
    ]

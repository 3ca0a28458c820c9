"""The data file of what is published: mistakes in it stop the command, and what comes of it is as it says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from build import COLLECTION, SCHEMAS
from shell import ROOT, mspof

from mspof_cli.intervals import Interval
from mspof_cli.sac import NOTHING, Publication, Published, Sac, joined

SAC = ROOT / "sample_proformas" / "sac" / "2018-19.xlsx"
COMPARATOR, _ = SCHEMAS.comparator("msp-outcomes")


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        ("sac.toml", ('policy = "nhs-sac"', 'policy = "nhs"'), "the policy 'nhs' is not in disclosure.toml."),
        ("sac.toml", ("Section 42 enquiries only", "All"), "'All' is not a choice of 'scope' on the cover."),
        ("sac.toml", ("\nasked_expressed =", "\nasked_expresed ="), "'asked_expresed', which is not a figure"),
        ("sac.toml", ('"asked_all", "achieved_all"]', '"asked_al"]'), "'asked_al' is compared, but is neither"),
        ("sac.toml", ('"asked_all", "achieved_all"]', '"risk_involved_all"]'), "but no table gives every part of it."),
        ("sac.toml", ("late_closures = 2", "late_closure = 2"), "'late_closure' is not a name that belongs there."),
        ("sac.toml", ("ons_code = [", "ons = ["), "'identifiers' has no headings for 'ons_code'."),
        ("../disclosure.toml", ("base = 5", "base = 10"), "the base of 'nhs-sac' is not an odd number."),
    ],
)
def test_mistakes_in_the_data(tmp_path: Path, file: str, change: tuple[str, str], words: str) -> None:
    folder = tmp_path / "schemas"
    shutil.copytree(ROOT / "schemas", folder)
    path = folder / "msp-outcomes" / file
    text = path.read_text(encoding="utf-8")
    assert change[0] in text
    path.write_text(text.replace(*change), encoding="utf-8")
    done = mspof("sac", SAC, "--schemas", folder)
    assert done.returncode == 3
    assert words in done.stderr.decode()


def test_without_a_comparator_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    (tmp_path / "schemas" / "msp-outcomes" / "sac.toml").unlink()
    done = mspof("sac", SAC, "--schemas", tmp_path / "schemas")
    assert done.returncode == 2
    assert "0 of the collections" in done.stderr.decode()


@pytest.mark.parametrize(
    ("interval", "exactness"),
    [
        (Interval(118, 122), "exact"),
        (Interval(5, 7), "exact"),
        (Interval(0, 4), "suppressed"),
        (Interval(0, 16), "suppressed"),
        (Interval(300, 324), "wide"),
        (Interval(300), "wide"),
        (Interval(0), "missing"),
        (Interval.exactly(0), "exact"),
    ],
)
def test_how_exact_a_figure_is(interval: Interval, exactness: str) -> None:
    assert Published(interval).exactness == exactness


def test_figures_that_make_up_one() -> None:
    first, second = Published(Interval(118, 122), "120", "Table 8 E5"), Published(Interval(0, 4), "[c]", "Table 8 F5")
    assert joined([first]) == first
    assert joined([first, second]) == Published(Interval(118, 126), "120 + [c]", "Table 8 E5; Table 8 F5")
    assert joined([first, NOTHING]) == Published(Interval(118), "120 + nothing", "Table 8 E5")
    assert joined([NOTHING, NOTHING]) == NOTHING


def test_which_publication_a_year_is_compared_with() -> None:
    publications = tuple(Publication(f"{year}.xlsx", "", year, "", {}) for year in (2015, 2017, 2019))
    sac = Sac(COLLECTION, COMPARATOR, publications)
    found = [sac.beside(year) for year in (2014, 2015, 2016, 2018, 2019, 2020)]
    assert [each.start_year if each else None for each in found] == [None, 2015, 2015, 2017, 2019, 2019]
    same = [sac.of_year(year) for year in (2016, 2017)]
    assert [each.start_year if each else None for each in same] == [None, 2017]
    assert COMPARATOR.measures[0] == "asked_expressed"
    assert [each.slug for each in COMPARATOR.shares(COLLECTION) if each.watched] == [
        "asked_percent",
        "fully_achieved_percent",
    ]

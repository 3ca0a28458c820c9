"""Who has returned: standings, years, reorganised councils, regions, systems, and the files to chase by."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from batch import OUTCOMES
from build import FORM, FORMS, SCHEMAS, Value, clean, cover, figures, returned, workbook
from hypothesis import given, settings
from hypothesis import strategies as st
from shell import ROOT, mspof

from mspof_cli.errors import MspofError, UsageError
from mspof_cli.outputs.participation import compose_participation, participation_files
from mspof_cli.outputs.text import plain
from mspof_cli.participation import Participation, Standing, System, Year, participation
from mspof_cli.periods import Period, quarter_label
from mspof_cli.questions import State
from mspof_cli.returns import Return
from mspof_cli.rules import check

HISTORY = ROOT / "sample_proformas" / "history"
Q3 = Period(2018, 3)
COUNCILS = SCHEMAS.register(FORM.collection).councils
NUMBERS = {council.ons_code: number for number, council in enumerate(COUNCILS)}
CODES = {council.name: council.ons_code for council in COUNCILS}


def of(name: str, period: Period = Q3, changes: dict[str, Value | None] | None = None, /, **on_cover: Any) -> Return:
    """A council's return for a quarter, with figures of its own: the first three questions."""
    more = 10 * NUMBERS[CODES[name]] + period.quarter
    own = OUTCOMES | {"enquiries_completed": 40 + more, "asked_not_recorded": 2 + more} | (changes or {})
    who = {"council": name, "ons_code": CODES[name], "year": period.year, "quarter": quarter_label(period.quarter)}
    form = FORMS.get(period.year, FORM)
    return returned(cover(**{**who, **on_cover}) | figures(own), form, f"{name} {period} {on_cover}.xlsx")


def part(*returns: Return, period: Period | None = None) -> Participation:
    return participation(check(returns), period, SCHEMAS.register)


def standings(found: Participation) -> dict[str, Standing]:
    return {row.council.name: row.standing for row in found.rows if row.standing is not Standing.NOT_RETURNED}


def test_how_councils_stand() -> None:
    found = part(
        returned(clean(), file="whole.xlsx"),
        of("Brackenholt (demonstration)"),
        of("Caldersby (demonstration)", Q3, {"not_asked": "n/a"}),
        of("Dunmarsh (demonstration)", Q3, dict.fromkeys(OUTCOMES)),
        of("Elverdale (demonstration)", Period(2018, 2)),
        of("Farrowshire (demonstration)", Q3, {"not_asked": "n/a"}),
        of("Farrowshire (demonstration)", Q3, submission=2),
        of("Glimmerbeck (demonstration)", Q3, council=None, ons_code=None),
    )
    assert standings(found) == {
        "Ambermere (demonstration)": Standing.RETURNED,
        "Brackenholt (demonstration)": Standing.PARTIAL,
        "Caldersby (demonstration)": Standing.NEEDS_CORRECTING,
        "Farrowshire (demonstration)": Standing.PARTIAL,
    }
    assert (found.period, found.taking_part, len(found.rows)) == (Q3, 3, 23)
    assert [row.council.name for row in found.rows if row.lapsed] == ["Elverdale (demonstration)"]
    assert found.unknown == ("Glimmerbeck (demonstration) 2018-19-Q3 {'council': None, 'ons_code': None}.xlsx",)
    assert [found.answering(slug) for slug in found.collection.questions] == [3, 3, 3, 1, 1, 1, 1, 1]


def test_joined_and_lapsed() -> None:
    name, other = "Ambermere (demonstration)", "Brackenholt (demonstration)"
    returns = (of(name, Period(2018, 2)), of(other, Q3), of(name, Period(2018, 4)))
    for period, expected in {
        Period(2018, 2): {name: (True, False, Period(2018, 2))},
        Q3: {name: (False, True, Period(2018, 2)), other: (True, False, Q3)},
        Period(2018, 4): {name: (False, False, Period(2018, 4)), other: (False, True, Q3)},
    }.items():
        rows = part(*returns, period=period).rows
        assert {row.council.name: (row.joined, row.lapsed, row.last) for row in rows if row.last} == expected


def test_the_programme_s_history() -> None:
    """14 councils in 2018-19, and 22 by 2019-20: one of those in the second year followed one of the first."""
    done = mspof("participation", HISTORY, "--period", "2019-20-Q3")
    assert done.returncode == 0
    table = done.stdout.decode().partition("By year\n")[2].partition("\n\n")[0]
    assert table.splitlines()[2:] == [
        "2018-19  14         14   14      23",
        "2019-20  12         8    22      23",
    ]


def real(name: str, start: int, quarter: int = 3) -> Return:
    """A real council's return for a year of which there may be no form: it is on that of 2019-20."""
    year = Period(start, quarter)
    return of(name, year, completed=year.last_day)


def years(*returns: Return) -> list[Year]:
    return list(part(*returns).years)


def test_councils_that_were_reorganised_are_counted_once() -> None:
    assert years(real("Bournemouth", 2018), real("Poole", 2018), real("Bournemouth, Christchurch and Poole", 2019)) == [
        Year("2018-19", 2, 2, 2, 152),
        Year("2019-20", 1, 0, 2, 151),
    ]
    northants = [real("North Northamptonshire", 2021), real("West Northamptonshire", 2021)]
    assert years(real("Northamptonshire", 2019), *northants) == [
        Year("2019-20", 1, 1, 1, 151),
        Year("2021-22", 2, 0, 1, 152),
    ]
    assert years(*northants) == [Year("2021-22", 2, 2, 2, 152)]
    assert years(real("Cumberland", 2023), real("Cumbria", 2022)) == [
        Year("2022-23", 1, 1, 1, 152),
        Year("2023-24", 1, 0, 1, 153),
    ]


REGISTERED = [(2018, 152), (2019, 151), (2020, 151), (2021, 152), (2022, 152), (2023, 153)]


@pytest.mark.parametrize(("start", "councils"), REGISTERED)
def test_the_register_of_the_time(start: int, councils: int) -> None:
    found = part(real("Kent", start))
    assert len(found.rows) == sum(area.councils for area in found.regions) == councils
    assert len(found.regions) == 9
    assert [area.name for area in found.regions if area.taking_part] == ["South East"]


def test_what_systems_supply() -> None:
    """By a council's latest return, and all that it returned in the year; each council is counted once."""
    found = part(
        of("Ambermere (demonstration)", Period(2018, 1), system="Azeus"),
        returned(clean(system="Mosaic"), file="whole.xlsx"),
        of("Brackenholt (demonstration)", system="mosaic "),
        of("Caldersby (demonstration)", system="Our own"),
        of("Dunmarsh (demonstration)", system=None),
        of("Elverdale (demonstration)", Period(2019, 1), system="Eclipse"),
        period=Q3,
    )
    first = {"enquiries": 1, "asked": 1, "achieved": 1}
    rest = dict.fromkeys(("risk_involved", "understood", "listened", "happy", "safer"), 0)
    assert found.systems == (
        System("Mosaic", 2, dict.fromkeys(first, 2) | dict.fromkeys(rest, 1)),
        System("Another system", 1, first | rest),
        System("Not stated", 1, first | rest),
    )


NAMES = [council.name for council in COUNCILS if council.register_name == "demonstration_councils"][:8]
RETURNS = st.sets(st.tuples(st.sampled_from(NAMES), st.just(2018) | st.just(2019), st.integers(1, 4)), min_size=1)


@settings(max_examples=25)
@given(RETURNS)
def test_laws(some: set[tuple[str, int, int]]) -> None:
    found = part(*(of(name, Period(year, quarter)) for name, year, quarter in sorted(some)))
    assert len({row.council.ons_code for row in found.rows}) == len(found.rows) == 23
    assert found.taking_part == sum(area.taking_part for area in found.regions)
    so_far = [year.so_far for year in found.years]
    assert so_far == sorted(so_far)
    assert so_far[-1] == len({name for name, _, _ in some})
    assert sum(year.new for year in found.years) == so_far[-1]
    assert all(found.answering(slug) <= found.taking_part for slug in found.collection.questions)
    assert all(each.supplied[slug] <= each.councils for each in found.systems for slug in each.supplied)


def test_nothing_to_say() -> None:
    with pytest.raises(MspofError, match="No return says whose it is"):
        part(Return("a.xlsx", ""))
    with pytest.raises(UsageError, match="more than one register"):
        part(real("Kent", 2018), returned(clean()))


def three() -> Participation:
    """A council that returned all, one that returned a part, and one that has lapsed."""
    whole = returned(clean(), file="whole.xlsx")
    return part(whole, of("Caldersby (demonstration)"), of("Dunmarsh (demonstration)", Period(2018, 2)))


def test_the_whole_text() -> None:
    text = "\n".join(plain(report) for report in compose_participation(three()))
    head, _, rest = text.partition("\nBy region\n")
    assert head == (
        "MSPOF 2018-19-Q3: 2 of 23 councils on the register take part (9 %).\n"
        "1 returned, 1 partial, 0 needs correcting, 21 not returned.\n"
        "Joined: Ambermere (demonstration), Caldersby (demonstration).\n"
        "Lapsed: Dunmarsh (demonstration).\n"
    )
    assert "North East                1            2         50 %\n" in rest
    assert "Partial (1)\n  Caldersby (demonstration): without Q3, Q4, Q5, Q6, Q7\n" in rest
    assert "  Dunmarsh (demonstration), last returned 2018-19-Q2\n" in rest


def test_a_quarter_that_there_is_no_return_for_is_named() -> None:
    """Nobody has returned, or the quarter is not the one that was meant."""
    returns = [of("Dunmarsh (demonstration)", period) for period in (Period(2018, 2), Q3)]
    quarter = Period(2019, 1)
    text = plain(compose_participation(part(*returns, period=quarter))[0])
    there = "There are returns for 2018-19-Q3, 2018-19-Q2."
    assert f"There is no return for 2019-20-Q1 among these files. {there}" in text.splitlines()
    assert "There is no return" not in plain(compose_participation(part(*returns))[0])


@pytest.mark.parametrize(
    ("more", "has_errors"),
    [
        (of("Caldersby (demonstration)"), False),
        (of("Caldersby (demonstration)", Q3, {"not_asked": "n/a"}), True),
        (of("Caldersby (demonstration)", Period(2018, 2), {"not_asked": "n/a"}), False),
        (of("Caldersby (demonstration)", year="2018"), True),
    ],
)
def test_what_needs_correcting_is_an_error_of_its_quarter(more: Return, has_errors: bool) -> None:
    assert part(of("Dunmarsh (demonstration)"), more, period=Q3).has_errors is has_errors


def test_a_council_that_had_ended_is_not_known() -> None:
    found = part(real("Kent", 2019), real("Poole", 2019))
    assert (found.unknown, found.has_errors) == (
        ("Poole 2019-20-Q3 {'completed': datetime.date(2019, 12, 31)}.xlsx",),
        True,
    )


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


@pytest.mark.parametrize(
    "mailbox", ["Jane Smith", "ring 07700 900123", "none", "a@example.org, b@example.org", "a@example..org"]
)
def test_what_is_no_address_is_not_in_the_list_to_chase_by(mailbox: str) -> None:
    told = part(returned(clean(mailbox=mailbox, council="Caldersby (demonstration)", ons_code="DEMO00003")))
    files = participation_files(told)
    assert mailbox not in files["chase.csv"].decode()
    (line,) = (line.text for line in compose_participation(told)[0].lines if "e-mail" in line.text)
    assert line == "What the cover gives as the team's mailbox is not one e-mail address: Caldersby (demonstration)."


@pytest.mark.parametrize(
    "mailbox", ["mailto:a@example.org", "Team <a@example.org>", "a@example.org.", " a@example.org"]
)
def test_an_address_is_found_in_what_stands_around_it(mailbox: str) -> None:
    told = part(returned(clean(mailbox=mailbox, council="Caldersby (demonstration)", ons_code="DEMO00003")))
    (row,) = (row for row in told.rows if row.council.ons_code == "DEMO00003")
    assert (row.address, row.is_misaddressed) == ("a@example.org", False)


def test_the_list_to_chase_by() -> None:
    files = participation_files(three())
    chase = {row["ons_code"]: row for row in rows(files["chase.csv"])}
    assert len(chase) == 22
    assert chase["DEMO00003"] == {
        "ons_code": "DEMO00003",
        "council": "Caldersby (demonstration)",
        "region": "North West",
        "official_name": "Caldersby Council (demonstration)",
        "address": "safeguarding.data@example.org",
        "period": "2018-19-Q3",
        "standing": "partial",
        "questions_missing": "Q3; Q4; Q5; Q6; Q7",
        "last_returned": "2018-19-Q3",
        "what_to_do": "Your partial return is counted as it is. If you can supply more, send the form again with the "
        "next submission number.",
    }
    assert chase["DEMO00004"]["last_returned"] == "2018-19-Q2"
    assert (chase["DEMO00004"]["address"], chase["DEMO00009"]["address"]) == ("safeguarding.data@example.org", "")
    assert chase["DEMO00004"]["what_to_do"] == "Send the form for the quarter. A partial return is welcome."
    whole = {row["ons_code"]: row for row in rows(files["participation.csv"])}
    assert (len(whole), whole["DEMO00001"]["standing"], whole["DEMO00001"]["Q7"]) == (23, "returned", "yes")
    assert list(rows(files["years.csv"])[0].values()) == ["2018-19", "3", "3", "3", "23"]


def test_files_are_written_where_they_are_asked_for(tmp_path: Path) -> None:
    done = mspof("participation", HISTORY, "--to", tmp_path / "out")
    assert done.returncode == 0
    names = ["chase.csv", "participation.csv", "regions.csv", "systems.csv", "years.csv"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
    assert rows((tmp_path / "out" / "systems.csv").read_bytes())[0]["year"] == "2019-20"


def test_exit_status(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "form.xlsx").write_bytes(workbook(FORM, clean()))
    assert mspof("participation", tmp_path / "in", "--period", "Q3").returncode == 2
    assert mspof("participation", tmp_path / "in", "--to", tmp_path / "in" / "out").returncode == 2
    assert mspof("participation", tmp_path / "nothing").returncode == 2
    (tmp_path / "in" / "empty.xlsx").write_bytes(b"")
    assert mspof("participation", tmp_path / "in").returncode == 1
    (tmp_path / "in" / "form.xlsx").write_bytes(b"")
    assert mspof("participation", tmp_path / "in").returncode == 3


def test_a_state_for_each_question_of_a_return_that_needs_correcting() -> None:
    found = part(of("Caldersby (demonstration)", Q3, {"not_asked": "n/a"}))
    [row] = [row for row in found.rows if row.standing is Standing.NEEDS_CORRECTING]
    assert row.states["asked"] is State.INCOMPLETE
    assert found.taking_part == 0

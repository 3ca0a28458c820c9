"""The councils of England by code, by name and by date, and the invented ones for demonstrations."""

from __future__ import annotations

import datetime

import pytest
from build import REGISTER, SCHEMAS
from hypothesis import given
from hypothesis import strategies as st

from mspof_cli.loading import _councils
from mspof_cli.periods import Period
from mspof_cli.register import Register, name_key

ENGLAND = Register(_councils(SCHEMAS.folder / "councils.csv"))
PERIODS = st.builds(Period, st.integers(2018, 2030), st.integers(1, 4))


@pytest.mark.parametrize(
    ("years", "active"),
    [((2018,), 152), ((2019, 2020), 151), ((2021, 2022), 152), ((2023, 2024, 2025), 153)],
)
def test_how_many_councils_there_were(years: tuple[int, ...], active: int) -> None:
    counts = {year: [len(ENGLAND.existing_in(Period(year, quarter))) for quarter in range(1, 5)] for year in years}
    assert counts == {year: [active] * 4 for year in years}


def test_every_code_is_one_councils_and_every_successor_exists() -> None:
    codes = [code for council in REGISTER.councils for code in (council.ons_code, *council.other_ons_codes)]
    assert sorted(codes) == sorted(set(codes))
    for council in REGISTER.councils:
        assert [REGISTER.by_code(code) for code in (council.ons_code, *council.other_ons_codes)] == [council] * (
            1 + len(council.other_ons_codes)
        )
        for code in council.successor_ons_codes:
            follower = REGISTER.by_code(code)
            assert follower is not None
            assert council.valid_to is not None
            assert follower.valid_from == council.valid_to + datetime.timedelta(days=1)


def test_there_are_nine_regions_and_five_types() -> None:
    assert len({(c.region_code, c.region_name) for c in REGISTER.councils}) == 9
    assert len({c.council_type for c in REGISTER.councils}) == 5


@given(PERIODS, st.sampled_from(REGISTER.councils))
def test_no_two_councils_of_a_quarter_share_a_name(period: Period, council: object) -> None:
    for each in REGISTER.existing_in(period):
        for name in filter(None, (each.name, each.official_name)):
            assert [c for c in REGISTER.named(name) if c.existed_in(period)] == [each]


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Somerset", ["E10000027", "E06000066"]),
        ("North Yorkshire", ["E10000023", "E06000065"]),
        ("Somerset County Council", ["E10000027"]),
        ("Somerset Council", ["E10000027", "E06000066"]),
        ("North Yorkshire Council", ["E10000023", "E06000065"]),
        ("Dorset County Council", ["E10000009"]),
        ("Dorset Council", ["E10000009", "E06000059"]),
        ("Dorset", ["E10000009", "E06000059"]),
        ("Bristol", ["E06000023"]),
        ("Hull", ["E06000010"]),
        ("City of London", ["E09000001"]),
        ("London", []),
        ("City", []),
        ("Buckinghamshire County", ["E10000002"]),
        ("Buckinghamshire County Council", ["E10000002"]),
        ("Buckinghamshire", ["E10000002", "E06000060"]),
        ("Buckinghamshire Council", ["E10000002", "E06000060"]),
        ("  the  LEEDS city council ", ["E08000035"]),
        ("Leeds", ["E08000035"]),
        ("St Helens", ["E08000013"]),
        ("St. Helens Council", ["E08000013"]),
        ("Hammersmith & Fulham", ["E09000013"]),
        ("London Borough of Hammersmith and Fulham", ["E09000013"]),
        ("Telford & Wrekin Council", ["E06000020"]),
        ("Stoke on Trent", ["E06000021"]),
        ("Bournemouth Christchurch & Poole", ["E06000058"]),
        ("City of York Council", ["E06000014"]),
        ("York", ["E06000014"]),
        ("Isles of Scilly", ["E06000053"]),
        ("Gloucester", []),
        ("", []),
        ("Council", []),
    ],
)
def test_names_as_people_write_them(name: str, codes: list[str]) -> None:
    assert [council.ons_code for council in ENGLAND.named(name)] == codes


@pytest.mark.parametrize("name", ["Ambermere", "  the AMBERMERE council", "Ambermere (demonstration)"])
def test_what_is_in_brackets_may_be_left_off(name: str) -> None:
    assert [council.ons_code for council in REGISTER.named(name)] == ["DEMO00001"]


def test_no_councils_share_a_name_without_its_brackets() -> None:
    for council in REGISTER.councils:
        short = council.name.partition(" (")[0]
        assert {c.register_name for c in REGISTER.named(short)} == {council.register_name}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Gloucester", "Gloucestershire"),
        ("Ambermeer", "Ambermere (demonstration)"),
        ("Leeeds City Council", "Leeds"),
        ("Nowhere at all", None),
        ("E07000001", None),
        ("", None),
        ("x" * 32_767, None),
    ],
)
def test_the_nearest_name(text: str, name: str | None) -> None:
    assert REGISTER.nearest(text) == name


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("E08000016", "Barnsley"),
        ("E08000038", "Barnsley"),
        ("E08000019", "Sheffield"),
        ("E08000039", "Sheffield"),
        ("E08000020", "Gateshead"),
        ("E06000048", "Northumberland"),
        (" e0800 0016 ", "Barnsley"),
        ("E10000009", "Dorset County"),
        ("E06000059", "Dorset Council"),
        ("E10000002", "Buckinghamshire County"),
        ("E06000060", "Buckinghamshire"),
        ("E07000001", None),
        ("809", None),
        ("", None),
    ],
)
def test_codes(code: str, name: str | None) -> None:
    council = ENGLAND.by_code(code)
    assert (council and council.name) == name


@pytest.mark.parametrize(
    ("code", "last", "first_gone"),
    [("E10000009", Period(2018, 4), Period(2019, 1)), ("E10000002", Period(2019, 4), Period(2020, 1))],
)
def test_a_council_that_was_replaced_exists_to_the_last_day_of_its_last_quarter(
    code: str, last: Period, first_gone: Period
) -> None:
    council = ENGLAND.by_code(code)
    assert council is not None
    follower = ENGLAND.by_code(council.successor_ons_codes[0])
    assert follower is not None
    assert [(council.existed_in(p), follower.existed_in(p)) for p in (last, first_gone)] == [
        (True, False),
        (False, True),
    ]


@pytest.mark.parametrize(
    ("text", "period", "names"),
    [
        ("MSPOF return Leeds Q3", Period(2018, 3), ["Leeds"]),
        ("E08000035 final", Period(2018, 3), ["Leeds"]),
        ("e08000035", None, ["Leeds"]),
        ("North Somerset", Period(2018, 3), ["North Somerset", "Somerset"]),
        ("Somerset", None, ["Somerset", "Somerset"]),
        ("Dorset", Period(2018, 3), []),
        ("Dorset", Period(2019, 1), ["Dorset Council"]),
        ("Leedsley", Period(2018, 3), []),
        ("North Yorkshire", Period(2018, 3), ["North Yorkshire"]),
        ("Derbyshire", Period(2018, 3), ["Derbyshire"]),
        ("form", Period(2018, 3), []),
        ("", Period(2018, 3), []),
    ],
)
def test_councils_that_a_text_mentions(text: str, period: Period | None, names: list[str]) -> None:
    assert [council.name for council in ENGLAND.mentioned_in(text, period)] == names


def test_what_is_in_brackets_need_not_be_mentioned() -> None:
    assert [c.name for c in REGISTER.mentioned_in("Ravenstoke Q3", Period(2018, 3))] == ["Ravenstoke (demonstration)"]


@given(st.text(max_size=40))
def test_no_text_is_too_odd_to_be_looked_up(text: str) -> None:
    assert REGISTER.named(text) == REGISTER.named(f" {text.upper().lower()} ") or text.upper().lower() != text.lower()
    assert name_key(name_key(text)) == name_key(text) or not text.isascii()
    REGISTER.by_code(text)
    REGISTER.mentioned_in(text, None)

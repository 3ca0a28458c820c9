"""Financial years and quarters, and the ways in which people write them."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mspof_cli.periods import Period, long_date, parse_period, parse_quarter, parse_year, quarter_label

PERIODS = st.builds(Period, st.integers(2001, 2097), st.integers(1, 4))


@given(PERIODS)
def test_next_and_previous_undo_each_other(period: Period) -> None:
    assert period.next.previous == period
    assert period.previous.next == period
    assert period.previous < period < period.next


@given(PERIODS)
def test_quarters_cover_every_day_once(period: Period) -> None:
    assert period.next.first_day - period.last_day == datetime.timedelta(days=1)
    assert 90 <= (period.last_day - period.first_day).days + 1 <= 92
    assert period.first_day.day == 1
    assert period.first_day.month in (1, 4, 7, 10)


@given(PERIODS)
def test_a_period_reads_back(period: Period) -> None:
    assert parse_period(str(period)) == period
    assert parse_year(period.year) == period.start_year
    assert parse_quarter(quarter_label(period.quarter)) == period.quarter


@given(st.text(alphabet="0123456789-/ Qq", max_size=12))
def test_whatever_reads_as_a_period_is_one(text: str) -> None:
    period = parse_period(text)
    if period is not None:
        assert parse_period(str(period)) == period


def test_the_quarters_of_a_year() -> None:
    assert [(str(p), p.first_day, p.last_day) for p in (Period(2019, q) for q in range(1, 5))] == [
        ("2019-20-Q1", datetime.date(2019, 4, 1), datetime.date(2019, 6, 30)),
        ("2019-20-Q2", datetime.date(2019, 7, 1), datetime.date(2019, 9, 30)),
        ("2019-20-Q3", datetime.date(2019, 10, 1), datetime.date(2019, 12, 31)),
        ("2019-20-Q4", datetime.date(2020, 1, 1), datetime.date(2020, 3, 31)),
    ]


@pytest.mark.parametrize(
    ("text", "year"),
    [
        *((text, 2018) for text in ("2018-19", "2018/19", "2018-2019", "2018/2019", "2018 - 19", "2018–19", "2018‐19")),
        ("2019-20", 2019),
        ("2019-2020", 2019),
        ("2099-00", 2099),
        *((text, None) for text in ("", "2018", "18/19", "2018-20", "2018-18", "2018-2020", "2018 19", "FY2018-19")),
        *((text, None) for text in ("2018-19 Q3", "1999-00", "2018--19", "2018-019", "2018-119", "April 2018")),
    ],
)
def test_years_as_people_write_them(text: str, year: int | None) -> None:
    assert parse_year(text) == year


@pytest.mark.parametrize(
    ("text", "quarter"),
    [
        *((text, 3) for text in ("Q3", "q3", "3", "Quarter 3", "quarter3", "Q 3", "Q3 October to December")),
        *((text, 3) for text in ("Q3 (Oct-Dec)", "Q3: Oct to Dec", "Q3, October", "Q3 2018-19", "Q3 Quarter 3")),
        *((text, None) for text in ("", "Q5", "Q0", "0", "5", "33", "Q33", "third", "Q", "Oct-Dec", "3.0", "Q3-Q4")),
        *((text, None) for text in ("Q1 to Q3", "Q3 and Q4", "Q3 (quarter 4)", "Q1 January to March", "Q4 (Oct-Dec)")),
        ("Q2 July-Sept", 2),
        ("Q1 April", 1),
    ],
)
def test_quarters_as_people_write_them(text: str, quarter: int | None) -> None:
    assert parse_quarter(text) == quarter


@pytest.mark.parametrize(
    "text",
    [
        *("2018-19-Q3", "2018-19 Q3", "2018-19 q3", "2018-19-q3", " 2018-19  Q3 ", "2018-19 - Q3", "2018/19 Q3"),
        *("2018-2019 Quarter 3", "2018-19-3", "2018–19 Q 3"),
    ],
)
def test_periods_as_people_write_them(text: str) -> None:
    assert parse_period(text) == Period(2018, 3)


@pytest.mark.parametrize(
    "text", ["", "2018-19", "Q3", "2018-19-Q5", "2018-20-Q3", "2018 Q3", "2018-19Q3", "2018-19-Q3-x", "2018-19-Q3-Q4"]
)
def test_what_is_not_a_period(text: str) -> None:
    assert parse_period(text) is None


def test_a_long_date() -> None:
    assert long_date(datetime.date(2019, 4, 1)) == "1 April 2019"

"""Intervals: every operation says what is true of every number inside, and no more than it must."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mspof_cli.intervals import Interval, Share, share, total, wilson


@st.composite
def intervals(draw: st.DrawFn) -> tuple[int, Interval]:
    """A number, and an interval that it lies in."""
    number = draw(st.integers(0, 500))
    high = draw(st.none() | st.integers(0, 9).map(lambda more: number + more))
    return number, Interval(max(0, number - draw(st.integers(0, 9))), high)


@given(st.lists(intervals(), max_size=6))
def test_a_sum_lies_in_the_sum(parts: list[tuple[int, Interval]]) -> None:
    assert sum(number for number, _ in parts) in total(interval for _, interval in parts)


@given(intervals(), intervals())
def test_distance_is_the_least_difference(one: tuple[int, Interval], other: tuple[int, Interval]) -> None:
    (number, first), (another, second) = one, other
    assert first.distance(second) == second.distance(first) <= abs(number - another)
    ends = ((a, b) for a in _numbers(first) for b in _numbers(second))
    assert first.distance(second) == min(abs(a - b) for a, b in ends)
    assert first.overlaps(second) == (first.distance(second) == 0)


def _numbers(interval: Interval) -> range:
    return range(interval.low, (1200 if interval.high is None else interval.high) + 1)


@given(intervals(), intervals())
def test_a_share_lies_in_the_share(one: tuple[int, Interval], other: tuple[int, Interval]) -> None:
    (part, first), (rest, second) = one, other
    known = share(first, second)
    if part + rest:
        assert known.low - 1e-9 <= part / (part + rest) <= known.high + 1e-9


def test_shares_of_nothing_are_not_known() -> None:
    assert share(Interval(0), Interval(0)) == Share(0.0, 1.0)
    assert share(Interval.exactly(0), Interval.exactly(0)) == Share(0.0, 1.0)
    assert share(Interval.exactly(0), Interval.exactly(9)) == Share(0.0, 0.0)


@pytest.mark.parametrize(
    ("interval", "allowed"),
    [
        (Interval(118, 122), Interval(114, 126)),  # 3 % of 118 is 3.54, and part of a case is a case
        (Interval(0, 4), Interval(0, 6)),
        (Interval(5, 7), Interval(3, 9)),
        (Interval(998, 1002), Interval(968, 1033)),
        (Interval(0), Interval(0)),
    ],
)
def test_tolerance_is_a_floor_or_a_percentage(interval: Interval, allowed: Interval) -> None:
    assert interval.widened(2, 3) == allowed


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        (Interval(118, 122), "between 118 and 122"),
        (Interval.exactly(7), "7"),
        (Interval(0), "not known"),
        (Interval(5), "5 or more"),
    ],
)
def test_words(interval: Interval, words: str) -> None:
    assert str(interval) == words


@pytest.mark.parametrize(
    ("part", "base", "low", "high"),
    [(0, 10, 0, 27.75), (1, 10, 1.79, 40.42), (10, 10, 72.25, 100), (8, 20, 21.88, 61.34), (45, 50, 78.64, 95.65),
     (65, 100, 55.25, 73.64)],
)  # fmt: skip
def test_wilson_agrees_with_the_published_values(part: int, base: int, low: float, high: float) -> None:
    found = wilson(part, base, 1.959964)
    assert (round(100 * found.low, 2), round(100 * found.high, 2)) == (low, high)

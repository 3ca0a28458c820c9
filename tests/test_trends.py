"""Trends: every quarter that there are returns for, of all that answered and of those that always did."""

from __future__ import annotations

import copy

import pytest
from build import CLEAN, QUARTER, SCHEMAS
from test_collation import COUNCILS, Figures, a_return, collated, three

from mspof_cli.collation import Collated
from mspof_cli.published import Published, published

FIRST, SECOND = QUARTER.previous.previous, QUARTER.previous


def shown(result: Collated, audience: str = "internal") -> Published:
    who, policy = SCHEMAS.audiences[audience]
    return published(result, (), who, policy)


def achieved(fully: int, partially: int, not_at_all: int) -> Figures:
    return {
        **CLEAN,
        "fully_achieved": fully,
        "partially_achieved": partially,
        "not_achieved": not_at_all,
    }


def told(result: Published, measure: str) -> list[tuple[str, ...]]:
    names = ("level", "period", "numerator", "denominator", "councils", "participating", "since_before", "since_first")
    return [tuple(row[name] for name in names) for row in result.trends.filter(measure=measure).to_dicts()]


@pytest.fixture(scope="module")
def three_quarters() -> Collated:
    """Two councils that always answer, one that joins, and one that leaves."""
    one, two, joins, leaves = COUNCILS[:4]
    return collated(
        [
            a_return(one, achieved(10, 20, 70), FIRST),
            a_return(two, achieved(20, 40, 40), FIRST),
            a_return(leaves, achieved(90, 5, 5), FIRST),
            a_return(one, achieved(12, 18, 70), SECOND),
            a_return(two, achieved(20, 40, 40), SECOND),
            a_return(one, achieved(60, 20, 20), QUARTER),
            a_return(two, achieved(30, 40, 30), QUARTER),
            a_return(joins, achieved(1, 1, 98), QUARTER),
        ]
    )


def test_a_quarter_of_another_collection_is_not_compared() -> None:
    """It may have questions of the same names."""
    before = a_return(COUNCILS[0], CLEAN, QUARTER.previous)
    assert before.form is not None
    other = copy.copy(before.form)
    other.collection = before.form.collection.model_copy(update={"slug": "other"})
    now = a_return(COUNCILS[0], CLEAN)
    assert len(collated([now, before]).spans) > 1
    assert collated([now, before._replace(form=other)]).returns == (now,)


def test_all_that_answered_and_the_matched_panel(three_quarters: Collated) -> None:
    assert told(shown(three_quarters), "fully_achieved_percent") == [
        ("participating", "2018-19-Q1", "120", "300", "3", "3", "[z]", "[z]"),
        ("participating", "2018-19-Q2", "32", "200", "2", "2", "[z]", "[z]"),
        ("participating", "2018-19-Q3", "91", "300", "3", "3", "[z]", "[z]"),
        ("matched_panel", "2018-19-Q1", "30", "200", "2", "3", "[z]", "[z]"),
        ("matched_panel", "2018-19-Q2", "32", "200", "2", "2", "no clear change", "no clear change"),
        ("matched_panel", "2018-19-Q3", "90", "200", "2", "3", "up", "up"),
    ]


def test_a_direction_is_only_stated_where_the_intervals_lie_apart(three_quarters: Collated) -> None:
    by_measure = {
        measure: [row[-2:] for row in told(shown(three_quarters), measure)[3:]]
        for measure in ("fully_or_partially_achieved_percent", "asked_percent", "fully_achieved")
    }
    assert by_measure == {
        "fully_or_partially_achieved_percent": [("[z]", "[z]"), ("no clear change",) * 2, ("up", "up")],
        "asked_percent": [("[z]", "[z]"), ("no clear change",) * 2, ("no clear change",) * 2],
        "fully_achieved": [("[z]", "[z]")] * 3,  # a count has no interval
    }


def test_down_at_first_and_not_since() -> None:
    counts = {FIRST: (80, 10, 10), SECOND: (40, 30, 30), QUARTER: (42, 30, 28)}
    result = collated(a_return(COUNCILS[0], achieved(*each), period) for period, each in counts.items())
    rows = told(shown(result), "fully_achieved_percent")[3:]
    assert [row[-2:] for row in rows] == [("[z]", "[z]"), ("down", "down"), ("no clear change", "down")]


def test_each_measure_has_its_own_panel() -> None:
    one, two = COUNCILS[:2]
    blank: Figures = dict.fromkeys(("fully_achieved", "partially_achieved", "not_achieved"))
    result = collated(
        [
            *(a_return(council, CLEAN, SECOND) for council in (one, two)),
            a_return(one, CLEAN),
            a_return(two, CLEAN | blank),
        ]
    )
    panels = {measure: told(shown(result), measure)[-1][4] for measure in ("fully_achieved", "asked_expressed")}
    assert panels == {"fully_achieved": "1", "asked_expressed": "2"}


def test_nobody_always_answered() -> None:
    one, two = COUNCILS[:2]
    result = collated([a_return(one, CLEAN, SECOND), a_return(two, CLEAN)])
    assert told(shown(result), "fully_achieved_percent")[2:] == [
        ("matched_panel", "2018-19-Q2", "[x]", "[x]", "0", "1", "[z]", "[z]"),
        ("matched_panel", "2018-19-Q3", "[x]", "[x]", "0", "1", "[x]", "[x]"),
    ]


def test_one_quarter_is_no_trend() -> None:
    assert shown(three({}, {})).trends.is_empty()


def test_a_later_quarter_is_not_shown() -> None:
    result = collated([a_return(COUNCILS[0], CLEAN, period) for period in (QUARTER, QUARTER.next)])
    assert shown(result).trends.is_empty()


def test_what_is_hidden_has_no_direction(three_quarters: Collated) -> None:
    """Two councils are too few for figures that everybody can read."""
    rows = told(shown(three_quarters, "public"), "fully_achieved_percent")
    assert [row[2:4] + row[6:] for row in rows] == [
        ("120", "300", "[z]", "[z]"),
        ("[c]", "[c]", "[z]", "[z]"),
        ("90", "300", "[z]", "[z]"),
        ("[c]", "[c]", "[z]", "[z]"),
        ("[c]", "[c]", "[c]", "[c]"),
        ("[c]", "[c]", "[c]", "[c]"),
    ]


def test_a_small_base_bears_no_direction() -> None:
    result = collated(
        a_return(council, achieved(*counts), period)
        for council in COUNCILS[:3]
        for period, counts in ((SECOND, (0, 0, 6)), (QUARTER, (6, 0, 0)))
    )
    assert told(shown(result), "fully_achieved_percent")[-1][-1] == "[u]"

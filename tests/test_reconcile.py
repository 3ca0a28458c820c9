"""Returns beside what SAC published: no false alarm from rounding, nothing beyond it missed, special councils right."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import pytest
from build import COLLECTION, REGISTER, SCHEMAS, cover, figures, returned
from hypothesis import given, settings
from hypothesis import strategies as st

from mspof_cli.disclosure import publish, published_interval
from mspof_cli.intervals import Interval
from mspof_cli.periods import Period, quarter_label
from mspof_cli.reconcile import (
    Far,
    Position,
    _compared,
    compare,
    explained_by,
    grows_like_a_running_total,
    swapped,
    volume_distance,
    years,
)
from mspof_cli.returns import Return
from mspof_cli.rules import check
from mspof_cli.rules.beside import beside_sac
from mspof_cli.sac import Publication, Published, Sac

COMPARATOR, POLICY = SCHEMAS.comparator("msp-outcomes")
POLICIES = [SCHEMAS.policies["nhs-sac"], SCHEMAS.policies["nhs-sac-asterisk"]]
ASKED = ("asked_expressed", "asked_not_expressed", "not_asked", "asked_dont_know", "asked_not_recorded")
ACHIEVED = ("fully_achieved", "partially_achieved", "not_achieved")
AMBERMERE = "DEMO00001"

Counts = Mapping[str, int]


def true_figures(chance: random.Random) -> dict[str, int]:
    """A quarter at random, small or large, that keeps the form's own rules."""
    asked = [chance.choice((0, 1, 3, 8, 40, 300)) * chance.randint(0, 9) // 4 for _ in ASKED]
    outcomes = [0, 0, 0]
    for _ in range(asked[0]):
        outcomes[chance.choices((0, 1, 2), (66, 27, 7))[0]] += 1
    return {"enquiries_completed": sum(asked), **dict(zip(ASKED, asked, strict=True)),
            **dict(zip(ACHIEVED, outcomes, strict=True))}  # fmt: skip


def a_return(counts: Counts, quarter: int, council: str = AMBERMERE, year: int = 2018, **changes: Any) -> Return:
    who = REGISTER.by_code(council)
    assert who
    lines = {"council": who.name, "ons_code": council, "year": Period(year, 1).year, "quarter": quarter_label(quarter)}
    return returned(cover(**{**lines, **changes}) | figures(dict(counts)), file=f"{council}-{year}-Q{quarter}.xlsx")


def published(by_council: Mapping[str, Counts], year: int = 2018, policy: Any = POLICY) -> Sac:
    """SAC with the true figures of councils, published by a policy."""
    rows = {
        code: {
            name: Published(published_interval(shown, POLICY), shown, f"Table 8 {name}")
            for name, count in counts.items()
            for shown in [publish(count, policy)]
        }
        for code, counts in by_council.items()
    }
    return Sac(COLLECTION, COMPARATOR, (Publication("sac.xlsx", "", year, "made", rows),))


def added(quarters: Sequence[Counts]) -> dict[str, int]:
    return {name: sum(quarter[name] for quarter in quarters) for name in quarters[0]}


def found(returns: Sequence[Return], sac: Sac) -> list[tuple[str, str]]:
    return [(file.removesuffix(".xlsx")[-2:], trouble.code) for file, trouble in beside_sac(returns, sac)]


def farthest(shown: str) -> tuple[int, int]:
    """The least and the most that a published figure allows, with late closures: by the field's own rules."""
    low, high = (0, 4) if shown in ("*", "[c]") else (5, 7) if shown == "5" else (int(shown) - 2, int(shown) + 2)
    return low - max(2, -(-3 * low // 100)), high + max(2, -(-3 * high // 100))


def split_up(count: int, chance: random.Random) -> dict[int, int]:
    """A year's count as four quarters."""
    cuts = sorted(chance.randint(0, count) for _ in range(3))
    return {quarter: end - start for quarter, (start, end) in enumerate(pairwise((0, *cuts, count)), 1)}


def test_10_000_councils_beside_their_own_figures_give_no_false_alarm() -> None:
    """The plain simulation: every figure of every council, by either policy; and what lies beyond, on either side."""
    chance = random.Random(10_000)
    tolerances = COMPARATOR.tolerances
    figures_seen = alarms = missed = differences = 0

    def position(count: int, shown: str) -> Position:
        published = Published(published_interval(shown, POLICY), shown)
        return _compared("x", split_up(count, chance), published, tolerances).position

    for number in range(10_000):
        for count in true_figures(chance).values():
            shown = publish(count, POLICIES[number % 2])
            figures_seen += 1
            alarms += position(count, shown) is not Position.INSIDE
            low, high = farthest(shown)
            beyond = chance.randint(1, 50)
            differences += 1 + (low - beyond >= 0)
            missed += position(high + beyond, shown) is not Position.ABOVE
            missed += low - beyond >= 0 and position(low - beyond, shown) is not Position.BELOW
    seen = f"10,000 councils, {figures_seen:,} figures"
    print(f"\n{seen}: {alarms} false alarms; {missed} of {differences:,} differences missed")
    assert (alarms, missed) == (0, 0)


@settings(max_examples=60)
@given(seed=st.integers(0, 10**9), policy=st.sampled_from(POLICIES))
def test_four_quarters_beside_their_own_year_give_no_finding(seed: int, policy: Any) -> None:
    chance = random.Random(seed)
    quarters = [true_figures(chance) for _ in range(4)]
    returns = [a_return(each, number) for number, each in enumerate(quarters, 1)]
    assert found(returns, published({AMBERMERE: added(quarters)}, policy=policy)) == []
    assert found(returns[:3], published({AMBERMERE: added(quarters)}, policy=policy)) == []


@settings(max_examples=60)
@given(seed=st.integers(0, 10**9), data=st.data())
def test_a_difference_beyond_interval_and_tolerance_is_always_found(seed: int, data: st.DataObject) -> None:
    chance = random.Random(seed)
    quarters = [true_figures(chance) for _ in range(4)]
    true = added(quarters)
    name = data.draw(st.sampled_from([*true]))
    quarter = data.draw(st.integers(0, 3))
    low, high = farthest(publish(true[name], POLICY))
    beyond = data.draw(st.integers(1, 40))
    up = high + beyond - true[name]
    down = low - beyond - true[name]
    change = data.draw(st.sampled_from([up, down] if quarters[quarter][name] + down >= 0 else [up]))
    changed = [
        each | ({name: each[name] + change} if number == quarter else {}) for number, each in enumerate(quarters)
    ]
    codes = found([a_return(each, number) for number, each in enumerate(changed, 1)], published({AMBERMERE: true}))
    assert codes
    assert {file for file, _ in codes} == {"Q4"}
    assert {code for _, code in codes} <= {"SAC101", "SAC102", "SAC103", "SAC105"}


# Forty enquiries a quarter, and what the year then comes to.
FORTY = {"enquiries_completed": 40, **dict(zip(ASKED, (23, 5, 7, 2, 3), strict=True)),
         **dict(zip(ACHIEVED, (15, 6, 2), strict=True))}  # fmt: skip
YEAR = added([FORTY] * 4)


def times(factor: float) -> dict[str, int]:
    return {name: round(factor * count) for name, count in FORTY.items()}


def year_of(*quarters: Counts, **changes: Any) -> list[Return]:
    return [a_return(each, number, **changes) for number, each in enumerate(quarters, 1)]


def words(returns: Sequence[Return], sac: Sac) -> list[tuple[str, str]]:
    return [(f.code, f.message) for each in check(returns, sac) for f in each.findings if f.code.startswith("SAC")]


def test_a_total_that_is_off_explains_its_parts() -> None:
    sac = published({AMBERMERE: YEAR})
    sums = "the four quarters come to 180 (Q1 40, Q2 40, Q3 40, Q4 60)"
    message = f"SAC shows 160 for 'Enquiries completed', that is between 158 and 162; {sums}."
    assert words(year_of(FORTY, FORTY, FORTY, times(1.5)), sac) == [("SAC101", message)]
    assert found(year_of(FORTY, FORTY, FORTY, times(0.5)), sac) == [("Q4", "SAC101")]


def test_part_of_a_year_is_only_too_much() -> None:
    sac = published({AMBERMERE: YEAR})
    assert found(year_of(times(0.1)), sac) == []
    assert found(year_of(times(2), times(2.2)), sac) == [("Q2", "SAC201")]
    assert found(year_of(FORTY, FORTY, FORTY), sac) == []


def test_a_question_that_a_quarter_left_blank_is_part_of_a_year() -> None:
    without = {name: count for name, count in FORTY.items() if name not in ACHIEVED}
    quarters = [FORTY, FORTY, FORTY, without]
    assert (
        found([a_return(each, number) for number, each in enumerate(quarters, 1)], published({AMBERMERE: YEAR})) == []
    )


def test_a_surplus_is_a_question_of_scope_unless_only_section_42_is_counted() -> None:
    sac, more = published({AMBERMERE: YEAR}), [times(1.5), times(1.4), times(1.6), times(1.5)]
    for scope in ("Section 42 and other enquiries", None):
        assert found(year_of(*more, scope=scope), sac) == [("Q4", "SAC104")]
    assert found(year_of(*more), sac) == [("Q4", "SAC101")]
    # Fewer than Section 42 enquiries alone is no question of scope.
    assert found(year_of(*[times(0.5)] * 4, scope="Section 42 and other enquiries"), sac) == [("Q4", "SAC101")]


def test_a_year_so_far() -> None:
    sac = published({AMBERMERE: YEAR})
    assert found(year_of(*map(times, (1, 2, 3, 4))), sac) == [("Q4", "SAC105")]
    assert found(year_of(*map(times, (1, 2, 3))), sac) == [("Q3", "SAC105")]
    assert grows_like_a_running_total({1: 30, 2: 66, 3: 88, 4: 121})
    assert not grows_like_a_running_total({1: 30, 2: 31, 3: 29})
    assert not grows_like_a_running_total({1: 0, 2: 0})


def test_answers_in_each_others_place() -> None:
    sac = published({AMBERMERE: added([times(5)] * 4)})
    changed = times(5) | {"not_asked": 10, "asked_dont_know": 35}
    message = (
        "'No' and 'Don't know' look as if they were changed over in Q2: "
        "SAC shows 140 for 'No', that is between 138 and 142; "
        "the four quarters come to 115 (Q1 35, Q2 10, Q3 35, Q4 35); "
        "SAC shows 40 for 'Don't know', that is between 38 and 42; "
        "the four quarters come to 65 (Q1 10, Q2 35, Q3 10, Q4 10). Changed over, they agree with SAC."
    )
    assert words(year_of(times(5), changed, times(5), times(5)), sac) == [("SAC103", message)]


def test_swapped_needs_two_and_only_two_answers_off() -> None:
    allowed = {"a": Interval(8, 12), "b": Interval(28, 32), "c": Interval(8, 12)}
    assert swapped({"a": {1: 30}, "b": {1: 10}, "c": {1: 10}}, allowed) == ("a", "b", 1)
    assert swapped({"a": {1: 15, 2: 15}, "b": {1: 5, 2: 5}, "c": {1: 5, 2: 5}}, allowed) == ("a", "b", None)
    assert swapped({"a": {1: 5, 2: 25}, "b": {1: 5, 2: 5}, "c": {1: 5, 2: 5}}, allowed) is not None
    assert swapped({"a": {1: 30}, "b": {1: 13}, "c": {1: 10}}, allowed) is None
    assert swapped({"a": {1: 10}, "b": {1: 30}, "c": {1: 10}}, allowed) is None
    assert swapped({"a": {1: 30}, "b": {1: 10}, "c": {1: 20}}, allowed) is None


def transposed(counts: Counts) -> dict[str, int]:
    """Fully and not achieved in each other's place."""
    return {**counts, "fully_achieved": counts["not_achieved"], "not_achieved": counts["fully_achieved"]}


def test_a_total_that_is_off_does_not_hide_answers_in_each_others_place() -> None:
    sac = published({AMBERMERE: added([times(10)] * 4)})
    assert found(year_of(*[transposed(times(10.8))] * 4), sac) == [("Q4", "SAC101"), ("Q4", "SAC103")]


def test_answers_in_each_others_place_are_seen_before_the_year_is_over() -> None:
    sac = published({AMBERMERE: added([times(10)] * 4)})
    (only,) = words(year_of(*[transposed(times(10))] * 3), sac)
    assert only[0] == "SAC103"
    assert only[1].startswith("'Fully achieved' and 'Not achieved' look as if they were changed over")
    assert only[1].endswith("Changed over, they are in line with SAC's shares.")


def test_answers_of_a_whole_year_and_of_part_of_it_are_told_apart() -> None:
    without = {name: count for name, count in times(5).items() if name not in ("asked_dont_know",)}
    few = [{**times(5), "not_asked": 5, "asked_not_recorded": 45}] * 3
    last = {**without, "not_asked": 5, "asked_not_recorded": 45}
    codes = words([a_return(each, number) for number, each in enumerate([*few, last], 1)],
                  published({AMBERMERE: added([times(5)] * 4)}))  # fmt: skip
    assert [code for code, _ in codes] == ["SAC102"]


def test_one_cause_in_several_quarters_beside_an_earlier_year_is_said_once() -> None:
    sac = published({AMBERMERE: YEAR}, year=2017)
    assert found(year_of(*[times(2.5)] * 4, scope=None), sac) == [("Q4", "SAC104")]
    so_far = words(year_of(*map(times, (1, 2, 3, 4))), sac)
    assert [code for code, _ in so_far] == ["SAC105"]
    assert so_far[0][1].endswith("As a year so far, the last would be in line with SAC for 2017-18.")
    # A running total that does not fit either is not called one.
    assert {code for _, code in found(year_of(*map(times, (4, 9, 12, 18))), sac)} == {"SAC301"}


def test_answers_in_each_others_place_in_one_quarter_beside_an_earlier_year() -> None:
    sac = published({AMBERMERE: added([times(10)] * 4)}, year=2017)
    messages = dict(words(year_of(transposed(times(10))), sac))
    assert "look as if they were changed over in Q1" in messages["SAC103"]
    assert messages["SAC103"].endswith("Changed over, they are in line with SAC for 2017-18.")
    assert "SAC303" not in messages


def test_many_figures_are_not_shown_term_by_term() -> None:
    sac = published({AMBERMERE: YEAR})
    figure = Published(Interval(150, 170), " + ".join(["10"] * 16), "")
    rows = {AMBERMERE: {**sac.publications[0].figures[AMBERMERE], "enquiries_completed": figure}}
    sac = sac._replace(publications=(sac.publications[0]._replace(figures=rows),))
    ((_, message),) = words(year_of(*[times(1.5)] * 4), sac)
    assert message.startswith("SAC shows 16 figures for 'Enquiries completed', that is between 150 and 170; ")


def test_an_earlier_year_is_compared_in_volume_and_shares() -> None:
    sac = published({AMBERMERE: YEAR}, year=2017)
    assert found(year_of(FORTY), sac) == []
    assert found(year_of(times(1.75)), sac) == [("Q1", "SAC302")]
    assert found(year_of(times(2.5)), sac) == [("Q1", "SAC301")]
    assert found(year_of(times(2.5), scope=None), sac) == [("Q1", "SAC104")]
    assert found(year_of(FORTY | dict(zip(ACHIEVED, (4, 12, 7), strict=True))), sac) == [("Q1", "SAC303")]
    large = published({AMBERMERE: added([times(10)] * 4)}, year=2017)
    swap = times(10) | {"not_asked": 230, "asked_expressed": 70, **dict(zip(ACHIEVED, (46, 18, 6), strict=True))}
    assert ("Q1", "SAC103") in found(year_of(swap), large)


def test_volume_is_told_apart_by_more_than_chance() -> None:
    tolerances, year = COMPARATOR.tolerances, Interval(158, 162)
    assert [volume_distance(count, year, tolerances)[0] for count in (0, 10, 20, 40, 65, 70, 90)] == [
        Far.QUERY, Far.QUERY, Far.NOTE, Far.NEAR, Far.NEAR, Far.NOTE, Far.QUERY]  # fmt: skip
    assert volume_distance(5, Interval(0, 4), tolerances)[0] is Far.NEAR
    assert volume_distance(500, Interval(0), tolerances)[0] is Far.NEAR


def test_a_later_year_is_not_compared() -> None:
    assert found(year_of(times(9)), published({AMBERMERE: YEAR}, year=2019)) == []


def test_who_has_no_comparator() -> None:
    assert found(year_of(FORTY), published({"DEMO00002": YEAR})) == [("Q1", "SAC402")]
    counted = {"enquiries_completed": YEAR["enquiries_completed"]}
    sac = published({AMBERMERE: counted})
    missing = "'Enquiries in Q1', 'People in Q2', so these were not compared."
    message = f"SAC for 2018-19 has no figures from Ambermere (demonstration) for {missing}"
    assert words(year_of(FORTY), sac) == [("SAC403", message)]


@pytest.mark.parametrize(
    ("code", "year", "published_for", "published_in", "codes"),
    [
        ("E06000059", 2019, "E10000009", 2018, ["SAC401"]),  # Dorset Council, after Dorset County
        ("E06000059", 2019, "E06000059", 2019, []),
        ("E06000060", 2020, "E10000002", 2019, ["SAC401"]),  # Buckinghamshire Council, after the county
        ("E06000060", 2020, "E06000060", 2020, []),
        ("E06000063", 2023, "E10000006", 2022, ["SAC401"]),  # Cumberland, after Cumbria
        ("E06000064", 2023, "E10000006", 2022, ["SAC401"]),  # Westmorland and Furness
        ("E09000001", 2018, "E09000001", 2018, []),  # City of London
        ("E06000053", 2018, "E06000053", 2018, []),  # Isles of Scilly
    ],
)
def test_councils_that_are_special(
    code: str, year: int, published_for: str, published_in: int, codes: list[str]
) -> None:
    small = {name: count // 20 for name, count in FORTY.items()} | {"enquiries_completed": 2}
    ret = a_return(small, 1, code, year)
    assert [
        found_code for _, found_code in found([ret], published({published_for: added([small] * 4)}, published_in))
    ] == codes


def test_true_zeros_are_right_whichever_way_they_are_published() -> None:
    nothing = dict.fromkeys(FORTY, 0)
    quarters = year_of(*[nothing] * 4)
    assert found(quarters, published({AMBERMERE: nothing})) == []  # [c] throughout, as in the CSV
    unknown = published({AMBERMERE: {}})
    assert found(quarters, unknown) == []  # [x] throughout, as in table 8


def test_what_is_compared_and_where_it_is() -> None:
    sac = published({AMBERMERE: YEAR})
    (year,) = years(year_of(FORTY, FORTY, FORTY), sac)
    compared = compare(year, sac.publications[0], sac)
    assert list(compared) == ["enquiries_completed", "asked_all", *ASKED, "achieved_all", *ACHIEVED]
    assert {each.position for each in compared.values()} <= {Position.SO_FAR, Position.INSIDE}
    assert compared["enquiries_completed"].position is Position.SO_FAR
    assert {each.position for each in compare(year, None, sac).values()} == {Position.NO_COMPARATOR}
    assert list(explained_by("achieved_all", sac)) == ["asked_expressed", "asked_all", "enquiries_completed"]


def test_what_is_no_return_of_the_collection_is_passed_over() -> None:
    assert years([Return("x.xlsx", "")], published({AMBERMERE: YEAR})) == []

"""Small numbers both ways: what is published of a count always says something true of it."""

from __future__ import annotations

import pytest
from build import SCHEMAS
from hypothesis import given
from hypothesis import strategies as st

from mspof_cli.disclosure import Policy, publish, published_interval
from mspof_cli.intervals import Interval

POLICIES = SCHEMAS.policies
SAC = POLICIES["nhs-sac"]

every_policy = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)


@every_policy
def test_every_small_count_lies_in_the_interval_of_what_is_published(policy: Policy) -> None:
    for count in range(3000):
        interval = published_interval(publish(count, policy), policy)
        assert count in interval
        # And no wider than need be: everything in it would have been published in the same way.
        assert interval.high is not None
        assert {publish(n, policy) for n in range(interval.low, interval.high + 1)} == {publish(count, policy)}


@every_policy
@given(count=st.integers(0, 10**8))
def test_every_count_lies_in_the_interval_of_what_is_published(policy: Policy, count: int) -> None:
    assert count in published_interval(publish(count, policy), policy)


def test_the_policies_are_those_that_are_known() -> None:
    counts = (0, 1, 4, 5, 7, 8, 9, 10, 12, 13)
    assert {slug: [publish(count, policy) for count in counts] for slug, policy in POLICIES.items()} == {
        "nhs-sac": ["[c]", "[c]", "[c]", "5", "5", "10", "10", "10", "10", "15"],
        "nhs-sac-asterisk": ["*", "*", "*", "5", "5", "10", "10", "10", "10", "15"],
        "nhs-hes": ["0", "[c]", "[c]", "[c]", "[c]", "10", "10", "10", "10", "15"],
        "ons-10-5": ["[c]", "[c]", "[c]", "[c]", "[c]", "[c]", "[c]", "10", "10", "15"],
        "none": ["0", "1", "4", "5", "7", "8", "9", "10", "12", "13"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("shown", "interval"),
    [
        ("*", Interval(0, 4)),
        ("[c]", Interval(0, 4)),
        (" [C] ", Interval(0, 4)),
        ("5", Interval(5, 7)),
        ("10", Interval(8, 12)),
        ("1,205", Interval(1203, 1207)),
        ("1205 [r]", Interval(1203, 1207)),
        ("120[note 3]", Interval(118, 122)),
        ("7", Interval(5, 9)),  # not rounded: no policy prints it
        *((missing, Interval(0)) for missing in ("", "[x]", "[z]", "[w]", "..", "-", "\N{NO-BREAK SPACE}")),
    ],
)
def test_what_is_published_is_read(shown: str, interval: Interval) -> None:
    assert published_interval(shown, SAC) == interval


@pytest.mark.parametrize("shown", ["about 5", "-5", "5.5", "45%", "1,20", "<5", "[q]", "#REF!", "१२", "12345678901"])
def test_what_is_neither_a_figure_nor_a_symbol_is_refused(shown: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        published_interval(shown, SAC)

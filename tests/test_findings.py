"""Findings: their order, what becomes of a return, and how addresses are written."""

from __future__ import annotations

import itertools

import pytest
from build import clean, returned
from hypothesis import given
from hypothesis import strategies as st

from mspof_cli.cells import Place
from mspof_cli.findings import STATUS_WORDS, Finding, Severity, Status, Trouble, addresses, status_of
from mspof_cli.rules import check

E, Q, N = Severity.ERROR, Severity.QUERY, Severity.NOTE


def finding(severity: Severity) -> Finding:
    return Finding("X", severity, None, None, None, (), "", "", "", "")


# Faults of every severity, several of one rule, and on every sheet that has answers.
FAULTY = returned(
    clean(
        {
            "understood_fully_adult": "about ten",
            "not_asked": "about ten",
            "enquiries_completed": "about ten",
            "listened_always_adult": "about ten",
            "listened_always_representative": "about ten",
            "fully_achieved": " 25 ",
            "partially_achieved": 0,
            "not_achieved": 0,
        },
        signed_off=None,
        completed=None,
    )
)
IN_ORDER = [
    (E, "COVER301", "Cover", ("C17",)),
    (E, "FIG101", "Questions", ("C7",)),
    (E, "FIG101", "Questions", ("C13",)),
    (E, "FIG101", "Experience", ("C8",)),
    (E, "FIG101", "Experience", ("C16",)),
    (E, "FIG101", "Experience", ("D16",)),
    (Q, "COVER203", "Cover", ("C14",)),
    (Q, "PCT101", "Questions", ("C19",)),
    (N, "FIG109", "Questions", ("C19",)),
]


@given(st.permutations(FAULTY.troubles))
def test_worst_first_then_the_order_of_the_form(troubles: list[Trouble]) -> None:
    (checked,) = check([FAULTY._replace(troubles=tuple(troubles))])
    assert [(each.severity, each.code, each.sheet, each.cells) for each in checked.findings] == IN_ORDER


@given(st.permutations([("a", ()), ("b", ()), ("a", ("C7",)), ("b", ("C7",))]))
def test_where_a_place_is_not_enough_the_measure_decides(order: list[tuple[str, tuple[str, ...]]]) -> None:
    """What has no place comes before what has one."""
    facts = {"found": "6", "label": "No", "value": 6}
    troubles = tuple(
        Trouble("FIG109", tuple(Place("Questions", 7, 3) for _ in cells), None, measure, facts)
        for measure, cells in order
    )
    (checked,) = check([returned(clean())._replace(troubles=troubles)])
    assert [(each.measure, each.cells) for each in checked.findings] == [
        ("a", ()),
        ("b", ()),
        ("a", ("C7",)),
        ("b", ("C7",)),
    ]


@pytest.mark.parametrize(
    "severities", [set(some) for size in range(4) for some in itertools.combinations(Severity, size)]
)
def test_the_worst_finding_decides(severities: set[Severity]) -> None:
    expected = Status.NEEDS_CORRECTING if E in severities else Status.WITH_QUERIES if Q in severities else None
    assert status_of(finding(severity) for severity in severities) is (expected or Status.ACCEPTED)


def test_every_status_has_words_and_severities_are_ranked() -> None:
    assert list(STATUS_WORDS) == list(Status)
    assert [severity.rank for severity in (E, Q, N)] == [0, 1, 2]


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([], (None, ())),
        ([Place("Questions", 8, 3)], ("Questions", ("C8",))),
        ([Place("Questions", 8, 3), Place("Cover", 9, 28)], ("Questions", ("C8", "Cover!AB9"))),
        ([Place("A", 1, 1), Place("Enquiries and outcomes", 1, 1)], ("A", ("A1", "'Enquiries and outcomes'!A1"))),
        ([Place("A", 1, 1), Place("Bob's", 1, 1)], ("A", ("A1", "'Bob''s'!A1"))),
    ],
)
def test_addresses(places: list[Place], expected: object) -> None:
    assert addresses(iter(places)) == expected

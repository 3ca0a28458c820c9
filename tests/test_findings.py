"""Findings: their order, what becomes of a return, and how addresses are written."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mspof_cli.cells import Place
from mspof_cli.findings import STATUS_WORDS, Finding, Severity, Status, addresses, status_of, worst_first

E, Q, N = Severity.ERROR, Severity.QUERY, Severity.NOTE


def finding(
    code: str, severity: Severity, sheet: str | None = None, *cells: str, measure: str | None = None
) -> Finding:
    return Finding(code, severity, None, measure, sheet, cells, "", "", "", "")


IN_ORDER = (
    finding("COVER101", E),
    finding("FIG101", E, "Experience", "C8"),
    finding("FIG101", E, "Questions", "C11"),
    finding("FIG101", E, "Questions", "C7"),
    finding("MSP101", E),
    finding("COVER203", Q, "Cover", "C14"),
    finding("PCT101", Q, "Questions", "C11", measure="a"),
    finding("PCT101", Q, "Questions", "C11", measure="b"),
    finding("FIG109", N),
)


@given(st.permutations(IN_ORDER))
def test_the_order_does_not_depend_on_how_they_came(findings: list[Finding]) -> None:
    assert worst_first(findings) == IN_ORDER


@pytest.mark.parametrize(
    "severities", [set(some) for size in range(4) for some in itertools.combinations(Severity, size)]
)
def test_the_worst_finding_decides(severities: set[Severity]) -> None:
    expected = Status.NEEDS_CORRECTING if E in severities else Status.WITH_QUERIES if Q in severities else None
    assert status_of(finding("X", severity) for severity in severities) is (expected or Status.ACCEPTED)


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

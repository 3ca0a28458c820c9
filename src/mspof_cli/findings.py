"""Findings: what is wrong with a return, where, and how to put it right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from mspof_cli.cells import Place


class Severity(Enum):
    """The sector's own three: an error must be corrected, a query corrected or explained, a note is for information."""

    ERROR = "error"
    QUERY = "query"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


class Status(Enum):
    """What became of a return."""

    ACCEPTED = "accepted"
    WITH_QUERIES = "accepted_with_queries"
    NEEDS_CORRECTING = "needs_correcting"
    NOT_READABLE = "not_readable"


STATUS_WORDS = {
    Status.ACCEPTED: "accepted",
    Status.WITH_QUERIES: "accepted with queries",
    Status.NEEDS_CORRECTING: "needs correcting",
    Status.NOT_READABLE: "not readable",
}


class Trouble(NamedTuple):
    """Something met in a return, before it has words: which rule it breaks, at which cells, and the facts of the case.

    ``question`` and ``measure`` are slugs. ``facts`` fill the rule's wording.
    """

    code: str
    places: tuple[Place, ...] = ()
    question: str | None = None
    measure: str | None = None
    facts: Mapping[str, object] = {}


class Finding(NamedTuple):
    """One thing wrong with a return, in words. ``cells`` on another sheet than ``sheet`` carry that sheet's name."""

    code: str
    severity: Severity
    question: str | None
    measure: str | None
    sheet: str | None
    cells: tuple[str, ...]
    found: str
    expected: str
    message: str
    fix: str


def status_of(findings: Iterable[Finding]) -> Status:
    """What becomes of a return that was read, by the worst of its findings."""
    severities = {finding.severity for finding in findings}
    if Severity.ERROR in severities:
        return Status.NEEDS_CORRECTING
    return Status.WITH_QUERIES if Severity.QUERY in severities else Status.ACCEPTED


def either(choices: Iterable[str]) -> str:
    """Choices in words: ``'Yes' or 'No'``."""
    return " or ".join(f"'{choice}'" for choice in choices)


def some_of(names: Sequence[str], most: int) -> str:
    """The first of some names, and how many more there are: ``a, b and 3 more``."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def addresses(places: Iterable[Place]) -> tuple[str | None, tuple[str, ...]]:
    """The sheet of the first place, and every address; one on another sheet as Excel writes it: ``Questions!C8``."""
    places = tuple(places)
    if not places:
        return None, ()
    home = places[0].sheet
    return home, tuple(place.ref if place.sheet == home else f"{_quoted(place.sheet)}!{place.ref}" for place in places)


def _quoted(sheet: str) -> str:
    return sheet if sheet.isalnum() else "'" + sheet.replace("'", "''") + "'"

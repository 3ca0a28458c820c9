"""Findings: what is wrong with a return, where, and how to put it right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from mspof_cli.cells import Place, row_and_column


class Severity(Enum):
    """The sector's own three: an error must be corrected, a query corrected or explained, a note is for information."""

    ERROR = "error"
    QUERY = "query"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


class Since(Enum):
    """Whether a finding was there the last time that the council was told."""

    NEW = "new"
    STILL_OPEN = "still_open"


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

    ``question`` and ``measure`` are slugs; ``measure`` is a line of the cover, or a sheet, where several of one rule
    are told apart by it. ``facts`` fill the rule's wording.
    """

    code: str
    places: tuple[Place, ...] = ()
    question: str | None = None
    measure: str | None = None
    facts: Mapping[str, object] = {}


class Finding(NamedTuple):
    """One thing wrong with a return, in words. ``cells`` on another sheet than ``sheet`` carry that sheet's name.

    ``explanation`` is what the council said of a query, if that counts. ``since`` says whether it was there last time,
    where that is known.
    """

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
    explanation: str = ""
    since: Since | None = None

    @property
    def is_open(self) -> bool:
        """Whether the council still has to correct or explain it; a note asks for nothing."""
        return self.severity is not Severity.NOTE and not self.explanation

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes it the same finding in another version of the return: its rule, question and measure."""
        return self.code, self.question or "", self.measure or ""


def status_of(findings: Iterable[Finding]) -> Status:
    """What becomes of a return that was read, by the worst of its findings."""
    severities = {finding.severity for finding in findings if finding.is_open}
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


def places_of(finding: Finding) -> tuple[Place, ...]:
    """The places of a finding's cells."""
    places = []
    for cell in finding.cells:
        sheet, _, ref = cell.rpartition("!")
        if sheet.startswith("'"):
            sheet = sheet[1:-1].replace("''", "'")
        places.append(Place(sheet or finding.sheet or "", *row_and_column(ref)))
    return tuple(places)


def _quoted(sheet: str) -> str:
    return sheet if sheet.isalnum() else "'" + sheet.replace("'", "''") + "'"

"""What councils said of queries: one CSV file, which is kept from quarter to quarter.

An explanation is of one query: that of a rule, and of a measure where the rule has one, on a council's return for a
period. It holds until the last period that it names, or else for its own. It keeps the query in the words in which it
was asked, so that it can be seen when the figures have changed since.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from mspof_cli.cells import tidy
from mspof_cli.errors import UsageError
from mspof_cli.findings import Finding
from mspof_cli.periods import Period, parse_period

COLUMNS = ("ons_code", "period", "code", "measure", "explanation", "team", "date", "until", "query")
OPTIONAL = {"measure", "team", "date", "until", "query"}

LARGEST_FILE = 20_000_000  # bytes
LONGEST = 1000  # characters

# Words that say no more than that someone looked. An explanation that has only these explains nothing.
EMPTY_WORDS = frozenset({
    "a", "above", "accurate", "agree", "agreed", "all", "and", "are", "as", "been", "below", "checked", "comment",
    "comments", "confirm", "confirmed", "correct", "data", "explained", "figure", "figures", "fine", "have", "i",
    "is", "it", "known", "n", "na", "nil", "no", "none", "not", "noted", "number", "numbers", "ok", "okay",
    "query", "reviewed", "right", "see", "tbc", "that", "the", "these", "this", "true", "verified", "was", "we",
    "were", "yes"
})  # fmt: skip


class Explanation(NamedTuple):
    """One line of the file."""

    ons_code: str
    period: Period
    code: str
    measure: str
    explanation: str
    team: str
    date: str
    until: Period
    query: str

    @property
    def key(self) -> tuple[str, Period, str, str]:
        """What it is of: a later one of the same takes its place."""
        return self.ons_code, self.period, self.code, self.measure

    def is_of(self, finding: Finding) -> bool:
        """Whether it is of the same rule and measure as a finding."""
        return (self.code, self.measure) == (finding.code, finding.measure or "")

    def is_of_other_figures(self, finding: Finding) -> bool:
        """Whether the figures that the query spoke of have changed; not known of one written without the query."""
        return bool(self.query) and _figures_in(self.query) != _figures_in(finding.message)


def _figures_in(words: str) -> list[str]:
    """The numbers in a query, without those in names of files and in labels, which are between quotation marks."""
    return re.findall(r"[0-9]+(?:\.[0-9]+)?", re.sub(r"'[^']*'", "", words))


def unfit(explanation: str) -> str | None:
    """Why a text does not count as an explanation, or None if it does."""
    words = re.findall(r"[^\W\d_]+", explanation.casefold())
    if not set(words) - EMPTY_WORDS:
        return f"'{explanation}' does not explain it. Say what lies behind the figures."
    if "@" in explanation:
        return "It holds an e-mail address. Say it without naming or describing a person."
    if len(explanation) > LONGEST:
        return f"It is longer than {LONGEST:,} characters. Say it in fewer."
    return None


def read_explanations(path: Path, codes: Collection[str]) -> tuple[Explanation, ...]:
    """The explanations in a CSV file; ``UsageError`` naming the line if it can't be used. ``codes`` are the rules'."""
    import csv  # only runs with explanations need it
    import io

    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UsageError(f"'{path}' is too large for a file of explanations.", "Check that it is the right file.")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"'{path}' can't be read.", "Check the spelling, and that you may open it.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"'{path}' is not in UTF-8.", "In Excel, save it as 'CSV UTF-8'.") from error
    rows = csv.DictReader(io.StringIO(text, newline=""), restkey="", restval="")
    missing = sorted(set(COLUMNS) - OPTIONAL - set(rows.fieldnames or ()))
    if missing:
        raise UsageError(f"'{path}' has no column {', '.join(missing)}.", f"Its columns are: {', '.join(COLUMNS)}.")
    found: dict[tuple[str, Period, str, str], Explanation] = {}
    try:
        for row in rows:
            each = _explanation(row, codes, f"Line {rows.line_num} of '{path}'")
            found[each.key] = each
    except csv.Error as error:
        raise UsageError(f"'{path}' is not a CSV file.", "In Excel, save it as 'CSV UTF-8'.") from error
    return tuple(found.values())


def _explanation(row: Mapping[str, str], codes: Collection[str], where: str) -> Explanation:
    """One line of the file; ``UsageError`` if it is of no rule or period."""
    values = {column: tidy(_as_typed(row.get(column) or "")) for column in COLUMNS}
    code, period = values["code"].upper(), parse_period(values["period"])
    until = parse_period(values["until"]) if values["until"] else period
    if code not in codes:
        raise UsageError(f"{where}: there is no rule '{code}'.", "'mspof rules' lists them all.")
    if period is None or until is None:
        wrong = values["until"] if period else values["period"]
        raise UsageError(f"{where}: '{wrong}' is not a period.", "Write it such as 2018-19-Q3.")
    if until < period:
        raise UsageError(f"{where}: it ends before it begins.", "Put the last quarter that it holds for in 'until'.")
    if not values["ons_code"]:
        raise UsageError(f"{where}: there is no ONS code.", "Say whose explanation it is.")
    measure, explanation, team, date, query = (
        values[column] for column in ("measure", "explanation", "team", "date", "query")
    )
    return Explanation(values["ons_code"].upper(), period, code, measure, explanation, team, date, until, query)


def _as_typed(text: str) -> str:
    """A cell of the file without the mark that keeps spreadsheet programs from taking it for a formula."""
    return text[1:] if text.startswith("'") and text[1:].startswith(("=", "+", "-", "@")) else text


def merged(known: Iterable[Explanation], more: Iterable[Explanation]) -> tuple[Explanation, ...]:
    """Explanations with others added, which take the place of those of the same query; in order."""
    by_key = {each.key: each for each in (*known, *more)}
    return tuple(by_key[key] for key in sorted(by_key))

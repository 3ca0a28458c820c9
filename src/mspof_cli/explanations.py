"""What councils said of queries: one CSV file, which is kept from quarter to quarter.

An explanation is of one query: that of a rule, and of a measure where the rule has one, on a council's return for a
period. It holds until the last period that it names, or else for its own. It keeps the query in the words in which it
was asked, so that it can be seen when the figures have changed since.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mspof_cli.cells import Cell, Kind, date_of, tidy
from mspof_cli.errors import UsageError
from mspof_cli.findings import Finding
from mspof_cli.periods import Period, parse_period

COLUMNS = ("ons_code", "period", "code", "measure", "explanation", "team", "date", "until", "query")
OPTIONAL = {"measure", "team", "date", "until", "query"}

LARGEST_FILE = 20_000_000  # bytes
LONGEST = 1000  # characters

# Words that say no more than that someone looked. An explanation that has only these explains nothing.
EMPTY_WORDS = frozenset({
    "a", "above", "accurate", "add", "agree", "agreed", "all", "and", "approved", "are", "as", "been", "before",
    "below", "by", "checked", "comment", "comments", "confirm", "confirmed", "correct", "data", "done", "double",
    "explained", "figure", "figures", "final", "fine", "have", "i", "is", "it", "k", "known", "look", "looks",
    "manager", "n", "na", "nil", "no", "none", "not", "noted", "nothing", "number", "numbers", "o", "ok", "okay", "our",
    "per", "query", "reviewed", "right", "same", "see", "submitted", "tbc", "team", "that", "the", "these", "this",
    "to", "true", "unchanged", "validated", "verified", "was", "we", "were", "x", "yes"
})  # fmt: skip

# Turns of phrase that say no more, of words that can say something elsewhere: 'system' does in 'We changed system'.
EMPTY_PHRASES = re.compile(
    r"\b(?:no changes?|(?:nothing|not) (?:has )?changed|per (?:the |our )?(?:system|records?)"
    r"|same as last (?:time|quarter|year))\b"
)

# An address, not any '@'; and 10 or 11 digits, as telephone and NHS numbers have, however they are spaced.
E_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\W\d_]{2,}")
TELEPHONE = re.compile(r"(?:(?<![0-9])|\+44)[0-9](?:[ ()]{0,2}[0-9]){9,10}(?![0-9])")


class Explanation(NamedTuple):
    """One line of the file. ``others`` are its columns that mspof does not know: name, and text as it stands there."""

    ons_code: str
    period: Period
    code: str
    measure: str
    explanation: str
    team: str
    date: str
    until: Period
    query: str
    others: tuple[tuple[str, str], ...] = ()

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
    """Why a text does not count as an explanation, or None if it does. Nothing of the text is repeated."""
    words = re.findall(r"[^\W\d_]+", EMPTY_PHRASES.sub("", tidy(explanation).casefold()))
    if not set(words) - EMPTY_WORDS:
        return "It does not say why. Say what lies behind the figures."
    if len(explanation) > LONGEST:
        return f"It is longer than {LONGEST:,} characters. Say it in fewer."
    return contact_in(explanation)


def contact_in(text: str) -> str | None:
    """What a text holds that can be about a person, and what to do; None if it holds no such thing."""
    for pattern, what in ((E_MAIL, "an e-mail address"), (TELEPHONE, "what may be a telephone or NHS number")):
        if pattern.search(text):
            return f"It holds {what}. Say it without naming or describing a person."
    return None


def read_explanations(path: Path, codes: Collection[str], councils: Collection[str]) -> tuple[Explanation, ...]:
    """The explanations in a CSV file; ``UsageError`` naming the line if it can't be used.

    ``codes`` are the rules', ``councils`` the ONS codes that a register knows.
    """
    import csv  # only runs with explanations need it
    import io

    rows = csv.DictReader(io.StringIO(_text_of(path), newline=""), restval="", strict=True)
    found: dict[tuple[str, Period, str, str], tuple[int, Explanation]] = {}
    try:
        _refuse_columns(rows.fieldnames or (), path)
        for row in rows:
            where = f"Line {rows.line_num} of '{path}'"
            each = _explanation(row, codes, councils, where)
            line, _ = found.setdefault(each.key, (rows.line_num, each))
            if line != rows.line_num:
                raise UsageError(f"{where}: line {line} explains the same query.", "Keep one of the two lines.")
    except csv.Error as error:
        line = rows.line_num + 1  # the first line that could not be taken in
        raise UsageError(f"Line {line} of '{path}' is not CSV.", "In Excel, save it as 'CSV UTF-8'.") from error
    return tuple(each for _, each in found.values())


def _text_of(path: Path) -> str:
    """The text of a file; ``UsageError`` for what is not a file, too large, or not in UTF-8."""
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UsageError(f"'{path}' is not a file.", "Name the CSV file that explanations are kept in.")
            data = file.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise UsageError(f"'{path}' is too large for a file of explanations.", "Check that it is the right file.")
        return data.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise UsageError(f"There is no file '{path}'.", "Check the spelling, and where you are.") from error
    except OSError as error:
        if path.is_dir():
            raise UsageError(f"'{path}' is a folder.", "Name the CSV file that explanations are kept in.") from error
        raise UsageError(f"'{path}' can't be read.", "Check the spelling, and that you may open it.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"'{path}' is not in UTF-8.", "In Excel, save it as 'CSV UTF-8'.") from error


def _without_waiting(path: str, flags: int) -> int:
    """For ``open``: without waiting for what a pipe may never give."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _refuse_columns(names: Collection[str], path: Path) -> None:
    """``UsageError`` if a column that is needed is not there, or one is there twice."""
    missing = sorted(set(COLUMNS) - OPTIONAL - set(names))
    if missing:
        raise UsageError(f"'{path}' has no column {', '.join(missing)}.", f"Its columns are: {', '.join(COLUMNS)}.")
    headings = [name for name in names if name]
    twice = next((name for name in headings if headings.count(name) > 1), None)
    if twice:
        raise UsageError(f"'{path}' has two columns '{twice}'.", "Give each column a heading of its own.")


def _explanation(row: Mapping[Any, Any], codes: Collection[str], councils: Collection[str], where: str) -> Explanation:
    """One line of the file; ``UsageError`` if it can't be meant. Cells without a heading are under None and ''."""
    if row.get("") or any(row.get(None, ())):
        raise UsageError(f"{where}: there is more in it than there are columns.", "Put quotation marks around commas.")
    values = {column: tidy(_as_typed(row.get(column) or "")) for column in COLUMNS}
    values["code"] = values["code"].upper()
    if values["code"] not in codes:
        raise UsageError(f"{where}: there is no rule '{values['code']}'.", "'mspof rules' lists them all.")
    values["ons_code"] = values["ons_code"].replace(" ", "").upper()
    if not values["ons_code"]:
        raise UsageError(f"{where}: there is no ONS code.", "Say whose explanation it is.")
    if values["ons_code"] not in councils:
        problem = f"{where}: no council has the ONS code '{values['ons_code']}'."
        raise UsageError(problem, "Copy it from the cover of the council's form.")
    values["date"] = _day(values["date"], where)
    period = _period(values["period"], where)
    until = _period(values["until"], where) if values["until"] else period
    if until < period:
        raise UsageError(f"{where}: it ends before it begins.", "Put the last quarter that it holds for in 'until'.")
    ons_code, _, code, measure, explanation, team, date, _, query = (values[column] for column in COLUMNS)
    others = tuple((name, text) for name, text in row.items() if name and name not in COLUMNS)
    return Explanation(ons_code, period, code, measure, explanation, team, date, until, query, others)


def _period(text: str, where: str) -> Period:
    period = parse_period(text)
    if period is None:
        raise UsageError(f"{where}: '{text}' is not a period.", "Write it such as 2018-19-Q3.")
    return period


def _day(text: str, where: str) -> str:
    """A day as it is kept, whichever way a spreadsheet program wrote it; blank if it is."""
    day = date_of(Cell(Kind.TEXT, text), date_1904=False)
    if text and not day:
        raise UsageError(f"{where}: '{text}' is not a date.", "Write it such as 2019-02-14.")
    return day.isoformat() if day else ""


def _as_typed(text: str) -> str:
    """A cell of the file without the mark that keeps spreadsheet programs from taking it for a formula."""
    return text[1:] if text.startswith("'") and text[1:].startswith(("=", "+", "-", "@")) else text


def merged(known: Iterable[Explanation], more: Iterable[Explanation]) -> tuple[Explanation, ...]:
    """Explanations with others added, which take the place of those of the same query; in order.

    What somebody decided or noted of a query stays with it: until when its explanation holds, and further columns.
    """
    by_key = {each.key: each for each in known}
    for each in more:
        before = by_key.get(each.key, each)
        by_key[each.key] = each._replace(until=before.until, others=before.others)
    return tuple(by_key[key] for key in sorted(by_key))

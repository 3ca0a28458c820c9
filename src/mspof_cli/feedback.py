"""The sheet of findings in the feedback that a council is sent, and what is read from it when it comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from typing import NamedTuple

from mspof_cli.cells import Cell, Kind, tidy
from mspof_cli.findings import Finding, Severity
from mspof_cli.layout import label_key
from mspof_cli.workbook import Workbook

# The name of the sheet; if the form has a sheet of that name, with underscores after it.
SHEET = "Feedback"

NUMBER, SEVERITY, RULE, QUESTION, CELLS, MESSAGE, FIX, LAST_TIME, EXPLANATION, MEASURE = HEADINGS = (
    *("No.", "Kind", "Rule", "Question", "Cells", "What is wrong", "What to do", "Last time", "Explanation", "Measure"),
)

# What stands in the column of explanations beside a finding that can't be explained.
HINTS = {Severity.ERROR: "To be corrected", Severity.NOTE: "For your information"}

# The line in which the council says who explains, and what belongs in it.
TEAM = "Explained by (team)"

# What stands before a value at fault, or beside a cell that can't show it.
SYMBOLS = {Severity.ERROR: "\N{BALLOT X}", Severity.QUERY: "?", Severity.NOTE: "i"}

# How a note on a cell of a marked copy begins and ends.
NOTE_BEGINS, NOTE_ENDS = "{symbol} {code} ({severity})\n", "\n\N{EM DASH} mspof"
OWN_NOTE = re.compile(rf"\S [A-Z]+[0-9]+ \(({'|'.join(severity.value for severity in Severity)})\)\r?\n")


class Told(NamedTuple):
    """A finding that a council was told of, and what it wrote beside it. The finding has no cells.

    ``is_formula``: a formula stands there, whose result is not what the council wrote.
    """

    finding: Finding
    explanation: str
    is_formula: bool

    @property
    def is_written(self) -> bool:
        """Whether anything stands there."""
        return self.is_formula or bool(self.explanation)


class Feedback(NamedTuple):
    """What a sheet of findings says: its findings, and the team that explained them."""

    told: tuple[Told, ...]
    team: str

    @property
    def queries(self) -> tuple[Told, ...]:
        """What the council was asked to correct or explain."""
        return tuple(told for told in self.told if told.finding.severity is Severity.QUERY)

    @property
    def explained_errors(self) -> tuple[Told, ...]:
        """What the council was asked to correct, and wrote something beside."""
        return tuple(told for told in self.told if told.finding.severity is Severity.ERROR and told.is_written)


class _Sheet(NamedTuple):
    """A sheet of findings: its name, its texts, where formulas stand, the row of the headings and each one's column."""

    name: str
    texts: Mapping[tuple[int, int], str]
    formulas: Set[tuple[int, int]]
    top: int
    columns: Mapping[str, int]


def read_feedback(workbook: Workbook) -> Feedback | None:
    """The sheet of findings in a workbook; None if there is no such sheet."""
    for sheet in _sheets(workbook):
        return Feedback(tuple(_told(sheet)), _team(sheet.texts))
    return None


def feedback_sheet(workbook: Workbook) -> str | None:
    """The name of the sheet of findings in a workbook; None if there is no such sheet."""
    return next((sheet.name for sheet in _sheets(workbook)), None)


def is_own_note(text: str) -> bool:
    """Whether a note is one that marks a cell of a marked copy, and nobody has added to it."""
    return OWN_NOTE.match(text) is not None and text.endswith(NOTE_ENDS.strip())


def _sheets(workbook: Workbook) -> Iterator[_Sheet]:
    """The sheets that are named and headed as findings are."""
    for name in workbook.sheet_names:
        if label_key(name).rstrip("_") == label_key(SHEET):
            cells = workbook.sheet(name).cells
            texts = {at: tidy(str(cell.value)) for at, cell in cells.items() if _is_text(cell)}
            headings = _headings(texts)
            if headings:
                yield _Sheet(name, texts, {at for at, cell in cells.items() if cell.formula}, *headings)


def _is_text(cell: Cell) -> bool:
    return cell.kind in (Kind.TEXT, Kind.NUMBER)


def _headings(texts: Mapping[tuple[int, int], str]) -> tuple[int, dict[str, int]] | None:
    """The row of the headings, and the column of each."""
    rows: dict[int, dict[str, int]] = {}
    for (row, column), text in sorted(texts.items()):
        if text in HEADINGS:
            rows.setdefault(row, {})[text] = column
    return next(((row, columns) for row, columns in rows.items() if len(columns) == len(HEADINGS)), None)


def _told(sheet: _Sheet) -> Iterator[Told]:
    """The findings below the headings, in order."""
    for row in sorted({row for row, _ in sheet.texts if row > sheet.top}):
        said = {heading: sheet.texts.get((row, column), "") for heading, column in sheet.columns.items()}
        if said[RULE] and said[SEVERITY] in {severity.value for severity in Severity}:
            finding = Finding(
                code=said[RULE],
                severity=Severity(said[SEVERITY]),
                question=said[QUESTION] or None,
                measure=said[MEASURE] or None,
                sheet=None,
                cells=(),
                found="",
                expected="",
                message=said[MESSAGE],
                fix=said[FIX],
            )
            own = said[EXPLANATION] if said[EXPLANATION] != HINTS.get(finding.severity) else ""
            is_formula = (row, sheet.columns[EXPLANATION]) in sheet.formulas
            yield Told(finding, "" if is_formula else own, is_formula)


def _team(texts: Mapping[tuple[int, int], str]) -> str:
    """What stands to the right of the line for the team."""
    for (row, column), text in texts.items():
        if text == TEAM:
            return next((texts[at] for at in sorted(texts) if at[0] == row and at[1] > column), "")
    return ""

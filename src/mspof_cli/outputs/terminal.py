"""The report on a terminal: colours, and lines that fit the window. Colour is never the only sign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mspof_cli.outputs.text import COUNTED, Report, below

STYLES = {
    "heading": "bold",
    "detail": "dim",
    "error": "bold red",
    "query": "bold yellow",
    "note": "cyan",
    "fix": "green",
}

GAP = 2  # characters between two columns
LEAST_COLUMNS = 3


def show(report: Report, file: TextIO) -> None:
    """Print a report to a terminal. Everything is printed as it is: nothing in it is taken for markup."""
    console = Console(file=file, markup=False, highlight=False, emoji=False)
    widths = _widths([report.headings, *report.rows], console.width)
    if report.rows:
        table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
        for heading, width in zip(report.headings, widths, strict=False):
            table.add_column(heading, overflow="fold", width=width)
        for row in report.rows:
            table.add_row(*map(Text, row[: len(widths)]))
        console.print(table)
    for line in (*below(report, len(widths)), *report.lines):
        console.print(Padding(Text(line.text, STYLES.get(line.kind, "")), (0, 0, 0, line.indent)))


def _widths(rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """The widths of the columns that find room, from the first.

    Only those before the name of the file may wrap, between words, and only if that column finds no room.
    """
    columns = list(zip(*rows, strict=True))
    full = [max(map(len, column)) for column in columns]
    least = [max(len(word) for cell in column for word in cell.split() or [""]) for column in columns]
    shown = len(columns)
    while shown > COUNTED and _across(full[:shown]) > room:
        shown -= 1
    while shown > LEAST_COLUMNS and _across(least[:shown]) > room:
        shown -= 1
    widths = full[:shown]
    for number, narrow in enumerate(least[:shown]):
        widths[number] -= min(widths[number] - narrow, max(_across(widths) - room, 0))
    return widths


def _across(widths: Sequence[int]) -> int:
    """How wide columns are side by side."""
    return sum(widths) + GAP * (len(widths) - 1)

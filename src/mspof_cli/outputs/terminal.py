"""The report on a terminal: colours, and lines that fit the window. Colour is never the only sign."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mspof_cli.outputs.text import Report

STYLES = {
    "heading": "bold",
    "detail": "dim",
    "error": "bold red",
    "query": "bold yellow",
    "note": "cyan",
    "fix": "green",
}

GAP = 2  # characters between two columns
LEAST_COLUMNS = 6


def show(report: Report, file: TextIO) -> None:
    """Print a report to a terminal. Everything is printed as it is: nothing in it is taken for markup."""
    console = Console(file=file, markup=False, highlight=False, emoji=False)
    if report.rows:
        table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
        rows = [report.headings, *report.rows]
        widths = [max(map(len, column)) + GAP for column in zip(*rows, strict=True)]
        shown = len(widths)
        while shown > LEAST_COLUMNS and sum(widths[:shown]) - GAP > console.width:
            shown -= 1
        for heading in report.headings[:shown]:
            table.add_column(heading, overflow="fold")
        for row in report.rows:
            table.add_row(*map(Text, row[:shown]))
        console.print(table)
        if left_out := report.headings[shown:]:
            columns = " and ".join(f"'{heading}'" for heading in left_out)
            console.print(Text(f"No room for {columns}. Widen the window to see more.", STYLES["detail"]))
    for line in report.lines:
        console.print(Padding(Text(line.text, STYLES.get(line.kind, "")), (0, 0, 0, line.indent)))

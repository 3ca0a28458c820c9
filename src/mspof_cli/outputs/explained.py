"""Explanations as the CSV file that they are kept in, and what was taken from feedback for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from mspof_cli.explanations import COLUMNS, Explanation
from mspof_cli.outputs.safe import csv_text, printable
from mspof_cli.outputs.text import Line, Report, number_of
from mspof_cli.taking import Taken


def as_csv(explanations: Iterable[Explanation]) -> str:
    """One line for each explanation."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for each in explanations:
        # What holds for its own quarter only has no need to say until when.
        until = "" if each.until == each.period else str(each.until)
        values = {**each._asdict(), "until": until}
        writer.writerow([csv_text(printable(str(values[column]))) for column in COLUMNS])
    return text.getvalue()


def compose_taken(taken: Iterable[Taken], file: Path) -> Report:
    """What was taken from each file, what does not count and why, and where it went."""
    taken = list(taken)
    lines = [line for each in taken for line in _of(each)]
    number = sum(len(each.explanations) for each in taken)
    lines.append(Line(f"Wrote {file}" if number else f"There is nothing to write to '{file}'.", kind="heading"))
    return Report((), (), tuple(lines))


def _of(taken: Taken) -> Iterator[Line]:
    number = number_of(len(taken.explanations), "explanation")
    yield Line(printable(f"{taken.council}, '{taken.file}': {number} taken."), kind="heading")
    for code, why in taken.refused:
        yield Line(printable(f"{code} does not count as explained: {why}"), 2)
    if taken.unexplained:
        yield Line(f"Not explained: {', '.join(taken.unexplained)}.", 2)

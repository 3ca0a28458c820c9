"""Explanations as the CSV file that they are kept in, and what was taken from feedback for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from mspof_cli.errors import UsageError
from mspof_cli.explanations import COLUMNS, LARGEST_FILE, Explanation
from mspof_cli.outputs.safe import csv_text, printable
from mspof_cli.outputs.text import Line, Report, number_of
from mspof_cli.taking import Gathered, Taken


def as_csv(explanations: Sequence[Explanation]) -> bytes:
    """One line for each explanation. The columns that the file has besides come last, with what stood there.

    ``UsageError`` if it would be larger than what is read again.
    """
    text = io.StringIO()
    others = dict.fromkeys(name for each in explanations for name, _ in each.others)
    writer = csv.DictWriter(text, (*COLUMNS, *others), restval="", lineterminator="\r\n")
    writer.writeheader()
    for each in explanations:
        # What holds for its own quarter only has no need to say until when.
        until = "" if each.until == each.period else str(each.until)
        values = {**each._asdict(), "until": until}
        own = {column: csv_text(printable(str(values[column]))) for column in COLUMNS}
        writer.writerow({**own, **dict(each.others)})
    data = text.getvalue().encode()
    if len(data) > LARGEST_FILE:
        problem = "There is too much to keep in one file of explanations."
        raise UsageError(problem, "Start another: --explanations FILE.")
    return data


def compose_taken(gathered: Gathered, file: Path) -> Report:
    """What was taken from each file, what does not count and why, what was passed over, and where it went."""
    lines = [line for each in gathered.taken for line in _of(each)]
    lines += [Line(printable(f"Passed over: {why}"), kind="detail") for why in gathered.passed_over]
    if gathered.others:
        lines.append(Line(f"Passed over: {number_of(gathered.others, 'file')} of other kinds.", kind="detail"))
    number = sum(len(each.explanations) for each in gathered.taken)
    lines.append(Line(f"Wrote {file}" if number else f"There is nothing to write to '{file}'.", kind="heading"))
    return Report((), (), tuple(lines))


def _of(taken: Taken) -> Iterator[Line]:
    number = number_of(len(taken.explanations), "explanation")
    yield Line(printable(f"{taken.council}, '{taken.file}': {number} taken."), kind="heading")
    for code, why in taken.refused:
        yield Line(printable(f"{code} does not count as explained: {why}"), 2)
    if taken.no_team:
        yield Line(f"The team was left out: {taken.no_team}", 2)
    if taken.unexplained:
        yield Line(f"Not explained: {', '.join(taken.unexplained)}.", 2)

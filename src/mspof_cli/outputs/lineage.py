"""Where a figure comes from, for people and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from mspof_cli.earlier import Earlier
from mspof_cli.lineage import Traced
from mspof_cli.measures import QUARTER
from mspof_cli.outputs.safe import csv_text, printable
from mspof_cli.outputs.text import Line, Report, number_of

COLUMNS = ("council", "file", "sheet", "cells", "label", "parts", "value")
HEADINGS = ("Council", "File", "Sheet", "Cells", "What it is", "Counts in", "Value")

NOT_FOR_PUBLICATION = "These are exact numbers. Do not publish them."


def compose_trace(traced: Traced, before: Earlier) -> Report:
    """The figure as it is shown and as it is, then every cell that it is the sum of."""
    rows = tuple(tuple(printable(text) for text in row) for row in _rows(traced))
    return Report(HEADINGS, rows, tuple(_lines(traced, before)))


def _lines(traced: Traced, before: Earlier) -> Iterator[Line]:
    measure, row, summary = traced.measure, traced.row, before.summary
    yield Line()
    respondent = f", {measure.respondent}" if measure.respondent else ""
    when = row.period if row.span == QUARTER else f"{row.period}, {row.span.replace('_', ' ')}"
    yield Line(f"{measure.label}{respondent}: {row.name}, {when}.", kind="heading")
    yield Line(printable(f"{summary.folder} shows: {_shown(traced)}."))
    exact = " of ".join(f"{total:,}" for total in traced.exact.values()) or "nothing"
    returns = number_of(len({source.file for source in traced.sources}), "return")
    yield Line(f"The {returns} that gave every part of it: {exact}.")
    for part in traced.astray:
        yield Line(f"The {part} that is shown does not follow from these returns.", kind="heading")
    shown, symbol = traced.shown or {}, summary.manifest.policy.symbol
    if shown and not traced.astray and {shown[part] for part in traced.exact} != {symbol}:
        yield Line("What is shown follows from these returns.")
    if symbol in shown.values():
        yield Line("A number is hidden where it is small, of few councils, or could give another away.")
    for each in traced.left_out:
        missing = ", ".join(dict.fromkeys(each.missing))
        yield Line(printable(f"Left out: {each.council}: '{each.file}' does not give {missing}."))
    yield Line(NOT_FOR_PUBLICATION)


def _shown(traced: Traced) -> str:
    shown = traced.shown
    if shown is None:
        return "no such row, because only some areas have one for this audience, and in earlier quarters fewer"
    if traced.measure.unit == "count":
        return shown["numerator"]
    return f"{shown['numerator']} of {shown['denominator']}, {shown['value']} per cent"


def _rows(traced: Traced) -> Iterator[tuple[str, ...]]:
    for each in traced.sources:
        yield (
            *(each.council, each.file, each.sheet, each.cells, each.label),
            " and ".join(each.parts),
            str(each.value),
        )


def trace_csv(traced: Traced) -> str:
    """Every cell, one a line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([csv_text(printable(value)) for value in row] for row in _rows(traced))
    return text.getvalue()

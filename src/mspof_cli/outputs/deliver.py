"""Findings to where they go: written in a format, in a file, on a terminal or on standard output."""

from __future__ import annotations

import io
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from mspof_cli.errors import OutputClosed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mspof_cli.pipeline import Batch
    from mspof_cli.sac import Sac
    from mspof_cli.schemas import Rule


REMARKS_SAID = 3


class Format(StrEnum):
    """How findings are written."""

    text = "text"
    json = "json"
    csv = "csv"
    junit = "junit"
    sarif = "sarif"


def deliver(
    batch: Batch,
    format: Format,
    output: Path | None,
    inputs: Iterable[Path],
    *,
    quiet: bool,
    strict: bool,
    rules: Mapping[str, Rule],
) -> None:
    """The findings in a file, which must be no input, or on standard output: in colour where that is a terminal."""
    if output is None and format is Format.text and sys.stdout.isatty():
        _show(batch, quiet)
        return
    text = _written(batch, format, quiet, strict, rules)
    put(text, output, inputs, for_programs=format is not Format.text)


def put(text: str, output: Path | None, inputs: Iterable[Path], *, for_programs: bool) -> None:
    """Text in a file, which must be none of the inputs, or on standard output."""
    if output is None:
        print_out(text, for_programs)
        return
    from mspof_cli.outputs.files import refuse_to_overwrite, write_whole

    refuse_to_overwrite([output], inputs)
    write_whole(output, text.encode(errors="replace"))


def inputs_of(batch: Batch, published: Sac | None = None, explanations: Path | None = None) -> list[Path]:
    """Every file that was read or stands in a folder that was, none of which an output may replace."""
    returns = [Path(checked.ret.file) for checked in batch.checked]
    sac = [Path(each.file) for each in published.publications] if published else []
    return [*returns, *batch.passed_over, *batch.last_time, *sac, *([explanations] if explanations else [])]


def _written(batch: Batch, format: Format, quiet: bool, strict: bool, rules: Mapping[str, Rule]) -> str:
    """The findings in a format, as text."""
    if format is Format.text:
        from mspof_cli.outputs.text import compose, plain

        return plain(compose(batch, quiet))
    if format is Format.json:
        from mspof_cli.outputs.report import as_json

        return as_json(batch)
    from mspof_cli.outputs.machine import as_csv, as_junit, as_sarif

    if format is Format.csv:
        return as_csv(batch)
    return as_junit(batch, rules, strict) if format is Format.junit else as_sarif(batch, rules)


def _show(batch: Batch, quiet: bool) -> None:
    """The findings on a terminal."""
    from mspof_cli.outputs.terminal import show
    from mspof_cli.outputs.text import compose

    _set_up_output()
    show(compose(batch, quiet), sys.stdout)


def _set_up_output(for_programs: bool = False) -> None:
    """Make standard output take whatever a file is named: what a terminal can't show becomes a question mark."""
    if not isinstance(sys.stdout, io.TextIOWrapper):
        return
    if for_programs:  # the same bytes on every system, and as the XML says of itself
        sys.stdout.reconfigure(encoding="utf-8", newline="", errors="replace")
    else:
        sys.stdout.reconfigure(errors="replace")


def print_out(text: str, for_programs: bool = False) -> None:
    """Results, on standard output; ``OutputClosed`` once whoever reads them has left."""
    _set_up_output(for_programs)
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise OutputClosed from error


def forget_output() -> None:
    """Send what is left of the output nowhere, or Python would complain at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(problem: str, remedy: str) -> None:
    """Trouble, on standard error."""
    import typer

    from mspof_cli.outputs.safe import printable

    typer.echo(printable(f"mspof: {problem} {remedy}".rstrip()), err=True)


def say_of_sac(batch: Batch, published: Sac | None) -> None:
    """What was not understood of the publications, and which of them no return was compared with.

    A check that was not made is never taken for one that held.
    """
    from mspof_cli.reconcile import unused

    if published is None:
        return
    idle = unused((checked.ret for checked in batch.checked), published)
    for each in published.publications:
        for remark in each.remarks[:REMARKS_SAID]:
            say(f"'{each.file}': {remark}", "")
        if len(each.remarks) > REMARKS_SAID:
            say(f"'{each.file}': there is more to say of it.", f"'mspof sac' followed by {each.year}=FILE shows it.")
        if each in idle:
            later = all(other in idle for other in published.publications)
            why = "It is later than every return." if later else "Another file is nearer to every return."
            say(f"No return was compared with '{each.file}', which is for {each.year}.", why)

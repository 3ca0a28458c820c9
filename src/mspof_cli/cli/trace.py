"""``mspof trace``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mspof_cli.cli.shared import ERRORS_FOUND, SchemasOption, TableFormat, chosen_of, period_of, schemas_in
from mspof_cli.errors import UsageError

if TYPE_CHECKING:
    from mspof_cli.loading import Schemas
    from mspof_cli.returns import Return
    from mspof_cli.written import Summary


class TraceSpan(StrEnum):
    """The time that a figure is for, which ends with the quarter."""

    quarter = "quarter"
    year_to_date = "year_to_date"
    last_four_quarters = "last_four_quarters"


# Options of this command alone.
SpanOption = Annotated[str, typer.Option("--span", metavar="|".join(TraceSpan), help="The time that ends with it.")]
FormatOption = Annotated[str, typer.Option("--format", metavar="text|csv", help="For people, or for programs.")]


def trace(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that 'mspof collate' wrote.", readable=False)],
    measure: Annotated[str, typer.Argument(metavar="MEASURE", help="As in the column 'measure' of measures.csv.")],
    region: Annotated[str | None, typer.Option("--region", metavar="NAME", help="Of a region.")] = None,
    council: Annotated[str | None, typer.Option("--council", metavar="NAME", help="Of a council.")] = None,
    council_type: Annotated[str | None, typer.Option("--type", metavar="NAME", help="Of a type of council.")] = None,
    panel: Annotated[bool, typer.Option("--panel", help="Of the matched panel of councils.")] = False,
    respondent: Annotated[
        str | None, typer.Option("--respondent", metavar="WHO", help="Who answered, where that is told apart.")
    ] = None,
    period: Annotated[
        str | None, typer.Option("--period", metavar="PERIOD", help="An earlier quarter that is in the trends.")
    ] = None,
    span: SpanOption = TraceSpan.quarter,
    returns: Annotated[
        list[Path] | None,
        typer.Option("--returns", metavar="PATH", help="The returns it was made of. May be given again."),
    ] = None,
    format: FormatOption = TableFormat.text,
    schemas: SchemasOption = None,
) -> None:
    """Say which files, sheets and cells a figure of a summary is the sum of."""
    from mspof_cli.earlier import earlier
    from mspof_cli.lineage import EVERYBODY, area_named, measure_named, span_named
    from mspof_cli.lineage import trace as find
    from mspof_cli.outputs.deliver import print_out, say
    from mspof_cli.outputs.lineage import compose_trace, trace_csv
    from mspof_cli.outputs.text import plain
    from mspof_cli.sums import THE_PANEL
    from mspof_cli.written import read_summary

    time, csv = chosen_of(TraceSpan, span, "span"), chosen_of(TableFormat, format, "format") is TableFormat.csv
    areas = _named({"region": region, "council": council, "council_type": council_type}, panel)
    loaded, summary = schemas_in(schemas), read_summary(folder)
    collection = loaded.collection(summary.manifest.collection)
    wanted = measure_named(measure, respondent, collection)
    before = earlier(summary, collection, _read(summary, returns, loaded))
    area = area_named(*areas[0], before.edition) if areas else THE_PANEL if panel else EVERYBODY
    when = span_named(time.value, period_of(period) if period else summary.period, before)
    traced = find(before, collection, wanted, area, when)
    print_out(trace_csv(traced) if csv else plain(compose_trace(traced, before)), for_programs=csv)
    if traced.astray:
        if csv:
            say(f"What is shown does not follow from these returns: {' and '.join(traced.astray)}.", "")
        raise typer.Exit(ERRORS_FOUND)


def _named(names: dict[str, str | None], panel: bool) -> list[tuple[str, str]]:
    """The area that is named, by its level, if any is; ``UsageError`` if several are, or one beside the panel."""
    areas = [(level, name) for level, name in names.items() if name]
    if len(areas) + panel > 1:
        raise UsageError("More than one area is named.", "Give one of --region, --council, --type and --panel.")
    return areas


def _read(summary: Summary, paths: list[Path] | None, schemas: Schemas) -> list[Return]:
    """The returns that a summary was made of, as far as they are there: no other is read."""
    from mspof_cli.inbox import find_workbooks
    from mspof_cli.reading import Reader
    from mspof_cli.written import sha256_of

    if paths is None:
        paths = [Path(each.file) for each in summary.manifest.inputs if each.file and each.decision == "used"]
        if not paths:
            problem = f"'{summary.folder}' does not say where its returns are, because it is not for internal use."
            raise UsageError(problem, "Name their folder with --returns.")
    used, reader = summary.manifest.used(), Reader(schemas)
    return [reader.read(file) for file in find_workbooks(paths).files if sha256_of(file) in used]

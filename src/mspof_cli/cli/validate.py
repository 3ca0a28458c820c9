"""``mspof validate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mspof_cli.cli.shared import ERRORS_FOUND, Paths, SacOption, SchemasOption, published_in, rules_of, schemas_in
from mspof_cli.errors import UsageError

if TYPE_CHECKING:
    from mspof_cli.outputs.deliver import Format
    from mspof_cli.pipeline import Batch


def validate(
    paths: Paths,
    format: Annotated[
        str, typer.Option("--format", metavar="text|json|csv|junit|sarif", help="How to write the findings.")
    ] = "text",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file.", show_default=False)
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Findings only: no table and no summary.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Queries count as errors for the exit status.")] = False,
    select: Annotated[
        list[str] | None,
        typer.Option("--select", metavar="CODE", help="Only these rules, such as MSP201 or MSP2.", show_default=False),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="CODE", help="All rules but these.", show_default=False)
    ] = None,
    sac: SacOption = None,
    schemas: SchemasOption = None,
) -> None:
    """Check returns: what is wrong, and how to put it right."""
    from mspof_cli.outputs.deliver import Format, deliver, say_of_sac
    from mspof_cli.pipeline import validate as check_all
    from mspof_cli.progress import progress_bar

    wanted, loaded = _format(format), schemas_in(schemas)
    published = published_in(sac, loaded)
    with progress_bar(quiet) as progress:
        batch = check_all(paths, loaded, progress, published)
    say_of_sac(batch, published)
    rules = rules_of(loaded) if select or ignore or wanted in (Format.junit, Format.sarif) else {}
    if select or ignore:
        from mspof_cli.select import chosen, chosen_rules

        batch = chosen(batch, select or [], ignore or [], rules)
        rules = chosen_rules(rules, select or [], ignore or [])
    deliver(batch, wanted, output, quiet=quiet, strict=strict, rules=rules)
    if _has_errors(batch, strict):
        raise typer.Exit(ERRORS_FOUND)


def _has_errors(batch: Batch, strict: bool) -> bool:
    """Whether any finding that is shown is an error, or with ``strict`` a query."""
    from mspof_cli.findings import Severity

    failing = {Severity.ERROR, Severity.QUERY} if strict else {Severity.ERROR}
    return any(finding.severity in failing for checked in batch.checked for finding in checked.findings)


def _format(text: str) -> Format:
    from mspof_cli.outputs.deliver import Format

    try:
        return Format(text)
    except ValueError as error:
        raise UsageError(f"'{text}' is not a format.", f"Use one of: {', '.join(Format)}.") from error

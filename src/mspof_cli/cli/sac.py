"""``mspof sac``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mspof_cli.cli.shared import SchemasOption, published_in, schemas_in
from mspof_cli.errors import UsageError


def sac(
    files: Annotated[
        list[str],
        typer.Argument(metavar="[YEAR=]FILE...", help="Published SAC files, such as 2018-19=FILE.", show_default=False),
    ],
    format: Annotated[str, typer.Option("--format", metavar="text|csv", help="How to write what was read.")] = "text",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file.", show_default=False)
    ] = None,
    schemas: SchemasOption = None,
) -> None:
    """Show what is understood of published SAC files."""
    from mspof_cli.outputs.deliver import put
    from mspof_cli.outputs.published import compose_sac, sac_csv
    from mspof_cli.outputs.text import plain

    if format not in ("text", "csv"):
        raise UsageError(f"'{format}' is not a format.", "Use one of: text, csv.")
    published = published_in(files, schemas_in(schemas))
    assert published is not None
    text = plain(compose_sac(published)) if format == "text" else sac_csv(published)
    put(text, output, [Path(each.file) for each in published.publications], for_programs=format == "csv")

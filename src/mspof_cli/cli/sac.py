"""``mspof sac``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mspof_cli.cli.shared import SchemasOption, TableFormat, chosen_of, published_in, schemas_in


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

    csv = chosen_of(TableFormat, format, "format") is TableFormat.csv
    published = published_in(files, schemas_in(schemas))
    assert published is not None
    text = sac_csv(published) if csv else plain(compose_sac(published))
    put(text, output, [Path(each.file) for each in published.publications], for_programs=csv)

"""``mspof template``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mspof_cli.cli.shared import PeriodText, SchemasOption, period_of, schemas_in
from mspof_cli.errors import UsageError


def template(
    council: Annotated[
        str, typer.Option("--council", metavar="NAME", help="The council's name or ONS code.", show_default=False)
    ],
    period: PeriodText,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The workbook to write.", show_default=False)
    ],
    collection: Annotated[
        str | None,
        typer.Option(
            "--collection", metavar="SLUG", help="Which collection, if there are several.", show_default=False
        ),
    ] = None,
    schemas: SchemasOption = None,
) -> None:
    """Write a blank pro forma for a council and a quarter."""
    from mspof_cli.blank import blank_form
    from mspof_cli.outputs.deliver import print_out
    from mspof_cli.outputs.files import refuse_existing, write_whole

    if output.suffix.casefold() != ".xlsx":
        raise UsageError(f"'{output}' is not a name for an Excel workbook.", "End it in .xlsx.")
    refuse_existing(output)
    who, form = blank_form(schemas_in(schemas), collection, council, period_of(period))
    write_whole(output, form)
    print_out(f"Wrote {output} for {who.name}, {who.ons_code}\n")

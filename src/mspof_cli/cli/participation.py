"""``mspof participation``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mspof_cli.cli.shared import ERRORS_FOUND, Paths, SchemasOption, period_of, schemas_in


def participation(
    paths: Paths,
    period: Annotated[
        str | None,
        typer.Option("--period", metavar="PERIOD", help="The quarter; the latest there is.", show_default=False),
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="Write it as CSV files here.", show_default=False)
    ] = None,
    schemas: SchemasOption = None,
) -> None:
    """Say who has returned, who has not, and what councils' systems can supply."""
    from mspof_cli.outputs.deliver import inputs_of, print_out
    from mspof_cli.outputs.participation import SOMETIMES, compose_participation, participation_files
    from mspof_cli.outputs.text import plain
    from mspof_cli.outputs.whole import refuse_unfit, whole_folder
    from mspof_cli.participation import participation as compute
    from mspof_cli.pipeline import validate as check_all
    from mspof_cli.progress import progress_bar

    wanted = period_of(period) if period else None
    if to:
        refuse_unfit(to, paths)
    loaded = schemas_in(schemas)
    with progress_bar(quiet=False) as progress:
        batch = check_all(paths, loaded, progress)
    found = compute(batch.checked, wanted, loaded.register)
    print_out("\n".join(plain(report) for report in compose_participation(found)))
    if to:
        files = participation_files(found)
        whole_folder(to, files.items(), inputs_of(batch), former=SOMETIMES)
        print_out("\n" + "".join(f"Wrote {to / name}\n" for name in files))
    if found.has_errors:
        raise typer.Exit(ERRORS_FOUND)

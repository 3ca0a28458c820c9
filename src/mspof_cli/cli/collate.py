"""``mspof collate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mspof_cli.cli.shared import (
    ERRORS_FOUND,
    ExplanationsOption,
    Paths,
    PeriodText,
    SacOption,
    SchemasOption,
    explained_in,
    period_of,
    published_in,
    schemas_in,
)


def collate(
    paths: Paths,
    period: PeriodText,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder to write to.", show_default=False)],
    sac: SacOption = None,
    explanations: ExplanationsOption = None,
    schemas: SchemasOption = None,
) -> None:
    """Collate a quarter's accepted returns into CSV and XLSX."""
    from mspof_cli.outputs.deliver import inputs_of, print_out, say_of_sac
    from mspof_cli.outputs.files import make_folder, refuse_among_inputs, refuse_to_overwrite, write_whole
    from mspof_cli.pipeline import validate as check_all
    from mspof_cli.progress import progress_bar

    wanted = period_of(period)
    refuse_among_inputs(to, paths)
    loaded = schemas_in(schemas)
    published, explained = published_in(sac, loaded), explained_in(explanations, loaded)
    with progress_bar(quiet=False) as progress:
        batch = check_all(paths, loaded, progress, published, explanations=explained)
    say_of_sac(batch, published)
    # These load polars, after which reading could not be shared with a second process.
    from mspof_cli.collation import collate as compute
    from mspof_cli.comparison import beside
    from mspof_cli.outputs.summary import summary_files
    from mspof_cli.outputs.text import compose_collation, plain

    collated = compute(batch.checked, wanted, loaded.register)
    comparison = beside(collated, batch.checked, published, loaded.england(collated.collection.slug))
    files = {to / name: data for name, data in summary_files(collated, comparison).items()}
    refuse_to_overwrite(files, inputs_of(batch, published, explanations))
    make_folder(to)
    for path, data in files.items():
        write_whole(path, data)
    print_out(plain(compose_collation(collated, comparison, files)))
    if any(decision.has_errors for decision in collated.decisions):
        raise typer.Exit(ERRORS_FOUND)

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
    audience_in,
    explained_in,
    period_of,
    published_in,
    schemas_in,
)


def collate(
    paths: Paths,
    period: PeriodText,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder to write to.", show_default=False)],
    audience: Annotated[
        str,
        typer.Option(
            "--audience",
            metavar="NAME",
            help="Who it is for: public, participants, or internal, with exact numbers.",
        ),
    ] = "public",
    sac: SacOption = None,
    explanations: ExplanationsOption = None,
    schemas: SchemasOption = None,
) -> None:
    """Collate a quarter's accepted returns into CSV and XLSX, with small numbers protected."""
    from mspof_cli.outputs.deliver import inputs_of, print_out, say_of_sac
    from mspof_cli.outputs.whole import refuse_unfit, whole_folder
    from mspof_cli.pipeline import validate as check_all
    from mspof_cli.progress import progress_bar

    wanted = period_of(period)
    refuse_unfit(to, paths)
    loaded = schemas_in(schemas)
    who, policy = audience_in(audience, loaded)
    known, explained = published_in(sac, loaded), explained_in(explanations, loaded)
    with progress_bar(quiet=False) as progress:
        batch = check_all(paths, loaded, progress, known, explanations=explained)
    say_of_sac(batch, known)
    # These load polars, after which reading could not be shared with a second process.
    from mspof_cli.collation import collate as compute
    from mspof_cli.outputs.summary import SOMETIMES, refuse_other_audience, summary_files
    from mspof_cli.outputs.text import compose_collation, plain
    from mspof_cli.published import published as publish

    collated = compute(batch.checked, wanted, loaded.register)
    slug = collated.collection.slug
    published = publish(collated, batch.checked, who, policy, known, loaded.england(slug), loaded.sha256(slug))
    refuse_other_audience(to, published)
    files = summary_files(published)
    whole_folder(to, files.items(), inputs_of(batch, known, explanations), former=SOMETIMES)
    print_out(plain(compose_collation(collated, published, [to / name for name in files])))
    if any(decision.has_errors for decision in collated.decisions):
        raise typer.Exit(ERRORS_FOUND)

"""``mspof explain``."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from mspof_cli.cli.shared import SchemasOption, explained_in, schemas_in
from mspof_cli.errors import UsageError


def explain(
    feedback: Annotated[
        list[Path],
        typer.Option(
            "--from",
            metavar="PATH",
            help="Feedback that councils filled in, or folders of it.",
            show_default=False,
            readable=False,
        ),
    ],
    explanations: Annotated[
        Path, typer.Option("--explanations", metavar="FILE", help="The file that they are kept in (CSV).")
    ] = Path("explanations.csv"),
    date: Annotated[
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="When it was said; today.", show_default=False)
    ] = None,
    schemas: SchemasOption = None,
) -> None:
    """Take what councils wrote in the Explanation column of their feedback into the file of explanations.

    An explanation of the same query takes the place of the one before.
    """
    from mspof_cli.explanations import merged
    from mspof_cli.outputs.deliver import print_out
    from mspof_cli.outputs.explained import as_csv, compose_taken
    from mspof_cli.outputs.files import refuse_to_overwrite, write_whole
    from mspof_cli.outputs.text import plain
    from mspof_cli.taking import gather

    day, loaded = _day(date), schemas_in(schemas)
    refuse_to_overwrite([explanations], feedback)
    known = explained_in(explanations, loaded) if explanations.exists() else ()
    gathered = gather(feedback, loaded, day)
    more = [each for one in gathered.taken for each in one.explanations]
    if more:
        write_whole(explanations, as_csv(merged(known, more)))
    print_out(plain(compose_taken(gathered, explanations)))


def _day(text: str | None) -> datetime.date:
    if text is None:
        return datetime.datetime.now(datetime.UTC).date()
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"'{text}' is not a date.", "Write it as year, month and day, such as 2019-02-14.") from error

"""``mspof verify``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mspof_cli.cli.shared import ERRORS_FOUND
from mspof_cli.errors import UsageError


def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that 'mspof collate' wrote.", readable=False)],
    returns: Annotated[
        list[Path] | None,
        typer.Option("--returns", metavar="PATH", help="The returns it was made of. May be given again."),
    ] = None,
    source: Annotated[
        list[Path] | None,
        typer.Option("--source", metavar="FILE", help="SAC or explanations that it was made with. May be given again."),
    ] = None,
) -> None:
    """Say whether a summary, and the files that it was made of, are still what they were."""
    from mspof_cli.inbox import find_workbooks
    from mspof_cli.outputs.deliver import print_out
    from mspof_cli.outputs.manifest import verify as compare
    from mspof_cli.outputs.safe import printable
    from mspof_cli.outputs.text import number_of

    if missing := next((each for each in source or () if not each.is_file()), None):
        raise UsageError(f"There is no file '{missing}'.", "Give --source the files of SAC or explanations.")
    found = compare(folder, find_workbooks(returns).files if returns else None, source)
    said = [f"{number_of(found.outputs, 'output')} as written."]
    if returns:
        said.append(f"{number_of(found.inputs, 'return')} as used.")
    else:
        said.append("The returns were not compared: name them with --returns.")
    if source:
        said.append(f"{number_of(found.sources, 'other file')} as used.")
    elif found.has_sources:
        said.append("SAC and explanations were not compared: name them with --source.")
    said.append(f"SHA-256 of the manifest: {found.manifest_sha256}")
    print_out("".join(f"{printable(line)}\n" for line in (*found.wrong, *said)))
    if found.wrong:
        raise typer.Exit(ERRORS_FOUND)

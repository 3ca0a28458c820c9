"""``mspof audit``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mspof_cli.cli.shared import ERRORS_FOUND, SchemasOption, schemas_in


def audit(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that 'mspof collate' wrote.", readable=False)],
    schemas: SchemasOption = None,
) -> None:
    """Try to work out the small numbers of a summary from what its files show alone."""
    from mspof_cli.audit import audit as attack
    from mspof_cli.outputs.deliver import print_out
    from mspof_cli.outputs.safe import printable
    from mspof_cli.outputs.text import number_of
    from mspof_cli.written import read_summary

    loaded, summary = schemas_in(schemas), read_summary(folder)
    collection = loaded.collection(summary.manifest.collection)
    found = attack(summary, collection, loaded.register(collection).councils)
    said = [f"{name}: all that is shown leaves {bounds} only." for name, bounds in sorted(found.exposed.items())]
    said += found.faults
    numbers = f"{number_of(found.attacked, 'number')} attacked, with {number_of(found.used, 'sum')} that are known."
    least = summary.manifest.policy.possible
    safe = f"Each can be at least {least} numbers, for all that is shown of the quarter."
    if summary.manifest.hidden_further != 0:
        symbol = summary.manifest.policy.symbol
        safe += f" Nothing was taken from {symbol}, which can stand for any number here: this is not proof."
    said += [numbers, safe if not said else f"{number_of(len(said), 'fault')} found. Do not publish this folder."]
    print_out("".join(f"{printable(line)}\n" for line in said))
    if found.exposed or found.faults:
        raise typer.Exit(ERRORS_FOUND)

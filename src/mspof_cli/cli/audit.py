"""``mspof audit``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mspof_cli.cli.shared import ERRORS_FOUND, SchemasOption, schemas_in


def audit(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Folders that 'mspof collate' wrote.", readable=False)
    ],
    schemas: SchemasOption = None,
) -> None:
    """Try to work out the small numbers of summaries from what their files show together."""
    from mspof_cli.audit import audit as attack
    from mspof_cli.outputs.deliver import print_out
    from mspof_cli.outputs.safe import printable
    from mspof_cli.outputs.text import number_of
    from mspof_cli.written import read_summary

    loaded, summaries = schemas_in(schemas), [read_summary(folder) for folder in folders]
    manifests = [each.manifest for each in summaries]
    collection = loaded.collection(manifests[0].collection)
    found = attack(summaries, collection, loaded.register(collection).councils)
    said = [f"{name}: all that is shown leaves {bounds} only." for name, bounds in sorted(found.exposed.items())]
    said += found.faults
    numbers = f"{number_of(found.attacked, 'number')} attacked, with {number_of(found.used, 'sum')} that are known."
    least, symbol = manifests[0].policy.possible, manifests[0].policy.symbol
    when = "the quarter" if len({each.period for each in manifests}) == 1 else "the quarters"
    safe = f"Each can be at least {least} numbers, for all that is shown of {when}."
    if any(each.hidden_further != 0 for each in manifests):
        safe += f" Nothing was taken from {symbol}, which can stand for any number here: this is not proof."
    said += [numbers, safe if not said else f"{number_of(len(said), 'fault')} found. Do not publish this."]
    print_out("".join(f"{printable(line)}\n" for line in said))
    if found.exposed or found.faults:
        raise typer.Exit(ERRORS_FOUND)

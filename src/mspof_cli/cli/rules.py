"""``mspof rules``."""

from __future__ import annotations

from typing import Annotated

import typer

from mspof_cli.cli.shared import SchemasOption, rules_of, schemas_in


def rules(
    code: Annotated[
        str | None,
        typer.Argument(metavar="[CODE]", help="A rule to explain, or the beginning of several.", show_default=False),
    ] = None,
    schemas: SchemasOption = None,
) -> None:
    """List every rule, or explain one.

    What it checks, why, what breaks it, and how to put it right.
    """
    from mspof_cli.outputs.deliver import print_out
    from mspof_cli.outputs.rulebook import explained, listed
    from mspof_cli.select import unknown_code

    loaded, wanted = schemas_in(schemas), (code or "").upper()
    known = rules_of(loaded)
    found = {each: rule for each, rule in known.items() if each.startswith(wanted)}
    if not found:
        raise unknown_code(wanted, known)
    if wanted in known:
        collections = map(loaded.collection, loaded.slugs)
        names = {name: label for collection in collections for name, label in collection.names.items()}
        print_out(explained(known[wanted], names))
    else:
        print_out(listed(found))

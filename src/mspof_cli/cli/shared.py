"""What commands share: their common options, and the values that those stand for. Exit statuses."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from mspof_cli.errors import ErrorsFound, MspofError, UsageError

if TYPE_CHECKING:
    from mspof_cli.disclosure import PlacedAudience, Policy
    from mspof_cli.explanations import Explanation
    from mspof_cli.loading import Schemas
    from mspof_cli.periods import Period
    from mspof_cli.sac import Sac
    from mspof_cli.schemas import Rule
    from mspof_cli.written import Summary

Choice = TypeVar("Choice", bound=StrEnum)


class TableFormat(StrEnum):
    """How a table is written: for people, or for other programs."""

    text = "text"
    csv = "csv"


# Exit statuses, the same for every command.
ERRORS_FOUND, WRONG_USE, COULD_NOT_WORK, INTERRUPTED = 1, 2, 3, 130


def status_of(error: MspofError) -> int:
    """The exit status of a command that ended with an error."""
    if isinstance(error, ErrorsFound):
        return ERRORS_FOUND
    return WRONG_USE if isinstance(error, UsageError) else COULD_NOT_WORK


# What can't be read is a finding like any other, so typer is not to look.
Paths = Annotated[
    list[Path],
    typer.Argument(metavar="PATH...", help="Workbooks, or folders of workbooks.", show_default=False, readable=False),
]
SchemasOption = Annotated[
    Path | None, typer.Option("--schemas", metavar="DIR", help="Use another folder of schemas.", show_default=False)
]
PeriodText = Annotated[
    str, typer.Option("--period", metavar="PERIOD", help="The quarter, such as 2018-19-Q3.", show_default=False)
]
SacOption = Annotated[
    list[str] | None,
    typer.Option(
        "--sac",
        metavar="[YEAR=]FILE",
        help="Compare with a year's published SAC file (.xlsx, .ods or .csv). Once for each year.",
        show_default=False,
    ),
]


ExplanationsOption = Annotated[
    Path | None,
    typer.Option("--explanations", metavar="FILE", help="What councils said of queries (CSV).", show_default=False),
]


def chosen_of(choices: type[Choice], text: str, kind: str) -> Choice:
    """The one of some choices, each a ``kind``, that was meant; ``UsageError`` if it is none of them."""
    try:
        return choices(text)
    except ValueError as error:
        raise UsageError(f"'{text}' is not a {kind}.", f"Use one of: {', '.join(choices)}.") from error


def period_of(text: str) -> Period:
    """The quarter that was meant; ``UsageError`` if it is none."""
    from mspof_cli.periods import parse_period

    period = parse_period(text)
    if period is None:
        raise UsageError(
            f"'{text}' is not a period.", "Write it as a financial year and a quarter, such as 2018-19-Q3."
        )
    return period


def audience_in(name: str, schemas: Schemas) -> tuple[PlacedAudience, Policy]:
    """Who a summary is for; ``UsageError`` if there is no such audience."""
    if name not in schemas.audiences:
        raise UsageError(f"There is no audience '{name}'.", f"Give --audience one of: {', '.join(schemas.audiences)}.")
    return schemas.audiences[name]


def schemas_in(folder: Path | None) -> Schemas:
    """The schemas in a folder, or those that come with mspof."""
    from mspof_cli.loading import Schemas, schemas_folder

    return Schemas(folder or schemas_folder())


def published_in(files: list[str] | None, schemas: Schemas) -> Sac | None:
    """What was published, all of it read before any return is."""
    if not files:
        return None
    from mspof_cli.publications import read_sac

    return read_sac(files, schemas)


def previous_in(folders: list[Path] | None, audience: PlacedAudience, policy: Policy) -> list[Summary]:
    """Summaries that were published before.

    ``UsageError`` for one with exact numbers, unless this audience may know them, or for one that reckoned with one
    that is not given.
    """
    if not folders:
        return []
    from mspof_cli.written import read_summary

    summaries = [read_summary(folder) for folder in folders]
    given = {each.manifest_sha256 for each in summaries}
    for each in summaries:
        left_out = [earlier for earlier in each.manifest.before if earlier.manifest_sha256 not in given]
        if left_out:
            of = f"{left_out[0].period} for '{left_out[0].audience}'"
            problem = f"'{each.folder}' reckoned with the summary of {of}, which is not given."
            raise UsageError(problem, "Give --previous for that one too, before it.")
        if each.manifest.policy.base == 1 < policy.base:
            problem = f"'{each.folder}' has exact numbers, which the audience '{audience.slug}' may not know."
            raise UsageError(problem, "Give --previous what was published.")
    return summaries


def explained_in(file: Path | None, schemas: Schemas) -> tuple[Explanation, ...]:
    """The explanations in a file, if one is named."""
    if file is None:
        return ()
    from mspof_cli.explanations import read_explanations

    return read_explanations(file, rules_of(schemas), councils_of(schemas))


def rules_of(schemas: Schemas) -> dict[str, Rule]:
    """Every rule by code: the general ones, and those of every collection."""
    from mspof_cli.rules import catalogue

    return catalogue(schemas.collection(slug) for slug in schemas.slugs)


def councils_of(schemas: Schemas) -> frozenset[str]:
    """Every ONS code, past or present, of the councils that may return one of the collections."""
    registers = (schemas.register(schemas.collection(slug)) for slug in schemas.slugs)
    councils = (council for register in registers for council in register.councils)
    return frozenset(code for council in councils for code in (council.ons_code, *council.other_ons_codes))

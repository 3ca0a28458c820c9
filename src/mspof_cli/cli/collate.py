"""``mspof collate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    previous_in,
    published_in,
    schemas_in,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mspof_cli.collation import Collated
    from mspof_cli.disclosure import PlacedAudience, Policy
    from mspof_cli.loading import Schemas
    from mspof_cli.periods import Period
    from mspof_cli.pipeline import Batch
    from mspof_cli.published import Published
    from mspof_cli.sac import Sac
    from mspof_cli.written import Source

QUARTERS_NAMED = 4

To = Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder to write to.", show_default=False)]
AudienceOption = Annotated[
    str,
    typer.Option(
        "--audience", metavar="NAME", help="Who it is for: public, participants, or internal, with exact numbers."
    ),
]
PreviousOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--previous",
        metavar="DIR",
        help="A summary that was published before, of an earlier quarter too. Once for each, the latest last.",
        show_default=False,
        readable=False,
    ),
]
OdsOption = Annotated[bool, typer.Option("--ods", help="Write the workbook as summary.ods too.")]


def collate(
    paths: Paths,
    period: PeriodText,
    to: To,
    audience: AudienceOption = "public",
    sac: SacOption = None,
    explanations: ExplanationsOption = None,
    previous: PreviousOption = None,
    ods: OdsOption = False,
    schemas: SchemasOption = None,
) -> None:
    """Collate a quarter's accepted returns into CSV and XLSX, with small numbers protected."""
    from mspof_cli.outputs.deliver import inputs_of, print_out, say_of_sac
    from mspof_cli.outputs.whole import refuse_unfit, whole_folder
    from mspof_cli.pipeline import validate as check_all
    from mspof_cli.progress import progress_bar

    wanted = period_of(period)
    refuse_unfit(to, [*paths, *(previous or ())])
    loaded = schemas_in(schemas)
    who = audience_in(audience, loaded)
    known, explained = published_in(sac, loaded), explained_in(explanations, loaded)
    with progress_bar(quiet=False) as progress:
        batch = check_all(paths, loaded, progress, known, explanations=explained)
    say_of_sac(batch, known)
    # These load polars, after which reading could not be shared with a second process.
    from mspof_cli.outputs.summary import SOMETIMES, refuse_other_audience, summary_files
    from mspof_cli.outputs.text import compose_collation, plain

    collated, published = _collated(batch, wanted, who, known, previous, loaded)
    _say_what_was_not_given(collated, published)
    refuse_other_audience(to, published)
    files = summary_files(published, ods=ods, sources=_sources(known, explanations))
    whole_folder(to, files.items(), inputs_of(batch, known, explanations), former=SOMETIMES)
    print_out(plain(compose_collation(collated, published, [to / name for name in files])))
    if collated.refused:
        raise typer.Exit(ERRORS_FOUND)


def _say_what_was_not_given(collated: Collated, published: Published) -> None:
    """Say which earlier quarters' numbers are in this summary too, of which no summary was given."""
    from mspof_cli.findings import some_of
    from mspof_cli.outputs.deliver import say

    earlier = {str(ret.who.period) for ret in collated.returns} - {str(collated.period)}
    missing = sorted(earlier - {str(each.period) for each in published.before})
    if missing and published.policy.base > 1:
        quarters = some_of(missing, QUARTERS_NAMED)
        problem = f"This summary has numbers of {quarters} in it, of which no summary was given."
        say(problem, "If one was published, give it with --previous, or small numbers may be worked out of both.")


def _sources(sac: Sac | None, explanations: Path | None) -> Iterator[Source]:
    """The files that were read beside the returns."""
    from mspof_cli.written import Source, sha256_of

    for each in sac.publications if sac else ():
        yield Source(holds="SAC", sha256=each.sha256, file=each.file)
    if explanations:
        yield Source(holds="explanations", sha256=sha256_of(explanations) or "", file=explanations.as_posix())


def _collated(
    batch: Batch,
    period: Period,
    who: tuple[PlacedAudience, Policy],
    sac: Sac | None,
    previous: list[Path] | None,
    schemas: Schemas,
) -> tuple[Collated, Published]:
    """The quarter, and what the audience may see of it."""
    from mspof_cli.collation import collate as compute
    from mspof_cli.earlier import earlier
    from mspof_cli.published import published

    audience, policy = who
    collated = compute(batch.checked, period, schemas.register)
    slug = collated.collection.slug
    every = [checked.ret for checked in batch.checked]
    before = [earlier(each, collated.collection, every) for each in previous_in(previous, audience, policy)]
    england, fingerprint = schemas.england(slug), schemas.sha256(slug)
    return collated, published(collated, batch.checked, audience, policy, sac, england, fingerprint, before)

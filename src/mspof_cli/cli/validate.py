"""``mspof validate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mspof_cli.cli.shared import (
    ERRORS_FOUND,
    ExplanationsOption,
    Paths,
    SacOption,
    SchemasOption,
    chosen_of,
    explained_in,
    period_of,
    published_in,
    rules_of,
    schemas_in,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mspof_cli.loading import Schemas
    from mspof_cli.pipeline import Batch


OTHERS_NAMED = 3  # files in the folder of feedback that are not of this run

# Options of this command alone.
FormatOption = Annotated[
    str, typer.Option("--format", metavar="text|json|csv|junit|sarif", help="How to write the findings.")
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file.", show_default=False)
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Findings only: no table and no summary.")]
StrictOption = Annotated[bool, typer.Option("--strict", help="Queries count as errors for the exit status.")]
SelectOption = Annotated[
    list[str] | None,
    typer.Option("--select", metavar="CODE", help="Only these rules, such as MSP201 or MSP2.", show_default=False),
]
IgnoreOption = Annotated[
    list[str] | None, typer.Option("--ignore", metavar="CODE", help="All rules but these.", show_default=False)
]
AskedOption = Annotated[
    str | None,
    typer.Option("--period", metavar="PERIOD", help="The quarter that was asked for.", show_default=False),
]
SinceOption = Annotated[
    list[Path] | None,
    typer.Option("--since", metavar="PATH", help="Feedback or forms of last time.", show_default=False),
]
FeedbackOption = Annotated[
    Path | None,
    typer.Option("--feedback", metavar="DIR", help="Write feedback for each council here.", show_default=False),
]


def validate(
    paths: Paths,
    format: FormatOption = "text",
    output: OutputOption = None,
    quiet: QuietOption = False,
    strict: StrictOption = False,
    select: SelectOption = None,
    ignore: IgnoreOption = None,
    sac: SacOption = None,
    explanations: ExplanationsOption = None,
    period: AskedOption = None,
    since: SinceOption = None,
    feedback: FeedbackOption = None,
    schemas: SchemasOption = None,
) -> None:
    """Check returns: what is wrong, and how to put it right."""
    from mspof_cli.outputs.deliver import Format, deliver, inputs_of, say_of_sac
    from mspof_cli.pipeline import validate as check_all
    from mspof_cli.progress import progress_bar

    wanted, loaded = chosen_of(Format, format, "format"), schemas_in(schemas)
    if feedback:
        from mspof_cli.outputs.whole import refuse_unfit

        refuse_unfit(feedback, [*paths, *(since or [])])
    published, explained = published_in(sac, loaded), explained_in(explanations, loaded)
    asked = period_of(period) if period else None
    with progress_bar(quiet) as progress:
        batch = check_all(paths, loaded, progress, published, explanations=explained, period=asked, since=since or ())
    say_of_sac(batch, published)
    inputs = inputs_of(batch, published, explanations)
    if feedback:
        write_feedback(batch, feedback, loaded, inputs)
    rules = rules_of(loaded) if select or ignore or wanted in (Format.junit, Format.sarif) else {}
    if select or ignore:
        from mspof_cli.select import chosen, chosen_rules

        batch = chosen(batch, select or [], ignore or [], rules)
        rules = chosen_rules(rules, select or [], ignore or [])
    deliver(batch, wanted, output, inputs, quiet=quiet, strict=strict, rules=rules)
    if _has_errors(batch, strict):
        raise typer.Exit(ERRORS_FOUND)


def write_feedback(batch: Batch, folder: Path, schemas: Schemas, inputs: list[Path]) -> None:
    """Feedback for each return that counts, beside what the folder has of others; says what was written."""
    from mspof_cli.findings import some_of
    from mspof_cli.outputs.deliver import say
    from mspof_cli.outputs.feedback import feedback_files, is_answered, others_in, refuse_to_lose_explanations
    from mspof_cli.outputs.text import number_of
    from mspof_cli.outputs.whole import whole_folder

    names: list[str] = []

    def files() -> Iterator[tuple[str, bytes]]:
        for each in feedback_files(batch, schemas):
            names.extend(each)
            yield from each.items()
        # Last, as a copy that came back may have been saved there in the meantime.
        refuse_to_lose_explanations((folder / name for name in names), batch)

    whole_folder(folder, files(), inputs)
    number = sum(map(is_answered, batch.checked))
    say(f"Wrote feedback for {number} of {number_of(len(batch.checked), 'file')} to '{folder}'.", "")
    others = others_in(folder, names)
    if others:
        left = f"'{folder}' also holds what this run did not write: {some_of(others, OTHERS_NAMED)}."
        say(left, "Remove it if it is of an earlier run.")


def _has_errors(batch: Batch, strict: bool) -> bool:
    """Whether any finding that is shown is an error, or with ``strict`` a query."""
    from mspof_cli.findings import Severity

    failing = {Severity.ERROR, Severity.QUERY} if strict else {Severity.ERROR}
    return any(
        finding.severity in failing and finding.is_open for checked in batch.checked for finding in checked.findings
    )

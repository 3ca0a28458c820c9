"""The command line: commands, options and exit statuses. It prints, and decides nothing.

Everything that a command needs is imported by that command, so that ``--help`` and a one-file check start fast.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mspof_cli import __version__
from mspof_cli.errors import MspofError, OutputClosed, UsageError

if TYPE_CHECKING:
    from mspof_cli.loading import Schemas
    from mspof_cli.outputs.deliver import Format
    from mspof_cli.periods import Period
    from mspof_cli.pipeline import Batch
    from mspof_cli.sac import Sac
    from mspof_cli.schemas import Rule

# Exit statuses, the same for every command.
ERRORS_FOUND, WRONG_USE, COULD_NOT_WORK, INTERRUPTED = 1, 2, 3, 130

app = typer.Typer(
    name="mspof",
    help="Read, check and collate the returns that councils send on Excel pro formas.",
    epilog="Exit status: 0 no errors, 1 errors found, 2 wrong use, 3 mspof could not do its work, 130 interrupted.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mspof {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options that stand before a command."""


@app.command()
def validate(
    paths: Paths,
    format: Annotated[
        str, typer.Option("--format", metavar="text|json|csv|junit|sarif", help="How to write the findings.")
    ] = "text",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file.", show_default=False)
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Findings only: no table and no summary.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Queries count as errors for the exit status.")] = False,
    select: Annotated[
        list[str] | None,
        typer.Option("--select", metavar="CODE", help="Only these rules, such as MSP201 or MSP2.", show_default=False),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="CODE", help="All rules but these.", show_default=False)
    ] = None,
    sac: SacOption = None,
    schemas: SchemasOption = None,
) -> None:
    """Check returns: what is wrong, and how to put it right."""
    from mspof_cli.outputs.deliver import Format, deliver, say_of_sac
    from mspof_cli.pipeline import validate as check_all
    from mspof_cli.progress import progress_bar

    wanted, loaded = _format(format), _schemas(schemas)
    published = _sac(sac, loaded)
    with progress_bar(quiet) as progress:
        batch = check_all(paths, loaded, progress, published)
    say_of_sac(batch, published)
    rules = _rules(loaded) if select or ignore or wanted in (Format.junit, Format.sarif) else {}
    if select or ignore:
        from mspof_cli.select import chosen, chosen_rules

        batch = chosen(batch, select or [], ignore or [], rules)
        rules = chosen_rules(rules, select or [], ignore or [])
    deliver(batch, wanted, output, quiet=quiet, strict=strict, rules=rules)
    if _has_errors(batch, strict):
        raise typer.Exit(ERRORS_FOUND)


def _has_errors(batch: Batch, strict: bool) -> bool:
    """Whether any finding that is shown is an error, or with ``strict`` a query."""
    from mspof_cli.findings import Severity

    failing = {Severity.ERROR, Severity.QUERY} if strict else {Severity.ERROR}
    return any(finding.severity in failing for checked in batch.checked for finding in checked.findings)


@app.command()
def collate(
    paths: Paths,
    period: PeriodText,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder to write to.", show_default=False)],
    sac: SacOption = None,
    schemas: SchemasOption = None,
) -> None:
    """Collate a quarter's accepted returns into CSV and XLSX."""
    from mspof_cli.outputs.deliver import inputs, print_out, say_of_sac
    from mspof_cli.outputs.files import make_folder, refuse_among_inputs, refuse_to_overwrite, write_whole
    from mspof_cli.pipeline import validate as check_all
    from mspof_cli.progress import progress_bar

    wanted = _period(period)
    refuse_among_inputs(to, paths)
    loaded = _schemas(schemas)
    published = _sac(sac, loaded)
    with progress_bar(quiet=False) as progress:
        batch = check_all(paths, loaded, progress, published)
    say_of_sac(batch, published)
    # These load polars, after which reading could not be shared with a second process.
    from mspof_cli.collation import collate as compute
    from mspof_cli.comparison import beside
    from mspof_cli.outputs.summary import summary_files
    from mspof_cli.outputs.text import compose_collation, plain

    collated = compute(batch.checked, wanted, loaded.register)
    comparison = beside(collated, batch.checked, published, loaded.england(collated.collection.slug))
    files = {to / name: data for name, data in summary_files(collated, comparison).items()}
    read = [Path(each.file) for each in published.publications] if published else []
    refuse_to_overwrite(files, [*inputs(batch), *read])
    make_folder(to)
    for path, data in files.items():
        write_whole(path, data)
    print_out(plain(compose_collation(collated, comparison, files)))
    if any(decision.has_errors for decision in collated.decisions):
        raise typer.Exit(ERRORS_FOUND)


@app.command()
def template(
    council: Annotated[
        str, typer.Option("--council", metavar="NAME", help="The council's name or ONS code.", show_default=False)
    ],
    period: PeriodText,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The workbook to write.", show_default=False)
    ],
    collection: Annotated[
        str | None,
        typer.Option(
            "--collection", metavar="SLUG", help="Which collection, if there are several.", show_default=False
        ),
    ] = None,
    schemas: SchemasOption = None,
) -> None:
    """Write a blank pro forma for a council and a quarter."""
    from mspof_cli.blank import blank_form
    from mspof_cli.outputs.deliver import print_out
    from mspof_cli.outputs.files import refuse_existing, write_whole

    refuse_existing(output)
    who, form = blank_form(_schemas(schemas), collection, council, _period(period))
    write_whole(output, form)
    print_out(f"Wrote {output} for {who.name}, {who.ons_code}\n")


@app.command()
def sac(
    files: Annotated[
        list[str],
        typer.Argument(metavar="[YEAR=]FILE...", help="Published SAC files, such as 2018-19=FILE.", show_default=False),
    ],
    format: Annotated[str, typer.Option("--format", metavar="text|csv", help="How to write what was read.")] = "text",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file.", show_default=False)
    ] = None,
    schemas: SchemasOption = None,
) -> None:
    """Show what is understood of published SAC files."""
    from mspof_cli.outputs.deliver import put
    from mspof_cli.outputs.published import compose_sac, sac_csv
    from mspof_cli.outputs.text import plain

    if format not in ("text", "csv"):
        raise UsageError(f"'{format}' is not a format.", "Use one of: text, csv.")
    published = _sac(files, _schemas(schemas))
    assert published is not None
    text = plain(compose_sac(published)) if format == "text" else sac_csv(published)
    put(text, output, [Path(each.file) for each in published.publications], for_programs=format == "csv")


@app.command()
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

    loaded, wanted = _schemas(schemas), (code or "").upper()
    known = _rules(loaded)
    found = {each: rule for each, rule in known.items() if each.startswith(wanted)}
    if not found:
        raise unknown_code(wanted, known)
    if wanted in known:
        collections = map(loaded.collection, loaded.slugs)
        names = {name: label for collection in collections for name, label in collection.names.items()}
        print_out(explained(known[wanted], names))
    else:
        print_out(listed(found))


def _format(text: str) -> Format:
    from mspof_cli.outputs.deliver import Format

    try:
        return Format(text)
    except ValueError as error:
        raise UsageError(f"'{text}' is not a format.", f"Use one of: {', '.join(Format)}.") from error


def _period(text: str) -> Period:
    from mspof_cli.periods import parse_period

    period = parse_period(text)
    if period is None:
        raise UsageError(
            f"'{text}' is not a period.", "Write it as a financial year and a quarter, such as 2018-19-Q3."
        )
    return period


def _schemas(folder: Path | None) -> Schemas:
    from mspof_cli.loading import Schemas, schemas_folder

    return Schemas(folder or schemas_folder())


def _sac(files: list[str] | None, schemas: Schemas) -> Sac | None:
    """What was published, all of it read before any return is."""
    if not files:
        return None
    from mspof_cli.publications import read_sac

    return read_sac(files, schemas)


def _rules(schemas: Schemas) -> dict[str, Rule]:
    from mspof_cli.rules import catalogue

    return catalogue(schemas.collection(slug) for slug in schemas.slugs)


def run() -> None:
    """The ``mspof`` command. What its user can put right is said in two sentences; nothing ends in a traceback."""
    from mspof_cli.outputs import deliver

    try:
        app()
    except MspofError as error:
        deliver.say(error.problem, error.remedy)
        status = WRONG_USE if isinstance(error, UsageError) else COULD_NOT_WORK
    except KeyboardInterrupt:
        status = INTERRUPTED
    except OutputClosed:
        # As with 'mspof validate . | head'.
        deliver.forget_output()
        status = COULD_NOT_WORK
    except OSError as error:
        deliver.say(
            f"The output could not be written: {(error.strerror or 'refused').lower()}.", "Check where it goes."
        )
        deliver.forget_output()
        status = COULD_NOT_WORK
    sys.exit(status)

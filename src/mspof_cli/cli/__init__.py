"""The command line: a module for each command, with its options. Exit statuses. It prints, and decides nothing.

Everything that a command needs is imported by that command, so that ``--help`` and a one-file check start fast.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from mspof_cli import __version__
from mspof_cli.cli.audit import audit
from mspof_cli.cli.collate import collate
from mspof_cli.cli.explain import explain
from mspof_cli.cli.participation import participation
from mspof_cli.cli.rules import rules
from mspof_cli.cli.sac import sac
from mspof_cli.cli.sample_size import sample_size
from mspof_cli.cli.shared import COULD_NOT_WORK, INTERRUPTED, status_of
from mspof_cli.cli.template import template
from mspof_cli.cli.trace import trace
from mspof_cli.cli.validate import validate
from mspof_cli.cli.verify import verify
from mspof_cli.errors import MspofError, OutputClosed, UsageError

app = typer.Typer(
    name="mspof",
    help="Read, check and collate the returns that councils send on Excel pro formas.",
    epilog="Exit status: 0 no errors, 1 errors found, 2 wrong use, 3 mspof could not do its work, 130 interrupted.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for command in (validate, explain, participation, collate, audit, trace, verify, sac, template, sample_size, rules):
    app.command()(command)


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


def _refuse_empty(arguments: list[str]) -> None:
    """``UsageError`` for an empty argument: to Python an empty path is the folder that one is in."""
    for argument in arguments:
        if not argument or (argument.startswith("--") and argument.endswith("=")):
            where = f"Nothing is given for {argument[:-1]}" if argument else "An argument is empty"
            raise UsageError(f"{where}.", "Give a name or a value. In a script, check that its variables are set.")


def run() -> None:
    """The ``mspof`` command. What its user can put right is said in two sentences; nothing ends in a traceback."""
    from mspof_cli.outputs import deliver

    try:
        _refuse_empty(sys.argv[1:])
        app()
    except MspofError as error:
        deliver.say(error.problem, error.remedy)
        status = status_of(error)
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

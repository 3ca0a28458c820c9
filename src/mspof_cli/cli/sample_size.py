"""``mspof sample-size``."""

from __future__ import annotations

from typing import Annotated

import typer

from mspof_cli.errors import UsageError


def sample_size(
    enquiries: Annotated[
        int, typer.Option("--enquiries", metavar="N", help="How many enquiries there are.", show_default=False)
    ],
    response_rate: Annotated[
        float | None,
        typer.Option("--response-rate", metavar="PERCENT", help="How many of those asked answer.", show_default=False),
    ] = None,
    answers: Annotated[
        int | None, typer.Option("--answers", metavar="N", help="How many have answered already.", show_default=False)
    ] = None,
    agreed: Annotated[
        int | None,
        typer.Option("--agreed", metavar="N", help="How many of them gave a certain answer.", show_default=False),
    ] = None,
) -> None:
    """Say how many people to ask, and what the answers already in can bear."""
    from mspof_cli.outputs.deliver import print_out
    from mspof_cli.outputs.sampling import Plan, compose_plan
    from mspof_cli.outputs.text import plain

    _within("--enquiries", enquiries, 1, LARGEST)
    if response_rate is not None and not 0 < response_rate <= 100:
        raise UsageError("--response-rate is not a percentage.", "Give more than 0, and no more than 100.")
    if answers is not None:
        _within("--answers", answers, 0, enquiries)
    if agreed is not None:
        if answers is None:
            raise UsageError("--agreed says nothing without --answers.", "Say how many have answered.")
        _within("--agreed", agreed, 0, answers)
    print_out(plain(compose_plan(Plan(enquiries, response_rate, answers, agreed))))


LARGEST = 999_999


def _within(option: str, number: int, least: int, most: int) -> None:
    if not least <= number <= most:
        raise UsageError(f"{option} is {number:,}.", f"Give a whole number from {least:,} to {most:,}.")

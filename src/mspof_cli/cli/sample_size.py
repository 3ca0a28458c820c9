"""``mspof sample-size``."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from mspof_cli.errors import UsageError


def sample_size(
    enquiries: Annotated[
        str, typer.Option("--enquiries", metavar="N", help="How many enquiries there are.", show_default=False)
    ],
    response_rate: Annotated[
        str | None,
        typer.Option("--response-rate", metavar="PERCENT", help="How many of those asked answer.", show_default=False),
    ] = None,
    answers: Annotated[
        str | None, typer.Option("--answers", metavar="N", help="How many have answered already.", show_default=False)
    ] = None,
    agreed: Annotated[
        str | None,
        typer.Option("--agreed", metavar="N", help="How many of them gave a certain answer.", show_default=False),
    ] = None,
) -> None:
    """Say how many people to ask, and what the answers already in can bear."""
    from mspof_cli.outputs.deliver import print_out
    from mspof_cli.outputs.sampling import Plan, compose_plan
    from mspof_cli.outputs.text import plain

    if agreed is not None and answers is None:
        raise UsageError("--agreed says nothing without --answers.", "Say how many have answered.")
    every = _whole("--enquiries", enquiries, 1, LARGEST)
    rate = None if response_rate is None else _percentage("--response-rate", response_rate)
    answered = None if answers is None else _whole("--answers", answers, 0, every)
    gave = None if agreed is None else _whole("--agreed", agreed, 0, answered or 0)
    print_out(plain(compose_plan(Plan(every, rate, answered, gave))))


LARGEST = 999_999


def _whole(option: str, text: str, least: int, most: int) -> int:
    """A whole number, also one such as ``1,024``; ``UsageError`` for what is none, or is outside the bounds."""
    number = int(text.replace(",", "")) if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3}){0,2}|[0-9]{1,9}", text) else -1
    if not least <= number <= most:
        raise UsageError(f"{option} is {text}.", f"Give a whole number from {least:,} to {most:,}.")
    return number


def _percentage(option: str, text: str) -> float:
    """A percentage, with its sign or without; ``UsageError`` for what is none, or may be a share of 1."""
    typed = re.fullmatch(r"([0-9]*\.?[0-9]+) ?(%?)", text)
    number = float(typed[1]) if typed else 0.0
    if typed is None or not 0 < number <= 100:
        raise UsageError(f"{option} is {text}.", "Give a percentage of more than 0 and no more than 100, such as 40%.")
    if number <= 1 and not typed[2]:
        problem = f"{option} is {text}, which can mean {100 * number:g}% or {number:g}%."
        raise UsageError(problem, "Give it with its sign.")
    return number

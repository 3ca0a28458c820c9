"""How many people to ask, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mspof_cli.outputs.text import Line, Report
from mspof_cli.sampling import answers_needed, finite_wilson, margin, people_to_ask

MARGINS = (5, 10)  # points
NOT_RANDOM = "Those who answer are not a random sample: give the response rate beside every percentage."
LOW_BASE = 20  # below it a percentage is published as [u], of low reliability


class Plan(NamedTuple):
    """How many enquiries there are, and if known: how many of those asked answer (per cent), how many have answered
    already, and how many of these gave the answer in question.
    """

    enquiries: int
    response_rate: float | None = None
    answers: int | None = None
    agreed: int | None = None


def compose_plan(plan: Plan) -> Report:
    """A table of how many to ask, and what the answers already in can bear."""
    rows = tuple(_row(plan, points) for points in MARGINS)
    headings = ("Percentage within, at 95 %", "Answers needed", "People to ask")
    return Report(headings, rows, tuple(_lines(plan)))


def _row(plan: Plan, points: int) -> tuple[str, ...]:
    needed = answers_needed(plan.enquiries, points)
    return f"±{points} points", f"{needed:,}", _ask(plan, needed)


def _ask(plan: Plan, needed: int) -> str:
    """How many to ask; if not even everyone is enough, what asking everyone gives."""
    ask = people_to_ask(needed, plan.response_rate or 100)
    if ask < plan.enquiries:
        return f"{ask:,}"
    everyone = "the only one" if plan.enquiries == 1 else f"all {plan.enquiries:,}"
    answers = int(plan.enquiries * (plan.response_rate or 100) / 100)
    if answers >= needed:
        return everyone
    if not answers:
        return f"{everyone}, but hardly anyone would answer"
    about = f"about {answers:,} {'answer' if answers == 1 else 'answers'}"
    return f"{everyone}, for {about} and ±{margin(plan.enquiries, answers):.1f} points"


def _lines(plan: Plan) -> Iterator[Line]:
    yield Line()
    rate = plan.response_rate
    of_those = "everyone who is asked answers" if rate is None else f"{rate:g} % of those who are asked answer"
    enquiries = "enquiry" if plan.enquiries == 1 else "enquiries"
    yield Line(f"Of {plan.enquiries:,} {enquiries}, if {of_those}.", kind="detail")
    if plan.answers is not None:
        yield from _borne(plan, plan.answers)
    if plan.answers != plan.enquiries:
        yield Line(NOT_RANDOM, kind="detail")


def _borne(plan: Plan, answers: int) -> Iterator[Line]:
    """What the answers already in can bear."""
    share = f"{100 * answers / plan.enquiries:.0f} %"
    if not answers:
        yield Line(f"None of {plan.enquiries:,} has answered, which bears no percentage.", kind="heading")
        return
    if answers == plan.enquiries:
        yield Line("Everyone has answered: percentages are exact.", kind="heading")
    else:
        bears = f"a percentage is known within ±{margin(plan.enquiries, answers):.1f} points"
        have = "has" if answers == 1 else "have"
        yield Line(f"{answers:,} of {plan.enquiries:,} {have} answered ({share}): {bears}.", kind="heading")
    if plan.agreed is not None:
        known = finite_wilson(plan.agreed, answers, plan.enquiries)
        ends = f": between {100 * known.low:.1f} % and {100 * known.high:.1f} % of all enquiries"
        certain = answers == plan.enquiries
        yield Line(f"{plan.agreed:,} of {answers:,} is {100 * plan.agreed / answers:.0f} %{'' if certain else ends}.")
    if answers < LOW_BASE:
        yield Line(f"Fewer than {LOW_BASE} answers: of low reliability, and published as [u].")

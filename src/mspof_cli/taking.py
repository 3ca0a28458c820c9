"""What a council wrote beside its findings, taken from feedback that came back."""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import NamedTuple

from mspof_cli.errors import MspofError, UsageError
from mspof_cli.explanations import Explanation, contact_in, unfit
from mspof_cli.feedback import Feedback
from mspof_cli.loading import Schemas
from mspof_cli.reading import Reader
from mspof_cli.returns import Return
from mspof_cli.rules import catalogue

# More queries than rules can find in one return: a sheet that lists more was not written by mspof.
MOST_QUERIES = 500

MARKED_COPY = "Give the marked copy that 'mspof validate --feedback' wrote and the council sent back."


class Taken(NamedTuple):
    """What one file gave: explanations, what does not count with the reason, and the queries that are not explained.

    ``no_team`` says why the team that explained them was left out, if it was.
    """

    file: Path
    council: str
    explanations: tuple[Explanation, ...]
    refused: tuple[tuple[str, str], ...]
    unexplained: tuple[str, ...]
    no_team: str | None


def take(file: Path, schemas: Schemas, day: datetime.date) -> Taken:
    """The explanations in a file of feedback.

    ``UsageError`` if it is not one, or does not say whose it is; ``MspofError`` if it can't be opened.
    """
    ret, feedback = _read(file, schemas)
    council, period = ret.who.council, ret.who.period
    if council is None or period is None:
        raise UsageError(f"'{file}' does not say whose return it is.", "Put the council and the quarter on its cover.")
    if len(feedback.queries) > MOST_QUERIES:
        raise UsageError(f"'{file}' lists {len(feedback.queries):,} queries. The sheet was changed.", MARKED_COPY)
    rules = catalogue([ret.form.collection]) if ret.form else {}
    taken, refused, unexplained = [], [], []
    no_team = contact_in(feedback.team)
    team = "" if no_team else feedback.team
    for finding, explanation in feedback.queries:
        why = unfit(explanation) if finding.code in rules else "There is no such rule. The sheet was changed."
        if not explanation:
            unexplained.append(finding.code)
        elif why:
            refused.append((finding.code, why))
        else:
            own = (finding.code, finding.measure or "", explanation, team, day.isoformat())
            taken.append(Explanation(council.ons_code, period, *own, until=period, query=finding.message))
    return Taken(file, council.name, tuple(taken), tuple(refused), tuple(unexplained), no_team)


def _read(file: Path, schemas: Schemas) -> tuple[Return, Feedback]:
    """The return that a file holds, and the findings in front of it."""
    if not os.path.lexists(file):
        raise UsageError(f"There is no file '{file}'.", "Check the spelling, and where you are.")
    if file.is_dir():
        raise UsageError(f"'{file}' is a folder.", "Name the marked copies in it, with --from before each.")
    ret = Reader(schemas).read(file)
    for trouble in ret.troubles:
        if trouble.code == "FILE111":
            raise MspofError(f"'{file}' can't be opened: {trouble.facts['found']}.", "Check that you may read it.")
    if ret.feedback is None:
        raise UsageError(f"'{file}' is not feedback.", MARKED_COPY)
    return ret, ret.feedback

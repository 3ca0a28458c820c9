"""What a council wrote beside its findings, taken from feedback that came back."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import NamedTuple

from mspof_cli.errors import UsageError
from mspof_cli.explanations import Explanation, unfit
from mspof_cli.feedback import read_feedback
from mspof_cli.findings import Severity
from mspof_cli.loading import Schemas
from mspof_cli.reading import Reader
from mspof_cli.rules import catalogue
from mspof_cli.workbook import NotReadable, open_workbook


class Taken(NamedTuple):
    """What one file gave: explanations, what does not count with the reason, and the queries that are not explained."""

    file: Path
    council: str
    explanations: tuple[Explanation, ...]
    refused: tuple[tuple[str, str], ...]
    unexplained: tuple[str, ...]


def take(file: Path, schemas: Schemas, day: datetime.date) -> Taken:
    """The explanations in a file of feedback; ``UsageError`` if it is not one, or does not say whose it is."""
    ret = Reader(schemas).read(file)
    try:
        feedback = read_feedback(open_workbook(file)) if ret.form else None
    except NotReadable:
        feedback = None
    council, period = ret.who.council, ret.who.period
    if feedback is None:
        remedy = "Give the marked copy that 'mspof validate --feedback' wrote and the council sent back."
        raise UsageError(f"'{file}' is not feedback.", remedy)
    if council is None or period is None:
        raise UsageError(f"'{file}' does not say whose return it is.", "Put the council and the quarter on its cover.")
    rules = catalogue([ret.form.collection]) if ret.form else {}
    taken, refused, unexplained = [], [], []
    for finding, explanation in feedback.told:
        if finding.severity is not Severity.QUERY:
            continue
        why = unfit(explanation) if finding.code in rules else "There is no such rule. The sheet was changed."
        if not explanation:
            unexplained.append(finding.code)
        elif why:
            refused.append((finding.code, why))
        else:
            own = (finding.code, finding.measure or "", explanation, feedback.team, day.isoformat())
            taken.append(Explanation(council.ons_code, period, *own, until=period, query=finding.message))
    return Taken(file, council.name, tuple(taken), tuple(refused), tuple(unexplained))

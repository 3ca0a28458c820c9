"""What a council wrote beside its findings, taken from feedback that came back."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from mspof_cli.errors import MspofError, UsageError
from mspof_cli.explanations import Explanation, contact_in, unfit
from mspof_cli.feedback import Feedback, Told
from mspof_cli.findings import Severity
from mspof_cli.inbox import find_workbooks
from mspof_cli.loading import Schemas
from mspof_cli.reading import Reader
from mspof_cli.returns import Return
from mspof_cli.rules import catalogue
from mspof_cli.workbook import NOT_OPENED

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


class Gathered(NamedTuple):
    """What was taken from each file; why others in folders were passed over, and how many are no workbooks."""

    taken: tuple[Taken, ...]
    passed_over: tuple[str, ...]
    others: int


def gather(paths: Iterable[Path], schemas: Schemas, day: datetime.date) -> Gathered:
    """The explanations in files of feedback, and in those that folders hold.

    ``UsageError`` if a file that is named is not feedback, or does not say whose it is; ``MspofError`` if it can't be
    opened. In a folder, such files are passed over.
    """
    reader, taken, passed_over, others = Reader(schemas), [], [], 0
    for path in paths:
        found = find_workbooks([path])
        others += len(found.passed_over)
        for file in found.files:
            try:
                taken.append(_take(file, reader, day))
            except MspofError as error:
                if not path.is_dir():
                    raise
                passed_over.append(error.problem)
    return Gathered(tuple(taken), tuple(passed_over), others)


def _take(file: Path, reader: Reader, day: datetime.date) -> Taken:
    """The explanations in a file of feedback."""
    ret, feedback = _read(file, reader)
    council, period = ret.who.council, ret.who.period
    if council is None or period is None:
        raise UsageError(f"'{file}' does not say whose return it is.", "Put the council and the quarter on its cover.")
    if len(feedback.queries) > MOST_QUERIES:
        raise UsageError(f"'{file}' lists {len(feedback.queries):,} queries. The sheet was changed.", MARKED_COPY)
    rules = catalogue([ret.form.collection]) if ret.form else {}
    taken, refused, unexplained = [], [], []
    no_team = contact_in(feedback.team)
    team = "" if no_team else feedback.team
    for told in (*feedback.queries, *feedback.explained_errors):
        finding, why = told.finding, _why_refused(told, rules)
        if not told.is_written:
            unexplained.append(finding.code)
        elif why:
            refused.append((finding.code, why))
        else:
            own = (finding.code, finding.measure or "", told.explanation, team, day.isoformat())
            taken.append(Explanation(council.ons_code, period, *own, until=period, query=finding.message))
    return Taken(file, council.name, tuple(taken), tuple(refused), tuple(unexplained), no_team)


def _why_refused(told: Told, rules: Collection[str]) -> str | None:
    """Why what stands beside a finding does not count as its explanation; None if it does."""
    if told.finding.severity is Severity.ERROR:
        return "It is an error, which can't be explained away. Correct it, and send the form again."
    if told.finding.code not in rules:
        return "There is no such rule. The sheet was changed."
    return "It is a formula. Write it as text." if told.is_formula else unfit(told.explanation)


def _read(file: Path, reader: Reader) -> tuple[Return, Feedback]:
    """The return that a file holds, and the findings in front of it."""
    ret = reader.read(file)
    for trouble in ret.troubles:
        if trouble.code == NOT_OPENED:
            raise MspofError(f"'{file}' can't be opened: {trouble.facts['found']}.", "Check that you may read it.")
    if ret.feedback is None:
        raise UsageError(f"'{file}' is not feedback.", MARKED_COPY)
    return ret, ret.feedback

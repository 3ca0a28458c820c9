"""Which of several files for a council and a quarter counts, and whether it is the quarter that was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import PurePath
from typing import NamedTuple

from mspof_cli.cells import Entry, Kind, Place, date_of
from mspof_cli.findings import Severity, Trouble, some_of
from mspof_cli.periods import Period
from mspof_cli.returns import Return, names_apart
from mspof_cli.schemas import Rule

FILES_NAMED = 3

WORKBOOK = ".xlsx"  # how the form is sent out

MISNAMED = "FILE203"  # the rule that a file is not named after another council or period

# The codes of the rules on answers that give no number begin with this.
NO_NUMBER = "FIG1"

# Trouble with one of several returns: the file that it is in, and the trouble.
Met = tuple[str, Trouble]


class Standing(NamedTuple):
    """The returns that count, to be compared with each other, and the trouble with those that do not or may not."""

    current: tuple[Return, ...]
    aside: tuple[Met, ...]


def standing(returns: Iterable[Return]) -> Standing:
    """Of returns for one council and period the highest submission number counts; the same file or answers count once.

    Two files with the same highest number: nobody can say which counts, so neither does. One without a number, or
    that does not say whose it is, needs correcting and takes no part.
    """
    current: list[Return] = []
    aside: list[Met] = []
    for key, group in groupby(sorted(returns, key=_version_key), key=lambda ret: _version_key(ret)[:3]):
        sent = list(group)
        apart = names_apart(ret.file for ret in sent)
        versions, copies = _once_each(sent, apart)
        aside += copies
        numbered = [ret for ret in versions if ret.who.submission is not None and key[1]]
        highest = max((ret.who.submission or 0 for ret in numbered), default=0)
        winners = [ret for ret in numbered if ret.who.submission == highest]
        for ret in numbered:
            others = sorted((other for other in winners if other is not ret), key=lambda other: other.file)
            facts = {
                "number": highest,
                "own": ret.who.submission,
                "others": _listed(other.file for other in others),
                "names": _listed(other.file_name for other in others),  # councils read of SET101
                "apart": _listed(apart[other.file] for other in others),
            }
            if ret not in winners:
                aside.append((ret.file, Trouble("SET102", _submission(ret), facts=facts)))
            elif len(winners) > 1:
                aside.append((ret.file, Trouble("SET101", _submission(ret), facts=facts)))
            else:
                current.append(ret)
    return Standing(tuple(sorted(current, key=lambda ret: ret.file)), tuple(aside))


def _version_key(ret: Return) -> tuple[str, str, str, str]:
    """Returns with the same first three are versions of one another; one that does not say whose it is stands alone."""
    slug = ret.form.collection.slug if ret.form else ""
    if ret.who.council is None or ret.who.period is None:
        return slug, "", ret.sha256, ret.file
    return slug, ret.who.council.ons_code, str(ret.who.period), ret.file


def _once_each(returns: Iterable[Return], apart: Mapping[str, str]) -> tuple[list[Return], list[Met]]:
    """Returns without copies, and a note for each copy: of the same file, or of the same answers in another file.

    The original counts, by the order of ``_originality``.
    """
    files: dict[str, Return] = {}
    contents: dict[object, Return] = {}
    copies: list[Met] = []
    for ret in sorted(returns, key=_originality):
        if (same := files.setdefault(ret.sha256, ret)) is not ret:
            code = "SET103"
        elif (same := contents.setdefault(_content(ret), ret)) is not ret:
            code = "SET104"
        else:
            continue
        copies.append((ret.file, Trouble(code, facts={"found": same.file, "name": apart[same.file]})))
    return list(contents.values()), copies


def _originality(ret: Return) -> tuple[bool, bool, bool, int, int, str]:
    """What is the least for the original of several files with the same answers.

    That is no marked copy of ours, in the format that the form is sent out in, and not named after another council or
    period. Then it is the one with the most trouble, so that no trouble is lost; else a copy's name is mostly the
    longer one.
    """
    another_format = PurePath(ret.file).suffix.casefold() != WORKBOOK
    misnamed = any(trouble.code == MISNAMED for trouble in ret.troubles)
    return ret.feedback is not None, another_format, misnamed, -len(ret.troubles), len(ret.file), ret.file


def _content(ret: Return) -> object:
    """Everything that a return says, also where it is no number; nothing of the file and the form that it stands on."""
    cover = tuple(_given(entry, ret.date_1904) for entry in ret.cover.values())
    figures = tuple(given.value for given in ret.figures.values())
    unread = sorted(
        (each.code, each.question or "", each.measure or "", str(each.facts))
        for each in ret.troubles
        if each.code.startswith(NO_NUMBER)
    )
    return cover, figures, tuple(unread)


def _given(entry: Entry, date_1904: bool) -> object:
    """What stands on a line of the cover: two ways of counting days, or of writing a word, say the same."""
    if entry.cell is not None and entry.cell.kind is Kind.DATE:
        return date_of(entry.cell, date_1904)
    return entry.text or (None if entry.is_blank else entry.cell)


def _listed(files: Iterable[str]) -> str:
    """A few names, and how many more there are."""
    return some_of([f"'{file}'" for file in files], FILES_NAMED)


def _submission(ret: Return) -> tuple[Place, ...]:
    return ret.cover["submission"].places


SAME_SUBMISSION = Rule(
    code="SET101",
    title="A submission number is used once",
    severity=Severity.ERROR,
    found="submission {own} in this file and in {others}",
    expected="a submission number of its own for each file",
    message="Submission {own} for this council and period was sent in more than one file: also in {names}.",
    fix="Find out which file counts. Give that one the next submission number, or send one file only.",
    because="The highest submission number counts. With two that are the same, nobody can say which.",
    example="two different forms for one council and quarter, both with submission number 1",
)

SUPERSEDED = Rule(
    code="SET102",
    title="The return was not replaced by a later submission",
    severity=Severity.NOTE,
    found="submission {own}",
    expected="submission {number}, in {others}",
    message="This is submission {own}. Submission {number}, in {apart}, replaced it, so this file was not checked further.",
    fix="You do not need to do anything.",
    because="When a council sends a quarter again, the highest submission number counts.",
    example="submission 1, when submission 2 is there too",
)

SAME_FILE = Rule(
    code="SET103",
    title="A file is there once",
    severity=Severity.NOTE,
    found="the same file as '{found}'",
    expected="each file once",
    message="This file is the same, byte for byte, as '{name}'. It was counted once.",
    fix="You do not need to do anything.",
    because="Files are often saved twice from an e-mail. A copy must not be counted as another return.",
    example="'Quillbridge Q3 (1).xlsx' beside 'Quillbridge Q3.xlsx'",
)

SAME_ANSWERS = Rule(
    code="SET104",
    title="A submission is there once",
    severity=Severity.NOTE,
    found="the same answers as '{found}'",
    expected="each submission once",
    message="This file has the same answers and submission number as '{name}'. They were counted once.",
    fix="You do not need to do anything. If it is feedback that came back, 'mspof explain' takes its explanations.",
    because="A form saved again, or feedback that a council sent back, is the same submission in another file.",
    example="the marked copy of a return, sent back with explanations, beside the return",
)


def of_another_period(returns: Iterable[Return], period: Period) -> Iterator[Met]:
    """Returns for another quarter than the one that was asked for."""
    for ret in returns:
        if ret.who.period is not None and ret.who.period != period:
            facts = {"found": ret.who.period, "expected": period}
            yield ret.file, Trouble("COVER204", ret.cover["quarter"].places, facts=facts)


ANOTHER_PERIOD = Rule(
    code="COVER204",
    title="The return is for the quarter that was asked for",
    severity=Severity.QUERY,
    message="The cover says that this return is for {found}, but returns for {expected} were asked for.",
    fix="Check the financial year and the quarter on the cover. If they are right, explain why it is sent now.",
    because="Last quarter's form, filled in again, often keeps last quarter's cover. Its figures would be counted there.",
    example="a return for 2018-19-Q2 among those that 'mspof validate --period 2018-19-Q3' checks",
)

STANDING: tuple[Rule, ...] = (SAME_SUBMISSION, SUPERSEDED, SAME_FILE, SAME_ANSWERS)

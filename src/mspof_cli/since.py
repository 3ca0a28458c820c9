"""Findings since last time: which are new, which are still open, and what was put right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from mspof_cli.errors import UsageError
from mspof_cli.feedback import read_feedback
from mspof_cli.findings import Finding, Severity, Since
from mspof_cli.reading import Reader
from mspof_cli.returns import Return
from mspof_cli.rules import Checked
from mspof_cli.workbook import NotReadable, open_workbook

# Whose return for which period: the collection, the council's code and the period.
Key = tuple[str, str, str]

# What councils were told last time.
Earlier = Mapping[Key, tuple[Finding, ...]]


def since_last_time(checked: Iterable[Checked], earlier: Earlier) -> tuple[Checked, ...]:
    """Each return's findings marked, where it is known what the council was told before."""
    return tuple(_marked(each, earlier.get(key_of(each.ret))) for each in checked)


def key_of(ret: Return) -> Key:
    """Empty texts for what a return does not say."""
    who = ret.who
    return (
        ret.form.collection.slug if ret.form else "",
        who.council.ons_code if who.council else "",
        str(who.period or ""),
    )


def _marked(checked: Checked, before: Sequence[Finding] | None) -> Checked:
    if before is None or checked.set_aside:
        return checked
    left = Counter(finding.identity for finding in before)
    marked = []
    for finding in checked.findings:
        was_there = left[finding.identity] > 0
        left[finding.identity] -= was_there
        marked.append(finding._replace(since=Since.STILL_OPEN if was_there else Since.NEW))
    return checked._replace(findings=tuple(marked), put_right=tuple(_gone(before, left)))


def _gone(before: Sequence[Finding], left: Counter[tuple[str, str, str]]) -> Iterator[Finding]:
    """What was found before and is not found any more. Notes ask for nothing, so nothing of theirs is put right."""
    left = left.copy()
    for finding in before:
        if left[finding.identity] > 0:
            left[finding.identity] -= 1
            if finding.severity is not Severity.NOTE:
                yield finding


def told_before(
    checked: Sequence[Checked],
    files: Sequence[Path],
    reader: Reader,
    again: Callable[[Sequence[Return]], Sequence[Checked]],
) -> Earlier:
    """What councils were told before: in feedback among the files, or else what is found in an earlier submission.

    Earlier submissions are those among the files, and those of the batch that were replaced. They are checked
    ``again`` in the place of the later ones. ``UsageError`` if there is no form in one of the files.
    """
    told: dict[Key, tuple[Finding, ...]] = {}
    submissions = {key_of(ret): ret for ret in _replaced(checked)}
    for file in files:
        ret = reader.read(file)
        if ret.form is None:
            raise UsageError(f"'{file}' is neither feedback nor a form.", "Give earlier feedback, or an earlier form.")
        feedback = _feedback(file)
        if feedback is None:
            submissions[key_of(ret)] = ret
        else:
            told[key_of(ret)] = feedback
    if submissions:
        others = [each.ret for each in checked if not each.set_aside and key_of(each.ret) not in submissions]
        for each in again([*others, *submissions.values()]):
            if key_of(each.ret) in submissions:
                told.setdefault(key_of(each.ret), each.findings)
    return told


def _replaced(checked: Sequence[Checked]) -> list[Return]:
    """Submissions of the batch that a later one replaced, the latest of each last."""
    replaced = [each.ret for each in checked if each.set_aside and each.findings[0].code == "SET102"]
    return sorted(replaced, key=lambda ret: ret.who.submission or 0)


def _feedback(file: Path) -> tuple[Finding, ...] | None:
    """What a file says that a council was told; None if it is not feedback."""
    try:
        feedback = read_feedback(open_workbook(file))
    except NotReadable:
        return None
    return tuple(told.finding for told in feedback.told) if feedback else None

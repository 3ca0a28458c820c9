"""Findings since last time: which are new, which are still open, and what was put right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from mspof_cli.errors import UsageError
from mspof_cli.findings import Finding, Severity, Since
from mspof_cli.reading import Reader
from mspof_cli.returns import Return
from mspof_cli.rules import Checked
from mspof_cli.rules.tried import Inputs, was_tried

# Whose return for which period: the collection, the council's code and the period.
Key = tuple[str, str, str]

# What councils were told last time.
Earlier = Mapping[Key, tuple[Finding, ...]]


def since_last_time(checked: Sequence[Checked], earlier: Earlier, inputs: Inputs) -> tuple[Checked, ...]:
    """Each return's findings marked, where it is known what the council was told before."""
    beside = [each.ret for each in checked if not each.set_aside]
    return tuple(_marked(each, _of(each.ret, earlier), inputs, beside) for each in checked)


def _of(ret: Return, earlier: Earlier) -> tuple[Finding, ...] | None:
    key = key_of(ret)
    return earlier.get(key) if key else None


def key_of(ret: Return) -> Key | None:
    """Whose return it is; None where it does not say, and so can't be known again."""
    council, period, _ = ret.who
    return (ret.form.collection.slug, council.ons_code, str(period)) if ret.form and council and period else None


def _marked(checked: Checked, before: Sequence[Finding] | None, inputs: Inputs, beside: Sequence[Return]) -> Checked:
    if before is None or checked.set_aside:
        return checked
    left = Counter(finding.identity for finding in before)
    marked = []
    for finding in checked.findings:
        was_there = left[finding.identity] > 0
        left[finding.identity] -= was_there
        marked.append(finding._replace(since=Since.STILL_OPEN if was_there else Since.NEW))
    # What could not be found again was not put right.
    gone = (
        finding
        for finding in _gone(before, left)
        if was_tried(finding.code, checked.ret, checked.not_tried, inputs, beside)
    )
    return checked._replace(findings=tuple(marked), put_right=tuple(gone))


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

    Earlier submissions are those among the files, and those of the batch that were replaced; of several, the one with
    the highest number. They are checked ``again`` in the place of the later ones. A file that does not say whose it is
    tells nothing. ``UsageError`` if there is no form in one of the files.
    """
    told: dict[Key, tuple[Finding, ...]] = {}
    submissions = {key: ret for ret in _replaced(checked) if (key := key_of(ret))}
    for ret in sorted(_read(files, reader), key=lambda ret: ret.who.submission or 0):
        key = key_of(ret)
        if key and ret.feedback is None:
            submissions[key] = ret
        elif key and ret.feedback is not None:
            told[key] = tuple(each.finding for each in ret.feedback.told)
    if submissions:
        others = [each.ret for each in checked if not each.set_aside and key_of(each.ret) not in submissions]
        for each in again([*others, *submissions.values()]):
            if (key := key_of(each.ret)) in submissions:
                told.setdefault(key, each.findings)
    return told


def _read(files: Sequence[Path], reader: Reader) -> Iterator[Return]:
    """The forms, or marked copies of them, in files of last time."""
    for file in files:
        ret = reader.read(file)
        if ret.form is None:
            raise UsageError(f"'{file}' is neither feedback nor a form.", "Give earlier feedback, or an earlier form.")
        yield ret


def _replaced(checked: Sequence[Checked]) -> list[Return]:
    """Submissions of the batch that a later one replaced, the latest of each last."""
    replaced = [each.ret for each in checked if each.set_aside and each.findings[0].code == "SET102"]
    return sorted(replaced, key=lambda ret: ret.who.submission or 0)

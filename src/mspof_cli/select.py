"""Which findings are wanted: codes, or the beginnings of codes, to keep or to leave out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from mspof_cli.errors import UsageError, nearest
from mspof_cli.pipeline import Batch
from mspof_cli.rules import Checked
from mspof_cli.schemas import Rule


def chosen(batch: Batch, select: Sequence[str], ignore: Sequence[str], codes: Collection[str]) -> Batch:
    """The batch with only the findings wanted; ``UsageError`` for a code that no rule has or begins with.

    What became of each return stays as it was: it does not become right by not looking.
    """
    wanted = _wanted(select, ignore, codes)
    return batch._replace(checked=tuple(_with_only(each, wanted) for each in batch.checked))


def _with_only(checked: Checked, wanted: Callable[[str], bool]) -> Checked:
    findings = tuple(finding for finding in checked.findings if wanted(finding.code))
    put_right = checked.put_right and tuple(finding for finding in checked.put_right if wanted(finding.code))
    not_tried = tuple(code for code in checked.not_tried if wanted(code))
    judged = checked.status if findings != checked.findings else checked.judged
    return checked._replace(findings=findings, not_tried=not_tried, judged=judged, put_right=put_right)


def chosen_rules(rules: Mapping[str, Rule], select: Sequence[str], ignore: Sequence[str]) -> dict[str, Rule]:
    """The rules wanted: those left out are not said to have held."""
    wanted = _wanted(select, ignore, rules)
    return {code: rule for code, rule in rules.items() if wanted(code)}


def _wanted(select: Sequence[str], ignore: Sequence[str], codes: Collection[str]) -> Callable[[str], bool]:
    keep, leave = _prefixes(select, codes), _prefixes(ignore, codes)
    return lambda code: (not keep or code.startswith(keep)) and not (leave and code.startswith(leave))


def _prefixes(given: Sequence[str], codes: Collection[str]) -> tuple[str, ...]:
    prefixes = tuple(part.strip().upper() for text in given for part in text.split(",") if part.strip())
    for prefix in prefixes:
        if not any(code.startswith(prefix) for code in codes):
            raise unknown_code(prefix, codes)
    return prefixes


def unknown_code(code: str, codes: Collection[str]) -> UsageError:
    """The error for a code that does not exist, with the nearest that does."""
    near = nearest(code, codes)
    hint = f"Did you mean {near}? " if near else ""
    return UsageError(f"There is no rule {code}.", f"{hint}'mspof rules' lists them all.")

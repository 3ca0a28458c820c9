"""What becomes of each return when returns are counted: used or left out, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mspof_cli.errors import UsageError
from mspof_cli.findings import STATUS_WORDS, Severity, Status
from mspof_cli.returns import Return
from mspof_cli.rules import Checked
from mspof_cli.schemas import Collection


class Decision(NamedTuple):
    """What became of one file, and why."""

    checked: Checked
    used: bool
    why: str

    @property
    def has_errors(self) -> bool:
        """Whether it was left out because it needs correcting or could not be read."""
        return not self.used and self.checked.status in (Status.NOT_READABLE, Status.NEEDS_CORRECTING)


def is_used(checked: Checked) -> bool:
    """Whether a return's figures can be collated."""
    return _why_left_out(checked) is None


def decision_on(checked: Checked) -> Decision:
    """Whether a file's figures are used, and why or why not."""
    why_not = _why_left_out(checked)
    return Decision(checked, used=why_not is None, why=why_not or STATUS_WORDS[checked.status])


def _why_left_out(checked: Checked) -> str | None:
    if checked.set_aside:
        return checked.findings[0].message if checked.findings else "another file counts in its place"
    if checked.status in (Status.NOT_READABLE, Status.NEEDS_CORRECTING):
        errors = sorted({finding.code for finding in checked.findings if finding.severity is Severity.ERROR})
        return f"{STATUS_WORDS[checked.status]}: {', '.join(errors)}"
    if checked.ret.is_empty:
        return "nothing was returned"
    return None


def only_collection(returns: Iterable[Return]) -> Collection:
    collections = {ret.form.collection.slug: ret.form.collection for ret in returns if ret.form}
    if len(collections) > 1:
        raise UsageError(
            f"The returns are of more than one collection: {', '.join(sorted(collections))}.", "Collate each by itself."
        )
    return next(iter(collections.values()))


def only_register(returns: Iterable[Return]) -> str:
    registers = sorted({ret.who.council.register_name for ret in returns if ret.who.council})
    if len(registers) > 1:
        raise UsageError(
            f"The returns are of more than one register: {' and '.join(registers).replace('_', ' ')}.",
            "Demonstration councils are never collated with real ones. Keep them in folders of their own.",
        )
    return registers[0]

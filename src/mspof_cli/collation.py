"""Which returns make up the national summary of a quarter, what became of each of the others, and the measures."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from typing import NamedTuple

import polars as pl

from mspof_cli.decisions import Decision, decision_on, is_used, only_collection, only_register
from mspof_cli.errors import ErrorsFound, MspofError
from mspof_cli.measures import Span, figures_of, measures, spans_of
from mspof_cli.periods import Period
from mspof_cli.register import Register
from mspof_cli.returns import Return
from mspof_cli.rules import Checked
from mspof_cli.schemas import Collection
from mspof_cli.sums import Edition


class Collated(NamedTuple):
    """The quarter, computed and not yet written.

    ``participating`` returns were used, of ``on_register`` councils that existed in the period. ``measures`` has the
    columns of :data:`~mspof_cli.measures.TIDY`, from the accepted ``returns`` of the ``spans`` of time. ``decisions``
    are in the order of the files, those on returns of ``other`` quarters apart.
    """

    collection: Collection
    period: Period
    participating: int
    on_register: int
    measures: pl.DataFrame
    decisions: tuple[Decision, ...]
    other: tuple[Decision, ...]
    returns: tuple[Return, ...]
    spans: tuple[Span, ...]

    @property
    def edition(self) -> Edition:
        """What the measures are made of."""
        return Edition(self.returns, self.spans)

    @property
    def refused_earlier(self) -> list[Decision]:
        """The decisions on returns of earlier quarters that were left out because of errors."""
        earlier = (each for each in self.other if (when := each.checked.ret.who.period) and when < self.period)
        return [each for each in earlier if each.has_errors]

    @property
    def refused(self) -> list[Decision]:
        """These, and those on returns of the quarter itself."""
        return [*(each for each in self.decisions if each.has_errors), *self.refused_earlier]


def _is_of(ret: Return, collection: Collection, register_name: str, until: Period) -> bool:
    """Whether a return is of a collection and of a register's council, and no later than a quarter."""
    council, period, _ = ret.who
    if ret.form is None or ret.form.collection.slug != collection.slug or council is None or period is None:
        return False
    return council.register_name == register_name and period <= until


def _place(ret: Return) -> tuple[str, Period | None, int, str]:
    """Where a return is among others: whatever its file is called, lest what is hidden depends on that."""
    council, period, submission = ret.who
    return council.ons_code if council else "", period, submission or 0, ret.sha256


def collate(checked: Iterable[Checked], period: Period, registers: Callable[[Collection], Register]) -> Collated:
    """The measures of a period from the returns that were accepted; says what became of each of the others.

    ``MspofError`` if there is none for the period or nothing in any, ``ErrorsFound`` if none was accepted,
    ``UsageError`` if they are of more than one collection or of councils of more than one register.
    """
    checked = tuple(checked)
    decisions = tuple(decision_on(each) for each in checked if each.ret.who.period in (period, None))
    used = [decision.checked.ret for decision in decisions if decision.used]
    if not any(decision.checked.ret.who.period for decision in decisions):
        found = sorted({str(each.ret.who.period) for each in checked if each.ret.who.period})
        there = f"There are returns for {', '.join(found)}." if found else "Check the folder that you named."
        raise MspofError(f"There is no return for {period}.", there)
    if not used:
        nothing = f"No return for {period} was accepted, so there is nothing to collate."
        if any(decision.has_errors for decision in decisions):
            raise ErrorsFound(nothing, "Run 'mspof validate' on the same files to see what needs correcting.")
        raise MspofError(nothing, "There are no figures in the returns.")
    collection = only_collection(used)
    register_name = only_register(used)
    on_register = [c for c in registers(collection).existing_in(period) if c.register_name == register_name]
    # Earlier quarters count for longer spans and for trends, whoever takes part in this one.
    every = [each.ret for each in checked if is_used(each)]
    window = sorted((ret for ret in every if _is_of(ret, collection, register_name, period)), key=_place)
    spans = spans_of(period, [ret.who.period for ret in window if ret.who.period])
    measured = measures(figures_of(window), collection, spans)
    files = {ret.file for ret in window}
    other = tuple(_decision_on_other(each, files) for each in checked if each.ret.who.period not in (period, None))
    return Collated(collection, period, len(used), len(on_register), measured, decisions, other, tuple(window), spans)


def _decision_on_other(checked: Checked, used: Container[str]) -> Decision:
    """What became of a return of another quarter than the one that is collated; ``used`` are files."""
    if checked.ret.file in used:
        return Decision(checked, used=True, why="for longer periods and trends")
    if is_used(checked):
        return Decision(checked, used=False, why="of a later quarter, another collection or another register")
    return decision_on(checked)

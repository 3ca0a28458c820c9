"""Which figures are not what they were when they were published before, by how much, and because of which returns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import polars as pl

from mspof_cli.collation import Collated
from mspof_cli.disclosure import Policy
from mspof_cli.earlier import Earlier
from mspof_cli.measures import PANEL, Measure, measures_of, panel_quarters
from mspof_cli.periods import Period
from mspof_cli.protection import NOT_APPLICABLE
from mspof_cli.returns import Return
from mspof_cli.sums import Edition, Row, areas_of, row_of
from mspof_cli.written import Summary

# What follows a figure that is not what was published before.
REVISED = "[r]"

# One row for each figure that has changed, all of it text. ``change`` is of a percentage in points.
REVISION_COLUMNS = (
    *("collection", "period", "span", "level", "ons_code", "name", "question", "measure", "label", "respondent"),
    *("part", "before", "now", "change", "because"),
)

SPREAD = ("median", "lower_quartile", "upper_quartile")

OTHERS_HIDDEN = "No return has changed: it is of other councils, as other numbers are hidden."
NO_RETURN = "No return has changed: the figure was worked out differently."


class Change(NamedTuple):
    """What became of a council's return for a quarter since an earlier summary: before and after it.

    ``is_refused``: it counts no longer because what came in its place needs correcting.
    """

    before: Return | None
    now: Return | None
    is_refused: bool = False

    @property
    def any(self) -> Return:
        ret = self.now or self.before
        assert ret is not None
        return ret

    def __str__(self) -> str:
        """For people: who, when, and what became of the return."""
        who = self.any.who
        gone = "resubmitted with errors, so left out" if self.is_refused else "withdrawn"
        what = "new" if self.before is None else gone if self.now is None else "resubmitted"
        return f"{what}: {who.council.name if who.council else ''}, {who.period}"


def revisions(table: pl.DataFrame, collated: Collated, before: Sequence[Earlier]) -> pl.DataFrame:
    """The figures of a protected table that differ from the last summary before, all for its audience, with them.

    A matched panel over other quarters is another panel, and is not compared. A number that is only hidden, or shown,
    in another place, because others need to be, has not changed.
    """
    measures = {(each.slug, each.respondent or ""): each for each in measures_of(collated.collection)}
    rows = [(row_of(tidy), tidy) for tidy in table.to_dicts()]
    told, compared = [], set()
    for each in reversed(before):
        changes = _changes(each.edition, collated)
        same_panel = panel_quarters(each.edition.spans) == panel_quarters(collated.spans)
        for row, tidy in rows:
            if row in compared or row not in each.summary.rows or (row.level == PANEL and not same_panel):
                continue
            compared.add(row)
            quarters = _quarters(row, collated.edition)
            because = _because(changes, measures[row.measure, row.respondent], row, quarters)
            policy = each.summary.manifest.policy
            told += [
                {**tidy, **part, "because": because or _without_a_return(part, policy)}
                for part in _parts(each.summary, row, tidy)
                if because or policy.symbol not in part.values()
            ]
    return pl.DataFrame(told, schema=dict.fromkeys(REVISION_COLUMNS, pl.String), orient="row")


def marked(table: pl.DataFrame, revised: pl.DataFrame) -> pl.DataFrame:
    """A table with a marker where a row's figures were revised."""
    rows = {row_of(row) for row in revised.to_dicts()}
    markers = [
        f"{row['marker']} {REVISED}".strip() if row_of(row) in rows else row["marker"] for row in table.to_dicts()
    ]
    return table.with_columns(marker=pl.Series(markers, dtype=pl.String))


def _without_a_return(part: Mapping[str, str], policy: Policy) -> str:
    """Why a figure changed where no return did."""
    return OTHERS_HIDDEN if policy.base > 1 and part["part"] in SPREAD else NO_RETURN


def _parts(summary: Summary, row: Row, now: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The parts of a row that have changed: before, now, and by how much."""
    before = summary.rows[row]
    for part in ("numerator", "denominator", *(["value", *SPREAD] if now["unit"] == "percent" else [])):
        if before.get(part, now[part]) != now[part]:  # trends of other quarters have no medians
            change = _change(before[part], now[part])
            yield {"part": part, "before": before[part], "now": now[part], "change": change}


def _change(before: str, now: str) -> str:
    try:
        difference = float(now) - float(before)
    except ValueError:
        return NOT_APPLICABLE
    return f"{difference:.2f}" if "." in before + now else f"{difference:.0f}"


def _changes(before: Edition, now: Collated) -> list[Change]:
    """The returns that are not the same bytes as those before, in order of council and quarter."""
    old, new = ({_whose(ret): ret for ret in edition.returns} for edition in (before, now.edition))
    refused = {_whose(each.checked.ret) for each in now.refused}
    pairs = (Change(old.get(key), new.get(key), key in refused) for key in sorted({*old, *new}))
    return [each for each in pairs if not (each.before and each.now and each.before.sha256 == each.now.sha256)]


def _whose(ret: Return) -> tuple[str, str]:
    return ret.who.council.name if ret.who.council else "", str(ret.who.period)


def _quarters(row: Row, edition: Edition) -> frozenset[Period]:
    """The quarters whose returns a row's figures rest on."""
    if row.level == PANEL:
        return panel_quarters(edition.spans)
    spans = (span.quarters for span in edition.spans if (str(span.period), span.name) == (row.period, row.span))
    return frozenset(next(spans))


def _because(changes: Iterable[Change], measure: Measure, row: Row, quarters: frozenset[Period]) -> str:
    """The returns that changed a row's figures; empty if none did."""
    names = measure.numerator + measure.denominator
    causes = [
        str(change)
        for change in changes
        if change.any.who.period in quarters
        and _is_in(change.any, row)
        and _given(change.before, names) != _given(change.now, names)
    ]
    return "; ".join(causes)


def _is_in(ret: Return, row: Row) -> bool:
    area = (row.level, row.ons_code, row.name)
    return row.level == PANEL or (ret.who.council is not None and area in areas_of(ret.who.council))


def _given(ret: Return | None, names: Iterable[str]) -> list[int | None] | None:
    """A return's figures for a measure; None unless every one of them is there."""
    if ret is None:
        return None
    values = [ret.value(name) for name in names]
    return None if None in values else values

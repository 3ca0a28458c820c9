"""The quarters that there are returns for, beside each other: all that answered, and the matched panel.

A direction is only stated for the matched panel, whose councils are the same in every quarter, and only where the
intervals that are shown lie apart. Whatever is stated follows from what is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import polars as pl

from mspof_cli.disclosure import Policy
from mspof_cli.measures import PANEL, QUARTER, TREND_LEVELS
from mspof_cli.protection import LOW_RELIABILITY, NOT_APPLICABLE, NOT_AVAILABLE

# One row for each measure, level and quarter, all text. ``councils`` of the ``participating`` are behind the
# figures. ``since_before`` is the direction since the quarter shown before, ``since_first`` since the first.
TREND_COLUMNS = (
    *("collection", "period", "span", "level", "ons_code", "name", "question", "measure", "label", "respondent"),
    *("unit", "numerator", "denominator", "value", "lower", "upper", "councils", "participating", "marker"),
    *("since_before", "since_first"),
)

UP, DOWN, UNCLEAR = "up", "down", "no clear change"

Shown = Mapping[str, str | None]


def trends(table: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The trends in a protected table of every quarter; no rows where there is one quarter only."""
    rows = table.filter(pl.col("level").is_in(TREND_LEVELS), span=QUARTER).to_dicts()
    if all(row["level"] != PANEL for row in rows):
        rows = []
    measures = {key: place for place, key in enumerate(dict.fromkeys(map(_measure, rows)))}
    rows.sort(
        key=lambda row: (measures[_measure(row)], TREND_LEVELS.index(str(row["level"])), str(row["period"])),
    )
    told = [told for _, series in groupby(rows, _series) for told in _with_directions(list(series), policy)]
    return pl.DataFrame(told, schema=dict.fromkeys(TREND_COLUMNS, pl.String), orient="row")


def _measure(row: Shown) -> tuple[str | None, ...]:
    return row["measure"], row["respondent"]


def _series(row: Shown) -> tuple[str | None, ...]:
    return (*_measure(row), row["level"])


def _with_directions(series: Sequence[Shown], policy: Policy) -> Iterator[dict[str, str | None]]:
    for place, row in enumerate(series):
        before, first = (series[place - 1], series[0]) if place else (None, None)
        own = {name: row.get(name) for name in TREND_COLUMNS}
        directions = {"since_before": _direction(before, row, policy), "since_first": _direction(first, row, policy)}
        yield {**own, **directions}


def _direction(before: Shown | None, now: Shown, policy: Policy) -> str:
    """Where a percentage of the matched panel went, as far as its intervals bear it; else a symbol that says why."""
    if before is None or now["level"] != PANEL or now["unit"] != "percent":
        return NOT_APPLICABLE
    bounds = [row[name] or "" for row in (before, now) for name in ("lower", "upper")]
    for symbol in (NOT_AVAILABLE, policy.symbol, NOT_APPLICABLE):
        if symbol in bounds:
            return symbol
    if any(LOW_RELIABILITY in (row["marker"] or "") for row in (before, now)):
        return LOW_RELIABILITY
    low_before, high_before, low_now, high_now = map(float, bounds)
    if low_now > high_before:
        return UP
    return DOWN if high_now < low_before else UNCLEAR

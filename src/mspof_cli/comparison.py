"""The collated quarter beside what was published: each council's year beside SAC, pooled shares beside England's.

SAC's figures are intervals, so a sum is said to be inside, above or below; England's shares are context, never a test.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import polars as pl

from mspof_cli.collation import Collated
from mspof_cli.decisions import is_used
from mspof_cli.measures import QUARTER
from mspof_cli.reconcile import Position, Year, compare, years
from mspof_cli.rules import Checked
from mspof_cli.sac import EnglandFigure, Sac

# One row for each council of the quarter and each figure or total that SAC has. ``sum`` is of the ``quarters`` of the
# year up to the one collated; ``low`` to ``high`` is what was published, ``allowed_low`` to ``allowed_high`` the same
# with its tolerance, which ``position`` goes by. What is not known is null.
SAC_COLUMNS = (
    *("collection", "year", "ons_code", "name", "question", "measure", "label", "sum", "quarters"),
    *("low", "high", "allowed_low", "allowed_high", "position", "published", "source"),
)
SAC_NUMBERS = frozenset({"sum", "quarters", "low", "high", "allowed_low", "allowed_high"})

# One row for each percentage that England's figures give, and each year of them up to the one collated.
ENGLAND_COLUMNS = (
    *("collection", "period", "measure", "label", "numerator", "denominator", "value", "councils", "participating"),
    *("england_year", "england_value"),
)


class Comparison(NamedTuple):
    """What stands beside the collated quarter: columns ``SAC_COLUMNS``, if SAC was given, and ``ENGLAND_COLUMNS``."""

    sac: pl.DataFrame | None
    england: pl.DataFrame


def beside(
    collated: Collated, checked: Iterable[Checked], sac: Sac | None, england: Sequence[EnglandFigure]
) -> Comparison:
    """The comparison of a collated quarter, from every return that was read."""
    if sac is None or sac.collection.slug != collated.collection.slug:
        return Comparison(None, _england(collated, england))
    taking_part = {each.checked.ret.who.council for each in collated.decisions if each.used}
    returns = [
        each.ret
        for each in checked
        if is_used(each)
        and each.ret.who.council in taking_part
        and each.ret.who.period
        and each.ret.who.period.start_year == collated.period.start_year
        and each.ret.who.period <= collated.period
    ]
    rows = [row for year in years(returns, sac) for row in _rows(year, sac)]
    schema = {name: pl.Int64 if name in SAC_NUMBERS else pl.String for name in SAC_COLUMNS}
    return Comparison(pl.DataFrame(rows, schema=schema, orient="row"), _england(collated, england))


def _rows(year: Year, sac: Sac) -> Iterable[tuple[object, ...]]:
    publication = sac.of_year(year.start_year)
    period = year.returns[-1].who.period
    assert period is not None
    names = sac.collection.names
    for name, each in compare(year, publication, sac).items():
        known = each.position is not Position.NO_COMPARATOR
        yield (
            *(sac.collection.slug, period.year, year.council.ons_code, year.council.name),
            *(sac.collection.questions[sac.collection.question_of(name)].label, name, names[name]),
            *(each.sum, len(each.counts)),
            *((each.published.interval.low, each.published.interval.high) if known else (None, None)),
            *((each.allowed.low, each.allowed.high) if known else (None, None)),
            *(each.position.value.replace(" ", "_"), each.published.shown, each.published.source),
        )


def _england(collated: Collated, england: Sequence[EnglandFigure]) -> pl.DataFrame:
    """The participating councils' pooled percentages beside England's, of every published year up to this one."""
    published: dict[str, dict[str, int]] = {}
    for figure in england:
        if figure.year <= collated.period.year:
            published.setdefault(figure.year, {})[figure.measure] = figure.published
    pooled = {row["measure"]: row for row in collated.measures.filter(level="participating", span=QUARTER).to_dicts()}
    collection, rows = collated.collection, []
    for derived in collection.derived:
        part, base = collection.expand(derived.numerator), collection.expand(derived.denominator)
        for year, figures in sorted(published.items()):
            if set(part + base) <= set(figures):
                share = 100 * sum(figures[name] for name in part) / sum(figures[name] for name in base)
                row = {**pooled[derived.slug], "england_year": year, "england_value": round(share, 1)}
                rows.append(tuple(row[name] for name in ENGLAND_COLUMNS))
    counts = dict.fromkeys(("numerator", "denominator", "councils", "participating"), pl.Int64)
    kinds = {**counts, **dict.fromkeys(("value", "england_value"), pl.Float64)}
    return pl.DataFrame(rows, schema={name: kinds.get(name, pl.String) for name in ENGLAND_COLUMNS}, orient="row")

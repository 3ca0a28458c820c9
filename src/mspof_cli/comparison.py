"""The collated quarter beside what was published: each council's year beside SAC, pooled shares beside England's.

SAC's figures are intervals, so a sum is said to be inside, above or below; England's shares are context, never a test.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from mspof_cli.collation import Collated
from mspof_cli.decisions import is_used
from mspof_cli.measures import QUARTER
from mspof_cli.protection import Fact
from mspof_cli.reconcile import QUARTERS, Position, Year, compare, years
from mspof_cli.returns import Return
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
    *("collection", "period", "measure", "label", "numerator", "denominator", "value", "marker"),
    *("councils", "participating", "england_year", "england_value"),
)


def beside_sac(collated: Collated, checked: Iterable[Checked], sac: Sac | None) -> pl.DataFrame | None:
    """The councils of a collated quarter beside SAC, from every return that was read; columns ``SAC_COLUMNS``."""
    if sac is None or sac.collection.slug != collated.collection.slug:
        return None
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
    return pl.DataFrame(rows, schema=schema, orient="row")


def known_of(returns: Iterable[Return], sac: Sac) -> Iterator[Fact]:
    """What SAC tells everybody of the figures of councils that returned all quarters of a year."""
    returns = tuple(returns)
    for year in years(returns, sac):
        publication = sac.of_year(year.start_year)
        for name, each in compare(year, publication, sac).items():
            if len(each.counts) == QUARTERS and each.published.interval.is_known:
                yield Fact(year.returns, sac.collection.expand([name]), each.published.interval)


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


def beside_england(collated: Collated, table: pl.DataFrame, england: Sequence[EnglandFigure]) -> pl.DataFrame:
    """The participating councils' pooled percentages, of a protected table, beside England's of every year so far.

    The columns are ``ENGLAND_COLUMNS``, all of them text.
    """
    published: dict[str, dict[str, int]] = {}
    for figure in england:
        if figure.year <= collated.period.year:
            published.setdefault(figure.year, {})[figure.measure] = figure.published
    pooled = {row["measure"]: row for row in table.filter(level="participating", span=QUARTER).to_dicts()}
    collection, rows = collated.collection, []
    for derived in collection.derived:
        part, base = collection.expand(derived.numerator), collection.expand(derived.denominator)
        for year, figures in sorted(published.items()):
            if set(part + base) <= set(figures):
                share = 100 * sum(figures[name] for name in part) / sum(figures[name] for name in base)
                row = {**pooled[derived.slug], "england_year": year, "england_value": f"{share:.1f}"}
                rows.append(tuple(row[name] for name in ENGLAND_COLUMNS))
    return pl.DataFrame(rows, schema=dict.fromkeys(ENGLAND_COLUMNS, pl.String), orient="row")

"""Returns -> one long polars frame -> the measures of councils, regions and all participating councils.

Percentages are pooled: the sum of the numerators over the sum of the denominators, from the councils that returned
every part of both. What a council did not return is null, and never counted as zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import polars as pl

from mspof_cli.decisions import Decision, decision_on, only_collection, only_register
from mspof_cli.errors import MspofError
from mspof_cli.periods import Period
from mspof_cli.register import Register
from mspof_cli.returns import Return
from mspof_cli.rules import Checked
from mspof_cli.schemas import Collection

PARTICIPATING = "Participating councils"

# One row for each area and measure. ``level`` is participating, region or council. A count has no denominator; its
# value is the numerator. A percentage's value is 100 x numerator / denominator. ``councils`` of the ``participating``
# in the area returned every part of the measure; where none did, numerator, denominator and value are null.
TIDY = (
    *("collection", "period", "level", "ons_code", "name", "question", "measure", "label", "respondent", "unit"),
    *("numerator", "denominator", "value", "councils", "participating"),
)
LEVELS = ("participating", "region", "council")


class Collated(NamedTuple):
    """The quarter, computed and not yet written.

    ``participating`` returns were used, of ``on_register`` councils that existed in the period. ``measures`` has the
    columns of ``TIDY``. ``decisions`` are in the order of the files, without the ``other_periods``' returns.
    """

    collection: Collection
    period: Period
    participating: int
    on_register: int
    measures: pl.DataFrame
    decisions: tuple[Decision, ...]
    other_periods: int


def collate(checked: Iterable[Checked], period: Period, registers: Callable[[Collection], Register]) -> Collated:
    """The measures of a period from the returns that were accepted; says what became of each of the others.

    ``MspofError`` if none was accepted for the period, ``UsageError`` if they are of more than one collection or of
    councils of more than one register.
    """
    checked = tuple(checked)
    decisions = tuple(decision_on(each) for each in checked if each.ret.who.period in (period, None))
    used = [decision.checked.ret for decision in decisions if decision.used]
    if not any(decision.checked.ret.who.period for decision in decisions):
        found = sorted({str(each.ret.who.period) for each in checked if each.ret.who.period})
        there = f"There are returns for {', '.join(found)}." if found else "Check the folder that you named."
        raise MspofError(f"There is no return for {period}.", there)
    if not used:
        raise MspofError(
            f"No return for {period} was accepted, so there is nothing to collate.",
            "Run 'mspof validate' on the same files to see what needs correcting.",
        )
    collection = only_collection(used)
    register_name = only_register(used)
    on_register = [c for c in registers(collection).existing_in(period) if c.register_name == register_name]
    measures = _measures(_figures(used), collection, period)
    others = len(checked) - len(decisions)
    return Collated(collection, period, len(used), len(on_register), measures, decisions, others)


def _figures(returns: Iterable[Return]) -> pl.DataFrame:
    """Every figure of every return, long: council, region, figure, value (null if not returned)."""
    rows = (
        (council.ons_code, council.name, council.region_code, council.region_name, name, given.value)
        for ret in returns
        if (council := ret.who.council)
        for name, given in ret.figures.items()
    )
    names = ("ons_code", "name", "region_code", "region_name", "figure")
    return pl.DataFrame(list(rows), schema={**dict.fromkeys(names, pl.String), "value": pl.Int64}, orient="row")


def _definitions(collection: Collection) -> pl.DataFrame:
    """Every measure, in order, one row for each figure of its numerator and denominator."""
    counts = [
        (figure.question, figure.measure, figure.label, figure.respondent, "count", (figure.name,), ())
        for figure in collection.figures.values()
    ]
    percentages = [
        (each.question, each.slug, each.label, each.respondent, "percent", each.numerator, each.denominator)
        for each in collection.derived
    ]
    places = {slug: number for number, slug in enumerate(collection.questions)}
    measures = sorted([*counts, *percentages], key=lambda measure: places[measure[0]])
    rows = [
        (number, collection.questions[question].label, measure, label, respondent, unit, part, figure)
        for number, (question, measure, label, respondent, unit, *parts) in enumerate(measures)
        for part, names in zip(("numerator", "denominator"), parts, strict=True)
        for figure in collection.expand(names)
    ]
    texts = ("question", "measure", "label", "respondent", "unit", "part", "figure")
    return pl.DataFrame(rows, schema={"order": pl.Int64, **dict.fromkeys(texts, pl.String)}, orient="row")


def _measures(figures: pl.DataFrame, collection: Collection, period: Period) -> pl.DataFrame:
    """The tidy table: measures of all participating councils, of each region, and of each council."""
    what = ["order", "question", "measure", "label", "respondent", "unit"]
    part = {name: pl.col("value").filter(pl.col("part") == name).sum() for name in ("numerator", "denominator")}
    complete = ~pl.col("value").is_null().any()
    by_council = (
        _definitions(collection)
        .join(figures, on="figure")
        .group_by("ons_code", "name", "region_code", "region_name", *what)
        .agg(**{name: pl.when(complete).then(total) for name, total in part.items()}, complete=complete)
    )
    areas = {
        "participating": (pl.lit(""), pl.lit(PARTICIPATING)),
        "region": (pl.col("region_code"), pl.col("region_name")),
        "council": (pl.col("ons_code"), pl.col("name")),
    }
    levels = [
        by_council.with_columns(level=pl.lit(level), ons_code=code, name=name)
        .group_by("level", "ons_code", "name", *what)
        .agg(
            *(pl.when(pl.col("complete").any()).then(pl.col(name).sum()).alias(name) for name in part),
            councils=pl.col("complete").sum(),
            participating=pl.len(),
        )
        for level, (code, name) in areas.items()
    ]
    percent = pl.when(pl.col("denominator") > 0).then(100 * pl.col("numerator") / pl.col("denominator")).round(2)
    is_count = pl.col("unit") == "count"
    return (
        pl.concat(levels)
        .with_columns(
            collection=pl.lit(collection.slug),
            period=pl.lit(str(period)),
            denominator=pl.when(~is_count).then("denominator"),
            value=pl.when(is_count).then(pl.col("numerator").cast(pl.Float64)).otherwise(percent),
            place=pl.col("level").replace_strict(LEVELS, range(len(LEVELS)), return_dtype=pl.Int64),
        )
        .sort("place", "ons_code", "order")
        .select(TIDY)
    )

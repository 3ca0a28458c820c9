"""Figures of returns -> the measures of areas: pooled counts and percentages, their intervals, and how councils vary.

Percentages are pooled: the sum of the numerators over the sum of the denominators, of the returns that gave every part
of both. What was not returned is null, and never counted as zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import polars as pl

from mspof_cli.intervals import Z_95
from mspof_cli.periods import Period
from mspof_cli.returns import Return
from mspof_cli.schemas import Collection

PARTICIPATING = "Participating councils"
LEVELS = ("participating", "council_type", "region", "council")

# The councils that gave every part of a measure in every quarter that is shown: a change among them is of their work,
# while one among all participating councils can be because others took part.
PANEL, MATCHED_PANEL = "matched_panel", "Matched panel of councils"
TREND_LEVELS = ("participating", PANEL)

# Spans of time.
QUARTER, YEAR_TO_DATE, LAST_FOUR = "quarter", "year_to_date", "last_four_quarters"

# One row for each span of time, which ends with the ``period``, and each area and measure. A count has no denominator,
# and its value is the numerator; a percentage's value is 100 x numerator / denominator, with Wilson's 95 % interval
# from lower to upper. ``returns`` of
# ``councils`` of the ``participating`` in the area gave every part of the measure; where none did, figures are null.
# The median and quartiles are of the percentages of the ``compared`` councils, whose denominators are large enough.
TIDY = (
    *("collection", "period", "span", "level", "ons_code", "cassr_code", "name", "question", "measure", "label"),
    *("respondent", "unit", "numerator", "denominator", "value", "lower", "upper"),
    *("councils", "participating", "returns", "median", "lower_quartile", "upper_quartile", "compared"),
)

# How many councils there must be for a median of their percentages, and for quartiles.
MEDIAN_FROM, QUARTILES_FROM = 3, 5

_WHAT = ("order", "question", "measure", "label", "respondent", "unit")
_WHO = ("ons_code", "cassr_code", "name", "council_type", "region_code", "region_name")


class Span(NamedTuple):
    """The ``quarters`` that figures are for, which end with ``period``, and the levels of areas that have them."""

    name: str
    period: Period
    quarters: tuple[Period, ...]
    levels: tuple[str, ...]


def spans_of(period: Period, found: Iterable[Period]) -> tuple[Span, ...]:
    """The spans that end with a quarter, of which there are returns for every quarter; then each earlier quarter."""
    there, back = set(found), [period]
    while len(back) < 4:
        back.insert(0, back[0].previous)
    year = tuple(each for each in back if each.start_year == period.start_year)
    earlier = sorted(each for each in there if each < period)
    spans = [Span(QUARTER, period, (period,), (*LEVELS, PANEL) if earlier else LEVELS)]
    for name, quarters in ((YEAR_TO_DATE, year), (LAST_FOUR, tuple(back))):
        # A year of which only one quarter has passed is that quarter.
        if there >= set(quarters) and len(quarters) > 1:
            spans.append(Span(name, period, quarters, LEVELS))
    return (*spans, *(Span(QUARTER, each, (each,), TREND_LEVELS) for each in earlier))


def figures_of(returns: Iterable[Return]) -> pl.DataFrame:
    """Every figure of every return, long: council, period, figure, value (null if not returned)."""
    rows = (
        (*_who(ret), str(ret.who.period), name, given.value)
        for ret in returns
        if ret.who.council
        for name, given in ret.figures.items()
    )
    texts = (*_WHO, "quarter", "figure")
    return pl.DataFrame(list(rows), schema={**dict.fromkeys(texts, pl.String), "value": pl.Int64}, orient="row")


def _who(ret: Return) -> tuple[str, ...]:
    council = ret.who.council
    assert council is not None
    return (
        *(council.ons_code, council.cassr_code, council.name),
        *(council.council_type, council.region_code, council.region_name),
    )


def measures(figures: pl.DataFrame, collection: Collection, spans: Iterable[Span]) -> pl.DataFrame:
    """The tidy table, of the columns of ``TIDY``, for each of the spans of time."""
    spans = tuple(spans)
    by_return = _with_panel(_by_return(figures, collection), spans)
    tables = [
        _of_span(by_return.filter(pl.col("quarter").is_in([str(each) for each in span.quarters])), collection, span)
        .with_columns(span=pl.lit(span.name), period=pl.lit(str(span.period)), span_place=pl.lit(place))
        for place, span in enumerate(spans)
    ]  # fmt: skip
    every = (*LEVELS, PANEL)
    levels = pl.col("level").replace_strict(every, range(len(every)), return_dtype=pl.Int64)
    return (
        pl.concat(tables)
        .with_columns(collection=pl.lit(collection.slug), place=levels)
        .sort("span_place", "place", "ons_code", "name", "order")
        .select(TIDY)
    )


class Measure(NamedTuple):
    """A count, or a percentage: the figures whose sums are its numerator and its denominator."""

    question: str
    slug: str
    label: str
    respondent: str | None
    unit: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...] = ()

    @property
    def rest(self) -> tuple[str, ...]:
        """The figures of the denominator that are not in the numerator, if the numerator is a part of it."""
        others = tuple(name for name in self.denominator if name not in self.numerator)
        return others if len(others) + len(self.numerator) == len(self.denominator) else ()


def measures_of(collection: Collection) -> tuple[Measure, ...]:
    """Every measure, in the order of the questions; of each, its counts and then its percentages."""
    counts = [
        Measure(figure.question, figure.measure, figure.label, figure.respondent, "count", (figure.name,))
        for figure in collection.figures.values()
    ]
    percentages = [
        Measure(
            *(each.question, each.slug, each.label, each.respondent, "percent"),
            collection.expand(each.numerator),
            collection.expand(each.denominator),
        )
        for each in collection.derived
    ]
    places = {slug: number for number, slug in enumerate(collection.questions)}
    return tuple(sorted([*counts, *percentages], key=lambda measure: places[measure.question]))


def _definitions(collection: Collection) -> pl.DataFrame:
    """Every measure, in order, one row for each figure of its numerator and denominator."""
    rows = [
        (number, collection.questions[each.question].label, *each[1:5], part, figure)
        for number, each in enumerate(measures_of(collection))
        for part, names in (("numerator", each.numerator), ("denominator", each.denominator))
        for figure in names
    ]
    texts = ("question", "measure", "label", "respondent", "unit", "part", "figure")
    return pl.DataFrame(rows, schema={"order": pl.Int64, **dict.fromkeys(texts, pl.String)}, orient="row")


def _by_return(figures: pl.DataFrame, collection: Collection) -> pl.DataFrame:
    """Each measure of each return: its numerator and denominator, null unless every part of both was returned."""
    part = {name: pl.col("value").filter(pl.col("part") == name).sum() for name in ("numerator", "denominator")}
    complete = ~pl.col("value").is_null().any()
    return (
        _definitions(collection)
        .join(figures, on="figure")
        .group_by(*_WHO, "quarter", *_WHAT)
        .agg(**{name: pl.when(complete).then(total) for name, total in part.items()}, complete=complete)
    )


def panel_quarters(spans: Iterable[Span]) -> frozenset[Period]:
    """The quarters in all of which a council of the matched panel gave every part of a measure."""
    return frozenset(span.period for span in spans if PANEL in span.levels)


def _with_panel(by_return: pl.DataFrame, spans: Iterable[Span]) -> pl.DataFrame:
    """With a column ``in_panel``: whether the council is of the measure's matched panel."""
    quarters = sorted(map(str, panel_quarters(spans)))
    there = (pl.col("complete") & pl.col("quarter").is_in(quarters)).sum()
    return by_return.with_columns(in_panel=there.over("ons_code", *_WHAT) == len(quarters))


def _of_span(by_return: pl.DataFrame, collection: Collection, span: Span) -> pl.DataFrame:
    """The measures of every area over some quarters."""
    in_panel = (pl.when("in_panel").then(name).alias(name) for name in ("numerator", "denominator"))
    panel = by_return.with_columns(*in_panel, complete=pl.col("complete") & pl.col("in_panel"))
    everyone, matched = (
        frame.group_by(*_WHO, *_WHAT).agg(*_sums(), returns=pl.col("complete").sum()) for frame in (by_return, panel)
    )
    areas = {
        "participating": (everyone, "", "", PARTICIPATING),
        "council_type": (everyone, "", "", pl.col("council_type")),
        "region": (everyone, pl.col("region_code"), "", pl.col("region_name")),
        "council": (everyone, pl.col("ons_code"), pl.col("cassr_code"), pl.col("name")),
        PANEL: (matched, "", "", MATCHED_PANEL),
    }
    tables = []
    for level in span.levels:
        by_council, *area = areas[level]
        columns = (each if isinstance(each, pl.Expr) else pl.lit(each) for each in area)
        tables.append(_of_area(by_council, collection, level, *columns))
    return pl.concat(tables)


def _sums() -> Iterator[pl.Expr]:
    """The sums of numerators and denominators that are there; null where none is."""
    for name in ("numerator", "denominator"):
        yield pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name)


def _of_area(
    by_council: pl.DataFrame, collection: Collection, level: str, code: pl.Expr, cassr: pl.Expr, name: pl.Expr
) -> pl.DataFrame:
    """The measures of the areas of one level."""
    base = collection.tolerances.share_minimum_base
    comparable = (pl.col("unit") == "percent") & (pl.col("denominator") >= base)
    rate = (100 * pl.col("numerator") / pl.col("denominator")).filter(comparable)
    compared = comparable.sum() if level != "council" else pl.lit(0, pl.Int64)
    return (
        by_council.with_columns(ons_code=code, cassr_code=cassr, name=name)
        .group_by("ons_code", "cassr_code", "name", *_WHAT)
        .agg(
            *_sums(),
            councils=(pl.col("returns") > 0).sum().cast(pl.Int64),
            participating=pl.len().cast(pl.Int64),
            returns=pl.col("returns").sum().cast(pl.Int64),
            compared=compared.cast(pl.Int64),
            median=rate.quantile(0.5, "linear"),
            lower_quartile=rate.quantile(0.25, "linear"),
            upper_quartile=rate.quantile(0.75, "linear"),
        )
        .with_columns(level=pl.lit(level))
        .with_columns(*_percentages(), *_varying())
    )


def _percentages() -> Iterator[pl.Expr]:
    """The value, and of a percentage Wilson's interval, in per cent to two decimals; nothing where there is no base."""
    is_count, n = pl.col("unit") == "count", pl.col("denominator").cast(pl.Float64)
    share, z = pl.col("numerator") / n, Z_95
    centre, scale = share + z * z / (2 * n), 1 + z * z / n
    spread = z * (share * (1 - share) / n + z * z / (4 * n * n)).sqrt()
    there = ~is_count & (n > 0)
    percent = pl.when(there).then(100 * share).round(2)
    yield pl.when(is_count).then(pl.col("numerator").cast(pl.Float64)).otherwise(percent).alias("value")
    yield pl.when(there).then((100 * (centre - spread) / scale).clip(0, 100)).round(2).alias("lower")
    yield pl.when(there).then((100 * (centre + spread) / scale).clip(0, 100)).round(2).alias("upper")
    yield pl.when(~is_count).then("denominator").alias("denominator")


def _varying() -> Iterator[pl.Expr]:
    """The median and the quartiles where there are councils enough, in per cent to two decimals."""
    is_percent = pl.col("unit") == "percent"
    for name, least in (
        ("median", MEDIAN_FROM),
        ("lower_quartile", QUARTILES_FROM),
        ("upper_quartile", QUARTILES_FROM),
    ):
        yield pl.when(is_percent & (pl.col("compared") >= least)).then(pl.col(name)).round(2).alias(name)
    yield pl.when(is_percent).then("compared").alias("compared")

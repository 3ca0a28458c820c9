"""The tables of a summary for people: which sheets there are, in order, and what each says; not how they look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import polars as pl

from mspof_cli.measures import QUARTER
from mspof_cli.outputs.csvw import symbols_of
from mspof_cli.published import NOT_TOLD, Published

CONTENTS = "Contents"
NOT_ASKED_APART = "Not applicable"
PERIODS = {"year_to_date": "Year to date", "last_four_quarters": "Last four quarters"}

MEASURE_HEADINGS = {
    "question": "Question",
    "label": "Measure",
    "respondent": "Respondent",
    "numerator": "Number",
    "denominator": "Out of",
    "value": "Percentage",
    "lower": "Lower bound",
    "upper": "Upper bound",
    "councils": "Councils answering",
    "participating": "Councils participating",
    "marker": "Marker",
}
TREND_HEADINGS = {"since_before": "Since the quarter shown before", "since_first": "Since the first quarter shown"}
SPREAD_HEADINGS = {
    "median": "Median of councils",
    "lower_quartile": "Lower quartile of councils",
    "upper_quartile": "Upper quartile of councils",
    "compared": "Councils compared",
}


class Sheet(NamedTuple):
    """A sheet with one table."""

    name: str
    title: str
    table: pl.DataFrame


class Book(NamedTuple):
    """What is in a workbook: its title, what the cover says, and its sheets with tables."""

    title: str
    cover: tuple[str, ...]
    sheets: tuple[Sheet, ...]


def book_of(published: Published) -> Book:
    """What is in the workbook of a summary."""
    title = f"{published.collection.name}: {published.period}"
    return Book(title, tuple(_about(published)), tuple(_sheets(published)))


def contents_of(sheets: Iterable[Sheet]) -> Sheet:
    """The sheet that lists the others."""
    rows = [(each.name, each.title) for each in sheets]
    return Sheet(CONTENTS, CONTENTS, pl.DataFrame(rows, schema=["Sheet", "What is on it"], orient="row"))


def _about(published: Published) -> list[str]:
    """What the cover says."""
    took_part = (
        f"{published.participating} of {published.on_register} councils took part. Taking part is voluntary: figures "
        "are of those councils, not of England, and are not for judging a council's performance."
    )
    return [
        published.audience.title,
        f"The collection is {published.collection.name}, of {published.collection.publisher}.",
        took_part,
        "Each sheet has one table, which begins in cell A3. The sheet 'Notes' explains the method and the symbols.",
    ]


def _sheets(published: Published) -> Iterator[Sheet]:
    """The sheets with tables, in order."""
    yield Sheet("Notes", "Notes: method, and symbols that stand in the place of numbers", _notes(published))
    yield Sheet("Coverage", "Who answered each question", published.coverage)
    yield Sheet("Councils", "The councils that took part", published.councils)
    if published.returns is not None:
        yield Sheet("Returns", "What became of each file", published.returns)
    yield Sheet("Headlines", "The headline indicators, of all participating councils", _headlines(published))
    yield Sheet("Measures", "Every measure, of all participating councils", _level(published, "participating"))
    for level, name, title in (
        ("council_type", "By council type", "Participating councils by type"),
        ("region", "By region", "Participating councils by region"),
        ("council", "By council", "Each participating council"),
    ):
        table = _level(published, level, area=True)
        if not table.is_empty():
            yield Sheet(name, title, table)
    longer = _longer(published)
    if not longer.is_empty():
        whose = ", and by type and region," if longer["Area"].n_unique() > 1 else ""
        yield Sheet("Longer periods", f"All participating councils{whose} over longer periods", longer)
    if not published.trends.is_empty():
        yield Sheet("Trends", "Every quarter: all that answered, and the matched panel", _trends(published))
    if published.revisions is not None and not published.revisions.is_empty():
        yield Sheet("Revisions", "Figures that are not what was published before", _revisions(published.revisions))
    if published.sac is not None:
        yield Sheet("SAC", f"Quarters of {published.period.year} beside SAC", _sac(published.sac))
    if not published.england.is_empty():
        yield Sheet("England", "Pooled percentages, with England's as context", _england(published.england))
    if not published.explanations.is_empty():
        yield Sheet("Explanations", "What councils said of their figures", published.explanations)


def _notes(published: Published) -> pl.DataFrame:
    policy = published.policy
    pooled = (
        "Percentages are pooled: the sum of the numerators over the sum of the denominators, of the councils that gave "
        "every part of both. The bounds are those of Wilson's 95 % interval."
    )
    answered = (
        "Where adults and representatives answered, they are those who were asked and answered, not everyone: see the "
        "response rates first."
    )
    notes = [
        "A blank is not zero: what a council did not return is left out, and is never counted as zero.",
        pooled,
        _of_medians(published),
        answered,
    ]
    if not published.trends.is_empty():
        notes.append(
            "The matched panel are the councils that gave every part of the measure in each quarter shown. A direction "
            "is only stated for it, and only where the two 95 % intervals lie apart: among all that answered, a change "
            "can be because other councils took part."
        )
    if policy.base > 1:
        least = published.audience.councils
        few = f", or where fewer than {least} councils are behind it" if least > 1 else ""
        notes.append(
            f"Counts from {policy.hidden_from} to {policy.hidden_to} are hidden, the others rounded to the nearest "
            f"{policy.base}. Percentages are computed from the rounded counts. A number is also hidden where a hidden "
            f"one could be worked out from it{few}."
        )
        notes.append(NOT_TOLD)
    if left_out := _left_out(published):
        few = "Areas in which too few councils took part are left out of this workbook. They are in measures.csv"
        notes.append(f"{few}, with their symbols: {'; '.join(left_out)}.")
    if published.measures.table["span"].n_unique() > 1:
        notes.append(
            "Longer periods are of the quarters that each council returned, which need not be all of them: 'Returns "
            "counted' says how many returns there are in a figure."
        )
    rows = [(f"Note {number}", note) for number, note in enumerate(notes, 1)]
    rows += [(f"Symbol {symbol}", meaning) for symbol, meaning in symbols_of(published).items()]
    return pl.DataFrame(rows, schema=["Name", "Note"], orient="row")


def _of_medians(published: Published) -> str:
    """How councils are compared."""
    least, policy = published.collection.tolerances.share_minimum_base, published.policy
    compared = f"Medians are of 3 or more councils and quartiles of 5 or more, of those with denominators from {least}"
    if policy.base > 1:
        return f"{compared} and no hidden number, each by its percentage of rounded counts."
    return f"{compared}."


def _is_seen(published: Published) -> pl.Expr:
    """Whether councils enough took part in an area for its figures to be seen; that of all councils always is."""
    enough = pl.col("participating").cast(pl.Int64) >= published.audience.councils
    return enough | (pl.col("level") == "participating")


def _left_out(published: Published) -> list[str]:
    """The areas in which there were too few."""
    areas = published.measures.table.filter(~_is_seen(published), span=QUARTER)
    return areas["name"].unique(maintain_order=True).to_list()


def _level(published: Published, level: str, *, area: bool = False) -> pl.DataFrame:
    """The measures of one level for the quarter, as people read them."""
    rows = published.measures.table.filter(_is_seen(published), level=level, span=QUARTER)
    spread = SPREAD_HEADINGS if level != "council" else {}
    return _as_read(published, rows, ({"name": "Area"} if area else {}) | MEASURE_HEADINGS | spread)


def _headlines(published: Published) -> pl.DataFrame:
    slugs = [derived.slug for derived in published.collection.derived if derived.headline]
    rows = published.measures.table.filter(pl.col("measure").is_in(slugs), level="participating", span=QUARTER)
    return _as_read(published, rows, MEASURE_HEADINGS | SPREAD_HEADINGS)


def _longer(published: Published) -> pl.DataFrame:
    of_councils = pl.col("level") == "council"
    rows = published.measures.table.filter(pl.col("span") != QUARTER, ~of_councils, _is_seen(published))
    rows = rows.with_columns(pl.col("span").replace(PERIODS))
    headings = {"span": "Longer period", "name": "Area"} | MEASURE_HEADINGS | {"returns": "Returns counted"}
    return _as_read(published, rows, headings)


def _trends(published: Published) -> pl.DataFrame:
    headings = {"name": "Area", "period": "Quarter"} | MEASURE_HEADINGS | TREND_HEADINGS
    return _as_read(published, published.trends, headings)


def _revisions(frame: pl.DataFrame) -> pl.DataFrame:
    headings = {
        "period": "Quarter",
        "span": "Span",
        "name": "Area",
        "label": "Measure",
        "respondent": "Respondent",
        "part": "Figure",
        "before": "Before",
        "now": "Now",
        "change": "Change",
        "because": "Because",
    }
    parts = {"numerator": "number", "denominator": "out of", "value": "percentage"}
    parts |= {name: heading.lower() for name, heading in SPREAD_HEADINGS.items()}
    said = frame.with_columns(
        pl.col("part").replace(parts),
        pl.col("span").replace({QUARTER: "Quarter", **PERIODS}),
        pl.col("respondent").fill_null(NOT_ASKED_APART),
    )
    return _headed(said, headings)


def _as_read(published: Published, rows: pl.DataFrame, headings: dict[str, str]) -> pl.DataFrame:
    """Columns by the headings that people read; a count's value is its number and is not said twice."""
    percentage = pl.when(pl.col("unit") == "percent").then(pl.col("value")).otherwise(pl.lit("[z]"))
    everyone = pl.col("respondent").replace(published.collection.respondents).fill_null(NOT_ASKED_APART)
    frame = rows.with_columns(value=percentage, respondent=everyone, marker=_marker_as_read())
    return _headed(frame, headings)


def _marker_as_read() -> pl.Expr:
    """Markers as people read them: no cell of a table is empty."""
    return pl.when(pl.col("marker") == "").then(pl.lit("None")).otherwise(pl.col("marker"))


def _sac(frame: pl.DataFrame) -> pl.DataFrame:
    headings = {
        "ons_code": "ONS code",
        "name": "Council",
        "question": "Question",
        "label": "Label",
        "sum": "Sum of returns",
        "quarters": "Quarters supplied",
        "low": "SAC from",
        "high": "SAC to",
        "allowed_low": "Allowed from",
        "allowed_high": "Allowed to",
        "position": "Position",
    }
    said = frame.with_columns(pl.col("position").str.replace_all("_", " ")).cast(pl.String).fill_null("[x]")
    return _headed(said, headings)


def _england(frame: pl.DataFrame) -> pl.DataFrame:
    headings = {
        "label": "Measure",
        "numerator": "Number",
        "denominator": "Out of",
        "value": "Percentage",
        "marker": "Marker",
        "councils": "Councils answering",
        "participating": "Councils participating",
        "england_year": "England, year",
        "england_value": "England, percentage",
    }
    return _headed(frame.with_columns(marker=_marker_as_read()), headings)


def _headed(frame: pl.DataFrame, headings: Mapping[str, str]) -> pl.DataFrame:
    """The columns that have headings, by them."""
    return frame.select(pl.col(name).alias(heading) for name, heading in headings.items())

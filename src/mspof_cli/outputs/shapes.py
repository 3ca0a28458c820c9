"""The protected measures in the layouts of others: as ASCOF is published, and for transcription into LG Inform.

ASCOF is the Adult Social Care Outcomes Framework, whose open data has a row for each numerator, denominator and
outcome. Its headings are those of NHS Digital's file for 2019-20, as public code that reads it has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from mspof_cli.measures import QUARTER
from mspof_cli.published import Published

ASCOF_COLUMNS = (
    *("Geographical Code", "Geographical Description", "Geographical Level", "ONS Code", "Measure Code"),
    *("Disaggregation Level", "Measure Group", "Measure Group Description", "Measure Type", "Measure Value"),
    "Marker",  # our own: whether the figure rests on few, and whether it was revised
)
ASCOF_LEVELS = {"participating": "Participating councils", "council_type": "Council type", "region": "Region"}

LGINFORM_COLUMNS = ("metric", "metric_label", "area_code", "area", "period", "value_type", "value", "marker")

Texts = Mapping[str, str | None]


def as_ascof(published: Published) -> pl.DataFrame:
    """A row for each part of each measure; a count has no denominator, and is its own outcome."""
    return _texts([row for each in _quarter(published) for row in _ascof(published, each)], ASCOF_COLUMNS)


def _ascof(published: Published, row: Texts) -> Iterator[tuple[str | None, ...]]:
    level = ASCOF_LEVELS.get(row["level"] or "", "Council")
    who = published.collection.respondents.get(row["respondent"] or "", "Total")
    own = (row["cassr_code"], row["name"], level, row["ons_code"], row["measure"], who, row["question"], row["label"])
    parts = {"Numerator": "numerator", "Denominator": "denominator"} if row["unit"] == "percent" else {}
    for kind, column in (*parts.items(), ("Outcome", "value")):
        yield (*own, kind, row[column], row["marker"] if column == "value" else "")


def as_lginform(published: Published) -> pl.DataFrame:
    """A metric of an area in a period, one a row; areas without a code of their own have none."""
    rows = [
        (
            *("_".join(filter(None, (row["measure"], _respondent(row)))), row["label"], row["ons_code"], row["name"]),
            *(row["period"], "Percentage" if row["unit"] == "percent" else "Number", row["value"], row["marker"]),
        )
        for row in _quarter(published)
    ]
    return _texts(rows, LGINFORM_COLUMNS)


def _respondent(row: Texts) -> str | None:
    """Who answered, unless the measure's name says so already."""
    who = row["respondent"]
    return None if who and (row["measure"] or "").endswith(f"_{who}") else who


def _quarter(published: Published) -> list[dict[str, str | None]]:
    return published.measures.table.filter(span=QUARTER).to_dicts()


def _texts(rows: Sequence[tuple[str | None, ...]], columns: tuple[str, ...]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")

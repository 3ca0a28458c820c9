"""What the columns of the tidy table are, in the words of the standard for CSV on the Web.

Source: W3C Recommendation, Metadata Vocabulary for Tabular Data, 17 December 2015.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from mspof_cli.outputs.safe import NUMBER
from mspof_cli.protection import LOW_RELIABILITY, NOT_APPLICABLE, NOT_AVAILABLE
from mspof_cli.published import Published
from mspof_cli.revisions import REVISED
from mspof_cli.written import MEASURES

# What each column holds: its title for people, its type, and what is to be known of it.
DESCRIBED = {
    "collection": ("Collection", "string", "The collection's short name."),
    "period": ("Period", "string", "The financial quarter that was collated, such as 2018-19-Q3: October to December."),
    "span": ("Span", "string", "The quarter itself, the year to date, or the last four quarters, all ending with it."),
    "level": ("Level", "string", "Whether the area is all participating councils, a type, a region, or one council."),
    "ons_code": ("ONS code", "string", "The area's code of the Office for National Statistics, if it has one."),
    "cassr_code": ("CASSR code", "string", "The code of a council with adult social services responsibilities."),
    "name": ("Area", "string", "The area's name."),
    "question": ("Question", "string", "The question on the form."),
    "measure": ("Measure", "string", "The measure's short name."),
    "label": ("Label", "string", "What is measured."),
    "respondent": ("Respondent", "string", "Who answered, for questions that adults and representatives answer apart."),
    "unit": ("Unit", "string", "A count of enquiries or people, or a percentage."),
    "numerator": ("Numerator", "integer", "The count, or the part of which the percentage is."),
    "denominator": ("Denominator", "integer", "What the percentage is of."),
    "value": ("Value", "decimal", "The count, or 100 x numerator / denominator, pooled over councils."),
    "lower": ("Lower bound", "decimal", "The lower bound of Wilson's 95 % interval of the percentage."),
    "upper": ("Upper bound", "decimal", "The upper bound of Wilson's 95 % interval of the percentage."),
    "councils": ("Councils answering", "integer", "The councils whose returns gave every part of the measure."),
    "participating": ("Councils participating", "integer", "The councils in the area that took part in the span."),
    "returns": ("Returns", "integer", "The returns that gave every part of the measure."),
    "median": ("Median of councils", "decimal", "The median of the compared councils' percentages; of 3 or more."),
    "lower_quartile": ("Lower quartile of councils", "decimal", "The lower quartile of 5 or more councils."),
    "upper_quartile": ("Upper quartile of councils", "decimal", "The upper quartile of 5 or more councils."),
    "compared": ("Councils compared", "integer", "The councils whose denominators are large enough to be compared."),
    "marker": (
        "Marker",
        "string",
        "[u]: based on fewer than 20; [r]: a figure was published differently.",
    ),
}

# A row is told from all others by these.
KEY = ("span", "level", "ons_code", "name", "measure", "respondent")


def symbols_of(published: Published) -> dict[str, str]:
    """What stands in the place of a number, and what it means."""
    policy = published.policy
    hidden = (
        f"confidential: a small number ({policy.hidden_from} to {policy.hidden_to}), or one that could give one away"
    )
    symbols = {policy.symbol: hidden} if policy.base > 1 else {}
    if published.revisions is not None:
        symbols[REVISED] = "revised: not what was published before"
    return {
        **symbols,
        NOT_AVAILABLE: "not available: no council returned it",
        NOT_APPLICABLE: "not applicable: there can be no such number here",
        LOW_RELIABILITY: "low reliability: the percentage rests on fewer than 20",
    }


def metadata(published: Published, tables: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    """The metadata of the tables in some files, as JSON-LD: a group of tables."""
    symbols = symbols_of(published)
    collection = published.collection
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": f"{collection.name}: {published.period}",
        "dc:description": published.audience.title,
        "dc:publisher": {"schema:name": collection.publisher},
        "notes": [f"{symbol} {meaning}" for symbol, meaning in symbols.items()],
        "dialect": {"delimiter": ",", "encoding": "utf-8", "header": True, "lineTerminators": ["\r\n"]},
        "tables": [_table(name, table, symbols) for name, table in tables.items()],
    }


def _table(file: str, table: pl.DataFrame, symbols: Iterable[str]) -> dict[str, Any]:
    """One table: its columns, and the key that tells its rows apart, if it is the table of measures."""
    key = {"primaryKey": list(KEY)} if file == MEASURES else {}
    columns = [_column(name, table, symbols) for name in table.columns]
    return {"url": file, "tableSchema": {"columns": columns, **key}}


def _column(name: str, table: pl.DataFrame, symbols: Iterable[str]) -> dict[str, Any]:
    """A column. Where it has numbers, whatever else stands in it is a symbol, and means that there is none."""
    own = {"name": name.replace(" ", "_"), "titles": name}
    title, kind, description = DESCRIBED.get(name, (name, _kind(table.get_column(name), symbols), ""))
    told = {"dc:title": title, "dc:description": description} if description else {}
    nulls = [symbol for symbol in symbols if symbol not in (LOW_RELIABILITY, REVISED)]
    return own | told | {"datatype": kind} | ({"null": ["", *nulls]} if kind != "string" else {})


def _kind(column: pl.Series, symbols: Iterable[str]) -> str:
    """What a column that is not described holds: numbers if there is any, and nothing but numbers and symbols."""
    if column.dtype.is_numeric():
        return "integer" if column.dtype.is_integer() else "decimal"
    values = [each for each in column.drop_nulls().unique().to_list() if each not in {"", *symbols}]
    return "decimal" if values and all(NUMBER.fullmatch(each) for each in values) else "string"

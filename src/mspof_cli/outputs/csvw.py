"""What the columns of the tables for programs are, in the words of the standard for CSV on the Web.

Source: W3C Recommendation, Metadata Vocabulary for Tabular Data, 17 December 2015.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from mspof_cli.outputs.columns import KINDS, described
from mspof_cli.outputs.safe import NUMBER
from mspof_cli.protection import LOW_RELIABILITY, NOT_APPLICABLE, NOT_AVAILABLE
from mspof_cli.published import Published
from mspof_cli.revisions import REVISED
from mspof_cli.written import MEASURES

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
        symbols[REVISED] = "revised: not what was published before, and not only hidden or shown for the sake of others"
    return {
        **symbols,
        NOT_AVAILABLE: "not available: no council returned it",
        NOT_APPLICABLE: "not applicable: there can be no such number here, or there are too few councils to compare",
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
    columns = [_column(file, name, table, symbols) for name in table.columns]
    return {"url": file, "tableSchema": {"columns": columns, **key}}


def _column(file: str, name: str, table: pl.DataFrame, symbols: Iterable[str]) -> dict[str, Any]:
    """A column. Where it has numbers, whatever else stands in it is a symbol, and means that there is none."""
    own = {"name": name.replace(" ", "_"), "titles": name}
    title, description = described(file, name)
    told = {"dc:title": title, "dc:description": description}
    kind = KINDS.get(name) or _kind(table.get_column(name), symbols)
    nulls = [symbol for symbol in symbols if symbol not in (LOW_RELIABILITY, REVISED)]
    return own | told | {"datatype": kind} | ({"null": ["", *nulls]} if kind != "string" else {})


def _kind(column: pl.Series, symbols: Iterable[str]) -> str:
    """What a column of no certain kind holds: numbers if there is any, and nothing but numbers and symbols."""
    if column.dtype.is_numeric():
        return "integer" if column.dtype.is_integer() else "decimal"
    values = [each for each in column.drop_nulls().unique().to_list() if each not in {"", *symbols}]
    return "decimal" if values and all(NUMBER.fullmatch(each) for each in values) else "string"

"""The published long CSV: a row for each council, answer and age band."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from mspof_cli.cells import tidy
from mspof_cli.publications.rows import Figures, Identifiers, Rows, heading_key
from mspof_cli.sac import NOTHING, LongTable, Published, joined

# With more rows than this it is not a year of SAC, which has some hundred thousand.
ROW_LIMIT = 2_000_000
OLDEST = 999
BANDS = "Check the file. Words that stand for an age band, or for all ages, can be added to sac.toml."


class Line(NamedTuple):
    """One row that belongs to a table: the number of its line, whose it is, its two categories, its value."""

    number: int
    who: Identifiers
    categories: tuple[str, str]
    value: str


def read_long(data: bytes, rows: Rows, stated: int | None) -> tuple[Figures, int]:
    """Every council's figures, and the year, which the CSV does not say; ``MspofError`` if it is another file."""
    by_table = _lines(data, rows)
    start_year = rows.year(set(), stated, "")
    figures: Figures = {}
    for table in rows.comparator.long.table:
        lines = by_table[heading_key(table.reference)]
        if not lines:
            raise rows.error(f"it has no row for table '{table.reference}' and '{rows.comparator.long.enquiry_type}'")
        for code, row in _figures(table, lines, rows, start_year).items():
            figures.setdefault(code, {}).update(row)
    if not figures:
        raise rows.error("it has no row for a council of that year")
    return figures, start_year


def _lines(data: bytes, rows: Rows) -> dict[str, list[Line]]:
    """The rows of the tables that are wanted, by table; all others are passed over."""
    long = rows.comparator.long
    wanted: dict[str, list[Line]] = {heading_key(table.reference): [] for table in long.table}
    enquiry_type = heading_key(long.enquiry_type)
    reader = csv.reader(io.StringIO(_decoded(data), newline=""))
    try:
        headings = [heading_key(heading) for heading in next(reader, [])]
        columns = _columns(headings, rows)
        for count, row in enumerate(reader):
            if count > ROW_LIMIT:
                raise rows.error(f"it has more than {ROW_LIMIT:,} rows")
            if not row:
                continue
            if len(row) != len(headings):
                raise rows.error(f"line {reader.line_num} has {len(row)} values for {len(headings)} columns")
            lines = wanted.get(heading_key(row[columns["table"]]))
            if lines is not None and heading_key(row[columns["enquiry_type"]]) == enquiry_type:
                ons_code, cassr_code, name, first, second, value = (
                    row[columns[key]] for key in ("ons_code", "cassr_code", "name", "category", "subcategory", "value")
                )
                lines.append(Line(reader.line_num, Identifiers(ons_code, cassr_code, name), (first, second), value))
    except csv.Error:
        raise rows.error(f"line {reader.line_num} is not CSV") from None
    return wanted


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _columns(headings: list[str], rows: Rows) -> dict[str, int]:
    columns = {}
    for key, heading in rows.comparator.long.columns.items():
        if headings.count(heading_key(heading)) != 1:
            raise rows.error(f"line 1 does not have the heading '{heading}' once")
        columns[key] = headings.index(heading_key(heading))
    return columns


def _figures(table: LongTable, lines: list[Line], rows: Rows, start_year: int) -> Figures:
    """Every council's figures in one table: answers summed over the age bands, as intervals."""
    answers = {
        key: heading for headings in table.measures.values() for heading in headings for key in rows.keys(heading)
    }
    at = _answer_column(table, lines, answers, rows)
    by_council: dict[str, dict[tuple[str, str], Published]] = {}
    first: dict[str, int] = {}
    for line, answer in _of_answers(lines, answers, at):
        council = rows.council(line.who, start_year, f"line {line.number}")
        if council is None:
            continue
        band = tidy(line.categories[1 - at]).casefold()
        first.setdefault(band, line.number)
        known = by_council.setdefault(council.ons_code, {})
        if (answer, band) in known:
            raise rows.error(f"{known[answer, band].source} and line {line.number} give the same figure twice")
        known[answer, band] = rows.figure(line.value, f"line {line.number}")
    whole, parts = _whole_and_parts(first, rows)
    return {
        code: {
            measure: joined(_over_bands(known, heading, parts, whole) for heading in headings)
            for measure, headings in table.measures.items()
        }
        for code, known in by_council.items()
    }


def _whole_and_parts(first: Mapping[str, int], rows: Rows) -> tuple[str | None, list[str]]:
    """The band that holds all others, if there is one, and the bands that make it up.

    ``first`` gives the line on which each band stands first. A band that can't be placed, or that overlaps another,
    would be counted twice or left out, so it is refused.
    """
    long = rows.comparator.long
    totals, others = ({tidy(word).casefold() for word in words} for words in (long.totals, long.other_bands))
    ages = {band: found for band in first if (found := _ages(band)) is not None}
    wholes = [band for band in first if band in totals]
    wholes += [band for band, own in ages.items() if len(ages) > 1 and all(_holds(own, each) for each in ages.values())]
    for band, number in first.items():
        if band not in ages and band not in totals and band not in others:
            raise rows.error(f"line {number} has '{band}' where an age band should stand", BANDS)
    if len(wholes) > 1:
        raise rows.error(f"'{wholes[0]}' and '{wholes[1]}' both stand for all ages", BANDS)
    parts = [band for band in first if band not in wholes]
    for band, after in pairwise(sorted((band for band in parts if band in ages), key=lambda band: ages[band])):
        if ages[after][0] <= ages[band][1]:
            raise rows.error(f"the age bands '{band}' and '{after}' overlap", BANDS)
    return next(iter(wholes), None), parts


def _ages(band: str) -> tuple[int, int] | None:
    """The ages of a band, such as ``18-64``, ``65 to 74``, ``85+`` or ``85 and over``; else None."""
    upper = r"(?:[-\u2010-\u2015]|to) ?(\d{1,3})|\+|(?:and|or) (?:over|older)"
    match = re.fullmatch(rf"(?:aged? )?(\d{{1,3}}) ?(?:{upper})", band)
    return (int(match[1]), int(match[2] or OLDEST)) if match else None


def _holds(ages: tuple[int, int], others: tuple[int, int]) -> bool:
    return ages[0] <= others[0] and others[1] <= ages[1]


def _over_bands(
    known: Mapping[tuple[str, str], Published], answer: str, parts: list[str], whole: str | None
) -> Published:
    """One answer over all age bands: the published total where there is one that says something, else their sum."""
    stated = known.get((answer, whole), NOTHING) if whole is not None else NOTHING
    if stated.interval.is_known or not parts:
        return stated
    # A band that is not there leaves the sum without an upper bound; with none there, nothing is known.
    return joined(known.get((answer, band), NOTHING) for band in parts)


def _answer_column(table: LongTable, lines: list[Line], answers: Mapping[str, str], rows: Rows) -> int:
    """Which of the two categories holds the answer: 0 or 1."""
    wanted = list(dict.fromkeys(answers.values()))
    found = [{answers.get(heading_key(line.categories[at])) for line in lines} & set(wanted) for at in (0, 1)]
    at = int(len(found[1]) > len(found[0]))
    lost = wanted if len(found[0]) == len(found[1]) else [answer for answer in wanted if answer not in found[at]]
    if lost:
        raise rows.error(f"no row of table '{table.reference}' has the answer '{lost[0]}'")
    return at


def _of_answers(lines: list[Line], answers: Mapping[str, str], at: int) -> Iterator[tuple[Line, str]]:
    for line in lines:
        answer = answers.get(heading_key(line.categories[at]))
        if answer is not None:
            yield line, answer

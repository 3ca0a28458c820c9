"""Publish figures as the Safeguarding Adults Collection is published: rounded, hidden, in its workbook or its long CSV.

The tests use it for councils at random, and ``make.py`` for the invented publications beside the samples.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import openpyxl

from mspof_cli.disclosure import Policy, publish
from mspof_cli.schemas import Council

ASKED = {
    "asked_expressed": "Yes they were asked and outcomes were expressed",
    "asked_not_expressed": "Yes they were asked but no outcomes were expressed",
    "not_asked": "No",
    "asked_dont_know": "Don't Know",
    "asked_not_recorded": "Not Recorded",
}
ACHIEVED = {
    "fully_achieved": "Fully Achieved",
    "partially_achieved": "Partially Achieved",
    "not_achieved": "Not Achieved",
}
CAPACITY = {
    "Yes, they lacked capacity": 31,
    "No, they did not lack capacity": 52,
    "Don't know": 5,
    "Not recorded": 12,
}
BANDS = {"18-64": 38, "65-74": 13, "75-84": 22, "85+": 27}
WHO = ("ONS area code", "CASSR Code", "CASSR Name", "Council Type / Region Name")
LONG_COLUMNS = (
    *("GEOGRAPHY", "COUNCIL_TYPE", "REGION_CODE", "REGION_NAME", "ONS_CODE", "LA_CODE", "LA_NAME"),
    *("TABLE_REFERENCE", "ENQUIRY_TYPE", "CATEGORY", "SUBCATEGORY", "VALUE"),
)

# True counts by council (ONS code) and measure. Without the measures of Q1 and Q2: the council did not supply them.
Counts = Mapping[str, Mapping[str, int]]


def divided(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """A total in about the proportions of the weights."""
    parts = {name: total * weight // sum(weights.values()) for name, weight in weights.items()}
    parts[next(iter(parts))] += total - sum(parts.values())
    return parts


def block(counts: Mapping[str, int], measures: Mapping[str, str], policy: Policy) -> list[str]:
    """A block of table 8: all zero, or not supplied, is [x] throughout."""
    values = [counts.get(measure, 0) for measure in measures]
    return [publish(value, policy) if any(values) else "[x]" for value in values]


def typed(shown: str) -> int | str:
    """What the publisher puts in a cell: a number, or a symbol; large numbers here as text with a comma."""
    return shown if not shown.isdigit() else int(shown) if int(shown) < 1000 else f"{int(shown):,}"


def tables(year: str, councils: Sequence[Council], counts: Counts, policy: Policy) -> bytes:
    """The workbook of data tables."""
    book = openpyxl.Workbook()
    front = book.active
    front.title = "Title sheet"
    front["A1"] = f"Safeguarding Adults, England, {year}"
    front["A2"] = "Invented figures of councils that do not exist, for training and tests."
    rows = list(areas(councils, counts))
    sheet(book, "Table 2", f"Concluded Section 42 enquiries, {year}", [*WHO, "Total Concluded Enquiries"],
          [[*who, typed(publish(each.get("enquiries_completed", 0), policy))] for who, each in rows])  # fmt: skip
    capacity = [divided(each.get("enquiries_completed", 0), CAPACITY) for _, each in rows]
    sheet(book, "Table 7", f"Mental capacity, {year}", [*WHO, *CAPACITY],
          [[*who, *(typed(publish(part, policy)) for part in parts.values())]
           for (who, _), parts in zip(rows, capacity, strict=True)])  # fmt: skip
    answers = [*ASKED.values()]
    answers[0] += " [note 3]"
    sheet(book, "Table 8", f"Making Safeguarding Personal, {year}", [*WHO, *answers, None, *ACHIEVED.values()],
          [[*who, *map(typed, block(each, ASKED, policy)), None, *map(typed, block(each, ACHIEVED, policy))]
           for who, each in rows])  # fmt: skip
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def sheet(book: Any, name: str, title: str, headings: list[str | None], rows: list[list[Any]]) -> None:
    page = book.create_sheet(name)
    page["A1"] = f"{name}: {title}"
    page["A2"] = "Figures are rounded to the nearest 5; 0 to 4 are hidden. Council rows do not add up to totals."
    for column, heading in enumerate(headings, 1):
        page.cell(4, column).value = heading
        page.column_dimensions[openpyxl.utils.get_column_letter(column)].width = 24
    for number, row in enumerate(rows, 5):
        for column, value in enumerate(row, 1):
            page.cell(number, column).value = value


def areas(councils: Sequence[Council], counts: Counts) -> Iterator[tuple[list[str], dict[str, int]]]:
    """England, the regions, then each council: who it is, and its counts."""
    returned = [council for council in councils if council.ons_code in counts]
    groups: dict[tuple[str, ...], list[Council]] = {("E92000001", "", "England", ""): returned}
    for council in returned:
        key = (council.region_code, "", "", council.region_name)
        groups.setdefault(key, []).append(council)
    for area, members in groups.items():
        names = dict.fromkeys(name for council in members for name in counts[council.ons_code])
        yield list(area), {name: sum(counts[c.ons_code].get(name, 0) for c in members) for name in names}
    for council in returned:
        who = [council.ons_code, council.cassr_code, council.name, council.council_type]
        yield who, dict(counts[council.ons_code])


def long(councils: Sequence[Council], counts: Counts, policy: Policy, *, answer_first: bool = True) -> bytes:
    """The long CSV: suppressed by age band, with rows of other tables and other enquiries among them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(LONG_COLUMNS)
    for council in councils:
        if council.ons_code not in counts:
            continue
        each = counts[council.ons_code]
        who = ["Council", council.council_type, council.region_code, council.region_name,
               council.ons_code, council.cassr_code, council.name]  # fmt: skip
        capacity = divided(each.get("enquiries_completed", 0), CAPACITY)
        answers: list[tuple[str, str, int | None]] = [("SG3a", label, value) for label, value in capacity.items()]
        answers += [("SG4a", label, each.get(measure)) for measure, label in (ASKED | ACHIEVED).items()]
        writer.writerow([*who, "SG1a", "Section 42 Enquiries", "Female", "18-64", "120"])
        for table, label, value in answers:
            bands = divided(value, BANDS) if value is not None else dict.fromkeys(BANDS)
            for band, part in bands.items():
                shown = "[x]" if part is None else publish(part, policy)
                pair = (label, band) if answer_first else (band, label)
                writer.writerow([*who, table, "Concluded Section 42 Enquiries", *pair, shown])
                writer.writerow([*who, table, "Concluded Other Enquiries", *pair, "[c]"])
    return text.getvalue().encode()

"""Financial years and their quarters: Q1 is April to June, Q4 is January to March."""

from __future__ import annotations

import datetime
import re
from typing import NamedTuple

QUARTER_MONTHS = {1: "April to June", 2: "July to September", 3: "October to December", 4: "January to March"}

MONTHS = {
    1: ("april", "may", "june"),
    2: ("july", "august", "september"),
    3: ("october", "november", "december"),
    4: ("january", "february", "march"),
}


class Period(NamedTuple):
    """One quarter of a financial year; ``start_year`` is the calendar year in which the financial year starts."""

    start_year: int
    quarter: int

    def __str__(self) -> str:
        return f"{self.year}-Q{self.quarter}"

    @property
    def year(self) -> str:
        """The financial year as the sector writes it: ``"2018-19"``."""
        return financial_year(self.start_year)

    @property
    def first_day(self) -> datetime.date:
        return datetime.date(self.start_year + self.quarter // 4, (3 * self.quarter) % 12 + 1, 1)

    @property
    def last_day(self) -> datetime.date:
        return self.next.first_day - datetime.timedelta(days=1)

    @property
    def next(self) -> Period:
        return Period(self.start_year, self.quarter + 1) if self.quarter < 4 else Period(self.start_year + 1, 1)

    @property
    def previous(self) -> Period:
        return Period(self.start_year, self.quarter - 1) if self.quarter > 1 else Period(self.start_year - 1, 4)


def financial_year(start_year: int) -> str:
    """A financial year as the sector writes it, from the calendar year in which it starts: ``"2018-19"``."""
    return f"{start_year}-{(start_year + 1) % 100:02}"


def parse_year(text: str) -> int | None:
    """The calendar year in which a financial year starts, from ``2018-19``, ``2018/19`` or ``2018-2019``; else None."""
    match = re.fullmatch(r"(20\d\d) ?[-/\u2010-\u2015] ?(?:20)?(\d\d)", text)
    if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
        return None
    return int(match[1])


def years_in(text: str) -> set[int]:
    """The start years of the financial years that a text speaks of: ``2018-19``, ``April 2018 to March 2019``."""
    pairs = re.findall(r"(?<!\d)(20\d\d)(?: ?[-/\u2010-\u2015] ?| to (?:(?:31 )?March )?)((?:20)?\d\d)(?!\d)", text)
    return {int(first) for first, second in pairs if (int(first) + 1) % 100 == int(second[-2:])}


def parse_quarter(text: str) -> int | None:
    """The quarter, 1 to 4, from ``Q3``, ``3``, ``Quarter 3`` or ``Q3 October to December``; else None.

    A text that also speaks of another quarter, by number or by its months, gives none.
    """
    text = text.casefold()
    match = re.fullmatch(r"(?:q|quarter) ?([1-4])(?:[ ,:(].*)?|([1-4])", text)
    if match is None:
        return None
    quarter = int(match[1] or match[2])
    others = {int(number) for number in re.findall(r"\bq(?:uarter)? ?([1-4])\b", text)} - {quarter}
    return None if others or _months_of_another(quarter, text) else quarter


def _months_of_another(quarter: int, text: str) -> bool:
    """Whether a text names a month that is not in the quarter: 'Q1 January to March' is a calendar year's."""
    others = [month for number, months in MONTHS.items() if number != quarter for month in months]
    return any(month.startswith(word) for word in re.findall(r"[a-z]{3,}", text) for month in others)


def parse_period(text: str) -> Period | None:
    """A period written as ``2018-19-Q3``, ``2018-19 q3`` or ``2018/19 Quarter 3``, or None."""
    parts = re.fullmatch(r"(.*[0-9])[ -]+((?:q|quarter)? ?[1-4])", text.strip(), re.IGNORECASE)
    if parts is None:
        return None
    start, number = parse_year(parts[1]), parse_quarter(parts[2])
    return Period(start, number) if start is not None and number is not None else None


def quarter_label(quarter: int) -> str:
    """What the form's drop-down offers: ``"Q3 October to December"``."""
    return f"Q{quarter} {QUARTER_MONTHS[quarter]}"


def long_date(day: datetime.date) -> str:
    """A date as GOV.UK writes it: ``1 April 2019``."""
    return f"{day.day} {day:%B %Y}"

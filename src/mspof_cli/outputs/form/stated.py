"""What is stated on the cover, taken apart by formulas as it is read on receipt: when, which submission, which choice.

Of letters that are not plain, such as full-width ones, formulas can't say what they are read as: they leave a doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from mspof_cli.identify import LARGEST_SUBMISSION
from mspof_cli.layout import Form
from mspof_cli.outputs.form.formulas import any_of, text_of
from mspof_cli.outputs.form.typed import DIGITS, LONGEST, Judged, Typed, others
from mspof_cli.periods import MONTHS, QUARTER_MONTHS, quarter_label

PLAIN = "".join(map(chr, range(32, 127)))
END_OF_DAYS = 110_000  # days from this on, as Excel counts them, are not read
EARLIEST_YEAR = 1901  # from which Excel counts days as the calendar does

MONTH_NAMES = tuple(name.capitalize() for quarter in (4, 1, 2, 3) for name in MONTHS[quarter])


class Known(NamedTuple):
    """The councils that a form can look up: ranges of equal length, with a row for each code that a name can have.

    ``begin`` and ``end`` are the first and last day of the council of that code, as Excel counts days. ``are_all`` is
    whether there are no other councils, ``longest`` the longest of the names.
    """

    names: str
    codes: str
    begin: str
    end: str
    are_all: bool
    longest: str


def is_plain(text: str) -> str:
    """Whether a text is short, and all of its letters are plain ones."""
    return f"AND(LEN({text})<={LONGEST},{others(text, PLAIN)}=0)"


def are_digits(text: str, most: int) -> str:
    """Whether a text of no more than so many letters has nothing but digits."""
    return f"{others(text, DIGITS, most)}=0"


def year(typed: Typed) -> Judged:
    """The year in which a financial year starts: of 2018-19, 2018/19 or 2018-2019."""
    text, rest, second, digits = typed.text, typed.bare, typed.whole, typed.digits
    first = f"LEFT({digits},4)"
    helpers = {
        rest: f"TRIM(MID({text},5,{LONGEST}))",
        second: f"TRIM(MID({rest},2,{LONGEST}))",
        digits: f'LEFT({text},4)&IF(AND(LEN({second})=4,LEFT({second},2)="20"),RIGHT({second},2),{second})',
    }
    joined = f'OR(LEFT({rest},1)="-",LEFT({rest},1)="/")'
    is_pair = f'AND(LEN({digits})=6,LEFT({digits},2)="20",{are_digits(digits, 6)},{joined})'
    follow = f"RIGHT(VALUE({first})+1,2)=RIGHT({digits},2)"
    return _judged(typed, f'IF({is_pair},IF({follow},VALUE({first}),""),"")', _is_strange(typed), helpers)


def quarter(typed: Typed) -> Judged:
    """The number of a quarter: of what the list offers, Q3, Quarter 3 or 3. Of more words, the form can't judge."""
    text, rest, number = typed.text, typed.bare, typed.digits
    helpers = {
        rest: f'IF(LEFT({text},7)="quarter",TRIM(MID({text},8,{LONGEST})),'
        f'IF(LEFT({text},1)="q",TRIM(MID({text},2,{LONGEST})),""))',
        number: f'IF({rest}="",{text},{rest})',
    }
    labelled = "+".join(f"{n}*({text}={text_of(quarter_label(n))})" for n in QUARTER_MONTHS)
    alone = any_of([f'{number}="{n}"' for n in QUARTER_MONTHS])
    of_text = f'IF({alone},VALUE({number}),IF({labelled}>0,{labelled},""))'
    more = f'AND(LEN({rest})>1,ISNUMBER(FIND(LEFT({rest},1),"1234")),ISNUMBER(FIND(MID({rest},2,1)," ,:(")))'
    return _whole(typed, max(QUARTER_MONTHS), of_text, f"OR({_is_strange(typed)},{more})", helpers)


def submission(typed: Typed, largest: int) -> Judged:
    """A whole number from 1; as text, of nothing but its digits."""
    text, most = typed.text, len(str(largest))
    is_number = f'AND({text}<>"",LEN({text})<={most},LEFT({text},1)<>"0",{are_digits(text, most)})'
    return _whole(typed, largest, f'IF({is_number},VALUE({text}),"")', _is_strange(typed), {})


def _whole(typed: Typed, largest: int, of_text: str, doubt: str, helpers: Mapping[str, str]) -> Judged:
    """A whole number from 1 as a number, or as text."""
    cell = typed.answer.cell
    within = f"AND({cell}>=1,{cell}<={largest},{cell}=INT({cell}))"
    of_number = f'IF(AND({within},NOT(OR({typed.answer.is_date},{typed.answer.is_odd}))),{cell},"")'
    number = f"IF(ISNUMBER({cell}),{of_number},{of_text})"
    return _judged(
        typed, number, f"IF(ISNUMBER({cell}),AND({within},NOT({typed.answer.is_no_count})),{doubt})", helpers
    )


def day(typed: Typed) -> Judged:
    """The number of a day: of 15/01/2019, 15-1-2019, 15.1.2019, 2019-01-15, 15 January 2019 or 15 Jan 2019."""
    cell, text, parts, digits = typed.answer.cell, typed.text, typed.bare, typed.digits
    is_named = f'ISNUMBER(FIND(" ",{text}))'
    parted = '""'
    for mark in "/-. ":
        twice = f'LEN({text})-LEN(SUBSTITUTE({text},"{mark}",""))=2'
        alone = twice if mark == " " else f"AND({twice},NOT({is_named}))"
        parted = f'IF({alone},SUBSTITUTE({text},"{mark}",REPT(" ",{LONGEST})),{parted})'
    first, second, third = (f"TRIM(MID({parts},{LONGEST}*{n}+1,{LONGEST}))" for n in range(3))
    month = f"IF({is_named},{_month_named(second)},{second})"
    year_first = f'AND(LEN({first})=4,MID({text},5,1)="-")'
    helpers = {
        parts: parted,
        digits: f"IF({year_first},{first}&{_two(second)}&{_two(third)},{third}&{_two(month)}&{_two(first)})",
        typed.whole: _day_of(digits),
    }
    within = f"AND({cell}>=1,{cell}<{END_OF_DAYS},NOT({typed.answer.is_no_day}))"
    # LibreOffice calls TRUE, where a date should be, nothing but 1.
    of_number = f'IF(AND({within},{cell}<>1),{cell},"")'
    unsure = f'OR({_is_strange(typed)},{_is_old(digits)},AND({is_named},ISNUMBER(FIND("-",{text}))))'
    number = f"IF(ISNUMBER({cell}),{of_number},{typed.whole})"
    return _judged(typed, number, f"IF(ISNUMBER({cell}),{within},{unsure})", helpers)


def _month_named(text: str) -> str:
    """The number of the month that a text names in full or in three letters, or 0."""
    in_full = list(enumerate(MONTH_NAMES, 1))
    in_short = [(number, name[:3]) for number, name in in_full if len(name) > 3]
    found = []
    for some in (in_full, in_short):
        names, numbers = ",".join(f'"{name}"' for _, name in some), ",".join(str(number) for number, _ in some)
        found.append(f"SUMPRODUCT(({text}={{{names}}})*{{{numbers}}})")
    return f"({'+'.join(found)})"


def _two(text: str) -> str:
    """A number of one or two digits as two, or else as letters that are no digits."""
    return f'IF(OR(LEN({text})=1,LEN({text})=2),RIGHT("0"&{text},2),"xx")'


def _is_old(digits: str) -> str:
    """Whether the digits of a date are those of a year that Excel does not count."""
    return f'AND(LEN({digits})=8,{are_digits(digits, 8)},LEFT({digits},4)<"{EARLIEST_YEAR}")'


def _day_of(digits: str) -> str:
    """The day of which year, month and day are given, as Excel counts days, or empty text."""
    parts = (f"LEFT({digits},4)", f"MID({digits},5,2)", f"RIGHT({digits},2)")
    year_, month, day_ = (f"VALUE({part})" for part in parts)
    date = f"DATE({year_},{month},{day_})"
    exists = f"AND({year_}>={EARLIEST_YEAR},MONTH({date})={month},DAY({date})={day_})"
    return f'IF(AND(LEN({digits})=8,{are_digits(digits, 8)}),IF({exists},{date},""),"")'


def one_of(typed: Typed, choices: Sequence[str]) -> Judged:
    """One of some choices."""
    chosen = "+".join(f"({typed.text}={text_of(choice)})" for choice in choices)
    return _among(typed, f"({chosen})", _is_strange(typed))


def council(typed: Typed, names: str) -> Judged:
    """A name that is known. One that is not may be another way to write one that is."""
    return _among(typed, f"SUMPRODUCT(--({names}={typed.text}))", f'{typed.text}<>""')


def code(typed: Typed, codes: str, *, all_known: bool) -> Judged:
    """A code that is known. If all codes are, one of plain letters that is not is none."""
    number = f'SUMPRODUCT(--({codes}=SUBSTITUTE({typed.text}," ","")))'
    return _among(typed, number, _is_strange(typed) if all_known else f'{typed.text}<>""')


def _among(typed: Typed, number: str, doubt: str) -> Judged:
    return _judged(typed, f'IF({typed.text}="","",IF({number}>0,{number},""))', doubt, {})


def _judged(typed: Typed, number: str, doubt: str, helpers: Mapping[str, str]) -> Judged:
    return Judged(number, doubt, {typed.plain: is_plain(typed.text), **helpers})


def _is_strange(typed: Typed) -> str:
    return f"NOT({typed.plain})"


def judge_of(form: Form, slug: str, known: Known) -> Callable[[Typed], Judged] | None:
    """How a line of the cover is read, if anything is to be made of it."""
    field = next((field for field in form.collection.cover if field.slug == slug), None)
    if field is None:
        return None
    if field.choices and (field.expected or slug == "signed_off"):
        return partial(one_of, choices=field.choices)
    judges: dict[str, Callable[[Typed], Judged]] = {
        "council": partial(council, names=known.names),
        "ons_code": partial(code, codes=known.codes, all_known=known.are_all),
        "year": year,
        "quarter": quarter,
        "submission": partial(submission, largest=LARGEST_SUBMISSION),
        "completed": day,
    }
    return judges.get(slug)

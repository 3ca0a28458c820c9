"""Rules on one return that a line can't say: each is a small function, with its words beside it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import NamedTuple

from mspof_cli.cells import Kind, date_of, described
from mspof_cli.findings import Severity, Trouble, either
from mspof_cli.layout import label_key
from mspof_cli.periods import long_date
from mspof_cli.returns import Return, share_of
from mspof_cli.schemas import Field, Rule

# How many years after the last day of its quarter a form can have been completed without a question being asked.
YEARS_TO_COMPLETE = 2


class Check(NamedTuple):
    """A rule with the function that finds where a return breaks it."""

    rule: Rule
    find: Callable[[Return], Iterator[Trouble]]


def form_of_another_year(ret: Return) -> Iterator[Trouble]:
    """The edition says which years it is for."""
    if ret.form and ret.who.period and ret.who.period.year not in ret.form.edition.years:
        facts = {"found": ret.form.edition.slug, "period": ret.who.period.year}
        yield Trouble("FORM105", ret.cover["year"].places, facts=facts)


FORM_OF_ANOTHER_YEAR = Check(
    Rule(
        code="FORM105",
        title="The form is the one for the period",
        severity=Severity.QUERY,
        found="the form of {found}",
        expected="the form of {period}",
        message="The return is for {period}, but it is on the form of {found}.",
        fix="Check the financial year on the cover. If it is right, move your figures to that year's form, or explain.",
        because="Questions and answers can differ from one year's form to the next.",
        example="figures for 2019-20 on the form of 2018-19",
    ),
    form_of_another_year,
)


def completed_early(ret: Return) -> Iterator[Trouble]:
    """By the form's own dates: a quarter is not over before its last day."""
    return _completed("COVER202", ret, lambda completed, last: completed < last)


def _completed(code: str, ret: Return, is_odd: Callable[[datetime.date, datetime.date], bool]) -> Iterator[Trouble]:
    """A date completed that is odd beside the last day of the period."""
    entry, period = ret.cover["completed"], ret.who.period
    completed = date_of(entry.cell, ret.date_1904)
    if completed and period and is_odd(completed, period.last_day):
        facts = {"found": long_date(completed), "period": period, "last": long_date(period.last_day)}
        yield Trouble(code, entry.places, facts=facts)


COMPLETED_EARLY = Check(
    Rule(
        code="COVER202",
        title="The form was completed after the period ended",
        severity=Severity.QUERY,
        expected="{last} or later",
        message="The form was completed on {found}, before {period} ended on {last}.",
        fix="Check the date completed, the year and the quarter. If they are right, explain how the figures are complete.",
        because="What happened up to the last day of the quarter belongs in it.",
        example="a form for October to December completed on 3 December",
    ),
    completed_early,
)


def completed_late(ret: Return) -> Iterator[Trouble]:
    """By the form's own dates, and not by the day of checking: a return is judged the same whenever it is."""
    return _completed(
        "COVER205", ret, lambda completed, last: completed > last.replace(year=last.year + YEARS_TO_COMPLETE)
    )


COMPLETED_LATE = Check(
    Rule(
        code="COVER205",
        title="The form was completed within two years of the period",
        severity=Severity.QUERY,
        expected="the day on which the form was completed",
        message="The form was completed on {found}, more than two years after {period} ended on {last}.",
        fix="Check the date completed, above all its year. If it is right, explain why the form was completed so late.",
        because="A date that is years away is most often a slip in typing, and can't show that the quarter had ended.",
        example="a form for 2018-19 completed on 15 January 2099",
    ),
    completed_late,
)


def date_not_stated(ret: Return) -> Iterator[Trouble]:
    entry = ret.cover["completed"]
    if date_of(entry.cell, ret.date_1904) is None:
        cell = entry.cell
        if cell and cell.kind is Kind.DATE:  # a number shown as a date, which is none that can be
            cell = cell._replace(kind=Kind.NUMBER)
        yield Trouble("COVER203", entry.places, facts={"label": entry.label, "found": described(cell)})


DATE_NOT_STATED = Check(
    Rule(
        code="COVER203",
        title="The date completed is stated",
        severity=Severity.QUERY,
        expected="a date, such as 15/01/2019",
        message="'{label}' does not give a date: {found}.",
        fix="Enter the day on which the form was completed, such as 15/01/2019.",
        because="The date shows that the form was completed after the quarter ended.",
        example="a date completed left blank",
    ),
    date_not_stated,
)


def not_signed_off(ret: Return) -> Iterator[Trouble]:
    assert ret.form is not None
    for field in ret.form.collection.cover:
        if field.slug == "signed_off":
            yield from _choice_not_made(ret, field, "COVER301")


def _choice_not_made(ret: Return, field: Field, code: str) -> Iterator[Trouble]:
    """Trouble where none of a field's choices stands on the cover."""
    entry = ret.cover[field.slug]
    if label_key(entry.text) not in {label_key(choice) for choice in field.choices}:
        expected = either(field.choices)
        found = described(entry.cell, f"something other than {expected}")
        facts = {"label": field.label, "found": found, "expected": expected}
        yield Trouble(code, entry.places, None, field.slug, facts)


NOT_SIGNED_OFF = Check(
    Rule(
        code="COVER301",
        title="The return is signed off",
        severity=Severity.ERROR,
        message="The return is not signed off: {found}.",
        fix="When your council has approved the figures, choose {expected} on the cover.",
        because="Only figures that a council stands behind are collated.",
        example="the sign-off left blank",
    ),
    not_signed_off,
)


def choice_not_stated(ret: Return) -> Iterator[Trouble]:
    """Choices that the collection expects, such as which enquiries are counted."""
    assert ret.form is not None
    for field in ret.form.collection.cover:
        if field.expected:
            yield from _choice_not_made(ret, field, "COVER302")


CHOICE_NOT_STATED = Check(
    Rule(
        code="COVER302",
        title="A choice that is expected is made",
        severity=Severity.QUERY,
        message="'{label}' is not stated: {found}.",
        fix="Choose {expected} on the cover.",
        because="Figures can only be compared with others when it is known what they cover.",
        example="which cases are counted, left blank",
    ),
    choice_not_stated,
)


def all_or_none(ret: Return) -> Iterator[Trouble]:
    """A watched percentage of 0 % or 100 % on a base that is large enough for it to be unlikely."""
    assert ret.form is not None
    values, collection = ret.values(), ret.form.collection
    for derived in collection.derived:
        share = share_of(values, derived) if derived.watched else None
        if share is None or share[1] < collection.tolerances.share_minimum_base:
            continue
        part, base = share
        if part in (0, base):
            facts = {"label": derived.label, "found": "100 %" if part else "0 %", "numerator": part, "base": base}
            yield Trouble("PCT101", ret.places(derived.numerator), derived.question, derived.slug, facts)


ALL_OR_NONE = Check(
    Rule(
        code="PCT101",
        title="A percentage of a large enough base is neither 0 % nor 100 %",
        severity=Severity.QUERY,
        found="{found} ({numerator} of {base})",
        expected="more than 0 % and less than 100 % of {base}",
        message="'{label}' comes to {found}: {numerator} of {base}.",
        fix="Check the figures. If they are right, explain how this was so for everyone.",
        because="What is the same for everyone is unusual, and is often a slip or a system's default.",
        example="40 of 40",
    ),
    all_or_none,
)


def nothing_returned(ret: Return) -> Iterator[Trouble]:
    if ret.is_empty:
        yield Trouble("FIG301")


NOTHING_RETURNED = Check(
    Rule(
        code="FIG301",
        title="Something is returned",
        severity=Severity.QUERY,
        found="every question blank",
        expected="at least one question filled in",
        message="No question is filled in, so there is nothing to collate.",
        fix="Fill in what your council knows: a partial return is welcome. If there is nothing to return, explain.",
        because="A form without figures is often the wrong file, and could take the place of one with figures.",
        example="a form with only its cover filled in",
    ),
    nothing_returned,
)

ALONE: tuple[Check, ...] = (
    FORM_OF_ANOTHER_YEAR,
    COMPLETED_EARLY,
    COMPLETED_LATE,
    DATE_NOT_STATED,
    NOT_SIGNED_OFF,
    CHOICE_NOT_STATED,
    NOTHING_RETURNED,
    ALL_OR_NONE,
)

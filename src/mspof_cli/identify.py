"""Which collection and edition a workbook is, and which council and period: from the form itself, never its name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import NamedTuple

from mspof_cli.cells import Entry, Kind, described, shown, tidy
from mspof_cli.findings import Trouble
from mspof_cli.layout import label_key
from mspof_cli.periods import Period, long_date, parse_quarter, parse_year, quarter_label, years_in
from mspof_cli.register import Register
from mspof_cli.schemas import Council, Edition
from mspof_cli.workbook import Workbook

LARGEST_SUBMISSION = 9999


class Identity(NamedTuple):
    """Whose return it is, for which quarter, and which submission of it; None where the cover does not say."""

    council: Council | None
    period: Period | None
    submission: int | None


def recognise(workbook: Workbook, editions: tuple[tuple[str, Edition], ...]) -> tuple[str, Edition] | None:
    """The edition whose form version stands on the workbook's cover, with its collection's slug; or None."""
    names = {label_key(name): name for name in workbook.sheet_names}
    for slug, edition in editions:
        name = names.get(label_key(edition.cover.sheet), next(iter(workbook.sheet_names), None))
        if name is not None:
            marker = label_key(edition.marker)
            cells = workbook.sheet(name).cells.values()
            if any(cell.kind is Kind.TEXT and label_key(str(cell.value)) == marker for cell in cells):
                return slug, edition
    return None


def identity(cover: Mapping[str, Entry], register: Register) -> tuple[Identity, list[Trouble]]:
    """Whose return it is and for when, with what is wrong with how the cover says so."""
    period, troubles = _period(cover["year"], cover["quarter"])
    council, more = _council(cover["council"], cover["ons_code"], register, period)
    submission = _submission(cover["submission"])
    if submission is None:
        more.append(_trouble(cover["submission"], "COVER401", found=described(cover["submission"].cell)))
    return Identity(council, period, submission), troubles + more


def _period(year: Entry, quarter: Entry) -> tuple[Period | None, list[Trouble]]:
    start, number = parse_year(year.text), parse_quarter(quarter.text)
    troubles = []
    if start is None:
        expected = "two years that follow each other, such as 2018-19"
        troubles.append(_trouble(year, "COVER201", found=shown(year.cell), expected=expected))
    if number is None:
        expected = f"one of Q1 to Q4, such as {quarter_label(3)}"
        troubles.append(_trouble(quarter, "COVER201", found=shown(quarter.cell), expected=expected))
    return (Period(start, number) if start is not None and number is not None else None), troubles


def _council(
    name: Entry, code: Entry, register: Register, period: Period | None
) -> tuple[Council | None, list[Trouble]]:
    """The council that name and code agree on. Where they disagree, nobody can say whose return it is."""
    if name.is_blank and code.is_blank:
        return None, [_trouble(name, "COVER101")]
    named, coded = register.named(name.text), register.by_code(code.text)
    unknown = [entry for entry, known in ((name, named), (code, coded)) if not entry.is_blank and not known]
    if unknown:
        return None, [_unknown(entry, entry is code, register, period) for entry in unknown]
    if coded is None:
        council = _of_time(named, period)
    elif named and coded not in named:
        disagreement = {"found": coded.name, "council": named[-1].name, "code": named[-1].ons_code}
        return None, [Trouble("COVER104", name.places + code.places, facts=disagreement)]
    else:
        council = coded
    if period is not None and not council.existed_in(period):
        stated = name if name.text else code
        facts: dict[str, object] = {"found": council.name, "when": _existence(council, period), "period": period}
        return council, [_trouble(stated, "COVER103", **facts)]
    return council, []


def _unknown(entry: Entry, is_code: bool, register: Register, period: Period | None) -> Trouble:
    """Trouble with a name or a code that is not in the register; one may stand in the other's place."""
    name = entry.text if register.named(entry.text) else register.nearest(entry.text)
    coded = register.by_code(entry.text)
    if is_code and name:
        council = _of_time(register.named(name), period)
        hint = f" Did you mean '{council.ons_code}', the code of {council.name}?"
    else:
        near = coded.name if coded else name
        hint = f" Did you mean '{near}'?" if near else ""
    return _trouble(entry, "COVER102", found=shown(entry.cell), hint=hint)


def _of_time(named: tuple[Council, ...], period: Period | None) -> Council:
    """Of the councils of one name, that of the period, or else the last."""
    return next((council for council in named if period and council.existed_in(period)), named[-1])


def _trouble(entry: Entry, code: str, /, **facts: object) -> Trouble:
    """Trouble with one line of the cover."""
    return Trouble(code, entry.places, facts={"label": entry.label, **facts})


def _existence(council: Council, period: Period) -> str:
    """When a council that did not exist in the whole of a period began or ended."""
    if council.valid_to is not None and council.valid_to < period.last_day:
        after = ", ".join(council.successor_ons_codes)
        return f"ended on {long_date(council.valid_to)}" + (f" and was followed by {after}" if after else "")
    return f"began on {long_date(council.valid_from)}" if council.valid_from else "existed"


def _submission(entry: Entry) -> int | None:
    text = entry.text
    is_number = re.fullmatch(r"[1-9][0-9]*", text) and len(text) <= len(str(LARGEST_SUBMISSION))
    return int(text) if is_number and int(text) <= LARGEST_SUBMISSION else None


def name_contradictions(file: str, who: Identity, register: Register) -> Iterator[Trouble]:
    """Where a file's name speaks of another council or period than its cover. The cover is believed."""
    stem = tidy(re.sub(r"[_.]+", " ", PurePath(file).stem))
    if who.period is not None:
        years = years_in(stem)
        quarters = {int(number) for number in re.findall(r"(?i)\bq(?:uarter)? ?([1-4])\b", stem)}
        if (years and who.period.start_year not in years) or (quarters and who.period.quarter not in quarters):
            yield Trouble("FILE203", facts={"what": "another period", "cover": str(who.period)})
    if who.council is not None:
        mentioned = register.mentioned_in(stem, who.period)
        if mentioned and who.council not in mentioned:
            yield Trouble("FILE203", facts={"what": "another council", "cover": who.council.name})

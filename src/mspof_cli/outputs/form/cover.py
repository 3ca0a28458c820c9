"""What a form checks about its cover: whose return it is and for when, whether it is signed off, and not empty.

Excel can look a council up, but not recognise a name that is written in another way. What it can't judge is not
tried, and both the message beside it and the state of the return say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from openpyxl.utils.datetime import to_excel

from mspof_cli.cells import LONGEST_SHOWN
from mspof_cli.findings import either
from mspof_cli.layout import Form, Key
from mspof_cli.outputs.form.answer import Reading
from mspof_cli.outputs.form.checks import BROKEN, HELD, NOT_TRIED, Check
from mspof_cli.outputs.form.entry import DropDowns
from mspof_cli.outputs.form.formulas import any_of, text_of, words
from mspof_cli.outputs.form.stated import MONTH_NAMES, Known
from mspof_cli.periods import parse_year
from mspof_cli.register import Register
from mspof_cli.rules.alone import (
    CHOICE_NOT_STATED,
    COMPLETED_EARLY,
    COMPLETED_LATE,
    DATE_NOT_STATED,
    FORM_OF_ANOTHER_YEAR,
    NOT_SIGNED_OFF,
    NOTHING_RETURNED,
    YEARS_TO_COMPLETE,
)
from mspof_cli.rules.answers import COVER
from mspof_cli.schemas import ANSWER, Field, Rule

GENERAL = {rule.code: rule for rule in COVER}

LONG_AFTER = 9_999_999
LONGEST_PERIOD, LONGEST_DATE, ANY_LETTER = "2018-19-Q3", "30 September 2018", "n"


class Fact(NamedTuple):
    """What a rule's words speak of: an expression for it, and what is about the longest that it gives."""

    says: str
    longest: str


def known_councils(register: Register, drop_downs: DropDowns, *, are_all: bool) -> Known:
    """Write the councils where formulas can look them up."""
    rows = sorted(
        {
            (
                name,
                code,
                int(to_excel(council.valid_from)) if council.valid_from else 0,
                int(to_excel(council.valid_to)) if council.valid_to else LONG_AFTER,
            )
            for name in {council.name for council in register.councils}
            for council in register.named(name)
            for code in (council.ons_code, *council.other_ons_codes)
        }
    )
    headings = ("Council", "ONS code", "First day", "Last day")
    columns = zip(*rows, strict=True) if rows else ((),) * len(headings)
    ranges = [drop_downs.range_of(values, heading) for heading, values in zip(headings, columns, strict=True)]
    names, codes, begin, end = ranges
    return Known(names, codes, begin, end, are_all, max((name for name, *_ in rows), key=len, default=""))


class CoverChecks:
    """The checks of one form's cover."""

    def __init__(self, form: Form, readings: Mapping[Key, Reading], known: Known) -> None:
        self.form, self.readings, self.known = form, readings, known
        self.fields = {field.slug: field for field in form.collection.cover}
        self.year, self.quarter = self._line("year"), self._line("quarter")
        year, quarter = self.year.number, self.quarter.number
        self.first_day, self.last_day = f"DATE({year},3*{quarter}+1,1)", f"DATE({year},3*{quarter}+4,0)"
        self.says_when = f"AND({self.year.is_read},{self.quarter.is_read})"
        self.year_label = f'{year}&"-"&RIGHT({year}+1,2)'
        self.period = Fact(f'{self.year_label}&"-Q"&{quarter}', LONGEST_PERIOD)

    def all(self) -> Iterator[Check]:
        """Every check of the cover, in the order in which it is filled in; then whether there is anything below it."""
        yield from self._whose()
        for slug in ("year", "quarter"):
            yield self._stated(GENERAL["COVER201"], slug)
        yield self._existed()
        yield self._is_form_of_year()
        yield self._stated(GENERAL["COVER401"], "submission")
        yield self._stated(DATE_NOT_STATED.rule, "completed")
        yield from self._completed()
        for field in self.fields.values():
            if field.slug == "signed_off":
                yield self._chosen(NOT_SIGNED_OFF.rule, field)
            elif field.expected:
                yield self._chosen(CHOICE_NOT_STATED.rule, field)
        yield self._anything()

    def _whose(self) -> Iterator[Check]:
        """Whether a council is stated, can be looked up, and is that of the code."""
        name, code = self._line("council"), self._line("ons_code")
        verdict = f"IF({name.given}+{code.given}=0,{BROKEN},{HELD})"
        yield self._check(GENERAL["COVER101"], ["council", "ons_code"], verdict, {})
        for slug in ("council", "ons_code"):
            yield self._stated(GENERAL["COVER102"], slug, if_blank=HELD)
        one_blank = any_of([f"{line.given}=0" for line in (name, code)])
        both = f"AND({name.is_read},{code.is_read})"
        verdict = f"IF({one_blank},{HELD},IF({both},IF({self._agree()},{HELD},{BROKEN}),{NOT_TRIED}))"
        facts = {"council": Fact(name.text, self.known.longest), "found": _fixed("another council")}
        yield self._check(GENERAL["COVER104"], ["council", "ons_code"], verdict, facts)

    def _equal(self, slug: str) -> str:
        """Which rows of the known councils have the name or the code that is stated, as an array."""
        text = self._line(slug).text
        if slug == "council":
            return f"({self.known.names}={text})"
        return f'({self.known.codes}=SUBSTITUTE({text}," ",""))'

    def _agree(self) -> str:
        return f"SUMPRODUCT({self._equal('council')}*{self._equal('ons_code')})>0"

    def _existed(self) -> Check:
        """Whether the council existed in the whole of the period; by its code, if that is stated."""
        there = f"({self.known.begin}<={self.first_day})*({self.known.end}>={self.last_day})"
        existed = {slug: f"SUMPRODUCT({self._equal(slug)}*{there})>0" for slug in ("council", "ons_code")}
        name, code = self._line("council"), self._line("ons_code")
        agree = f"AND({code.is_read},OR({name.given}=0,{self._agree()}))"
        one = f"IF({code.given}=1,{agree},{name.is_read})"
        held = f"IF({code.given}=1,{existed['ons_code']},{existed['council']})"
        verdict = f"IF({self.says_when},IF({one},IF({held},{HELD},{BROKEN}),{NOT_TRIED}),{NOT_TRIED})"
        facts = {
            "found": Fact(f'IF({name.text}="",{code.text},{name.text})', self.known.longest),
            "period": self.period,
            "when": _fixed("began later or ended earlier"),
        }
        return self._check(GENERAL["COVER103"], ["council", "ons_code"], verdict, facts)

    def _is_form_of_year(self) -> Check:
        """Whether the form is the one for the year."""
        known = any_of([f"{self.year.number}={parse_year(year)}" for year in self.form.edition.years])
        verdict = f"IF({self.says_when},IF({known},{HELD},{BROKEN}),{NOT_TRIED})"
        facts = {"period": Fact(self.year_label, LONGEST_PERIOD), "found": _fixed(self.form.edition.slug)}
        return self._check(FORM_OF_ANOTHER_YEAR.rule, ["year"], verdict, facts)

    def _completed(self) -> Iterator[Check]:
        """Whether the date completed fits the period."""
        day = self._line("completed")
        facts = {"found": _long_date(day.number), "period": self.period, "last": _long_date(self.last_day)}
        for rule, is_odd in (
            (COMPLETED_EARLY.rule, f"INT({day.number})<{self.last_day}"),
            (COMPLETED_LATE.rule, f"INT({day.number})>EDATE({self.last_day},{12 * YEARS_TO_COMPLETE})"),
        ):
            verdict = f"IF(AND({self.says_when},{day.is_read}),IF({is_odd},{BROKEN},{HELD}),{NOT_TRIED})"
            yield self._check(rule, ["completed"], verdict, facts)

    def _stated(self, rule: Rule, slug: str, if_blank: str = BROKEN) -> Check:
        """Whether a line of the cover gives what it asks for; what can't be judged is judged on receipt."""
        line = self._line(slug)
        read = f"IF({line.is_read},{HELD},IF({line.refused}=1,{BROKEN},{NOT_TRIED}))"
        verdict = f"IF({line.given}=0,{if_blank},{read})"
        found = line.shown_as_no_date if rule is DATE_NOT_STATED.rule else line.shown
        longest = f"'{ANY_LETTER * LONGEST_SHOWN}'"
        return self._of_one(rule, slug, verdict, {"found": Fact(found, longest), "hint": _fixed("")})

    def _chosen(self, rule: Rule, field: Field) -> Check:
        """Whether one of a field's choices is made."""
        line = self._line(field.slug)
        verdict = f"IF({line.is_read},{HELD},IF({line.doubt}=1,{NOT_TRIED},{BROKEN}))"
        other = f"something other than {either(field.choices)}"
        found = Fact(f'IF({line.given}=0,"blank",{text_of(other)})', other)
        return self._of_one(rule, field.slug, verdict, {"found": found})

    def _of_one(self, rule: Rule, slug: str, verdict: str, facts: Mapping[str, Fact]) -> Check:
        """A check of what one line gives: if that can't be judged, what to do is the same as if it were wrong."""
        check = self._check(rule, [slug], verdict, facts)
        return check._replace(in_doubt=f"{self._line(slug).doubt}=1", clearer=check.fix)

    def _anything(self) -> Check:
        """Whether any question is answered; one that is a list of cases is looked at when it is read."""
        given = "+".join(reading.given for key, reading in self.readings.items() if key[0] is not None) or "0"
        has_lists = any(question.is_list for question in self.form.collection.question)
        verdict = f"IF({given}>0,{HELD},{NOT_TRIED if has_lists else BROKEN})"
        return self._check(NOTHING_RETURNED.rule, [], verdict, {})

    def _check(self, rule: Rule, slugs: list[str], verdict: str, facts: Mapping[str, Fact]) -> Check:
        first = self.fields[slugs[0]] if slugs else None
        own = {"label": _fixed(first.label), "expected": _fixed(either(first.choices))} if first else {}
        known = {**own, **facts}
        says, longest = ({name: fact[at] for name, fact in known.items()} for at in range(2))
        message, fix = (words(text, says, {}) for text in (rule.message, rule.fix))
        example, remedy = (text.format_map(longest) for text in (rule.message, rule.fix))
        several = rule in (GENERAL["COVER102"], GENERAL["COVER201"], CHOICE_NOT_STATED.rule)
        title = f"{rule.title}: {first.label}" if first and several else rule.title
        faulty: dict[Key, str] = {(None, slug, ANSWER): "TRUE" for slug in slugs}
        return Check(rule, title, None, verdict, message, fix, faulty, example, remedy)

    def _line(self, slug: str) -> Reading:
        return self.readings[None, slug, ANSWER]


def _fixed(text: str) -> Fact:
    """What is always said in the same words."""
    return Fact(text_of(text), text)


def _long_date(day: str) -> Fact:
    """A day as GOV.UK writes it: the names of months in Excel are those of the computer's language."""
    named = "&".join(f'IF(MONTH({day})={n},"{name}","")' for n, name in enumerate(MONTH_NAMES, 1))
    return Fact(f'DAY({day})&" "&{named}&" "&YEAR({day})', LONGEST_DATE)

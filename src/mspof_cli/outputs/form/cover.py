"""What a form checks about its cover: whose return it is and for when, whether it is signed off, and not empty.

Excel can look a council up, but not recognise a name that is written in another way, nor a date in words. What it
can't judge is not tried, and the state of the return says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from openpyxl.utils.datetime import to_excel

from mspof_cli.findings import either
from mspof_cli.layout import Form, Key
from mspof_cli.outputs.form.checks import BROKEN, HELD, NOT_TRIED, Check
from mspof_cli.outputs.form.entry import LARGEST_SUBMISSION, DropDowns
from mspof_cli.outputs.form.formulas import any_of, text_of, words
from mspof_cli.outputs.form.readings import OF_NO_NUMBER, Reading, has_any_of
from mspof_cli.periods import quarter_label
from mspof_cli.register import Register
from mspof_cli.rules.alone import (
    CHOICE_NOT_STATED,
    COMPLETED_EARLY,
    DATE_NOT_STATED,
    NOT_SIGNED_OFF,
    NOTHING_RETURNED,
)
from mspof_cli.rules.answers import COVER
from mspof_cli.schemas import ANSWER, Council, Field, Rule

GENERAL = {rule.code: rule for rule in COVER}

# The last day, as Excel counts days, that the form is read with.
LAST_DATE = 109_999

LONG_AFTER = 9_999_999

EACH_DIGIT = "{1,2,3,4}"  # of the largest submission number


class Known(NamedTuple):
    """The councils that a form can look up: ranges of equal length, with a row for each code that a name can have.

    ``begin`` and ``end`` are the first and last day of the council of that code, as Excel counts days.
    """

    names: str
    codes: str
    begin: str
    end: str


def known_councils(councils: Sequence[Council], drop_downs: DropDowns) -> Known:
    """Write the councils where formulas can look them up."""
    register = Register(councils)
    rows = sorted(
        {
            (
                name,
                code,
                int(to_excel(council.valid_from)) if council.valid_from else 0,
                int(to_excel(council.valid_to)) if council.valid_to else LONG_AFTER,
            )
            for name in {council.name for council in councils}
            for council in register.named(name)
            for code in (council.ons_code, *council.other_ons_codes)
        }
    )
    headings = ("Council", "ONS code", "First day", "Last day")
    columns = zip(*rows, strict=True) if rows else ((),) * len(headings)
    return Known(*(drop_downs.range_of(values, heading) for heading, values in zip(headings, columns, strict=True)))


class CoverChecks:
    """The checks of one form's cover."""

    def __init__(self, form: Form, readings: Mapping[Key, Reading], known: Known) -> None:
        self.form, self.readings, self.known = form, readings, known
        self.fields = {field.slug: field for field in form.collection.cover}
        self.quarters = [quarter_label(quarter) for quarter in range(1, 5)]
        quarter = self._line("quarter").text
        number = "+".join(f"{n}*({quarter}={text_of(label)})" for n, label in enumerate(self.quarters, 1))
        year = f"VALUE(LEFT({self._line('year').text},4))"
        self.first_day, self.last_day = f"DATE({year},3*({number})+1,1)", f"DATE({year},3*({number})+4,0)"
        years, quarters = self._is_one_of("year", form.edition.years), self._is_one_of("quarter", self.quarters)
        self.says_when = f"AND({years},{quarters})"

    def all(self) -> Iterator[Check]:
        """Every check of the cover, in the order in which it is filled in; then whether there is anything below it."""
        yield from self._whose()
        for slug, choices in (("year", self.form.edition.years), ("quarter", self.quarters)):
            yield self._stated(GENERAL["COVER201"], [slug], self._is_one_of(slug, choices), "FALSE")
        yield self._existed()
        yield from self._numbers()
        for field in self.fields.values():
            if field.slug == "signed_off":
                yield self._chosen(NOT_SIGNED_OFF.rule, field)
            elif field.expected:
                yield self._chosen(CHOICE_NOT_STATED.rule, field)
        yield self._anything()

    def _whose(self) -> Iterator[Check]:
        """Whether a council is stated, can be looked up, and is that of the code."""
        yield self._stated(GENERAL["COVER101"], ["council", "ons_code"], "TRUE", "FALSE")
        for slug in ("council", "ons_code"):
            blank = f"{self._line(slug).given}=0"
            verdict = f"IF(OR({blank},{self._is_known(slug)}),{HELD},{NOT_TRIED})"
            yield self._check(GENERAL["COVER102"], [slug], verdict, {"found": '""', "hint": '""'})
        one_blank = any_of([f"{self._line(slug).given}=0" for slug in ("council", "ons_code")])
        both = f"AND({self._is_known('council')},{self._is_known('ons_code')})"
        verdict = f"IF({one_blank},{HELD},IF({both},IF({self._agree()},{HELD},{BROKEN}),{NOT_TRIED}))"
        facts = {"council": self._line("council").text, "found": '"another council"'}
        yield self._check(GENERAL["COVER104"], ["council", "ons_code"], verdict, facts)

    def _equal(self, slug: str) -> str:
        """Which rows of the known councils have the name or the code that is stated, as an array."""
        text = self._line(slug).text
        if slug == "council":
            return f"({self.known.names}={text})"
        return f'({self.known.codes}=SUBSTITUTE({text}," ",""))'

    def _is_known(self, slug: str) -> str:
        return f"SUMPRODUCT(--{self._equal(slug)})>0"

    def _agree(self) -> str:
        return f"SUMPRODUCT({self._equal('council')}*{self._equal('ons_code')})>0"

    def _existed(self) -> Check:
        """Whether the council existed in the whole of the period; by its code, if that is stated."""
        there = f"({self.known.begin}<={self.first_day})*({self.known.end}>={self.last_day})"
        existed = {slug: f"SUMPRODUCT({self._equal(slug)}*{there})>0" for slug in ("council", "ons_code")}
        coded, named = (f"{self._line(slug).given}=1" for slug in ("ons_code", "council"))
        agree = f"AND({self._is_known('ons_code')},OR(NOT({named}),{self._agree()}))"
        one = f"IF({coded},{agree},{self._is_known('council')})"
        held = f"IF({coded},{existed['ons_code']},{existed['council']})"
        verdict = f"IF(AND({self.says_when},{one}),IF({held},{HELD},{BROKEN}),{NOT_TRIED})"
        name, code = self._line("council").text, self._line("ons_code").text
        facts = {
            "found": f'IF({name}="",{code},{name})',
            "period": f"{self._line('year').text}",
            "when": '"began later or ended earlier"',
        }
        return self._check(GENERAL["COVER103"], ["council", "ons_code"], verdict, facts)

    def _numbers(self) -> Iterator[Check]:
        """The submission number and the date completed, as numbers or as text; a date in words is judged on receipt."""
        number, day = self._line("submission"), self._line("completed")
        cell, text = number.cell, number.text
        whole = f"IF(ISNUMBER({cell}),AND({cell}>=1,{cell}<={LARGEST_SUBMISSION},{cell}=INT({cell})),FALSE)"
        plain = f"AND({whole},NOT(OR({number.is_date},{number.is_odd})))"
        typed = f'SUMPRODUCT(--ISERROR(FIND(MID({text}&"0000",{EACH_DIGIT},1),"0123456789")))=0'
        typed = f'AND({text}<>"",LEN({text})<={len(str(LARGEST_SUBMISSION))},LEFT({text},1)<>"0",{typed})'
        wrong = f"IF(ISNUMBER({cell}),NOT({whole}),{has_any_of(OF_NO_NUMBER, text)})"
        yield self._stated(GENERAL["COVER401"], ["submission"], f"OR({plain},{typed})", wrong)
        cell = day.cell
        within = f"IF(ISNUMBER({cell}),AND({cell}>=1,{cell}<={LAST_DATE}),FALSE)"
        wrong = f"IF(ISNUMBER({cell}),NOT({within}),{day.refused}=1)"
        is_day = f"IF(ISNUMBER({cell}),AND({within},NOT({day.is_no_day})),ISNUMBER({day.number}))"
        yield self._stated(DATE_NOT_STATED.rule, ["completed"], is_day, wrong)
        early = f"IF(INT({day.number})<{self.last_day},{BROKEN},{HELD})"
        verdict = f"IF(AND({self.says_when},{is_day}),{early},{NOT_TRIED})"
        facts = {
            "found": f'TEXT({day.number},"dd/mm/yyyy")',
            "period": '"the quarter"',
            "last": f'TEXT({self.last_day},"dd/mm/yyyy")',
        }
        yield self._check(COMPLETED_EARLY.rule, ["completed"], verdict, facts)

    def _stated(self, rule: Rule, slugs: list[str], good: str, wrong: str) -> Check:
        """Whether lines of the cover are filled in; what is neither ``good`` nor ``wrong`` is judged on receipt."""
        given = "+".join(self._line(slug).given for slug in slugs)
        verdict = f"IF({given}=0,{BROKEN},IF({good},{HELD},IF({wrong},{BROKEN},{NOT_TRIED})))"
        return self._check(rule, slugs, verdict, {"found": f'IF({given}=0,"blank",{self._line(slugs[0]).cell}&"")'})

    def _is_one_of(self, slug: str, choices: Iterable[str]) -> str:
        """Whether one of some choices is made; Excel compares without regard to case."""
        return any_of([f"{self._line(slug).text}={text_of(choice)}" for choice in choices])

    def _chosen(self, rule: Rule, field: Field) -> Check:
        """Whether one of a field's choices is made."""
        chosen = self._is_one_of(field.slug, field.choices)
        other = text_of(f"something other than {either(field.choices)}")
        facts = {"found": f'IF({self._line(field.slug).given}=0,"blank",{other})'}
        return self._check(rule, [field.slug], f"IF({chosen},{HELD},{BROKEN})", facts)

    def _anything(self) -> Check:
        """Whether any question is answered; one that is a list of cases is looked at when it is read."""
        given = "+".join(reading.given for key, reading in self.readings.items() if key[0] is not None) or "0"
        has_lists = any(question.is_list for question in self.form.collection.question)
        verdict = f"IF({given}>0,{HELD},{NOT_TRIED if has_lists else BROKEN})"
        return self._check(NOTHING_RETURNED.rule, [], verdict, {})

    def _check(self, rule: Rule, slugs: list[str], verdict: str, facts: Mapping[str, str]) -> Check:
        first = self.fields[slugs[0]] if slugs else None
        own = {"label": text_of(first.label), "expected": text_of(either(first.choices))} if first else {}
        message, fix = (words(text, {**own, **facts}, {}) for text in (rule.message, rule.fix))
        several = rule in (GENERAL["COVER102"], GENERAL["COVER201"], CHOICE_NOT_STATED.rule)
        title = f"{rule.title}: {first.label}" if first and several else rule.title
        faulty: dict[Key, str] = {(None, slug, ANSWER): "TRUE" for slug in slugs}
        return Check(rule, title, None, verdict, message, fix, faulty, rule.message)

    def _line(self, slug: str) -> Reading:
        return self.readings[None, slug, ANSWER]

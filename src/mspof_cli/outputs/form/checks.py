"""What a form checks about itself: the collection's own lines and percentages, and whether it is filled in whole.

Each check says in formulas what the rule of the same code says when the form is read. Here is what is checked; how it
is shown is in :mod:`~mspof_cli.outputs.form.live`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mspof_cli.findings import Severity, either
from mspof_cli.layout import Form, Key
from mspof_cli.lines import Line, Verdict
from mspof_cli.outputs.form.answer import Reading
from mspof_cli.outputs.form.formulas import any_of, condition, sides, text_of, words
from mspof_cli.periods import parse_year
from mspof_cli.questions import LARGEST_COUNT
from mspof_cli.rules.alone import ALL_OR_NONE
from mspof_cli.rules.answers import FIGURES, ZERO_OR_BLANK
from mspof_cli.schemas import ANSWER, Derived, Question, Rule, figure_name

HELD, BROKEN, NOT_TRIED = (f'"{verdict.value}"' for verdict in Verdict)

HALF_FILLED = next(rule for rule in FIGURES if rule.code == "FIG201")

DIGITS_ONLY = "Use only the digits 0 to 9, and paste without formats."

# Characters of a formula that names answers, which leave room for the rest of it within Excel's limit of 8,192.
LONGEST_LIST = 7000

# The rules about what a single answer may be, FIG101 to FIG112, are one check of a question's answers.
NUMBERS = Rule(
    code="FIG1",
    title="Every answer is a number of cases",
    severity=Severity.ERROR,
    message=f"Not a whole number from 0 to {LARGEST_COUNT:,}: {{answers}}.",
    fix=ZERO_OR_BLANK,
    because="Only whole numbers can be added up. What was meant by words is never guessed.",
)


class Check(NamedTuple):
    """One check: the rule, what should hold, the question that it is about, and expressions for verdict and words.

    ``verdict`` gives one of the values of :class:`Verdict`. ``faulty`` are the answers at fault when it is broken,
    each with the condition under which it is one of them, or ``"TRUE"``. ``example`` and ``remedy`` are the message and
    what to do as they may read, at their longest where that is known.
    ``in_doubt`` is whether an answer that is given can't be checked here, if that can be, and ``clearer`` how to give
    it so that it can.
    """

    rule: Rule
    title: str
    question: str | None
    verdict: str
    message: str
    fix: str
    faulty: Mapping[Key, str]
    example: str
    remedy: str
    in_doubt: str = ""
    clearer: str = ""

    @property
    def is_of_answers(self) -> bool:
        """Whether it says that a question's answers are all numbers, or all there."""
        return self.rule.code in (NUMBERS.code, HALF_FILLED.code)


# For each question's slug and column, a reference to how many of its answers there are numbers.
Counted = Mapping[tuple[str, str], str]


def checks(form: Form, readings: Mapping[Key, Reading], counted: Counted) -> list[Check]:
    """Every check of answers to questions that a form can make, in the order in which it is filled in."""
    known = _Known(form, readings, counted)
    found: list[Check] = []
    for question in form.collection.question:
        if not question.is_list:
            found += known.on_answers(question)
        found += known.on_lines(question.slug)
        found += known.on_shares(question.slug)
    return found


def not_checked(form: Form, made: Iterable[Check]) -> list[Rule]:
    """The rules with a line that are not among the checks made, such as of cases counted from a list."""
    codes = {check.rule.code for check in made}
    years = form.edition.years
    rules = (rule for rule in form.collection.rule if any(map(rule.is_for, years)))
    return [rule for rule in rules if rule.code not in codes]


class _Known:
    """What formulas on a form can speak of: its figures, totals, and which questions were returned."""

    def __init__(self, form: Form, readings: Mapping[Key, Reading], counted: Counted) -> None:
        self.form, self.collection, self.readings, self.counted = form, form.collection, readings, counted
        self.keys: dict[str, Key] = {
            figure_name(measure, column): (question, measure, column)
            for question, measure, column in readings
            if question is not None
        }
        self.labels = {name: form.label_of(name) for name in self.keys}
        self.expressions = {name: readings[key].number for name, key in self.keys.items()}
        for total in self.collection.total:
            if all(name in self.keys for name in total.of):
                self.expressions[total.slug] = f"({'+'.join(self.expressions[name] for name in total.of)})"
        for question in self.collection.question:
            given = [reading.given for (slug, _, _), reading in readings.items() if slug == question.slug]
            if given:
                self.expressions[question.returned_name] = f"IF({'+'.join(given)}>0,1,0)"

    def on_lines(self, question: str) -> Iterator[Check]:
        """The rules of ``rules.toml`` about a question, as far as the form has what they speak of."""
        for rule in self.collection.rule:
            years = [year for year in self.form.edition.years if rule.is_for(year)]
            if self._about(rule) == question and years and self._has(rule.parsed.names):
                check = self._of_line(rule)
                yield check if len(years) == len(self.form.edition.years) else self._in_its_years(check)

    def _about(self, rule: Rule) -> str | None:
        """The question that a rule is shown with: its own, or else that of the first figure it speaks of."""
        figures = [name for name in rule.parsed.names if not name.endswith("_returned")]
        return rule.question or (self.collection.question_of(figures[0]) if figures else None)

    def on_shares(self, question: str) -> Iterator[Check]:
        """Watched percentages of a question that come to 0 % or 100 %."""
        least = self.collection.tolerances.share_minimum_base
        for derived in self.collection.derived:
            if derived.watched and derived.question == question and self._has(derived.numerator + derived.denominator):
                yield self._of_share(derived, Line(f"base < {least} or (part != 0 and part != base)"))

    def _of_share(self, derived: Derived, line: Line) -> Check:
        """A check of one percentage: of a line that calls its two sums ``part`` and ``base``, however long they are."""
        part, base = (
            f"({'+'.join(self.expressions[name] for name in names)})"
            for names in (derived.numerator, derived.denominator)
        )
        figures = self.collection.expand(derived.numerator + derived.denominator)
        found = f'IF({part}=0,"0 %","100 %")'
        spoken = {"label": text_of(derived.label), "found": found, "numerator": part, "base": base}
        holds = condition(line, {"part": part, "base": base})
        check = self._of_figures(ALL_OR_NONE.rule, derived.question, figures, holds, spoken)
        faulty = dict.fromkeys((self.keys[name] for name in self.collection.expand(derived.numerator)), "TRUE")
        return check._replace(title=f"'{derived.label}' is neither 0 % nor 100 %", faulty=faulty)

    def _has(self, names: Iterable[str]) -> bool:
        return all(name in self.expressions for name in names)

    def _of_line(self, rule: Rule) -> Check:
        """A check of the line of a rule."""
        figures = self.collection.expand(name for name in rule.parsed.names if not name.endswith("_returned"))
        holds = condition(rule.parsed, self.expressions)
        spoken = {**self.expressions, **sides(rule.parsed, self.expressions)}
        return self._of_figures(rule, self._about(rule), figures, holds, spoken)

    def _of_figures(
        self, rule: Rule, question: str | None, figures: Sequence[str], holds: str, spoken: Mapping[str, str]
    ) -> Check:
        """A check of whether something holds: not tried unless there is a number for every figure that it speaks of."""
        numbers = ",".join(self.expressions[name] for name in figures)
        tried = f"IF({holds},{HELD},{BROKEN})"
        verdict = f"IF(COUNT({numbers})<{len(figures)},{NOT_TRIED},{tried})" if figures else tried
        at_fault = [self.keys[name] for name in figures] or [key for key in self.readings if key[0] == question]
        message, fix = (words(text, spoken, self.labels) for text in (rule.message, rule.fix))
        faulty = dict.fromkeys(at_fault, "TRUE")
        return Check(rule, rule.title, question, verdict, message, fix, faulty, rule.message, rule.fix)

    def _in_its_years(self, check: Check) -> Check:
        """A check of a rule that is not for all of the form's years."""
        year, rule = self.readings[None, "year", ANSWER], check.rule
        limits = (("<", rule.since), (">", rule.until))
        outside = [f"{year.number}{beyond}{parse_year(limit)}" for beyond, limit in limits if limit]
        is_outside = f"IF({year.is_read},{any_of(outside)},FALSE)"
        return check._replace(verdict=f"IF({is_outside},{NOT_TRIED},{check.verdict})")

    def on_answers(self, question: Question) -> Iterator[Check]:
        """Whether a question's answers are all numbers, and all there or all blank for each respondent."""
        every = {key: reading for key, reading in self.readings.items() if key[0] == question.slug}
        if every:
            refused = {key: f"{reading.refused}=1" for key, reading in every.items()}
            yield self._of_answers(NUMBERS, question, every, refused)
            blank = {
                key: f"AND({reading.given}=0,{self.counted[question.slug, key[2]]}>0)" for key, reading in every.items()
            }
            yield self._of_answers(HALF_FILLED, question, every, blank)

    def _of_answers(
        self, rule: Rule, question: Question, every: Mapping[Key, Reading], faulty: Mapping[Key, str]
    ) -> Check:
        """A check of answers one by one; not tried on a question that is wholly blank, nor on what is in doubt."""
        given, doubts = (
            "+".join(refs) for refs in zip(*((each.given, each.doubt) for each in every.values()), strict=True)
        )
        rest = f"IF({doubts}>0,{NOT_TRIED},{HELD})"
        verdict = f"IF({given}=0,{NOT_TRIED},IF({any_of(list(faulty.values()))},{BROKEN},{rest}))"
        labels = {key: either([self.form.labels(question)[key[1]]]) for key in every}
        named = "&".join(f'IF({fault},{text_of(f", {labels[key]}")},"")' for key, fault in faulty.items())
        listed = f"MID({named},3,999)" if len(named) < LONGEST_LIST else '"some of them"'
        facts = {"question": text_of(question.label), "answers": listed, "blank": listed}
        message, fix = (words(text, facts, {}) for text in (rule.message, rule.fix))
        longest = max(labels.values(), key=len)
        example = rule.message.format(question=question.label, answers=longest, blank=longest)
        check = Check(rule, rule.title, question.slug, verdict, message, fix, faulty, example, rule.fix)
        return check._replace(in_doubt=f"{doubts}>0", clearer=text_of(DIGITS_ONLY))

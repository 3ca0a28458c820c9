"""The collection, its editions and its rules, as frozen models: a typing mistake in a data file stops here.

Three vocabularies are kept apart. A *measure* is what is counted (:class:`Collection`), an *address* is where it
stands on one year's form (:class:`Edition`), a *rule* is what must hold between measures (:class:`Rule`).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from functools import cached_property
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, PositiveInt

from mspof_cli.findings import Severity
from mspof_cli.lines import Line
from mspof_cli.periods import Period

# A question with one kind of respondent has one column, which has this key wherever columns are named.
ANSWER = "answer"


class Frozen(BaseModel):
    """A model read from a data file. Built when first used, because a command needs only some of them."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Column(Frozen):
    """One column of a question that is a list with a row for each case."""

    slug: str
    label: str
    kind: Literal["text", "choice", "number"]
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    required: bool = True


class Tally(Frozen):
    """A measure that is counted from a list: the rows where ``where`` (choices) and ``when`` (a line) hold."""

    measure: str
    label: str
    where: dict[str, str] = {}
    when: str | None = None


class Question(Frozen):
    """A question: a grid of answers by respondents, or a list of cases with tallies.

    ``answers`` are labels by measure: the people (or enquiries) counted under an answer are a measure.
    """

    slug: str
    label: str
    heading: str
    text: str
    wording: Literal["published", "provisional"]
    respondents: tuple[str, ...] = ()
    versions: dict[str, str] = {}
    answers: dict[str, str] = {}
    columns: tuple[Column, ...] = ()
    tallies: tuple[Tally, ...] = ()

    @property
    def is_list(self) -> bool:
        return bool(self.columns)

    @property
    def measures(self) -> dict[str, str]:
        """Labels by measure, whether asked for or counted from the list."""
        return self.answers | {tally.measure: tally.label for tally in self.tallies}

    @property
    def returned_name(self) -> str:
        """The name by which a line asks whether the question was returned."""
        return f"{self.slug}_returned"


class Field(Frozen):
    """One line of the form's cover. ``expected``: it is a query if none of the choices is made.

    ``supplies``: it names the system that the figures come from, by which it is counted what systems can supply.
    ``contact``: it is the shared address that the council is written to.
    """

    slug: str
    label: str
    kind: Literal["council", "text", "year", "quarter", "choice", "whole_number", "date"]
    prompt: str
    choices: tuple[str, ...] = ()
    expected: bool = False
    supplies: bool = False
    contact: bool = False


class Total(Frozen):
    """A sum of figures that rules and derived measures speak of by one name."""

    slug: str
    label: str
    of: tuple[str, ...]


class Derived(Frozen):
    """A percentage, with its own base. ``watched``: 0 % or 100 % on a large enough base is queried.

    ``answered``: it is of how many there is an answer; what is left is item non-response.
    """

    slug: str
    label: str
    question: str
    respondent: str | None = None
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    headline: bool = False
    watched: bool = False
    answered: bool = False


class Tolerances(Frozen):
    """Thresholds of the checks that compare shares, quarters and councils."""

    share_minimum_base: PositiveInt
    count_change: int
    count_change_percent: float
    count_change_z: float
    share_change_points: float
    share_change_z: float
    identical_figures: int
    identical_total: int


class Rule(Frozen):
    """What must hold of a return, why, and the words for when it does not.

    A rule with a ``line`` is tried as it stands; any other has a small function of the same code, and ``example``
    says in words what breaks it. ``hides`` are codes of findings on the same question that are only a consequence of
    this one. ``since`` and ``until`` are financial years, both included.
    """

    code: str
    title: str
    severity: Severity
    message: str
    fix: str
    because: str
    found: str = "{found}"
    expected: str = "{expected}"
    question: str | None = None
    line: str | None = None
    holds: tuple[dict[str, int], ...] = ()
    breaks: tuple[dict[str, int], ...] = ()
    example: str = ""
    hides: tuple[str, ...] = ()
    since: str = ""
    until: str = ""

    @cached_property
    def parsed(self) -> Line:
        """The line, parsed; only for a rule that has one."""
        return Line(self.line or "")

    def is_for(self, year: str) -> bool:
        """Whether the rule is for a financial year, such as ``"2018-19"``."""
        return self.since <= year and (not self.until or year <= self.until)

    def applies_to(self, period: Period | None) -> bool:
        return period is None or self.is_for(period.year)


class Figure(NamedTuple):
    """One figure that a return can give: a measure, for one respondent where the question asks several."""

    name: str
    measure: str
    label: str
    question: str
    respondent: str | None


class Collection(Frozen):
    """A data collection: its cover, questions, totals, percentages and rules."""

    slug: str
    name: str
    short_name: str
    publisher: str
    registers: tuple[str, ...]
    watched_counts: tuple[str, ...] = ()
    tolerances: Tolerances
    cover: tuple[Field, ...]
    respondents: dict[str, str] = {}
    question: tuple[Question, ...]
    total: tuple[Total, ...] = ()
    derived: tuple[Derived, ...] = ()
    rule: tuple[Rule, ...] = ()

    @cached_property
    def questions(self) -> dict[str, Question]:
        return {question.slug: question for question in self.question}

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """Every figure by name, in the order of the questions."""
        return {figure.name: figure for question in self.question for figure in _figures(question)}

    @cached_property
    def totals(self) -> dict[str, Total]:
        return {total.slug: total for total in self.total}

    @property
    def names(self) -> dict[str, str]:
        """What figures and totals are called, for people: ``Always (The adult)``."""
        figures = {
            name: f"{figure.label} ({self.respondents[figure.respondent]})" if figure.respondent else figure.label
            for name, figure in self.figures.items()
        }
        return figures | {name: total.label for name, total in self.totals.items()}

    def expand(self, names: Iterable[str]) -> tuple[str, ...]:
        """The figures that names of figures and totals stand for, in order."""
        return tuple(figure for name in names for figure in (self.totals[name].of if name in self.totals else (name,)))

    def question_of(self, name: str) -> str:
        """The question that a figure, or the first figure of a total, belongs to."""
        return self.figures[self.expand([name])[0]].question


def figure_name(measure: str, column: str) -> str:
    """The name of the figure for a measure in one column of its question."""
    return measure if column == ANSWER else f"{measure}_{column}"


def _figures(question: Question) -> Iterable[Figure]:
    for respondent in question.respondents or (None,):
        for measure, label in question.measures.items():
            name = figure_name(measure, respondent or ANSWER)
            yield Figure(name, measure, label, question.slug, respondent)


class Spot(Frozen):
    """Where a label stands on the form, and how this edition words it if differently from the collection."""

    cell: str
    label: str | None = None


class Block(Frozen):
    """A grid on a sheet: row labels, column headings, and an answer where a row and a column meet.

    A list question has no rows: its cases stand below the column headings.
    """

    sheet: str
    question: str | None = None
    heading: str | Spot | None = None
    columns: dict[str, str | Spot]
    rows: dict[str, str | Spot] = {}


class Edition(Frozen):
    """Where everything stands on one year's form."""

    slug: str
    version: str
    years: tuple[str, ...]
    title: str
    subtitle: str
    cover: Block
    block: tuple[Block, ...]
    comments: Block
    guidance_sheet: str

    @property
    def marker(self) -> str:
        """The line on the cover by which the form is known."""
        return f"Form version: {self.version}"


class Council(Frozen):
    """A council with adult social services responsibilities, with the dates between which it existed."""

    ons_code: str
    other_ons_codes: tuple[str, ...] = ()
    cassr_code: str = ""
    name: str
    official_name: str = ""
    council_type: str
    region_code: str
    region_name: str
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None
    successor_ons_codes: tuple[str, ...] = ()
    cassr_code_source: str = ""
    note: str = ""
    register_name: str

    def existed_in(self, period: Period) -> bool:
        """Whether the council existed on every day of the period."""
        return (self.valid_from is None or self.valid_from <= period.first_day) and (
            self.valid_to is None or self.valid_to >= period.last_day
        )

    def existed_throughout(self, start_year: int) -> bool:
        """Whether the council existed on every day of a financial year."""
        return self.existed_in(Period(start_year, 1)) and self.existed_in(Period(start_year, 4))

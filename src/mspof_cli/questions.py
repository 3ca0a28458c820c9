"""One pydantic model per question, made from the schema: the values that it accepts, and what is wrong with the rest.

A count is a whole number from 0. What people type instead is never guessed at: each kind has its own trouble.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, BeforeValidator, Field, ValidationError, create_model
from pydantic_core import ErrorDetails, PydanticCustomError

from mspof_cli.cells import LONG_NUMBER, Cell, Entry, Kind, Place, described, shown, tidy
from mspof_cli.findings import Trouble, either
from mspof_cli.layout import label_key
from mspof_cli.lines import Line, Verdict
from mspof_cli.schemas import ANSWER, Column, Question, Tally, figure_name

# No council counts a million cases in a quarter: a larger number is a telephone number or a slip.
LARGEST_COUNT = 999_999

LONGEST_SHOWN = 20

# Everything but text that a count can't be, and the trouble it is.
NOT_A_NUMBER = {
    Kind.DATE: "FIG104",
    Kind.ERROR: "FIG105",
    Kind.UNCALCULATED: "FIG106",
    Kind.PERCENTAGE: "FIG107",  # 100 % is stored as 1, which would be read as one case
    Kind.BOOLEAN: "FIG111",
}

# pydantic's own refusals of a number, and the trouble each is.
REFUSALS = {
    "int_from_float": "FIG107",
    "finite_number": "FIG112",
    "greater_than_equal": "FIG108",
    "less_than_equal": "FIG112",
    "missing": "FIG202",
}


class State(Enum):
    """Whether a question was answered. A question left wholly blank is not returned, and welcome as such."""

    RETURNED = "returned"
    NOT_RETURNED = "not_returned"
    INCOMPLETE = "incomplete"


class Given(NamedTuple):
    """A figure of a return: its value, or None when not returned or not readable, and the cells it comes from."""

    value: int | None
    places: tuple[Place, ...]


class Answers(NamedTuple):
    """What was given for one question: its figures by name, whether it was returned, and what is wrong with it."""

    figures: dict[str, Given]
    state: State
    troubles: list[Trouble]


def number_in(cell: Cell) -> int | float:
    """The number that a cell gives; a ``PydanticCustomError`` whose type is the trouble's code if it gives none."""
    if cell.kind is Kind.NUMBER:
        assert isinstance(cell.value, int | float)
        number: int | float = cell.value
    else:
        code = NOT_A_NUMBER.get(cell.kind) or _text_trouble(str(cell.value))
        if code:
            raise PydanticCustomError(code, "not a number")
        number = float(tidy(str(cell.value)).replace(",", ""))
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _text_trouble(typed: str) -> str | None:
    """Why a text is no number, or None if it is one."""
    if any(letter.isnumeric() and not letter.isdecimal() for letter in typed):
        return "FIG101"  # 12 with a raised 1 for a footnote is not 121
    text = tidy(typed)
    if re.fullmatch(r"-?([0-9]{1,3}(,[0-9]{3})+|[0-9]{1,15})(\.[0-9]{1,15})?", text):
        return None
    if text == "*" or re.fullmatch(r"[<>≤≥] ?=? ?[0-9]+|\[[a-z]\]", text.casefold()):
        return "FIG102"
    if text.casefold().rstrip(".") in NO_ANSWERS:
        return "FIG103"
    return "FIG101"


NO_ANSWERS = {
    "-", "--", "–", "—", "−", "?", "n/a", "na", "n.a", "nil", "none", "null", "nk", "not known", "unknown",
    "not available", "not applicable", "not collected", "not recorded", "tbc", "x", "n/k",
}  # fmt: skip

Count = Annotated[int, BeforeValidator(number_in), Field(ge=0, le=LARGEST_COUNT)]


@lru_cache(maxsize=256)
def grid_model(slug: str, figures: tuple[str, ...]) -> type[BaseModel]:
    """The model of a question that is a grid: a count or nothing for each figure."""
    fields: dict[str, Any] = dict.fromkeys(figures, (Count | None, None))
    return create_model(slug, **fields)


@lru_cache(maxsize=256)
def case_model(slug: str, columns: tuple[Column, ...]) -> type[BaseModel]:
    """The model of one row of a question that is a list."""
    fields: dict[str, Any] = {}
    for column in columns:
        kind = _column_type(column)
        fields[column.slug] = (kind, ...) if column.required else (kind | None, None)
    return create_model(slug, **fields)


def _column_type(column: Column) -> Any:
    if column.kind == "number":
        return Annotated[int, BeforeValidator(number_in), Field(ge=column.minimum, le=column.maximum)]
    return Annotated[str, BeforeValidator(_choice_among(column.choices) if column.choices else _text)]


def _text(cell: Cell) -> str:
    return tidy(str(cell.value))


def _choice_among(choices: tuple[str, ...]) -> Callable[[Cell], str]:
    by_key = {label_key(choice): choice for choice in choices}

    def choice(cell: Cell) -> str:
        chosen = by_key.get(label_key(str(cell.value)))
        if chosen is None:
            raise PydanticCustomError("FIG113", "not a choice", {"expected": either(choices)})
        return chosen

    return choice


def read_grid(question: Question, entries: Mapping[tuple[str, str], Entry]) -> Answers:
    """A question that is a grid, from its entries by measure and column."""
    named = {figure_name(measure, column): entry for (measure, column), entry in entries.items()}
    model = grid_model(question.slug, tuple(named))
    values, troubles = _validated(model, named, question.slug)
    figures = {name: Given(values.get(name), entry.places) for name, entry in named.items()}
    versions = [
        {figure_name(measure, column): entry for (measure, column), entry in entries.items() if column == version}
        for version in question.respondents or (ANSWER,)
    ]
    for version in versions:
        blank = [entry for entry in version.values() if entry.is_blank and entry.place]
        if blank and any(name in values for name in version):
            places = tuple(place for entry in blank for place in entry.places)
            facts = {"blank": ", ".join(f"'{entry.label}'" for entry in blank), "of": len(version), "count": len(blank)}
            troubles.append(Trouble("FIG201", places, question.slug, None, {"question": question.label, **facts}))
    complete = [all(name in values for name in version) for version in versions]
    # Answers that could not be found are not known to be blank: their labels are gone, and that is said.
    untouched = [
        all(entry.is_blank for entry in version.values()) and any(entry.place for entry in version.values())
        for version in versions
    ]
    return Answers(figures, _state(complete, untouched), troubles)


def _state(complete: Sequence[bool], untouched: Sequence[bool]) -> State:
    """A question's state from its versions': one version filled in is enough, none may be half filled in."""
    if all(untouched):
        return State.NOT_RETURNED
    settled = all(whole or blank for whole, blank in zip(complete, untouched, strict=True))
    return State.RETURNED if settled else State.INCOMPLETE


def read_list(question: Question, rows: Sequence[Mapping[str, Entry]], *, is_whole: bool = True) -> Answers:
    """A question that is a list, from the entries by column of each row that is not blank.

    ``is_whole``: every heading was found. Without one of them nothing can be counted.
    """
    model = case_model(question.slug, question.columns)
    cases, troubles = [], []
    for row in rows if is_whole else ():
        values, wrong = _validated(model, row, question.slug)
        cases.append(values)
        troubles += wrong
    places = tuple(place for row in rows for entry in row.values() if not entry.is_blank for place in entry.places)
    refused = [trouble for trouble in troubles if trouble.code != "FIG109"]  # which only says how it was read
    readable = is_whole and bool(rows) and not refused
    figures = {
        tally.measure: Given(sum(_counts(tally, case) for case in cases) if readable else None, places)
        for tally in question.tallies
    }
    return Answers(figures, _state([readable], [is_whole and not rows]), troubles)


def _counts(tally: Tally, case: Mapping[str, Any]) -> bool:
    """Whether a tally counts a case."""
    if any(case.get(column) != choice for column, choice in tally.where.items()):
        return False
    return tally.when is None or Line(tally.when).verdict(case) is Verdict.HELD


def _validated(
    model: type[BaseModel], entries: Mapping[str, Entry], question: str
) -> tuple[dict[str, Any], list[Trouble]]:
    """What a model accepts of the entries, by field, and the trouble with each entry that it refuses."""
    given = {name: entry.cell for name, entry in entries.items() if not entry.is_blank}
    values, errors = _try(model, given)
    troubles = [_refusal(error, entries[str(error["loc"][0])], question) for error in errors]
    if errors:
        refused = {error["loc"][0] for error in errors}
        values, _ = _try(model, {name: cell for name, cell in given.items() if name not in refused})
    for name, entry in entries.items():
        if isinstance(values.get(name), int) and entry.cell is not None and entry.cell.kind is Kind.TEXT:
            facts = {"label": entry.label, "found": _typed(entry.cell), "value": values[name]}
            troubles.append(Trouble("FIG109", entry.places, question, name, facts))
    return values, troubles


def _try(model: type[BaseModel], given: Mapping[str, Cell | None]) -> tuple[dict[str, Any], list[ErrorDetails]]:
    try:
        return {name: value for name, value in model.model_validate(given) if value is not None}, []
    except ValidationError as error:
        return {}, error.errors(include_url=False)


def _refusal(error: ErrorDetails, entry: Entry, question: str) -> Trouble:
    """The trouble that a model's refusal of an entry is."""
    limits: Mapping[str, object] = error.get("ctx", {})
    code = REFUSALS.get(error["type"], error["type"])
    if code == "FIG108" and limits.get("ge") != 0:
        code = "FIG112"
    facts = {"label": entry.label, "found": _typed(entry.cell), "expected": _expected(code, limits)}
    return Trouble(code, entry.places, question, str(error["loc"][0]), facts)


def _typed(cell: Cell | None) -> str:
    """What was typed in the place of an answer. Words and long numbers may be about a person: only described."""
    text = tidy(str(cell.value)) if cell is not None and cell.kind is Kind.TEXT else ""
    has_words = re.search(r"[^\W\d_]{3}", text) and text.casefold().rstrip(".") not in NO_ANSWERS
    is_long = sum(letter.isdigit() for letter in text) >= LONG_NUMBER
    return described(cell) if has_words or is_long else shown(cell, LONGEST_SHOWN)


def _expected(code: str, limits: Mapping[str, object]) -> str:
    """What would have been accepted, in words."""
    if "expected" in limits:
        return str(limits["expected"])
    if code != "FIG112" or not limits:
        return "a whole number, 0 or more"
    return f"no more than {limits['le']}" if "le" in limits else f"at least {limits['ge']}"

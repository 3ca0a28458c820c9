"""The guidance sheet of a form: the collection's own sections, then a table of every question made from the schema."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from mspof_cli.errors import SchemaError
from mspof_cli.layout import Form
from mspof_cli.outputs.form.page import Page
from mspof_cli.schemas import Collection, Frozen, Question

WORDINGS = {"published": "Published wording", "provisional": "Provisional wording"}
ABOUT_WORDING = (
    "Published wording is word for word as in a public source. Provisional wording stands in where the published text "
    "was not to hand, and may change."
)


class Section(Frozen):
    """One piece of guidance."""

    heading: str
    text: str


class Guidance(Frozen):
    """The file ``guidance.toml``."""

    section: tuple[Section, ...] = ()


def read_guidance(folder: Path) -> tuple[tuple[str, str], ...]:
    """Headings and texts from the ``guidance.toml`` in a collection's folder; none if it has no such file."""
    path = folder / "guidance.toml"
    if not path.exists():
        return ()
    try:
        guidance = Guidance.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        remedy = "Give each [[section]] a heading and a text, both in quotation marks, and nothing else."
        raise SchemaError(f"{path} can't be used as guidance.", remedy) from error
    return tuple((section.heading, section.text.strip()) for section in guidance.section)


def write_guidance(page: Page, form: Form, sections: Sequence[tuple[str, str]]) -> None:
    """Write the whole sheet, below whatever stands on it."""
    left = page.first_column
    for column, width in enumerate((33, 74, 14), left):
        page.widen(column, width)
    top = max(page.first_row, page.sheet.max_row + 2)
    for row, (heading, text) in enumerate((*sections, ("Questions on this form", ABOUT_WORDING)), top):
        page.note(row, left, heading, "section")
        page.note(row, left + 1, text, "text")
    if sections:
        page.break_before(top + len(sections))
    _write_table(page, form, top + len(sections) + 1)


def _write_table(page: Page, form: Form, top: int) -> None:
    left = page.first_column
    for column, text in enumerate(("The question", "What is asked, and the answers", "Its wording"), left):
        page.note(top, column, text, "heading")
    sheets = {block.question: block.sheet for block in form.edition.block}
    for row, question in enumerate(form.collection.question, top + 1):
        style = "provisional in table" if question.wording == "provisional" else "entry of table"
        page.note(row, left, f"{question.heading}\nOn the sheet '{sheets[question.slug]}'", "entry of table")
        page.note(row, left + 1, "\n".join(_about(form, question)), "entry of table")
        page.note(row, left + 2, WORDINGS[question.wording], style)


def _about(form: Form, question: Question) -> Iterator[str]:
    """What is asked, line by line, in this edition's words."""
    yield question.text
    yield from version_texts(form.collection, question)
    for column in question.columns:
        choices = f": {', '.join(column.choices)}" if column.choices else ""
        yield f"Column '{column.label}'{choices}"
    if question.answers:
        labels = form.labels(question)
        yield f"Answers: {'; '.join(labels[measure] for measure in question.answers)}"


def version_texts(collection: Collection, question: Question) -> list[str]:
    """How each respondent is asked: ``"To the adult: Did you ...?"``."""
    return [f"To {_in_mid_sentence(collection.respondents[who])}: {text}" for who, text in question.versions.items()]


def _in_mid_sentence(label: str) -> str:
    """A label with a small first letter, unless it starts with an abbreviation."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]

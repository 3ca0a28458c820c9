"""A small batch for the tests of what is written: one return of every status, and one that is set aside."""

from __future__ import annotations

from pathlib import Path

from build import CLEAN, COLLECTION, Value, cover, figures, returned

from mspof_cli.findings import Trouble
from mspof_cli.pipeline import Batch
from mspof_cli.returns import Return
from mspof_cli.rules import catalogue, check

RULES = catalogue([COLLECTION])

# The figures of the first three questions.
OUTCOMES: dict[str, Value | None] = {
    name: value
    for name, value in CLEAN.items()
    if COLLECTION.figures[name].question in ("enquiries", "asked", "achieved")
}


def partial(file: str, changes: dict[str, Value | None] | None = None, /, **on_cover: Value | None) -> Return:
    """A return of the count, Q1 and Q2 only, which are right unless changed."""
    return returned(cover(**on_cover) | figures(OUTCOMES | (changes or {})), file=file)


def of(name: str, number: int) -> dict[str, Value | None]:
    """The cover of a demonstration council."""
    return {"council": f"{name} (demonstration)", "ons_code": f"DEMO{number:05}"}


def batch() -> Batch:
    """Accepted, set aside, accepted with queries, needs correcting and not readable, with a file passed over."""
    returns = [
        partial("a.xlsx", submission=2),
        partial("b.xlsx", {"enquiries_completed": " 40 "}),
        partial("in/c.xlsx", {"not_achieved": 1}, **of("Brackenholt", 2)),
        partial("in/d.xlsx", {"not_asked": "n/a", "partially_achieved": None}, **of("Caldersby", 3), year="2018"),
        Return("in/e.xlsx", "", troubles=(Trouble("FILE101", facts={"found": "an empty file"}),)),
    ]
    return Batch(check(returns), (Path("in/notes.docx"),))

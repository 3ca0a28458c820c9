"""The blank pro forma for a council and a quarter, from the edition for that year."""

from __future__ import annotations

from mspof_cli.errors import UsageError
from mspof_cli.layout import Form, Key
from mspof_cli.loading import Schemas
from mspof_cli.outputs.form import build_form, read_guidance
from mspof_cli.outputs.form.values import Value
from mspof_cli.periods import Period, quarter_label
from mspof_cli.register import Register
from mspof_cli.schemas import ANSWER, Council, Edition


def blank_form(schemas: Schemas, slug: str | None, council: str, period: Period) -> tuple[Council, bytes]:
    """The council that was meant, and its workbook; ``UsageError`` for no such collection, council or edition."""
    slug = _collection(schemas, slug)
    collection = schemas.collection(slug)
    edition = _edition(schemas.editions_of(slug), period)
    register = schemas.register(collection)
    who = _council(register, council, period)
    cover: dict[str, int | str] = {
        "council": who.name,
        "ons_code": who.ons_code,
        "year": period.year,
        "quarter": quarter_label(period.quarter),
        "submission": 1,
    }
    # Demonstration councils choose among themselves, and real ones among themselves.
    peers = [each for each in register.existing_in(period) if each.register_name == who.register_name]
    answers: dict[Key, Value] = {(None, field, ANSWER): value for field, value in cover.items()}
    guidance = read_guidance(schemas.folder / slug)
    return who, build_form(Form(collection, edition), peers, answers, guidance, register)


def _collection(schemas: Schemas, slug: str | None) -> str:
    if slug is None and len(schemas.slugs) == 1:
        return schemas.slugs[0]
    if slug in schemas.slugs:
        return slug
    known = ", ".join(schemas.slugs)
    if slug is None:
        raise UsageError(f"There are several collections: {known}.", "Say which with --collection.")
    raise UsageError(f"There is no collection '{slug}'.", f"Use one of: {known}.")


def _edition(editions: tuple[Edition, ...], period: Period) -> Edition:
    for edition in reversed(editions):  # the newest, where a year's form was sent out again
        if period.year in edition.years:
            return edition
    years = ", ".join(year for edition in editions for year in edition.years)
    raise UsageError(f"There is no form for {period.year}.", f"There are forms for: {years}.")


def _council(register: Register, text: str, period: Period) -> Council:
    """The council of a name or code."""
    named = (each for each in register.named(text) if each.existed_in(period))
    council = register.by_code(text) or next(named, None)
    if council is None or not council.existed_in(period):
        near = register.nearest(text, period)
        hint = f"Did you mean '{near}'? " if near else ""
        problem = f"No council called '{text}' existed in the whole of {period}."
        raise UsageError(problem, f"{hint}Give a council's name or ONS code as it stands in the register of councils.")
    return council

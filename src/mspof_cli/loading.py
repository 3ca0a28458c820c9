"""The folder of schemas -> models. Whatever is wrong with a data file is said here: file, entry, remedy."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from mspof_cli.cells import row_and_column
from mspof_cli.errors import MspofError, SchemaError
from mspof_cli.lines import LineError
from mspof_cli.register import Register
from mspof_cli.schemas import ANSWER, Block, Collection, Council, Edition, Question, Spot

Model = TypeVar("Model", bound=BaseModel)

# Cover fields that the code itself reads: every return must say whose it is and when.
KNOWN_FIELDS = {"council", "ons_code", "year", "quarter", "submission", "completed", "signed_off"}

FAULTS = {
    "extra_forbidden": ("is not a name that belongs there", "Correct its spelling, or remove it."),
    "missing": ("is missing", "Add it."),
    "literal_error": ("is not one of the values allowed", "Use {expected}."),
    "enum": ("is not one of the values allowed", "Use {expected}."),
}
OTHER_FAULT = ("is not the kind of value that belongs there", "See the README in the folder of schemas.")


def schemas_folder() -> Path:
    """The folder of schemas that comes with mspof: inside the installed package, or beside ``src`` in a checkout."""
    package = Path(__file__).resolve().parent
    candidates = (package / "data", package.parent.parent / "schemas")
    for folder in candidates:
        if folder.is_dir():
            return folder
    raise MspofError("The schemas that come with mspof are missing.", "Install mspof again, or give --schemas FOLDER.")


class Schemas:
    """Every collection in a folder. Editions are read at once, a collection when it is first needed."""

    def __init__(self, folder: Path) -> None:
        """``SchemaError`` if the folder holds no collection, or an edition can't be used."""
        self.folder = folder
        self.slugs = tuple(sorted(path.parent.name for path in folder.glob("*/collection.toml")))
        if not self.slugs:
            raise SchemaError(
                f"'{folder}' has no collection in it.",
                "Give --schemas a folder that holds a folder with a file 'collection.toml' for each collection.",
            )
        self._collections: dict[str, Collection] = {}
        self._registers: dict[str, Register] = {}

    @cached_property
    def editions(self) -> tuple[tuple[str, Edition], ...]:
        """Every edition with its collection's slug, in order of slug."""
        files = [(slug, path) for slug in self.slugs for path in sorted((self.folder / slug).glob("editions/*.toml"))]
        return tuple((slug, _model(Edition, _toml(path), path)) for slug, path in files)

    def collection(self, slug: str) -> Collection:
        """A collection with its rules, checked as a whole together with its editions."""
        if slug not in self._collections:
            folder = self.folder / slug
            path, rules = folder / "collection.toml", folder / "rules.toml"
            collection = _model(Collection, {**_toml(path), **_toml(rules)}, path)
            for problem in (*_collection_problems(collection), *_rule_problems(collection)):
                raise SchemaError(f"{path.parent}: {problem}", "Correct the entry and run again.")
            for owner, edition in self.editions:
                if owner == slug:
                    for problem in _edition_problems(collection, edition):
                        raise SchemaError(
                            f"{folder / 'editions' / edition.slug}.toml: {problem}", "Correct the entry and run again."
                        )
            self._collections[slug] = collection
        return self._collections[slug]

    def editions_of(self, slug: str) -> tuple[Edition, ...]:
        """A collection's editions, oldest first."""
        return tuple(edition for owner, edition in self.editions if owner == slug)

    def register(self, collection: Collection) -> Register:
        """The councils that may return a collection."""
        if collection.slug not in self._registers:
            councils = [council for name in collection.registers for council in _councils(self.folder / name)]
            self._registers[collection.slug] = Register(councils)
        return self._registers[collection.slug]


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SchemaError(f"{path} can't be read.", "Check that the file is there and that you may read it.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SchemaError(f"{path} is not TOML: {error}.", "Correct the line that is named.") from error


def _councils(path: Path) -> Iterator[Council]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SchemaError(f"{path} can't be read.", "Check that it is there and is CSV in UTF-8.") from error
    for number, row in enumerate(rows, 2):
        values: dict[str, Any] = {key: value for key, value in row.items() if value}
        for key in ("other_ons_codes", "successor_ons_codes"):
            values[key] = tuple(row.get(key, "").split(";")) if row.get(key) else ()
        yield _model(Council, {**values, "register_name": path.stem}, path, f"line {number}")


def _model(model: type[Model], data: dict[str, Any], path: Path, entry: str = "") -> Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        context: Mapping[str, object] = first.get("ctx", {})
        fault, remedy = FAULTS.get(first["type"], OTHER_FAULT)
        if first["loc"][0] == "rule":
            path = path.with_name("rules.toml")
        where = ", ".join(filter(None, (entry, _entry(first["loc"], data))))
        raise SchemaError(f"{path}: {where} {fault}.", remedy.format_map(context)) from error


def _entry(loc: tuple[int | str, ...], data: Any) -> str:
    """Where in the file, as its author would say: ``rule 3 (MSP103), 'titel'``."""
    words: list[str] = []
    for part in loc:
        try:
            data = data[part]
        except (LookupError, TypeError):
            data = None
        if isinstance(part, str):
            words.append(f"'{part}'")
            continue
        names = data if isinstance(data, dict) else {}
        name = names.get("code") or names.get("slug") or names.get("question") or names.get("measure")
        last = words.pop().strip("'") if words else "entry"
        words.append(f"{last} {part + 1}" + (f" ({name})" if name else ""))
    return ", ".join(words)


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _collection_problems(collection: Collection) -> Iterator[str]:
    """What the collection's own entries get wrong about each other."""
    missing = KNOWN_FIELDS - {field.slug for field in collection.cover}
    if missing:
        yield f"the cover has no field '{sorted(missing)[0]}'."
    for question in collection.question:
        if bool(question.answers) == bool(question.columns):
            yield f"question '{question.slug}' must have either answers or columns."
        for respondent in question.respondents:
            if respondent not in collection.respondents:
                yield f"question '{question.slug}' names the respondent '{respondent}', who is not declared."
    measures = (measure for question in collection.question for measure in question.measures)
    names = [
        *collection.figures,
        *collection.totals,
        *collection.questions,
        *(each.slug for each in collection.derived),
    ]
    fields = (field.slug for field in collection.cover)
    for name in (*_repeated(names), *_repeated(fields), *_repeated(measures)):
        yield f"the name '{name}' is used more than once."
    yield from _name_problems(collection)


def _name_problems(collection: Collection) -> Iterator[str]:
    """Totals, percentages and watched counts that name what there is not."""
    counts = {*collection.figures, *collection.totals}
    uses = [
        *((f"total '{total.slug}'", total.of, set(collection.figures)) for total in collection.total),
        *((f"derived measure '{each.slug}'", each.numerator + each.denominator, counts) for each in collection.derived),
        *(
            (f"derived measure '{each.slug}'", (each.question,), set(collection.questions))
            for each in collection.derived
        ),
        ("watched_counts", collection.watched_counts, counts),
    ]
    for user, names, known in uses:
        for name in names:
            if name not in known:
                yield f"{user} names '{name}', which is not declared."


def _rule_problems(collection: Collection) -> Iterator[str]:
    known = {*collection.figures, *collection.totals, *(q.returned_name for q in collection.question)}
    for code in _repeated(rule.code for rule in collection.rule):
        yield f"the rule code {code} is used more than once."
    for rule in collection.rule:
        if not rule.line or not rule.breaks:
            yield f"rule {rule.code} needs a line, and at least one example that breaks it."
            continue
        try:
            unknown = [name for name in rule.parsed.names if name not in known]
        except LineError as error:
            yield f"the line of rule {rule.code} can't be used: {error}."
            continue
        if unknown:
            yield f"the line of rule {rule.code} names '{unknown[0]}', which is not a figure, a total or a question."
        if rule.question not in collection.questions:
            yield f"rule {rule.code} names the question '{rule.question}', which is not declared."


def _edition_problems(collection: Collection, edition: Edition) -> Iterator[str]:
    """Addresses that do not fit the measures: every label once, every answer somewhere."""
    if {block.question for block in edition.block} != set(collection.questions):
        yield "it must have one block for each question of the collection."
        return
    cover = {field.slug for field in collection.cover}
    yield from _block_problems("cover", edition.cover, cover, {ANSWER})
    for block in edition.block:
        question = collection.questions[block.question or ""]
        yield from _block_problems(f"block '{question.slug}'", block, *_expected_keys(question))
    spots = [
        (block.sheet, spot.cell if isinstance(spot, Spot) else spot)
        for block in (edition.cover, *edition.block)
        for spot in (*([block.heading] if block.heading else []), *block.columns.values(), *block.rows.values())
    ]
    for _, cell in spots:
        try:
            row_and_column(cell)
        except ValueError:
            yield f"'{cell}' is not the address of a cell, such as C8."
    for (sheet, cell), count in Counter(spots).items():
        if count > 1:
            yield f"two labels stand in cell {cell} of sheet '{sheet}'."


def _expected_keys(question: Question) -> tuple[set[str], set[str]]:
    """The keys of rows and of columns that a question's block must have."""
    if question.is_list:
        return set(), {column.slug for column in question.columns}
    return set(question.answers), set(question.respondents or (ANSWER,))


def _block_problems(name: str, block: Block, rows: set[str], columns: set[str]) -> Iterator[str]:
    for kind, given, wanted in (("row", set(block.rows), rows), ("column", set(block.columns), columns)):
        for key in sorted(wanted - given):
            yield f"{name} has no {kind} '{key}'."
        for key in sorted(given - wanted):
            yield f"{name} has a {kind} '{key}', which the collection does not have."

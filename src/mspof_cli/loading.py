"""The folder of schemas -> models. Whatever is wrong with a data file is said here: file, entry, remedy."""

from __future__ import annotations

import csv
import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from mspof_cli.coherence import (
    audience_problems,
    collection_problems,
    comparator_problems,
    edition_problems,
    rule_problems,
)
from mspof_cli.disclosure import Audience, PlacedAudience, Policy
from mspof_cli.errors import MspofError, SchemaError
from mspof_cli.layout import label_key
from mspof_cli.register import Register
from mspof_cli.sac import Comparator, EnglandFigure
from mspof_cli.schemas import Collection, Council, Edition, Frozen

Model = TypeVar("Model", bound=BaseModel)

FAULTS = {
    "extra_forbidden": ("is not a name that belongs there", "Correct its spelling, or remove it."),
    "missing": ("is missing", "Add it."),
    "literal_error": ("is not one of the values allowed", "Use {expected}."),
    "enum": ("is not one of the values allowed", "Use {expected}."),
}
REMEDY = "Correct the entry and run again."
OTHER_FAULT = ("is not the kind of value that belongs there", "See the README in the folder of schemas.")


def schemas_folder() -> Path:
    """The folder of schemas that comes with mspof: inside the installed package, or beside ``src`` in a checkout."""
    package = Path(__file__).resolve().parent
    candidates = (package / "data", package.parent.parent / "schemas")
    for folder in candidates:
        if folder.is_dir():
            return folder
    raise MspofError("The schemas that come with mspof are missing.", "Install mspof again, or give --schemas FOLDER.")


DISCLOSURE = "disclosure.toml"


class Policies(Frozen):
    """The file ``disclosure.toml``."""

    policy: tuple[Policy, ...]
    audience: tuple[Audience, ...] = ()


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
        editions: dict[str, tuple[str, Edition]] = {}
        for slug, path in files:
            edition = _model(Edition, _toml(path), path)
            if edition.slug != path.stem:
                raise SchemaError(f"{path}: 'slug' is not the file's name.", f'Write: slug = "{path.stem}"')
            if editions.setdefault(label_key(edition.marker), (slug, edition))[1] is not edition:
                raise SchemaError(f"{path}: another edition has the same 'version'.", "Give each edition its own.")
        if not editions:
            raise SchemaError(f"'{self.folder}' has no edition in it.", "Add a file in 'editions' of a collection.")
        return tuple(editions.values())

    def collection(self, slug: str) -> Collection:
        """A collection with its rules, checked as a whole together with its editions."""
        if slug not in self._collections:
            folder = self.folder / slug
            path, rules = folder / "collection.toml", folder / "rules.toml"
            lines = _toml(rules)
            collection = _model(Collection, _toml(path) | lines, path, others=dict.fromkeys(lines, rules))
            _refuse(path, collection_problems(collection))
            _refuse(rules, rule_problems(collection))
            for edition in self.editions_of(slug):
                _refuse(folder / "editions" / f"{edition.slug}.toml", edition_problems(collection, edition))
            self._collections[slug] = collection
        return self._collections[slug]

    @cached_property
    def policies(self) -> dict[str, Policy]:
        """How counts can be protected, by name."""
        policies = self._disclosure.policy
        wrong = (f"the base of '{each.slug}' is not an odd number." for each in policies if each.base % 2 != 1)
        _refuse(self.folder / DISCLOSURE, wrong)
        return {each.slug: each for each in policies}

    @cached_property
    def audiences(self) -> dict[str, tuple[PlacedAudience, Policy]]:
        """Who a summary can be for, by name, from the many to the few, with the policy that protects it."""
        _refuse(self.folder / DISCLOSURE, audience_problems(self._disclosure.audience, self.policies))
        audiences: dict[str, tuple[PlacedAudience, Policy]] = {}
        closer: tuple[PlacedAudience, ...] = ()
        for each in reversed(self._disclosure.audience):
            policy = self.policies[each.policy]
            placed = PlacedAudience(**dict(each), closer=closer)
            audiences[each.slug] = placed, policy
            if policy.base > 1:
                closer = (placed, *closer)
        return dict(reversed(audiences.items()))

    @cached_property
    def _disclosure(self) -> Policies:
        path = self.folder / DISCLOSURE
        return _model(Policies, _toml(path), path)

    def sha256(self, slug: str) -> str:
        """A fingerprint of everything that a collection and its register are made of."""
        own = sorted(path for path in (self.folder / slug).rglob("*") if path.is_file())
        shared = sorted(path for path in self.folder.iterdir() if path.is_file())
        whole = hashlib.sha256()
        for path in (*shared, *own):
            data = path.read_bytes()
            whole.update(f"{path.relative_to(self.folder).as_posix()}\0{len(data)}\0".encode() + data)
        return whole.hexdigest()

    def has_comparator(self, slug: str) -> bool:
        """Whether something is published that a collection's returns are compared with."""
        return (self.folder / slug / "sac.toml").exists()

    def comparator(self, slug: str) -> tuple[Comparator, Policy]:
        """What a collection's returns are compared with, and how its figures were protected."""
        path = self.folder / slug / "sac.toml"
        comparator = _model(Comparator, _toml(path), path)
        _refuse(path, comparator_problems(self.collection(slug), comparator, self.policies))
        return comparator, self.policies[comparator.policy]

    def england(self, slug: str) -> tuple[EnglandFigure, ...]:
        """What is published for the whole of England, for context; nothing where there is no such file."""
        path = self.folder / slug / "england.csv"
        if not path.exists():
            return ()
        return tuple(_model(EnglandFigure, row, path, f"line {number}") for number, row in _rows(path))

    def editions_of(self, slug: str) -> tuple[Edition, ...]:
        """A collection's editions, oldest first."""
        return tuple(edition for owner, edition in self.editions if owner == slug)

    def register(self, collection: Collection) -> Register:
        """The councils that may return a collection."""
        if collection.slug not in self._registers:
            councils: dict[str, Council] = {}
            for path in (self.folder / name for name in collection.registers):
                for council in _councils(path):
                    for code in (council.ons_code, *council.other_ons_codes):
                        if councils.setdefault(code, council) is not council:
                            raise SchemaError(f"{path}: two councils have the ONS code {code}.", REMEDY)
            self._registers[collection.slug] = Register(dict.fromkeys(councils.values()))
        return self._registers[collection.slug]


def _refuse(path: Path, problems: Iterator[str]) -> None:
    """``SchemaError`` for the first of the problems with a file, if there is one."""
    for problem in problems:
        raise SchemaError(f"{path}: {problem}", REMEDY)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SchemaError(f"{path} can't be read.", "Check that the file is there and that you may read it.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SchemaError(f"{path} is not TOML: {error}.", "Correct the line that is named.") from error


def _councils(path: Path) -> Iterator[Council]:
    for number, row in _rows(path):
        values: dict[str, Any] = {key: value for key, value in row.items() if value}
        for key in ("other_ons_codes", "successor_ons_codes"):
            values[key] = tuple(row.get(key, "").split(";")) if row.get(key) else ()
        yield _model(Council, {**values, "register_name": path.stem}, path, f"line {number}")


def _rows(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """The rows of a CSV file with the numbers of their lines."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:  # Excel starts its CSV files with a mark
            reader = csv.DictReader(file, restkey="more values than there are columns", strict=True)
            return [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SchemaError(f"{path} can't be read.", "Check that it is there and is CSV in UTF-8.") from error


def _model(
    model: type[Model], data: dict[str, Any], path: Path, entry: str = "", others: Mapping[str, Path] | None = None
) -> Model:
    """The model of what a file holds; ``others`` are the files of entries that came from elsewhere."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        # A misspelt name is also a name that is missing: what is there is said first.
        first = min(error.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden")
        context: Mapping[str, object] = first.get("ctx", {})
        fault, remedy = FAULTS.get(first["type"], OTHER_FAULT)
        path = (others or {}).get(str(first["loc"][0]), path)
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

"""A summary as ``mspof collate`` wrote it: its manifest, and the rows of its tables as they are shown."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import ValidationError

from mspof_cli.disclosure import Audience, Policy
from mspof_cli.errors import UsageError
from mspof_cli.periods import Period, parse_period
from mspof_cli.schemas import Frozen
from mspof_cli.sums import Row, row_of

MANIFEST, MEASURES, TRENDS, PARTICIPATION = "manifest.json", "measures.csv", "trends.csv", "participation.csv"
FINDINGS, REVISIONS, ENGLAND, SAC = "findings.csv", "revisions.csv", "england.csv", "sac.csv"
ASCOF, LGINFORM = "ascof.csv", "lginform.csv"
METADATA, QUALITY, WORKBOOK, SPREADSHEET = "csv-metadata.json", "quality.md", "summary.xlsx", "summary.ods"

# Every file that a summary may have.
FILES = frozenset(
    {MANIFEST, MEASURES, TRENDS, PARTICIPATION, FINDINGS, REVISIONS, ENGLAND, SAC, ASCOF, LGINFORM}
    | {METADATA, QUALITY, WORKBOOK, SPREADSHEET}
)


class Input(Frozen):
    """A file and what became of it; more than that only for those who may know it."""

    sha256: str
    decision: Literal["used", "left out"]
    file: str | None = None
    council: str | None = None
    period: str | None = None
    submission: int | None = None
    why: str | None = None


class Source(Frozen):
    """A file beside the returns that was read too: its name for those who may know it."""

    holds: Literal["SAC", "explanations"]
    sha256: str
    file: str | None = None


class Output(Frozen):
    """A file that was written."""

    file: str
    sha256: str
    bytes: int


class Before(Frozen):
    """A summary that had been published before, and was reckoned with."""

    period: str
    audience: str
    manifest_sha256: str


class Manifest(Frozen):
    """What a summary was made of and by what, and what was written; versions and fingerprints of schemas and rules.

    ``hidden_further`` is how many numbers are hidden that are not small themselves, to protect others; None where a
    manifest does not say.
    """

    mspof: str
    collection: str
    period: str
    audience: Audience
    policy: Policy
    schemas_sha256: str
    rules_sha256: str
    hidden_further: int | None = None
    before: tuple[Before, ...] = ()
    inputs: tuple[Input, ...]
    sources: tuple[Source, ...] = ()
    outputs: tuple[Output, ...]

    def used(self) -> frozenset[str]:
        """The SHA-256 of every return that the figures are made of."""
        return frozenset(each.sha256 for each in self.inputs if each.decision == "used")


class Summary(NamedTuple):
    """A folder that was written, read again. ``rows`` are of the quarter and of the trends, as they are shown.

    ``returned`` says of each council, by ONS code, which question it returned in the quarter, by the question's label.
    """

    folder: Path
    manifest: Manifest
    manifest_sha256: str
    period: Period
    rows: Mapping[Row, Mapping[str, str]]
    returned: Mapping[str, Mapping[str, str]]


def read_manifest(folder: Path) -> tuple[Manifest, str]:
    """What a folder's manifest says, and its SHA-256; ``UsageError`` if there is none, or it is not one."""
    path = folder / MANIFEST
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"There is no '{path}'.", "Give a folder that 'mspof collate' wrote.") from error
    try:
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        raise _no_manifest(path) from error
    if any(Path(each.file).name != each.file for each in manifest.outputs):
        raise _no_manifest(path)
    return manifest, hashlib.sha256(data).hexdigest()


def read_summary(folder: Path) -> Summary:
    """A summary; ``UsageError`` if it is none, or is not what was written."""
    manifest, sha256 = read_manifest(folder)
    period = parse_period(manifest.period)
    if period is None or MEASURES not in {each.file for each in manifest.outputs}:
        raise _no_manifest(folder / MANIFEST)
    tables = sorted((each for each in manifest.outputs if each.file in (MEASURES, TRENDS)), key=lambda each: each.file)
    rows: dict[Row, Mapping[str, str]] = {}
    for each in tables:
        for row in _table(folder / each.file, each.sha256):
            rows.setdefault(row_of(row), row)
    returned: dict[str, dict[str, str]] = {}
    for each in manifest.outputs:
        if each.file == PARTICIPATION:
            for row in _table(folder / each.file, each.sha256):
                returned.setdefault(row["ons_code"], {})[row["question"]] = row["state"]
    return Summary(folder, manifest, sha256, period, rows, returned)


def sha256_of(path: Path) -> str | None:
    """The SHA-256 of a file; None if it is not there, or can't be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _no_manifest(path: Path) -> UsageError:
    return UsageError(f"'{path}' is not a manifest.", "Collate again, into another folder.")


def _table(path: Path, sha256: str) -> Iterator[dict[str, str]]:
    """The rows of a table, which must be the bytes that were written."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"There is no '{path}'.", "Give a folder that 'mspof collate' wrote.") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise UsageError(f"'{path}' is not what was written.", "Give the folder as 'mspof collate' wrote it.")
    yield from csv.DictReader(io.StringIO(data.decode(), newline=""))

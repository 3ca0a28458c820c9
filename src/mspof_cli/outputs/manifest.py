"""What a summary was made of, and what was written: enough to see later whether either has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from mspof_cli import __version__
from mspof_cli.published import Published
from mspof_cli.rules import catalogue
from mspof_cli.written import FILES, MANIFEST, Before, Input, Manifest, Output, Source, read_manifest, sha256_of


def manifest(published: Published, files: Mapping[str, bytes], sources: Iterable[Source]) -> bytes:
    """The manifest of a summary: ``files`` are the others that are written with it, by name."""
    named = published.audience.names_files
    rules = {code: rule.model_dump(mode="json") for code, rule in sorted(catalogue([published.collection]).items())}
    told = Manifest(
        mspof=__version__,
        collection=published.collection.slug,
        period=str(published.period),
        audience=published.audience,
        policy=published.policy,
        schemas_sha256=published.schemas_sha256,
        rules_sha256=sha256(json.dumps(rules, sort_keys=True).encode()),
        hidden_further=published.measures.hidden_further,
        before=tuple(
            Before(
                period=each.manifest.period, audience=each.manifest.audience.slug, manifest_sha256=each.manifest_sha256
            )
            for each in published.before
        ),
        inputs=published.inputs,
        sources=tuple(each if named else each.model_copy(update={"file": None}) for each in sources),
        outputs=tuple(Output(file=name, sha256=sha256(data), bytes=len(data)) for name, data in sorted(files.items())),
    )
    return (told.model_dump_json(indent=2, exclude_none=True) + "\n").encode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Verified(NamedTuple):
    """How a folder stands to its manifest: how many files are as they were, and what is wrong with the others."""

    outputs: int
    inputs: int
    sources: int
    has_sources: bool
    manifest_sha256: str
    wrong: tuple[str, ...]


def verify(folder: Path, inputs: Iterable[Path] | None, sources: Iterable[Path] | None) -> Verified:
    """Compare a folder with its manifest; with it the returns, and the other files that it was made of, if given.

    ``UsageError`` if there is no manifest that can be read.
    """
    told, manifest_sha256 = read_manifest(folder)
    others = FILES - {MANIFEST, *(each.file for each in told.outputs)}
    wrong = [f"'{name}' is not of this summary." for name in sorted(others) if (folder / name).exists()]
    right = 0
    for each in told.outputs:
        found = sha256_of(folder / each.file)
        if found == each.sha256:
            right += 1
        else:
            wrong.append(f"'{each.file}' {'is not there' if found is None else 'is not what was written'}.")
    used = [] if inputs is None else [each for each in told.inputs if each.decision == "used"]
    read = [] if sources is None else list(told.sources)
    changed = [f"A return that was used is not there, or has changed: {name}." for name in _missing(used, inputs or ())]
    besides = [f"A file that was used is not there, or has changed: {name}." for name in _missing(read, sources or ())]
    left = len(used) - len(changed), len(read) - len(besides)
    return Verified(right, *left, bool(told.sources), manifest_sha256, (*wrong, *changed, *besides))


def _missing(told: Iterable[Input | Source], files: Iterable[Path]) -> list[str]:
    """The names, or the SHA-256, of what is not among some files."""
    there = {sha256_of(path) for path in files}
    return [each.file or each.sha256 for each in told if each.sha256 not in there]

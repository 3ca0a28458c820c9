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
from mspof_cli.written import Before, Manifest, Output, read_manifest, sha256_of


def manifest(published: Published, files: Mapping[str, bytes]) -> bytes:
    """The manifest of a summary: ``files`` are the others that are written with it, by name."""
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
        outputs=tuple(Output(file=name, sha256=sha256(data), bytes=len(data)) for name, data in sorted(files.items())),
    )
    return (told.model_dump_json(indent=2, exclude_none=True) + "\n").encode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Verified(NamedTuple):
    """How a folder stands to its manifest: how many files are as they were, and what is wrong with the others."""

    outputs: int
    inputs: int
    wrong: tuple[str, ...]


def verify(folder: Path, inputs: Iterable[Path] | None) -> Verified:
    """Compare a folder with its manifest, and the files of returns that it was made of with it if they are given.

    ``UsageError`` if there is no manifest that can be read.
    """
    told, _ = read_manifest(folder)
    wrong, right = [], 0
    for each in told.outputs:
        found = sha256_of(folder / each.file)
        if found == each.sha256:
            right += 1
        else:
            wrong.append(f"'{each.file}' {'is not there' if found is None else 'is not what was written'}.")
    if inputs is None:
        return Verified(right, 0, tuple(wrong))
    there = {sha256_of(path) for path in inputs}
    used = [each for each in told.inputs if each.decision == "used"]
    missing = [each for each in used if each.sha256 not in there]
    wrong += [f"A return that was used is not there, or has changed: {each.file or each.sha256}." for each in missing]
    return Verified(right, len(used) - len(missing), tuple(wrong))

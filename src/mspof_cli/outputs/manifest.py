"""What a summary was made of, and what was written: enough to see later whether either has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mspof_cli import __version__
from mspof_cli.errors import UsageError
from mspof_cli.published import Published
from mspof_cli.rules import catalogue

MANIFEST = "manifest.json"


def manifest(published: Published, files: Mapping[str, bytes]) -> bytes:
    """The manifest of a summary: ``files`` are the others that are written with it, by name."""
    rules = {code: rule.model_dump(mode="json") for code, rule in sorted(catalogue([published.collection]).items())}
    told = {
        "mspof": __version__,
        "collection": published.collection.slug,
        "period": str(published.period),
        "audience": published.audience.model_dump(mode="json"),
        "policy": published.policy.model_dump(mode="json"),
        "schemas_sha256": published.schemas_sha256,
        "rules_sha256": sha256(json.dumps(rules, sort_keys=True).encode()),
        "inputs": [
            {name: value for name, value in each._asdict().items() if value is not None} for each in published.inputs
        ],
        "outputs": [{"file": name, "sha256": sha256(data), "bytes": len(data)} for name, data in sorted(files.items())],
    }
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()


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
    told = _read(folder)
    wrong, right = [], 0
    for each in told["outputs"]:
        found = _sha256_of(folder / each["file"])
        if found == each["sha256"]:
            right += 1
        else:
            wrong.append(f"'{each['file']}' {'is not there' if found is None else 'is not what was written'}.")
    if inputs is None:
        return Verified(right, 0, tuple(wrong))
    there = {_sha256_of(path) for path in inputs}
    used = [each for each in told["inputs"] if each["decision"] == "used"]
    missing = [each for each in used if each["sha256"] not in there]
    wrong += [
        f"A return that was used is not there, or has changed: {each.get('file', each['sha256'])}." for each in missing
    ]
    return Verified(right, len(used) - len(missing), tuple(wrong))


def _read(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        told = json.loads(path.read_bytes())
        outputs, inputs = told["outputs"], told["inputs"]
        is_whole = all(Path(each["file"]).name == each["file"] and each["sha256"] for each in outputs) and all(
            each["sha256"] and each["decision"] for each in inputs
        )
    except OSError as error:
        raise UsageError(f"There is no '{path}'.", "Give a folder that 'mspof collate' wrote.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"'{path}' is not a manifest.", "Collate again, into another folder.") from error
    if not is_whole:
        raise UsageError(f"'{path}' is not a manifest.", "Collate again, into another folder.")
    return dict(told)


def _sha256_of(path: Path) -> str | None:
    """None if the file is not there, or can't be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None

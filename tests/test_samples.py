"""Every sample is run, and its whole list of findings compared with the text beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mspof_cli.findings import Status
from mspof_cli.loading import Schemas, schemas_folder
from mspof_cli.outputs.text import ranges
from mspof_cli.pipeline import Batch, validate

SAMPLES = Path(__file__).resolve().parent.parent / "sample_proformas"
FAULTS = sorted((SAMPLES / "faults").glob("*.txt"))


def run(path: Path, monkeypatch: pytest.MonkeyPatch) -> Batch:
    """The findings of a file or folder, seen from the folder that it is in."""
    monkeypatch.chdir(path if path.is_dir() else path.parent)
    return validate([Path() if path.is_dir() else Path(path.name)], Schemas(schemas_folder()))


def listed(batch: Batch, with_file: bool) -> str:
    """Findings as the texts beside the samples write them."""
    lines = [
        " | ".join(
            [
                *([checked.ret.file] if with_file else []),
                *(finding.severity.value, finding.code, finding.sheet or ""),
                *(", ".join(ranges(finding.cells)), finding.found),
            ]
        )
        for checked in batch.checked
        for finding in checked.findings
    ]
    return "".join(line + "\n" for line in sorted(lines))


@pytest.mark.parametrize("expected", FAULTS, ids=lambda path: path.stem)
def test_fault(expected: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [sample] = [path for path in expected.parent.iterdir() if path.stem == expected.stem and path != expected]
    batch = run(sample, monkeypatch)
    assert listed(batch, with_file=sample.is_dir()) == expected.read_text(encoding="utf-8")


def test_returns(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = run(SAMPLES / "returns", monkeypatch)
    inserted = "1 row inserted above 'Q2. Desired outcomes achieved'"
    assert listed(batch, with_file=True).splitlines() == [
        "2018-19-Q3/Farrowshire.xlsx | note | SET102 | Cover | C13 | submission 1",
        "2018-19-Q3/Glimmerbeck.xlsx | query | MSP202 | Questions | C19:C21, C11 | 27",
        "2018-19-Q3/Glimmerbeck.xlsx | query | PCT101 | Questions | C19 | 100 % (27 of 27)",
        f"2018-19-Q3/Harthollow.xlsx | note | FORM104 | Questions | B18 | {inserted}",
        "2018-19-Q3/Vinterbourne.xlsx | note | FIG109 | Questions | C7 | '1,024'",
    ]
    assert {checked.status for checked in batch.checked} == {Status.ACCEPTED, Status.WITH_QUERIES}
    assert len({checked.ret.who.council for checked in batch.checked if "Q3" in checked.ret.file}) == 12

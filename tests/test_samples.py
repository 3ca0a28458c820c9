"""Every sample is run, and its whole list of findings compared with the text beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mspof_cli.cli.shared import councils_of
from mspof_cli.explanations import read_explanations
from mspof_cli.findings import Status
from mspof_cli.loading import Schemas, schemas_folder
from mspof_cli.outputs.text import ranges
from mspof_cli.periods import parse_period
from mspof_cli.pipeline import Batch, validate
from mspof_cli.publications import read_sac
from mspof_cli.rules import GENERAL

SAMPLES = Path(__file__).resolve().parent.parent / "sample_proformas"
CODES = {rule.code for rule in GENERAL} | {"MSP201", "MSP202"}
FAULTS = sorted((SAMPLES / "faults").glob("*.txt"))


PUBLICATIONS = ("2018-19.xlsx", "2018-19.ods", "2018-19 older symbols.xlsx", "2018-19 older symbols.ods")


def run(path: Path, monkeypatch: pytest.MonkeyPatch, options: str = "") -> Batch:
    """The findings of a file or folder, seen from the folder that it is in; the options are typed in that of faults."""
    schemas, given = Schemas(schemas_folder()), options.split(maxsplit=1)
    option, value = given or ["", ""]
    monkeypatch.chdir(SAMPLES / "faults")
    sac = read_sac([value], schemas) if option == "--sac" else None
    explanations = read_explanations(Path(value), CODES, councils_of(schemas)) if option == "--explanations" else ()
    period = parse_period(value) if option == "--period" else None
    monkeypatch.chdir(path if path.is_dir() else path.parent)
    paths = [Path() if path.is_dir() else Path(path.name)]
    return validate(paths, schemas, sac=sac, explanations=explanations, period=period)


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
    first, *rest = expected.read_text(encoding="utf-8").splitlines()
    options, findings = (first, rest) if first.startswith("--") else ("", [first, *rest])
    batch = run(sample, monkeypatch, options)
    assert listed(batch, with_file=sample.is_dir()).splitlines() == findings


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


def test_returns_beside_sac(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {
        sac: listed(run(SAMPLES / "returns", monkeypatch, f"--sac ../sac/{sac}"), with_file=True)
        for sac in PUBLICATIONS
    }
    assert [line for line in found["2018-19.xlsx"].splitlines() if " | SAC" in line] == [
        "2018-19-Q3/Vinterbourne.xlsx | query | SAC104 | Questions | C7 | 1024",
        "2018-19-Q4/Farrowshire.xlsx | query | SAC101 | Questions | C7 | 443",
        "2018-19-Q4/Larkminster.xlsx | query | SAC103 | Questions | C13:C14 | 'No' and 'Don't know' in Q4",
    ]
    assert set(found.values()) == {found["2018-19.xlsx"]}

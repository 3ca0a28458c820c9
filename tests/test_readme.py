"""The README's examples are what the commands say: each is run as it stands, one after the other."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from shell import ROOT, mspof

README = (ROOT / "README.md").read_text(encoding="utf-8")
COPY = "Glimmerbeck (demonstration) 2018-19-Q3.xlsx"


def examples() -> Iterator[tuple[str, list[str]]]:
    """Each command of a block for the console, with the lines that it is said to write."""
    for block in re.findall(r"^```console\n(.*?)^```", README, re.MULTILINE | re.DOTALL):
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = example.strip().splitlines()
            yield command, lines


def missing(wanted: list[str], said: list[str]) -> list[str]:
    """The first lines that are not said in their order; between '...' they stand one below the other."""
    at = 0
    for is_left_out, lines in itertools.groupby(wanted, "...".__eq__):
        if is_left_out:
            continue
        passage = list(lines)
        fits = [n for n in range(at, len(said) - len(passage) + 1) if said[n : n + len(passage)] == passage]
        if not fits:
            return passage
        at = fits[0] + len(passage)
    return []


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readme")
    (folder / "sample_proformas").symlink_to(ROOT / "sample_proformas")
    return folder


def explain_two(folder: Path) -> None:
    """What the council of the README's example wrote into its copy: one explanation, and one that is none."""
    book = openpyxl.load_workbook(folder / "feedback" / COPY)
    sheet = book.worksheets[0]
    said = {"MSP202": "Three of the thirty had died before the enquiry was closed.", "PCT101": "ok"}
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    column = next(row.index("Explanation") for row in rows if "Explanation" in row)
    for number, row in enumerate(rows, start=1):
        for code in said.keys() & {*row}:
            sheet.cell(number, column + 1).value = said[code]
    book.save(folder / COPY)


def test_every_example_is_true(place: Path) -> None:
    tried = 0
    for command, wanted in examples():
        words = shlex.split(command)
        if words[0] == "ls":
            said = sorted(path.name for path in (place / words[1]).iterdir())
        else:
            if words[1] == "explain":
                explain_two(place)
            done = mspof(*words[1:], cwd=place)
            said = [line.rstrip() for line in (done.stdout + done.stderr).decode("utf-8").splitlines()]
        assert missing([line.rstrip() for line in wanted], said) == [], (command, said)
        tried += 1
    assert tried >= 12

"""LibreOffice, which computes a form's formulas as Excel does. Tests that need it are skipped, loudly, without it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest

SOFFICE = shutil.which("soffice")

needed = pytest.mark.skipif(
    SOFFICE is None, reason="LibreOffice is NOT INSTALLED, so the form's own formulas were NOT checked against mspof"
)

FILES_AT_A_TIME = 100


def recalculated(files: list[Path], folder: Path) -> None:
    """Each workbook opened, computed and saved again in a folder, under its own name."""
    assert SOFFICE
    for start in range(0, len(files), FILES_AT_A_TIME):
        some = files[start : start + FILES_AT_A_TIME]
        command = [SOFFICE, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to"]
        done = subprocess.run(
            [*command, "xlsx", "--outdir", folder, *some], capture_output=True, text=True, check=False
        )
        missing = [file.name for file in some if not (folder / file.name).exists()]
        assert not missing, f"{missing}: {done.stdout[-300:]}{done.stderr[-300:]}"


def computed(workbooks: Mapping[str, bytes], folder: Path) -> dict[str, openpyxl.Workbook]:
    """Workbooks by name, with the results of their formulas as LibreOffice computes them."""
    made, results = folder / "made", folder / "computed"
    made.mkdir()
    results.mkdir()
    files = [made / f"{name}.xlsx" for name in workbooks]
    for file, data in zip(files, workbooks.values(), strict=True):
        file.write_bytes(data)
    recalculated(files, results)
    return {file.stem: openpyxl.load_workbook(results / file.name, data_only=True) for file in files}

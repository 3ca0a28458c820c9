"""The built wheel, installed outside the repository, finds the schemas that come with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel installed in it, without the packages it needs, which this environment has."""
    folder = tmp_path_factory.mktemp("installed")
    built = run("-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT), cwd=folder)
    if built.returncode:
        pytest.skip("the wheel could not be built: pip, or the package index for hatchling, is out of reach")
    (wheel,) = folder.glob("mspof-*.whl")
    site = folder / "site"
    done = run("-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel), cwd=folder)
    assert done.returncode == 0, done.stderr
    return site


def test_the_wheel_brings_its_schemas(installed: Path, tmp_path: Path) -> None:
    where = run("-c", "import mspof_cli; print(mspof_cli.__file__)", cwd=tmp_path, PYTHONPATH=str(installed))
    assert where.stdout.strip() == str(installed / "mspof_cli" / "__init__.py")
    made = run(
        *("-m", "mspof_cli", "template", "--council", "Hull", "--period", "2018-19-Q3", "-o", "hull.xlsx"),
        cwd=tmp_path,
        PYTHONPATH=str(installed),
    )
    assert (made.returncode, made.stdout) == (0, "Wrote hull.xlsx for Kingston upon Hull, E06000010\n")
    checked = run("-m", "mspof_cli", "validate", "-q", "hull.xlsx", cwd=tmp_path, PYTHONPATH=str(installed))
    codes = [line.split()[1] for line in checked.stdout.splitlines() if line.startswith(("  error ", "  query "))]
    assert (checked.returncode, codes) == (1, ["COVER301", "COVER203", "COVER302", "FIG301"])


def test_the_wheel_has_the_same_schemas_as_the_repository(installed: Path) -> None:
    def files(folder: Path) -> dict[str, bytes]:
        found = (path for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}

    assert files(installed / "mspof_cli" / "data") == files(ROOT / "schemas")

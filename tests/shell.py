"""The command as its user runs it: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MSPOF = [sys.executable, "-m", "mspof_cli"]


def environment(**changes: str) -> dict[str, str]:
    """The environment of this process without what would change colours, and with the package to be found."""
    unset = ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS", "PYTHONIOENCODING")
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    return {**kept, "PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "0", **changes}


def mspof(
    *arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """The outcome of a command: its exit status and what it wrote, as bytes."""
    command = [*MSPOF, *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=environment(**(env or {})), capture_output=True, check=False)

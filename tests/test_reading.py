"""Many files are read by two processes: the same returns, in the same order, whatever happens to a process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parent.parent / "sample_proformas"
COUNT = sum(path.suffix in (".xlsx", ".xlsm", ".ods") for path in SAMPLES.rglob("*"))

# In a process of its own: here polars is loaded, after which nothing forks.
COMPARE = """
import os, sys
from pathlib import Path
from mspof_cli import reading
from mspof_cli.loading import Schemas, schemas_folder
from mspof_cli.outputs.report import as_json
from mspof_cli.inbox import find_workbooks
from mspof_cli.pipeline import validate

folder, what = Path(sys.argv[1]), sys.argv[2]
files = find_workbooks([folder]).files
assert len(files) >= reading.MANY_FILES and reading._can_fork()
read = reading.Reader.read
if what == "killed":
    first = os.getpid()
    def read_or_die(self, file):
        if os.getpid() != first and file == files[50]:
            os._exit(9)
        return read(self, file)
    reading.Reader.read = read_or_die
two = as_json(validate([folder], Schemas(schemas_folder())))
reading.Reader.read = read
reading._can_fork = lambda: False
one = as_json(validate([folder], Schemas(schemas_folder())))
assert one == two
print(len(files), "files")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks")
@pytest.mark.parametrize("what", ["whole", "killed"])
def test_two_processes_read_the_same_as_one(what: str) -> None:
    command = [sys.executable, "-c", COMPARE, str(SAMPLES), what]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", f"{COUNT} files\n")

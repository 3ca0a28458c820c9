"""How long checking takes, as ratios to what others take to read the same files.

``python tests/benchmarks/reading.py [ROUNDS]`` makes 153 returns with the generator of the blank form, fills them in at
random, and times whole processes in turn, round by round: the machine's speed drifts, the ratios less so.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mspof_cli.layout import Form, Key
from mspof_cli.loading import Schemas, schemas_folder
from mspof_cli.outputs.form import build_form, read_guidance
from mspof_cli.outputs.form.values import Value
from mspof_cli.periods import Period, quarter_label

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "sample_proformas"))
from samples import COMPLETED, SCOPE, full

OPENPYXL = """
import sys, pathlib, openpyxl
for path in pathlib.Path(sys.argv[1]).glob("*.xlsx"):
    book = openpyxl.load_workbook(path, read_only=True)
    for sheet in book:
        for row in sheet.iter_rows(values_only=True):
            pass
    book.close()
"""
CALAMINE = """
import sys, pathlib, python_calamine
for path in pathlib.Path(sys.argv[1]).glob("*.xlsx"):
    book = python_calamine.CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()
"""
IMPORTS = "import typer, pydantic"
SMALLEST = """
import typer
app = typer.Typer()
@app.command()
def validate(paths: list[str]) -> None: ...
app()
"""


def make_returns(folder: Path) -> None:
    """152 councils' returns for one quarter, and one of them for the quarter before."""
    schemas = Schemas(schemas_folder())
    collection = schemas.collection("msp-outcomes")
    edition = schemas.editions_of("msp-outcomes")[0]
    form, guidance = Form(collection, edition), read_guidance(schemas.folder / "msp-outcomes")
    councils = [c for c in schemas.register(collection).existing_in(Period(2018, 3)) if c.register_name == "councils"]
    dice = random.Random(2018)
    for number, (council, quarter) in enumerate([*((each, 3) for each in councils), (councils[0], 2)]):
        cover: dict[str, Value] = {
            "council": council.name,
            "ons_code": council.ons_code,
            "year": "2018-19",
            "quarter": quarter_label(quarter),
            "scope": SCOPE,
            "submission": 1,
            "completed": COMPLETED["2018-19", 3],
            "signed_off": "Yes",
        }
        answers: dict[Key, Value] = {(None, slug, "answer"): value for slug, value in cover.items()}
        for name, value in full(40 + number, dice.randint(-4, 4)).items():
            figure = collection.figures[name]
            answers[figure.question, figure.measure, figure.respondent or "answer"] = value
        (folder / f"{number:03}.xlsx").write_bytes(build_form(form, councils, answers, guidance))


def seconds(command: list[str]) -> float:
    started = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, command
    return time.perf_counter() - started


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_returns(folder)
        python = sys.executable
        commands = {
            "mspof validate, 153 returns": [python, "-m", "mspof_cli", "validate", name],
            "openpyxl read_only, reading only": [python, "-c", OPENPYXL, name],
            "python-calamine, reading only": [python, "-c", CALAMINE, name],
            "mspof validate, one return": [python, "-m", "mspof_cli", "validate", str(folder / "000.xlsx")],
            "import typer, pydantic": [python, "-c", IMPORTS],
            "a typer command that does nothing": [python, "-c", SMALLEST, "x"],
        }
        times: dict[str, list[float]] = {label: [] for label in commands}
        for _ in range(rounds + 1):
            for label, command in commands.items():
                times[label].append(seconds(command))
    for label, taken in times.items():
        print(f"{label:<36}{statistics.median(taken[1:]):8.3f} s")
    print()
    batch, one = "mspof validate, 153 returns", "mspof validate, one return"
    for first, second in (
        *((batch, other) for other in list(commands)[1:3]),
        *((one, other) for other in list(commands)[4:]),
    ):
        ratios = [a / b for a, b in zip(times[first][1:], times[second][1:], strict=True)]
        print(f"{first} / {second}: {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)

"""How long collating takes, as ratios to checking and to reading the same files, and how much memory.

``python tests/benchmarks/collating.py [YEARS [AUDIENCE...]]`` makes returns of every council for every quarter of so
many years, 1 if that is not given, and collates the last quarter for each audience, with all the others beside it. The
figures are invented. 20 years are some 12,000 returns.
"""

from __future__ import annotations

import datetime
import io
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from reading import OPENPYXL

from mspof_cli.layout import Form, Key
from mspof_cli.loading import Schemas, schemas_folder
from mspof_cli.outputs.form import build_form
from mspof_cli.periods import Period, quarter_label
from mspof_cli.schemas import Council

FIRST, MOST_YEARS = 2019, 20
AUDIENCES = ("internal", "participants", "public")
COVER: dict[str, int | str] = {
    "council": "THE COUNCIL",
    "ons_code": "THE CODE",
    "year": "THE YEAR",
    "quarter": "THE QUARTER",
    "scope": "Section 42 enquiries only",
    "submission": 1,
    "completed": "THE DAY",
    "signed_off": "Yes",
}
UNUSED = 700_001  # and the numbers after it stand for figures on the form that is filled in

# How people answer, as parts of 100, and how many of those whom an enquiry was about are asked afterwards.
SHARES = {
    "asked": {"expressed": 55, "not_expressed": 12, "dont_know": 7, "not_recorded": 8},
    "risk_involved": {"fully": 50, "partly": 25, "not": 15, "not_recorded": 10},
    "understood": {"fully": 55, "partly": 25, "not": 8, "not_answered": 12},
    "listened": {"always": 50, "quite_a_bit": 25, "not_much": 9, "not_at_all": 4, "not_answered": 12},
    "happy": {"very": 45, "quite": 30, "not_very": 9, "not_at_all": 4, "not_answered": 12},
    "safer": {"a_lot": 40, "quite_a_bit": 25, "a_little": 15, "no": 8, "not_answered": 12},
}
ASKED_AFTERWARDS = {"adult": 0.25, "representative": 0.15}


def split(chance: random.Random, total: int, shares: Mapping[str, int]) -> dict[str, int]:
    """A number of people, by what each of them answered."""
    answered = chance.choices(list(shares), list(shares.values()), k=total)
    return {answer: answered.count(answer) for answer in shares}


def figures(chance: random.Random, size: float) -> dict[str, int]:
    """The figures of a council of a size, that no rule has anything to say about."""
    total = max(5, round(size * chance.uniform(0.8, 1.2)))
    asked = split(chance, total, {**SHARES["asked"], "": 18})
    found = {f"asked_{answer}": count for answer, count in asked.items() if answer}
    found |= {"enquiries_completed": total, "not_asked": asked[""]}
    achieved = split(chance, asked["expressed"], {"fully": 67, "partially": 27, "not": 6})
    found |= {f"{answer}_achieved": count for answer, count in achieved.items()}
    risk = split(chance, total - asked[""] // 2, SHARES["risk_involved"])
    found |= {f"risk_involved_{answer}": count for answer, count in risk.items()}
    for respondent, rate in ASKED_AFTERWARDS.items():
        for question in ("understood", "listened", "happy", "safer"):
            for answer, count in split(chance, round(total * rate), SHARES[question]).items():
                found[f"{question}_{answer}_{respondent}"] = count
    return found


class Stamp:
    """A form that is filled in again and again, in its parts: to make one anew takes far longer than to read it."""

    def __init__(self, schemas: Schemas) -> None:
        edition = next(edition for slug, edition in schemas.editions if edition.slug == "2019-20")
        collection = schemas.collection("msp-outcomes")
        form = Form(collection, edition)
        self._places = {name: UNUSED + number for number, name in enumerate(sorted(collection.figures))}
        answers: dict[Key, int | str] = {(None, slug, "answer"): value for slug, value in COVER.items()}
        for name, number in self._places.items():
            figure = collection.figures[name]
            answers[figure.question, figure.measure, figure.respondent or "answer"] = number
        with zipfile.ZipFile(io.BytesIO(build_form(form, (), answers))) as archive:
            self._parts = {name: archive.read(name).decode() for name in archive.namelist()}

    def filled(self, council: Council, period: Period, counts: Mapping[str, int]) -> bytes:
        texts = {
            "THE COUNCIL": council.name,
            "THE CODE": council.ons_code,
            "THE YEAR": period.year,
            "THE QUARTER": quarter_label(period.quarter),
            "THE DAY": f"{period.last_day + datetime.timedelta(days=14):%d/%m/%Y}",
        }
        texts = {before: after.replace("&", "&amp;") for before, after in texts.items()}
        texts |= {f"<v>{place}</v>": f"<v>{counts[name]}</v>" for name, place in self._places.items()}
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, part in self._parts.items():
                if name.startswith("xl/worksheets/") or name == "xl/sharedStrings.xml":
                    for before, after in texts.items():
                        part = part.replace(before, after)  # noqa: PLW2901
                archive.writestr(name, part)
        return stream.getvalue()


def schemas_of_many_years(folder: Path) -> Schemas:
    """The schemas, with a form that goes on being used."""
    shutil.copytree(schemas_folder(), folder)
    edition = folder / "msp-outcomes" / "editions" / "2019-20.toml"
    years = [Period(start, 1).year for start in range(FIRST, FIRST + MOST_YEARS)]
    edition.write_text(edition.read_text().replace('years = ["2019-20"]', f"years = {years}".replace("'", '"')))
    return Schemas(folder)


def quarters(years: int) -> Iterator[Period]:
    for start in range(FIRST, FIRST + years):
        yield from (Period(start, quarter) for quarter in range(1, 5))


def make_returns(folder: Path, schemas: Schemas, years: int) -> int:
    """Returns of every council for every quarter; how many there are."""
    stamp, chance, sizes = Stamp(schemas), random.Random(2019), dict[str, float]()
    register = schemas.register(schemas.collection("msp-outcomes"))
    made = 0
    for period in quarters(years):
        for council in register.existing_in(period):
            if council.register_name == "councils":
                size = sizes.setdefault(council.ons_code, chance.lognormvariate(4.8, 0.7))
                data = stamp.filled(council, period, figures(chance, size))
                (folder / f"{council.ons_code} {period}.xlsx").write_bytes(data)
                made += 1
    return made


class Took(NamedTuple):
    """What a process and those that it started took: seconds on the clock and of processors, and memory at its most."""

    seconds: float
    processors: float
    megabytes: float


def took(command: list[str]) -> Took:
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, command
    return Took(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def measure(years: int, audiences: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        schemas = schemas_of_many_years(base / "schemas")
        folder = base / "returns"
        folder.mkdir()
        number = make_returns(folder, schemas, years)
        last = str(list(quarters(years))[-1])
        own = ["--schemas", str(schemas.folder)]
        mspof = [sys.executable, "-m", "mspof_cli"]
        reading = took([sys.executable, "-c", OPENPYXL, str(folder)])
        runs = {"validate": took([*mspof, "validate", str(folder), *own])}
        for audience in audiences:
            out = ["--audience", audience, "--to", str(base / audience), "--ods"]
            runs[audience] = took([*mspof, "collate", str(folder), "--period", last, *out, *own])
        print(f"{number:,} returns, read by openpyxl in {reading.seconds:.1f} s, and as ratios to it and to validate:")
        for what, run in runs.items():
            ratios = [run.seconds / other.seconds for other in (reading, runs["validate"])]
            times = f"{run.seconds:8.1f} s{run.processors:8.1f} s of processors{run.megabytes:8.0f} MB"
            print(f"  {what:<14}{times}{ratios[0]:8.2f}{ratios[1]:8.2f}")


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1, sys.argv[2:] or AUDIENCES)

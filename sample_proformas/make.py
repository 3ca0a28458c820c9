"""Make every sample again: ``python sample_proformas/make.py``; only some: ``... make.py faults/SAC returns/2018-19-Q1``.

Blank forms come from ``mspof template``'s own generator. They are filled in, changed and saved by LibreOffice, as a
council would, so that the samples are what a spreadsheet program writes. A few faults that no program makes on
purpose (a file cut short, a web page under a workbook's name) are made from those files afterwards.

Needs ``pip install '.[samples]'``, LibreOffice (``soffice``) and a Python that can ``import uno`` (Debian: ``libreoffice-calc python3-uno``); name
the latter in the environment variable ``UNO_PYTHON`` if it is not ``/usr/bin/python3``.
"""

from __future__ import annotations

import csv
import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from msoffcrypto.format.ooxml import OOXMLFile
from publisher import long, tables
from samples import COMPLETED, SCOPE, SYSTEMS, Fault, Sample, faults, history, published, returns

from mspof_cli.blank import blank_form
from mspof_cli.cells import Place, column_letters
from mspof_cli.explanations import COLUMNS
from mspof_cli.layout import Form
from mspof_cli.loading import Schemas, schemas_folder
from mspof_cli.periods import Period
from mspof_cli.schemas import ANSWER

HERE = Path(__file__).resolve().parent
SCHEMAS = Schemas(schemas_folder())
COLLECTION = SCHEMAS.collection("msp-outcomes")
EDITIONS = {edition.slug: edition for edition in SCHEMAS.editions_of("msp-outcomes")}
PLACES = {
    (slug, slot.key): Place(plan.sheet, plan.labels[slot.row_label].row, plan.labels[slot.column_label].column)
    for slug, edition in EDITIONS.items()
    for plan in Form(COLLECTION, edition).sheets
    for slot in plan.slots
}


def main(*beginnings: str) -> None:
    """Make the returns, the history, the faults and the publications anew; of workbooks only those named, if any are."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        wanted = [(HERE / "returns" / sample.file, sample) for sample in returns()]
        wanted += [(HERE / "history" / sample.file, sample) for sample in history()]
        for fault in faults():
            several = len(fault.samples) > 1
            home = HERE / "faults" / fault.name if several or fault.options else HERE / "faults"
            wanted += [(home / sample.file, sample) for sample in fault.samples]
        if beginnings:
            wanted = [each for each in wanted if str(each[0].relative_to(HERE)).startswith(beginnings)]
        else:
            for name in ("returns", "history", "faults"):
                shutil.rmtree(HERE / name, ignore_errors=True)
        jobs = [job(sample, path, scratch) for path, sample in wanted]
        python = os.environ.get("UNO_PYTHON", "/usr/bin/python3")
        subprocess.run([python, str(HERE / "typist.py")], input=json.dumps(jobs), text=True, check=True, timeout=900)
        for path, sample in wanted:
            if sample.then:
                AFTERWARDS[sample.then](path)
    for fault in faults():
        (HERE / "faults" / f"{fault.name}.txt").write_text(expected(fault), encoding="utf-8")
        if fault.explanations:
            explain(HERE / "faults" / fault.name / "explanations.csv", fault.explanations)
    publish_all()
    print(f"Made {len(wanted)} workbooks.")


def explain(path: Path, lines: Iterable[tuple[str, ...]]) -> None:
    """A file of explanations, as 'mspof explain' writes it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(lines)


def expected(fault: Fault) -> str:
    """The whole list of findings, one a line, after the options that they are found with."""
    options = f"{fault.options}\n" if fault.options else ""
    return options + "".join(" | ".join(finding) + "\n" for finding in sorted(fault.findings))


def publish_all() -> None:
    """The invented publications: two years, each as workbook, OpenDocument and CSV, in both generations of symbols."""
    folder = HERE / "sac"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for year in ("2017-18", "2018-19"):
        start_year = int(year[:4])
        councils = [
            council
            for council in SCHEMAS.register(COLLECTION).councils
            if council.register_name == "demonstration_councils" and council.existed_throughout(start_year)
        ]
        figures = published(year)
        counts = {c.ons_code: figures[c.name[0]] for c in councils if c.name[0] in figures}
        for suffix, policy in (("", "nhs-sac"), (" older symbols", "nhs-sac-asterisk")):
            path = folder / f"{year}{suffix}.xlsx"
            path.write_bytes(tables(year, councils, counts, SCHEMAS.policies[policy]))
            path.with_suffix(".csv").write_bytes(long(councils, counts, SCHEMAS.policies[policy]))
            command = ["soffice", "--headless", "--convert-to", "ods", "--outdir", str(folder), str(path)]
            subprocess.run(command, check=True, capture_output=True, timeout=120)


def job(sample: Sample, path: Path, scratch: Path) -> dict[str, Any]:
    """What LibreOffice is to do for a sample."""
    path.parent.mkdir(parents=True, exist_ok=True)
    period = Period(int(sample.period[0][:4]), sample.period[1])
    blank = scratch / f"{sample.council} {period}.xlsx"
    blank.write_bytes(blank_form(SCHEMAS, None, sample.council, period)[1])
    edits = [
        *(edit for key, value in entries(sample) for edit in typed(sample.period[0], key, value)),
        *map(list, sample.edits),
    ]
    return {"open": str(blank), "save": str(path), "as": sample.save_as, "edits": edits}


def entries(sample: Sample) -> Iterator[tuple[tuple[str | None, str, str], Any]]:
    """Everything that is typed into a blank form, by slot."""
    cover = {
        "scope": SCOPE,
        "completed": COMPLETED[sample.period],
        "system": SYSTEMS[len(sample.council) % len(SYSTEMS)],
        "mailbox": "safeguarding.returns@council.example",
        "signed_off": "Yes",
    }
    for slug, value in (cover | sample.cover).items():
        yield (None, slug, ANSWER), value
    for name, value in sample.figures.items():
        figure = COLLECTION.figures[name]
        yield (figure.question, figure.measure, figure.respondent or ANSWER), value


def typed(edition: str, key: tuple[str | None, str, str], value: Any) -> Iterator[list[Any]]:
    """The edit that types a value into a slot."""
    place = PLACES[edition, key]
    sheet, ref = place.sheet, f"{column_letters(place.column)}{place.row}"
    if value is None:
        yield ["clear", sheet, ref]
    elif isinstance(value, datetime.date):
        yield ["date", sheet, ref, (value - datetime.date(1899, 12, 30)).days]
    elif isinstance(value, str):
        yield ["formula" if value.startswith("=") else "text", sheet, ref, value]
    else:
        yield ["number", sheet, ref, value]


def rewritten(path: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Change the parts of a workbook, by name."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    path.write_bytes(file.getvalue())


def as_xlsb(path: Path) -> None:
    """The parts that make Excel's binary format what it is; LibreOffice can't write it."""

    def change(parts: dict[str, bytes]) -> None:
        parts["xl/workbook.bin"] = parts.pop("xl/workbook.xml")

    rewritten(path, change)


def inflated(path: Path) -> None:
    """A sheet that unpacks to more than any form."""

    def change(parts: dict[str, bytes]) -> None:
        parts["xl/worksheets/sheet1.xml"] += b" " * (70 << 20)

    rewritten(path, change)


def as_word(path: Path) -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts.clear()
        parts["[Content_Types].xml"] = (
            b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
            b'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            b'wordprocessingml.document.main+xml"/></Types>'
        )
        parts["_rels/.rels"] = (
            b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
            b'Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
            b'Target="word/document.xml"/></Relationships>'
        )
        parts["word/document.xml"] = b"<document/>"

    rewritten(path, change)


def with_macros(path: Path) -> None:
    """The mark of a workbook with macros; there is no code in it."""

    def change(parts: dict[str, bytes]) -> None:
        parts["xl/vbaProject.bin"] = b"no code"
        links = parts["xl/_rels/workbook.xml.rels"]
        kind = b"http://schemas.microsoft.com/office/2006/relationships/vbaProject"
        link = b'<Relationship Id="rIdMacros" Type="' + kind + b'" Target="vbaProject.bin"/></Relationships>'
        parts["xl/_rels/workbook.xml.rels"] = links.replace(b"</Relationships>", link)

    rewritten(path, change)


def without_results(path: Path) -> None:
    """Formulas without results, as some systems export them."""

    def change(parts: dict[str, bytes]) -> None:
        for name, data in parts.items():
            if name.startswith("xl/worksheets/"):
                parts[name] = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", data)

    rewritten(path, change)


def as_own_workbook(path: Path) -> None:
    """The figures in a workbook of the council's own making: the line with the form version is gone."""

    def change(parts: dict[str, bytes]) -> None:
        strings = parts["xl/sharedStrings.xml"]
        parts["xl/sharedStrings.xml"] = strings.replace(EDITIONS["2018-19"].marker.encode(), b"Safeguarding figures")

    rewritten(path, change)


def with_password(path: Path) -> None:
    """What Excel saves under a password; LibreOffice asks for it in a window, which there is none of here."""
    file = BytesIO()
    OOXMLFile(BytesIO(path.read_bytes())).encrypt("swordfish", file)
    path.write_bytes(file.getvalue())


def cut_short(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def packed_anew(path: Path) -> None:
    """The same parts in another package, as other programs write them: other bytes, nothing else."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, data in parts.items():
            package.writestr(name, data)


AFTERWARDS: dict[str, Callable[[Path], object]] = {
    "emptied": lambda path: path.write_bytes(b""),
    "as_xlsb": as_xlsb,
    "as_html": lambda path: path.write_text("<html><body><table><tr><td>40</td></tr></table></body></html>\n"),
    "as_csv": lambda path: path.write_text("question,answer\nEnquiries completed,40\n"),
    "cut_short": cut_short,
    "inflated": inflated,
    "as_word": as_word,
    "with_macros": with_macros,
    "without_results": without_results,
    "as_own_workbook": as_own_workbook,
    "with_password": with_password,
    "packed_anew": packed_anew,
    "copy_of_a": lambda path: shutil.copy(path.with_name("a.xlsx"), path),
}

if __name__ == "__main__":
    main(*sys.argv[1:])

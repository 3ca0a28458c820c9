"""The tables beside the measures: who returned what, what was found, the layouts of others; and what describes them."""

from __future__ import annotations

import csv
import datetime
import io
import re
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pytest
from build import CLEAN, COLLECTION, QUARTER, SCHEMAS, cover, figures, returned
from csvw import CSVW  # type: ignore[import-untyped]
from odfdo import Document, Element
from test_collation import COUNCILS, a_return, collated, written
from test_earlier import numbered, wrote
from test_protection import FULL

from mspof_cli.collation import Collated, collate
from mspof_cli.earlier import earlier
from mspof_cli.outputs.summary import summary_files
from mspof_cli.published import WITH_NUMBERS, published
from mspof_cli.rules import check

AUDIENCES = ("public", "participants", "internal")


def table(files: dict[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[name].decode(), newline=""), strict=True))


@pytest.fixture(scope="module")
def four() -> Collated:
    """Four councils: one left a question blank, and all others were satisfied. One form was completed too early."""
    all_met = {"fully_achieved": 25, "partially_achieved": 0, "not_achieved": 0}
    returns = [
        a_return(council, CLEAN | all_met | {"understood_fully_adult": 9 + n}) for n, council in enumerate(COUNCILS[:3])
    ]
    early = cover(council=COUNCILS[3].name, ons_code=COUNCILS[3].ons_code, completed=datetime.date(2018, 12, 20))
    returns.append(returned(early | figures(CLEAN | dict.fromkeys(all_met)), file="early.xlsx"))
    return collate(check(returns), QUARTER, SCHEMAS.register)


@pytest.mark.parametrize("audience", ["public", "internal"])
def test_participation_is_known_to_everybody(audience: str, four: Collated) -> None:
    rows = table(written(four, audience), "participation.csv")
    states = {(row["ons_code"], row["question"]): row["state"] for row in rows}
    assert len(rows) == len(states) == 4 * len(COLLECTION.question)
    assert [key for key, state in states.items() if state != "returned"] == [(COUNCILS[3].ons_code, "Q2")]
    assert states[COUNCILS[3].ons_code, "Q2"] == "not returned"


@pytest.mark.parametrize("audience", ["public", "participants"] if FULL else ["public"])
def test_findings_are_counted_by_rule_for_those_who_may_not_know_numbers(audience: str, four: Collated) -> None:
    files = written(four, audience)
    rows = table(files, "findings.csv")
    assert {tuple(row) for row in rows} == {
        ("collection", "period", "code", "severity", "title", "councils", "explained")
    }
    told = {row["code"]: (row["severity"], row["councils"], row["explained"]) for row in rows}
    found = {finding.code for each in four.decisions for finding in each.checked.findings}
    assert {"PCT101", "COVER202"} <= found
    # That a rule on figures found something, or nothing, would tell what they are.
    assert told == {"COVER202": ("query", "1", "0")}
    assert not any(council.name.encode() in files["findings.csv"] for council in COUNCILS)


@pytest.mark.parametrize(
    ("said", "shown"), [("We close early before Christmas.", None), ("It was sent on the 20th.", WITH_NUMBERS)]
)
def test_explanations_without_figures_are_told_to_everybody(said: str, shown: str | None, four: Collated) -> None:
    """Of a query that tells no figure, and without numbers; PCT101, which tells one, is explained here too."""
    explained = [
        each.checked._replace(findings=tuple(one._replace(explanation=said) for one in each.checked.findings))
        for each in four.decisions
    ]
    result = collate(explained, QUARTER, SCHEMAS.register)
    told = {audience: published(result, (), *SCHEMAS.audiences[audience]).explanations for audience in AUDIENCES[1:]}
    title = "The form was completed after the period ended"
    assert told["participants"].rows() == [(COUNCILS[3].name, "COVER202", "", title, shown or said)]
    assert [row[1] for row in told["internal"].rows()] == ["PCT101", "PCT101", "PCT101", "COVER202"]


def test_findings_are_told_whole_to_those_who_may_know(four: Collated) -> None:
    rows = table(written(four), "findings.csv")
    wanted = [
        (each.checked.ret.file_name, finding.code, " ".join(finding.cells), finding.message)
        for each in four.decisions
        for finding in each.checked.findings
    ]
    assert [(row["file"], row["code"], row["cells"], row["message"]) for row in rows] == wanted
    assert wanted


@pytest.mark.parametrize("audience", AUDIENCES if FULL else ("public", "internal"))
def test_the_layouts_of_others_say_what_the_measures_say(audience: str, four: Collated) -> None:
    files = written(four, audience)
    measures = [row for row in table(files, "measures.csv") if row["span"] == "quarter"]
    ascof, lginform = table(files, "ascof.csv"), table(files, "lginform.csv")
    wanted = [
        (row["cassr_code"], row["ons_code"], row["name"], row["measure"], kind, row[column], marker)
        for row in measures
        for kind, column, marker in (
            *((("Numerator", "numerator", ""), ("Denominator", "denominator", "")) if row["unit"] == "percent" else ()),
            ("Outcome", "value", row["marker"]),
        )
    ]
    named = (
        "Geographical Code",
        "ONS Code",
        "Geographical Description",
        "Measure Code",
        "Measure Type",
        "Measure Value",
        "Marker",
    )
    assert [tuple(row[name] for name in named) for row in ascof] == wanted
    assert [(row["area_code"], row["area"], row["period"], row["value"], row["marker"]) for row in lginform] == [
        (row["ons_code"], row["name"], row["period"], row["value"], row["marker"]) for row in measures
    ]
    if audience != "public":  # of a council, some percentages rest on 13 people
        assert "[u]" in {row["marker"] for row in lginform}
    metrics = {(row["metric"], row["area"]) for row in lginform}
    assert len(metrics) == len(lginform)  # a metric of an area has one value


@pytest.mark.parametrize("audience", AUDIENCES if FULL else ("public", "internal"))
def test_every_table_is_what_its_metadata_say(audience: str, tmp_path: Path) -> None:
    """By the standard for CSV on the Web, as an implementation of it that is not ours reads them."""
    returns = numbered([a_return(council, CLEAN) for council in COUNCILS[:4]], "one")
    returns += numbered([a_return(council, CLEAN, QUARTER.previous) for council in COUNCILS[:3]], "one")
    late = numbered([a_return(COUNCILS[4], CLEAN)], "late")
    who, policy = SCHEMAS.audiences[audience]
    before = earlier(wrote(collated(returns), tmp_path / "before", who, policy), COLLECTION, returns)
    result = published(
        collated([*returns, *late]), (), who, policy, england=SCHEMAS.england("msp-outcomes"), before=[before]
    )
    files = summary_files(result)
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        described = CSVW(str(tmp_path / "csv-metadata.json"), validate=True)
        assert described.is_valid
        read = {each.url.string: list(each.iterdicts(strict=True)) for each in described.tables}
    assert set(read) == {name for name in files if name.endswith(".csv")}
    assert {"trends.csv", "revisions.csv"} <= set(read)
    for name, rows in read.items():
        assert len(rows) == len(table(files, name)), name
    hidden = [row for row in table(files, "measures.csv") if row["numerator"] == "[c]"]
    assert sum(row["numerator"] is None for row in read["measures.csv"]) == len(hidden)


@pytest.mark.parametrize("audience", ["public", "internal"])
def test_the_spreadsheet_has_the_cells_of_the_workbook(audience: str, four: Collated) -> None:
    who, policy = SCHEMAS.audiences[audience]
    files = summary_files(published(four, (), who, policy), ods=True)
    book = openpyxl.load_workbook(io.BytesIO(files["summary.xlsx"]))
    tables = Document(io.BytesIO(files["summary.ods"])).body.get_elements("//table:table")
    assert [table.get_attribute("table:name") for table in tables] == book.sheetnames
    for table, page in zip(tables, book.worksheets, strict=True):
        assert [value for row in rows_of(table) for value in row] == [
            cell.value for row in page.iter_rows() for cell in row if cell.value is not None
        ], page.title


def rows_of(table: Element) -> list[list[str | float]]:
    """The values of a table of a spreadsheet, row by row."""
    return [
        [
            float(number)
            if (number := cell.get_attribute("office:value"))
            else "".join(map(str, cell.xpath(".//text()")))
            for cell in row.get_elements("table:table-cell")
        ]
        for row in table.get_elements(".//table:table-row")
    ]


def test_the_spreadsheet_is_the_same_on_any_day_and_says_what_it_is(four: Collated) -> None:
    who, policy = SCHEMAS.audiences["public"]
    data, again = (summary_files(published(four, (), who, policy), ods=True)["summary.ods"] for _ in range(2))
    assert data == again
    document = Document(io.BytesIO(data))
    assert (document.meta.title, document.meta.language) == (f"{COLLECTION.name}: {QUARTER}", "en-GB")
    names = {table.get_attribute("table:name") for table in document.body.get_elements("//table:table")}
    links = {link.get_attribute("xlink:href") for link in document.body.get_elements("//text:a")}
    assert links == {f"#'{name}'.A1" for name in names - {"Cover", "Contents"}}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist()[0] == "mimetype"
        assert {info.date_time for info in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        listed = set(re.findall('full-path="([^"/][^"]*)"', archive.read("META-INF/manifest.xml").decode()))
        assert listed | {"mimetype", "META-INF/manifest.xml"} == set(archive.namelist())
        assert b"table:covered" not in archive.read("content.xml")  # no merged cells

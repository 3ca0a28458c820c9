"""CSV, JUnit and SARIF: what other programs read must be well formed whatever a file is named."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from batch import OUTCOMES, RULES, batch, of, partial
from build import COLLECTION, clean, cover, figures, returned
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mspof_cli import __version__
from mspof_cli.findings import Severity
from mspof_cli.outputs.machine import CSV_COLUMNS, SARIF_LEVELS, as_csv, as_junit, as_sarif
from mspof_cli.outputs.report import report
from mspof_cli.outputs.safe import csv_text, printable
from mspof_cli.pipeline import Batch
from mspof_cli.rules import check
from mspof_cli.schemas import Rule
from mspof_cli.select import chosen, chosen_rules

# What a file can be called on some computer or other.
NAMES = st.text(st.characters(exclude_characters="\0/"), min_size=1, max_size=20)
UNKIND = [
    "\x1b[31m.xlsx",
    "a\nb.xlsx",
    "\ufffe.xlsx",
    "]]>&lt;<b>.xlsx",
    os.fsdecode(b"\xee.xlsx"),
    "=1+1.xlsx",
    '"'.join("ab"),
]


def several(name: str) -> Batch:
    """Returns whose findings name each other's files: a fault in one, and two submissions with the same number."""
    return Batch(
        check(
            [
                partial(f"in/{name}", {"not_achieved": 1}, **of("Brackenholt", 2)),
                partial(name),
                partial(f"{name}x", {"fully_achieved": 16}),
            ]
        ),
        (),
    )


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_csv_has_one_line_for_each_finding() -> None:
    text = as_csv(batch())
    assert text.splitlines()[0] == ",".join(CSV_COLUMNS)
    listed = rows(text)
    assert [(row["file"], row["status"], row["code"]) for row in listed] == [
        ("a.xlsx", "accepted", ""),
        ("b.xlsx", "accepted", "SET102"),
        ("in/c.xlsx", "accepted_with_queries", "MSP202"),
        ("in/d.xlsx", "needs_correcting", "COVER201"),
        ("in/d.xlsx", "needs_correcting", "FIG103"),
        ("in/d.xlsx", "needs_correcting", "FIG201"),
        ("in/e.xlsx", "not_readable", "FILE101"),
    ]
    assert listed[2] == {
        "file": "in/c.xlsx",
        "sha256": "in/c.xlsx",
        "collection": "msp-outcomes",
        "edition": "2018-19",
        "ons_code": "DEMO00002",
        "council": "Brackenholt (demonstration)",
        "period": "2018-19-Q3",
        "submission": "1",
        "status": "accepted_with_queries",
        "code": "MSP202",
        "severity": "query",
        "question": "Q2",
        "measure": "",
        "sheet": "Questions",
        "cells": "C19 C20 C21 C11",
        "found": "24",
        "expected": "at least 25",
        "message": "25 people expressed outcomes in Q1, but Q2 covers only 24 of them.",
        "fix": "Add the 1 missing to Q2, or explain why it is not known whether their outcomes were achieved.",
        "explanation": "",
        "since": "",
    }


def test_csv_says_what_the_json_says() -> None:
    for ret in report(batch())["returns"]:
        told = [row for row in rows(as_csv(batch())) if row["file"] == ret["file"]]
        for row, finding in zip(told, ret["findings"] or [None], strict=True):
            for name in ("code", "severity", "question", "measure", "sheet", "found", "expected", "message", "fix"):
                assert row[name] == csv_text(str((finding or {}).get(name) or ""))


def test_csv_is_rfc_4180() -> None:
    text = as_csv(several('a, "quoted".xlsx'))
    assert text.endswith("\r\n")
    assert text.count("\r\n") == text.count("\n") == len(rows(text)) + 1
    assert '"a, ""quoted"".xlsx"' in text
    assert {len(row) for row in csv.reader(io.StringIO(text, newline=""), strict=True)} == {len(CSV_COLUMNS)}


@pytest.mark.parametrize("name", ["=1+1.xlsx", "+1.xlsx", "-1.xlsx", "@SUM(A1).xlsx", "=cmd|' /C calc'!A0.xlsx"])
def test_csv_formulas_are_text(name: str) -> None:
    assert {row["file"] for row in rows(as_csv(Batch(check([partial(name)]), ())))} == {f"'{name}"}


@pytest.mark.parametrize("typed", ["=1+1", "+44 20 7946 0000", "-2", "@here", "\t=1", "\r=1"])
def test_csv_what_was_typed_is_text(typed: str) -> None:
    batch = Batch(check([returned(clean({"not_asked": typed}, council=typed))]), ())
    cells = [cell for row in rows(as_csv(batch)) for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\0"))]


@settings(max_examples=25)
@given(name=NAMES)
@example(name="\t=1+1")
@example(name="\x1b]0;title\x07.xlsx")
def test_csv_is_harmless_whatever_a_file_is_named(name: str) -> None:
    text = as_csv(several(name))
    told = [(row["file"].removeprefix("'"), row["code"]) for row in rows(text)]
    assert told == [
        (printable(f"in/{name}").removeprefix("'"), "MSP202"),
        (printable(name).removeprefix("'"), "SET101"),
        (printable(f"{name}x").removeprefix("'"), "SET101"),
        (printable(f"{name}x").removeprefix("'"), "MSP202"),
    ]
    assert not re.search("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]", text)
    for row in rows(text):
        assert not row["file"].startswith(("=", "+", "-", "@"))


def junit(batch: Batch, strict: bool = False, rules: dict[str, Rule] | None = None) -> ElementTree.Element:
    return ElementTree.fromstring(as_junit(batch, rules or RULES, strict).encode())


def outcomes(suite: ElementTree.Element) -> dict[str, str]:
    """The outcome of each test case that did not simply pass, by code."""
    return {case.attrib["name"].split()[0]: child.tag for case in suite for child in case}


@pytest.mark.parametrize("strict", [False, True])
def test_junit_counts_what_it_holds(strict: bool) -> None:
    root = junit(batch(), strict)
    assert (root.tag, root.attrib) == ("testsuites", {"name": "mspof"})
    assert [suite.attrib["name"] for suite in root] == ["a.xlsx", "b.xlsx", "in/c.xlsx", "in/d.xlsx", "in/e.xlsx"]
    for suite in root:
        assert suite.tag == "testsuite"
        assert suite.attrib["tests"] == str(len(suite.findall("testcase")))
        assert suite.attrib["failures"] == str(len(suite.findall("testcase/failure")))
        assert suite.attrib["skipped"] == str(len(suite.findall("testcase/skipped")))
        assert suite.attrib["errors"] == "0"
        assert {case.attrib["classname"] for case in suite} == {suite.attrib["name"]}


def test_junit_every_line_is_a_case() -> None:
    first = junit(batch())[0]
    assert [case.attrib["name"] for case in first] == [f"{rule.code} {rule.title}" for rule in COLLECTION.rule]


def test_junit_what_else_was_found_is_a_case_too() -> None:
    """What is wrong with a file, form or cell is not said to have passed where it was not found."""
    lines = [rule.code for rule in COLLECTION.rule]
    held = [code for code in lines if code != "MSP202"]
    assert [[case.attrib["name"].split()[0] for case in suite] for suite in junit(batch())] == [
        lines,
        ["SET102"],
        ["MSP202", *held],
        ["COVER201", "FIG103", "FIG201", *lines],
        ["FILE101"],
    ]
    wanted = ["MSP1", "MSP203"], ["MSP102"]
    suites = junit(chosen(batch(), *wanted, RULES), rules=chosen_rules(RULES, *wanted))
    asked = ["MSP101", "MSP103", "MSP203"]
    assert [[case.attrib["name"].split()[0] for case in suite] for suite in suites] == [asked, [], asked, asked, []]


def test_junit_skipped_is_what_could_not_be_tried() -> None:
    for suite, ret in zip(junit(batch()), report(batch())["returns"], strict=True):
        skipped = [code for code, outcome in outcomes(suite).items() if outcome == "skipped"]
        assert skipped == ret["not_tried"]


def test_junit_queries_fail_only_if_strict() -> None:
    assert outcomes(junit(batch())[2])["MSP202"] == "system-out"
    assert outcomes(junit(batch(), strict=True)[2])["MSP202"] == "failure"
    for strict in (False, True):
        told = outcomes(junit(batch(), strict)[3])
        assert {code for code, outcome in told.items() if outcome == "failure"} == {"COVER201", "FIG103", "FIG201"}
        assert outcomes(junit(batch(), strict)[1]) == {"SET102": "system-out"}


def test_junit_says_where_and_what() -> None:
    (failure,) = junit(batch(), strict=True)[2].iter("failure")
    assert failure.attrib == {
        "type": "query",
        "message": "25 people expressed outcomes in Q1, but Q2 covers only 24 of them.",
    }
    assert failure.text == (
        "Questions C19, C20, C21, C11: 25 people expressed outcomes in Q1, but Q2 covers only 24 of them. "
        "Add the 1 missing to Q2, or explain why it is not known whether their outcomes were achieved."
    )


def test_junit_says_nothing_of_rules_that_were_not_tried() -> None:
    """What could not be read, and what another file replaced, has not passed the rest."""
    root = junit(batch())
    assert [case.attrib["name"].split()[0] for case in root[4]] == ["FILE101"]
    assert [case.attrib["name"].split()[0] for case in root[1]] == ["SET102"]


@settings(max_examples=25)
@given(name=NAMES)
@example(name="\x1b[31m\x01.xlsx")
@example(name="]]><testcase/>&amp;.xlsx")
@example(name="\ufffe\uffff\ud800")
def test_junit_is_xml_whatever_a_file_is_named(name: str) -> None:
    root = junit(several(name), strict=True)
    assert [suite.attrib["name"] for suite in root] == [printable(f"in/{name}"), printable(name), printable(f"{name}x")]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", "".join(root.itertext()))


def sarif(batch: Batch) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(as_sarif(batch, RULES))
    return log


def test_sarif_is_a_log_of_one_run() -> None:
    log = sarif(batch())
    assert list(log) == ["$schema", "version", "runs"]
    assert log["version"] == "2.1.0"
    assert log["$schema"] == "https://json.schemastore.org/sarif-2.1.0.json"
    (run,) = log["runs"]
    assert set(run) == {"tool", "artifacts", "results", "columnKind"}
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("mspof", __version__)
    assert [rule["id"] for rule in driver["rules"]] == list(RULES)
    for rule in driver["rules"]:
        assert set(rule) == {"id", "shortDescription", "fullDescription", "help", "defaultConfiguration"}
        assert all(rule[name]["text"].strip() for name in ("shortDescription", "fullDescription", "help"))
        assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")


def test_sarif_results_point_at_their_rule_and_file() -> None:
    (run,) = sarif(batch())["runs"]
    told = report(batch())["returns"]
    assert [artifact["location"]["uri"] for artifact in run["artifacts"]] == [ret["file"] for ret in told]
    findings = [(ret, finding) for ret in told for finding in ret["findings"]]
    for result, (ret, finding) in zip(run["results"], findings, strict=True):
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == finding["code"]
        assert result["level"] == SARIF_LEVELS[Severity(finding["severity"])]
        assert result["message"] == {"text": f"{finding['message']} {finding['fix']}"}
        (location,) = result["locations"]
        where = location["physicalLocation"]["artifactLocation"]
        assert where["uri"] == run["artifacts"][where["index"]]["location"]["uri"] == ret["file"]


def test_sarif_names_sheets_and_cells() -> None:
    (run,) = sarif(batch())["runs"]
    (query,) = [result for result in run["results"] if result["ruleId"] == "MSP202"]
    assert query["locations"][0]["logicalLocations"] == [
        {"fullyQualifiedName": f"Questions!{cell}", "kind": "member"} for cell in ("C19", "C20", "C21", "C11")
    ]
    assert query["level"] == "warning"
    assert query["properties"] == {"question": "Q2", "measure": None, "found": "24", "expected": "at least 25"}
    (unreadable,) = [result for result in run["results"] if result["ruleId"] == "FILE101"]
    assert "logicalLocations" not in unreadable["locations"][0]
    assert "hashes" not in run["artifacts"][4]


def test_sarif_cells_on_another_sheet_keep_their_sheet() -> None:
    many = dict(OUTCOMES) | {"understood_fully_adult": 41, "understood_partly_adult": 0, "understood_not_adult": 0}
    answers = cover() | figures(many | {"understood_not_answered_adult": 0})
    (run,) = sarif(Batch(check([returned(answers)]), ()))["runs"]
    (query,) = [result for result in run["results"] if result["ruleId"] == "MSP401"]
    names = [place["fullyQualifiedName"] for place in query["locations"][0]["logicalLocations"]]
    assert names == ["Experience!C8", "Experience!C9", "Experience!C10", "Questions!C7"]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("in/a b.xlsx", "in/a%20b.xlsx"),
        ("C:a.xlsx", "C%3Aa.xlsx"),
        ("a#b?c%20.xlsx", "a%23b%3Fc%2520.xlsx"),
        ("Tŷ.xlsx", "T%C5%B7.xlsx"),
        ("/in/a b.xlsx", "file:///in/a%20b.xlsx"),
        (os.fsdecode(b"\xee.xlsx"), "%EE.xlsx"),
    ],
)
def test_sarif_addresses_are_escaped(file: str, uri: str) -> None:
    (run,) = sarif(Batch(check([partial(file)]), ()))["runs"]
    assert run["artifacts"][0]["location"]["uri"] == uri


@settings(max_examples=25)
@given(name=NAMES.filter(lambda name: not re.search("[\ud800-\udfff]", name)))
def test_sarif_addresses_lead_back(name: str) -> None:
    (run,) = sarif(several(name))["runs"]
    uris = [artifact["location"]["uri"] for artifact in run["artifacts"]]
    assert [unquote(uri) for uri in uris] == [Path(part).as_posix() for part in (f"in/{name}", name, f"{name}x")]
    assert all(re.fullmatch(r"[A-Za-z0-9%/._~-]+", uri) for uri in uris)


@pytest.mark.parametrize("name", UNKIND)
def test_every_format_takes_every_name(name: str) -> None:
    for text in (as_csv(several(name)), as_junit(several(name), RULES, strict=False), as_sarif(several(name), RULES)):
        assert text.encode(errors="replace")

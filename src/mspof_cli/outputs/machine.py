"""Findings for other programs: CSV, JUnit XML and SARIF, all made from the same data as the JSON."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from mspof_cli import __version__
from mspof_cli.findings import Severity
from mspof_cli.outputs.report import report
from mspof_cli.outputs.safe import csv_text, printable
from mspof_cli.pipeline import Batch
from mspof_cli.rules import Checked
from mspof_cli.schemas import Rule

CSV_COLUMNS = (
    *("file", "sha256", "collection", "edition", "ons_code", "council", "period", "submission", "status"),
    *("code", "severity", "question", "measure", "sheet", "cells", "found", "expected", "message", "fix"),
    *("explanation", "since"),
)


def as_csv(batch: Batch) -> str:
    """One line for each finding; a return without findings has one line without them."""
    text = io.StringIO()
    writer = csv.DictWriter(text, CSV_COLUMNS, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    for ret in report(batch)["returns"]:
        council = ret["council"] or {"ons_code": None, "name": None}
        for finding in ret["findings"] or [{}]:
            row = {**ret, **finding, "ons_code": council["ons_code"], "council": council["name"]}
            row["cells"] = " ".join(finding.get("cells", ()))
            writer.writerow({key: _csv_cell(value) for key, value in row.items()})
    return text.getvalue()


def _csv_cell(value: object) -> object:
    return csv_text(printable(value)) if isinstance(value, str) else value


def as_junit(batch: Batch, rules: Mapping[str, Rule], strict: bool) -> str:
    """A test suite for each return, with a test case for each of its collection's lines, and for what else was found.

    A line that could not be tried is skipped. A return that could not be read, or that another replaced, has cases
    only for what was found. A query fails only if ``strict``, as it does for the exit status.
    """
    failing = {"error", "query"} if strict else {"error"}
    root = ElementTree.Element("testsuites", name="mspof")
    for checked, ret in zip(batch.checked, report(batch)["returns"], strict=True):
        suite = ElementTree.SubElement(root, "testsuite", name=printable(ret["file"]))
        by_code: dict[str, list[dict[str, Any]]] = {}
        for finding in ret["findings"]:
            by_code.setdefault(finding["code"], []).append(finding)
        for code in [*by_code, *_lines_held(checked, rules, by_code)]:
            case = ElementTree.SubElement(
                suite, "testcase", classname=printable(ret["file"]), name=_case_name(rules[code])
            )
            _outcome(case, by_code.get(code, []), failing, code in ret["not_tried"])
        for outcome, attribute in (("testcase", "tests"), ("failure", "failures"), ("skipped", "skipped")):
            suite.set(attribute, str(len(list(suite.iter(outcome)))))
        suite.set("errors", "0")
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _lines_held(checked: Checked, rules: Mapping[str, Rule], met: Mapping[str, object]) -> list[str]:
    """The codes of the lines that held on a return or could not be tried, of those wanted."""
    if checked.ret.form is None or checked.set_aside:
        return []
    lines = checked.ret.form.collection.rule
    applying = (rule.code for rule in lines if rule.applies_to(checked.ret.who.period))
    return [code for code in applying if code in rules and code not in met]


def _case_name(rule: Rule) -> str:
    return f"{rule.code} {rule.title}"


def _outcome(case: ElementTree.Element, findings: list[dict[str, Any]], failing: set[str], not_tried: bool) -> None:
    said = "\n".join(printable(f"{_where(finding)}{finding['message']} {finding['fix']}") for finding in findings)
    if findings and findings[0]["severity"] in failing and not all(finding["explanation"] for finding in findings):
        failure = ElementTree.SubElement(case, "failure", type=findings[0]["severity"])
        failure.set("message", printable(findings[0]["message"]))
        failure.text = said
    elif findings:
        ElementTree.SubElement(case, "system-out").text = f"{findings[0]['severity']}: {said}"
    elif not_tried:
        ElementTree.SubElement(case, "skipped", message="An answer that this rule needs was not returned.")


def _where(finding: Mapping[str, Any]) -> str:
    return f"{finding['sheet']} {', '.join(finding['cells'])}: " if finding["cells"] else ""


SARIF_LEVELS = {Severity.ERROR: "error", Severity.QUERY: "warning", Severity.NOTE: "note"}


def as_sarif(batch: Batch, rules: Mapping[str, Rule]) -> str:
    """SARIF 2.1.0: a result for each finding; sheet and cells stand as logical locations."""
    codes = list(rules)
    returns = report(batch)["returns"]
    driver = {
        "name": "mspof",
        "version": __version__,
        "rules": [
            {
                "id": rule.code,
                "shortDescription": {"text": rule.title},
                "fullDescription": {"text": rule.because},
                "help": {"text": rule.because},
                "defaultConfiguration": {"level": SARIF_LEVELS[rule.severity]},
            }
            for rule in rules.values()
        ],
    }
    run = {
        "tool": {"driver": driver},
        "artifacts": [
            {"location": {"uri": _uri(ret["file"])}} | ({"hashes": {"sha-256": ret["sha256"]}} if ret["sha256"] else {})
            for ret in returns
        ],
        "results": [
            _result(ret, number, finding, codes) for number, ret in enumerate(returns) for finding in ret["findings"]
        ],
        "columnKind": "unicodeCodePoints",
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _result(ret: Mapping[str, Any], artifact: int, finding: Mapping[str, Any], codes: list[str]) -> dict[str, Any]:
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": _uri(ret["file"]), "index": artifact}}}
    names = [cell if "!" in cell else f"{finding['sheet']}!{cell}" for cell in finding["cells"]]
    if names:
        location["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "member"} for name in names]
    result = {
        "ruleId": finding["code"],
        "ruleIndex": codes.index(finding["code"]),
        "level": SARIF_LEVELS[Severity(finding["severity"])],
        "message": {"text": f"{finding['message']} {finding['fix']}"},
        "locations": [location],
        "properties": {key: finding[key] for key in ("question", "measure", "found", "expected")},
    }
    if finding["explanation"]:
        result["suppressions"] = [{"kind": "external", "justification": finding["explanation"]}]
    return result


def _uri(file: str) -> str:
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(os.fsencode(path.as_posix()))

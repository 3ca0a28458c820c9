"""Findings as data: the documented JSON, which the other formats for machines are made from."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from mspof_cli import __version__
from mspof_cli.findings import Finding, Severity, Status
from mspof_cli.pipeline import Batch
from mspof_cli.rules import Checked

PLURALS = {Severity.ERROR: "errors", Severity.QUERY: "queries", Severity.NOTE: "notes"}


TOLD = ("code", "severity", "question", "measure", "message")


def report(batch: Batch) -> dict[str, Any]:
    """The whole outcome, in the shape that the README documents."""
    returns = [_return(checked) for checked in batch.checked]
    statuses = Counter(checked.status for checked in batch.checked if not checked.set_aside)
    findings = [finding for checked in batch.checked for finding in checked.findings]
    severities = Counter(finding.severity for finding in findings if not finding.explanation)
    summary = {"returns": len(returns)}
    summary |= {status.value: statuses[status] for status in Status}
    summary["set_aside"] = sum(checked.set_aside for checked in batch.checked)
    summary |= {PLURALS[severity]: severities[severity] for severity in Severity}
    summary["explained"] = sum(bool(finding.explanation) for finding in findings)
    return {"mspof": __version__, "returns": returns, "summary": summary}


def _return(checked: Checked) -> dict[str, Any]:
    ret = checked.ret
    council, period = ret.who.council, ret.who.period
    questions = ret.form.collection.question if ret.form else ()
    return {
        "file": ret.file,
        "sha256": ret.sha256,
        "collection": ret.form.collection.slug if ret.form else None,
        "edition": ret.form.edition.slug if ret.form else None,
        "council": {"ons_code": council.ons_code, "name": council.name} if council else None,
        "period": str(period) if period else None,
        "submission": ret.who.submission,
        "status": checked.status.value,
        "set_aside": checked.set_aside,
        "questions": {question.label: ret.states[question.slug].value for question in questions},
        "not_tried": list(checked.not_tried),
        "findings": [_finding(finding) for finding in checked.findings],
        "put_right": None if checked.put_right is None else [_told(finding) for finding in checked.put_right],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        **finding._asdict(),
        "severity": finding.severity.value,
        "cells": list(finding.cells),
        "explanation": finding.explanation or None,
        "since": finding.since.value if finding.since else None,
    }


def _told(finding: Finding) -> dict[str, Any]:
    """A finding of last time: what it was, without the cells it had then."""
    return {key: value for key, value in _finding(finding).items() if key in TOLD}


def as_json(batch: Batch) -> str:
    return json.dumps(report(batch), ensure_ascii=False, indent=2) + "\n"

"""The documented JSON: exactly these names, in this order, for every status."""

from __future__ import annotations

import json
from typing import Any

from batch import batch, partial
from build import clean, returned

from mspof_cli import __version__
from mspof_cli.outputs.report import as_json, report
from mspof_cli.pipeline import Batch
from mspof_cli.rules import check

BLANK = dict.fromkeys(("Q3", "Q4", "Q5", "Q6", "Q7"), "not_returned")
FIRST_THREE = {"enquiries": "returned", "Q1": "returned", "Q2": "returned", **BLANK}
FROM_Q3 = ["MSP301", "MSP302", "MSP303", *(f"MSP{question}0{who}" for question in range(4, 8) for who in (1, 2, 3))]
ON_THE_FORM = {"collection": "msp-outcomes", "edition": "2018-19"}
AMBERMERE = {"ons_code": "DEMO00001", "name": "Ambermere (demonstration)"}

EXPECTED: dict[str, Any] = {
    "mspof": __version__,
    "returns": [
        {
            "file": "a.xlsx",
            "sha256": "a.xlsx",
            **ON_THE_FORM,
            "council": AMBERMERE,
            "period": "2018-19-Q3",
            "submission": 2,
            "status": "accepted",
            "set_aside": False,
            "questions": FIRST_THREE,
            "not_tried": FROM_Q3,
            "findings": [],
            "put_right": None,
        },
        {
            "file": "b.xlsx",
            "sha256": "b.xlsx",
            **ON_THE_FORM,
            "council": AMBERMERE,
            "period": "2018-19-Q3",
            "submission": 1,
            "status": "accepted",
            "set_aside": True,
            "questions": FIRST_THREE,
            "not_tried": [],
            "findings": [
                {
                    "code": "SET102",
                    "severity": "note",
                    "question": None,
                    "measure": None,
                    "sheet": "Cover",
                    "cells": ["C13"],
                    "found": "submission 1",
                    "expected": "submission 2, in 'a.xlsx'",
                    "message": "This is submission 1. Submission 2, in 'a.xlsx', replaced it, so this file was not "
                    "checked further.",
                    "fix": "You do not need to do anything.",
                    "explanation": None,
                    "since": None,
                }
            ],
            "put_right": None,
        },
        {
            "file": "in/c.xlsx",
            "sha256": "in/c.xlsx",
            **ON_THE_FORM,
            "council": {"ons_code": "DEMO00002", "name": "Brackenholt (demonstration)"},
            "period": "2018-19-Q3",
            "submission": 1,
            "status": "accepted_with_queries",
            "set_aside": False,
            "questions": FIRST_THREE,
            "not_tried": FROM_Q3,
            "findings": [
                {
                    "code": "MSP202",
                    "severity": "query",
                    "question": "Q2",
                    "measure": None,
                    "sheet": "Questions",
                    "cells": ["C19", "C20", "C21", "C11"],
                    "found": "24",
                    "expected": "at least 25",
                    "message": "25 people expressed outcomes in Q1, but Q2 covers only 24 of them.",
                    "fix": "Add the 1 missing to Q2, or explain why it is not known whether their outcomes were "
                    "achieved.",
                    "explanation": None,
                    "since": None,
                }
            ],
            "put_right": None,
        },
        {
            "file": "in/d.xlsx",
            "sha256": "in/d.xlsx",
            **ON_THE_FORM,
            "council": {"ons_code": "DEMO00003", "name": "Caldersby (demonstration)"},
            "period": None,
            "submission": 1,
            "status": "needs_correcting",
            "set_aside": False,
            "questions": {"enquiries": "returned", "Q1": "incomplete", "Q2": "incomplete", **BLANK},
            "not_tried": ["MSP101", "MSP102", "MSP103", "MSP201", "MSP202", *FROM_Q3],
            "findings": [
                {
                    "code": "COVER201",
                    "severity": "error",
                    "question": None,
                    "measure": None,
                    "sheet": "Cover",
                    "cells": ["C10"],
                    "found": "'2018'",
                    "expected": "two years that follow each other, such as 2018-19",
                    "message": "'Financial year' does not say which period this is: '2018'.",
                    "fix": "Choose it from the list on the cover.",
                    "explanation": None,
                    "since": None,
                },
                {
                    "code": "FIG103",
                    "severity": "error",
                    "question": "Q1",
                    "measure": "not_asked",
                    "sheet": "Questions",
                    "cells": ["C13"],
                    "found": "'n/a'",
                    "expected": "a whole number, 0 or more",
                    "message": "'No' could mean none, or not known: 'n/a'.",
                    "fix": "Enter a whole number: 0 if there were none. If the figure is not known, leave the whole "
                    "question blank.",
                    "explanation": None,
                    "since": None,
                },
                {
                    "code": "FIG201",
                    "severity": "error",
                    "question": "Q2",
                    "measure": None,
                    "sheet": "Questions",
                    "cells": ["C20"],
                    "found": "1 of 3 answers blank: 'Partially achieved'",
                    "expected": "a number in each, or all of them blank",
                    "message": "Q2 is half filled in: 'Partially achieved' blank.",
                    "fix": "Enter a number in each blank cell: 0 if there were none. If it is not known, leave the "
                    "whole question blank.",
                    "explanation": None,
                    "since": None,
                },
            ],
            "put_right": None,
        },
        {
            "file": "in/e.xlsx",
            "sha256": "",
            "collection": None,
            "edition": None,
            "council": None,
            "period": None,
            "submission": None,
            "status": "not_readable",
            "set_aside": False,
            "questions": {},
            "not_tried": [],
            "findings": [
                {
                    "code": "FILE101",
                    "severity": "error",
                    "question": None,
                    "measure": None,
                    "sheet": None,
                    "cells": [],
                    "found": "an empty file",
                    "expected": "a workbook",
                    "message": "The file has nothing in it.",
                    "fix": "Save the form again, check that the copy opens, and send that file.",
                    "explanation": None,
                    "since": None,
                }
            ],
            "put_right": None,
        },
    ],
    "summary": {
        "returns": 5,
        "accepted": 1,
        "accepted_with_queries": 1,
        "needs_correcting": 1,
        "not_readable": 1,
        "set_aside": 1,
        "errors": 4,
        "queries": 1,
        "notes": 1,
        "explained": 0,
    },
}


def test_the_whole_document() -> None:
    assert report(batch()) == EXPECTED


def test_the_text_has_the_same_names_in_the_same_order() -> None:
    text = as_json(batch())
    assert text == json.dumps(EXPECTED, ensure_ascii=False, indent=2) + "\n"
    assert json.loads(text) == EXPECTED


def test_nothing_to_check() -> None:
    names = ("returns", "accepted", "accepted_with_queries", "needs_correcting", "not_readable", "set_aside")
    summary = dict.fromkeys((*names, "errors", "queries", "notes", "explained"), 0)
    assert report(Batch((), ())) == {"mspof": __version__, "returns": [], "summary": summary}


def test_letters_stand_as_they_are_and_control_characters_escaped() -> None:
    text = as_json(Batch(check([partial("Tŷ \x1b[31m\n.xlsx")]), ()))
    assert '"file": "Tŷ \\u001b[31m\\n.xlsx"' in text


def test_no_personal_data() -> None:
    """The team mailbox is on the form, and nowhere else."""
    changes = {"fully_achieved": "ask jo.bloggs@example.org", "not_asked": "because " * 20}
    text = as_json(Batch(check([returned(clean(changes, mailbox="jo.bloggs@example.org"))]), ()))
    assert "jo.bloggs" not in text
    assert "because because" not in text

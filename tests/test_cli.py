"""The command line: what each command and option does, where it writes, and its exit status."""

from __future__ import annotations

import contextlib
import csv
import datetime
import errno
import hashlib
import io
import json
import os
import pty
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from build import FORM, FORMS, Value, clean, cover, workbook
from shell import MSPOF, ROOT, environment, mspof
from typer.testing import CliRunner

from mspof_cli import __version__, progress
from mspof_cli.cli import app, shared
from mspof_cli.errors import MspofError
from mspof_cli.explanations import COLUMNS as EXPLANATION_COLUMNS

BOTH = "Ambermere (demonstration), Quillbridge (demonstration)"
FORMATS = ("text", "json", "csv", "junit", "sarif")
BRACKENHOLT = {"council": "Brackenholt (demonstration)", "ons_code": "DEMO00002"}
GOOD = workbook(FORM, clean())
QUERY = workbook(FORM, clean({"not_achieved": 1}, **BRACKENHOLT))
BAD = workbook(FORM, clean({"not_asked": "n/a"}, council="Caldersby (demonstration)", ons_code="DEMO00003"))
REAL = workbook(FORM, clean({"fully_achieved": 16, "partially_achieved": 7}, council="Kent", ons_code="E10000016"))


class Outcome:
    """What a command did when it was run within this process: its exit status, standard output and error."""

    def __init__(self, *arguments: str | Path) -> None:
        result = CliRunner().invoke(app, list(map(str, arguments)), prog_name="mspof")
        self.out, self.err, self.status, self.trouble = result.stdout, result.stderr, result.exit_code, None
        if isinstance(result.exception, MspofError):
            self.trouble = result.exception
            self.status = shared.status_of(result.exception)
        elif not isinstance(result.exception, SystemExit | None):
            raise result.exception


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of four returns, in which the command is run."""
    for name, data in {"a.xlsx": GOOD, "b.xlsx": QUERY, "in/c.xlsx": BAD, "in/d.xlsx": b""}.items():
        path = tmp_path / "forms" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def codes(text: str) -> list[str]:
    return [finding["code"] for ret in json.loads(text)["returns"] for finding in ret["findings"]]


# validate


@pytest.mark.parametrize(
    ("path", "options", "status"),
    [
        ("forms/a.xlsx", [], 0),
        ("forms/b.xlsx", [], 0),
        ("forms/b.xlsx", ["--strict"], 1),
        ("forms/a.xlsx", ["--strict"], 0),
        ("forms/in/c.xlsx", [], 1),
        ("forms/in/d.xlsx", [], 1),
        ("forms", [], 1),
        ("forms/in/c.xlsx", ["--ignore", "FIG103"], 0),
        ("forms/in/d.xlsx", ["--ignore", "FILE"], 0),
        ("forms", ["--select", "MSP"], 0),
        ("forms", ["--select", "MSP", "--strict"], 1),
        ("forms", ["--ignore", "FI", "--strict"], 1),
        ("forms", ["--ignore", "FI,MSP", "--strict"], 0),
        ("forms/b.xlsx", ["--strict", "--select", "FIG"], 0),
        ("nowhere", [], 2),
        ("forms", ["--format", "xml"], 2),
        ("forms", ["--select", "MSP9"], 2),
        ("forms", ["--schemas", "nowhere"], 3),
        ("forms", ["--output", "nowhere/out.txt"], 2),
        ("forms", ["--output", "forms/a.xlsx"], 2),
    ],
)
def test_exit_status(path: str, options: list[str], status: int, here: Path) -> None:
    assert Outcome("validate", path, *options).status == status


@pytest.mark.parametrize("command", [["validate"], ["collate", "--period", "2018-19-Q3", "--to", "out"]])
def test_no_workbook_at_all_is_wrong_use(command: list[str], here: Path) -> None:
    (here / "empty").mkdir()
    (here / "other").mkdir()
    (here / "other" / "notes.docx").write_bytes(b"")
    (here / "other" / "~$a.xlsx").write_bytes(b"")
    for paths in (["empty"], ["other"], ["empty", "other"], ["other/~$a.xlsx"]):
        outcome = Outcome(*command, *paths)
        assert (outcome.status, outcome.out) == (2, "")
        assert outcome.trouble is not None
        named = ", ".join(f"'{path}'" for path in paths)
        assert outcome.trouble.problem.startswith(f"There is no workbook in {named}.")
    assert not (here / "out").exists()


def test_nothing_since_last_time_names_the_folder(here: Path) -> None:
    (here / "empty").mkdir()
    outcome = Outcome("validate", "forms/a.xlsx", "--since", "empty")
    assert (outcome.status, str(outcome.trouble)) == (2, "There is no workbook in 'empty'.")


def test_a_lock_file_that_is_named_is_passed_over(here: Path) -> None:
    """As a shell does with 'forms/*'."""
    (here / "forms" / "~$a.xlsx").write_bytes(b"\x05Jo Bloggs")
    outcome = Outcome("validate", "forms/a.xlsx", "forms/~$a.xlsx")
    assert outcome.status == 0
    assert outcome.out.splitlines()[-2:] == [
        "1 return: 1 accepted.",
        "Passed over: '~$a.xlsx': left by Excel while a workbook is open.",
    ]


def test_a_file_that_may_not_be_read_is_a_finding(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "gone.xlsx").symlink_to("nowhere.xlsx")
    names = ["forms/a.xlsx", "forms/b.xlsx", "gone.xlsx"]
    opened = os.open

    def refusing(path: Any, *arguments: Any, **named: Any) -> int:
        if os.fspath(path).endswith("b.xlsx"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(path, *arguments, **named)

    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    monkeypatch.setattr(os, "open", refusing)
    outcome = Outcome("validate", *names, "--format", "json")
    assert (outcome.status, outcome.err) == (1, "")
    told = [
        (ret["file"], ret["status"], [finding["code"] for finding in ret["findings"]])
        for ret in json.loads(outcome.out)["returns"]
    ]
    assert told == [
        ("forms/a.xlsx", "accepted", []),
        ("forms/b.xlsx", "not_readable", ["FILE111"]),
        ("gone.xlsx", "not_readable", ["FILE111"]),
    ]


def test_files_and_folders_are_given_together(here: Path) -> None:
    told = json.loads(Outcome("validate", "forms/in", "forms/a.xlsx", "--format", "json").out)
    assert [ret["file"] for ret in told["returns"]] == ["forms/a.xlsx", "forms/in/c.xlsx", "forms/in/d.xlsx"]


def test_findings_are_on_standard_output_only(here: Path) -> None:
    for kind in FORMATS:
        outcome = Outcome("validate", "forms", "--format", kind)
        assert outcome.out
        assert outcome.err == ""


def test_trouble_is_on_standard_error_only(here: Path) -> None:
    for arguments in (["validate", "nowhere"], ["rules", "X"], ["validate", "forms", "--nonsense"]):
        done = mspof(*arguments)
        assert done.returncode == 2
        assert done.stdout == b""
        assert done.stderr


def test_every_format_is_what_it_says(here: Path) -> None:
    told = {kind: Outcome("validate", "forms", "--format", kind).out for kind in FORMATS}
    assert told["text"].startswith("Council ")
    assert codes(told["json"]) == ["MSP202", "FIG103", "FILE101"]
    listed = list(csv.DictReader(io.StringIO(told["csv"], newline="")))
    assert [row["code"] for row in listed] == ["", "MSP202", "FIG103", "FILE101"]
    assert len(ElementTree.fromstring(told["junit"].encode())) == 4
    assert json.loads(told["sarif"])["version"] == "2.1.0"
    assert Outcome("validate", "forms").out == told["text"], "text if nothing is said"


@pytest.mark.parametrize("format", FORMATS)
def test_output_holds_what_would_be_printed(format: str, here: Path) -> None:
    printed = mspof("validate", "forms", "--format", format)
    done = mspof("validate", "forms", "--format", format, "-o", "out.txt")
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")
    assert (here / "out.txt").read_bytes() == printed.stdout
    assert printed.stdout


def test_output_never_takes_the_place_of_a_return(here: Path) -> None:
    (here / "link.xlsx").symlink_to("forms/a.xlsx")
    for output in ("forms/a.xlsx", "forms/in/../a.xlsx", "link.xlsx", str(here / "forms" / "a.xlsx")):
        assert Outcome("validate", "forms", "--output", output).status == 2
    assert (here / "forms" / "a.xlsx").read_bytes() == GOOD


def test_output_beside_links_that_lead_in_circles(here: Path) -> None:
    (here / "forms" / "round.xlsx").symlink_to("round.xlsx")
    assert Outcome("validate", "forms", "--output", "out.txt").status == 1
    assert "FILE111" in (here / "out.txt").read_text()


def test_quiet_leaves_the_findings(here: Path) -> None:
    loud, quiet = Outcome("validate", "forms").out, Outcome("validate", "forms", "-q").out
    assert quiet.strip() in loud
    assert "Questions returned" not in quiet
    assert "4 returns" in loud
    assert "4 returns" not in quiet
    assert Outcome("validate", "forms", "--quiet").out == quiet


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--select", "MSP202"], ["MSP202"]),
        (["--select", "msp"], ["MSP202"]),
        (["--select", "FI"], ["FIG103", "FILE101"]),
        (["--select", "MSP", "--select", "FIG"], ["MSP202", "FIG103"]),
        (["--select", "MSP,FIG"], ["MSP202", "FIG103"]),
        (["--ignore", "FI"], ["MSP202"]),
        (["--ignore", "FIG103", "--ignore", "MSP2"], ["FILE101"]),
        (["--select", "FI", "--ignore", "FILE"], ["FIG103"]),
        (["--select", ""], ["MSP202", "FIG103", "FILE101"]),
    ],
)
def test_select_and_ignore(options: list[str], expected: list[str], here: Path) -> None:
    assert codes(Outcome("validate", "forms", "--format", "json", *options).out) == expected


@pytest.mark.parametrize("options", [["--select", "MSP"], ["--ignore", "FI"], ["--select", "SET"], ["--select", ""]])
def test_a_status_does_not_depend_on_what_is_shown(options: list[str], here: Path) -> None:
    told = [json.loads(Outcome("validate", "forms", "--format", "json", *more).out) for more in ([], options)]
    for one, other in zip(*(each["returns"] for each in told), strict=True):
        assert (one["file"], one["status"], one["set_aside"]) == (other["file"], other["status"], other["set_aside"])
    counted = [
        (name, told[0]["summary"][name], told[1]["summary"][name])
        for name in ("accepted", "accepted_with_queries", "needs_correcting", "not_readable", "set_aside")
    ]
    assert counted == [
        ("accepted", 1, 1),
        ("accepted_with_queries", 1, 1),
        ("needs_correcting", 1, 1),
        ("not_readable", 1, 1),
        ("set_aside", 0, 0),
    ]
    said = "Some findings were left out, as you chose. What became of each return is by all of them."
    assert (said in Outcome("validate", "forms", *options).out) == (options[1] != "")


def test_a_rule_that_was_not_selected_has_not_passed(here: Path) -> None:
    told = Outcome("validate", "forms", "--format", "junit", "--select", "MSP2", "--ignore", "MSP203").out
    names = {case.attrib["name"].split()[0] for case in ElementTree.fromstring(told.encode()).iter("testcase")}
    assert names == {"MSP201", "MSP202"}


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_an_unknown_code_names_the_nearest(option: str, here: Path) -> None:
    done = mspof("validate", "forms", option, "MPS202")
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        "mspof: There is no rule MPS202. Did you mean MSP202? 'mspof rules' lists them all."
    ]


# collate


OUTPUTS = (
    *("measures.csv", "participation.csv", "findings.csv", "england.csv", "ascof.csv", "lginform.csv"),
    *("csv-metadata.json", "quality.md", "summary.xlsx", "manifest.json"),
)


def collated(*arguments: str) -> Outcome:
    return Outcome("collate", *arguments, "--period", "2018-19-Q3")


def test_every_summary_that_was_reckoned_with_is_given_again(here: Path) -> None:
    assert collated("forms", "--to", "one").status == 1
    assert collated("forms", "--to", "two", "--previous", "one").status == 1
    outcome = collated("forms", "--to", "three", "--previous", "two")
    assert outcome.trouble is not None
    assert outcome.status == 2
    assert outcome.trouble.problem == "'two' reckoned with the summary of 2018-19-Q3 for 'public', which is not given."
    assert collated("forms", "--to", "three", "--previous", "one", "--previous", "two").status == 1


def test_a_figure_that_is_gone_because_of_errors_is_said_to_be(here: Path) -> None:
    internal = ("forms", "--audience", "internal")
    collated(*internal, "--to", "one")
    again = workbook(FORM, clean({"not_asked": "n/a"}, submission=2, **BRACKENHOLT))
    (here / "forms" / "again.xlsx").write_bytes(again)
    collated(*internal, "--previous", "one", "--to", "two")
    assert causes(here / "two") == {"resubmitted with errors, so left out: Brackenholt (demonstration), 2018-19-Q3"}


def causes(folder: Path) -> set[str]:
    with (folder / "revisions.csv").open(newline="", encoding="utf-8") as file:
        return {row["because"] for row in csv.DictReader(file)}


def test_a_return_of_an_earlier_quarter_that_needs_correcting_is_said_to(here: Path) -> None:
    second: dict[str, Value] = {"quarter": "Q2 July to September", "completed": datetime.date(2018, 10, 10)}
    (here / "forms" / "q2.xlsx").write_bytes(workbook(FORM, clean(**second)))
    (here / "forms" / "q2b.xlsx").write_bytes(workbook(FORM, clean({"not_achieved": 1}, **second, **BRACKENHOLT)))
    internal = ("forms", "--audience", "internal")
    collated(*internal, "--to", "one")
    again = workbook(FORM, clean({"not_asked": "n/a"}, submission=2, **second))
    (here / "forms" / "q2 again.xlsx").write_bytes(again)
    outcome = collated(*internal, "--previous", "one", "--to", "two")
    assert outcome.status == 1
    assert "Left out: 'forms/q2 again.xlsx': needs correcting: FIG103" in outcome.out
    assert causes(here / "two") == {"resubmitted with errors, so left out: Ambermere (demonstration), 2018-19-Q2"}
    told = json.loads((here / "two" / "manifest.json").read_text(encoding="utf-8"))["inputs"]
    why = {each["file"]: each["why"] for each in told}
    assert why["forms/q2 again.xlsx"] == "needs correcting: FIG103"
    assert why["forms/q2.xlsx"].startswith("This is submission 1. Submission 2, in 'q2 again.xlsx', replaced it")


def test_which_quarters_were_not_reckoned_with_is_said(here: Path) -> None:
    second: dict[str, Value] = {"quarter": "Q2 July to September", "completed": datetime.date(2018, 10, 10)}
    (here / "forms" / "q2.xlsx").write_bytes(workbook(FORM, clean(**second)))
    Outcome("collate", "forms", "--period", "2018-19-Q2", "--to", "second")
    said = "This summary has numbers of 2018-19-Q2 in it, of which no summary was given."
    assert said in collated("forms", "--to", "third").err
    statement = (here / "third" / "quality.md").read_text(encoding="utf-8")
    assert "No summary that was published before was reckoned with." in statement
    assert collated("forms", "--to", "third", "--previous", "second").err == ""
    assert "Reckoned with: 2018-19-Q2 (public, " in (here / "third" / "quality.md").read_text(encoding="utf-8")
    assert said not in collated("forms", "--audience", "internal", "--to", "ours").err


def test_a_summary_for_others_is_reckoned_with_and_not_compared(here: Path) -> None:
    collated("forms", "--audience", "participants", "--to", "theirs")
    outcome = collated("forms", "--audience", "internal", "--previous", "theirs", "--to", "ours")
    assert "published before" not in outcome.out
    assert not (here / "ours" / "revisions.csv").exists()


def test_collate_writes_and_says_what_was_left_out(here: Path) -> None:
    outcome = collated("forms", "--to", "out/new")
    assert (outcome.status, outcome.err) == (1, "")
    assert outcome.out.splitlines()[1:] == [
        "Left out: 'forms/in/c.xlsx': needs correcting: FIG103",
        "Left out: 'forms/in/d.xlsx': not readable: FILE101",
        *(f"Wrote {Path('out/new', name)}" for name in OUTPUTS),
        "388 numbers hidden, 0 of them only so that others can't be worked out.",
        "For publication: small numbers are hidden, the rest rounded.",
    ]
    assert outcome.out.startswith("MSPOF 2018-19-Q3: 2 of ")
    assert sorted(path.name for path in (here / "out" / "new").iterdir()) == sorted(OUTPUTS)


def test_collate_for_another_audience_in_the_same_folder_is_refused(here: Path) -> None:
    """What an earlier run left there, such as the sums beside SAC, must not be published by mistake."""
    collated("forms", "--to", "out", "--audience", "internal")
    before = {path: path.read_bytes() for path in (here / "out").iterdir()}
    outcome = collated("forms", "--to", "out")
    assert outcome.trouble is not None
    assert (outcome.status, outcome.trouble.problem) == (
        2, "'out' has a summary for another audience. Exact numbers must not lie beside protected ones."
    )  # fmt: skip
    assert {path: path.read_bytes() for path in (here / "out").iterdir()} == before


def test_collate_beside_what_was_published_before(here: Path) -> None:
    collated("forms/a.xlsx", "--audience", "participants", "--to", "before")
    outcome = collated(*("forms", "--audience", "participants", "--previous", "before", "--to", "out"))
    with (here / "out" / "revisions.csv").open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file))
    assert f"{len(told)} figures changed since published before." in outcome.out.splitlines()
    assert {row["because"] for row in told} == {"new: Brackenholt (demonstration), 2018-19-Q3"}
    manifest = json.loads((here / "out" / "manifest.json").read_text(encoding="utf-8"))
    earlier = hashlib.sha256((here / "before" / "manifest.json").read_bytes()).hexdigest()
    assert manifest["before"] == [{"period": "2018-19-Q3", "audience": "participants", "manifest_sha256": earlier}]
    assert Outcome("verify", "out").status == 0


@pytest.mark.parametrize(
    ("audience", "previous", "to", "problem"),
    [
        ("public", "internal", "out", "'internal' has exact numbers, which the audience 'public' may not know."),
        ("participants", "public", "public", "'public' is within 'public', which is being read."),
        ("public", "forms", "out", f"There is no '{Path('forms', 'manifest.json')}'."),
    ],
)
def test_collate_beside_what_it_can_not_be(audience: str, previous: str, to: str, problem: str, here: Path) -> None:
    for each in ("public", "internal"):
        collated("forms/a.xlsx", "--audience", each, "--to", each)
    outcome = collated("forms/a.xlsx", "--audience", audience, "--previous", previous, "--to", to)
    assert outcome.trouble is not None
    assert (outcome.status, outcome.trouble.problem) == (2, problem)
    assert not (here / "out").exists()


def test_participants_have_seen_what_is_public(here: Path) -> None:
    collated("forms/a.xlsx", "--to", "before")
    outcome = collated("forms/a.xlsx", "--audience", "participants", "--previous", "before", "--to", "out")
    assert (outcome.status, outcome.err) == (0, "")
    assert "published before" not in outcome.out  # to them


def test_collate_for_an_audience_that_is_not_there(here: Path) -> None:
    outcome = collated("forms", "--to", "out", "--audience", "everybody")
    assert outcome.trouble is not None
    assert (outcome.status, str(outcome.trouble.remedy)) == (
        2, "Give --audience one of: public, participants, internal."
    )  # fmt: skip


def test_collate_ends_well_if_nothing_with_errors_was_left_out(here: Path) -> None:
    """A return that was replaced, or that is for another quarter, is not missed."""
    (here / "forms" / "again.xlsx").write_bytes(workbook(FORM, clean(submission=2)))
    later = {"quarter": "Q4 January to March", "completed": "15/04/2019", "signed_off": None}
    (here / "forms" / "later.xlsx").write_bytes(workbook(FORM, clean(**later)))
    files = ("a.xlsx", "again.xlsx", "b.xlsx", "later.xlsx")
    outcome = collated(*(f"forms/{name}" for name in files), "--to", "out")
    assert (outcome.status, outcome.err) == (0, "")
    replaced = "This is submission 1. Submission 2, in 'again.xlsx', replaced it, so this file was not checked further."
    assert outcome.out.splitlines()[1:3] == [
        f"Left out: 'forms/a.xlsx': {replaced}",
        "1 return for other periods.",
    ]
    assert collated("forms/a.xlsx", "forms/in/c.xlsx", "--to", "out").status == 1
    assert collated("forms/a.xlsx", "forms/in/d.xlsx", "--to", "out").status == 1


def test_collate_to_a_folder_that_is_there(here: Path) -> None:
    (here / "out").mkdir()
    (here / "out" / "measures.csv").write_text("old")
    (here / "out" / "sac.csv").write_text("old")
    (here / "out" / "notes.txt").write_text("mine")
    assert collated("forms/a.xlsx", "forms/b.xlsx", "--to", "out").status == 0
    assert sorted(path.name for path in (here / "out").iterdir()) == sorted((*OUTPUTS, "notes.txt"))
    assert (here / "out" / "measures.csv").read_bytes().startswith(b"collection,")
    assert (here / "out" / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("to", ["forms", "forms/in", "forms/new/deep", "../{here}/forms"])
def test_collate_does_not_write_among_the_returns(to: str, here: Path) -> None:
    """The next run would take the summary for a return."""
    before = sorted((here / "forms").rglob("*"))
    outcome = collated("forms", "--to", to.format(here=here.name))
    assert outcome.status == 2
    assert outcome.trouble is not None
    assert outcome.trouble.problem.endswith("is within 'forms', which is being read.")
    assert sorted((here / "forms").rglob("*")) == before


@pytest.mark.parametrize("name", ["measures.csv", "summary.xlsx"])
def test_collate_never_replaces_a_return(name: str, here: Path) -> None:
    shutil.rmtree(here / "forms" / "in")
    (here / "forms" / name).write_bytes(GOOD)
    assert collated(f"forms/{name}", "forms/b.xlsx", "--to", "forms").status == 2
    assert (here / "forms" / name).read_bytes() == GOOD
    assert not {"measures.csv", "summary.xlsx"} - {name} & {path.name for path in (here / "forms").iterdir()}


def test_collate_does_not_mix_real_and_demonstration_councils(here: Path) -> None:
    (here / "forms" / "real.xlsx").write_bytes(REAL)
    outcome = collated("forms", "--to", "out")
    assert outcome.status == 2
    assert outcome.trouble is not None
    assert "more than one register" in outcome.trouble.problem
    assert not (here / "out").exists()
    assert collated("forms/real.xlsx", "--to", "out").out.startswith("MSPOF 2018-19-Q3: 1 of 152 councils")


@pytest.mark.parametrize("path", ["forms/in", "forms/in/c.xlsx"])
def test_collate_nothing_accepted(path: str, here: Path) -> None:
    outcome = collated(path, "--to", "out")
    assert outcome.status == 1
    assert outcome.trouble is not None
    assert outcome.trouble.problem == "No return for 2018-19-Q3 was accepted, so there is nothing to collate."
    assert not (here / "out").exists()


def test_collate_nothing_in_the_returns(here: Path) -> None:
    """There is no error in them, and nothing to work with."""
    (here / "empty.xlsx").write_bytes(workbook(FORM, cover()))
    outcome = collated("empty.xlsx", "--to", "out")
    assert outcome.status == 3
    assert outcome.trouble is not None
    assert outcome.trouble.remedy == "There are no figures in the returns."


def test_collate_nothing_of_that_period(here: Path) -> None:
    later = clean(year="2019-20", quarter="Q1 April to June", completed="15/07/2019")
    (here / "forms" / "later.xlsx").write_bytes(workbook(FORMS["2019-20"], later))
    for path, there in (
        ("forms", "There are returns for 2018-19-Q3, 2019-20-Q1."),
        ("forms/a.xlsx", "There are returns for 2018-19-Q3."),
        ("forms/in/d.xlsx", "Check the folder that you named."),
    ):
        outcome = Outcome("collate", path, "--period", "2018-19-Q4", "--to", "out")
        assert outcome.status == 3
        assert outcome.trouble is not None
        assert (outcome.trouble.problem, outcome.trouble.remedy) == ("There is no return for 2018-19-Q4.", there)
    assert not (here / "out").exists()


@pytest.mark.parametrize("period", ["2018-19", "2018-20-Q3", "2018-19-Q5", "Q3", "", "2018-19-Q3-Q4"])
def test_a_period_that_is_none(period: str, here: Path) -> None:
    for arguments in (
        ["collate", "forms", "--to", "out", "--period", period],
        ["template", "--council", "Kent", "-o", "out.xlsx", "--period", period],
    ):
        outcome = Outcome(*arguments)
        assert outcome.status == 2
        assert outcome.trouble is not None
        assert outcome.trouble.problem == f"'{period}' is not a period."


@pytest.mark.parametrize("folder", ["out", "out/in"])
@pytest.mark.parametrize(
    "command",
    [
        ["validate", "forms", "--feedback"],
        ["collate", "forms", "--period", "2018-19-Q3", "--to"],
        ["participation", "forms", "--to"],
    ],
)
def test_a_folder_to_write_to_that_is_a_file(command: list[str], folder: str, here: Path) -> None:
    (here / "out").write_text("mine")
    outcome = Outcome(*command, folder)
    assert outcome.status == 2
    assert outcome.trouble is not None
    assert outcome.trouble.problem == "'out' is a file, not a folder."
    assert (here / "out").read_text() == "mine"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["validate", "forms", "--format", "zz"], "'zz' is not a format. Use one of: text, json, csv, junit, sarif."),
        (["trace", "out", "asked", "--format", "zz"], "'zz' is not a format. Use one of: text, csv."),
        (["trace", "out", "asked", "--span", "zz"],
         "'zz' is not a span. Use one of: quarter, year_to_date, last_four_quarters."),
        (["sac", "sac.xlsx", "--format", "CSV"], "'CSV' is not a format. Use one of: text, csv."),
    ],
)  # fmt: skip
def test_what_can_be_chosen_is_said(command: list[str], said: str, here: Path) -> None:
    done = mspof(*command, cwd=here)
    assert (done.returncode, done.stdout, done.stderr.decode()) == (2, b"", f"mspof: {said}\n")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["validate", ""], "An argument is empty."),
        (["validate", "forms", "--feedback", ""], "An argument is empty."),
        (["validate", "forms", "--feedback="], "Nothing is given for --feedback."),
        (["explain", "--from", ""], "An argument is empty."),
        (["collate", "forms", "--period", "2018-19-Q3", "--to", ""], "An argument is empty."),
        (["template", "--council", "Kent", "--period", "2018-19-Q3", "-o", ""], "An argument is empty."),
    ],
)
def test_an_empty_argument_is_never_the_folder_that_one_is_in(command: list[str], said: str, here: Path) -> None:
    before = sorted(here.rglob("*"))
    done = mspof(*command, cwd=here)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().splitlines() == [
        f"mspof: {said} Give a name or a value. In a script, check that its variables are set."
    ]
    assert sorted(here.rglob("*")) == before


def test_collate_a_file_with_a_name_that_is_not_text(here: Path) -> None:
    (here / "forms" / os.fsdecode(b"\xee\x1b.xlsx")).write_bytes(BAD)
    done = mspof("collate", "forms", "--period", "2018-19-Q3", "--to", "out", "--audience", "internal")
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"\x1b" not in done.stdout
    page = openpyxl.load_workbook(here / "out" / "summary.xlsx")["Returns"]
    assert "forms/\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}.xlsx" in [cell.value for cell in page["A"]]


# verify


def test_verify_finds_what_has_changed_since(here: Path) -> None:
    collated("forms", "--to", "out")
    good = Outcome("verify", "out", "--returns", "forms")
    sha256 = hashlib.sha256((here / "out" / "manifest.json").read_bytes()).hexdigest()
    last = f"SHA-256 of the manifest: {sha256}"
    assert (good.status, good.out.splitlines()) == (0, ["9 outputs as written.", "2 returns as used.", last])
    with (here / "out" / "measures.csv").open("ab") as file:
        file.write(b" ")
    (here / "out" / "england.csv").unlink()
    (here / "forms" / "b.xlsx").unlink()
    (here / "out" / "summary.ods").write_bytes(b"of another run")
    (here / "out" / ".DS_Store").touch()
    bad = Outcome("verify", "out", "--returns", "forms")
    told = json.loads((here / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert {tuple(each) for each in told["inputs"]} == {("sha256", "decision")}
    assert bad.status == 1
    lines = bad.out.splitlines()
    stray = "'summary.ods' is not of this summary."
    assert lines[:3] == [stray, "'england.csv' is not there.", "'measures.csv' is not what was written."]
    assert lines[3].startswith("A return that was used is not there, or has changed: ")
    assert lines[4:] == ["7 outputs as written.", "1 return as used.", last]


def test_verify_compares_sac_and_explanations(here: Path) -> None:
    shutil.copy(ROOT / "sample_proformas" / "sac" / "2018-19.csv", here / "sac.csv")
    (here / "explained.csv").write_text(",".join(EXPLANATION_COLUMNS) + "\n", encoding="utf-8")
    for audience in ("public", "internal"):
        out = ["--audience", audience, "--to", audience]
        collated("forms", "--sac", "2018-19=sac.csv", "--explanations", "explained.csv", *out)
        told = json.loads((here / audience / "manifest.json").read_text(encoding="utf-8"))["sources"]
        names = ["sac.csv", "explained.csv"] if audience == "internal" else [None, None]
        assert [each["holds"] for each in told] == ["SAC", "explanations"]
        assert [each.get("file") for each in told] == names
    said = "SAC and explanations were not compared: name them with --source."
    assert said in Outcome("verify", "public").out
    given = ["--source", "sac.csv", "--source", "explained.csv"]
    assert "2 other files as used." in Outcome("verify", "public", *given).out
    (here / "sac.csv").write_bytes(b"changed")
    assert Outcome("verify", "internal", "--source", "none.csv").status == 2
    changed = Outcome("verify", "internal", *given)
    assert changed.status == 1
    assert changed.out.splitlines()[0] == "A file that was used is not there, or has changed: sac.csv."


@pytest.mark.parametrize("text", [None, "", "{}", '{"outputs": [{"file": "../x", "sha256": "1"}], "inputs": []}'])
def test_verify_without_a_manifest(here: Path, text: str | None) -> None:
    (here / "out").mkdir()
    if text is not None:
        (here / "out" / "manifest.json").write_text(text)
    outcome = Outcome("verify", "out")
    assert outcome.status == 2
    assert outcome.trouble is not None


# template


def template(*arguments: str, period: str = "2018-19-Q3", output: str = "out.xlsx") -> Outcome:
    return Outcome("template", *arguments, "--period", period, "-o", output)


@pytest.mark.parametrize(("edition", "period"), [("2018-19", "2018-19-Q3"), ("2019-20", "2019-20-Q1")])
def test_a_template_reads_back(edition: str, period: str, here: Path) -> None:
    outcome = template("--council", "Kent", period=period)
    assert (outcome.status, outcome.out) == (0, "Wrote out.xlsx for Kent, E10000016\n")
    (told,) = json.loads(Outcome("validate", "out.xlsx", "--format", "json").out)["returns"]
    assert (told["edition"], told["period"], told["submission"]) == (edition, period, 1)
    assert told["council"] == {"ons_code": "E10000016", "name": "Kent"}
    assert set(told["questions"].values()) == {"not_returned"}
    assert [finding["code"] for finding in told["findings"]] == ["COVER301", "COVER203", "COVER302", "FIG301"]


@pytest.mark.parametrize(
    ("council", "code"),
    [
        ("Kent", "E10000016"),
        ("e10000016", "E10000016"),
        ("Kent County Council", "E10000016"),
        ("Ambermere", "DEMO00001"),
        ("ambermere (DEMONSTRATION)", "DEMO00001"),
        ("DEMO00001", "DEMO00001"),
    ],
)
def test_a_council_is_named_in_several_ways(council: str, code: str, here: Path) -> None:
    assert template("--council", council).status == 0
    told = json.loads(Outcome("validate", "out.xlsx", "--format", "json").out)["returns"]
    assert told[0]["council"]["ons_code"] == code


@pytest.mark.parametrize(
    ("council", "period", "problem"),
    [
        ("Nowhere", "2018-19-Q3", "No council called 'Nowhere' existed in the whole of 2018-19-Q3."),
        ("", "2018-19-Q3", "No council called '' existed in the whole of 2018-19-Q3."),
        ("E10000000", "2018-19-Q3", "No council called 'E10000000' existed in the whole of 2018-19-Q3."),
        ("E06000058", "2018-19-Q3", "No council called 'E06000058' existed in the whole of 2018-19-Q3."),
        ("Kent", "2099-00-Q1", None),
        ("Kent", "2017-18-Q4", "There is no form for 2017-18."),
        ("Kent forms", "2018-19-Q3", "No council called 'Kent forms' existed in the whole of 2018-19-Q3."),
        ("E10000016.xlsx", "2018-19-Q3", "No council called 'E10000016.xlsx' existed in the whole of 2018-19-Q3."),
        (BOTH, "2018-19-Q3", f"No council called '{BOTH}' existed in the whole of 2018-19-Q3."),
    ],
)
def test_a_template_for_none(council: str, period: str, problem: str | None, here: Path) -> None:
    outcome = template("--council", council, period=period)
    assert outcome.status == 2
    assert outcome.trouble is not None
    assert outcome.trouble.problem == (problem or f"There is no form for {period[:7]}.")
    assert not (here / "out.xlsx").exists()


@pytest.mark.parametrize(
    ("council", "period", "near"),
    [
        ("Kant", "2018-19-Q3", "Kent"),
        ("Ambermeer", "2018-19-Q3", "Ambermere (demonstration)"),
        ("Bournemoth", "2018-19-Q3", "Bournemouth"),
        ("Bournemoth", "2019-20-Q1", None),
        ("Bournemouth, Christchurch and Pool", "2019-20-Q1", "Bournemouth, Christchurch and Poole"),
        ("Bournemouth, Christchurch and Poole", "2018-19-Q3", None),
        ("Nowhere", "2018-19-Q3", None),
    ],
)
def test_the_nearest_council_of_the_time_is_suggested(council: str, period: str, near: str | None, here: Path) -> None:
    outcome = template("--council", council, period=period)
    assert outcome.status == 2
    assert outcome.trouble is not None
    hint = f"Did you mean '{near}'? " if near else ""
    register = "Give a council's name or ONS code as it stands in the register of councils."
    assert outcome.trouble.remedy == f"{hint}{register}"


def test_a_collection_that_there_is_not(here: Path) -> None:
    outcome = template("--council", "Kent", "--collection", "other")
    assert outcome.status == 2
    assert outcome.trouble is not None
    assert str(outcome.trouble) == "There is no collection 'other'."
    assert template("--council", "Kent", "--collection", "msp-outcomes").status == 0


def test_which_collection_must_be_said_if_there_are_several(here: Path) -> None:
    shutil.copytree(ROOT / "schemas", here / "schemas")
    shutil.copytree(here / "schemas" / "msp-outcomes", here / "schemas" / "second")
    text = (here / "schemas" / "second" / "editions" / "2018-19.toml").read_text()
    (here / "schemas" / "second" / "editions" / "2018-19.toml").write_text(text.replace('"MSPOF 20', '"Second 20'))
    (here / "schemas" / "second" / "editions" / "2019-20.toml").unlink()
    outcome = template("--council", "Kent", "--schemas", "schemas")
    assert outcome.status == 2
    assert outcome.trouble is not None
    assert outcome.trouble.problem == "There are several collections: msp-outcomes, second."
    assert outcome.trouble.remedy == "Say which with --collection."


def test_a_template_that_can_not_be_written(here: Path) -> None:
    assert template("--council", "Kent", output="nowhere/out.xlsx").status == 2
    assert template("--council", "Kent", output="forms").status == 2


@pytest.mark.parametrize("name", ["out.csv", "out.xlsm", "out", "-"])
def test_a_template_is_an_excel_workbook(name: str, here: Path) -> None:
    outcome = template("--council", "Kent", output=name)
    assert outcome.status == 2
    assert outcome.trouble is not None
    assert str(outcome.trouble) == f"'{name}' is not a name for an Excel workbook."
    assert not (here / name).exists()


def test_a_template_does_not_replace_a_form(here: Path) -> None:
    (here / "kent.xlsx").write_bytes(GOOD)
    outcome = template("--council", "Kent", output="kent.xlsx")
    assert outcome.status == 2
    assert outcome.trouble is not None
    assert outcome.trouble.problem == "There is a file 'kent.xlsx' already."
    assert (here / "kent.xlsx").read_bytes() == GOOD


# rules


def test_rules_are_listed() -> None:
    outcome = Outcome("rules")
    assert outcome.status == 0
    lines = outcome.out.splitlines()
    assert lines[0] == "FILE101    error  The file is not empty"
    assert "MSP202     query  Everyone who expressed outcomes is counted in Q2" in lines
    assert lines[-1] == "'mspof rules CODE' explains one."


@pytest.mark.parametrize("code", ["MSP202", "msp202"])
def test_a_rule_is_explained(code: str) -> None:
    assert Outcome("rules", code).out == (
        "MSP202  query\n"
        "\n"
        "Checks     Everyone who expressed outcomes is counted in Q2: achieved_all >= asked_expressed\n"
        "Where      achieved_all is 'People in Q2'; asked_expressed is 'Yes they were asked and outcomes were\n"
        "           expressed'\n"
        "Why        Q2 has an answer for each person who expressed outcomes in Q1. People left out can hide\n"
        "           outcomes that were not achieved.\n"
        "Broken by  'Fully achieved' 3, 'Partially achieved' 0, 'Not achieved' 1, 'Yes they were asked and\n"
        "           outcomes were expressed' 5\n"
        "Says       ... people expressed outcomes in Q1, but Q2 covers only ... of them.\n"
        "Put right  Add the ... missing to Q2, or explain why it is not known whether their outcomes were\n"
        "           achieved.\n"
    )


def test_every_rule_can_be_explained() -> None:
    for line in Outcome("rules").out.splitlines()[:-2]:
        code = line.split()[0]
        told = Outcome("rules", code).out
        assert told.startswith(f"{code}  ")
        for heading in ("Checks", "Why", "Broken by", "Says", "Put right"):
            assert f"\n{heading}" in told, (code, heading)
        assert not set("{}") & set(told), code


@pytest.mark.parametrize("beginning", ["MSP2", "msp2", "F", "SET10", "MSP20"])
def test_the_rules_that_begin_so_are_listed(beginning: str) -> None:
    lines = Outcome("rules").out.splitlines()
    wanted = [line for line in lines[:-2] if line.startswith(beginning.upper())]
    assert Outcome("rules", beginning).out.splitlines() == [*wanted, *lines[-2:]]
    assert 1 < len(wanted) < len(lines) - 2


@pytest.mark.parametrize("code", ["MSP9", "X", "-", "MSP2021", "SP2", "--MSP202"])
def test_a_rule_that_there_is_not(code: str) -> None:
    assert Outcome("rules", code).status == 2


# help, version and mistakes


def test_version() -> None:
    assert Outcome("--version").out == f"mspof {__version__}\n"


@pytest.mark.parametrize("command", [[], ["validate"], ["collate"], ["template"], ["rules"]])
def test_help(command: list[str]) -> None:
    short, long = Outcome(*command, "-h"), Outcome(*command, "--help")
    assert short.status == long.status == 0
    assert short.out == long.out
    assert short.out.startswith("Usage: mspof")
    assert "-h, --help" in short.out


def test_the_exit_statuses_are_in_the_help() -> None:
    words = " ".join(Outcome("--help").out.split())
    assert "0 no errors, 1 errors found, 2 wrong use, 3 mspof could not do its work, 130 interrupted" in words


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["validate", "forms", "--fromat", "json"], "--format"),
        (["validate", "forms", "--stirct"], "--strict"),
        (["collate", "forms", "--perod", "2018-19-Q3"], "--period"),
        (["template", "--counci", "Kent"], "--council"),
        (["valdate", "forms"], "validate"),
    ],
)
def test_a_typing_mistake_names_the_nearest(arguments: list[str], hint: str, here: Path) -> None:
    outcome = Outcome(*arguments)
    assert outcome.status == 2
    assert f"{hint}" in outcome.err.splitlines()[-1]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["validate"],
        ["collate", "forms"],
        ["collate", "forms", "--period", "2018-19-Q3"],
        ["template"],
        ["rules", "a", "b"],
    ],
)
def test_something_is_missing_or_too_much(arguments: list[str], here: Path) -> None:
    assert Outcome(*arguments).status == 2


# schemas


def folder_of_schemas(here: Path) -> Path:
    shutil.copytree(ROOT / "schemas", here / "schemas")
    return here / "schemas"


@pytest.mark.parametrize(
    "command",
    [
        ["validate", "forms/a.xlsx"],
        ["collate", "forms/a.xlsx", "--period", "2018-19-Q3", "--to", "out"],
        ["template", "--council", "Kent", "--period", "2018-19-Q3", "-o", "out.xlsx"],
        ["rules"],
    ],
)
def test_schemas_that_are_missing_or_broken(command: list[str], here: Path) -> None:
    (here / "empty").mkdir()
    for folder in ("nowhere", "empty", "forms/a.xlsx"):
        outcome = Outcome(*command, "--schemas", folder)
        assert outcome.status == 3
        assert outcome.trouble is not None
        assert outcome.trouble.problem == f"'{folder}' has no collection in it."
    schemas = folder_of_schemas(here)
    assert Outcome(*command, "--schemas", schemas).status == 0
    (here / "out.xlsx").unlink(missing_ok=True)
    path = schemas / "msp-outcomes" / "collection.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("publisher =", "pubblisher ="), encoding="utf-8")
    outcome = Outcome(*command, "--schemas", schemas)
    assert outcome.status == 3
    assert outcome.trouble is not None
    assert "collection.toml: 'pubblisher' is not a name that belongs there" in outcome.trouble.problem


# processes of their own


def test_what_goes_wrong_is_said_in_one_line(here: Path) -> None:
    done = mspof("validate", "forms", "--schemas", "no\x1b[31mwhere")
    assert done.returncode == 3
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("mspof: 'no\N{REPLACEMENT CHARACTER}[31mwhere' has no collection in it. Give --schemas ")


def test_started_by_its_own_name(here: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from mspof_cli.__main__ import start; start()", "--version"],
        env=environment(), capture_output=True, check=True,
    )  # fmt: skip
    assert done.stdout.decode().strip() == f"mspof {__version__}"


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8:strict"])
def test_any_name_on_any_terminal(format: str, encoding: str, here: Path) -> None:
    for name in (os.fsdecode(b"Qu\xeell.xlsx"), "Tŷ \x1b[31m\N{SNOWMAN}.xlsx", "a\nb.xlsx"):
        (here / "forms" / name).write_bytes(GOOD)
    done = mspof("validate", "forms", "--format", format, env={"PYTHONIOENCODING": encoding})
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"\x1b" not in done.stdout
    if format == "json":
        assert len(json.loads(done.stdout.decode())["returns"]) == 7
    if format == "junit":
        assert len(ElementTree.fromstring(done.stdout)) == 7


def test_whoever_reads_leaves(here: Path) -> None:
    """As with ``mspof validate forms | head``: no complaint, before or at the end."""
    for arguments in (["validate", "forms", "--format", "sarif"], ["validate", "forms"], ["rules"]):
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run(
            [*MSPOF, *arguments], env=environment(), stdout=writing, stderr=subprocess.PIPE, check=False
        )
        os.close(writing)
        assert (done.returncode, done.stderr) == (3, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_is_said_in_one_line(here: Path) -> None:
    for number, arguments in enumerate(
        (
            *(["validate", "forms", "--format", kind] for kind in FORMATS),
            ["collate", "forms", "--period", "2018-19-Q3", "--to", "out"],
            ["template", "--council", "Kent", "--period", "2018-19-Q3", "-o", "out.xlsx"],
            ["rules"],
            ["rules", "MSP202"],
            ["--help"],
            ["--version"],
        )
    ):
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                [*MSPOF, *arguments], env=environment(), stdout=full, stderr=subprocess.PIPE, check=False
            )
        said = b"mspof: The output could not be written: no space left on device. Check where it goes."
        assert (done.returncode, done.stderr.splitlines()) == (3, [said]), number


def test_an_output_that_is_closed_is_nothing_to_complain_of(here: Path) -> None:
    """As with ``mspof validate forms >&-``, and for a program without a console on Windows."""
    for arguments, status in (
        (["validate", "forms"], 1),
        (["validate", "forms/a.xlsx", "--format", "json"], 0),
        (["validate", "forms", "-o", "out.txt"], 1),
        (["rules"], 0),
        (["--version"], 0),
    ):
        done = subprocess.run(
            ["sh", "-c", '"$@" >&-', "sh", *MSPOF, *arguments], env=environment(), stderr=subprocess.PIPE, check=False
        )
        assert (done.returncode, done.stderr) == (status, b""), arguments
    assert (here / "out.txt").read_bytes() == mspof("validate", "forms").stdout


def test_an_output_that_is_a_pipe_is_written_into(here: Path) -> None:
    done = mspof("validate", "forms", "--format", "json", "-o", "/dev/stdout")
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout == mspof("validate", "forms", "--format", "json").stdout


def test_an_output_that_is_a_link_is_followed(here: Path) -> None:
    (here / "link.txt").symlink_to("out.txt")
    assert Outcome("validate", "forms", "-o", "link.txt").status == 1
    assert (here / "link.txt").is_symlink()
    assert (here / "out.txt").read_text() == Outcome("validate", "forms").out


def test_head_reads_one_line(here: Path) -> None:
    command = f"'{sys.executable}' -m mspof_cli validate forms --format sarif | head -n 1"
    done = subprocess.run(["sh", "-c", command], env=environment(), capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"{\n", b"")


def test_interrupted(here: Path) -> None:
    """Ctrl-C while a file is being read."""
    script = (
        "import os, signal, mspof_cli.pipeline as p\n"
        "p.Reader.read = lambda *_: os.kill(os.getpid(), signal.SIGINT)\n"
        "from mspof_cli.__main__ import start\n"
        "start()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "validate", "forms"], env=environment(), capture_output=True, check=False
    )
    assert done.returncode == 130
    assert (done.stdout, done.stderr) == (b"", b"")


ODD = {
    "empty.xlsx": b"",
    "text.xlsx": b"council,figures\n",
    "zip.xlsx": b"PK\x05\x06" + bytes(18),
    "cut.xlsx": GOOD[: len(GOOD) // 2],
    "nul.xlsx": bytes(5000),
    "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000),
    "page.xlsx": b"<html>",
    "xml.xlsx": b'<?xml version="1.0"?><a/>',
}


def test_no_traceback_on_odd_inputs(here: Path) -> None:
    for name, data in ODD.items():
        (here / "forms" / name).write_bytes(data)
    (here / "forms" / "folder.xlsx").mkdir()
    (here / "forms" / "round.xlsx").symlink_to("round.xlsx")
    os.mkfifo(here / "forms" / "pipe.xlsx")
    for kind in FORMATS:
        done = mspof("validate", "forms", "--format", kind)
        assert (done.returncode, done.stderr) == (1, b"")
    done = mspof("collate", "forms", "--period", "2018-19-Q3", "--to", "out", "--audience", "internal")
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout.count(b"not readable") == len(ODD) + 3


def test_odd_arguments(here: Path) -> None:
    for arguments in (
        ["validate", ""],
        ["validate", "x" * 5000],
        ["validate", "forms/a.xlsx/b"],
        ["validate", "forms", "--output", ""],
        ["validate", "forms", "--output", "x" * 300],
        ["validate", "forms", "--select", "\udcee\x1b"],
        ["template", "--council", "\x1b" * 9, "--period", "2018-19-Q3", "-o", "out.xlsx"],
        ["rules", "\udcff"],
    ):
        done = mspof(*arguments)
        assert done.returncode in (1, 2, 3), arguments
        assert b"Traceback" not in done.stderr
        assert b"\x1b" not in done.stderr


# the progress bar


class Terminal:
    """A pseudo-terminal: what is written to ``end`` is kept in ``seen``."""

    def __init__(self) -> None:
        self.reading, self.end = pty.openpty()
        self.seen = b""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            while data := os.read(self.reading, 65536):
                self.seen += data

    def close(self) -> str:
        os.close(self.end)
        self._reader.join(10)
        os.close(self.reading)
        return self.seen.decode()


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


SLOW = (
    "import sys, time, mspof_cli.pipeline as p\n"
    "read = p.Reader.read\n"
    "p.Reader.read = lambda self, file: (time.sleep({pause}), read(self, file))[1]\n"
    "from mspof_cli.__main__ import start\n"
    "start()"
)


def on_a_terminal(pause: float, end: int | None, *options: str) -> tuple[bytes, bytes]:
    """Standard output and error, of which one or both may go to a terminal."""
    done = subprocess.run(
        [sys.executable, "-c", SLOW.format(pause=pause), "validate", "forms", *options],
        env=environment(TERM="xterm-256color"), stdout=subprocess.PIPE, stderr=end or subprocess.PIPE, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    return done.stdout, done.stderr or b""


def test_a_progress_bar_after_a_second(here: Path, terminal: Terminal) -> None:
    out, _ = on_a_terminal(0.35, terminal.end)
    seen = terminal.close()
    assert "Reading returns" in seen
    assert "100%" in seen
    assert b"Reading returns" not in out
    assert out.startswith(b"Council ")


def test_no_progress_bar_when_it_is_soon_done(here: Path, terminal: Terminal) -> None:
    on_a_terminal(0, terminal.end)
    assert terminal.close() == ""


def test_no_progress_bar_when_quiet(here: Path, terminal: Terminal) -> None:
    on_a_terminal(0.3, terminal.end, "--quiet")
    assert terminal.close() == ""


def test_no_progress_bar_unless_on_a_terminal(here: Path, terminal: Terminal) -> None:
    terminal.close()
    assert on_a_terminal(0.3, None)[1] == b""


def test_progress_is_measured_from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rich is not even loaded before a second has gone by."""
    told: list[tuple[int, int]] = []

    @contextlib.contextmanager
    def bar() -> Iterator[Any]:
        yield lambda done, of: told.append((done, of))

    clock = iter([0.0, 0.5, 1.0, 1.01])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(progress, "_bar", bar)
    with progress.progress_bar(quiet=False) as advance:
        for number in range(1, 6):
            advance(number, 5)
    assert told == [(3, 5), (4, 5), (5, 5)]


def test_colours_on_a_terminal_only(here: Path, terminal: Terminal) -> None:
    def seen(**env: str) -> bytes:
        screen = Terminal()
        subprocess.run([*MSPOF, "validate", "forms"], env=environment(**{"TERM": "xterm-256color"} | env),
                       stdout=screen.end, stderr=subprocess.PIPE, check=False)  # fmt: skip
        return screen.close().encode()

    terminal.close()
    assert b"\x1b[1;31m" in seen()
    assert b"\x1b[1;31m" not in seen(NO_COLOR="1")
    assert b"\x1b" not in mspof("validate", "forms").stdout


def test_both_editions_together(here: Path) -> None:
    later = clean(year="2019-20", completed="17/01/2020")
    (here / "forms" / "later.xlsx").write_bytes(workbook(FORMS["2019-20"], later))
    told = json.loads(Outcome("validate", "forms/a.xlsx", "forms/later.xlsx", "--format", "json").out)
    assert [(ret["edition"], ret["period"]) for ret in told["returns"]] == [
        ("2018-19", "2018-19-Q3"),
        ("2019-20", "2019-20-Q3"),
    ]

"""Which files are read, and that one that can't be read is one finding and no more."""

from __future__ import annotations

import itertools
import os
import random
import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from build import CLEAN, FORM, SCHEMAS, clean, workbook
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shell import ROOT

from mspof_cli.errors import UsageError
from mspof_cli.findings import Status
from mspof_cli.inbox import find_workbooks
from mspof_cli.pipeline import validate

FORM_FILE = workbook(FORM, clean())


def test_nothing_that_reads_or_checks_looks_at_the_clock() -> None:
    """The same returns are judged, and collated, the same on any day. Only 'mspof explain' dates what it takes."""
    looking = [
        str(path.relative_to(ROOT / "src" / "mspof_cli"))
        for path in sorted((ROOT / "src" / "mspof_cli").rglob("*.py"))
        if re.search(r"\.(now|today|utcnow|localtime|gmtime)\(|\btime\.time\(", path.read_text(encoding="utf-8"))
    ]
    assert looking == ["cli/explain.py"]


def made(folder: Path, *names: str) -> list[Path]:
    paths = [folder / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return paths


def found(*paths: Path) -> tuple[list[str], list[str]]:
    files, passed_over = find_workbooks(paths)
    return [file.name for file in files], [file.name for file in passed_over]


def test_folders_are_searched_and_other_files_passed_over(tmp_path: Path) -> None:
    made(tmp_path, "b.xlsx", "a.XLSX", "c/d/e.xlsm", "c/f.xls", "g.xlsb", "h.ods", "i.xltx", "j.xltm")
    made(tmp_path, "~$b.xlsx", ".b.xlsx", "notes.docx", "figures.csv", "xlsx", "form.xlsx.pdf", "c/.DS_Store")
    assert found(tmp_path) == (
        ["a.XLSX", "b.xlsx", "e.xlsm", "f.xls", "g.xlsb", "h.ods", "i.xltx", "j.xltm"],
        [".b.xlsx", ".DS_Store", "figures.csv", "form.xlsx.pdf", "notes.docx", "xlsx", "~$b.xlsx"],
    )


def test_a_file_that_is_named_is_always_read(tmp_path: Path) -> None:
    """All but Excel's lock files, which a shell's '*' names too."""
    names = ("notes.docx", ".b.xlsx", "form")
    assert found(*made(tmp_path, *names, "~$b.xlsx", "in/~$notes")) == (sorted(names), ["~$notes", "~$b.xlsx"])


def test_the_same_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (path,) = made(tmp_path, "in/a.xlsx")
    made(tmp_path, "in/notes.txt")
    (tmp_path / "linked").symlink_to(tmp_path / "in")
    os.link(path, tmp_path / "in" / "c.xlsx")
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "in"
    spellings = [folder, tmp_path, folder / ".." / "in", tmp_path / "linked", Path("in"), Path("./in/../linked")]
    for paths in itertools.permutations(spellings, 2):
        files, passed_over = found(path, *paths, path)
        assert (sorted(files), passed_over) == (["a.xlsx", "c.xlsx"], ["notes.txt"])
    assert found(path, Path("in/a.xlsx"), Path("linked/a.xlsx"), folder / ".." / "in" / "a.xlsx") == (["a.xlsx"], [])


@pytest.mark.parametrize("link", ["a-link.xlsx", "z-link.xlsx"])
def test_a_link_beside_a_workbook_does_not_take_its_place(link: str, tmp_path: Path) -> None:
    (tmp_path / "form.xlsx").write_bytes(FORM_FILE)
    (tmp_path / link).symlink_to(tmp_path / "form.xlsx")
    for paths in ([tmp_path], [tmp_path / link, tmp_path / "form.xlsx"], [tmp_path / "form.xlsx", tmp_path / link]):
        told = [
            (Path(each.ret.file).name, each.status, [finding.code for finding in each.findings])
            for each in validate(paths, SCHEMAS).checked
        ]
        expected = [("form.xlsx", Status.ACCEPTED, list[str]()), (link, Status.NOT_READABLE, ["FILE111"])]
        assert told == sorted(expected, key=lambda each: each[0])


def test_no_workbook_at_all(tmp_path: Path) -> None:
    made(tmp_path, "other/notes.docx", "other/~$a.xlsx", "other/.b.xlsx")
    (tmp_path / "empty").mkdir()
    lock = "Passed over: '~$a.xlsx': left by Excel while a workbook is open."
    hidden = "Passed over: '.b.xlsx': a hidden file. If it is a return, name the file itself."
    there = f" {hidden} Passed over: 'notes.docx': not a workbook. {lock}"
    for name, said in {"": there, "empty": "", "other": there, "other/~$a.xlsx": f" {lock}"}.items():
        for search in (find_workbooks, lambda paths: validate(paths, SCHEMAS)):
            with pytest.raises(UsageError) as caught:
                search([tmp_path / name])
            assert caught.value.problem == f"There is no workbook in '{tmp_path / name}'.{said}"
            assert caught.value.remedy == "Check that it is the right folder, and that the files end in .xlsx."


def test_of_many_files_that_are_no_workbooks_the_first_are_named(tmp_path: Path) -> None:
    made(tmp_path, *(f"{number}.txt" for number in range(5)))
    with pytest.raises(UsageError, match=r"'2\.txt': not a workbook\. And 2 more\.$"):
        find_workbooks([tmp_path])


def test_a_folder_named_like_a_workbook_is_a_folder(tmp_path: Path) -> None:
    made(tmp_path, "forms.xlsx/a.xlsx")
    assert found(tmp_path) == (["a.xlsx"], [])
    assert found(tmp_path / "forms.xlsx") == (["a.xlsx"], [])


@pytest.mark.parametrize("name", ["nowhere", "nowhere.xlsx", "a\nb"])
def test_a_path_that_is_not_there(name: str, tmp_path: Path) -> None:
    (here,) = made(tmp_path, "a.xlsx")
    with pytest.raises(UsageError) as caught:
        find_workbooks([here, tmp_path / name])
    assert caught.value.problem == f"There is no file or folder '{tmp_path / name}'."
    assert caught.value.remedy == "Check the spelling, and where you are."


def test_links_that_lead_nowhere_or_in_circles_are_findings(tmp_path: Path) -> None:
    (tmp_path / "gone.xlsx").symlink_to(tmp_path / "nowhere.xlsx")
    (tmp_path / "round.xlsx").symlink_to(tmp_path / "round.xlsx")
    (tmp_path / "up").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.xlsx")
    assert found(tmp_path) == (["gone.xlsx", "pipe.xlsx", "round.xlsx"], [])
    for paths in ([tmp_path], [tmp_path / name for name in ("gone.xlsx", "pipe.xlsx", "round.xlsx")]):
        checked = validate(paths, SCHEMAS).checked
        assert [[finding.code for finding in each.findings] for each in checked] == [["FILE111"]] * 3


def test_names_that_are_not_text(tmp_path: Path) -> None:
    name = os.fsdecode(b"Qu\xeellbridge.xlsx")
    (tmp_path / name).write_bytes(FORM_FILE)
    (checked,) = validate([tmp_path], SCHEMAS).checked
    assert (checked.ret.file, checked.status) == ((tmp_path / name).as_posix(), Status.ACCEPTED)


def test_one_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"")
    (tmp_path / "b.xlsx").write_bytes(FORM_FILE)
    (tmp_path / "c.xlsx").write_bytes(b"")
    (tmp_path / "d.txt").write_bytes(b"")
    seen: list[tuple[int, int]] = []
    batch = validate([tmp_path], SCHEMAS, lambda done, of: seen.append((done, of)))
    assert [(each.status, [finding.code for finding in each.findings]) for each in batch.checked] == [
        (Status.NOT_READABLE, ["FILE101"]),
        (Status.ACCEPTED, []),
        (Status.NOT_READABLE, ["FILE101"]),
    ]
    assert batch.passed_over == (tmp_path / "d.txt",)
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_workbook_that_is_no_form_is_one_finding(tmp_path: Path) -> None:
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(FORM_FILE)) as old, zipfile.ZipFile(stream, "w") as new:
        for part in old.namelist():
            new.writestr(part, old.read(part).replace(b"Form version", b"Version"))
    (tmp_path / "a.xlsx").write_bytes(stream.getvalue())
    (checked,) = validate([tmp_path], SCHEMAS).checked
    assert [(finding.code, finding.expected) for finding in checked.findings] == [
        ("FORM101", "a form version on the cover, such as 'Form version: MSPOF 2019-20 version 1'")
    ]
    assert len(checked.ret.sha256) == 64


def test_the_order_of_paths_does_not_matter(tmp_path: Path) -> None:
    for number, name in enumerate(("c", "a", "b"), 1):
        (tmp_path / f"{name}.xlsx").write_bytes(workbook(FORM, clean(submission=number)))
    paths = sorted(tmp_path.iterdir())

    def outcome(*paths: Path) -> list[tuple[object, ...]]:
        return [(each.ret.file, each.findings, each.set_aside) for each in validate(paths, SCHEMAS).checked]

    expected = outcome(*paths)
    for _ in range(3):
        random.Random(len(paths)).shuffle(paths)
        assert outcome(*paths) == expected
    assert outcome(tmp_path) == expected


@pytest.mark.parametrize("number", [1e19, 1e300, -1e300, 5e-324, 123456789012345678])
def test_numbers_beyond_belief(number: float, tmp_path: Path) -> None:
    answers = clean(dict.fromkeys(CLEAN, number), submission=number, completed=number, year=number, quarter=number)
    (tmp_path / "a.xlsx").write_bytes(workbook(FORM, answers))
    (checked,) = validate([tmp_path], SCHEMAS).checked
    assert checked.status is Status.NEEDS_CORRECTING


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_workbook_with_bytes_changed_is_read_or_refused_and_no_more(data: st.DataObject, tmp_path: Path) -> None:
    """In a part, so that what is changed is the XML and not only the archive around it."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(FORM_FILE)) as old, zipfile.ZipFile(stream, "w") as new:
        target = data.draw(st.sampled_from(old.namelist()))
        for part in old.namelist():
            content = bytearray(old.read(part))
            if part == target:
                for _ in range(data.draw(st.integers(1, 4))):
                    at = data.draw(st.integers(0, len(content) - 1))
                    content[at : at + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=6))
            new.writestr(part, bytes(content))
    path = tmp_path / "form.xlsx"
    path.write_bytes(stream.getvalue())
    (checked,) = validate([path], SCHEMAS).checked
    assert (checked.status is Status.NOT_READABLE) == (checked.ret.form is None)

"""Files appear whole or not at all, and never in the place of a submission."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mspof_cli.errors import MspofError, UsageError
from mspof_cli.outputs import files
from mspof_cli.outputs.files import refuse_to_overwrite, write_whole

REMEDY = "Check that the folder is there, that you may write in it, and that the disk is not full."


def refused(path: Path) -> MspofError:
    with pytest.raises(MspofError) as caught:
        write_whole(path, b"new")
    return caught.value


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def fails(error: BaseException) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_written_whole(tmp_path: Path) -> None:
    write_whole(tmp_path / "out.csv", b"new")
    assert (tmp_path / "out.csv").read_bytes() == b"new"
    assert names(tmp_path) == ["out.csv"]


def test_what_was_there_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_bytes(b"something longer than what comes after it")
    write_whole(tmp_path / "out.csv", b"")
    assert (tmp_path / "out.csv").read_bytes() == b""


def test_a_name_in_the_folder_of_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_whole(Path("out.csv"), b"new")
    assert names(tmp_path) == ["out.csv"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "real.csv").write_bytes(b"old")
    (tmp_path / "link.csv").symlink_to("in/real.csv")
    (tmp_path / "new.csv").symlink_to("in/new.csv")
    for name, target in (("link.csv", "real.csv"), ("new.csv", "new.csv")):
        write_whole(tmp_path / name, b"new")
        assert (tmp_path / name).is_symlink()
        assert (tmp_path / "in" / target).read_bytes() == b"new"
    assert names(tmp_path) == ["in", "link.csv", "new.csv"]
    assert names(tmp_path / "in") == ["new.csv", "real.csv"]


def test_trouble_is_said_of_the_name_that_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link.csv").symlink_to("nowhere/out.csv")
    assert refused(Path("link.csv")).problem == "'link.csv' could not be written: no such file or directory."
    assert (
        refused(Path("no/out.csv")).problem
        == f"'{Path('no/out.csv')}' could not be written: no such file or directory."
    )
    assert names(tmp_path) == ["link.csv"]


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for name in ("pipe", "link"):
        reading = os.open(tmp_path / name, os.O_RDONLY | os.O_NONBLOCK)
        write_whole(tmp_path / name, b"new")
        assert os.read(reading, 10) == b"new"
        os.close(reading)
    assert names(tmp_path) == ["link", "pipe"]


def test_a_pipe_without_a_name_is_written_into() -> None:
    """As with '-o /dev/stdout | less' and '-o >(less)': its real path leads nowhere."""
    reading, writing = os.pipe()
    write_whole(Path(f"/dev/fd/{writing}"), b"new")
    assert os.read(reading, 10) == b"new"
    os.close(reading)
    os.close(writing)


def test_a_device_is_written_into() -> None:
    write_whole(Path("/dev/null"), b"new")
    assert Path("/dev/null").is_char_device()
    if Path("/dev/full").exists():
        error = refused(Path("/dev/full"))
        assert error.problem == "'/dev/full' could not be written: no space left on device."
        assert not isinstance(error, UsageError)


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_permissions_as_for_any_new_file(mask: int, tmp_path: Path) -> None:
    before = os.umask(mask)
    try:
        write_whole(tmp_path / "out.csv", b"new")
        assert os.umask(mask) == mask, "it was not changed"
    finally:
        os.umask(before)
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o666 & ~mask


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    error = refused(tmp_path / "nowhere" / "out.csv")
    assert error.problem == f"'{tmp_path / 'nowhere' / 'out.csv'}' could not be written: no such file or directory."
    assert error.remedy == REMEDY
    assert isinstance(error, UsageError)


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    assert "could not be written" in refused(tmp_path / "file" / "out.csv").problem
    assert (tmp_path / "file").read_bytes() == b"old"


def test_a_target_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "out.csv").mkdir()
    assert "could not be written" in refused(tmp_path / "out.csv").problem
    assert names(tmp_path) == ["out.csv"]
    assert names(tmp_path / "out.csv") == []


@pytest.mark.parametrize("name", ["", ".", "..", "/"])
def test_a_target_without_a_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert "could not be written" in refused(Path(name)).problem
    assert names(tmp_path) == ["here"]


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    assert "name too long" in refused(tmp_path / ("x" * 300)).problem
    assert names(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_where_you_may_not_write(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        assert "permission denied" in refused(tmp_path / "out.csv").problem
    finally:
        tmp_path.chmod(0o700)


def test_a_folder_that_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "mkstemp", fails(PermissionError(errno.EACCES, "Permission denied")))
    assert refused(tmp_path / "out.csv").problem.endswith("could not be written: permission denied.")
    monkeypatch.setattr(tempfile, "mkstemp", fails(OSError("a driver's own words")))
    assert refused(tmp_path / "out.csv").problem.endswith("could not be written: the folder refused it.")


@pytest.mark.parametrize("step", ["fsync", "fdopen"])
def test_a_full_disk_leaves_what_was_there(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out.csv").write_bytes(b"old")
    monkeypatch.setattr(os, step, fails(OSError(errno.ENOSPC, "No space left on device")))
    error = refused(tmp_path / "out.csv")
    assert error.problem.endswith("could not be written: no space left on device.")
    assert error.remedy == REMEDY
    assert (tmp_path / "out.csv").read_bytes() == b"old"
    assert names(tmp_path) == ["out.csv"]


def test_interrupted_it_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out.csv").write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", fails(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "out.csv", b"new")
    assert names(tmp_path) == ["out.csv"]
    assert (tmp_path / "out.csv").read_bytes() == b"old"


@pytest.mark.parametrize("held", [0, 2, files.REPLACE_ATTEMPTS - 1])
def test_a_file_that_is_held_for_a_moment(held: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Excel and virus scanners do on Windows."""
    replace, tries = Path.replace, []

    def refusing(self: Path, target: Path) -> Path:
        tries.append(target)
        if len(tries) <= held:
            raise PermissionError(errno.EACCES, "Access is denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refusing)
    monkeypatch.setattr(files, "REPLACE_PAUSE_SECONDS", 0)
    write_whole(tmp_path / "out.csv", b"new")
    assert (tmp_path / "out.csv").read_bytes() == b"new"
    assert len(tries) == held + 1


def test_a_file_that_is_held_for_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out.csv").write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", fails(PermissionError(errno.EACCES, "Access is denied")))
    monkeypatch.setattr(files, "REPLACE_PAUSE_SECONDS", 0)
    error = refused(tmp_path / "out.csv")
    assert error.problem == f"'{tmp_path / 'out.csv'}' is open in another program."
    assert error.remedy == "Close 'out.csv' and run again."
    assert names(tmp_path) == ["out.csv"]
    assert (tmp_path / "out.csv").read_bytes() == b"old"


def test_an_input_is_never_an_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    form = tmp_path / "in" / "form.xlsx"
    form.parent.mkdir()
    form.write_bytes(b"old")
    (tmp_path / "link.xlsx").symlink_to(form)
    (tmp_path / "linked").symlink_to(form.parent)
    os.link(form, tmp_path / "hard.xlsx")
    monkeypatch.chdir(tmp_path)
    spellings = ["in/form.xlsx", "in/../in/form.xlsx", "./in//form.xlsx", "link.xlsx", "linked/form.xlsx", "hard.xlsx"]
    for output in (form, *map(Path, spellings)):
        for given in (form, Path("in/form.xlsx"), Path("linked/form.xlsx")):
            with pytest.raises(UsageError) as caught:
                refuse_to_overwrite([tmp_path / "other", output], [tmp_path / "another", given])
            assert caught.value.problem == f"'{output}' is one of the files being read."
    refuse_to_overwrite([tmp_path / "out.csv", tmp_path / "in" / "FORM.xlsx"], [form])
    refuse_to_overwrite([form], [])


def test_links_that_lead_nowhere_or_in_circles(tmp_path: Path) -> None:
    (tmp_path / "round.xlsx").symlink_to(tmp_path / "round.xlsx")
    (tmp_path / "gone.xlsx").symlink_to(tmp_path / "nowhere.xlsx")
    inputs = [tmp_path / "round.xlsx", tmp_path / "gone.xlsx"]
    refuse_to_overwrite([tmp_path / "out.csv"], inputs)
    for output in (*inputs, tmp_path / "nowhere.xlsx"):
        with pytest.raises(UsageError):
            refuse_to_overwrite([output], inputs)

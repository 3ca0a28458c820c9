"""A folder of outputs holds the previous ones or the new ones, whatever happens.

``MSPOF_FULL=1`` kills many more runs.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from batch import of
from build import FORM, clean, workbook
from shell import MSPOF, ROOT, environment, mspof

from mspof_cli.errors import MspofError, UsageError
from mspof_cli.outputs import files, whole
from mspof_cli.outputs.system import exchange, lock
from mspof_cli.outputs.whole import refuse_unfit, whole_folder

KILLS = 200 if os.environ.get("MSPOF_FULL") else 8
WHERE = "Check that the folder is there, that you may write in it, and that the disk is not full."
ALONE = "Outputs take the place of a whole folder. Choose one for them alone."

Content = dict[str, bytes]
FIRST: Content = {"measures.csv": b"first" * 500, "sac.csv": b"first", "manifest.json": b"first"}
SECOND: Content = {"measures.csv": b"second", "quality.md": b"second" * 500, "manifest.json": b"second"}
NOTES: Content = {"notes.txt": b"mine"}
FORMER = ("sac.csv", "quality.md")


def write(folder: Path, content: Content) -> None:
    whole_folder(folder, content.items(), (), former=FORMER)


def held(folder: Path) -> Content:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refused(folder: Path) -> tuple[str, str]:
    """What is said when the second outputs can't be written."""
    with pytest.raises(MspofError) as caught:
        write(folder, SECOND)
    assert isinstance(caught.value, UsageError) == (caught.value.remedy == ALONE)
    return caught.value.problem, caught.value.remedy


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder with the first outputs and somebody's notes."""
    write(tmp_path / "out", FIRST)
    (tmp_path / "out" / "notes.txt").write_bytes(b"mine")
    return tmp_path / "out"


@pytest.fixture(params=["in one step", "in two steps"])
def steps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """As where two folders can change places in one step, and as where they can't."""
    if request.param == "in two steps":
        monkeypatch.setattr(whole, "exchange", lambda *_: False)
    return str(request.param)


def test_made_if_it_is_not_there(tmp_path: Path) -> None:
    write(tmp_path / "a" / "out", FIRST)
    assert held(tmp_path / "a" / "out") == FIRST
    assert names(tmp_path / "a") == ["out"]


def test_the_new_take_the_place_of_the_previous(out: Path, steps: str) -> None:
    for content in (SECOND, FIRST, SECOND):
        write(out, content)
        assert held(out) == content | NOTES
        assert names(out.parent) == ["out"]


def test_through_a_link(out: Path, steps: str) -> None:
    (out.parent / "link").symlink_to("out")
    (out.parent / "to_be").symlink_to("new")
    write(out.parent / "link", SECOND)
    write(out.parent / "to_be", SECOND)
    assert (held(out), held(out.parent / "new")) == (SECOND | NOTES, SECOND)
    assert names(out.parent) == ["link", "new", "out", "to_be"]
    assert (out.parent / "link").is_symlink()


# what else is in the folder


def test_what_else_is_there_stays(out: Path, steps: str) -> None:
    """The very same file, and a link as a link."""
    (out / "link").symlink_to("nowhere")
    before = (out / "notes.txt").stat()
    write(out, SECOND)
    assert os.path.samestat((out / "notes.txt").stat(), before)
    assert (out / "link").readlink() == Path("nowhere")


def test_what_else_is_there_stays_on_a_disk_without_links(
    out: Path, steps: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    os.utime(out / "notes.txt", (1000, 1000))
    monkeypatch.setattr(os, "link", no_links)
    write(out, SECOND)
    assert held(out) == SECOND | NOTES
    assert (out / "notes.txt").stat().st_mtime == 1000


def test_what_is_saved_at_that_moment_stays(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def saving(new: Path, target: Path) -> bool:
        (target / "later.txt").write_bytes(b"later")
        (target / "saved.tmp").write_bytes(b"mine, and more")
        (target / "saved.tmp").replace(target / "notes.txt")
        os.utime(target / "notes.txt")
        return exchange(new, target)

    monkeypatch.setattr(whole, "exchange", saving)
    write(out, SECOND)
    assert held(out) == SECOND | {"later.txt": b"later", "notes.txt": b"mine, and more"}
    assert names(out.parent) == ["out"]


def test_feedback_of_others_stays(tmp_path: Path) -> None:
    returns = ROOT / "sample_proformas" / "returns" / "2018-19-Q3"
    for name in ("Glimmerbeck", "Ambermere"):
        assert mspof("validate", returns / f"{name}.xlsx", "--feedback", tmp_path / "told").returncode == 0
    expected = [f"{name} (demonstration) 2018-19-Q3.{kind}" for name in ("Ambermere", "Glimmerbeck")
                for kind in ("html", "txt", "xlsx")]  # fmt: skip
    assert names(tmp_path / "told") == expected


def test_the_permissions_stay(out: Path) -> None:
    """Also that what is made in the folder belongs to its group."""
    out.chmod(0o2770)
    write(out, SECOND)
    assert out.stat().st_mode & 0o7777 == 0o2770


# folders that can't be replaced


def unfit(folder: Path) -> tuple[str, str]:
    with pytest.raises(MspofError) as caught:
        refuse_unfit(folder, ())
    assert (caught.value.problem, caught.value.remedy) == refused(folder)
    return caught.value.problem, caught.value.remedy


def fixed(folder: Path) -> tuple[str, str]:
    problem = f"'{folder}' can't be replaced as a whole. It may be a disk of its own, or part of the system."
    return problem, "Choose a folder in it, or another."


def test_a_folder_with_a_folder_in_it(out: Path) -> None:
    for name in ("sent", "charts"):
        (out / name).mkdir()
    assert unfit(out) == (f"'{out}' has a folder in it, 'charts'.", ALONE)
    assert names(out) == ["charts", "manifest.json", "measures.csv", "notes.txt", "sac.csv", "sent"]


def test_the_folder_that_you_are_in(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be gone from under the shell."""
    monkeypatch.chdir(out)
    for folder in (Path(), Path(".."), out):
        assert unfit(folder) == (f"'{folder}' is the folder that you are in, or one around it.", ALONE)
    done = mspof("participation", ROOT / "sample_proformas" / "history", "--to", ".", cwd=out)
    assert (done.returncode, done.stderr.decode()) == (
        2, f"mspof: '.' is the folder that you are in, or one around it. {ALONE}\n"
    )  # fmt: skip
    assert held(out) == FIRST | NOTES


def test_a_whole_disk() -> None:
    assert unfit(Path("/")) == fixed(Path("/"))


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"mine")
    said = f"'{tmp_path / 'out'}' is a file, not a folder.", "Choose another name for the folder to write to."
    for folder in (tmp_path / "out", tmp_path / "out" / "in"):
        with pytest.raises(UsageError) as caught:
            write(folder, SECOND)
        assert (caught.value.problem, caught.value.remedy) == said
    assert (tmp_path / "out").read_bytes() == b"mine"
    assert names(tmp_path) == ["out"]


def test_a_folder_that_the_system_does_not_move(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As within a container, where it came with the image."""

    def refuses(*_: object) -> bool:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(whole, "exchange", refuses)
    assert refused(out) == fixed(out)
    assert held(out) == FIRST | NOTES
    assert names(out.parent) == ["out"]


@pytest.mark.parametrize("name", ["measures.csv", "sac.csv"])
def test_an_input_is_never_replaced_nor_removed(name: str, out: Path) -> None:
    with pytest.raises(UsageError) as caught:
        whole_folder(out, SECOND.items(), [out / name, out / "notes.txt"], former=("sac.csv",))
    assert caught.value.problem == f"'{out / name}' is one of the files being read."
    assert held(out) == FIRST | NOTES
    assert names(out.parent) == ["out"]


# what goes wrong on the way


def test_outputs_that_can_not_be_made(out: Path) -> None:
    def failing() -> Iterator[tuple[str, bytes]]:
        yield from SECOND.items()
        raise MspofError("It was changed.", "Run again.")

    with pytest.raises(MspofError, match="It was changed"):
        whole_folder(out, failing(), ())
    assert held(out) == FIRST | NOTES
    assert names(out.parent) == ["out"]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("at", range(5))
def test_stopped_on_the_way(
    at: int, error: BaseException, out: Path, steps: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each wait for the disk: of the three files, of their folder, and when all is done."""
    fsync, waits = os.fsync, iter(range(5))

    def failing(file: int) -> None:
        if next(waits) == at:
            raise error
        fsync(file)

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises((MspofError, KeyboardInterrupt)) as caught:
        write(out, SECOND)
    if isinstance(caught.value, MspofError):
        assert caught.value.problem == f"'{out}' could not be written: no space left on device."
    assert held(out) == (SECOND if at == 4 else FIRST) | NOTES
    assert names(out.parent) == ["out"]


def test_a_folder_that_is_open_elsewhere(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows no folder moves while a file in it is open."""
    rename, tries = Path.rename, []

    def refusing(self: Path, to: Path) -> Path:
        tries.append(self)
        if self == out and len(tries) < 100:
            raise PermissionError(errno.EACCES, "Access is denied")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", refusing)
    monkeypatch.setattr(whole, "exchange", lambda *_: False)
    monkeypatch.setattr(files, "REPLACE_PAUSE_SECONDS", 0)
    assert refused(out) == (f"'{out}' is open in another program.", "Close 'out' and run again.")
    assert len(tries) == files.REPLACE_ATTEMPTS
    assert held(out) == FIRST | NOTES
    assert names(out.parent) == ["out"]


def test_the_second_step_fails(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.rename

    def refusing(self: Path, to: Path) -> Path:
        if self.name == whole.NEW:
            raise PermissionError(errno.EACCES, "Access is denied")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", refusing)
    monkeypatch.setattr(whole, "exchange", lambda *_: False)
    assert refused(out) == (f"'{out}' could not be written: access is denied.", WHERE)
    assert held(out) == FIRST | NOTES
    assert names(out.parent) == ["out"]


# killed

KILLED_AT = """
import os, signal, sys
from pathlib import Path
from mspof_cli.outputs import whole

def count(event, _):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

folder, left = Path(sys.argv[1]), int(sys.argv[2])
if sys.argv[3] == "in two steps":
    whole.exchange = lambda *_: False
sys.addaudithook(count)
whole.whole_folder(folder, CONTENT.items(), (), FORMER)
os._exit(0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_before_each_thing_it_asks_of_the_system(out: Path, steps: str) -> None:
    """What Python tells of to an audit hook: opening, making, linking, renaming, removing."""
    script = KILLED_AT.replace("CONTENT", repr(SECOND)).replace("FORMER", repr(FORMER))
    found, at = [], 1
    while True:
        command = [sys.executable, "-c", script, str(out), str(at), steps]
        done = subprocess.run(command, env=environment(), capture_output=True, check=False)
        state = held(out) if out.exists() else None
        assert state in (FIRST | NOTES, SECOND | NOTES, *([None] if steps == "in two steps" else [])), at
        found.append("nothing" if state is None else "first" if state == FIRST | NOTES else "second")
        if done.returncode == 0:
            break
        assert (done.returncode, done.stderr) == (-9, b"")
        write(out, FIRST)
        assert held(out) == FIRST | NOTES
        assert names(out.parent) == ["out"]
        at += 1
    assert list(dict.fromkeys(found)) == ["first", *(["nothing"] if steps == "in two steps" else []), "second"]
    assert at > 20


class Inboxes:
    """Two inboxes, each with what is written of it, and a folder that is written to in turn."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out, self.hidden = folder, folder / "to" / "out", folder / "to" / ".out.mspof"
        self.wanted: list[Content] = []
        for number, council in enumerate(("Ambermere", "Brackenholt")):
            (folder / str(number)).mkdir()
            (folder / str(number) / "a.xlsx").write_bytes(workbook(FORM, clean(**of(council, number + 1))))
            assert mspof(*self.arguments(number, folder / "made" / str(number))).returncode == 0
            self.wanted.append(held(folder / "made" / str(number)))
        assert self.wanted[0] != self.wanted[1]
        assert mspof(*self.arguments(0)).returncode == 0

    def arguments(self, number: int, to: Path | None = None) -> list[str]:
        inbox = str(self.folder / str(number))
        return ["collate", inbox, "--period", "2018-19-Q3", "--audience", "internal", "--to", str(to or self.out)]

    def start(self, number: int) -> subprocess.Popen[bytes]:
        command = [*MSPOF, *self.arguments(number)]
        return subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def state(self) -> int:
        """Whose outputs there are, whole and without others."""
        return self.wanted.index(held(self.out))

    def left(self) -> tuple[int, int] | None:
        """By what it is seen whether a run has begun to write: also where one that was killed left something."""
        try:
            status = self.hidden.stat()
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_mtime_ns

    def until_it_writes(self, run: subprocess.Popen[bytes], before: object) -> float:
        while self.left() == before and run.poll() is None:
            pass
        return time.perf_counter()

    def seconds(self) -> tuple[float, float]:
        """How long a run takes until it writes, and how long it writes."""
        run, begun = self.start(0), time.perf_counter()
        written = self.until_it_writes(run, None)
        while self.hidden.exists():
            pass
        ended = time.perf_counter()
        assert (run.communicate()[1], run.returncode) == (b"", 0)
        return written - begun, ended - written


@pytest.fixture
def inboxes(tmp_path: Path) -> Inboxes:
    return Inboxes(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_at_any_moment(inboxes: Inboxes) -> None:
    """One in four at any moment of the run, the others while it writes; more where a busy machine let too many end."""
    chance = random.Random(1)
    before, writing = inboxes.seconds()
    killed_writing = turned = 0
    state = inboxes.state()
    for number in range(4 * KILLS):
        if number >= KILLS and killed_writing >= KILLS // 8:
            break
        left, run = inboxes.left(), inboxes.start(1 - state)
        if number % 4 == 3:
            time.sleep(chance.uniform(0, before + writing))
        else:
            inboxes.until_it_writes(run, left)
            time.sleep(chance.uniform(0, writing))
        run.kill()
        run.communicate()
        killed_writing += inboxes.left() not in (left, None)
        turned += state != inboxes.state()
        state = inboxes.state()
    print(f"{number} killed, {killed_writing} while writing, {turned} with the new outputs in place")
    assert killed_writing >= KILLS // 8, "a run that is killed once it writes has ended each time"
    assert mspof(*inboxes.arguments(1 - state)).returncode == 0
    assert inboxes.state() == 1 - state
    assert names(inboxes.out.parent) == ["out"]


# two runs at once


def test_another_run_is_writing(inboxes: Inboxes) -> None:
    inboxes.hidden.mkdir()
    with (inboxes.hidden / whole.LOCK).open("w") as file:
        lock(file.fileno())
        done = mspof(*inboxes.arguments(1))
    said = "mspof: Another run is writing to 'out'. Wait until it has ended, and run again.\n"
    assert (done.returncode, done.stderr.decode()) == (3, said)
    assert inboxes.state() == 0
    assert mspof(*inboxes.arguments(1)).returncode == 0, "once it is not locked"
    assert inboxes.state() == 1
    assert names(inboxes.out.parent) == ["out"]


def test_two_runs_at_once(inboxes: Inboxes) -> None:
    for _ in range(3):
        runs = [inboxes.start(number) for number in (0, 1)]
        said = [run.communicate()[1] for run in runs]
        statuses = [run.returncode for run in runs]
        assert 0 in statuses
        assert all(
            status == 0 or (status == 3 and b"Another run" in told) for status, told in zip(statuses, said, strict=True)
        )
        assert inboxes.state() in (0, 1)
        assert names(inboxes.out.parent) == ["out"]


def test_a_file_in_the_way_of_the_hidden_folder_is_named(out: Path) -> None:
    hidden = out.with_name(f".{out.name}.mspof")
    hidden.touch()
    with pytest.raises(MspofError) as caught:
        write(out, FIRST)
    assert caught.value.problem == f"'{hidden}' is in the way."


def test_many_runs_at_once(out: Path) -> None:
    """So that one starts as another is about to end, with its hidden folder going."""
    code = (
        "import sys; from pathlib import Path; from test_whole import *\n"
        "for _ in range(60):\n"
        "    try: write(Path(sys.argv[1]), [FIRST, SECOND][int(sys.argv[2])])\n"
        "    except MspofError as error: assert error.problem.startswith('Another run'), error.problem\n"
    )
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")])
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(out), str(number % 2)],
            env=environment(PYTHONPATH=path),
            stderr=subprocess.PIPE,
        )
        for number in range(4)
    ]
    while any(run.poll() is None for run in runs):
        pass
    assert [(run.returncode, run.communicate()[1]) for run in runs] == [(0, b"")] * 4
    assert held(out) in (FIRST | NOTES, SECOND | NOTES)
    write(out, FIRST)
    assert names(out.parent) == ["out"]


# a disk that is full, a folder that may not be written to, an output that is open


def test_an_output_that_is_open_elsewhere(inboxes: Inboxes) -> None:
    with (inboxes.out / "summary.xlsx").open("rb") as file:
        assert mspof(*inboxes.arguments(1)).returncode == 0
        assert file.read() == inboxes.wanted[0]["summary.xlsx"]
    assert inboxes.state() == 1


def with_mounts(inboxes: Inboxes, mount: str) -> tuple[str, str]:
    """The status of a run and the files that are there after it, and what it said, with disks of its own."""
    apart = [shutil.which("unshare") or "unshare", "--map-root-user", "--mount", "sh", "-c"]
    try:
        subprocess.run([*apart, mount], cwd=inboxes.out.parent, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no disks can be attached here")
    script = f"{mount} && cd / && \"$@\"; echo $?; cd '{inboxes.out.parent}' && find . -type f && cat out/*.txt"
    done = subprocess.run(
        [*apart, script, "sh", *MSPOF, *inboxes.arguments(1)],
        cwd=inboxes.out.parent, env=environment(), capture_output=True, check=False,
    )  # fmt: skip
    return done.stdout.decode(), done.stderr.decode()


def test_a_full_disk(inboxes: Inboxes) -> None:
    to = inboxes.out.parent
    small = f"mount -t tmpfs -o size=32k none '{to}' && mkdir '{to}/out' && echo mine >'{to}/out/notes.txt'"
    assert with_mounts(inboxes, small) == (
        "3\n./out/notes.txt\nmine\n",
        f"mspof: '{inboxes.out}' could not be written: no space left on device. {WHERE}\n",
    )


@pytest.mark.parametrize("mount", ["-t tmpfs none", "--bind ../bound"])
def test_a_folder_that_is_a_disk_of_its_own(mount: str, inboxes: Inboxes) -> None:
    """The second is on the same disk, and is only seen to be a place of its own when it does not move."""
    (inboxes.folder / "bound").mkdir()
    attached = f"mount {mount} out && echo mine >out/notes.txt"
    said = " ".join(fixed(inboxes.out))
    assert with_mounts(inboxes, attached) == ("3\n./out/notes.txt\nmine\n", f"mspof: {said}\n")
    assert inboxes.state() == 0


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has no such permissions")
@pytest.mark.parametrize("guarded", ["to", "to/out"])
def test_a_folder_that_is_read_only(guarded: str, inboxes: Inboxes) -> None:
    """The folder itself, or the one around it."""
    humbly = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    if humbly and not shutil.which("setpriv"):
        pytest.skip("root may write anywhere")
    (inboxes.folder / guarded).chmod(0o555)
    try:
        done = subprocess.run(
            [*humbly, *MSPOF, *inboxes.arguments(1)], env=environment(), capture_output=True, check=False
        )
    finally:
        (inboxes.folder / guarded).chmod(0o755)
    said = f"mspof: '{inboxes.out}' could not be written: permission denied. {WHERE}\n"
    assert (done.returncode, done.stderr.decode()) == (3, said)
    assert inboxes.state() == 0
    assert names(inboxes.out.parent) == ["out"]

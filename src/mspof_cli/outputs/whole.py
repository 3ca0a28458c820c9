"""The outputs of a run stand in one folder, which changes from the previous ones to the new in one step.

They are written in a hidden folder beside it, and joined there by whatever else the folder holds, such as somebody's
notes. Then the two folders change places. So the folder must be one that can be moved: nobody stands in it, it is not a
disk of its own, and no folders are in it, which might hold anything.

The hidden folder is locked. A second run says so and ends: it never waits, nor mixes its outputs with the first's. What
a run that was killed left there goes at the next run, which finds it by its name.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mspof_cli.errors import MspofError, UsageError
from mspof_cli.outputs.files import not_written, refuse_to_overwrite, unless_held, write_to_disk
from mspof_cli.outputs.system import exchange, lock, settle

NEW, OLD, LOCK = "new", "old", "lock"

# What the system answers where a folder is a place to which something else was attached.
FIXED = {errno.EXDEV, errno.EBUSY}

ALONE = "Outputs take the place of a whole folder. Choose one for them alone."


def refuse_unfit(folder: Path, read: Iterable[Path]) -> None:
    """Refuse a folder for outputs that can't be replaced as a whole: before the work is done, not after.

    ``UsageError`` if it is a file, has folders in it, is where the command was run, or is where something is read: the
    next run would take outputs for returns.
    """
    there = next((path for path in (folder, *folder.parents) if os.path.lexists(path)), folder)
    if there.exists() and not there.is_dir():
        raise UsageError(f"'{there}' is a file, not a folder.", "Choose another name for the folder to write to.")
    target = Path(os.path.realpath(folder))
    for path in read:
        where = _where_read(target, path)
        if where:
            problem = f"'{folder}' is {where} '{path}', which is being read."
            raise UsageError(problem, "Choose another folder, so that outputs are not taken for returns.")
    if os.path.ismount(target):
        raise _fixed(folder)
    if _stands_in(target):
        raise UsageError(f"'{folder}' is the folder that you are in, or one around it.", ALONE)
    try:
        within = [path.name for path in target.iterdir() if path.is_dir() and not path.is_symlink()]
    except FileNotFoundError:
        return
    except OSError as error:
        raise not_written(folder, error) from error
    if within:
        raise UsageError(f"'{folder}' has a folder in it, '{min(within)}'.", ALONE)


def _where_read(target: Path, path: Path) -> str:
    """How a folder has to do with what is read there; "" if in no way.

    A folder is read with all that is in it. Of the folder that a file is in, nothing else is: a folder of its own for
    the outputs beside a form is as good as anywhere.
    """
    if path.is_dir():
        return "within" if target.is_relative_to(os.path.realpath(path)) else ""
    folders = {Path(os.path.realpath(path.parent)), Path(os.path.realpath(path)).parent}  # also of what a link leads to
    return "the folder of" if target in folders else ""


def _fixed(folder: Path) -> MspofError:
    problem = f"'{folder}' can't be replaced as a whole. It may be a disk of its own, or part of the system."
    return MspofError(problem, "Choose a folder in it, or another.")


def _stands_in(target: Path) -> bool:
    try:
        return Path.cwd().is_relative_to(target)
    except FileNotFoundError:  # it was removed since
        return False


def whole_folder(
    folder: Path, files: Iterable[tuple[str, bytes]], inputs: Collection[Path], former: Collection[str] = ()
) -> None:
    """Write files, by name, into a folder, which is made if need be: all of them, or none and nothing has changed.

    What else is in the folder stays there, but for files that ``former`` names: outputs of an earlier run that would be
    taken for this one's. ``files`` may be made as they are asked for; if that fails, nothing has changed either.

    ``UsageError`` if a file would replace an input; ``MspofError`` if they can't be written, or another run is writing.
    """
    refuse_unfit(folder, ())
    target = Path(os.path.realpath(folder))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _hidden(target) as hidden:
            new = _made(hidden / NEW, target)
            written = dict.fromkeys(_written(name, data, new) for name, data in files)
            ours = [*written, *former]
            refuse_to_overwrite([folder / name for name in ours], inputs)
            if not target.exists():
                settle(new)
                new.rename(target)
            else:
                _carry(target, new, ours, _link)
                settle(new)
                was = new if exchange(new, target) else _by_two_steps(new, target, hidden / OLD)
                _carry(was, target, ours, os.replace)  # what somebody saved there in this moment
            settle(target.parent)
    except OSError as error:
        raise _fixed(folder) if error.errno in FIXED else not_written(folder, error) from error


@contextmanager
def _hidden(target: Path) -> Iterator[Path]:
    """The hidden folder beside a folder, for one run at a time; what is left in it goes before and after."""
    hidden = target.with_name(f".{target.name}.mspof")
    try:
        hidden.mkdir(mode=0o700, exist_ok=True)
    except FileExistsError:
        if hidden.is_file():
            raise MspofError(f"'{hidden}' is in the way.", "Remove it, and run again.") from None
        raise _busy(target) from None  # another run removed it, as this one looked whether it is a folder
    try:
        locked = _lock(hidden / LOCK, target)
        try:
            _tidy(hidden, target)
            yield hidden
        finally:
            with suppress(OSError):  # what can't be removed now goes at the next run
                _tidy(hidden, target)
            with suppress(OSError):
                (hidden / LOCK).unlink()  # while it is locked, or it might be another run's
            os.close(locked)
    finally:
        with suppress(OSError):  # another run may be in it by now
            hidden.rmdir()


def _lock(path: Path, target: Path) -> int:
    """An open file, locked. On Windows it goes when it is closed, for an open one can't be removed there."""
    try:
        opened = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_TEMPORARY", 0), 0o600)
    except FileNotFoundError:  # the run that made the folder has just removed it
        raise _busy(target) from None
    try:
        lock(opened)
        if not os.path.samestat(os.fstat(opened), path.stat()):
            raise BlockingIOError
    except OSError as error:
        os.close(opened)
        if isinstance(error, BlockingIOError | FileNotFoundError):
            raise _busy(target) from None
        raise
    return opened


def _busy(target: Path) -> MspofError:
    return MspofError(f"Another run is writing to '{target.name}'.", "Wait until it has ended, and run again.")


def _tidy(hidden: Path, target: Path) -> None:
    """Put back a folder that was moved aside and not replaced, and remove what else was left: files, never a tree."""
    if (hidden / OLD).exists() and not target.exists():
        (hidden / OLD).rename(target)
    for left in (hidden / NEW, hidden / OLD):
        if left.exists():
            for path in left.iterdir():
                path.unlink()
            left.rmdir()


def _made(new: Path, target: Path) -> Path:
    """A new folder, with the permissions of the one that it will replace: of the whole team, if that was so."""
    new.mkdir()
    if target.exists():
        status = target.stat()
        for owner, group in ((-1, status.st_gid), (status.st_uid, -1)):
            with suppress(AttributeError, PermissionError):
                os.chown(new, owner, group)
        shutil.copystat(target, new)
    return new


def _written(name: str, data: bytes, folder: Path) -> str:
    """The name of a file, once its bytes are on the disk."""
    with (folder / name).open("wb") as file:
        write_to_disk(file, data)
    return name


def _carry(source: Path, to: Path, ours: Collection[str], by: Callable[[Path, Path], object]) -> None:
    """Bring over what is not ours, unless the same or something later is there."""
    for entry in list(os.scandir(source)):
        if entry.name not in ours:
            with suppress(FileNotFoundError):  # somebody has just removed it
                there = to / entry.name
                if not os.path.lexists(there) or _time(there) < _time(Path(entry)):
                    by(Path(entry), there)


def _time(path: Path) -> int:
    return path.lstat().st_mtime_ns


def _link(path: Path, to: Path) -> None:
    """A second name for a file, or a copy where the disk has no such thing, or the file is somebody else's."""
    try:
        os.link(path, to, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(path, to, follow_symlinks=False)


def _by_two_steps(new: Path, target: Path, old: Path) -> Path:
    """For want of one step. Killed between the two, the folder is not there until the next run puts it back."""
    unless_held(lambda: target.rename(old), target)
    new.rename(target)
    return old

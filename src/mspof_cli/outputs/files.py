"""Files appear whole or not at all, and never in the place of a submission."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from mspof_cli.errors import MspofError, UsageError

# Excel, OneDrive and virus scanners hold a file for a moment on Windows.
REPLACE_ATTEMPTS, REPLACE_PAUSE_SECONDS = 5, 0.2


def refuse_to_overwrite(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """``UsageError`` if an output is one of the inputs, by whatever name."""
    taken = {_identity(path) for path in inputs}
    for output in outputs:
        if _identity(output) in taken:
            raise UsageError(f"'{output}' is one of the files being read.", "Choose another name for the output.")


def _identity(path: Path) -> object:
    """What two names of one file share, on any kind of disk; for a file that is not there, its real path."""
    try:
        status = path.stat()
    except OSError:
        return os.path.realpath(path)  # which unlike resolve() does not stop at a link that leads to itself
    return status.st_dev, status.st_ino


def refuse_among_inputs(folder: Path, inputs: Iterable[Path]) -> None:
    """``UsageError`` if a folder to write to is a file, or is within one that is read.

    The next run would take the outputs for returns.
    """
    there = next((path for path in (folder, *folder.parents) if os.path.lexists(path)), folder)
    if there.exists() and not there.is_dir():
        raise UsageError(f"'{there}' is a file, not a folder.", "Choose another name for the folder to write to.")
    for path in inputs:
        if path.is_dir() and Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(path)):
            problem = f"'{folder}' is within '{path}', which is being read."
            raise UsageError(problem, "Choose a folder outside it, so that outputs are not taken for returns.")


def refuse_existing(output: Path) -> None:
    """``UsageError`` if there is such a file already: it may be a form that someone has filled in."""
    if os.path.lexists(output):
        raise UsageError(f"There is a file '{output}' already.", "Choose another name, or remove it first.")


def make_folder(folder: Path) -> None:
    """The folder to write to, if it is not there yet."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MspofError(f"The folder '{folder}' can't be made.", "Choose a folder where you may write.") from error


def write_folder(folder: Path, files: Mapping[str, bytes], inputs: Iterable[Path]) -> list[Path]:
    """Write files by name into a folder, which is made if need be, each whole; gives where they are.

    ``UsageError`` before anything is written, if one of them is an input.
    """
    paths = {folder / name: data for name, data in files.items()}
    refuse_to_overwrite(paths, inputs)
    make_folder(folder)
    for path, data in paths.items():
        write_whole(path, data)
    return list(paths)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file under a temporary name in the same folder, then put it in place in one step.

    A link is followed. What is no file, such as a pipe, is written into.
    """
    temporary = None
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_bytes(data)
            return
        target = Path(os.path.realpath(path))
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        _replace(temporary, target)
    except OSError as error:
        reason = (error.strerror or "the folder refused it").lower()
        remedy = "Check that the folder is there, that you may write in it, and that the disk is not full."
        raise MspofError(f"'{path}' could not be written: {reason}.", remedy) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _replace(temporary: Path, path: Path) -> None:
    for _ in range(REPLACE_ATTEMPTS - 1):
        try:
            temporary.replace(path)
            return
        except PermissionError:
            time.sleep(REPLACE_PAUSE_SECONDS)
    try:
        temporary.replace(path)
    except PermissionError as error:
        raise MspofError(f"'{path}' is open in another program.", f"Close '{path.name}' and run again.") from error

"""Files appear whole or not at all, and never in the place of a submission."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import BinaryIO

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


def refuse_existing(output: Path) -> None:
    """``UsageError`` if there is such a file already: it may be a form that someone has filled in."""
    if os.path.lexists(output):
        raise UsageError(f"There is a file '{output}' already.", "Choose another name, or remove it first.")


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
            write_to_disk(file, data)
        temporary.chmod(0o666 & ~_umask())
        unless_held(partial(temporary.replace, target), target)
    except OSError as error:
        raise not_written(path, error) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def write_to_disk(file: BinaryIO, data: bytes) -> None:
    """Write into an open file, and wait until the bytes are on the disk."""
    file.write(data)
    file.flush()
    os.fsync(file.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def not_written(path: Path, error: OSError) -> MspofError:
    """What is said of an output that the system refused; ``UsageError`` where there can't be such a file."""
    reason = (error.strerror or "the folder refused it").lower()
    remedy = "Check that the folder is there, that you may write in it, and that the disk is not full."
    is_misnamed = isinstance(error, (FileNotFoundError, IsADirectoryError, NotADirectoryError))
    return (UsageError if is_misnamed else MspofError)(f"'{path}' could not be written: {reason}.", remedy)


def unless_held(move: Callable[[], object], path: Path) -> None:
    """Move what may be open in another program, which is given a moment to let go of it."""
    for _ in range(REPLACE_ATTEMPTS - 1):
        try:
            move()
            return
        except PermissionError:
            time.sleep(REPLACE_PAUSE_SECONDS)
    try:
        move()
    except PermissionError as error:
        raise MspofError(f"'{path}' is open in another program.", f"Close '{path.name}' and run again.") from error

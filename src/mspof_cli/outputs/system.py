"""What only the operating system can do: let two folders change places, lock a file, wait for the disk."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

# What a system, or a kind of disk, answers to what it has not got.
NOT_OFFERED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}

# Linux, linux/fs.h and linux/fcntl.h; macOS, sys/stdio.h.
RENAME_EXCHANGE, AT_FDCWD = 2, -100
RENAME_SWAP = 2


def exchange(one: Path, other: Path) -> bool:
    """Let two folders on one disk change places in one step; False, and nothing done, where that can't be had."""
    paths = os.fsencode(one), os.fsencode(other)
    try:
        system = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            failed = system.renamex_np(*paths, RENAME_SWAP)
        else:
            failed = system.renameat2(AT_FDCWD, paths[0], AT_FDCWD, paths[1], RENAME_EXCHANGE)
    except (AttributeError, TypeError):  # there is no such function; on Windows, no such library
        return False
    if not failed:
        return True
    if ctypes.get_errno() in NOT_OFFERED:
        return False
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(one), None, str(other))


def lock(file: int) -> None:
    """Lock an open file until it is closed or the process is gone; ``BlockingIOError`` if it is locked."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError(error.errno, error.strerror) from error
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def settle(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the system can say so."""
    if sys.platform == "win32":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in NOT_OFFERED:
            raise
    finally:
        os.close(opened)

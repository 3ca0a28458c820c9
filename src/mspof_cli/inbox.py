"""Which of the files named, and of those in folders, are workbooks to read; and why the others are passed over."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from mspof_cli.errors import MspofError, UsageError
from mspof_cli.findings import some_of

# What a workbook can be called. In a folder, files of other names are passed over; a file that is named is always read.
WORKBOOK_ENDINGS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".xltx", ".xltm", ".ods"})

# Files that are not workbooks, by their endings: what they are, and what to do about them.
OTHER_ENDINGS = {
    **dict.fromkeys((".eml", ".msg"), "an e-mail. If a form is attached to it, save the form itself here"),
    **dict.fromkeys((".zip", ".7z", ".rar"), "a packed folder. If forms are in it, unpack it here"),
    **dict.fromkeys((".docx", ".doc", ".pdf", ".csv", ".txt"), "not a workbook"),
}
LOCK_FILE = "left by Excel while a workbook is open"
HIDDEN = "a hidden file. If it is a return, name the file itself"
ANOTHER_NAME = "its name does not end as a workbook's does. If it is one, name the file itself"

NAMED = 3  # paths, or files passed over, in an error


class Found(NamedTuple):
    """The files to read, in order of name, and those that were passed over."""

    files: tuple[Path, ...]
    passed_over: tuple[Path, ...]


def find_workbooks(paths: Collection[Path]) -> Found:
    """The workbooks among files and in folders and their sub-folders; lock files and other files are passed over.

    A file is read once, however often it is named. ``UsageError`` if a path does not exist, or there is no workbook.
    """
    files: dict[Path, Path] = {}
    passed_over: dict[Path, Path] = {}
    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"There is no file or folder '{path}'.", "Check the spelling, and where you are.")
        for file in _files_in(path) if path.is_dir() else [path]:
            wanted = file is path or (file.suffix.casefold() in WORKBOOK_ENDINGS and not file.name.startswith("."))
            found = files if wanted and not _is_lock_file(file) else passed_over
            # By the folder that it is really in, but its own name: a link to a workbook is not the workbook.
            found.setdefault(Path(os.path.realpath(file.parent), file.name), file)
    if not files:
        raise _nothing_in(paths, sorted(passed_over.values()))
    return Found(tuple(sorted(files.values())), tuple(sorted(passed_over.values())))


def passed_over(file: Path) -> str:
    """What is said of a file that was passed over: its name, and why."""
    if _is_lock_file(file):
        why = LOCK_FILE
    elif file.name.startswith("."):
        why = HIDDEN
    else:
        why = OTHER_ENDINGS.get(file.suffix.casefold(), ANOTHER_NAME)
    return f"Passed over: '{file.name}': {why}."


def _is_lock_file(file: Path) -> bool:
    return file.name.startswith("~$")


def _nothing_in(paths: Iterable[Path], others: list[Path]) -> UsageError:
    """The error for paths without a workbook, with what is there instead."""
    named = some_of([f"'{path}'" for path in paths], NAMED)
    said = [f"There is no workbook in {named}.", *map(passed_over, others[:NAMED])]
    if len(others) > NAMED:
        said.append(f"And {len(others) - NAMED} more.")
    return UsageError(" ".join(said), "Check that it is the right folder, and that the files end in .xlsx.")


def _files_in(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder, onerror=_unreadable_folder):
        for name in names:
            yield Path(parent, name)


def _unreadable_folder(error: OSError) -> None:
    raise MspofError(f"The folder '{error.filename}' can't be read.", "Check that you may open it.") from error

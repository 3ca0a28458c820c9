"""The sentence as code: workbooks -> cells -> returns -> findings. Collating and writing have their own modules."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from mspof_cli.errors import MspofError, UsageError
from mspof_cli.explanations import Explanation
from mspof_cli.loading import Schemas
from mspof_cli.periods import Period
from mspof_cli.reading import Reader, read_all
from mspof_cli.rules import Checked, check
from mspof_cli.rules.tried import Inputs
from mspof_cli.sac import Sac
from mspof_cli.since import since_last_time, told_before

# What a workbook can be called. In a folder, files of other names are passed over; a file that is named is always read.
WORKBOOK_ENDINGS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".xltx", ".xltm", ".ods"})

Progress = Callable[[int, int], None]


class Found(NamedTuple):
    """The files to read, in order of name, and those that were passed over."""

    files: tuple[Path, ...]
    passed_over: tuple[Path, ...]


class Batch(NamedTuple):
    """Every return that was found, with its findings; the files passed over; feedback or forms of last time."""

    checked: tuple[Checked, ...]
    passed_over: tuple[Path, ...]
    last_time: tuple[Path, ...] = ()


def validate(
    paths: Iterable[Path],
    schemas: Schemas,
    progress: Progress | None = None,
    sac: Sac | None = None,
    *,
    explanations: Sequence[Explanation] = (),
    period: Period | None = None,
    since: Iterable[Path] = (),
) -> Batch:
    """Read every workbook in the paths and try every rule on them, alone, together, and beside SAC if it is given.

    ``explanations`` are what councils said of queries, ``period`` is the quarter that was asked for, ``since`` are
    feedback or forms of last time. ``UsageError`` if a path does not exist. One workbook that can't be read is one
    finding, and the others go on.
    """
    files, passed_over = find_workbooks(paths)
    reader, returns = Reader(schemas), []
    for ret in read_all(reader, files):
        returns.append(ret)
        if progress:
            progress(len(returns), len(files))
    again = partial(check, sac=sac, explanations=explanations, period=period)
    checked = again(returns)
    since = tuple(since)
    last_time = find_workbooks(since).files if since else ()
    earlier = told_before(checked, last_time, reader, again)
    if earlier:
        checked = since_last_time(checked, earlier, Inputs(sac, explanations, period))
    return Batch(checked, passed_over, last_time)


def find_workbooks(paths: Iterable[Path]) -> Found:
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
            found = files if wanted and not file.name.startswith("~$") else passed_over
            # By the folder that it is really in, but its own name: a link to a workbook is not the workbook.
            found.setdefault(Path(os.path.realpath(file.parent), file.name), file)
    if not files:
        problem = "There is no workbook among the files named, or in the folders."
        raise UsageError(problem, "Check that it is the right folder, and that the files end in .xlsx.")
    return Found(tuple(sorted(files.values())), tuple(sorted(passed_over.values())))


def _files_in(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder, onerror=_unreadable_folder):
        for name in names:
            yield Path(parent, name)


def _unreadable_folder(error: OSError) -> None:
    raise MspofError(f"The folder '{error.filename}' can't be read.", "Check that you may open it.") from error

"""The sentence as code: workbooks -> cells -> returns -> findings. Collating and writing have their own modules."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from mspof_cli.explanations import Explanation
from mspof_cli.inbox import find_workbooks
from mspof_cli.loading import Schemas
from mspof_cli.periods import Period
from mspof_cli.reading import Reader, read_all
from mspof_cli.rules import Checked, check
from mspof_cli.rules.explained import has_more
from mspof_cli.rules.tried import Inputs
from mspof_cli.sac import Sac
from mspof_cli.since import since_last_time, told_before

Progress = Callable[[int, int], None]


class Batch(NamedTuple):
    """Every return that was found, with its findings; the files passed over; feedback or forms of last time.

    ``to_take`` are marked copies that came back with explanations which were not given.
    """

    checked: tuple[Checked, ...]
    passed_over: tuple[Path, ...]
    last_time: tuple[Path, ...] = ()
    to_take: tuple[str, ...] = ()


def validate(
    paths: Collection[Path],
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
    to_take = tuple(ret.file for ret in returns if has_more(ret, explanations))
    return Batch(checked, passed_over, last_time, to_take)

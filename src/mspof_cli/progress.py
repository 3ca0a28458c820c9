"""A progress bar on a terminal, for work that takes more than a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from mspof_cli.pipeline import Progress

SHOWN_AFTER_SECONDS = 1.0


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Progress]:
    """What to call after each file. Nothing is shown, or loaded, until it has taken a second on a terminal."""
    silent = quiet or not sys.stderr.isatty()
    started = time.monotonic()
    with ExitStack() as stack:
        bars: list[Progress] = []

        def advance(done: int, of: int) -> None:
            if not bars and not silent and time.monotonic() - started > SHOWN_AFTER_SECONDS:
                bars.append(stack.enter_context(_bar()))
            for bar in bars:
                bar(done, of)

        yield advance


@contextmanager
def _bar() -> Iterator[Progress]:
    """A progress bar on standard error, which disappears when the work is done."""
    from rich.console import Console
    from rich.progress import Progress as RichProgress

    with RichProgress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Reading returns")

        def advance(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)

        yield advance

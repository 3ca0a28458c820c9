"""Where the process starts: ``mspof``, and ``python -m mspof_cli``."""

import gc
import os
import sys


def start() -> None:
    """Set up the process, then run the command line."""
    # Start-up makes many objects and frees few: looking through them each time 700 more were made costs a tenth of it.
    gc.set_threshold(50_000)
    # A pydantic plugin installed beside mspof would be shown the figures. No one else's code is run on them.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    if sys.stdout is None:  # closed, as with '>&-'
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    from mspof_cli.cli import run

    run()


if __name__ == "__main__":
    start()

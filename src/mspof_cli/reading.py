"""Files to returns: one after the other, or many by two processes at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from mspof_cli.findings import Trouble
from mspof_cli.identify import recognise
from mspof_cli.layout import Form
from mspof_cli.loading import Schemas
from mspof_cli.returns import Return, read_return
from mspof_cli.workbook import NotReadable, open_workbook

# With fewer files, starting a second process takes longer than it saves.
MANY_FILES = 40
FILES_AT_A_TIME = 8

# A return as it travels between processes: without the form and the council, which both have, but with their keys.
Packed = tuple[Return, tuple[str, str] | None, str | None]


class Reader:
    """Workbooks to returns. Each edition's form is prepared once."""

    def __init__(self, schemas: Schemas) -> None:
        self.schemas = schemas
        self._forms: dict[tuple[str, str], Form] = {}

    def read(self, file: Path) -> Return:
        """The return in a file; one without a form, and with the trouble, if there is none in it."""
        name = file.as_posix()
        try:
            workbook = open_workbook(file)
        except NotReadable as error:
            return _unreadable(name, error.sha256, error)
        try:
            known = recognise(workbook, self.schemas.editions)
            if known is None:
                facts = {"expected": self.schemas.editions[-1][1].marker}
                return Return(name, workbook.sha256, troubles=(Trouble("FORM101", facts=facts),))
            form = self.form(known[0], known[1].slug)
            return read_return(workbook, form, self.schemas.register(form.collection), name)
        except NotReadable as error:
            return _unreadable(name, workbook.sha256, error)

    def form(self, collection: str, edition: str) -> Form:
        """The form of an edition, by its collection's slug and its own."""
        key = collection, edition
        if key not in self._forms:
            (found,) = (each for each in self.schemas.editions_of(collection) if each.slug == edition)
            self._forms[key] = Form(self.schemas.collection(collection), found)
        return self._forms[key]

    def pack(self, ret: Return) -> Packed:
        """A return without what every process has."""
        key = (ret.form.collection.slug, ret.form.edition.slug) if ret.form else None
        code = ret.who.council.ons_code if ret.who.council else None
        return ret._replace(form=None, who=ret.who._replace(council=None)), key, code

    def unpack(self, packed: Packed) -> Return:
        """The return that was packed, in another process."""
        ret, key, code = packed
        if key is None:
            return ret
        form = self.form(*key)
        council = self.schemas.register(form.collection).by_code(code) if code else None
        return ret._replace(form=form, who=ret.who._replace(council=council))


def _unreadable(name: str, sha256: str, error: NotReadable) -> Return:
    return Return(name, sha256, troubles=(Trouble(error.code, facts={"found": error.found}),))


def read_all(reader: Reader, files: Sequence[Path]) -> Iterator[Return]:
    """The returns in files, in their order; many are read by two processes where the system can fork.

    If a process is killed, as for want of memory, the files that are left are read here.
    """
    done = 0
    if len(files) >= MANY_FILES and _can_fork():
        from concurrent.futures.process import BrokenProcessPool

        yield reader.read(files[0])  # which loads what both processes then have
        done = 1
        try:
            for packed in _read_by_two(reader, files[1:]):
                yield reader.unpack(packed)
                done += 1
        except BrokenProcessPool:
            pass
    yield from map(reader.read, files[done:])


def _can_fork() -> bool:
    """Linux with a second processor; not after polars was loaded, whose threads do not survive a fork."""
    return sys.platform == "linux" and (os.cpu_count() or 1) > 1 and "polars" not in sys.modules


def _read_by_two(reader: Reader, files: Sequence[Path]) -> Iterator[Packed]:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(2, get_context("fork"), _Worker.begin, (reader,)) as pool:
        yield from pool.map(_Worker.read, files, chunksize=FILES_AT_A_TIME)


class _Worker:
    """What a second process does. It inherits the reader, with all that was prepared, when it is forked."""

    reader: Reader

    @classmethod
    def begin(cls, reader: Reader) -> None:
        import signal

        cls.reader = reader
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process says that it was interrupted

    @classmethod
    def read(cls, file: Path) -> Packed:
        return cls.reader.pack(cls.reader.read(file))

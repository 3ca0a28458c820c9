"""The sentence as code: workbooks -> cells -> returns -> findings. Collating and writing have their own modules."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from mspof_cli.errors import MspofError, UsageError
from mspof_cli.findings import Trouble
from mspof_cli.identify import recognise
from mspof_cli.layout import Form
from mspof_cli.loading import Schemas
from mspof_cli.returns import Return, read_return
from mspof_cli.rules import Checked, check
from mspof_cli.schemas import Edition
from mspof_cli.workbook import NotReadable, open_workbook

# What a workbook can be called. In a folder, files of other names are passed over; a file that is named is always read.
WORKBOOK_ENDINGS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".xltx", ".xltm", ".ods"})

Progress = Callable[[int, int], None]


class Found(NamedTuple):
    """The files to read, in order of name, and those that were passed over."""

    files: tuple[Path, ...]
    passed_over: tuple[Path, ...]


class Batch(NamedTuple):
    """Every return that was found, with its findings; and the files that were passed over."""

    checked: tuple[Checked, ...]
    passed_over: tuple[Path, ...]


def validate(paths: Iterable[Path], schemas: Schemas, progress: Progress | None = None) -> Batch:
    """Read every workbook in the paths and try every rule on them, alone and together.

    ``UsageError`` if a path does not exist. One workbook that can't be read is one finding, and the others go on.
    """
    files, passed_over = find_workbooks(paths)
    reader = Reader(schemas)
    returns = []
    for number, file in enumerate(files, 1):
        returns.append(reader.read(file))
        if progress:
            progress(number, len(files))
    return Batch(check(returns), passed_over)


class Reader:
    """Workbooks to returns. Each edition's form is prepared once."""

    def __init__(self, schemas: Schemas) -> None:
        self.schemas = schemas
        self._forms: dict[tuple[str, str], Form] = {}

    def read(self, file: Path) -> Return:
        """The return in a file; one without a form, and with the trouble, if there is none in it."""
        name, sha256 = file.as_posix(), ""
        try:
            workbook = open_workbook(file)
            sha256 = workbook.sha256
            known = recognise(workbook, self.schemas.editions)
            if known is None:
                marker = self.schemas.editions[-1][1].marker
                return Return(name, sha256, troubles=(Trouble("FORM101", facts={"expected": marker}),))
            slug, edition = known
            form = self._form(slug, edition)
            return read_return(workbook, form, self.schemas.register(form.collection), name)
        except NotReadable as error:
            return Return(name, sha256, troubles=(Trouble(error.code, facts={"found": error.found}),))

    def _form(self, slug: str, edition: Edition) -> Form:
        if (slug, edition.slug) not in self._forms:
            self._forms[slug, edition.slug] = Form(self.schemas.collection(slug), edition)
        return self._forms[slug, edition.slug]


def find_workbooks(paths: Iterable[Path]) -> Found:
    """The workbooks among files and in folders and their sub-folders; lock files and other files are passed over."""
    files: dict[str, Path] = {}  # by real path, which unlike resolve() does not stop at a link that leads to itself
    passed_over: list[Path] = []
    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"There is no file or folder '{path}'.", "Check the spelling, and where you are.")
        if not path.is_dir():
            files.setdefault(os.path.realpath(path), path)
            continue
        for file in _files_in(path):
            if file.suffix.casefold() in WORKBOOK_ENDINGS and not file.name.startswith(("~$", ".")):
                files.setdefault(os.path.realpath(file), file)
            else:
                passed_over.append(file)
    return Found(tuple(sorted(files.values())), tuple(sorted(passed_over)))


def _files_in(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder, onerror=_unreadable_folder):
        for name in names:
            yield Path(parent, name)


def _unreadable_folder(error: OSError) -> None:
    raise MspofError(f"The folder '{error.filename}' can't be read.", "Check that you may open it.") from error

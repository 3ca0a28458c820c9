"""Feedback for councils: for each return a marked copy of the form, and a letter as plain text and as HTML."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from mspof_cli.errors import MspofError, UsageError
from mspof_cli.feedback import read_feedback
from mspof_cli.layout import Form
from mspof_cli.loading import Schemas
from mspof_cli.outputs.form import blank_words, read_guidance
from mspof_cli.outputs.form.marked import marked_form
from mspof_cli.outputs.letter import Received, as_html, as_text, compose_letter
from mspof_cli.outputs.safe import printable
from mspof_cli.pipeline import Batch
from mspof_cli.returns import Return
from mspof_cli.rules import Checked
from mspof_cli.schemas import Council
from mspof_cli.sent import Blank, Sent, read_sent
from mspof_cli.workbook import NOT_OPENED, NotReadable, open_workbook

LONGEST_NAME = 100
ENDINGS = frozenset({".txt", ".html", ".xlsx"})


def feedback_files(batch: Batch, schemas: Schemas) -> Iterator[dict[str, bytes]]:
    """The files for each return that is answered, by name.

    ``MspofError`` if a file was changed since it was checked.
    """
    desk, taken = _Desk(schemas), set[str]()
    for checked in batch.checked:
        if is_answered(checked):
            name = _free(_name(checked), taken)
            yield {f"{name}{ending}": data for ending, data in desk.written(checked).items()}


def is_answered(checked: Checked) -> bool:
    """Whether feedback is written: not if another file counts instead, nor if it could not be opened on this side."""
    return not checked.set_aside and all(finding.code != NOT_OPENED for finding in checked.findings)


def others_in(folder: Path, written: Iterable[str]) -> list[str]:
    """Files in a folder that look like feedback, but are not among the names written: of an earlier run, or anyone's.

    In order, and each in quotation marks.
    """
    taken = {name.casefold() for name in written}
    files = (path for path in folder.iterdir() if path.suffix.casefold() in ENDINGS)
    return [f"'{name}'" for name in sorted(path.name for path in files) if name.casefold() not in taken]


def refuse_to_lose_explanations(paths: Iterable[Path], batch: Batch) -> None:
    """``UsageError`` if a file that would be replaced holds explanations that were not taken from it yet."""
    taken = {finding.explanation for checked in batch.checked for finding in checked.findings}
    for path in paths:
        if path.suffix == ".xlsx" and path.is_file() and not _explanations_in(path) <= taken:
            problem = f"'{path}' holds explanations that were not taken from it yet."
            raise UsageError(problem, "Run 'mspof explain --from' on it first, or choose another folder.")


def _explanations_in(path: Path) -> set[str]:
    try:
        feedback = read_feedback(open_workbook(path))
    except NotReadable:
        return set()
    return {told.explanation for told in feedback.queries if told.explanation} if feedback else set()


def _name(checked: Checked) -> str:
    """A name for the files: council and period, or else that of the file that came in; nothing a system refuses."""
    who = checked.ret.who
    known = (who.council.name if who.council else Path(checked.ret.file).stem, str(who.period or ""))
    name = " ".join(part for part in known if part)
    kept = "".join(letter if letter.isalnum() or letter in " -_()" else "_" for letter in printable(name))
    return kept.strip()[:LONGEST_NAME].strip() or "return"


def _free(name: str, taken: set[str]) -> str:
    """A name that no other return of the run has, on disks that tell capitals from small letters or not."""
    free, number = name, 1
    while free.casefold() in taken:
        number += 1
        free = f"{name} ({number})"
    taken.add(free.casefold())
    return free


class _Stationery(NamedTuple):
    """What a form is made with, and what stands on it when it is sent out."""

    councils: tuple[Council, ...]
    guidance: tuple[tuple[str, str], ...]
    blank: Blank


class _Desk:
    """Where feedback is written: each form is prepared once."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._stationery = cache(self._prepared)

    def written(self, checked: Checked) -> dict[str, bytes]:
        """The files of one return, by their endings."""
        form = checked.ret.form
        sent = self._sent(checked.ret, form) if form else None
        received = _received(checked.ret, sent)
        letter = compose_letter(checked, received)
        files = {".txt": as_text(letter).encode(), ".html": as_html(letter).encode()}
        if form and sent:
            with_ = self._stationery(form, self._register(checked.ret))
            register = self._schemas.register(form.collection)
            files[".xlsx"] = marked_form(form, with_.councils, checked, sent, received, with_.guidance, register)
        return files

    def _register(self, ret: Return) -> str:
        """The register whose councils the cover offers."""
        return ret.who.council.register_name if ret.who.council else ""

    def _sent(self, ret: Return, form: Form) -> Sent:
        workbook = open_workbook(Path(ret.file))
        if workbook.sha256 != ret.sha256:
            raise MspofError(f"'{ret.file}' was changed while it was being checked.", "Run the command again.")
        return read_sent(workbook, form, self._stationery(form, self._register(ret)).blank)

    def _prepared(self, form: Form, register_name: str) -> _Stationery:
        """What a form is made with: the councils of a register in its years (of all if it is not known), guidance."""
        known = self._schemas.register(form.collection).councils
        councils = tuple(council for council in known if register_name in ("", council.register_name))
        guidance = read_guidance(self._schemas.folder / form.collection.slug)
        return _Stationery(councils, guidance, blank_words(form, councils, guidance))


def _received(ret: Return, sent: Sent | None) -> Received:
    """What arrived. The time is the file's own, in UTC, so that it is the same wherever the letter is written."""
    saved = datetime.datetime.fromtimestamp(Path(ret.file).stat().st_mtime, datetime.UTC)
    changed = f"{saved.day} {saved:%B %Y, %H:%M} UTC"
    return Received(printable(ret.file_name), changed, ret.sha256 or "not known", sent.beyond if sent else ())

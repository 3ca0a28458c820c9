"""From a published file to its figures: the workbook (.xlsx or .ods) or the long CSV, as the publisher has them.

These files are other people's, so they are read within the same bounds as returns. What can't be understood ends in an
``MspofError`` that names the sheet and the heading, and nothing of the file is used.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from mspof_cli.errors import MspofError, UsageError
from mspof_cli.loading import Schemas
from mspof_cli.periods import parse_year
from mspof_cli.publications.long import read_long
from mspof_cli.publications.opendocument import OpenDocument
from mspof_cli.publications.rows import Figures, Rows
from mspof_cli.publications.tables import read_tables
from mspof_cli.sac import Publication, Sac
from mspof_cli.workbook import NotReadable, Workbook
from mspof_cli.workbook.container import Package, read_file, require_zip

AGAIN = "Download it again from the publication's page, and give mspof the file as it is."


class Named(NamedTuple):
    """A file on the command line, and the year that was said to be its own."""

    path: Path
    start_year: int | None

    @classmethod
    def parse(cls, text: str) -> Named:
        """From ``FILE`` or ``2018-19=FILE``."""
        year, mark, file = text.partition("=")
        if os.path.lexists(text) or not mark or not re.match(r"\s*20\d\d[-/\d\s]*$", year):
            return cls(Path(text), None)
        start_year = parse_year(year.strip())
        if start_year is None or not file.strip():
            what = f"'{year}' is not a financial year" if start_year is None else f"There is no file after '{text}'"
            raise UsageError(f"{what}.", "Write the year and the file, such as 2018-19=tables.csv.")
        return cls(Path(file.strip()), start_year)


def read_sac(texts: Iterable[str], schemas: Schemas) -> Sac:
    """Every publication named, for the collection that is compared with SAC; ``UsageError`` if two are of one year."""
    slug = _compared(schemas)
    collection, comparator, policy = schemas.collection(slug), *schemas.comparator(slug)
    by_year: dict[str, Publication] = {}
    for named in map(Named.parse, texts):
        rows = Rows(collection, comparator, policy, schemas.register(collection), named.path)
        publication = read_publication(named, rows)
        other = by_year.setdefault(publication.year, publication)
        if other is not publication:
            problem = f"'{other.file}' and '{publication.file}' are both for {publication.year}."
            raise UsageError(problem, "Give one file for each year.")
    return Sac(collection, comparator, tuple(by_year[year] for year in sorted(by_year)))


def _compared(schemas: Schemas) -> str:
    slugs = [slug for slug in schemas.slugs if schemas.has_comparator(slug)]
    if len(slugs) != 1:
        raise UsageError(
            f"{len(slugs)} of the collections in '{schemas.folder}' have a file 'sac.toml'.",
            "Give --schemas a folder in which exactly one collection is compared with SAC.",
        )
    return slugs[0]


def read_publication(named: Named, rows: Rows) -> Publication:
    """One published file; ``UsageError`` if there is none, ``MspofError`` if it can't be read or understood."""
    if not os.path.lexists(named.path):
        raise UsageError(f"There is no file '{named.path}'.", "Check the spelling, and where you are.")
    if named.path.is_dir():
        raise UsageError(f"'{named.path}' is a folder.", "Give a published file, and the option once for each file.")
    try:
        data = read_file(named.path)
        digest = sha256(data).hexdigest()
        if _is_text(data):
            figures, start_year = read_long(data, rows, named.start_year)
            return _publication(named, digest, start_year, "long CSV", figures, rows)
        require_zip(data)
        package = Package(data)
        is_open = "content.xml" in package
        book = OpenDocument(package) if is_open else Workbook(named.path, data)
        figures, start_year = read_tables(book, rows, named.start_year)
    except NotReadable as error:
        raise MspofError(f"'{named.path}' can't be read as a published table: {error.found}.", AGAIN) from error
    layout = "data tables (.ods)" if is_open else "data tables (.xlsx)"
    return _publication(named, digest, start_year, layout, figures, rows)


def _publication(named: Named, digest: str, start_year: int, layout: str, figures: Figures, rows: Rows) -> Publication:
    gaps = rows.gaps(figures, start_year)
    return Publication(named.path.as_posix(), digest, start_year, layout, figures, tuple(rows.remarks), gaps)


def _is_text(data: bytes) -> bool:
    """Whether a file is text with commas, rather than an archive, a web page or nothing."""
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    return bool(start) and not start.startswith((b"PK", b"<")) and b"," in start and b"\0" not in data[:4096]

"""The workbook that a form is written in, and its file: the same bytes each time."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterable

from openpyxl import Workbook
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Font
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.xml.functions import tostring

from mspof_cli.outputs.form.style import FONT
from mspof_cli.periods import Period, parse_year
from mspof_cli.schemas import Collection, Edition


def first_day(edition: Edition) -> datetime.date:
    """The first day of the years that an edition is for."""
    starts = [start for start in map(parse_year, edition.years) if start is not None]
    return Period(min(starts, default=2000), 1).first_day


def empty_workbook(edition: Edition, collection: Collection) -> Workbook:
    """A workbook without sheets, with its document properties."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    _set_default_font(workbook)
    workbook.calculation.fullCalcOnLoad = True  # the form's formulas are written without their values
    # The same for everybody and on any day, so that the same form is the same file.
    day = datetime.datetime.combine(first_day(edition), datetime.time())
    workbook.properties = DocumentProperties(
        title=f"{edition.title}: {edition.subtitle}",
        subject=edition.version,
        creator=collection.publisher,
        lastModifiedBy=collection.publisher,
        language="en-GB",
        created=day,
        modified=day,
    )
    return workbook


def _set_default_font(workbook: Workbook) -> None:
    """Make Arial the font by which Excel and LibreOffice measure column widths.

    openpyxl offers no public way to; its own default, Calibri, is not on every computer, and what stands in for it
    makes the columns wider or narrower.
    """
    font = Font(name=FONT, size=10, family=2)
    workbook._fonts = IndexedList([font])
    workbook._named_styles["Normal"].font = font


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """A name for a sheet of our own that is none of the form's."""
    taken = {name.casefold() for name in taken}
    while wanted.casefold() in taken:
        wanted += "_"
    return wanted


def file_of(workbook: Workbook) -> bytes:
    """The workbook as a file, without the time at which it was made."""
    made, fixed = io.BytesIO(), io.BytesIO()
    modified = workbook.properties.modified
    workbook.save(made)
    workbook.properties.modified = modified  # saving sets it to the present time
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in source.namelist():
            data = tostring(workbook.properties.to_tree()) if name == "docProps/core.xml" else source.read(name)
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.compress_type, member.create_system = zipfile.ZIP_DEFLATED, 3
            target.writestr(member, data)
    return fixed.getvalue()

"""Fill in workbooks the way a person does: in LibreOffice. Run by ``make.py``, with a Python that has ``uno``.

Standard input is a JSON list of jobs. A job opens a workbook, makes edits and saves it:
``{"open": path, "save": path, "as": "xlsx", "edits": [["number", "Questions", "C7", 40], ...]}``.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

FILTERS = {"xlsx": "Calc MS Excel 2007 XML", "xls": "MS Excel 97", "ods": "calc8"}
FORMATS = {"date": "DD/MM/YYYY", "percentage": "0%"}
PIPE = "mspof-samples"


def main() -> None:
    jobs = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as profile:
        office = subprocess.Popen(
            [
                "soffice",
                "--headless",
                "--norestore",
                f"-env:UserInstallation={Path(profile).as_uri()}",
                f"--accept=pipe,name={PIPE};urp;",
            ],
        )
        try:
            desktop = connect()
            for job in jobs:
                do(desktop, job)
            desktop.terminate()
            office.wait(60)
        finally:
            office.kill()


def connect():
    context = uno.getComponentContext()
    resolver = context.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", context)
    for _ in range(120):
        try:
            office = resolver.resolve(f"uno:pipe,name={PIPE};urp;StarOffice.ComponentContext")
            return office.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", office)
        except NoConnectException:
            time.sleep(0.5)
    raise SystemExit("LibreOffice did not start.")


def do(desktop, job) -> None:
    source = Path(job["open"]).as_uri() if job["open"] else "private:factory/scalc"
    document = desktop.loadComponentFromURL(source, "_blank", 0, (setting("Hidden", True),))
    for action, sheet, *rest in job["edits"]:
        edit(document, action, document.Sheets.getByName(sheet), rest)
    document.storeToURL(Path(job["save"]).as_uri(), (setting("FilterName", FILTERS[job["as"]]),))
    document.close(True)


def edit(document, action, sheet, rest) -> None:
    """One edit. Whoever changes the form itself takes the sheet's protection off first; it has no password."""
    if action in ("number", "text", "formula", *FORMATS):
        type_in(document, action, sheet.getCellRangeByName(rest[0]), rest[1])
        return
    sheet.unprotect("")
    if action in ("clear", "label"):
        sheet.getCellRangeByName(rest[0]).setString(rest[1] if action == "label" else "")
    elif action == "insert row above":
        sheet.Rows.insertByIndex(rest[0] - 1, 1)
    elif action == "insert column before":
        sheet.Columns.insertByIndex(rest[0] - 1, 1)
    elif action == "rename":
        sheet.setName(rest[0])
    else:
        raise SystemExit(f"There is no edit '{action}'.")


def type_in(document, action, cell, value) -> None:
    """What a person types into a cell."""
    if action == "text":
        cell.setString(value)
    elif action == "formula":
        cell.setFormula(value)
    else:
        cell.setValue(value)
    if action in FORMATS:
        locale, formats = uno.createUnoStruct("com.sun.star.lang.Locale", "en", "GB", ""), document.NumberFormats
        key = formats.queryKey(FORMATS[action], locale, False)
        cell.NumberFormat = key if key >= 0 else formats.addNew(FORMATS[action], locale)


def setting(name, value):
    return PropertyValue(Name=name, Value=value)


main()

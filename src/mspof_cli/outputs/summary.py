"""The collated quarter as files: a tidy CSV for programs, and a workbook for people."""

from __future__ import annotations

import datetime
import io

import polars as pl
import xlsxwriter

from mspof_cli.collation import Collated
from mspof_cli.findings import Severity
from mspof_cli.outputs.safe import FORMULA_STARTS
from mspof_cli.questions import State

# A fixed date, so that the same returns give the same bytes on any day.
CREATED = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)

HEADINGS = {
    "name": "Area",
    "question": "Question",
    "label": "Measure",
    "respondent": "Respondent",
    "unit": "Unit",
    "numerator": "Numerator",
    "denominator": "Denominator",
    "value": "Value",
    "councils": "Councils answering",
    "participating": "Councils participating",
}


def summary_files(collated: Collated) -> dict[str, bytes]:
    """The files of a summary, by name."""
    return {"measures.csv": _tidy_csv(collated), "summary.xlsx": _workbook(collated)}


def _tidy_csv(collated: Collated) -> bytes:
    """The tidy table; text that a spreadsheet program would take for a formula is neutralised."""
    text = pl.col(pl.String)
    harmless = pl.when(text.str.contains_any(list(FORMULA_STARTS)) & text.str.slice(0, 1).is_in(list(FORMULA_STARTS)))
    frame = collated.measures.with_columns(harmless.then("'" + text).otherwise(text).name.keep())
    return frame.write_csv(line_terminator="\r\n").encode()


def _workbook(collated: Collated) -> bytes:
    file = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(file, plain) as book:
        book.set_properties(
            {
                "title": f"{collated.collection.short_name} {collated.period}",
                "author": collated.collection.publisher,
                "created": CREATED,
            }
        )
        measures = collated.measures.with_columns(pl.col("respondent").replace(collated.collection.respondents))
        columns = pl.col(*HEADINGS)
        scope = f"{collated.participating} of {collated.on_register} councils"
        named = f"{collated.collection.name}, {collated.period}"
        pages = {
            "Coverage": (f"Who returned what: {named}", _coverage(collated)),
            "Returns": (f"What became of each file: {named}", _returns(collated)),
            "Measures": (f"Participating councils ({scope}): {named}", _level(measures, "participating", columns)),
            "By region": (f"Participating councils by region: {named}", _level(measures, "region", columns)),
            "By council": (f"Participating councils, each: {named}", _level(measures, "council", columns)),
        }
        for sheet, (title, frame) in pages.items():
            _page(book, sheet, title, frame)
    return file.getvalue()


def _level(measures: pl.DataFrame, level: str, columns: pl.Expr) -> pl.DataFrame:
    return measures.filter(pl.col("level") == level).select(columns).rename(HEADINGS)


def _coverage(collated: Collated) -> pl.DataFrame:
    """For each question, how many of the participating councils returned it."""
    used = [decision.checked.ret for decision in collated.decisions if decision.used]
    rows = [
        (
            question.label,
            question.heading,
            sum(ret.states[question.slug] is State.RETURNED for ret in used),
            collated.participating,
            collated.on_register,
        )
        for question in collated.collection.question
    ]
    names = ("Question", "Subject", "Councils answering", "Councils participating", "Councils on the register")
    return pl.DataFrame(rows, schema=names, orient="row")


def _returns(collated: Collated) -> pl.DataFrame:
    """Every file, whether its figures are in the summary, and why not."""
    rows = []
    for decision in collated.decisions:
        ret, findings = decision.checked.ret, decision.checked.findings
        council, period, submission = ret.who
        states = list(ret.states.values())
        rows.append(
            (
                ret.file,
                council.name if council else "not known",
                str(period or "not known"),
                str(submission or "not known"),
                "used" if decision.used else "left out",
                decision.why,
                sum(finding.severity is Severity.QUERY for finding in findings),
                sum(state is State.RETURNED for state in states),
            )
        )
    names = ("File", "Council", "Period", "Submission", "Decision", "Why", "Queries", "Questions returned")
    return pl.DataFrame(rows, schema=names, orient="row")


def _page(book: xlsxwriter.Workbook, sheet: str, title: str, frame: pl.DataFrame) -> None:
    """One table on a sheet of its own, below its title."""
    page = book.add_worksheet(sheet)
    page.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    frame.fill_null("").write_excel(
        book,
        page,
        position=(2, 0),
        table_name=sheet.replace(" ", "_"),
        table_style="Table Style Light 1",
        autofilter=False,
        autofit=True,
        dtype_formats={pl.Int64: "#,##0", pl.Float64: "#,##0.0"},
    )
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(2)

"""The collated quarter as files: a tidy CSV for programs, and a workbook for people."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator

import polars as pl
import xlsxwriter

from mspof_cli.collation import Collated
from mspof_cli.comparison import Comparison
from mspof_cli.findings import Severity
from mspof_cli.measures import QUARTER
from mspof_cli.outputs.safe import FORMULA_STARTS, printable
from mspof_cli.questions import State

# A fixed date, so that the same returns give the same bytes on any day.
CREATED = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)

FONT = {"font_name": "Arial", "font_size": 10, "valign": "top"}
HEADING = {**FONT, "bold": True, "text_wrap": True, "bg_color": "#D2E1EE", "bottom": 1}
TITLE = {**FONT, "bold": True, "font_size": 14}
# Widths in characters; a column that is not named is as wide as a number needs.
WIDTHS = {
    "Council": 32,
    "Explanation": 60,
    "File": 70,
    "Measure": 48,
    "ONS code": 12,
    "Query": 60,
    "Question": 10,
    "Region": 24,
    "Respondent": 20,
    "Subject": 40,
    "Why": 60,
}
NUMBER_WIDTH = 15
WRAPPED = frozenset({"Explanation", "File", "Measure", "Query", "Why"})
CENTRED = frozenset({"Councils answering", "England, year", "Position", "Submission"})
WARNING = "For internal use: small numbers are not hidden. Do not publish this as it stands."
HEADING_HEIGHT = 30  # points: two lines


def summary_files(collated: Collated, comparison: Comparison) -> dict[str, bytes]:
    """The files of a summary, by name."""
    files = {"measures.csv": _tidy_csv(collated)}
    if comparison.sac is not None:
        files["sac.csv"] = _csv(comparison.sac)
    if not comparison.england.is_empty():
        files["england.csv"] = _csv(comparison.england)
    return {**files, "summary.xlsx": _workbook(collated, comparison)}


def _tidy_csv(collated: Collated) -> bytes:
    """The tidy table; text that a spreadsheet program would take for a formula is neutralised."""
    count = pl.when(pl.col("unit") == "count").then(pl.col("numerator").cast(pl.String))
    return _csv(collated.measures, value=count.otherwise(pl.col("value").cast(pl.String)))


def _csv(frame: pl.DataFrame, **columns: pl.Expr) -> bytes:
    """A table as CSV, with no text in it that a spreadsheet program would take for a formula."""
    text = pl.col(pl.String)
    harmless = pl.when(text.str.slice(0, 1).is_in(list(FORMULA_STARTS)))
    frame = frame.with_columns(harmless.then("'" + text).otherwise(text).name.keep()).with_columns(**columns)
    return frame.write_csv(line_terminator="\r\n").encode()


def _workbook(collated: Collated, comparison: Comparison) -> bytes:
    file = io.BytesIO()
    collection, period = collated.collection, collated.period
    harmless = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(file, {**harmless, "default_format_properties": FONT}) as book:
        title = f"{collection.name}, {period}"
        book.set_properties({"title": title, "author": collection.publisher, "created": CREATED})
        scope = f"{collated.participating} of {collated.on_register} councils"
        council = {"ons_code": "ONS code", "name": "Council"}
        for sheet, heading, frame in (
            ("Coverage", "Councils that returned each question", _coverage(collated)),
            ("Returns", "What became of each file", _returns(collated)),
            ("Measures", f"Participating councils ({scope})", _level(collated, "participating", {})),
            (
                "By region",
                f"Participating councils ({scope}) by region",
                _level(collated, "region", {"name": "Region"}),
            ),
            ("By council", f"Each participating council ({scope})", _level(collated, "council", council)),
            *_beside(comparison, collated),
            *_explanations(collated),
        ):
            _page(book, sheet, f"{heading}: {title}", frame)
    return file.getvalue()


def _level(collated: Collated, level: str, area: dict[str, str]) -> pl.DataFrame:
    """The measures of one level as people read them: a count, or part and base of a percentage, and who answered."""
    is_percent = pl.col("unit") == "percent"
    return collated.measures.filter(level=level, span=QUARTER).select(
        *(pl.col(name).alias(heading) for name, heading in area.items()),
        pl.col("question").alias("Question"),
        pl.col("label").alias("Measure"),
        pl.col("respondent").replace(collated.collection.respondents).fill_null("").alias("Respondent"),
        pl.col("numerator").alias("Number"),
        pl.col("denominator").alias("Out of"),
        pl.when(is_percent).then(pl.col("value")).alias("Percentage"),
        pl.format("{} of {}", "councils", "participating").alias("Councils answering"),
    )


def _beside(comparison: Comparison, collated: Collated) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """Sheets for what was published, each with its heading and table."""
    if comparison.sac is not None:
        heading = f"Quarters of {collated.period.year} beside SAC"
        yield "SAC", heading, _sac(comparison.sac)
    if not comparison.england.is_empty():
        heading = "Pooled percentages, with England's as context"
        yield "England", heading, _england(comparison.england)


def _explanations(collated: Collated) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """A sheet of the queries that councils explained, if any did."""
    rows = [
        (council.name, finding.code, finding.question or "", printable(finding.message), printable(finding.explanation))
        for decision in collated.decisions
        for finding in decision.checked.findings
        if decision.used and finding.explanation and (council := decision.checked.ret.who.council)
    ]
    if rows:
        names = ("Council", "Rule", "Question", "Query", "Explanation")
        yield "Explanations", "What councils said of their figures", pl.DataFrame(rows, schema=names, orient="row")


def _sac(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        pl.col("ons_code").alias("ONS code"),
        pl.col("name").alias("Council"),
        pl.col("question").alias("Question"),
        pl.col("label").alias("Measure"),
        pl.col("sum").alias("Sum of returns"),
        pl.col("quarters").alias("Quarters supplied"),
        pl.col("low").alias("SAC from"),
        pl.col("high").alias("SAC to"),
        pl.col("allowed_low").alias("Allowed from"),
        pl.col("allowed_high").alias("Allowed to"),
        pl.col("position").str.replace_all("_", " ").alias("Position"),
    )


def _england(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        pl.col("label").alias("Measure"),
        pl.col("numerator").alias("Number"),
        pl.col("denominator").alias("Out of"),
        pl.col("value").alias("Percentage"),
        pl.format("{} of {}", "councils", "participating").alias("Councils answering"),
        pl.col("england_year").alias("England, year"),
        pl.col("england_value").alias("England, percentage"),
    )


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
                printable(ret.file),
                council.name if council else "not known",
                str(period or "not known"),
                str(submission or "not known"),
                "used" if decision.used else "left out",
                printable(decision.why),
                sum(finding.severity is Severity.QUERY for finding in findings),
                sum(state is State.RETURNED for state in states),
            )
        )
    names = ("File", "Council", "Period", "Submission", "Decision", "Why", "Queries", "Questions returned")
    return pl.DataFrame(rows, schema=names, orient="row")


def _page(book: xlsxwriter.Workbook, sheet: str, title: str, frame: pl.DataFrame) -> None:
    """One table on a sheet of its own, below its title."""
    page = book.add_worksheet(sheet)
    frame.write_excel(
        book,
        page,
        position=(4, 0),
        table_name=sheet.replace(" ", "_"),
        table_style="Table Style Light 1",
        header_format=HEADING,
        autofilter=False,
        dtype_formats={pl.Int64: "#,##0", pl.Float64: "0.0"},
        column_formats={
            **{name: {"text_wrap": True} for name in frame.columns if name in WRAPPED},
            **{name: {"align": "center"} for name in frame.columns if name in CENTRED},
        },
        column_widths={name: WIDTHS.get(name, NUMBER_WIDTH) * 7 for name in frame.columns},
    )
    page.write_string(0, 0, title, book.add_format(TITLE))
    page.write_string(1, 0, WARNING, book.add_format({**FONT, "bold": True}))
    page.write_string(2, 0, "A blank is not zero: it was not returned, or a count has no base and no percentage.")
    page.set_row(4, HEADING_HEIGHT)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(4)

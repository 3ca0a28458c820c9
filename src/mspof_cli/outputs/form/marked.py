"""The form again with a council's own figures: each cell at fault marked, and in front a sheet of all that was found.

It is made anew from the edition, never from the file that came in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink

from mspof_cli import feedback
from mspof_cli.cells import Place, column_letters
from mspof_cli.explanations import LONGEST
from mspof_cli.feedback import HEADINGS
from mspof_cli.findings import Finding, Severity, places_of
from mspof_cli.layout import Form, label_key
from mspof_cli.outputs.form.entry import explanation_entry
from mspof_cli.outputs.form.file import file_of, free_name
from mspof_cli.outputs.form.maker import Maker, made
from mspof_cli.outputs.form.page import Page
from mspof_cli.outputs.form.style import BODY_SIZE, FAULTS, dress_fault, line_count, put_text
from mspof_cli.outputs.letter import Received, next_steps, outcome
from mspof_cli.outputs.text import SINCE_WORDS, ranges
from mspof_cli.rules import Checked
from mspof_cli.schemas import Council
from mspof_cli.sent import Sent

AUTHOR = "mspof"
COMMENT_WIDTH, COMMENT_LINE = 380, 18  # pixels
WIDTHS = dict(zip(HEADINGS, (7, 11, 12, 12, 26, 46, 46, 12, 48, 8), strict=True))
TITLE = "Feedback on your return"


def marked_form(
    form: Form,
    councils: Sequence[Council],
    checked: Checked,
    sent: Sent,
    received: Received,
    guidance: Sequence[tuple[str, str]] = (),
) -> bytes:
    """The marked copy of a return that could be read, as an Excel workbook."""
    maker = made(form, councils, sent.answers, guidance)
    if maker.left_out:
        cases = len({key[:2] for key in maker.left_out})
        received = received._replace(beyond=(*received.beyond, f"{cases} cases for which the form has no room"))
    cells = _Targets(maker, sent)
    page = _front(maker)
    for finding in checked.findings:
        for cell in cells.of(finding):
            _mark(cell, finding)
    _write_front(page, checked, cells, received)
    for sheet in maker.workbook.worksheets:
        sheet.sheet_view.tabSelected = sheet is page.sheet
    maker.workbook.active = 0
    return file_of(maker.workbook)


class _Targets:
    """Where on the marked copy a finding's cells are, wherever they stood in the file that came in."""

    def __init__(self, maker: Maker, sent: Sent) -> None:
        self._maker, self._sent = maker, sent
        self._sheets = {label_key(name): name for name in maker.pages}
        taken = [home for home in sent.homes.values() if isinstance(home, Place)]
        answers = ((cell.parent.title, cell.row, cell.column) for cell in maker.cells.values())
        self._taken = {*((home.sheet, home.row, home.column) for home in taken), *answers}

    def of(self, finding: Finding) -> list[Cell]:
        """The cells of a finding, in order, each once."""
        cells = [cell for place in places_of(finding) if (cell := self._cell(place)) is not None]
        return list({cell.coordinate + cell.parent.title: cell for cell in cells}.values())

    def _cell(self, place: Place) -> Cell | None:
        """The cell for a place in the file; None if another thing of the form's own stands there on the copy."""
        home = self._sent.homes.get(place)
        if home is None:
            sheet = self._sheets.get(label_key(place.sheet))
            if sheet is None or (sheet, place.row, place.column) in self._taken:
                return None
            home = Place(sheet, place.row, place.column)
        if not isinstance(home, Place):
            return self._maker.cells.get(home)
        return _top_left(self._maker.workbook[home.sheet][home.ref])


def _top_left(cell: Cell | MergedCell) -> Cell:
    """The cell itself, or the first of the cells that it was merged with."""
    if not isinstance(cell, MergedCell):
        return cell
    (merged,) = (each for each in cell.parent.merged_cells.ranges if cell.coordinate in each)
    first: Cell = merged.start_cell
    return first


def _mark(cell: Cell, finding: Finding) -> None:
    """Mark a cell at fault, with a comment that says what is wrong and what to do."""
    fault = FAULTS[finding.severity]
    said = f"{fault.symbol} {finding.code} ({finding.severity.value})\n{finding.message}\n{_to_do(finding)}"
    if cell.comment is None:  # the worst comes first, and gives its colours
        dress_fault(cell, finding.severity)
    else:
        said = f"{cell.comment.text}\n\n{said}"
    lines = line_count(said, COMMENT_WIDTH / 7, BODY_SIZE)
    cell.comment = Comment(said, AUTHOR, height=COMMENT_LINE * (lines + 1), width=COMMENT_WIDTH)


def _to_do(finding: Finding) -> str:
    return f"Explained: {finding.explanation}" if finding.explanation else finding.fix


def _front(maker: Maker) -> Page:
    """The sheet in front, still blank."""
    name = free_name(feedback.SHEET, maker.workbook.sheetnames)
    return Page(maker.workbook.create_sheet(name, 0), frozenset())


def _write_front(page: Page, checked: Checked, cells: _Targets, received: Received) -> None:
    """The sheet in front: what became of the return, every finding with a link to its cells, room to explain."""
    who, left = checked.ret.who, 2
    about = (who.council.name if who.council else "", str(who.period or ""), received.name)
    for column, width in enumerate(WIDTHS.values(), left):
        page.widen(column, width)
    steps = (outcome(checked), *next_steps(checked))
    for row, text in enumerate(steps, 4):
        page.note(row, left, text, "instruction")
    team, top = 4 + len(steps), 6 + len(steps)
    page.note(team, left, feedback.TEAM, "row on one line")
    page.answer(team, left + 4, "entry", "@")
    columns = {heading: column for column, heading in enumerate(HEADINGS, left)}
    for heading, column in columns.items():
        page.put(top, column, heading, "heading")
    for number, finding in enumerate(checked.findings, 1):
        _write_finding(page, top + number, number, finding, columns, cells)
    below = top + len(checked.findings) + 2
    for heading, lines in _more(checked, received):
        page.note(below, left, heading, "section")
        for row, line in enumerate(lines, below + 1):
            page.note(row, left, line, "instruction")
        below += len(lines) + 2
    page.sheet.column_dimensions[column_letters(columns[feedback.MEASURE])].hidden = True
    page.title(1, TITLE, "title")
    page.title(2, " – ".join(filter(None, about)), "subtitle")
    page.finish(TITLE, received.name, (top, left), 2)


def _write_finding(
    page: Page, row: int, number: int, finding: Finding, columns: Mapping[str, int], cells: _Targets
) -> None:
    texts = {
        feedback.NUMBER: str(number),
        feedback.SEVERITY: finding.severity.value,
        feedback.RULE: finding.code,
        feedback.QUESTION: finding.question or "",
        feedback.MESSAGE: finding.message,
        feedback.FIX: finding.fix,
        feedback.LAST_TIME: SINCE_WORDS[finding.since] if finding.since else "",
        feedback.MEASURE: finding.measure or "",
    }
    for heading, text in texts.items():
        page.note(row, columns[heading], text, "entry of table")
    kind = page.sheet.cell(row, columns[feedback.SEVERITY])
    kind.number_format = "@"
    dress_fault(kind, finding.severity)
    _link(page, page.sheet.cell(row, columns[feedback.CELLS]), finding, cells.of(finding))
    if finding.severity is Severity.QUERY:
        entry = explanation_entry(LONGEST)
        box = page.answer(row, columns[feedback.EXPLANATION], entry.style, entry.number_format)
        put_text(box, finding.explanation)
        entry.check(page.sheet, [box])
    else:
        why = "To be corrected" if finding.severity is Severity.ERROR else "For your information"
        page.note(row, columns[feedback.EXPLANATION], why, "hint")


def _link(page: Page, cell: Cell, finding: Finding, targets: list[Cell]) -> None:
    """Where a finding is: a link to the first of its cells that stand together, or where it was in the file."""
    if not targets:
        theirs = f"In your file: {finding.sheet} {', '.join(ranges(finding.cells))}" if finding.cells else "–"
        page.note(cell.row, cell.column, theirs, "entry of table")
        return
    sheet = targets[0].parent.title
    here = ranges(target.coordinate for target in targets if target.parent.title == sheet)
    elsewhere = [f"{target.parent.title} {target.coordinate}" for target in targets if target.parent.title != sheet]
    page.note(cell.row, cell.column, f"{sheet} {', '.join([*here, *elsewhere])}", "link")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"{quote_sheetname(sheet)}!{here[0]}")


def _more(checked: Checked, received: Received) -> Iterator[tuple[str, Sequence[str]]]:
    """What stands below the findings."""
    if checked.put_right:
        yield "Put right since last time", [f"{each.code}: {each.message}" for each in checked.put_right]
    if received.beyond:
        yield "In your file, but not on the form, and so not in this copy", received.beyond

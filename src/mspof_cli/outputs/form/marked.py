"""The form again with a council's own figures: each cell at fault marked, and in front a sheet of all that was found.

It is made anew from the edition, never from the file that came in. What was found stays marked, whatever is corrected;
the messages beside the questions, and the sheet of checks, are those of the form, and follow the corrections.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink

from mspof_cli import feedback
from mspof_cli.cells import Place, column_letters
from mspof_cli.explanations import LONGEST
from mspof_cli.feedback import HEADINGS
from mspof_cli.findings import Finding, Severity, places_of
from mspof_cli.layout import Form, Key
from mspof_cli.outputs.form.entry import explanation_entry
from mspof_cli.outputs.form.file import file_of, free_name
from mspof_cli.outputs.form.maker import Maker, made
from mspof_cli.outputs.form.page import Page
from mspof_cli.outputs.form.style import BODY_SIZE, dress_fault, line_count, put_text, shows_symbol
from mspof_cli.outputs.letter import THANKS, Copy, Received, next_steps, outcome
from mspof_cli.outputs.safe import workbook_text
from mspof_cli.outputs.text import SINCE_WORDS, ranges
from mspof_cli.register import Register
from mspof_cli.rules import Checked
from mspof_cli.schemas import Council
from mspof_cli.sent import Sent

# A cell that is marked; one that was merged with others may be any of them.
Target: TypeAlias = Cell | MergedCell

AUTHOR = "mspof"
COMMENT_WIDTH, COMMENT_LINE = 380, 18  # pixels
LONGEST_COMMENT = 1000  # characters: about as much as half a screen shows
WIDTHS = dict(zip(HEADINGS, (7, 11, 14, 12, 30, 46, 46, 12, 48, 8), strict=True))
LONGEST_FOOTER = 80  # characters
TITLE = "Feedback on your return"
LEFT = 2  # the first column that is used
THIS = Copy("This copy", "the column 'Explanation' below")

# The rule about labels that were not found, whose cells are those where they should be.
MISSING_LABEL = "FORM103"


def marked_form(
    form: Form,
    councils: Sequence[Council],
    checked: Checked,
    sent: Sent,
    received: Received,
    guidance: Sequence[tuple[str, str]] = (),
    register: Register | None = None,
) -> bytes:
    """The marked copy of a return that could be read, as an Excel workbook."""
    maker = made(form, councils, sent.answers, guidance, register, marks_itself=False)
    if maker.left_out:
        cases = len({key[:2] for key in maker.left_out})
        received = received._replace(beyond=(*received.beyond, f"{cases} cases for which the form has no room"))
    targets = _Targets(maker, sent)
    cells = [targets.of(finding) for finding in checked.findings]
    page = _front(maker)
    _mark(cells, checked.findings, page.sheet.title, maker)
    _write_front(page, checked, cells, received)
    for sheet in maker.workbook.worksheets:
        sheet.sheet_view.tabSelected = sheet is page.sheet
    maker.workbook.active = 0
    return file_of(maker.workbook)


class _Targets:
    """Where on the marked copy a finding's cells are, wherever they stood in the file that came in."""

    def __init__(self, maker: Maker, sent: Sent) -> None:
        self._maker, self._sent = maker, sent
        labels = [home for home in (*sent.homes.values(), *sent.missing.values()) if isinstance(home, Place)]
        answers = (Place(cell.parent.title, cell.row, cell.column) for cell in maker.cells.values())
        self._taken = {*labels, *answers}

    def of(self, finding: Finding) -> list[Target]:
        """The cells of a finding, in order, each once."""
        missing = self._sent.missing if finding.code == MISSING_LABEL else {}
        homes = (missing.get(place) or self._home(place) for place in places_of(finding))
        cells = [cell for home in homes if home and (cell := self._cell(home)) is not None]
        return list({(cell.parent.title, cell.coordinate): cell for cell in cells}.values())

    def _home(self, place: Place) -> Key | Place | None:
        """Where a cell is on the copy; None if another thing of the form's own stands there."""
        home = self._sent.home(place)
        return home if place in self._sent.homes or home not in self._taken else None

    def _cell(self, home: Key | Place) -> Target | None:
        if isinstance(home, Place):
            cell: Target = self._maker.workbook[home.sheet][home.ref]
            return cell
        return self._maker.cells.get(home)


def _top_left(cell: Target) -> Cell:
    """The cell itself, or the first of the cells that it was merged with, in which all that is seen of them stands."""
    if not isinstance(cell, MergedCell):
        return cell
    (merged,) = (each for each in cell.parent.merged_cells.ranges if cell.coordinate in each)
    first: Cell = merged.start_cell
    return first


def _mark(cells: Sequence[Sequence[Target]], findings: Sequence[Finding], front: str, maker: Maker) -> None:
    """Mark each finding's cells, with a comment that says what is wrong and what to do."""
    found: dict[Cell, list[Finding]] = {}
    covered: dict[Cell, list[Target]] = {}
    for some, finding in zip(cells, findings, strict=True):
        for cell in some:
            covered.setdefault(_top_left(cell), []).append(cell)
        for first in dict.fromkeys(map(_top_left, some)):
            found.setdefault(first, []).append(finding)
    for cell, about in found.items():
        for each in dict.fromkeys([cell, *covered[cell]]):
            dress_fault(each, about[0].severity)  # the worst comes first
        if not shows_symbol(cell):
            maker.pages[cell.parent.title].symbol(cell.row, about[0].severity)
        said = _comment(about, front)
        lines = line_count(said, COMMENT_WIDTH / 7, BODY_SIZE)
        cell.comment = Comment(said, AUTHOR, height=COMMENT_LINE * (lines + 1), width=COMMENT_WIDTH)


def _comment(findings: Sequence[Finding], front: str) -> str:
    """What is said of a cell, as far as there is room in a comment."""
    said: list[str] = []
    room = LONGEST_COMMENT
    for finding in findings:
        begins = feedback.NOTE_BEGINS.format(
            symbol=feedback.SYMBOLS[finding.severity], code=finding.code, severity=finding.severity.value
        )
        words = workbook_text(f"{begins}{finding.message}\n{_to_do(finding)}")
        room -= len(words)
        if said and room < 0:
            break
        said.append(words[:LONGEST_COMMENT])
    more = len(findings) - len(said)
    if more:
        said.append(f"And {more:,} more: see the sheet '{front}'.")
    return "\n\n".join(said) + feedback.NOTE_ENDS


def _to_do(finding: Finding) -> str:
    return f"Explained: {finding.explanation}" if finding.explanation else finding.fix


def _front(maker: Maker) -> Page:
    """The sheet in front, still blank."""
    name = free_name(feedback.SHEET, maker.workbook.sheetnames)
    return Page(maker.workbook.create_sheet(name, 0), frozenset())


def _write_front(page: Page, checked: Checked, cells: Sequence[Sequence[Target]], received: Received) -> None:
    """The sheet in front: what became of the return, every finding with a link to its cells, room to explain."""
    who = checked.ret.who
    about = (who.council.name if who.council else "", str(who.period or ""), received.name)
    steps = (outcome(checked), *next_steps(checked, THIS), THANKS)
    for row, text in enumerate(steps, 4):
        page.note(row, LEFT, text, "instruction")
    top = _write_findings(page, 5 + len(steps), checked.findings, cells)
    below = top + len(checked.findings) + 2
    for heading, lines in _more(checked, received):
        page.note(below, LEFT, heading, "row on one line")
        for row, line in enumerate(lines, below + 1):
            page.note(row, LEFT, line, "instruction")
        below += len(lines) + 2
    page.title(1, TITLE, "title")
    page.title(2, " – ".join(filter(None, about)), "subtitle")
    page.finish(TITLE, _short(received.name), (top, LEFT), range(top, top + 1))


def _short(name: str) -> str:
    """A file's name as it finds room in a footer, of which Excel takes 255 characters with all that it prints."""
    return name if len(name) <= LONGEST_FOOTER else f"{name[: LONGEST_FOOTER - 1]}…"


def _write_findings(page: Page, top: int, findings: Sequence[Finding], cells: Sequence[Sequence[Target]]) -> int:
    """The table of findings, above it who explains them if any may be explained; gives the row of its headings.

    By the headings a marked copy is known when it comes back, so they are there without findings too, but not seen.
    """
    if any(finding.severity is Severity.QUERY for finding in findings):
        page.note(top - 1, LEFT, feedback.TEAM, "row on one line")
        page.answer(top - 1, LEFT + 4, "entry", "@")
        top += 1
    columns = {heading: column for column, heading in enumerate(HEADINGS, LEFT)}
    for heading, column in columns.items():
        page.put(top, column, heading, "heading")
        page.widen(column, WIDTHS[heading])
    page.sheet.column_dimensions[column_letters(columns[feedback.MEASURE])].hidden = True
    page.sheet.row_dimensions[top].hidden = not findings
    for number, (finding, targets) in enumerate(zip(findings, cells, strict=True), 1):
        _write_finding(page, top + number, number, finding, columns, targets)
    return top


def _write_finding(
    page: Page, row: int, number: int, finding: Finding, columns: Mapping[str, int], targets: Sequence[Target]
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
    _link(page, page.sheet.cell(row, columns[feedback.CELLS]), finding, targets)
    if finding.severity is Severity.QUERY:
        entry = explanation_entry(LONGEST)
        box = page.answer(row, columns[feedback.EXPLANATION], entry.style, entry.number_format)
        put_text(box, finding.explanation)
        entry.check(page.sheet, [box])
    else:
        page.note(row, columns[feedback.EXPLANATION], feedback.HINTS[finding.severity], "hint")


def _link(page: Page, cell: Cell, finding: Finding, targets: Sequence[Target]) -> None:
    """Where a finding is: a link to the first of its cells that stand together, or where it was in the file."""
    if not targets:
        theirs = f"In your file: {finding.sheet} {', '.join(ranges(finding.cells))}" if finding.cells else "–"
        page.note(cell.row, cell.column, theirs, "entry of table")
        return
    by_sheet: dict[str, list[str]] = {}
    for target in targets:
        by_sheet.setdefault(target.parent.title, []).append(target.coordinate)
    drawn = {sheet: ranges(places) for sheet, places in by_sheet.items()}
    page.note(cell.row, cell.column, "; ".join(f"{sheet} {', '.join(runs)}" for sheet, runs in drawn.items()), "link")
    first, runs = next(iter(drawn.items()))
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"{quote_sheetname(first)}!{runs[0]}")


def _more(checked: Checked, received: Received) -> Iterator[tuple[str, Sequence[str]]]:
    """What stands below the findings."""
    if checked.put_right:
        yield "Put right since last time", [f"{each.code}: {each.message}" for each in checked.put_right]
    if received.beyond:
        yield "In your file, but not on the form, and so not in this copy", received.beyond

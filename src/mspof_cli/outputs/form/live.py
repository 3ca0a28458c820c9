"""How a form shows its checks: a sheet of them all, a message beside each question, marks on the cells, and the state
of the whole return on the cover. All of it is formulas, which Excel keeps up to date while the form is filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from openpyxl.cell.cell import Cell
from openpyxl.formatting.rule import Rule as Format
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink

from mspof_cli.findings import Severity, some_of
from mspof_cli.layout import Form, Key
from mspof_cli.outputs.form.answer import Reading, reference
from mspof_cli.outputs.form.checks import BROKEN, DIGITS_ONLY, HELD, NOT_TRIED, Check, checks, not_checked
from mspof_cli.outputs.form.cover import CoverChecks
from mspof_cli.outputs.form.formulas import any_of, formula, text_of
from mspof_cli.outputs.form.page import Page
from mspof_cli.outputs.form.readings import Readings, fault_name
from mspof_cli.outputs.form.stated import Known, judge_of
from mspof_cli.outputs.form.style import BODY_SIZE, FAULTS, fault_border, fault_fill, fault_font, line_count
from mspof_cli.outputs.form.typed import count
from mspof_cli.outputs.text import ranges
from mspof_cli.schemas import ANSWER, Field, Question, figure_name

HEADINGS = {
    "Rule": 13, "About": 12, "What should hold": 38, "If not": 9, "Verdict": 18, "What is wrong": 44, "What to do": 46,
    "Go to": 24, "Now": 8,
}  # fmt: skip
RULE, ABOUT, TITLE, SEVERITY, VERDICT, MESSAGE, FIX, LINK, NOW = range(len(HEADINGS))

SAID_ABOVE = "Put right what is said above first."
ABOUT_CHECKS = (
    "The form checks itself while you fill it in: 'held' is right, 'broken' needs looking at, and 'could not be tried' "
    "means that an answer it needs is not filled in, or can't be read here, which is not an error."
)
FOLLOWS = f"What is only broken because something above it is does not count as another trouble, and says: {SAID_ABOVE}"
MORE_CHECKS = "More is checked when the form is received, such as the change from the quarter before."
NOT_HERE = "Checked when the form is received, not here: {}."
CODES_NAMED = 12
NO_TROUBLE = "✓ The form found no trouble"
WAITING = f"{NO_TROUBLE}. Some checks need other answers."
IN_DOUBT = f"An answer could not be checked here. {DIGITS_ONLY}"
NOT_CHECKED = "This could not be checked here."
UNCHECKED = "○"  # before the state of a return of which not all could be checked
NOTHING_ELSE = "Nothing was found to correct."
WELL = "✓ The form's own checks found nothing to correct."


class Row(NamedTuple):
    """A check with the cells that show it: its verdict, its words, and its severity while it is broken and counts."""

    check: Check
    verdict: str
    message: str
    now: str


class Live:
    """The checks of one form."""

    def __init__(self, form: Form, readings: Readings, cells: Mapping[Key, Cell], known: Known) -> None:
        """``cells`` are the form's answer cells; those of lists of cases are not read in formulas."""
        self.form, self.cells, self._readings, self._known = form, cells, readings, known
        self.read: dict[Key, Reading] = {
            key: readings.add(_name(key), cell, count if key[0] else judge_of(form, key[1], known))
            for key, cell in cells.items()
            if _is_read(form, key)
        }
        self._counted: dict[tuple[str, str], str] = {}
        for slug, column in dict.fromkeys((key[0], key[2]) for key in self.read):
            if slug is not None:
                own = [reading for key, reading in self.read.items() if (key[0], key[2]) == (slug, column)]
                self._counted[slug, column] = readings.count(f"{slug} {column}", own)
        self.rows: list[Row] = []

    def write_sheet(self, page: Page) -> None:
        """The sheet of all checks: a row for each, broken or not."""
        on_cover = CoverChecks(self.form, self.read, self._known).all()
        made = [*on_cover, *checks(self.form, self.read, self._counted)]
        left, top = page.first_column, page.first_row
        for column, (heading, width) in enumerate(HEADINGS.items(), left):
            page.note(top, column, heading, "heading")
            page.widen(column, width)
        rows = {number: top + 1 + number for number in range(len(made))}
        at = {
            number: [page.sheet.cell(row, left + column) for column in range(len(HEADINGS))]
            for number, row in rows.items()
        }
        for number, check in enumerate(made):
            hidden_by = [
                reference(at[other][VERDICT])
                for other, hider in enumerate(made)
                if check.rule.code in hider.rule.hides and hider.question == check.question
            ]
            self.rows.append(self._write_row(page, check, at[number], hidden_by))
        for key, reading in self.read.items():
            self._readings.set_fault(reading, self._worst(key))
        page.sheet.column_dimensions[at[0][NOW].column_letter].hidden = True
        below = top + len(made) + 2
        notes = [ABOUT_CHECKS, FOLLOWS, MORE_CHECKS]
        if missing := not_checked(self.form, made):
            notes.append(NOT_HERE.format(some_of([rule.code for rule in missing], CODES_NAMED)))
        for row, note in enumerate(notes, below):
            page.note(row, left, note, "instruction")

    def _write_row(self, page: Page, check: Check, at: Sequence[Cell], hidden_by: list[str]) -> Row:
        rule, row = check.rule, at[RULE].row
        question = self.form.collection.questions.get(check.question or "")
        texts = {
            RULE: rule.code,
            ABOUT: question.label if question else self.form.edition.cover.sheet,
            TITLE: check.title,
            SEVERITY: rule.severity.value,
        }
        where = self._link(page, at[LINK], check)
        for column, text in texts.items():
            page.note(row, at[column].column, text, "entry of table")
        verdict, message, now = (reference(at[column]) for column in (VERDICT, MESSAGE, NOW))
        first = SAID_ABOVE if hidden_by else ""
        hidden = any_of([f"{other}={BROKEN}" for other in hidden_by])
        broken = f"{verdict}={BROKEN}"
        unread, clearer = (_if_in_doubt(check, verdict, said) for said in (text_of(NOT_CHECKED), check.clearer))
        formulas = {
            VERDICT: check.verdict,
            MESSAGE: f"IF({broken},{check.message},{unread})",
            FIX: f"IF({broken},IF({hidden},{text_of(first)},{check.fix}),{clearer})",
            NOW: f'IF(AND({broken},NOT({hidden})),"{rule.severity.value}","")',
        }
        about = f"{rule.code} ('{check.title}') of {texts[ABOUT]}"
        for column, expression in formulas.items():
            page.formula(row, at[column].column, formula(expression, about), "entry of table")
        lines = max(
            line_count(text, HEADINGS[heading] - 2, BODY_SIZE)
            for heading, text in (
                ("What should hold", check.title),
                ("What is wrong", check.example),
                ("What to do", check.remedy),
                ("Go to", where),
            )
        )
        page.heighten(row, lines * BODY_SIZE * 1.3 + 8)
        _mark(page, at[VERDICT], {severity: f'{now}="{severity.value}"' for severity in Severity})
        return Row(check, verdict, message, now)

    def _link(self, page: Page, cell: Cell, check: Check) -> str:
        """A link to the answers that a check is about, to the first of them that stand together; gives its text.

        The text is a formula's, because LibreOffice does not wrap that of other links.
        """
        own = [key for key in self.read if key in check.faulty and key[0] == check.question] or list(check.faulty)
        own = own or [key for key in self.cells if key[0] is not None]
        sheet = self.cells[own[0]].parent.title
        refs = ranges(self.cells[key].coordinate for key in own if self.cells[key].parent.title == sheet)
        where = f"{sheet} {', '.join(refs)}"
        page.formula(cell.row, cell.column, formula(text_of(where), f"where {check.rule.code} leads"), "link")
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"{quote_sheetname(sheet)}!{refs[0]}")
        return where

    def _worst(self, key: Key) -> str:
        """The word for the worst severity that is found with an answer."""
        expression = '""'
        for severity in reversed(Severity):
            found = [
                f'AND({row.now}="{severity.value}",{row.check.faulty[key]})'
                for row in self.rows
                if row.check.rule.severity is severity and key in row.check.faulty
            ]
            if found:
                expression = f'IF({any_of(found)},"{severity.value}",{expression})'
        return expression

    def mark_answers(self, pages: Mapping[str, Page]) -> None:
        """Conditional formats on the answers at fault. Colour is never the only sign: a symbol stands before them."""
        for key in self.read:
            cell = self.cells[key]
            name = fault_name(_name(key))
            _mark(pages[cell.parent.title], cell, {severity: f'{name}="{severity.value}"' for severity in Severity})

    def message(self, question: Question) -> tuple[str, list[str]] | None:
        """What to say beside a question: the worst that is found with it, or that all is well; None for a list.

        A formula, and examples of what it may say.
        """
        rows = [row for row in self.rows if any(key[0] == question.slug for key in row.check.faulty)]
        rows.sort(key=lambda row: row.check.question != question.slug)
        own = [reading for key, reading in self.read.items() if key[0] == question.slug]
        if not own:
            return None
        given, doubts = ("+".join(refs) for refs in zip(*((each.given, each.doubt) for each in own), strict=True))
        waiting = any_of([f"{row.verdict}={NOT_TRIED}" for row in rows])
        well = f'IF({doubts}>0,"{IN_DOUBT}",IF({waiting},"{WAITING}","{NO_TROUBLE}"))'
        expression = _worst_of(rows, f'IF({given}=0,"Not filled in",{well})')
        return formula(expression, f"all of '{question.label}'"), [*_examples(rows), IN_DOUBT, WAITING]

    def message_on_cover(self, field: Field) -> tuple[str, list[str]] | None:
        """What to say beside a line of the cover: the worst that is found with it, if anything; None if nothing can be.

        A formula, and examples of what it may say.
        """
        rows = [row for row in self.rows if (None, field.slug, ANSWER) in row.check.faulty]
        if not rows:
            return None
        otherwise, examples = '""', _examples(rows)
        for check in (row.check for row in rows if row.check.in_doubt):
            otherwise = f'IF({check.in_doubt},"{NOT_CHECKED} "&{check.clearer},{otherwise})'
            examples.append(f"{NOT_CHECKED} {check.remedy}")
        return formula(_worst_of(rows, otherwise), f"'{field.label}'"), examples

    def state(self, sheet: str) -> list[str]:
        """The state of the whole return, in two lines: what the checks found, and which questions are filled in."""
        errors, queries = self._count(Severity.ERROR), self._count(Severity.QUERY)
        see = text_of(f". See the sheet '{sheet}'.") + f"&{self._unchecked(' ', '.')}"
        to_correct = f'{errors}&IF({errors}=1," error"," errors")&" to correct"'
        to_explain = f'{queries}&IF({queries}=1," query"," queries")&" to correct or explain"'
        error, query = (f'"{FAULTS[severity].symbol} "&' for severity in (Severity.ERROR, Severity.QUERY))
        found = (
            f'IF({errors}>0,{error}{to_correct}&IF({queries}>0,", "&{to_explain},"")&{see},'
            f"IF({queries}>0,{query}{to_explain}&{see},{self._well(sheet)}))"
        )
        return [formula(expression, "the whole return") for expression in (found, *self._filled_in())]

    def _well(self, sheet: str) -> str:
        """What to say where nothing was found: that all is well only if all could be checked."""
        untried = any_of([f"{row.verdict}={NOT_TRIED}" for row in self.rows if row.check.question is None])
        rest = text_of(f"{UNCHECKED} Not all of it could be checked here: see the sheet '{sheet}'. {NOTHING_ELSE}")
        doubtful = f'{self._unchecked(f"{UNCHECKED} ", ": see the messages beside the answers.")}&" {NOTHING_ELSE}"'
        return f'IF({self._readings.doubts}>0,{doubtful},IF({untried},{rest},"{WELL}"))'

    def _unchecked(self, before: str, after: str) -> str:
        """How many answers are in doubt, between two texts; empty text if none is."""
        doubts = self._readings.doubts
        number = f'{doubts}&IF({doubts}=1," answer"," answers")'
        return f'IF({doubts}>0,{text_of(before)}&{number}&{text_of(f" could not be checked here{after}")},"")'

    def _count(self, severity: Severity) -> str:
        """How many checks of a severity are broken, and not only because another is."""
        first, last = self.rows[0].now, self.rows[-1].now.rpartition("!")[2]
        return f'COUNTIF({first}:{last},"{severity.value}")'

    def _filled_in(self) -> list[str]:
        """Which questions are filled in whole, as far as formulas can know."""
        whole = {}
        for question in self.form.collection.question:
            own = [row.verdict for row in self.rows if row.check.question == question.slug and row.check.is_of_answers]
            if own:
                whole[question.label] = f"AND({','.join(f'{verdict}={HELD}' for verdict in own)})"
        if not whole:
            return []
        number = "+".join(f"IF({filled},1,0)" for filled in whole.values())
        names = "&".join(f'IF({filled},{text_of(f", {label}")},"")' for label, filled in whole.items())
        named = f'IF(({number})>0,": "&MID({names},3,999),"")'
        return [f'({number})&" of {len(whole)} questions filled in"&{named}&". A partial return is welcome."']


def _worst_of(rows: Sequence[Row], otherwise: str) -> str:
    """The words of the worst check that is broken and counts; of several, those of the first."""
    expression = otherwise
    for severity in reversed(Severity):
        for row in reversed(rows):
            if row.check.rule.severity is severity:
                said = f"{text_of(_introduced(row, ''))}&{row.message}"
                expression = f'IF({row.now}="{severity.value}",{said},{expression})'
    return expression


def _if_in_doubt(check: Check, verdict: str, said: str) -> str:
    """What to say of a check that was not tried because an answer that is given can't be checked here."""
    return f'IF(AND({verdict}={NOT_TRIED},{check.in_doubt}),{said},"")' if check.in_doubt else '""'


def _examples(rows: Iterable[Row]) -> list[str]:
    return [_introduced(row, row.check.example) for row in rows]


def _introduced(row: Row, words: str) -> str:
    return f"{FAULTS[row.check.rule.severity].symbol} {row.check.rule.code}: {words}"


def _is_read(form: Form, key: Key) -> bool:
    """Whether an answer takes part in checks: on the cover, or in a question that is not a list."""
    question, row, _ = key
    if question is None:
        return row not in form.collection.questions  # which would be the comment on a question
    return not form.collection.questions[question].is_list


def _name(key: Key) -> str:
    """A name for an answer: that of its figure, or of its line on the cover."""
    question, row, column = key
    return f"cover_{row}" if question is None else figure_name(row, column)


def _mark(page: Page, cell: Cell, conditions: Mapping[Severity, str]) -> None:
    for severity, expression in conditions.items():
        fault = FAULTS[severity]
        style = DifferentialStyle(
            font=fault_font(severity),
            fill=fault_fill(severity),
            border=fault_border(severity, "thin"),  # Excel knows no other here
            numFmt=NumberFormat(numFmtId=200 + severity.rank, formatCode=fault.number_format("General")),
        )
        page.sheet.conditional_formatting.add(
            cell.coordinate, Format("expression", dxf=style, formula=[expression], stopIfTrue=True)
        )

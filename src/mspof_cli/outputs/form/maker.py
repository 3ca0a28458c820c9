"""A form in the making: every label in the cell that the edition gives, every answer cell where the row of one label
meets the column of another. Titles, hints and guidance are added around them, only in cells that are free.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from openpyxl.cell.cell import Cell

from mspof_cli.layout import Form, Key, Label, block_labels
from mspof_cli.outputs.form.cover import known_councils
from mspof_cli.outputs.form.entry import DropDowns, Entry, comment_entry, count_entry, cover_entry, list_entry
from mspof_cli.outputs.form.file import empty_workbook, first_day, free_name
from mspof_cli.outputs.form.guidance import WORDINGS, version_texts, write_guidance
from mspof_cli.outputs.form.live import Live
from mspof_cli.outputs.form.page import Page
from mspof_cli.outputs.form.readings import Readings
from mspof_cli.outputs.form.style import BODY_SIZE, STYLES, line_count, text_width
from mspof_cli.outputs.form.values import Value, put_value
from mspof_cli.register import Register
from mspof_cli.schemas import Block, Council, Question

LIST_ROWS = 200

# How wide columns are, in characters: the least and the most for row labels, then what stands beside the answers.
COVER_LABELS, QUESTION_LABELS, COMMENT_LABELS = (28, 40), (50, 56), (34, 40)
COLUMN_LABEL = 24  # a longer one is wrapped
HINT_WIDTH, REMARK_WIDTH, MESSAGE_WIDTH = 40, 25, 32


def made(
    form: Form,
    councils: Sequence[Council],
    answers: Mapping[Key, Value],
    guidance: Sequence[tuple[str, str]],
    register: Register | None = None,
    *,
    marks_itself: bool = True,
) -> Maker:
    """The form with everything on it, but for the answers that it has no room for: see ``left_out``.

    ``register`` is of all the councils there are; without it a code may be that of another than those offered.
    ``marks_itself`` is whether it marks answers at fault while it is filled in, as the blank form does.
    """
    maker = Maker(form, councils, answers, register)
    for part in maker.parts:
        maker.lay_out(part)
    for part in maker.parts:  # only now is it known which cells are free
        maker.explain(part)
    live = maker.check()
    if marks_itself:
        live.mark_answers(maker.pages)
    write_guidance(maker.pages[form.edition.guidance_sheet], form, guidance)
    for key, value in answers.items():
        if key in maker.cells:
            put_value(maker.cells[key], value)
    for sheet in maker.pages:
        maker.finish(sheet)
    return maker


class Part(NamedTuple):
    """A block of the form with its labels."""

    block: Block
    labels: Mapping[tuple[str, str], Label]

    def of_kind(self, kind: str) -> dict[str, Label]:
        """The labels of one kind, ``"row"`` or ``"column"``, by key."""
        return {key: label for (owner, key), label in self.labels.items() if owner == kind}

    @property
    def top(self) -> int:
        return min(label.row for label in self.labels.values())

    @property
    def bottom(self) -> int:
        """The row of the last label; the cases of a list stand below it."""
        return max(label.row for label in self.labels.values())

    @property
    def headed(self) -> set[int]:
        """The rows of the heading and of the column headings."""
        return {label.row for (kind, _), label in self.labels.items() if kind != "row"}

    @property
    def answered(self) -> set[int]:
        """The rows with a row label."""
        return {label.row for label in self.of_kind("row").values()}

    @property
    def columns(self) -> range:
        numbers = [label.column for label in self.labels.values()]
        return range(min(numbers), max(numbers) + 1)


class Maker:
    """A form in the making: a page for each sheet, and the cell of each answer.

    A list of cases has room for as many as the ``answers`` have, if nothing stands below it.
    """

    def __init__(
        self, form: Form, councils: Sequence[Council], answers: Mapping[Key, Value], register: Register | None
    ) -> None:
        self.form, self.edition, self.collection = form, form.edition, form.collection
        blocks = (self.edition.cover, *self.edition.block, self.edition.comments)
        self.parts = [Part(block, block_labels(self.collection, block)) for block in blocks]
        self.councils, self.register = councils, register
        self.council_names = tuple(sorted({each.name for each in councils}, key=lambda name: (name.casefold(), name)))
        self.workbook = empty_workbook(self.edition, self.collection)
        words = {label.key for part in self.parts for label in part.labels.values()}
        sheets = dict.fromkeys((*(block.sheet for block in blocks), self.edition.guidance_sheet))
        self.checks_sheet = free_name("Checks", sheets)
        order = [*sheets, self.checks_sheet]
        order.sort(key=lambda sheet: sheet == self.edition.guidance_sheet)  # which comes last
        self.pages = {sheet: Page(self.workbook.create_sheet(sheet), words) for sheet in order}
        self.drop_downs = DropDowns(self.workbook, order)
        self.readings = Readings(self.workbook, free_name("Readings", order))
        self.cells: dict[Key, Cell] = {}
        self._answers = answers

    @property
    def left_out(self) -> list[Key]:
        """The answers that the form has no cell for."""
        return [key for key in self._answers if key not in self.cells]

    def lay_out(self, part: Part) -> None:
        """Write a block's labels where they belong, and make its answer cells."""
        page = self.pages[part.block.sheet]
        for (kind, _), label in part.labels.items():
            style = {"row": "row", "column": "column" if part.block.question else "heading"}.get(kind, "heading")
            page.put(label.row, label.column, label.text, style)
        for entry, answers in self._entries(part):
            for key, row, column in answers:
                self.cells[key] = page.answer(row, column, entry.style, entry.number_format)
                page.widen(column, entry.width)
            entry.check(page.sheet, [self.cells[key] for key, _, _ in answers])
        for label in part.of_kind("column").values():
            whole, *words = (text_width(text, BODY_SIZE, bold=True) + 3 for text in (label.text, *label.text.split()))
            page.widen(label.column, whole if whole <= COLUMN_LABEL else max(words))
        least, most = self._label_widths(part.block)
        for label in part.of_kind("row").values():
            page.widen(label.column, min(most, max(least, text_width(label.text, BODY_SIZE) + 3)))

    def _label_widths(self, block: Block) -> tuple[int, int]:
        if block.question:
            return QUESTION_LABELS
        return COVER_LABELS if block is self.edition.cover else COMMENT_LABELS

    def _entries(self, part: Part) -> Iterator[tuple[Entry, list[tuple[Key, int, int]]]]:
        """How the block's answers are given, and the key, row and column of each answer that is given so.

        The answers in a column of a question are given alike; each line of the cover is given in its own way.
        """
        rows, columns = self._answer_rows(part), part.of_kind("column")
        question = self.collection.questions.get(part.block.question or "")
        if question is None:
            for key, row in rows.items():
                yield self._line_entry(part.block, key), [((None, key, k), row, at.column) for k, at in columns.items()]
            return
        listed = {column.slug: column for column in question.columns}
        for key, at in columns.items():
            entry = list_entry(listed[key], self.drop_downs) if question.is_list else count_entry(question)
            yield entry, [((question.slug, name, key), row, at.column) for name, row in rows.items()]

    def _answer_rows(self, part: Part) -> dict[str, int]:
        """The rows of a block's answers by key; for a list, rows for cases as far as the sheet's next label."""
        if part.block.rows:
            return {key: label.row for key, label in part.of_kind("row").items()}
        others = (other for other in self.parts if other.block.sheet == part.block.sheet)
        below = [label.row for other in others for label in other.labels.values() if label.row > part.bottom]
        cases = [int(row) for question, row, _ in self._answers if question and question == part.block.question]
        last = min([part.bottom + max([LIST_ROWS, *cases]) + 1, *below])
        return {str(row - part.bottom): row for row in range(part.bottom + 1, last)}

    def _line_entry(self, block: Block, key: str) -> Entry:
        """How a line of the cover, or a comment, is given."""
        if block is self.edition.comments:
            return comment_entry(self.collection.questions[key])
        field = next(field for field in self.collection.cover if field.slug == key)
        return cover_entry(field, self.council_names, self.edition.years, first_day(self.edition), self.drop_downs)

    def explain(self, part: Part) -> None:
        """Write what helps to fill a block in, and draw the block together as one panel."""
        page, question = self.pages[part.block.sheet], self.collection.questions.get(part.block.question or "")
        if question:
            self._explain_question(part, question)
        elif part.block is self.edition.cover:
            for field in self.collection.cover:
                self._beside(part, part.labels["row", field.slug].row, field.prompt, "hint", HINT_WIDTH)
        for row in range(part.top, part.bottom + 1):
            style = "heading" if row in part.headed else "row" if row in part.answered else "question"
            page.fill(row, part.columns, style)

    def _explain_question(self, part: Part, question: Question) -> None:
        """How the question is asked, in the free rows below its heading, and what finds no room there beside them."""
        page, left = self.pages[part.block.sheet], part.columns.start
        answered_from = min(label.row for label in (part.of_kind("row") or part.of_kind("column")).values())
        rows = [row for row in range(part.top + 1, answered_from) if page.is_free(row, left)]
        texts = [*version_texts(self.collection, question), question.text]
        for row, text in zip(rows, texts, strict=False):
            fits = question.is_list and text_width(text, BODY_SIZE) < page.width(part.columns)
            page.note(row, left, text, "question on one line" if fits else "question")
        if question.wording == "provisional":
            self._beside(part, part.top, WORDINGS[question.wording], "provisional", REMARK_WIDTH)
        if texts[len(rows) :]:
            self._beside(part, part.top + 1, "\n".join(texts[len(rows) :]), "hint", REMARK_WIDTH)

    def _beside(self, part: Part, row: int, text: str, style: str, width: float) -> None:
        """Write to the right of a block, unless another block stands there."""
        page, column = self.pages[part.block.sheet], part.columns.stop
        if not page.has_block_in(column):
            page.note(row, column, text, style)
            page.widen(column, width)

    def check(self) -> Live:
        """Make the form check itself: the sheet of checks, messages beside the questions, the state on the cover."""
        register = self.register or Register(self.councils)
        known = known_councils(register, self.drop_downs, are_all=self.register is not None)
        live = Live(self.form, self.readings, self.cells, known)
        live.write_sheet(self.pages[self.checks_sheet])
        for part in self.parts:
            page, question = self.pages[part.block.sheet], self.collection.questions.get(part.block.question or "")
            message = live.message(question) if question else None
            if message and part.answered:
                self._show_message(page, part, *message)
            if part.block is self.edition.cover:
                self._show_on_cover(page, part, live)
        return live

    def _show_message(self, page: Page, part: Part, message: str, examples: Sequence[str]) -> None:
        """Write what is found with a question beside its answers, or one column on where no row is free."""
        for column in (part.columns.stop, part.columns.stop + 1):
            if page.has_block_in(column):
                return
            rows = page.free_rows(range(min(part.answered), max(part.answered) + 1), column)
            if rows:
                self._write_message(page, rows, column, message, examples)
                return

    def _write_message(self, page: Page, rows: range, column: int, message: str, examples: Sequence[str]) -> None:
        """Write a message into some free rows of a column, which become high enough for all that it may say."""
        page.message(rows, column, message, "live")
        page.widen(column, MESSAGE_WIDTH)
        size = STYLES["live"].size
        lines = max(line_count(text, MESSAGE_WIDTH - 2, size) for text in examples)
        for row in rows:
            page.heighten(row, (lines * size * 1.3 + 8) / len(rows))

    def _show_on_cover(self, page: Page, part: Part, live: Live) -> None:
        """Write what is found with each line beside its hint, and the state of the whole return below the cover."""
        beside = part.columns.stop + 1
        for field in self.collection.cover:
            message, row = live.message_on_cover(field), part.labels["row", field.slug].row
            if message and not page.has_block_in(beside):
                self._write_message(page, range(row, row + 1), beside, *message)
        for row, formula in enumerate(live.state(self.checks_sheet), page.empty_below(part.bottom + 2)):
            page.formula(row, part.columns.start, formula, "state")

    def finish(self, sheet: str) -> None:
        """Write a sheet's title, put the cursor in its first answer, and set it up for printing."""
        page, edition = self.pages[sheet], self.edition
        subtitle = edition.subtitle if sheet == edition.cover.sheet else f"{sheet} \u2013 {edition.subtitle}"
        lines = [(edition.title, "title"), (subtitle, "subtitle"), (edition.marker, "version")]
        lines += [(purpose, "instruction") for purpose in self._purposes(sheet)]
        rows = range(1, page.first_row)
        if len(rows) < 3:  # too little room for a title: only the line by which the form is known, if need be below
            rows, lines = rows or range(page.sheet.max_row + 2, page.sheet.max_row + 3), lines[2:3]
        for row, (text, style) in zip(rows, lines, strict=False):
            page.title(row, text, style)
        if len(lines) >= len(rows):  # no row is left for a gap
            page.heighten(rows[-1], 27)
        answers = sorted((cell.row, cell.column) for cell in self.cells.values() if cell.parent is page.sheet)
        page.finish(edition.title, edition.marker, answers[0] if answers else (1, 1), self._repeated_rows(sheet))

    def _repeated_rows(self, sheet: str) -> range:
        """The rows to print at the top of every page: those of the title, and of a list its headings."""
        parts = [part for part in self.parts if part.block.sheet == sheet]
        if len(parts) == 1 and not parts[0].block.rows:
            return range(1, parts[0].bottom + 1)
        return range(1, max(1, min(3, self.pages[sheet].first_row - 1)) + 1)

    def _purposes(self, sheet: str) -> list[str]:
        """What a sheet is for, in a line or two."""
        cover, comments, guidance = self.edition.cover.sheet, self.edition.comments.sheet, self.edition.guidance_sheet
        here = {block.question for block in self.edition.block if block.sheet == sheet}
        questions = [question for question in self.collection.question if question.slug in here]
        lines = {
            "Fill in the white boxes on each sheet, starting with this one.": sheet == cover,
            "A partial return is welcome: leave out any question that you can't answer.": sheet == cover,
            f"Figures for the quarter on the '{cover}' sheet. Enter 0 for none, or leave a whole question blank.": any(
                not question.is_list for question in questions
            ),
            f"Cases in the quarter on the '{cover}' sheet, one in each row. Do not name a person.": any(
                question.is_list for question in questions
            ),
            "Explain anything unusual about the figures. Do not name or describe a person.": sheet == comments,
            "How to fill in this form, and what each question counts.": sheet == guidance,
            "What the form finds while you fill it in, and what to do about it.": sheet == self.checks_sheet,
        }
        return [line for line, wanted in lines.items() if wanted]

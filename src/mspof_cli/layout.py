"""Where an edition's labels stand on its form, and where they stand on the form that came back.

The words of the form, read like a page, are what a block is found by: when rows or columns were inserted, the labels
are still there in the same order. An answer stands in the row of its answer's label and the column of its heading.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mspof_cli.cells import Cell, Kind, Place, row_and_column, tidy
from mspof_cli.schemas import Block, Collection, Edition, Question, Spot


class Label(NamedTuple):
    """A label of the form: where it belongs, what it says, and that without regard to case. ``question`` is a slug."""

    row: int
    column: int
    text: str
    key: str
    question: str = ""


# Which answer: the question's slug (None on the cover and for comments), the row's key, the column's key. The rows of
# a list are "1", "2" and so on; the comment on a question is (None, the question's slug, "answer").
Key = tuple[str | None, str, str]


class Slot(NamedTuple):
    """Where one answer goes. ``question`` is None on the cover, where ``row`` is a field's slug.

    ``row_label`` and ``column_label`` are indexes into the sheet's labels.
    """

    question: str | None
    row: str
    column: str
    row_label: int
    column_label: int

    @property
    def key(self) -> Key:
        return self.question, self.row, self.column


class SheetPlan(NamedTuple):
    """One sheet of the form: its labels in reading order with the cells where they belong, and its slots."""

    sheet: str
    labels: tuple[Label, ...]
    home: tuple[tuple[int, int], ...]
    slots: tuple[Slot, ...]


class Located(NamedTuple):
    """Where the labels of a sheet plan were found on a sheet: ``None`` where a label was not."""

    plan: SheetPlan
    sheet: str
    at: tuple[tuple[int, int] | None, ...]

    def place(self, slot: Slot) -> Place | None:
        """Where a slot's answer is, if both of its labels were found."""
        row, column = self.at[slot.row_label], self.at[slot.column_label]
        return Place(self.sheet, row[0], column[1]) if row and column else None

    @property
    def missing(self) -> list[tuple[Label, Place]]:
        """Labels that were not found, each with the cell where it should be, next to the labels that were."""
        if self.at is self.plan.home:
            return []
        missing, down, right = [], 0, self._usual_shifts()
        for label, at in zip(self.plan.labels, self.at, strict=True):
            if at is None:
                missing.append((label, Place(self.sheet, label.row + down, label.column + right[label.column])))
            else:
                down = at[0] - label.row
        return missing

    def _usual_shifts(self) -> dict[int, int]:
        """How far each of the plan's columns was moved, by what was found in it, or else in the one before."""
        shifts: dict[int, int] = {}
        for column in sorted({label.column for label in self.plan.labels}):
            found = [at[1] - column for label, at in self._found if label.column == column]
            shifts[column] = _usual(found) if found else next(reversed(shifts.values()), 0)
        return shifts

    @property
    def _found(self) -> list[tuple[Label, tuple[int, int]]]:
        return [(label, at) for label, at in zip(self.plan.labels, self.at, strict=True) if at is not None]

    def repeated(self, cells: Mapping[tuple[int, int], Cell]) -> list[tuple[Label, Place, Place]]:
        """Labels that stand again beside or below where they were found: each with both places.

        A heading again in its row, or an answer's label again in its column: someone copied a column or a row.
        """
        keys, known = {label.key for label in self.plan.labels}, set(self.at)
        others = ((at, cell) for at, cell in cells.items() if cell.kind is Kind.TEXT and at not in known)
        again = [(at, key) for at, cell in others if (key := label_key(str(cell.value))) in keys]
        headings = {slot.column_label for slot in self.plan.slots}
        answers = {slot.row_label for slot in self.plan.slots} - headings
        return [
            (label, Place(self.sheet, *there), Place(self.sheet, *at))
            for at, key in again
            for number, (label, there) in enumerate(zip(self.plan.labels, self.at, strict=True))
            if there and label.key == key
            if (number in headings and at[0] == there[0]) or (number in answers and at[1] == there[1])
        ]

    @property
    def moves(self) -> list[tuple[str, Place]]:
        """What was inserted or removed, in words, each with the first cell that moved because of it."""
        if self.at is self.plan.home:
            return []
        moves, rows, columns = [], 0, dict.fromkeys((label.column for label in self.plan.labels), 0)
        for label, at in zip(self.plan.labels, self.at, strict=True):
            if at is None:
                continue
            down, right = at[0] - label.row, at[1] - label.column
            place = Place(self.sheet, *at)
            if down != rows:
                moves.append((_moved(down - rows, "row", "above", label.text), place))
                rows = down
            if right != columns[label.column]:
                moves.append((_moved(right - columns[label.column], "column", "to the left of", label.text), place))
                columns.update((column, right) for column in columns if column >= label.column)
        return moves


class Form:
    """An edition of a collection's form, ready to be read: for each sheet, its labels and slots.

    ``comments`` are apart, because nothing that is said there is checked.
    """

    def __init__(self, collection: Collection, edition: Edition) -> None:
        self.collection = collection
        self.edition = edition
        self._reworded = {
            key: spot.label
            for block in edition.block
            for key, spot in block.rows.items()
            if isinstance(spot, Spot) and spot.label
        }
        by_sheet: dict[str, list[Block]] = {}
        for block in (edition.cover, *edition.block):
            by_sheet.setdefault(block.sheet, []).append(block)
        self.sheets = tuple(self._plan(sheet, blocks) for sheet, blocks in by_sheet.items())
        self.comments = self._plan(edition.comments.sheet, [edition.comments])

    def _plan(self, sheet: str, blocks: Iterable[Block]) -> SheetPlan:
        named_of = [(block, block_labels(self.collection, block)) for block in blocks]
        labels = sorted({label for _, named in named_of for label in named.values()})
        index = {(label.row, label.column): number for number, label in enumerate(labels)}
        slots = []
        for block, named in named_of:
            at = {key: index[label.row, label.column] for key, label in named.items()}
            rows = block.rows or {"": ""}  # a list has no row labels: its slots start from the heading's own row
            for column in block.columns:
                for row in rows:
                    row_label = at["row", row] if row else at["column", column]
                    slots.append(Slot(block.question, row, column, row_label, at["column", column]))
        home = tuple((label.row, label.column) for label in labels)
        return SheetPlan(sheet, tuple(labels), home, tuple(slots))

    def labels(self, question: Question) -> dict[str, str]:
        """The labels of a question's measures, as this edition words them."""
        return {measure: self._reworded.get(measure, label) for measure, label in question.measures.items()}

    def label_of(self, figure: str) -> str:
        """The label of a figure or total, as this edition words it."""
        collection = self.collection
        if figure in collection.totals:
            return collection.totals[figure].label
        known = collection.figures[figure]
        return self._reworded.get(known.measure, known.label)


def block_labels(collection: Collection, block: Block) -> dict[tuple[str, str], Label]:
    """The labels of a block, by kind (``"heading"``, ``"column"``, ``"row"``) and key."""
    question = collection.questions.get(block.question or "")
    words = _words(collection, question)
    labels: dict[tuple[str, str], tuple[str | Spot, str]] = {}
    if block.heading:
        labels["heading", ""] = (block.heading, question.heading if question else "")
    labels |= {("column", key): (spot, words.get(key, "")) for key, spot in block.columns.items()}
    labels |= {("row", key): (spot, words.get(key, "")) for key, spot in block.rows.items()}
    return {key: _label(spot, default, block.question or "") for key, (spot, default) in labels.items()}


def _words(collection: Collection, question: Question | None) -> dict[str, str]:
    """How the collection words the rows and columns of a question, or of the cover and the comments."""
    if question is None:
        cover = {field.slug: field.label for field in collection.cover}
        return cover | {question.slug: question.heading for question in collection.question}
    return question.answers | collection.respondents | {column.slug: column.label for column in question.columns}


def _label(spot: str | Spot, default: str, question: str) -> Label:
    cell, text = (spot.cell, spot.label or default) if isinstance(spot, Spot) else (spot, default)
    row, column = row_and_column(cell)
    return Label(row, column, text, label_key(text), question)


def label_key(text: str) -> str:
    """A label without regard to case and spacing."""
    return tidy(text).casefold()


def locate(plan: SheetPlan, sheet: str, cells: Mapping[tuple[int, int], Cell]) -> Located:
    """Find a plan's labels on a sheet: where they belong, or else in the same reading order elsewhere."""
    if all(_says(cells.get(at), label) for at, label in zip(plan.home, plan.labels, strict=True)):
        return Located(plan, sheet, plan.home)
    texts = [(at, label_key(str(cell.value))) for at, cell in sorted(cells.items()) if cell.kind is Kind.TEXT]
    wanted = [(label.key, 0) for label in plan.labels]
    rough = _aligned(wanted, [(text, 0) for _, text in texts])
    # A label's column is where most labels of its column are, so that a label's words typed as an answer are not it.
    columns = {
        column: _usual(
            texts[there][0][1] - column for here, there in rough.items() if plan.labels[here].column == column
        )
        for column in {label.column for label in plan.labels}
    }
    wanted = [(label.key, label.column + columns[label.column]) for label in plan.labels]
    found = _aligned(wanted, [(text, at[1]) for at, text in texts])
    return Located(
        plan, sheet, tuple(texts[found[number]][0] if number in found else None for number in range(len(plan.labels)))
    )


def _aligned(wanted: list[tuple[str, int]], given: list[tuple[str, int]]) -> dict[int, int]:
    """Which of the wanted stands where among the given, both in order."""
    blocks = difflib.SequenceMatcher(None, wanted, given, autojunk=False).get_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}


def _usual(shifts: Iterable[int]) -> int:
    """The commonest shift, or none."""
    return max(Counter(shifts).items(), key=lambda item: item[1], default=(0, 0))[0]


def _says(cell: Cell | None, label: Label) -> bool:
    if cell is None or cell.kind is not Kind.TEXT:
        return False
    return cell.value == label.text or label_key(str(cell.value)) == label.key


def _moved(by: int, what: str, where: str, label: str) -> str:
    many = f"{abs(by)} {what}{'s' if abs(by) > 1 else ''} {'inserted' if by > 0 else 'removed'}"
    return f"{many} {where} '{label}'"

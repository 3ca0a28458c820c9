"""A rule's line: what must hold between measures, as one line of plain arithmetic.

A line has names, whole numbers, ``+ - *``, comparisons, ``and``, ``or``, ``not``; nothing else, and no division, so
nothing can go wrong when it is tried. Python's own parser reads it; every node that is not on the list is refused.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from mspof_cli.intervals import Interval


class Verdict(Enum):
    """What a rule says of a return. A rule that could not be tried is never counted as held."""

    HELD = "held"
    BROKEN = "broken"
    NOT_TRIED = "could not be tried"


ARITHMETIC = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}
COMPARISONS = {
    ast.Eq: (operator.eq, "{}"),
    ast.NotEq: (operator.ne, "anything but {}"),
    ast.Lt: (operator.lt, "fewer than {}"),
    ast.LtE: (operator.le, "no more than {}"),
    ast.Gt: (operator.gt, "more than {}"),
    ast.GtE: (operator.ge, "at least {}"),
}


class Difference(NamedTuple):
    """What a line of sums says: ``plus`` added up, less ``minus`` added up, lies in ``within``."""

    plus: tuple[str, ...]
    minus: tuple[str, ...]
    within: Interval


# Characters. Far longer than a rule needs to be, and too short for its parts to be nested too deeply to follow.
LONGEST = 1000


class LineError(ValueError):
    """The text is not a line; the message says which part of it."""


class Line:
    """One line, parsed. ``names`` are the measures, totals and states that it speaks of, in order of appearance."""

    def __init__(self, text: str) -> None:
        """``LineError`` if the text holds anything that a line may not."""
        self.text = text
        if len(text) > LONGEST:
            raise LineError(f"it is longer than {LONGEST} characters")
        try:
            self.tree = ast.parse(text, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise LineError("it is not one line of arithmetic and comparisons") from error
        self.names = tuple(dict.fromkeys(_names(self.tree)))

    def verdict(self, figures: Mapping[str, int | None]) -> Verdict:
        """Held or broken; not tried when any name that the line speaks of has no figure."""
        if any(figures.get(name) is None for name in self.names):
            return Verdict.NOT_TRIED
        return Verdict.HELD if _value(self.tree, figures) else Verdict.BROKEN

    def sides(self, figures: Mapping[str, int | None]) -> dict[str, int]:
        """``left``, ``right`` and ``difference`` of a single comparison whose names all have figures; else empty."""
        if not isinstance(self.tree, ast.Compare) or len(self.tree.ops) > 1:
            return {}
        left, right = _value(self.tree.left, figures), _value(self.tree.comparators[0], figures)
        return {"left": left, "right": right, "difference": abs(left - right)}

    def difference(self) -> Difference | None:
        """The line as one difference, if it is a single comparison of sums other than ``!=``; names can repeat."""
        if not isinstance(self.tree, ast.Compare) or len(self.tree.ops) > 1:
            return None
        left, right, op = _terms(self.tree.left), _terms(self.tree.comparators[0]), self.tree.ops[0]
        if left is None or right is None or isinstance(op, ast.NotEq):
            return None
        more, less = (left, right) if isinstance(op, ast.Gt | ast.GtE) else (right, left)
        least = less.constant - more.constant + isinstance(op, ast.Gt | ast.Lt)
        within = Interval(least, least if isinstance(op, ast.Eq) else None)
        return Difference(more.plus + less.minus, more.minus + less.plus, within)

    def expectation(self) -> str:
        """What a single comparison expects of its left side, such as ``"no more than {right}"``; else empty."""
        if not isinstance(self.tree, ast.Compare) or len(self.tree.ops) > 1:
            return ""
        return COMPARISONS[type(self.tree.ops[0])][1].format("{right}")


def _names(node: ast.expr) -> list[str]:
    """The names below a node, in order; refuses what is not on the list."""
    match node:
        case ast.Name(id=name):
            return [name]
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            return []
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
            return _names(left) + _names(right)
        case ast.Compare(left=left, ops=ops, comparators=rest) if all(type(op) in COMPARISONS for op in ops):
            return _names(left) + [name for part in rest for name in _names(part)]
        case ast.BoolOp(values=values):
            return [name for part in values for name in _names(part)]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _names(operand)
        case _:
            raise LineError(f"'{ast.unparse(node)}' is not allowed in a line")


class _Terms(NamedTuple):
    """A sum taken apart: what is added, what is taken away, and the plain number that is left."""

    plus: tuple[str, ...]
    minus: tuple[str, ...]
    constant: int


def _terms(node: ast.expr) -> _Terms | None:
    """The terms of a sum; None if it is not one."""
    match node:
        case ast.Name(id=name):
            return _Terms((name,), (), 0)
        case ast.Constant(value=int(value)):
            return _Terms((), (), value)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
            one, other = _terms(left), _terms(right)
            if one is None or other is None:
                return None
            if isinstance(op, ast.Sub):
                other = _Terms(other.minus, other.plus, -other.constant)
            return _Terms(one.plus + other.plus, one.minus + other.minus, one.constant + other.constant)
        case _:
            return None


def _value(node: ast.expr, figures: Mapping[str, int | None]) -> int:
    """The value of a node already checked by ``_names``; a comparison is 1 or 0."""
    match node:
        case ast.Name(id=name):
            figure = figures[name]
            assert figure is not None, name
            return figure
        case ast.Constant(value=int(value)):
            return value
        case ast.BinOp(left=left, op=op, right=right):
            result: int = ARITHMETIC[type(op)](_value(left, figures), _value(right, figures))
            return result
        case ast.Compare(left=left, ops=ops, comparators=rest):
            values = [_value(part, figures) for part in (left, *rest)]
            pairs = zip(ops, values, values[1:], strict=False)
            return int(all(COMPARISONS[type(op)][0](first, second) for op, first, second in pairs))
        case ast.BoolOp(op=op, values=parts):
            answers = (bool(_value(part, figures)) for part in parts)
            return int(all(answers) if isinstance(op, ast.And) else any(answers))
        case ast.UnaryOp(operand=operand):
            return int(not _value(operand, figures))
        case _:
            raise AssertionError(ast.dump(node))

"""A rule's line and its words as Excel formulas, so that the form checks itself with the very rules that read it.

Only functions that Excel 2016 and LibreOffice both have. An expression here is a formula without its ``=``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from string import Formatter

from mspof_cli.errors import SchemaError
from mspof_cli.lines import Line

ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
COMPARISONS = {ast.Eq: "=", ast.NotEq: "<>", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}

# Excel's own limit for one piece of text within a formula.
LONGEST_TEXT = 255

# Excel's own limits for a formula: it won't open a file that breaks them.
LONGEST, DEEPEST, MOST_ARGUMENTS = 8192, 64, 255


def formula(expression: str, about: str) -> str:
    """An expression as a formula. ``SchemaError``, which says what it is about, if Excel would refuse it."""
    deepest, most = _nesting(expression)
    for found, limit, what in (
        (len(expression) + 1, LONGEST, "characters"),
        (deepest, DEEPEST, "levels of nesting"),
        (most, MOST_ARGUMENTS, "arguments of one function"),
    ):
        if found > limit:
            problem = (
                f"The form can't check {about}: a formula would have {found:,} {what}, and Excel allows {limit:,}."
            )
            raise SchemaError(problem, "Give the question fewer answers, or make the rule's line shorter.")
    return f"={expression}"


def _nesting(expression: str) -> tuple[int, int]:
    """How deep the parentheses of an expression are nested, and the most arguments between a pair of them."""
    deepest, most, inside = 0, 0, [1]
    for mark in re.findall("[(){},]", re.sub(r'"[^"]*"|\'[^\']*\'', "", expression)):
        if mark in "({":
            inside.append(1)
            deepest = max(deepest, len(inside) - 1)
        elif mark == ",":
            inside[-1] += 1
        else:
            most = max(most, inside.pop())
    return deepest, most


def condition(line: Line, expressions: Mapping[str, str]) -> str:
    """Whether a line holds, as an expression that is TRUE or FALSE; ``expressions`` are what its names stand for.

    ``KeyError`` for a name that is not among them.
    """
    return _truth(line.tree, expressions)


def sides(line: Line, expressions: Mapping[str, str]) -> dict[str, str]:
    """What a rule's words call ``left``, ``right`` and ``difference``, as expressions; see :meth:`Line.sides`."""
    if not isinstance(line.tree, ast.Compare) or len(line.tree.ops) > 1:
        return {}
    left, right = (_number(node, expressions) for node in (line.tree.left, line.tree.comparators[0]))
    return {"left": left, "right": right, "difference": f"ABS({left}-{right})"}


def words(text: str, expressions: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """A rule's words as an expression: ``{name}`` becomes its expression, ``{name.label}`` its label.

    ``KeyError`` for a name that is neither.
    """
    parts: list[str] = []
    for plain, field, _, _ in Formatter().parse(text):
        said = plain
        if field and field.endswith(".label"):
            said += labels[field.removesuffix(".label")]
        parts += quoted(said)
        if field and not field.endswith(".label"):
            parts.append(expressions[field])
    return "&".join(_joined(parts)) or '""'


def _joined(parts: list[str]) -> list[str]:
    """Pieces of text that follow each other as one, as far as Excel allows."""
    joined: list[str] = []
    for part in parts:
        is_text = part.startswith('"') and bool(joined) and joined[-1].startswith('"')
        if is_text and len(joined[-1]) + len(part) - 2 <= LONGEST_TEXT:
            joined[-1] = joined[-1][:-1] + part[1:]
        else:
            joined.append(part)
    return joined


def quoted(text: str) -> list[str]:
    """Text as pieces that a formula can hold; none if there is no text."""
    most = LONGEST_TEXT // 2  # each of its characters may be a quotation mark, which is written twice
    pieces = (text[start : start + most] for start in range(0, len(text), most))
    return ['"' + piece.replace('"', '""') + '"' for piece in pieces]


def text_of(text: str) -> str:
    """Text as one expression."""
    return "&".join(_joined(quoted(text))) or '""'


def any_of(conditions: list[str]) -> str:
    """Whether any of some conditions is TRUE."""
    return f"OR({','.join(conditions)})" if conditions else "FALSE"


def _truth(node: ast.expr, expressions: Mapping[str, str]) -> str:
    """A node as TRUE or FALSE: a number counts as TRUE unless it is 0."""
    match node:
        case ast.Compare(left=left, ops=ops, comparators=rest):
            values = [_number(part, expressions) for part in (left, *rest)]
            pairs = zip(values, ops, values[1:], strict=False)
            tried = [f"{first}{COMPARISONS[type(op)]}{second}" for first, op, second in pairs]
            return f"({tried[0]})" if len(tried) == 1 else f"AND({','.join(tried)})"
        case ast.BoolOp(op=op, values=parts):
            name = "AND" if isinstance(op, ast.And) else "OR"
            return f"{name}({','.join(_truth(part, expressions) for part in parts)})"
        case ast.UnaryOp(operand=operand):
            return f"NOT({_truth(operand, expressions)})"
        case _:
            return f"({_number(node, expressions)}<>0)"


def _number(node: ast.expr, expressions: Mapping[str, str]) -> str:
    """A node as a number: what is TRUE is 1, as in Python; in Excel TRUE is not equal to 1."""
    match node:
        case ast.Name(id=name):
            return expressions[name]
        case ast.Constant(value=value):
            return str(value)
        case ast.BinOp(left=left, op=op, right=right):
            return f"({_number(left, expressions)}{ARITHMETIC[type(op)]}{_number(right, expressions)})"
        case _:
            return f"IF({_truth(node, expressions)},1,0)"

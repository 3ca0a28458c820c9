"""A rule's line: what it accepts, what it says, and that it says what Python says."""

from __future__ import annotations

from types import CodeType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mspof_cli.lines import Line, LineError, Verdict

NAMES = ("a", "b", "c", "d")
FIGURES = st.fixed_dictionaries({name: st.integers(0, 50) for name in NAMES})


def numbers() -> st.SearchStrategy[str]:
    atoms = st.one_of(st.sampled_from(NAMES), st.integers(0, 20).map(str))
    return st.recursive(
        atoms, lambda part: st.tuples(part, st.sampled_from("+-*"), part).map(lambda p: f"({p[0]} {p[1]} {p[2]})")
    )


def comparisons() -> st.SearchStrategy[str]:
    signs = st.sampled_from(("==", "!=", "<", "<=", ">", ">="))
    single = st.tuples(numbers(), signs, numbers()).map(" ".join)
    return st.one_of(single, st.tuples(single, signs, numbers()).map(" ".join))


def truths() -> st.SearchStrategy[str]:
    def grown(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        joined = st.tuples(part, st.sampled_from(("and", "or")), part).map(lambda p: f"({p[0]} {p[1]} {p[2]})")
        return st.one_of(joined, part.map(lambda p: f"(not {p})"))

    return st.recursive(comparisons(), grown, max_leaves=6)


LINES = truths().filter(lambda text: len(text) <= 1000)


@given(LINES, FIGURES)
def test_a_line_says_what_python_says(text: str, figures: dict[str, int]) -> None:
    code: CodeType = compile(text, "line", "eval")
    expected = Verdict.HELD if eval(code, {}, dict(figures)) else Verdict.BROKEN
    assert Line(text).verdict(figures) is expected


@given(LINES, FIGURES, st.data())
def test_a_line_with_any_name_missing_is_not_tried(text: str, figures: dict[str, int], data: st.DataObject) -> None:
    line = Line(text)
    if line.names:
        gone = data.draw(st.sampled_from(line.names))
        assert line.verdict(figures | {gone: None}) is Verdict.NOT_TRIED
        assert line.verdict({name: value for name, value in figures.items() if name != gone}) is Verdict.NOT_TRIED
    assert line.verdict({name: figures[name] for name in line.names}) is not Verdict.NOT_TRIED


@given(LINES)
def test_names_are_those_of_the_line_in_order_each_once(text: str) -> None:
    first = {name: text.index(name) for name in NAMES if name in text.replace("and", "&").replace("not", "!")}
    words = "".join(letter if letter.isalnum() else " " for letter in text).split()
    assert Line(text).names == tuple(dict.fromkeys(word for word in words if word in NAMES))
    assert set(Line(text).names) == set(first)


@given(numbers(), st.sampled_from(("==", "!=", "<", "<=", ">", ">=")), numbers(), FIGURES)
def test_the_sides_of_a_comparison(left: str, sign: str, right: str, figures: dict[str, int]) -> None:
    values = [eval(side, {}, dict(figures)) for side in (left, right)]
    assert Line(f"{left} {sign} {right}").sides(figures) == {
        "left": values[0],
        "right": values[1],
        "difference": abs(values[0] - values[1]),
    }


@pytest.mark.parametrize(
    ("text", "expectation"),
    [
        ("a == b", "{right}"),
        ("a != b", "anything but {right}"),
        ("a < b", "fewer than {right}"),
        ("a <= b", "no more than {right}"),
        ("a > b", "more than {right}"),
        ("a >= b", "at least {right}"),
        ("a < b < c", ""),
        ("a < b or b < c", ""),
        ("not a", ""),
        ("a", ""),
    ],
)
def test_what_a_comparison_expects(text: str, expectation: str) -> None:
    line = Line(text)
    assert line.expectation() == expectation
    assert bool(line.sides(dict.fromkeys(NAMES, 1))) == bool(expectation)


def test_truths_count_as_1_and_0() -> None:
    """As in Excel, where the same line checks the form: not as in Python, where ``2 or 3`` is 2."""
    assert Line("(a or b) == 1").verdict({"a": 2, "b": 3}) is Verdict.HELD
    assert Line("(a > 1) + (b > 1) == 2").verdict({"a": 2, "b": 3}) is Verdict.HELD


NOT_ONE_LINE = "it is not one line of arithmetic and comparisons"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a / b == 1", "'a / b' is not allowed in a line"),
        ("a // b == 1", "'a // b' is not allowed in a line"),
        ("a % 2 == 0", "'a % 2' is not allowed in a line"),
        ("a ** b > 1", "'a ** b' is not allowed in a line"),
        ("a << 99 > 1", "'a << 99' is not allowed in a line"),
        ("a > -1", "'-1' is not allowed in a line"),
        ("a > 0.5", "'0.5' is not allowed in a line"),
        ("a == True", "'True' is not allowed in a line"),
        ("a == 'x'", "''x'' is not allowed in a line"),
        ("a in b", "'a in b' is not allowed in a line"),
        ("a is b", "'a is b' is not allowed in a line"),
        ("sum(a, b) == 1", "'sum(a, b)' is not allowed in a line"),
        ("__import__('os').remove('x')", "'__import__('os').remove('x')' is not allowed in a line"),
        ("a.b == 1", "'a.b' is not allowed in a line"),
        ("a[0] == 1", "'a[0]' is not allowed in a line"),
        ("(a := 1) == 1", "'(a := 1)' is not allowed in a line"),
        ("a if b else c", "'a if b else c' is not allowed in a line"),
        ("[a for a in b]", "'[a for a in b]' is not allowed in a line"),
        ("lambda: a", "'lambda: a' is not allowed in a line"),
        ("a, b", "'(a, b)' is not allowed in a line"),
        ("", NOT_ONE_LINE),
        ("a = b", NOT_ONE_LINE),
        ("a <=", NOT_ONE_LINE),
        ("a =< b", NOT_ONE_LINE),
        ("a\nb", NOT_ONE_LINE),
        ("a \0", NOT_ONE_LINE),
        ("import os", NOT_ONE_LINE),
        ("(" * 500 + "a" + ")" * 499, NOT_ONE_LINE),
        ("a" + " + a" * 300, "it is longer than 1000 characters"),
        ("not " * 5000 + "a", "it is longer than 1000 characters"),
    ],
)
def test_what_is_not_a_line_is_refused(text: str, problem: str) -> None:
    with pytest.raises(LineError) as caught:
        Line(text)
    assert str(caught.value) == problem


def test_the_deepest_line_that_is_accepted_can_be_tried() -> None:
    assert Line("a" + "+a" * 499).verdict({"a": 1}) is Verdict.HELD
    assert Line("not " * 249 + "a").verdict({"a": 1}) is Verdict.BROKEN

"""What a cell holds, and how dates, addresses and text are read."""

from __future__ import annotations

import datetime
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mspof_cli.cells import Cell, Entry, Kind, Place, column_letters, date_of, described, row_and_column, shown, tidy
from mspof_cli.layout import label_key

DAY = datetime.date(2019, 1, 15)


@given(st.integers(1, 10_000_000), st.integers(1, 1_000_000))
def test_an_address_reads_back(row: int, column: int) -> None:
    assert row_and_column(Place("Any", row, column).ref) == (row, column)


def test_the_last_column_of_excel() -> None:
    assert [column_letters(n) for n in (1, 26, 27, 702, 703, 16_384)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


@pytest.mark.parametrize("text", ["", "C", "8", "c8", "C 8", "C8 ", "$C$8", "C8:D9", "Ç8", "C٣", "C-8", "C8.0", "8C"])
def test_what_is_not_an_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(text) + "$"):
        row_and_column(text)


@given(st.text())
def test_tidying_twice_is_tidying_once(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert tidy(text) == tidy(text).strip()
    assert label_key(f"  {text}\n") == label_key(text)


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("  Not   recorded ", "Not recorded"),
        ("Not\u00a0recorded", "Not recorded"),
        ("Not\nrecorded", "Not recorded"),
        ("Not re\u00adcorded", "Not recorded"),
        ("\u202aNot recorded\u202c", "Not recorded"),
        ("Not recorded\u200e\ufeff", "Not recorded"),
        ("Ｎｏｔ recorded", "Not recorded"),
        ("Cafe\u0301", "Café"),
        ("e\u200b\u0301", "é"),
        ("\u2003\t", ""),
    ],
)
def test_text_as_a_person_sees_it(typed: str, seen: str) -> None:
    assert tidy(typed) == seen


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (None, "blank"),
        (Cell(Kind.NUMBER, 12), "12"),
        (Cell(Kind.NUMBER, 12.5), "12.5"),
        (Cell(Kind.NUMBER, 1_234_567), "1234567"),
        (Cell(Kind.NUMBER, 12_345_678), "a number of 8 digits"),
        (Cell(Kind.NUMBER, -12_345_678), "a number of 8 digits"),
        (Cell(Kind.NUMBER, 7_700_900_123), "a number of 10 digits"),
        (Cell(Kind.NUMBER, 1e19), "1e+19"),
        (Cell(Kind.TEXT, " n/a "), "'n/a'"),
        (Cell(Kind.TEXT, "12¹"), "'12¹'"),
        (Cell(Kind.TEXT, " \u200b"), "spaces only"),
        (Cell(Kind.TEXT, "a\x1b[31mb"), "'a [31mb'"),
        (Cell(Kind.TEXT, "x" * 60), "'" + "x" * 60 + "'"),
        (Cell(Kind.TEXT, "x" * 61), "text of 61 characters"),
        (Cell(Kind.TEXT, "jo@a.uk"), "text of 7 characters"),
        (Cell(Kind.TEXT, "jo＠a.uk"), "text of 7 characters"),
        (Cell(Kind.BOOLEAN, value=True), "a true or false"),
        (Cell(Kind.DATE, 43_480), "a date"),
        (Cell(Kind.ERROR, "#REF!"), "#REF!"),
        (Cell(Kind.UNCALCULATED, "", formula=True), "a formula that was never calculated"),
    ],
)
def test_what_a_finding_shows_of_a_cell(cell: Cell | None, words: str) -> None:
    assert shown(cell) == words


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (None, "blank"),
        (Cell(Kind.NUMBER, 12), "12"),
        (Cell(Kind.NUMBER, 12_345_678), "a number of 8 digits"),
        (Cell(Kind.TEXT, "Jo"), "text of 2 characters"),
        (Cell(Kind.TEXT, "  Jo   Bloggs "), "text of 9 characters"),
        (Cell(Kind.TEXT, " \u200b"), "spaces only"),
        (Cell(Kind.BOOLEAN, value=True), "a true or false"),
        (Cell(Kind.DATE, 43_480), "a date"),
        (Cell(Kind.ERROR, "#REF!"), "#REF!"),
        (Cell(Kind.ERROR, "Jo Bloggs"), "an error value"),
        (Cell(Kind.UNCALCULATED, "", formula=True), "a formula that was never calculated"),
    ],
)
def test_what_a_cell_holds_is_described_without_its_words(cell: Cell | None, words: str) -> None:
    assert described(cell) == words


@given(st.dates(datetime.date(1900, 3, 1), datetime.date(2200, 12, 31)))
def test_dates_read_back(day: datetime.date) -> None:
    serial = (day - datetime.date(1899, 12, 30)).days
    assert date_of(Cell(Kind.DATE, serial), date_1904=False) == day
    assert date_of(Cell(Kind.NUMBER, serial + 0.75), date_1904=False) == day
    for pattern in ("%d/%m/%Y", "%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%d-%m-%Y", "%d.%m.%Y"):
        assert date_of(Cell(Kind.TEXT, f" {day:{pattern}} "), date_1904=False) == day


@given(st.dates(datetime.date(1904, 1, 2), datetime.date(2200, 12, 31)))
def test_dates_of_1904_read_back(day: datetime.date) -> None:
    assert date_of(Cell(Kind.DATE, (day - datetime.date(1904, 1, 1)).days), date_1904=True) == day


@pytest.mark.parametrize(
    "cell",
    [
        None,
        Cell(Kind.BOOLEAN, value=True),
        Cell(Kind.ERROR, "#N/A"),
        Cell(Kind.UNCALCULATED, "", formula=True),
        Cell(Kind.NUMBER, 0),
        Cell(Kind.NUMBER, -3),
        Cell(Kind.NUMBER, 1e300),
        Cell(Kind.NUMBER, float("inf")),
        Cell(Kind.NUMBER, float("nan")),
        Cell(Kind.DATE, 110_000),
        Cell(Kind.TEXT, "yesterday"),
        Cell(Kind.TEXT, "01/15/2019"),
        Cell(Kind.TEXT, "31/02/2019"),
        Cell(Kind.TEXT, ""),
    ],
)
def test_what_is_not_a_date_gives_none(cell: Cell | None) -> None:
    assert date_of(cell, date_1904=False) is None


@given(st.one_of(st.integers(), st.floats(allow_nan=True)), st.booleans())
def test_no_number_is_too_odd_to_be_asked_for_a_date(number: float, date_1904: bool) -> None:
    day = date_of(Cell(Kind.NUMBER, number), date_1904)
    assert day is None or datetime.date(1899, 12, 31) <= day <= datetime.date(2206, 1, 1)


def test_entries() -> None:
    place = Place("Cover", 8, 3)
    given = [
        Entry("Council", place, None),
        Entry("Council", place, Cell(Kind.TEXT, " \u00a0")),
        Entry("Council", place, Cell(Kind.TEXT, " Leeds ")),
        Entry("Council", place, Cell(Kind.NUMBER, 3)),
        Entry("Council", None, Cell(Kind.ERROR, "#N/A")),
    ]
    assert [(entry.is_blank, entry.text, entry.places) for entry in given] == [
        (True, "", (place,)),
        (True, "", (place,)),
        (False, "Leeds", (place,)),
        (False, "3", (place,)),
        (False, "", ()),
    ]

"""Findings for people: plain text, and the same on a terminal."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from batch import RULES, batch, of, partial
from build import COLLECTION, QUARTER, SCHEMAS
from hypothesis import given, settings
from hypothesis import strategies as st

from mspof_cli.cells import column_letters, row_and_column
from mspof_cli.collation import collate
from mspof_cli.findings import Finding, Severity, Trouble
from mspof_cli.outputs.terminal import show
from mspof_cli.outputs.text import CUT, LONGEST_NAME, Line, Report, compose, compose_collation, plain, ranges
from mspof_cli.pipeline import Batch
from mspof_cli.published import published
from mspof_cli.returns import Return
from mspof_cli.rules import check
from mspof_cli.select import chosen

TABLE = """\
Council                      Period      Status                 Errors  Queries  Returned  File    Why
---------------------------  ----------  ---------------------  ------  -------  --------  ------  -------------------------------------
Caldersby (demonstration)    -           needs correcting       3       0        1 of 8    d.xlsx  COVER201, FIG103, FIG201
Council not known            -           not readable           1       0        -         e.xlsx  FILE101: The file has nothing in it.
Ambermere (demonstration)    2018-19-Q3  accepted               0       0        3 of 8    a.xlsx
Ambermere (demonstration)    2018-19-Q3  set aside              0       0        3 of 8    b.xlsx  replaced by submission 2, in 'a.xlsx'
Brackenholt (demonstration)  2018-19-Q3  accepted with queries  0       1        3 of 8    c.xlsx  MSP202

"""  # noqa: E501

FINDINGS = """\
Council not known - not readable
  in/e.xlsx
  error  FILE101
    The file has nothing in it.
    Found: an empty file. Expected: a workbook.
    Save the form again, check that the copy opens, and send that file.

Caldersby (demonstration) - needs correcting
  in/d.xlsx
  error  COVER201  Cover C10
    'Financial year' does not say which period this is: '2018'.
    Expected: two years that follow each other, such as 2018-19.
    Choose it from the list on the cover.
  error  FIG103  Questions C13 (Q1)
    'No' could mean none, or not known: 'n/a'.
    Expected: a whole number, 0 or more.
    Enter a whole number: 0 if there were none. If the figure is not known, leave the whole question blank.
  error  FIG201  Questions C20 (Q2)
    Q2 is half filled in: 'Partially achieved' blank.
    Found: 1 of 3 answers blank: 'Partially achieved'. Expected: a number in each, or all of them blank.
    Enter a number in each blank cell: 0 if there were none. If it is not known, leave the whole question blank.
  20 rules could not be tried, because an answer that they need was not returned or not readable: MSP101, MSP102, \
MSP103, MSP201, MSP202, MSP301, MSP302, MSP303, MSP401, MSP402, MSP403, MSP501, MSP502, MSP503, MSP601, MSP602, \
MSP603, MSP701, MSP702, MSP703.

Brackenholt (demonstration) - 2018-19-Q3 - accepted with queries
  in/c.xlsx
  query  MSP202  Questions C19:C21, C11 (Q2)
    25 people expressed outcomes in Q1, but Q2 covers only 24 of them.
    Expected: at least 25.
    Add the 1 missing to Q2, or explain why it is not known whether their outcomes were achieved.
  15 rules could not be tried, because an answer that they need was not returned or not readable: MSP301, MSP302, \
MSP303, MSP401, MSP402, MSP403, MSP501, MSP502, MSP503, MSP601, MSP602, MSP603, MSP701, MSP702, MSP703.
"""

ACCEPTED = """
Ambermere (demonstration) - 2018-19-Q3 - accepted
  a.xlsx
  15 rules could not be tried, because an answer that they need was not returned or not readable: MSP301, MSP302, \
MSP303, MSP401, MSP402, MSP403, MSP501, MSP502, MSP503, MSP601, MSP602, MSP603, MSP701, MSP702, MSP703.
"""

ASIDE = """
Ambermere (demonstration) - 2018-19-Q3 - set aside
  b.xlsx
  note  SET102  Cover C13
    This is submission 1. Submission 2, in 'a.xlsx', replaced it, so this file was not checked further.
    Expected: submission 2, in 'a.xlsx'.
    You do not need to do anything.
"""

SUMMARY = """
5 returns: 1 accepted, 1 accepted with queries, 1 needs correcting, 1 not readable, 1 set aside.
Passed over: 'notes.docx': not a workbook.
"""


def test_the_whole_text() -> None:
    assert plain(compose(batch(), quiet=False)) == TABLE + FINDINGS + ACCEPTED + ASIDE + SUMMARY


def test_quiet_leaves_the_findings_only() -> None:
    assert plain(compose(batch(), quiet=True)) == FINDINGS + ASIDE


def test_nothing_to_check() -> None:
    assert plain(compose(Batch((), ()), quiet=False)) == "0 returns: nothing to check.\n"
    assert plain(compose(Batch((), ()), quiet=True)) == ""


def test_each_file_that_was_passed_over_is_named_with_the_reason() -> None:
    names = ("RE return.EML", "~$a.xlsx", "forms.zip", "return", ".return.xlsx", "letter.docx")
    passed_over = Batch((), tuple(Path("deep", name) for name in names))
    assert plain(compose(passed_over, quiet=False)).splitlines() == [
        "0 returns: nothing to check.",
        "Passed over: 'RE return.EML': an e-mail. If a form is attached to it, save the form itself here.",
        "Passed over: '~$a.xlsx': left by Excel while a workbook is open.",
        "Passed over: 'forms.zip': a packed folder. If forms are in it, unpack it here.",
        "Passed over: 'return': its name does not end as a workbook's does. If it is one, name the file itself.",
        "Passed over: '.return.xlsx': a hidden file. If it is a return, name the file itself.",
        "Passed over: 'letter.docx': not a workbook.",
    ]


def test_a_file_that_was_passed_over_is_harmless() -> None:
    lines = plain(compose(Batch((), (Path("\x1b[31m.txt"),)), quiet=False)).splitlines()
    assert lines[1] == "Passed over: '\N{REPLACEMENT CHARACTER}[31m.txt': not a workbook."


def test_the_table_is_in_order_of_period_and_council() -> None:
    returns = [
        partial("1.xlsx", **of("Caldersby", 3)),
        partial("2.xlsx", **of("Brackenholt", 2)),
        partial("in/3.xlsx", submission=2),
        partial("in/4.xlsx", quarter="Q4 January to March", completed="15/04/2019", **of("Brackenholt", 2)),
        Return("5.xlsx", "", troubles=(Trouble("FILE101", facts={"found": "an empty file"}),)),
        partial("6.xlsx"),
    ]
    rows = compose(Batch(check(returns), ()), quiet=False).rows
    assert [(row[0].partition(" (")[0], row[1], row[6]) for row in rows] == [
        ("Council not known", "-", "5.xlsx"),
        ("Ambermere", "2018-19-Q3", "6.xlsx"),
        ("Ambermere", "2018-19-Q3", "3.xlsx"),
        ("Brackenholt", "2018-19-Q3", "2.xlsx"),
        ("Caldersby", "2018-19-Q3", "1.xlsx"),
        ("Brackenholt", "2018-19-Q4", "4.xlsx"),
    ]


def test_files_of_one_name_are_told_apart_in_the_table() -> None:
    returns = [
        partial("Jo's/a.xlsx"),
        partial("Jo's new, last/a.xlsx", submission=2),
        partial("Jo's new, last/b.xlsx", submission=2),
    ]
    rows = compose(Batch(check(returns), ()), quiet=False).rows
    assert [row[6:] for row in rows] == [
        ("Jo's new, last/a.xlsx", ""),
        ("b.xlsx", "the same answers as 'Jo's new, last/a.xlsx'"),
        ("Jo's/a.xlsx", "replaced by submission 2, in 'Jo's new, last/a.xlsx'"),
    ]


def test_what_findings_left_out_does_to_a_status_is_said() -> None:
    left_out = plain(compose(chosen(batch(), [], ["FIG"], RULES), quiet=False)).splitlines()
    row = "Caldersby (demonstration)    -           needs correcting       1       0        1 of 8    d.xlsx"
    assert any(line.split("  COVER201")[0] == row for line in left_out)
    assert left_out[-3:] == [
        "5 returns: 1 accepted, 1 accepted with queries, 1 needs correcting, 1 not readable, 1 set aside.",
        "Some findings were left out, as you chose. What became of each return is by all of them.",
        "Passed over: 'notes.docx': not a workbook.",
    ]
    assert (
        plain(compose(chosen(batch(), [], ["FORM"], RULES), quiet=False))
        == TABLE + FINDINGS + ACCEPTED + ASIDE + SUMMARY
    )


def entry(found: str, expected: str, message: str, fix: str) -> list[str]:
    """The lines of a finding with these words, below the first."""
    (checked,) = check([partial("a.xlsx")])
    finding = Finding("MSP202", Severity.QUERY, "Q2", None, "Questions", ("C19",), found, expected, message, fix)
    told = checked._replace(findings=(finding,), not_tried=())
    return plain(compose(Batch((told,), ()), quiet=True)).splitlines()[3:]


@pytest.mark.parametrize(
    ("found", "expected", "line"),
    [
        ("24", "25", None),
        ("24", "at least 25", "Expected: at least 25."),
        ("25", "Q1", None),
        ("2", "25", "Found: 2."),
        ("4", "5", "Found: 4. Expected: 5."),
        ("'n/a'", "one", "Found: 'n/a'."),
        ("Q2 covers", "Look", None),
        ("them", "them.Add", "Expected: them.Add."),
    ],
)
def test_what_a_message_says_is_not_said_again(found: str, expected: str, line: str | None) -> None:
    message, fix = "25 expressed outcomes in Q1, but Q2 covers 24 of them.", "Add one. Look again."
    assert entry(found, expected, message, fix) == [f"    {words}" for words in (message, line, fix) if words]


def test_one_rule_or_several_that_could_not_be_tried() -> None:
    (checked,) = check([partial("a.xlsx", {"not_achieved": 1})])
    told = [
        plain(compose(Batch((checked._replace(not_tried=codes),), ()), quiet=True)).splitlines()[-1]
        for codes in (("MSP301",), ("MSP301", "MSP302"))
    ]
    unknown = "was not returned or not readable"
    assert told == [
        f"  1 rule could not be tried, because an answer that it needs {unknown}: MSP301.",
        f"  2 rules could not be tried, because an answer that they need {unknown}: MSP301, MSP302.",
    ]


def test_findings_with_one_cause_are_together() -> None:
    blanks = {"asked_dont_know": "n/a", "asked_not_recorded": "n/a"}
    text = plain(compose(Batch(check([partial("a.xlsx", dict(blanks))]), ()), quiet=True))
    expected = "    Expected: a whole number, 0 or more."
    assert text.splitlines()[2:8] == [
        "  error  FIG103",
        "    Questions C14 (Q1): 'Don't know' could mean none, or not known: 'n/a'.",
        expected,
        "    Questions C15 (Q1): 'Not recorded' could mean none, or not known: 'n/a'.",
        expected,
        "    Enter a whole number: 0 if there were none. If the figure is not known, leave the whole question blank.",
    ]
    assert text.count("FIG103") == 1


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([], []),
        (["C8"], ["C8"]),
        (["C8", "C9", "C10"], ["C8:C10"]),
        (["C8", "C10"], ["C8", "C10"]),
        (["C8", "D9"], ["C8", "D9"]),
        (["C9", "C8"], ["C9", "C8"]),
        (["C19", "C20", "C21", "C11"], ["C19:C21", "C11"]),
        (["AZ9", "AZ10", "BA11"], ["AZ9:AZ10", "BA11"]),
        (["C8", "Experience!C9", "Experience!C10"], ["C8", "Experience!C9:C10"]),
        (["'Q1! it''s'!C9", "'Q1! it''s'!C10", "C11"], ["'Q1! it''s'!C9:C10", "C11"]),
    ],
)
def test_ranges(cells: list[str], expected: list[str]) -> None:
    assert ranges(cells) == expected


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 20)), max_size=12))
def test_ranges_name_every_cell_once_and_in_order(places: list[tuple[int, int]]) -> None:
    cells = [f"{column_letters(column)}{row}" for column, row in places]
    named = []
    for run in ranges(cells):
        first, _, last = run.partition(":")
        (top, column), (bottom, _) = row_and_column(first), row_and_column(last or first)
        named += [f"{column_letters(column)}{row}" for row in range(top, bottom + 1)]
    assert named == cells


def test_the_table_is_as_wide_as_its_widest() -> None:
    report = Report(("a", "bb"), (("long one", ""), ("x", "y")), (Line("after", 2),))
    assert plain(report) == "a         bb\n--------  --\nlong one\nx         y\n  after\n"


ESCAPES = re.compile("\x1b\\[[0-9;]*m")


class Screen(io.StringIO):
    """A terminal that records what is written to it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """A terminal with colours, wide enough for every line."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "300")
    return Screen()


def shown(report: Report, screen: Screen) -> str:
    show(report, screen)
    return screen.getvalue()


def test_a_terminal_shows_the_same_in_colour(screen: Screen) -> None:
    text = shown(compose(batch(), quiet=False), screen)
    assert "\x1b[1;31m" in text
    assert "\x1b[1;33m" in text
    words = [" ".join(line.split()) for line in ESCAPES.sub("", text).splitlines()]
    expected = [" ".join(line.split()) for line in plain(compose(batch(), quiet=False)).splitlines()]
    assert list(filter(None, words)) == [line for line in expected if line and not line.startswith("--")]


def test_no_color_is_honoured(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = shown(compose(batch(), quiet=False), screen)
    assert not re.search("\x1b\\[[0-9;]*3[0-9]", text), "a colour"
    assert "error  FIG103" in ESCAPES.sub("", text)


@pytest.mark.parametrize(
    "name", ["[/red]x.xlsx", "[red]x.xlsx", "[link=file:///]x.xlsx", ":warning:.xlsx", "\\[x].xlsx"]
)
def test_markup_in_a_name_is_only_a_name(name: str, screen: Screen) -> None:
    named = Batch(check([partial(name, {"not_achieved": 1})]), ())
    assert name in shown(compose(named, quiet=False), screen)


@settings(max_examples=30)
@given(st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=20))
def test_escape_sequences_in_a_name_are_harmless(name: str) -> None:
    several = [
        partial(f"{name}.xlsx"),
        partial(f"{name}2.xlsx"),
        partial(f"{name}3", **of("Brackenholt", 2), year=name),
    ]
    for quiet in (False, True):
        report = compose(Batch(check(several), ()), quiet)
        control = [letter for letter in plain(report) if not letter.isprintable() and letter != "\n"]
        assert not control
        screen = Screen()
        show(report, screen)
        assert all(letter.isprintable() or letter == "\n" for letter in ESCAPES.sub("", screen.getvalue()))


def test_collation_in_words() -> None:
    returns = [
        partial("a.xlsx", submission=2),
        partial("b.xlsx"),
        partial("\x1b[31mc.xlsx", {"not_asked": "n/a"}, **of("Brackenholt", 2)),
        partial("d.xlsx", **of("Caldersby", 3), quarter="Q2 July to September"),
    ]
    collated = collate(check(returns), QUARTER, SCHEMAS.register)
    on_register = sum(council.register_name == "demonstration_councils" and council.existed_in(QUARTER)
                      for council in SCHEMAS.register(COLLECTION).councils)  # fmt: skip
    who, policy = SCHEMAS.audiences["public"]
    seen = published(collated, (), who, policy)
    files = [Path("out/measures.csv"), Path("out/\x1b.xlsx")]
    assert plain(compose_collation(collated, seen, files)) == (
        f"MSPOF 2018-19-Q3: 1 of {on_register} councils on the register.\n"
        "Left out: 'b.xlsx': This is submission 1. Submission 2, in 'a.xlsx', replaced it, so this file was not "
        "checked further.\n"
        "Left out: '\N{REPLACEMENT CHARACTER}[31mc.xlsx': needs correcting: FIG103\n"
        "1 return for other periods.\n"
        "Wrote out/measures.csv\n"
        "Wrote out/\N{REPLACEMENT CHARACTER}.xlsx\n"
        "76 numbers hidden, 0 of them only so that others can't be worked out.\n"
        "For publication: small numbers are hidden, the rest rounded.\n"
    )


WHY_ASIDE = "replaced by submission 2, in 'a.xlsx'"
WHY_UNREADABLE = "FILE101: The file has nothing in it."


@pytest.mark.parametrize(
    ("width", "headings", "said"),
    [
        (160, ["Returned", "File", "Why"], []),
        (
            110,
            ["Returned", "File"],
            [
                "d.xlsx: needs correcting, COVER201, FIG103, FIG201",
                f"e.xlsx: not readable, {WHY_UNREADABLE}",
                f"b.xlsx: set aside, {WHY_ASIDE}",
                "c.xlsx: accepted with queries, MSP202",
            ],
        ),
        (
            80,
            ["Returned"],
            [
                "d.xlsx: needs correcting, COVER201, FIG103, FIG201",
                f"e.xlsx: not readable, {WHY_UNREADABLE}",
                "a.xlsx: accepted",
                f"b.xlsx: set aside, {WHY_ASIDE}",
                "c.xlsx: accepted with queries, MSP202",
            ],
        ),
        (
            60,
            ["Queries"],
            [
                "d.xlsx: needs correcting, returned 1 of 8, COVER201, FIG103, FIG201",
                f"e.xlsx: not readable, returned -, {WHY_UNREADABLE}",
                "a.xlsx: accepted, returned 3 of 8",
                f"b.xlsx: set aside, returned 3 of 8, {WHY_ASIDE}",
                "c.xlsx: accepted with queries, returned 3 of 8, MSP202",
            ],
        ),
    ],
)
def test_each_file_is_in_a_line_of_its_own_where_the_table_has_no_room(
    width: int, headings: list[str], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    file = io.StringIO()
    show(compose(batch(), quiet=False), file)
    lines = [line.rstrip() for line in file.getvalue().splitlines()]
    assert max(map(len, lines)) <= width
    assert [name for name in ("Queries", "Returned", "File", "Why") if name in lines[0].split()][
        -len(headings) :
    ] == headings
    assert "(demonstration)" in " ".join(lines[:4]), "a name in one piece"
    below = "\n".join(lines).split("\n\n")[1]
    assert " ".join(below.split()) == " ".join(said) if said else below.startswith("Council not known - not readable")


def test_a_long_name_is_shortened_in_the_table_and_said_in_full_below_it(monkeypatch: pytest.MonkeyPatch) -> None:
    long = f"{'safeguarding ' * 18}Ambermere.xlsx"
    report = compose(Batch(check([partial(long, submission=2), partial("b.xlsx")]), ()), quiet=False)
    table, below = plain(report).split("\n\n")[:2]
    short = f"safeguarding safegua{CUT}ding Ambermere.xlsx"
    assert len(short) == LONGEST_NAME
    assert max(map(len, table.splitlines())) <= 190
    assert [row[6:] for row in report.rows] == [("b.xlsx", f"replaced by submission 2, in '{short}'"), (short, "")]
    assert below.splitlines() == [
        f"b.xlsx: set aside, replaced by submission 2, in '{long}'",
        f"{long}: accepted",
    ]

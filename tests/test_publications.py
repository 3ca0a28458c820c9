"""Published files as the publisher has them: three layouts, headings wherever they stand, and what is refused."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from build import COLLECTION, REGISTER, SCHEMAS
from oracle import zipped
from publisher import ACHIEVED, ASKED, long, tables
from shell import ROOT, mspof

from mspof_cli.errors import MspofError, UsageError
from mspof_cli.intervals import Interval
from mspof_cli.publications import read_sac
from mspof_cli.sac import Publication

SAMPLES = ROOT / "sample_proformas" / "sac"
NEW, OLD = SCHEMAS.policies["nhs-sac"], SCHEMAS.policies["nhs-sac-asterisk"]
MEASURES = ("asked_expressed", "asked_not_expressed", "not_asked", "asked_dont_know", "asked_not_recorded",
            "fully_achieved", "partially_achieved", "not_achieved", "enquiries_completed")  # fmt: skip
KENT, LONDON, SCILLY = "E10000016", "E09000001", "E06000053"
COUNTS = {
    KENT: dict(zip(MEASURES, (1201, 300, 210, 43, 12, 800, 300, 101, 1766), strict=True)),
    LONDON: dict(zip(MEASURES, (3, 1, 0, 2, 0, 2, 1, 0, 6), strict=True)),
    SCILLY: dict.fromkeys(MEASURES, 0),
    "E06000001": {"enquiries_completed": 90},  # Hartlepool here did not supply SG4
}
COUNCILS = [council for council in REGISTER.councils if council.ons_code in COUNTS]

Book = Any


def read(path: Path, year: str = "") -> Publication:
    (publication,) = read_sac([f"{year}={path}" if year else str(path)], SCHEMAS).publications
    return publication


def intervals(publication: Publication) -> dict[tuple[str, str], Interval]:
    return {(code, name): each.interval for code, row in publication.figures.items() for name, each in row.items()}


@pytest.fixture
def book() -> Book:
    return openpyxl.load_workbook(io.BytesIO(tables("2018-19", COUNCILS, COUNTS, NEW)))


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[Book], Path]:
    def save(book: Book) -> Path:
        path = tmp_path / "tables.xlsx"
        book.save(path)
        return path

    return save


def test_the_workbook_as_it_is(book: Book, saved: Callable[[Book], Path]) -> None:
    publication = read(saved(book))
    assert (publication.year, publication.layout, publication.remarks) == ("2018-19", "data tables (.xlsx)", ())
    kent = {name: (each.shown, each.source, each.interval) for name, each in publication.figures[KENT].items()}
    row = next(row for row in range(1, 30) if book["Table 8"].cell(row, 1).value == KENT)
    assert kent == {
        "asked_expressed": ("1,200", f"Table 8 E{row}", Interval(1198, 1202)),
        "asked_not_expressed": ("300", f"Table 8 F{row}", Interval(298, 302)),
        "not_asked": ("210", f"Table 8 G{row}", Interval(208, 212)),
        "asked_dont_know": ("45", f"Table 8 H{row}", Interval(43, 47)),
        "asked_not_recorded": ("10", f"Table 8 I{row}", Interval(8, 12)),
        "fully_achieved": ("800", f"Table 8 K{row}", Interval(798, 802)),
        "partially_achieved": ("300", f"Table 8 L{row}", Interval(298, 302)),
        "not_achieved": ("100", f"Table 8 M{row}", Interval(98, 102)),
        "enquiries_completed": ("1,765", f"Table 2 E{row}", Interval(1763, 1767)),
    }
    assert publication.figures[LONDON]["asked_expressed"].interval == Interval(0, 4)
    # True zeros and what was not supplied look alike in table 8: nothing is known of either.
    assert publication.figures[SCILLY]["asked_expressed"].interval == Interval(0)
    assert publication.figures["E06000001"]["not_achieved"].interval == Interval(0)
    assert publication.figures["E06000001"]["enquiries_completed"].interval == Interval(88, 92)


def recased(book: Book) -> None:
    for cell in book["Table 8"][4]:
        cell.value = str(cell.value or "").upper().replace(" THEY ", "\nthey ") + " [Note 12]" if cell.value else None


def further_right(book: Book) -> None:
    book["Table 8"].insert_cols(1)


def further_down(book: Book) -> None:
    book["Table 8"].insert_rows(3, 2)


def extra_column(book: Book) -> None:
    book["Table 8"].insert_cols(7)
    book["Table 8"]["G4"] = "Total asked"
    book["Table 8"]["G6"] = 1500


def percentages(book: Book) -> None:
    page = book["Table 8"]
    for row in range(4, page.max_row + 1):
        page.cell(row, 15).value = page.cell(4, 11).value if row == 4 else 0.45
        page.cell(row, 15).number_format = "0%" if row > 4 else "General"


def notes_below(book: Book) -> None:
    book["Table 8"].cell(40, 1).value = "Source: SAC, 2018-19. Figures for 2017-18 are in last year's tables."
    book["Table 8"].cell(41, 1).value = "E10000099"


def sheets_named_otherwise(book: Book) -> None:
    book["Table 8"].title = "Table_8 MSP"
    book.create_sheet("Table 80")


def codes_as_padded_text(book: Book) -> None:
    page = book["Table 8"]
    for row in range(5, page.max_row + 1):
        page.cell(row, 1).value = f" {page.cell(row, 1).value} " if page.cell(row, 1).value else None
        page.cell(row, 2).value = f"0{page.cell(row, 2).value}"


def no_ons_codes(book: Book) -> None:
    book["Table 8"].delete_cols(1)


@pytest.mark.parametrize(
    "change",
    [recased, further_right, further_down, extra_column, percentages, notes_below, sheets_named_otherwise,
     codes_as_padded_text, no_ons_codes],
)  # fmt: skip
def test_the_same_figures_wherever_they_stand(
    book: Book, saved: Callable[[Book], Path], change: Callable[[Book], None]
) -> None:
    wanted = intervals(read(saved(book)))
    change(book)
    assert intervals(read(saved(book))) == wanted


def test_codes_that_are_not_known_are_remarked_on(book: Book, saved: Callable[[Book], Path]) -> None:
    notes_below(book)
    book["Table 8"].cell(30, 1).value = "E06000059"  # Dorset Council, which began in 2019
    assert read(saved(book)).remarks == (
        "Table 8 row 30: E06000059 is Dorset Council, which did not exist in all of that year.",
        "Table 8 row 41: E10000099 is not in the register of councils.",
    )


def test_without_table_2_the_four_answers_on_capacity_are_added(book: Book, saved: Callable[[Book], Path]) -> None:
    del book["Table 2"]
    publication = read(saved(book))
    figure = publication.figures[KENT]["enquiries_completed"]
    assert figure.shown.count(" + ") == 3
    assert COUNTS[KENT]["enquiries_completed"] in figure.interval
    assert publication.remarks == ("Table 2 was not used: there is no sheet 'Table 2'.",)


def drop(name: str) -> Callable[[Book], None]:
    return lambda book: book.remove(book[name])


def put(ref: str, value: object) -> Callable[[Book], None]:
    def change(book: Book) -> None:
        book["Table 8"][ref] = value

    return change


def twice(book: Book) -> None:
    book["Table 8"].cell(30, 1).value = KENT


FAULTS: dict[str, tuple[Callable[[Book], None], str]] = {
    "table 8 missing": (drop("Table 8"), "there is no sheet 'Table 8'"),
    "one answer missing": (put("H4", "Unknown"), "the sheet 'Table 8' has no heading 'Don't Know'"),
    "a heading twice": (put("N4", "No"), "the sheet 'Table 8' has more than one heading 'No'"),
    "text": (put("E10", "many"), "Table 8 E10 should be a figure, but is '"),
    "negative": (put("E10", -5), "Table 8 E10 should be a figure, but is '"),
    "a fraction": (put("F10", 5.5), "Table 8 F10 should be a figure, but is '"),
    "a date": (put("E10", "=TODAY()"), "Table 8 E10 should be a figure, but is '"),
    "a council twice": (twice, "is on the sheet 'Table 8' twice, in rows"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_in_the_workbook(book: Book, saved: Callable[[Book], Path], name: str) -> None:
    change, words = FAULTS[name]
    change(book)
    path = saved(book)
    with pytest.raises(MspofError, match=r".*") as refused:
        read(path)
    assert words in refused.value.problem
    form = ROOT / "sample_proformas" / "returns" / "2018-19-Q2" / "Ambermere.xlsx"
    done = mspof("validate", form, "--sac", path)
    assert (done.returncode, done.stdout) == (3, b"")
    assert words in done.stderr.decode()


def unreadable() -> Iterator[tuple[str, bytes]]:
    whole = tables("2018-19", COUNCILS, COUNTS, NEW)
    yield "empty.xlsx", b""
    yield "cut.xlsx", whole[: len(whole) // 2]
    yield "page.xls", b"<html><body><table><tr><td>Table 8, 2018-19</td></tr></table></body></html>"
    yield (
        "bomb.ods",
        zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": ods_of([], 10**7)}),
    )
    yield "doctype.ods", zipped({"content.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'})
    yield "damaged.ods", zipped({"content.xml": "<office:document-content>"})
    yield "words.csv", b"some, words\nwithout, figures\n"
    yield "ragged.csv", long(COUNCILS, COUNTS, NEW) + b"Council,one,value\r\n"


def ods_of(rows: list[list[str]], repeated: int = 1) -> str:
    """The content of an OpenDocument file with one sheet, 'Table 8', written by hand."""
    spaces = {name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text")}
    declared = " ".join(f'xmlns:{name}="{space}"' for name, space in spaces.items())

    def cell(value: str) -> str:
        kind = f'office:value-type="float" office:value="{value}"' if value.isdigit() else 'office:value-type="string"'
        return (
            f"<table:table-cell {kind}><text:p>{value}</text:p></table:table-cell>" if value else "<table:table-cell/>"
        )

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    columns = '<table:table-cell table:number-columns-repeated="16384"/>'
    blank = f'<table:table-row table:number-rows-repeated="900000">{columns}</table:table-row>'
    bomb = (
        f'<table:table-row table:number-rows-repeated="{repeated}">{cell("1")}</table:table-row>'
        if repeated > 1
        else ""
    )
    table = f'<table:table table:name="Table 8">{body}{blank}{bomb}</table:table>'
    return (
        f"<office:document-content {declared}><office:body><office:spreadsheet>{table}"
        "</office:spreadsheet></office:body></office:document-content>"
    )


@pytest.mark.parametrize(
    ("name", "data"), list(unreadable()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_can_not_be_read(name: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    done = mspof("sac", f"2018-19={tmp_path / name}")
    assert (done.returncode, done.stdout) == (3, b"")
    assert "can't be" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


ODS_CELLS = {
    "no value": '<table:table-cell office:value-type="float"/>',
    "a word for a value": '<table:table-cell office:value-type="float" office:value="abc"/>',
    "a huge value": '<table:table-cell office:value-type="float" office:value="1e99999"/>',
    "an odd date": '<table:table-cell office:value-type="date" office:date-value="foo"/>',
    "an odd time": '<table:table-cell office:value-type="time" office:time-value="foo"/>',
    "true": '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>',
}


def ods_with(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """A sample in OpenDocument format, its content changed."""
    with zipfile.ZipFile(SAMPLES / "2018-19.ods") as archive:
        content = archive.read("content.xml").decode()
    for old, new in changes:
        assert old in content
        content = content.replace(old, new, 1)
    path = tmp_path / "changed.ods"
    path.write_bytes(zipped({"content.xml": content}))
    return path


@pytest.mark.parametrize("cell", ODS_CELLS.values(), ids=ODS_CELLS)
def test_a_cell_of_an_open_document_that_is_no_figure_is_refused(cell: str, tmp_path: Path) -> None:
    rows = [[], [], [], ["ONS area code", *HEADINGS], ["DEMO00001", *"12345678"]]
    content = ods_of(rows)
    three = '<table:table-cell office:value-type="float" office:value="3"><text:p>3</text:p></table:table-cell>'
    assert content.count(three) == 1
    path = tmp_path / "odd.ods"
    path.write_bytes(zipped({"content.xml": content.replace(three, cell)}))
    with pytest.raises(MspofError, match="Table 8 D5 should be a figure, but is"):
        read(path, "2018-19")


HEADINGS = [*ASKED.values(), *ACHIEVED.values()]


def test_a_row_that_is_repeated_is_read_once_and_bounded(tmp_path: Path) -> None:
    blanks = "<table:table-cell/>" * 50_000
    one = '<table:table-cell office:value-type="float" office:value="1"/>'
    row = f'<table:table-row table:number-rows-repeated="16000">{blanks}{one}</table:table-row>'
    path = ods_with(tmp_path, ("</table:table>", f"{row}</table:table>"))
    started = time.monotonic()
    with pytest.raises(MspofError, match="larger than a published table can be"):
        read(path, "2018-19")
    assert time.monotonic() - started < 10


def test_a_heading_in_very_many_places_is_refused_at_once(book: Book, saved: Callable[[Book], Path]) -> None:
    for row in (3, 4, 5):
        for column in range(20, 3_000):
            book["Table 8"].cell(row, column).value = "No"
    started = time.monotonic()
    with pytest.raises(MspofError, match="headings 'No'"):
        read(saved(book))
    assert time.monotonic() - started < 10


def band(text: str, old: str, new: str, more: str = "") -> bytes:
    """The long file with one age band called otherwise, and more rows."""
    return (text.replace(f",{old},", f",{new},") + more).encode()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("18-64", "", "has '' where an age band should stand"),
        ("18-64", "[z]", "has '[z]' where an age band should stand"),
        ("18-64", "Everybody", "has 'everybody' where an age band should stand"),
        ("18-64", "18-70", "the age bands '18-70' and '65-74' overlap"),
        ("85+", "Total", None),
        ("18-64", "Not known", None),
        ("18-64", "18 to 64", None),
    ],
)
def test_every_age_band_is_known(tmp_path: Path, old: str, new: str, words: str | None) -> None:
    path = tmp_path / "sac.csv"
    path.write_bytes(band(long(COUNCILS, COUNTS, NEW).decode(), old, new))
    if words is None:
        assert read(path, "2018-19").figures[KENT]["asked_expressed"].interval.is_known
        return
    with pytest.raises(MspofError, match=r".*") as refused:
        read(path, "2018-19")
    assert words in refused.value.problem


def test_a_range_that_holds_all_others_is_the_total(tmp_path: Path) -> None:
    text = long(COUNCILS, COUNTS, NEW).decode()
    lines = [line for line in text.splitlines() if ",18-64," in line and "Section 42" in line and "SG" in line]
    totals = [line.replace(",18-64,", ",18+,").rpartition(",")[0] + ",1200" for line in lines if KENT in line]
    path = tmp_path / "sac.csv"
    path.write_text(text + "".join(f"{line}\r\n" for line in totals if "SG4a" in line))
    assert read(path, "2018-19").figures[KENT]["asked_expressed"].interval == Interval(1198, 1202)


def test_sheets_that_contradict_each_other_are_refused(book: Book, saved: Callable[[Book], Path]) -> None:
    book["Table 8"]["A1"] = "Table 8: Making Safeguarding Personal, 2017-18"
    with pytest.raises(MspofError, match="its sheets are of different years"):
        read(saved(book))


def test_a_code_and_a_name_that_disagree_are_refused(book: Book, saved: Callable[[Book], Path]) -> None:
    page = book["Table 8"]
    rows = {page.cell(row, 1).value: row for row in range(5, page.max_row + 1)}
    page.cell(rows[KENT], 1).value, page.cell(rows[LONDON], 1).value = LONDON, KENT
    with pytest.raises(MspofError, match=r"has the ONS code of .*, but the name of"):
        read(saved(book))


def test_what_is_not_rounded_is_remarked_on(book: Book, saved: Callable[[Book], Path]) -> None:
    book["Table 8"]["F10"] = 137
    (remark,) = read(saved(book)).remarks
    assert remark == "Table 8 F10 is 137, which is not rounded as SAC is. There may be others."


def test_a_name_that_speaks_of_another_year_is_remarked_on(tmp_path: Path) -> None:
    path = tmp_path / "SAC_2017-18.csv"
    path.write_bytes(long(COUNCILS, COUNTS, NEW))
    assert read(path, "2018-19").remarks == ("The file's name speaks of 2017-18, but it was read as 2018-19.",)


@pytest.mark.parametrize(
    ("text", "words", "status"),
    [
        ("2018-20=x.csv", "'2018-20' is not a financial year.", 2),
        ("2018=x.csv", "'2018' is not a financial year.", 2),
        ("2018-19=", "There is no file after '2018-19='.", 2),
        ("nosuch.xlsx", "There is no file 'nosuch.xlsx'.", 2),
        (".", "'.' is a folder.", 2),
    ],
)
def test_what_is_mistyped_on_the_command_line(text: str, words: str, status: int) -> None:
    done = mspof("sac", text)
    assert done.returncode == status
    assert words in done.stderr.decode()


def test_a_file_whose_name_begins_like_a_year(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "2016-17=q.xlsx").write_bytes((SAMPLES / "2018-19.xlsx").read_bytes())
    assert read(Path("2016-17=q.xlsx")).year == "2018-19"
    assert read(Path(" 2016-17=q.xlsx"), "2018-19 ").year == "2018-19"


def test_open_document_written_by_another_hand(book: Book, saved: Callable[[Book], Path], tmp_path: Path) -> None:
    page = book["Table 8"]
    rows = [[str(cell.value) if cell.value is not None else "" for cell in row] for row in page.iter_rows()]
    path = tmp_path / "tables.ods"
    path.write_bytes(zipped({"content.xml": ods_of(rows)}))
    wanted = {key: each for key, each in intervals(read(saved(book))).items() if key[1] != "enquiries_completed"}
    assert intervals(read(path)) == wanted


@pytest.mark.parametrize("policy", [NEW, OLD], ids=["[c]", "*"])
@pytest.mark.parametrize("answer_first", [True, False])
def test_the_long_file(policy: Any, answer_first: bool, tmp_path: Path) -> None:
    path = tmp_path / "sac.csv"
    path.write_bytes(b"\xef\xbb\xbf" + long(COUNCILS, COUNTS, policy, answer_first=answer_first))
    publication = read(path, "2018-19")
    assert publication.layout == "long CSV"
    for code, counts in COUNTS.items():
        for name in MEASURES:
            figure = publication.figures[code][name]
            if name in counts:
                assert counts[name] in figure.interval
                assert figure.interval.high is not None
                assert figure.source.startswith("line ")
            else:
                assert figure.interval == Interval(0)


def test_a_code_that_is_not_known_is_remarked_on_once(tmp_path: Path) -> None:
    path = tmp_path / "sac.csv"
    path.write_bytes(long(COUNCILS, COUNTS, NEW).replace(SCILLY.encode(), b"E06000999"))
    assert read(path, "2018-19").remarks == ("line 132: E06000999 is not in the register of councils.",)


def test_a_total_over_the_age_bands_is_used_where_there_is_one(tmp_path: Path) -> None:
    text = long(COUNCILS, COUNTS, NEW).decode()
    kent = next(line for line in text.splitlines() if KENT in line and "SG4a" in line and "Fully" in line)
    path = tmp_path / "sac.csv"
    fields = next(csv.reader([kent]))
    fields[-2:] = ["Total", "800"]
    path.write_text(text + ",".join(fields) + "\r\n")
    assert read(path, "2018-19").figures[KENT]["fully_achieved"].interval == Interval(798, 802)


def test_which_year_it_is(book: Book, saved: Callable[[Book], Path], tmp_path: Path) -> None:
    path = saved(book)
    assert read(path, "2018-19").year == "2018-19"
    with pytest.raises(UsageError, match="was said to be for 2019-20, but its title says 2018-19"):
        read(path, "2019-20")
    with pytest.raises(UsageError, match="are both for 2018-19"):
        read_sac([str(path), f"2018-19={path}"], SCHEMAS)
    for page in book:
        page["A1"] = "Safeguarding Adults"
    with pytest.raises(UsageError, match="does not say which year it is for"):
        read(saved(book))


@pytest.mark.parametrize("suffix", ["", " older symbols"])
@pytest.mark.parametrize("year", ["2017-18", "2018-19"])
def test_all_three_layouts_give_the_same_or_a_wider_interval(year: str, suffix: str) -> None:
    workbook, document, text = (read(SAMPLES / f"{year}{suffix}.{end}", year) for end in ("xlsx", "ods", "csv"))
    assert {**workbook._asdict(), "file": "", "sha256": "", "layout": ""} == {
        **document._asdict(), "file": "", "sha256": "", "layout": ""}  # fmt: skip
    wide: Mapping[tuple[str, str], Interval] = intervals(text)
    assert wide.keys() == intervals(workbook).keys()
    for key, interval in intervals(workbook).items():
        if interval.is_known:
            assert wide[key].overlaps(interval)
            assert width(wide[key]) >= width(interval)


def width(interval: Interval) -> int:
    assert interval.high is not None
    return interval.high - interval.low


def test_what_is_shown(tmp_path: Path) -> None:
    shown = mspof("sac", SAMPLES / "2018-19.xlsx")
    assert shown.returncode == 0
    assert "Safeguarding Adults, England, 2018-19: 22 councils, from data tables (.xlsx)" in shown.stdout.decode()
    table = mspof("sac", SAMPLES / "2018-19.xlsx", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(table.stdout.decode())))
    assert tuple(rows[0]) == ("ons_code", "year", "measure", "low", "high", "published", "source")
    assert rows[0] == {"ons_code": "DEMO00001", "year": "2018-19", "measure": "asked_expressed", "low": "133",
                       "high": "137", "published": "135", "source": "Table 8 E15"}  # fmt: skip
    unknown = next(row for row in rows if row["published"] == "[x]")
    assert (unknown["low"], unknown["high"]) == ("", "")
    out = tmp_path / "sac.csv"
    assert mspof("sac", SAMPLES / "2018-19.xlsx", "--format", "csv", "-o", out).returncode == 0
    assert out.read_bytes() == table.stdout
    assert mspof("sac", SAMPLES / "2018-19.xlsx", "--format", "json").returncode == 2
    assert len(rows) == 22 * len(MEASURES)
    assert {row["measure"] for row in rows} <= set(COLLECTION.figures)

"""What each sample is: invented figures, and for a fault what is wrong and the whole list of findings it must give."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Q1, Q2, Q3, Q4 = (("2018-19", quarter) for quarter in (1, 2, 3, 4))
NEXT_Q1, NEXT_Q2, NEXT_Q3 = (("2019-20", quarter) for quarter in (1, 2, 3))
COMPLETED = {
    Q1: datetime.date(2018, 7, 20),
    Q2: datetime.date(2018, 10, 19),
    Q3: datetime.date(2019, 1, 18),
    Q4: datetime.date(2019, 4, 18),
    NEXT_Q1: datetime.date(2019, 7, 19),
    NEXT_Q2: datetime.date(2019, 10, 18),
    NEXT_Q3: datetime.date(2020, 1, 17),
}
SYSTEMS = ("Azeus", "CareDirector", "Eclipse", "Liquidlogic LAS", "Mosaic")
SCOPE = "Section 42 enquiries only"
ANSWERS = {
    "understood": (("fully", "partly", "not"), (55, 33, 12)),
    "listened": (("always", "quite_a_bit", "not_much", "not_at_all"), (46, 31, 15, 8)),
    "happy": (("very", "quite", "not_very", "not_at_all"), (39, 34, 16, 11)),
    "safer": (("a_lot", "quite_a_bit", "a_little", "no"), (41, 30, 18, 11)),
}


def split(total: int, weights: tuple[int, ...]) -> list[int]:
    """Whole numbers in about the proportions of the weights, that come to the total."""
    parts = [total * weight // sum(weights) for weight in weights]
    order = sorted(range(len(parts)), key=lambda n: -(total * weights[n] % sum(weights)))
    for number in order[: total - sum(parts)]:
        parts[number] += 1
    return parts


def count(enquiries: int) -> dict[str, Any]:
    return {"enquiries_completed": enquiries}


def asked(answers: Sequence[int | None]) -> dict[str, Any]:
    names = ("asked_expressed", "asked_not_expressed", "not_asked", "asked_dont_know", "asked_not_recorded")
    return dict(zip(names, answers, strict=True))


def achieved(answers: Sequence[int | None]) -> dict[str, Any]:
    return dict(zip(("fully_achieved", "partially_achieved", "not_achieved"), answers, strict=True))


def risk(answers: Sequence[int | None]) -> dict[str, Any]:
    names = ("fully", "partly", "not", "not_recorded")
    return {f"risk_involved_{name}": answer for name, answer in zip(names, answers, strict=True)}


def experience(respondent: str, answered: int, not_answered: int) -> dict[str, Any]:
    figures = {}
    for question, (names, weights) in ANSWERS.items():
        for name, answer in zip(names, split(answered, weights), strict=True):
            figures[f"{question}_{name}_{respondent}"] = answer
        figures[f"{question}_not_answered_{respondent}"] = not_answered
    return figures


def about_enquiries(enquiries: int, tilt: int = 0) -> dict[str, Any]:
    """The count and Q1 to Q3; ``tilt`` makes one council's shares differ from another's."""
    answers = split(enquiries, (56 + tilt, 13, 18 - tilt, 5, 8))
    outcomes = split(answers[0], (65 + tilt, 27, 8))
    involved = split(enquiries, (45, 32 + tilt, 13, 10))
    return count(enquiries) | asked(answers) | achieved(outcomes) | risk(involved)


def full(enquiries: int, tilt: int = 0) -> dict[str, Any]:
    """Every figure of the form."""
    adults, representatives = 3 * enquiries // 10, 3 * enquiries // 20
    spoken = experience("adult", adults, adults // 4) | experience("representative", representatives, 1)
    return about_enquiries(enquiries, tilt) | spoken


@dataclass(frozen=True)
class Sample:
    """One workbook: whose, when, the figures, what else is on the cover, and edits to the form itself."""

    file: str
    council: str
    figures: dict[str, Any]
    period: tuple[str, int] = Q3
    cover: dict[str, Any] = field(default_factory=dict)
    edits: tuple[tuple[Any, ...], ...] = ()
    save_as: str = "xlsx"
    then: str = ""  # what is done to the file after it was saved: the name of a function in make.py


def returns() -> list[Sample]:
    """Twelve councils' returns for one quarter, and those of four of them for the whole year."""
    first_three = {name: value for name, value in about_enquiries(88).items() if not name.startswith("risk")}
    q3 = [
        Sample("Ambermere.xlsx", "Ambermere", full(64)),
        Sample("Brackenholt 2018-19 Q3.xlsx", "Brackenholt", full(41, 3)),
        Sample("safeguarding outcomes Caldersby.xlsx", "Caldersby", first_three),
        Sample("Dunmarsh MSPOF Q3 FINAL v2.xlsx", "Dunmarsh", full(97, -4)),
        Sample("Elverdale.xlsx", "Elverdale", about_enquiries(152, 5)),
        Sample("Farrowshire.xlsx", "Farrowshire", full(118) | {"fully_achieved": 60}),
        Sample("Farrowshire resubmitted.xlsx", "Farrowshire", full(118, 1), cover={"submission": 2}),
        Sample("Glimmerbeck.xlsx", "Glimmerbeck", full(52, 2) | achieved([27, 0, 0])),
        Sample("Harthollow.xlsx", "Harthollow", full(35, -2), edits=(("insert row above", "Questions", 17),)),
        Sample("Inglemoor.xlsx", "Inglemoor", count(73)),
        Sample("Larkminster.xlsx", "Larkminster", full(310, 4)),
        Sample("Quillbridge.xlsx", "Quillbridge", about_enquiries(84) | experience("adult", 26, 7)),
        Sample("Vinterbourne.xlsx", "Vinterbourne", full(1024, -1) | {"enquiries_completed": "1,024"},
               cover={"scope": "Section 42 and other enquiries"}),
    ]  # fmt: skip
    q2 = [
        Sample("Ambermere.xlsx", "Ambermere", full(58, -1), Q2),
        Sample("Caldersby.xlsx", "Caldersby", {k: v for k, v in about_enquiries(80).items() if k in first_three}, Q2),
        Sample("Farrowshire.xlsx", "Farrowshire", full(109), Q2),
        Sample("Larkminster.xlsx", "Larkminster", full(287, 3), Q2),
    ]
    q1 = [
        Sample("Ambermere.xlsx", "Ambermere", full(55), Q1),
        Sample("Caldersby.xlsx", "Caldersby", {k: v for k, v in about_enquiries(83).items() if k in first_three}, Q1),
        Sample("Farrowshire.xlsx", "Farrowshire", full(104, 1), Q1),
        Sample("Larkminster.xlsx", "Larkminster", full(296, 3), Q1),
    ]
    last = full(301, 2)
    last |= {"not_asked": last["asked_dont_know"], "asked_dont_know": last["not_asked"]}  # in each other's place
    q4 = [
        Sample("Ambermere.xlsx", "Ambermere", full(61, 1), Q4),
        Sample("Caldersby.xlsx", "Caldersby", {k: v for k, v in about_enquiries(79).items() if k in first_three}, Q4),
        Sample("Farrowshire.xlsx", "Farrowshire", full(112), Q4),
        Sample("Larkminster.xlsx", "Larkminster", last, Q4),
    ]
    folder = "{0[0]}-Q{0[1]}"
    return [
        Sample(**{**vars(each), "file": f"{folder.format(each.period)}/{each.file}"}) for each in (*q3, *q2, *q1, *q4)
    ]


def history() -> list[Sample]:
    """Two years as the programme had them: 14 councils in 2018-19, 22 by 2019-20, and no Q4 when it was paused.

    Wrensdale followed Wrensdale County, so it is not a new one. Most begin with the first three questions.
    """

    def first_three(enquiries: int) -> dict[str, Any]:
        return {name: value for name, value in about_enquiries(enquiries).items() if not name.startswith("risk")}

    moved = {"council": "Wrensdale (demonstration)", "ons_code": "DEMO00024"}
    quarters: dict[tuple[str, int], dict[str, dict[str, Any]]] = {
        Q2: {
            "Ambermere": full(58), "Brackenholt": first_three(44), "Caldersby": first_three(81), "Dunmarsh": full(93),
            "Elverdale": about_enquiries(149), "Farrowshire": first_three(112), "Glimmerbeck": first_three(50),
            "Harthollow": first_three(36), "Inglemoor": count(71), "Larkminster": full(291), "Quillbridge": first_three(87),
        },
        Q4: {"Oakenshire": first_three(67), "Vinterbourne": first_three(402), "Wrensdale County": about_enquiries(128)},
        NEXT_Q1: {
            "Ambermere": full(60), "Dunmarsh": full(96), "Junipershire": first_three(39), "Kestrelcote": full(75),
            "Mosswick Vale": first_three(54), "Netherwyke": about_enquiries(103), "Wrensdale": about_enquiries(131),
        },
        NEXT_Q2: {"Ambermere": full(63), "Penhallowby": first_three(47), "Ravenstoke": full(66), "Saltmarsh Green": count(29)},
        NEXT_Q3: {
            "Ambermere": full(61), "Kestrelcote": full(78), "Larkminster": full(299), "Ravenstoke": full(69),
            "Thistlebury": about_enquiries(90), "Wrensdale": about_enquiries(134),
        },
    }  # fmt: skip
    return [
        Sample(
            f"{year}-Q{quarter}/{council}.xlsx",
            council,
            figures,
            (year, quarter),
            moved if council == "Wrensdale" else {},
        )
        for (year, quarter), councils in quarters.items()
        for council, figures in councils.items()
    ]


def published(year: str) -> dict[str, dict[str, int]]:
    """The true figures of each demonstration council for a year, by name, that the invented publications are made from.

    Those that sent four quarters agree with them, but for what is meant to be caught: Farrowshire's returns count more
    than its 380 enquiries, and in one of Larkminster's two answers are in each other's place. Thistlebury is missing,
    Umbershaw did not supply Q1 and Q2, and Saltmarsh Green had no enquiry.
    """
    names = [*"ABCDEFGHIJKLMNOPQRSUVW"]
    counts = {initial: about_enquiries(90 + 23 * number, number % 5 - 2) for number, initial in enumerate(names)}
    counts |= {"F": about_enquiries(380), "S": about_enquiries(0), "U": count(140)}
    if year == "2018-19":
        whole = [(each.council[0], each.figures) for each in returns() if each.council in WHOLE_YEAR]
        for initial in ("A", "C", "L"):
            quarters = [figures for council, figures in whole if council == initial]
            counts[initial] = {
                name: sum(figures[name] for figures in quarters) for name in counts["B"] if name in quarters[0]
            }
        lark = counts["L"]
        slip = next(each.figures for each in returns() if each.council == "Larkminster" and each.period == Q4)
        swap = slip["asked_dont_know"] - slip["not_asked"]
        counts["L"] = lark | {"not_asked": lark["not_asked"] + swap, "asked_dont_know": lark["asked_dont_know"] - swap}
    counts["R"] = {name: sum(quarter[name] for quarter in RAVENSTOKE) for name in about_enquiries(40)}
    measures = {*count(0), *asked([0] * 5), *achieved([0] * 3)}
    return {key: {name: value for name, value in each.items() if name in measures} for key, each in counts.items()}


WHOLE_YEAR = ("Ambermere", "Caldersby", "Larkminster")
RAVENSTOKE = (full(38), full(40), full(41, 1), full(41, -1))


@dataclass(frozen=True)
class Fault:
    """A file, or a folder of files, with one thing wrong, and every finding that it must give.

    A finding is ``(severity, code, sheet, cells, found)``, with the file's name in front where there are several.
    """

    name: str
    samples: tuple[Sample, ...]
    findings: tuple[tuple[str, ...], ...]
    options: str = ""  # those of 'mspof validate' that it is found with, as typed in the folder of the faults
    explanations: tuple[tuple[str, ...], ...] = ()  # the lines of the file of explanations beside it


# Where every figure of the form of 2018-19 stands, as the findings about a whole return name it.
ALL_FIGURES = (
    "C7, C11:C15, C19:C21, C25:C28, Experience!C8:C11, Experience!D8:D11, Experience!C16:C20, Experience!D16:D20, "
    "Experience!C25:C29, Experience!D25:D29, Experience!C34:C38, Experience!D34:D38"
)


def faults() -> list[Fault]:
    return [
        *of_the_file(),
        *of_the_form(),
        *of_the_cover(),
        *of_the_figures(),
        *of_the_rules(),
        *of_several(),
        *beside_sac(),
        *asked_for(),
        *explained(),
    ]


def one(name: str, *finding: str, figures: dict[str, Any] | None = None, suffix: str = ".xlsx", **more: Any) -> Fault:
    """A fault of one file: a full return of Ravenstoke, with something changed."""
    sample = Sample(name + suffix, "Ravenstoke", full(40) if figures is None else figures, **more)
    return Fault(name, (sample,), (finding,))


def of_the_file() -> list[Fault]:
    unreadable: dict[str, tuple[str, dict[str, Any]]] = {
        "FILE101-empty": ("an empty file", {"then": "emptied"}),
        "FILE102-old-excel-format": ("a file in the format of Excel 97 to 2003 (.xls)", {"save_as": "xls"}),
        "FILE103-binary-format": ("a binary workbook (.xlsb)", {"then": "as_xlsb"}),
        "FILE104-opendocument": ("an OpenDocument file, such as LibreOffice saves (.ods)", {"save_as": "ods"}),
        "FILE105-password": ("a workbook protected by a password", {"then": "with_password"}),
        "FILE106-web-page": ("a web page", {"then": "as_html"}),
        "FILE107-csv": ("plain text", {"then": "as_csv"}),
        "FILE108-cut-short": ("the list of the parts in the file is damaged or cut off", {"then": "cut_short"}),
        "FILE109-too-large": ("a part of the workbook would take 71 MiB", {"then": "inflated"}),
        "FILE110-word-document": ("a Word document", {"then": "as_word"}),
    }
    return [
        *(one(name, "error", name[:7], "", "", found, **more) for name, (found, more) in unreadable.items()),
        one("FILE201-macros", "note", "FILE201", "", "", "macros", suffix=".xlsm", then="with_macros"),
        one("FILE203 Quillbridge", "note", "FILE203", "", "", "a file name that speaks of another council"),
        one("FILE203 2018-19 Q2", "note", "FILE203", "", "", "a file name that speaks of another period"),
    ]


def of_the_form() -> list[Fault]:
    changed = ("label", "Questions", "B21", "Not met")
    row, column = "1 row inserted above 'Q2. Desired outcomes achieved'", "1 column inserted to the left of 'Number'"
    another_year = {"year": "2019-20", "completed": datetime.date(2020, 1, 17)}
    return [
        one("FORM101-not-a-form", "error", "FORM101", "", "", "no form version on the first sheet or the cover",
            then="as_own_workbook"),
        one("FORM102-sheet-renamed", "error", "FORM102", "", "", "no sheet 'Experience'",
            edits=(("rename", "Experience", "Experiences"),)),
        one("FORM103-label-changed", "error", "FORM103", "Questions", "B21", "'Not met'", edits=(changed,)),
        one("FORM103-label-removed", "error", "FORM103", "Questions", "B21", "no such label",
            edits=(("label", "Questions", "B21", ""),)),
        one("FORM104-row-inserted", "note", "FORM104", "Questions", "B18", row,
            edits=(("insert row above", "Questions", 17),)),
        one("FORM104-column-inserted", "note", "FORM104", "Questions", "D5", column,
            edits=(("insert column before", "Questions", 3),)),
        Fault("FORM106-sheets-changed-over", (Sample("FORM106-sheets-changed-over.xlsx", "Ravenstoke", full(40),
              edits=(("rename", "Questions", "x"), ("rename", "Experience", "Questions"), ("rename", "x", "Experience"))),
        ), (("error", "FORM106", "", "", "31 of the 31 labels not on the sheet 'Experience'"),
            ("error", "FORM106", "", "", "21 of the 21 labels not on the sheet 'Questions'"))),
        one("FORM107-label-twice", "error", "FORM107", "Questions", "C5, D5", "'Number' in D5 as well",
            edits=(("label", "Questions", "D5", "Number"),)),
        one("FORM108-beside-the-boxes", "query", "FORM108", "Questions", "D19:D21", "3 numbers outside the boxes",
            figures=full(40) | achieved([None] * 3), edits=(("clear", "Questions", "D18"),
            ("number", "Questions", "D19", 15), ("number", "Questions", "D20", 6), ("number", "Questions", "D21", 2))),
        one("FORM105-form-of-another-year", "query", "FORM105", "Cover", "C10", "the form of 2018-19", cover=another_year),
    ]  # fmt: skip


def of_the_cover() -> list[Fault]:
    def fault(name: str, severity: str, cell: str, found: str, **cover: Any) -> Fault:
        return one(name, severity, name.partition("-")[0], "Cover", cell, found, cover=cover)

    return [
        fault("COVER101-no-council", "error", "C8", "council and ONS code blank", council=None, ons_code=None),
        fault("COVER102-unknown-council", "error", "C8", "'Nowhere Borough Council'",
              council="Nowhere Borough Council", ons_code=None),
        fault("COVER103-council-of-another-time", "error", "C8", "Wrensdale (demonstration)",
              council="Wrensdale (demonstration)", ons_code="DEMO00024"),
        fault("COVER104-name-and-code-disagree", "error", "C8:C9", "the ONS code of Quillbridge (demonstration)",
              ons_code="DEMO00017"),
        fault("COVER201-year-impossible", "error", "C10", "'2018-20'", year="2018-20"),
        fault("COVER201-no-quarter", "error", "C11", "blank", quarter=None),
        fault("COVER202-completed-early", "query", "C14", "3 December 2018", completed=datetime.date(2018, 12, 3)),
        fault("COVER203-no-date", "query", "C14", "blank", completed=None),
        fault("COVER205-completed-in-2099", "query", "C14", "15 January 2099", completed=datetime.date(2099, 1, 15)),
        fault("COVER301-not-signed-off", "error", "C17", "blank", signed_off=None),
        fault("COVER302-no-scope", "query", "C12", "blank", scope=None),
        fault("COVER401-no-submission-number", "error", "C13", "blank", submission=None),
    ]  # fmt: skip


def of_the_figures() -> list[Fault]:
    def fault(name: str, found: str, value: Any, severity: str = "error", **more: Any) -> Fault:
        figures = full(40) | {"not_achieved": value}
        return one(name, severity, name.partition("-")[0], "Questions", "C21", found, figures=figures, **more)

    half = full(40) | {"partially_achieved": None, "not_achieved": None}
    return [
        fault("FIG101-words", "text of 9 characters", "about two"),
        fault("FIG102-hidden", "'<5'", "<5"),
        fault("FIG102-star", "'*'", "*"),
        fault("FIG103-word-for-nothing", "'n/a'", "n/a"),
        fault("FIG103-nil", "'nil'", "nil"),
        fault("FIG103-dash", "'-'", "-"),
        fault("FIG104-date", "a date", datetime.date(2019, 4, 3)),
        fault("FIG105-error-value", "#DIV/0!", "=1/0"),
        fault("FIG106-never-calculated", "a formula that was never calculated", "=1+1", then="without_results"),
        fault("FIG107-not-whole", "1.5", 1.5),
        fault("FIG107-percentage", "a percentage", 1, edits=(("percentage", "Questions", "C21", 1),)),
        fault("FIG108-negative", "-2", -2),
        fault("FIG109-number-as-text", "'2'", " 2 ", "note"),
        fault("FIG111-true", "a true or false", "=TRUE()"),
        fault("FIG112-impossible", "1000000", 1_000_000),
        one("FIG301-nothing-filled-in", "query", "FIG301", "", "", "every question blank", figures={}),
        one("FIG201-half-filled-in", "error", "FIG201", "Questions", "C20:C21",
            "2 of 3 answers blank: 'Partially achieved', 'Not achieved'", figures=half),
    ]  # fmt: skip


def of_the_rules() -> list[Fault]:
    base = full(40)

    def fault(name: str, severity: str, cells: str, found: str, sheet: str = "Questions", **changes: Any) -> Fault:
        return one(name, severity, name.partition("-")[0], sheet, cells, found, figures=base | changes)

    q1, q2, q3 = "C11:C15", "C19:C21", "C25:C28"
    blank_q1, blank_q2 = asked([None] * 5), achieved([None] * 3)
    too_many = {
        "MSP401": ("understood", "adult", "C8:C10"),
        "MSP402": ("understood", "representative", "D8:D10"),
        "MSP501": ("listened", "adult", "C16:C19"),
        "MSP502": ("listened", "representative", "D16:D19"),
        "MSP601": ("happy", "adult", "C25:C28"),
        "MSP602": ("happy", "representative", "D25:D28"),
        "MSP701": ("safer", "adult", "C34:C37"),
        "MSP702": ("safer", "representative", "D34:D37"),
    }
    together = {
        "MSP403": ("understood", "C8:C10, D8:D10"),
        "MSP503": ("listened", "C16:C19, D16:D19"),
        "MSP603": ("happy", "C25:C28, D25:D28"),
        "MSP703": ("safer", "C34:C37, D34:D37"),
    }
    return [
        fault("PCT101-everyone", "query", "C19", "100 % (23 of 23)", **achieved([23, 0, 0])),
        fault("PCT101-no-one", "query", "C19", "0 % (0 of 23)", **achieved([0, 15, 8])),
        fault("MSP101-not-the-total", "error", f"{q1}, C7", "41", asked_not_recorded=base["asked_not_recorded"] + 1),
        fault("MSP102-much-unknown", "note", "C14:C15, C11:C13", "6 'Don't know' and 5 'Not recorded', of 40",
              **asked([23, 4, 2, 6, 5])),
        fault("MSP103-all-unknown", "query", "C14:C15, C11:C13", "18 'Don't know' and 22 'Not recorded', of 40",
              **asked([0, 0, 0, 18, 22]), **blank_q2),
        fault("MSP201-more-than-expressed", "error", f"{q2}, C11", "24", **achieved([16, 6, 2])),
        fault("MSP202-fewer-than-expressed", "query", f"{q2}, C11", "20", **achieved([13, 5, 2])),
        fault("MSP203-asked-blank", "query", q2, "Q2 returned and Q1 blank", **blank_q1),
        fault("MSP301-more-than-completed", "error", f"{q3}, C7", "41", **risk([19, 13, 5, 4])),
        fault("MSP302-much-unknown", "note", "C28, C25:C27", "11 'Not recorded', of 40", **risk([15, 9, 5, 11])),
        fault("MSP303-all-unknown", "query", "C28, C25:C27", "40 'Not recorded', of 40", **risk([0, 0, 0, 40])),
        *(fault(f"{code}-more-than-completed", "query", f"{cells}, Questions!C7", "41", "Experience",
                **{f"{question}_{name}_{who}": answer for name, answer in
                   zip(ANSWERS[question][0], split(41, ANSWERS[question][1]), strict=True)})
          for code, (question, who, cells) in too_many.items()),
        *(fault(f"{code}-more-together-than-completed", "query", f"{cells}, Questions!C7", "45", "Experience",
                **{name: answer for who, answered in (("adult", 25), ("representative", 20))
                   for name, answer in experience(who, answered, 2).items() if name.startswith(question)})
          for code, (question, cells) in together.items()),
    ]  # fmt: skip


def of_several() -> list[Fault]:
    """Faults that only show when several returns are seen together."""
    base, before = full(60), full(57, 2)

    def ravenstoke(file: str, figures: dict[str, Any], period: tuple[str, int] = Q3, submission: int = 1) -> Sample:
        return Sample(file, "Ravenstoke", figures, period, {"submission": submission})

    copy = Sample("b.xlsx", "Ravenstoke", base, then="copy_of_a")
    saved_again = Sample("b.xlsx", "Ravenstoke", base, then="packed_anew")
    swapped = base | achieved([6, 9, 18])
    return [
        Fault("SET101-same-submission-number", (ravenstoke("a.xlsx", base), ravenstoke("b.xlsx", full(61))), (
            ("a.xlsx", "error", "SET101", "Cover", "C13", "submission 1 in this file and in 'b.xlsx'"),
            ("b.xlsx", "error", "SET101", "Cover", "C13", "submission 1 in this file and in 'a.xlsx'"))),
        Fault("SET102-replaced", (ravenstoke("a.xlsx", base), ravenstoke("b.xlsx", full(61), submission=2)), (
            ("a.xlsx", "note", "SET102", "Cover", "C13", "submission 1"),)),
        Fault("SET103-same-file-twice", (ravenstoke("a.xlsx", base), copy), (
            ("b.xlsx", "note", "SET103", "", "", "the same file as 'a.xlsx'"),)),
        Fault("SET104-same-answers-twice", (ravenstoke("a.xlsx", base), saved_again), (
            ("b.xlsx", "note", "SET104", "", "", "the same answers as 'a.xlsx'"),)),
        Fault("SET201-figures-of-another-council", (ravenstoke("a.xlsx", base), Sample("b.xlsx", "Oakenshire", base)), (
            ("a.xlsx", "error", "SET201", "Questions", ALL_FIGURES, "the same figures as in 'b.xlsx'"),
            ("b.xlsx", "error", "SET201", "Questions", ALL_FIGURES, "the same figures as in 'a.xlsx'"))),
        Fault("SET202-figures-of-the-quarter-before", (ravenstoke("a.xlsx", base, Q2), ravenstoke("b.xlsx", base)), (
            ("b.xlsx", "query", "SET202", "Questions", ALL_FIGURES, "the same figures as for 2018-19-Q2, in 'a.xlsx'"),)),
        Fault("SET301-count-changed", (ravenstoke("a.xlsx", full(28), Q2), ravenstoke("b.xlsx", full(64))), (
            ("b.xlsx", "query", "SET301", "Questions", "C7, C11:C15, C25:C28", "64, after 28 in 2018-19-Q2"),)),
        Fault("SET302-share-changed", (ravenstoke("a.xlsx", before, Q2), ravenstoke("b.xlsx", swapped)), (
            ("b.xlsx", "query", "SET302", "Questions", "C19", "18 % of 33, after 67 % of 33 in 2018-19-Q2"),)),
    ]  # fmt: skip


def beside_sac() -> list[Fault]:
    """Faults that only show beside what SAC published."""
    same, earlier = "2018-19", "2017-18"

    def quarters(*figures: dict[str, Any], council: str = "Ravenstoke", **cover: Any) -> tuple[Sample, ...]:
        periods = (Q1, Q2, Q3, Q4)
        return tuple(
            Sample(f"Q{number}.xlsx", council, each, periods[number - 1], cover)
            for number, each in enumerate(figures, 1)
        )

    def fault(name: str, sac: str, samples: tuple[Sample, ...], *findings: tuple[str, ...]) -> Fault:
        return Fault(name, samples, findings, f"--sac ../sac/{sac}.xlsx")

    def one_quarter(figures: dict[str, Any]) -> tuple[Sample, ...]:
        return (Sample("Q3.xlsx", "Ravenstoke", figures),)

    r1, r2, r3 = RAVENSTOKE[:3]
    # 'No', 'Yes but no outcomes' and 'Not recorded' are counted under each other; the quarters differ in Q4 to Q7.
    divided = asked([23, 0, 9, 2, 6]) | achieved([15, 6, 2])
    other = [full(40) | divided | experience("adult", 11 + number, 3) for number in range(4)]
    first, second = "asked_not_expressed", "not_asked"
    changed = [each | {first: each[second], second: each[first]} for each in RAVENSTOKE]
    next_year = Sample(
        "Q1.xlsx", "Wrensdale", full(40), NEXT_Q1, {"council": "Wrensdale (demonstration)", "ons_code": "DEMO00024"}
    )
    few = full(60)
    return [
        fault("SAC101-more-than-published", same, quarters(r1, r2, r3, full(70)),
              ("Q4.xlsx", "query", "SAC101", "Questions", "C7", "189")),
        fault("SAC102-divided-otherwise", same, quarters(*other),
              ("Q4.xlsx", "query", "SAC102", "Questions", "C12:C13, C15", "0, 36, 24")),
        fault("SAC103-answers-changed-over", same, quarters(*changed),
              ("Q4.xlsx", "query", "SAC103", "Questions", "C12:C13",
               "'Yes they were asked but no outcomes were expressed' and 'No' in one quarter or more")),
        fault("SAC104-more-than-section-42", same,
              quarters(full(58), full(60), full(61), full(57), scope="Section 42 and other enquiries"),
              ("Q4.xlsx", "query", "SAC104", "Questions", "C7", "236")),
        fault("SAC105-year-so-far", same, quarters(full(40), full(80), full(120), full(160)),
              ("Q2.xlsx", "query", "SET301", "Questions", "C7, C11:C15, C25:C28", "80, after 40 in 2018-19-Q1"),
              ("Q4.xlsx", "query", "SAC105", "Questions", "C7", "Q1 40, Q2 80, Q3 120, Q4 160")),
        fault("SAC201-more-than-the-year", same, quarters(full(88), full(92)),
              ("Q2.xlsx", "query", "SAC201", "Questions", "C7", "180")),
        fault("SAC301-quarter-far-out", earlier, one_quarter(full(90)),
              ("Q3.xlsx", "query", "SAC301", "Questions", "C7", "90")),
        fault("SAC302-quarter-out-of-line", earlier, one_quarter(full(70)),
              ("Q3.xlsx", "note", "SAC302", "Questions", "C7", "70")),
        fault("SAC303-percentage-far-out", earlier, one_quarter(few | achieved([8, 19, 6])),
              ("Q3.xlsx", "query", "SAC303", "Questions", "C19", "24 % of 33")),
        fault("SAC304-percentage-out-of-line", earlier, one_quarter(few | achieved([13, 12, 8])),
              ("Q3.xlsx", "note", "SAC304", "Questions", "C19", "39 % of 33")),
        fault("SAC401-new-council", same, (next_year,),
              ("Q1.xlsx", "note", "SAC401", "", "", "a council that was not there in all of 2018-19")),
        fault("SAC402-not-in-sac", same, quarters(full(40), council="Thistlebury"),
              ("Q1.xlsx", "note", "SAC402", "", "", "no row for Thistlebury (demonstration) in SAC for 2018-19")),
        fault("SAC403-not-supplied", same, quarters(full(35), council="Umbershaw"),
              ("Q1.xlsx", "note", "SAC403", "Questions", "C11:C15, C19:C21",
               "no figures for 'Enquiries in Q1', 'People in Q2'")),
    ]  # fmt: skip


def asked_for() -> list[Fault]:
    """A return for another quarter than the one that was asked for."""
    sample = Sample("Q2.xlsx", "Ravenstoke", full(40), Q2)
    finding = ("Q2.xlsx", "query", "COVER204", "Cover", "C11", "2018-19-Q2")
    return [Fault("COVER204-another-quarter", (sample,), (finding,), "--period 2018-19-Q3")]


def explained() -> list[Fault]:
    """Explanations that do not count, beside a return in which one query is explained."""
    ravenstoke = ("DEMO00018", "2018-19-Q3")
    query = "23 people expressed outcomes in Q1, but Q2 covers only 20 of them."

    def fault(name: str, figures: dict[str, Any], code: str, said: str, found: str, *others: tuple[str, ...]) -> Fault:
        where = others[0][3:5] if others else ("", "")  # the cells of what is not explained
        findings = (*others, ("Q3.xlsx", "note", name[:6], *where, f"an explanation of {code} (2019-02-01){found}"))
        line = (*ravenstoke, code, "", said, "Data team", "2019-02-01", "", query)
        options = f"--explanations {name}/explanations.csv"
        return Fault(name, (Sample("Q3.xlsx", "Ravenstoke", figures),), findings, options, (line,))

    died = "Three people died before they could be asked whether their outcomes were achieved."
    two_short = full(40) | achieved([14, 5, 2])
    short = ("Q3.xlsx", "query", "MSP202", "Questions", "C19:C21, C11")
    return [
        fault("EXP101-put-right-since", full(40), "MSP202", died, ""),
        fault("EXP102-other-figures", two_short, "MSP202", died, ", with other figures", (*short, "21")),
        fault("EXP103-error-explained", full(40) | achieved([20, 8, 6]), "MSP201", died, "",
              ("Q3.xlsx", "error", "MSP201", "Questions", "C19:C21, C11", "34")),
        fault("EXP104-says-nothing", full(40) | achieved([14, 5, 1]), "MSP202", "Checked, ok", "", (*short, "20")),
        fault("EXP105-no-measure", full(40) | achieved([23, 0, 0]), "PCT101", died, ", with no measure",
              ("Q3.xlsx", "query", "PCT101", "Questions", "C19", "100 % (23 of 23)")),
    ]  # fmt: skip

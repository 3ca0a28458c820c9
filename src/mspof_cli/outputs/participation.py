"""Who has returned, for people and as CSV: the councils, a list to chase by, the years, the regions, the systems."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from mspof_cli.findings import some_of
from mspof_cli.outputs.safe import csv_text, printable
from mspof_cli.outputs.text import Line, Report
from mspof_cli.participation import Participation, Row, Standing
from mspof_cli.questions import State

STATE_WORDS = {State.RETURNED: "yes", State.NOT_RETURNED: "no", State.INCOMPLETE: "incomplete"}

AGAIN = "send the form again with the next submission number."
WHAT_TO_DO = {
    Standing.NOT_RETURNED: "Send the form for the quarter. A partial return is welcome.",
    Standing.NEEDS_CORRECTING: f"Correct what the feedback says, and {AGAIN}",
    Standing.PARTIAL: f"Your partial return is counted as it is. If you can supply more, {AGAIN}",
}
PERIODS_NAMED = 4

SYSTEMS = "systems.csv"
SOMETIMES = (SYSTEMS,)  # only where a system is named, so it might be left from the time before


def compose_participation(part: Participation) -> tuple[Report, ...]:
    """What to show: headlines, then a table each for regions, questions, years and systems, then the councils."""
    return (
        _lines(_headlines(part)),
        _table("By region", ("Region", "Taking part", "Councils", "Coverage"), _regions(part)),
        _table("By question", ("Question", "Returned by", "Of those taking part"), _questions(part)),
        _table("By year", ("Year", "Took part", "New", "So far", "On the register"), _years(part)),
        *_by_system(part),
        _lines(_councils(part)),
    )


def _lines(lines: Iterable[Line]) -> Report:
    return Report((), (), tuple(lines))


def _table(title: str, headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Report:
    return Report(headings, tuple(rows), (), title)


def _headlines(part: Participation) -> Iterator[Line]:
    name = f"{part.collection.short_name} {part.period}"
    taking, councils = part.taking_part, len(part.rows)
    coverage = f"{taking} of {councils} councils on the register take part ({100 * taking / councils:.0f} %)"
    yield Line(f"{name}: {coverage}.", kind="heading")
    counts = {standing: sum(row.standing is standing for row in part.rows) for standing in Standing}
    yield Line(", ".join(f"{number} {standing.value}" for standing, number in counts.items()) + ".")
    if part.period not in part.periods:
        there = some_of([str(period) for period in reversed(part.periods)], PERIODS_NAMED)
        yield Line(f"There is no return for {part.period} among these files. There are returns for {there}.")
    for words, rows in (
        ("Joined", [row for row in part.rows if row.joined]),
        ("Lapsed", [row for row in part.rows if row.lapsed]),
    ):
        if rows:
            yield Line(f"{words}: {_names(rows)}.")
    misaddressed = [row for row in part.rows if row.is_misaddressed]
    if misaddressed:
        yield Line(f"What the cover gives as the team's mailbox is not one e-mail address: {_names(misaddressed)}.")
    if part.unknown:
        files = ", ".join(f"'{file}'" for file in part.unknown)
        yield Line(printable(f"Not known whose, or for when: {files}."), kind="detail")


def _names(rows: Iterable[Row]) -> str:
    return ", ".join(row.council.name for row in rows)


def _regions(part: Participation) -> Iterator[tuple[str, ...]]:
    for area in part.regions:
        yield area.name, str(area.taking_part), str(area.councils), f"{100 * area.taking_part / area.councils:.0f} %"


def _questions(part: Participation) -> Iterator[tuple[str, ...]]:
    for slug, question in part.collection.questions.items():
        yield question.heading, str(part.answering(slug)), str(part.taking_part)


def _years(part: Participation) -> Iterator[tuple[str, ...]]:
    for each in part.years:
        yield each.year, str(each.taking_part), str(each.new), str(each.so_far), str(each.on_register)


def _by_system(part: Participation) -> Iterator[Report]:
    """How many of the councils with each system returned each question in the year."""
    if part.systems:
        labels = [question.label for question in part.collection.question]
        rows = ((each.name, str(each.councils), *map(str, each.supplied.values())) for each in part.systems)
        title = f"What councils with each case management system returned in {part.period.year}"
        yield _table(title, ("System", "Councils", *labels), rows)


def _councils(part: Participation) -> Iterator[Line]:
    """The councils by how they stand, those to chase last."""
    for standing in Standing:
        rows = [row for row in part.rows if row.standing is standing]
        if rows:
            yield Line()
            yield Line(f"{standing.value.capitalize()} ({len(rows)})", kind="heading")
            for row in rows:
                yield Line(_council(part, row), 2)


def _council(part: Participation, row: Row) -> str:
    if row.standing is Standing.PARTIAL:
        return f"{row.council.name}: without {', '.join(_missing(part, row))}"
    last = f", last returned {row.last}" if row.lapsed else ""
    return f"{row.council.name}{last}"


def _missing(part: Participation, row: Row) -> list[str]:
    """The questions that a council has not returned, by their labels."""
    return [
        question.label for question in part.collection.question if row.states.get(question.slug) is not State.RETURNED
    ]


def participation_files(part: Participation) -> dict[str, bytes]:
    """The CSV files, by name."""
    collection, period = part.collection, str(part.period)
    labels = [question.label for question in collection.question]
    files = {
        "participation.csv": _csv(
            (*_WHO, "council_type", "period", "standing", "submission", "joined", "lapsed", "last_returned", *labels),
            (_whole_row(part, row) for row in part.rows),
        ),
        "chase.csv": _csv(
            (
                *_WHO,
                "official_name",
                "address",
                "period",
                "standing",
                "questions_missing",
                "last_returned",
                "what_to_do",
            ),
            (_chase(part, row) for row in part.rows if row.standing is not Standing.RETURNED),
        ),
        "years.csv": _csv(("year", "taking_part", "new", "so_far", "on_register"), part.years),
        "regions.csv": _csv(
            ("period", "region", "taking_part", "councils"), ((period, *each) for each in part.regions)
        ),
    }
    if part.systems:
        rows = ((part.period.year, each.name, each.councils, *each.supplied.values()) for each in part.systems)
        files[SYSTEMS] = _csv(("year", "system", "councils", *labels), rows)
    return files


_WHO = ("ons_code", "council", "region")


def _who(row: Row) -> tuple[str, ...]:
    return row.council.ons_code, row.council.name, row.council.region_name


def _whole_row(part: Participation, row: Row) -> tuple[object, ...]:
    states = (STATE_WORDS[row.states[slug]] if row.states else "no" for slug in part.collection.questions)
    return (
        *_who(row),
        *(row.council.council_type, part.period, row.standing.value, row.submission or ""),
        *("yes" if row.joined else "no", "yes" if row.lapsed else "no", row.last or ""),
        *states,
    )


def _chase(part: Participation, row: Row) -> tuple[object, ...]:
    missing = "; ".join(_missing(part, row))
    official = row.council.official_name or row.council.name
    standing = row.standing
    about = (part.period, standing.value, missing, row.last or "", WHAT_TO_DO[standing])
    return (*_who(row), official, row.address, *about)


def _csv(headings: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([csv_text(printable(str(value))) for value in row] for row in rows)
    return text.getvalue().encode()

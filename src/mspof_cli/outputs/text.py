"""Findings for people: a table of returns, then what is wrong with each, worst first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mspof_cli.cells import column_letters, row_and_column
from mspof_cli.findings import STATUS_WORDS, Finding, Severity, Since, Status, some_of
from mspof_cli.inbox import passed_over
from mspof_cli.outputs.safe import printable
from mspof_cli.pipeline import Batch
from mspof_cli.questions import State
from mspof_cli.returns import names_apart
from mspof_cli.rules import Checked
from mspof_cli.rules.standing import SUPERSEDED

if TYPE_CHECKING:
    from mspof_cli.collation import Collated
    from mspof_cli.protection import Protected
    from mspof_cli.published import Published


SET_ASIDE = "set aside"
SINCE_WORDS = {Since.NEW: "new", Since.STILL_OPEN: "still open"}
CODES_SHOWN = 4
FILES_NAMED = 3
CELLS_SHOWN = 12  # or runs of cells; the other formats have them all
LONGEST_RULE = 40  # characters, under the heading of the last column, whose text can be long
LONGEST_NAME = 40  # characters of a file's name in the table
CUT = "…"  # for the middle of a longer one

HEADINGS = ("Council", "Period", "Status", "Errors", "Queries", "Returned", "File", "Why")
COUNTED = HEADINGS.index("File")  # the columns before it say what was found in a file, not which file it is


class Line(NamedTuple):
    """One line of the report: how far it is indented, its text, and what kind of line it is, for colour."""

    text: str = ""
    indent: int = 0
    kind: str = ""


class Told(NamedTuple):
    """What a row of the table says of a file, in full: its name, what was decided, and why."""

    file: str
    decision: str
    why: str


class Report(NamedTuple):
    """What is shown: a table with its headings, and if it has one its title, then lines.

    ``told`` has each row of returns in words, for a table that has no room for all of it.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[Line, ...]
    title: str = ""
    told: tuple[Told, ...] = ()


def compose(batch: Batch, quiet: bool) -> Report:
    """The report of a batch; ``quiet`` leaves the findings only."""
    worst = sorted(batch.checked, key=lambda checked: (-list(Status).index(checked.status), checked.ret.file))
    said = [each for each in worst if each.findings or each.put_right or (each.not_tried and not quiet)]
    lines = [line for checked in said for line in _of_return(checked)]
    if quiet:
        return Report(HEADINGS, (), tuple(lines))
    rows = sorted(
        batch.checked, key=lambda checked: (str(checked.ret.who.period or ""), _who(checked), checked.ret.file)
    )
    names = names_apart(checked.ret.file for checked in rows)
    told = tuple(_told(checked, names) for checked in rows)
    columns = len(HEADINGS) if any(each.why for each in told) else len(HEADINGS) - 1  # nothing to give a reason for
    short = {file: _shortened(name) for file, name in names.items()}
    table = tuple(_row(checked, short)[:columns] for checked in rows)
    return Report(HEADINGS[:columns], table, (*lines, *_summary(batch)), told=told)


def _told(checked: Checked, names: Mapping[str, str]) -> Told:
    """What became of a file, with the names that files go by."""
    return Told(printable(names[checked.ret.file]), _status(checked), printable(_why(checked, names)))


def _shortened(name: str) -> str:
    """A name without its middle, if it is long: what it begins with and its ending tell it apart."""
    half = LONGEST_NAME // 2
    return name if len(name) <= LONGEST_NAME else f"{name[:half]}{CUT}{name[1 - half :]}"


def _row(checked: Checked, names: Mapping[str, str]) -> tuple[str, ...]:
    ret = checked.ret
    wanting = [finding.severity for finding in checked.findings if finding.is_open]
    counts = [wanting.count(severity) for severity in (Severity.ERROR, Severity.QUERY)]
    states = [ret.states[question.slug] for question in ret.form.collection.question] if ret.form else []
    returned = f"{sum(state is State.RETURNED for state in states)} of {len(states)}" if states else "-"
    file, status, why = _told(checked, names)
    return _who(checked), str(ret.who.period or "-"), status, *map(str, counts), returned, file, why


def _why(checked: Checked, names: Mapping[str, str]) -> str:
    """Why a file was decided upon as it was: the rules that ask for something, or what kept it from being checked."""
    first = checked.findings[0] if checked.findings else None
    if first and checked.set_aside:
        why = f"replaced by {first.expected}" if first.code == SUPERSEDED.code else first.found
        return re.sub(r"'(.+?)'(?=, '| and [0-9]|$)", lambda path: f"'{names.get(path[1], path[1])}'", why)
    if first and checked.ret.form is None:
        return f"{first.code}: {first.message}"
    codes = dict.fromkeys(finding.code for finding in checked.findings if finding.is_open)
    return some_of(list(codes), CODES_SHOWN)


def _status(checked: Checked) -> str:
    return SET_ASIDE if checked.set_aside else STATUS_WORDS[checked.status]


def _who(checked: Checked) -> str:
    council = checked.ret.who.council
    return council.name if council else "Council not known"


def _of_return(checked: Checked) -> Iterator[Line]:
    ret = checked.ret
    yield Line()
    yield Line(" - ".join(filter(None, (_who(checked), str(ret.who.period or ""), _status(checked)))), kind="heading")
    yield Line(printable(ret.file), 2, "detail")
    for _, group in groupby(checked.findings, key=_entry):
        yield from _of_findings(list(group))
    for finding in checked.put_right or ():
        question = f" ({finding.question})" if finding.question else ""
        yield Line(printable(f"put right  {finding.code}{question}: {finding.message}"), 2, "detail")
    if checked.not_tried:
        count = len(checked.not_tried)
        rules = f"{number_of(count, 'rule')} could not be tried"
        needed = "it needs" if count == 1 else "they need"
        codes = ", ".join(checked.not_tried)
        yield Line(f"{rules}, because an answer that {needed} was not returned or not readable: {codes}.", 2, "detail")


def _entry(finding: Finding) -> tuple[str, str, str, Since | None]:
    """Findings with the same of these are one entry."""
    return finding.code, finding.fix, finding.explanation, finding.since


def _of_findings(findings: list[Finding]) -> Iterator[Line]:
    """Findings of one rule with one remedy, as one entry. What a message says already is not said again."""
    first = findings[0]
    several = len(findings) > 1
    place = "" if several else where(first)
    since = f"  {SINCE_WORDS[first.since]}" if first.since else ""
    kind = "explained" if first.explanation else first.severity.value
    yield Line(printable(f"{kind}  {first.code}{since}  {place}".rstrip()), 2, "note" if first.explanation else kind)
    for finding in findings:
        place = f"{where(finding)}: " if several and finding.cells else ""
        yield Line(printable(f"{place}{finding.message}"), 4)
        facts = {"Found": finding.found, "Expected": finding.expected}
        new = [f"{word}: {fact}." for word, fact in facts.items() if not _says(finding, fact)]
        if new:
            yield Line(printable(" ".join(new)), 4, "detail")
    if first.explanation:
        yield Line(printable(f"Explained: {first.explanation}"), 4, "fix")
    else:
        yield Line(printable(first.fix), 4, "fix")


def _says(finding: Finding, fact: str) -> bool:
    """Whether a finding's words have a fact in them: '2' is not in 'Q2', nor in '25 people'."""
    return re.search(rf"(?<!\w){re.escape(fact)}(?!\w)", f"{finding.message} {finding.fix}") is not None


def where(finding: Finding) -> str:
    """Where a finding is: ``Questions C13 (Q1)``; of very many cells, the first."""
    question = f" ({finding.question})" if finding.question else ""
    return f"{finding.sheet} {some_of(ranges(finding.cells), CELLS_SHOWN)}{question}" if finding.cells else ""


def ranges(cells: Iterable[str]) -> list[str]:
    """Addresses with runs down a column drawn together: C8, C9, C10 is ``C8:C10``."""
    runs: list[tuple[str, int, int, int]] = []
    for cell in cells:
        sheet, mark, ref = cell.rpartition("!")
        row, column = row_and_column(ref)
        prefix = sheet + mark
        if runs and runs[-1][0] == prefix and runs[-1][1] == column and runs[-1][3] + 1 == row:
            runs[-1] = (*runs[-1][:3], row)
        else:
            runs.append((prefix, column, row, row))
    return [
        f"{prefix}{column_letters(column)}{first}" + (f":{column_letters(column)}{last}" if last > first else "")
        for prefix, column, first, last in runs
    ]


def _summary(batch: Batch) -> Iterator[Line]:
    counts = Counter(map(_status, batch.checked))
    parts = [f"{counts[words]} {words}" for words in (*STATUS_WORDS.values(), SET_ASIDE) if counts[words]]
    yield Line()
    yield Line(f"{number_of(len(batch.checked), 'return')}: {', '.join(parts) or 'nothing to check'}.", kind="heading")
    explained = sum(bool(finding.explanation) for checked in batch.checked for finding in checked.findings)
    if explained:
        yield Line(f"{explained} {'query' if explained == 1 else 'queries'} explained.", kind="detail")
    if any(checked.judged for checked in batch.checked):
        yield Line(
            "Some findings were left out, as you chose. What became of each return is by all of them.", kind="detail"
        )
    if batch.to_take:
        copies = some_of([f"'{file}'" for file in batch.to_take], FILES_NAMED)
        hold = "holds" if len(batch.to_take) == 1 else "hold"
        yield Line(printable(f"{copies} {hold} explanations. 'mspof explain --from' takes them."), kind="detail")
    for path in batch.passed_over:
        yield Line(printable(passed_over(path)), kind="detail")


def number_of(count: int, what: str) -> str:
    """How many of something there are: ``1 return``, ``2 returns``."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def hidden_in_words(measures: Protected) -> str:
    """How many numbers are hidden, and how many of them only for the sake of others."""
    further = f"{measures.hidden_further} of them only so that others can't be worked out"
    return f"{number_of(measures.hidden, 'number')} hidden, {further}."


def plain(report: Report) -> str:
    """The report as plain text, for files and pipes."""
    lines = [" " * line.indent + line.text for line in (*below(report, len(report.headings)), *report.lines)]
    title = [report.title] if report.title else []
    text = "\n".join([*title, *_table(report.headings, report.rows), *lines]).strip("\n")
    return f"{text}\n" if text else ""


def below(report: Report, shown: int) -> list[Line]:
    """A line for each row of which the first columns of the table do not show everything, after a blank one."""
    lines = []
    for row, told in zip(report.rows, report.told, strict=False):
        if any(row[shown:]) or any(CUT in cell for cell in row):
            counts = zip(report.headings[shown:COUNTED], row[shown:COUNTED], strict=True)
            said = [told.decision, *(f"{heading.casefold()} {count}" for heading, count in counts), told.why]
            lines.append(Line(f"{told.file}: {', '.join(filter(None, said))}"))
    return [Line(), *lines] if lines else []


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return []
    widths = [max(len(row[number]) for row in (headings, *rows)) for number in range(len(headings))]
    rule = ["-" * width for width in (*widths[:-1], min(widths[-1], LONGEST_RULE))]
    table = (headings, rule, *rows)
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]


def compose_collation(collated: Collated, published: Published, files: Iterable[Path]) -> Report:
    """What was collated, what was left out and why, how it stands beside SAC, and what was written."""
    coverage = f"{collated.participating} of {collated.on_register} councils on the register"
    lines = [Line(f"{collated.collection.short_name} {collated.period}: {coverage}.", kind="heading")]
    earlier = collated.refused_earlier
    for decision in (*collated.decisions, *earlier):
        if not decision.used:
            lines.append(Line(printable(f"Left out: '{decision.checked.ret.file}': {decision.why}"), kind="detail"))
    if other := len(collated.other) - len(earlier):
        lines.append(Line(f"{number_of(other, 'return')} for other periods.", kind="detail"))
    if published.sac is not None:
        positions = Counter(published.sac["position"].to_list())
        counts = ", ".join(f"{number} {position.replace('_', ' ')}" for position, number in sorted(positions.items()))
        lines.append(Line(f"Beside SAC, sums of {collated.period.year}: {counts}."))
        if set(positions) == {"no_comparator"}:
            lines.append(
                Line(f"Sums are only put beside SAC of the same year: give its file for {collated.period.year}.")
            )
    if published.revisions is not None:
        changed = number_of(published.revisions.height, "figure")
        lines.append(Line(f"{changed} changed since published before."))
    lines += [Line(printable(f"Wrote {file}")) for file in files]
    if published.policy.base > 1:
        lines.append(Line(hidden_in_words(published.measures)))
    lines.append(Line(published.audience.title))
    return Report((), (), tuple(lines))

"""The letter that goes with a council's feedback: what was received, what was found, and what happens next.

Composed once, then written as plain text and as HTML. It quotes nothing of the form but figures and labels: no comment,
no address, no name of a person.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import NamedTuple

from mspof_cli.findings import STATUS_WORDS, Finding, Severity, Status
from mspof_cli.outputs.safe import printable
from mspof_cli.outputs.text import SINCE_WORDS, number_of, where
from mspof_cli.periods import QUARTER_MONTHS, Period
from mspof_cli.questions import State
from mspof_cli.rules import Checked
from mspof_cli.rules.explained import NOT_COUNTING
from mspof_cli.rules.standing import ANOTHER_PERIOD

WIDTH = 78  # characters to a line of the plain text

STATE_WORDS = {
    State.RETURNED: "returned",
    State.NOT_RETURNED: "not returned",
    State.INCOMPLETE: "half filled in, or not readable",
}
PARTIAL = (
    "A partial return is welcome. A question that you leave blank is not returned, and never counted as zero. You can "
    "add it later by sending the form again."
)
COMPLETE = "You answered every question. Thank you."

# The sections of findings, in order, with what each says above them.
ERRORS, QUERIES, EXPLAINED = "Errors to correct", "Queries to correct or explain", "Explained"
NOT_EXPLAINED, NOTES = "Explanations that do not count", "For your information"
FINDINGS = {
    ERRORS: "Each of these must be corrected before your figures can be counted.",
    QUERIES: "Correct each of these, or explain why it is right.",
    EXPLAINED: "Thank you for explaining these.",
    NOT_EXPLAINED: "What each of these is about is still to be corrected or explained.",
    NOTES: "These do not keep your figures from being counted.",
}


class Received(NamedTuple):
    """What arrived: the file's name, when it was last changed, its SHA-256, and what it held beyond the form."""

    name: str
    changed: str
    sha256: str
    beyond: tuple[str, ...] = ()


class Copy(NamedTuple):
    """How the marked copy, and the place on it for explanations, are called where they are spoken of."""

    name: str
    explanations: str


THANKS = "Thank you for taking part."
ENCLOSED = Copy("The marked copy", "the column 'Explanation' on the first sheet of the marked copy")


class Section(NamedTuple):
    """A part of the letter: a heading, what it says, facts with their names, and things listed one by one."""

    heading: str
    says: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    listed: tuple[tuple[str, ...], ...] = ()


class Letter(NamedTuple):
    """The whole letter, before it is text or HTML."""

    subject: str
    opening: tuple[str, ...]
    sections: tuple[Section, ...]
    closing: str


def compose_letter(checked: Checked, received: Received) -> Letter:
    """The letter about one return."""
    who = checked.ret.who.council
    subject = ": ".join(filter(None, (_what(checked), who.name if who else None, STATUS_WORDS[checked.status])))
    return Letter(
        printable(subject),
        ("Dear colleague,", f"Thank you for {_thanks(checked)}. {outcome(checked)}"),
        tuple(_sections(checked, received)),
        THANKS,
    )


def _what(checked: Checked) -> str:
    """What the letter is about: ``MSPOF 2018-19-Q3``."""
    ret = checked.ret
    return f"{ret.form.collection.short_name} {ret.who.period or ''}".strip() if ret.form else "The form that you sent"


def _thanks(checked: Checked) -> str:
    ret = checked.ret
    if ret.form is None:
        return "the file that you sent"
    quarter = f" for {_in_words(ret.who.period)}" if ret.who.period else ""
    return f"your return of the {ret.form.collection.name}{quarter}"


def _in_words(period: Period) -> str:
    """A quarter as people say it: ``October to December in 2018-19 (Q3)``."""
    return f"{QUARTER_MONTHS[period.quarter]} in {period.year} (Q{period.quarter})"


def outcome(checked: Checked) -> str:
    """What became of a return, in a sentence."""
    errors, queries = (number_of_open(checked, severity) for severity in (Severity.ERROR, Severity.QUERY))
    match checked.status:
        case Status.NOT_READABLE:
            return "Your file could not be read, so its figures are not known."
        case Status.NEEDS_CORRECTING:
            also = f", and {_many(queries, 'query', 'queries')} to correct or explain" if queries else ""
            return f"There {_is(errors)} {number_of(errors, 'error')} to correct{also}."
        case Status.WITH_QUERIES:
            many = _many(queries, "query", "queries")
            return f"Your return is accepted. There {_is(queries)} {many} to correct or explain."
        case _:
            notes = sum(finding.severity is Severity.NOTE for finding in checked.findings)
            if notes:
                return f"Your return is accepted as it is, with {number_of(notes, 'note')} for your information."
            return "Your return is accepted as it is. There is nothing that you need to do."


def number_of_open(checked: Checked, severity: Severity) -> int:
    """How many findings of a severity are still to be corrected or explained."""
    return sum(finding.is_open and finding.severity is severity for finding in checked.findings)


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _many(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"


def next_steps(checked: Checked, copy: Copy) -> tuple[str, ...]:
    """What happens next, and what the council can do."""
    last = checked.ret.who.submission
    number = f"{last + 1} as its submission number" if last else "in its submission number, one more than the last time"
    again = f"correct the form, put {number}, and send it again. {_figures_in(copy, checked)}"
    explain = (
        f"write what lies behind the figures in {copy.explanations}, and send it back. "
        "Say what happened and to how many. Do not name or describe a person."
    )
    match checked.status:
        case Status.NOT_READABLE:
            return ("Put right what is said above, and send the form again.",)
        case Status.NEEDS_CORRECTING:
            queries = (f"To explain a query, {explain}",) if number_of_open(checked, Severity.QUERY) else ()
            left_out = "Until the errors are corrected, none of your figures count in the national summary."
            return (f"To put right what is wrong, {again}", *queries, left_out)
        case Status.WITH_QUERIES:
            counted = _counted(checked, "Meanwhile your figures count in the national summary.")
            return (f"If figures are wrong, {again}", f"If they are right, {explain}", counted)
        case _:
            return (_counted(checked, "Your figures count in the national summary of the quarter."),)


def _figures_in(copy: Copy, checked: Checked) -> str:
    """Whether the copy can be corrected: where the form was changed, some figures may not have been found."""
    if any(each.severity is not Severity.NOTE and each.code.startswith("FORM") for each in checked.findings):
        return f"{copy.name} has only the figures that could be found: the others stand in your file."
    return f"{copy.name} has your figures in it: you can correct that one. Its marks are of what you sent, and stay."


def _counted(checked: Checked, as_asked: str) -> str:
    """Where the figures of a return that is accepted are counted: ``as_asked``, unless it is another quarter's."""
    if checked.ret.is_empty:
        return "There are no figures in your return, so it adds nothing to the national summary."
    asked = next((finding.expected for finding in checked.findings if finding.code == ANOTHER_PERIOD.code), None)
    if asked:
        return f"Your figures count for {checked.ret.who.period}, as the cover says, and not for {asked}."
    return as_asked


def _sections(checked: Checked, received: Received) -> Iterator[Section]:
    ret, findings = checked.ret, checked.findings
    submission = [("Submission number", str(ret.who.submission))] if ret.who.submission else []
    file = (("File", received.name), ("Last changed", received.changed), ("SHA-256", received.sha256))
    yield Section("What we received", facts=(*file, *submission))
    if ret.form:
        states = tuple((q.heading, STATE_WORDS[ret.states[q.slug]]) for q in ret.form.collection.question)
        is_complete = all(state is State.RETURNED for state in ret.states.values())
        yield Section("What you returned", (COMPLETE if is_complete else PARTIAL,), states)
    for heading, says in FINDINGS.items():
        own = [finding for finding in findings if _heading(finding) == heading]
        if own:
            yield Section(heading, (says,), listed=_listed(own))
    if checked.put_right:
        yield Section("Put right since last time", listed=tuple((each.message,) for each in checked.put_right))
    if received.beyond:
        says = "The marked copy is made anew from the blank form, so it does not have these, which stand in your file:"
        yield Section("In your file, but not on the form", (says,), listed=tuple((each,) for each in received.beyond))
    yield Section("What happens next", next_steps(checked, ENCLOSED))


def _heading(finding: Finding) -> str:
    """Which of the sections of findings one belongs in."""
    if finding.explanation:
        return EXPLAINED
    if finding.severity is Severity.NOTE:
        return NOT_EXPLAINED if finding.code in NOT_COUNTING else NOTES
    return ERRORS if finding.severity is Severity.ERROR else QUERIES


def _listed(findings: Iterable[Finding]) -> tuple[tuple[str, ...], ...]:
    """Each finding as lines: where it is and its rule, what is wrong, and what to do or what was said of it."""
    return tuple(
        (
            _headline(finding),
            finding.message,
            f"You said: {finding.explanation}" if finding.explanation else finding.fix,
        )
        for finding in findings
    )


def _headline(finding: Finding) -> str:
    since = SINCE_WORDS[finding.since] if finding.since else ""
    return ", ".join(filter(None, (where(finding) or "The form as a whole", finding.code, since)))


def as_text(letter: Letter) -> str:
    """The letter as plain text."""
    lines = [f"Subject: {letter.subject}", ""]
    for paragraph in letter.opening:
        lines += [*_wrapped(paragraph), ""]
    for section in letter.sections:
        lines += [section.heading, "-" * len(section.heading)]
        for paragraph in section.says:
            lines += [*_wrapped(paragraph), ""]
        width = max((len(name) for name, _ in section.facts), default=0)
        lines += [f"  {name.ljust(width)}  {fact}" for name, fact in section.facts]
        for number, (first, *rest) in enumerate(section.listed, 1):
            lines += _wrapped(first, f"{number}. ", "   ")
            lines += [line for text in rest for line in _wrapped(text, "   ", "   ")]
        lines += [""] if lines[-1] else []
    return "\n".join(printable(line) for line in (*lines, letter.closing)) + "\n"


def _wrapped(text: str, first: str = "", rest: str = "") -> Sequence[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False)


STYLE = (
    "body{font:16px/1.5 Arial,Helvetica,sans-serif;color:#1b2530;background:#fff;max-width:44em;margin:2em auto;"
    "padding:0 1em}h1{font-size:1.5em;line-height:1.25;color:#15324f}h2{font-size:1.15em;color:#15324f;"
    "border-bottom:2px solid #d3dfea;padding-bottom:.2em;margin-top:1.8em}table{border-collapse:collapse}"
    "th,td{text-align:left;vertical-align:top;padding:.25em 1.5em .25em 0;border-bottom:1px solid #c9d2db}"
    "th{font-weight:bold;min-width:9.75em}td{overflow-wrap:anywhere}code{font-size:.8em}"
    "li{margin-bottom:.9em}p{margin:.6em 0}li p{margin:.15em 0}"
)
FINGERPRINT = re.compile("[0-9a-f]{64}")


def as_html(letter: Letter) -> str:
    """The letter as one HTML page that needs nothing else."""
    parts = [f"<h1>{_html(letter.subject)}</h1>", *(f"<p>{_html(each)}</p>" for each in letter.opening)]
    for section in letter.sections:
        parts.append(f"<h2>{_html(section.heading)}</h2>")
        parts += [f"<p>{_html(each)}</p>" for each in section.says]
        if section.facts:
            rows = (
                f'<tr><th scope="row">{_html(name)}</th><td>{_fact(fact)}</td></tr>' for name, fact in section.facts
            )
            parts += ["<table>", *rows, "</table>"]
        if section.listed:
            parts += ["<ol>", *(f"<li>{_item(each)}</li>" for each in section.listed), "</ol>"]
    parts.append(f"<p>{_html(letter.closing)}</p>")
    head = (
        '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>{_html(letter.subject)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
    )
    return head + "\n".join(parts) + "\n</main>\n</body>\n</html>\n"


def _fact(text: str) -> str:
    """A fact; a SHA-256 on one line where there is room, or else broken into equal parts."""
    if not FINGERPRINT.fullmatch(text):
        return _html(text)
    parts = (text[start : start + 16] for start in range(0, len(text), 16))
    return f"<code>{'<wbr>'.join(parts)}</code>"


def _item(lines: Sequence[str]) -> str:
    if len(lines) == 1:
        return _html(lines[0])
    first, *rest = lines
    return f"<p><strong>{_html(first)}</strong></p>" + "".join(f"<p>{_html(each)}</p>" for each in rest)


def _html(text: str) -> str:
    return escape(printable(text))

"""Rules on all returns together: versions of the same return, the same figures twice, change on the quarter before."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from mspof_cli.cells import Place
from mspof_cli.findings import Severity, Trouble, some_of
from mspof_cli.periods import Period
from mspof_cli.returns import Return, share_of
from mspof_cli.schemas import Rule, Tolerances

FILES_NAMED = 3

# Trouble with one of several returns: the file that it is in, and the trouble.
Met = tuple[str, Trouble]


class Check(NamedTuple):
    """A rule with the function that finds which of several returns break it."""

    rule: Rule
    find: Callable[[Sequence[Return]], Iterator[Met]]


class Standing(NamedTuple):
    """The returns that count, to be compared with each other, and the trouble with those that do not or may not."""

    current: tuple[Return, ...]
    aside: tuple[Met, ...]


def standing(returns: Iterable[Return]) -> Standing:
    """Of returns for one council and period the highest submission number counts; the same file or answers count once.

    Two files with the same highest number: nobody can say which counts, so neither does. One without a number, or
    that does not say whose it is, needs correcting and takes no part.
    """
    current: list[Return] = []
    aside: list[Met] = []
    for key, group in groupby(sorted(returns, key=_version_key), key=lambda ret: _version_key(ret)[:3]):
        versions, copies = _once_each(group)
        aside += copies
        numbered = [ret for ret in versions if ret.who.submission is not None and key[1]]
        highest = max((ret.who.submission or 0 for ret in numbered), default=0)
        winners = [ret for ret in numbered if ret.who.submission == highest]
        for ret in numbered:
            others = _listed(sorted(other.file for other in winners if other is not ret))
            facts = {"number": highest, "own": ret.who.submission, "others": others}
            if ret not in winners:
                aside.append((ret.file, Trouble("SET102", _submission(ret), facts=facts)))
            elif len(winners) > 1:
                aside.append((ret.file, Trouble("SET101", _submission(ret), facts=facts)))
            else:
                current.append(ret)
    return Standing(tuple(sorted(current, key=lambda ret: ret.file)), tuple(aside))


def _version_key(ret: Return) -> tuple[str, str, str, str]:
    """Returns with the same first three are versions of one another; one that does not say whose it is stands alone."""
    slug = ret.form.collection.slug if ret.form else ""
    if ret.who.council is None or ret.who.period is None:
        return slug, "", ret.sha256, ret.file
    return slug, ret.who.council.ons_code, str(ret.who.period), ret.file


def _once_each(returns: Iterable[Return]) -> tuple[list[Return], list[Met]]:
    """Returns without copies, and a note for each copy: of the same file, or of the same answers in another file.

    A copy's name is mostly the longer one. Feedback that came back holds the answers of the form that it is about.
    """
    files: dict[str, Return] = {}
    contents: dict[object, Return] = {}
    copies: list[Met] = []
    for ret in sorted(returns, key=lambda ret: (len(ret.file), ret.file)):
        if files.setdefault(ret.sha256, ret) is not ret:
            copies.append((ret.file, Trouble("SET103", facts={"found": files[ret.sha256].file})))
        elif contents.setdefault(_content(ret), ret) is not ret:
            copies.append((ret.file, Trouble("SET104", facts={"found": contents[_content(ret)].file})))
    return list(contents.values()), copies


def _content(ret: Return) -> object:
    """Everything that a return says, and what is wrong with it; nothing of where in its file that stands."""
    if ret.form is None or ret.who.council is None or ret.who.period is None:
        return ret.sha256
    cover = tuple(entry.text for entry in ret.cover.values())
    figures = tuple(given.value for given in ret.figures.values())
    wrong = sorted((each.code, each.question or "", each.measure or "") for each in ret.troubles)
    unread = sorted(str(each.facts) for each in ret.troubles if each.code.startswith("FIG"))
    return ret.who, cover, figures, tuple(ret.states.values()), tuple(wrong), tuple(unread)


def _listed(files: Sequence[str]) -> str:
    """A few names, and how many more there are."""
    return some_of([f"'{file}'" for file in files], FILES_NAMED)


def _submission(ret: Return) -> tuple[Place, ...]:
    return ret.cover["submission"].places


SAME_SUBMISSION = Rule(
    code="SET101",
    title="A submission number is used once",
    severity=Severity.ERROR,
    found="submission {own} in this file and in {others}",
    expected="a submission number of its own for each file",
    message="Submission {own} for this council and period was sent in more than one file: also in {others}.",
    fix="Find out which file counts. Give that one the next submission number, or send one file only.",
    because="The highest submission number counts. With two that are the same, nobody can say which.",
    example="two different forms for one council and quarter, both with submission number 1",
)

SUPERSEDED = Rule(
    code="SET102",
    title="The return was not replaced by a later submission",
    severity=Severity.NOTE,
    found="submission {own}",
    expected="submission {number}, in {others}",
    message="This is submission {own}. Submission {number}, in {others}, replaced it, so this file was not checked further.",
    fix="You do not need to do anything.",
    because="When a council sends a quarter again, the highest submission number counts.",
    example="submission 1, when submission 2 is there too",
)

SAME_FILE = Rule(
    code="SET103",
    title="A file is there once",
    severity=Severity.NOTE,
    found="the same file as '{found}'",
    expected="each file once",
    message="This file is the same, byte for byte, as '{found}'. It was counted once.",
    fix="You do not need to do anything.",
    because="Files are often saved twice from an e-mail. A copy must not be counted as another return.",
    example="'Quillbridge Q3 (1).xlsx' beside 'Quillbridge Q3.xlsx'",
)

SAME_ANSWERS = Rule(
    code="SET104",
    title="A submission is there once",
    severity=Severity.NOTE,
    found="the same answers as '{found}'",
    expected="each submission once",
    message="This file has the same answers and submission number as '{found}'. They were counted once.",
    fix="You do not need to do anything. If it is feedback that came back, 'mspof explain' takes its explanations.",
    because="A form saved again, or feedback that a council sent back, is the same submission in another file.",
    example="the marked copy of a return, sent back with explanations, beside the return",
)


def of_another_period(returns: Iterable[Return], period: Period) -> Iterator[Met]:
    """Returns for another quarter than the one that was asked for."""
    for ret in returns:
        if ret.who.period is not None and ret.who.period != period:
            facts = {"found": ret.who.period, "expected": period}
            yield ret.file, Trouble("COVER204", ret.cover["quarter"].places, facts=facts)


ANOTHER_PERIOD = Rule(
    code="COVER204",
    title="The return is for the quarter that was asked for",
    severity=Severity.QUERY,
    message="The cover says that this return is for {found}, but returns for {expected} were asked for.",
    fix="Check the financial year and the quarter on the cover. If they are right, explain why it is sent now.",
    because="Last quarter's form, filled in again, often keeps last quarter's cover. Its figures would be counted there.",
    example="a return for 2018-19-Q2 among those that 'mspof validate --period 2018-19-Q3' checks",
)


def same_as_another_council(returns: Sequence[Return]) -> Iterator[Met]:
    by_figures: dict[object, list[Return]] = {}
    for ret in returns:
        if _is_comparable(ret):
            by_figures.setdefault((_collection(ret), ret.who.period, _signature(ret)), []).append(ret)
    for twins in by_figures.values():
        for ret in twins:
            others = [other for other in twins if other is not ret and other.who.council is not ret.who.council]
            if others:
                council = others[0].who.council
                facts = {"found": others[0].file, "council": council.name if council else ""}
                yield ret.file, Trouble("SET201", ret.places(ret.figures), facts=facts)


SAME_AS_ANOTHER_COUNCIL = Check(
    Rule(
        code="SET201",
        title="The figures are not another council's",
        severity=Severity.ERROR,
        found="the same figures as in '{found}'",
        expected="this council's own figures",
        message="Every figure is the same as in the return of {council} for the same period ('{found}').",
        fix="Check that this form holds your own council's figures.",
        because="Two councils with the same figures throughout are a form that was copied, or a wrong name on a cover.",
        example="a form filled in for one council and sent again under the name of another",
    ),
    same_as_another_council,
)


def _with_previous(returns: Sequence[Return]) -> Iterator[tuple[Return, Return]]:
    """Each return whose council also has one for the quarter before, with that one."""
    by_key = {(_collection(ret), ret.who.council, ret.who.period): ret for ret in returns if ret.who.council}
    for ret in returns:
        if ret.who.council is not None and ret.who.period is not None:
            earlier = by_key.get((_collection(ret), ret.who.council, ret.who.period.previous))
            if earlier is not None:
                yield ret, earlier


def same_as_quarter_before(returns: Sequence[Return]) -> Iterator[Met]:
    for ret, earlier in _with_previous(returns):
        if _is_comparable(ret) and _signature(ret) == _signature(earlier):
            facts = {"found": earlier.file, "period": earlier.who.period}
            yield ret.file, Trouble("SET202", ret.places(ret.figures), facts=facts)


SAME_AS_QUARTER_BEFORE = Check(
    Rule(
        code="SET202",
        title="The figures are not those of the quarter before",
        severity=Severity.QUERY,
        found="the same figures as for {period}, in '{found}'",
        expected="this quarter's own figures",
        message="Every figure is the same as in your return for {period} ('{found}').",
        fix="Check that the form was filled in anew. If the figures are right, explain.",
        because="The same figures throughout in two quarters are usually last quarter's form with a new cover.",
        example="last quarter's form with only the quarter changed",
    ),
    same_as_quarter_before,
)


def count_changed(returns: Sequence[Return]) -> Iterator[Met]:
    """Watched counts beyond the tolerance; all of a return's are one finding, since they mostly have one cause."""
    for ret, earlier in _with_previous(returns):
        assert ret.form is not None
        collection, before, now = ret.form.collection, earlier.values(), ret.values()
        far = [
            (name, was, value)
            for name in collection.watched_counts
            if (was := before.get(name)) is not None
            and (value := now.get(name)) is not None
            and count_is_far(was, value, collection.tolerances)
        ]
        if far:
            name, was, value = far[0]
            changes = "; ".join(f"'{ret.form.label_of(name)}' is {value}, but it was {was}" for name, was, value in far)
            facts = {"changes": changes, "found": value, "was": was, "period": earlier.who.period}
            places = ret.places(name for name, _, _ in far)
            yield ret.file, Trouble("SET301", places, collection.question_of(name), name, facts)


def count_is_far(was: int, value: int, tolerances: Tolerances) -> bool:
    """Whether a count changed by more than the floor, the percentage and chance (Poisson) together allow."""
    change = abs(value - was)
    return (
        change >= tolerances.count_change
        and 100 * change >= tolerances.count_change_percent * was
        and change >= tolerances.count_change_z * math.sqrt(value + was)
    )


COUNT_CHANGED = Check(
    Rule(
        code="SET301",
        title="A count is in line with the quarter before",
        severity=Severity.QUERY,
        found="{found}, after {was} in {period}",
        expected="about as many as the {was} of {period}",
        message="Compared with {period}: {changes}.",
        fix="Check both quarters. If the figures are right, explain what changed.",
        because="A change of this size is more than chance: it is a slip, a new system, or something worth knowing.",
        example="a count of 90 after 40 in the quarter before",
    ),
    count_changed,
)


def share_changed(returns: Sequence[Return]) -> Iterator[Met]:
    """A watched percentage beyond the tolerance."""
    for ret, earlier in _with_previous(returns):
        assert ret.form is not None
        before, after = earlier.values(), ret.values()
        for derived in ret.form.collection.derived:
            was, now = share_of(before, derived), share_of(after, derived)
            if derived.watched and was and now and share_is_far(was, now, ret.form.collection.tolerances):
                facts = {"label": derived.label, "found": percent(*now), "was": percent(*was), "of": now[1],
                         "was_of": was[1], "period": earlier.who.period}  # fmt: skip
                yield ret.file, Trouble("SET302", ret.places(derived.numerator), derived.question, derived.slug, facts)


def share_is_far(was: tuple[int, int], now: tuple[int, int], tolerances: Tolerances) -> bool:
    """Whether two shares (numerator, base) differ by more than the points and chance (two-proportion z) together allow."""
    (part, base), (later_part, later_base) = was, now
    if min(base, later_base) < tolerances.share_minimum_base:
        return False
    # Over the common base, in whole numbers: in fractions, 70 % less 50 % is not quite 20 points.
    points = 100 * abs(part * later_base - later_part * base) >= tolerances.share_change_points * base * later_base
    difference = abs(part / base - later_part / later_base)
    pooled = (part + later_part) / (base + later_base)
    error = math.sqrt(pooled * (1 - pooled) * (1 / base + 1 / later_base))
    return points and difference >= tolerances.share_change_z * error


def percent(part: int, base: int) -> str:
    """A share in words: ``45 %``."""
    return f"{100 * part / base:.0f} %"


SHARE_CHANGED = Check(
    Rule(
        code="SET302",
        title="A percentage is in line with the quarter before",
        severity=Severity.QUERY,
        found="{found} of {of}, after {was} of {was_of} in {period}",
        expected="about as much as the {was} of {period}",
        message="'{label}' is {found} (of {of}), but it was {was} (of {was_of}) in {period}.",
        fix="Check both quarters. If the figures are right, explain what changed.",
        because="A change of this size is more than chance. Answers swapped between two rows look like this.",
        example="30 % of 60 after 70 % of 60 in the quarter before",
    ),
    share_changed,
)


def _collection(ret: Return) -> str:
    return ret.form.collection.slug if ret.form else ""


def _signature(ret: Return) -> tuple[tuple[str, int], ...]:
    return tuple((name, given.value) for name, given in ret.figures.items() if given.value is not None)


def _is_comparable(ret: Return) -> bool:
    """Whether a return has enough figures for it to be unlikely that another has the same by chance."""
    if ret.form is None or ret.who.council is None:
        return False
    figures, tolerances = [value for _, value in _signature(ret)], ret.form.collection.tolerances
    return len(figures) >= tolerances.identical_figures and sum(figures) >= tolerances.identical_total


STANDING: tuple[Rule, ...] = (SAME_SUBMISSION, SUPERSEDED, SAME_FILE, SAME_ANSWERS)
TOGETHER: tuple[Check, ...] = (SAME_AS_ANOTHER_COUNCIL, SAME_AS_QUARTER_BEFORE, COUNT_CHANGED, SHARE_CHANGED)

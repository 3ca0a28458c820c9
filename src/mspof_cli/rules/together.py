"""Rules on returns together: the same figures twice, change on the quarter before."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from mspof_cli.findings import Severity, Trouble
from mspof_cli.returns import Return, share_of
from mspof_cli.rules.standing import Met
from mspof_cli.schemas import Rule, Tolerances


class Check(NamedTuple):
    """A rule with the function that finds which of several returns break it."""

    rule: Rule
    find: Callable[[Sequence[Return]], Iterator[Met]]


def same_as_another_council(returns: Sequence[Return]) -> Iterator[Met]:
    by_figures: dict[object, list[Return]] = {}
    for ret in returns:
        if _is_comparable(ret):
            by_figures.setdefault((_collection(ret), ret.who.period, _signature(ret)), []).append(ret)
    for twins in by_figures.values():
        for ret in twins:
            others = [other for other in twins if other is not ret and other.who.council is not ret.who.council]
            if others:
                yield ret.file, Trouble("SET201", ret.places(ret.figures), facts={"found": others[0].file})


SAME_AS_ANOTHER_COUNCIL = Check(
    Rule(
        code="SET201",
        title="The figures are not another council's",
        severity=Severity.ERROR,
        found="the same figures as in '{found}'",
        expected="this council's own figures",
        message="Every figure is the same as in another council's return for the same period.",
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
            facts = {"found": earlier.file, "name": earlier.file_name, "period": earlier.who.period}
            yield ret.file, Trouble("SET202", ret.places(ret.figures), facts=facts)


SAME_AS_QUARTER_BEFORE = Check(
    Rule(
        code="SET202",
        title="The figures are not those of the quarter before",
        severity=Severity.QUERY,
        found="the same figures as for {period}, in '{found}'",
        expected="this quarter's own figures",
        message="Every figure is the same as in your return for {period} ('{name}').",
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


TOGETHER: tuple[Check, ...] = (SAME_AS_ANOTHER_COUNCIL, SAME_AS_QUARTER_BEFORE, COUNT_CHANGED, SHARE_CHANGED)

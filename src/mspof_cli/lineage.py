"""Where a figure comes from: every file, sheet and cell that it is the sum of, and whose returns are left out of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mspof_cli.disclosure import publish
from mspof_cli.earlier import Earlier
from mspof_cli.errors import UsageError, nearest
from mspof_cli.findings import some_of
from mspof_cli.measures import (
    LEVELS,
    PARTICIPATING,
    QUARTER,
    Measure,
    Span,
    measures_of,
    panel_quarters,
)
from mspof_cli.periods import Period
from mspof_cli.returns import Return
from mspof_cli.schemas import Collection
from mspof_cli.sums import THE_PANEL, Area, Edition, Row, areas_of, codes_in_all

EVERYBODY: Area = (LEVELS[0], "", PARTICIPATING)

SPANS_NAMED = 6


class Source(NamedTuple):
    """A figure of a return that is added up: in which parts of the measure it counts, whose it is, and where it is."""

    parts: tuple[str, ...]
    council: str
    file: str
    sheet: str
    cells: str
    label: str
    value: int


class LeftOut(NamedTuple):
    """A return of the area that did not give every part of the measure: the labels of what is missing."""

    council: str
    file: str
    missing: tuple[str, ...]


class Traced(NamedTuple):
    """A figure of a summary. ``shown`` is its row as it was written, if it was; ``exact`` are the sums, by part.

    ``astray`` are the parts of which what is shown does not follow from the returns.
    """

    measure: Measure
    row: Row
    shown: Mapping[str, str] | None
    exact: Mapping[str, int]
    sources: tuple[Source, ...]
    left_out: tuple[LeftOut, ...]
    astray: tuple[str, ...]


def trace(before: Earlier, collection: Collection, measure: Measure, area: Area, span: Span) -> Traced:
    """Where a measure of an area comes from in a span of time of the summary."""
    row = Row(str(span.period), span.name, *area, measure.slug, measure.respondent or "")
    names = measure.numerator + measure.denominator
    within = [ret for ret in _returns_of(before.edition, names, area) if ret.who.period in span.quarters]
    labels = collection.names
    missing = {ret.file: [labels[name] for name in names if ret.value(name) is None] for ret in within}
    given = [ret for ret in within if not missing[ret.file]]
    parts = {"numerator": measure.numerator, "denominator": measure.denominator}
    exact = {part: sum(ret.value(n) or 0 for ret in given for n in own) for part, own in parts.items() if own}
    shown = before.summary.rows.get(row)
    policy = before.summary.manifest.policy
    astray = [
        part
        for part, total in exact.items()
        if shown and shown[part] not in ((publish(total, policy), policy.symbol) if given else ("[x]",))
    ]
    sources = tuple(source for ret in given for source in _sources(ret, parts, labels))
    left_out = tuple(LeftOut(_council(ret), ret.file, tuple(missing[ret.file])) for ret in within if missing[ret.file])
    return Traced(measure, row, shown, exact if given else {}, sources, left_out, tuple(astray))


def _returns_of(edition: Edition, names: Sequence[str], area: Area) -> list[Return]:
    """The returns of an area, by council; of the matched panel, those of councils that gave some figures every time."""
    returns = sorted(edition.returns, key=lambda ret: (_council(ret), str(ret.who.period), ret.file))
    if area != THE_PANEL:
        return [ret for ret in returns if ret.who.council and area in areas_of(ret.who.council)]
    complete = [ret for ret in returns if all(ret.value(name) is not None for name in names)]
    quarters = panel_quarters(edition.spans)
    panel = codes_in_all([ret for ret in complete if ret.who.period == quarter] for quarter in quarters)
    return [ret for ret in returns if ret.who.council and ret.who.council.ons_code in panel]


def _council(ret: Return) -> str:
    return ret.who.council.name if ret.who.council else ""


def _sources(ret: Return, parts: Mapping[str, Sequence[str]], labels: Mapping[str, str]) -> Iterator[Source]:
    """The figures of a return that count, in order, each once with every part that it counts in."""
    for name in dict.fromkeys(name for own in parts.values() for name in own):
        places = ret.figures[name].places
        counts_in = tuple(part for part, own in parts.items() if name in own)
        sheet = places[0].sheet if places else ""
        cells = ", ".join(place.ref for place in places)
        yield Source(counts_in, _council(ret), ret.file, sheet, cells, labels[name], ret.value(name) or 0)


def measure_named(name: str, respondent: str | None, collection: Collection) -> Measure:
    """The measure that was asked for; ``UsageError`` if there is none, or if it must be said who answered."""
    every = measures_of(collection)
    found = [each for each in every if each.slug == name and respondent in (None, each.respondent)]
    if len(found) == 1:
        return found[0]
    asked = sorted({each.respondent for each in every if each.slug == name and each.respondent})
    if asked:
        raise UsageError(f"'{name}' was answered by {' and '.join(asked)}.", f"Give --respondent {' or '.join(asked)}.")
    if any(each.slug == name for each in every):
        raise UsageError(f"'{name}' was not asked of respondents apart.", "Leave out --respondent.")
    raise _unknown("measure", name, sorted({each.slug for each in every}), "They are in the column 'measure'.")


def span_named(name: str, when: Period, before: Earlier) -> Span:
    """The span of time that was asked for, by its name and its last quarter; ``UsageError`` if there is none."""
    spans = before.edition.spans
    for span in spans:
        if (span.name, span.period) == (name, when):
            return span
    what = "nothing" if name == QUARTER else f"no {name.replace('_', ' ')}"
    problem = f"There is {what} of {when} in '{before.summary.folder}'."
    raise UsageError(problem, f"It has {some_of([f'{each.period} {each.name}' for each in spans], SPANS_NAMED)}.")


def area_named(level: str, name: str, edition: Edition) -> Area:
    """The area that was asked for, by its name or ONS code, among those that took part; else ``UsageError``."""
    councils = {ret.who.council.ons_code: ret.who.council for ret in edition.returns if ret.who.council}
    areas = {area for council in councils.values() for area in areas_of(council) if area[0] == level}
    wanted = name.casefold()
    for area in sorted(areas):
        if wanted in (area[1].casefold(), area[2].casefold()):
            return area
    kind, known = level.replace("_", " "), sorted(area[2] for area in areas)
    raise _unknown(kind, name, known, "Only those that took part have figures.")


def _unknown(kind: str, name: str, known: Iterable[str], where: str) -> UsageError:
    known = list(known)
    folded = {each.casefold(): each for each in known}
    begun = (each for each in folded if each.startswith(name.casefold()))
    near = nearest(name.casefold(), folded) or next(begun, None)
    hint = f"Did you mean '{folded[near]}'? " if near else ""
    return UsageError(f"There is no {kind} '{name}' in this summary.", f"{hint}{where}")

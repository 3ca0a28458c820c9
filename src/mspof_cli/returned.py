"""Which council returned what, and what was found in the returns, as far as an audience may know.

That a council returned a question is no secret. A finding speaks of exact numbers, and that a rule such as one about
100 % found something in a return, or nothing in any, can tell numbers too. So those who may not know exact numbers only
see in how many councils' returns each rule on the file, the form and its cover found something.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from mspof_cli.disclosure import Audience
from mspof_cli.returns import Return
from mspof_cli.rules import WITHOUT_FIGURES, Checked, catalogue
from mspof_cli.schemas import Collection

# One row for each council that took part and each question: ``state`` is returned, incomplete or not returned.
PARTICIPATION_COLUMNS = (
    *("collection", "period", "ons_code", "cassr_code", "name", "council_type", "region_code", "region_name"),
    *("question", "heading", "state"),
)

# One row for each finding, for those who may know exact numbers.
FINDING_COLUMNS = (
    *("collection", "period", "ons_code", "name", "file", "code", "severity", "question", "measure", "sheet", "cells"),
    *("message", "explanation"),
)

# For others one row for each rule that tells nothing of figures: in how many councils' returns it found something, and
# how many explained it.
RULE_COLUMNS = ("collection", "period", "code", "severity", "title", "councils", "explained")


def participation(collection: Collection, returns: Iterable[Return]) -> pl.DataFrame:
    """The councils' returns by question; columns ``PARTICIPATION_COLUMNS``."""
    rows = [
        (
            *(collection.slug, str(ret.who.period), council.ons_code, council.cassr_code, council.name),
            *(council.council_type, council.region_code, council.region_name),
            *(question.label, question.heading, ret.states[question.slug].value.replace("_", " ")),
        )
        for ret in sorted(returns, key=lambda ret: ret.who.council.ons_code if ret.who.council else "")
        if (council := ret.who.council)
        for question in collection.question
    ]
    return _texts(rows, PARTICIPATION_COLUMNS)


def findings(collection: Collection, checked: Iterable[Checked], audience: Audience) -> pl.DataFrame:
    """What was found in returns that were used, as far as an audience may know."""
    checked = tuple(checked)
    if audience.names_files:
        return _texts([row for each in checked for row in _each(collection, each)], FINDING_COLUMNS)
    return _texts(list(_by_rule(collection, checked)), RULE_COLUMNS)


def _each(collection: Collection, checked: Checked) -> Iterator[tuple[str, ...]]:
    ret = checked.ret
    council = ret.who.council
    for finding in checked.findings:
        yield (
            *(collection.slug, str(ret.who.period or "")),
            *((council.ons_code, council.name) if council else ("", "")),
            *(ret.file_name, finding.code, finding.severity.value, finding.question or "", finding.measure or ""),
            *(finding.sheet or "", " ".join(finding.cells)),
            *(finding.message, finding.explanation),
        )


def _by_rule(collection: Collection, checked: Iterable[Checked]) -> Iterator[tuple[str, ...]]:
    rules = catalogue([collection])
    found: dict[str, set[str]] = {}
    explained: dict[str, set[str]] = {}
    period = ""
    for each in checked:
        code, period = each.ret.who.council.ons_code if each.ret.who.council else "", str(each.ret.who.period)
        for finding in (one for one in each.findings if one.code in WITHOUT_FIGURES):
            found.setdefault(finding.code, set()).add(code)
            if finding.explanation:
                explained.setdefault(finding.code, set()).add(code)
    for rule, councils in sorted(found.items()):
        counts = (str(len(councils)), str(len(explained.get(rule, ()))))
        yield (collection.slug, period, rule, rules[rule].severity.value, rules[rule].title, *counts)


def _texts(rows: Sequence[tuple[str, ...]], columns: Iterable[str]) -> pl.DataFrame:
    rows = [tuple(map(readable, row)) for row in rows]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def readable(text: str) -> str:
    """Text, such as a file's name, without what is no text, which no table can hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

"""Summaries that were published before: what they told, and the returns that they were made of.

Whoever keeps both sees from one to the next. So what an earlier summary shows is known when the next is attacked, and
the returns that it was made of are needed to say of what. They are found by their SHA-256.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mspof_cli.disclosure import MISSING, publish, published_interval
from mspof_cli.errors import UsageError
from mspof_cli.findings import some_of
from mspof_cli.measures import spans_of
from mspof_cli.returns import Return
from mspof_cli.schemas import Collection
from mspof_cli.sums import Cells, Edition, parts_of
from mspof_cli.worlds import Sum
from mspof_cli.written import Summary

# How many returns that are missing are named.
NAMED = 3


class Earlier(NamedTuple):
    """A summary that was published before, with the returns that it was made of."""

    summary: Summary
    edition: Edition

    def known_sums(self, collection: Collection, cells: Cells) -> Iterator[Sum]:
        """What it tells of the sums of its returns; ``UsageError`` if that does not follow from them.

        Nothing is taken from a symbol: a number can be hidden whatever it is, to protect another.
        """
        policy = self.summary.manifest.policy
        for row, part, found, _ in parts_of(self.edition, collection, cells):
            shown = self.summary.rows.get(row, {}).get(part, "")
            if shown in MISSING or shown == policy.symbol:
                continue
            if shown != publish(sum(cells.counts[cell] for cell in found), policy):
                raise UsageError(
                    f"'{self.summary.folder}' shows {shown} for {row.measure} ({part}) of {row.name}, {row.period}, "
                    "which does not follow from its returns.",
                    "Check that the schemas are those that it was made by, and that nobody has changed it.",
                )
            yield Sum(found, (), published_interval(shown, policy))


def earlier(summary: Summary, collection: Collection, returns: Iterable[Return]) -> Earlier:
    """A summary with the returns that it was made of.

    ``UsageError`` if any of them is not there, or it is of another collection.
    """
    if summary.manifest.collection != collection.slug:
        problem = f"'{summary.folder}' is of another collection, {summary.manifest.collection}."
        raise UsageError(problem, f"Give a summary of {collection.slug}.")
    by_hash, wanted = {ret.sha256: ret for ret in returns}, summary.manifest.used()
    missing = wanted - set(by_hash)
    if missing:
        names = [f"'{each.file}'" for each in summary.manifest.inputs if each.sha256 in missing and each.file]
        named = f": {some_of(names, NAMED)}" if names else ""
        raise UsageError(
            f"{len(missing)} of the {len(wanted)} returns that '{summary.folder}' was made of are not here{named}.",
            "Give them as they were. In the next quarter too: a submission that was replaced is left out by itself.",
        )
    used = tuple(by_hash[each] for each in sorted(wanted))
    return Earlier(summary, Edition(used, spans_of(summary.period, [ret.who.period for ret in used if ret.who.period])))

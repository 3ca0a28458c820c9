"""Summaries that were published before: what they told, and the returns that they were made of.

Whoever keeps both sees from one to the next. So what an earlier summary shows is known when the next is attacked, and
the returns that it was made of are needed to say of what. They are found by their SHA-256.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from mspof_cli.disclosure import MISSING, SHARE, publish, published_interval, share_as_published
from mspof_cli.errors import UsageError
from mspof_cli.findings import some_of
from mspof_cli.measures import spans_of
from mspof_cli.returns import Return
from mspof_cli.schemas import Collection
from mspof_cli.sums import Cells, Edition, Row, areas_of, parts_of
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

        A symbol tells that a number is small, where it is: who reads it can't be sure, but may take it to be.
        """
        audience, policy = self.summary.manifest.audience, self.summary.manifest.policy
        of_councils: dict[Row, dict[str, tuple[int, ...]]] = {}
        for row, part, found, councils in parts_of(self.edition, collection, cells):
            if row.level == "council":
                of_councils.setdefault(row, {})[part] = found
            total = sum(cells.counts[cell] for cell in found)
            shown = self.summary.rows.get(row, {}).get(part, "")
            is_small = policy.hides(total) and councils >= audience.councils
            if shown in MISSING or (shown == policy.symbol and not is_small):
                continue
            if shown != publish(total, policy):
                raise UsageError(
                    f"'{self.summary.folder}' shows {shown} for {row.measure} ({part}) of {row.name}, {row.period}, "
                    "which does not follow from its returns.",
                    "Check that the schemas are those that it was made by, and that nobody has changed it.",
                )
            yield Sum(found, (), published_interval(shown, policy))
        yield from self._lent(of_councils, cells, collection.tolerances.share_minimum_base)

    def _lent(
        self, of_councils: Mapping[Row, Mapping[str, tuple[int, ...]]], cells: Cells, least: int
    ) -> Iterator[Sum]:
        """The sums of councils that medians are made of, as if they were shown, where it is known which they are."""
        policy = self.summary.manifest.policy
        compared: dict[Row, list[Sum]] = {}
        areas = {
            ret.who.council.ons_code: list(areas_of(ret.who.council)) for ret in self.edition.returns if ret.who.council
        }
        for row, parts in of_councils.items():
            counts = {part: sum(cells.counts[cell] for cell in found) for part, found in parts.items()}
            if "denominator" in parts and (share := share_as_published(counts, least, policy)):
                known = [
                    Sum(parts[part], (), published_interval(str(count), policy))
                    for part, count in zip(SHARE, share, strict=True)
                ]
                for level, code, name in areas[row.ons_code]:
                    compared.setdefault(row._replace(level=level, ons_code=code, name=name), []).extend(known)
        for area, lent in compared.items():
            told = self.summary.rows.get(area, {})
            if told.get("compared") == str(len(lent) // len(SHARE)) and told["median"] not in MISSING:
                yield from lent


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

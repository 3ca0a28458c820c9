"""A statement of the data's quality, in Markdown: who took part, what was returned, and how numbers are protected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from mspof_cli.measures import LEVELS, QUARTER
from mspof_cli.outputs.csvw import symbols_of
from mspof_cli.outputs.text import hidden_in_words
from mspof_cli.published import NOT_TOLD, Published

# What a reader may know who is one of the councils.
KNOWS_OWN = (
    "A council knows its own numbers too. What it can tell of another's small number from one sum less its own number "
    "is reckoned with. What it can tell from several sums together is not, so it may know a small number more closely."
)


def statement(published: Published) -> str:
    """The whole statement."""
    return "\n".join(_lines(published)) + "\n"


def _lines(published: Published) -> Iterator[str]:
    collection, period = published.collection, published.period
    yield f"# {collection.name}: quality of the data for {period}"
    yield ""
    yield published.audience.title
    yield ""
    yield "## Coverage"
    yield ""
    share = 100 * published.participating / published.on_register if published.on_register else 0
    yield (
        f"{published.participating} of the {published.on_register} councils on the register in {period} took part "
        f"({share:.0f} %). Taking part is voluntary, so figures are of the participating councils, not of England, and "
        "are not for judging a council's performance."
    )
    yield ""
    yield "## What was returned"
    yield ""
    yield "A blank is not zero: what a council did not return is left out, and is never counted as zero."
    yield ""
    yield from _table(published.coverage)
    yield ""
    yield from _answered(published)
    if published.revisions is not None:
        yield "## Revisions"
        yield ""
        yield from _revisions(published, published.revisions)
        yield ""
    yield "## How numbers are protected"
    yield ""
    yield from _protection(published)
    yield ""
    yield "## Symbols"
    yield ""
    yield from _table(pl.DataFrame(list(symbols_of(published).items()), schema=["Symbol", "Meaning"], orient="row"))
    yield ""
    yield "## Councils that took part"
    yield ""
    yield from _table(published.councils)


def _answered(published: Published) -> Iterator[str]:
    """Item non-response: of those counted in a question, for how many there is an answer."""
    slugs = [derived.slug for derived in published.collection.derived if derived.answered]
    if not slugs:
        return
    rows = published.measures.table.filter(
        pl.col("measure").is_in(slugs), period=str(published.period), span=QUARTER, level=LEVELS[0]
    )
    yield "## For how many there is an answer"
    yield ""
    yield (
        "Of the people counted in a question by all councils together that answered it. For the others no answer was "
        "recorded or given; those who answer are not a random sample."
    )
    yield ""
    headings = {"label": "Measure", "numerator": "With an answer", "denominator": "Counted", "value": "%"}
    yield from _table(rows.select(*headings).rename(headings))
    yield ""


def _revisions(published: Published, revisions: pl.DataFrame) -> Iterator[str]:
    """What has changed since earlier summaries, and because of which returns."""
    own = [each for each in published.before if each.manifest.audience.slug == published.audience.slug]
    summaries = ", ".join(f"{each.period} ({each.manifest.audience.slug})" for each in own)
    yield f"Compared with what was published before: {summaries}. {revisions.height} figures are not what they were."
    causes = revisions.group_by("because", maintain_order=True).len("figures").select("because", "figures")
    if causes.height:
        yield ""
        yield from _table(causes.rename({"because": "Because", "figures": "Figures"}).cast(pl.String))


def _protection(published: Published) -> Iterator[str]:
    policy = published.policy
    if policy.base == 1:
        yield "Numbers are exact and none is hidden. These files are not for publication."
        return
    yield (
        f"Counts from {policy.hidden_from} to {policy.hidden_to} are hidden, and the others are rounded to the nearest "
        f"{policy.base}. Percentages are whole numbers, computed from the rounded counts, and say no more than these."
    )
    yield ""
    yield (
        "Before anything was written, it was tried to work the hidden numbers out from all that is shown here and in "
        "the summaries that were reckoned with. For each, "
        f"the lowest and the highest number that it can be hold at least {policy.possible} whole numbers. "
        f"In the tables: {hidden_in_words(published.measures)}"
    )
    yield ""
    yield KNOWS_OWN
    yield ""
    named = ", ".join(
        f"{each.period} ({each.manifest.audience.slug}, {each.manifest_sha256[:8]})" for each in published.before
    )
    yield f"Reckoned with: {named}." if named else "No summary that was published before was reckoned with."
    yield ""
    yield NOT_TOLD


def _table(frame: pl.DataFrame) -> Iterator[str]:
    yield _row(frame.columns)
    yield _row("---" for _ in frame.columns)
    for values in frame.rows():
        yield _row(str(value) for value in values)


def _row(values: Iterable[str]) -> str:
    return "| " + " | ".join(value.replace("|", "\\|") for value in values) + " |"

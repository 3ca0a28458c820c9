"""Small numbers, in both directions: how a count is published, and what a published figure says of the count.

The law that holds the two together: every count lies in the interval of what is published for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from mspof_cli.cells import tidy
from mspof_cli.intervals import Interval
from mspof_cli.schemas import Frozen


class Policy(Frozen):
    """How counts are protected before they are published.

    Counts from ``hidden_from`` to ``hidden_to`` are replaced by ``symbol`` (none are where ``hidden_to`` is the
    smaller), the others rounded to the nearest multiple of ``base``, which is odd, so that none lies in the middle.
    ``also`` are other symbols that stand for a hidden count in what was published earlier. From all that is published,
    a hidden count can have at least ``possible`` values.
    """

    slug: str
    title: str
    hidden_from: int
    hidden_to: int
    symbol: str
    also: tuple[str, ...] = ()
    base: int
    possible: int = 1

    def hides(self, count: int) -> bool:
        return self.hidden_from <= count <= self.hidden_to


class Audience(Frozen):
    """Who a summary is for: the policy that protects it, and the levels of areas that it has figures for.

    The figures of an area with fewer than ``councils`` councils are hidden. ``names_files``: whether it says what
    became of each file, with findings and explanations, which speak of exact numbers.
    """

    slug: str
    title: str
    policy: str
    levels: tuple[Literal["participating", "matched_panel", "council_type", "region", "council"], ...]
    councils: int = 1
    names_files: bool = False


class PlacedAudience(Audience):
    """An audience among others: ``closer`` are those who are shown more by the same policy, and can read this too."""

    closer: tuple[PlacedAudience, ...] = ()


# What stands for a figure that is not there: not available, not applicable, none recorded, and older signs.
MISSING = frozenset({"", "[x]", "[z]", "[w]", "..", "…", ":", "-", "–", "—"})

# Marks that follow a figure and do not change it: provisional, revised, estimated, break in series, and notes.
MARKS = re.compile(r"(?:\s*\[(?:p|r|e|b|u|note\s*\d+|\d+)\])+$", re.IGNORECASE)


def publish(count: int, policy: Policy) -> str:
    """How a count, 0 or more, is published."""
    if policy.hides(count):
        return policy.symbol
    return str((count + policy.base // 2) // policy.base * policy.base)


# What a percentage is made of.
SHARE = ("numerator", "denominator")


def share_as_published(counts: Mapping[str, int], least: int, policy: Policy) -> tuple[int, int] | None:
    """Numerator and denominator, as they would be published, of a percentage that areas can be compared by.

    None if any of its parts would be hidden, or the denominator is less than ``least``.
    """
    if any(map(policy.hides, counts.values())):
        return None
    numerator, denominator = (int(publish(counts[part], policy)) for part in SHARE)
    return (numerator, denominator) if denominator >= least else None


def published_interval(shown: str, policy: Policy) -> Interval:
    """What a published figure says of the count; ``ValueError`` if it is neither a figure nor a known symbol.

    A figure that the policy would not have published, such as one that was not rounded, may still have been: it is
    taken to be as exact as the others.
    """
    text = tidy(shown).casefold()
    if text in MISSING:
        return Interval(0)
    if text in {policy.symbol, *policy.also} and policy.hidden_to >= policy.hidden_from:
        return Interval(policy.hidden_from, policy.hidden_to)
    text = MARKS.sub("", text)
    if not re.fullmatch(r"\d{1,3}(,\d{3})+|\d{1,9}", text, re.ASCII):
        raise ValueError(shown)
    figure, half = int(text.replace(",", "")), policy.base // 2
    low, high = max(0, figure - half), figure + half
    if publish(figure, policy) != str(figure):
        return Interval(low, high)
    # Of the counts that round to it, those that would have been hidden are not it.
    while policy.hides(low):
        low += 1
    while policy.hides(high):
        high -= 1
    return Interval(low, high)

"""What is known of a number that was published rounded or hidden: the whole numbers that it can be."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """The whole numbers from ``low`` to ``high``, both included; ``high`` is None where there is no upper bound.

    ``Interval(0)`` is what is known of a count that was not published at all.
    """

    low: int
    high: int | None = None

    @classmethod
    def exactly(cls, number: int) -> Interval:
        return cls(number, number)

    @property
    def is_known(self) -> bool:
        """Whether it says more than that the number is a count."""
        return self.low > 0 or self.high is not None

    def __contains__(self, number: int) -> bool:
        return self.low <= number and (self.high is None or number <= self.high)

    def __add__(self, other: Interval) -> Interval:
        """What is known of the sum of two numbers."""
        high = None if self.high is None or other.high is None else self.high + other.high
        return Interval(self.low + other.low, high)

    def __and__(self, other: Interval) -> Interval:
        """What both say of one number."""
        highs = [high for high in (self.high, other.high) if high is not None]
        return Interval(max(self.low, other.low), min(highs, default=None))

    def overlaps(self, other: Interval) -> bool:
        """Whether the two numbers can be the same."""
        return self.distance(other) == 0

    def distance(self, other: Interval) -> int:
        """The least by which the two numbers differ; 0 if they can be the same."""
        below = other.low - self.high if self.high is not None else 0
        above = self.low - other.high if other.high is not None else 0
        return max(below, above, 0)

    def widened(self, floor: int, percent: float) -> Interval:
        """With a tolerance at each end: the floor or the percentage of that end, whichever is more; never below 0."""
        high = None if self.high is None else self.high + _tolerance(self.high, floor, percent)
        return Interval(max(0, self.low - _tolerance(self.low, floor, percent)), high)

    def __str__(self) -> str:
        if self.high is None:
            return f"{self.low} or more" if self.low else "not known"
        return str(self.low) if self.low == self.high else f"between {self.low} and {self.high}"


def total(intervals: Iterable[Interval]) -> Interval:
    """What is known of the sum of several numbers."""
    return sum(intervals, Interval.exactly(0))


def _tolerance(end: int, floor: int, percent: float) -> int:
    return max(floor, math.ceil(percent * end / 100))


@dataclass(frozen=True, slots=True)
class Share:
    """What is known of a share, a fraction from 0 to 1: from ``low`` to ``high``, both included."""

    low: float
    high: float

    def distance(self, other: Share) -> float:
        """The least by which two shares differ, as a fraction; 0 if they can be the same."""
        return max(other.low - self.high, self.low - other.high, 0.0)


def share(part: Interval, rest: Interval) -> Share:
    """What is known of ``part / (part + rest)``; 0 to 1 where nothing is."""
    low = 0.0 if part.low == 0 or rest.high is None else part.low / (part.low + rest.high)
    if part.high is None:
        return Share(low, 1.0)
    # A part that can only be 0 has the share 0, unless the rest can be 0 too: then there is no share to know.
    return Share(low, part.high / (part.high + rest.low) if part.high + rest.low else 1.0)


# Standard errors on either side of what was observed, for 95 % confidence.
Z_95 = 1.96


def wilson(part: float, base: float, z: float) -> Share:
    """Wilson's interval of a share: ``part`` of ``base`` (at least 1), at ``z`` standard errors.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """
    observed = part / base
    centre = observed + z * z / (2 * base)
    spread = z * math.sqrt(observed * (1 - observed) / base + z * z / (4 * base * base))
    scale = 1 + z * z / base
    return Share(max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale))

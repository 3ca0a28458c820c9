"""How many people to ask, and what the answers already in can bear: percentages from a sample of a finite number.

Everything is at 95 % confidence, and for the percentage that is hardest to know, 50 %, unless a percentage is given.
"""

from __future__ import annotations

import math
from fractions import Fraction

from mspof_cli.intervals import Z_95, Share, wilson


def answers_needed(enquiries: int, points: int) -> int:
    """How many of so many enquiries must be answered to know a percentage within so many points either way.

    Source: W. G. Cochran, Sampling Techniques, 3rd edition (1977), section 4.4: n0 / (1 + (n0 - 1) / N), rounded up.
    Worked out in fractions, so that a whole number is not rounded up by an error in its last digit. Or else so many
    that the others could not change it by more: of 10 enquiries 9, for 10 points.
    """
    unlimited = Fraction(str(Z_95)) ** 2 / 4 / Fraction(points, 100) ** 2
    all_but = math.ceil(enquiries * (1 - Fraction(points, 100)))
    return min(all_but, math.ceil(unlimited / (1 + (unlimited - 1) / enquiries)))


def people_to_ask(answers: int, response_rate: float) -> int:
    """How many must be asked for so many answers, where ``response_rate`` per cent of those asked answer."""
    return math.ceil(answers * 100 / Fraction(str(response_rate)))


def margin(enquiries: int, answers: int) -> float:
    """Within how many points either way so many answers, at least 1, show a percentage of all the enquiries.

    It is never more than what those not heard of could change, if all of them answered otherwise.
    """
    if answers >= enquiries:
        return 0.0
    likely = Z_95 * math.sqrt(0.25 / answers * (enquiries - answers) / (enquiries - 1))
    return 100 * min(likely, (enquiries - answers) / enquiries)


def finite_wilson(part: int, answers: int, enquiries: int) -> Share:
    """Wilson's interval for a share of all the enquiries, from ``part`` of ``answers``, at least 1.

    The answers count as the larger number that would tell as much of a population without end,
    answers x (N - 1) / (N - answers): when everyone answered, nothing is uncertain. Source: Cochran, as above, section
    3.7, for that correction.

    The share is of N people, so each end is moved outwards to a whole number of them, as far as those not heard of
    allow. Without that, 49 of 49 answers from 50 people would leave out that the last one may say otherwise.
    """
    if answers >= enquiries:
        return Share(part / answers, part / answers)
    worth = (enquiries - 1) / (enquiries - answers)
    known = wilson(part * worth, answers * worth, Z_95)
    fewest = max(part, math.floor(known.low * enquiries))
    most = min(part + enquiries - answers, math.ceil(known.high * enquiries))
    return Share(fewest / enquiries, most / enquiries)

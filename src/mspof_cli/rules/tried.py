"""Which rules could be tried: what was not found by one that could not is not known to be right."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from mspof_cli.explanations import Explanation
from mspof_cli.periods import Period
from mspof_cli.returns import Return
from mspof_cli.rules.standing import ANOTHER_PERIOD
from mspof_cli.rules.together import (
    COUNT_CHANGED,
    SAME_AS_ANOTHER_COUNCIL,
    SAME_AS_QUARTER_BEFORE,
    SHARE_CHANGED,
)
from mspof_cli.sac import Sac

# Rules that compare a return with the same council's of other quarters, and with other councils' of its quarter.
OF_QUARTERS = {each.rule.code for each in (SAME_AS_QUARTER_BEFORE, COUNT_CHANGED, SHARE_CHANGED)}
OF_COUNCILS = {SAME_AS_ANOTHER_COUNCIL.rule.code}


class Inputs(NamedTuple):
    """What was given besides the returns, without which some rules can't be tried."""

    sac: Sac | None = None
    explanations: Sequence[Explanation] = ()
    period: Period | None = None


def was_tried(code: str, ret: Return, not_tried: Collection[str], inputs: Inputs, beside: Iterable[Return]) -> bool:
    """Whether a rule was tried on a return, ``beside`` others; ``not_tried`` are the lines that could not be."""
    period = ret.who.period
    if ret.form is None or code in not_tried:
        return False
    if code.startswith("SAC"):
        return inputs.sac is not None and period is not None and inputs.sac.beside(period.start_year) is not None
    if code.startswith("EXP"):
        return bool(inputs.explanations)
    if code == ANOTHER_PERIOD.code:
        return inputs.period is not None
    others = [other.who for other in beside if other is not ret]
    if code in OF_QUARTERS:
        return any(who.council == ret.who.council for who in others)
    return code not in OF_COUNCILS or any(who.period == period for who in others)

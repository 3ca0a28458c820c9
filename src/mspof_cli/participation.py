"""Who has returned: every council of the register for a quarter, over the years, and what their systems can supply."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from mspof_cli.decisions import decision_on, is_used, only_collection, only_register
from mspof_cli.errors import MspofError
from mspof_cli.layout import label_key
from mspof_cli.periods import Period
from mspof_cli.questions import State
from mspof_cli.register import Register
from mspof_cli.returns import Return
from mspof_cli.rules import Checked
from mspof_cli.schemas import Collection, Council

NOT_STATED, ANOTHER = "Not stated", "Another system"

# An address that can be written to: less than what may be one, which an explanation must not hold.
ADDRESS = re.compile(r"[\w.%+'-]+@(?:[\w-]+\.)+[^\W\d_]{2,}")


class Standing(Enum):
    """How a council stands in a quarter. A partial return is accepted, and welcome."""

    RETURNED = "returned"
    PARTIAL = "partial"
    NEEDS_CORRECTING = "needs correcting"
    NOT_RETURNED = "not returned"

    @property
    def takes_part(self) -> bool:
        return self in (Standing.RETURNED, Standing.PARTIAL)


class Row(NamedTuple):
    """One council in the quarter: the state of each question, if it sent anything, by slug.

    ``joined``: it takes part for the first time. ``lapsed``: it took part before, and not now. ``last`` is the last
    quarter in which it, or a council that it followed, took part, this one included. ``address`` is the shared one on
    the cover of its latest return that gives one, or empty. ``is_misaddressed``: what its latest return gives is none.
    """

    council: Council
    standing: Standing
    states: Mapping[str, State]
    submission: int | None
    joined: bool
    lapsed: bool
    last: Period | None
    address: str
    is_misaddressed: bool


class Area(NamedTuple):
    """How many of an area's councils take part."""

    name: str
    taking_part: int
    councils: int


class Year(NamedTuple):
    """A financial year: how many councils took part, how many for the first time ever, and how many so far in all."""

    year: str
    taking_part: int
    new: int
    so_far: int
    on_register: int


class System(NamedTuple):
    """A case management system: how many councils use it, and how many of them returned each question, by slug."""

    name: str
    councils: int
    supplied: Mapping[str, int]


class Participation(NamedTuple):
    """Who has returned for a quarter, and all quarters that there are returns for.

    ``unknown`` are files of which nobody can say whose they are, or for when.
    """

    collection: Collection
    period: Period
    rows: tuple[Row, ...]
    regions: tuple[Area, ...]
    years: tuple[Year, ...]
    systems: tuple[System, ...]
    unknown: tuple[str, ...]
    periods: tuple[Period, ...]

    @property
    def has_errors(self) -> bool:
        """Whether what there is for the quarter needs correcting, or may do."""
        return bool(self.unknown) or any(row.standing is Standing.NEEDS_CORRECTING for row in self.rows)

    @property
    def taking_part(self) -> int:
        return sum(row.standing.takes_part for row in self.rows)

    def answering(self, question: str) -> int:
        """How many of those that take part returned a question."""
        return sum(row.standing.takes_part and row.states[question] is State.RETURNED for row in self.rows)


# Accepted returns by council and period.
Accepted = Mapping[tuple[str, Period], Return]


def participation(
    checked: Iterable[Checked], period: Period | None, registers: Callable[[Collection], Register]
) -> Participation:
    """Who has returned for a period, or for the latest that there is a return for.

    ``MspofError`` if no return says whose it is and for when; ``UsageError`` if they are of more than one collection,
    or of councils of more than one register.
    """
    counting = [each for each in checked if not each.set_aside]
    known = [each for each in counting if _is_known(each.ret)]
    if not known:
        raise MspofError("No return says whose it is and for when.", "Run 'mspof validate' to see what is wrong.")
    returns = [each.ret for each in known]
    collection, register_name = only_collection(returns), only_register(returns)
    periods = sorted({ret.who.period for ret in returns if ret.who.period})
    period = period or periods[-1]
    register = registers(collection)
    councils = [each for each in register.existing_in(period) if each.register_name == register_name]
    history = _History(register.councils, {_key(each.ret): each.ret for each in known if is_used(each)}, period)
    sent = {_key(each.ret)[0]: each for each in known if each.ret.who.period == period}
    contact = next((field.slug for field in collection.cover if field.contact), None)
    rows = tuple(_row(council, sent.get(council.ons_code), history, contact) for council in councils)
    return Participation(
        collection,
        period,
        rows,
        tuple(_regions(rows)),
        tuple(history.years(register_name)),
        tuple(_systems(collection, history.of_year(period.year))),
        tuple(each.ret.file for each in counting if each not in known),
        tuple(periods),
    )


def _is_known(ret: Return) -> bool:
    """Whether a return says whose it is and for when, and the council existed then."""
    council, period = ret.who.council, ret.who.period
    return council is not None and period is not None and council.existed_in(period)


def _key(ret: Return) -> tuple[str, Period]:
    council, period = ret.who.council, ret.who.period
    assert council is not None
    assert period is not None
    return council.ons_code, period


def _row(council: Council, sent: Checked | None, history: _History, contact: str | None) -> Row:
    now = history.accepted.get((council.ons_code, history.period))
    periods = history.periods(council)
    standing = Standing.NOT_RETURNED
    if now is not None:
        whole = all(state is State.RETURNED for state in now.states.values())
        standing = Standing.RETURNED if whole else Standing.PARTIAL
    elif sent is not None and decision_on(sent).has_errors:
        standing = Standing.NEEDS_CORRECTING
    returns = [*history.returns(council), *([sent.ret] if sent else [])]
    given = [text for ret in returns if contact and contact in ret.cover and (text := ret.cover[contact].text)]
    return Row(
        council,
        standing,
        sent.ret.states if sent else {},
        sent.ret.who.submission if sent else None,
        joined=periods == [history.period],
        lapsed=bool(periods) and standing is Standing.NOT_RETURNED,
        last=max(periods, default=None),
        address=next(filter(None, map(_address, reversed(given))), ""),
        is_misaddressed=bool(given) and not _address(given[-1]),
    )


def _address(text: str) -> str:
    """The e-mail address in a text; empty unless there is just one."""
    found = ADDRESS.findall(text)
    return found[0] if len(found) == 1 else ""


class _History:
    """The accepted returns up to a quarter. A council that followed others carries theirs on."""

    def __init__(self, councils: Sequence[Council], accepted: Accepted, period: Period) -> None:
        self.period, self._councils = period, councils
        self.accepted = {key: ret for key, ret in accepted.items() if key[1] <= period}
        self._before: dict[str, set[str]] = {}
        for council in councils:
            for successor in council.successor_ons_codes:
                self._before.setdefault(successor, set()).add(council.ons_code)

    def _line(self, code: str) -> set[str]:
        """A council and all that it followed, however long ago."""
        line, ahead = set[str](), {code}
        while ahead:
            line |= ahead
            ahead = {before for each in ahead for before in self._before.get(each, ())} - line
        return line

    def periods(self, council: Council) -> list[Period]:
        """The quarters in which a council, or one that it followed, took part, in order."""
        line = self._line(council.ons_code)
        return sorted({period for code, period in self.accepted if code in line})

    def returns(self, council: Council) -> list[Return]:
        """The accepted returns of a council itself, in order of time."""
        return [ret for (code, _), ret in sorted(self.accepted.items(), key=_by_time) if code == council.ons_code]

    def of_year(self, year: str) -> list[Return]:
        """The accepted returns of a financial year, in order of time."""
        return [ret for (_, period), ret in sorted(self.accepted.items(), key=_by_time) if period.year == year]

    def years(self, register_name: str) -> Iterator[Year]:
        """Each financial year in which anyone took part. A council that followed a participant is not a new one."""
        so_far, seen = 0, set[str]()
        for start in sorted({period.start_year for _, period in self.accepted}):
            periods = [period for _, period in self.accepted if period.start_year == start]
            there = {code for code, period in self.accepted if period.start_year == start}
            new = {code for code in there if not self._line(code) & seen}
            so_far, seen = so_far + len(new), seen | there
            on_register = sum(
                each.existed_in(max(periods)) and each.register_name == register_name for each in self._councils
            )
            yield Year(max(periods).year, len(there), len(new), so_far, on_register)


def _by_time(item: tuple[tuple[str, Period], Return]) -> tuple[Period, str]:
    return item[0][1], item[0][0]


def _regions(rows: Iterable[Row]) -> Iterator[Area]:
    """The regions, in order of their codes, which run from north to south."""
    there = Counter((row.council.region_code, row.council.region_name) for row in rows)
    taking = Counter((row.council.region_code, row.council.region_name) for row in rows if row.standing.takes_part)
    for region in sorted(there):
        yield Area(region[1], taking[region], there[region])


def _systems(collection: Collection, returns: Iterable[Return]) -> Iterator[System]:
    """What the councils with each system returned in the year; none if the form does not ask which system it is.

    A council's system is the one that its latest return names.
    """
    field = next((field for field in collection.cover if field.supplies), None)
    if field is None:
        return
    names: dict[str, str] = {}
    supplied: dict[str, set[str]] = {}
    choices = {label_key(choice): choice for choice in field.choices}
    for ret in returns:
        code, _ = _key(ret)
        typed = ret.cover[field.slug].text
        names[code] = choices.get(label_key(typed), ANOTHER) if typed else NOT_STATED
        supplied.setdefault(code, set()).update(slug for slug, state in ret.states.items() if state is State.RETURNED)
    for name in dict.fromkeys((*field.choices, ANOTHER, NOT_STATED)):
        own = [supplied[code] for code in names if names[code] == name]
        if own:
            yield System(name, len(own), {slug: sum(slug in each for each in own) for slug in collection.questions})

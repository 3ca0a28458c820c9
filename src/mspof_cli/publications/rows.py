"""What both layouts share: whose row it is, what a figure says, what a heading is called."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from mspof_cli.cells import tidy
from mspof_cli.disclosure import Policy, publish, published_interval
from mspof_cli.errors import MspofError, UsageError
from mspof_cli.findings import some_of
from mspof_cli.periods import financial_year, years_in
from mspof_cli.register import Register
from mspof_cli.sac import Comparator, Published
from mspof_cli.schemas import Collection, Council

Figures = dict[str, dict[str, Published]]

OUTSIDE = re.compile(r"E(?:92|12|13)\d{6}")  # England, its regions, and Inner and Outer London
CODE = re.compile(r"[A-Z]\d{8}|[A-Z]{4}\d{5}")
NAMED = 5  # councils that a remark names
SHOWN = 40  # characters of a cell that is no figure
FIGURE = "a count, or a symbol such as [c], [x] or *"


class Identifiers(NamedTuple):
    """How a row says whose it is; what its table has no column for is empty."""

    ons_code: str = ""
    cassr_code: str = ""
    name: str = ""


class Rows:
    """One published file while it is read: what its words mean, and what in it was not understood (``remarks``)."""

    def __init__(
        self, collection: Collection, comparator: Comparator, policy: Policy, register: Register, path: Path
    ) -> None:
        self.collection = collection
        self.comparator = comparator
        self.path = path
        self.remarks: list[str] = []
        self._remarked: set[str] = set()
        self._policy = policy
        self._register = register
        self._by_cassr: dict[str, list[Council]] = {}
        for council in register.councils:
            self._by_cassr.setdefault(_cassr_key(council.cassr_code), []).append(council)

    def keys(self, heading: str) -> set[str]:
        """A heading of the data file and its other wordings, as they are compared."""
        return {heading_key(heading), *map(heading_key, self.comparator.aliases.get(heading, ()))}

    def council(self, row: Identifiers, start_year: int, where: str) -> Council | None:
        """Whose row it is, by the ONS code or else the CASSR code or the name; None if it is no council's.

        A code of another time, or that is not in the register, is no council's either, and is remarked on.
        """
        code = row.ons_code.replace(" ", "").upper()
        if OUTSIDE.fullmatch(code):
            return None
        found = self._register.by_code(code) if code else None
        if found is not None and not found.existed_throughout(start_year):
            self._remark(code, f"{where}: {code} is {found.name}, which did not exist in all of that year.")
            return None
        named = self._register.named(row.name) if row.name.strip() else ()
        if found is not None:
            if named and found not in named:
                raise self.error(f"{where} has the ONS code of {found.name}, but the name of {named[-1].name}")
            return found
        if CODE.fullmatch(code):
            self._remark(code, f"{where}: {code} is not in the register of councils.")
            return None
        return self._without_code(_cassr_key(row.cassr_code), named, start_year, where)

    def _without_code(self, cassr_code: str, named: Iterable[Council], start_year: int, where: str) -> Council | None:
        """The only council of that year with a CASSR code, or else with a name."""
        for known in (self._by_cassr.get(cassr_code, ()) if cassr_code else (), named):
            existing = [council for council in known if council.existed_throughout(start_year)]
            if len(existing) == 1:
                return existing[0]
        if cassr_code:
            self._remark(cassr_code, f"{where}: it can't be told whose row this is.")
        return None

    def gaps(self, figures: Figures, start_year: int) -> tuple[str, ...]:
        """Which councils have no row, and which have not every figure, in words."""
        registers = {council.register_name for council in self._register.councils if council.ons_code in figures}
        absent, lacking = [], []
        for council in self._register.councils:
            if council.register_name not in registers or not council.existed_throughout(start_year):
                continue
            row = figures.get(council.ons_code)
            if row is None:
                absent.append(council.name)
            elif not all(name in row and row[name].interval.is_known for name in self.comparator.measures):
                lacking.append(council.name)
        return tuple(
            f"{what} {some_of(names, NAMED)}."
            for names, what in ((absent, "No row for"), (lacking, "Not every figure for"))
            if names
        )

    def _remark(self, code: str, words: str) -> None:
        """Say something of a code once: in the long CSV it stands in hundreds of lines."""
        if code not in self._remarked:
            self._remarked.add(code)
            self.remarks.append(words)

    def figure(self, shown: str, source: str) -> Published:
        """What a published figure says; ``MspofError`` if it is none."""
        try:
            figure = Published(published_interval(shown, self._policy), shown, source)
        except ValueError:
            raise self.error(f"{source} should be a figure, but is '{shown[:SHOWN]}'", f"Expected {FIGURE}.") from None
        digits = tidy(shown).replace(",", "")
        if digits.isdecimal() and publish(int(digits), self._policy) != digits:
            self._remark("rounding", f"{source} is {shown}, which is not rounded as SAC is. There may be others.")
        return figure

    def error(
        self, what: str, remedy: str = "Check that it is the file as it was published, and run again."
    ) -> MspofError:
        return MspofError(f"'{self.path}' can't be used: {what}.", remedy)

    def year(self, found: set[int], stated: int | None, where: str) -> int:
        """The file's year: what its title says, or else what was stated; a contradiction is refused."""
        said = stated if stated is not None else next(iter(found)) if len(found) == 1 else None
        if said is None:
            problem = f"'{self.path}' does not say which year it is for{f' in {where}' if where else ''}."
            raise UsageError(problem, 'Put its year in front of it, such as "2018-19=tables.csv".')
        if found and said not in found:
            own = " and ".join(financial_year(year) for year in sorted(found))
            problem = f"'{self.path}' was said to be for {financial_year(said)}, but its title says {own}."
            raise UsageError(problem, "Give the file of that year, or correct the year in front of it.")
        by_name = years_in(self.path.name.replace("_", " ")) - {said}
        if by_name:
            name = " and ".join(financial_year(year) for year in sorted(by_name))
            self._remark("year", f"The file's name speaks of {name}, but it was read as {financial_year(said)}.")
        return said


def heading_key(text: str) -> str:
    """A heading without case, punctuation, line breaks, and notes such as ``[note 3]``, ``(2)`` or a raised 3."""
    text = re.sub(r"[\u00b9\u00b2\u00b3\u2070-\u2079]", "", text)
    text = re.sub(r"\[[^\]]*\]|\((?:note )?\d+\)", " ", tidy(text).casefold())
    text = re.sub(r"(?<=[a-z])\d+$", "", text.strip().rstrip("*†‡ "))
    return " ".join(re.sub(r"[^\w\s]", "", text.replace("-", " ")).split())


def _cassr_key(code: str) -> str:
    """A CASSR code as number, text or padded text: the same."""
    return code.strip().upper().removesuffix(".0").lstrip("0")

"""What both layouts share: whose row it is, what a figure says, what a heading is called."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from mspof_cli.cells import tidy
from mspof_cli.disclosure import Policy, published_interval
from mspof_cli.errors import MspofError, UsageError
from mspof_cli.periods import Period
from mspof_cli.register import Register
from mspof_cli.sac import Comparator, Published
from mspof_cli.schemas import Collection, Council

Figures = dict[str, dict[str, Published]]

OUTSIDE = re.compile(r"E(?:92|12|13)\d{6}")  # England, its regions, and Inner and Outer London
CODE = re.compile(r"[A-Z]\d{8}|[A-Z]{4}\d{5}")
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
        if found is None and CODE.fullmatch(code):
            self._remark(code, f"{where}: {code} is not in the register of councils.")
        elif found is None:
            cassr_code = _cassr_key(row.cassr_code)
            known = self._by_cassr.get(cassr_code, ()) if cassr_code else self._register.named(row.name)
            found = next((council for council in known if council.existed_throughout(start_year)), None)
        return found

    def _remark(self, code: str, words: str) -> None:
        """Say something of a code once: in the long CSV it stands in hundreds of lines."""
        if code not in self._remarked:
            self._remarked.add(code)
            self.remarks.append(words)

    def figure(self, shown: str, source: str) -> Published:
        """What a published figure says; ``MspofError`` if it is none."""
        try:
            return Published(published_interval(shown, self._policy), shown, source)
        except ValueError:
            raise self.error(f"{source} should be a figure, but is not", f"Expected {FIGURE}.") from None

    def error(
        self, what: str, remedy: str = "Check that it is the file as it was published, and run again."
    ) -> MspofError:
        return MspofError(f"'{self.path}' can't be used: {what}.", remedy)

    def year(self, found: set[int], stated: int | None, where: str) -> int:
        """The file's year: what its title says, or else what was stated; a contradiction is refused."""
        said = stated if stated is not None else next(iter(found)) if len(found) == 1 else None
        if said is None:
            problem = f"'{self.path}' does not say which year it is for{f' in {where}' if where else ''}."
            raise UsageError(problem, f"Say it in front of the file: 2018-19={self.path}")
        if found and said not in found:
            own = " and ".join(Period(year, 1).year for year in sorted(found))
            problem = f"'{self.path}' was said to be for {Period(said, 1).year}, but its title says {own}."
            raise UsageError(problem, "Give the file of that year, or correct the year in front of it.")
        return said


def heading_key(text: str) -> str:
    """A heading without case, punctuation, line breaks, and notes such as ``[note 3]``, ``(2)`` or a raised 3."""
    text = re.sub(r"[\u00b9\u00b2\u00b3\u2070-\u2079]", "", text)
    text = re.sub(r"\[[^\]]*\]|\(\d+\)", " ", tidy(text).casefold())
    text = re.sub(r"(?<=[a-z])\d+$", "", text.strip().rstrip("*†‡ "))
    return " ".join(re.sub(r"[^\w\s]", "", text.replace("-", " ")).split())


def _cassr_key(code: str) -> str:
    """A CASSR code as number, text or padded text: the same."""
    return code.strip().upper().removesuffix(".0").lstrip("0")

"""The councils, found by code or by name as people write them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from functools import cached_property

from mspof_cli.cells import tidy
from mspof_cli.errors import nearest
from mspof_cli.periods import Period
from mspof_cli.schemas import Council

# Words for what kind of council it is, which people leave out.
KINDS = frozenset({"borough", "city", "corporation", "county", "district", "london", "metropolitan", "of", "royal"})


class Register:
    """Councils by any of their ONS codes and by any of their names."""

    def __init__(self, councils: Iterable[Council]) -> None:
        self.councils = tuple(councils)
        self._by_code = {code: c for c in self.councils for code in (*c.other_ons_codes, c.ons_code)}
        self._by_name: dict[str, list[Council]] = {}
        for council in sorted(self.councils, key=lambda council: council.valid_from or datetime.date.min):
            names = {name_key(name) for name in (council.name, council.official_name, _plain(council.name))}
            for name in names | {_bare(name) for name in names}:
                self._by_name.setdefault(name, []).append(council)

    def by_code(self, code: str) -> Council | None:
        """The council with an ONS code, whatever its case and spacing."""
        return self._by_code.get(code.replace(" ", "").upper())

    def named(self, name: str) -> tuple[Council, ...]:
        """The councils of a name, oldest first: a name can be passed on when councils are reorganised.

        A name may be given without what kind of council it is: 'Bristol', 'Dorset'.
        """
        key = name_key(name)
        return tuple(self._by_name.get(key) or self._by_name.get(_bare(key)) or ())

    def nearest(self, name: str, period: Period | None = None) -> str | None:
        """The name most like one that is not known, if any is much like it; with a period, a council's of then."""
        of_time = {
            key: fitting[-1].name
            for key, councils in self._by_name.items()
            if (fitting := [council for council in councils if period is None or council.existed_in(period)])
        }
        near = nearest(name_key(name), of_time, 0.75)
        return of_time[near] if near else None

    def mentioned_in(self, text: str, period: Period | None) -> tuple[Council, ...]:
        """The councils of a period whose ONS code or name stands in a text, such as a file's name."""
        words = f" {name_key(text)} "
        mentioned = sorted({number for phrase, number in self._phrases if phrase in words})
        councils = (self.councils[number] for number in mentioned)
        return tuple(council for council in councils if period is None or council.existed_in(period))

    @cached_property
    def _phrases(self) -> list[tuple[str, int]]:
        """What a text is searched for: codes and names as whole words, each with the number of its council."""
        return [
            (f" {name_key(phrase)} ", number)
            for number, council in enumerate(self.councils)
            for phrase in (council.ons_code, _plain(council.name))
        ]

    def existing_in(self, period: Period) -> tuple[Council, ...]:
        return tuple(council for council in self.councils if council.existed_in(period))


def name_key(name: str) -> str:
    """A council's name without what people write differently: case, '&', punctuation, 'the', 'council'."""
    letters = "".join(letter if letter.isalnum() else " " for letter in tidy(name).casefold().replace("&", " and "))
    return " ".join(word for word in letters.split() if word not in ("the", "council"))


def _bare(key: str) -> str:
    """The key of a name without the words for what kind of council it is."""
    return " ".join(word for word in key.split() if word not in KINDS) or key


def _plain(name: str) -> str:
    """A name without what stands in brackets after it."""
    return name.partition("(")[0]

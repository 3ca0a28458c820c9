"""Small numbers stay hidden: the attack against brute force, and against what is really shown.

``MSPOF_FULL=1`` tries many more random tables and collections.
"""

from __future__ import annotations

import io
import itertools
import os
import random
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence

import polars as pl
import pytest
from build import CLEAN, COLLECTION, QUARTER, SCHEMAS
from test_collation import COUNCILS, Figures, a_return, collated, written

from mspof_cli.attack import Attack, protect
from mspof_cli.collation import Collated
from mspof_cli.disclosure import Audience, Policy, publish, published_interval
from mspof_cli.errors import MspofError
from mspof_cli.intervals import Interval
from mspof_cli.measures import Measure, measures_of
from mspof_cli.protection import FARTHEST, Fact, protected
from mspof_cli.returns import Return
from mspof_cli.sums import areas_of, row_of
from mspof_cli.worlds import Problem, Sum

FULL = bool(os.environ.get("MSPOF_FULL"))
SEED = 20181015
POLICIES = [policy for policy in SCHEMAS.policies.values() if policy.base > 1]


def bounds(cells: Sequence[Interval], sums: Sequence[Sum], target: Sum) -> Interval:
    """The bounds of a sum, by trying every world."""
    ranges = [range(each.low, (each.high or 0) + 1) for each in cells]
    fitting = [
        target.of(world)
        for world in itertools.product(*ranges)
        if all(each.known is None or each.of(world) in each.known for each in sums)
    ]
    return Interval(min(fitting), max(fitting))


def tables(number: int) -> Iterator[tuple[list[int], list[Interval], list[Sum], list[int]]]:
    """Small tables of counts with sums that are published under a policy: counts, cells, sums, and the small sums."""
    chance = random.Random(SEED)
    for _ in range(number):
        policy = chance.choice(POLICIES)
        counts = [chance.choice((0, 1, 2, 3, 4, 5, 7, 12)) for _ in range(4)]
        cells = [Interval(max(0, count - 4), count + 4) for count in counts]
        every = [part for size in (1, 2, 3, 4) for part in itertools.combinations(range(4), size)]
        sums = []
        for plus in chance.sample(every, chance.randint(4, 9)):
            total = sum(counts[cell] for cell in plus)
            known = published_interval(publish(total, policy), policy)
            sums.append(Sum(plus, (), known, can_hide=not policy.hides(total)))
        if chance.random() < 0.3:  # a rule: one count is no larger than two others
            one, *others = chance.sample(range(4), 3)
            rule = Sum(tuple(others), (one,), Interval(0))
            if rule.of(counts) >= 0:
                sums.append(rule)
        small = [number for number, each in enumerate(sums) if not each.can_hide and not each.minus]
        yield counts, cells, sums, small


def test_bounds_are_those_of_every_world() -> None:
    compared = 0
    for counts, cells, sums, small in tables(200 if FULL else 40):
        attack = Attack(counts, cells, sums, small)
        for target in small:
            found = attack.bounds(target, 99, attack.near(target, 99))
            assert found == bounds(cells, sums, sums[target]), (counts, sums, target)
            compared += 1
    assert compared > 50


def test_a_world_is_found_where_there_is_no_end() -> None:
    """One count is from none to three more than another, and both may be anything: the solver says no least sum."""
    problem = Problem(dict.fromkeys((0, 1), Interval(0)), {0: Sum((0,), (1,), Interval(0, 3))})
    assert problem.world({0: 1}, below=1) is not None
    assert problem.world({0: 1}, below=0) is None
    assert problem.world({0: -1}, below=-5) is not None


def test_what_is_hidden_is_enough_and_what_is_exposed_is() -> None:
    hidden = 0
    for counts, cells, sums, small in tables(1000 if FULL else 120):
        result = protect(Attack(counts, cells, sums, small), small, 3)
        left = [each._replace(known=None) if n in result.hidden else each for n, each in enumerate(sums)]
        narrow = {}
        for target in small:
            found = bounds(cells, left, sums[target])
            assert found.high is not None
            if found.high - found.low < 2:
                narrow[target] = found
        assert narrow == result.exposed, (counts, sums)
        hidden += len(result.hidden)
    assert hidden > 10


def random_returns(chance: random.Random) -> Collated:
    """A few councils' returns for one or two quarters, right by the rules that are errors."""
    returns = []
    for council in chance.sample(COUNCILS, chance.randint(3, 6 if FULL else 4)):
        for period in chance.choice(((QUARTER,), (QUARTER.previous, QUARTER))):
            most = chance.choice((2, 6, 40))
            counts: Figures = {name: chance.randint(0, most) for name in CLEAN}
            by_question = {
                slug: [name for name in CLEAN if COLLECTION.figures[name].question == slug]
                for slug in COLLECTION.questions
            }
            counts["enquiries_completed"] = sum(counts[name] or 0 for name in by_question["asked"])
            counts |= dict.fromkeys(by_question["achieved"], (counts["asked_expressed"] or 0) // 3)
            counts |= dict.fromkeys(by_question["risk_involved"], (counts["enquiries_completed"] or 0) // 7)
            if chance.random() < 0.3:
                counts |= dict.fromkeys(by_question[chance.choice(("achieved", "happy", "safer"))])
            returns.append(a_return(council, counts, period))
    return collated(returns)


class Reader:
    """Someone who has read tables: the counts behind them, each shown number, and the small counts of councils."""

    def __init__(self, results: Sequence[Collated]) -> None:
        self.counts: list[int] = []
        self.sums: list[Sum] = []
        self._cells: dict[tuple[str, str], int] = {}
        for ret in {ret.file: ret for result in results for ret in result.returns}.values():
            for name, given in ret.figures.items():
                if given.value is not None:
                    self._cells[ret.file, name] = len(self.counts)
                    self.counts.append(given.value)

    def read(self, result: Collated, table: pl.DataFrame, audience: Audience, policy: Policy) -> None:
        by_slug = {(each.slug, each.respondent): each for each in measures_of(result.collection)}
        for row in table.to_dicts():
            measure = by_slug[row["measure"], row["respondent"]]
            files = [ret.file for ret in behind(row, measure, result)]
            for part, figures in (("numerator", measure.numerator), ("denominator", measure.denominator)):
                if plus := tuple(self._cells[file, name] for file in files for name in figures):
                    self._see(Sum(plus, (), None), row, part, audience, policy)

    def read_median(self, row: Mapping[str, str], result: Collated, policy: Policy) -> bool:
        """What a median is of; False if councils were left out of it, and nobody can tell which."""
        measure = next(each for each in measures_of(result.collection) if each.slug == row["measure"])
        lent: list[tuple[int, ...]] = []
        for ret in behind(row, measure, result):
            parts = [
                [self._cells[ret.file, name] for name in names] for names in (measure.numerator, measure.denominator)
            ]
            top, base = (sum(self.counts[cell] for cell in cells) for cells in parts)
            rest = base - top if measure.rest else policy.hidden_to + 1
            if int(publish(base, policy).strip("[c]") or 0) >= 20 and not any(map(policy.hides, (top, rest))):
                lent += map(tuple, parts)
        if len(lent) != 2 * int(row["compared"]):
            return False
        for cells in lent:
            total = sum(self.counts[cell] for cell in cells)
            self.sums.append(Sum(cells, (), published_interval(publish(total, policy), policy)))
        return True

    def _see(self, each: Sum, row: Mapping[str, str], part: str, audience: Audience, policy: Policy) -> None:
        total = each.of(self.counts)
        is_hidden = row[part] == policy.symbol
        assert is_hidden or row[part] == publish(total, policy)
        # Where there are few councils, everybody can see that this is why a number is hidden.
        knows = not is_hidden or (policy.hides(total) and int(row["councils"]) >= audience.councils)
        self.sums.append(each._replace(known=published_interval(row[part], policy) if knows else None))

    def found(self, policy: Policy) -> dict[int, Interval]:
        """The small counts that can be told more exactly than the policy allows."""
        small = [Sum((cell,), (), None) for cell, count in enumerate(self.counts) if policy.hides(count)]
        targets = list(range(len(self.sums), len(self.sums) + len(small)))
        cells = [Interval(max(0, count - FARTHEST), count + FARTHEST) for count in self.counts]
        return Attack(self.counts, cells, self.sums + small, targets).narrow(targets, policy.possible)


def behind(row: Mapping[str, str], measure: Measure, result: Collated) -> list[Return]:
    """The returns that a row's figures are the sums of."""
    needed = measure.numerator + measure.denominator
    gave = [
        ret
        for ret in result.returns
        if all(name in ret.figures and ret.figures[name].value is not None for name in needed)
    ]
    (span,) = (
        each
        for each in result.spans
        if (str(each.period), each.name) == (row["period"], row["span"]) and row["level"] in each.levels
    )
    area, shown = (row["level"], row["ons_code"], row["name"]), {ret.who.period for ret in result.returns}
    always = {
        code
        for code in {ret.who.council.ons_code for ret in gave if ret.who.council}
        if {ret.who.period for ret in gave if ret.who.council and ret.who.council.ons_code == code} == shown
    }
    return [
        ret
        for ret in gave
        if (who := ret.who.council)
        and ret.who.period in span.quarters
        and (who.ons_code in always if row["level"] == "matched_panel" else area in areas_of(who))
    ]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.slug)
@pytest.mark.parametrize("audience", ["public", "participants"])
def test_nothing_can_be_worked_out_of_what_is_shown(audience: str, policy: Policy) -> None:
    chance, refused, number = random.Random(SEED), 0, 500 if FULL else 1
    who, _ = SCHEMAS.audiences[audience]
    for _ in range(number):
        result = random_returns(chance)
        try:
            table = protected(result, who, policy).table
        except MspofError:
            refused += 1  # then nothing is written
            continue
        reader = Reader([result])
        reader.read(result, table, who, policy)
        assert reader.found(policy) == {}
    # Where zeros are shown, a symbol tells that there is someone.
    assert refused <= (0.25 * number if policy.hidden_from else 0)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.slug)
def test_who_reads_both_summaries_is_told_no_more_than_by_the_fuller(policy: Policy) -> None:
    """What is hidden from participants is not told to them by the summary for the public."""
    chance, compared = random.Random(SEED), 0
    for _ in range(125 if FULL else 2):
        result = random_returns(chance)
        tables = []
        for audience in ("public", "participants"):
            try:
                rows = protected(result, SCHEMAS.audiences[audience][0], policy).table.to_dicts()
            except MspofError:
                break
            tables.append({(row_of(row), part): row[part] for row in rows for part in ("numerator", "denominator")})
        else:
            public, theirs = tables
            compared += 1
            assert {key: shown for key, shown in public.items() if shown not in (theirs[key], policy.symbol)} == {}
    assert compared


def test_medians_give_nothing_away() -> None:
    """Also to somebody who has each percentage that a median is of, with the counts that it was computed from."""
    chance, seen = random.Random(SEED), 0
    who, policy = SCHEMAS.audiences["public"]
    for _ in range(60 if FULL else 3):
        result = random_returns(chance)
        table = protected(result, who, policy).table
        reader = Reader([result])
        reader.read(result, table, who, policy)
        medians = table.filter(pl.col("median").str.contains(r"^\d"), level="participating", span="quarter")
        seen += sum(reader.read_median(row, result, policy) for row in medians.to_dicts())
        assert reader.found(policy) == {}
    assert seen


def test_percentages_say_no_more_than_the_counts_beside_them() -> None:
    chance = random.Random(SEED)
    for _ in range(20 if FULL else 1):
        result = random_returns(chance)
        for audience in ("public", "participants"):
            who, policy = SCHEMAS.audiences[audience]
            for row in protected(result, who, policy).table.to_dicts():
                if row["unit"] == "percent" and row["value"] not in ("[c]", "[x]", "[z]"):
                    part, base = int(row["numerator"]), int(row["denominator"])
                    assert row["value"] == f"{100 * part / base:.0f}"
                    assert (row["marker"] == "[u]") == (base < 20)


HIDDEN = Interval(0, 4)


@pytest.mark.parametrize(
    "leak",
    [
        [Sum((0, 1), (), Interval.exactly(23)), Sum((1,), (), Interval.exactly(20))],  # exact totals
        [Sum((1, 2), (), Interval(31, 31)), Sum((0, 1, 2), (), Interval(34, 34))],  # before and after a late arrival
        [Sum((0,) * 100, (1,) * 15, Interval(0, 0))],  # an unrounded percentage: 3 of 20 is 15 %
    ],
)
def test_planted_leaks_are_found(leak: list[Sum]) -> None:
    counts = [3, 20, 11]
    cells = [Interval(max(0, count - 10), count + 10) for count in counts]
    sums = [Sum((0,), (), HIDDEN), Sum((1,), (), Interval(18, 22)), Sum((2,), (), Interval(8, 12)), *leak]
    assert Attack(counts, cells, sums[:3], [0]).narrow([0], 3) == {}
    assert list(Attack(counts, cells, sums, [0]).narrow([0], 3)) == [0]


def small_and_large() -> list[Figures]:
    """Four councils with numbers that are not multiples of 5, and are not rounded to each other."""
    return [
        {
            name: None if value is None else 1003 + 111 * n + 7 * place
            for place, (name, value) in enumerate(CLEAN.items())
        }
        for n in range(4)
    ]


def test_a_number_known_from_elsewhere_is_reckoned_with() -> None:
    """Where a fact pins a small number down, whatever is hidden, nothing is published."""
    counts: Figures = {**CLEAN, "not_achieved": 3}
    result = collated(a_return(council, counts) for council in COUNCILS[:4])
    who, policy = SCHEMAS.audiences["public"]
    fact = Fact(result.returns[:1], ("not_achieved",), Interval.exactly(3))
    protected(result, who, policy)
    with pytest.raises(Exception, match="could be worked out") as caught:
        protected(result, who, policy, [fact])
    assert "not_achieved (numerator), " in str(caught.value)


def test_no_exact_number_is_in_the_bytes_of_public_files() -> None:
    returns = [a_return(council, counts) for council, counts in zip(COUNCILS, small_and_large(), strict=False)]
    result = collated(returns)
    exact = {
        str(row[part])
        for row in result.measures.to_dicts()
        for part in ("numerator", "denominator")
        if row[part] is not None and row[part] % 5
    }
    for audience in ("public", "participants"):
        for name, data in written(result, audience).items():
            parts = [re.sub(rb'"(bytes|sha256|[a-z]+_sha256)": "?[0-9a-f]+', b"", data)]  # of the manifest
            if name.endswith(".xlsx"):
                with zipfile.ZipFile(io.BytesIO(data)) as book:
                    parts = [re.sub(rb'[a-zC]*ount="[0-9]+"', b"", book.read(each)) for each in book.namelist()]
            found = {number for part in parts for number in re.findall(r"[0-9]+", part.decode(errors="replace"))}
            assert not found & exact, (audience, name)
    assert set(re.findall(r"[0-9]+", written(result)["measures.csv"].decode())) >= exact

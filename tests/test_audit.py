"""A summary attacked from its own files: what is safe is found safe, and planted leaks are found."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from build import CLEAN, COLLECTION, QUARTER, REGISTER, SCHEMAS
from test_cli import Outcome, here  # noqa: F401  a fixture
from test_collation import COUNCILS, LARGE, a_return, collated
from test_earlier import wrote
from test_protection import FULL, SEED, random_returns

from mspof_cli.audit import Audit, audit
from mspof_cli.errors import ErrorsFound, UsageError
from mspof_cli.intervals import Interval
from mspof_cli.sums import Row
from mspof_cli.written import Before, Summary

PARTICIPANTS = SCHEMAS.audiences["participants"]
Told = dict[str, str]


def audited(*summaries: Summary) -> Audit:
    return audit(summaries, COLLECTION, REGISTER.councils)


def three_councils(few: int, more: int, folder: Path) -> Summary:
    """Three councils, of which one had few people whose outcomes were not achieved, and the others more."""
    one = {"fully_achieved": 22, "not_achieved": few, "partially_achieved": 63 - few, "asked_expressed": 85}
    two = {"fully_achieved": 41, "not_achieved": more, "partially_achieved": 93 - more, "asked_expressed": 134}
    one |= {"enquiries_completed": 100, "risk_involved_fully": 80}
    two |= {"enquiries_completed": 149, "risk_involved_fully": 129}
    returns = [a_return(council, CLEAN | counts) for council, counts in zip(COUNCILS, (one, two, two), strict=False)]
    return wrote(collated(returns), folder / "summary", *PARTICIPANTS)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return three_councils(3, 21, tmp_path_factory.mktemp("audit"))


def changed(summary: Summary, change: Callable[[Row, Told], Told]) -> Summary:
    return summary._replace(rows={row: {**told, **change(row, dict(told))} for row, told in summary.rows.items()})


@pytest.mark.parametrize("audience", ["public", "participants"])
def test_what_collate_writes_is_safe(audience: str, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    attacked = 0
    for turn in range(8 if FULL else 1):
        found = audited(wrote(random_returns(chance), tmp_path / str(turn), *SCHEMAS.audiences[audience]))
        assert (found.exposed, found.faults) == ({}, ())
        attacked += found.attacked
    assert attacked > 100


def test_exact_numbers_beside_a_hidden_one(three: Summary) -> None:
    """A total, and the numbers of all councils but one, to the person: what is left is known."""
    exact = {COUNCILS[1].name: "21", COUNCILS[2].name: "21", "Participating councils": "45"}

    def leak(row: Row, told: Told) -> Told:
        return {"numerator": exact[row.name]} if row.measure == "not_achieved" and row.name in exact else {}

    assert audited(three).exposed == {}
    found = audited(changed(three, leak))
    # A number that the policy would have rounded is taken to be as exact as the others, so it is a fault by itself.
    assert len([fault for fault in found.faults if fault.startswith("not_achieved, ")]) == 2


@pytest.mark.skipif(not FULL, reason="takes ten seconds; MSPOF_FULL=1 tries it")
def test_a_number_that_is_told_too_exactly(three: Summary) -> None:
    """43 to 47 of all councils, less 38 to 42 of the others: from 1 to 9, and other rows may say more."""
    strict = three.manifest.policy.model_copy(update={"possible": 10})
    found = audited(three._replace(manifest=three.manifest.model_copy(update={"policy": strict})))
    bounds = found.exposed[f"not_achieved of {COUNCILS[0].name}, 2018-19-Q3"]
    assert bounds.high is not None
    assert 1 <= bounds.low <= 3 <= bounds.high <= 9


def test_a_percentage_beside_a_hidden_count(three: Summary) -> None:
    def leak(row: Row, told: Told) -> Told:
        return {"numerator": "[c]"} if row.measure == "fully_achieved_percent" else {}

    faults = audited(changed(three, leak)).faults
    assert faults
    assert all(fault.endswith("a percentage is shown though a part of it is hidden.") for fault in faults)


def test_a_total_of_two_small_numbers(tmp_path: Path) -> None:
    """4 and 4 are hidden, and 8 would be shown as 10: then neither can be less than 4."""
    returns = [a_return(council, LARGE | {"not_achieved": 4}) for council in COUNCILS[:2]]
    summary = wrote(collated(returns), tmp_path / "summary", *PARTICIPANTS)
    assert audited(summary).exposed == {}
    totals = [row for row, told in summary.rows.items() if row.measure == "not_achieved" and told["councils"] == "2"]
    assert {summary.rows[row]["numerator"] for row in totals} == {"[c]"}

    def leak(row: Row, told: Told) -> Told:
        return {"numerator": "10"} if row in totals and told["span"] == "quarter" else {}

    careless = summary.manifest.model_copy(update={"hidden_further": 0})
    found = audited(changed(summary, leak)._replace(manifest=careless)).exposed
    assert {
        f"not_achieved of {council.name}, 2018-19-Q3": Interval.exactly(4) for council in COUNCILS[:2]
    }.items() <= found.items()


def test_figures_that_contradict_each_other(three: Summary) -> None:
    def wrong(row: Row, told: Told) -> Told:
        return {"numerator": "5000"} if row.measure == "not_achieved" and row.level == "participating" else {}

    with pytest.raises(ErrorsFound, match="contradict each other"):
        audited(changed(three, wrong))


def test_what_two_summaries_tell_together(tmp_path: Path) -> None:
    """A total in the one, and in the other the numbers of all councils but one: 33 to 37, less twice 18 to 22."""
    summary = three_councils(0, 18, tmp_path)
    exact = {COUNCILS[1].name: "20", COUNCILS[2].name: "20"}

    def total(row: Row, _: Told) -> Told:
        if row.level != "participating":
            return {"numerator": "[c]", "denominator": "[c]"}
        return {"numerator": "35"} if row.measure == "not_achieved" else {}

    def councils(row: Row, _: Told) -> Told:
        if row.level != "council":
            return {"numerator": "[c]", "denominator": "[c]"}
        return {"numerator": exact.get(row.name, "[c]")} if row.measure == "not_achieved" else {}

    one, other = changed(summary, total), changed(summary, councils)
    name = f"not_achieved of {COUNCILS[0].name}, 2018-19-Q3"
    assert name not in audited(one).exposed
    assert name not in audited(other).exposed
    assert audited(one, other).exposed[name] == Interval(0, 1)


def test_a_number_that_two_summaries_show_is_one(three: Summary) -> None:
    assert audited(three, three) == audited(three)


def test_a_quarter_that_the_next_did_not_reckon_with(tmp_path: Path) -> None:
    first = [a_return(council, LARGE, QUARTER.previous) for council in COUNCILS[:3]]
    second = [a_return(council, LARGE) for council in COUNCILS[:3]]
    one = wrote(collated(first, QUARTER.previous), tmp_path / "one", *PARTICIPANTS)
    other = wrote(collated([*first, *second]), tmp_path / "other", *PARTICIPANTS)
    fault = f"'{other.folder}' was written without --previous '{one.folder}': small numbers may be worked out of both."
    assert audited(other, one).faults == (fault,)
    before = Before(period="2018-19-Q2", audience="participants", manifest_sha256=one.manifest_sha256)
    told = other._replace(manifest=other.manifest.model_copy(update={"before": (before,)}))
    assert audited(told, one).faults == ()


def test_summaries_of_a_quarter_are_of_the_same_returns(three: Summary) -> None:
    used, *others = three.manifest.inputs
    inputs = (used.model_copy(update={"sha256": "0" * 64}), *others)
    other = three._replace(manifest=three.manifest.model_copy(update={"inputs": inputs}))
    with pytest.raises(UsageError, match="are of one quarter, but not of the same returns"):
        audited(three, other)


def test_summaries_that_are_not_protected_alike(three: Summary) -> None:
    other = three._replace(manifest=three.manifest.model_copy(update={"policy": SCHEMAS.policies["nhs-hes"]}))
    with pytest.raises(UsageError, match="or protected otherwise"):
        audited(three, other)


def test_a_council_that_is_in_no_register(three: Summary) -> None:
    with pytest.raises(UsageError, match=f"a council that is not in the register: {COUNCILS[0].ons_code}"):
        audit([three], COLLECTION, [council for council in REGISTER.councils if council != COUNCILS[0]])


def test_where_nothing_is_hidden(tmp_path: Path) -> None:
    summary = wrote(collated([a_return(COUNCILS[0], CLEAN)]), tmp_path / "summary", *SCHEMAS.audiences["internal"])
    with pytest.raises(UsageError, match="has exact numbers"):
        audited(summary)


def test_audit_from_the_command_line(here: Path) -> None:  # noqa: F811
    Outcome("collate", "forms", "--period", "2018-19-Q3", "--audience", "participants", "--to", "out")
    outcome = Outcome("audit", "out")
    assert outcome.status == 0
    assert outcome.out.splitlines()[-1] == (
        "Each can be at least 3 numbers, for all that is shown of the quarter. Nothing was taken from [c], which can "
        "stand for any number here: this is not proof."
    )

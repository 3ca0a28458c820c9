"""What was published before: reckoned with when the next summary is protected, and compared with it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from build import CLEAN, QUARTER, SCHEMAS
from test_collation import COUNCILS, a_return, collated
from test_protection import FULL, POLICIES, SEED, Reader, random_returns

from mspof_cli.collation import Collated
from mspof_cli.disclosure import PlacedAudience, Policy
from mspof_cli.earlier import Earlier, earlier
from mspof_cli.errors import MspofError, UsageError
from mspof_cli.outputs.summary import summary_files
from mspof_cli.protection import protected
from mspof_cli.published import Published, published
from mspof_cli.returns import Return
from mspof_cli.written import MANIFEST, MEASURES, Summary, read_summary

INTERNAL, PUBLIC = SCHEMAS.audiences["internal"], SCHEMAS.audiences["public"]


def numbered(returns: Sequence[Return], edition: str) -> list[Return]:
    """Returns as files of their own, each with bytes of its own."""
    return [ret._replace(file=f"{edition} {ret.file}", sha256=f"{edition} {ret.file}") for ret in returns]


def wrote(result: Collated, folder: Path, audience: PlacedAudience, policy: Policy) -> Summary:
    """A summary that was written to a folder, and read again."""
    folder.mkdir()
    for name, data in summary_files(published(result, (), audience, policy)).items():
        (folder / name).write_bytes(data)
    return read_summary(folder)


def after(result: Collated, *before: Summary, returns: Sequence[Return], audience: str = "internal") -> Published:
    who, policy = SCHEMAS.audiences[audience]
    known = [earlier(each, result.collection, [*result.returns, *returns]) for each in before]
    return published(result, (), who, policy, before=known)


def revised(result: Published, level: str = "participating") -> list[tuple[str, ...]]:
    assert result.revisions is not None
    names = ("period", "name", "measure", "part", "before", "now", "change", "because")
    return [tuple(row[name] for name in names) for row in result.revisions.filter(level=level).to_dicts()]


def test_nothing_has_changed(tmp_path: Path) -> None:
    result = collated(numbered([a_return(council, CLEAN) for council in COUNCILS[:3]], "one"))
    again = after(result, wrote(result, tmp_path / "before", *INTERNAL), returns=())
    assert revised(again) == []
    assert set(again.measures.table["marker"]) <= {"", "[u]"}


def test_resubmitted_new_and_withdrawn(tmp_path: Path) -> None:
    one, two, goes, comes = COUNCILS[:4]
    old = numbered([a_return(council, CLEAN) for council in (one, two, goes)], "old")
    new = numbered([a_return(two, CLEAN | {"risk_involved_fully": 40}), a_return(comes, CLEAN)], "new")
    before = wrote(collated(old), tmp_path / "before", *INTERNAL)
    result = after(collated([old[0], *new]), before, returns=old)
    risk = CLEAN["risk_involved_fully"]
    assert risk is not None
    because = f"withdrawn: {goes.name}, 2018-19-Q3; resubmitted: {two.name}, 2018-19-Q3; new: {comes.name}, 2018-19-Q3"
    (row,) = (row for row in revised(result) if row[2] == "risk_involved_fully")
    assert row[:-1] == (
        *("2018-19-Q3", "Participating councils", "risk_involved_fully", "numerator"),
        *(str(3 * risk), str(2 * risk + 40), f"{40 - risk}"),
    )
    assert sorted(row[-1].split("; ")) == sorted(because.split("; "))
    # The council's own figures: the one that it changed, and those that follow from it.
    own = [row for row in revised(result, "council") if row[1] == two.name]
    assert {row[-1] for row in own} == {f"resubmitted: {two.name}, 2018-19-Q3"}
    assert "risk_involved_fully" in {row[2] for row in own}
    assert "not_asked" not in {row[2] for row in own}
    markers = {
        (row["name"], row["measure"]): row["marker"] for row in result.measures.table.filter(level="council").to_dicts()
    }
    assert markers[two.name, "risk_involved_fully"] == "[r]"
    assert markers[two.name, "not_asked"] == ""
    assert markers[comes.name, "risk_involved_fully"] == ""  # it was not published before


def test_an_earlier_quarter_is_revised_in_the_trends(tmp_path: Path) -> None:
    one, two = COUNCILS[:2]
    first = numbered([a_return(council, CLEAN, QUARTER.previous) for council in (one, two)], "old")
    late = numbered([a_return(two, CLEAN | {"not_asked": 9, "enquiries_completed": None}, QUARTER.previous)], "late")
    now = numbered([a_return(council, CLEAN) for council in (one, two)], "now")
    who, policy = INTERNAL
    from mspof_cli.collation import collate
    from mspof_cli.rules import Checked

    then = collate([Checked(ret, ()) for ret in first], QUARTER.previous, SCHEMAS.register)
    result = after(collated([first[0], *late, *now]), wrote(then, tmp_path / "before", who, policy), returns=first)
    changed = [row for row in revised(result) if row[2] == "not_asked"]
    asked = CLEAN["not_asked"]
    assert asked is not None
    assert changed == [
        (
            *("2018-19-Q2", "Participating councils", "not_asked", "numerator", str(2 * asked), str(asked + 9)),
            *(f"{9 - asked}", f"resubmitted: {two.name}, 2018-19-Q2"),
        )
    ]
    trend = result.trends.filter(measure="not_asked", level="participating")
    assert [(row["period"], row["marker"]) for row in trend.to_dicts()] == [("2018-19-Q2", "[r]"), ("2018-19-Q3", "")]
    assert revised(result, "matched_panel") == []  # one quarter had no panel, and two quarters' is another


def test_the_last_summary_is_compared_with(tmp_path: Path) -> None:
    versions = [numbered([a_return(COUNCILS[0], CLEAN | {"not_asked": n})], str(n)) for n in (5, 6, 7)]
    summaries = [wrote(collated(each), tmp_path / str(n), *INTERNAL) for n, each in enumerate(versions[:2])]
    result = after(collated(versions[2]), *summaries, returns=[*versions[0], *versions[1]])
    assert [row[4:7] for row in revised(result) if row[2:4] == ("not_asked", "numerator")] == [("6", "7", "1")]


@pytest.mark.parametrize("audience", ["public", "participants"] if FULL else ["public"])
def test_nothing_can_be_worked_out_from_one_summary_to_the_next(audience: str, tmp_path: Path) -> None:
    """Councils are late, resubmit and withdraw between two summaries, whose reader keeps both."""
    chance = random.Random(SEED)
    who, _ = SCHEMAS.audiences[audience]
    refused = 0
    for turn in range(50 if FULL else 1):
        policy = chance.choice(POLICIES)
        every = random_returns(chance).returns
        changed = random_returns(chance).returns
        old = numbered([ret for ret in every if ret.who.period != QUARTER or chance.random() < 0.7], "old")
        new = numbered([ret for ret in changed if chance.random() < 0.4], "new")
        taken = {(ret.who.council, ret.who.period) for ret in new}
        kept = [ret for ret in old if (ret.who.council, ret.who.period) not in taken]
        if not any(ret.who.period == QUARTER for ret in old) or not any(
            ret.who.period == QUARTER for ret in kept + new
        ):
            continue
        then, now = collated(old), collated([*kept, *new])
        reader = Reader([then, now])
        try:
            reader.read(then, protected(then, who, policy).table, who, policy)
            before = Earlier(wrote(then, tmp_path / str(turn), who, policy), then.edition)
            table = protected(now, who, policy, before=[before]).table
        except MspofError:
            refused += 1  # then nothing is written
            continue
        reader.read(now, table, who, policy)
        assert reader.found(policy) == {}
    assert refused <= 5


@pytest.mark.skipif(not FULL, reason="takes eight seconds; MSPOF_FULL=1 tries it")
def test_an_exact_total_before_a_late_return_stops_the_next_summary(tmp_path: Path) -> None:
    """Councils' exact total beside the rounded one with one more: what that one returned would be known."""
    old = numbered([a_return(council, CLEAN | {"not_achieved": 21}) for council in COUNCILS[:4]], "old")
    now = collated([*old, *numbered([a_return(COUNCILS[4], CLEAN | {"not_achieved": 4})], "late")])
    who, policy = PUBLIC
    rounded, exact = (wrote(collated(old), tmp_path / each.slug, who, each) for each in (policy, INTERNAL[1]))
    protected(now, who, policy, before=[earlier(rounded, now.collection, old)])
    with pytest.raises(MspofError, match="could be worked out"):
        protected(now, who, policy, before=[earlier(exact, now.collection, old)])


def test_returns_that_are_not_here(tmp_path: Path) -> None:
    old = numbered([a_return(council, CLEAN) for council in COUNCILS[:3]], "old")
    summary = wrote(collated(old), tmp_path / "before", *PUBLIC)
    with pytest.raises(UsageError, match=r"1 of the 3 returns that '.*before' was made of are not here"):
        earlier(summary, collated(old).collection, old[1:])


def test_a_summary_that_does_not_follow_from_its_returns(tmp_path: Path) -> None:
    old = numbered([a_return(council, CLEAN) for council in COUNCILS[:3]], "old")
    wrote(collated(old), tmp_path / "before", *INTERNAL)
    others = numbered([a_return(council, CLEAN | {"not_asked": 77}) for council in COUNCILS[:3]], "old")
    who, policy = PUBLIC
    now = collated(others)
    before = earlier(read_summary(tmp_path / "before"), now.collection, others)
    with pytest.raises(UsageError, match=r"not_asked .* does not follow from its returns"):
        protected(now, who, policy, before=[before])


@pytest.mark.parametrize("name", [MEASURES, MANIFEST])
def test_a_summary_that_was_changed(name: str, tmp_path: Path) -> None:
    wrote(collated([a_return(COUNCILS[0], CLEAN)]), tmp_path / "before", *PUBLIC)
    file = tmp_path / "before" / name
    file.write_bytes(file.read_bytes().replace(b'"', b"'"))
    with pytest.raises(UsageError, match=r"is not what was written|is not a manifest"):
        read_summary(tmp_path / "before")


def test_what_is_no_summary(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no '.*manifest.json'"):
        read_summary(tmp_path)

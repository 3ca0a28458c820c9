"""Which findings are wanted."""

from __future__ import annotations

from pathlib import Path

import pytest
from build import COLLECTION, clean, returned

from mspof_cli.errors import UsageError
from mspof_cli.findings import Status, Trouble
from mspof_cli.pipeline import Batch
from mspof_cli.returns import Return
from mspof_cli.rules import catalogue, check
from mspof_cli.select import chosen, unknown_code

CODES = catalogue([COLLECTION])
BATCH = Batch(
    check([returned(clean({"fully_achieved": 20, "not_asked": "n/a"}, signed_off=None, completed=None))]), (Path("a"),)
)


def codes(select: list[str], ignore: list[str]) -> tuple[list[str], list[str]]:
    (checked,) = chosen(BATCH, select, ignore, CODES).checked
    return [finding.code for finding in checked.findings], list(checked.not_tried)


@pytest.mark.parametrize(
    ("select", "ignore", "expected"),
    [
        ([], [], (["COVER301", "FIG103", "MSP201", "COVER203"], ["MSP101", "MSP102", "MSP103"])),
        ([""], [" , "], (["COVER301", "FIG103", "MSP201", "COVER203"], ["MSP101", "MSP102", "MSP103"])),
        (["MSP"], [], (["MSP201"], ["MSP101", "MSP102", "MSP103"])),
        (["msp101, fig103"], [], (["FIG103"], ["MSP101"])),
        (["MSP", "COVER2"], [], (["MSP201", "COVER203"], ["MSP101", "MSP102", "MSP103"])),
        ([], ["MSP", "COVER"], (["FIG103"], [])),
        (["MSP"], ["MSP1"], (["MSP201"], [])),
        (["MSP"], ["MSP"], ([], [])),
        (["FILE"], [], ([], [])),
    ],
)
def test_what_is_kept(select: list[str], ignore: list[str], expected: tuple[list[str], list[str]]) -> None:
    assert codes(select, ignore) == expected


@pytest.mark.parametrize(
    ("select", "ignore", "judged"),
    [
        ([], [], None),
        ([""], [","], None),
        ([], ["FILE", "MSP1"], None),
        (["MSP", "FIG", "COVER"], [], None),
        ([], ["FIG", "COVER3"], Status.NEEDS_CORRECTING),
        (["FILE"], [], Status.NEEDS_CORRECTING),
        (["COVER3"], [], Status.NEEDS_CORRECTING),
    ],
)
def test_a_status_is_by_all_findings(select: list[str], ignore: list[str], judged: Status | None) -> None:
    """It is kept where findings were left out, and stays what it was however often one chooses."""
    chosen_once = chosen(BATCH, select, ignore, CODES)
    for batch in (chosen_once, chosen(chosen_once, select, ignore, CODES), chosen(chosen_once, ["FILE"], [], CODES)):
        assert [each.status for each in batch.checked] == [Status.NEEDS_CORRECTING]
    assert [each.judged for each in chosen_once.checked] == [judged]


def test_one_that_is_not_readable_stays_so() -> None:
    ret = Return("e.xlsx", "", troubles=(Trouble("FILE101", facts={"found": "an empty file"}),))
    (checked,) = chosen(Batch(check([ret]), ()), [], ["FILE"], CODES).checked
    assert (checked.status, checked.judged, checked.findings) == (Status.NOT_READABLE, Status.NOT_READABLE, ())


def test_what_was_passed_over_stays() -> None:
    assert chosen(BATCH, ["MSP"], [], CODES).passed_over == BATCH.passed_over


@pytest.mark.parametrize(
    ("code", "problem", "remedy"),
    [
        ("MSP109", "There is no rule MSP109.", "Did you mean MSP10"),
        ("FGI101", "There is no rule FGI101.", "Did you mean FIG101? 'mspof rules' lists them all."),
        ("msp11", "There is no rule MSP11.", "Did you mean MSP"),
        ("*", "There is no rule *.", "'mspof rules' lists them all."),
    ],
)
def test_a_code_that_no_rule_has(code: str, problem: str, remedy: str) -> None:
    for select, ignore in (([code], []), ([], [f"MSP101,{code}"])):
        with pytest.raises(UsageError) as caught:
            chosen(BATCH, select, ignore, CODES)
        assert caught.value.problem == problem
        assert caught.value.remedy.startswith(remedy)
    assert unknown_code(code.upper(), CODES).problem == problem

"""How many people to ask: known values, laws, and the same worked out by trying every number."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shell import mspof

from mspof_cli.intervals import Z_95, wilson
from mspof_cli.outputs.sampling import NOT_RANDOM
from mspof_cli.sampling import answers_needed, finite_wilson, margin, people_to_ask

ENQUIRIES = st.integers(1, 5000)
POINTS = st.sampled_from([1, 2, 5, 10, 20])


@pytest.mark.parametrize(("enquiries", "expected"), [(50, 45), (100, 80), (200, 132), (1000, 278), (1, 1), (2, 2)])
def test_published_sample_sizes(enquiries: int, expected: int) -> None:
    assert answers_needed(enquiries, 5) == expected


@pytest.mark.parametrize(
    ("part", "base", "low", "high"),
    [(0, 10, 0, 27.75), (1, 10, 1.79, 40.42), (10, 10, 72.25, 100), (8, 20, 21.88, 61.34), (45, 50, 78.64, 95.65)],
)
def test_a_population_without_end_is_the_ordinary_interval(part: int, base: int, low: float, high: float) -> None:
    for known in (wilson(part, base, Z_95), finite_wilson(part, base, 10**12)):
        assert (round(100 * known.low, 2), round(100 * known.high, 2)) == (low, high)


def squared_margin(enquiries: int, answers: int) -> Fraction:
    """The margin as a fraction of 1, squared, in fractions."""
    left = Fraction(enquiries - answers, enquiries - 1) if enquiries > 1 else Fraction(0)
    return min(Fraction(196, 100) ** 2 / 4 / answers * left, Fraction(enquiries - answers, enquiries) ** 2)


@given(ENQUIRIES, POINTS)
def test_the_answers_needed_are_the_fewest_whose_margin_is_small_enough(enquiries: int, points: int) -> None:
    wanted = Fraction(points, 100) ** 2
    fewest = next(number for number in range(1, enquiries + 1) if squared_margin(enquiries, number) <= wanted)
    assert answers_needed(enquiries, points) == fewest


@given(ENQUIRIES, st.data())
def test_the_margin_is_the_same_in_fractions(enquiries: int, data: st.DataObject) -> None:
    answers = data.draw(st.integers(1, enquiries))
    assert margin(enquiries, answers) == pytest.approx(100 * math.sqrt(squared_margin(enquiries, answers)))


@given(st.integers(1, 5000), st.floats(0.5, 100))
def test_so_many_asked_give_the_answers_and_one_fewer_does_not(answers: int, rate: float) -> None:
    ask = people_to_ask(answers, rate)
    assert ask * Fraction(str(rate)) >= answers * 100 > (ask - 1) * Fraction(str(rate))


@given(st.integers(1, 300), st.data())
def test_the_finite_interval_is_the_least_of_whole_people_that_can_be_and_holds_wilsons(
    enquiries: int, data: st.DataObject
) -> None:
    answers = data.draw(st.integers(1, enquiries))
    part = data.draw(st.integers(0, answers))
    known = finite_wilson(part, answers, enquiries)
    assert known.low <= part / answers <= known.high
    if answers == enquiries:
        assert known.low == known.high
        return
    worth = (enquiries - 1) / (enquiries - answers)
    plain = wilson(part * worth, answers * worth, Z_95)
    possible = range(part, part + enquiries - answers + 1)
    assert (known.low, known.high) == (
        max([number / enquiries for number in possible if number / enquiries <= plain.low], default=part / enquiries),
        min(
            [number / enquiries for number in possible if number / enquiries >= plain.high],
            default=possible[-1] / enquiries,
        ),
    )


@pytest.mark.parametrize(
    ("part", "answers", "low", "high"),
    [(49, 49, 98, 100), (0, 49, 0, 2), (25, 49, 50, 52), (45, 45, 98, 100), (50, 50, 100, 100), (1, 1, 20, 100)],
)
def test_what_those_not_heard_of_may_say_is_not_left_out(part: int, answers: int, low: int, high: int) -> None:
    known = finite_wilson(part, answers, 50)
    assert (100 * known.low, 100 * known.high) == (low, high)


@pytest.mark.parametrize("enquiries", [10, 20, 50])
def test_the_true_share_is_in_the_interval_95_times_in_100(enquiries: int) -> None:
    """By the chance of every answer, in whole numbers, averaged over every share that so many enquiries can have."""
    for answers in range(1, enquiries):
        ends = [finite_wilson(part, answers, enquiries) for part in range(answers + 1)]
        held = sum(
            math.comb(true, part) * math.comb(enquiries - true, answers - part)
            for true in range(enquiries + 1)
            for part, known in enumerate(ends)
            if known.low <= true / enquiries <= known.high
        )
        assert held >= 0.95 * (enquiries + 1) * math.comb(enquiries, answers)


NO_RATE = "Give a percentage of more than 0 and no more than 100, such as 40%."
PLAN = """\
Percentage within, at 95 %  Answers needed  People to ask
--------------------------  --------------  ----------------------------------------
±5 points                   132             all 200, for about 80 answers and ±8.5 points
±10 points                  66              165

Of 200 enquiries, if 40 % of those who are asked answer.
45 of 200 have answered (22 %): a percentage is known within ±12.9 points.
30 of 45 is 67 %: between 53.5 % and 77.5 % of all enquiries.
Those who answer are not a random sample: give the response rate beside every percentage.
"""


def said(*arguments: str) -> tuple[int, str]:
    done = mspof("sample-size", *arguments, env={"PYTHONIOENCODING": "utf-8"})
    return done.returncode, (done.stdout or done.stderr).decode()


def test_the_whole_plan() -> None:
    options = ("--enquiries", "200", "--response-rate", "40", "--answers", "45", "--agreed", "30")
    assert said(*options) == (0, PLAN)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("50",), "±5 points                   45              45"),
        (
            ("20", "--answers", "20", "--agreed", "5"),
            "answers.\nEveryone has answered: percentages are exact.\n5 of 20 is 25 %.\n",
        ),
        (("30", "--answers", "0"), "None of 30 has answered, which bears no percentage."),
        (("30", "--answers", "10"), "Fewer than 20 answers: of low reliability, and published as [u]."),
        (("30", "--answers", "1"), "1 of 30 has answered (3 %)"),
        (("1,024",), "Of 1,024 enquiries"),
        (("40", "--response-rate", "1%"), "all 40, but hardly anyone would answer"),
        (("40", "--response-rate", "93"), "all 40"),
        (("40", "--response-rate", "2.5 %"), "all 40, for about 1 answer and"),
        (("1",), "±10 points                  1               the only one\n\nOf 1 enquiry, if everyone"),
    ],
)
def test_plans(arguments: tuple[str, ...], expected: str) -> None:
    status, text = said("--enquiries", *arguments)
    assert status == 0
    assert expected in text


@pytest.mark.parametrize("rate", ["40", "40%", "40 %", "40.0%"])
def test_a_percentage_with_its_sign_or_without(rate: str) -> None:
    options = ("--enquiries", "200", "--answers", "45", "--agreed", "30")
    assert said(*options, "--response-rate", rate) == (0, PLAN)


@pytest.mark.parametrize(("answers", "is_said"), [("19", True), ("20", False)])
def test_everyone_is_no_sample(answers: str, is_said: bool) -> None:
    assert (NOT_RANDOM in said("--enquiries", "20", "--answers", answers)[1]) is is_said


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        *(((text,), f"mspof: --enquiries is {text}. Give a whole number from 1 to 999,999.")
          for text in ("abc", "1.5", "1,02", "5 0", "9" * 5000)),
        (("0",), "mspof: --enquiries is 0. Give a whole number from 1 to 999,999."),
        *((("50", "--response-rate", rate), f"mspof: --response-rate is {rate}. {NO_RATE}")
          for rate in ("0", "nan", "lots", "101%", "40%%")),
        (("50", "--response-rate", "0.4"),
         "mspof: --response-rate is 0.4, which can mean 40% or 0.4%. Give it with its sign."),
        (("50", "--response-rate", "1"),
         "mspof: --response-rate is 1, which can mean 100% or 1%. Give it with its sign."),
        (("50", "--answers", "x"), "mspof: --answers is x. Give a whole number from 0 to 50."),
        (("50", "--answers", "51"), "mspof: --answers is 51. Give a whole number from 0 to 50."),
        (("50", "--agreed", "5"), "mspof: --agreed says nothing without --answers. Say how many have answered."),
        (("50", "--answers", "5", "--agreed", "6"), "mspof: --agreed is 6. Give a whole number from 0 to 5."),
    ],
)  # fmt: skip
def test_wrong_use(arguments: tuple[str, ...], expected: str) -> None:
    assert said("--enquiries", *arguments) == (2, expected + "\n")


@pytest.mark.parametrize(
    ("enquiries", "answers", "points"), [(10, 9, 10.0), (20, 19, 5.0), (2, 1, 50.0), (3, 1, 200 / 3), (3, 2, 100 / 3)]
)
def test_no_margin_is_more_than_the_others_could_change(enquiries: int, answers: int, points: float) -> None:
    """So many answers of a few show a percentage within what the rest of them could make of it, whatever they say."""
    worst = max(
        abs(Fraction(part, answers) - Fraction(part + others, enquiries))
        for part in range(answers + 1)
        for others in range(enquiries - answers + 1)
    )
    assert margin(enquiries, answers) == pytest.approx(points) == pytest.approx(100 * float(worst))


def test_so_many_that_the_others_change_nothing_are_enough() -> None:
    assert [answers_needed(10, 10), answers_needed(20, 5), answers_needed(200, 5)] == [9, 19, 132]

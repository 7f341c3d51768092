"""The benchmark of submits says that it cannot tell where too little was answered."""

from __future__ import annotations

from collections import Counter

from tests.bench.bench_submit import MIN_ANSWERS, Turn, judged


def turn(answers: int, status: int = 200) -> Turn:
    """A turn of a second with so many answers, each after 10 ms."""
    return Turn(took=[10.0] * answers, statuses=Counter({status: answers}), seconds=1.0)


def test_a_dozen_answers_make_no_ratio() -> None:
    said, code = judged([turn(500), turn(500)], [turn(12), turn(12)], kept=1000)
    assert (code, "ratio" in said, "a turn had 12 answers" in said) == (2, False, True)


def test_what_is_lost_or_refused_is_missed_however_little_was_answered() -> None:
    assert judged([turn(12)], [turn(12)], kept=11)[1] == 1
    assert judged([turn(12, status=503)], [turn(12)], kept=0)[1] == 1


def test_enough_answers_are_judged_by_their_bars() -> None:
    said, code = judged([turn(MIN_ANSWERS)], [turn(MIN_ANSWERS)], kept=MIN_ANSWERS)
    assert (code, said.startswith("ratio 1.00")) == (0, True)
    assert judged([turn(MIN_ANSWERS)], [turn(3 * MIN_ANSWERS)], kept=MIN_ANSWERS)[1] == 1

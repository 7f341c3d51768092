"""Scripted people: their mistakes look like people's, and they read the pages as they are documented."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from flows.parts.simulation.simulated_people import play, slip
from transcribe.model import FieldKey


class Busy:
    """Somebody who works so many times."""

    def __init__(self, times: int) -> None:
        self.times = times

    def work_one(self) -> bool:
        self.times -= 1
        return self.times >= 0


@given(st.text(min_size=2, max_size=40).filter(lambda text: text not in ("true", "false")), st.integers(0, 10_000))
def test_a_slip_is_one_mistake_of_at_most_two_characters(text: str, seed: int) -> None:
    assert OSA.distance(text, slip(text, random.Random(seed))) <= 2


def test_slips_of_a_number_are_mostly_other_numbers() -> None:
    said = [slip("1234.50", random.Random(seed)) for seed in range(200)]
    assert sum(each != "1234.50" for each in said) > 150
    assert len(set(said)) > 10


def test_a_mark_is_missed_or_imagined() -> None:
    assert slip("true", random.Random(1)) == "false"
    assert slip("false", random.Random(1)) == "true"


def test_the_same_seed_makes_the_same_mistake() -> None:
    assert slip("12, rue de la Paix", random.Random(5)) == slip("12, rue de la Paix", random.Random(5))


def test_people_work_until_nothing_is_left() -> None:
    readers = [Busy(3), Busy(5)]
    left = iter([8, 6, 4, 2, 1, 0])
    assert play(readers, lambda: next(left), 1.0, lambda _: None) == 0  # type: ignore[arg-type]  # all that play asks


def test_it_is_over_when_nobody_is_offered_what_is_left() -> None:
    slept: list[float] = []
    assert play([Busy(0)], lambda: 2, 1.0, slept.append) == 2  # type: ignore[list-item]  # all that play asks
    assert 1.0 <= sum(slept) < 2.0


@given(st.from_regex(r"[a-z_]{1,9}(\.[a-z_]{1,9})?", fullmatch=True), st.none() | st.integers(0, 99))
def test_the_key_of_a_keys_name_is_that_key(name: str, row: int | None) -> None:
    key = FieldKey(name, row)
    assert FieldKey.parse(str(key)) == key

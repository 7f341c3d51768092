"""What a text may be misread as."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.inference.noisy_channel import has_lost_spaces, is_part_of_another
from reconcile.parameters import misreading_probability, shipped_parameters
from reconcile.parameters.parameters import read_parameters

CHARACTERS = read_parameters(shipped_parameters()).characters


@given(texts=st.lists(st.text("abc", min_size=1, max_size=5), min_size=2, max_size=4), at=st.integers(0, 3))
def test_an_engine_loses_a_space_rather_than_it_adds_one(texts: list[str], at: int) -> None:
    written = " ".join(texts)
    spaces = [number for number, character in enumerate(written) if character == " "]
    place = spaces[at % len(spaces)]
    said = written[:place] + written[place + 1 :]
    lost = misreading_probability(CHARACTERS, "machine", written, said)
    assert lost > misreading_probability(CHARACTERS, "machine", said, written)
    assert lost > misreading_probability(CHARACTERS, "person", written, said)
    assert has_lost_spaces(said, written)
    assert not has_lost_spaces(written, said)


@given(at=st.integers(0, 5), count=st.integers(2, 5))
def test_a_run_is_lost_rather_than_as_many_characters_here_and_there(at: int, count: int) -> None:
    written = "6478123950"
    scattered = "".join(each for place, each in enumerate(written) if place % 2 or place >= 2 * count)
    run = misreading_probability(CHARACTERS, "machine", written, written[:at] + written[at + count :])
    assert run > misreading_probability(CHARACTERS, "machine", written, scattered)


@pytest.mark.parametrize(
    ("written", "said", "is_part"),
    [
        ("697672735", "472735", True),  # of 647672735
        ("647672735", "472735", False),  # it is a part of this
        ("697672735", "647672735", False),  # nothing is lost
        ("697672735", "97", False),
        ("15", "b", False),
        ("catherine evans", "yatheyn beane", False),
    ],
)
def test_a_part_of_another_value_differs_in_one_character(written: str, said: str, is_part: bool) -> None:
    assert is_part_of_another(written, said) == is_part

"""Shapes of codes: how probable a code is by those that a field had before."""

from __future__ import annotations

from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.parameters.code_shapes import FieldShapes, shape_of
from tests.examples import SOAK, examples

FLAT = log(1e-9)


def shapes(counts: dict[str, float], others: float = 0.0, kinds: int = 0, seen: tuple[str, ...] = ()) -> FieldShapes:
    stored = {shape: {"count": count, "characters": [{} for _ in shape]} for shape, count in counts.items()}
    return FieldShapes.read({"counts": stored, "others": others, "kinds": kinds, "seen": seen})


@pytest.mark.parametrize(
    ("text", "shape"),
    [("PO-1042", "AA-9999"), ("é9", "A9"), ("2026/04", "9999/99"), ("", None), ("AB 12", None), ("A" * 25, None)],
)
def test_a_shape_has_letters_digits_and_signs(text: str, shape: str | None) -> None:
    assert shape_of(text) == shape


def test_where_nothing_was_counted_nothing_is_said() -> None:
    nothing = shapes({})
    assert nothing.new_share == 1.0
    assert not nothing.is_new("A1")
    assert nothing.log_factor("A1", FLAT) <= 0.0
    assert nothing.conforming("A1") == ()


def test_a_seen_shape_is_likelier_the_oftener_it_was_seen() -> None:
    factors = [shapes({"AA-9999": count}).log_factor("PO-1042", log(1e-12)) for count in (1, 3, 30, 60)]
    assert factors == sorted(factors)
    assert shapes({"AA-9999": 60}).log_factor("P0-1042", log(1e-12)) < factors[-1]


def test_a_place_has_the_characters_that_stood_there() -> None:
    stored = {"count": 30.0, "characters": [{"P": 30.0}, {"O": 30.0}, {}]}
    known = FieldShapes.read({"counts": {"AA9": stored}})
    assert known.log_factor("PO7", FLAT) - known.log_factor("PD7", FLAT) > log(30)


def test_a_new_shape_is_one_where_few_shapes_were_seen_often() -> None:
    assert shapes({"AA-9999": 30}).is_new("7/2041")
    assert not shapes({"AA-9999": 30}).is_new("PO-1042")
    assert not shapes({"AA-9999": 30}, seen=("9/9999",)).is_new("7/2041")
    assert not shapes({"AA-9999": 5}).is_new("7/2041")
    assert not shapes({"AA-9999": 30}, others=30, kinds=12).is_new("7/2041")


def test_texts_that_look_alike_are_found_and_those_of_a_known_shape_among_them() -> None:
    known = shapes({"AA-9999": 30})
    assert known.conforming("P0-1O42") == ("PO-1042",)
    assert "P0-1042" in known.variants("PO-1042")
    assert known.conforming("PO-1042") == ()
    assert known.conforming("X7-1042") == ()


def test_two_shapes_that_look_alike_tell_nothing_from_each_other() -> None:
    known = shapes({"AA-99": 20, "A9-99": 20})
    assert abs(known.log_factor("SO-41", FLAT) - known.log_factor("S0-41", FLAT)) < log(2**2)


@examples(100 if SOAK else 30)
@given(
    counts=st.dictionaries(st.sampled_from(["9A", "99", "A9", "AA", "9-"]), st.floats(0.1, 64), max_size=4),
    others=st.floats(0, 30),
)
def test_all_codes_together_are_no_more_than_certain(counts: dict[str, float], others: float) -> None:
    """Of two characters, here of a smaller alphabet: what is written with a twin is counted once more, a thousandth."""
    known = shapes(counts, others, kinds=1)
    flat = log(1e-4)
    total = sum(
        exp(flat + known.log_factor(one + two, flat))
        for one in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-"
        for two in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-"
    )
    assert total <= 1.01

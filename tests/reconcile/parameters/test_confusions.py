"""What a character is misread as: what was counted, and what is expected where nothing was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.parameters.confusions import UNSEEN_CONFUSION_SHARE, CharacterConfusions

SIGNS = "17BLO0"
counts = st.dictionaries(
    st.sampled_from(SIGNS), st.dictionaries(st.sampled_from(SIGNS), st.floats(0.0, 500.0), max_size=6), max_size=6
)


def read(machine: dict[str, dict[str, float]]) -> CharacterConfusions:
    return CharacterConfusions.read({"confusions": {"machine": machine}})


@given(counts)
def test_the_misreadings_of_a_character_are_shares_of_one(machine: dict[str, dict[str, float]]) -> None:
    confusions = read(machine)
    any_other = round(1 / UNSEEN_CONFUSION_SHARE) - len(SIGNS)
    for written in SIGNS:
        shares = [confusions.share("machine", written, said) for said in [*SIGNS, *["other"] * any_other]]
        assert all(share > 0 for share in shares)
        assert sum(shares) == pytest.approx(1.0)


@given(st.floats(1.0, 500.0), st.floats(0.0, 500.0))
def test_what_is_read_as_a_character_is_its_likelier_misreading_than_any_that_was_never_seen(
    seven_as_one: float, one_as_l: float
) -> None:
    confusions = read({"7": {"1": seven_as_one}, "1": {"L": one_as_l}})
    assert confusions.share("machine", "1", "7") > confusions.share("machine", "1", "B")
    assert confusions.share("machine", "1", "B") == pytest.approx(confusions.share("machine", "1", "O"))


def test_what_was_counted_outweighs_what_is_expected_as_it_grows() -> None:
    few, many = (read({"7": {"1": 10.0}, "1": {"L": count}}) for count in (10.0, 1000.0))
    assert many.share("machine", "1", "L") > few.share("machine", "1", "L")
    assert many.share("machine", "1", "7") < few.share("machine", "1", "7")


def test_nothing_counted_of_a_kind_or_a_character_is_any_other_character() -> None:
    assert read({}).share("machine", "1", "7") == UNSEEN_CONFUSION_SHARE
    assert read({"1": {"7": 5.0}}).share("person", "1", "7") == UNSEEN_CONFUSION_SHARE

"""How probable a choice is: what ships, and how a collection's own gold bends it."""

from __future__ import annotations

import random
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.collection import choice_calibration, shipped_weights
from reconcile.collection.choice_calibration import FITTED_FEATURES, OwnCalibration
from reconcile.collection.choice_features import CHOICE_FEATURES, Choice, FieldFacts, features_of
from reconcile.collection.comparable_texts import TextFamily
from reconcile.collection.items import ComparableItem, ComparableReading, Item
from reconcile.collection.text_options import TextOption

FAMILIES: tuple[TextFamily, ...] = ("line text", "short text", "typed")


def alike(of: TextFamily, readings: int, words: int, agreement: float, blanks: float) -> float:
    """The shipped log odds of a text that so many people wrote alike, and nobody otherwise."""
    said = tuple(f"word{number}" for number in range(words))
    voices = tuple(
        ComparableReading(source=f"reader {number}", words=said, text=" ".join(said)) for number in range(readings)
    )
    heard = ComparableItem(
        item=Item(name="1", readings=()), readings=voices, blank_count=0, unreadable_count=0, gold=None
    )
    option = TextOption(words=said, readings=voices, features=())
    chosen = Choice(item=heard, option=option, share=1.0, text_count=1, majority=" ".join(said))
    seen = features_of(chosen, FieldFacts(agreement_share=agreement, blank_share=blanks))
    return choice_calibration.shipped_log_odds(seen, shipped_weights.CALIBRATION_WEIGHTS[of], of)


@given(
    of=st.sampled_from(FAMILIES),
    readings=st.integers(min_value=2, max_value=20),
    words=st.integers(min_value=1, max_value=40),
    agreement=st.floats(min_value=0.02, max_value=0.98),
    blanks=st.floats(min_value=0.0, max_value=0.9),
)
def test_a_text_is_hardly_less_probable_when_one_more_writes_it_alike(
    of: TextFamily, readings: int, words: int, agreement: float, blanks: float
) -> None:
    fewer, more = (alike(of, number, words, agreement, blanks) for number in (readings, readings + 1))
    assert more >= fewer - 0.02


@pytest.mark.parametrize("of", FAMILIES)
def test_what_a_family_is_not_fitted_on_has_no_weight(of: TextFamily) -> None:
    for name, weight in zip(CHOICE_FEATURES, shipped_weights.CALIBRATION_WEIGHTS[of], strict=True):
        assert name in FITTED_FEATURES[of] or weight == 0.0


def gold(count: int, shift: float, seed: int = 1) -> list[tuple[float, str, bool]]:
    """Gold of which each item's log odds are off by `shift`."""
    lot = random.Random(seed)
    said = [(lot.gauss(1.0, 1.5), f"field {number % 5}") for number in range(count)]
    return [
        (odds, field, lot.random() < choice_calibration.probability(odds + shift, field, OwnCalibration()))
        for odds, field in said
    ]


@pytest.mark.parametrize("seed", range(20))
def test_gold_that_bears_out_what_ships_hardly_bends_it(seed: int) -> None:
    own = choice_calibration.fit_own_calibration(gold(100, 0.0, seed))

    moved = [
        abs(
            choice_calibration.probability(odds, "field 1", own)
            - choice_calibration.probability(odds, "", OwnCalibration())
        )
        for odds in (-1, 0, 2)
    ]
    assert max(moved) < 0.1


@pytest.mark.promise("Items with `gold` keep")
@pytest.mark.parametrize("shift", [-2.0, 2.0])
def test_gold_that_contradicts_what_ships_bends_it(shift: float) -> None:
    own = choice_calibration.fit_own_calibration(gold(100, shift))

    for odds in (-shift / 2, 0.0, shift / 2):
        meant, said, shipped = (choice_calibration.probability(*each) for each in (
            (odds + shift, "", OwnCalibration()), (odds, "field 1", own), (odds, "", OwnCalibration())
        ))  # fmt: skip
        assert abs(said - meant) < 0.6 * abs(shipped - meant)


def test_a_field_of_its_own_is_told_from_its_collection() -> None:
    lot = random.Random(3)
    known = [*gold(300, 0.0), *((2.0, "odd", lot.random() < 0.1) for _ in range(100))]

    own = choice_calibration.fit_own_calibration(known)

    assert choice_calibration.probability(2.0, "odd", own) < 0.35
    assert choice_calibration.probability(2.0, "field 1", own) > 0.75


def test_probabilities_are_never_certain() -> None:
    assert (
        0.0
        < choice_calibration.probability(-1e9, "", OwnCalibration())
        < choice_calibration.probability(1e9, "", OwnCalibration())
        < 1.0
    )
    assert choice_calibration.probability(log(3.0), "", OwnCalibration()) == pytest.approx(0.75)

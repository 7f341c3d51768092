"""A collection of items that several people read: what is written, how probable, and who is believed."""

from __future__ import annotations

import random
from itertools import pairwise
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.collection import choice_calibration
from reconcile.collection.choice_calibration import FITTED_FEATURES, OwnCalibration
from reconcile.collection.items import ComparableItem, ComparableReading, Item, ItemResult, SourceReading
from reconcile.collection.reconcile_items import reconcile_items
from reconcile.collection.source_standing import TextFamily
from reconcile.collection.text_options import CHOICE_FEATURES, Choice, FieldFacts, TextOption, features_of
from tests.examples import examples


def item(name: str, *said: tuple[str, str | None], field: str = "remark", gold: str | None = None) -> Item:
    """An item from (who, text) pairs."""
    return Item(
        name=name, field=field, gold=gold, readings=tuple(SourceReading(source=who, text=text) for who, text in said)
    )


def only(*items: Item) -> ItemResult:
    """The result of the first item."""
    return reconcile_items(items).results[0]


def test_what_all_read_is_written_as_most_wrote_it() -> None:
    result = only(item("a", ("ann", "Bronze axe."), ("ben", "bronze axe"), ("cy", "Bronze axe.")))
    assert (result.text, result.method) == ("Bronze axe.", "unanimous")


def test_more_readers_who_agree_make_a_value_more_probable() -> None:
    one = only(item("a", ("ann", "Bronze axe")))
    three = only(item("a", ("ann", "Bronze axe"), ("ben", "Bronze axe"), ("cy", "Bronze axe")))
    assert three.probability > one.probability


def test_a_reader_who_overlooked_the_field_does_not_blank_it() -> None:
    assert only(item("a", ("ann", ""), ("ben", "corroded"))).text == "corroded"


def test_what_nobody_wrote_down_is_blank() -> None:
    result = only(item("a", ("ann", ""), ("ben", "")))
    assert (result.text, result.method) == ("", "blank")


def test_a_reader_who_left_something_out_gives_way_to_one_who_did_not() -> None:
    words = ("green", "brownish", "rough", "dull", "smooth")
    known = [
        item(f"k{n}", ("ann", f"{one} {two}"), ("ben", f"{one} {two}")) for n, (one, two) in enumerate(pairwise(words))
    ]
    doubt = item("doubt", ("ann", "rough"), ("ben", "rough brownish green"))
    assert reconcile_items([*known, doubt]).results[-1].text == "rough brownish green"


def test_a_reader_who_is_often_alone_is_believed_less() -> None:
    known = [
        item(f"k{number}", ("ann", f"axe {number}"), ("ben", f"axe {number}"), ("cy", f"celt {number * 7}"))
        for number in range(30)
    ]
    doubt = item("doubt", ("ann", "spear long"), ("cy", "sword long"))
    assert reconcile_items([*known, doubt]).results[-1].text == "spear long"


@pytest.mark.promise("Items with `gold` keep")
def test_gold_is_kept_and_its_prediction_told_beside() -> None:
    result = only(item("a", ("ann", "celt"), ("ben", "celt"), gold="Celtic"))
    assert (result.text, result.method, result.model) == ("Celtic", "gold", "celt")


def test_numbers_are_compared_as_numbers() -> None:
    told = [item(f"n{number}", ("ann", str(number)), ("ben", f"{number}.0"), field="width") for number in range(5)]
    done = reconcile_items(told)
    assert done.types["width"] == "integer"
    assert {result.method for result in done.results} == {"unanimous"}


def test_readers_without_a_name_are_sources_of_their_own() -> None:
    nobody = Item(
        name="a",
        readings=(
            SourceReading(source=None, text="E"),
            SourceReading(source=None, text="E"),
            SourceReading(source=None, text="W"),
        ),
    )
    assert only(nobody).text == "E"


def test_majority_takes_a_family_back_that_it_decides_better() -> None:
    # Gold says that the shorter of two texts is right, against what the shipped fit believes of leaving out.
    golden = [
        item(f"g{n}", ("ann", f"axe {n}"), ("ben", f"axe {n}"), ("cy", f"axe {n} of bronze"), gold=f"axe {n}")
        for n in range(40)
    ] + [item(f"h{n}", ("ann", f"celt {n}"), ("cy", f"celt {n} of bronze"), gold=f"celt {n}") for n in range(80)]
    done = reconcile_items(golden)
    model = sum(result.model == result.normal for result in done.results)
    majority = sum(result.majority == result.normal for result in done.results)
    assert done.champions["short text"] == ("majority" if majority > model else "model")


texts = st.sampled_from(["", "axe", "axe bronze", "celt", "12", "celt bronze axe"])
items = st.lists(st.lists(st.tuples(st.sampled_from(["ann", "ben", "cy"]), texts), max_size=4), min_size=1, max_size=6)


@pytest.mark.promise("Reading order never matters.")
@examples(60)
@given(items, st.integers(0, 1000))
def test_the_order_of_items_and_readings_changes_nothing(said: list[list[tuple[str, str]]], seed: int) -> None:
    one_each = [list(dict(some).items()) for some in said]
    straight = [item(f"i{number}", *some) for number, some in enumerate(one_each)]
    mixed = [item(f"i{n}", *random.Random(seed).sample(some, len(some))) for n, some in enumerate(one_each)]
    random.Random(seed).shuffle(mixed)
    first = {each.item.name: (each.text, round(each.probability, 9)) for each in reconcile_items(straight).results}
    again = {each.item.name: (each.text, round(each.probability, 9)) for each in reconcile_items(mixed).results}
    assert first == again


@examples(60)
@given(items)
def test_every_word_written_was_read_by_somebody(said: list[list[tuple[str, str]]]) -> None:
    for result in reconcile_items([item(f"i{number}", *some) for number, some in enumerate(said)]).results:
        read = {word for one in result.item.readings for word in (one.text or "").split()}
        assert set(result.normal.split()) <= read
        assert 0.0 < result.probability < 1.0


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
    return choice_calibration.shipped_log_odds(seen, choice_calibration.CALIBRATION_WEIGHTS[of], of)


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
    for name, weight in zip(CHOICE_FEATURES, choice_calibration.CALIBRATION_WEIGHTS[of], strict=True):
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

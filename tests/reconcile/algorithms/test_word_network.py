"""Several readings of one line, laid word against word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconcile.algorithms.word_network import NO_WORD, build_network, comparable_words, written_words

some_words = st.lists(st.sampled_from(["rue", "des", "lilas", "lila", "12", "bis"]), max_size=6)
some_readings = st.lists(some_words, min_size=1, max_size=5)


def test_equal_readings_stand_word_against_word() -> None:
    assert build_network([["rue", "des", "lilas"], ["rue", "des", "lilas"]]) == [
        ("rue", "rue"),
        ("des", "des"),
        ("lilas", "lilas"),
    ]


def test_a_misspelt_word_stands_against_the_word_it_is_like() -> None:
    assert build_network([["rue", "des", "lilas"], ["rue", "des", "lilla"], ["rue", "des", "lilas"]])[2] == (
        "lilas",
        "lilla",
        "lilas",
    )


def test_a_word_left_out_is_nothing_in_its_slot() -> None:
    assert build_network([["12", "bis", "rue"], ["12", "rue"], ["12", "bis", "rue"]])[1] == ("bis", NO_WORD, "bis")


def test_an_inserted_phrase_has_slots_of_its_own() -> None:
    slots = build_network([["12", "rue"], ["12", "rue"], ["12", "bis", "b", "rue"]])
    assert slots == [("12", "12", "12"), (NO_WORD, NO_WORD, "bis"), (NO_WORD, NO_WORD, "b"), ("rue", "rue", "rue")]


@given(some_readings)
def test_every_reading_can_be_read_back_from_the_network(readings: list[list[str]]) -> None:
    slots = build_network(readings)
    for number, reading in enumerate(readings):
        assert [slot[number] for slot in slots if slot[number]] == reading


@given(some_readings, st.randoms(use_true_random=False))
def test_the_order_of_the_readings_changes_only_their_places(readings: list[list[str]], random: object) -> None:
    numbers = list(range(len(readings)))
    random.shuffle(numbers)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    turned = build_network([readings[number] for number in numbers])
    assert turned == [tuple(slot[number] for number in numbers) for slot in build_network(readings)]


@given(st.text(max_size=60))
def test_a_surface_belongs_to_every_word_of_any_text(text: str) -> None:
    assert len(written_words(text)) == len(comparable_words(text))


def test_surfaces_keep_case_and_punctuation() -> None:
    assert written_words("12, rue de l’Église (fond)") == ["12,", "rue", "de", "l’Église", "(fond)"]
    assert comparable_words("12, rue de l’Église (fond)") == ["12", "rue", "de", "l'église", "fond"]

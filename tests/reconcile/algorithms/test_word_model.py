"""How probable each word of a line is, when several sources have read it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.algorithms.word_model import Line, LineModel, best_line, learn_line_model
from reconcile.algorithms.word_network import NO_WORD, build_network, comparable_words


def line(*said: tuple[str, str]) -> Line:
    """A line from (source, text) pairs."""
    return Line(
        slots=tuple(build_network([comparable_words(text) for _, text in said])),
        sources=tuple(source for source, _ in said),
    )


def text(model: LineModel, of: Line) -> str:
    return " ".join(word for word in best_line(model.weigh(of)) if word)


def careless_and_careful() -> list[Line]:
    """Twenty lines on which ann always agrees with dan and eve, and ben and cy each garble every second word."""
    lines = []
    for number in range(20):
        true = ["livrer", "avant", "midi", "chez", "madame", "blanc", f"porte{number}", "code", "gris", "merci"]
        ben = [word[::-1] if place % 2 else word for place, word in enumerate(true)]
        cy = [word[::-1] if not place % 2 else word for place, word in enumerate(true)]
        people = {"ann": true, "dan": true, "eve": true, "ben": ben, "cy": cy}
        lines.append(line(*((who, " ".join(said)) for who, said in people.items())))
    return lines


def test_readers_who_agree_are_believed() -> None:
    one = line(("ann", "livrer avant midi"), ("ben", "livrer avant midi"))
    assert text(learn_line_model([one]), one) == "livrer avant midi"


def test_two_readers_outvote_a_third_of_the_same_standing() -> None:
    one = line(("ann", "porte verte"), ("ben", "porte verte"), ("cy", "porte verre"))
    assert text(learn_line_model([one]), one) == "porte verte"


def test_a_word_that_only_one_of_three_has_is_left_out() -> None:
    one = line(("ann", "porte verte"), ("ben", "porte verte"), ("cy", "porte la verte"))
    assert text(learn_line_model([one]), one) == "porte verte"


def test_a_careful_reader_is_believed_where_careless_ones_differ() -> None:
    doubt = line(("ann", "sonner chez durand"), ("ben", "sonner chez burand"), ("cy", "sonner chez aurand"))
    model = learn_line_model([*careless_and_careful(), doubt])
    assert model.source_rates["ann"].copies > model.source_rates["ben"].copies
    assert text(model, doubt) == "sonner chez durand"


def test_what_is_learnt_of_a_collection_decides_between_two_spellings() -> None:
    known = [line(("ann", "rue des lilas"), ("ben", "rue des lilas")) for _ in range(10)]
    doubt = line(("ann", "rue des lilas"), ("ben", "rue des lllas"))
    assert text(learn_line_model([*known, doubt]), doubt) == "rue des lilas"


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_order_of_the_readings_does_not_matter(order: tuple[int, ...]) -> None:
    said = (("ann", "deux cartons bleus"), ("ben", "deux carton bleus"), ("cy", "cartons bleux"))
    straight, turned = line(*said), line(*(said[number] for number in order))
    assert text(learn_line_model([turned]), turned) == text(learn_line_model([straight]), straight)


@given(st.lists(st.lists(st.sampled_from(["a", "ab", "b", "bc"]), max_size=5), min_size=1, max_size=4))
def test_shares_are_probabilities_of_words_that_somebody_read(readings: list[list[str]]) -> None:
    one = Line(slots=tuple(build_network(readings)), sources=tuple(range(len(readings))))
    for slot, share in zip(one.slots, learn_line_model([one]).weigh(one), strict=True):
        assert sum(share.values()) == pytest.approx(1.0)
        assert set(share) <= set(slot) | {NO_WORD}

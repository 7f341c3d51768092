"""How probable each word of a line is, when several sources have read it."""

from __future__ import annotations

import random
import unicodedata
from itertools import pairwise
from math import comb
from typing import TYPE_CHECKING

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.algorithms import exact_interval, least_share, logistic, lower_bound, missing_accent_bits
from reconcile.algorithms.metrics import Share, calibration_curve, calibration_error, character_errors, word_errors
from reconcile.algorithms.paired import count_probability, flip_probability, sign_probability
from reconcile.algorithms.word_model import (
    NO_WORD,
    Line,
    LineModel,
    best_line,
    build_network,
    comparable_words,
    learn_line_model,
    written_words,
)
from tests.examples import examples

if TYPE_CHECKING:
    from reconcile.algorithms.logistic import Numbers


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


COUNTED = st.integers(1, 400).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


def test_none_wrong_of_1074_is_at_most_a_third_of_a_percent() -> None:
    assert exact_interval(0, 1074)[1] == pytest.approx(0.00343, abs=5e-6)


@given(st.integers(1, 100_000))
def test_with_none_or_all_found_it_is_the_closed_form(total: int) -> None:
    end = 0.025 ** (1 / total)
    assert exact_interval(0, total) == pytest.approx((0.0, 1 - end), abs=1e-8)
    assert exact_interval(total, total) == pytest.approx((end, 1.0), abs=1e-8)


@pytest.mark.parametrize(
    ("hits", "total", "published"),
    [(4, 20, (0.0573, 0.4366)), (10, 100, (0.0490, 0.1762)), (3, 1000, (0.000619, 0.008742))],
)
def test_it_is_as_published(hits: int, total: int, published: tuple[float, float]) -> None:
    assert exact_interval(hits, total) == pytest.approx(published, abs=5e-5)


@given(COUNTED)
def test_it_holds_what_was_counted_is_its_mirror_and_narrows_with_more(counted: tuple[int, int]) -> None:
    hits, total = counted
    low, high = exact_interval(hits, total)
    assert 0.0 <= low <= hits / total <= high <= 1.0
    assert exact_interval(total - hits, total) == pytest.approx((1 - high, 1 - low), abs=1e-8)
    tenfold = exact_interval(10 * hits, 10 * total)
    assert tenfold[1] - tenfold[0] < high - low
    if hits < total:
        more = exact_interval(hits + 1, total)
        assert low < more[0]
        assert high < more[1]


@given(st.integers(1, 60), st.floats(0.001, 0.999))
def test_the_truth_lies_outside_no_more_often_than_it_says(total: int, truth: float) -> None:
    chances = [comb(total, hits) * truth**hits * (1 - truth) ** (total - hits) for hits in range(total + 1)]
    ends = [exact_interval(hits, total) for hits in range(total + 1)]
    for outside in ([truth < low for low, _ in ends], [high < truth for _, high in ends]):
        assert sum(chance for chance, missed in zip(chances, outside, strict=True) if missed) <= 0.025 + 1e-6


@given(COUNTED, st.sampled_from([0.001, 0.025, 0.05]))
def test_below_the_least_share_what_was_found_is_as_rare_as_was_asked(counted: tuple[int, int], risk: float) -> None:
    hits, total = counted
    least = least_share(hits, total, risk)
    fewer = sum(comb(total, each) * least**each * (1 - least) ** (total - each) for each in range(hits))
    assert 1 - fewer == pytest.approx(risk if hits else 1.0, abs=1e-5)


def test_nothing_counted_is_nothing_known() -> None:
    assert exact_interval(0, 0) == (0.0, 1.0)
    assert lower_bound((0, 0)) == 0.0


WEIGHTS = numpy.array([-0.5, 1.5])
FIRM = [numpy.full(2, ridge) for ridge in (1000.0, 100.0, 10.0, 1.0)]


def drawn(count: int, weights: Numbers, seed: int = 0) -> tuple[Numbers, Numbers]:
    """So many observations of which the weights are true."""
    lot = numpy.random.default_rng(seed)
    inputs = numpy.column_stack([numpy.ones(count), lot.normal(0.0, 1.5, count)])
    chance = 1.0 / (1.0 + numpy.exp(-(inputs @ weights)))
    return inputs, (lot.random(count) < chance).astype(float)


def test_enough_observations_find_the_weights() -> None:
    found = logistic.fit_logistic(*drawn(20_000, WEIGHTS), numpy.zeros(2), numpy.full(2, 0.5))
    assert found == pytest.approx(WEIGHTS, abs=0.08)


def test_nothing_observed_leaves_what_was_believed() -> None:
    nothing = numpy.empty((0, 2)), numpy.empty(0)
    assert logistic.fit_logistic(*nothing, WEIGHTS, numpy.ones(2)) == pytest.approx(WEIGHTS)


def test_observations_that_can_be_parted_give_finite_weights() -> None:
    inputs = numpy.column_stack([numpy.ones(20), numpy.linspace(-1, 1, 20)])
    found = logistic.fit_logistic(inputs, (inputs[:, 1] > 0).astype(float), numpy.zeros(2), numpy.full(2, 0.01))
    assert numpy.isfinite(found).all()
    assert found[1] > 1.0


@examples(50)
@given(
    st.lists(st.tuples(st.floats(-5, 5), st.booleans()), min_size=1, max_size=30),
    st.floats(0.1, 100.0),
    st.lists(st.floats(-1.0, 1.0), min_size=2, max_size=2),
)
def test_no_step_away_from_the_fit_is_better(seen: list[tuple[float, bool]], firm: float, step: list[float]) -> None:
    inputs = numpy.array([[1.0, each] for each, _ in seen])
    right = numpy.array([float(was) for _, was in seen])
    ridge, believed = numpy.full(2, firm), numpy.zeros(2)
    found = logistic.fit_logistic(inputs, right, believed, ridge)

    def loss(weights: Numbers) -> float:
        margin = inputs @ weights
        return float(numpy.logaddexp(0, margin).sum() - right @ margin + 0.5 * ridge @ (weights - believed) ** 2)

    assert loss(found) <= loss(found + numpy.array(step)) + 1e-6


@pytest.mark.parametrize("seed", range(10))
def test_data_that_bear_out_a_belief_leave_it_firm(seed: int) -> None:
    found = logistic.fit_strongest_ridge(*drawn(100, WEIGHTS, seed), WEIGHTS, FIRM)
    assert found == pytest.approx(WEIGHTS, abs=0.3)


@pytest.mark.parametrize("seed", range(10))
def test_data_that_contradict_a_belief_bend_it(seed: int) -> None:
    believed = numpy.array([2.5, 1.5])
    found = logistic.fit_strongest_ridge(*drawn(200, WEIGHTS, seed), believed, FIRM)
    assert found[0] < 0.75


TOLD = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60)


def test_characters_and_words_that_differ_are_counted_over_all_texts() -> None:
    pairs = [("mill roab", "mill road"), ("", "oak"), ("elm", "elm")]
    assert character_errors(pairs) == Share(4, 15)
    assert word_errors([(text.split(), truth.split()) for text, truth in pairs]) == Share(2, 4)
    assert character_errors([("much more than there is", "x")]) == Share(1, 1)


def test_a_share_is_told_with_its_interval() -> None:
    assert str(Share(97, 100)) == "97.0 % [91.5, 99.4] of 100"
    assert str(Share(0, 0)) == "none"
    assert Share(0, 0).share == 0.0


def test_the_calibration_error_is_the_mean_gap_between_stated_and_so() -> None:
    assert calibration_error([(0.75, True), (0.75, True), (0.75, True), (0.75, False)]) == 0.0
    assert calibration_error([(0.9, False), (0.1, True)]) == pytest.approx(0.9)
    assert calibration_error([]) == 0.0


@given(told=TOLD)
def test_every_value_stands_in_one_group_of_the_curve(told: list[tuple[float, bool]]) -> None:
    groups = calibration_curve(told, 5)
    assert sum(group.right.total for group in groups) == len(told)
    means = [group.probability for group in groups]
    assert all(before <= after + 1e-9 for before, after in pairwise(means))
    assert 0.0 <= calibration_error(told) <= 1.0


def test_nothing_that_differs_says_nothing() -> None:
    assert flip_probability([]) == flip_probability([0.0] * 50) == 1.0
    assert sign_probability(0, 0) == 1.0


def test_few_differences_are_tried_in_every_way() -> None:
    assert flip_probability([1.0, 1.0, 1.0]) == 1 / 8
    assert flip_probability([-1.0, -1.0, -1.0]) == 1.0
    assert flip_probability([3.0, -1.0]) == 2 / 4


@pytest.mark.parametrize(("more", "fewer", "chance"), [(5, 0, 1 / 32), (1, 0, 0.5), (4, 1, 6 / 32), (0, 5, 1.0)])
def test_signs_are_counted_exactly(more: int, fewer: int, chance: float) -> None:
    assert sign_probability(more, fewer) == chance


def test_many_differences_by_chance_are_as_rare_as_said() -> None:
    lot = random.Random(3)
    found = [flip_probability([lot.gauss(0, 1) for _ in range(40)]) for _ in range(300)]
    assert 0.01 < sum(each <= 0.05 for each in found) / len(found) < 0.09


def test_one_large_difference_among_many_small_ones_is_no_proof() -> None:
    assert flip_probability([-0.001] * 200 + [4.0]) > 0.3
    assert flip_probability([0.01] * 200) < 0.01


def test_counts_of_unlike_events_are_exact() -> None:
    assert count_probability(0, []) == count_probability(0, [0.3]) == 1.0
    assert count_probability(1, []) == 0.0
    assert count_probability(1, [0.2, 0.5]) == pytest.approx(1 - 0.8 * 0.5)
    assert count_probability(2, [0.2, 0.5]) == pytest.approx(0.1)
    assert count_probability(3, [0.02] * 17) == pytest.approx(0.0043, abs=0.0003)


@pytest.mark.parametrize(
    ("text", "languages", "lacks"),
    [
        ("Herve Martin", ["fra"], True),
        ("Hervé Martin", ["fra"], False),
        ("Boîte à outils metal", ["fra"], True),
        ("BOITE A OUTILS", ["fra"], False),  # capitals are often written so
        ("laitue d'hiver", ["fra"], False),
        ("Côte de Beaune", ["fra"], False),  # though "côté" is more frequent
        ("Marie Dupont", ["fra"], False),  # though there is "marié"
        ("Lampe fur Keller", ["deu"], True),
        ("Lampe für Keller", ["deu"], False),
        ("fur coat", ["deu", "eng"], False),  # an English word
        ("fur coat", ["deu"], True),
        ("numero", ["spa"], True),
        ("numero", ["eng"], False),
        ("Herve", ["frk"], False),  # no list has its words
        ("", ["fra"], False),
    ],
)
def test_it_is_told_by_how_frequent_both_forms_are_in_the_languages_of_the_form(
    text: str, languages: list[str], lacks: bool
) -> None:
    assert (missing_accent_bits(text, languages) > 1) is lacks


@given(st.text(max_size=40), st.sampled_from(["fra", "deu", "spa", "eng", "ita", "nld", "por", "chi_sim", "xyz"]))
def test_no_text_breaks_it_and_what_has_no_letters_or_only_capitals_lacks_none(text: str, language: str) -> None:
    lacks = missing_accent_bits(text, [language])
    assert lacks >= 0
    if not any(unicodedata.category(each) == "Ll" for each in text):
        assert not lacks


@given(st.sampled_from(["Herve", "Remy", "metal", "systeme"]), st.text(alphabet="0123456789 .,-/", max_size=8))
def test_digits_and_signs_around_a_word_change_nothing(word: str, around: str) -> None:
    assert missing_accent_bits(f"{around} {word} {around}", ["fra"]) == missing_accent_bits(word, ["fra"]) > 1

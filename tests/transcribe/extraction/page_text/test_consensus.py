"""Sources agree on where a field stands: places, their support, how sure the first one is."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcribe.extraction.printed import printed
from transcribe.extraction.page_text.consensus import (
    FURTHER_SOURCE_WEIGHT,
    PLACE_CONFIDENCE_POINTS,
    PlaceHypothesis,
    is_same_place,
    legibility,
    place_confidence,
    place_hypotheses,
)
from transcribe.extraction.page_text.field_candidates import FieldCandidate, field_candidate
from transcribe.extraction.page_text.text_lines import lines


def at(text: str, row: int, score: float = 0.8, page: int = 1) -> FieldCandidate:
    """A candidate on the row of a page."""
    return field_candidate(tuple(lines(printed(*[""] * row, text), page)), score)


def test_a_place_that_two_sources_see_is_one_place_and_counts_more() -> None:
    found = place_hypotheses({"one": [at("9.40", 3)], "two": [at("9.4O", 3)]}, {"one": 0.9, "two": 0.9})
    assert [set(spot.by_source) for spot in found] == [{"one", "two"}]
    assert found[0].support == pytest.approx(0.8 * (1 + FURTHER_SOURCE_WEIGHT))


def test_places_on_other_rows_or_pages_stay_apart() -> None:
    assert not is_same_place(at("9.40", 3), at("9.40", 4))
    assert not is_same_place(at("9.40", 3), at("9.40", 3, page=2))


def test_a_source_weighs_as_much_as_it_reads_well() -> None:
    found = place_hypotheses({"clear": [at("a", 1, 0.5)], "poor": [at("b", 5, 0.9)]}, {"clear": 0.9, "poor": 0.3})
    assert [set(spot.by_source) for spot in found] == [{"clear"}, {"poor"}]


def test_the_text_of_the_source_that_reads_best_speaks_for_a_place() -> None:
    spot = PlaceHypothesis(by_source={"one": at("9.4O", 1), "two": at("9.40", 1)})
    assert spot.most_legible({"one": 0.4, "two": 0.9}).text == "9.40"


def test_a_source_that_makes_no_claim_is_taken_as_middling() -> None:
    silent = list(printed("TOTAL 9.40", confidence=0.9))
    assert legibility(lines(silent, 1)) == pytest.approx(0.9)
    assert legibility([]) == 0.5


def test_a_lead_over_what_says_the_same_elsewhere_is_no_doubt() -> None:
    """The total printed twice is one value; two values are a doubt."""
    total, again, other = at("9.40", 1), at("9.40", 6, 0.7), at("12.00", 6, 0.7)
    sources = {"one": 0.9, "two": 0.9}
    twice = place_hypotheses({"one": [total, again], "two": [total, again]}, sources)
    doubt = place_hypotheses({"one": [total, other], "two": [total, other]}, sources)
    assert place_confidence(twice, 2) > 0.9 > place_confidence(doubt, 2)


def test_what_one_of_two_sources_sees_is_less_sure() -> None:
    assert place_confidence(place_hypotheses({"one": [at("9.40", 1)]}, {"one": 0.9}), 2) < place_confidence(
        place_hypotheses({"one": [at("9.40", 1)], "two": [at("9.40", 1)]}, {"one": 0.9, "two": 0.9}), 2
    )


@given(scores=st.lists(st.floats(0.05, 1), min_size=1, max_size=4), sources=st.integers(1, 3))
def test_sureness_is_a_measured_share(scores: list[float], sources: int) -> None:
    offers = [at(str(number), 2 * number, score) for number, score in enumerate(scores)]
    sure = place_confidence(place_hypotheses({"one": offers}, {"one": 0.9}), sources)
    assert 0 <= sure <= PLACE_CONFIDENCE_POINTS[-1][1]
    assert all(low <= high for (_, low), (_, high) in pairwise(PLACE_CONFIDENCE_POINTS))

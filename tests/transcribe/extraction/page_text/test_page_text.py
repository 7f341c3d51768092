"""Labels in print, and what stands beside them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcribe.extraction.printed import HEIGHT, PITCH, printed
from tests.transcribe.extraction.tables.test_row_assembly import cells
from transcribe.extraction.page_text.consensus import (
    FURTHER_SOURCE_WEIGHT,
    PLACE_CONFIDENCE_POINTS,
    FieldCandidate,
    PlaceHypothesis,
    field_candidate,
    is_same_place,
    legibility,
    place_confidence,
    place_hypotheses,
)
from transcribe.extraction.page_text.page_text import (
    HEAD_HEIGHT_SHARE,
    PageText,
    page_text_of,
    search_region,
    value_spans,
)
from transcribe.extraction.page_text.table_headers import merged_headings
from transcribe.extraction.page_text.text_lines import MIN_SHARED_HEIGHT_SHARE, lines
from transcribe.forms import definition
from transcribe.geometry import Box
from transcribe.model import Page, Word


def of(*rows: str, made: str = "receipt") -> PageText:
    return page_text_of(lines(printed(*rows), 1), definition.load(made))


@pytest.mark.parametrize(
    ("row", "owner"),
    [("SUB TOTAL 9.40", "#subtotal"), ("TOTAL 9.40", "total"), ("T0TAL: 9.40", "total"), ("TOTAL QTY 3", "#count")],
)
def test_a_label_belongs_to_whom_it_is_most_like(row: str, owner: str) -> None:
    assert [seen.label.owner for seen in of(row).labels[0]] == [owner]


def test_a_value_stands_to_the_right_up_to_the_next_label() -> None:
    found = of("DATE: 25/12/2018  CASH: 10.00")
    place = value_spans(found, found.labels_of("date")[0])[0]
    assert found.lines[0].text[place.start : place.end].strip(" :") == "25/12/2018"


def test_a_value_below_is_cut_where_the_next_column_begins() -> None:
    found = of("Date          Date d'échéance  N° BC", "10/05/2016    09/07/2016       BC02716", made="facture")
    [place] = value_spans(found, found.labels_of("due_date")[0])
    assert found.lines[1].text[place.start : place.end] == "09/07/2016"


def test_the_header_of_the_table_holds_no_labels_of_plain_fields() -> None:
    found = of("Description    Quantité    Prix unitaire    Montant HT", made="facture")
    assert found.labels == ((),)


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


def read(*rows: str) -> list[str]:
    return [whole.text for _, whole in merged_headings(lines(printed(*rows), 1), 0)]


def test_words_under_a_heading_are_read_with_it() -> None:
    rows = (
        "Description     Prix unitaire     Taux de     Prix total",
        "                    (HT)            TVA         (TTC)",
    )
    assert read(*rows) == ["Description  Prix unitaire (HT)  Taux de TVA  Prix total (TTC)"]


def test_a_heading_that_stands_in_the_middle_of_two_lines_is_one_between_them() -> None:
    rows = ("                Montant", "Description                ", "                  HT")
    assert read(*rows)[-1] == "Description  Montant HT"


def test_a_line_with_numbers_or_of_running_text_is_no_heading() -> None:
    assert read("Description     Montant", "Chaise            20,00") == []
    assert read("Description     Montant", "Fourniture et pose d'un carrelage de grès") == []


def test_a_line_far_below_is_no_heading() -> None:
    assert read("Description     Montant", "", "", "                  HT") == []


def test_columns_are_named_by_headings_of_two_lines() -> None:
    rows = cells(
        "Commande",
        "Désignation     Qté      Prix         Taux de     Montant",
        "                       unitaire         TVA         HT",
        "Chaise          2,00     10,00         20 %         20,00",
    )
    assert rows == [
        {"description": "Chaise", "quantity": "2,00", "unit_price": "10,00", "tax": "20 %", "amount": "20,00"}
    ]


def test_two_known_headings_under_one_another_are_one_column() -> None:
    rows = cells(
        "Désignation des     Qté      P.U.      Montant",
        "  prestations                              HT ",
        "Pose de volets      2,00     10,00      20,00",
        "Peinture            3,00      5,00      15,00",
    )
    assert [row["description"] for row in rows] == ["Pose de volets", "Peinture"]


RECEIPT = definition.load("receipt")
PAGES = [Page(number=number, picture=numpy.full((900, 600, 3), 255, numpy.uint8)) for number in (1, 2)]


def seen(*rows: str, page: int = 1) -> PageText:
    return page_text_of(lines(printed(*rows), page), RECEIPT)


def test_around_the_label_over_the_whole_width() -> None:
    number, box = search_region(RECEIPT.field("total"), PAGES, [seen("SHOP", "", "", "", "", "", "GRAND TOTAL")])
    assert number == 1
    assert (box.x0, box.x1) == (0, 600)
    assert box.y0 < 6 * PITCH < 6 * PITCH + HEIGHT < box.y1 < 900


def test_on_the_page_of_the_label() -> None:
    number, _ = search_region(RECEIPT.field("total"), PAGES, [seen("SHOP"), seen("GRAND TOTAL", page=2)])
    assert number == 2


def test_names_and_addresses_at_the_head_of_the_first_page() -> None:
    for name in ("company", "address"):
        assert search_region(RECEIPT.field(name), PAGES, []) == (1, Box(0, 0, 600, round(900 * HEAD_HEIGHT_SHARE)))


def test_anything_else_is_somewhere_on_the_first_page() -> None:
    assert search_region(replace(RECEIPT.field("total"), find=None), PAGES, [seen("SHOP")]) == (1, Box(0, 0, 600, 900))


def test_words_at_one_height_are_one_line_left_to_right() -> None:
    words = printed("TOTAL 9.40", "CASH 10.00")
    assert [line.text for line in lines(reversed(words), 1)] == ["TOTAL 9.40", "CASH 10.00"]


def test_print_that_lies_aslant_still_gives_its_lines() -> None:
    words = printed("TOTAL       AMOUNT       DUE       9.40", "PAID        IN           CASH      10.00", sink=0.06)
    words += printed("THANK       YOU          COME      AGAIN", sink=0.06, top=60)
    found = [line.text.split() for line in lines(words, 1)]
    assert found[0] == ["TOTAL", "AMOUNT", "DUE", "9.40"]
    assert len(found) == 3


def test_a_word_with_blanks_is_taken_apart() -> None:
    whole = Word(text="TOTAL 9.40", box=Box(0, 0, 100, 20), confidence=0.9)
    assert [word.text for line in lines([whole], 1) for word in line.words] == ["TOTAL", "9.40"]


@given(st.lists(st.text("abc ", min_size=1, max_size=20), min_size=1, max_size=6), st.data())
def test_a_span_of_the_text_comes_from_words_that_say_it(rows: list[str], data: st.DataObject) -> None:
    for line in lines(printed(*rows), 1):
        start = data.draw(st.integers(0, len(line.text) - 1))
        end = data.draw(st.integers(start + 1, len(line.text)))
        said = "".join(word.text for word in line.span(start, end).words)
        assert said == line.text[start:end].replace(" ", "")


def test_no_words_are_no_lines() -> None:
    assert lines([], 1) == []


def rows_by_hand(words: list[Word]) -> list[list[str]]:
    """The lines as they are defined: word by word from the left, each to the line whose end it shares most with."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.box.x0, word.box.y0)):
        shares = [word.box.overlap_down(row[-1].box) / max(1, min(word.box.height, row[-1].box.height)) for row in rows]
        if max(shares, default=0.0) >= MIN_SHARED_HEIGHT_SHARE:
            rows[shares.index(max(shares))].append(word)
        else:
            rows.append([word])
    return [[word.text for word in row] for row in sorted(rows, key=lambda row: row[0].box.middle[1])]


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 90), st.integers(8, 12)), min_size=1, max_size=30))
def test_words_stand_on_the_line_whose_end_they_share_most_with(places: list[tuple[int, int, int]]) -> None:
    words = [
        Word(text=f"w{number}", box=Box.sized(x, y, 20, height), confidence=0.9, line=number)
        for number, (x, y, height) in enumerate(places)
    ]
    assert [[word.text for word in line.words] for line in lines(words, 1)] == rows_by_hand(words)

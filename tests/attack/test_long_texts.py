"""Long texts: whatever is typed in a field, or stands as one word in an hOCR file, costs no more than its length."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconcile.inference.weigh import weigh
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.attack.test_bounds import located
from tests.examples import examples
from tests.reconcile.made import field, form, machine, reading
from transcribe import fields
from transcribe.errors import ScanError
from transcribe.extraction.key_values.company_patterns import is_address_like, is_numbered
from transcribe.extraction.page_text.page_text import MAX_PAGE_CHARACTERS_COUNT
from transcribe.geometry import Box
from transcribe.model import FieldKey, Master, Word
from transcribe.ocr import hocr
from transcribe.review.options import MAX_TEXT_LENGTH, TextRefused, require_keepable

KEY = FieldKey("number")
ONE_TEXT_SECONDS = 0.5
"""Processor time for one text of 4,000 characters: it takes 0.01 s, and took 3 to 28 s. Chosen by hand."""

SEVERAL_TEXTS_SECONDS = 2.0
"""Processor time for two such texts beside an engine's: they take 0.2 s, and took 0.9 s. Chosen by hand."""

ONE_PATTERN = re.compile(r"^\W*[A-Z]{0,3}[\d-]{1,7}[A-Z]?\b.*,|^\W*\d{1,4}[A-Z]?,? +[^\W\d_]{3}|.*[^\W\d_]{3}.*\d.*,")
"""How a line with a house number was told until that took more than its length."""

UNITS = (
    *("漢", "漢字かな", "ا", "سلام عليكم ", "bonjour madame ", "abcdefgh ", "12345678 ", "1 ", "1/2 ", "- ", "12:30 "),
    *("١٢٣ ", "9" * 299 + " ", "-" * 299 + " ", "1." * 149 + " ", "a@" * 149 + " ", "ab\u0301", "\u0f71\u0f72\u0f74"),
    *("a" + "\u0301" * 250 + " ", ", . - ' ", "2024 mars ", "\ufdfa", "x9" * 149 + " ", "1 th ", "年1月", "İ ", "½ "),
)
PIECES = st.sampled_from([*"1 O / - . , : é 漢 ا ٣ \u0301 ( @ + mars FR € T th x".split(), " ", "\n"])
LONG = st.one_of(st.sampled_from(UNITS), st.lists(PIECES, min_size=1, max_size=12).map("".join))


def filled(unit: str) -> str:
    """The unit over and over, as long as the door lets through."""
    return (unit * MAX_TEXT_LENGTH)[:MAX_TEXT_LENGTH]


def kept(text: str) -> bool:
    """Whether the door lets a text through."""
    try:
        require_keepable(text)
    except TextRefused:
        return False
    return True


def seconds_to_weigh(kind: str, text: str) -> float:
    """Processor time to parse a text of this type and to weigh it."""
    made, of = form(field("number", kind)), fields.load(kind)
    weigh(made, [reading(KEY, "ana", "12 b")], shipped_parameters(), POLICY)  # what is read once
    begun = time.process_time()
    for ask in (of.parse, of.normalise, of.faults):
        ask(text, made.fields[0], made)
    weigh(made, [reading(KEY, "ana", text)], shipped_parameters(), POLICY)
    return time.process_time() - begun


@pytest.mark.parametrize("kind", fields.names())
@examples(10)
@example(unit="漢字かな")
@example(unit="bonjour madame ")
@example(unit="12345678 ")
@given(unit=LONG.filter(lambda unit: kept(filled(unit))))
def test_a_long_text_is_weighed_at_once_whatever_its_type(kind: str, unit: str) -> None:
    assert seconds_to_weigh(kind, filled(unit)) < ONE_TEXT_SECONDS


@pytest.mark.parametrize("kind", fields.names())
def test_a_long_text_without_a_letter_twice_is_weighed_at_once(kind: str) -> None:
    assert seconds_to_weigh(kind, "".join(chr(0x4E00 + number) for number in range(4000))) < ONE_TEXT_SECONDS


@pytest.mark.parametrize("kind", ["text", "address", "name", "date", "ean"])
def test_long_texts_that_share_no_word_are_weighed_at_once(kind: str) -> None:
    texts = [" ".join(f"{letter}{number:x}" for number in range(900))[:MAX_TEXT_LENGTH] for letter in "kw"]
    readings = [reading(KEY, "ana", texts[0]), reading(KEY, "ben", texts[1]), machine(KEY, "tesseract", "12")]
    made, begun = form(field("number", kind)), time.process_time()
    assert KEY in weigh(made, readings, shipped_parameters(), POLICY)
    assert time.process_time() - begun < SEVERAL_TEXTS_SECONDS


@pytest.mark.parametrize("text", ["\ufdfa" * 4000, "漢字" * 2000])
def test_a_long_text_is_weighed_at_once_against_master_data(text: str) -> None:
    made = replace(form(field("number", "name")), masters=(Master(field="number", values=(("Ana", "1"),), digest="0"),))
    weigh(made, [reading(KEY, "ana", "Anna")], shipped_parameters(), POLICY)
    begun = time.process_time()
    assert KEY in weigh(made, [reading(KEY, "ana", text)], shipped_parameters(), POLICY)
    assert time.process_time() - begun < ONE_TEXT_SECONDS


# --- hOCR ------------------------------------------------------------------------------------------------------------


def page_of(texts: list[str]) -> bytes:
    """An hOCR page with these words, all at one place."""
    word = '<span class="ocrx_word" title="bbox 0 0 9 9; x_wconf 99">{}</span>'
    return f'<div class="ocr_page" title="bbox 0 0 463 797">{"".join(map(word.format, texts))}</div>'.encode()


def words_of(texts: list[str]) -> list[Word]:
    return [Word(text=text, box=Box(0, 0, 9, 9), confidence=0.9, line=0) for text in texts]


def test_a_word_that_is_longer_than_any_is_none() -> None:
    longest = "9" * hocr.MAX_WORD_LENGTH
    _, words = hocr.read(page_of(["Total", longest, longest + "9", "9" * 3000]))
    assert [word.text for word in words] == ["Total", longest]


def test_a_page_of_more_characters_than_print_has_is_refused_with_what_to_do() -> None:
    with pytest.raises(ScanError, match="says 50,001 characters on page 1, and the limit is 50,000") as no:
        located({1: words_of(["9"] + ["9" * 250] * (MAX_PAGE_CHARACTERS_COUNT // 250))}, "receipt")
    assert no.value.advice == "Take that file away"


@pytest.mark.parametrize("form", ["receipt", "facture"])
@pytest.mark.parametrize("unit", ["9", "abc1", "(", "1."])
def test_words_as_long_as_can_be_are_located_at_once(form: str, unit: str) -> None:
    located({1: words_of(["Total"])}, form)  # what is read once
    begun = time.process_time()
    assert located({1: words_of([(unit * 300)[:300]] * 160)}, form).places
    assert time.process_time() - begun < 10.0


@examples(200)
@given(text=st.text("abé1٣-, .", max_size=14))
def test_a_line_with_a_house_number_is_told_as_by_one_pattern(text: str) -> None:
    assert is_numbered(text) == bool(ONE_PATTERN.search(text))


def test_a_long_line_of_words_and_digits_is_no_address_at_once() -> None:
    begun = time.process_time()
    assert not is_address_like("abc 1 " * 5000)
    assert time.process_time() - begun < 1.0

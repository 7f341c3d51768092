"""A piece of a page cuts no glyph, whatever box is asked for."""

from __future__ import annotations

import tracemalloc

import cv2
import numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from transcribe.geometry import Box
from transcribe.imaging.glyphs import whole_glyphs
from transcribe.model import Picture

SIZE = (360, 900)
WORDS = ("$8.20", "Total", "AB-1730", "55100", "Shah", "Alam", "No.", "(KL)", "25/04/18")
FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX)


def printed(words: list[tuple[str, int, int]], font: int, scale: float) -> Picture:
    """A page with these words, each with its left end and its foot."""
    page = numpy.full(SIZE, 235, numpy.uint8)
    for word, x, y in words:
        cv2.putText(page, word, (x, y), font, scale, 40, 2)
    return page


@given(
    rows=st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), min_size=1, max_size=5),
    font=st.sampled_from(FONTS),
    scale=st.floats(0.7, 1.1),
    pitch=st.integers(34, 60),
    corner=st.tuples(st.integers(10, 500), st.integers(20, 260)),
    wide=st.integers(20, 300),
    high=st.integers(18, 60),
)
@settings(max_examples=300, deadline=None)
def test_no_glyph_is_seen_in_part(
    rows: list[list[str]], font: int, scale: float, pitch: int, corner: tuple[int, int], wide: int, high: int
) -> None:
    words = [
        (word, 30 + 190 * at, 60 + number * pitch) for number, row in enumerate(rows) for at, word in enumerate(row)
    ]
    page = printed(words, font, scale)
    shown, seen = whole_glyphs(page, Box(*corner, corner[0] + wide, corner[1] + high), 12, 1.0, 20.0)
    _, found, stats, _ = cv2.connectedComponentsWithStats(numpy.asarray(page < 128, numpy.uint8))
    labels = numpy.asarray(found, numpy.intp)
    there = numpy.bincount(labels[seen.slices][shown < 128].ravel(), minlength=len(stats))
    parts = [number for number in range(1, len(stats)) if 0 < there[number] < stats[number, cv2.CC_STAT_AREA]]
    assert not parts, f"glyphs {parts} of {rows} are cut by {seen}"


def test_a_piece_of_a_grainy_page_takes_memory_by_its_size_and_not_by_its_grains() -> None:
    """Each speck was compared with each other one: a page of a dark photograph took a minute."""
    grain = numpy.random.default_rng(1).normal(70, 3, (500, 1400)).clip(0, 255).astype(numpy.uint8)
    tracemalloc.start()
    try:
        whole_glyphs(grain, Box(400, 150, 1000, 350), 12, 1.0, 20.0)
        assert tracemalloc.get_traced_memory()[1] < 100 * grain.size
    finally:
        tracemalloc.stop()


def test_a_sign_that_the_box_leaves_out_is_shown_whole_and_another_column_is_not_shown() -> None:
    page = printed([("$8.20", 300, 100), ("6.95", 470, 100)], FONTS[0], 1.0)
    dollar = cv2.boundingRect(numpy.asarray(page[:, :320] < 128, numpy.uint8))
    box = Box(dollar[0] + dollar[2] + 2, 78, 390, 102)
    shown, seen = whole_glyphs(page, box, 12, 1.0, 20.0)
    assert seen.x0 < dollar[0]
    assert seen.x1 < 470
    assert (shown == page[seen.slices]).all()


def test_what_a_word_goes_on_with_is_shown() -> None:
    page = printed([("50.00", 300, 100)], FONTS[0], 1.0)
    end = int(numpy.flatnonzero((page < 128).any(axis=0)).max())
    _, seen = whole_glyphs(page, Box(296, 76, end - 24, 102), 8, 1.0, 20.0)
    assert seen.x1 > end

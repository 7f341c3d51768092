"""How far writing lies beside its boxes is told by where its boxes would have to be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from transcribe.geometry import Box
from transcribe.registration.writing_offset import LEAST_PX, REACH_PX, writing_offset

FIELDS = [Box(100, y, 700, y + 60) for y in range(200, 1000, 110)] + [
    Box(900, y, 1500, y + 60) for y in (200, 420, 750)
]
TEXTS = [Box(box.x0 + 15, box.y0 + 12, box.x0 + 300 + 20 * number, box.y1 - 8) for number, box in enumerate(FIELDS)]


def moved(boxes: list[Box], across: int, down: int) -> list[Box]:
    return [each.shifted(across, down) for each in boxes]


@given(st.integers(-76, 76), st.integers(-76, 76))
def test_writing_that_was_moved_lies_in_its_boxes_again_with_the_offset(across: int, down: int) -> None:
    texts = moved(TEXTS, across, down)
    found = writing_offset(texts, FIELDS, 1.0)
    if abs(down) >= 48:  # a wide text that lies to the right is still mostly in its box
        assert found is not None
    if found:
        back = moved(texts, -found.across, -found.down)
        assert all(box.overlap_share(text) >= 0.75 for box, text in zip(FIELDS, back, strict=True))
        assert max(abs(found.across), abs(found.down)) >= LEAST_PX
        assert max(abs(found.across), abs(found.down)) <= REACH_PX


@given(st.integers(-8, 8), st.integers(-6, 6))
def test_writing_in_its_boxes_has_no_offset(across: int, down: int) -> None:
    assert writing_offset(moved(TEXTS, across, down), FIELDS, 1.0) is None


def test_a_few_notes_between_the_boxes_are_no_offset() -> None:
    notes = [Box(740, 230, 860, 270), Box(300, 1100, 700, 1140), Box(1520, 600, 1640, 640), Box(100, 1200, 400, 1240)]
    assert writing_offset([*TEXTS, *notes], FIELDS, 1.0) is None


def test_dirt_at_the_edge_of_the_paper_is_no_offset() -> None:
    """Dark spots beside the boxes would lie in them if all boxes were moved, and most writing would still do so."""
    rows = range(40, 1240, 60)
    cells = [Box(x0, y, x1, y + 60) for y in rows for x0, x1 in ((100, 700), (700, 1200))]
    words = [Box(x, y + 10, x + 250, y + 52) for y in rows for x in (115, 715)]
    spots = [Box(20, y + 12, 62, y + 46) for y in rows[::5]]
    assert len(spots) == 4
    assert writing_offset([*words, *spots], cells, 1.0) is None


def test_a_column_of_digits_at_its_left_frame_is_no_offset() -> None:
    rows = range(400, 1000, 60)
    cells = [Box(x0, y, x1, y + 60) for y in rows for x0, x1 in ((100, 700), (700, 860))]
    words = [Box(115, y + 10, 480, y + 52) for y in rows]
    digits = [Box(684, y + 10, 732, y + 52) for y in rows]  # a third is paper that the detector sees beside the digit
    assert writing_offset([*words, *digits], cells, 1.0) is None


def test_lengths_grow_with_a_finer_blank() -> None:
    fine = [each.scaled(1.5) for each in FIELDS]
    found = writing_offset([each.scaled(1.5) for each in moved(TEXTS, 0, 45)], fine, 1.5)
    assert found is not None
    assert abs(found.down - 1.5 * 45) <= 1.5 * 16
    assert writing_offset([], fine, 1.5) is None
    assert writing_offset(moved(TEXTS, 0, 45)[:4], FIELDS, 1.0) is None, "too few to tell"

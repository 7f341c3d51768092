"""Boxes to tick and to sign on paper that lies some pixels beside its blank: the form's own print is no mark."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.bench.world import marks
from tests.transcribe.ink.made_pages import grain
from transcribe.geometry import Box
from transcribe.ink import mark_detection
from transcribe.ink.faint_strokes import added_strokes
from transcribe.ink.ink_layer import ink_layer
from transcribe.ink.mark_detection import mark_shares, probability_ticked
from transcribe.ink.mark_weights import HIDDEN
from transcribe.model import Picture
from transcribe.registration import deblurred

SQUARE, RING, SIGN = Box(301, 301, 332, 332), Box(300, 500, 332, 532), Box(302, 702, 999, 849)
SURE = 0.95


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A square and a ring to tick, each with its label, and a framed box to sign in."""
    page = numpy.full((2339, 1654), 255, numpy.uint8)
    cv2.rectangle(page, (300, 300), (332, 332), 60, 2)
    cv2.circle(page, (316, 516), 16, 60, 2, cv2.LINE_AA)
    cv2.rectangle(page, (300, 700), (1000, 850), 60, 2)
    for y, text in ((326, "Collect"), (526, "Deliver"), (680, "Signature")):
        cv2.putText(page, text, (350, y), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 30, 2)
    path = tmp_path_factory.mktemp("blank") / "blank.png"
    Image.fromarray(page).save(path)
    return path


def photographed(
    blank: Path, shift: tuple[float, float], strokes: Sequence[Sequence[tuple[int, int]]] = (), pen: int = 50
) -> Picture:
    """A soft, grainy photo on which print and strokes lie beside their place, farther the farther down and right."""
    page = numpy.array(Image.open(blank))
    for stroke in strokes:
        cv2.polylines(page, [numpy.array(stroke, numpy.int32)], False, pen, 3, cv2.LINE_AA)
    across, down = shift
    bend = numpy.array([[1 + across / 4000, 0, across], [down / 4000, 1, down]])
    moved = cv2.warpAffine(page, bend, page.shape[::-1], borderValue=255)
    off = grain(4, page.shape)
    return numpy.clip(cv2.GaussianBlur(moved, (0, 0), 1.5) * 0.9 + off, 0, 255).astype(numpy.uint8)


def is_marked(told: float | None) -> bool:
    return told is not None and told > SURE


def is_bare(told: float | None) -> bool:
    return told is not None and told < 1 - SURE


def is_unsure(told: float | None) -> bool:
    """Whether neither is said so surely that it would count."""
    return not is_marked(told) and not is_bare(told)


def said(blank: Path, page: Picture) -> tuple[float | None, float | None, float | None]:
    sheet = ink_layer(page, str(blank))
    square, ring, sign = sheet.inks([SQUARE, RING, SIGN])
    square_, ring_, sign_ = (added_strokes(page, str(blank), box, 1.0) for box in (SQUARE, RING, SIGN))
    return (
        mark_detection.probability_ticked(sheet, square, SQUARE, square_),
        mark_detection.probability_ticked(sheet, ring, RING, ring_),
        mark_detection.probability_signed(sheet, sign, SIGN, sign_),
    )


SHIFTS = [(0.0, 0.0), (-4.0, 2.0), (5.0, 5.0)]
TICKS = [[(296, 316), (312, 334), (340, 290)], [(304, 530), (330, 502)]]
INITIALS = [[(420 + 3 * n, 775 + round(40 * numpy.sin(n / 4))) for n in range(100)]]


@pytest.mark.parametrize("shift", SHIFTS)
def test_print_beside_its_place_is_no_mark(blank: Path, shift: tuple[float, float]) -> None:
    assert not any(is_marked(told) for told in said(blank, photographed(blank, shift)))


@pytest.mark.parametrize("shift", SHIFTS)
def test_marks_are_never_missed(blank: Path, shift: tuple[float, float]) -> None:
    square, ring, sign = said(blank, photographed(blank, shift, [*TICKS, *INITIALS]))
    assert not is_bare(square)
    assert not is_bare(ring)
    assert is_marked(sign)


def test_print_in_its_place_leaves_no_doubt(blank: Path) -> None:
    assert all(is_bare(told) for told in said(blank, photographed(blank, (0.0, 0.0))))


def test_marks_that_light_may_have_bleached_leave_doubt(blank: Path) -> None:
    page = photographed(blank, (0.0, 0.0))
    page[200:] = 255
    assert all(is_unsure(told) for told in said(blank, page))


def test_a_box_at_the_rim_of_the_page_can_be_looked_at(blank: Path) -> None:
    page = photographed(blank, (0.0, 0.0))
    for box in (Box(0, 0, 40, 40), Box(1620, 2310, 1654, 2339)):
        assert added_strokes(page, str(blank), box, 1.0) == 0


@pytest.mark.parametrize("column", [290, 310, 316, 330, 400])
def test_the_sharp_edge_of_a_shadow_is_no_mark_and_takes_none(blank: Path, column: int) -> None:
    bare, marked = (photographed(blank, (0.0, 0.0), strokes) for strokes in ((), [*TICKS, *INITIALS]))
    for page in (bare, marked):
        page[:, column:] = (page[:, column:] * 0.5).astype(numpy.uint8)
    assert not any(is_marked(told) for told in said(blank, bare))
    assert not any(is_bare(told) for told in said(blank, marked)), "where it runs through a box a person may be asked"


@pytest.mark.parametrize("stroke", [[(240, 314), (430, 318)], [(318, 230), (315, 420)]])
def test_a_stroke_that_runs_through_a_box_and_beyond_is_no_sure_tick(
    blank: Path, stroke: list[tuple[int, int]]
) -> None:
    """A piece of a fold, or of a line through more than this box."""
    square, _, _ = said(blank, photographed(blank, (0.0, 0.0), [stroke]))
    assert is_unsure(square)


@pytest.mark.parametrize(
    "stroke", [[(296, 316), (334, 315)], [(270, 350), (350, 280)], [(303, 318), (312, 328), (372, 268)]]
)
def test_a_dash_and_a_tick_with_a_long_tail_are_never_missed(blank: Path, stroke: list[tuple[int, int]]) -> None:
    """Whether it is sure is the shape's to say: a long stroke may take a tick back."""
    square, _, _ = said(blank, photographed(blank, (0.0, 0.0), [stroke]))
    assert not is_bare(square)


def test_a_tick_that_one_line_crosses_out_is_no_sure_tick(blank: Path) -> None:
    """It was ticked with 1.000."""
    tick = [[(306, 314), (314, 326), (328, 304)]]
    square, _, _ = said(blank, photographed(blank, (0.0, 0.0), [*tick, [(286, 326), (350, 306)]]))
    assert is_unsure(square)


def test_a_tick_too_pale_to_be_ink_makes_a_box_no_sure_blank(blank: Path) -> None:
    """A small one, which the page's print is four times as dark as; an empty box stays sure."""
    square, ring, _ = said(blank, photographed(blank, (0.0, 0.0), [[(311, 322), (322, 310)]], pen=230))
    assert is_unsure(square)
    assert is_bare(ring)


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.5, 0.5), (-0.5, 0.3)])
def test_a_frame_well_inside_its_box_on_half_a_page_is_no_pale_tick(tmp_path: Path, shift: tuple[float, float]) -> None:
    """Whoever draws the box around the frame leaves some pixels between them."""
    page = numpy.full((1169, 1654), 255, numpy.uint8)
    cv2.rectangle(page, (60, 880), (96, 916), 60, 2)
    cv2.putText(page, "Recibido conforme", (110, 908), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 30, 2)
    path, box = tmp_path / "half.png", Box(55, 875, 101, 921)
    Image.fromarray(page).save(path)
    for pen, unsure in ((255, False), (225, True)):
        stroke = [(68, 900), (76, 908), (90, 886)]
        seen = photographed(path, shift, [stroke] if pen < 255 else [], pen)
        sheet = ink_layer(seen, str(path))
        (ink,) = sheet.inks([box])
        strokes = added_strokes(seen, str(path), box, sheet.unit)
        ticked = mark_detection.probability_ticked(sheet, ink, box, strokes)
        assert is_unsure(ticked) is unsure, (pen, ticked)


@pytest.mark.parametrize("pen", [226, 227])
def test_a_tick_that_is_hardly_ink_makes_a_box_no_sure_blank(blank: Path, pen: int) -> None:
    """A few pixels of it are as dark as ink, of which an empty box has as many by chance."""
    square, _, _ = said(blank, photographed(blank, (0.0, 0.0), [[(311, 322), (322, 310)]], pen))
    assert is_unsure(square)


@pytest.mark.parametrize("line", [[(620, 640), (624, 900)], [(350, 780), (900, 782)]])
def test_a_straight_line_through_a_box_to_sign_is_no_sure_signature(blank: Path, line: list[tuple[int, int]]) -> None:
    _, _, sign = said(blank, photographed(blank, (0.0, 0.0), [line]))
    assert is_unsure(sign)


def test_dirt_strewn_over_the_page_is_no_sure_signature(blank: Path) -> None:
    bare = photographed(blank, (0.0, 0.0), [])
    _, _, clean = said(blank, bare)
    chance = numpy.random.default_rng(5)
    dirty = bare.copy()
    height, width = bare.shape[:2]
    for x, y in zip(chance.integers(0, width, 9000), chance.integers(0, height, 9000), strict=True):
        cv2.line(dirty, (int(x), int(y)), (int(x) + 6, int(y) + 5), 70, 2)
    _, _, strewn = said(blank, dirty)
    assert is_bare(clean)
    assert is_unsure(strewn)


def spoilt(page: Picture, kernel: Picture) -> Picture:
    """The photo out of focus or shaken by so much, with grain as before."""
    grain = numpy.random.default_rng(3).normal(0, 4, page.shape)
    soft = cv2.filter2D(page, -1, kernel.astype(numpy.float32) / kernel.sum())
    return numpy.clip(soft + grain, 0, 255).astype(numpy.uint8)


def as_read(blank: Path, page: Picture) -> Picture:
    """The photo as its marks are measured: even blur is taken back first."""
    return deblurred(page, numpy.array(Image.open(blank)), [SQUARE, RING, SIGN])


def lens(radius: int) -> Picture:
    side = 2 * radius + 1
    return numpy.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), numpy.uint8)


def shaken(way: list[tuple[int, int]]) -> Picture:
    line = numpy.zeros((25, 25), numpy.uint8)
    cv2.polylines(line, [numpy.array(way, numpy.int32)], False, 255, 1, cv2.LINE_AA)
    return line


KERNELS = [lens(4), lens(8), shaken([(5, 20), (19, 4)])]


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_frame_that_blur_spreads_into_its_box_is_no_mark(blank: Path, kernel: Picture) -> None:
    square, ring, sign = said(blank, as_read(blank, spoilt(photographed(blank, (0.0, 0.0)), kernel)))
    assert not any(map(is_marked, (square, ring, sign)))


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_tick_on_a_blurred_page_is_never_missed(blank: Path, kernel: Picture) -> None:
    page = spoilt(photographed(blank, (0.0, 0.0), [*TICKS, *INITIALS]), kernel)
    square, ring, sign = said(blank, as_read(blank, page))
    assert not is_bare(square)
    assert not is_bare(ring)
    assert is_marked(sign)


@pytest.mark.parametrize(
    "kernel", [shaken([(3, 3), (12, 20), (21, 5)]), shaken([(3, 12), (12, 3), (21, 12), (12, 21)])]
)
def test_a_box_on_a_page_shaken_along_a_crooked_way_is_no_sure_tick(blank: Path, kernel: Picture) -> None:
    """Print spreads there as no lens and no straight way spreads it."""
    square, ring, _ = said(blank, as_read(blank, spoilt(photographed(blank, (0.0, 0.0)), kernel)))
    assert not is_marked(square)
    assert not is_marked(ring)


def test_a_box_that_is_filled_in_is_ticked(blank: Path) -> None:
    strokes = [[(302, 302 + 2 * n), (331, 302 + 2 * n)] for n in range(15)]
    square, _, _ = said(blank, photographed(blank, (0.0, 0.0), strokes))
    assert is_marked(square)


def test_a_box_that_is_scribbled_over_far_beyond_its_frame_is_no_sure_tick(blank: Path) -> None:
    """That may cancel what was ticked."""
    strokes = [[(284, 284 + 2 * n), (349, 284 + 2 * n)] for n in range(33)]
    square, _, _ = said(blank, photographed(blank, (0.0, 0.0), strokes))
    assert is_unsure(square)


def test_a_tick_that_is_scribbled_out_is_no_sure_tick(blank: Path) -> None:
    tick = [[(306, 314), (314, 326), (328, 304)]]
    scribble = [[(292 + (n % 2) * 48, 295 + 4 * n) for n in range(12)]]
    square, _, _ = said(blank, photographed(blank, (0.0, 0.0), [*tick, *scribble]))
    assert is_unsure(square)
    square, _, _ = said(blank, photographed(blank, (0.0, 0.0), tick))
    assert is_marked(square)


STREAKS = {
    "upright": [[(x, 560), (x + lean, 990)] for x, lean in ((420, 0), (505, 3), (640, -2), (770, 0), (905, 2))],
    "level": [[(20, y), (1380, y + lean)] for y, lean in ((740, 0), (775, 3), (822, -2))],
}
"""Marks of a dirty roller, as far as they are dark enough: not from rim to rim, as folds are."""


@pytest.mark.parametrize("way", STREAKS)
def test_streaks_of_a_dirty_roller_are_no_sure_signature(blank: Path, way: str) -> None:
    _, _, sign = said(blank, photographed(blank, (0.0, 0.0), STREAKS[way]))
    assert is_unsure(sign)


@pytest.mark.parametrize("way", STREAKS)
def test_a_signature_between_streaks_is_still_one(blank: Path, way: str) -> None:
    _, _, sign = said(blank, photographed(blank, (0.0, 0.0), [*STREAKS[way], *INITIALS]))
    assert is_marked(sign)


PLAIN = ("empty", "hook", "cross")


@pytest.mark.parametrize("seed", [1, 2])
def test_who_takes_a_tick_back_or_draws_it_beside_its_box_is_never_surely_read_the_other_way(
    tmp_path: Path, seed: int
) -> None:
    blank, chance = marks.plain(), random.Random(seed)
    path = tmp_path / "blank.png"
    blank.picture.convert("L").save(path)
    done = marks.kinds(blank, chance)
    ink = numpy.asarray(marks.inked(blank, done, chance), numpy.float32) / 255
    page = numpy.asarray(blank.picture.convert("L"), numpy.float32) * (1 - 0.8 * ink)
    soft = cv2.GaussianBlur(page, (0, 0), 1.2) * 0.9 + grain(4, page.shape)
    seen = numpy.asarray(numpy.clip(soft, 0, 255), numpy.uint8)
    layer, places = ink_layer(seen, str(path)), [Box(*each.box) for each in blank.spots]
    inks = layer.inks(places)
    sure: dict[str, list[bool]] = {}
    for spot, place, own in zip(blank.spots, places, inks, strict=True):
        others = [patch.box for each in inks if each is not own for patch in each.patches]
        told = probability_ticked(layer, own, place, added_strokes(seen, str(path), place, 1.0), others)
        said = None if told is None else True if told > SURE else False if told < 1 - SURE else None
        kind = done[spot.key]
        assert said in (None, kind in marks.MARKED), (spot.key, kind, told)
        sure.setdefault(kind, []).append(said is not None)
    plain = [each for kind in PLAIN for each in sure[kind]]
    assert sum(plain) >= 0.6 * len(plain)


@pytest.mark.parametrize("gap", [3, 8, 14])
@pytest.mark.parametrize("side", [24, 36])
def test_a_box_beside_which_a_tick_lies_in_the_next_field_is_not_surely_empty(
    tmp_path: Path, side: int, gap: int
) -> None:
    """Ink that another field owns was not seen, and the box was empty with .99."""
    page = numpy.full((2339, 1654), 255, numpy.uint8)
    box, left = Box(500, 500, 500 + side, 500 + side), 500 - gap
    cv2.rectangle(page, (box.x0 + 3, box.y0 + 3), (box.x1 - 3, box.y1 - 3), 60, 2)
    next_ = Box(200, 450, left + 1, 600)
    path = tmp_path / f"{side}-{gap}.png"
    Image.fromarray(page).save(path)
    told = {}
    for is_ticked in (False, True):
        if is_ticked:
            tick = [(left - side, 500 + side // 2), (left - 2 * side // 3, 498 + side), (left, 502)]
            cv2.polylines(page, [numpy.array(tick, numpy.int32)], False, 50, 4, cv2.LINE_AA)
        seen = numpy.clip(cv2.GaussianBlur(page, (0, 0), 1.2) * 0.9 + grain(4, page.shape), 0, 255).astype(numpy.uint8)
        layer = ink_layer(seen, str(path))
        own, other = layer.inks([box, next_])
        others = [patch.box for patch in other.patches]
        assert bool(others) == is_ticked
        told[is_ticked] = probability_ticked(layer, own, box, added_strokes(seen, str(path), box, 1.0), others)
    bare = told[False]
    assert bare is not None
    assert bare < 0.02
    ticked = told[True]
    assert ticked is None or ticked >= 0.02


@given(st.lists(st.floats(-50, 50), min_size=len(HIDDEN), max_size=len(HIDDEN)))
def test_what_a_shape_tells_are_shares_of_one(shape: list[float]) -> None:
    bare, ticked = mark_shares(shape)
    assert min(bare, ticked) >= 0
    assert bare + ticked <= 1 + 1e-9

"""Boxes to tick of 1.8 to 8 mm and all that pens do to them: where it may be something else nothing is said surely."""

from __future__ import annotations

import random
from pathlib import Path

import cv2
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.bench.world import marks
from tests.transcribe.ink.grain import grain
from transcribe.geometry import Box
from transcribe.ink.added_strokes import added_strokes
from transcribe.ink.ink_layer import ink_layer
from transcribe.ink.mark_detection import probability_ticked
from transcribe.ink.mark_shape import mark_shares
from transcribe.ink.mark_weights import HIDDEN

SURE = 0.95
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

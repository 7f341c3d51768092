"""Where on its blank a page lies: what lies elsewhere is not believed, though the rest of the page fits."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy
import pytest

from tests.bench.world.forms import written
from transcribe.forms import definition, load
from transcribe.forms.field_boxes import field_boxes
from transcribe.geometry import Box
from transcribe.ink.ink_layer import ink_layer
from transcribe.model import Page
from transcribe.recognition import form_fields, form_page
from transcribe.registration.align import Similarity, similarity

HERE = form_fields.Circumstances(scan="s" * 64, at=datetime(2025, 3, 14, tzinfo=UTC), fit=0.8, quality=0.9)


@pytest.mark.parametrize("name", ["bon-de-commande", "order-form"])
def test_of_a_page_that_fits_in_its_upper_part_alone_the_lower_boxes_are_not_believed(name: str) -> None:
    ordered = definition.load(name)
    path = str(ordered.blanks[0].path)
    page = numpy.asarray(cv2.cvtColor(definition.blank_grey(path), cv2.COLOR_GRAY2RGB), numpy.uint8)
    cut = page.shape[0] * 13 // 20
    page[cut + 240 :] = page[cut:-240].copy()
    page[cut : cut + 240] = 255
    alike = similarity(page, ordered, 1)
    assert alike.fit > 0.5
    sheet = ink_layer(page, path)
    spots = form_fields.field_regions(ordered, 1, sheet, alike)
    above = [spot for spot in spots if spot.box.y1 < cut - 300]
    below = [spot for spot in spots if spot.box.y0 > cut + 300]
    assert above
    assert not any(spot.astray for spot in above)
    assert below
    assert all(spot.astray for spot in below)
    said = form_page.readings(Page(number=1, picture=page), sheet, below, [], HERE)
    assert {(each.text, each.flags) for each in said} == {(None, frozenset({"not fitting"}))}


@pytest.mark.parametrize("name", ["bon-de-commande", "order-form"])
def test_no_box_of_a_page_that_lies_on_its_blank_is_astray(name: str) -> None:
    ordered = definition.load(name)
    page = numpy.asarray(
        cv2.cvtColor(definition.blank_grey(str(ordered.blanks[0].path)), cv2.COLOR_GRAY2RGB), numpy.uint8
    )
    alike = similarity(page, ordered, 1)
    assert not any(alike.astray([box for _, _, box in field_boxes(ordered, 1)]))


@pytest.mark.usefixtures("listed_print")
def test_tints_and_hair_lines_do_not_say_where_a_box_lies_where_there_is_plain_print(tmp_path: Path) -> None:
    tinted = load(str(written("parts-order", tmp_path)))
    blank = definition.blank_grey(str(tinted.blanks[0].path))
    half = cv2.GaussianBlur(cv2.resize(blank, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), (0, 0), 1.2)
    alike = similarity(numpy.asarray(cv2.cvtColor(blank, cv2.COLOR_GRAY2RGB), numpy.uint8), tinted, 1)
    assert alike.plain is not None
    tiles = [half[down - 24 : down + 24, across - 24 : across + 24] for across, down in (alike.middles / 2).astype(int)]
    assert [bool(tile.std() >= 8) for tile in tiles] == alike.plain.tolist()
    boxes = [box for _, _, box in field_boxes(tinted, 1)]
    drowned = alike._replace(alike=numpy.where(alike.plain, 0.9, -0.3).astype(numpy.float32), fit=0.9)
    assert not any(drowned.astray(boxes))
    assert any(drowned._replace(plain=None).astray(boxes))


def test_the_nearest_tiles_tell_and_too_few_tell_nothing() -> None:
    middles = numpy.array([[100.0, 100.0 * number] for number in range(40)])
    right = numpy.where(numpy.arange(40) < 20, 0.9, 0.0).astype(numpy.float32)
    boxes = [Box(50, 200, 400, 260), Box(50, 3400, 400, 3460)]
    assert Similarity(0.5, right, middles).astray(boxes) == [False, True]
    assert Similarity(0.5, right[::5], middles[::5]).astray(boxes) == [False, False]

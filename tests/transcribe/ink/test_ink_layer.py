"""Which boxes hold ink: what was added to a blank form, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy
import pytest
from PIL import Image

from tests.transcribe.ink.made_pages import framed_blank, grain
from transcribe.geometry import Box
from transcribe.ink import handwriting, writing_lines
from transcribe.ink.ink_layer import Ink, InkLayer, ink_layer
from transcribe.model import Blank, Field, Form, Page
from transcribe.recognition import form_fields, form_page

if TYPE_CHECKING:
    from transcribe.model import Picture

FIRST, SECOND = Box(200, 200, 1000, 260), Box(200, 260, 1000, 320)


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two framed rows, the second tinted, under a printed title."""
    return framed_blank(tmp_path_factory.mktemp("blank"), FIRST, SECOND, tint=205)


def photographed(blank: Path, noise: float = 0.0, lamp: float = 0.0) -> Picture:
    page = numpy.asarray(Image.open(blank), dtype=numpy.float32)
    light = 1.0 - lamp * numpy.linspace(0, 1, page.shape[1])[numpy.newaxis, :]
    off = grain(noise, page.shape) if noise else 0.0
    return numpy.clip(page * light * 0.9 + off, 0, 255).astype(numpy.uint8)


def written(page: Picture, box: Box, text: str = "4711", level: int = 40) -> Picture:
    shown = page.copy()
    cv2.putText(shown, text, (box.x0 + 20, box.y1 - 18), cv2.FONT_HERSHEY_SIMPLEX, 1.1, level, 3)
    return shown


@pytest.mark.parametrize(("noise", "lamp"), [(0, 0), (6, 0.3), (12, 0.5)])
def test_empty_boxes_hold_no_ink_under_any_light(blank: Path, noise: float, lamp: float) -> None:
    found = ink_layer(photographed(blank, noise, lamp), str(blank)).inks([FIRST, SECOND])
    assert [each.filled < 0.02 for each in found] == [True, True]


@pytest.mark.parametrize(("noise", "lamp"), [(0, 0), (6, 0.3), (12, 0.5)])
@pytest.mark.parametrize("box", [FIRST, SECOND])
def test_writing_is_found_on_white_and_on_tint(blank: Path, box: Box, noise: float, lamp: float) -> None:
    found = ink_layer(written(photographed(blank, noise, lamp), box), str(blank)).inks([FIRST, SECOND])
    assert [each.filled > 0.98 for each in found] == [box == FIRST, box == SECOND]


def test_a_faint_pencil_is_ink(blank: Path) -> None:
    sheet = ink_layer(written(photographed(blank, noise=3), FIRST, level=150), str(blank))
    assert sheet.inks([FIRST])[0].filled > 0.98


def test_a_single_typed_hyphen_is_not_surely_blank(blank: Path) -> None:
    page = photographed(blank)
    page[228:231, 300:312] = 40
    assert ink_layer(page, str(blank)).inks([FIRST])[0].filled > 0.5


def shadowed(page: Picture, x: int, y: int) -> Picture:
    """The page with the soft shadow of a finger that ends at a point."""
    shadow = numpy.zeros(page.shape, numpy.float32)
    cv2.line(shadow, (x, y), (x + 500, y + 400), 1.0, 110)
    return (page * (1 - 0.4 * cv2.GaussianBlur(shadow, (0, 0), 22))).astype(numpy.uint8)


@pytest.mark.parametrize("x", [240, 330, 600])
def test_the_shadow_of_a_finger_is_no_ink_and_swallows_none(blank: Path, x: int) -> None:
    page = photographed(blank, noise=3)
    for shown, expected in ((page, [False, False]), (written(page, SECOND), [False, True])):
        found = ink_layer(shadowed(shown, x, 270), str(blank)).inks([FIRST, SECOND])
        assert [each.filled > 0.5 for each in found] == expected


def test_a_finger_s_shadow_is_no_ink_on_a_form_of_pale_print(tmp_path: Path) -> None:
    page = numpy.full((2339, 1654), 255, numpy.uint8)
    for box in (FIRST, SECOND):
        cv2.rectangle(page, (box.x0, box.y0), (box.x1, box.y1), 150, 2)
    cv2.putText(page, "ORDER FORM", (200, 120), cv2.FONT_HERSHEY_SIMPLEX, 2, 140, 4)
    path = tmp_path / "pale.png"
    Image.fromarray(page).save(path)
    tip = numpy.zeros(page.shape, numpy.float32)
    cv2.circle(tip, (600, 260), 34, 1.0, -1)
    shown = photographed(path, noise=3) * (1 - 0.28 * cv2.GaussianBlur(tip, (0, 0), 8))
    found = ink_layer(shown.astype(numpy.uint8), str(path)).inks([FIRST, SECOND])
    assert [each.filled < 0.5 for each in found] == [True, True]


def test_a_box_that_is_painted_over_is_no_shadow(blank: Path) -> None:
    page = photographed(blank)
    page[205:256, 300:700] = 60
    assert ink_layer(page, str(blank)).inks([FIRST])[0].filled > 0.98


def test_dust_is_no_ink(blank: Path) -> None:
    page = photographed(blank)
    page[230:232, 400:402] = 20
    page[240:242, 700:702] = 20
    assert ink_layer(page, str(blank)).inks([FIRST])[0].filled < 0.02


def test_a_page_is_smoothed_where_specks_are_strewn_and_nowhere_else(blank: Path) -> None:
    page = written(photographed(blank), FIRST)
    strewn = page.copy()
    rng = numpy.random.default_rng(5)
    for x, y in rng.integers((620, 320), (980, 680), (900, 2)):
        strewn[y : y + 2, x : x + 2] = 40
    assert numpy.array_equal(ink_layer(page, str(blank)).without_specks(page), page)
    cleaned = ink_layer(strewn, str(blank)).without_specks(strewn)
    assert numpy.array_equal(cleaned[900:], strewn[900:])
    assert (cleaned[340:660, 640:960] < 128).mean() < 0.2 * (strewn[340:660, 640:960] < 128).mean()


def test_a_letters_tail_does_not_fill_the_row_below(blank: Path) -> None:
    page = written(photographed(blank), FIRST, "Jog")
    cv2.line(page, (278, 226), (276, 275), 40, 3)  # the g reaches over the line
    first, second = ink_layer(page, str(blank)).inks([FIRST, SECOND])
    assert first.filled > 0.98
    assert second.filled < 0.5
    assert not first.disputed
    assert not second.disputed


@pytest.mark.parametrize("low", [28, 30, 32])
def test_writing_that_stands_across_the_line_leaves_neither_row_surely_blank_or_whole(blank: Path, low: int) -> None:
    low_box = Box(FIRST.x0, FIRST.y0 + low, FIRST.x1, FIRST.y1 + low)
    first, second = ink_layer(written(photographed(blank), low_box), str(blank)).inks([FIRST, SECOND])
    assert any(each.disputed for each in (first, second))
    assert all(each.disputed or each.filled > 0.98 for each in (first, second))


def test_writing_that_hangs_out_of_a_box_into_none_is_the_boxs(blank: Path) -> None:
    hanging = Box(FIRST.x0, FIRST.y0 + 34, FIRST.x1, FIRST.y1 + 34)
    found = ink_layer(written(photographed(blank), hanging), str(blank)).inks([FIRST])
    assert found[0].filled > 0.98


def test_engines_are_given_the_writing_without_the_print(blank: Path) -> None:
    page = written(photographed(blank, noise=4), FIRST)
    clean = ink_layer(page, str(blank)).clean
    assert clean[60:130, 200:700].min() > 200  # the title is gone
    assert clean[200:260, 215:330].min() < 80  # the number is there


def test_the_table_beside_a_page_is_no_ink(blank: Path) -> None:
    page = photographed(blank)
    cv2.line(page, (0, 0), (215, 2339), 40, 12)  # the page ends here and there are boxes along its side
    assert [each.filled < 0.5 for each in ink_layer(page, str(blank)).inks([FIRST, SECOND])] == [True, True]


@pytest.mark.parametrize("amount", [0.0, 13.0, 26.0, 52.0, 400.0])
def test_sureness_rises_with_the_ink(amount: float) -> None:
    less, more = (Ink(patches=(), amount=each, box=None).filled for each in (amount, amount + 1))
    assert 0.0 <= less < more <= 1.0


# --- what kind of writing --------------------------------------------------------------------------------------------


def sheet_of(page: Picture) -> InkLayer:
    return ink_layer(page, None)


def paper(height: int = 200, width: int = 900) -> Picture:
    return numpy.full((height, width), 250, numpy.uint8)


WHOLE = Box(0, 0, 900, 200)


def test_two_lines_of_writing_are_two_boxes_from_the_top() -> None:
    page = paper()
    for text, y in (("12 rue Haute,", 70), ("69002 Lyon", 150)):
        cv2.putText(page, text, (30, y), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 20, 3)
    sheet = sheet_of(page)
    first, second = writing_lines.lines(sheet.inks([WHOLE])[0], sheet.unit)
    assert first.y0 < 70 < first.y1 < second.y1
    assert second.y0 < 150 < second.y1


def test_dots_and_commas_make_no_line_of_their_own() -> None:
    page = paper()
    cv2.putText(page, "1 234,50 i.j;", (30, 110), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 20, 3)
    sheet = sheet_of(page)
    assert len(writing_lines.lines(sheet.inks([WHOLE])[0], sheet.unit)) == 1


def test_no_ink_is_no_line() -> None:
    sheet = sheet_of(paper())
    assert writing_lines.lines(sheet.inks([WHOLE])[0], sheet.unit) == []


def test_a_stroke_through_the_words_crosses_them_out_and_one_below_does_not() -> None:
    for y, struck in ((97, True), (128, False), (None, False)):
        page = paper()
        cv2.putText(page, "Delivery", (60, 110), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 20, 3)
        if y:
            cv2.line(page, (50, y), (270, y - 4), 20, 3)
        sheet = sheet_of(page)
        assert handwriting.crossed_out(sheet, sheet.inks([WHOLE])[0], WHOLE) == struck, y


@pytest.mark.parametrize(
    ("text", "stroke", "struck"),
    [
        ("422,5", (50, 99, 122, 94), True),
        ("42-25", None, False),
        ("+44 7911", None, False),
        ("77 12", None, False),
        ("attt 12", None, False),
        ("422,5", (50, 116, 122, 116), False),
        ("HH25", (66, 97, 104, 97), False),
    ],
)
def test_a_stroke_through_a_part_of_the_writing_crosses_it_out(
    text: str, stroke: tuple[int, int, int, int] | None, struck: bool
) -> None:
    page = paper()
    first, rest = text[:2], text[2:]
    cv2.putText(page, first, (60, 110), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 20, 3)
    cv2.putText(page, rest, (130 if stroke else 112, 110), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 20, 3)
    if stroke:
        cv2.line(page, stroke[:2], stroke[2:], 20, 3)
    sheet = sheet_of(page)
    assert handwriting.crossed_out(sheet, sheet.inks([WHOLE])[0], WHOLE) == struck


COLUMNS = (Box(40, 60, 300, 130), Box(300, 60, 560, 130), Box(560, 60, 820, 130))


@pytest.mark.parametrize(
    ("stroke", "struck"),
    [
        ((50, 100, 810, 92), (True, True, True)),  # through the whole row
        ((320, 100, 810, 92), (False, True, True)),
        (None, (False, False, False)),
        ((50, 127, 810, 127), (False, False, False)),  # under it
        ((250, 100, 350, 96), (False, False, False)),  # a long t that reaches into the next column
    ],
)
def test_a_stroke_through_a_row_crosses_out_every_field_of_it(
    stroke: tuple[int, int, int, int] | None, struck: tuple[bool, ...]
) -> None:
    """The stroke and all that it joins are one patch, which belongs to the column that its middle lies in."""
    page = paper()
    for column, text in zip(COLUMNS, ("4711", "MT08", "66,00"), strict=True):
        cv2.putText(page, text, (column.x0 + 70, 112), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 20, 3)
    if stroke:
        cv2.line(page, stroke[:2], stroke[2:], 20, 3)
    sheet = sheet_of(page)
    inks = sheet.inks(COLUMNS)
    assert tuple(map(lambda *each: handwriting.crossed_out(sheet, *each), inks, COLUMNS)) == struck


def test_a_crease_beside_the_writing_crosses_nothing_out() -> None:
    page = paper()
    cv2.putText(page, "12,50", (60, 110), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 20, 3)
    cv2.line(page, (180, 118), (270, 84), 20, 3)
    sheet = sheet_of(page)
    assert not handwriting.crossed_out(sheet, sheet.inks([WHOLE])[0], WHOLE)


# --- what is said of it ----------------------------------------------------------------------------------------------


def test_a_box_whose_ink_is_disputed_is_never_said_to_be_blank(blank: Path) -> None:
    """Writing on the line between two rows: nobody but a person knows of which it is."""
    form, low_box = made_form(blank), Box(FIRST.x0, FIRST.y0 + 28, FIRST.x1, FIRST.y1 + 28)
    page = written(photographed(blank), low_box)
    sheet = ink_layer(page, str(blank))
    assert sheet.inks([FIRST, SECOND])[1].filled < 0.5
    here = form_fields.Circumstances(scan="s" * 64, at=datetime(2025, 3, 14, tzinfo=UTC), fit=1.0, quality=1.0)
    spots = form_fields.field_regions(form, 1, sheet)
    said = form_page.readings(Page(number=1, picture=page), sheet, spots, [], here)
    of_second = [(each.text, each.flags) for each in said if each.key.name == "b"]
    assert of_second == [(None, frozenset({"illegible"}))]


BARE = Box(1100, 1000, 1400, 1060)
"""A place without print near it."""


@pytest.mark.parametrize("grey", [255, 235, 120])
@pytest.mark.parametrize(("noise", "lamp"), [(0, 0), (6, 0.3)])
def test_a_box_that_something_covers_is_never_said_to_be_blank(
    blank: Path, grey: int, noise: float, lamp: float
) -> None:
    """A scrap of paper, glare, a finger: the detector sees no text there either, which says nothing."""
    page = photographed(blank, noise, lamp)
    page[FIRST.y0 - 30 : FIRST.y1 + 12, FIRST.x0 - 30 : FIRST.x1 + 30] = grey
    sheet = ink_layer(page, str(blank))
    first, second = sheet.inks([FIRST, SECOND])
    assert (first.hidden, second.hidden) == (True, False)
    here = form_fields.Circumstances(scan="s" * 64, at=datetime(2025, 3, 14, tzinfo=UTC), fit=1.0, quality=1.0)
    for spot in form_fields.field_regions(made_form(blank), 1, sheet):
        seen = replace(spot, stretches=())
        assert seen.is_witnessed
        (said,) = form_page.readings(Page(number=1, picture=page), sheet, [seen], [], here)
        if spot.key.name == "a":
            assert (said.text, said.flags) == (None, frozenset({"illegible"}))
        else:
            assert said.text == ""


@pytest.mark.parametrize(("noise", "lamp"), [(0, 0), (6, 0.3)])
@pytest.mark.parametrize("shade", [30, 200, 244])
def test_print_is_hidden_at_the_end_of_a_text_on_which_a_note_or_a_pen_lies_and_not_farther_away(
    blank: Path, noise: float, lamp: float, shade: int
) -> None:
    page = written(photographed(blank, noise, lamp), FIRST, "4711 0815 2342")
    page[FIRST.y0 - 20 : SECOND.y1 + 20, 330:430] = (shade + grain(4.0, (160, 100))).clip(0, 255)
    sheet = ink_layer(page, str(blank))
    hidden = sheet.hidden
    assert hidden
    for box in (FIRST, SECOND):
        before, after = (Box(x0, box.y0 + 15, x1, box.y1 - 15) for x0, x1 in ((220, 328), (434, 600)))
        assert hidden.cuts(before, box)
        assert hidden.cuts(after, box)
        assert not hidden.cuts(before.shifted(-60, 0), box)
        assert not hidden.cuts(after.shifted(60, 0), box)
        assert not hidden.hides(box)


def test_a_line_that_is_rubbed_off_under_a_text_tells_nothing_of_its_end(blank: Path) -> None:
    page = photographed(blank)
    page[SECOND.y1 - 5 : SECOND.y1 + 5, 230:430] = 225
    hidden = ink_layer(page, str(blank)).hidden
    assert hidden
    assert not hidden.cuts(Box(250, SECOND.y0 + 15, 350, SECOND.y1 - 15), SECOND)
    assert hidden.cuts(Box(210, SECOND.y0 + 15, 228, SECOND.y1 - 15), SECOND)


@pytest.mark.parametrize("frame", [170, 185, 200])
def test_a_frame_so_pale_that_blur_leaves_nothing_of_it_hides_no_box(tmp_path: Path, frame: int) -> None:
    """White boxes with a pale frame on a tint were all asked, also on good photographs."""
    page = numpy.full((2339, 1654), 255, numpy.uint8)
    cv2.putText(page, "ORDER FORM", (200, 120), cv2.FONT_HERSHEY_SIMPLEX, 2, 0, 4)
    page[180:340, 180:1020] = 228
    for box in (FIRST, SECOND):
        page[box.slices] = 255
        cv2.rectangle(page, (box.x0, box.y0), (box.x1, box.y1), frame, 1)
    path = tmp_path / f"blank {frame}.png"
    Image.fromarray(page).save(path)
    seen = numpy.asarray(cv2.GaussianBlur(written(photographed(path, 4.0), SECOND), (0, 0), 1.6), numpy.uint8)
    assert not any(each.hidden for each in ink_layer(seen, str(path)).inks([FIRST, SECOND]))


@pytest.mark.parametrize(("level", "is_seen"), [(202, True), (222, False)])
def test_writing_that_has_nearly_faded_leaves_its_box_in_doubt(blank: Path, level: int, is_seen: bool) -> None:
    first, second = ink_layer(written(photographed(blank), FIRST, "4711 0815", level=level), str(blank)).inks(
        [FIRST, SECOND]
    )
    assert first.filled < 0.5, "it is no ink"
    assert (first.doubtful, second.doubtful) == (is_seen, False)


def test_a_place_without_print_that_light_has_burnt_out_is_hidden_and_a_white_page_is_not(blank: Path) -> None:
    page = photographed(blank)
    assert not ink_layer(page, str(blank)).inks([BARE])[0].hidden
    page[BARE.y0 - 40 : BARE.y1 + 40, BARE.x0 - 40 : BARE.x1 + 40] = 255
    assert ink_layer(page, str(blank)).inks([BARE])[0].hidden
    scan = numpy.asarray(Image.open(blank))
    assert not any(each.hidden for each in ink_layer(scan, str(blank)).inks([BARE, FIRST, SECOND]))


def made_form(blank: Path) -> Form:
    fields = tuple(
        Field(name=name, type="text", label={"en": name}, box=box) for name, box in (("a", FIRST), ("b", SECOND))
    )
    return Form(
        name="made",
        version=1,
        title={"en": "Made"},
        languages=("eng",),
        locale="en_GB",
        currency="EUR",
        digest="made",
        blanks=(Blank(path=str(blank), size=(1654, 2339)),),
        fields=fields,
    )

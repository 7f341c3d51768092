"""What is wrong with a photo is measured, and said in codes of what to do better."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import cv2
import numpy
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from tests.transcribe.extraction.printed import printed
from transcribe.geometry import Box
from transcribe.imaging import tiling
from transcribe.imaging.barcodes import barcodes
from transcribe.imaging.crops import MASK_GREY_LEVEL, MAX_SNIPPET_BYTES, cover, crop, page_picture
from transcribe.imaging.orientation import clarity, is_standing, way_up
from transcribe.imaging.quality import (
    OutsidePhoto,
    Quality,
    photo_scale,
    quality,
    with_geometry,
)
from transcribe.imaging.resizing import shrunk, shrunk_to
from transcribe.imaging.rotation import skew
from transcribe.imaging.tiling import evened, flatten
from transcribe.model import Picture, Word


def print_(paper: int = 235, ink: int = 30) -> Picture:
    page = numpy.full((1200, 900), paper, numpy.uint8)
    for row in range(60, 1150, 40):
        cv2.putText(page, "Bon de commande 4711 Total 12,50", (40, row), cv2.FONT_HERSHEY_SIMPLEX, 1.0, ink, 2)
    return page


def measured(page: Picture, outside: OutsidePhoto | None = None, **changed: float) -> Quality:
    asked = {"ink_contrast": 200.0, "noise": 2.0, "scale": 1.0, **changed}
    return quality(page, outside=outside, **asked)


def without_columns(count: int) -> OutsidePhoto:
    """What a page of 1,200 x 900 pixels lacks whose last columns are not on the photo."""
    return OutsidePhoto.beyond(numpy.eye(3), (1200, 900 - count), (1200, 900))


def test_a_good_scan_has_nothing_to_be_taken_again() -> None:
    found = measured(print_())
    assert found.advice == ()
    assert found.measures["overall"] > 0.9


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"ink_contrast": 20.0}, "faint"), ({"scale": 0.3}, "too small")],
)
def test_what_is_bad_is_named(changed: dict[str, float], code: str) -> None:
    found = measured(print_(), None, **changed)
    assert code in found.advice
    assert found.measures["overall"] < measured(print_()).measures["overall"]


def test_a_blurred_page_is_named_and_is_worse_the_more_it_is_blurred() -> None:
    sharp = [
        measured(numpy.asarray(cv2.GaussianBlur(print_(), (0, 0), s), numpy.uint8)).measures["blur"]
        for s in (0.5, 2, 6)
    ]
    assert sharp == sorted(sharp, reverse=True)
    assert "blurred" in measured(numpy.asarray(cv2.GaussianBlur(print_(), (0, 0), 6), numpy.uint8)).advice


def test_a_burnt_out_patch_is_glare_and_a_white_scan_is_not() -> None:
    burnt = print_(paper=150)
    cv2.circle(burnt, (450, 600), 200, 255, -1)
    assert "glare" in measured(burnt).advice
    assert "glare" not in measured(print_(paper=250)).advice


def test_a_pale_page_that_is_blurred_is_called_blurred_and_not_faint() -> None:
    blurred = numpy.asarray(cv2.GaussianBlur(print_(ink=150), (0, 0), 4), numpy.uint8)
    assert measured(blurred, ink_contrast=45.0).advice == ("blurred",)
    assert measured(print_(ink=190), ink_contrast=35.0).advice == ("faint",)


def dimmed(page: Picture, light: float) -> Picture:
    return numpy.asarray(page * light, numpy.uint8)


@pytest.mark.parametrize("light", [0.25, 0.15, 0.1])
def test_a_page_in_too_little_light_is_called_dark_and_blurred_only_where_it_is_that_too(light: float) -> None:
    dark = dimmed(numpy.asarray(cv2.GaussianBlur(print_(), (0, 0), 1.5), numpy.uint8), light)
    assert measured(dark).advice == ("dark",)
    assert measured(dark, ink_contrast=200.0, noise=20.0).advice == ("dark",), "its print is pale for want of light"
    blurred = numpy.asarray(cv2.GaussianBlur(print_(), (0, 0), 6), numpy.uint8)
    assert measured(dimmed(blurred, light)).advice == ("dark", "blurred")
    assert measured(blurred).advice == ("blurred",)


def test_the_light_of_a_page_is_that_of_what_the_photo_shows() -> None:
    page = dimmed(numpy.asarray(cv2.GaussianBlur(print_(), (0, 0), 1.5), numpy.uint8), 0.15)
    page[:, 600:] = 255  # where the photo ends the laid page is white
    assert measured(page, without_columns(300)).advice == ("dark", "cut off")


def test_a_page_told_to_be_small_is_dark_still() -> None:
    dark = measured(dimmed(numpy.asarray(cv2.GaussianBlur(print_(), (0, 0), 1.5), numpy.uint8), 0.15))
    assert with_geometry(dark, scale=0.3, inside=1.0).advice == ("dark", "too small")


def test_paper_in_full_light_beside_a_shadow_is_no_glare_as_its_print_is_seen() -> None:
    """Four of four photographs with a hard edge of shadow were to be taken again without flash."""
    shadowed = (0.57 * print_(paper=255, ink=40).astype(numpy.float32)).astype(numpy.uint8)
    lit = print_(paper=255, ink=40)
    shadowed[:, :300] = lit[:, :300]
    assert measured(shadowed).advice == ()
    lamp = shadowed.copy()
    cv2.circle(lamp, (600, 600), 160, 255, -1)
    assert measured(lamp).advice == ("glare",), "print is hidden there"


def test_what_is_beyond_the_photo_is_cut_off_and_no_glare() -> None:
    page = print_(paper=150)
    page[:, 700:] = 255  # where the photo ends the laid page is white
    found = measured(page, without_columns(200))
    assert found.advice == ("cut off",)
    assert (found.measures["glare"], found.measures["overall"]) == (1.0, 0.0), "white counts, as it was calibrated with"
    cv2.circle(page, (350, 600), 150, 255, -1)
    assert "glare" in measured(page, without_columns(200)).advice


def test_a_page_told_to_be_small_keeps_what_it_is_overall() -> None:
    good = measured(print_())
    small = with_geometry(good, scale=0.3, inside=0.9)
    assert small.advice == ("too small", "cut off")
    assert small.measures["overall"] == good.measures["overall"]


def share_outside(homography: NDArray[numpy.float64], photo: tuple[int, int], size: tuple[int, int]) -> float:
    return OutsidePhoto.beyond(homography, photo, size[::-1]).share(Box(0, 0, *size))


@given(st.lists(st.floats(-1e-5, 1e-5), min_size=6, max_size=6), st.sampled_from([1e-12, 1e-8, 1e-4, 0.3]))
def test_a_page_that_fills_its_picture_is_all_there(noise: list[float], scale: float) -> None:
    """A scan of a whole page: both rims nearly coincide, of which OpenCV's intersection of the two made half a page."""
    homography = numpy.eye(3)
    homography[:2] += scale * numpy.reshape(noise, (2, 3)) * (1.0, 1.0, 1000.0)
    assert share_outside(homography, (3509, 2482), (2482, 3509)) == pytest.approx(0.0, abs=0.001)


def test_the_scale_and_what_is_off_the_photo_are_told() -> None:
    half = numpy.diag([0.5, 0.5, 1.0])  # the photo has two pixels for each of the page
    assert photo_scale(half, (500, 1000)) == pytest.approx(2.0)
    assert share_outside(half, (2000, 1000), (500, 1000)) == pytest.approx(0.0, abs=0.001)
    assert share_outside(half, (2000, 500), (500, 1000)) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("dark", [0.4, 0.6, 0.8])
def test_the_sharp_edge_of_a_shadow_through_a_word_goes_and_the_word_stays(dark: float) -> None:
    paper = numpy.full((300, 600), 230, numpy.uint8)
    word = cv2.putText(paper.copy(), "levier", (60, 160), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 60, 3)
    light = numpy.where(numpy.arange(600) > 120, dark, 1.0)[numpy.newaxis, :]
    bare, written = ((each * light).astype(numpy.uint8) for each in (paper, word))
    assert evened(bare).min() > 200
    ink = word < 120
    assert (evened(written)[ink] < 128).mean() > 0.95
    assert (evened(written)[word == 230] > 128).mean() > 0.97
    assert evened(bare).min() > flatten(bare).min(), "which leaves a line at the edge"


BOX = Box(60, 100, 700, 200)


def label(kind: zxingcpp.BarcodeFormat, text: str) -> Picture:
    made = numpy.asarray(zxingcpp.create_barcode(text, kind).to_image(scale=3))
    page = numpy.full((400, 800), 240, numpy.uint8)
    page[80 : 80 + made.shape[0], 100 : 100 + made.shape[1]] = numpy.where(made > 127, 240, 20)[:310]
    return page


@pytest.mark.parametrize(
    ("kind", "text"),
    [(zxingcpp.BarcodeFormat.EAN13, "3017620422003"), (zxingcpp.BarcodeFormat.Code128, "BC-2025-0417")],
)
def test_a_barcode_on_the_field_is_read(kind: zxingcpp.BarcodeFormat, text: str) -> None:
    [found] = barcodes(label(kind, text), BOX)
    assert (found.text, found.checked) == (text, True)
    assert 60 < found.box.y0 < found.box.y1 < 260


def test_writing_is_no_barcode() -> None:
    page = numpy.full((400, 800), 240, numpy.uint8)
    page[120:180, 100:600:37] = 20
    assert barcodes(page, BOX) == []


def test_a_box_at_the_edge_or_without_size_gives_nothing() -> None:
    page = numpy.full((400, 800), 240, numpy.uint8)
    assert barcodes(page, Box(790, 390, 800, 400)) == []
    assert barcodes(page, Box(10, 10, 10, 10)) == []


def test_a_barcode_of_a_kind_that_needs_no_check_proves_nothing() -> None:
    [found] = barcodes(label(zxingcpp.BarcodeFormat.Code39, "BC-2025"), BOX)
    assert (found.text, found.checked) == ("BC-2025", False)


def test_a_barcode_beside_the_box_and_one_of_two_in_it_prove_nothing() -> None:
    page = label(zxingcpp.BarcodeFormat.EAN13, "3017620422003")
    beside = barcodes(page, Box(60, 190, 700, 400))
    assert [each.checked for each in beside] == [False]
    other = numpy.asarray(zxingcpp.create_barcode("17", zxingcpp.BarcodeFormat.QRCode).to_image(scale=3))
    page[100 : 100 + other.shape[0], 500 : 500 + other.shape[1]] = numpy.where(other > 127, 240, 20)
    both = barcodes(page, BOX)
    assert {each.text for each in both} == {"3017620422003", "17"}
    assert not any(each.checked for each in both)


def page(noise: float = 14.0) -> Picture:
    grain = numpy.random.default_rng(3).normal(215, noise, (2339, 1654))
    return numpy.clip(grain, 0, 255).astype(numpy.uint8)


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("box", [Box(100, 100, 300, 160), Box(100, 400, 1554, 900), Box(0, 0, 1654, 2339)])
def test_a_snippet_is_at_most_8_kilobytes_even_of_a_grainy_page(box: Box) -> None:
    assert len(crop(page(), box)[0]) <= MAX_SNIPPET_BYTES


def test_snippets_have_one_scale_and_a_little_context() -> None:
    small, large = (opened(crop(page(2), box)[0]) for box in (Box(100, 100, 300, 160), Box(100, 400, 700, 460)))
    assert large.width - small.width == 400
    assert small.height == large.height
    assert 60 < small.height <= 60 + 2 * 28


def test_a_finer_page_is_brought_to_the_same_scale() -> None:
    fine = numpy.repeat(numpy.repeat(page(2), 2, axis=0), 2, axis=1)
    once = opened(crop(page(2), Box(100, 100, 300, 160))[0])
    twice = opened(crop(fine, Box(200, 200, 600, 320), scale=0.5)[0])
    assert abs(once.width - twice.width) <= 2
    assert abs(once.height - twice.height) <= 2


@pytest.mark.promise("Other personal fields are")
def test_a_strict_snippet_masks_what_lies_around() -> None:
    shown = page(0)
    cv2.putText(shown, "NEIGHBOUR", (110, 95), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 0, 2)
    box = Box(100, 100, 300, 160)
    strict = numpy.asarray(opened(crop(shown, box, strict=True)[0]))
    assert abs(int(numpy.median(strict[:15])) - MASK_GREY_LEVEL) < 8
    assert strict[:15].min() > 120


def test_no_metadata_travels_with_a_picture() -> None:
    for content in (crop(page(2), Box(100, 100, 300, 160))[0], page_picture(page(2))):
        assert not opened(content).getexif()
        assert b"Exif" not in content


def test_a_page_is_shown_whole_in_about_150_kilobytes() -> None:
    content = page_picture(page(8))
    assert len(content) <= 150_000
    assert opened(content).size[0] / opened(content).size[1] == pytest.approx(1654 / 2339, abs=0.01)


def test_masking_changes_a_copy_only() -> None:
    shown = page(2)
    before = shown.copy()
    hidden = cover(shown, [Box(100, 100, 300, 160)])
    assert (shown == before).all()
    assert (hidden[100:160, 100:300] == MASK_GREY_LEVEL).all()


PRINT = ("HARDWARE STORE", "TOTAL AMOUNT", "THANK YOU")


def seen(confidence: float | None, *, high: bool = False) -> list[Word]:
    """Words of a page as an engine reads them, on their side where `high`."""
    words = printed(*PRINT)
    return [
        Word(text=each.text, box=Box(*(each.box[1], each.box[0], each.box[3], each.box[2])) if high else each.box,
             confidence=confidence)
        for each in words
    ]  # fmt: skip


class Turning:
    """An engine that reads the page well at one way up, and is asked again."""

    def __init__(self, upright: int) -> None:
        self.upright, self.asked = upright, list[int]()

    def __call__(self, turns: int) -> Sequence[Word]:
        self.asked.append(turns)
        return seen(0.9 if turns == self.upright else 0.2)


@pytest.mark.parametrize(
    ("first", "upright", "asked"),
    [
        ({"one": seen(0.9), "two": seen(0.1)}, 0, []),  # one engine makes it out
        ({"one": seen(0.3), "two": seen(0.1)}, 2, [2]),  # upside down
        ({"one": seen(0.3)}, 1, [2, 1]),
        ({"one": seen(0.3)}, 3, [2, 1, 3]),
        ({"one": seen(0.2), "two": seen(0.1, high=True)}, 3, [3]),  # on its side, and no engine makes it out
        ({"one": seen(0.2), "two": seen(0.9, high=True)}, 1, [1]),  # on its side, read by an engine that turns words
        ({"one": seen(0.2), "two": seen(0.9, high=True)}, 3, [1, 3]),
    ],
)
def test_a_page_is_turned_as_it_reads(first: Mapping[str, list[Word]], upright: int, asked: list[int]) -> None:
    page = Turning(upright)
    assert (way_up(first, page), page.asked) == (upright, asked)


def test_a_page_that_reads_no_way_stays_as_it_came() -> None:
    page = Turning(99)
    assert way_up({"one": seen(0.3)}, page) == 0


def test_an_empty_page_is_not_read_again() -> None:
    page = Turning(2)
    assert (way_up({"one": [], "two": []}, page), page.asked) == (0, [])
    assert (way_up({}, page), page.asked) == (0, [])


def test_short_scraps_and_engines_without_a_claim_say_nothing() -> None:
    assert clarity([Word(text="ab", box=Box(0, 0, 9, 9), confidence=1.0)]) == 0
    assert clarity(seen(None)) == 0
    assert not is_standing([])


@given(st.lists(st.floats(0, 1), max_size=9))
def test_clarity_lies_among_the_claims(claims: list[float]) -> None:
    words = [Word(text="words", box=Box(0, 0, 50, 9), confidence=claim) for claim in claims]
    assert min(claims, default=0) - 1e-9 <= clarity(words) <= max(claims, default=0) + 1e-9


PICTURES = st.builds(
    lambda seed, height, width: numpy.random.default_rng(seed).integers(0, 256, (height, width)).astype(numpy.uint8),
    *(st.integers(0, 99), st.integers(8, 90), st.integers(8, 90)),
)


@given(PICTURES, st.floats(0.2, 2))
def test_a_picture_is_shrunk_and_never_made_larger(picture: numpy.ndarray, scale: float) -> None:
    small = shrunk(picture, scale)
    if scale >= 1:
        assert small is picture
    assert all(
        abs(after - before * min(1, scale)) <= 0.5 + 1e-9
        for after, before in zip(small.shape, picture.shape, strict=True)
    )
    assert abs(float(small.mean()) - float(picture.mean())) < 40


@given(PICTURES, st.integers(2, 8), st.integers(2, 8))
def test_a_picture_is_averaged_to_a_size(picture: numpy.ndarray, width: int, height: int) -> None:
    assert shrunk_to(picture, width, height).shape == (height, width)
    assert shrunk_to(picture, picture.shape[1], picture.shape[0]) is picture


def lined(height: int, width: int) -> numpy.typing.NDArray[numpy.uint8]:
    """Paper with a dark stripe of 20 rows, then 20 empty ones, and so on."""
    page = numpy.full((height, width), 250, numpy.uint8)
    page[numpy.arange(height) % 40 < 20, ::3] = 20
    return page


@pytest.mark.parametrize("lying", [False, True])
def test_the_parts_of_a_strip_are_the_whole_strip_and_no_line_is_cut(lying: bool) -> None:
    page = lined(9000, 300)
    given = list(tiling.tiles(page.T if lying else page))
    assert len(given) > 5
    joined = numpy.concatenate([part for _, _, part in given], axis=1 if lying else 0)
    assert (joined == (page.T if lying else page)).all()
    for x, y, part in given:
        assert not tiling.is_strip(part)
        assert (x if lying else y) % 40 >= 20 or (x, y) == (0, 0)


def test_a_page_is_one_part() -> None:
    page = lined(2000, 300)
    ((x, y, part),) = tiling.tiles(page)
    assert (x, y, part is page) == (0, 0, True)


def test_a_part_of_few_pixels_gets_paper_beside_it() -> None:
    part = lined(1000, 20)
    right, down, wide = tiling.widened_tile(part)
    assert (down, tiling.is_strip(wide)) == (0, False)
    assert (wide[:, right : right + 20] == part).all()
    assert tiling.widened_tile(lined(1000, 300))[:2] == (0, 0)


def test_a_strip_keeps_its_print_legible_where_a_page_of_as_many_pixels_is_shrunk() -> None:
    assert tiling.shrinking(numpy.zeros((4000, 4000), numpy.uint8)) == pytest.approx(0.5)
    assert tiling.shrinking(numpy.zeros((30000, 400), numpy.uint8)) == 1.0


def test_the_narrowest_strip_is_waited_for_four_times_as_long_as_a_page_and_no_longer() -> None:
    assert tiling.patience(lined(2000, 300)) == 1.0
    assert tiling.patience(lined(30000, 16)) == 4.0


def test_a_strip_is_not_turned() -> None:
    aslant = numpy.full((30000, 16), 250, numpy.uint8)
    aslant[numpy.arange(30000) % 40 < 9, 3:] = 0
    assert skew(aslant) == 0.0

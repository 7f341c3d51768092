"""The picture of what lies around a field."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from transcribe.drawing.context_crop import surroundings
from transcribe.geometry import Box

SIZE = (1000, 1400)
FIELD, NEIGHBOUR = Box(400, 600, 600, 640), Box(400, 660, 600, 700)


def page(width: int = SIZE[0]) -> bytes:
    """A page of which the field is black and its neighbour too, as a picture of this width."""
    image = Image.new("L", SIZE, 255)
    for box in (FIELD, NEIGHBOUR):
        image.paste(0, box)
    content = io.BytesIO()
    image.resize((width, width * SIZE[1] // SIZE[0])).save(content, "JPEG")
    return content.getvalue()


def shown(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("L")


def grey(image: Image.Image, at: tuple[int, int]) -> int:
    value = image.getpixel(at)
    assert isinstance(value, int)
    return value


def test_it_shows_a_piece_around_the_field() -> None:
    piece = shown(surroundings(page(), SIZE, FIELD, [], whole=False))

    assert piece.size == (200 + 2 * 140, 40 + 2 * 140)
    assert grey(piece, (240, 160)) < 40  # the field
    assert grey(piece, (240, 220)) < 40  # its neighbour


@pytest.mark.promise("Other personal fields are")
def test_what_may_not_be_seen_is_painted_over() -> None:
    piece = shown(surroundings(page(), SIZE, FIELD, [NEIGHBOUR], whole=False))

    assert abs(grey(piece, (240, 220)) - 160) < 10


def test_boxes_lie_on_the_page_even_where_its_picture_is_smaller() -> None:
    half = shown(surroundings(page(500), SIZE, FIELD, [], whole=False))

    assert half.size == (100 + 2 * 70, 20 + 2 * 70)
    assert grey(half, (120, 80)) < 40


def test_the_whole_page_stays_whole() -> None:
    assert shown(surroundings(page(), SIZE, FIELD, [], whole=True)).size == SIZE


def test_at_the_edge_of_the_page_it_ends_there() -> None:
    corner = shown(surroundings(page(), SIZE, Box(0, 0, 100, 40), [], whole=False))

    assert corner.size == (100 + 140, 40 + 140)

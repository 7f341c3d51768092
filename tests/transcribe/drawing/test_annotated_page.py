"""The picture of a page says in words, shape and colour what became of each field, and hides nothing of the writing."""

from __future__ import annotations

import io
from itertools import pairwise

import numpy
import pytest
from PIL import Image, ImageChops

from transcribe.drawing import annotated_page as drawing
from transcribe.drawing.annotated_page import NO_BREAK_SPACE, draw_page, per_cent
from transcribe.drawing.context_crop import surroundings
from transcribe.drawing.margin_notes import (
    FATE_COLOURS,
    FATE_DASHES_PX,
    MIN_LETTER_HEIGHT_PX,
    Note,
    font,
    head_lines,
    place_notes,
    wrap,
)
from transcribe.geometry import Box
from transcribe.i18n.catalogues import translation
from transcribe.model import Candidate, Decision, FieldKey, Picture, Place, Posterior, ReadResult, Task
from transcribe.recognition.result import ReadResultBuilder

pytestmark = pytest.mark.needs("simulation")
"""Notes are written in a font of matplotlib."""

KEYS = [FieldKey("total"), FieldKey("date"), FieldKey("comment"), FieldKey("name")]
SIZE = (700, 900)


def reads() -> ReadResult:
    kept = ReadResultBuilder()
    shown: Picture = numpy.full(SIZE[::-1], 255, numpy.uint8)
    for row in range(len(KEYS)):
        shown[105 + 150 * row : 155 + 150 * row, 70:550:6] = 0  # writing that fills its box
    kept.add_page_picture(1, shown)
    for row, key in enumerate(KEYS):
        box = Box(60, 100 + 150 * row, 560, 160 + 150 * row)
        kept.places.append(Place(scan="s", key=key, page=1, box=box, confidence=1.0))
    return kept.result(1.0)


def decision(key: FieldKey, **said: object) -> Decision:
    shared = {"value": "12.50", "text": "12,50", "probability": 0.997, "method": "machines"}
    return Decision(key=key, evidence=(), readings=(), parameters=0, **{**shared, **said})  # type: ignore[arg-type]  # a table of keywords


def outcomes() -> dict[FieldKey, Decision | Task]:
    return {
        KEYS[0]: decision(KEYS[0]),
        KEYS[1]: Task(scan="s", key=KEYS[1], kind="read", reason="engines disagree"),
        KEYS[2]: decision(KEYS[2], value=None, text="", null="blank"),
    }


def likeliest(key: FieldKey, text: str, probability: float) -> dict[FieldKey, Posterior]:
    candidates = (
        Candidate(normal="x", text="proposed", probability=0.9, origin="repaired"),
        Candidate(normal="y", text=text, probability=0.1),
    )
    each = Posterior(
        key=key, candidates=candidates, none=0.0, probability=probability, evidence=(), readings=(), parameters=0
    )
    return {key: each}


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def notes(monkeypatch: pytest.MonkeyPatch, language: str = "en") -> list[str]:
    """What stands beside the page, note by note."""
    seen: list[Note] = []

    def kept(notes: list[Note], *rest: int) -> object:
        seen.extend(notes)
        return place_notes(notes, *rest)

    monkeypatch.setattr(drawing, "place_notes", kept)
    translate = translation(language).gettext
    draw_page(reads(), outcomes(), posteriors=likeliest(KEYS[1], "21/03/26", 0.83), translate=translate)
    return [each.text.replace(NO_BREAK_SPACE, " ") for each in seen]


def page_of(picture: Image.Image) -> Image.Image:
    """The part of the drawing on which the page lies."""
    return picture.crop((0, picture.height - SIZE[1], SIZE[0], picture.height))


def test_each_fate_has_its_colour_around_the_field() -> None:
    page = page_of(opened(draw_page(reads(), outcomes())))
    for row, fate in enumerate(("decided", "asked", "blank", "nothing")):
        colour = tuple(bytes.fromhex(FATE_COLOURS[fate].lstrip("#")))  # type: ignore[index]  # a closed list of fates
        assert colour in [page.getpixel((60, y)) for y in range(100 + 150 * row, 135 + 150 * row)], fate


def test_fates_differ_in_shape_as_well_as_in_colour() -> None:
    assert len(set(FATE_DASHES_PX.values())) == len(FATE_DASHES_PX)


def test_nothing_is_drawn_on_the_writing() -> None:
    page = page_of(opened(draw_page(reads(), outcomes())))
    with Image.open(io.BytesIO(next(iter(reads().files.values())))) as paper:
        there = paper.convert("RGB")
    for row in range(len(KEYS)):
        inside = (63, 103 + 150 * row, 557, 157 + 150 * row)
        assert ImageChops.difference(page.crop(inside), there.crop(inside)).getbbox() is None


def test_each_note_has_value_probability_and_fate_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    assert notes(monkeypatch) == [
        "total: 12,50 = 12.50 · decided 99.7 %",
        "date: 21/03/26 · asked 83.0 % · The machines read different things.",
        "comment: blank 99.7 %",
        "name: not decided",
    ]


def test_notes_are_in_the_users_language(monkeypatch: pytest.MonkeyPatch) -> None:
    said = notes(monkeypatch, "fr")
    assert "décidé 99.7 %" in said[0]
    assert said[1].endswith(translation("fr").gettext("The machines read different things."))


def test_what_is_not_certain_is_never_said_to_be() -> None:
    said = [per_cent(each).replace(NO_BREAK_SPACE, " ") for each in (1.0, 0.99996, 0.9987, 0.5)]
    assert said == ["100.0 %", "> 99.9 %", "99.9 %", "50.0 %"]


def test_notes_never_overlap_and_take_more_columns_where_they_must() -> None:
    few = [Note(number, 800, "asked", "a field and what it says " * 3) for number in range(1, 6)]
    _, (column,) = place_notes(few, 17, 400, 900)
    assert all(one.bottom <= other.y for one, other in pairwise(column))
    assert column[-1].bottom <= 900
    many = [Note(number, 0, "decided", "a field and what it says " * 3) for number in range(1, 101)]
    size, columns = place_notes(many, 22, 400, 900)
    assert size == MIN_LETTER_HEIGHT_PX
    assert len(columns) > 1
    assert all(each.bottom <= 900 for column in columns for each in column)


def test_the_head_is_whole_on_a_narrow_page() -> None:
    face, long = font(17), "a/very/long/path/without/a/space/" * 4
    lines = head_lines(long, [("decided", "[x] decided: 3"), ("asked", "[?] a person is asked: 1")], face, 220)
    for each in lines:
        for x, _, text in each.parts:
            assert x + face.getlength(text) <= 220
    assert "".join(wrap(long, face, 200)) == long


def test_the_font_has_the_letters_of_our_languages() -> None:
    missing = font(20).getmask("\uffff").getbbox(), bytes(font(20).getmask("\uffff"))
    for letter in "éèêëàâçùûîïôœñíóúü¿¡«»…·’ÉÑ":
        mask = font(20).getmask(letter)
        assert (mask.getbbox(), bytes(mask)) != missing, letter


def test_a_page_that_is_not_there_is_said() -> None:
    assert opened(draw_page(reads(), {}, page=7)).size[1] < 100


SIZE_OF_CONTEXT_CROP = (1000, 1400)
FIELD, NEIGHBOUR = Box(400, 600, 600, 640), Box(400, 660, 600, 700)


def page(width: int = SIZE_OF_CONTEXT_CROP[0]) -> bytes:
    """A page of which the field is black and its neighbour too, as a picture of this width."""
    image = Image.new("L", SIZE_OF_CONTEXT_CROP, 255)
    for box in (FIELD, NEIGHBOUR):
        image.paste(0, box)
    content = io.BytesIO()
    image.resize((width, width * SIZE_OF_CONTEXT_CROP[1] // SIZE_OF_CONTEXT_CROP[0])).save(content, "JPEG")
    return content.getvalue()


def shown(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("L")


def grey(image: Image.Image, at: tuple[int, int]) -> int:
    value = image.getpixel(at)
    assert isinstance(value, int)
    return value


def test_it_shows_a_piece_around_the_field() -> None:
    piece = shown(surroundings(page(), SIZE_OF_CONTEXT_CROP, FIELD, [], whole=False))

    assert piece.size == (200 + 2 * 140, 40 + 2 * 140)
    assert grey(piece, (240, 160)) < 40  # the field
    assert grey(piece, (240, 220)) < 40  # its neighbour


@pytest.mark.promise("Other personal fields are")
def test_what_may_not_be_seen_is_painted_over() -> None:
    piece = shown(surroundings(page(), SIZE_OF_CONTEXT_CROP, FIELD, [NEIGHBOUR], whole=False))

    assert abs(grey(piece, (240, 220)) - 160) < 10


def test_boxes_lie_on_the_page_even_where_its_picture_is_smaller() -> None:
    half = shown(surroundings(page(500), SIZE_OF_CONTEXT_CROP, FIELD, [], whole=False))

    assert half.size == (100 + 2 * 70, 20 + 2 * 70)
    assert grey(half, (120, 80)) < 40


def test_the_whole_page_stays_whole() -> None:
    assert shown(surroundings(page(), SIZE_OF_CONTEXT_CROP, FIELD, [], whole=True)).size == SIZE_OF_CONTEXT_CROP


def test_at_the_edge_of_the_page_it_ends_there() -> None:
    corner = shown(surroundings(page(), SIZE_OF_CONTEXT_CROP, Box(0, 0, 100, 40), [], whole=False))

    assert corner.size == (100 + 140, 40 + 140)

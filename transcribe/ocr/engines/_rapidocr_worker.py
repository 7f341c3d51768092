"""The process in which RapidOCR's networks run: pictures of lines, or of a page, in; words out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.metadata import distribution
from typing import TYPE_CHECKING, Any

import cv2
import numpy
from numpy.typing import NDArray
from rapidocr import RapidOCR
from rapidocr.utils.process_img import get_rotate_crop_image

from transcribe.imaging import tiles, widened_tile
from transcribe.ocr.engines._ctc_decoder import words
from transcribe.ocr.engines._rapidocr_messages import ReadLine, ReadWord, Request, Search
from transcribe.sandbox import serve

if TYPE_CHECKING:
    from transcribe.model import Picture

MAX_DATA_BYTES = 3_000_000_000
"""Bytes of data that a child may hold: three times what a page of 4 megapixels takes."""

DETECTOR_FILE = "PP-OCRv6_det_small.onnx"
"""The network that finds lines. It is named by its path in the wheel: without a path RapidOCR would download it."""

RECOGNISER_FILE = "PP-OCRv6_rec_small.onnx"
"""The network that reads lines, named by its path as well."""

MAX_DETECTION_SIDE_PX = 2000
"""Longer side of the copy on which lines are looked for; they are read in the full picture. Chosen by hand."""

MIN_LINE_ASPECT = 2.5
"""Width over height of the narrowest picture given to the recogniser.

RapidOCR's own 6.7 costs a third more for short fields and reads no better.
"""

SIGNS_OF_LATIN_PRINT = frozenset("\u2116\u2122\u2022\u2026\u20ac\u2013\u2014\u2018\u2019\u201c\u201d")
"""Signs of Latin print outside Latin letters: numero, trade mark, bullet, ellipsis, euro, dashes, quotation marks."""


def answer(request: object) -> list[ReadLine]:
    """The line on each picture of a line, or the lines on a picture of a page, top to bottom."""
    if isinstance(request, Search):
        return [ReadLine(tuple(map(tuple, corners.tolist())), ()) for corners in _found(_coloured(request.picture))]
    assert isinstance(request, Request)
    if not request.page:
        return [ReadLine((), _read(_coloured(picture), request.latin)) for picture in request.pictures]
    picture = _coloured(request.pictures[0])
    return [line for x, y, tile in tiles(picture) for line in _lines(tile, x, y, request.latin)]


def _lines(tile: Picture, x: int, y: int, latin: bool) -> Iterator[ReadLine]:
    """The lines found on a tile of a page; (x, y) is the tile's corner on the page."""
    height, width = tile.shape[:2]
    right, down, picture = widened_tile(tile)
    for corners in _found(picture):
        read = _read(get_rotate_crop_image(picture, corners.astype(numpy.float32)), latin)
        inside = numpy.clip(corners - (right, down), (0, 0), (width, height))
        yield ReadLine(tuple((x + float(left), y + float(top)) for left, top in inside), read)


def _found(picture: Picture) -> Sequence[NDArray[numpy.float32]]:
    """The corners of the stretches of text on a picture, clockwise from the top left."""
    found: Any = _reader()(picture, use_det=True, use_cls=False, use_rec=False)
    return [] if found.boxes is None else list(found.boxes)


def _coloured(picture: Picture) -> Picture:
    conversion = cv2.COLOR_GRAY2BGR if picture.ndim == 2 else cv2.COLOR_RGB2BGR
    return numpy.asarray(cv2.cvtColor(picture, conversion), dtype=numpy.uint8)


def _read(line: Picture, latin: bool) -> tuple[ReadWord, ...]:
    """The words of one line, read alone: in a batch its width, and so its text, would depend on other lines."""
    recogniser = _recogniser()
    ratio = line.shape[1] / line.shape[0]
    ready = recogniser.resize_norm_img(line, max(MIN_LINE_ASPECT, ratio))[numpy.newaxis].astype(numpy.float32)
    steps = recogniser.session(ready)[0]
    if latin:
        allowed = _latin()
        steps, alphabet = steps[:, allowed], tuple(recogniser.postprocess_op.character[each] for each in allowed)
    else:
        alphabet = tuple(recogniser.postprocess_op.character)
    used = min(1.0, ratio / MIN_LINE_ASPECT)  # the rest of the picture is padding on the right
    return tuple(
        each._replace(start=min(1.0, each.start / used), end=min(1.0, each.end / used))
        for each in words(steps, alphabet)
    )


@lru_cache(maxsize=1)
def _reader() -> RapidOCR:
    models = distribution("rapidocr").locate_file("rapidocr/models")
    reader = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Global.max_side_len": MAX_DETECTION_SIDE_PX,
            "Det.model_path": f"{models}/{DETECTOR_FILE}",
            "Rec.model_path": f"{models}/{RECOGNISER_FILE}",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    reader(numpy.full((48, 120, 3), 255, numpy.uint8), use_det=False, use_cls=False, use_rec=True)  # loads text_rec
    return reader


def _recogniser() -> Any:
    return _reader().text_rec


@lru_cache(maxsize=1)
def _latin() -> Sequence[int]:
    characters = _recogniser().postprocess_op.character
    return [0] + [number for number, each in enumerate(characters) if number and _is_latin(each)]


def _is_latin(character: str) -> bool:
    return character in SIGNS_OF_LATIN_PRINT or all(
        sign < "\u0080" or unicodedata.name(sign, "").startswith("LATIN ") or "\u00a0" <= sign <= "\u00bf"
        for sign in character
    )


if __name__ == "__main__":
    serve(answer, bytes_of_memory=MAX_DATA_BYTES)

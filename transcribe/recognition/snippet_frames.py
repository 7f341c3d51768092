"""What stands where on a field's picture: its box, the writing in it and how tall its letters are."""

from __future__ import annotations

from collections.abc import Iterable

import numpy

from transcribe.geometry import Box
from transcribe.imaging import Mask
from transcribe.ink import InkLayer
from transcribe.model import SnippetFrame
from transcribe.recognition.form_fields import FieldRegion

PARTS = 10_000
"""Parts of a picture's side: finer than a pixel of any field's picture."""

BODY_SHARE = 0.5
"""Rows of pixels with this share of the ink of a full row are the body of a line: small letters, no tails."""

FULL_ROW_QUANTILE = 0.75
"""A full row has more ink than this share of rows: the fullest alone may be the bars of capitals. Chosen by hand."""

SMOOTHED_ROWS = 3
"""Rows that are looked at together, as the stems of a letter have less ink than its bars. Chosen by hand."""


MIN_LETTER_PX = 4
"""Lower bodies are lines that were drawn, no letters. Chosen by hand."""


def frame_of(wide: Box, field: Box, writing: Box, letter: float = 0.0, lines: Iterable[Box] = ()) -> SnippetFrame:
    """The frame of a picture that shows `wide`; boxes and the letter's height are in pixels of the page."""
    return SnippetFrame(
        field=_parts(wide, field),
        writing=_parts(wide, writing),
        letter=round(letter * PARTS / max(1, wide.height)),
        lines=tuple((each.y0, each.y1) for each in (_parts(wide, line) for line in lines)),
    )


def written_box(region: FieldRegion) -> Box:
    """What is written in a field: its ink and the text that a detector sees; its box where it may not be seen whole."""
    if region.ink.box is None or region.ink.doubtful or region.astray:
        return region.box
    return Box.enclosing((region.ink.box, *(region.stretches or ())))


def letter_height(layer: InkLayer, box: Box) -> float:
    """The height in pixels of small letters or figures of the writing in a box; 0 where there is none."""
    height, width = layer.ink.shape[:2]
    return float(body_height(layer.ink[box.clipped(width, height).slices]))


def body_height(ink: Mask) -> int:
    """The height of the tallest run of rows that have half as much ink as a full one."""
    if ink.size == 0 or not ink.any():
        return 0
    rows = numpy.convolve(numpy.count_nonzero(ink, axis=1), numpy.full(SMOOTHED_ROWS, 1 / SMOOTHED_ROWS), "same")
    full = rows >= BODY_SHARE * numpy.quantile(rows[rows > 0], FULL_ROW_QUANTILE)
    edges = numpy.flatnonzero(numpy.diff(numpy.concatenate(([0], full.astype(numpy.int8), [0]))))
    body = int((edges[1::2] - edges[::2]).max())
    return body if body >= MIN_LETTER_PX else 0


def _parts(wide: Box, box: Box) -> Box:
    across, down = PARTS / max(1, wide.width), PARTS / max(1, wide.height)
    inside = box.shifted(-wide.x0, -wide.y0)
    return Box(
        round(inside.x0 * across), round(inside.y0 * down), round(inside.x1 * across), round(inside.y1 * down)
    ).clipped(PARTS, PARTS)

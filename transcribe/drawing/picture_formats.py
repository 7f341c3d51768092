"""Pictures of the archive in the format that other programs take."""

from __future__ import annotations

import io
import math

from PIL import Image

from transcribe.drawing.context_crop import FRAME_PARTS
from transcribe.geometry import Box
from transcribe.model import SnippetFrame


def as_png(content: bytes) -> bytes:
    """The picture as PNG, without anything but its pixels."""
    with Image.open(io.BytesIO(content)) as picture:
        stream = io.BytesIO()
        picture.convert("L" if picture.mode == "L" else "RGB").save(stream, format="PNG")
        return stream.getvalue()


LETTER_ROOM = 0.25
"""Room beside a box that fits its words closely, in heights of a small letter: ends lay outside. Chosen by hand."""


def field_alone(content: bytes, frame: SnippetFrame, *, close: bool) -> bytes:
    """A field's picture as PNG without its surroundings: its box, and what is written beyond it.

    A `close` box was found around words: a little more is shown beside it, as letters reach beyond it.
    """
    with Image.open(io.BytesIO(content)) as picture:
        width, height = picture.size
        parts = Box.enclosing([frame.field, frame.writing])
        across, down = width / FRAME_PARTS, height / FRAME_PARTS
        box = Box(round(parts.x0 * across), round(parts.y0 * down), round(parts.x1 * across), round(parts.y1 * down))
        box = box.padded(math.ceil(frame.letter * down * LETTER_ROOM), 0) if close else box
        stream = io.BytesIO()
        picture.convert("L" if picture.mode == "L" else "RGB").crop(box.clipped(width, height, least=1)).save(
            stream, format="PNG"
        )
        return stream.getvalue()

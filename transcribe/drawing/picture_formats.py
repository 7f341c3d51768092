"""A picture of the archive in the format that other programs take."""

from __future__ import annotations

import io

from PIL import Image


def as_png(content: bytes) -> bytes:
    """The picture as PNG, without anything but its pixels."""
    with Image.open(io.BytesIO(content)) as picture:
        stream = io.BytesIO()
        picture.convert("L" if picture.mode == "L" else "RGB").save(stream, format="PNG")
        return stream.getvalue()

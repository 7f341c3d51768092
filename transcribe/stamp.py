"""How a masked page was laid on its form, written into its own JPEG: whoever reads it, and when, lays it just the same.

Laying takes a quarter of a second of CPU, and the masked copy would lie a hair's breadth otherwise than the photograph:
a run that was killed would not end with the readings of one that was not.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict

from transcribe.model import Laid

START = b"\xff\xd8\xff\xfe"
"""The start of a JPEG file whose first segment is a comment (ITU T.81, annex B.2.4.5)."""
MARK = b"fairhand laid "
LENGTH = 2
"""Bytes of a segment's length, which counts itself."""


def stamped(jpeg: bytes, laid: Laid) -> bytes:
    """The same JPEG with a comment that says how it lies."""
    said = MARK + json.dumps(asdict(laid)).encode()
    return START + (len(said) + LENGTH).to_bytes(LENGTH, "big") + said + jpeg[LENGTH:]


def stamp(jpeg: bytes) -> Laid | None:
    """How a file says that it lies; None where it says nothing that could be meant."""
    begins = len(START) + LENGTH
    if not jpeg.startswith(START) or not jpeg[begins:].startswith(MARK):
        return None
    ends = len(START) + int.from_bytes(jpeg[len(START) : begins], "big")
    try:
        said = json.loads(jpeg[begins + len(MARK) : ends])
        numbers = tuple(float(each) for each in said["homography"])
        laid = Laid(
            form=str(said["form"]), number=int(said["number"]), inliers=int(said["inliers"]), homography=numbers
        )
    except (ValueError, KeyError, TypeError):
        return None
    return laid if len(numbers) == 9 and all(map(math.isfinite, numbers)) and laid.number > 0 else None

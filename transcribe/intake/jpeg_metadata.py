"""How a masked page was laid on its form, written into its own JPEG: whoever reads it, and when, lays it just the same.

Laying takes a quarter of a second of CPU, and the masked copy would lie a hair's breadth otherwise than the photograph:
a run that was killed would not end with the readings of one that was not. Of bent paper the copy is flat, and says what
the photograph was like: how small and how much of the page it was is a matter of its quality.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from transcribe.model import Flattened, StoredAlignment

COMMENT_START = b"\xff\xd8\xff\xfe"
"""The start of a JPEG file whose first segment is a comment (ITU T.81, annex B.2.4.5)."""
ALIGNMENT_MARK = b"fairhand laid "
COMMENT_MARKS = {StoredAlignment: ALIGNMENT_MARK, Flattened: b"fairhand flat "}
SEGMENT_LENGTH_BYTES = 2
"""Bytes of a segment's length, which counts itself."""


def with_comment(jpeg: bytes, said: StoredAlignment | Flattened) -> bytes:
    """The same JPEG with a comment that says how it lies, or what it was before it was pressed flat."""
    comment = COMMENT_MARKS[type(said)] + json.dumps(asdict(said)).encode()
    return (
        COMMENT_START
        + (len(comment) + SEGMENT_LENGTH_BYTES).to_bytes(SEGMENT_LENGTH_BYTES, "big")
        + comment
        + jpeg[SEGMENT_LENGTH_BYTES:]
    )


def stored_alignment(jpeg: bytes) -> StoredAlignment | None:
    """How a file says that it lies; None where it says nothing that could be meant."""
    said = _comment(jpeg, COMMENT_MARKS[StoredAlignment])
    try:
        laid = StoredAlignment(
            form=str(said["form"]),
            number=int(said["number"]),
            inliers=int(said["inliers"]),
            homography=_homography_of(said["homography"]),
        )
    except (ValueError, KeyError, TypeError):
        return None
    return laid if laid.number > 0 else None


def stored_flattening(jpeg: bytes) -> Flattened | None:
    """What a file says that its picture was before it was pressed flat; None as above."""
    said = _comment(jpeg, COMMENT_MARKS[Flattened])
    try:
        width, height = (int(side) for side in said["size"])
        flat = Flattened(size=(width, height), homography=_homography_of(said["homography"]))
    except (ValueError, KeyError, TypeError):
        return None
    return flat if min(flat.size) > 0 else None


def _comment(jpeg: bytes, mark: bytes) -> Any:
    """The object in the file's comment; nothing where it begins with another mark or is none."""
    begins = len(COMMENT_START) + SEGMENT_LENGTH_BYTES
    if not jpeg.startswith(COMMENT_START) or not jpeg[begins:].startswith(mark):
        return {}
    ends = len(COMMENT_START) + int.from_bytes(jpeg[len(COMMENT_START) : begins], "big")
    try:
        return json.loads(jpeg[begins + len(mark) : ends])
    except ValueError:
        return {}


def _homography_of(numbers: Iterable[object]) -> tuple[float, ...]:
    """The nine numbers of a homography; ValueError where they are none."""
    found = tuple(float(str(each)) for each in numbers)
    if len(found) != 9 or not all(map(math.isfinite, found)):
        raise ValueError(f"{len(found)} numbers are no homography")
    return found

"""The alignment of a masked page, written into its own JPEG, so that every later reading aligns it alike.

Alignment takes a quarter of a second of CPU. That of the masked copy would also differ by a hair's breadth from that of
the photograph, and a run that was killed would not end with the readings of one that was not. Of bent paper the copy is
flat, and tells the size of the photograph and how much of it the page was: its quality depends on that.
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
"""The start of a comment with an alignment."""

COMMENT_MARKS = {StoredAlignment: ALIGNMENT_MARK, Flattened: b"fairhand flat "}
"""The start of a comment of each kind."""
SEGMENT_LENGTH_BYTES = 2
"""Bytes of a segment's length, which counts itself."""


def with_comment(jpeg: bytes, facts: StoredAlignment | Flattened) -> bytes:
    """The same JPEG with a comment that holds its alignment, or its size before it was flattened."""
    comment = COMMENT_MARKS[type(facts)] + json.dumps(asdict(facts)).encode()
    length = (len(comment) + SEGMENT_LENGTH_BYTES).to_bytes(SEGMENT_LENGTH_BYTES, "big")
    return COMMENT_START + length + comment + jpeg[SEGMENT_LENGTH_BYTES:]


def stored_alignment(jpeg: bytes) -> StoredAlignment | None:
    """The alignment that a file holds. None where it holds none, or one that cannot be right."""
    comment = _comment(jpeg, COMMENT_MARKS[StoredAlignment])
    try:
        alignment = StoredAlignment(
            form=str(comment["form"]),
            number=int(comment["number"]),
            inliers=int(comment["inliers"]),
            homography=_homography_of(comment["homography"]),
        )
    except (ValueError, KeyError, TypeError):
        return None
    return alignment if alignment.number > 0 else None


def stored_flattening(jpeg: bytes) -> Flattened | None:
    """The size and alignment that a file's picture had before it was flattened. None where it holds none that can be
    right."""
    comment = _comment(jpeg, COMMENT_MARKS[Flattened])
    try:
        width, height = (int(side) for side in comment["size"])
        flattened = Flattened(size=(width, height), homography=_homography_of(comment["homography"]))
    except (ValueError, KeyError, TypeError):
        return None
    return flattened if min(flattened.size) > 0 else None


def _comment(jpeg: bytes, mark: bytes) -> Any:
    """The object in the file's comment. It is empty where the comment has another mark or is no object."""
    begins = len(COMMENT_START) + SEGMENT_LENGTH_BYTES
    if not jpeg.startswith(COMMENT_START) or not jpeg[begins:].startswith(mark):
        return {}
    ends = len(COMMENT_START) + int.from_bytes(jpeg[len(COMMENT_START) : begins], "big")
    try:
        return json.loads(jpeg[begins + len(mark) : ends])
    except ValueError:
        return {}


def _homography_of(numbers: Iterable[object]) -> tuple[float, ...]:
    """The nine numbers of a homography. ValueError where they are none."""
    nine = tuple(float(str(each)) for each in numbers)
    if len(nine) != 9 or not all(map(math.isfinite, nine)):
        raise ValueError(f"{len(nine)} numbers are no homography")
    return nine

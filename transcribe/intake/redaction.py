"""Payment data are painted over in a page's picture before anything of it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import cv2
import numpy

from transcribe.geometry import Box, Homography, project
from transcribe.ink import Ink, Patch, ink_layer
from transcribe.model import Form
from transcribe.registration import Aligned

if TYPE_CHECKING:
    from transcribe.model import Picture

MAX_EMPTY_PROBABILITY = 0.001
"""A box with a lower probability of ink is left as it is.

A card number has a hundred times the ink that must be there to be seen, so a box this surely empty holds none.
"""

REDACTION_MARGIN_PX = 10
"""Pixels of the blank painted around a box. It is over a millimetre at 200 dpi: pens do not stop at the frame."""

BESIDE_HEIGHTS = 1.0
"""The reach beside a payment box of ink that belongs to its number. In heights of the box; ink of no field, or beside
more of the number. Numbers run out of their box. Chosen by hand."""

BELOW_HEIGHTS = 0.6
"""The reach above and below the box, in its heights. Numbers stand under their box too. Chosen by hand."""

MAX_SIGN_HEIGHTS = 1.5
"""A patch higher than this is no sign of a number, but a fold or shadow. In heights of the box."""

MIN_SIGNS = 4
"""The least signs beside an empty box that show a number there. The last digits of a card are as many."""

MIN_SIGN_HEIGHTS = 0.25
"""The least height of such a sign, in heights of the box. Chosen by hand."""

PAINT_GREY_LEVELS = 96
"""The grey of what is painted over: plainly not paper, and not the black of ink."""

COARSE_SIDE_PX = 96
"""Pixels of the longer side of a page on which the box cannot be found.

On A4 each is three millimetres, so that no number can be made out, and people still see what kind of page it is.
"""

COARSE_SHOWN_SIDE_PX = 960
"""The longer side of such a page as it is kept: its coarse pixels are enlarged."""

MASKED_JPEG_QUALITY = 93
"""JPEG quality of a masked copy: no worse than what phones write."""


def redact(picture: Picture, aligned: Aligned, form: Form) -> Picture:
    """A copy of the photo in which the payment boxes of the page are painted over.

    On bent paper no straight lines tell where a box stands on the photo: the copy is then of the flattened page. Where
    masking is not possible (`can_mask`), the whole picture is made too coarse to read. The file itself stays with the
    operator.
    """
    if aligned.homography is None or not can_mask(aligned, form):
        return _coarse(picture)
    boxes, copy, homography = _payment_boxes(aligned, form), picture.copy(), aligned.homography
    if aligned.bent:
        copy, homography = aligned.page.picture.copy(), numpy.eye(3)
    for box in _written_boxes(aligned, form, boxes):
        _paint(copy, box, homography)
    return copy


def can_mask(aligned: Aligned, form: Form) -> bool:
    """Whether the places of payment data on a page are known.

    They are not where the page does not fit its form, or where the place of a payment box does not look like its form.
    """
    if not aligned.fits or aligned.homography is None:
        return False
    return aligned.similarity is None or not any(aligned.similarity.astray(_payment_boxes(aligned, form)))


def encode_jpeg(picture: Picture) -> bytes:
    """The picture as a JPEG file."""
    ordered = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    done, content = cv2.imencode(".jpg", ordered, [cv2.IMWRITE_JPEG_QUALITY, MASKED_JPEG_QUALITY])
    assert done, "OpenCV writes every picture of 8 bits as JPEG"
    return content.tobytes()


def _payment_boxes(aligned: Aligned, form: Form) -> list[Box]:
    """The payment boxes of a page."""
    return [
        field.box for field in form.fields if field.personal == "payment" and field.box and field.page == aligned.number
    ]


def _written_boxes(aligned: Aligned, form: Form, boxes: Sequence[Box]) -> list[Box]:
    """The payment boxes of a page that are not surely empty, and their writing that hangs out or goes on beside them.

    An empty box has nothing to hide. Painted over, it could no longer be seen to be empty.
    """
    layer = ink_layer(aligned.page.picture, form.blanks[aligned.number - 1].path)
    placed = [(each.page, each.box) for each in form.fields if each.personal != "payment"]
    placed += [(each.page, each.box) for each in form.tables]
    others = [box for page, box in placed if box and page == aligned.number]
    loose = [patch for patch in layer.patches if not any(box.contains_middle(patch.box) for box in others)]
    painted: list[Box] = []
    for box, ink in zip(boxes, layer.inks(boxes), strict=True):
        beside = _beside(box, loose)
        signs = sum(each.height >= MIN_SIGN_HEIGHTS * box.height for each in beside)
        if ink.doubtful or ink.filled >= MAX_EMPTY_PROBABILITY or signs >= MIN_SIGNS:
            painted += [box, *_overhanging_boxes(box, ink), *beside]
    return painted


def _beside(box: Box, loose: Sequence[Patch]) -> list[Box]:
    """The ink beside a payment box that goes on with its writing, or stands just above or below, and is no other
    field's."""
    inside, most = box.padded(REDACTION_MARGIN_PX), MAX_SIGN_HEIGHTS * box.height
    left = [each.box for each in loose if each.box.height <= most and not inside.contains(each.box)]
    across, down = round(BESIDE_HEIGHTS * box.height), round(BELOW_HEIGHTS * box.height)
    found: list[Box] = []
    near = [box.padded(across, down)]
    while near:
        taken = [each for each in left if any(place.intersects(each) for place in near)]
        left = [each for each in left if each not in taken]
        found += taken
        near = [each.padded(across, 0) for each in taken]
    return found


def _overhanging_boxes(box: Box, ink: Ink) -> list[Box]:
    """The pieces of a box's writing that reach beyond the margin around it: a number too large or too low."""
    wide = box.padded(REDACTION_MARGIN_PX)
    return [patch.box for patch in ink.patches if not wide.contains(patch.box)]


def _paint(picture: Picture, box: Box, homography: Homography) -> None:
    """Paint over the box, which is on the blank, where it stands on the photo."""
    corners = project(numpy.linalg.inv(homography), box.padded(REDACTION_MARGIN_PX).corners)
    cv2.fillConvexPoly(
        picture, numpy.rint(corners).astype(numpy.int32), (PAINT_GREY_LEVELS, PAINT_GREY_LEVELS, PAINT_GREY_LEVELS)
    )


def _coarse(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    share = COARSE_SIDE_PX / max(height, width)
    size = (max(1, round(width * share)), max(1, round(height * share)))  # a strip has at least a row of them
    tiny = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    scale = COARSE_SHOWN_SIDE_PX / COARSE_SIDE_PX
    return numpy.asarray(cv2.resize(tiny, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR), numpy.uint8)

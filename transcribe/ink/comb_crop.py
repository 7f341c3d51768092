"""The writing of one line of a comb cut from its page, with what the comb's teeth hide of letters that touch them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.forms import Comb
from transcribe.geometry import Box
from transcribe.imaging import Mask, flatten
from transcribe.ink.components import Patch, measured
from transcribe.ink.ink_layer import BESIDE, InkLayer
from transcribe.ink.print_mask import NEAR

if TYPE_CHECKING:
    from transcribe.model import Picture

USUAL = 75
"""Percentile of the darkness beside all teeth of a comb that is the teeth's own: writing touches few of them, and of a
dotted one a third is ink."""

RULE = 8
"""Pixels at 200 dpi at the top and bottom of a field's box that its frame may fill."""

LONG = 0.8
"""Length in cells from which ink along the frame is what is left of it."""

TALL = 2
"""Rows by which writing that goes on beside a tooth may stand higher or lower than the stroke that reaches it."""

CORE = 7
"""Pixels of a tooth's own that are filled where a stroke goes on at both sides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A piece of a page around a line of writing: the writing on white paper, the patch that each pixel is of, and the
    patches by these numbers, their boxes and middles on the page."""

    box: Box
    writing: Picture
    labels: NDArray[numpy.int32]
    patches: dict[int, Patch]

    def piece(self, numbers: Sequence[int], margin: int) -> Picture:
        """Some patches alone, with the soft edges of their strokes, as high as the line."""
        boxes = [self.patches[number].box for number in numbers]
        x0 = min(box.x0 for box in boxes) - margin - self.box.x0
        columns = slice(max(0, x0), max(box.x1 for box in boxes) + margin - self.box.x0)
        side = 2 * margin + 1
        mask = numpy.isin(self.labels[:, columns], numbers).astype(numpy.uint8)
        near = cv2.dilate(mask, numpy.ones((side, side), numpy.uint8)) > 0
        return numpy.where(near, self.writing[:, columns], numpy.uint8(255))


def crop_line(sheet: InkLayer, line: Sequence[Patch], comb: Comb) -> Cut:
    """A line of a field's patches cut from the page; what teeth parted is one patch again."""
    height, width = sheet.clean.shape
    aside = round(BESIDE * sheet.unit) + round(NEAR * sheet.unit) + RULE
    box = Box.enclosing(patch.box for patch in line).padded(aside).clipped(width, height)
    written = sheet.written[box.slices]
    rest, hidden = _rest_of_frame(written, box, comb), _hidden(sheet, box, comb)
    writing = flatten(sheet.clean[box.slices])
    writing[hidden > 0] = 255 - sheet.dark[box.slices][hidden > 0]
    writing[rest > 0] = 255
    ink = cv2.bitwise_and(cv2.bitwise_or(written, hidden), 1 - rest)
    labels = numpy.asarray(cv2.connectedComponents(ink)[1], numpy.int32)
    return Cut(box=box, writing=writing, labels=labels, patches=_patches(labels, line, written, box))


def _rest_of_frame(written: Mask, box: Box, comb: Comb) -> Mask:
    """What is left of the field's frame in a cut: longer than a letter's stroke, along the upper or lower side."""
    along = numpy.ones((1, round(LONG * comb.pitch)), numpy.uint8)
    rest = numpy.asarray(cv2.morphologyEx(written, cv2.MORPH_OPEN, along), numpy.uint8)
    rest[[comb.from_frame(y) > RULE for y in range(box.y0, box.y1)]] = 0
    return rest


def _patches(labels: NDArray[numpy.int32], line: Sequence[Patch], written: Mask, box: Box) -> dict[int, Patch]:
    """The patches of a cut that hold some of a line's, by their number."""
    inked = numpy.flatnonzero(labels)
    count = int(labels.max()) + 1
    boxes, areas, middles = measured(inked, labels.ravel()[inked], count, labels.shape[1])
    of_line = [patch.box for patch in line]
    _, before, sizes, _ = cv2.connectedComponentsWithStats(written, connectivity=8)
    same = [Box.sized(x, y, w, h).shifted(box.x0, box.y0) in of_line for x, y, w, h, _ in sizes.tolist()]
    mine = set(numpy.unique(labels[numpy.array(same)[before]]).tolist())
    return {
        number: Patch(
            box=Box(*boxes[number].tolist()).shifted(box.x0, box.y0),
            area=int(areas[number]),
            middle=(float(middles[number][0]) + box.x0, float(middles[number][1]) + box.y0),
        )
        for number in sorted(mine - {0})
    }


def _hidden(sheet: InkLayer, box: Box, comb: Comb) -> Mask:
    """Of a cut the writing close by the teeth: what is darker there than teeth of this comb are beside no writing, and
    goes on from a stroke that reaches it."""
    reach = round(NEAR * sheet.unit) + 3
    own = _darkness_of_teeth(sheet, comb, reach)
    dark, written = sheet.dark[box.slices], sheet.written[box.slices]
    beside = numpy.zeros_like(written)
    more = numpy.zeros_like(written)
    for x in comb.dividers:
        left, right = max(box.x0, x - reach), min(box.x1, x + reach + 1)
        if left < right:
            here = numpy.s_[:, left - box.x0 : right - box.x0]
            beside[here] = 1
            more[here] |= dark[here] > own[left - x + reach : right - x + reach] + sheet.level
    more[: max(0, comb.y0 + RULE - box.y0)] = 0
    more[max(0, comb.y1 - RULE - box.y0) :] = 0
    near = cv2.dilate(written, numpy.ones((2 * TALL + 1, 2 * reach + 1), numpy.uint8))
    found = cv2.bitwise_and(more, near)
    filled = cv2.morphologyEx(cv2.bitwise_or(written, found), cv2.MORPH_CLOSE, numpy.ones((1, CORE), numpy.uint8))
    filled[(beside == 0) | (dark <= sheet.level)] = 0
    hidden = cv2.bitwise_or(found, filled)
    hidden[written > 0] = 0
    return numpy.asarray(hidden, numpy.uint8)


def _darkness_of_teeth(sheet: InkLayer, comb: Comb, reach: int) -> NDArray[numpy.int32]:
    """How dark a comb's teeth are by themselves at each distance from their middle, on this page, one pixel broader."""
    rows = slice(comb.y0 + RULE, max(comb.y0 + RULE + 1, comb.y1 - RULE))
    width = sheet.dark.shape[1]
    beside = [sheet.dark[rows, x - reach : x + reach + 1] for x in comb.dividers if reach <= x < width - reach]
    if not beside:
        return numpy.full(2 * reach + 1, 255, numpy.int32)
    usual = numpy.percentile(numpy.vstack(beside), USUAL, axis=0).astype(numpy.uint8)
    return numpy.asarray(cv2.dilate(usual[None], numpy.ones((1, 3), numpy.uint8))[0], numpy.int32)

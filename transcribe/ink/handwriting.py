"""Whether writing in a field is struck through."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy

from transcribe.geometry import Box
from transcribe.imaging import Mask
from transcribe.ink.ink_layer import Ink, InkLayer
from transcribe.model import Picture

STRUCK_WIDTH = 0.7
"""A stroke through this share of the writing's width crosses it out; letters have no strokes as long."""

STRUCK_LEAN = 0.6
"""The steepest that such a stroke goes (height over width): corner to corner of a short word."""

STRUCK_MIDDLE = (0.22, 0.72)
"""Where its middle stands in the height of the writing: lower is underlined, higher is a frame's rest."""

STRUCK_EVEN = 0.75
"""The darkness of nearly all of the stroke, over its usual darkness: between printed letters it falls to nothing."""

STRONG = 0.5
"""Share of the darkest ink's darkness that the middle of a stroke has; blur that joins letters has less."""

THIN = 0.3
"""Share of the writing's height below which nothing but the stroke stands in a column, as between letters."""

MANY_LETTERS = 1.6
"""Writing at least this wide (over its height) can be judged; a single letter may be one long stroke."""


MIN_STRUCK_ASPECT, MIN_STRUCK_PX = 1.1, 12
"""Width over height of a part of the writing that may be struck out, and its height in pixels at 200 dpi: what is lower
is a piece of a frame that bent paper has moved. Chosen by hand."""

MIN_OVERHANG_HEIGHTS, MIN_LETTERS_SHARE = 0.2, 0.25
"""How far the stroke stands out at its two ends, in heights of the part, and the share of the part's width in which
more than a stroke stands: of a crease there is nothing else. Of 19 values with a struck one before them 10 are found
so, and none of 1,700 others; with 0.15 for the second two of those are."""


def crossed_out(sheet: InkLayer, ink: Ink, field: Box) -> bool:
    """Whether a long stroke goes through the writing in a field or one part of it, as dark between the letters as in
    them, or through half of the field or more and as far beyond it, as one through a row does."""
    box, inset = ink.box, round(STRUCK_MIDDLE[0] * field.height)
    middle = Box(field.x0, field.y0 + inset, field.x1, field.y1 - inset)
    inked = numpy.asarray(sheet.written[middle.slices].any(axis=0))
    for each in (patch.box for patch in sheet.patches if patch.box.width >= field.width):
        through = inked[max(0, each.x0 - field.x0) : each.x1 - field.x0]
        least = min(len(through), each.width - len(through))
        if each.intersects(middle) and 2 * least >= field.width and through.all():
            return True
    if box is None:
        return False
    height, width = sheet.dark.shape
    dark = sheet.dark[box.clipped(width, height).slices]
    level = max(STRONG * float(numpy.percentile(dark, 97)), 1.0)
    strong = (dark > level).astype(numpy.uint8)  # without soft edges, which blur lets run together
    whole = box.width >= MANY_LETTERS * box.height and any(_strikes(dark, strong, each) for each in _strokes(strong))
    return whole or any(_is_struck(dark[part.slices], patch) for part, patch in _wide_parts(strong, sheet.unit))


def _wide_parts(strong: Mask, unit: float) -> Iterator[tuple[Box, Mask]]:
    """The connected parts of some strokes that are wider than a letter: a stroke joins what it goes through."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(strong, connectivity=8)
    for number, (x, y, width, height, _area) in enumerate(stats[1:count].tolist(), 1):
        if width >= MIN_STRUCK_ASPECT * height and height >= MIN_STRUCK_PX * unit:
            part = Box.sized(x, y, width, height)
            yield part, (labels[part.slices] == number).astype(numpy.uint8)


def _is_struck(dark: Picture, strong: Mask) -> bool:
    """Whether a stroke goes through a connected part and stands out alone at both ends, as no bar of a letter does."""
    overhang = max(1, round(MIN_OVERHANG_HEIGHTS * len(strong)))
    alone = strong.sum(axis=0) < THIN * len(strong)
    return float(alone.mean()) <= 1 - MIN_LETTERS_SHARE and any(
        alone[min(x0, x1) :][:overhang].all() and alone[: max(x0, x1) + 1][-overhang:].all()
        for x0, y0, x1, y1 in _strokes(strong)
        if _strikes(dark, strong, (x0, y0, x1, y1))
    )


def _strokes(strong: Mask) -> list[tuple[int, int, int, int]]:
    """The long straight strokes through most of a cut, as x0, y0, x1, y1."""
    least = round(STRUCK_WIDTH * strong.shape[1])
    found = cv2.HoughLinesP(
        strong * 255, 1, numpy.pi / 360, threshold=max(1, least // 2), minLineLength=least, maxLineGap=4
    )
    return [] if found is None else [(int(x0), int(y0), int(x1), int(y1)) for x0, y0, x1, y1 in found.reshape(-1, 4)]


def _strikes(dark: Picture, strong: Mask, stroke: tuple[int, int, int, int]) -> bool:
    x0, y0, x1, y1 = stroke
    middle = (y0 + y1) / 2 / dark.shape[0]
    if abs(y1 - y0) > STRUCK_LEAN * abs(x1 - x0) or not STRUCK_MIDDLE[0] <= middle <= STRUCK_MIDDLE[1]:
        return False
    count = max(abs(x1 - x0), 1)
    across = numpy.linspace(x0, x1, count).round().astype(int)
    down = numpy.linspace(y0, y1, count).round().astype(int)
    along = cv2.dilate(dark, numpy.ones((3, 1), numpy.uint8))[down, across].astype(float)
    thick = strong[:, across].sum(axis=0)
    return bool(numpy.percentile(along, 10) >= STRUCK_EVEN * numpy.median(along) and (thick < THIN * len(strong)).any())

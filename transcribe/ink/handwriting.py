"""What kind of writing a field's ink is: how many lines, joined by hand, struck through."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

import cv2
import numpy

from transcribe.ink.components import Patch, around
from transcribe.ink.ink_layer import Ink, Sheet
from transcribe.ink.print_mask import Mask
from transcribe.model import Box

if TYPE_CHECKING:
    from transcribe.model import Picture

CORE = 0.45
"""A patch this high, in heights of the typical large patch, is a letter; what is lower is a dot, an accent, a comma."""

SAME_LINE = 0.4
"""Two letters stand on one line where they overlap by this share of the lower one's height."""

FULL = 0.75
"""A line of writing has a letter of this height at least, in heights of the typical one; commas alone make no line."""

LOWEST = 12
"""Pixels at 200 dpi of the lowest letters there are: print of 5 points."""

LONG = 3.0
"""Heights of a letter from which a low patch is longer than any dash."""

MARGIN = 6
"""Paper around a line that engines are given, pixels at 200 dpi."""


def lines(ink: Ink, unit: float) -> list[Box]:
    """The boxes around the lines of writing of a field, top to bottom, each with a little paper around."""
    margin = round(MARGIN * unit)
    return [
        Box(box.x0 - margin, box.y0 - margin, box.x1 + margin, box.y1 + margin)
        for box in (around([patch.box for patch in line]) for line in lines_of(ink.patches, unit))
        if box
    ]


def lines_of(patches: Sequence[Patch], unit: float) -> list[list[Patch]]:
    """Patches by line of writing: letters that overlap in height, then the small ones with the line nearest to them."""
    if not patches:
        return []
    heights = sorted(patch.box.height for patch in patches)
    typical = max(median(heights[len(heights) // 2 :]), LOWEST * unit)
    letters = [patch for patch in patches if patch.box.height >= CORE * typical] or list(patches)
    found: list[list[Patch]] = []
    for letter in sorted(letters, key=lambda patch: (-patch.box.height, patch.box.x0)):
        line = next((line for line in found if _beside(letter, line)), None)
        if line is None:
            found.append([letter])
        else:
            line.append(letter)
    full = [line for line in found if max(patch.box.height for patch in line) >= FULL * typical] or found[:1]
    taken = {id(patch) for line in full for patch in line}
    for small in patches:
        if id(small) not in taken and not _is_rest(small, typical):
            min(full, key=lambda line: _apart(small, line)).append(small)
    return sorted(full, key=lambda line: min(patch.box.y0 for patch in line))


def _is_rest(small: Patch, typical: float) -> bool:
    """A long low patch beside letters is what is left of a printed line; a dash is shorter."""
    return small.box.width > LONG * typical and small.box.height < 0.25 * typical


def _beside(letter: Patch, line: Sequence[Patch]) -> bool:
    """Whether the letter overlaps the line where they are nearest: a line may lean."""
    near = min(line, key=lambda patch: abs(patch.middle[0] - letter.middle[0]))
    common = min(near.box.y1, letter.box.y1) - max(near.box.y0, letter.box.y0)
    return common >= SAME_LINE * min(near.box.height, letter.box.height)


def _apart(small: Patch, line: Sequence[Patch]) -> float:
    near = min(line, key=lambda patch: abs(patch.middle[0] - small.middle[0]))
    return max(near.box.y0 - small.middle[1], small.middle[1] - near.box.y1, 0.0)


# --- struck through --------------------------------------------------------------------------------------------------

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

MANY_LETTERS = 1.6
"""Writing at least this wide (over its height) can be judged; a single letter may be one long stroke."""


def crossed_out(sheet: Sheet, ink: Ink) -> bool:
    """Whether a long stroke goes through the writing, as dark between the letters as in them."""
    box = ink.box
    if box is None or box.width < MANY_LETTERS * box.height:
        return False
    dark = _cut(sheet, box)
    strong = _strong(dark)
    least = round(STRUCK_WIDTH * box.width)
    found = cv2.HoughLinesP(strong * 255, 1, numpy.pi / 360, threshold=least // 2, minLineLength=least, maxLineGap=4)
    if found is None:
        return False
    return any(_strikes(dark, strong, [int(value) for value in stroke]) for stroke in found.reshape(-1, 4))


def _strikes(dark: Picture, strong: Mask, stroke: Sequence[int]) -> bool:
    x0, y0, x1, y1 = stroke
    middle = (y0 + y1) / 2 / dark.shape[0]
    if abs(y1 - y0) > STRUCK_LEAN * abs(x1 - x0) or not STRUCK_MIDDLE[0] <= middle <= STRUCK_MIDDLE[1]:
        return False
    count = max(abs(x1 - x0), 1)
    across = numpy.linspace(x0, x1, count).round().astype(int)
    down = numpy.linspace(y0, y1, count).round().astype(int)
    along = cv2.dilate(dark, numpy.ones((3, 1), numpy.uint8))[down, across].astype(float)
    thick = strong[:, across].sum(axis=0)  # between letters there is nothing but the stroke
    return bool(numpy.percentile(along, 10) >= STRUCK_EVEN * numpy.median(along) and (thick < 0.3 * len(strong)).any())


def _cut(sheet: Sheet, box: Box) -> Picture:
    return sheet.dark[max(0, box.y0) : box.y1, max(0, box.x0) : box.x1]


def _strong(dark: Picture) -> Mask:
    """The strokes of a cut without their soft edges, which blur lets run together."""
    level = STRONG * float(numpy.percentile(dark, 97))
    return (dark > max(level, 1.0)).astype(numpy.uint8)


# --- joined by hand --------------------------------------------------------------------------------------------------


def joinedness(sheet: Sheet, ink: Ink) -> float:
    """How far letters run together: the mean width of patches over the height of letters, weighted by width.

    Print and block letters are 0.5 to 1.5; joined writing 2.5 and more.
    """
    if ink.box is None:
        return 0.0
    _, _, stats, _ = cv2.connectedComponentsWithStats(_strong(_cut(sheet, ink.box)), connectivity=8)
    sides = stats[1:, cv2.CC_STAT_WIDTH : cv2.CC_STAT_HEIGHT + 1].astype(float)
    letters = sides[sides[:, 1] >= max(4.0, 0.25 * float(numpy.max(sides[:, 1], initial=0.0)))]
    if not len(letters):
        return 0.0
    widths = letters[:, 0]
    return float((widths**2).sum() / widths.sum() / numpy.median(letters[:, 1]))

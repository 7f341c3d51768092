"""What kind of writing a field's ink is: how many lines, joined by hand, struck through."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import cv2
import numpy

from transcribe.ink import Ink, Mask, Patch, around
from transcribe.model import Box

CORE = 0.45
"""A patch this high, in heights of the typical large patch, is a letter; what is lower is a dot, an accent, a comma."""

SAME_LINE = 0.4
"""Two letters stand on one line where they overlap by this share of the lower one's height."""

MARGIN = 6
"""Paper around a line that engines are given, pixels at 200 dpi."""


def lines(ink: Ink, unit: float) -> list[Box]:
    """The boxes around the lines of writing of a field, top to bottom, each with a little paper around."""
    if not ink.patches:
        return []
    margin = round(MARGIN * unit)
    return [
        Box(box.x0 - margin, box.y0 - margin, box.x1 + margin, box.y1 + margin)
        for box in (around([patch.box for patch in line]) for line in _lines(ink.patches))
        if box
    ]


def _lines(patches: Sequence[Patch]) -> list[list[Patch]]:
    heights = sorted(patch.box.height for patch in patches)
    typical = median(heights[len(heights) // 2 :])
    letters = [patch for patch in patches if patch.box.height >= CORE * typical]
    found: list[list[Patch]] = []
    for letter in sorted(letters, key=lambda patch: (patch.box.y0 + patch.box.y1, patch.box.x0)):
        line = next((line for line in found if _beside(letter, line)), None)
        if line is None:
            found.append([letter])
        else:
            line.append(letter)
    for small in patches:
        if small.box.height < CORE * typical:
            min(found, key=lambda line: _apart(small, line)).append(small)
    return sorted(found, key=lambda line: min(patch.box.y0 for patch in line))


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

MANY_LETTERS = 1.6
"""Writing at least this wide (over its height) can be judged; a single letter may be one long stroke."""


def crossed_out(mask: Mask, ink: Ink) -> bool:
    """Whether a long stroke goes through the writing."""
    box = ink.box
    if box is None or box.width < MANY_LETTERS * box.height or len(ink.patches) < 1:
        return False
    cut = mask[box.y0 : box.y1, box.x0 : box.x1] * 255
    least = round(STRUCK_WIDTH * box.width)
    found = cv2.HoughLinesP(cut, 1, numpy.pi / 360, threshold=round(0.8 * least), minLineLength=least, maxLineGap=3)
    if found is None:
        return False
    return any(_strikes(box, *(int(value) for value in stroke)) for stroke in found.reshape(-1, 4))


def _strikes(box: Box, x0: int, y0: int, x1: int, y1: int) -> bool:
    middle = (y0 + y1) / 2 / max(box.height, 1)
    return abs(y1 - y0) <= STRUCK_LEAN * abs(x1 - x0) and STRUCK_MIDDLE[0] <= middle <= STRUCK_MIDDLE[1]


# --- joined by hand --------------------------------------------------------------------------------------------------

JOINED = 2.2
"""Letters run together where the ink's patches are this wide on average (over the writing's height), by their width."""


def joinedness(ink: Ink) -> float:
    """How far letters run together: the mean width of patches over the height of small letters, weighted by width.

    Print and block letters are 0.5 to 1.2; joined writing 2 and more.
    """
    letters = [patch.box for patch in ink.patches if patch.box.height >= 4]
    if not letters:
        return 0.0
    height = median(box.height for box in letters)
    total = sum(box.width for box in letters)
    return sum(box.width * box.width for box in letters) / total / max(height, 1)

"""Lines of writing found among components of ink."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from transcribe.geometry import Box
from transcribe.ink.components import LOWEST, Patch
from transcribe.ink.ink_layer import Ink

CORE = 0.45
"""A patch this high, in heights of the typical large patch, is a letter; what is lower is a dot, an accent, a comma."""


SAME_LINE = 0.4
"""Two letters stand on one line where they overlap by this share of the lower one's height."""


MARGIN = 6
"""Paper around a line that engines are given, pixels at 200 dpi."""


def lines(ink: Ink, unit: float) -> list[Box]:
    """The boxes around the lines of writing of a field, top to bottom, each with a little paper around."""
    margin = round(MARGIN * unit)
    return [Box.enclosing(patch.box for patch in line).padded(margin) for line in lines_of(ink.patches, unit)]


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
    taken = {id(patch) for patch in letters}
    for small in patches:
        if id(small) not in taken:
            min(found, key=lambda line: _apart(small, line)).append(small)
    return sorted(found, key=lambda line: min(patch.box.y0 for patch in line))


def _beside(letter: Patch, line: Sequence[Patch]) -> bool:
    """Whether the letter overlaps the line where they are nearest: a line may lean."""
    near = min(line, key=lambda patch: abs(patch.middle[0] - letter.middle[0]))
    return near.box.overlap_down(letter.box) >= SAME_LINE * min(near.box.height, letter.box.height)


def _apart(small: Patch, line: Sequence[Patch]) -> float:
    near = min(line, key=lambda patch: abs(patch.middle[0] - small.middle[0]))
    return max(near.box.y0 - small.middle[1], small.middle[1] - near.box.y1, 0.0)

"""The ink of a field's own text: beside the rows that a detector sees is dirt, light or a neighbour's writing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import sqrt

from transcribe.geometry import Box
from transcribe.ink import Ink, Patch
from transcribe.recognition.form_fields import FieldRegion

ABOVE_HEIGHTS = 0.25
"""How far outside a row the middle of a patch of it may lie, in heights of the row. Chosen by hand."""

MAX_PATCH_HEIGHTS = 1.6
"""Height of a patch, in heights of its row, from which it is no writing: the edge of a shadow or a fold. A detector's
rows are higher than their letters. Chosen by hand."""

WIDEST_SPACE_HEIGHTS = 0.6
"""Space between two words in heights of the stretch that they stand in: of typewriters' faces, whose letters all are
.6 em wide. Such print had .7 heights bare between its words."""

MIN_BARE_LETTER_HEIGHTS, MAX_BARE_LETTER_HEIGHTS = 0.3, 1.2
"""Least and greatest height of a patch that is a letter beside the words of its row, in its heights. Chosen by hand."""


def letters_beside(region: FieldRegion, rows: Sequence[Box], words: Sequence[Box]) -> float:
    """How many patches as high as letters stand in the rows beside all words of their row, without what dirt may leave:
    two standard deviations above its mean, as of a Poisson distribution."""
    count, expected = 0, 0.0
    for row in rows:
        own = [each for each in words if each.overlap_down(row) >= 0.3 * min(each.height, row.height)]
        if not own:
            continue
        left, right = min(each.x0 for each in own), max(each.x1 for each in own)
        bare = max(0, left - region.box.x0) + max(0, region.box.x1 - right)
        expected += region.dirt * bare / row.height
        count += sum(
            row.y0 <= patch.middle[1] <= row.y1
            and _is_letter(patch, row.height)
            and (patch.box.x1 <= left or patch.box.x0 >= right)
            for patch in region.ink.patches
        )
    return count - expected - 2 * sqrt(expected)


def dirt(regions: Iterable[FieldRegion]) -> float:
    """How many patches as high as letters lie on a square as high as a row, above and below the text of these fields.

    Of eleven photographs two that were strewn with dirt had .22 and .32, all others .04 at most."""
    count, squares = 0, 0.0
    for region, rows in ((each, each.stretches) for each in regions if each.stretches):
        text, height = Box.enclosing(rows), max(each.height for each in rows)
        beyond = [each for each in region.ink.patches if not text.y0 <= each.middle[1] <= text.y1]
        count += sum(_is_letter(each, height) for each in beyond)
        squares += max(0, region.box.height - text.height) * region.box.width / height**2
    return count / max(1.0, squares)


def _is_letter(patch: Patch, height: int) -> bool:
    return MIN_BARE_LETTER_HEIGHTS <= patch.box.height / height <= MAX_BARE_LETTER_HEIGHTS


def text_ink(region: FieldRegion, rows: Sequence[Box]) -> Ink:
    """The ink of a field without what is none of its text; all of it where no row is seen, or nothing would be left."""
    kept = tuple(_kept(region.ink.patches, rows)) if rows and region.comb is None else ()
    if not kept or len(kept) == len(region.ink.patches):
        return region.ink
    return replace(region.ink, patches=kept, box=Box.enclosing(patch.box for patch in kept))


def _kept(patches: Iterable[Patch], rows: Sequence[Box]) -> Iterator[Patch]:
    for patch in patches:
        row = max(rows, key=lambda each: each.overlap_down(patch.box))
        beyond = ABOVE_HEIGHTS * row.height
        is_inside = row.y0 - beyond <= patch.middle[1] <= row.y1 + beyond
        if is_inside and patch.box.height <= MAX_PATCH_HEIGHTS * row.height:
            yield patch


def uncovered_heights(stretches: Iterable[Box], words: Sequence[Box]) -> float:
    """The longest piece of detected text without a word on it, in its heights, less the space after a word."""
    return max((_bare_length(stretch, words) / max(1, stretch.height) for stretch in stretches), default=0.0)


def _bare_length(stretch: Box, words: Iterable[Box]) -> float:
    longest, at, space = 0.0, stretch.x0, 0.0
    for word in sorted(each for each in words if each.overlap_down(stretch) >= 0.3 * min(each.height, stretch.height)):
        longest, at = max(longest, min(word.x0, stretch.x1) - at - space), max(at, word.x1)
        space = WIDEST_SPACE_HEIGHTS * stretch.height
    return max(longest, stretch.x1 - at)

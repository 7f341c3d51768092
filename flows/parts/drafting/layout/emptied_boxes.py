"""A filled form made into its blank: what stands in the boxes is painted away, and their frames stay."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy

from flows.parts.drafting.layout.grids import Grid, grid_cells, grids, is_head_row
from flows.parts.drafting.layout.rulings import (
    BELOW_LINE_SHARE,
    TICK_SIDE_SHARES,
    enclosed,
    ink_of,
    is_heading,
    ruled_boxes,
)
from transcribe.forms import comb
from transcribe.geometry import Box
from transcribe.imaging import Mask, grey, grown_mask
from transcribe.ink import A4_HEIGHT
from transcribe.model import Page, Word
from transcribe.ocr import Engine

if TYPE_CHECKING:
    from transcribe.model import Picture


MIN_INK_LEVELS = 18
"""Grey levels by which ink is darker than the paper of its box. Chosen by hand: the rim of a stroke is ink too."""

MIN_FRAME_SHARE = 0.85
"""Share of a box's width or height from which a straight stroke is its frame or a divider. Chosen by hand."""

MIN_DIVIDER_SHARE = 0.2
"""Share of a box's height from which an upright stroke may be a divider: low ones cover a quarter of it."""

BOTTOM_PX = 4
"""How far above the bottom of its box a divider may end, at 200 dpi. Chosen by hand."""

DIVIDER_HALF_WIDTH_PX = 4
"""Pixels to the left and right of a comb's divider that stay, at 200 dpi. Chosen by hand."""


def emptied(picture: Picture, boxes: Iterable[Box]) -> Picture:
    """The page in grey with bare paper in these boxes, but for frames and the dividers of combs."""
    page = grey(picture).copy()
    unit = max(page.shape) / A4_HEIGHT
    height, width = page.shape
    for box in boxes:
        here = box.clipped(width, height)
        if here.area:
            _empty(page, here, unit)
    return page


def _empty(page: Picture, box: Box, unit: float) -> None:
    cut = page[box.slices]
    paper = numpy.percentile(cut, 80)
    ink = numpy.asarray(cut < paper - MIN_INK_LEVELS, numpy.uint8)
    across = _straight(ink, round(box.width * MIN_FRAME_SHARE), 1)
    down = _straight(ink, 1, round(box.height * MIN_FRAME_SHARE))
    kept = grown_mask(across | down, 1)
    teeth = grown_mask(_teeth(ink, unit), 1)
    cut[(grown_mask(ink, 1) > 0) & (kept == 0) & (teeth == 0)] = round(float(paper))


def _teeth(ink: Mask, unit: float) -> Mask:
    """The dividers of a comb in a box: upright strokes that stand on its bottom, at even distances.

    They are looked for without what else is in the box, which is writing.
    """
    height, width = ink.shape
    upright = _straight(ink, 1, max(3, round(height * MIN_DIVIDER_SHARE)))
    _, numbered = cv2.connectedComponents(upright)
    standing = numpy.unique(numbered[-max(2, round(BOTTOM_PX * unit)) :])
    strokes = numpy.asarray(numpy.isin(numbered, standing[standing > 0]), numpy.uint8)
    found = comb(numpy.asarray(255 - 255 * strokes, numpy.uint8), Box(0, 0, width, height), unit)
    near = numpy.zeros_like(strokes)
    half = max(1, round(DIVIDER_HALF_WIDTH_PX * unit))
    for x in found.dividers if found else ():
        near[:, max(0, x - half) : x + half] = 1
    return numpy.asarray(strokes & near, numpy.uint8)


def _straight(ink: Mask, width: int, height: int) -> Mask:
    """The strokes of ink as long as this, without what is not straight."""
    line = numpy.ones((max(1, height), max(1, width)), numpy.uint8)
    return numpy.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, line), numpy.uint8)


# Labels of the places of a blank page: the print beside them, and which label belongs to which place.

MAX_WORD_GAP_HEIGHTS = 1.6
"""Words of one label stand closer than so many times their height. Chosen by hand."""

BETWEEN_WORDS = re.compile(r"[/&+–-]")
"""A sign that stands by itself between two words of a label, as in "Praxis / Zahnarzt"."""

MAX_TICK_LABEL_GAP_SHARE = 0.07
"""How far from a box to tick its label may begin, as a share of the page's width. Chosen by hand."""

MAX_LINE_STEP_HEIGHTS = 2.2
"""Lines of one label follow each other within so many times their height. Chosen by hand."""

HIGH_SHARE = 0.024
"""Height of the region in which a label above a place is sought, as a share of the page's width: 5 mm of A4."""

LABEL_ZOOM = 2
"""How many times larger labels are shown to the engine than they are printed. Chosen by hand."""


def read_labels(engine: Engine, page: Page, regions: Sequence[Box], zoom: int = LABEL_ZOOM) -> list[Word]:
    """The labels in some regions, read `zoom` times enlarged: they are often the smallest print of a page."""
    if not regions:
        return []
    ink = ink_of(page.picture)
    whole = [_with_whole_lines(region, ink) for region in regions]
    larger = numpy.asarray(cv2.resize(page.picture, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC), numpy.uint8)
    shown = Page(number=page.number, picture=larger)
    seen = engine.words(shown, [region.scaled(zoom) for region in whole])
    smaller = [[replace(word, box=word.box.scaled(1 / zoom)) for word in words] for words in seen]
    return [label for words in smaller for label in _labels(words)]


def _with_whole_lines(region: Box, ink: Picture) -> Box:
    """A region around the lines of print that its upper and lower side would cut: half a line reads as nonsense."""
    height, width = ink.shape
    x0, y0, x1, y1 = region.clipped(width, height)
    rows = numpy.asarray(ink[:, x0:x1]).max(axis=1)
    most = round(width * HIGH_SHARE)
    while y0 > max(0, region.y0 - most) and rows[y0]:
        y0 -= 1
    while y1 < min(height, region.y1 + most) and rows[y1 - 1]:
        y1 += 1
    return Box(x0, y0, x1, y1)


def label_regions(asked: Sequence[Box], places: Sequence[Box], page: Page) -> list[Box]:
    """The regions in which the labels of places to write in may stand.

    They lie to the left as far as the next place, above, inside at the top of a high place, and below.
    """
    height, width = page.picture.shape[:2]
    high = round(width * HIGH_SHARE)
    regions = []
    for box in asked:
        level = [other.x1 for other in places if other.x1 <= box.x0 and other.y0 < box.y1 and other.y1 > box.y0]
        left = max([0, *level])
        regions.append(Box(left + 3, box.y0, box.x0 - 3, box.y1))
        regions.append(Box(box.x0 - 4, box.y0 - high, box.x1, box.y0 - 1))
        if box.height > 1.8 * high:
            regions.append(Box(box.x0 + 3, box.y0 + 3, box.x1 - 3, box.y0 + high))
        regions.append(Box(box.x0, box.y1 - round(width * BELOW_LINE_SHARE) + 2, box.x1, min(height, box.y1 + high)))
    return [each for each in regions if each.y0 >= 0 and each.width > high and each.height > high / 2]


def tick_label_regions(ticks: Sequence[Box], page: Page) -> list[Box]:
    """The regions right of boxes to tick, where their labels stand.

    Each reaches as far as the next box on the same level.
    """
    width = page.picture.shape[1]
    regions = []
    for box in ticks:
        level = [other.x0 for other in ticks if other.x0 > box.x1 and other.y0 < box.y1 and other.y1 > box.y0]
        regions.append(Box(box.x1 + 3, box.y0 - 4, min([*level, width, round(box.x1 + width * 0.3)]) - 4, box.y1 + 4))
    return regions


def left_label_regions(unlabelled: Sequence[Box], places: Sequence[Box], page: Page) -> list[tuple[Box, Box]]:
    """Boxes to tick without a label at their right, each with the region at its left where it may stand.

    None of a box with another one before it on its level: what stands between them is that one's label.
    """
    found, farthest = [], round(page.picture.shape[1] * 0.3)
    for box in unlabelled:
        level = [other for other in places if other.x1 <= box.x0 and other.y0 < box.y1 and other.y1 > box.y0]
        if not any(other in unlabelled or other.width <= 1.5 * box.width for other in level):
            left = max([0, box.x0 - farthest, *(other.x1 for other in level)])
            found.append((box, Box(left + 3, box.y0 - 4, box.x0 - 3, box.y1 + 4)))
    return found


def _labels(words: Iterable[Word]) -> list[Word]:
    """Words that stand together, joined into labels."""
    joined: list[Word] = []
    sign: Word | None = None
    for word in sorted(words, key=lambda each: (each.line, each.box.x0)):
        last = joined[-1] if joined else None
        if last and BETWEEN_WORDS.fullmatch(word.text) and _stands_after(word, last):
            sign = word
            continue
        if word.box.height <= 6 or not (re.search(r"\w{2}|°", word.text) or (last and _closes(word, last))):
            continue
        if last and sign and _stands_after(word, _joined(last, sign)):
            joined[-1] = _joined(_joined(last, sign), word)
        elif last and _stands_after(word, last):
            joined[-1] = _joined(last, word)
        else:
            joined.append(word)
        sign = None
    return joined


def _stands_after(word: Word, label: Word) -> bool:
    """Whether a word stands behind a label on its line, as near as words of one label do."""
    near = MAX_WORD_GAP_HEIGHTS * max(word.box.height, label.box.height if BETWEEN_WORDS.fullmatch(word.text) else 0)
    return word.line == label.line and 0 <= word.box.x0 - label.box.x1 + 3 <= near


def _closes(word: Word, label: Word) -> bool:
    """Whether a short word ends what a label has in brackets, as "h)" in "Express (48 h)"."""
    return ")" in word.text and label.text.count("(") > label.text.count(")") and word.line == label.line


def _joined(one: Word, other: Word) -> Word:
    box = Box(one.box.x0, min(one.box.y0, other.box.y0), other.box.x1, max(one.box.y1, other.box.y1))
    return Word(text=f"{one.text} {other.text}", box=box, confidence=one.confidence, line=one.line)


def labels_of(places: Sequence[Box], labels: Sequence[Word], width: int) -> list[str | None]:
    """The label of each place to write in, None where there is none.

    What stands right before a place is the label of no other one, unless that has none at all.
    """
    before = {word: _right_after(word.box, places, width) for word in labels}
    found = []
    for place in places:
        own = [word for word in labels if before[word] in (None, place)]
        found.append(label_of(place, own, width, right=False) or label_of(place, labels, width, right=False))
    return found


def _right_after(word: Box, places: Sequence[Box], width: int) -> Box | None:
    """The place that begins next right of a label, close to it on its level; None where there is none."""
    near = [
        place for place in places
        if _is_level(place, word) and -6 <= place.x0 - word.x1 <= width * MAX_TICK_LABEL_GAP_SHARE
    ]  # fmt: skip
    return min(near, key=lambda place: place.x0, default=None)


def label_of(box: Box, labels: Sequence[Word], width: int, *, right: bool) -> str | None:
    """The label that belongs to a place, None where there is none.

    It stands to the `right` of a box to tick, else to the left, above, inside at the top, or below.
    """
    near = [
        (distance, -len(word.text), word.text, word)
        for word in labels
        if (distance := _distance(box, word.box, width, right=right)) is not None
    ]
    if not near:
        return None
    nearest = min(near, key=lambda each: each[:3])[3]
    return " ".join(line.text for line in _lines(nearest, box, labels))


def _lines(nearest: Word, place: Box, labels: Sequence[Word]) -> list[Word]:
    """The lines of a label from the top; only one that stands left of its place has several."""
    if nearest.box.x1 > place.x0 + 6:
        return [nearest]
    column = [word for word in labels if abs(word.box.x0 - nearest.box.x0) < 12 and _is_level(place, word.box)]
    lines = [nearest]
    for word in sorted(column, key=lambda each: each.box.y0):
        if _is_under(lines[-1].box, word.box):
            lines.append(word)
    for word in sorted(column, key=lambda each: -each.box.y0):
        if _is_under(word.box, lines[0].box):
            lines.insert(0, word)
    return lines


def _is_under(one: Box, other: Box) -> bool:
    """Whether a line of print is the next after another one."""
    return one.y1 - 6 <= other.y0 and other.y0 - one.y0 < MAX_LINE_STEP_HEIGHTS * min(one.height, other.height)


def _is_level(place: Box, word: Box) -> bool:
    return place.y0 - 4 <= word.middle[1] <= place.y1 + 4


def _distance(box: Box, word: Box, width: int, *, right: bool) -> float | None:
    """How far a label stands from its place, in pixels, with a penalty for unusual sides; None for another's label."""
    level = _is_level(box, word)
    over = box.overlap_across(word)
    if right:
        gap = word.x0 - box.x1
        return gap if level and -4 <= gap <= width * MAX_TICK_LABEL_GAP_SHARE else None
    left_gap, above_gap, below_gap = box.x0 - word.x1, box.y0 - word.y1, word.y0 - box.y1
    starts = -12 <= word.x0 - box.x0 <= box.width / 2
    if level and left_gap >= -6:
        return float(left_gap)
    if starts and over > 0 and -6 <= above_gap <= word.height * 1.3:
        return max(0.0, above_gap) + 2 + min(abs(word.x0 - box.x0), abs(word.middle[0] - box.middle[0]))
    if starts and box.y0 - 2 <= word.y0 and word.y1 <= box.y1 and over > 0:
        return 20.0
    if starts and over > 0 and -width * BELOW_LINE_SHARE <= below_gap <= word.height:
        return below_gap + 60.0
    return None


# Where somebody wrote on a filled form: in its frames, in the rows of its tables, and in its boxes to tick.

MIN_SIDE_SHARE = 0.7
"""Share of the least side of a box to tick from which a straight stroke may be a side of one. Chosen by hand."""

MAX_TICK_ASPECT = 1.25
"""Longer side of a box to tick over its shorter one, at most. Chosen by hand."""

BESIDE_PX = 4
"""Pixels by which print above a table's column stays away from its rulings. Chosen by hand."""


def filled_places(picture: Picture) -> list[Box]:
    """The boxes of a page (grey or RGB) in which writing may stand, in its pixels.

    Headings of tables are none: boxes on top of the rows, else the first row where no print stands above the table.
    """
    ink = ink_of(picture)
    boxes, _ = ruled_boxes(ink)
    tables, frames = grids(boxes)
    cells = [cell for grid in tables for cell in _rows_to_fill(grid, frames, ink)]
    headings = [box for box in frames if any(is_heading(box, grid) or is_head_row(box, grid, ink) for grid in tables)]
    return [*(box for box in frames if box not in headings), *cells, *_ticks(ink, boxes)]


def _rows_to_fill(grid: Grid, frames: Sequence[Box], ink: Picture) -> list[Box]:
    """The cells of a table below its heading."""
    cells = grid_cells(grid)
    is_headed = any(is_heading(box, grid) for box in frames) or _has_print_above(grid, ink)
    return cells if is_headed else cells[len(grid.spans) :]


def _has_print_above(grid: Grid, ink: Picture) -> bool:
    """Whether print stands right above most columns of a table."""
    height = grid.box.height // grid.rows
    strips = [
        ink[max(0, grid.box.y0 - height) : max(0, grid.box.y0 - BESIDE_PX), x0 + BESIDE_PX : x1 - BESIDE_PX]
        for x0, x1 in grid.spans
    ]
    return 2 * sum(bool(strip.any()) for strip in strips) > len(strips)


def _ticks(ink: Picture, boxes: Sequence[Box]) -> Iterator[Box]:
    """Small squares of four straight sides, whatever stands in them, outside of all boxes."""
    width = ink.shape[1]
    least, most = (round(share * width) for share in TICK_SIDE_SHARES)
    side = max(3, round(MIN_SIDE_SHARE * least))
    lines = [cv2.morphologyEx(ink, cv2.MORPH_OPEN, numpy.ones(shape, numpy.uint8)) for shape in ((1, side), (side, 1))]
    either = cv2.bitwise_or(*lines)
    sides = numpy.asarray(cv2.dilate(either, numpy.ones((3, 3), numpy.uint8)), numpy.uint8)
    for box in enclosed(sides, width, TICK_SIDE_SHARES[0]):
        is_square = max(box.width, box.height) <= min(most, MAX_TICK_ASPECT * min(box.width, box.height))
        if is_square and not any(other.intersects(box) for other in boxes):
            yield box

"""The second view of a page: as it lies, with its light and frames; and where a detector sees text on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import sqrt
from typing import cast

from transcribe.forms import blank_grey
from transcribe.geometry import Box
from transcribe.imaging import (
    MIN_WORD_LETTERS,
    Barcode,
    cover,
    flatten,
    grey,
    painted_over,
)
from transcribe.ink import Ink, Patch, low_print
from transcribe.model import Page
from transcribe.ocr import Engine
from transcribe.recognition.form_fields import FieldRegion
from transcribe.registration import Offset

MARGIN_HEIGHTS = 0.3
"""Page around a stretch of text that engines see with it, in heights of it. Chosen by hand."""


MARGIN_PX = 8
"""Pixels at 200 dpi beside the sides of a box and the blank's own text that are print: a page lies some pixels off."""


TRIMMED_HEIGHTS = 0.1
"""What an engine is shown less of a row above and below, in heights of it, as the detector leaves paper there.
On 18 photographs of other forms, of 613 handwritten and 124 typed fields RapidOCR read .907 and .952 right with all of
it, .948 and .976 so. With .15 it read as many, and lost the comma of 2 of 205 numbers."""


USUALLY_MISSED_SHARE, USUAL_PIECES = 0.01, 10
"""The share of text that a detector misses on any page (13 of 1,511 filled fields), and the number of pieces of the
form's own print as which that counts. On a page strewn with dirt it missed 11 of 36, and 5 of 28 filled fields."""


USUALLY_INKED_WRONGLY_SHARE = 0.002
"""The share of fields of which ink says the opposite, on good pages: 3 of 1,511 filled, 4 of some 1,700 blank ones."""


MOST_MISSED_SHARE = 0.04
"""The share of print from which, missed, a detector looks once more, at each half of the page, where print is larger.
On eight worn pages it missed 6 to 13 of 28 small pieces, then 0 to 2, no field; on a pale one 17, then 9, 2 of 34."""


HALF_SHARE = 0.55
"""Share of a page's longer side that each half has. Chosen by hand."""


MIN_WORD_HEIGHTS = 2.0
"""Width of a piece of print, in its heights, from which it is a word: single digits are missed on good pages too."""


MIN_PART_HEIGHTS = 0.2
"""Width, in its heights, from which a part of text in a box is text of it: detectors begin some pixels before a text,
and its frame was read as 1 in a blank box. A digit has .4."""


MOST_BARE_SHARE = 0.4
"""Share of a stretch's height, above or below a piece of print, from which the print is of another row. Of a label
above a box .7 was bare, of a caption in its corner .46, of one in its row .2. Chosen by hand."""


WITHIN_SHARE = 0.8
"""Share of the height of a piece of print that lies in a stretch from which both are found as one. Chosen by hand."""


AROUND_PRINT_SHARE = 0.2
"""How far a detector's box of print goes beyond its letters, above and below, in heights of the box. Chosen by hand."""


MIN_INSIDE_SHARE = 0.5
"""Share of its height, or of the box's, by which text lies in a box that it counts for. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainPage:
    """A page as it lies, grey: payment data are covered, and text printed inside boxes is painted away.

    `regions` are its fields with the text that a detector sees in each, `pieces` all text that it sees beyond the
    blank's own; `offset` is how far the writing lies beside its boxes (None: it lies in them, or nobody looked),
    `outside` the text that was written in no field and runs out of none; none is told where there is an offset."""

    page: Page
    regions: tuple[FieldRegion, ...]
    pieces: tuple[Box, ...] = ()
    offset: Offset | None = None
    outside: tuple[Box, ...] = ()

    def lines(self, region: FieldRegion) -> list[Box]:
        """Where an engine reads a field: the rows that the detector sees, the whole box where it sees none."""
        return [_with_margin(row, region.box) for row in text_rows(region.stretches or ())] or [region.box]


def _with_margin(row: Box, box: Box) -> Box:
    """A row with some paper beside it, less above and below, and none beyond the box, as there stands its frame."""
    trimmed, margin = (round(heights * row.height) for heights in (TRIMMED_HEIGHTS, MARGIN_HEIGHTS))
    x0 = max(row.x0 - margin, min(row.x0, box.x0 + MARGIN_PX))
    x1 = min(row.x1 + margin, max(row.x1, box.x1 - MARGIN_PX))
    return Box(x0, row.y0 + trimmed, x1, row.y1 - trimmed)


def plain_page(
    page: Page,
    blank: str | None,
    regions: Sequence[FieldRegion],
    covered: Iterable[Box],
    engines: Sequence[Engine],
    unit: float,
) -> PlainPage:
    """The plain view of a page that lies on its blank; `covered` are the boxes of payment data."""
    shown = Page(number=page.number, picture=cover(grey(page.picture), covered), dpi=page.dpi)
    finder, printed, found = _text(engines, shown, blank, regions)
    inside = [each for each in printed if any(region.box.overlap_share(each) >= 0.8 for region in regions)]
    combs = [(each.box, each.comb.dividers) for each in regions if each.comb]
    dividers = [Box(x - 3, box.y0, x + 4, box.y1) for box, places in combs for x in places]
    if blank and (inside or dividers):
        shown = replace(shown, picture=painted_over(shown.picture, blank_grey(blank), [*inside, *dividers]))
    if finder is None:
        return PlainPage(page=shown, regions=tuple(regions))
    beside = round(MARGIN_PX * unit)
    pieces = [piece for stretch in found for piece in _without_print(stretch, printed, beside)]
    owned: list[list[Box]] = [[] for _ in regions]
    for number, part in [owner for piece in pieces for owner in _owners(piece, regions)]:
        owned[number].append(part)
    missed = _missed_share(printed, found, sum(map(bool, owned)))
    seen = [
        replace(each, stretches=tuple(own), missed_share=max(missed, each.missed_share))
        for each, own in zip(regions, owned, strict=True)
    ]
    ink = [(each.stretches, each.ink.doubtful or each.ink.filled >= 0.5) for each in seen if not each.is_mark]
    blind = _share([not inked for text, inked in ink if text], USUALLY_INKED_WRONGLY_SHARE)
    others = sorted(inked for text, inked in ink if not text)[:-1]  # than one with ink
    share, strewn = _share(others, USUALLY_INKED_WRONGLY_SHARE), dirt(seen)
    seen = [replace(each, missed_by_ink=blind, dirt=strewn, inked_share=share) for each in seen]
    return PlainPage(page=shown, regions=tuple(_with_rows(seen)), pieces=tuple(pieces))


def _with_rows(regions: Sequence[FieldRegion]) -> Iterator[FieldRegion]:
    """The fields, those told that stand in a row in whose other cells text is seen."""
    rows: dict[tuple[str, int], list[FieldRegion]] = defaultdict(list)
    for region in regions:
        if region.key.row is not None and not region.is_mark:
            rows[region.key.name.partition(".")[0], region.key.row].append(region)
    for region in regions:
        row = rows.get((region.key.name.partition(".")[0], region.key.row), []) if region.key.row is not None else []
        others = [bool(other.stretches) for other in row if other.key != region.key]
        yield replace(region, in_filled_row=bool(others) and 2 * sum(others) >= len(others))


def _text(
    engines: Sequence[Engine], page: Page, blank: str | None, regions: Sequence[FieldRegion]
) -> tuple[Engine | None, Sequence[Box], list[Box]]:
    """The first engine that finds text without reading it, the text that it finds on the blank, and that on the page.

    Both without leaders: the dots of "number .... ref." join words to one text, in which nothing written is seen."""
    boxes = [each.box for each in regions if not each.is_mark]
    for engine in engines:
        found = engine.stretches(replace(page, picture=flatten(page.picture)))
        if found is None:
            continue
        leaders = _leaders(engine, blank, boxes) if blank else ()
        if blank and leaders:
            page = replace(page, picture=painted_over(page.picture, blank_grey(blank), leaders))
            found = engine.stretches(replace(page, picture=flatten(page.picture))) or []
        printed = _printed(engine, blank, leaders) if blank else ()
        if _missed_share(printed, found) >= MOST_MISSED_SHARE:
            found = [*found, *_found_closer(engine, page, found)]
        return engine, printed, found
    return None, (), []


def _found_closer(engine: Engine, page: Page, found: Sequence[Box]) -> Iterator[Box]:
    """The text that an engine finds on one half of a page and not on the whole. Halves overlap: no row is cut twice."""
    shown = flatten(page.picture)
    height, width = (round(side * HALF_SHARE) for side in shown.shape)
    upper, lower = (shown[:height], shown[-height:]) if height > width else (shown[:, :width], shown[:, -width:])
    beyond = (shown.shape[1] - lower.shape[1], shown.shape[0] - lower.shape[0])
    for half, corner in ((upper, (0, 0)), (lower, beyond)):
        seen = [each.shifted(*corner) for each in engine.stretches(replace(page, picture=half)) or ()]
        yield from (text for text in seen if all(2 * text.overlap(each) <= text.area for each in found))


def _leaders(finder: Engine, blank: str, boxes: Sequence[Box]) -> tuple[Box, ...]:
    """Where the blank's own text runs through a box, and is but dots or a line there."""
    parts = [_within(own, box) for own in _printed(finder, blank, ()) for box in boxes]
    shown = blank_grey(blank)
    return tuple(low for part in parts if part.width >= part.height > 0 for low in low_print(shown, part))


def _within(own: Box, box: Box) -> Box:
    """The part of a piece of print that runs through a box; none of what only touches it."""
    is_in_it = box.overlap_down(own) >= 0.3 * min(own.height, box.height)
    return Box(max(own.x0, box.x0), own.y0, min(own.x1, box.x1), own.y1) if is_in_it else Box(0, 0, 0, 0)


def _missed_share(printed: Sequence[Box], found: Sequence[Box], filled: int = 0) -> float:
    """The share of text on this page that a detector misses: by how much of the blank's own it does not see here, and
    the number of fields in which it sees any. Their text is larger than most print, and is missed more seldom."""
    words = [own for own in printed if own.width >= MIN_WORD_HEIGHTS * own.height]
    missed = [not any(own.overlap_share(each) > 0.5 for each in found) for own in words]
    return _share([*missed, *[False] * filled], USUALLY_MISSED_SHARE)


def _share(cases: Sequence[bool], usual: float) -> float:
    """The share of cases of which something is true, with some more of which the usual share is so."""
    return (sum(cases) + USUAL_PIECES * usual) / (len(cases) + USUAL_PIECES)


def _printed(finder: Engine, blank: str, leaders: tuple[Box, ...]) -> tuple[Box, ...]:
    """The text of the blank itself without leaders; none where the engine fails on it, which is not kept."""
    try:
        return _text_of_blank(cast(Hashable, finder), blank, leaders)
    except LookupError:
        return ()


@lru_cache(maxsize=64)
def _text_of_blank(finder: Hashable, blank: str, leaders: tuple[Box, ...]) -> tuple[Box, ...]:
    shown = painted_over(blank_grey(blank), blank_grey(blank), leaders)
    found = cast(Engine, finder).stretches(Page(number=1, picture=shown))
    if found is None:
        raise LookupError(blank)
    return tuple(found)


def _without_print(stretch: Box, printed: Iterable[Box], beside: int) -> list[Box]:
    """What of a stretch is not the blank's own text: nothing of its row, nor the row above or below found as one."""
    parts = [stretch]
    for own in printed:
        shared = own.overlap_down(stretch)
        bare = max(own.y0 - stretch.y0, stretch.y1 - own.y1)
        if shared > 0 and bare < MOST_BARE_SHARE * stretch.height:
            seen = _where_it_lies(own, stretch)
            parts = [part for each in parts for part in _cut(each, seen.x0 - beside, seen.x1 + beside)]
        elif shared >= WITHIN_SHARE * own.height:
            parts = [_other_row(each, own) if each.overlap_across(own) > 0 else each for each in parts]
    return parts


def _where_it_lies(own: Box, piece: Box) -> Box:
    """A piece of print where it is seen: a piece that goes on beyond one end of it begins, or ends, with it. On a page
    that lay 3 mm off, the 5 of 5,419.40 was taken for the end of the label before it."""
    before, after = own.x0 - piece.x0, piece.x1 - own.x1
    if abs(before) < own.height < after:
        return own.shifted(-before, 0)
    return own.shifted(after, 0) if abs(after) < own.height < before else own


def _other_row(piece: Box, own: Box) -> Box:
    """What of a piece lies below a piece of print, or above it, where more of it is there."""
    around = round(AROUND_PRINT_SHARE * own.height)
    if piece.y1 - own.y1 >= own.y0 - piece.y0:
        return Box(piece.x0, max(piece.y0, own.y1 - around), piece.x1, piece.y1)
    return Box(piece.x0, piece.y0, piece.x1, min(piece.y1, own.y0 + around))


def _cut(piece: Box, x0: int, x1: int) -> Iterator[Box]:
    """What of a piece lies to the left of x0 and to the right of x1."""
    for left, right in ((piece.x0, min(piece.x1, x0)), (max(piece.x0, x1), piece.x1)):
        if left < right:
            yield Box(left, piece.y0, right, piece.y1)


def _owners(piece: Box, regions: Sequence[FieldRegion]) -> Iterator[tuple[int, Box]]:
    """The fields that a piece of text is of, by their number, and its part in each."""
    least = MIN_PART_HEIGHTS * piece.height
    inside = {
        number: region.box
        for number, region in enumerate(regions)
        if region.box.overlap_across(piece) >= least
        and region.box.overlap_down(piece) >= MIN_INSIDE_SHARE * min(piece.height, region.box.height)
    }
    for number, box in inside.items():
        others = [other for each, other in inside.items() if each != number]
        same = [each for each in others if each.overlap_across(box) > 0.5 * min(each.width, box.width)]
        if any(each.overlap_down(piece) > box.overlap_down(piece) for each in same):
            continue
        left = max([other.x1 for other in others if other.x1 <= box.x0 + least], default=piece.x0)
        right = min([other.x0 for other in others if other.x0 >= box.x1 - least], default=piece.x1)
        part = Box(max(piece.x0, left), piece.y0, min(piece.x1, right), piece.y1)
        if others:  # it runs through several boxes, and each has its part
            part = Box(max(part.x0, box.x0), part.y0, min(part.x1, box.x1), part.y1)
        if part.overlap_across(box) >= max(least, 0.3 * part.width):
            yield number, part


def text_rows(pieces: Iterable[Box]) -> tuple[Box, ...]:
    """Pieces of text by row, from top to bottom."""
    rows: list[Box] = []
    for piece in sorted(pieces, key=lambda each: each.y0):
        if rows and rows[-1].overlap_down(piece) >= 0.5 * min(rows[-1].height, piece.height):
            rows[-1] = Box.enclosing((rows[-1], piece))
        else:
            rows.append(piece)
    return tuple(rows)


# The ink of a field's own text: beside the rows that a detector sees is dirt, light or a neighbour's writing.

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


def adds_to_barcode(text: str, code: Barcode) -> bool:
    """Whether what an engine reads beside a barcode is a reading of the field: the whole code, or something else. A
    piece of the code, and the code with its label, tell nothing new."""
    said, coded = ("".join(filter(str.isalnum, each.casefold())) for each in (text, code.text))
    return said == coded or (len(said) >= MIN_WORD_LETTERS and said not in coded and coded not in said)

"""How sure it is that a field is filled, by ink, detector and words; and where it may be filled in beside its box."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import exp, log

from transcribe.fields import Facts, facts_of
from transcribe.geometry import Box
from transcribe.ink import NEAR, Ink, InkLayer
from transcribe.recognition.form_fields import FieldRegion
from transcribe.recognition.plain_page import MIN_INSIDE_SHARE, PlainPage
from transcribe.registration import Offset, is_text, writing_offset

SEEN_LOG_ODDS = 4.0
"""What text that a detector sees in a box speaks for writing. It saw some in 16 of 1,881 blank boxes of 81 pages."""

MOST_UNSEEN_LOG_ODDS = -4.6
"""What the detector's silence speaks against it at most: it missed 13 of 1,511 filled fields, nearly all single digits.
Where it misses more of the form's own print, its silence says as much less."""

MAX_INK_LOG_ODDS = 3.0
"""The most that ink speaks for writing, or against it: 57 of 1,139 blank boxes had ink that was light, wear or a fold,
and 3 of 1,511 filled ones had none. On a page on which hardly another blank box has any it speaks for more."""

MIN_FULL_SHARE, FULL_LOG_ODDS = 0.1, 8.0
"""Share of a box that is ink from which it is no light, wear or fold, and what it speaks for writing then. Values that
were scribbled out, or lay under dirt, had 0.12 to 0.46; of 414 blank boxes on hard photographs five had as much."""

HINT_LOG_ODDS = 2.0
"""How far ink in doubt speaks for writing (strokes too pale, light too bright, a neighbour's writing). Text in other
cells of its row speaks twice as far: where only ink saw something, and engines nothing, 17 of 27 numbers in such rows
were written (some 300 photographs), with single digits nearly all, and none of 64 elsewhere. A lone letter is missed as
a digit is."""

MIN_READ_CONFIDENCE = 0.1
"""Confidence of what is read where nothing is seen from which it speaks for writing; less is silence. Digits that the
detector missed had 0.12 and more; of 8 short texts with less (293 photographs) none was written."""

READ_LOG_ODDS, UNREAD_LOG_ODDS = 2.5, -2.7
"""What words of the plain view speak for writing where the detector sees none, and its silence against it: there were
surer words in 46 of 48 filled boxes and in 13 of 178 blank ones that were asked (some 150 photographs)."""

LONG_TEXT_COUNT = 4
"""A text is long from so many letters and digits on."""

MIN_LONG_HEEDED_CONFIDENCE = 0.0002
"""A long text is evidence of writing from this confidence on. On worn paper and in shadow 18 of 19 written ones had it,
and 3 of 9 that were read in paper (60 photographs)."""

MIN_SURE_CONFIDENCE, SURELY_READ_LOG_ODDS = 0.6, 4.5
"""Confidence of words that are hardly ever read in paper, and what they speak for writing: 41 of 48 of those filled
boxes had as much, and of the 178 blank ones none."""

NOTHING_WRITTEN = 0.05
"""Where it is less probable that something is written engines are not asked for the ink's sake, nor heard."""

MIN_ASKED_PROBABILITY = 0.001
"""Probability of writing from which engines are asked about a box: as many blank boxes may be decided wrongly."""

NEAR_ABOVE_HEIGHTS, NEAR_BESIDE_HEIGHTS = 0.5, 1.0
"""How far above or below a box, and beside it, text of no box may be of it, in heights of the text. Chosen by hand."""

NEAR_MARK_PX = 20
"""Pixels at 200 dpi around a box to tick or sign in which what a detector sees is its mark. Chosen by hand."""

MARK_REACH_PX, MIN_MARK_PX, MIN_MARK_HEIGHTS = 36, 40, 0.5
"""How far beside a box to tick ink of no field may be its tick, at 200 dpi (4.6 mm); the pixels that it has at least;
and its longer side, in heights of the box. Of 50 ticks 1 to 5 mm beside their boxes 40 were found so, and of 43 ringed
labels 39; of 348 boxes that were rightly decided one is asked."""

MIN_INK_SHARE = 0.03
"""Share of a stretch of text that is ink from which it was written: the form's print that the detector misses on the
blank has less. Without this such print was taken for writing beside its boxes on 5 of 25 photographs of other forms."""


def counted_confidence(text: str, confidence: float | None, facts: Facts) -> float | None:
    """The confidence, 0 to 1, of words where the detector sees no text. It is 0 where the engine is too unsure, as in
    dirt. A long text counts as MIN_READ_CONFIDENCE at least.

    None where an engine reads a text and does not say how sure it is. A number or day with letters is no long text: of
    15 such that were read with less than .1 where the detector saw nothing, as RAXSP, none was written; of 13 without
    letters three were, as 47000 (some 150 photographs).
    """
    if confidence is None:
        return None if text else 0.0
    is_of_type = not (facts.is_number or facts.is_day) or not any(map(str.isalpha, text))
    is_long = is_of_type and sum(map(str.isalnum, text)) >= LONG_TEXT_COUNT
    least = MIN_LONG_HEEDED_CONFIDENCE if is_long else MIN_READ_CONFIDENCE
    return max(confidence, MIN_READ_CONFIDENCE) if confidence >= least else 0.0


def filled_probability(region: FieldRegion, read_confidence: float | None) -> float:
    """How probable it is that something is written in a field, 0 to 1; where no detector looked ink alone says it.

    `read_confidence` is that of the plain view's words, 0 where it says nothing, None where it was not asked."""
    ink = region.ink.filled
    if not region.is_witnessed:
        return ink
    blank = max(-MAX_INK_LOG_ODDS, log(max(region.missed_by_ink, 1e-9)))
    most = max(MAX_INK_LOG_ODDS, -log(max(region.inked_share, 1e-9)))
    told = max(blank, min(most, log(max(ink, 1e-9) / max(1 - ink, 1e-9))))
    if region.ink.amount >= MIN_FULL_SHARE * region.box.area:
        told = FULL_LOG_ODDS
    odds = max(told, HINT_LOG_ODDS) if region.ink.doubtful else told
    unseen = max(MOST_UNSEEN_LOG_ODDS, log(max(region.missed_share, 1e-9)))
    odds += SEEN_LOG_ODDS if region.stretches else unseen + _plain_log_odds(read_confidence)
    if region.in_filled_row:
        odds += 2 * HINT_LOG_ODDS
    return 1 / (1 + exp(-odds))


def may_be_filled(region: FieldRegion) -> bool:
    """Whether a field is so little sure to be blank that engines are asked about it."""
    if region.stretches or region.ink.doubtful or region.ink.filled >= NOTHING_WRITTEN:
        return True
    return region.is_witnessed and filled_probability(region, None) >= MIN_ASKED_PROBABILITY


def _plain_log_odds(confidence: float | None) -> float:
    """What the plain view speaks for writing where no detector sees any."""
    if confidence is None:
        return 0.0
    if confidence >= MIN_SURE_CONFIDENCE:
        return SURELY_READ_LOG_ODDS
    return READ_LOG_ODDS if confidence >= MIN_READ_CONFIDENCE else UNREAD_LOG_ODDS


def with_text_beside(plain: PlainPage, layer: InkLayer) -> PlainPage:
    """The view of a page of which all fields are known: those told that may have been filled in beside their boxes, and
    the text that is written in no field."""
    written = [each for each in plain.pieces if is_text(each) and _is_written(each, layer)]
    stray, offset = _stray(written, plain.regions, layer.unit)
    if offset is None:
        loose = _loose_ink(plain.regions, layer)
        ticked = [each.box for each in plain.regions if facts_of(each.field.type).is_ticked and each.ink.filled > 0.5]
        near = [(*_marks_near(each, loose, ticked, layer.unit), *_near(each, stray)) for each in plain.regions]
        told = [replace(each, beside=beside) for each, beside in zip(plain.regions, near, strict=True)]
        return replace(plain, regions=tuple(told), outside=tuple(stray))
    moved = [each.box.shifted(offset.across, offset.down) for each in plain.regions]
    regions = [
        replace(region, beside=(place,), misplaced=True) if _may_be_of(region, place, ink, stray) else region
        for region, place, ink in zip(plain.regions, moved, layer.inks(moved), strict=True)
    ]
    return replace(plain, regions=tuple(regions), offset=offset)


def _is_written(text: Box, layer: InkLayer) -> bool:
    """Whether a stretch of text has ink: it is none of the form's print."""
    height, width = layer.written.shape
    place = text.clipped(width, height)
    return bool(place.area) and float(layer.written[place.slices].mean()) >= MIN_INK_SHARE


def _stray(pieces: Sequence[Box], regions: Sequence[FieldRegion], unit: float) -> tuple[list[Box], Offset | None]:
    """The text that may stand beside its box, and by how much all of it does so.

    It is the text of no field. Where all of it lies beside its boxes, text in a box may be of the one beside it too."""
    near = round(NEAR_MARK_PX * unit)
    marks = [each.box.padded(near) for each in regions if each.is_mark]
    texts = [each for each in pieces if not any(mark.contains_middle(each) for mark in marks)]
    offset = writing_offset(texts, [each.box for each in regions if not each.is_mark], unit)
    if offset:
        return texts, offset
    own = {part for each in regions for part in each.stretches or ()}
    return [each for each in texts if not any(part.intersects(each) for part in own)], None


def _may_be_of(region: FieldRegion, place: Box, ink: Ink, texts: Sequence[Box]) -> bool:
    """Whether something is written in a box, or at its place beside it where all writing lies; true of any mark."""
    is_seen = any(each.intersects(text) for each in (region.box, place) for text in texts)
    return region.is_mark or is_seen or ink.filled >= NOTHING_WRITTEN


def _loose_ink(regions: Sequence[FieldRegion], layer: InkLayer) -> list[Box]:
    """The patches of ink that are of no field."""
    owned = {id(patch) for region in regions for patch in region.ink.patches}
    return [
        patch.box
        for patch in layer.patches
        if id(patch) not in owned
        and patch.area >= MIN_MARK_PX * layer.unit**2
        and not any(region.box.contains_middle(patch.box) for region in regions)
    ]


def _marks_near(region: FieldRegion, loose: Sequence[Box], ticked: Sequence[Box], unit: float) -> Iterator[Box]:
    """The ink of no field near a box to tick that is as large as a tick: it may be one, or a ring around its label.
    What ends at the frame of another box that is ticked is of that tick, as ticks reach out."""
    around, least = region.box.padded(round(MARK_REACH_PX * unit)), MIN_MARK_HEIGHTS * region.box.height
    others = [box.padded(round(2 * NEAR * unit)) for box in ticked if box != region.box]
    for each in loose if facts_of(region.field.type).is_ticked else ():
        is_large = around.intersects(each) and max(each.width, each.height) >= least
        if is_large and not any(box.intersects(each) for box in others):
            yield each


def _near(region: FieldRegion, stray: Sequence[Box]) -> tuple[Box, ...]:
    """The text of no field that stands near one in which no text is seen; none near a mark."""
    if region.is_mark or region.stretches:
        return ()
    return tuple(each for each in stray if _is_near(region.box, each))


def _is_near(box: Box, text: Box) -> bool:
    """Whether text stands just above, below or beside a box."""
    above, beside = round(NEAR_ABOVE_HEIGHTS * text.height), round(NEAR_BESIDE_HEIGHTS * text.height)
    in_its_row = box.overlap_down(text) >= MIN_INSIDE_SHARE * text.height
    return box.padded(0, above).intersects(text) or (in_its_row and box.padded(beside, 0).intersects(text))

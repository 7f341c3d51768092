"""A page that lies on its blank form: what its ink says, and everything that machines say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from transcribe.codes import Flag
from transcribe.fields import facts_of
from transcribe.geometry import Box
from transcribe.imaging import grey
from transcribe.ink import InkLayer, added_strokes, probability_signed, probability_ticked
from transcribe.model import INK, Page, Picture, Reading
from transcribe.ocr import Engine
from transcribe.recognition.asked_regions import AskedRegion, ask_engines, engine_readings
from transcribe.recognition.form_fields import Circumstances, FieldRegion
from transcribe.recognition.plain_page import plain_page
from transcribe.recognition.presence import filled_probability
from transcribe.registration import FITS

MOST_SURE = 0.9999
"""The ink test claims no more: it has never been tested on more than ten thousand boxes."""


def readings(
    page: Page,
    layer: InkLayer,
    regions: Sequence[FieldRegion],
    engines: Sequence[Engine],
    here: Circumstances,
    covered: Iterable[Box] = (),
) -> list[Reading]:
    """Everything that machines say of a page's fields; a field has at least one reading.

    `covered` are boxes that no engine may see. `read.py` keeps the regions that were asked, and calls the two below."""
    bare = replace(page, picture=layer.without_specks(grey(page.picture)))
    plain = plain_page(bare, layer.blank, regions, covered, engines, layer.unit)
    asked = ask_engines(page, layer, plain, engines, here)
    return ink_readings(page, plain.regions, asked, layer, here) + engine_readings(asked, layer, here)


def ink_readings(
    page: Page, regions: Sequence[FieldRegion], asked: Sequence[AskedRegion], layer: InkLayer, here: Circumstances
) -> list[Reading]:
    """What the ink alone says of each region; nothing of those in which something is written."""
    shades = grey(page.picture)
    filled = {each.region.key: each.filled for each in asked}
    found = [(region, filled.get(region.key, filled_probability(region, None))) for region in regions]
    return [reading for region, sure in found if (reading := _by_ink(region, regions, sure, layer, shades, here))]


def _by_ink(
    region: FieldRegion,
    regions: Sequence[FieldRegion],
    filled: float,
    layer: InkLayer,
    shades: Picture,
    here: Circumstances,
) -> Reading | None:
    """What the ink alone says: ticked or not, signed or not, blank or unseen; None where something is written."""
    text: str | None = None
    confidence: float | None = None
    flags: tuple[Flag, ...] = ()
    if region.outside and region.field.personal != "payment":
        flags = (Flag.OUTSIDE_PHOTO,)
    elif region.astray:
        flags = (Flag.NOT_FITTING,)
    elif region.is_mark:
        marked = None if here.fit <= FITS else _probability_marked(region, regions, layer, shades)
        if marked is None:
            flags = (Flag.ILLEGIBLE,)
        else:
            text, confidence = ("true", marked) if marked >= 0.5 else ("false", 1 - marked)
    elif filled < 0.5 and (region.ink.hidden or region.beside or (region.ink.doubtful and not region.is_witnessed)):
        flags = (Flag.ILLEGIBLE,)
    elif filled < 0.5:
        text, confidence = "", 1 - filled
    elif region.field.personal == "payment":
        confidence, flags = filled, (Flag.MASKED,)
    else:
        return None
    return here.reading(region.key, INK, text, confidence and min(MOST_SURE, confidence), filled, flags=flags)


def _probability_marked(
    region: FieldRegion, regions: Sequence[FieldRegion], layer: InkLayer, shades: Picture
) -> float | None:
    """How sure it is that a box is ticked or signed: by its ink, and by what the grey page shows in it.

    None where that cannot be told. A detector sees text in a box that is signed and in no other: of stripes of shade it
    sees none."""
    if region.misplaced:
        return None
    strokes = added_strokes(shades, layer.blank, region.box, layer.unit)
    if facts_of(region.field.type).is_ticked:
        others = [patch.box for each in regions if each.key != region.key for patch in each.ink.patches]
        marked = probability_ticked(layer, region.ink, region.box, strokes, others)
    else:
        marked = probability_signed(layer, region.ink, region.box, strokes)
        if region.is_witnessed and marked is not None and bool(region.stretches) != (marked >= 0.5):
            return None
    return None if marked is not None and marked < 0.5 and region.beside else marked

"""A page that lies on its blank form: what its ink says, and everything that machines say."""

from __future__ import annotations

from collections.abc import Sequence

from transcribe.codes import Flag
from transcribe.ink import (
    InkLayer,
    probability_signed,
    probability_ticked,
)
from transcribe.model import INK, Page, Reading
from transcribe.ocr import Engine, reading
from transcribe.recognition.asked_regions import ask_engines, engine_readings
from transcribe.recognition.cascade import Cascade
from transcribe.recognition.form_fields import Circumstances, FieldRegion

MOST_SURE = 0.9999
"""The ink test claims no more: it has never been tested on more than ten thousand boxes."""


def readings(
    page: Page,
    layer: InkLayer,
    regions: Sequence[FieldRegion],
    engines: Sequence[Engine],
    here: Circumstances,
    cascade: Cascade | None = None,
) -> list[Reading]:
    """Everything that machines say of a page's fields. A field has at least one reading.

    Used by `annotated_regions.py` and by tests; `read.py` keeps the regions that were asked, and calls the two below.
    """
    asked = ask_engines(page, layer, regions, engines, here, cascade)
    return ink_readings(regions, layer, here) + engine_readings(asked, layer, here)


def ink_readings(regions: Sequence[FieldRegion], layer: InkLayer, here: Circumstances) -> list[Reading]:
    """What the ink alone says of each region; nothing of those in which something is written."""
    return [reading for region in regions if (reading := _by_ink(region, layer, here))]


def _by_ink(region: FieldRegion, layer: InkLayer, here: Circumstances) -> Reading | None:
    """What the ink alone says: ticked or not, signed or not, blank, struck through; None where something is written."""
    filled = region.ink.filled
    flags: tuple[Flag, ...] = ()
    text: str | None
    confidence: float | None
    if region.astray:
        text, confidence, flags = None, None, (Flag.NOT_FITTING,)
    elif region.field.type == "checkbox":
        ticked = probability_ticked(layer, region.ink, region.box)
        text, confidence = ("true", ticked) if ticked >= 0.5 else ("false", 1 - ticked)
    elif region.field.type == "signature":
        signed = probability_signed(layer, region.ink, region.box)
        text, confidence = ("true", signed) if signed >= 0.5 else ("false", 1 - signed)
    elif filled < 0.5 and region.ink.doubtful:
        text, confidence, flags = None, None, (Flag.ILLEGIBLE,)
    elif filled < 0.5:
        text, confidence = "", 1 - filled
    elif region.field.personal == "payment":
        text, confidence, flags = None, filled, (Flag.MASKED,)
    else:
        return None
    return reading(
        scan=here.scan,
        key=region.key,
        source=INK,
        text=text,
        at=here.at,
        confidence=confidence and min(MOST_SURE, confidence),
        conditions=here.conditions(filled),
        flags=flags,
    )

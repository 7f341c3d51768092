"""A page that lies on its blank form: what ink and engines say of each of its boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations

from rapidfuzz.fuzz import ratio as per_cent

from transcribe.imaging import BARCODE_FIELD_TYPES, BARCODE_SOURCE, CHECKED, MIN_CODE_BOX_HEIGHT_PX, Barcode, barcodes
from transcribe.ink import (
    InkLayer,
    ShownLine,
    compacted_page,
    crossed_out,
    joinedness,
    probability_signed,
    probability_ticked,
    unbarred,
    without_bars,
)
from transcribe.model import INK, Page, Reading, SourceWords, Word
from transcribe.ocr import Beside, Engine, alternatives_of, confidence_of, reading, spread, text_of
from transcribe.recognition.barcode_readings import adds_to_barcode
from transcribe.recognition.cascade import Cascade
from transcribe.recognition.form_fields import MARKS, FieldRegion

SURELY_BLANK = 0.02
"""Engines are not asked about a box that is filled with less than this confidence."""

JOINED, SOMEWHAT_JOINED = 2.2, 1.1
"""`strokes.joinedness` of joined writing, and the least it has: a quarter of real lines lie between the two."""

DOUBTED, UNLIKE = 0.6, 0.6
"""Confidence that no engine has, and likeness of two engines' texts, on joined writing: 0 of 40 lines were right."""

MOST_SURE = 0.9999
"""The ink test claims no more: it has never been tested on more than ten thousand boxes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What every reading of a page shares."""

    scan: str
    at: datetime
    fit: float
    quality: float

    def conditions(self, filled: float) -> Mapping[str, float]:
        return {"fit": self.fit, "quality": self.quality, "place": 1.0, "ink": filled}


def readings(
    page: Page,
    sheet: InkLayer,
    spots: Sequence[FieldRegion],
    engines: Sequence[Engine],
    here: Circumstances,
    cascade: Cascade | None = None,
    kept: list[SourceWords] | None = None,
) -> list[Reading]:
    """Everything that machines say of a page's fields; each field has at least one reading. With a `cascade` engines
    after the first are asked only for what it holds for doubtful. The words themselves are added to `kept`."""
    found = [said for spot in spots if (said := _by_ink(spot, sheet, here))]
    seen_here = [spot for spot in spots if not spot.astray and spot.field.type not in MARKS]
    written = [spot for spot in seen_here if spot.ink.filled >= SURELY_BLANK]
    asked = [spot for spot in written if spot.field.personal != "payment"]
    codes = {number: code for number, spot in enumerate(asked) if (code := _barcode(spot, page))}
    shown = unbarred(sheet.clean, {number: asked[number].ink for number in codes}, codes)
    clean = Page(number=page.number, picture=shown, dpi=page.dpi)
    asked = [_unbarred(spot, codes[number], sheet) if number in codes else spot for number, spot in enumerate(asked)]
    seen = _asked_in_turn(engines, clean, sheet, asked, here, cascade)
    for number, spot in enumerate(asked):
        heard = [said[number] for said in seen if number in said]
        if number in codes:
            heard = [said for said in heard if adds_to_barcode(said.text, codes[number])]
            found.append(_by_barcode(spot, codes[number], here))
        flags = _flags(spot, sheet, heard) if number not in codes else []
        found += [_by_engine(each, spot, flags, here) for each in heard]
        if kept is not None:
            kept += [
                SourceWords(source=it.source, page=page.number, key=spot.key, words=it.placed)
                for it in heard
                if it.placed
            ]
    return found


def _by_ink(spot: FieldRegion, sheet: InkLayer, here: Circumstances) -> Reading | None:
    """What the ink alone says: ticked or not, signed or not, blank, struck through; None where something is written."""
    filled = spot.ink.filled
    flags: tuple[str, ...] = ()
    text: str | None
    confidence: float | None
    if spot.astray:
        text, confidence, flags = None, None, ("not fitting",)
    elif spot.field.type == "checkbox":
        ticked = probability_ticked(sheet, spot.ink, spot.box)
        text, confidence = ("true", ticked) if ticked >= 0.5 else ("false", 1 - ticked)
    elif spot.field.type == "signature":
        signed = probability_signed(sheet, spot.ink, spot.box)
        text, confidence = ("true", signed) if signed >= 0.5 else ("false", 1 - signed)
    elif filled < 0.5 and spot.ink.doubtful:
        text, confidence, flags = None, None, ("illegible",)
    elif filled < 0.5:
        text, confidence = "", 1 - filled
    elif spot.field.personal == "payment":
        text, confidence, flags = None, filled, ("masked",)
    else:
        return None
    return reading(
        scan=here.scan,
        key=spot.key,
        source=INK,
        text=text,
        at=here.at,
        confidence=confidence and min(MOST_SURE, confidence),
        conditions=here.conditions(filled),
        flags=flags,
    )


@dataclass(frozen=True, slots=True)
class Said:
    """What one engine saw in a field, line by line; `miscounted` where that is more or fewer characters than there are
    cells of its comb with writing in them. `placed` are the words where they were written on the page."""

    source: str
    lines: Sequence[Sequence[Word]]
    miscounted: bool = False
    placed: tuple[Word, ...] = ()

    @property
    def text(self) -> str:
        return text_of(self.lines)

    @property
    def confidence(self) -> float | None:
        return confidence_of([word for line in self.lines for word in line])


def _asked_in_turn(
    engines: Sequence[Engine],
    page: Page,
    sheet: InkLayer,
    asked: Sequence[FieldRegion],
    here: Circumstances,
    cascade: Cascade | None,
) -> list[dict[int, Said]]:
    """What each engine says of the spots that it is asked for, by their number. An hOCR file beside the picture has
    read the page as it is, and where it has no words it says nothing."""
    seen: list[dict[int, Said]] = []
    every = doubtful = list(range(len(asked)))
    closed, lines = compacted_page(page, sheet, [(spot.ink, spot.comb) for spot in asked])
    for engine in engines:
        if isinstance(engine, Beside):
            plain = compacted_page(page, sheet, [(spot.ink, None) for spot in asked])
            seen.append({number: said for number, said in _said_by(engine, *plain, every).items() if said.text})
        else:
            seen.append(_said_by(engine, closed, lines, doubtful))
        if cascade is not None and engine is engines[0]:
            said = [seen[-1][number].lines for number in every]
            doubtful = cascade.doubtful([spot.field for spot in asked], said, here.quality)
    return seen


def _said_by(engine: Engine, page: Page, lines: Sequence[ShownLine], asked: Sequence[int]) -> dict[int, Said]:
    """What an engine says of some fields, line by line, all boxes of the page in one call."""
    boxes = [line for line in lines if line.field in set(asked)]
    words: dict[int, list[list[Word]]] = {number: [] for number in asked}
    placed: dict[int, list[Word]] = {number: [] for number in asked}
    miscounted = set()
    seen = engine.words(page, [line.box for line in boxes]) if boxes else []
    for line, found in zip(boxes, seen, strict=True):
        said = line.closed.spaced(found) if line.closed else found
        there = spread(said, line.closed.box) if line.closed else said
        placed[line.field] += [replace(word, line=len(words[line.field])) for word in there]
        words[line.field].append(said)
        if line.closed and found and not line.closed.fits(text_of([found])):
            miscounted.add(line.field)
    return {number: Said(engine.source, words[number], number in miscounted, tuple(placed[number])) for number in asked}


def _by_engine(said: Said, spot: FieldRegion, flags: Sequence[str], here: Circumstances) -> Reading:
    """One engine's words of a field as its reading. Silence over ink is no blank: it could not be read."""
    silent = not said.text and spot.ink.filled >= 0.5
    return reading(
        scan=here.scan,
        key=spot.key,
        source=said.source,
        text=None if silent else said.text,
        at=here.at,
        confidence=said.confidence,
        conditions=here.conditions(spot.ink.filled),
        flags=[
            *flags,
            *(["illegible"] if silent and "illegible" not in flags else []),
            *(["miscounted"] if said.miscounted else []),
        ],
        alternatives=alternatives_of(said.lines),
    )


def _flags(spot: FieldRegion, sheet: InkLayer, said: Sequence[Said]) -> list[str]:
    """What kind of writing it is, where that matters: joined by hand, struck through."""
    joined = 0.0 if spot.comb else joinedness(sheet, spot.ink)  # each letter in a cell of its own
    flags = ["handwriting"] if _is_handwriting(joined, said) else []
    flags += ["illegible"] if spot.ink.doubtful else []  # part of it may stand in the row beside, or be of that row
    return [*flags, "crossed out"] if crossed_out(sheet, spot.ink) else flags


def _is_handwriting(joined: float, said: Sequence[Said]) -> bool:
    """Letters that run together and that engines cannot make out: blur joins printed letters too, but they agree."""
    if joined < SOMEWHAT_JOINED or not said:
        return False
    texts = ["".join(each.text.casefold().split()) for each in said]
    if len(texts) > 1 and texts[0] and all(text == texts[0] for text in texts):
        return False
    likeness = min((per_cent(one, other) / 100 for one, other in combinations(texts, 2)), default=0.0)
    surest = max((each.confidence or 0.0 for each in said), default=0.0)
    return surest < DOUBTED and (joined >= JOINED or likeness < UNLIKE)


def _barcode(spot: FieldRegion, page: Page) -> Barcode | None:
    """A barcode that stands in a field's box, or beside it."""
    if spot.field.type not in BARCODE_FIELD_TYPES or (
        spot.field.type == "code" and spot.box.height < MIN_CODE_BOX_HEIGHT_PX
    ):
        return None
    return next(iter(barcodes(page.picture, spot.box)), None)


def _unbarred(spot: FieldRegion, code: Barcode, sheet: InkLayer) -> FieldRegion:
    """The field as engines are asked for it: without the bars."""
    return replace(spot, ink=without_bars(spot.ink, code, sheet.unit), comb=None)


def _by_barcode(spot: FieldRegion, code: Barcode, here: Circumstances) -> Reading:
    """What a barcode says. It checks itself and says nothing of how sure it is."""
    return reading(
        scan=here.scan,
        key=spot.key,
        source=BARCODE_SOURCE,
        text=code.text,
        at=here.at,
        confidence=None,
        conditions=here.conditions(1.0),
        flags=[CHECKED] if code.checked else [],
    )

"""The regions of a page that engines are asked for: their words, and the readings made of them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

from transcribe.codes import Flag
from transcribe.fields import facts_of
from transcribe.forms import blank_grey
from transcribe.geometry import Box
from transcribe.imaging import BARCODE_SOURCE, Barcode, barcodes, cover
from transcribe.ink import HiddenPrint, InkLayer, crossed_out, unbarred, without_bars
from transcribe.model import Page, Reading, SourceWords
from transcribe.ocr import Engine, alternatives_of
from transcribe.recognition.barcode_readings import adds_to_barcode
from transcribe.recognition.cascade import Cascade
from transcribe.recognition.engine_words import EngineWords, words_by_engine
from transcribe.recognition.form_fields import Circumstances, FieldRegion
from transcribe.recognition.plain_page import PlainPage, text_rows
from transcribe.recognition.presence import (
    MIN_SURE_CONFIDENCE,
    NOTHING_WRITTEN,
    counted_confidence,
    filled_probability,
    may_be_filled,
)
from transcribe.recognition.text_ink import letters_beside, text_ink, uncovered_heights

MAX_BARE_HEIGHTS = 0.7
"""Length of text without a word on it, in heights of its stretch, from which a reading is of a part of it alone: on the
45 photographs it was set on 9 of 2,523 right readings had as much, and 9 of 11 of Tesseract's that lacked an end."""

STREWN = 0.1
"""Dirt on a page from which ink does not tell that writing goes on across a side of a box. Chosen by hand."""

MIN_LETTERS_BESIDE = 2
"""Letters that ink sees beside all words of a reading from which it is of a part of the text alone. Chosen by hand."""

MIN_BARCODE_BOX_HEIGHT_PX = 50
"""Height from which a box may hold a barcode where not all values of its type are barcodes. Chosen by hand."""


def ask_engines(
    page: Page,
    layer: InkLayer,
    plain: PlainPage,
    engines: Sequence[Engine],
    here: Circumstances,
    cascade: Cascade | None = None,
) -> list[AskedRegion]:
    """The words of every region that has writing in it; payment data are never asked for.

    With a `cascade` engines after the first are asked only for what it holds for doubtful."""
    in_place = [region for region in plain.regions if not region.astray and not region.is_mark]
    written = [each for each in in_place if may_be_filled(each)]
    asked = [
        replace(region, ink=text_ink(region, text_rows(region.stretches or ())))
        for region in written
        if region.field.personal != "payment"
    ]
    codes = {number: code for number, region in enumerate(asked) if (code := _barcode(region, page))}
    shown = unbarred(layer.clean, [(asked[number].ink, code) for number, code in codes.items()])
    clean = Page(number=page.number, picture=shown, dpi=page.dpi)
    for number, code in codes.items():
        asked[number] = replace(asked[number], ink=without_bars(asked[number].ink, code, layer.unit), comb=None)
    covered = cover(plain.page.picture, [code.box for code in codes.values()])
    bare = replace(plain, page=replace(plain.page, picture=covered))
    seen = words_by_engine(engines, clean, bare, layer, asked, here, cascade)
    heard = [
        {number: _heeded(words, asked[number], engine, layer.blank) for number, words in said.items()}
        for engine, said in zip(engines, seen, strict=True)
    ]
    words = [tuple(said[number] for said in heard if number in said) for number in range(len(asked))]
    return [
        AskedRegion(region=region, barcode=codes.get(number), words=words[number])
        for number, region in enumerate(asked)
    ]


def _heeded(said: EngineWords, region: FieldRegion, engine: Engine, blank: str | None) -> EngineWords:
    """What an engine says, without words of the plain view that it reads in paper on which no text is seen.

    They are those of which it is too unsure, and those in print that is too pale for a detector, as a watermark: the
    engine reads the same on the blank, or reads something there and is not sure here."""
    if not said.plain or not said.lines or not region.is_witnessed or region.stretches:
        return said
    is_none = counted_confidence(said.text, said.confidence, facts_of(region.field.type)) == 0
    if not is_none and blank:
        on_blank = _read_on_blank(cast(Hashable, engine), blank, region.box)
        is_unsure = said.confidence is not None and said.confidence < MIN_SURE_CONFIDENCE
        is_none = bool(on_blank) and (is_unsure or _compact(said.text) in on_blank)
    return replace(said, lines=(), placed=(), sure=None) if is_none else said


@lru_cache(maxsize=256)
def _read_on_blank(engine: Hashable, blank: str, box: Box) -> str:
    """The letters and digits that an engine reads in a box of the blank itself: a rule of the box is read as "_"."""
    (lines,) = cast(Engine, engine).words(Page(number=1, picture=blank_grey(blank)), [box])
    return _compact(" ".join(word.text for word in lines))


def _compact(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def engine_readings(asked: Sequence[AskedRegion], layer: InkLayer, here: Circumstances) -> list[Reading]:
    """What barcodes and engines say of the regions that were asked for."""
    return [each for region in asked for each in region.readings(layer, here)]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRegion:
    """A region that engines were asked for: its barcode, and the words of each source that said something."""

    region: FieldRegion
    barcode: Barcode | None
    words: tuple[EngineWords, ...]

    @property
    def filled(self) -> float:
        """How probable it is that something is written here. Of single digits any engine tells that is sure."""
        if self.barcode:
            return 1.0
        facts = facts_of(self.region.field.type)
        counted = [counted_confidence(each.text, each.confidence, facts) for each in self.words if each.plain]
        read = [sure for sure in counted if sure is not None]
        if read and facts.is_plain_number:
            read += [sure for each in self.words if (sure := each.confidence or 0.0) >= MIN_SURE_CONFIDENCE]
        return filled_probability(self.region, max(read, default=None))

    @property
    def counted_words(self) -> list[EngineWords]:
        """The words that count: those beside a barcode only where they say something else than it."""
        code = self.barcode
        return [each for each in self.words if code is None or adds_to_barcode(each.text, code)]

    def readings(self, layer: InkLayer, here: Circumstances) -> list[Reading]:
        """The barcode's reading, then one of each engine."""
        flags = _flags(self.region, layer) if self.barcode is None else []
        by_code = [_by_barcode(self.region, self.barcode, here)] if self.barcode else []
        heard = self.counted_words if self.filled >= NOTHING_WRITTEN or not self.region.is_witnessed else []
        return by_code + [self._by_engine(each, flags, here, layer.hidden) for each in heard]

    def _by_engine(
        self, said: EngineWords, flags: Sequence[Flag], here: Circumstances, hidden: HiddenPrint | None
    ) -> Reading:
        """One engine's words as its reading. No text where something is written means illegible, not blank."""
        silent = not said.text and self.filled >= 0.5
        own = [
            *flags,
            *([Flag.ILLEGIBLE] if silent and Flag.ILLEGIBLE not in flags else []),
            *([Flag.MISCOUNTED] if said.miscounted else []),
            *([Flag.PARTLY_READ] if said.text and (said.cut or self.is_partly(said, hidden)) else []),
        ]
        field = self.region.field
        text = None if silent else here.as_read(said.text, field)
        others = [(here.as_read(text, field), sure) for text, sure in alternatives_of(said.lines)]
        looks = {name: 1.0 for name in ("plain", "again") if getattr(said, name)}
        return here.reading(
            self.region.key, said.source, text, said.confidence, self.filled, flags=own, alternatives=others, **looks
        )

    def is_partly(self, said: EngineWords, hidden: HiddenPrint | None) -> bool:
        """Whether text stands in the field on which no word of an engine stands, or glare or a note may hide some, or
        writing goes on across a side of the box. Of a barcode the bars are seen too."""
        stretches, words = self.region.stretches or (), [word.box for word in said.placed]
        is_cut = bool(hidden and words and hidden.cuts(Box.enclosing(words), self.region.box))
        if self.region.ink.hidden or is_cut:
            return True
        if self.barcode is not None:
            return False
        return (
            (self.region.ink.goes_on and self.region.dirt < STREWN)
            or uncovered_heights(stretches, words) >= MAX_BARE_HEIGHTS
            or letters_beside(self.region, text_rows(stretches), words) >= MIN_LETTERS_BESIDE
        )

    def source_words(self, page: int) -> list[SourceWords]:
        """The words as they stand on the page of this number."""
        key = self.region.key
        return [
            SourceWords(source=each.source, page=page, key=key, words=each.placed)
            for each in self.counted_words
            if each.placed
        ]


def _flags(region: FieldRegion, layer: InkLayer) -> list[Flag]:
    """What kind of writing it is, where that matters: part of it may be of the row beside, or it is struck through."""
    is_doubtful = region.beside or (region.ink.doubtful and not region.is_witnessed)
    flags = [Flag.ILLEGIBLE] if is_doubtful else []
    return [*flags, Flag.CROSSED_OUT] if crossed_out(layer, region.ink, region.box) else flags


def _barcode(region: FieldRegion, page: Page) -> Barcode | None:
    """A barcode that stands in a field's box, or beside it."""
    barcode = facts_of(region.field.type).barcode
    if not barcode or (barcode != "is" and region.box.height < MIN_BARCODE_BOX_HEIGHT_PX):
        return None
    return next(iter(barcodes(page.picture, region.box)), None)


def _by_barcode(region: FieldRegion, code: Barcode, here: Circumstances) -> Reading:
    """What a barcode says. It checks itself and says nothing of how sure it is."""
    flags = [Flag.CHECKS_ITSELF] if code.checked else []
    return here.reading(region.key, BARCODE_SOURCE, code.text, None, 1.0, flags=flags)

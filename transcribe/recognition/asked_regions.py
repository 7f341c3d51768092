"""The regions of a page that engines are asked for: their words, and the readings made of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from math import prod
from statistics import median
from typing import cast

from transcribe import fields
from transcribe.codes import Flag
from transcribe.fields import facts_of
from transcribe.forms import Comb, blank_grey
from transcribe.geometry import Box
from transcribe.imaging import BARCODE_SOURCE, Barcode, barcodes, cover, evened
from transcribe.ink import (
    CompactLine,
    HiddenPrint,
    InkLayer,
    ShownLine,
    compacted_page,
    crossed_out,
    joined_words,
    unbarred,
    without_bars,
)
from transcribe.model import Field, Form, Page, Reading, SourceWords, Word
from transcribe.ocr import Engine, HocrEngine, alternatives_of, confidence_of, spread_words, text_of
from transcribe.recognition.form_fields import Circumstances, FieldRegion
from transcribe.recognition.plain_page import (
    MARGIN_HEIGHTS,
    MARGIN_PX,
    PlainPage,
    adds_to_barcode,
    letters_beside,
    text_ink,
    text_rows,
    uncovered_heights,
)
from transcribe.recognition.presence import (
    MIN_SURE_CONFIDENCE,
    NOTHING_WRITTEN,
    counted_confidence,
    filled_probability,
    may_be_filled,
)

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


# The cascade: a second engine is asked only for what the first is not sure of, and for everything on a bad page.


@dataclass(frozen=True, slots=True, kw_only=True)
class Cascade:
    """When the first engine's word for a field of a form is enough.

    On generated photographs (flat, scan, phone; 12 pages) pages had a quality of 0.85 and a usual confidence of 0.94
    and more, hard ones a quality of 0.44 at most; 322 of 355 fields were then sure, none of them wrong."""

    form: Form
    sure: float = 0.9
    """The confidence from which the first engine is not in doubt, if the text is also written as its type is."""
    quality: float = 0.7
    """On a page of less quality every engine is asked for every field: there confident errors come through, 2.05 %
    against 1.27 % measured on hard photographs."""
    usual: float = 0.92
    """So too where the first engine's usual (median) confidence on the page is less."""

    def doubtful(self, asked: Sequence[Field], said: Sequence[tuple[str, float | None]], quality: float) -> list[int]:
        """The numbers of the fields that further engines are asked for, by the first one's text and confidence."""
        claims = [sure for _, sure in said if sure is not None]
        if quality < self.quality or not claims or median(claims) < self.usual:
            return list(range(len(asked)))
        each = enumerate(zip(asked, said, strict=True))
        return [number for number, (field, (text, sure)) in each if self._doubts(field, text, sure)]

    def _doubts(self, field: Field, text: str, sure: float | None) -> bool:
        return sure is None or sure < self.sure or bool(fields.load(field.type).faults(text, field, self.form))


# What each engine says of the fields that it is asked for, all boxes of a page in one call.

ALWAYS_ASKED_COUNT = 2
"""So many engines read every field. Others read fields on which no two say the same."""

SURE_OF_CROP = 0.95
"""Confidence from which an engine that is shown the page looks at no other crop. Of 3,355 handwritten and 3,205 typed
values of other forms 24 % and 2 % were looked at again; from .98 on 31 and 3 %, and no more were right."""


TRIMMED_SHARE, WIDENED_SHARE = 0.06, 0.12
"""What the first and the second other crop have less and more above and below, as a share of the row's height."""


LOOK_WEIGHT = 0.5
"""As what part of an independent look each look of one engine at a line counts. Chosen by hand: of .35, .5 and .7 the
last decided 3 % more on the photographs above, and more of it was wrong."""


@dataclass(frozen=True, slots=True)
class EngineWords:
    """What one engine saw in a field, line by line; `miscounted`: more or fewer characters than cells of its comb are
    filled, `cut`: a letter there touches a divider. `placed` are words where they were written on the page; `plain`: it
    read the page as it lies, `again`: it was asked once more. `sure` is its confidence over several crops."""

    source: str
    lines: Sequence[Sequence[Word]]
    miscounted: bool = False
    cut: bool = False
    placed: tuple[Word, ...] = ()
    plain: bool = False
    again: bool = False
    sure: float | None = None

    @property
    def text(self) -> str:
        return text_of(self.lines)

    @property
    def confidence(self) -> float | None:
        return confidence_of([word for line in self.lines for word in line]) if self.sure is None else self.sure

    @property
    def probability(self) -> float:
        """That every word is right, as the engine says of each. A word of which it says nothing counts as wrong."""
        return prod(word.confidence or 0.0 for line in self.lines for word in line)


def words_by_engine(
    engines: Sequence[Engine],
    page: Page,
    plain: PlainPage,
    layer: InkLayer,
    asked: Sequence[FieldRegion],
    here: Circumstances,
    cascade: Cascade | None,
) -> list[dict[int, EngineWords]]:
    """What each engine says of the regions that it is asked for, by their number.

    An hOCR file has read the page as it is, and where it has no words it says nothing. Where engines read different
    things one that is shown the page looks at other crops, and one that is shown the writing then sees the page.
    Engines after the second are asked where no two say the same, and where they have no words they say nothing."""
    seen: list[dict[int, EngineWords]] = []
    every = doubtful = list(range(len(asked)))
    closed, lines = compacted_page(page, layer, [(region.ink, region.comb) for region in asked])
    combs = {line.field: line.closed for line in lines if line.closed}
    for engine in engines:
        if len(seen) >= ALWAYS_ASKED_COUNT:
            doubtful = [number for number in every if not _is_backed(number, seen)]
        if isinstance(engine, HocrEngine):
            spread = compacted_page(page, layer, [(region.ink, None) for region in asked])
            seen.append({number: said for number, said in _said_by(engine, *spread, every).items() if said.text})
        elif engine.view == "page":
            whole = [ShownLine(number, box, None) for number in every for box in plain.lines(asked[number])]
            seen.append(_said_by(engine, plain.page, whole, doubtful, combs=[region.comb for region in asked]))
        else:
            said = _said_by(engine, closed, lines, doubtful)
            seen.append({number: _of_text(words, asked[number]) for number, words in said.items()})
        if cascade is not None and engine is engines[0]:
            by_first = [(seen[-1][number].text, seen[-1][number].confidence) for number in every]
            doubtful = cascade.doubtful([region.field for region in asked], by_first, here.quality)
    shown = [n for n, engine in enumerate(engines) if engine.view == "page" and not isinstance(engine, HocrEngine)]
    for number in shown[:1]:
        others = [said for other, said in enumerate(seen) if other != number]
        seen[number].update(_in_other_crops(engines[number], plain, asked, seen[number], others))
    told = next((said for engine, said in zip(engines, seen, strict=True) if engine.view == "page"), {})
    for engine, said in zip(engines, seen, strict=True) if told else ():
        if engine.view != "page" and not isinstance(engine, HocrEngine):
            said.update(_looked_again(engine, plain, asked, said, told, combs))
    always, further = seen[:ALWAYS_ASKED_COUNT], seen[ALWAYS_ASKED_COUNT:]
    spoken = [{number: words for number, words in said.items() if words.text} for said in further]
    return [_counted(said, combs) for said in (*always, *spoken)]


def _of_text(said: EngineWords, region: FieldRegion) -> EngineWords:
    """An engine's words without unsure ones outside detected text, which are dirt or shadow. Of 195 such words on ten
    photographs none was written."""
    if not region.stretches or region.comb is not None:
        return said
    near = [each.padded(round(MARGIN_HEIGHTS * each.height), 0) for each in region.stretches]
    kept = [
        [each for each in line if (each.confidence or 0) >= MIN_SURE_CONFIDENCE or any(map(each.box.intersects, near))]
        for line in said.lines
    ]
    lines = list(filter(None, kept))
    placed = tuple(replace(word, line=number) for number, line in enumerate(lines) for word in line)
    return said if len(placed) == len(said.placed) or not placed else replace(said, lines=lines, placed=placed)


def _counted(seen: Mapping[int, EngineWords], combs: Mapping[int, CompactLine]) -> dict[int, EngineWords]:
    """What an engine saw, in combs with spaces where cells are empty and counted: one that is shown the page misses a
    letter at the end of a comb, as it stands apart, and is sure of the others."""
    found = dict(seen)
    for number, line in combs.items():
        if (said := seen.get(number)) and said.text:
            words = [line.spaced(each) for each in said.lines] if len(said.lines) == 1 else said.lines
            found[number] = replace(said, lines=words, miscounted=not line.fits(said.text), cut=line.touches)
    return found


def _looked_again(
    engine: Engine,
    plain: PlainPage,
    asked: Sequence[FieldRegion],
    first: Mapping[int, EngineWords],
    told: Mapping[int, EngineWords],
    combs: Mapping[int, CompactLine],
) -> Iterator[tuple[int, EngineWords]]:
    """What an engine that is shown the writing says of the page in even light, where the one that is shown it says the
    same and it fits the cells of a comb. It sees the rows of the detector, as shadow may hide ink."""
    differ = [number for number in first if number in told and not _is_same(first[number], told[number])]
    if not differ:
        return
    shown = [ShownLine(number, box, None) for number in differ for box in plain.lines(asked[number])]
    page = replace(plain.page, picture=evened(plain.page.picture))
    said = _said_by(engine, page, shown, differ, combs=[region.comb for region in asked])
    for number, words in said.items():
        if _is_same(words, told[number]) and (number not in combs or combs[number].fits(words.text)):
            yield number, replace(words, plain=False, again=True)


def _other_crops(row: Box, box: Box) -> tuple[Box, ...]:
    """What an engine that is shown the page sees of a line in doubt: less and more above and below, and the whole box.

    Which letters it reads depends on how they fill the crop. Of 1,900 handwritten values in doubt it read 1,579 right
    in one crop, and 1,635 over these too. Other light, width and slant of the same crop added nothing."""
    inside = box.padded(-MARGIN_PX)
    whole = inside if 2 * inside.height >= row.height and inside.width > 0 else row
    less, more = (round(share * row.height) for share in (TRIMMED_SHARE, WIDENED_SHARE))
    return row.padded(0, -less), row.padded(0, more), whole


def _in_other_crops(
    engine: Engine,
    plain: PlainPage,
    asked: Sequence[FieldRegion],
    first: Mapping[int, EngineWords],
    others: Sequence[Mapping[int, EngineWords]],
) -> Iterator[tuple[int, EngineWords]]:
    """What an engine that is shown the page reads over several crops, where it is in doubt of a line and every other
    engine that was asked reads something else."""
    crops = {
        number: _other_crops(lines[0], asked[number].box)
        for number, said in first.items()
        if 0.0 < said.probability < SURE_OF_CROP
        and said.text
        and len(lines := plain.lines(asked[number])) == 1
        and not any(number in other and _is_same(other[number], said) for other in others)
    }
    looks = [first]
    for boxes in zip(*crops.values(), strict=True):
        shown = [ShownLine(number, box, None) for number, box in zip(crops, boxes, strict=True)]
        looks.append(_said_by(engine, plain.page, shown, list(crops), combs=[region.comb for region in asked]))
    for number in crops:
        yield number, over_all([look[number] for look in looks])


def over_all(looks: Sequence[EngineWords]) -> EngineWords:
    """The text that is the most probable over several looks of one engine, as the surest of them sees it.

    Its confidence is the probability that not all looks that say it are wrong, each counted as a part of a look."""
    shares: dict[str, float] = defaultdict(float)
    for look in looks:
        shares[look.text] += look.probability if look.text else 0.0
    text = max(shares, key=lambda each: shares[each])
    same = [look for look in looks if look.text == text]
    wrong = prod(1.0 - look.probability for look in same) ** LOOK_WEIGHT
    return replace(max(same, key=lambda look: look.probability), sure=1.0 - wrong)


def _is_backed(number: int, seen: Sequence[Mapping[int, EngineWords]]) -> bool:
    """Whether two engines say the same of a field."""
    said = [each[number] for each in seen if number in each]
    return any(_is_same(one, other) for one, other in combinations(said, 2))


def _is_same(one: EngineWords, other: EngineWords) -> bool:
    """Whether two engines say the same, but for spaces and capitals; what says nothing is like nothing."""
    texts = ["".join(each.text.casefold().split()) for each in (one, other)]
    return bool(texts[0]) and texts[0] == texts[1]


def _said_by(
    engine: Engine,
    page: Page,
    lines: Sequence[ShownLine],
    asked: Sequence[int],
    *,
    combs: Sequence[Comb | None] | None = None,
) -> dict[int, EngineWords]:
    """What an engine says of some fields, line by line, all boxes of the page in one call.

    `combs` are those of all fields where it is shown the page as it lies, with letters apart."""
    boxes = [line for line in lines if line.field in set(asked)]
    words: dict[int, list[list[Word]]] = {number: [] for number in asked}
    placed: dict[int, list[Word]] = {number: [] for number in asked}
    seen = engine.words(page, [line.box for line in boxes]) if boxes else []
    for line, found in zip(boxes, seen, strict=True):
        comb = combs[line.field] if combs else None
        said = line.closed.spaced(found) if line.closed else joined_words(found, comb) if comb else found
        there = spread_words(said, line.closed.box) if line.closed else said
        placed[line.field] += [replace(word, line=len(words[line.field])) for word in there]
        words[line.field].append(said)
    plain = combs is not None
    return {n: EngineWords(engine.source, words[n], placed=tuple(placed[n]), plain=plain) for n in asked}

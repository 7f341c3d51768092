"""What each engine says of the fields that it is asked for, all boxes of a page in one call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from transcribe.forms import Comb
from transcribe.geometry import Box
from transcribe.imaging import evened
from transcribe.ink import CompactLine, InkLayer, ShownLine, compacted_page, joined_words
from transcribe.model import Page, Word
from transcribe.ocr import Engine, HocrEngine, confidence_of, spread_words, text_of
from transcribe.recognition.cascade import Cascade
from transcribe.recognition.form_fields import Circumstances, FieldRegion
from transcribe.recognition.plain_page import MARGIN_HEIGHTS, MARGIN_PX, PlainPage
from transcribe.recognition.presence import MIN_SURE_CONFIDENCE

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
    things one that is shown the page looks at other crops, and one that is shown the writing then sees the page."""
    seen: list[dict[int, EngineWords]] = []
    every = doubtful = list(range(len(asked)))
    closed, lines = compacted_page(page, layer, [(region.ink, region.comb) for region in asked])
    combs = {line.field: line.closed for line in lines if line.closed}
    for engine in engines:
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
    for number, engine in enumerate(engines):
        if engine.view == "page" and not isinstance(engine, HocrEngine):
            others = [said for other, said in enumerate(seen) if other != number]
            seen[number].update(_in_other_crops(engine, plain, asked, seen[number], others))
    told = next((said for engine, said in zip(engines, seen, strict=True) if engine.view == "page"), {})
    for engine, said in zip(engines, seen, strict=True) if told else ():
        if engine.view != "page" and not isinstance(engine, HocrEngine):
            said.update(_looked_again(engine, plain, asked, said, told, combs))
    return [_counted(said, combs) for said in seen]


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

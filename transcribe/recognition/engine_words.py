"""What each engine says of the fields that it is asked for, all boxes of a page in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from transcribe.forms import Comb
from transcribe.geometry import Box
from transcribe.imaging import black_on_white, flatten, smoothed
from transcribe.ink import InkLayer, ShownLine, compacted_page
from transcribe.model import Page, Word
from transcribe.ocr import Engine, HocrEngine, confidence_of, spread_words, text_of
from transcribe.recognition.cascade import Cascade
from transcribe.recognition.comb_words import joined
from transcribe.recognition.form_fields import Circumstances, FieldRegion
from transcribe.recognition.plain_page import PlainPage

if TYPE_CHECKING:
    from transcribe.model import Picture

SMOOTHED_PX = 3
"""Side of the median of the first further look. Of 272 fields on 12 photographs of all at once and of wear (typed and
hand-like) Tesseract then agreed with RapidOCR on 50, on 42 where rows were widened to the ink."""

SURE_WORD = 0.6
"""Confidence from which a word that an engine saw at first was no dirt. Chosen by hand."""


SURE_READING = 0.9
"""Confidence from which a first reading stays, unless the further look is surer: of 5 that did not stay one was right
(Chrétien, then read as Chretien)."""


@dataclass(frozen=True, slots=True)
class EngineWords:
    """What one engine saw in a field, line by line; `miscounted` where that is more or fewer characters than there are
    cells of its comb with writing in them. `placed` are the words where they were written on the page; `plain` says
    that it read the page as it lies, `again` that it was asked once more, on the page in even light."""

    source: str
    lines: Sequence[Sequence[Word]]
    miscounted: bool = False
    placed: tuple[Word, ...] = ()
    plain: bool = False
    again: bool = False

    @property
    def text(self) -> str:
        return text_of(self.lines)

    @property
    def confidence(self) -> float | None:
        return confidence_of([word for line in self.lines for word in line])


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

    An hOCR file beside the picture has read the page as it is, and where it has no words it says nothing. An engine
    that is shown the writing alone is asked again where one that is shown the page reads something else.
    """
    seen: list[dict[int, EngineWords]] = []
    every = doubtful = list(range(len(asked)))
    closed, lines = compacted_page(page, layer, [(region.ink, region.comb) for region in asked])
    for engine in engines:
        if isinstance(engine, HocrEngine):
            spread = compacted_page(page, layer, [(region.ink, None) for region in asked])
            seen.append({number: said for number, said in _said_by(engine, *spread, every).items() if said.text})
        elif engine.view == "page":
            whole = [ShownLine(number, box, None) for number in every for box in plain.lines(asked[number])]
            seen.append(_said_by(engine, plain.page, whole, doubtful, combs=[region.comb for region in asked]))
        else:
            seen.append(_said_by(engine, closed, lines, doubtful))
        if cascade is not None and engine is engines[0]:
            by_first = [seen[-1][number].lines for number in every]
            doubtful = cascade.doubtful([region.field for region in asked], by_first, here.quality)
    told = next((said for engine, said in zip(engines, seen, strict=True) if engine.view == "page"), {})
    for engine, said in zip(engines, seen, strict=True) if told else ():
        if engine.view != "page" and not isinstance(engine, HocrEngine):
            for look in FURTHER_LOOKS:
                said.update(_looked_again(engine, look, plain, asked, said, told))
    return seen


def _evenly_lit(picture: Picture) -> Picture:
    return smoothed(flatten(picture), SMOOTHED_PX)


FURTHER_LOOKS: Sequence[Callable[[Picture], Picture]] = (_evenly_lit, black_on_white)
"""What an engine that is shown the writing alone is shown of the page as it lies, where it read something else than the
engine that is shown the page: even light; then what is darker than its surroundings, on which 20 fields more agreed."""


def _looked_again(
    engine: Engine,
    look: Callable[[Picture], Picture],
    plain: PlainPage,
    asked: Sequence[FieldRegion],
    first: Mapping[int, EngineWords],
    told: Mapping[int, EngineWords],
) -> Iterator[tuple[int, EngineWords]]:
    """What an engine says now, where it says at this look what the engine that is shown the page says.

    It sees the rows of the detector alone: in shadow and dirt too much or too little is taken for ink. Where it was
    sure at first of a word that it does not see now, or surer of all of it than now, its first answer stays.
    """
    differ = [number for number in first if number in told and not _is_same(first[number], told[number])]
    if not differ:
        return
    shown = [ShownLine(number, box, None) for number in differ for box in plain.rows(asked[number])]
    page = replace(plain.page, picture=look(plain.page.picture))
    said = _said_by(engine, page, shown, differ, combs=[region.comb for region in asked])
    for number, words in said.items():
        seen = plain.lines(asked[number])
        surer = (first[number].confidence or 0.0) >= max(SURE_READING, words.confidence or 0.0)
        if _is_same(words, told[number]) and not surer and not _leaves_out(seen, first[number].placed):
            yield number, replace(words, plain=False, again=True)


def _is_same(one: EngineWords, other: EngineWords) -> bool:
    """Whether two engines say the same, but for spaces and capitals; what says nothing is like nothing."""
    texts = ["".join(each.text.casefold().split()) for each in (one, other)]
    return bool(texts[0]) and texts[0] == texts[1]


def _leaves_out(lines: Sequence[Box], words: Sequence[Word]) -> bool:
    """Whether a sure word of these stands beyond the lines: what is read there may be a part of the text alone."""
    return any(
        (word.confidence or 0.0) >= SURE_WORD
        and sum(map(str.isalnum, word.text)) > 1
        and not any(line.overlap_share(word.box) >= 0.5 for line in lines)
        for word in words
    )


def _said_by(
    engine: Engine,
    page: Page,
    lines: Sequence[ShownLine],
    asked: Sequence[int],
    *,
    combs: Sequence[Comb | None] | None = None,
) -> dict[int, EngineWords]:
    """What an engine says of some fields, line by line, all boxes of the page in one call.

    `combs` are those of all fields where it is shown the page as it lies, with letters apart.
    """
    boxes = [line for line in lines if line.field in set(asked)]
    words: dict[int, list[list[Word]]] = {number: [] for number in asked}
    placed: dict[int, list[Word]] = {number: [] for number in asked}
    miscounted = set()
    seen = engine.words(page, [line.box for line in boxes]) if boxes else []
    for line, found in zip(boxes, seen, strict=True):
        comb = combs[line.field] if combs else None
        said = line.closed.spaced(found) if line.closed else joined(found, comb) if comb else found
        there = spread_words(said, line.closed.box) if line.closed else said
        placed[line.field] += [replace(word, line=len(words[line.field])) for word in there]
        words[line.field].append(said)
        if line.closed and found and not line.closed.fits(text_of([found])):
            miscounted.add(line.field)
    return {
        number: EngineWords(
            engine.source, words[number], number in miscounted, tuple(placed[number]), combs is not None
        )
        for number in asked
    }

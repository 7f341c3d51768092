"""Lines of print, made of the words of one page, with a way back from characters to boxes."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise
from statistics import median

import numpy

from transcribe.geometry import Box
from transcribe.model import Word

MIN_SHARED_HEIGHT_SHARE = 0.45
"""Two words stand on one line when they share this part of the lower one's height; lines of print overlap less. Chosen
by hand."""

MIN_WIDE_GAP_HEIGHTS = 0.6
"""A wider gap than this is more than a blank between words: the text then has two blanks there. Chosen by hand."""

MIN_SEGMENT_GAP_HEIGHTS = 1.4
"""A wider gap than this parts two columns. Chosen by hand."""

MAX_WORD_HEIGHT_MEDIANS = 3.0
"""Words taller than this many times the page's median are no print of a line: frames, stamps, pictures. Chosen by
hand."""


@dataclass(frozen=True, kw_only=True)
class TextLine:  # without slots: what is asked of a line again and again is cached
    """Words side by side on one page, left to right. `page` counts from 1."""

    page: int
    words: tuple[Word, ...]

    @cached_property
    def box(self) -> Box:
        return Box.enclosing(word.box for word in self.words)

    @cached_property
    def height(self) -> float:
        """The usual height of its words, pixels."""
        return median(word.box.height for word in self.words)

    @cached_property
    def text(self) -> str:
        """The words with one blank between them, two where the gap is wide."""
        return "".join(part for word, blanks in self._words_with_blanks() for part in (blanks, word.text))

    def span(self, start: int, end: int) -> TextLine:
        """The words, cut at the edges, that characters `start` to `end` of `text` come from."""
        pieces = []
        begin = max(0, bisect_right(self._word_starts, start) - 1)
        for number in range(begin, bisect_left(self._word_starts, end)):
            word, first = self.words[number], self._word_starts[number]
            head, tail = max(start - first, 0), min(end - first, len(word.text))
            if head < tail:
                pieces.append(cut_word(word, head, tail))
        return TextLine(page=self.page, words=tuple(pieces))

    def word_spans(self, start: int, end: int) -> Sequence[tuple[int, int, Box]]:
        """The words between two characters of `text`: start, end, box."""
        first = bisect_left(self._word_spans, start, key=lambda span: span[0])
        last = bisect_right(self._word_spans, end, key=lambda span: span[1])
        return self._word_spans[first:last]

    def segments(self) -> list[TextLine]:
        """The line parted where its gaps are as wide as between columns."""
        widest = MIN_SEGMENT_GAP_HEIGHTS * self.height
        groups = [[self.words[0]]]
        for before, after in pairwise(self.words):
            if after.box.x0 - before.box.x1 > widest:
                groups.append([])
            groups[-1].append(after)
        return [TextLine(page=self.page, words=tuple(group)) for group in groups]

    @cached_property
    def pieces(self) -> tuple[tuple[int, int, Box], ...]:
        """The segments as (start, end, box) in `text`."""
        pieces, at = [], 0
        for segment in self.segments():
            start = at = self.text.index(segment.words[0].text, at)
            for word in segment.words:
                at = self.text.index(word.text, at) + len(word.text)
            pieces.append((start, at, segment.box))
        return tuple(pieces)

    @cached_property
    def _word_spans(self) -> tuple[tuple[int, int, Box], ...]:
        hits = re.finditer(r"\S+", self.text)
        return tuple((hit.start(), hit.end(), self.span(hit.start(), hit.end()).box) for hit in hits)

    def _words_with_blanks(self) -> list[tuple[Word, str]]:
        widest = MIN_WIDE_GAP_HEIGHTS * self.height
        blanks = ["", *("  " if b.box.x0 - a.box.x1 > widest else " " for a, b in pairwise(self.words))]
        return list(zip(self.words, blanks, strict=True))

    @cached_property
    def _word_starts(self) -> tuple[int, ...]:
        """Where in `text` each word begins."""
        lengths = [len(blanks) + len(word.text) for word, blanks in self._words_with_blanks()]
        ends = accumulate(lengths)
        return tuple(end - len(word.text) for end, word in zip(ends, self.words, strict=True))


def lines(words: Iterable[Word], page: int) -> list[TextLine]:
    """Every line of print of a page, top to bottom.

    A line is words at one height, also where the page lies aslant.
    """
    single = [part for word in words if word.text.strip() for part in split_at_blanks(word)]
    if not single:
        return []
    usual = median(word.box.height for word in single)
    single = [word for word in single if word.box.height <= MAX_WORD_HEIGHT_MEDIANS * usual or len(word.text) > 2]
    slope = text_slope(single)
    rows = _rows(single, slope)
    rows.sort(key=lambda row: _deskewed_y(row[0], slope))
    return [TextLine(page=page, words=tuple(row)) for row in rows]


def _rows(words: Sequence[Word], slope: float) -> list[list[Word]]:
    """The words by lines, each line left to right."""
    rows: list[list[Word]] = []
    middles, tops, feet = (numpy.empty(len(words)) for _ in range(3))  # of each row's last word
    for word in sorted(words, key=lambda word: (word.box.x0, word.box.y0)):
        middle, top, foot = word.box.middle[0], word.box.y0, word.box.y1
        count = len(rows)
        drops = slope * (middle - middles[:count])
        shared = numpy.minimum(feet[:count] + drops, foot) - numpy.maximum(tops[:count] + drops, top)
        shares = shared / numpy.maximum(1, numpy.minimum(feet[:count] - tops[:count], foot - top))
        best = int(shares.argmax()) if count else count
        if not count or shares[best] < MIN_SHARED_HEIGHT_SHARE:
            best = count
            rows.append([])
        rows[best].append(word)
        middles[best], tops[best], feet[best] = middle, top, foot
    return rows


def text_slope(words: Sequence[Word]) -> float:
    """How many pixels a line of print sinks with each pixel to the right, by the engine's own lines."""
    groups: dict[int, list[Word]] = {}
    for word in words:
        groups.setdefault(word.line, []).append(word)
    slopes = []
    for group in groups.values():
        first, last = min(group, key=lambda w: w.box.x0), max(group, key=lambda w: w.box.x0)
        run = last.box.middle[0] - first.box.middle[0]
        rise = last.box.middle[1] - first.box.middle[1]
        if run > 4 * first.box.height and abs(rise) < run / 4:
            slopes.append(rise / run)
    return median(slopes) if len(slopes) >= 3 else 0.0


def split_at_blanks(word: Word) -> list[Word]:
    """A word whose text has blanks, as the words between them, each with its share of the box."""
    if " " not in word.text.strip():
        return [replace(word, text=word.text.strip()) if word.text != word.text.strip() else word]
    return [cut_word(word, hit.start(), hit.end()) for hit in re.finditer(r"\S+", word.text)]


def cut_word(word: Word, start: int, end: int) -> Word:
    """The characters `start` to `end` of a word, with their share of its width.

    A part of a word has no alternatives.
    """
    if (start, end) == (0, len(word.text)):
        return word
    step = word.box.width / len(word.text)
    x0, x1 = word.box.x0 + round(step * start), word.box.x0 + round(step * end)
    box = Box(x0, word.box.y0, max(x0 + 1, x1), word.box.y1)
    return replace(word, text=word.text[start:end], box=box, alternatives=())


def _deskewed_y(word: Word, slope: float) -> float:
    x, y = word.box.middle
    return y - slope * x

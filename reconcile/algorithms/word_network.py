"""A word network: several readings of one line of text aligned word by word.

It is built as in ROVER (J. G. Fiscus, A post-processing system to yield reduced word error rates, ASRU 1997), but
around the reading nearest to all others instead of the first one. The order of the readings then does not matter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

NO_WORD = ""
"""Stands in a slot for a reading that has no word there."""

Slot = tuple[str, ...]
"""One place of a line: the word of each reading, or NO_WORD, in the order of the readings."""

_SKIP_COST = 0.7
"""Cost of a word that one of two readings lacks. Chosen by hand."""

_CHANGE_COST = 1.2
"""Cost of a word aligned with one that shares no letter; a similar word costs less in proportion.

Two words that share less than about a sixth of their letters are aligned as one left out and one inserted. So an
inserted phrase stays in slots of its own.
"""

_MAX_COMPARED_COUNT = 10_000
"""Two stretches of more pairs of words, 100 by 100, without one equal word are no readings of one text: their words are
not compared. Chosen by hand."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def comparable_words(text: str) -> list[str]:
    """The comparable words of a text: letters and digits, case folded, apostrophes kept inside a word."""
    return [word.group().casefold().replace("’", "'") for word in _WORD.finditer(unicodedata.normalize("NFC", text))]


def written_words(text: str) -> list[str]:
    """The words of a text as written, with the punctuation that touches them; one for each comparable word."""
    text = unicodedata.normalize("NFC", text)
    words = list(_WORD.finditer(text))
    starts = [_run_start(text, word.start()) for word in words]
    ends = [_run_end(text, word.end()) for word in words]
    for number in range(1, len(words)):
        # Two words with only punctuation between them ("rue/avenue"): it stays with the first.
        if starts[number] < ends[number - 1]:
            starts[number] = ends[number - 1] = words[number].start()
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def build_network(readings: Sequence[Sequence[str]]) -> list[Slot]:
    """The slots of a line, each with one word (or NO_WORD) of every reading, in the order of `readings`.

    Args:
        readings: the words of each reading; at least one reading.
    """
    pivot = _central_reading(readings)
    aligned = [_align(pivot, reading) for reading in readings]
    slots: list[Slot] = []
    for place in range(len(pivot) + 1):
        between = [inserted.get(place, ()) for _, inserted in aligned]
        for number in range(max(map(len, between))):
            slots.append(tuple(words[number] if number < len(words) else NO_WORD for words in between))
        if place < len(pivot):
            slots.append(tuple(row[place] for row, _ in aligned))
    return slots


@lru_cache(maxsize=1 << 18)
def word_similarity(one: str, other: str) -> float:
    """The similarity of two words, 0 to 1: one minus their edit distance over the longer one's length."""
    return Levenshtein.normalized_similarity(one, other)


def _run_start(text: str, at: int) -> int:
    while at > 0 and not text[at - 1].isspace():
        at -= 1
    return at


def _run_end(text: str, at: int) -> int:
    while at < len(text) and not text[at].isspace():
        at += 1
    return at


def _central_reading(readings: Sequence[Sequence[str]]) -> Sequence[str]:
    """The reading with the least distance to all others; of equals the longer, then the first alphabetically."""

    def distance(reading: Sequence[str]) -> tuple[int, int, tuple[str, ...]]:
        return sum(Levenshtein.distance(reading, other) for other in readings), -len(reading), tuple(reading)

    return min(readings, key=distance)


def _align(pivot: Sequence[str], reading: Sequence[str]) -> tuple[list[str], dict[int, list[str]]]:
    """The reading's word at each place of the pivot, and its further words by the place that they stand before."""
    row = [NO_WORD] * len(pivot)
    inserted: dict[int, list[str]] = {}
    start = (0, 0)
    for block in Levenshtein.opcodes(pivot, reading):
        if block.tag != "equal":
            continue
        _align_gap(pivot, reading, start, (block.src_start, block.dest_start), row, inserted)
        for offset in range(block.src_end - block.src_start):
            row[block.src_start + offset] = reading[block.dest_start + offset]
        start = (block.src_end, block.dest_end)
    _align_gap(pivot, reading, start, (len(pivot), len(reading)), row, inserted)
    return row, inserted


def _align_gap(
    pivot: Sequence[str],
    reading: Sequence[str],
    start: tuple[int, int],
    end: tuple[int, int],
    row: list[str],
    inserted: dict[int, list[str]],
) -> None:
    """Align the words between two equal stretches by their similarity, into `row` and `inserted`.

    Stretches of more than _MAX_COMPARED_COUNT pairs stand one beside the other, each word in a slot of its own.
    """
    pivot_words, words = pivot[start[0] : end[0]], reading[start[1] : end[1]]
    if len(pivot_words) * len(words) > _MAX_COMPARED_COUNT:
        inserted[start[0]] = list(words)
        return
    cost = _cost_table(pivot_words, words)
    x, y = len(pivot_words), len(words)
    while x or y:
        if x and y and cost[x][y] == cost[x - 1][y - 1] + _change_cost(pivot_words[x - 1], words[y - 1]):
            x, y = x - 1, y - 1
            row[start[0] + x] = words[y]
        elif x and cost[x][y] == cost[x - 1][y] + _SKIP_COST:
            x -= 1
        else:
            y -= 1
            inserted.setdefault(start[0] + x, []).insert(0, words[y])


def _cost_table(pivot_words: Sequence[str], words: Sequence[str]) -> list[list[float]]:
    """The least cost of aligning the first x words of the pivot with the first y of the reading, at [x][y]."""
    cost = [[_SKIP_COST * y for y in range(len(words) + 1)]]
    for pivot_word in pivot_words:
        line = [cost[-1][0] + _SKIP_COST]
        for y, word in enumerate(words, start=1):
            changed = cost[-1][y - 1] + _change_cost(pivot_word, word)
            line.append(min(changed, cost[-1][y] + _SKIP_COST, line[-1] + _SKIP_COST))
        cost.append(line)
    return cost


def _change_cost(word: str, other: str) -> float:
    return _CHANGE_COST * (1.0 - word_similarity(word, other))

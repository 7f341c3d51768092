"""Long text: how probable each word of a line is that several sources have read, and the best line of these words.

Each slot of the word network has one true word or none. A source copies it, changes it, omits it, or inserts a word
where there is none. The rates of that are learnt without truth, by expectation maximisation (A. P. Dawid, A. M. Skene,
Applied Statistics 28, 1979, with spelling in place of a confusion table). They are shrunk to the rates of all sources,
and adapted to how the source does on the line at hand. A changed word mostly resembles the true one. A word is more
probable the more often it stands elsewhere in the collection, alone and beside its neighbours.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from math import exp, log

from rapidfuzz.distance import Levenshtein

WordProbabilities = dict[str, float]
"""Probability of each word of a slot, NO_WORD among them; they sum to 1."""


_EM_ROUND_COUNT = 5
"""Rounds of expectation maximisation; the last one is the weighing of a line. Chosen by hand."""


_COMMON_PRIOR_WORDS = 50.0
"""Weight, in words, of the rates that WordRates() has: those found on the first sets measured."""


_SOURCE_PRIOR_WORDS = 8.0
"""Weight, in words, of the common rates against a source's own: it has rates of its own after a line or two."""


_LINE_PRIOR_WORDS = 10.0
"""Weight, in words, of a source's usual rates against those on the line at hand. Chosen by hand."""


_MISSPELLING_SHARE = 0.07
"""The share of changed words that are a misspelling of the true one rather than another word."""


_MISSPELLING_DECAY = 10.0
"""How fast a misspelling becomes improbable with its distance from the true word (0 to 1). Chosen by hand."""


_NEIGHBOUR_WEIGHT = 0.3
"""Weight of the log probability of a word beside its neighbours, against that of the word alone. Chosen by hand."""


_NEIGHBOUR_PRIOR_COUNT = 3.0
"""So many sightings of a word count as chance when its share beside a neighbour is estimated. Chosen by hand."""


_UNSEEN_WORD_PROBABILITY = 1e-6
"""Probability of a word that stands nowhere else in the collection."""


_LINE_END = "\n"
"""Stands for the neighbour of a line's first and of its last word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordRates:
    """How often a source copies, changes and omits a true word (together 1), and how often it inserts one."""

    copies: float = 0.86
    changes: float = 0.09
    omits: float = 0.05
    inserts: float = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The word network of one line, and the sources that read it in the order of the slots' words."""

    slots: tuple[Slot, ...]
    sources: tuple[Hashable, ...]


@dataclass(slots=True, kw_only=True)
class LineModel:
    """The rates and words learnt of a collection of lines. `learn_line_model` makes one; `weigh` applies it.

    `word_counts` are the words of all readings, `pair_counts` the words that follow each other in them, and
    `first_counts` the first words of these pairs. `empty_share` is the share of slots without a true word.
    """

    common_rates: WordRates = field(default_factory=WordRates)
    source_rates: Mapping[Hashable, WordRates] = field(default_factory=dict)
    empty_share: float = 0.1
    word_counts: Counter[str] = field(default_factory=Counter)
    word_total: int = 0
    pair_counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    first_counts: Counter[str] = field(default_factory=Counter)

    def weigh(self, line: Line) -> list[WordProbabilities]:
        """The probability of each word of each slot, given the neighbours and how each source does on this line."""
        slots = _weigh_slots(self, line, self.usual_rates(line))
        for _ in range(2):
            slots = _weigh_slots(self, line, _rates_on_line(self, line, slots))
        return _with_neighbours(self, line, slots)

    def usual_rates(self, line: Line) -> list[list[WordRates]]:
        """The rates of each source of a line, the same for every slot; those of all where the source is not known."""
        rates = [self.source_rates.get(source, self.common_rates) for source in line.sources]
        return [rates] * len(line.slots)


def learn_line_model(lines: Sequence[Line]) -> LineModel:
    """The rates of every source and the words of a collection, learnt from the readings alone."""
    model = LineModel()
    _count_words(model, lines)
    for _ in range(_EM_ROUND_COUNT - 1):
        _update_rates(model, lines)
    return model


def best_line(slots: Sequence[WordProbabilities]) -> list[str]:
    """The most probable word of each slot, NO_WORD among them; of equals the first in alphabetical order."""
    return [min(slot, key=lambda word: (-slot[word], word)) for slot in slots]


def _count_words(model: LineModel, lines: Sequence[Line]) -> None:
    for line in lines:
        for slot in line.slots:
            model.word_counts.update(word for word in slot if word)
        for pair, count in _word_pairs(line).items():
            model.pair_counts[pair] += count
            model.first_counts[pair[0]] += count
    model.word_total = model.word_counts.total()


def _word_pairs(line: Line) -> Counter[tuple[str, str]]:
    """How often a word follows another in the readings of a line."""
    pairs: Counter[tuple[str, str]] = Counter()
    for reader in range(len(line.sources)):
        pairs.update(pairwise([_LINE_END, *(slot[reader] for slot in line.slots if slot[reader]), _LINE_END]))
    return pairs


def _word_prior(model: LineModel, word: str, on_this_line: int = 0) -> float:
    """The probability of a word before its line is read: its share of all words, without those on this line."""
    return (max(0, model.word_counts[word] - on_this_line) + 0.02) / (model.word_total + 1) + _UNSEEN_WORD_PROBABILITY


def _weigh_slots(model: LineModel, line: Line, rates: Sequence[Sequence[WordRates]]) -> list[WordProbabilities]:
    """The probability of each word of each slot, from the rates of each source at each slot."""
    on_line = Counter(word for slot in line.slots for word in slot)
    return [_weigh_slot(model, slot, row, on_line) for slot, row in zip(line.slots, rates, strict=True)]


def _weigh_slot(
    model: LineModel, slot: Slot, rates: Sequence[WordRates], on_line: Mapping[str, int]
) -> WordProbabilities:
    logs = {NO_WORD: log(model.empty_share)}
    for word, rate in zip(slot, rates, strict=True):
        logs[NO_WORD] += log(word_likelihood(model, NO_WORD, word, rate))
    for true in sorted(set(slot) - {NO_WORD}):
        logs[true] = log(1.0 - model.empty_share) + log(_word_prior(model, true, on_line[true]))
        for word, rate in zip(slot, rates, strict=True):
            logs[true] += log(word_likelihood(model, true, word, rate))
    return _normalised(logs)


def word_likelihood(model: LineModel, true: str, word: str, rate: WordRates) -> float:
    """P(a source has `word` in a slot, given that `true` is written there); either may be NO_WORD."""
    if true == NO_WORD:
        return 1.0 - rate.inserts if word == NO_WORD else rate.inserts * _word_prior(model, word)
    if word == true:
        return rate.copies
    if word == NO_WORD:
        return rate.omits
    misspelt = 0.05 * exp(-_MISSPELLING_DECAY * (1.0 - word_similarity(word, true)))
    return rate.changes * (_MISSPELLING_SHARE * misspelt + (1.0 - _MISSPELLING_SHARE) * _word_prior(model, word))


def _normalised(logs: Mapping[str, float]) -> WordProbabilities:
    """Probabilities that sum to 1, from log probabilities that need not."""
    most = max(logs.values())
    total = sum(exp(value - most) for value in logs.values())
    return {word: exp(value - most) / total for word, value in logs.items()}


def count_edits(written: Sequence[str], read: Sequence[str]) -> list[float]:
    """What a source did with the written words: how many it (copied, changed, omitted, inserted, left empty).

    Left empty are slots where nothing is written and the source has nothing.
    """
    if list(written) == list(read):
        return [float(len(written)), 0.0, 0.0, 0.0, 0.0]
    edits = [0.0] * 5
    for true, word in build_network([written, read]):
        if true == NO_WORD:
            edits[3] += 1.0
        else:
            edits[0 if word == true else 2 if word == NO_WORD else 1] += 1.0
    return edits


def _expected_edits(slot: Slot, probabilities: WordProbabilities) -> list[tuple[float, float, float, float, float]]:
    """The expected edits of each source in one slot, as `count_edits` counts them."""
    empty = probabilities[NO_WORD]
    return [
        (0.0, 0.0, 1.0 - empty, 0.0, empty)
        if word == NO_WORD
        else (probabilities[word], 1.0 - empty - probabilities[word], 0.0, empty, 0.0)
        for word in slot
    ]


def shrunk_rates(edits: Sequence[float], usual: WordRates, prior_words: float) -> WordRates:
    """Rates from counts as `count_edits` gives them, shrunk to the usual rates with the weight of `prior_words`.

    No rate is 0 or 1.
    """
    written = sum(edits[:3]) + prior_words
    empty = edits[3] + edits[4] + prior_words
    changes = max(1e-4, (edits[1] + prior_words * usual.changes) / written)
    omits = max(1e-4, (edits[2] + prior_words * usual.omits) / written)
    inserts = min(0.5, max(1e-4, (edits[3] + prior_words * usual.inserts) / empty))
    return WordRates(copies=max(1e-3, 1.0 - changes - omits), changes=changes, omits=omits, inserts=inserts)


def _update_rates(model: LineModel, lines: Sequence[Line]) -> None:
    """One round of expectation maximisation: weigh every line, count each source's edits, set the model's rates."""
    edits_of: dict[Hashable, list[float]] = {}
    edits_of_all = [0.0] * 5
    for line in lines:
        slots = _weigh_slots(model, line, model.usual_rates(line))
        for slot, probabilities in zip(line.slots, slots, strict=True):
            for source, expected in zip(line.sources, _expected_edits(slot, probabilities), strict=True):
                edits = edits_of.setdefault(source, [0.0] * 5)
                for number, count in enumerate(expected):
                    edits[number] += count
                    edits_of_all[number] += count
    word_count = sum(len(line.slots) * len(line.sources) for line in lines)
    model.empty_share = min(0.5, max(0.02, (edits_of_all[3] + edits_of_all[4]) / max(1, word_count)))
    model.common_rates = shrunk_rates(edits_of_all, WordRates(), _COMMON_PRIOR_WORDS)
    model.source_rates = {
        source: shrunk_rates(edits, model.common_rates, _SOURCE_PRIOR_WORDS) for source, edits in edits_of.items()
    }


def _rates_on_line(model: LineModel, line: Line, slots: Sequence[WordProbabilities]) -> list[list[WordRates]]:
    """Each source's rates at each slot, adapted to its expected edits in the other slots of the line."""
    expected = [_expected_edits(slot, probabilities) for slot, probabilities in zip(line.slots, slots, strict=True)]
    sums = [[sum(row[reader][edit] for row in expected) for edit in range(5)] for reader in range(len(line.sources))]
    usual = [model.source_rates.get(source, model.common_rates) for source in line.sources]
    return [
        [
            shrunk_rates([total - own for total, own in zip(totals, edits, strict=True)], rates, _LINE_PRIOR_WORDS)
            for totals, edits, rates in zip(sums, row, usual, strict=True)
        ]
        for row in expected
    ]


def _with_neighbours(model: LineModel, line: Line, slots: Sequence[WordProbabilities]) -> list[WordProbabilities]:
    """The same probabilities, weighted by how often each word stands beside its neighbours in the other lines."""
    on_line = Counter(word for slot in line.slots for word in slot)
    pairs_on_line = _word_pairs(line)
    firsts_on_line = Counter({first: 0 for first, _ in pairs_on_line})
    for (first, _), count in pairs_on_line.items():
        firsts_on_line[first] += count

    def lift(first: str, second: str) -> float:
        """The log of how much more often `second` follows `first` than it stands anywhere."""
        alone = 0.05 if second == _LINE_END else _word_prior(model, second, on_line[second])
        readers = max(1, len(line.sources))
        pairs = max(0.0, model.pair_counts[first, second] - pairs_on_line[first, second]) / readers
        firsts = max(0.0, model.first_counts[first] - firsts_on_line[first]) / readers
        return log((pairs + _NEIGHBOUR_PRIOR_COUNT * alone) / (firsts + _NEIGHBOUR_PRIOR_COUNT) / alone)

    result = list(slots)
    for _ in range(2):
        chosen = best_line(result)
        result = [_slot_with_neighbours(slot, chosen, place, lift) for place, slot in enumerate(slots)]
    return result


def _slot_with_neighbours(
    slot: WordProbabilities, chosen: Sequence[str], place: int, lift: Callable[[str, str], float]
) -> WordProbabilities:
    """The probabilities of one slot, weighted by the lift of each word beside the chosen words around it."""
    before = next((word for word in reversed(chosen[:place]) if word), _LINE_END)
    after = next((word for word in chosen[place + 1 :] if word), _LINE_END)
    logs = {
        word: log(max(probability, 1e-12))
        + _NEIGHBOUR_WEIGHT * (lift(before, word) + lift(word, after) if word else lift(before, after))
        for word, probability in slot.items()
    }
    return _normalised(logs)


# A word network: several readings of one line of text aligned word by word.
#
# It is built as in ROVER (J. G. Fiscus, A post-processing system to yield reduced word error rates, ASRU 1997), but
# around the reading nearest to all others instead of the first one. The order of the readings then does not matter.

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

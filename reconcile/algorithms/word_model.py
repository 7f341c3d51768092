"""Long text: how probable is each word of a line that several sources have read, and which line that makes.

Each slot of the word network has one true word or none. A source copies it, changes it, leaves it out or puts a word
in, at rates learnt by expectation maximisation without truth (A. P. Dawid, A. M. Skene, Applied Statistics 28, 1979,
with spelling in place of a confusion table), shrunk to the rates of all, and bent by how the source does on this very
line. A changed word is rather like the true one; a word is the more probable the more often it stands elsewhere in the
same collection, alone and beside its neighbours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import exp, log

from reconcile.algorithms.word_network import NO_WORD, Slot, build_network, word_similarity

WordProbabilities = dict[str, float]
"""Probability of each word of a slot, NOTHING among them; they sum to 1."""

_EM_ROUND_COUNT = 5
_COMMON_PRIOR_WORDS = 50.0
"""Words' worth of belief in the rates of Rates(): what they were on the first sets measured."""
_SOURCE_PRIOR_WORDS = 8.0
"""Words' worth of belief in the common rates: a source has its own rates after a line or two."""
_LINE_PRIOR_WORDS = 10.0
"""Words' worth of belief in a source's usual rates against what it did on this line."""
_MISSPELLING_SHARE = 0.07
"""The share of changed words that are a misspelling of the true one rather than another word."""
_MISSPELLING_DECAY = 10.0
"""How fast a misspelling becomes improbable with its distance from the true word."""
_NEIGHBOUR_WEIGHT = 0.3
_NEIGHBOUR_PRIOR_COUNT = 3.0
"""Weight of a word's neighbours in the same collection, and how many sightings are believed against chance."""
_UNSEEN_WORD_PROBABILITY = 1e-6
"""Probability of a word that stands nowhere else in the collection."""
_LINE_END = "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class WordRates:
    """What a source does with a true word (copies, changes or leaves out: together 1), and how often it puts one in."""

    copies: float = 0.86
    changes: float = 0.09
    omits: float = 0.05
    inserts: float = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The network of one line and who read it, in the order of the slots' words."""

    slots: tuple[Slot, ...]
    sources: tuple[Hashable, ...]


@dataclass(slots=True, kw_only=True)
class LineModel:
    """What has been learnt of a collection of lines. `learn` makes one; `weigh` then weighs any line with it."""

    common_rates: WordRates = field(default_factory=WordRates)
    source_rates: Mapping[Hashable, WordRates] = field(default_factory=dict)
    empty_share: float = 0.1
    word_counts: Counter[str] = field(default_factory=Counter)
    word_total: int = 0
    pair_counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    first_counts: Counter[str] = field(default_factory=Counter)

    def weigh(self, line: Line) -> list[WordProbabilities]:
        """The probability of each word of each slot, neighbours and the line's own conditions considered."""
        shares = _weigh_slots(self, line, self.usual_rates(line))
        for _ in range(2):
            shares = _weigh_slots(self, line, _rates_on_line(self, line, shares))
        return _with_neighbours(self, line, shares)

    def usual_rates(self, line: Line) -> list[list[WordRates]]:
        rates = [self.source_rates.get(source, self.common_rates) for source in line.sources]
        return [rates] * len(line.slots)


def learn_line_model(lines: Sequence[Line]) -> LineModel:
    """The rates of every source and the words of a collection, from the readings alone."""
    model = LineModel()
    _count_words(model, lines)
    for _ in range(_EM_ROUND_COUNT - 1):
        _update_rates(model, lines)
    return model


def best_line(shares: Sequence[WordProbabilities]) -> list[str]:
    """The most probable word of each slot, NOTHING among them; of equals the first in alphabetical order."""
    return [min(share, key=lambda word: (-share[word], word)) for share in shares]


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
    found: Counter[tuple[str, str]] = Counter()
    for reader in range(len(line.sources)):
        spoken = [_LINE_END, *(slot[reader] for slot in line.slots if slot[reader]), _LINE_END]
        found.update(pairwise(spoken))
    return found


def _word_prior(model: LineModel, word: str, here: int = 0) -> float:
    """How probable a word is before this line is read: its share of all words read, less this line's own."""
    return (max(0, model.word_counts[word] - here) + 0.02) / (model.word_total + 1) + _UNSEEN_WORD_PROBABILITY


def _weigh_slots(model: LineModel, line: Line, rates: Sequence[Sequence[WordRates]]) -> list[WordProbabilities]:
    own = Counter(word for slot in line.slots for word in slot)
    return [_weigh_slot(model, slot, row, own) for slot, row in zip(line.slots, rates, strict=True)]


def _weigh_slot(model: LineModel, slot: Slot, rates: Sequence[WordRates], own: Mapping[str, int]) -> WordProbabilities:
    logs = {NO_WORD: log(model.empty_share)}
    for word, rate in zip(slot, rates, strict=True):
        logs[NO_WORD] += log(word_likelihood(model, NO_WORD, word, rate))
    for true in sorted(set(slot) - {NO_WORD}):
        logs[true] = log(1.0 - model.empty_share) + log(_word_prior(model, true, own[true]))
        for word, rate in zip(slot, rates, strict=True):
            logs[true] += log(word_likelihood(model, true, word, rate))
    return _normalised(logs)


def word_likelihood(model: LineModel, true: str, word: str, rate: WordRates) -> float:
    """P(a source has `word` in a slot | `true` stands there); either may be NOTHING."""
    if true == NO_WORD:
        return 1.0 - rate.inserts if word == NO_WORD else rate.inserts * _word_prior(model, word)
    if word == true:
        return rate.copies
    if word == NO_WORD:
        return rate.omits
    like = 0.05 * exp(-_MISSPELLING_DECAY * (1.0 - word_similarity(word, true)))
    return rate.changes * (_MISSPELLING_SHARE * like + (1.0 - _MISSPELLING_SHARE) * _word_prior(model, word))


def _normalised(logs: Mapping[str, float]) -> WordProbabilities:
    most = max(logs.values())
    total = sum(exp(each - most) for each in logs.values())
    return {word: exp(each - most) / total for word, each in logs.items()}


def count_edits(written: Sequence[str], said: Sequence[str]) -> list[float]:
    """What a source did with the words that are written: (copied, changed, omitted, inserted, rightly silent)."""
    if list(written) == list(said):
        return [float(len(written)), 0.0, 0.0, 0.0, 0.0]
    found = [0.0] * 5
    for true, word in build_network([written, said]):
        if true == NO_WORD:
            found[3] += 1.0
        else:
            found[0 if word == true else 2 if word == NO_WORD else 1] += 1.0
    return found


def _expected_edits(slot: Slot, share: WordProbabilities) -> list[tuple[float, float, float, float, float]]:
    """Expected (copied, changed, omitted, inserted, rightly silent) of each source in one slot."""
    none = share[NO_WORD]
    return [
        (0.0, 0.0, 1.0 - none, 0.0, none)
        if word == NO_WORD
        else (share[word], 1.0 - none - share[word], 0.0, none, 0.0)
        for word in slot
    ]


def shrunk_rates(tally: Sequence[float], usual: WordRates, belief: float) -> WordRates:
    """Rates from expected counts, shrunk to the usual ones by `belief` words; none is ever quite 0 or 1."""
    spoken = sum(tally[:3]) + belief
    silent = tally[3] + tally[4] + belief
    changes = max(1e-4, (tally[1] + belief * usual.changes) / spoken)
    omits = max(1e-4, (tally[2] + belief * usual.omits) / spoken)
    inserts = min(0.5, max(1e-4, (tally[3] + belief * usual.inserts) / silent))
    return WordRates(copies=max(1e-3, 1.0 - changes - omits), changes=changes, omits=omits, inserts=inserts)


def _update_rates(model: LineModel, lines: Sequence[Line]) -> None:
    """One round of expectation maximisation: weigh every line, count what each source did, take over its rates."""
    tallies: dict[Hashable, list[float]] = {}
    everybody = [0.0] * 5
    for line in lines:
        shares = _weigh_slots(model, line, model.usual_rates(line))
        for slot, share in zip(line.slots, shares, strict=True):
            for source, counted in zip(line.sources, _expected_edits(slot, share), strict=True):
                tally = tallies.setdefault(source, [0.0] * 5)
                for number, each in enumerate(counted):
                    tally[number] += each
                    everybody[number] += each
    slots = sum(len(line.slots) * len(line.sources) for line in lines)
    model.empty_share = min(0.5, max(0.02, (everybody[3] + everybody[4]) / max(1, slots)))
    model.common_rates = shrunk_rates(everybody, WordRates(), _COMMON_PRIOR_WORDS)
    model.source_rates = {
        source: shrunk_rates(tally, model.common_rates, _SOURCE_PRIOR_WORDS) for source, tally in tallies.items()
    }


def _rates_on_line(model: LineModel, line: Line, shares: Sequence[WordProbabilities]) -> list[list[WordRates]]:
    """Each source's rates at each slot, bent by what it did in the other slots of this line."""
    counted = [_expected_edits(slot, share) for slot, share in zip(line.slots, shares, strict=True)]
    sums = [[sum(row[reader][each] for row in counted) for each in range(5)] for reader in range(len(line.sources))]
    usual = [model.source_rates.get(source, model.common_rates) for source in line.sources]
    return [
        [
            shrunk_rates([whole - here for whole, here in zip(total, mine, strict=True)], rate, _LINE_PRIOR_WORDS)
            for total, mine, rate in zip(sums, row, usual, strict=True)
        ]
        for row in counted
    ]


def _with_neighbours(model: LineModel, line: Line, shares: Sequence[WordProbabilities]) -> list[WordProbabilities]:
    """The shares again, with how often each word stands beside its neighbours in the other lines."""
    own = Counter(word for slot in line.slots for word in slot)
    mine = _word_pairs(line)
    before = Counter({first: 0 for first, _ in mine})
    for (first, _), count in mine.items():
        before[first] += count

    def lift(first: str, second: str) -> float:
        alone = 0.05 if second == _LINE_END else _word_prior(model, second, own[second])
        readers = max(1, len(line.sources))
        seen = max(0.0, model.pair_counts[first, second] - mine[first, second]) / readers
        chances = max(0.0, model.first_counts[first] - before[first]) / readers
        return log((seen + _NEIGHBOUR_PRIOR_COUNT * alone) / (chances + _NEIGHBOUR_PRIOR_COUNT) / alone)

    result = list(shares)
    for _ in range(2):
        chosen = best_line(result)
        result = [_slot_with_neighbours(share, chosen, place, lift) for place, share in enumerate(shares)]
    return result


def _slot_with_neighbours(
    share: WordProbabilities, chosen: Sequence[str], place: int, lift: Callable[[str, str], float]
) -> WordProbabilities:
    first = next((word for word in reversed(chosen[:place]) if word), _LINE_END)
    last = next((word for word in chosen[place + 1 :] if word), _LINE_END)
    logs = {
        word: log(max(each, 1e-12))
        + _NEIGHBOUR_WEIGHT * (lift(first, word) + lift(word, last) if word else lift(first, last))
        for word, each in share.items()
    }
    return _normalised(logs)

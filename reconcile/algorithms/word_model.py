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

from reconcile.algorithms.word_network import NOTHING, Slot, alike, network

Shares = dict[str, float]
"""Probability of each word of a slot, NOTHING among them; they sum to 1."""

_ROUNDS = 5
_BELIEF = 50.0
"""Words' worth of belief in the rates of Rates(): what they were on the first sets measured."""
_SHRINK = 8.0
"""Words' worth of belief in the common rates: a source has its own rates after a line or two."""
_SHRINK_LINE = 10.0
"""Words' worth of belief in a source's usual rates against what it did on this line."""
_LIKE = 0.07
"""The share of changed words that are a misspelling of the true one rather than another word."""
_SHARP = 10.0
"""How fast a misspelling becomes improbable with its distance from the true word."""
_NEIGHBOUR = 0.3
_NEIGHBOUR_PRIOR = 3.0
"""Weight of a word's neighbours in the same collection, and how many sightings are believed against chance."""
_UNSEEN = 1e-6
"""Probability of a word that stands nowhere else in the collection."""
_END = "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
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

    common: Rates = field(default_factory=Rates)
    rates: Mapping[Hashable, Rates] = field(default_factory=dict)
    empty: float = 0.1
    counts: Counter[str] = field(default_factory=Counter)
    total: int = 0
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    befores: Counter[str] = field(default_factory=Counter)

    def weigh(self, line: Line) -> list[Shares]:
        """The probability of each word of each slot, neighbours and the line's own conditions considered."""
        shares = _weigh_slots(self, line, self._usual(line))
        for _ in range(2):
            shares = _weigh_slots(self, line, _on_this_line(self, line, shares))
        return _beside_neighbours(self, line, shares)

    def _usual(self, line: Line) -> list[list[Rates]]:
        rates = [self.rates.get(source, self.common) for source in line.sources]
        return [rates] * len(line.slots)


def learn_lines(lines: Sequence[Line]) -> LineModel:
    """The rates of every source and the words of a collection, from the readings alone."""
    model = LineModel()
    _count(model, lines)
    for _ in range(_ROUNDS - 1):
        _estimate(model, lines)
    return model


def best_line(shares: Sequence[Shares]) -> list[str]:
    """The most probable word of each slot, NOTHING among them; of equals the first in alphabetical order."""
    return [min(share, key=lambda word: (-share[word], word)) for share in shares]


def _count(model: LineModel, lines: Sequence[Line]) -> None:
    for line in lines:
        for slot in line.slots:
            model.counts.update(word for word in slot if word)
        for pair, count in _pairs(line).items():
            model.pairs[pair] += count
            model.befores[pair[0]] += count
    model.total = model.counts.total()


def _pairs(line: Line) -> Counter[tuple[str, str]]:
    """How often a word follows another in the readings of a line."""
    found: Counter[tuple[str, str]] = Counter()
    for reader in range(len(line.sources)):
        spoken = [_END, *(slot[reader] for slot in line.slots if slot[reader]), _END]
        found.update(pairwise(spoken))
    return found


def _word(model: LineModel, word: str, here: int = 0) -> float:
    """How probable a word is before this line is read: its share of all words read, less this line's own."""
    return (max(0, model.counts[word] - here) + 0.02) / (model.total + 1) + _UNSEEN


def _weigh_slots(model: LineModel, line: Line, rates: Sequence[Sequence[Rates]]) -> list[Shares]:
    own = Counter(word for slot in line.slots for word in slot)
    return [_weigh_slot(model, slot, row, own) for slot, row in zip(line.slots, rates, strict=True)]


def _weigh_slot(model: LineModel, slot: Slot, rates: Sequence[Rates], own: Mapping[str, int]) -> Shares:
    logs = {NOTHING: log(model.empty)}
    for word, rate in zip(slot, rates, strict=True):
        logs[NOTHING] += log(read_as(model, NOTHING, word, rate))
    for true in sorted(set(slot) - {NOTHING}):
        logs[true] = log(1.0 - model.empty) + log(_word(model, true, own[true]))
        for word, rate in zip(slot, rates, strict=True):
            logs[true] += log(read_as(model, true, word, rate))
    return _shares(logs)


def read_as(model: LineModel, true: str, word: str, rate: Rates) -> float:
    """P(a source has `word` in a slot | `true` stands there); either may be NOTHING."""
    if true == NOTHING:
        return 1.0 - rate.inserts if word == NOTHING else rate.inserts * _word(model, word)
    if word == true:
        return rate.copies
    if word == NOTHING:
        return rate.omits
    like = 0.05 * exp(-_SHARP * (1.0 - alike(word, true)))
    return rate.changes * (_LIKE * like + (1.0 - _LIKE) * _word(model, word))


def _shares(logs: Mapping[str, float]) -> Shares:
    most = max(logs.values())
    total = sum(exp(each - most) for each in logs.values())
    return {word: exp(each - most) / total for word, each in logs.items()}


def finished_line(written: Sequence[str], said: Sequence[str]) -> list[float]:
    """What a source did with the words that are written: (copied, changed, omitted, inserted, rightly silent)."""
    if list(written) == list(said):
        return [float(len(written)), 0.0, 0.0, 0.0, 0.0]
    found = [0.0] * 5
    for true, word in network([written, said]):
        if true == NOTHING:
            found[3] += 1.0
        else:
            found[0 if word == true else 2 if word == NOTHING else 1] += 1.0
    return found


def _tally(slot: Slot, share: Shares) -> list[tuple[float, float, float, float, float]]:
    """Expected (copied, changed, omitted, inserted, rightly silent) of each source in one slot."""
    none = share[NOTHING]
    return [
        (0.0, 0.0, 1.0 - none, 0.0, none)
        if word == NOTHING
        else (share[word], 1.0 - none - share[word], 0.0, none, 0.0)
        for word in slot
    ]


def shrunk(tally: Sequence[float], usual: Rates, belief: float) -> Rates:
    """Rates from expected counts, shrunk to the usual ones by `belief` words; none is ever quite 0 or 1."""
    spoken = sum(tally[:3]) + belief
    silent = tally[3] + tally[4] + belief
    changes = max(1e-4, (tally[1] + belief * usual.changes) / spoken)
    omits = max(1e-4, (tally[2] + belief * usual.omits) / spoken)
    inserts = min(0.5, max(1e-4, (tally[3] + belief * usual.inserts) / silent))
    return Rates(copies=max(1e-3, 1.0 - changes - omits), changes=changes, omits=omits, inserts=inserts)


def _estimate(model: LineModel, lines: Sequence[Line]) -> None:
    """One round of expectation maximisation: weigh every line, count what each source did, take over its rates."""
    tallies: dict[Hashable, list[float]] = {}
    everybody = [0.0] * 5
    for line in lines:
        shares = _weigh_slots(model, line, model._usual(line))
        for slot, share in zip(line.slots, shares, strict=True):
            for source, counted in zip(line.sources, _tally(slot, share), strict=True):
                tally = tallies.setdefault(source, [0.0] * 5)
                for number, each in enumerate(counted):
                    tally[number] += each
                    everybody[number] += each
    slots = sum(len(line.slots) * len(line.sources) for line in lines)
    model.empty = min(0.5, max(0.02, (everybody[3] + everybody[4]) / max(1, slots)))
    model.common = shrunk(everybody, Rates(), _BELIEF)
    model.rates = {source: shrunk(tally, model.common, _SHRINK) for source, tally in tallies.items()}


def _on_this_line(model: LineModel, line: Line, shares: Sequence[Shares]) -> list[list[Rates]]:
    """Each source's rates at each slot, bent by what it did in the other slots of this line."""
    counted = [_tally(slot, share) for slot, share in zip(line.slots, shares, strict=True)]
    sums = [[sum(row[reader][each] for row in counted) for each in range(5)] for reader in range(len(line.sources))]
    usual = [model.rates.get(source, model.common) for source in line.sources]
    return [
        [
            shrunk([whole - here for whole, here in zip(total, mine, strict=True)], rate, _SHRINK_LINE)
            for total, mine, rate in zip(sums, row, usual, strict=True)
        ]
        for row in counted
    ]


def _beside_neighbours(model: LineModel, line: Line, shares: Sequence[Shares]) -> list[Shares]:
    """The shares again, with how often each word stands beside its neighbours in the other lines."""
    own = Counter(word for slot in line.slots for word in slot)
    mine = _pairs(line)
    before = Counter({first: 0 for first, _ in mine})
    for (first, _), count in mine.items():
        before[first] += count

    def lift(first: str, second: str) -> float:
        alone = 0.05 if second == _END else _word(model, second, own[second])
        readers = max(1, len(line.sources))
        seen = max(0.0, model.pairs[first, second] - mine[first, second]) / readers
        chances = max(0.0, model.befores[first] - before[first]) / readers
        return log((seen + _NEIGHBOUR_PRIOR * alone) / (chances + _NEIGHBOUR_PRIOR) / alone)

    result = list(shares)
    for _ in range(2):
        chosen = best_line(result)
        result = [_lifted(share, chosen, place, lift) for place, share in enumerate(shares)]
    return result


def _lifted(share: Shares, chosen: Sequence[str], place: int, lift: Callable[[str, str], float]) -> Shares:
    first = next((word for word in reversed(chosen[:place]) if word), _END)
    last = next((word for word in chosen[place + 1 :] if word), _END)
    logs = {
        word: log(max(each, 1e-12)) + _NEIGHBOUR * (lift(first, word) + lift(word, last) if word else lift(first, last))
        for word, each in share.items()
    }
    return _shares(logs)

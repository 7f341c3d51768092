"""Conventions of one source, learnt from its own readings: what it writes for what stands there.

A reader writes "rd" for "road", leaves a unit out, puts "Mr" before a name or mends "Meier" to "Meyer", and does so
again and again: that is a way of saying the same, not an error. A convention is a pair of phrases, what is written and
what the source says for it; "^" and "$" stand for the start and the end of a text, so that a phrase put in before or
behind is a pair like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from reconcile.parameters.shrinkage import RARE_WEIGHT_COUNT, shrunk

Pair = tuple[str, str]
"""(what is written, what the source writes for it)."""

TalliesByPhrase = Mapping[str, Mapping[str, Sequence[float]]]
"""By what is written and what is said for it: (followed, of so many)."""

START_SIGN = "^"
"""Stands for the start of a text in a phrase."""

END_SIGN = "$"
"""Stands for the end of a text in a phrase."""

MAX_PHRASE_WORD_COUNT = 3
"""Words of the longest phrase: whole lines that differ are no convention. Chosen by hand."""

MIN_FOLLOWED_COUNT = 3.0
"""A source must have followed it on so many fields before it counts as its convention.

What stands in parameters outlives the scans, so it must not be about one of them.
"""

MIN_FOLLOWED_SHARE = 0.2
"""What a source does less often than this is an error each time. Chosen by hand."""

FIRST_OCCASIONS_PER_USE = 2.0
"""The occasions per use that a new convention is taken to have, until it was counted. Chosen by hand."""

MAX_COMBINED_COUNT = 3
"""The most conventions tried on one text, all at once and each by itself. Chosen by hand."""

CACHED_COUNT = 4096
"""The size of each cache of values derived from parameters: source models, shapes, ways to say a text. Some hundred
sources with their types of field. Chosen by hand."""


class Way(NamedTuple):
    """One way in which a source may say a text.

    `share` is how often it does of the times that likelier ways leave; `pairs` are the conventions in it.
    """

    text: str
    share: float
    pairs: tuple[Pair, ...]


class Phrases:
    """The conventions of one source."""

    def __init__(self, tree: TalliesByPhrase) -> None:
        self._shares: dict[Pair, float] = {
            (written, said): shrunk(tally, 0.0, RARE_WEIGHT_COUNT)
            for written, others in tree.items()
            for said, tally in others.items()
        }
        self._ways: dict[str, tuple[Way, ...]] = {}

    def __bool__(self) -> bool:
        return bool(self._shares)

    def ways(self, written: str) -> tuple[Way, ...]:
        """How the source may say this text instead: by all of its conventions that apply, then by each alone."""
        found = self._ways.get(written)
        if found is None:
            if len(self._ways) >= CACHED_COUNT:
                self._ways.clear()
            found = self._ways[written] = self._find(written)
        return found

    def _find(self, written: str) -> tuple[Way, ...]:
        padded = f" {START_SIGN} {written} {END_SIGN} "
        pairs = sorted(
            (pair for pair in self._shares if f" {pair[0]} " in padded), key=lambda pair: (-self._shares[pair], pair)
        )[:MAX_COMBINED_COUNT]
        chosen = [tuple(pairs), *((pair,) for pair in pairs)] if len(pairs) > 1 else [(pair,) for pair in pairs]
        found: dict[str, Way] = {}
        for some in chosen:
            text = _said(padded, some)
            if text and text != written:
                found.setdefault(text, Way(text, min(self._shares[pair] for pair in some), some))
        return tuple(found.values())


NO_PHRASES = Phrases({})


def differences(written: str, said: str) -> list[Pair]:
    """The pairs of phrases by which a reading differs from what is written.

    None where they have nothing in common, where a phrase is too long, or where something was put in between.
    """
    there, here = written.split(), said.split()
    found: list[Pair] = []
    kept = 0
    for block in Levenshtein.opcodes(there, here):
        was, became = there[block.src_start : block.src_end], here[block.dest_start : block.dest_end]
        if block.tag == "equal":
            kept += len(was)
        elif len(was) > MAX_PHRASE_WORD_COUNT or len(became) > MAX_PHRASE_WORD_COUNT:
            return []
        elif was:
            found.append((" ".join(was), " ".join(became)))
        elif block.src_start == 0:
            found.append((START_SIGN, " ".join([START_SIGN, *became])))
        elif block.src_start == len(there):
            found.append((END_SIGN, " ".join([*became, END_SIGN])))
        else:
            return []
    return found if kept else []


def kept_phrases(
    counted: Mapping[str, TalliesByPhrase], noticed: Mapping[str, Mapping[Pair, float]]
) -> dict[str, dict[str, dict[str, list[float]]]]:
    """The conventions of each source that were followed often enough, those just noticed with a first guess."""
    tree: dict[str, dict[str, dict[str, list[float]]]] = {}
    for source, written, said, tally in _all(counted, noticed):
        if tally[0] >= MIN_FOLLOWED_COUNT and tally[0] >= MIN_FOLLOWED_SHARE * tally[1]:
            tree.setdefault(source, {}).setdefault(written, {})[said] = [round(each, 3) for each in tally]
    return tree


def _all(
    counted: Mapping[str, TalliesByPhrase], noticed: Mapping[str, Mapping[Pair, float]]
) -> Iterable[tuple[str, str, str, Sequence[float]]]:
    for source in sorted({*counted, *noticed}):
        known = counted.get(source, {})
        for written in sorted(known):
            for said in sorted(known[written]):
                yield source, written, said, known[written][said]
        for (written, said), count in sorted(noticed.get(source, {}).items()):
            if said not in known.get(written, {}):
                yield source, written, said, [count, count * FIRST_OCCASIONS_PER_USE]


def _said(padded: str, pairs: Iterable[Pair]) -> str:
    for written, said in pairs:
        padded = padded.replace(f" {written} ", f" {said} ")
    return " ".join(word for word in padded.split() if word not in (START_SIGN, END_SIGN))

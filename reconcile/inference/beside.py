"""Texts that stand beside a field and that engines may read in its place, as all of them cut the same picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import exp
from types import MappingProxyType
from typing import NamedTuple

from reconcile.inference.noisy_channel import READ_UNREADABLE_SHARE, Component, Source
from reconcile.inference.votes import null_of
from reconcile.parameters import CharacterConfusions, misreading_probability

STRAY_SHARE = 0.0001
"""P that what stands beside a field is read in its place by all engines that are misled. Chosen by hand."""

EMPTY_STRAY_SHARE = 0.01
"""The same where nothing is written, or a mark: there is no other text to read. Chosen by hand.

With STRAY_SHARE two sure engines that see a tick outweigh three people who see none.
"""

MIN_WAY_SHARE = 1e-6
"""A way in which votes come about that adds less than this to the share of a text changes nothing that is looked at."""

STRUCK_OUT = "crossed out"
"""Where there is writing that everybody can read and that is no value: people who read on read the same, too."""

UNREADABLE = ("illegible", STRUCK_OUT)
"""Where there is writing that is no value: engines that read on read the same writing."""

MARK_VALUES = frozenset({"true", "false"})
"""The two comparable texts of a mark."""


NOBODY: Mapping[int, tuple[float, float]] = MappingProxyType({})
"""Where no person reads what is struck out."""


class Beside(NamedTuple):
    """A text that may stand beside the field, and P(this text | one is read there).

    `seen` is (P that the engine reads what is there, P of its vote then), by the number of the vote. `by_people` is the
    same of people, who read it where it stands in the field and is struck out. `struck` is P(this text | one is struck
    out).
    """

    says: str
    probability: float
    seen: Mapping[int, tuple[float, float]]
    by_people: Mapping[int, tuple[float, float]] = NOBODY
    struck: float = 0.0


def texts_beside(
    sources: Sequence[Source],
    terms: Mapping[str, Sequence[float]],
    strays: Mapping[str, float],
    characters: CharacterConfusions,
    priors: Mapping[str, float],
) -> list[Beside]:
    """Each text that was read, as one that stands beside the field, whatever is written in it.

    Engines cut the same picture there, and may misread some characters of it, no likelier than in the field. What they
    read that is unlike it has nothing to do with it. Each person looks anew, but for what is struck out: that was
    written as a value, and is no likelier than as one (`priors`, logs).
    """
    engines = [at for at, (vote, _, _) in enumerate(sources) if vote.machine and vote.null is None]
    is_struck = any(vote.null == STRUCK_OUT for vote, _, _ in sources)
    people = [at for at, (vote, _, _) in enumerate(sources) if is_struck and not vote.machine and vote.null is None]
    found = []
    for says, stray in strays.items() if engines or people else ():
        seen = {}
        for at in engines:
            vote, source_model, ratio = sources[at]
            term = terms[says][at]
            if vote.says == says:
                as_sure = 1.0 if says in MARK_VALUES else ratio  # another box is read as surely as this one
                seen[at] = (source_model.follow_rate, min(as_sure, term))
            elif misreading_probability(characters, source_model.kind, says, vote.says) > 0:
                seen[at] = (source_model.follow_rate, term)
        by_people = {}
        for at in people:
            vote, source_model, _ = sources[at]
            if vote.says == says or misreading_probability(characters, source_model.kind, says, vote.says) > 0:
                by_people[at] = (1.0, READ_UNREADABLE_SHARE[source_model.kind] * terms[says][at])
        if seen or by_people:
            found.append(Beside(says, stray, seen, by_people, min(stray, exp(priors[says])) if is_struck else stray))
    return found


def with_beside(
    beside: Sequence[Beside], written: str, sources: Sequence[Source], ways: Iterable[Component]
) -> list[Component]:
    """These ways, and for each those in which engines read what stands beside the field, one text or several.

    Where it is struck out, that is what people read on there, too.

    Engines that say what is written do not: that one did not, is no evidence for what it says.
    """
    if not beside:
        return list(ways)
    share, texts = _stray_share(written), []
    for other in beside:
        if other.says != written:
            readers, probability = other.seen, other.probability
            if null_of(written) == STRUCK_OUT:
                readers, probability = {**other.seen, **other.by_people}, other.struck
            explained = [(at, follow, seen) for at, (follow, seen) in readers.items() if sources[at][0].says != written]
            if explained:
                texts.append((share * probability, explained))
    if not texts:
        return list(ways)
    unmisled, misled = [], []
    for way in ways:
        found = _misled(texts, way.terms)
        if not found:
            unmisled.append(way)
            continue
        whole = sum([weight for weight, _ in found])
        misled_share = min(share, whole)
        scale = misled_share / whole
        for weight, terms in found:
            misled.append(Component(way.weight * weight * scale, terms, way.looks_like))
        unmisled.append(Component(way.weight * (1.0 - misled_share), way.terms, way.looks_like))
    return unmisled + misled


def _misled(
    texts: Sequence[tuple[float, Sequence[tuple[int, float, float]]]], terms: Sequence[float]
) -> list[tuple[float, list[float]]]:
    """The weight, and P of each vote, where engines read these texts, each by itself and together with others.

    Together too, as what misled one engine must not make another one's reading speak for or against what is written.
    `texts` are (P that it misleads, the votes that it may explain as in `Beside.seen`), `terms` P of each vote without.
    """
    found: list[tuple[float, float, Mapping[int, float]]] = []
    for weight, explained in texts:
        gain = weight
        mine: dict[int, float] = {}
        for at, follow, seen in explained:
            term = terms[at]
            if seen > term:
                mine[at] = term + follow * (seen - term)
                gain *= mine[at] / term
        if not mine:
            continue
        for more, others, theirs in tuple(found):
            both, together = gain * others, {**theirs, **mine}
            for at in mine.keys() & theirs.keys():  # two texts may explain the same vote: the likelier one does
                together[at] = max(mine[at], theirs[at])
                both *= together[at] * terms[at] / (mine[at] * theirs[at])
            if both > MIN_WAY_SHARE and together not in (mine, theirs):
                found.append((weight * more, both, together))
        if gain > MIN_WAY_SHARE:
            found.append((weight, gain, mine))
    return [(weight, _changed(terms, misled)) for weight, _, misled in found]


def _changed(terms: Sequence[float], by_vote: Mapping[int, float]) -> list[float]:
    """P of each vote, another one where `by_vote` has it."""
    found = list(terms)
    for at, term in by_vote.items():
        found[at] = term
    return found


def _stray_share(written: str) -> float:
    """P that engines read what stands beside, where this is written."""
    null = null_of(written)
    if null in UNREADABLE:
        return READ_UNREADABLE_SHARE["machine"]
    return STRAY_SHARE if null is None and written not in MARK_VALUES else EMPTY_STRAY_SHARE

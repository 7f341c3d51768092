"""Shapes of codes: which places of a field's values are letters, digits or fixed signs, learnt from what people read.

The probability of a value is that of the Pitman-Yor process over shapes (J. Pitman, M. Yor, Annals of Probability 25,
1997; its use for texts: Y. W. Teh, ACL 2006): a shape that was counted n times of N has (n - d) / (N + t), and what is
left for shapes not seen yet has (t + d K) / (N + t), where K shapes were seen. Of a seen shape each place has the
characters that stood there, by the estimator of R. E. Krichevsky and V. K. Trofimov (IEEE Transactions on Information
Theory 27, 1981). Most shapes not seen yet are like a seen one but for one place, the others like any text. Some values
of a usual shape are written with a character that only looks like the right one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import exp, log
from typing import Any

from reconcile.parameters.source_model import CACHED_COUNT

UNSEEN_COUNT = 0.5
"""What was not seen yet counts as seen half a time: Krichevsky and Trofimov's half for each character at a place.

The same is both numbers of the process, d and t: what each shape leaves, and the first surprise, for shapes not seen.
"""

NEAR_SHARE = 0.8
"""The share of shapes not seen yet that are like a seen one but for one place. Chosen by hand."""

TWIN_SHARE = 1 / 1024
"""How often O is written on the paper itself where 0 is meant, and so on: shapes are never surer than ten bits.

Two people who agree are then not outweighed by what they usually read. Chosen by hand.
"""

CLASS_SIZES = {"9": 10, "A": 26}
"""So many digits and letters there are for a place; other signs stand for themselves."""

SIGN_COUNT = 20
"""So many signs may stand at a place where another class of characters was seen. Chosen by hand."""

ANY_CODE_SHARE = 0.03
"""The share of texts that are a code of some length, where nothing is known of the field. Chosen by hand."""

MAX_CODE_LENGTH = 24
"""Longer values are no codes: they have no shape, and no digit to mend. Chosen by hand."""

USUAL_SCAN_COUNT = 10.0
"""From so many scans on a shape is usual, and operators are told; a count up to it does not fade. Chosen by hand."""

LOOKALIKES = {
    "0": "O", "O": "0", "1": "IL|", "I": "1|", "L": "1|", "|": "1IL",
    "5": "S", "S": "5", "8": "B", "B": "8", "2": "Z", "Z": "2",
}  # fmt: skip
"""For each character those that are taken for it, in capitals: an L where l was read."""

MAX_VARIANT_COUNT = 64
"""So many ways to read one text otherwise are looked at. Chosen by hand."""


def shape_of(text: str) -> str | None:
    """The shape of a value: A for each letter, 9 for each digit, other signs as they are.

    None where the text is too long or of several words, which are no code.
    """
    if not text or len(text) > MAX_CODE_LENGTH or " " in text:
        return None
    return "".join(_class_of(each) for each in text)


def _class_of(character: str) -> str:
    return "9" if character.isdigit() else "A" if character.isalpha() else character


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShapeCount:
    """How many scans support a shape, and how often each character stood at each of its places.

    `characters` may lack rare ones, which are not kept: what is left of `count` is theirs.
    """

    count: float
    characters: Sequence[Mapping[str, float]]

    def log_probability(self, text: str) -> float:
        """Log probability of a text of this shape among all of it."""
        return sum([log(self.share(at, each)) for at, each in enumerate(text)])

    def share(self, at: int, character: str) -> float:
        """How probable a character is at a place of this shape."""
        size = CLASS_SIZES.get(_class_of(character))
        if size is None:
            return 1.0
        kept = self.characters[at]
        others = max(1, size - len(kept))
        count = kept.get(character, max(0.0, self.count - sum(kept.values())) / others)
        return (count + UNSEEN_COUNT) / (self.count + UNSEEN_COUNT * size)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FieldShapes:
    """The shapes of one field of one form: those that people's readings support, and those that were only seen.

    `others` counts values of shapes that too few support, and `kinds` those shapes. `seen` are shapes of values that
    machines decided: they are no news, and support nothing.
    """

    counts: Mapping[str, ShapeCount]
    others: float
    kinds: int
    seen: frozenset[str]

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> FieldShapes:
        """The shapes of one field as they are stored: `counts` (shape: count and characters) and the rest."""
        return cls(
            counts={
                shape: ShapeCount(count=each["count"], characters=each["characters"])
                for shape, each in stored.get("counts", {}).items()
            },
            others=stored.get("others", 0.0),
            kinds=stored.get("kinds", 0),
            seen=frozenset(stored.get("seen", ())),
        )

    @property
    def total(self) -> float:
        """So many values were counted, those of shapes that too few support among them."""
        return self.others + sum([each.count for each in self.counts.values()])

    @property
    def new_share(self) -> float:
        """How probable it is that the next value has a shape that was not seen yet; 1 where nothing was learnt."""
        kinds = sum([min(1.0, each.count) for each in self.counts.values()]) + min(float(self.kinds), self.others)
        return (UNSEEN_COUNT + UNSEEN_COUNT * kinds) / (UNSEEN_COUNT + self.total)

    def count_of(self, text: str) -> float:
        """How many scans support the shape of a text."""
        shape = self.counts.get(shape_of(text) or "")
        return 0.0 if shape is None else shape.count

    def is_unseen(self, text: str) -> bool:
        """Whether a value has a shape that was never seen."""
        shape = shape_of(text)
        return not (shape in self.counts or shape in self.seen or (shape is None and self.others > 0))

    def log_factor(self, text: str, flat: float) -> float:
        """By how much likelier a text is here than `flat`, its log probability where nothing is known of the field."""
        return _log_factor(self, text, flat)

    def variants(self, text: str) -> tuple[str, ...]:
        """Texts one look-alike character away, or several if the result has a known shape."""
        return _variants(self, text)

    def conforming(self, text: str) -> tuple[str, ...]:
        """The variants of a text that have a known shape, where the text itself has a rarer one."""
        own = self.count_of(text)
        return tuple([each for each in self.variants(text) if self.count_of(each) > own])


@lru_cache(CACHED_COUNT)
def _log_factor(shapes: FieldShapes, text: str, flat: float) -> float:
    shape, rest = shape_of(text), (1.0 - NEAR_SHARE) * shapes.new_share
    if shape is None:
        others = max(0.0, shapes.others - UNSEEN_COUNT * min(1.0, shapes.others))
        return log(rest + others / (UNSEEN_COUNT + shapes.total))
    logs = [log(rest) + min(flat, _any_code(text)), *_known(shapes, text), *_near(shapes, shape, text)]
    logs += [log(TWIN_SHARE) + each for meant in shapes.conforming(text) for each in _known(shapes, meant)]
    top = max(logs)
    return top + log(sum([exp(each - top) for each in logs])) - flat


def _any_code(text: str) -> float:
    """The log probability of a text as any code; one of digits alone is no likelier where others were seen."""
    return log(ANY_CODE_SHARE) - sum([log(CLASS_SIZES.get(_class_of(each), SIGN_COUNT)) for each in text])


def _known(shapes: FieldShapes, text: str) -> Iterator[float]:
    """The log probability of a text as one of its own shape, where that is known."""
    known = shapes.counts.get(shape_of(text) or "")
    if known is not None and known.count > 0:
        share = (known.count - UNSEEN_COUNT * min(1.0, known.count)) / (UNSEEN_COUNT + shapes.total)
        yield log(share) + known.log_probability(text)


def _near(shapes: FieldShapes, shape: str, text: str) -> Iterator[float]:
    """The log probability of a text as one whose shape is a known one but for one place, for each of those."""
    class_count = len(CLASS_SIZES) + 1  # signs too
    for other, known in shapes.counts.items():
        places = _different_places(shape, other)
        if len(places) == 1:
            at = places[0]
            rest = [log(known.share(place, each)) for place, each in enumerate(text) if place != at]
            share = NEAR_SHARE * shapes.new_share * known.count / shapes.total
            chance = 1.0 / (class_count * len(shape) * CLASS_SIZES.get(shape[at], SIGN_COUNT))
            yield log(share * chance) + sum(rest)


def _different_places(one: str, other: str) -> list[int]:
    if len(one) != len(other):
        return []
    return [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]


@lru_cache(CACHED_COUNT)
def _variants(shapes: FieldShapes, text: str) -> tuple[str, ...]:
    upper = text.upper() == text
    choices = [_looks_like(each, upper=upper) for each in text]
    found = {
        text[:at] + other + text[at + 1 :]: None for at, others in enumerate(choices) for other in others if shapes
    }
    for shape in sorted(shapes.counts):
        if len(shape) == len(text):
            fitting = [
                [each for each in (own, *others) if _class_of(each) == place]
                for own, others, place in zip(text, choices, shape, strict=True)
            ]
            if all(fitting):
                found |= dict.fromkeys(map("".join, _first(product(*fitting), MAX_VARIANT_COUNT)))
    found.pop(text, None)
    return tuple(found)


def _looks_like(character: str, *, upper: bool) -> str:
    found = LOOKALIKES.get(character.upper(), "")
    return found if upper else found.lower()


def _first(texts: Iterator[tuple[str, ...]], count: int) -> Iterator[tuple[str, ...]]:
    for _, each in zip(range(count), texts, strict=False):
        yield each

"""Known values and known words of a field: whether a text is known, and which known ones are near it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

from transcribe.values import without_accents

MAX_PROPOSAL_EDITS = 2
"""The most edits between a reading and a known value proposed for it: those further off were mostly other customers."""

MAX_PROPOSAL_COUNT = 4
"""The most known values proposed for one reading. Chosen by hand."""

MIN_CORRECTED_LETTER_COUNT = 4
"""Words with fewer letters are not corrected: they have too many neighbours."""

MIN_DECIDED_COUNT = 5.0
"""A word tells two readings apart only after it was decided so many times. Chosen by hand."""

MIN_COUNT_RATIO = 5.0
"""A word tells two readings apart only if decided so many times as often as any neighbour. Chosen by hand."""


class KnownValues:
    """The known values of one field, by their comparable text.

    Values one edit apart are found without a search: each is filed under itself without each of its characters.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Take known values: comparable text to the text as master data write it."""
        self._texts = texts
        self.count = max(1, len(self._texts))
        self._by_deletion: dict[str, list[str]] = defaultdict(list)
        for normal in self._texts:
            for key in _deletions(normal):
                self._by_deletion[key].append(normal)
        self._most_letters = max(map(len, self._texts), default=0) + MAX_PROPOSAL_EDITS
        self._neighbours: dict[str, tuple[str, ...]] = {}
        self._without_accents = {without_accents(normal) for normal in texts}
        self.words = Counter(word for normal in texts for word in normal.split())
        self.word_count = self.words.total()

    def has(self, normal: str) -> bool:
        """Whether this comparable text is a known value."""
        return normal in self._texts

    def has_without_accents(self, normal: str) -> bool:
        """Whether this is a known value written without its accents, as many do in capitals."""
        return normal in self._without_accents and normal not in self._texts

    def text(self, normal: str) -> str:
        """The known value as master data write it; KeyError where it is not known."""
        return self._texts[normal]

    def neighbours(self, normal: str) -> tuple[str, ...]:
        """The other known values one edit away, at most MAX_PROPOSAL_COUNT, in alphabetical order.

        Those two edits away where there are none and the text itself is not known.
        """
        neighbours = self._neighbours.get(normal)
        if neighbours is None:
            neighbours = self._neighbours[normal] = self._find_neighbours(normal)
        return neighbours

    def _find_neighbours(self, normal: str) -> tuple[str, ...]:
        if len(normal) > self._most_letters:
            return ()  # so many edits apart from each that its deletions would be made for nothing
        sharing = {value for key in _deletions(normal) for value in self._by_deletion.get(key, ())} - {normal}
        near = sorted(value for value in sharing if OSA.distance(normal, value, score_cutoff=1) <= 1)
        if not near and normal not in self._texts:
            matches = process.extract(
                normal,
                list(self._texts),
                scorer=OSA.distance,
                score_cutoff=MAX_PROPOSAL_EDITS,
                limit=MAX_PROPOSAL_COUNT,
            )
            near = sorted(value for value, _, _ in matches)
        return tuple(near[:MAX_PROPOSAL_COUNT])


class KnownWords:
    """The words that decided values of a field hold, with how often; `total` counts all words of the field."""

    def __init__(self, counts: Mapping[str, float]) -> None:
        """Take counts by word; the count under "" is that of all words."""
        self.counts = {word: count for word, count in counts.items() if word}
        self.total = counts.get("", 0.0)
        self._corrected: dict[str, str] = {}

    @cached_property
    def _values(self) -> KnownValues:
        return KnownValues({word: word for word in self.counts})

    def corrected(self, normal: str) -> str:
        """The text with each long unknown word replaced by the most frequent known word one edit away."""
        corrected = self._corrected.get(normal)
        if corrected is None:
            corrected = self._corrected[normal] = " ".join(map(self._corrected_word, normal.split(" ")))
        return corrected

    def is_known_spelling(self, normal: str, rival: str) -> bool:
        """Whether the texts differ only where `normal` has well-known words and `rival` a misreading of them.

        A misreading is a word that was never decided, one edit away, or the same letters parted into other words.
        """
        ours, theirs = normal.split(), rival.split()
        if "".join(ours) == "".join(theirs):
            apart = [word for word in ours if word not in theirs]
            return any(map(self._is_well_known, apart)) and all(
                self._is_well_known(word) or word.isdigit() for word in apart
            )
        return len(ours) == len(theirs) and all(
            one == other or (self._is_well_known(one) and other not in self.counts and OSA.distance(one, other) == 1)
            for one, other in zip(ours, theirs, strict=True)
        )

    def is_known_text(self, normal: str, rival: str) -> bool:
        """Whether `normal` has well-known words where `rival` has as many or fewer that were never decided.

        However far apart they are: a misreading hardly ever gives words that are often written on this field. Numbers
        and other words are the same in both.
        """
        ours, theirs = normal.split(), rival.split()
        apart, others = [word for word in ours if word not in theirs], [word for word in theirs if word not in ours]
        return (
            max(map(len, apart), default=0) >= MIN_CORRECTED_LETTER_COUNT
            and len(others) <= len(apart)
            and all(map(self._is_well_known, apart))
            and not any(word in self.counts for word in others)
        )

    def _is_well_known(self, word: str) -> bool:
        """Whether a word was decided often, and much more often than any that it may be a misreading of."""
        count = self.counts.get(word, 0.0)
        if not word.isalpha() or count < MIN_DECIDED_COUNT:
            return False
        near = {*self._values.neighbours(word), word.replace("ss", "ß"), word.replace("ß", "ss")} - {word}
        return all(self.counts.get(other, 0.0) * MIN_COUNT_RATIO <= count for other in near)

    def _corrected_word(self, word: str) -> str:
        if word in self.counts or len(word) < MIN_CORRECTED_LETTER_COUNT or word[:1].isdigit():
            return word
        near = [other for other in self._values.neighbours(word) if OSA.distance(word, other) == 1]
        return max(near, key=lambda other: (self.counts[other], other), default=word)


def _deletions(normal: str) -> set[str]:
    """The text itself and the text without each of its characters: two texts one edit apart share one of these."""
    return {normal, *(normal[:at] + normal[at + 1 :] for at in range(len(normal)))}

"""Known values and known words as weighing asks them: is this one known, and which known ones are near it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

from transcribe.values import without_accents

MAX_PROPOSAL_EDITS = 2
"""How many edits a known value may be from what was read to be proposed: more were mostly other customers."""

MAX_PROPOSAL_COUNT = 4
"""So many known values near one reading are proposed."""

MIN_CORRECTED_LETTER_COUNT = 4
"""Words with fewer letters have too many neighbours to be mended."""


MIN_DECIDED_COUNT = 5.0
"""So many times a word was decided before it tells two readings apart."""

MIN_COUNT_RATIO = 5.0
"""And so many times as often as any that it may be a misreading of."""


class KnownValues:
    """The known values of one field, as comparable text with the text of the list; those one edit apart are found at
    once (each is filed under itself without each of its characters)."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self.count = max(1, len(self._texts))
        self._by_deletion: dict[str, list[str]] = defaultdict(list)
        for says in self._texts:
            for key in _deletions(says):
                self._by_deletion[key].append(says)
        self._neighbours: dict[str, tuple[str, ...]] = {}
        self._without_accents = {without_accents(says) for says in texts}
        self.words = Counter(word for says in texts for word in says.split())
        self.word_count = self.words.total()

    def has(self, says: str) -> bool:
        """Whether this comparable text is known."""
        return says in self._texts

    def has_without_accents(self, says: str) -> bool:
        """Whether this is a known value written without its accents, as many do in capitals."""
        return says in self._without_accents and says not in self._texts

    def text(self, says: str) -> str:
        """The known value as master data write it."""
        return self._texts[says]

    def neighbours(self, says: str) -> tuple[str, ...]:
        """Known values near this one, not itself: one edit away, or two where there is none and it is not known."""
        found = self._neighbours.get(says)
        if found is None:
            found = self._neighbours[says] = self._find_neighbours(says)
        return found

    def _find_neighbours(self, says: str) -> tuple[str, ...]:
        maybe = {each for key in _deletions(says) for each in self._by_deletion.get(key, ())} - {says}
        close = sorted(each for each in maybe if OSA.distance(says, each, score_cutoff=1) <= 1)
        if not close and says not in self._texts:
            far = process.extract(
                says, list(self._texts), scorer=OSA.distance, score_cutoff=MAX_PROPOSAL_EDITS, limit=MAX_PROPOSAL_COUNT
            )
            close = sorted(each for each, _, _ in far)
        return tuple(close[:MAX_PROPOSAL_COUNT])


class KnownWords:
    """Words that a field was decided to hold on several scans, with how often; `total` counts all its words."""

    def __init__(self, counts: Mapping[str, float]) -> None:
        self.counts = {word: count for word, count in counts.items() if word}
        self.total = counts.get("", 0.0)
        self._values = KnownValues({word: word for word in self.counts})
        self._corrected: dict[str, str] = {}

    def corrected(self, says: str) -> str:
        """The text with each long word that is not known replaced by the most frequent known word one edit away."""
        found = self._corrected.get(says)
        if found is None:
            found = self._corrected[says] = " ".join(map(self._corrected_word, says.split(" ")))
        return found

    def is_known_spelling(self, says: str, rival: str) -> bool:
        """Whether two texts differ only in words of which the one has known ones, and the other what was never decided
        and is one edit from them, or the same with no space between."""
        ours, theirs = says.split(), rival.split()
        if "".join(ours) == "".join(theirs):
            apart = [word for word in ours if word not in theirs]
            return any(map(self._is_well_known, apart)) and all(
                self._is_well_known(word) or word.isdigit() for word in apart
            )
        return len(ours) == len(theirs) and all(
            one == other or (self._is_well_known(one) and other not in self.counts and OSA.distance(one, other) == 1)
            for one, other in zip(ours, theirs, strict=True)
        )

    def _is_well_known(self, word: str) -> bool:
        """Whether a word is often written here, and no other that it may be a misreading of nearly as often."""
        count = self.counts.get(word, 0.0)
        if not word.isalpha() or count < MIN_DECIDED_COUNT:
            return False
        near = {*self._values.neighbours(word), word.replace("ss", "ß"), word.replace("ß", "ss")} - {word}
        return all(self.counts.get(other, 0.0) * MIN_COUNT_RATIO <= count for other in near)

    def _corrected_word(self, word: str) -> str:
        if (
            word in self.counts
            or len(word) < MIN_CORRECTED_LETTER_COUNT
            or any(character.isdigit() for character in word[:1])
        ):
            return word
        near = [other for other in self._values.neighbours(word) if OSA.distance(word, other) == 1]
        return max(near, key=lambda other: (self.counts[other], other), default=word)


def _deletions(says: str) -> set[str]:
    """The text and the text without each of its characters: two texts one edit apart share one of these."""
    return {says, *(says[:at] + says[at + 1 :] for at in range(len(says)))}

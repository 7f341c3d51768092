"""Known values and known words as weighing asks them: is this one known, and which known ones are near it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

from transcribe.values import without_accents

FAR = 2
"""How many edits a known value may be from what was read to be proposed: more were mostly other customers."""

AT_MOST = 4
"""So many known values near one reading are proposed."""

SHORT = 4
"""Words with fewer letters have too many neighbours to be mended."""


OFTEN = 5.0
"""So many times a word was decided before it tells two readings apart."""

PLAINLY = 5.0
"""And so many times as often as any that it may be a misreading of."""


class KnownValues:
    """The known values of one field, as comparable text with the text of the list; those one edit apart are found at
    once (each is filed under itself without each of its characters)."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self.count = max(1, len(self._texts))
        self._shortened: dict[str, list[str]] = defaultdict(list)
        for says in self._texts:
            for key in _shortened(says):
                self._shortened[key].append(says)
        self._near: dict[str, tuple[str, ...]] = {}
        self._plain = {without_accents(says) for says in texts}
        self.words = Counter(word for says in texts for word in says.split())
        self.word_count = self.words.total()

    def has(self, says: str) -> bool:
        """Whether this comparable text is known."""
        return says in self._texts

    def has_without_accents(self, says: str) -> bool:
        """Whether this is a known value written without its accents, as many do in capitals."""
        return says in self._plain and says not in self._texts

    def text(self, says: str) -> str:
        """The known value as master data write it."""
        return self._texts[says]

    def near(self, says: str) -> tuple[str, ...]:
        """Known values near this one, not itself: one edit away, or two where there is none and it is not known."""
        found = self._near.get(says)
        if found is None:
            found = self._near[says] = self._find(says)
        return found

    def _find(self, says: str) -> tuple[str, ...]:
        maybe = {each for key in _shortened(says) for each in self._shortened.get(key, ())} - {says}
        close = sorted(each for each in maybe if OSA.distance(says, each, score_cutoff=1) <= 1)
        if not close and says not in self._texts:
            far = process.extract(says, list(self._texts), scorer=OSA.distance, score_cutoff=FAR, limit=AT_MOST)
            close = sorted(each for each, _, _ in far)
        return tuple(close[:AT_MOST])


class Words:
    """Words that a field was decided to hold on several scans, with how often; `total` counts all its words."""

    def __init__(self, counts: Mapping[str, float]) -> None:
        self.counts = {word: count for word, count in counts.items() if word}
        self.total = counts.get("", 0.0)
        self._known = KnownValues({word: word for word in self.counts})
        self._mended: dict[str, str] = {}

    def mended(self, says: str) -> str:
        """The text with each long word that is not known replaced by the most frequent known word one edit away."""
        found = self._mended.get(says)
        if found is None:
            found = self._mended[says] = " ".join(map(self._word, says.split(" ")))
        return found

    def tell(self, says: str, rival: str) -> bool:
        """Whether two texts differ only in words of which the one has known ones, and the other what was never decided
        and is one edit from them, or the same with no space between."""
        ours, theirs = says.split(), rival.split()
        if "".join(ours) == "".join(theirs):
            apart = [word for word in ours if word not in theirs]
            return any(map(self._sure, apart)) and all(self._sure(word) or word.isdigit() for word in apart)
        return len(ours) == len(theirs) and all(
            one == other or (self._sure(one) and other not in self.counts and OSA.distance(one, other) == 1)
            for one, other in zip(ours, theirs, strict=True)
        )

    def _sure(self, word: str) -> bool:
        """Whether a word is often written here, and no other that it may be a misreading of nearly as often."""
        count = self.counts.get(word, 0.0)
        if not word.isalpha() or count < OFTEN:
            return False
        near = {*self._known.near(word), word.replace("ss", "ß"), word.replace("ß", "ss")} - {word}
        return all(self.counts.get(other, 0.0) * PLAINLY <= count for other in near)

    def _word(self, word: str) -> str:
        if word in self.counts or len(word) < SHORT or any(character.isdigit() for character in word[:1]):
            return word
        near = [other for other in self._known.near(word) if OSA.distance(word, other) == 1]
        return max(near, key=lambda other: (self.counts[other], other), default=word)


def _shortened(says: str) -> set[str]:
    """The text and the text without each of its characters: two texts one edit apart share one of these."""
    return {says, *(says[:at] + says[at + 1 :] for at in range(len(says)))}

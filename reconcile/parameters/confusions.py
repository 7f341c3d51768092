"""What looks like what: characters that a kind of source takes for one another, fields that mislead every source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, factorial
from typing import Any

from rapidfuzz.distance import Levenshtein

from reconcile.algorithms import Tally
from reconcile.forms import CACHED_TEXT_COUNT
from reconcile.parameters.code_shapes import shape_of
from reconcile.parameters.shrinkage import USUAL_WEIGHT_COUNT, shrunk, shrunk_like_others

SHARED_CONFUSIONS = "glyphs"
"""The stored name of the table of what looks like what to everybody, learnt from all sources' confusions."""

UNSEEN_CONFUSION_SHARE = 1 / 60
"""The share of one character among the misreadings of another, where nothing was counted: about as many look alike."""

UNSEEN_WEIGHT_COUNT = 30.0
"""How many misreadings of a character the expected ones count for, half by `MUTUAL_SHARE`, half any character.

On 158 photographs of other forms and hands, of 3,355 handwritten values 6 more stood first than with 8, and 12 more
than with 8 and nothing of `MUTUAL_SHARE`.
"""

MUTUAL_SHARE = 0.5
"""What of the expected misreadings goes to characters that are themselves read as this one. Chosen by hand.

What looks like something else looks so both ways: an engine had read 7 as 1 a hundred times on print, and 1 as 7 never,
which hands write alike.
"""

PRIOR_SHARED_CONFUSION_SHARE = 0.06
"""The share of fields with a place that looks like something else to everybody, where nothing was learnt."""

MAX_EDIT_COUNT = 3
"""More edits than this are another text, where a text is short or long. Chosen by hand."""

MAX_EDIT_SHARE = 1 / 3
"""The same as a share of the characters of a text of middling length: with more any text is about as probable.

With three edits for each, an unsure engine that read four characters otherwise than three people, and three otherwise
than the other engine, outweighed all three people.
"""

MAX_EDITED_LENGTH = 24
"""Longer texts are another text after `MAX_EDIT_COUNT` edits: their calibration was fitted so (`fit_comments`)."""

FURTHER_EDIT_SHARE = 0.2
"""How much rarer a misreading is by each further edit: the others are of a single one. Chosen by hand."""

REPLACED_SHARE = 0.6
"""The share of edits that take one character for another; as many of the others lose one as add one. Chosen by hand."""

ADDED_SHARE = exp(-2.8)
"""The share of one character among those that are added: that of this one among all that may be written.

It is that of `reconcile.inference.noisy_channel.flat_word`: else length alone would make one of two texts the likelier
original. On 48 photographs of other forms .984 of 1,007 typed values came first so, .978 before. People's is the same:
with 1/60 two who typed 22 outweighed three who typed 2.
"""

ADDED_SHARE_OF_DIGIT = exp(-2.3)
"""The same of a digit."""

LOST_SPACE_FACTOR = 10.0
"""How many times as often an engine loses a space as another character, and is as sure as of what it read right.

Of the spaces that are written RapidOCR lost 1.7 %, of other characters 0.09 %; Tesseract 0.6 and 0.3 %: 20 and 2 times
(photographs of eight forms, half by hand). With any factor from 3 to 30 the error of probabilities (Brier) was less on
each form but one.
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CharacterConfusions:
    """The shares of each character's misreadings by kind of source, and what is left for characters never seen.

    `looks_like` has for each character those that engines take for it, with the share of their misreadings; `otherwise`
    those of these that are of another kind: letters for digits, digits for letters, and signs.
    """

    shares: Mapping[str, Mapping[str, Mapping[str, float]]]
    unseen: Mapping[str, Mapping[str, float]]
    looks_like: Mapping[str, Sequence[tuple[str, float]]]
    otherwise: Mapping[str, Sequence[tuple[str, float]]]

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> CharacterConfusions:
        """The confusions of stored parameters: `confusions`, counts by kind, character written and character read."""
        shares: dict[str, dict[str, dict[str, float]]] = {}
        unseen: dict[str, dict[str, float]] = {}
        for kind, characters in content.get("confusions", {}).items():
            mutual = _read_as(characters)
            shares[kind], unseen[kind] = {}, {}
            for character in {*characters, *mutual}:
                counts, alike = characters.get(character, {}), mutual.get(character, {})
                total = sum(counts.values()) + UNSEEN_WEIGHT_COUNT
                expected = UNSEEN_WEIGHT_COUNT / total
                by_likeness = MUTUAL_SHARE * expected if alike else 0.0
                shares[kind][character] = {
                    other: counts.get(other, 0.0) / total + by_likeness * alike.get(other, 0.0)
                    for other in {*counts, *alike}
                }
                unseen[kind][character] = UNSEEN_CONFUSION_SHARE * (expected - by_likeness)
        looks_like: dict[str, list[tuple[str, float]]] = {}
        for written, others in shares.get("machine", {}).items():
            for said, share in others.items():
                if share > UNSEEN_CONFUSION_SHARE:
                    looks_like.setdefault(said, []).append((written, share))
        otherwise = {
            said: [(written, share) for written, share in others if shape_of(written) != shape_of(said)]
            for said, others in looks_like.items()
        }
        return cls(shares=shares, unseen=unseen, looks_like=looks_like, otherwise=otherwise)

    def share(self, kind: str, written: str, said: str) -> float:
        """The share of a character's misreadings that give this other one."""
        counted = self.shares.get(kind, {}).get(written)
        if counted is None:
            return UNSEEN_CONFUSION_SHARE
        return counted.get(said, 0.0) + self.unseen[kind][written]


def _read_as(characters: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """For each character those that are read as it, by the share of their misreadings that give it; they sum to 1."""
    found: dict[str, dict[str, float]] = {}
    for written, counts in characters.items():
        for said, count in counts.items() if any(counts.values()) else ():
            found.setdefault(said, {})[written] = count / sum(counts.values())
    return {
        said: {written: share / total for written, share in shares.items()}
        for said, shares in found.items()
        if (total := sum(shares.values()))
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedConfusions:
    """The share of fields that look like something else to everybody, by type; on any page, and on bad ones."""

    shares: Mapping[str, float]
    shares_on_bad_pages: Mapping[str, float]
    usual_on_bad_pages: float

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> SharedConfusions:
        """The shared confusions of stored parameters: `tempting` and `tempting_on_bad`."""
        tallies: Mapping[str, Tally] = content.get("tempting", {})
        on_bad: Mapping[str, Tally] = content.get("tempting_on_bad", {})

        def share(type_name: str) -> float:
            return shrunk(tallies.get(type_name), PRIOR_SHARED_CONFUSION_SHARE, USUAL_WEIGHT_COUNT)

        def share_on_bad_page(type_name: str) -> float:
            return max(share(type_name), shrunk_like_others(type_name, on_bad, share, USUAL_WEIGHT_COUNT))

        names = {*tallies, *on_bad}
        return cls(
            shares={name: share(name) for name in names},
            shares_on_bad_pages={name: share_on_bad_page(name) for name in names},
            usual_on_bad_pages=share_on_bad_page(""),
        )

    def share(self, type_name: str, *, bad_page: bool = False) -> float:
        """The share of fields of this type that look like something else to everybody; on a bad page or on any."""
        if bad_page:
            return self.shares_on_bad_pages.get(type_name, self.usual_on_bad_pages)
        return self.shares.get(type_name, PRIOR_SHARED_CONFUSION_SHARE)


@lru_cache(CACHED_TEXT_COUNT)
def misreading_probability(characters: CharacterConfusions, kind: str, written: str, said: str) -> float:
    """P(this misreading | a misreading of what is written), by what characters this kind takes for one another.

    A geometric number of edits, anywhere. 0 where the texts are the same or too far apart.
    """
    apart = edit_path(written, said)
    if apart is None:
        return 0.0
    probability, taken, added, spaces = apart
    if kind == "machine":
        probability *= LOST_SPACE_FACTOR**spaces
    for was, became in taken:
        probability *= characters.share(kind, was, became)
    for character in added:
        probability *= ADDED_SHARE_OF_DIGIT if character.isdigit() else ADDED_SHARE
    return probability


@lru_cache(CACHED_TEXT_COUNT)
def edit_path(written: str, said: str) -> tuple[float, tuple[tuple[str, str], ...], str, int] | None:
    """How one text becomes the other, whoever reads it; None where they are the same or too far apart.

    Gives P of so many edits at these places, (written, said) of each character taken for another, and those added. A
    run of characters is lost or added in one edit; each further one of it is as rare as a further edit.
    """
    length = max(len(written), len(said))
    most = max(MAX_EDIT_COUNT, int(MAX_EDIT_SHARE * length)) if length <= MAX_EDITED_LENGTH else MAX_EDIT_COUNT
    operations = Levenshtein.editops(written, said)
    taken, added, spaces, run, after = [], "", 0, 0, ("", 0, 0)
    probability = 1.0
    for operation in operations:
        tag, at, to = operation.tag, operation.src_pos, operation.dest_pos
        if tag == "replace":
            probability *= REPLACED_SHARE
            taken.append((written[at], said[to]))
            continue
        is_further, after = (tag, at, to) == after, (tag, at + (tag == "delete"), to + (tag == "insert"))
        if tag == "insert":
            added += said[to]
        if is_further:
            run += 1
            continue
        probability *= (1.0 - REPLACED_SHARE) / 2
        spaces += tag == "delete" and written[at] == " "
    places, count = len(written) + 1, len(operations) - run
    if not 0 < count <= most:
        return None
    probability *= (1.0 - FURTHER_EDIT_SHARE) * FURTHER_EDIT_SHARE ** (count - 1 + run) * factorial(count)
    return probability / places**count, tuple(taken), added, spaces

"""What was read beside what was decided: two texts and where they differ, who read what, the weight of each reason."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from rapidfuzz.distance import Levenshtein

from transcribe import model
from transcribe.codes import Flag
from transcribe.model import Decision, Form, Reading
from transcribe.people import is_agreed
from transcribe.store import FieldHistory

Reader = Literal["you", "person", "operator", "machine"]
READERS: tuple[Reader, ...] = get_args(Reader)
"""In the order in which they are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part of two texts that lie over each other: what each of them has there."""

    own: str
    decided: str

    @property
    def same(self) -> bool:
        """Whether both texts have the same here."""
        return self.own == self.decided


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadText:
    """One text and who read it, nobody by name. `text` None: `why` says why, as in `why_no_text`.

    `agreed`: it is what was decided.
    """

    text: str | None
    why: str
    agreed: bool
    readers: tuple[Reader, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """One reason in words. `bits` is what it weighs for the value, below 0 against it, None where it weighs nothing.

    `left` and `width` place its bar among all bars, in shares from 0 to 1; each begins where the one before ended.
    """

    words: str
    bits: float | None = None
    left: float = 0.0
    width: float = 0.0


def segments(own: str, decided: str) -> tuple[Segment, ...]:
    """Two texts in parts that lie over each other, with the fewest edits between them.

    One character read as another is one. What is the same is parted after spaces, so that lines may break.
    """
    found: list[Segment] = []
    for block in Levenshtein.opcodes(own, decided):
        mine, theirs = own[block.src_start : block.src_end], decided[block.dest_start : block.dest_end]
        if block.tag == "equal":
            found += [Segment(own=part, decided=part) for part in re.findall(r"\S*\s*", mine) if part]
        else:
            found.append(Segment(own=mine, decided=theirs))
    return tuple(found)


def why_no_text(reading: Reading) -> str:
    """Why there is no text of a reading: "crossed out", "absent" from the form, "illegible", or "erased" with its scan.

    Empty where there is one.
    """
    if reading.text is not None:
        return ""
    why = (Flag.ERASED, Flag.CROSSED_OUT, Flag.ABSENT)
    return next((each for each in why if each in reading.flags), Flag.ILLEGIBLE).value


def read_texts(decided: Decision, history: FieldHistory, form: Form, own: str) -> tuple[ReadText, ...]:
    """Each text that was read and weighed, what was decided first, with who read it: the person `own` is "you"."""
    weighed = [each for each in history.readings if each.id in decided.readings] or history.readings
    last = {each.source: each for each in weighed}
    field = form.field(decided.key.name)
    texts: dict[tuple[str | None, str], list[Reading]] = {}
    for reading in last.values():
        texts.setdefault((reading.text, why_no_text(reading)), []).append(reading)
    found = [
        ReadText(
            text=text,
            why=why,
            agreed=is_agreed(readings[0], decided, field, form),
            readers=tuple(sorted((_reader(each, own) for each in readings), key=READERS.index)),
        )
        for (text, why), readings in texts.items()
    ]
    return tuple(sorted(found, key=lambda each: (not each.agreed, "you" not in each.readers)))


def _reader(reading: Reading, own: str) -> Reader:
    if reading.source == own:
        return "you"
    if reading.source == model.OPERATOR_SOURCE:
        return "operator"
    return "machine" if reading.kind == "machine" else "person"


def weights(reasons: Sequence[tuple[str, Mapping[str, float | int | str]]]) -> tuple[Weight, ...]:
    """Reasons in words with the numbers of their evidence, as a waterfall: those that weigh, then the others."""
    weighing = [(words, float(numbers["bits"])) for words, numbers in reasons if numbers.get("bits")]
    ends, sum_of_bits = [0.0], 0.0
    for _, bits in weighing:
        sum_of_bits += bits
        ends.append(sum_of_bits)
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0
    found = [
        Weight(words=words, bits=bits, left=(min(begin, end) - low) / span, width=abs(bits) / span)
        for (words, bits), begin, end in zip(weighing, ends, ends[1:], strict=False)
    ]
    return (*found, *(Weight(words=words) for words, numbers in reasons if not numbers.get("bits")))

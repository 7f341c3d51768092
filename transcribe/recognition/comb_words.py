"""What an engine reads in a comb as it lies: letters stand apart there, and are no words."""

from __future__ import annotations

from collections.abc import Sequence

from transcribe.forms import Comb
from transcribe.ink import joined_word
from transcribe.model import Word

MAX_PITCH_APART = 1.5
"""How many cells apart the middles of two letters of one word are at most: half way to an empty cell between."""


def joined(words: Sequence[Word], comb: Comb) -> list[Word]:
    """The words of one line of a comb, joined where no empty cell and no end of a group lies between them."""
    made: list[Word] = []
    for word in words:
        made[-1:] = [joined_word(made[-1], word)] if made and _goes_on(made[-1], word, comb) else [*made[-1:], word]
    return made


def _goes_on(before: Word, after: Word, comb: Comb) -> bool:
    """Whether the last letter of a word and the first of the next stand in neighbouring cells of a group."""
    last = before.box.x1 - before.box.width / len(before.text) / 2
    first = after.box.x0 + after.box.width / len(after.text) / 2
    ended = any(cell in comb.group_ends for cell in range(comb.cell_of(last), comb.cell_of(first)))
    return first - last <= MAX_PITCH_APART * comb.pitch and not ended

"""How long a field usually takes, by its kind and length, as this home's own readings tell it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median_low, quantiles

from transcribe.store.drivers.database import Row
from transcribe.store.line_references import SKIP_LINE

LOOK_SECONDS = 60.0
"""A start figure of looking and deciding: the longest of 190 looks in a trial of the pages took 65 s."""

LETTER_SECONDS = 0.75
"""A start figure of typing a letter: complex codes, in the keystroke-level model (Card, Moran, Newell 1980)."""

MIN_TIMED_COUNT = 20
"""Readings of one person without which they tell no 95th percentile: one of them is the twentieth."""

LATEST_LINES_COUNT = 10_000
"""So many of the last lines of the ledger are learnt from: some weeks of a few people. Chosen by hand."""

MAX_LENGTH_CLASS = 9
"""Texts of 256 letters and more are one class: nobody is paid at once for more letters than a box of a form takes."""


def length_class(length: int) -> int:
    """The class of a text's length: 0, 1, 2 to 3, 4 to 7 letters, and so on."""
    return min(MAX_LENGTH_CLASS, length.bit_length())


@dataclass(frozen=True, slots=True)
class UsualTime:
    """The 95th percentile of seconds by kind and class of length. Where nothing is learnt, a start figure."""

    learnt: Mapping[tuple[str, int], float]

    def seconds(self, kind: str, length: int) -> float:
        """The 95th percentile for a field of this kind on which a text of this length was typed.

        It is never less than that of a skip: to read a field pays no less than to skip it.
        """
        sizes = ((kind, length_class(length)), (SKIP_LINE, 0))
        return max(self.learnt.get(each, start_seconds(each[1])) for each in sizes)


def start_seconds(size: int) -> float:
    """What is taken for the 95th percentile of a class of length before this home has readings of it."""
    return LOOK_SECONDS + LETTER_SECONDS * ((1 << size) - 1)


def learnt_from(rows: Iterable[Row]) -> UsualTime:
    """What readings and skips tell: the middle one of each person's own 95th percentile and of the start figure.

    So nobody raises it alone, however long the times that they claim.
    """
    times: dict[tuple[str, int], dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        times[row["what"], length_class(row["length"])][row["person"]].append(row["seconds"])
    learnt = {}
    for (what, size), people in times.items():
        own = [quantiles(each, n=20)[-1] for each in people.values() if len(each) >= MIN_TIMED_COUNT]
        if own:
            learnt[what, size] = median_low([start_seconds(size), *own])
    return UsualTime(learnt)

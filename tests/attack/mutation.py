"""A small mutation engine: seeds cut, doubled, swapped and sprinkled with what breaks programs."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

NASTY = ("\0", "\ud800", "\x1b[0m", "----", "9" * 400, "x" * 300, "[" * 300, "é\u0301", "-1", "1e999", "NaN", " ", "\n")
NASTY_AND_PLAIN = (*NASTY, "..", "/", '"', "'", "=", "(", ")", "**", "٣", "日本", "", "0", "/proc/kmsg/1 90")
MOST_CHANGES = 6
"""So many changes at most are made to one seed. Chosen by hand."""


def mutated(seeds: Sequence[str], random: Random) -> str:
    """One of the seeds with a few changes."""
    text = random.choice(seeds)
    for _ in range(random.randint(0, MOST_CHANGES)):
        start, end = sorted(random.randint(0, len(text)) for _ in range(2))
        piece = text[start:end]
        text = random.choice(
            (
                text[:start] + text[end:],
                text[:start] + piece + piece + text[end:],
                text[:start] + random.choice(NASTY_AND_PLAIN) + text[start:],
                text[:start] + random.choice(NASTY_AND_PLAIN) + text[end:],
                text[:start] + piece[::-1] + text[end:],
                text[:start] + random.choice(seeds)[: end - start] + text[end:],
            )
        )
    return text

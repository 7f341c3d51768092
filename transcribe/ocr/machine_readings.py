"""Machine readings: one engine's words of a field, or what the ink alone says, as a Reading."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from transcribe.geometry import Box
from transcribe.model import FieldKey, Reading, Word

MAX_ALTERNATIVE_COUNT = 5
"""How many other texts a reading keeps. Chosen by hand."""


def reading(
    *,
    scan: str,
    key: FieldKey,
    source: str,
    text: str | None,
    at: datetime,
    confidence: float | None,
    conditions: Mapping[str, float],
    flags: Iterable[str] = (),
    alternatives: Sequence[tuple[str, float]] = (),
    box: Box | None = None,
) -> Reading:
    """A machine's reading, with the SHA-256 of everything that it says as its id: reading again adds nothing.

    `box` is given where a person said where the field stands: read there, the same words are another reading.
    """
    flagged = frozenset(flags)
    rounded = {name: round(number, 4) for name, number in conditions.items()}
    sure = None if confidence is None else round(confidence, 4)
    content = repr(
        (scan, tuple(key), source, text, sure, sorted(map(str, flagged)), tuple(alternatives), sorted(rounded.items()))
    )
    content += repr(tuple(box)) if box else ""
    return Reading(
        id=hashlib.sha256(content.encode()).hexdigest(),
        scan=scan,
        key=key,
        source=source,
        kind="machine",
        text=text,
        at=at,
        confidence=sure,
        alternatives=tuple(alternatives),
        flags=flagged,
        conditions=rounded,
        box=box,
    )


def text_of(lines: Sequence[Sequence[Word]]) -> str:
    """The words of a field as text: a space between words, a line break between lines."""
    return "\n".join(" ".join(word.text for word in line) for line in lines if line)


def spread_words(words: Sequence[Word], box: Box) -> list[Word]:
    """Words of one line side by side in a box, where their places are not known.

    Each is as wide as it has characters.
    """
    signs = sum(len(word.text) + 1 for word in words) - 1
    placed, at = [], 0
    for word in words:
        x0, x1 = (box.x0 + round(box.width * part / max(1, signs)) for part in (at, at + len(word.text)))
        placed.append(replace(word, box=Box(x0, box.y0, max(x0 + 1, x1), box.y1)))
        at += len(word.text) + 1
    return placed


def confidence_of(words: Sequence[Word]) -> float | None:
    """The confidence of the least sure word, as the engine gave it.

    None where there is no word, or one without a confidence.
    """
    claims = [word.confidence for word in words]
    if not claims or any(claim is None for claim in claims):
        return None
    return min(claim for claim in claims if claim is not None)


def alternatives_of(lines: Sequence[Sequence[Word]]) -> tuple[tuple[str, float], ...]:
    """Other texts of the field by the same engine, surest first: each has a runner-up in place of one word."""
    found: dict[str, float] = {}
    for row, line in enumerate(lines):
        for column, word in enumerate(line):
            for text, confidence in word.alternatives:
                other = Word(text=text, box=word.box, confidence=confidence)
                kept = other if text else None
                changed = [*line[:column], *([kept] if kept else []), *line[column + 1 :]]
                whole = text_of([*lines[:row], changed, *lines[row + 1 :]])
                found[whole] = max(found.get(whole, 0.0), round(confidence, 4))
    found.pop(text_of(lines), None)
    ranked = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return tuple(ranked[:MAX_ALTERNATIVE_COUNT])

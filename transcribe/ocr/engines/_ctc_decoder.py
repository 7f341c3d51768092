"""Texts out of a network's letter probabilities (connectionist temporal classification), with the runners-up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy
from numpy.typing import NDArray

from transcribe.ocr.engines._rapidocr_messages import ReadWord

BLANK_SYMBOL = 0
"""The number of the symbol that stands for "no new letter here"."""

MIN_SURE_PROBABILITY = 0.98
"""A word gets no runners-up where every step is surer than this: there is nothing to choose. Chosen by hand."""

BEAM_COUNT = 8
"""How many texts the search keeps at each step. Chosen by hand."""

TRIED_SYMBOL_COUNT = 5
"""How many symbols the search tries at each step. Chosen by hand."""

RUNNER_UP_COUNT = 4
"""How many runners-up a word gets. Chosen by hand."""

MIN_PROBABILITY = 1e-3
"""A symbol less probable than this is not tried, and such a runner-up is not given. Chosen by hand."""


DOTS = frozenset(".,:;'`´\u00b7\u2026\u2022_")
"""Signs as which specks and dotted lines behind a text are read."""

MIN_LAST_DOT_PROBABILITY = 0.9
"""A single such sign at the end of a line that is less probable is none. Chosen by hand."""


def words(steps: NDArray[numpy.float32], alphabet: Sequence[str]) -> list[ReadWord]:
    """The words of a line. `steps` (time x symbol) holds probabilities; symbol 0 is the blank, " " ends a word.

    Dots behind the text that are none belong to its last word, but not to what that says.
    """
    dots = _last_dots(steps, alphabet)
    steps = _with_nothing_at(steps, dots)
    space = alphabet.index(" ")
    closed = steps.copy()
    closed[:, BLANK_SYMBOL] += closed[:, space]  # inside a word a space is no letter
    closed[:, space] = 0.0
    found = []
    for start, end in _spans(steps, alphabet):
        part = closed[start:end]
        texts = _texts(part, alphabet)
        seen = numpy.flatnonzero(part.argmax(axis=1) != BLANK_SYMBOL)
        first, last = (start + int(seen[0]), start + int(seen[-1])) if len(seen) else (start, end - 1)
        text, confidence = texts[0]
        if text:
            here = (max(0.0, (first - 0.5) / len(steps)), min(1.0, (last + 1.5) / len(steps)))
            found.append(ReadWord(text, confidence, *here, tuple(texts[1:])))
    if found and dots:
        found[-1] = found[-1]._replace(end=min(1.0, (dots[-1] + 1.5) / len(steps)))
    return found


def _last_dots(steps: NDArray[numpy.float32], alphabet: Sequence[str]) -> list[int]:
    """The steps at which dots are read behind the text that are none: several, or one that is in doubt."""
    best = steps.argmax(axis=1)
    seen = [at for at, symbol in enumerate(best.tolist()) if symbol != BLANK_SYMBOL and alphabet[symbol] != " "]
    letters = [at for at in seen if alphabet[best[at]] not in DOTS]
    dots = [at for at in seen if letters and at > letters[-1]]
    count = sum(at - 1 not in dots or best[at] != best[at - 1] for at in dots)
    return [] if count == 1 and steps[dots].max() >= MIN_LAST_DOT_PROBABILITY else dots


def _with_nothing_at(steps: NDArray[numpy.float32], places: Sequence[int]) -> NDArray[numpy.float32]:
    if not places:
        return steps
    without = steps.copy()
    without[places] = 0.0
    without[places, BLANK_SYMBOL] = 1.0
    return without


def _spans(steps: NDArray[numpy.float32], alphabet: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The steps between two spaces: [start, end)."""
    start = 0
    for step, symbol in enumerate(steps.argmax(axis=1)):
        if alphabet[symbol] == " ":
            if step > start:
                yield start, step
            start = step + 1
    if start < len(steps):
        yield start, len(steps)


def _texts(steps: NDArray[numpy.float32], alphabet: Sequence[str]) -> list[tuple[str, float]]:
    """The most probable text and its runners-up, each with its probability."""
    best = steps.max(axis=1)
    if best.min() >= MIN_SURE_PROBABILITY:
        symbols = steps.argmax(axis=1)
        new = numpy.concatenate(([True], symbols[1:] != symbols[:-1])) & (symbols != BLANK_SYMBOL)
        return [("".join(alphabet[symbol] for symbol in symbols[new]), float(best.prod()))]
    beams = _search(steps)
    texts = {"".join(alphabet[symbol] for symbol in prefix): sum(ends) for prefix, ends in beams.items()}
    ranked = sorted(texts.items(), key=lambda each: (-each[1], each[0]))
    return [ranked[0], *((text, share) for text, share in ranked[1 : RUNNER_UP_COUNT + 1] if share >= MIN_PROBABILITY)]


Beams = dict[tuple[int, ...], tuple[float, float]]
"""Letters so far -> probability of all paths that end in the blank, and of all that end in the last letter."""


def _search(steps: NDArray[numpy.float32]) -> Beams:
    """Prefix beam search. Source: A. Hannun and others, First-Pass Large Vocabulary Continuous Speech Recognition
    using Bi-Directional Recurrent DNNs, arXiv:1408.2873, algorithm 1, without a language model."""
    beams: Beams = {(): (1.0, 0.0)}
    for step in steps:
        likely = min(MIN_PROBABILITY, float(step.max()))  # all may be faint where letters are barred
        tried = [
            int(symbol)
            for symbol in numpy.argpartition(step, -TRIED_SYMBOL_COUNT)[-TRIED_SYMBOL_COUNT:]
            if step[symbol] >= likely
        ]
        grown: Beams = {}
        for prefix, (blank, letter) in beams.items():
            for symbol in tried:
                here = float(step[symbol])
                if symbol == BLANK_SYMBOL:
                    _add(grown, prefix, (blank + letter) * here, 0.0)
                elif prefix and symbol == prefix[-1]:
                    _add(grown, prefix, 0.0, letter * here)
                    _add(grown, (*prefix, symbol), 0.0, blank * here)
                else:
                    _add(grown, (*prefix, symbol), 0.0, (blank + letter) * here)
        ranked = sorted(grown.items(), key=lambda each: (-sum(each[1]), each[0]))
        beams = dict(ranked[:BEAM_COUNT])
    return beams


def _add(beams: Beams, prefix: tuple[int, ...], blank: float, letter: float) -> None:
    was = beams.get(prefix, (0.0, 0.0))
    beams[prefix] = (was[0] + blank, was[1] + letter)

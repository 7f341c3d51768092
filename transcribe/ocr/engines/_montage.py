"""Many crops of a page pasted under one another, so that one call of an OCR program reads them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy

from transcribe.geometry import Box
from transcribe.imaging import flatten
from transcribe.model import Word

if TYPE_CHECKING:
    from transcribe.model import Picture

MARGIN = 24
"""White around each crop, pixels: an OCR program wants a letter's width of paper around a line of print."""

TALLEST = 16_000
"""Pixels: a higher montage is begun anew, far below the 32,767 that Leptonica can hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Where one crop lies in a montage: its number among the boxes asked for, its box on the page, its top in it."""

    number: int
    box: Box
    top: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Montage:
    """A picture made of crops, and where each lies in it."""

    picture: Picture
    pieces: tuple[Piece, ...]

    def share(self, words: Sequence[Word]) -> dict[int, list[Word]]:
        """The words of the montage back on the page, by the number of the box in whose crop their middle lies."""
        found: dict[int, list[Word]] = {piece.number: [] for piece in self.pieces}
        tops = numpy.array([piece.top for piece in self.pieces])
        for word in words:
            middle = word.box.middle[1]
            piece = self.pieces[max(0, int(numpy.searchsorted(tops, middle + MARGIN / 2, side="right")) - 1)]
            found[piece.number].append(_moved(word, piece))
        return {number: sorted(inside, key=lambda word: word.box.x0) for number, inside in found.items()}


def montages(picture: Picture, boxes: Sequence[Box]) -> list[Montage]:
    """Montages that together hold every box of a grey picture which has pixels, each crop with its paper divided out;
    white (255) lies between them."""
    made: list[Montage] = []
    pieces: list[Piece] = []
    top = MARGIN
    height, width = picture.shape[:2]
    for number, asked in enumerate(boxes):
        box = asked.clipped(width, height)
        if not box.area:
            continue
        if pieces and top + box.height + MARGIN > TALLEST:
            made.append(_paste(picture, pieces, top))
            pieces, top = [], MARGIN
        pieces.append(Piece(number=number, box=box, top=top))
        top += box.height + MARGIN
    return [*made, _paste(picture, pieces, top)] if pieces else made


def _paste(picture: Picture, pieces: Sequence[Piece], height: int) -> Montage:
    width = max(piece.box.width for piece in pieces) + 2 * MARGIN
    canvas = numpy.full((height, width), 255, dtype=numpy.uint8)
    for piece in pieces:
        place = Box.sized(MARGIN, piece.top, piece.box.width, piece.box.height)
        canvas[place.slices] = flatten(picture[piece.box.slices])
    return Montage(picture=canvas, pieces=tuple(pieces))


def _moved(word: Word, piece: Piece) -> Word:
    box = word.box.shifted(piece.box.x0 - MARGIN, piece.box.y0 - piece.top)
    return Word(text=word.text, box=box, confidence=word.confidence, line=piece.number)

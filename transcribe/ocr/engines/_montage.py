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
            middle = (word.box.y0 + word.box.y1) / 2
            piece = self.pieces[max(0, int(numpy.searchsorted(tops, middle + MARGIN / 2, side="right")) - 1)]
            found[piece.number].append(_moved(word, piece))
        return {number: sorted(inside, key=lambda word: word.box.x0) for number, inside in found.items()}


def montages(picture: Picture, boxes: Sequence[Box]) -> list[Montage]:
    """Montages that together hold every box of a grey picture which has pixels, each crop with its paper divided out;
    white (255) lies between them."""
    made: list[Montage] = []
    pieces: list[Piece] = []
    top = MARGIN
    for number, asked in enumerate(boxes):
        box = _inside(asked, picture)
        if not box.area:
            continue
        if pieces and top + box.height + MARGIN > TALLEST:
            made.append(_paste(picture, pieces, top))
            pieces, top = [], MARGIN
        pieces.append(Piece(number=number, box=box, top=top))
        top += box.height + MARGIN
    return [*made, _paste(picture, pieces, top)] if pieces else made


def _inside(box: Box, picture: Picture) -> Box:
    height, width = picture.shape[:2]
    return Box(max(0, box.x0), max(0, box.y0), max(0, min(width, box.x1)), max(0, min(height, box.y1)))


def _paste(picture: Picture, pieces: Sequence[Piece], height: int) -> Montage:
    width = max(piece.box.width for piece in pieces) + 2 * MARGIN
    canvas = numpy.full((height, width), 255, dtype=numpy.uint8)
    for piece in pieces:
        x0, y0, x1, y1 = piece.box
        canvas[piece.top : piece.top + piece.box.height, MARGIN : MARGIN + piece.box.width] = flatten(
            picture[y0:y1, x0:x1]
        )
    return Montage(picture=canvas, pieces=tuple(pieces))


def _moved(word: Word, piece: Piece) -> Word:
    across, down = piece.box.x0 - MARGIN, piece.box.y0 - piece.top
    x0, y0, x1, y1 = word.box
    box = Box(x0 + across, y0 + down, x1 + across, y1 + down)
    return Word(text=word.text, box=box, confidence=word.confidence, line=piece.number)

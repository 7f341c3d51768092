"""Montages: crops of a page pasted under one another, so that one call of an OCR program reads them all."""

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

CROP_MARGIN_PX = 24
"""White around each crop: an OCR program wants a letter's width of paper around a line of print. Chosen by hand."""

MAX_MONTAGE_HEIGHT_PX = 16_000
"""The highest montage, far below the 32,767 pixels that Leptonica can hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One crop of a montage.

    `number` is that of its box among those asked for, `box` is on the page, and `top` is the crop's top in the montage.
    """

    number: int
    box: Box
    top: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Montage:
    """A picture made of crops, and the place of each in it."""

    picture: Picture
    pieces: tuple[Piece, ...]

    def share(self, words: Sequence[Word]) -> dict[int, list[Word]]:
        """The words of the montage on the page, by the number of the box whose crop holds their middle."""
        found: dict[int, list[Word]] = {piece.number: [] for piece in self.pieces}
        tops = numpy.array([piece.top for piece in self.pieces])
        for word in words:
            middle = word.box.middle[1]
            piece = self.pieces[max(0, int(numpy.searchsorted(tops, middle + CROP_MARGIN_PX / 2, side="right")) - 1)]
            found[piece.number].append(_moved(word, piece))
        return {number: sorted(inside, key=lambda word: word.box.x0) for number, inside in found.items()}


def montages(picture: Picture, boxes: Sequence[Box]) -> list[Montage]:
    """Montages that together hold the boxes of a grey picture; a box without pixels is in none.

    The paper of each crop is divided out, and white (255) lies between crops.
    """
    made: list[Montage] = []
    pieces: list[Piece] = []
    top = CROP_MARGIN_PX
    height, width = picture.shape[:2]
    for number, asked in enumerate(boxes):
        box = asked.clipped(width, height)
        if not box.area:
            continue
        if pieces and top + box.height + CROP_MARGIN_PX > MAX_MONTAGE_HEIGHT_PX:
            made.append(_paste(picture, pieces, top))
            pieces, top = [], CROP_MARGIN_PX
        pieces.append(Piece(number=number, box=box, top=top))
        top += box.height + CROP_MARGIN_PX
    return [*made, _paste(picture, pieces, top)] if pieces else made


def _paste(picture: Picture, pieces: Sequence[Piece], height: int) -> Montage:
    width = max(piece.box.width for piece in pieces) + 2 * CROP_MARGIN_PX
    canvas = numpy.full((height, width), 255, dtype=numpy.uint8)
    for piece in pieces:
        place = Box.sized(CROP_MARGIN_PX, piece.top, piece.box.width, piece.box.height)
        canvas[place.slices] = flatten(picture[piece.box.slices])
    return Montage(picture=canvas, pieces=tuple(pieces))


def _moved(word: Word, piece: Piece) -> Word:
    box = word.box.shifted(piece.box.x0 - CROP_MARGIN_PX, piece.box.y0 - piece.top)
    return Word(text=word.text, box=box, confidence=word.confidence, line=piece.number)

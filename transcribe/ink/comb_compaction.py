"""Letters in the cells of a comb: moved together as one writes a word, or their words joined as they lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise
from typing import NamedTuple

import numpy

from transcribe.forms import Comb
from transcribe.geometry import Box
from transcribe.imaging import flatten
from transcribe.ink.components import LOWEST
from transcribe.ink.ink_layer import BESIDE, Ink, InkLayer
from transcribe.ink.print_mask import NEAR
from transcribe.ink.writing_lines import CORE, lines
from transcribe.model import Page, Picture, Word

BETWEEN, SPACE = 0.16, 0.65
"""Paper between two letters, and that of an empty cell, in heights of the typical letter."""

MAX_LETTER_CELLS = 1.5
"""Width in cells of a piece that is one letter at most: a wider one runs through a tooth. Middles of two letters of one
word lie as near: half way to an empty cell between them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactLine:
    """A line of writing closed up: its picture on white paper, its box on the page, how many characters it may have. Of
    the `pieces` set down `spaces` are the numbers of those before which a cell is empty or a group ends. What `touches`
    a divider may have lost a stroke with it."""

    picture: Picture
    box: Box
    pieces: int
    least: int
    most: int
    spaces: frozenset[int]
    touches: bool = False

    def spaced(self, words: Sequence[Word]) -> list[Word]:
        """An engine's words as one with spaces where cells are empty; as they are with more or less letters."""
        if not words or sum(len(word.text) for word in words) != self.pieces:
            return list(words)
        one = reduce(joined_word, words)
        others = tuple((self._spaced(text), sure) for text, sure in one.alternatives)
        return [replace(one, text=self._spaced(one.text), alternatives=others)]

    def fits(self, text: str) -> bool:
        """Whether a text has as many characters as cells are filled; a sign between groups may be the form's print."""
        signs = "".join(text.split())
        return self.least <= len(signs) - min(len(self.spaces), sum(not sign.isalnum() for sign in signs)) <= self.most

    def _spaced(self, text: str) -> str:
        signs = "".join(text.split())
        apart = (f" {sign}" if number in self.spaces else sign for number, sign in enumerate(signs))
        return "".join(apart) if len(signs) == self.pieces else text


def joined_word(before: Word, after: Word) -> Word:
    """Two pieces of a word; the runners-up of each with the other piece as it is."""
    sure = None if before.confidence is None or after.confidence is None else min(before.confidence, after.confidence)
    others = [(text + after.text, each) for text, each in before.alternatives]
    others += [(before.text + text, each) for text, each in after.alternatives]
    box = Box.enclosing((before.box, after.box))
    return replace(before, text=before.text + after.text, box=box, confidence=sure, alternatives=tuple(others))


def joined_words(words: Sequence[Word], comb: Comb) -> list[Word]:
    """The words of one line that an engine read in a comb as it lies, where letters stand apart: joined where no empty
    cell and no end of a group lies between them."""
    made: list[Word] = []
    for word in words:
        made[-1:] = [joined_word(made[-1], word)] if made and _goes_on(made[-1], word, comb) else [*made[-1:], word]
    return made


def _goes_on(before: Word, after: Word, comb: Comb) -> bool:
    """Whether the last letter of a word and the first of the next stand in neighbouring cells of a group."""
    last = before.box.x1 - before.box.width / len(before.text) / 2
    first = after.box.x0 + after.box.width / len(after.text) / 2
    ended = any(cell in comb.group_ends for cell in range(comb.cell_of(last), comb.cell_of(first)))
    return first - last <= MAX_LETTER_CELLS * comb.pitch and not ended


def closed_up(sheet: InkLayer, ink: Ink, comb: Comb) -> CompactLine:
    """The writing in a comb with the paper between letters taken out but for the distance of letters of a word, and for
    a space at empty cells and where a group ends. What stands in the same columns is one piece."""
    margin, (page_height, page_width) = round(BESIDE * sheet.unit), sheet.clean.shape
    place = Box.enclosing(patch.box for patch in ink.patches).padded(margin).clipped(page_width, page_height)
    boxes = [patch.box.shifted(-place.x0, 0) for patch in ink.patches]
    height = max(LOWEST * sheet.unit, float(numpy.quantile([box.height for box in boxes], 0.75)))
    inked, tall = numpy.zeros((2, place.width + 1), numpy.bool_)
    for box in boxes:
        inked[box.x0 : box.x1] = True
        tall[box.x0 : box.x1] |= box.height >= CORE * height  # what is lower may be the frame's
    edges = numpy.flatnonzero(numpy.diff(inked, prepend=False)).reshape(-1, 2).tolist()
    cells = [_cells(place.x0 + left, place.x0 + right, comb) for left, right in edges]
    kept, spaces = numpy.ones(place.width, numpy.bool_), []
    for number, ((_, left), (right, _)) in enumerate(pairwise(edges), 1):
        before, after = cells[number - 1][1], cells[number][0]
        ends = after - before > 1 or any(cell in comb.group_ends for cell in range(before, after))
        spaces += [number] if ends else []
        paper = round((SPACE if ends else BETWEEN) * height) // 2
        kept[left + paper : max(left, right - paper)] = False
    return CompactLine(
        picture=numpy.pad(flatten(sheet.clean[place.slices])[:, kept], margin, constant_values=255),
        box=place,
        pieces=len(edges),
        least=sum(bool(tall[left:right].any()) for left, right in edges),
        most=sum(last - first + 1 for first, last in cells),
        spaces=frozenset(spaces),
        touches=bool((abs(place.x0 + numpy.ravel(edges)[:, None] - comb.dividers) <= 2 * NEAR * sheet.unit).any()),
    )


def _cells(left: int, right: int, comb: Comb) -> tuple[int, int]:
    """The first and the last cell of a piece of writing: what is wide runs through teeth."""
    inside = comb.pitch / 3 if right - left > MAX_LETTER_CELLS * comb.pitch else (right - left) / 2
    return comb.cell_of(left + inside), comb.cell_of(right - inside)


# --- the page that engines are shown ---------------------------------------------------------------------------------


class ShownLine(NamedTuple):
    """One line of a field as engines see it: the field's number, where it stands on the page that they are shown, and
    how it was closed up, None where it stands as it was written."""

    field: int
    box: Box
    closed: CompactLine | None


def compacted_page(
    page: Page, sheet: InkLayer, fields: Sequence[tuple[Ink, Comb | None]]
) -> tuple[Page, list[ShownLine]]:
    """The page with the lines of combs closed up under it, and where engines read the lines of each field."""
    found: list[ShownLine] = []
    strips: list[Picture] = []
    width, bottom = page.picture.shape[1], page.picture.shape[0]
    for number, (ink, comb) in enumerate(fields):
        if comb is None:
            found += [ShownLine(number, box, None) for box in lines(ink, sheet.unit)]
        elif ink.patches:
            each = closed_up(sheet, ink, comb)
            shown = each.picture[:, :width]
            strips.append(numpy.pad(shown, ((0, 0), (0, width - shown.shape[1])), constant_values=255))
            found.append(ShownLine(number, Box.sized(0, bottom, *shown.shape[::-1]), each))
            bottom += len(shown)
    return replace(page, picture=numpy.vstack([page.picture, *strips])), found

"""What was written into a comb, closed up for the engines: each cell's letter beside the next, as one writes a word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import NamedTuple

import numpy

from transcribe.forms import Comb
from transcribe.geometry import Box
from transcribe.imaging import flatten
from transcribe.ink.components import LOWEST, Patch
from transcribe.ink.ink_layer import BESIDE, Ink, InkLayer
from transcribe.ink.writing_lines import CORE, lines, lines_of
from transcribe.model import Page, Picture, Word

BETWEEN, SPACE = 0.16, 0.65
"""Paper between two letters, and that of an empty cell, in heights of the typical letter."""

ACROSS = 1.5
"""Width of a patch, in cells, from which it is more than one letter: letters that run together through a tooth."""


class Unit(NamedTuple):
    """What is set down together: of one cell, or of several. `first` and `last` are its cells, `box` is around it."""

    first: int
    last: int
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactLine:
    """A line of writing closed up: its picture on white paper, its box on the page, and how many characters it may
    have. Of the `pieces` set down `spaces` are the numbers of those before which a cell is empty or a group ends."""

    picture: Picture
    box: Box
    pieces: int
    least: int
    most: int
    spaces: frozenset[int]

    def spaced(self, words: Sequence[Word]) -> list[Word]:
        """An engine's words as one with spaces where cells are empty; as they are with more or less letters."""
        if not words or sum(len(word.text) for word in words) != self.pieces:
            return list(words)
        one = reduce(joined_word, words)
        others = tuple((self._spaced(text), sure) for text, sure in one.alternatives)
        return [replace(one, text=self._spaced(one.text), alternatives=others)]

    def _spaced(self, text: str) -> str:
        signs = "".join(text.split())
        if len(signs) != self.pieces:
            return text
        return "".join(f" {sign}" if number in self.spaces else sign for number, sign in enumerate(signs))


def joined_word(before: Word, after: Word) -> Word:
    """Two pieces of a word; the runners-up of each with the other piece as it is."""
    sure = None if before.confidence is None or after.confidence is None else min(before.confidence, after.confidence)
    others = [(text + after.text, each) for text, each in before.alternatives]
    others += [(before.text + text, each) for text, each in after.alternatives]
    box = Box.enclosing((before.box, after.box))
    return replace(before, text=before.text + after.text, box=box, confidence=sure, alternatives=tuple(others))


def fits_cells(text: str, lines: Sequence[CompactLine]) -> bool:
    """Whether a text has as many characters as cells are filled on these lines together."""
    return sum(each.least for each in lines) <= len("".join(text.split())) <= sum(each.most for each in lines)


def compact(sheet: InkLayer, ink: Ink, comb: Comb) -> list[CompactLine]:
    """The lines of writing in a field with a comb, each closed up."""
    return [_closed(sheet, line, comb) for line in lines_of(ink.patches, sheet.unit)]


def _units(line: Sequence[Patch], comb: Comb) -> list[Unit]:
    """Patches by the cell in which their middle lies, what runs across several with all of them; from left to right."""
    spans = _spans(line, comb)
    inside: dict[tuple[int, int], list[Box]] = {}
    for patch in line:
        cell = comb.cell_of(patch.middle[0])
        span = next((each for each in spans if each[0] <= cell <= each[1]), (cell, cell))
        inside.setdefault(span, []).append(patch.box)
    return [Unit(*span, Box.enclosing(here)) for span, here in sorted(inside.items())]


def _spans(patches: Iterable[Patch], comb: Comb) -> list[tuple[int, int]]:
    """The first and last cells of what runs through teeth; what shares a cell is one."""
    wide = [patch.box for patch in patches if patch.box.width > ACROSS * comb.pitch]
    spans: list[tuple[int, int]] = []
    for first, last in sorted((comb.cell_of(b.x0 + comb.pitch / 3), comb.cell_of(b.x1 - comb.pitch / 3)) for b in wide):
        if spans and first <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(last, spans[-1][1]))
        else:
            spans.append((first, last))
    return spans


def _closed(sheet: InkLayer, line: Sequence[Patch], comb: Comb) -> CompactLine:
    """Units set down from left to right at the distance of letters of a word, with room for a space at empty cells."""
    units, margin = _units(line, comb), round(BESIDE * sheet.unit)
    page_height, page_width = sheet.clean.shape
    place = Box.enclosing(each.box for each in units).padded(margin).clipped(page_width, page_height)
    writing = flatten(sheet.clean[place.slices])
    height = max(LOWEST * sheet.unit, float(numpy.quantile([each.box.height for each in units], 0.75)))
    spaces, pieces, right = [], [], 2 * margin
    for number, each in enumerate(units):
        ends = number > 0 and _is_space(units[number - 1], each, comb)
        spaces += [number] if ends else []
        left = right + round((SPACE if ends else BETWEEN if number else 0.0) * height)
        right = left + each.box.width
        first = max(0, each.box.x0 - margin - place.x0)
        pieces.append((left - margin, writing[:, first : each.box.x1 + margin - place.x0]))
    picture = numpy.full((place.height + 2 * margin, right + 2 * margin), 255, numpy.uint8)
    for left, piece in pieces:
        at = picture[margin : margin + piece.shape[0], left : left + piece.shape[1]]
        numpy.minimum(at, piece, out=at)
    least = sum(each.box.height >= CORE * height for each in units)  # what is lower may be the frame's
    most = sum(each.last - each.first + 1 for each in units)
    return CompactLine(picture=picture, box=place, pieces=len(units), least=least, most=most, spaces=frozenset(spaces))


def _is_space(before: Unit, after: Unit, comb: Comb) -> bool:
    """Whether a cell is empty between two units, or a group of cells ends there."""
    return after.first - before.last > 1 or any(cell in comb.group_ends for cell in range(before.last, after.first))


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
            continue
        for each in compact(sheet, ink, comb):
            high, wide = each.picture.shape
            strips.append(numpy.full((high, width), 255, numpy.uint8))
            strips[-1][:, : min(wide, width)] = each.picture[:, :width]
            found.append(ShownLine(number, Box(0, bottom, min(wide, width), bottom + high), each))
            bottom += high
    if not strips:
        return page, found
    return replace(page, picture=numpy.vstack([page.picture, *strips])), found

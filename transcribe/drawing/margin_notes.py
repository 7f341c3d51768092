"""Notes beside a drawn page, and its head: words broken into lines, one under the other without overlap."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeAlias

from PIL import ImageDraw, ImageFont

from transcribe.errors import SettingsError

Fate = Literal["decided", "blank", "asked", "nothing"]
"""What became of a field."""

FATE_COLOURS: Mapping[Fate, str] = {"decided": "#0a7d33", "blank": "#5f6b7a", "asked": "#b3261e", "nothing": "#8a5a00"}
"""Dark enough to be read on white. The fate also stands in words and in the shape of the frame."""

FATE_DASHES_PX: Mapping[Fate, int] = {"decided": 0, "blank": 4, "asked": 14, "nothing": 8}
"""Dash and gap of the frame. 0 is an unbroken line."""

FATE_SIGNS: Mapping[Fate, str] = {"decided": "[x]", "blank": "[ ]", "asked": "[?]", "nothing": "[-]"}
"""The sign before each note."""

MIN_COLUMN_WIDTH_PX = 480
"""The narrowest column of notes. Chosen by hand."""

MAX_COLUMN_WIDTH_PX = 720
"""The widest column of notes. Chosen by hand."""

COLUMN_MARGIN_PX = 14
"""The margin on both sides of a column of notes. Chosen by hand."""

MIN_LETTER_HEIGHT_PX = 15
"""The smallest letters of notes. Where they do not fit so, they take more columns."""

SAMPLE_LINE_PX = 48
"""The length of the line that shows a fate's frame at the head."""

FontFace: TypeAlias = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, slots=True)
class Note:
    """The note of the field with this number. It should stand at the height `y` of the page."""

    number: int
    y: int
    fate: Fate
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedNote:
    """A note where it stands, from `y` to `bottom`, broken into lines `step` pixels apart."""

    note: Note
    lines: tuple[str, ...]
    y: int
    step: int

    @property
    def bottom(self) -> int:
        """Where the next note may begin."""
        return self.y + self.step * len(self.lines) + self.step // 4

    def write(self, pencil: ImageDraw.ImageDraw, x: int, top: int, face: FontFace) -> None:
        """Write it into the column that begins at `x`, of a page whose upper edge is at `top`."""
        colour = FATE_COLOURS[self.note.fate]
        pencil.text((x + COLUMN_MARGIN_PX, top + self.y), str(self.note.number), font=face, fill=colour)
        for number, each in enumerate(self.lines):
            pencil.text(
                (x + COLUMN_MARGIN_PX + _indent(face), top + self.y + number * self.step), each, font=face, fill=colour
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadLine:
    """One line of the head.

    Each part has the x where it begins, the fate whose frame stands before it (or None), and its words.
    """

    parts: tuple[tuple[int, Fate | None, str], ...]
    height: int

    def write(self, pencil: ImageDraw.ImageDraw, y: int, face: FontFace) -> None:
        """Write it at this height."""
        for x, fate, text in self.parts:
            if fate:
                draw_line(pencil, (x, y + self.height // 2 - 2), (x + SAMPLE_LINE_PX, y + self.height // 2 - 2), fate)
            start = x + SAMPLE_LINE_PX + 8 if fate else x
            pencil.text((start, y), text, font=face, fill=FATE_COLOURS[fate] if fate else "black")


def head_lines(title: str, legend: Sequence[tuple[Fate, str]], face: FontFace, width: int) -> list[HeadLine]:
    """The head of a page: its title, then each fate's frame with its words.

    It has as many lines as the width asks for.
    """
    step = _line_height(face)
    lines = [
        HeadLine(parts=((COLUMN_MARGIN_PX, None, each),), height=step)
        for each in wrap(title, face, width - 2 * COLUMN_MARGIN_PX)
    ]
    parts: list[tuple[int, Fate | None, str]] = []
    x = COLUMN_MARGIN_PX
    for fate, text in legend:
        long = SAMPLE_LINE_PX + 8 + round(face.getlength(text))
        if parts and x + long > width - COLUMN_MARGIN_PX:
            lines.append(HeadLine(parts=tuple(parts), height=step))
            parts, x = [], COLUMN_MARGIN_PX
        parts.append((x, fate, text))
        x += long + 30
    return [*lines, *([HeadLine(parts=tuple(parts), height=step)] if parts else [])]


def place_notes(notes: Sequence[Note], size: int, width: int, height: int) -> tuple[int, list[list[PlacedNote]]]:
    """The height of the notes' letters, at most `size`, and the notes in columns of this width.

    In one column beside a page of this height each note stands at its wish, or as near as others leave room. Where more
    columns are needed, the notes stand one under the other.
    """
    placed = _wrapped_notes(notes, font(size), width)
    while size > MIN_LETTER_HEIGHT_PX and sum(note.bottom for note in placed) > height:
        size -= 1
        placed = _wrapped_notes(notes, font(size), width)
    if sum(note.bottom for note in placed) <= height:
        return size, [_side_by_side(placed, height)]
    columns: list[list[PlacedNote]] = [[]]
    y = 0
    for note in placed:
        if columns[-1] and y + note.bottom > height:
            columns.append([])
            y = 0
        columns[-1].append(replace(note, y=y))
        y += note.bottom
    return size, columns


def _wrapped_notes(notes: Sequence[Note], face: FontFace, width: int) -> list[PlacedNote]:
    """Each note in lines that a column of this width holds, all of them at its top."""
    room = width - 2 * COLUMN_MARGIN_PX - _indent(face)
    return [
        PlacedNote(
            note=each,
            lines=tuple(wrap(f"{FATE_SIGNS[each.fate]} {each.text}", face, room)),
            y=0,
            step=_line_height(face),
        )
        for each in notes
    ]


def _side_by_side(placed: Sequence[PlacedNote], height: int) -> list[PlacedNote]:
    """Notes of one column. A note stands above its wish only where those below would not find room."""
    down, y = [], 0
    for note in placed:
        y = max(y, note.note.y)
        down.append(replace(note, y=y))
        y += note.bottom
    up, limit = [], height
    for note in reversed(down):
        y = min(note.y, limit - (note.bottom - note.y))
        up.append(replace(note, y=y))
        limit = y
    return up[::-1]


def wrap(text: str, face: FontFace, width: int) -> list[str]:
    """The text in lines no longer than the width, broken at spaces, and within a word that is longer."""
    lines: list[str] = []
    rest = unicodedata.normalize("NFC", text).split(" ") if text else []
    for word in rest:
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and face.getlength(joined) <= width:
            lines[-1] = joined
            continue
        lines.append(word)
        while face.getlength(lines[-1]) > width and len(lines[-1]) > 1:
            fits = next(n for n in range(len(lines[-1]) - 1, 0, -1) if n == 1 or face.getlength(lines[-1][:n]) <= width)
            lines[-1:] = [lines[-1][:fits], lines[-1][fits:]]
    return lines


def draw_line(pencil: ImageDraw.ImageDraw, start: tuple[int, int], end: tuple[int, int], fate: Fate) -> None:
    """Draw a line in the colour and the dashes of a fate."""
    dash, colour = FATE_DASHES_PX[fate], FATE_COLOURS[fate]
    length = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    if not dash or not length:
        pencil.line((start, end), fill=colour, width=3)
        return
    for at in range(0, length, 2 * dash):
        share, until = at / length, min(1.0, (at + dash) / length)
        one = (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)
        other = (start[0] + (end[0] - start[0]) * until, start[1] + (end[1] - start[1]) * until)
        pencil.line((one, other), fill=colour, width=3)


def letter_height(side: int) -> int:
    """The height of letters beside a page whose longer side has so many pixels: about as high as its print."""
    return max(MIN_LETTER_HEIGHT_PX, min(22, round(side / 105)))


def column_width(page: int) -> int:
    """The width of a column beside a page of this width."""
    return max(MIN_COLUMN_WIDTH_PX, min(MAX_COLUMN_WIDTH_PX, round(0.45 * page)))


@lru_cache(maxsize=16)
def font(size: int) -> FontFace:
    """DejaVu Sans, which comes with matplotlib. SettingsError where that is not installed.

    No font of the machine is needed, and Pillow's own has no accents.
    """
    found = find_spec("matplotlib")
    if found is None:
        raise SettingsError("Notes beside a page are written in a font of matplotlib: pip install matplotlib.")
    file = Path(str(found.origin)).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
    return ImageFont.truetype(str(file), size)


def _line_height(face: FontFace) -> int:
    return round(1.2 * (face.getbbox("Ág")[3]))


def _indent(face: FontFace) -> int:
    return round(face.getlength("888 "))

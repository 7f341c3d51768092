"""A whole page with its fields drawn on it: what each says, how probable that is, and what became of it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy
from PIL import Image, ImageDraw, ImageFont

from transcribe.model import Box, Decision, FieldKey, Place, Reads, Task

Fate = Literal["decided", "blank", "asked", "nothing"]

COLOURS: Mapping[Fate, str] = {"decided": "#0a7d33", "blank": "#5f6b7a", "asked": "#b3261e", "nothing": "#8a5a00"}
"""Dark enough to be read on white; the fate also stands in words and in the shape of the frame."""

DASHES: Mapping[Fate, int] = {"decided": 0, "blank": 4, "asked": 14, "nothing": 8}
"""Pixels of dash and gap of the frame; 0 is an unbroken line."""

TEXT = 17
"""Height of the letters, pixels of a page drawn at most SIDE pixels long."""

SIDE = 2339
LONGEST = 46
"""Letters of a value that are shown; the rest is in the JSON."""

HEAD = 44
"""Pixels above the page, where the signs are explained."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Label:
    """What is drawn for one field."""

    box: Box
    fate: Fate
    text: str


def draw(reads: Reads, outcomes: Mapping[FieldKey, Decision | Task], *, page: int = 1) -> bytes:
    """A PNG of one page of a scan with each field boxed: its value, its probability, its fate in words.

    `outcomes` is what `decide` gave for each field; a field without one was read and not decided. A page that has no
    picture gives a picture that says so.
    """
    shown = next((each for each in reads.pictures if each.number == page), None)
    if shown is None:
        return _png(_only_text(f"There is no page {page} in this scan."))
    with Image.open(io.BytesIO(reads.files[shown.sha256])) as picture:
        paper = picture.convert("RGB")
    scale = min(1.0, SIDE / max(shown.size))
    size = (round(shown.size[0] * scale), round(shown.size[1] * scale))
    canvas = Image.new("RGB", (size[0], size[1] + HEAD), "white")
    canvas.paste(paper.resize(size), (0, HEAD))
    pencil = ImageDraw.Draw(canvas)
    labels = [_label(place, outcomes.get(place.key), scale) for place in reads.places if place.page == page]
    for label in labels:
        _frame(pencil, label)
    for label in labels:
        _write(pencil, label, size[0])
    _explain(pencil, labels)
    return _png(canvas)


def _label(place: Place, outcome: Decision | Task | None, scale: float) -> _Label:
    x0, y0, x1, y1 = (round(side * scale) for side in place.box)
    box = Box(x0, y0 + HEAD, x1, y1 + HEAD)
    if isinstance(outcome, Task):
        return _Label(box=box, fate="asked", text=f"[?] {outcome.reason}")
    if outcome is None:
        return _Label(box=box, fate="nothing", text="not decided")
    sure = f"{100 * outcome.probability:.1f} %"
    if outcome.null == "blank":
        return _Label(box=box, fate="blank", text=f"[ ] blank {sure}")
    said = " ".join((outcome.null or outcome.text).split())
    said = said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"
    return _Label(box=box, fate="decided", text=f"[x] {said} {sure}")


def _frame(pencil: ImageDraw.ImageDraw, label: _Label) -> None:
    x0, y0, x1, y1 = label.box
    for line in (((x0, y0), (x1, y0)), ((x1, y0), (x1, y1)), ((x1, y1), (x0, y1)), ((x0, y1), (x0, y0))):
        _line(pencil, line[0], line[1], label.fate)


def _line(pencil: ImageDraw.ImageDraw, start: tuple[int, int], end: tuple[int, int], fate: Fate) -> None:
    dash, colour = DASHES[fate], COLOURS[fate]
    length = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    if not dash or not length:
        pencil.line((start, end), fill=colour, width=3)
        return
    for at in range(0, length, 2 * dash):
        share, until = at / length, min(1.0, (at + dash) / length)
        one = (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)
        other = (start[0] + (end[0] - start[0]) * until, start[1] + (end[1] - start[1]) * until)
        pencil.line((one, other), fill=colour, width=3)


def _write(pencil: ImageDraw.ImageDraw, label: _Label, width: int) -> None:
    """The value in a small strip at the foot of its box, inside the page."""
    font = _font()
    length = pencil.textlength(label.text, font=font) + 6
    x = max(0.0, min(float(label.box.x0), width - length))
    y = max(HEAD, label.box.y1 - TEXT - 1)
    pencil.rectangle((x, y, x + length, y + TEXT + 4), fill="white", outline=COLOURS[label.fate])
    pencil.text((x + 3, y + 1), label.text, font=font, fill=COLOURS[label.fate])


def _explain(pencil: ImageDraw.ImageDraw, labels: list[_Label]) -> None:
    words: Mapping[Fate, str] = {
        "decided": "[x] decided",
        "blank": "[ ] blank",
        "asked": "[?] a person is asked",
        "nothing": "not decided",
    }
    x = 10.0
    for fate, word in words.items():
        count = sum(label.fate == fate for label in labels)
        said = f"{word}: {count}"
        _line(pencil, (int(x), 22), (int(x) + 40, 22), fate)
        pencil.text((x + 48, 12), said, font=_font(), fill=COLOURS[fate])
        x += 48 + pencil.textlength(said, font=_font()) + 30


def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font: none of the machine's is needed. It has accents, and no ticks or other signs."""
    return ImageFont.load_default(TEXT)


def _only_text(said: str) -> Image.Image:
    canvas = Image.fromarray(numpy.full((60, 700, 3), 255, numpy.uint8))
    ImageDraw.Draw(canvas).text((10, 18), said, font=_font(), fill="black")
    return canvas


def _png(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, format="PNG")
    return stream.getvalue()

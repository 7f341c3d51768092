"""A whole page with its fields drawn on it: the value of each, its probability, and its fate.

Fields have numbers on the page, and their texts stand under the same number beside it: nothing lies on the writing.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy
from PIL import Image, ImageDraw

from transcribe.drawing.margin_notes import (
    FATE_COLOURS,
    Fate,
    Note,
    column_width,
    draw_line,
    font,
    head_lines,
    letter_height,
    place_notes,
    wrap,
)
from transcribe.geometry import Box
from transcribe.i18n import N_, REASONS
from transcribe.imaging import grey
from transcribe.model import Decision, FieldKey, Place, Posterior, ReadResult, Task

MAX_PAGE_SIDE_PX = 2339
"""Pixels of the longer side of a page as it is drawn: A4 at 200 dpi."""

NO_BREAK_SPACE = "\u00a0"
"""A space at which no line ends."""

MAX_VALUE_LENGTH = 90
"""Letters of a value that are shown. The rest is in the JSON. Chosen by hand."""

MAX_PLACE_SHARE = 0.8
"""A field whose place is more of its page than this has no known place, and gets no frame. Chosen by hand."""

LEGEND: Mapping[Fate, str] = {
    "decided": N_("[x] decided"),
    "blank": N_("[ ] blank"),
    "asked": N_("[?] a person is asked"),
    "nothing": N_("[-] not decided"),
}
"""The words at the head of a page beside the frame of each fate."""

FATE_WORDS: Mapping[Fate, str] = {
    "decided": N_("decided"),
    "blank": N_("blank"),
    "asked": N_("asked"),
    "nothing": N_("not decided"),
}
"""The words of each fate beside a field."""
NULL_WORDS = {
    "blank": N_("blank"),
    "illegible": N_("illegible"),
    "absent": N_("absent"),
    "crossed out": N_("crossed out"),
}
"""The words of a decision without a value."""
NO_PAGE = N_("There is no page {page} in this scan.")
"""What the picture of a page that does not exist says."""

Translate = Callable[[str], str]
"""Gives a message of the catalogues in the reader's language."""

NOT_WEIGHED: Mapping[FieldKey, Posterior] = {}
"""No posteriors: the scan was read and not weighed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Label:
    """What is drawn for one field. `box` is None where its place on the page is not known."""

    box: Box | None
    fate: Fate
    text: str


def draw_page(
    reads: ReadResult,
    outcomes: Mapping[FieldKey, Decision | Task],
    *,
    page: int = 1,
    posteriors: Mapping[FieldKey, Posterior] = NOT_WEIGHED,
    title: str = "",
    translate: Translate = str,
) -> bytes:
    """A PNG of one page of a scan, each field boxed and numbered, with notes beside it.

    A note gives the field's value, its probability, and its fate in words. `outcomes` has what `decide` gave for each
    field; a field without one was read and not decided. `posteriors` give the likeliest value of a field that a person
    is asked for. `title` stands at the head. For a page without a picture it is a picture that says so.
    """
    shown = next((each for each in reads.pictures if each.number == page), None)
    if shown is None:
        return draw_message(translate(NO_PAGE).format(page=page), title)
    with Image.open(io.BytesIO(reads.files[shown.sha256])) as picture:
        paper = picture.convert("RGB")
    scale = min(1.0, MAX_PAGE_SIDE_PX / max(shown.size))
    paper = paper.resize((round(shown.size[0] * scale), round(shown.size[1] * scale)))
    places = sorted((each for each in reads.places if each.page == page), key=_in_reading_order)
    loose = 3 if reads.fit is None else 0  # boxes of a free layout lie close around the print
    labels = [_label(each, outcomes, posteriors, translate, (scale, loose, paper.size)) for each in places]
    return _png(_composed(paper, labels, title, translate))


def draw_message(text: str, title: str = "") -> bytes:
    """A PNG that says one thing, in place of a page of which nothing can be drawn."""
    lines = [*wrap(title, font(17), 680), *wrap(text, font(17), 680)]
    canvas = Image.new("RGB", (700, 30 + 24 * len(lines)), "white")
    pencil = ImageDraw.Draw(canvas)
    for number, each in enumerate(lines):
        pencil.text((10, 15 + 24 * number), each, font=font(17), fill="black")
    return _png(canvas)


def _in_reading_order(place: Place) -> tuple[int, int]:
    return place.box.y0 // 12, place.box.x0


# --- what is said of a field -----------------------------------------------------------------------------------------


def _label(
    place: Place,
    outcomes: Mapping[FieldKey, Decision | Task],
    posteriors: Mapping[FieldKey, Posterior],
    translate: Translate,
    drawn: tuple[float, int, tuple[int, int]],
) -> _Label:
    scale, loose, size = drawn
    box = place.box.scaled(scale).padded(loose).clipped(size[0] - 1, size[1] - 1)
    outcome, posterior = outcomes.get(place.key), posteriors.get(place.key)
    fate = fate_of(outcome)
    value = _decided(outcome, translate) if isinstance(outcome, Decision) else _likeliest(posterior, translate)
    sure = outcome.probability if isinstance(outcome, Decision) else posterior.probability if posterior else None
    said = [translate(FATE_WORDS[fate]), *([] if sure is None else [per_cent(sure)])]
    parts = [*([value] if value and fate != "blank" else []), " ".join(said)]
    if isinstance(outcome, Task):
        parts.append(translate(REASONS.get(outcome.reason, outcome.reason)))
    known = box.area < MAX_PLACE_SHARE * size[0] * size[1]
    return _Label(box=box if known else None, fate=fate, text=f"{place.key}: {' · '.join(parts)}")


def fate_of(outcome: Decision | Task | None) -> Fate:
    """The fate of a field with this outcome."""
    if outcome is None:
        return "nothing"
    if isinstance(outcome, Task):
        return "asked"
    return "blank" if outcome.null == "blank" else "decided"


def _decided(decision: Decision, translate: Translate) -> str:
    """The value as it is written, and as records have it where that is another."""
    if decision.null:
        return translate(NULL_WORDS[decision.null])
    text, value = _short(decision.text), _short(_written(decision.value))
    return text if value in ("", text) else f"{text} = {value}"


def _likeliest(posterior: Posterior | None, translate: Translate) -> str:
    """The likeliest value that was read, "" where there is none."""
    if posterior is None:
        return ""
    best = next((each for each in posterior.candidates if each.origin == "read"), None)
    if best is None:
        return ""
    return translate(NULL_WORDS[best.null]) if best.null else _short(best.text)


def _written(value: str | int | bool | None) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _short(text: str) -> str:
    said = " ".join(text.split())
    return said if len(said) <= MAX_VALUE_LENGTH else said[: MAX_VALUE_LENGTH - 1] + "…"


def per_cent(probability: float) -> str:
    """A probability as people read it. It is 100 % only where the probability is 1."""
    if 0.9995 <= probability < 1:
        return f">{NO_BREAK_SPACE}99.9{NO_BREAK_SPACE}%"
    return f"{100 * probability:.1f}{NO_BREAK_SPACE}%"


# --- the drawing -----------------------------------------------------------------------------------------------------


def _composed(paper: Image.Image, labels: Sequence[_Label], title: str, translate: Translate) -> Image.Image:
    """The page with its frames and numbers, its head above, its notes to the right."""
    width = column_width(paper.size[0])
    heights = [each.box.y0 if each.box else 0 for each in labels]
    notes = [Note(at, y, each.fate, each.text) for at, (y, each) in enumerate(zip(heights, labels, strict=True), 1)]
    size, columns = place_notes(notes, letter_height(max(paper.size)), width, paper.size[1])
    across = paper.size[0] + width * max(1, len(columns))
    lines = head_lines(title, _legend(labels, translate), font(size), across)
    foot = max((each.bottom for column in columns for each in column), default=0)
    top = sum(each.height for each in lines) + size
    canvas = Image.new("RGB", (across, top + max(paper.size[1], foot)), "white")
    canvas.paste(paper, (0, top))
    pencil = ImageDraw.Draw(canvas)
    for number, each in enumerate(lines):
        each.write(pencil, size // 2 + number * each.height, font(size))
    for label in labels:
        if label.box:
            _draw_frame(pencil, label.box.shifted(0, top), label.fate)
    _draw_numbers(pencil, paper, labels, size, top)
    for at, column in enumerate(columns):
        for note in column:
            note.write(pencil, paper.size[0] + at * width, top, font(size))
    return canvas


def _legend(labels: Sequence[_Label], translate: Translate) -> list[tuple[Fate, str]]:
    """The words of each fate with how many fields have it."""
    counts = Counter(each.fate for each in labels)
    return [(fate, f"{translate(word)}: {counts[fate]}") for fate, word in LEGEND.items() if counts[fate]]


def _draw_frame(pencil: ImageDraw.ImageDraw, box: Box, fate: Fate) -> None:
    x0, y0, x1, y1 = box
    for start, end in (((x0, y0), (x1, y0)), ((x1, y0), (x1, y1)), ((x1, y1), (x0, y1)), ((x0, y1), (x0, y0))):
        draw_line(pencil, start, end, fate)


def _draw_numbers(
    pencil: ImageDraw.ImageDraw, paper: Image.Image, labels: Sequence[_Label], size: int, top: int
) -> None:
    """Draw each field's number beside its frame, or within it where least is written."""
    edges = cv2.Laplacian(grey(numpy.asarray(paper)), cv2.CV_16S)
    busy = cv2.integral(numpy.minimum(numpy.abs(edges), 255).astype(numpy.uint8))
    face, boxes = font(size - 3), [each.box for each in labels if each.box]
    taken: list[Box] = []
    for number, label in enumerate(labels, 1):
        if label.box is None:
            continue
        wide, high = round(pencil.textlength(str(number), font=face)) + 6, size
        page = Box(0, 0, paper.width - 1, paper.height - 1)
        offers = [each for each in _number_places(label.box, wide, high) if page.contains(each)]
        spot = min(offers, key=lambda each: _cost(each, label.box, boxes, taken, busy), default=None)
        if spot is None:
            continue
        taken.append(spot)
        x0, y0, x1, y1 = spot.shifted(0, top)
        pencil.rectangle((x0, y0, x1, y1), fill="white", outline=FATE_COLOURS[label.fate])
        pencil.text(((x0 + x1) / 2, (y0 + y1) / 2), str(number), font=face, fill=FATE_COLOURS[label.fate], anchor="mm")


def _number_places(box: Box, wide: int, high: int) -> list[Box]:
    """Where the number of a field may stand, best first: beside, above or below it, then in a corner of it."""
    middle = (box.y0 + box.y1 - high) // 2
    starts = [(box.x0 - wide - 2, middle), (box.x1 + 3, middle), (box.x0, box.y0 - high - 2), (box.x0, box.y1 + 3)]
    starts += [(box.x1 - wide, box.y0 - high - 2), (box.x1 - wide, box.y1 + 3)]
    centre = (box.x0 + box.x1 - wide) // 2
    starts += [(centre, box.y0 - high - 2), (centre, box.y1 + 3)]
    starts += [(box.x0 - wide - 2, y) for y in (box.y0, box.y1 - high)] + [
        (box.x1 + 3, y) for y in (box.y0, box.y1 - high)
    ]
    left, right, upper, lower = box.x0 + 2, box.x1 - wide - 2, box.y0 + 2, box.y1 - high - 2
    starts += [(right, upper), (right, lower), (left, upper), (left, lower)]
    return [Box.sized(x, y, wide, high) for x, y in starts]


def _cost(spot: Box, own: Box | None, boxes: Sequence[Box], taken: Sequence[Box], busy: numpy.ndarray) -> float:
    """How much a number would hide here: another number, another field, print and writing."""
    x0, y0, x1, y1 = spot
    written = float(busy[y1, x1] - busy[y0, x1] - busy[y1, x0] + busy[y0, x0]) / max(1, spot.area)
    others = sum(spot.overlap(each) for each in boxes if each is not own) / max(1, spot.area)
    return 10.0 * written + 60.0 * others + 10_000.0 * any(spot.overlap(each) for each in taken)


def _png(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, format="PNG")
    return stream.getvalue()

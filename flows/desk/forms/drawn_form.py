"""A form as it is drawn: its pages with where each field, table and column stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from transcribe.drawing import blank_thumbnail
from transcribe.errors import NotFound
from transcribe.forms import field_boxes
from transcribe.geometry import Box
from transcribe.i18n import said
from transcribe.model import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBox:
    """One field or cell: what it is called, its box, and the kind of its frame."""

    label: str
    box: Box
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPage:
    """One page with its size in pixels."""

    number: int
    size: tuple[int, int]
    boxes: Sequence[DrawnBox]


def drawn_pages(form: Form, language: str) -> list[DrawnPage]:
    """The pages of a form that have a blank, with every field drawn, tables cell by cell."""
    return [
        DrawnPage(number=number, size=blank.size, boxes=_boxes(form, number, language))
        for number, blank in enumerate(form.blanks, 1)
        if blank.path is not None
    ]


def _boxes(form: Form, number: int, language: str) -> list[DrawnBox]:
    return [
        DrawnBox(
            label=said(field.label, language) or field.name,
            box=box,
            kind="payment" if field.personal == "payment" else "cell" if key.row is not None else "field",
        )
        for key, field, box in field_boxes(form, number)
    ]


def blank_of(form: Form, number: int) -> Path:
    """The picture of a page. NotFound where it has none."""
    path = form.blanks[number - 1].path if 0 < number <= len(form.blanks) else None
    if path is None:
        raise NotFound("This form has no picture of this page.")
    return Path(path)


def small_blank(form: Form, number: int) -> bytes:
    """The same, small."""
    return blank_thumbnail(str(blank_of(form, number)))

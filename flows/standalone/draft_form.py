"""Drafting a form definition from the picture of a blank page, or from the pages of a PDF."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from flows.home import Settings, limits
from transcribe import ocr
from transcribe.errors import ScanError
from transcribe.form_drafting import draft_pages
from transcribe.model import Page
from transcribe.sandbox import check, decode

if TYPE_CHECKING:
    from transcribe.model import Picture

BLANK_MEDIA_TYPES = frozenset({"image/png", "image/jpeg"})
"""Pictures that a definition can name as its blank; pages of other files are written as PNG."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDraft:
    """The text of a drafted definition, notes on it, and the blanks that lie beside it: their bytes by name."""

    text: str
    notes: tuple[str, ...]
    blanks: Mapping[str, bytes]


def draft_definition(settings: Settings, blank: Path, name: str, language: str, locale: str) -> FormDraft:
    """A first definition, with each page of the file as a page of the form. ScanError where it cannot be read."""
    allowed = limits(settings)
    try:
        content = blank.read_bytes()
    except OSError as error:
        raise ScanError(f"{blank.name}: the file cannot be read ({error.strerror}).") from error
    try:
        media_type, count = check(content, allowed)
        pages = [_page(decode(content, number, allowed), number) for number in range(1, count + 1)]
    except ScanError as error:
        raise ScanError(f"{blank.name}: {error} Give a picture of the blank form.") from error
    kept = count == 1 and media_type in BLANK_MEDIA_TYPES
    blanks = {blank.name: content} if kept else dict(zip(_blank_names(blank, count), map(_png, pages), strict=True))
    engine = ocr.load(settings.engines[0], (language,))
    draft = draft_pages(pages, engine, name=name, blanks=list(blanks), language=language, locale=locale)
    return FormDraft(text=draft.text, notes=draft.notes, blanks=blanks)


def _page(decoded: tuple[Picture, float | None], number: int) -> Page:
    return Page(number=number, picture=decoded[0], dpi=decoded[1])


def _blank_names(blank: Path, count: int) -> Sequence[str]:
    if count == 1:
        return [f"{blank.stem}.png"]
    return [f"{blank.stem}-{number}.png" for number in range(1, count + 1)]


def _png(page: Page) -> bytes:
    written = io.BytesIO()
    Image.fromarray(page.picture).save(written, "PNG", optimize=True)
    return written.getvalue()

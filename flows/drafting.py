"""Drafts a form definition from the picture of a blank page."""

from __future__ import annotations

from pathlib import Path

from flows.rooms import limits
from flows.settings import Settings
from transcribe import confined, ocr
from transcribe.draft import draft
from transcribe.errors import ScanError
from transcribe.model import Page


def draft_definition(settings: Settings, blank: Path, name: str, language: str, locale: str) -> str:
    """The text of a first definition; ScanError where the picture cannot be read."""
    try:
        content = blank.read_bytes()
    except OSError as error:
        raise ScanError(f"{blank.name}: the file cannot be read ({error.strerror}).") from error
    try:
        picture, dpi = confined.picture(content, 1, limits(settings))
    except ScanError as error:
        raise ScanError(f"{blank.name}: {error} Give a picture of the blank form.") from error
    engine = ocr.load(settings.engines[0], (language,))
    page = Page(number=1, picture=picture, dpi=dpi)
    return draft(page, engine, name=name, blank=blank.name, language=language, locale=locale)

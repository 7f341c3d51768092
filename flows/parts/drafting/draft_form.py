"""Drafting a form definition from a picture of its page, blank or filled, or from the pages of a PDF."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy
from PIL import Image

from flows.home import Settings, limits, temporary_folder
from flows.parts.drafting.layout.draft import draft_pages, without_writing
from flows.parts.drafting.layout.emptied_boxes import emptied
from flows.parts.drafting.layout.flat_page import flat_page
from transcribe import ocr
from transcribe.errors import ScanError
from transcribe.forms import field_boxes, load
from transcribe.geometry import Box
from transcribe.imaging import way_up
from transcribe.model import Page, Word
from transcribe.ocr import Engine
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


def draft_definition(
    settings: Settings, blank: Path, name: str, language: str, locale: str, *, filled: bool = False, called: str = ""
) -> FormDraft:
    """A first definition, with each page of the file as a page of the form. ScanError where it cannot be read.

    Photographs are laid flat, upright and level, and their light is evened out: the blank is as a scanner would see it.
    Of a `filled` page fields and labels are found without what stands in frames, rows of tables and boxes to tick; its
    blanks are as they came. The blanks are named `called` with an ending, or as the file.
    """
    allowed = limits(settings)
    try:
        content = blank.read_bytes()
    except OSError as error:
        raise ScanError(f"{blank.name}: the file cannot be read ({error.strerror}).") from error
    try:
        media_type, count = check(content, allowed)
        sent = [_page(decode(content, number, allowed), number) for number in range(1, count + 1)]
    except ScanError as error:
        raise ScanError(f"{blank.name}: {error} Give a picture of the blank form.") from error
    (engine,) = ocr.in_use(settings.engines[:1], tuple(language.split("+")), settings.engine_options)
    pages = [_laid_flat(each, engine) for each in sent]
    as_sent = all(page.picture is came.picture for page, came in zip(pages, sent, strict=True))
    kept = count == 1 and as_sent and media_type in BLANK_MEDIA_TYPES
    own = f"{called}{blank.suffix.lower()}" if called else blank.name
    names = _blank_names(Path(own).stem, count, flat=not as_sent)
    blanks = {own: content} if kept else dict(zip(names, map(_png, pages), strict=True))
    draft = draft_pages(
        [without_writing(each) for each in pages] if filled else pages,
        engine,
        name=name,
        blanks=list(blanks),
        language=language,
        locale=locale,
        filled=pages if filled else (),
    )
    return FormDraft(text=draft.text, notes=draft.notes, blanks=blanks)


def _laid_flat(page: Page, engine: Engine) -> Page:
    """A photographed page flat, level and upright; any other one as it is."""
    flat = replace(page, picture=flat_page(page.picture))
    if flat.picture is page.picture:
        return page

    def turned(quarters: int) -> Sequence[Word]:
        picture = numpy.ascontiguousarray(numpy.rot90(flat.picture, quarters))
        return engine.words(replace(flat, picture=picture))[0]

    quarters = way_up({engine.source: engine.words(flat)[0]}, turned)
    return replace(flat, picture=numpy.ascontiguousarray(numpy.rot90(flat.picture, quarters)))


def emptied_blanks(settings: Settings, draft: FormDraft) -> FormDraft:
    """The draft of a filled form with bare paper in the boxes of its blanks; frames stay. They become PNG."""
    with temporary_folder(settings) as folder:
        for name, content in draft.blanks.items():
            (folder / name).write_bytes(content)
        definition = folder / "draft.toml"
        definition.write_text(draft.text, encoding="utf-8")
        form = load(str(definition))
    text, blanks = draft.text, {}
    for number, (name, content) in enumerate(draft.blanks.items(), 1):
        png = f"{Path(name).stem}.png"
        blanks[png] = empty_boxes(content, [box for _, _, box in field_boxes(form, number)])
        text = text.replace(f'blank = "{name}"', f'blank = "{png}"')
    return replace(draft, text=text, blanks=blanks)


def empty_boxes(content: bytes, boxes: Sequence[Box]) -> bytes:
    """The PNG of a blank with bare paper in these boxes; frames and the dividers of combs stay."""
    with Image.open(io.BytesIO(content)) as picture:
        grey = numpy.asarray(picture.convert("L"), numpy.uint8)
    return _png(Page(number=1, picture=emptied(grey, boxes)))


def _page(decoded: tuple[Picture, float | None], number: int) -> Page:
    return Page(number=number, picture=decoded[0], dpi=decoded[1])


def _blank_names(stem: str, count: int, *, flat: bool) -> Sequence[str]:
    stem = f"{stem}-flat" if flat else stem
    if count == 1:
        return [f"{stem}.png"]
    return [f"{stem}-{number}.png" for number in range(1, count + 1)]


def _png(page: Page) -> bytes:
    written = io.BytesIO()
    Image.fromarray(page.picture).save(written, "PNG", optimize=True)
    return written.getvalue()

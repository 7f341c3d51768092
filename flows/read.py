"""Reads files without a store: what `fairhand read` does, for programs that want readings and decisions only."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from flows.identify import REASON
from flows.reading import AUTO, read_options
from flows.rooms import limits, now, policy
from flows.settings import Settings
from flows.shelf import Shelf
from flows.told import Weighed, told, told_error, told_unknown, weighed
from reconcile import first_fit
from transcribe import ocr, picture
from transcribe.archive import Archive
from transcribe.errors import EngineMissing, FairhandError
from transcribe.layout import hocr
from transcribe.model import Form
from transcribe.read import read
from transcribe.scan import Scanned, gather, pages, scans
from transcribe.sheets import Unreadable


def read_files(
    settings: Settings, files: Sequence[Path], form_name: str, progress: Callable[[int, int], None]
) -> Iterator[tuple[dict[str, Any], Weighed | None]]:
    """Each scan as told to other programs, with what was weighed; a file that cannot be read is told as an error.

    Raises FormError and EngineMissing, after which no file can be read.
    """
    shelf = Shelf(settings.forms)
    form = None if form_name == AUTO else shelf.find(form_name)
    forms = [shelf.find(name) for name in shelf.names()] if form is None else []
    found = gather(files)
    with tempfile.TemporaryDirectory() as folder:
        archive = Archive(folder)
        for count, each in enumerate(scans(found, form, archive, limits(settings), forms=forms)):
            progress(count, max(len(found), count))
            if isinstance(each, Unreadable):
                yield told_error(each.path, each.error, each.message), None
            else:
                known = next((it for it in forms if it.name == each.scan.form), form)
                yield _one(each, known, archive, settings)


def _one(
    each: Scanned, form: Form | None, archive: Archive, settings: Settings
) -> tuple[dict[str, Any], Weighed | None]:
    if form is None:
        return told_unknown(each.path, each.scan, REASON), None
    engines = [ocr.load(name, form.languages) for name in settings.engines]
    try:
        decoded = pages(each.scan, archive, limits(settings))
        reads = read(each.scan, decoded, form, engines, now(), read_options(settings))
    except EngineMissing:
        raise
    except FairhandError as error:
        return told_error(each.path, type(error).__name__, str(error)), None
    finally:
        for page in each.scan.pages:
            archive.erase(page.file)
    it = weighed(each.scan, form, decoded, reads, first_fit.parameters(), policy(settings))
    return told(each.path, it), it


def pictures(it: Weighed) -> Iterator[bytes]:
    """Each page of a scan as a PNG with its fields drawn on it: value, probability, fate."""
    for page in it.reads.pictures:
        yield picture.draw(it.reads, it.outcomes, page=page.number)


def hocr_pages(settings: Settings, it: Weighed) -> Iterator[str]:
    """Each page of a scan as hOCR: the words that the first engine of the settings sees on the whole page."""
    engine = ocr.load(settings.engines[0], it.form.languages)
    for page in it.pages:
        height, width = page.picture.shape[:2]
        words = [word for line in engine.words(page) for word in line]
        yield hocr.write(words, size=(width, height), system=engine.source, page=page.number)

"""Reads files without a store: what `fairhand read` does, for programs that want readings and decisions only."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from flows.home import FormLibrary, Settings, limits, now, policy
from flows.output import ErrorJson, ScanJson, ScanResult, error_json, scan_json, source_label, unknown_json, weighed
from flows.steps import AUTO_FORM, read_options
from reconcile.parameters import shipped_parameters
from transcribe import ocr
from transcribe.archive import Archive
from transcribe.codes import Reason
from transcribe.drawing import draw_page
from transcribe.errors import EngineMissing, FairhandError, ScanError
from transcribe.i18n import said, translation
from transcribe.intake import SAVE_ANEW_ADVICE, Scanned, Unreadable, gather, load_pages, scans_of, unexpected
from transcribe.model import Form, Parameters
from transcribe.ocr import TRIES
from transcribe.recognition import read
from transcribe.store import open_store

logger = logging.getLogger("fairhand.read")


def read_files(
    settings: Settings, files: Sequence[Path], form_name: str, progress: Callable[[int, int], None]
) -> Iterator[tuple[ScanJson | ErrorJson, ScanResult | None]]:
    """Each scan as told to other programs, with what was weighed; a file that cannot be read is told as an error.

    Raises FormError and EngineMissing, after which no file can be read.
    """
    shelf = FormLibrary(settings.forms)
    parameters = parameters_of_home(settings)
    form = None if form_name == AUTO_FORM else shelf.find(form_name)
    forms = [shelf.find(name) for name in shelf.names()] if form is None else []
    found = gather(files)
    with tempfile.TemporaryDirectory() as folder:
        archive = Archive(folder)
        for count, each in enumerate(scans_of(found, form, archive, limits(settings), forms=forms)):
            progress(count, max(len(found), count))
            if isinstance(each, Unreadable):
                yield error_json(each.path, each.error, f"{each.reason} {each.advice} and read it again."), None
            else:
                known = next((it for it in forms if it.name == each.scan.form), form)
                yield _one(each, known, archive, settings, parameters)


def parameters_of_home(settings: Settings) -> Parameters:
    """What the home has learnt, as `ingest` uses it there; what comes with fairhand where nothing was learnt."""
    if not settings.state.exists():
        return shipped_parameters()
    store = open_store(settings.state)
    try:
        return store.parameters() or shipped_parameters()
    finally:
        store.close()


def _one(
    each: Scanned, form: Form | None, archive: Archive, settings: Settings, parameters: Parameters
) -> tuple[ScanJson | ErrorJson, ScanResult | None]:
    if form is None:
        return unknown_json(each, Reason.FORM_UNKNOWN), None
    engines = [ocr.load(name, form.languages) for name in settings.engines]
    try:
        decoded = load_pages(each.scan, archive, limits(settings))
        reads = read(each.scan, decoded, form, engines, now(), replace(read_options(settings), without=TRIES))
        it = weighed(each, form, decoded, reads, parameters, policy(settings))
        return scan_json(it), it
    except EngineMissing:
        raise
    except Exception as error:
        return error_json(each.path, type(error).__name__, f"{each.path.name}: {_why(error)}"), None
    finally:
        for page in each.scan.pages:
            archive.erase(page.file)


def _why(error: Exception) -> str:
    """Why a file could not be read, and what to do; what nobody has foreseen goes to the log with where it happened."""
    if isinstance(error, ScanError):
        return f"{error} {error.advice} and read it again."
    if isinstance(error, FairhandError):
        return f"{error} See what `fairhand doctor` says."
    logger.error("Reading a file failed unexpectedly.", exc_info=error)
    return f"{unexpected(error)} {SAVE_ANEW_ADVICE} and read it again."


def drawn_pages(it: ScanResult, language: str) -> Iterator[tuple[str, bytes]]:
    """Of each page of a scan where it came from, and a PNG with its fields drawn on it: value, probability, fate."""
    translate = translation(language).gettext
    for page in it.reads.pictures:
        lying = it.reads.transforms.get(page.number)
        path, number = it.page_sources[lying.page - 1 if lying else 0]
        file = source_label([str(path)], [number])
        content = draw_page(
            it.reads,
            it.outcomes,
            page=page.number,
            posteriors=it.posteriors,
            title=f"{source_label([path.name], [number])} · {said(it.form.title, language)}",
            translate=translate,
        )
        yield file, content

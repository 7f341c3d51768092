"""Reading files without a store: what `fairhand read` does, for programs that want readings and decisions only."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from flows.home import (
    FormLibrary,
    Settings,
    has_state,
    limits,
    load_settings,
    now,
    open_state,
    policy,
    temporary_folder,
)
from flows.output import ErrorJson, ScanJson, ScanResult, error_json, scan_json, source_label, unknown_json, weighed
from flows.steps import AUTO_FORM, read_options
from reconcile.decision import answers
from reconcile.inference import weigh
from reconcile.parameters import shipped_parameters
from transcribe import ocr
from transcribe.archive import Archive, Folder
from transcribe.codes import Reason
from transcribe.drawing import draw_page
from transcribe.errors import EngineMissing, FairhandError, ScanError
from transcribe.i18n import said, translation
from transcribe.intake import SAVE_ANEW_ADVICE, Scanned, Unreadable, gather, load_pages, scans_of, unexpected
from transcribe.model import Decision, FieldKey, Form, Parameters, Reading, Task
from transcribe.ocr import TRIES
from transcribe.recognition import read

logger = logging.getLogger("fairhand.read")


def read_files(
    settings: Settings, files: Sequence[Path], form_name: str, progress: Callable[[int, int], None]
) -> Iterator[tuple[ScanJson | ErrorJson, ScanResult | None]]:
    """Read files and give each scan as JSON, with what was weighed.

    The latter is None for a file that cannot be read and for a scan of an unknown form.
    `progress` is called with (scans done, files in all). Raises FormError, and EngineMissing where no engine reads the
    form that is named, after which no file can be read.
    """
    library = FormLibrary(settings.forms)
    parameters = parameters_of_home(settings)
    form = None if form_name == AUTO_FORM else library.find(form_name)
    forms = [library.find(name) for name in library.names()] if form is None else []
    gathered = gather(files)
    with temporary_folder(settings) as folder:
        archive = Archive(Folder(folder, lasting=False))
        for count, scanned in enumerate(scans_of(gathered, form, archive, limits(settings), forms=forms)):
            progress(count, max(len(gathered), count))
            if isinstance(scanned, Unreadable):
                message = f"{scanned.reason} {scanned.advice} and read it again."
                yield error_json(scanned.path, scanned.error, message), None
            else:
                form_of_scan = next((known for known in forms if known.name == scanned.scan.form), form)
                try:
                    yield _read_scan(scanned, form_of_scan, archive, settings, parameters)
                except EngineMissing as error:
                    if form is not None:
                        raise
                    message = f"{scanned.path.name}: its form {scanned.scan.form} cannot be read here. {error}."
                    yield error_json(scanned.path, type(error).__name__, message), None


def reconcile_readings(readings: Sequence[Reading], form_name: str) -> dict[FieldKey, Decision | Task]:
    """The answer of each field of one scan, by the parameters and the policy of the home that holds."""
    settings = load_settings()
    form, deciding = FormLibrary(settings.forms).find(form_name), policy(settings)
    return answers(form, weigh(form, readings, parameters_of_home(settings), deciding), deciding, readings)


def parameters_of_home(settings: Settings) -> Parameters:
    """The parameters learnt last in the home, as `ingest` uses them; the shipped ones where none were learnt."""
    if not has_state(settings):
        return shipped_parameters()
    store = open_state(settings)
    try:
        return store.parameters() or shipped_parameters()
    finally:
        store.close()


def _read_scan(
    scanned: Scanned, form: Form | None, archive: Archive, settings: Settings, parameters: Parameters
) -> tuple[ScanJson | ErrorJson, ScanResult | None]:
    """One scan read and weighed. Its pages are erased from the archive then."""
    if form is None:
        return unknown_json(scanned, Reason.FORM_UNKNOWN), None
    engines = ocr.in_use(settings.engines, form.languages, settings.engine_options)
    options = replace(read_options(settings, form), failures_before_fallback=TRIES)
    try:
        pages = load_pages(scanned.scan, archive, limits(settings))
        reads = read(scanned.scan, pages, form, engines, now(), options)
        result = weighed(scanned, form, pages, reads, parameters, policy(settings))
        return scan_json(result), result
    except EngineMissing:
        raise
    except Exception as error:
        message = f"{scanned.path.name}: {_failure_message(error)}"
        return error_json(scanned.path, type(error).__name__, message), None
    finally:
        for page in scanned.scan.pages:
            archive.erase(page.file)


def _failure_message(error: Exception) -> str:
    """Why a file could not be read, and what to do. An unforeseen error goes to the log with its traceback."""
    if isinstance(error, ScanError):
        return f"{error} {error.advice} and read it again."
    if isinstance(error, FairhandError):
        return f"{error} See what `fairhand doctor` says."
    logger.error("Reading a file failed unexpectedly.", exc_info=error)
    return f"{unexpected(error)} {SAVE_ANEW_ADVICE} and read it again."


def drawn_pages(result: ScanResult, language: str) -> Iterator[tuple[str, bytes]]:
    """For each page of a scan where it came from, and a PNG with each field's value, probability and fate."""
    translate = translation(language).gettext
    for page in result.reads.pictures:
        transform = result.reads.transforms.get(page.number)
        path, number = result.page_sources[transform.page - 1 if transform else 0]
        content = draw_page(
            result.reads,
            result.outcomes,
            page=page.number,
            posteriors=result.posteriors,
            title=f"{source_label([path.name], [number])} · {said(result.form.title, language)}",
            translate=translate,
        )
        yield source_label([str(path)], [number]), content

"""What machines do with files: take them in as scans, and read one scan. Plain functions, without Prefect."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from flows.home import Home, Settings, limits, now
from transcribe import ocr
from transcribe.errors import FairhandError, NotFound, ScanError
from transcribe.intake import (
    SAVE_ANEW_ADVICE,
    Scanned,
    Unreadable,
    gather,
    is_unmasked,
    load_pages,
    masked_anew,
    scans_of,
    unexpected,
    unreadable,
)
from transcribe.model import Form, ReadResult, Scan, SourceFile
from transcribe.ocr import Engine
from transcribe.recognition import ReadOptions, pictures, read

logger = logging.getLogger("fairhand.read")
AUTO = "auto"
"""The name that stands for: find out which form it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A scan that the store now has, and whether it is new there."""

    scan: Scan
    new: bool


def forms_of(home: Home, form_name: str) -> list[str]:
    """The names of the forms that scans taken in under this name may have; FormError where it is unknown."""
    return list(home.forms.names()) if form_name == AUTO else [home.forms.find(form_name).name]


def take_in(home: Home, paths: Sequence[Path], form_name: str, batch: str) -> Iterator[Taken | Unreadable]:
    """The scans in these files and folders, kept in the store; a file that gives none is set aside with the reason.

    With the form "auto" each scan's form is looked for among all forms that are known here.
    """
    form = None if form_name == AUTO else home.use_form(form_name)
    forms = [home.use_form(name) for name in home.forms.names()] if form is None else []
    allowed = limits(home.settings)
    found = scans_of(
        gather(paths, own_folders=home.settings.picture_folders),
        form,
        home.archive,
        allowed,
        forms=forms,
        is_known=lambda it: is_known(home, it),
        batch=batch,
    )
    aside = {each.place for each in home.store.list_set_aside()}
    for each in found:
        kept = each if isinstance(each, Unreadable) else _kept_or_failed(home, each)
        if isinstance(kept, Unreadable):
            home.store.set_aside(kept.file, kept.error, kept.message, batch, now(), place_of(kept.path, kept.page))
        else:
            for place in aside & {place_of(each.path), place_of(each.path, each.page)}:
                home.store.end_set_aside_at(place)  # the file was replaced, as it was asked for
        yield kept


def place_of(path: Path, page: int = 0) -> str:
    """What stands for the place of a file, or of a page of it: paths say names of customers, and are kept nowhere."""
    return hashlib.sha256(f"{path.resolve()}{f' p. {page}' if page else ''}".encode()).hexdigest()


def failure_message(scan: Scan, error: Exception) -> str:
    """Why a scan could not be read and what to do, in one sentence each. What nobody has foreseen goes to the log with
    where it happened."""
    if isinstance(error, ScanError):
        return f"{error} {error.advice} and ingest it again."
    if isinstance(error, FairhandError):
        return f"{error} See what `fairhand doctor` says, and ingest it again."
    logger.error("Reading the scan %s failed unexpectedly.", scan.id[:12], exc_info=error)
    return f"{unexpected(error)} {SAVE_ANEW_ADVICE} and ingest it again."


def is_known(home: Home, scan: str) -> bool:
    """Whether the store has this scan already."""
    try:
        home.store.scan(scan)
    except NotFound:
        return False
    return True


def _kept_or_failed(home: Home, each: Scanned) -> Taken | Unreadable:
    """The scan as the store has it; Unreadable where it could not be kept, so that the others go on."""
    try:
        return _kept(home, each)
    except Exception as error:
        stands_for = SourceFile(sha256=each.scan.id, name=each.scan.name, size=0, media_type="")
        return unreadable(each.path, stands_for, error, each.page)


def _kept(home: Home, each: Scanned) -> Taken:
    """The scan as the store has it; one whose form nobody knows waits until a person says which it is, or until it is
    taken in again as a form."""
    new = home.store.put_scan(each.scan, each.files, now())
    if not new and each.scan.form and not home.store.scan(each.scan.id).form:
        home.store.set_form(each.scan.id, each.scan.form, each.scan.form_version, now())
    scan = home.store.scan(each.scan.id)
    if not scan.form and not home.store.has_reads(scan.id):
        _put_pictures(home, scan)
        home.store.wake([scan.id], now())
    return Taken(scan=scan, new=new)


def _put_pictures(home: Home, scan: Scan) -> None:
    """The pictures of the pages of a scan as they came, for whoever is asked which form it is."""
    shown = pictures(load_pages(scan, home.archive, limits(home.settings)))
    for content in shown.files.values():
        home.archive.put(content)
    home.store.put_reads(scan.id, shown, now())


def read_scan(home: Home, scan: Scan, *, without: int = 0) -> ReadResult:
    """Have every engine read one scan, and keep the readings with the pictures that they refer to.

    Raises ScanError where a page cannot be decoded or is too coarse to be read, EngineError (which may pass) where an
    engine fails; with `without` only where every engine fails on a page so often.
    """
    form = home.forms(scan.form, scan.form_version)
    if form.has_payment:
        scan = _masked(home, scan, form)
    decoded = load_pages(scan, home.archive, limits(home.settings))
    options = replace(read_options(home.settings), without=without)
    reads = read(scan, decoded, form, engines_for(home, form), now(), options)
    for content in reads.files.values():
        home.archive.put(content)
    home.store.put_reads(scan.id, reads, now())
    return reads


def _masked(home: Home, scan: Scan, form: Form) -> Scan:
    """The scan with masked pages, and nothing left of what they show in clear: its form may have been unknown when it
    came. What a killed process left undone is done when the scan is read again."""
    if is_unmasked(scan, form):
        home.store.mask_pages(scan.id, masked_anew(scan, form, home.archive, limits(home.settings)), now())
    for name in home.store.replaced(scan.id):
        home.archive.erase(name)
    return home.store.scan(scan.id)


def read_options(settings: Settings) -> ReadOptions:
    """How machines read a scan."""
    return ReadOptions(cascade=settings.second_engine == "doubtful", masked=True)


def engines_for(home: Home, form: Form) -> list[Engine]:
    """The engines of the settings, ready for a form's languages; EngineMissing names the one that cannot read."""
    return [_engine(name, form.languages) for name in home.settings.engines]


@lru_cache(maxsize=32)
def _engine(name: str, languages: tuple[str, ...]) -> Engine:
    """An engine, looked for once a process: whether its program and its data are there costs 1 ms that each scan would
    pay twice. What is missing is looked for again."""
    return ocr.load(name, languages)


def work_key(home: Home, scan: Scan) -> str:
    """What a machine's work on a scan depends on: its pages, the form's definition, and the engines' versions."""
    form = home.forms(scan.form, scan.form_version)
    parts = [scan.id, form.digest, *(engine.source for engine in engines_for(home, form))]
    parts += ["cascade"] if home.settings.second_engine == "doubtful" else []
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()

"""Taking files in as scans, and reading one scan by machine. Plain functions, without Prefect."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from flows.duplicates import find_alike
from flows.home import Home, Settings, limits, now, require_room
from flows.house import brought
from transcribe.errors import (
    ArchiveFull,
    DiskFull,
    EngineMissing,
    FairhandError,
    PartMissing,
    ScanError,
    StoreError,
)
from transcribe.i18n import worded
from transcribe.lean_imports import later
from transcribe.model import Form, Page, ReadResult, Scan, SourceFile

if TYPE_CHECKING:
    from transcribe import intake, ocr, recognition, registration
else:
    intake = later("transcribe.intake")
    ocr = later("transcribe.ocr")
    recognition = later("transcribe.recognition")
    registration = later("transcribe.registration")

logger = logging.getLogger("fairhand.read")

AUTO_FORM = "auto"
"""The name given in place of a form's where the form of each scan is to be found out."""

READING = "reading"
"""The name in the log where a scan is set aside as it is read."""

FREE_LAYOUTS = "layouts"
"""The part that reads forms without a blank."""

MISSING_PAGE_REASON = "a page of the form is missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """The person who asks for a change, and the reason."""

    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenScan:
    """A scan that the store now has, and whether it is new there.

    `lost`: some of its pictures are not in the archive, or are not what their names say, so that it is read again.
    `forgotten`: it was forgotten, so that nothing of it is kept again. `again`: it is known, and to be read anew as
    the form that `scanned` has, with its pages where these were kept. `given` is the name of the file that came.
    """

    scan: Scan
    new: bool
    lost: bool = False
    forgotten: bool = False
    again: bool = False
    scanned: intake.Scanned | None = None
    given: str = ""


def forms_of(home: Home, form_name: str) -> list[str]:
    """The names of the forms that scans taken in under this name may have; FormError where it is unknown."""
    return list(home.forms.names()) if form_name == AUTO_FORM else [home.forms.find(form_name).name]


def require_readable(home: Home, form_name: str) -> None:
    """EngineMissing where an engine in use cannot read this form, PartMissing where a part would; it says what to do.

    With the form "auto" nothing is required: scans of the other forms can be read.
    """
    if form_name == AUTO_FORM:
        return
    form = home.forms.find(form_name)
    layout_reader(home.settings, form)
    try:
        engines_for(home, form)
    except EngineMissing as error:
        raise EngineMissing(f"The form {form.name} cannot be read on this machine. {error}") from error


def take_in(
    home: Home, paths: Sequence[Path], form_name: str, batch: str, again: Because | None = None
) -> Iterator[TakenScan | intake.Unreadable]:
    """Take in the scans in these files and folders; a file that gives none is set aside with the reason.

    With the form "auto" each scan's form is looked for among all forms that are known here. With `again` what is known
    is to be read anew, and what was forgotten comes again as a new scan. DiskFull as soon as the disk has no more than
    what is kept for readings.
    """
    require_room(home.settings)
    form = None if form_name == AUTO_FORM else home.use_form(form_name)
    forms = [home.use_form(name) for name in home.forms.names()] if form is None else []
    scanned = intake.scans_of(
        intake.gather(paths, own_folders=home.settings.picture_folders),
        form,
        home.archive,
        limits(home.settings),
        forms=forms,
        is_known=lambda scan: is_known(home, scan, form, again=again is not None),
        batch=batch,
    )
    places_aside = {file.place for file in home.store.list_set_aside()}
    for found in scanned:
        kept = found if isinstance(found, intake.Unreadable) else _kept_or_failed(home, found, again)
        if isinstance(kept, intake.Unreadable):
            home.store.set_aside(kept.file, kept.error, kept.message, batch, now(), place_of(kept.path, kept.page))
        else:
            for place in places_aside & {place_of(found.path), place_of(found.path, found.page)}:
                home.store.end_set_aside_at(place)  # the file was replaced, as its message asked
        yield kept
        require_room(home.settings)


def place_of(path: Path, page: int = 0) -> str:
    """A hash of the path of a file, or of a page of it. Paths have customers' names, and are kept nowhere."""
    return hashlib.sha256(intake.path_bytes(f"{intake.real_path(path)}{f' p. {page}' if page else ''}")).hexdigest()


def failure_message(scan: Scan, error: Exception) -> str:
    """Why a scan could not be read and what to do, in one sentence each. An unforeseen error goes to the log with its
    traceback."""
    if isinstance(error, DiskFull):
        return str(error)
    if isinstance(error, EngineMissing | PartMissing):
        return worded(
            "the form %(form)s cannot be read on this machine. %(why)s. Then send it again.",
            command="the form %(form)s cannot be read on this machine. %(why)s. Then ingest it again.",
            form=scan.form,
            why=error.args[0],
        )
    if isinstance(error, ScanError):
        why, advice = error.args[0], worded(error.advice)
    elif isinstance(error, ArchiveFull):
        why, advice = error.reason, worded(error.advice)
    elif isinstance(error, FairhandError):
        why = str(error)
        advice = worded("See what the section System says,", command="See what `fairhand doctor` says,")
    else:
        about = {"scan": scan.id}
        logger.error("Reading the scan %s failed unexpectedly.", scan.id[:12], exc_info=error, extra=about)
        why, advice = intake.unexpected(error), worded(intake.SAVE_ANEW_ADVICE)
    return worded(
        "%(why)s %(advice)s and send it again.",
        command="%(why)s %(advice)s and ingest it again.",
        why=why,
        advice=advice,
    )


def is_known(home: Home, scan: str, form: Form | None = None, *, again: bool = False) -> bool:
    """Whether nothing of this scan is to be kept.

    So it is where it was forgotten, where the store and the archive have all of it, and where a masked copy is lost and
    `form`, that it comes in as, does not say where to mask it again. `again` a forgotten one is to be kept, and one of
    which there are but masked copies.
    """
    known = home.store.scan_of_pages(scan)
    if known is None:
        return home.store.forgotten(scan) and not again
    pages, origin = known.pages, home.store.origin(known.id)
    if origin != scan:  # another picture took its place
        return not again
    if intake.scan_id((page.file, page.page) for page in pages) != scan and not (form and form.has_payment):
        return not again
    return all(home.archive.is_whole(name) for page in pages for name in (page.file, page.hocr) if name)


def _kept_or_failed(home: Home, scanned: intake.Scanned, again: Because | None) -> TakenScan | intake.Unreadable:
    """The scan as the store has it; Unreadable where it could not be kept, so that the others go on.

    Raises StoreError where database or archive are away: no file can help that.
    """
    try:
        return _kept(home, scanned) if again is None else _kept_again(home, scanned, again)
    except Exception as error:
        if isinstance(error, StoreError) and error.retry:
            raise
        file = SourceFile(sha256=scanned.scan.id, name=scanned.scan.name, size=0, media_type="")
        return intake.unreadable(scanned.path, file, error, scanned.page)


def _kept_again(home: Home, scanned: intake.Scanned, again: Because) -> TakenScan:
    """The scan as the store has it, to be read anew where it is known; a forgotten one has come again."""
    known = home.store.scan_of_pages(scanned.scan.id)
    if known is not None and scanned.scan.form and known.form:
        return TakenScan(scan=known, new=False, again=True, scanned=scanned)
    if known is not None or not home.store.forgotten(scanned.scan.id):
        return _kept(home, scanned)
    with home.store.together():
        scan = home.store.take_again(scanned.scan, scanned.files, again.by, again.why, now())
        if scan.form:
            home.store.put_to_read(scan.id, scan.batch, now())
    return TakenScan(scan=scan, new=True)


def _kept(home: Home, scanned: intake.Scanned) -> TakenScan:
    """The scan as the store has it. One of an unknown form waits until a person says its form, or until it is taken in
    again as a form."""
    known = home.store.scan_of_pages(scanned.scan.id)
    if known is not None and known.id != scanned.scan.id:
        return TakenScan(scan=known, new=False, given=scanned.scan.name)
    with home.store.together():
        new = home.store.put_scan(scanned.scan, scanned.files, now())
        if not new and home.store.forgotten(scanned.scan.id):
            return TakenScan(scan=home.store.scan(scanned.scan.id), new=False, forgotten=True)
        if not new and scanned.scan.form and not home.store.scan(scanned.scan.id).form:
            home.store.set_form(scanned.scan.id, scanned.scan.form, scanned.scan.form_version, now())
        scan = home.store.scan(scanned.scan.id)
        if new and scan.form:  # at once: whoever is killed here has kept nothing, or what a shift finds
            home.store.put_to_read(scan.id, scan.batch, now())
    if not new and not scanned.is_known and _names_lost_copies(home, scan):
        copies = {file.sha256: file for file in scanned.files}
        home.store.mask_pages(scan.id, [copies[page.file] for page in scanned.scan.pages], now())
        scan = home.store.scan(scan.id)
    lost = not new and not all(map(home.archive.is_whole, home.store.kept_names(scan.id)))
    if not scan.form and (lost or not home.store.has_reads(scan.id)):
        _put_pictures(home, scan)
        home.store.wake([scan.id], now())
    return TakenScan(scan=scan, new=new, lost=lost, given=scanned.scan.name)


def _names_lost_copies(home: Home, scan: Scan) -> bool:
    """Whether a scan names masked copies that are lost still, although it was masked anew: the new ones are others."""
    masked = intake.scan_id((page.file, page.page) for page in scan.pages) != scan.id
    return masked and not all(home.archive.is_whole(page.file) for page in scan.pages)


def _put_pictures(home: Home, scan: Scan) -> None:
    """Keep the pictures of a scan's pages as they came, for people who are asked which form it is."""
    reads = recognition.pictures(intake.load_pages(scan, home.archive, limits(home.settings)))
    home.archive.put_all(reads.files.values())
    home.store.put_reads(scan.id, reads, now())


def _nothing() -> None:
    """Do nothing: the default of `before`."""


def read_scan(home: Home, scan: Scan, *, without: int = 0, before: Callable[[], None] = _nothing) -> ReadResult:
    """Have every engine read one scan, and keep the readings with the pictures that they refer to.

    Raises ScanError where a page cannot be decoded or is too coarse to be read, PartMissing where its form needs a part
    that is not here, EngineError (which may pass) where an
    engine fails. With `without` it reads on without an engine that fails so often on a page, and raises EngineError
    only where every engine does. `before` is called in the transaction that keeps the readings: its error keeps none.
    A scan that lacks a page of its form is set aside: until it is brought back nobody is asked about it.
    """
    form = home.forms(scan.form, scan.form_version)
    if form.has_payment:
        scan = _masked(home, scan, form)
    pages = laid_pages(home, scan, form)
    find_alike(home, scan.id, form, registration.fingerprints(pages, form))
    reads = machine_reads(home, scan, form, pages, without=without)
    with home.store.together():
        before()
        home.store.put_reads(scan.id, reads, now())
        if "page missing" in reads.advice:
            home.store.put_scan_aside(scan.id, READING, MISSING_PAGE_REASON, now())
    return reads


def laid_pages(home: Home, scan: Scan, form: Form) -> list[Page]:
    """The pages of a scan, decoded, each knowing how it lies on this form."""
    return registration.with_alignments(intake.load_pages(scan, home.archive, limits(home.settings)), form)


def machine_reads(home: Home, scan: Scan, form: Form, pages: Sequence[Page], *, without: int = 0) -> ReadResult:
    """The readings of every engine on the pages of a scan as this form.

    Its pictures are in the archive then; the store is not changed.
    """
    options = replace(read_options(home.settings, form), failures_before_fallback=without)
    reads = recognition.read(scan, pages, form, engines_for(home, form), now(), options)
    home.archive.put_all(reads.files.values())
    return reads


def _masked(home: Home, scan: Scan, form: Form) -> Scan:
    """The scan with masked pages; what they show in clear is erased.

    Its form may have been unknown when it came. What a killed process left undone is done when the scan is read again.
    """
    if intake.is_unmasked(scan, form, home.store.origin(scan.id)):
        home.store.mask_pages(scan.id, intake.masked_anew(scan, form, home.archive, limits(home.settings)), now())
    for name in home.store.replaced(scan.id):
        home.archive.erase(name)
    return home.store.scan(scan.id)


def read_options(settings: Settings, form: Form) -> recognition.ReadOptions:
    """The options of machine reading that the settings give; pages may be masked. PartMissing as `layout_reader`."""
    cascade = settings.second_engine == "doubtful"
    return recognition.ReadOptions(cascade=cascade, masked=True, layouts=layout_reader(settings, form))


def layout_reader(settings: Settings, form: Form) -> recognition.LayoutReader | None:
    """The reader of pages without a blank, from a part.

    PartMissing where the form needs it and it is not in use here.
    """
    readers = brought(lambda part: part.layout_reader)
    reader = next((reader for name, reader in readers if name not in settings.parts_off), None)
    if form.free and reader is None:
        why = worded(
            "The part %(part)s of fairhand, which reads the form %(form)s, is not in use here",
            command="The part %(part)s of fairhand, which reads the form %(form)s, is not in use here: take it out of "
            "FAIRHAND_PARTS_OFF, or see what `fairhand doctor` says of it",
            form=form.name,
            part=FREE_LAYOUTS,
        )
        raise PartMissing(why)
    return reader


def engines_for(home: Home, form: Form) -> list[ocr.Engine]:
    """The engines of the settings, ready for a form's languages; EngineMissing names the one that cannot read."""
    return ocr.in_use(home.settings.engines, form.languages, home.settings.engine_options)

"""Scans that are known are read again: by today's engines, as another version of their form, or as another form."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from flows.duplicates import find_alike
from flows.home import Home, limits, now
from flows.steps import Because, TakenScan, cancelled_at, laid_pages, machine_reads
from transcribe.errors import FairhandError, NotFound, ScanError, SettingsError
from transcribe.lean_imports import later
from transcribe.model import PEOPLE, WHOLE, FieldKey, Form, ReadResult, Scan, ScanPage, SourceFile

if TYPE_CHECKING:
    from transcribe import forms, intake, registration
else:
    forms = later("transcribe.forms")
    intake = later("transcribe.intake")
    registration = later("transcribe.registration")

logger = logging.getLogger("fairhand.read")


def _nothing() -> None:
    """What is kept with a scan that is read again, where there is nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPages:
    """Pages that take the place of those of a scan.

    They are as they are kept, with the files that they came in. `scan` has the id that the pages have as they came.
    """

    scan: Scan
    files: tuple[SourceFile, ...]


def read_again(
    home: Home,
    scan: Scan,
    form: Form,
    because: Because,
    pages: NewPages | None = None,
    *,
    without: int = 0,
    retaken: bool = False,
    turned_degrees: int = 0,
    pages_changed: tuple[str, str] = ("", ""),
    within: Callable[[], None] = _nothing,
    look: Callable[[ReadResult], None] | None = None,
) -> ReadResult:
    """Have a scan read anew as this form; what was read before stays as history. `within` is kept with it, or not.

    `look` is given what was read before anything is changed, and may raise an error. Nothing is changed before it is
    read: ScanError or EngineError leave the scan as it was. ScanError too where nobody knows where payment data stand.
    """
    pages = pages or _masked(home, scan, form)
    taken = replace(pages.scan if pages else scan, id=scan.id, form=form.name, form_version=form.version)
    laid = laid_pages(home, taken, form)
    prints = registration.fingerprints(laid, form)
    reads = machine_reads(home, taken, form, laid, without=without)
    if look is not None:
        look(reads)
    with home.store.together():
        if pages is not None:
            home.store.replace_pages(scan.id, pages.scan, pages.files, now())
        home.store.read_again(
            *(scan.id, (form.name, form.version), reads, because.by, because.why, now()),
            retaken=retaken, turned_degrees=turned_degrees, pages_changed=pages_changed,
            unchanged=_unchanged(home, form),
        )  # fmt: skip
        _end_doubt(home, scan, form, because)
        find_alike(home, scan.id, form, prints)
        within()
    _erase_replaced(home, scan, form)
    return reads


def _end_doubt(home: Home, scan: Scan, form: Form, because: Because) -> None:
    """Bring a scan back that people set aside as it is not its form, where it is read as another one now."""
    verbs = ("scan set aside", "scan brought back")
    last = next((each for each in reversed(home.store.acts(scan=scan.id)) if each.verb in verbs), None)
    if last is not None and (last.verb, last.by) == (verbs[0], PEOPLE) and form.name != scan.form:
        home.store.bring_scan_back(scan.id, because.by, because.why, now())


def _unchanged(home: Home, form: Form) -> dict[int, frozenset[str]]:
    """The fields that each other version of a form has alike, by version."""
    found = {}
    for name, version, _ in home.store.forms():
        if name == form.name and version != form.version:
            with suppress(FairhandError):  # its definition is no longer there: what was read of it is asked once more
                found[version] = forms.unchanged_fields(home.forms(name, version), form)
    return found


def keys_typed(home: Home, scan: Scan) -> set[FieldKey]:
    """The fields of a scan of which something counts that people typed."""
    return {each.key for each in home.store.readings(scan.id) if each.kind != "machine" and each.key != WHOLE}


def _erase_replaced(home: Home, scan: Scan, form: Form) -> None:
    """Erase pages that others have taken the place of, where payment data may stand on them."""
    for name in home.store.replaced(scan.id) if form.has_payment else ():
        home.archive.erase(name)


def _masked(home: Home, scan: Scan, form: Form) -> NewPages | None:
    """Masked pages of a scan that becomes a form with payment data; None where nothing is to be masked."""
    origin = home.store.origin(scan.id)
    is_same = (scan.form, scan.form_version) == (form.name, form.version)
    if not form.has_payment or (is_same and not intake.is_unmasked(scan, form, origin)):
        return None
    copies = intake.masked_anew(scan, form, home.archive, limits(home.settings), sure=True)
    kept = tuple(ScanPage(file=copy.sha256, page=1) for copy in copies)
    return NewPages(scan=replace(scan, id=origin, pages=kept), files=copies)


def to_read_again(home: Home, taken: TakenScan, because: Because) -> tuple[Scan, Callable[[int], ReadResult]]:
    """The scan with its new form, and the function that reads it again.

    The function is given whether to go on without an engine that fails.
    """
    scanned = taken.scanned
    assert scanned is not None, "it is read again as what it came as"
    form = home.forms(scanned.scan.form, scanned.scan.form_version)
    pages = None if scanned.is_known else NewPages(scan=scanned.scan, files=scanned.files)
    anew = partial(read_again, home, taken.scan, form, because, pages)
    return replace(taken.scan, form=form.name, form_version=form.version), lambda without: anew(without=without)


def known_as(home: Home, scan: str) -> dict[str, object]:
    """As what a scan is known: name, scan, form, version, batch, since when; when its batch was cancelled or None."""
    known = home.store.known_scan(scan)
    cancelled = cancelled_at(home, known.scan.batch)
    form = {"form": known.scan.form, "version": known.scan.form_version}
    batch = {"batch": known.scan.batch, "cancelled": cancelled.isoformat() if cancelled else None}
    return {"name": known.scan.name, "scan": scan, **form, **batch, "since": known.since.isoformat()}


def scans_to_read_again(
    home: Home, names: Sequence[str] = (), batch: str | None = None, of_form: str | None = None
) -> list[Scan]:
    """The scans of these ids, of this batch and of this form that are not forgotten.

    NotFound where there is no such scan or batch, or one that is named is forgotten. SettingsError where none of the
    three is given.
    """
    if not names and batch is None and of_form is None:
        raise SettingsError("Say which scans: their ids, --batch, or --of-form. fairhand status --scans lists them.")
    if batch is not None:
        home.store.require_batch(batch)
    states = [each for each in home.store.scan_states(batch) if each.erased_at is None]
    named = [home.store.scan(name) for name in names]
    for each in named:
        require_kept(home, each)
    chosen = {each.id for each in named}
    found = [each.scan for each in states if not names or each.scan.id in chosen]
    if of_form is not None and of_form not in {name for name, _, _ in home.store.forms()}:
        raise SettingsError(f"No scan was read as a form {of_form!r}. fairhand forms list shows the forms.")
    return [each for each in found[::-1] if of_form in (None, each.form)]


def require_kept(home: Home, scan: Scan) -> None:
    """NotFound where a scan is forgotten, so that nothing is there to be read."""
    if home.store.scan_state(scan.id).erased_at is not None:
        raise NotFound(
            f"The scan {scan.id[:12]} is forgotten, and nothing of it is left to read. Its file may come again: "
            "fairhand ingest --again PATH."
        )


def form_to_read(home: Home, scan: Scan, name: str | None) -> Form:
    """The form that a scan is read as: the one named, else its own.

    SettingsError where it has none.
    """
    if name is not None:
        return home.use_form(name)
    if not scan.form:
        raise SettingsError(f"Nobody knows which form the scan {scan.id[:12]} is. Say it with --form.")
    return home.forms(scan.form, scan.form_version)


def what_stands(scan: Scan, error: Exception) -> str:
    """Why a scan was not read again, in words: it stays as it was."""
    if isinstance(error, ScanError):
        return f"{error} {error.advice} or leave it: what was read before stands."
    if isinstance(error, FairhandError):
        return f"{error} What was read before stands."
    logger.error("Reading the scan %s again failed unexpectedly.", scan.id[:12], exc_info=error)
    return f"It failed unexpectedly ({type(error).__name__}); what was read before stands."


def still_aside(home: Home, scan: Scan) -> str:
    """What to do with a scan that was read again and is still set aside. "" where it is not."""
    if not home.store.is_put_aside(scan.id):
        return ""
    stays = " and its record stays as it was" if home.store.has_record(scan.id) else ""
    return (
        f"it is set aside, so nobody is asked{stays}. To go on with it: "
        f"fairhand scan bring-back {scan.id[:12]} --why WHY"
    )


def still_masked(home: Home, before: Scan, wanted: str | None) -> str:
    """What to do with a scan that is to be another form than it was masked as. "" where it is not."""
    former = home.forms(before.form, before.form_version) if before.form else None
    if former is None or wanted in (None, former.name) or not former.has_payment:
        return ""
    if intake.is_unmasked(home.store.scan(before.id), former, home.store.origin(before.id)):
        return ""
    return (
        f"its picture was painted over as the form {former.name} asks, for good. The file itself shows all: "
        f"fairhand ingest --again --why WHY --form {wanted} FILE"
    )

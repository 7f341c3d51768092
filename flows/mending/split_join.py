"""Scans are split and joined: pages of one become a scan of their own, and pages of two become one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from flows.home import Home, now
from flows.mending.read_again import NewPages, read_again, require_kept
from flows.steps import Because, read_scan
from transcribe.errors import EngineError, ScanError, SettingsError
from transcribe.lean_imports import later
from transcribe.model import Duplicate, Form, Scan, ScanPage

if TYPE_CHECKING:
    from transcribe import intake
else:
    intake = later("transcribe.intake")


def split(home: Home, scan: Scan, at: int, because: Because) -> Scan:
    """Make a scan of its own of the pages from `at` on (1 is the first); gives it.

    Both are read again. The parts of what was joined are again the two scans that they were. SettingsError where
    there are no such pages.
    """
    require_kept(home, scan)
    form = _form(home, scan)
    if len(scan.pages) < 2:
        raise SettingsError("The scan has one page: there is nothing to split off.")
    if not 2 <= at <= len(scan.pages):
        raise SettingsError(
            f"The scan has {len(scan.pages)} pages: --at is the first page that leaves it, from 2 to {len(scan.pages)}."
        )
    stays, leaves = scan.pages[: at - 1], scan.pages[at - 1 :]
    joined = [home.store.scan(pair.newer) for pair in _joined(home, scan)]
    other = next((each for each in joined if each.pages in (stays, leaves)), None)
    if other is not None and other.pages == stays:
        stays, leaves = leaves, stays
    part = other or _part(home, scan, leaves, at)

    def keep() -> None:
        if other is None:
            home.store.add_part(scan.id, part, _origin(home, scan, leaves), now())
        home.store.settle_duplicate(scan.id, part.id, "different", because.by, because.why, now(), {"split at": at})

    _read(home, scan, form, stays, because, keep)
    if other is None:
        try:
            read_scan(home, part)
        except (ScanError, EngineError) as error:
            message = f"{error} Have it read again: fairhand scan read-again."
            home.store.set_scan_aside(part.id, type(error).__name__, message, part.batch, now())
    return part


def join(home: Home, first: Scan, second: Scan, because: Because) -> Scan:
    """Make one scan of the pages of two, those of the second last; gives it.

    It is the one that came first. SettingsError where they are of two forms, or of one with a single page, or one of
    them is part of another scan already.
    """
    stays, ends = home.store.in_order(first.id, second.id)
    form = _form(home, stays)
    if (ends.form, ends.form_version) != (stays.form, stays.form_version):
        raise SettingsError("The two are not read as the same form. Have one read again: fairhand scan read-again.")
    if not form.free and len(form.blanks) == 1 and form.options.get("pages") != "file":
        raise SettingsError(
            f"The form {form.name} has one page, so that these are two orders, or one twice: fairhand scan duplicates."
        )
    for each in (stays, ends):
        if any(pair.newer == each.id and pair.settled != "different" for pair in home.store.duplicates(each.id)):
            raise SettingsError(
                f"The scan {each.id[:12]} is, or may be, another one already: fairhand scan duplicates."
            )

    def keep() -> None:
        home.store.settle_duplicate(stays.id, ends.id, "joined", because.by, because.why, now())

    _read(home, stays, form, (*first.pages, *second.pages), because, keep)
    return home.store.scan(stays.id)


def _read(
    home: Home, scan: Scan, form: Form, pages: tuple[ScanPage, ...], because: Because, keep: Callable[[], None]
) -> None:
    taken = replace(scan, id=_origin(home, scan, pages), pages=pages)
    changed = _key(scan.pages), _key(pages)
    read_again(home, scan, form, because, NewPages(scan=taken, files=()), pages_changed=changed, within=keep)


def _form(home: Home, scan: Scan) -> Form:
    if not scan.form:
        raise SettingsError(f"Nobody knows the form of the scan {scan.id[:12]}. Say it: scan read-again --form.")
    return home.forms(scan.form, scan.form_version)


def _joined(home: Home, scan: Scan) -> list[Duplicate]:
    return [each for each in home.store.duplicates(scan.id) if each.older == scan.id and each.settled == "joined"]


def _part(home: Home, scan: Scan, pages: tuple[ScanPage, ...], at: int) -> Scan:
    count = len(home.store.acts(scan=scan.id))
    own = hashlib.sha256(f"{scan.id} from page {at} {count}".encode()).hexdigest()
    return replace(scan, id=own, pages=pages, name=f"{scan.name} p. {at}" if scan.name else "")


def _origin(home: Home, scan: Scan, pages: Sequence[ScanPage]) -> str:
    """The id of these pages of a scan as they came. What is masked has another than its copies have."""
    own = intake.scan_id((page.file, page.page) for page in pages)
    is_masked = intake.scan_id((page.file, page.page) for page in scan.pages) != home.store.origin(scan.id)
    return hashlib.sha256(f"{own} masked".encode()).hexdigest() if is_masked else own


def _key(pages: Sequence[ScanPage]) -> str:
    return intake.scan_id((page.file, page.page) for page in pages)

"""Files that programs and operators send: which kinds are taken, for which form and batch, and what became of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from flows.home import Home
from flows.steps import cancelled_at, forms_of, require_open_batch
from flows.watching.incoming import waiting_scans
from transcribe.model import Scan

SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tif",
    "image/webp": ".webp",
    "image/heic": ".heic",
    "application/pdf": ".pdf",
}
"""The kinds of files that are taken, and the ends of their names."""

SentState = Literal["waiting", "known", "set aside", "forgotten", "unknown"]
"""What became of a file: it waits to be read, is read, could not be, was forgotten; or nobody has sent it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """What became of a file: `scans` are its scans.

    `reason` says why it was set aside, or that it is known in a batch that was cancelled: `cancelled` is that batch.
    """

    state: SentState
    scans: tuple[str, ...] = ()
    reason: str = ""
    cancelled: str = ""


def sent_file(home: Home, sha256: str, form: str | None = None) -> SentFile:
    """What became of a file by its SHA-256. With a `form` it is no more than known where it came in as another one."""
    scans = home.store.scans_of_file(sha256)
    if scans:
        of_form = [each for each in scans if form in (None, each.form)]
        return _known(home, of_form) if of_form else SentFile(state="known")
    if any(each.sha256 == sha256 for each in waiting_scans(home.settings)) or home.store.arrives_elsewhere(sha256):
        return SentFile(state="waiting")
    if home.store.forgotten(sha256):
        return SentFile(state="forgotten")
    aside = [each for each in home.store.list_set_aside() if each.file.sha256 == sha256]
    return SentFile(state="set aside", reason=aside[-1].message) if aside else SentFile(state="unknown")


def _known(home: Home, scans: Sequence[Scan]) -> SentFile:
    ids = tuple(each.id for each in scans)
    found = [(batch, cancelled_at(home, batch)) for batch in {home.store.known_scan(each).scan.batch for each in ids}]
    cancelled = [(at, batch) for batch, at in found if at is not None]
    if len(cancelled) < len(found):
        return SentFile(state="known", scans=ids)
    at, batch = max(cancelled)
    reason = (
        f"The batch {batch!r}, in which this is known already, was cancelled on {at:%Y-%m-%d}: nobody is asked "
        "about it until the batch goes on (fairhand batch resume)."
    )
    return SentFile(state="known", scans=ids, reason=reason, cancelled=batch)


def unread_files(home: Home, batch: str | None = None) -> int:
    """How many files wait to be taken in, of one batch or of all, here or on another machine.

    A group that is half read still has all its files.
    """
    here = [(each.sha256, each.batch) for each in waiting_scans(home.settings)]
    waiting = {file for file, named in (*here, *home.store.arriving_elsewhere()) if batch in (None, named)}
    return sum(not home.store.scans_of_file(file) for file in waiting)


def waiting_batches(home: Home) -> set[str]:
    """The batches of files that wait to be taken in, here or on another machine."""
    elsewhere = {batch for _, batch in home.store.arriving_elsewhere()}
    return {each.batch for each in waiting_scans(home.settings)} | elsewhere


def require_welcome(home: Home, form: str, batch: str) -> None:
    """FormError where there is no such form, SettingsError where the batch was cancelled."""
    forms_of(home, form)
    require_open_batch(home, batch)

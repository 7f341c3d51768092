"""What became of a file that was taken in, as the store has it: whoever was killed meanwhile, it knows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flows.home import Home
from flows.steps import place_of
from transcribe.errors import ArchiveAway, ArchiveFull, EngineMissing, ScanError
from transcribe.i18n import Worded
from transcribe.intake import scan_id, shown_path
from transcribe.store import SetAside

PAGED_SUFFIXES = frozenset({".pdf", ".tif", ".tiff"})
"""Endings of files that may have several pages, each set aside by itself."""

OF_THE_MACHINE = frozenset({each.__name__ for each in (ArchiveAway, ArchiveFull, EngineMissing)})
"""Errors that are no fault of a file: it stays where it is, and is tried again."""

FORGOTTEN_REASON = (
    "It was forgotten before, and what is erased stays erased. To take it in again all the same: "
    "fairhand ingest --again --why WHY --form NAME PATH."
)
"""Why a file is not taken in that somebody had forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a file is in the store, and if not why.

    `may_pass`: it cannot be read as it is, which may be as it is not all there yet.
    """

    taken: bool = False
    reason: str = ""
    may_pass: bool = False


def verdicts(home: Home, paths: Sequence[Path], begun: datetime) -> dict[Path, Verdict]:
    """What became of each of these files since `begun`. One of which nothing became is neither taken nor has a reason.

    What was set aside earlier does not count: another file may have had this name. Nor does what the machine lacked.
    """
    aside = [each for each in home.store.list_set_aside() if each.at >= begun and each.error not in OF_THE_MACHINE]
    return {path: _verdict(home, path, aside) for path in paths}


def _verdict(home: Home, path: Path, aside: Sequence[SetAside]) -> Verdict:
    most = home.settings.most_pages if path.suffix.lower() in PAGED_SUFFIXES else 0
    places = {place_of(path, page) for page in range(most + 1)} if aside else set()
    sha256 = _hash(path, home.settings.most_file_bytes)
    scans = home.store.scans_of_file(sha256) if sha256 else []
    names = {sha256, *(scan.id for scan in scans), *(scan_id([(sha256, page)]) for page in range(1, most + 2))}
    found = [each for each in aside if each.place in places or each.file.sha256 in names]
    if found:
        reasons = dict.fromkeys(_reason_of(path, each) for each in found)
        return Verdict(reason=" ".join(reasons), may_pass=all(each.error == ScanError.__name__ for each in found))
    if scans:
        return Verdict(taken=all(not scan.form or home.store.has_reads(scan.id) for scan in scans))
    if sha256 and home.store.forgotten(sha256):
        return Verdict(reason=FORGOTTEN_REASON)
    return Verdict()


def _reason_of(path: Path, aside: SetAside) -> str:
    """Why this file was set aside: of two with the same bytes, the message may name the other one."""
    said = aside.message.values if isinstance(aside.message, Worded) else {}
    if "advice" not in said:
        return aside.message
    named = f"{shown_path(Path(path.name))}: " if "file" in said else ""
    return f"{named}{said['why']} {said['advice']} and put it into the watched folder again."


def _hash(path: Path, most_bytes: int) -> str:
    """The SHA-256 of a file, "" where it cannot be read or is larger than files may be."""
    try:
        if path.stat().st_size > most_bytes:
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""

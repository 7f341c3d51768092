"""Another picture takes the place of a scan's, or its pages are turned."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

from flows.home import Home, limits
from flows.mending.read_again import NewPages, read_again
from flows.steps import Because
from transcribe.errors import SettingsError
from transcribe.intake import Unreadable, scans_of
from transcribe.model import ReadResult, Scan

TURNS: tuple[Literal[0, 90, 180, 270], ...] = (0, 90, 180, 270)
"""How far a page may be turned with the clock, in degrees."""


def retake(home: Home, scan: Scan, file: Path, because: Because) -> ReadResult:
    """Have a scan read from another picture of the same paper; what was read from the former stays.

    SettingsError where the file is no scan of the same form, or is known as another one.
    """
    form = home.forms(scan.form, scan.form_version) if scan.form else None
    if form is None:
        raise SettingsError(f"Nobody knows the form of the scan {scan.id[:12]}. Say it: scan read-again --form.")
    found = list(scans_of([file], form, home.archive, limits(home.settings)))
    if len(found) != 1:
        raise SettingsError(f"There are {len(found)} scans in the file, not one. Give a file of this one alone.")
    (taken,) = found
    if isinstance(taken, Unreadable):
        raise SettingsError(taken.message)
    known = home.store.scan_of_pages(taken.scan.id)
    if known is not None:
        raise SettingsError(f"This picture is known already, as the scan {known.id[:12]}. Give the new picture.")
    return read_again(home, scan, form, because, NewPages(scan=taken.scan, files=taken.files), retaken=True)


def turn(home: Home, scan: Scan, degrees: int, because: Because) -> ReadResult:
    """Have a scan read with its pages turned with the clock by so many degrees more."""
    if not scan.form:
        raise SettingsError(f"Nobody knows the form of the scan {scan.id[:12]}. Say it: scan read-again --form.")
    if degrees not in TURNS:
        raise SettingsError("Pages are turned by 90, 180 or 270 degrees with the clock.")
    quarters = TURNS.index(degrees)
    pages = tuple(replace(page, turn=TURNS[(TURNS.index(page.turn) + quarters) % 4]) for page in scan.pages)
    turned = NewPages(scan=replace(scan, id=home.store.origin(scan.id), pages=pages), files=())
    return read_again(home, scan, home.forms(scan.form, scan.form_version), because, turned)

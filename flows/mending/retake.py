"""Another picture takes the place of a scan's, or its pages are turned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from flows.duplicates import identity_parts
from flows.home import Home, limits, policy, require_room
from flows.mending.read_again import NewPages, read_again, require_kept
from flows.steps import Because
from reconcile.inference import weigh
from reconcile.parameters import shipped_parameters
from transcribe.errors import SettingsError
from transcribe.i18n import worded
from transcribe.lean_imports import later
from transcribe.model import Form, Reading, ReadResult, Scan

if TYPE_CHECKING:
    from transcribe import intake
else:
    intake = later("transcribe.intake")

TURNED_DEGREES = (90, 180, 270)
"""How far a page can be turned at a time; by 0 or 360 nothing would change."""

TURNS: tuple[Literal[0, 90, 180, 270], ...] = (0, 90, 180, 270)
"""How far a page may be turned with the clock, in degrees."""


def retake(home: Home, scan: Scan, file: Path, because: Because, *, anyway: bool = False) -> ReadResult:
    """Have a scan read from another picture of the same paper; what was read from the former is history then.

    A former picture of it may be taken again. SettingsError where the file is no scan of the same form, is known as
    another one, or a value that identifies the order is another there: not the last where it is taken `anyway`.
    """
    require_room(home.settings)
    require_kept(home, scan)
    form = home.forms(scan.form, scan.form_version) if scan.form else None
    if form is None:
        raise SettingsError(f"Nobody knows the form of the scan {scan.id[:12]}. Say it: scan read-again --form.")
    found = list(intake.scans_of([file], form, home.archive, limits(home.settings)))
    if len(found) != 1:
        raise SettingsError(f"There are {len(found)} scans in the file, not one. Give a file of this one alone.")
    (taken,) = found
    if isinstance(taken, intake.Unreadable):
        raise SettingsError(f"{taken.reason} {taken.advice} and retake the scan with it: what was read before stands.")
    known = home.store.scan_of_pages(taken.scan.id)
    if known is not None and known.id != scan.id:
        raise SettingsError(
            worded(
                "This picture is known already, as the scan %(scan)s. Give the new picture.",
                scan=known.name or known.id[:12],
            )
        )
    if taken.scan.id == home.store.origin(scan.id):
        raise SettingsError(worded("This is the picture that the scan is read from. Give the new picture."))
    pages = NewPages(scan=taken.scan, files=taken.files)
    look = None if anyway else lambda reads: require_same_order(home, scan, form, reads.readings)
    return read_again(home, scan, form, because, pages, retaken=True, look=look)


def require_same_order(home: Home, scan: Scan, form: Form, anew: Sequence[Reading]) -> None:
    """SettingsError where a value that identifies the order is another by readings of a new picture, sure or not."""
    learnt = home.store.parameters() or shipped_parameters()
    before, after = (
        identity_parts(form, weigh(form, readings, learnt, policy(home.settings)))
        for readings in (home.store.readings(scan.id), anew)
    )
    differing = [
        f"{name} {was!r} → {after[name][0]!r}"
        for name, (was, _) in before.items()
        if name in after and was != after[name][0]
    ]
    if differing:
        raise SettingsError(
            worded(
                "This looks like another order: %(differing)s. Nothing is changed. %(same_paper)s",
                differing=", ".join(differing),
                same_paper=worded(
                    "If it is the same paper, tick “Also if it seems to be another order”.",
                    command="If it is the same paper, say --anyway.",
                ),
            )
        )


def turn(home: Home, scan: Scan, degrees: int, because: Because) -> ReadResult:
    """Have a scan read with its pages turned with the clock by so many degrees more."""
    require_kept(home, scan)
    if not scan.form:
        raise SettingsError(f"Nobody knows the form of the scan {scan.id[:12]}. Say it: scan read-again --form.")
    if degrees not in TURNED_DEGREES:
        raise SettingsError("Pages are turned by 90, 180 or 270 degrees with the clock.")
    quarters = TURNS.index(degrees)
    pages = tuple(replace(page, turn=TURNS[(TURNS.index(page.turn) + quarters) % 4]) for page in scan.pages)
    turned = NewPages(scan=replace(scan, id=home.store.origin(scan.id), pages=pages), files=())
    form = home.forms(scan.form, scan.form_version)
    return read_again(home, scan, form, because, turned, turned_degrees=degrees)

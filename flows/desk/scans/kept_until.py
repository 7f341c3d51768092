"""When a scan is erased as its form says, in words; or why nothing erases it by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flows.desk.visit import Visit
from transcribe.errors import FormError, NotFound
from transcribe.model import Scan
from transcribe.store import ScanState


@dataclass(frozen=True, slots=True)
class KeptUntil:
    """A sentence about when a scan is erased, and whether it is late."""

    words: str
    is_late: bool = False


def kept_until(visit: Visit, scan: Scan, state: ScanState) -> KeptUntil | None:
    """What the page of a scan says of its erasure. None where no form here says how long scans are kept."""
    store, say = visit.home.store, visit.say
    if state.erased_at is not None:
        return _unfinished(visit, scan)
    until = store.kept_until(scan.id)
    if until is not None:
        values: Mapping[str, object] = {"day": visit.day(until), "version": scan.form_version}
        if until > visit.now:
            return KeptUntil(
                say(
                    "In the night after %(day)s its pictures, what was read, its values and its record are erased, as "
                    "version %(version)s of its form says.",
                    **values,
                )
            )
        return KeptUntil(
            say(
                "It was to be erased after %(day)s, as version %(version)s of its form says. If it is here still after "
                "a night in which fairhand ran, “fairhand retention” says why.",
                **values,
            ),
            is_late=True,
        )
    if not scan.form:
        return KeptUntil(_by_hand(visit, say("Nobody knows its form."))) if store.has_retention() else None
    newer = _newer_version(visit, scan)
    if newer is None:
        return None
    why = say(
        "Version %(version)s of its form sets no time; version %(newer)s does.", version=scan.form_version, newer=newer
    )
    return KeptUntil(_by_hand(visit, why))


def _by_hand(visit: Visit, why: str) -> str:
    told = visit.say("Nothing erases it by itself: it stays until somebody forgets it.")
    return f"{told} {why}"


def _newer_version(visit: Visit, scan: Scan) -> int | None:
    """The version in force, where it says how long scans are kept."""
    try:
        form = visit.home.forms.find(scan.form)
    except (FormError, NotFound):
        return None
    return form.version if form.retention_days is not None else None


def _unfinished(visit: Visit, scan: Scan) -> KeptUntil | None:
    """That words of a forgotten scan are in files, where they are."""
    if scan.id not in visit.home.store.unfinished_erasures():
        return None
    return KeptUntil(
        visit.say(
            "Its erasure is not finished: its words may be in files of the home that a program was reading. It is "
            "tried again with every publishing."
        ),
        is_late=True,
    )

"""Corrections by operators that an expert who heard an appeal read otherwise: who corrected, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.desk.scans.scan_view import form_of, label_of
from flows.desk.tables import with_query
from flows.desk.visit import Visit
from transcribe.i18n import N_
from transcribe.model import FieldKey
from transcribe.store import facts

OVERRIDDEN = "correction overridden"
"""The act that says so."""

SHOWN_DAYS = 14
"""So many days the page Now tells of one. Chosen by hand."""

MOST_SHOWN_COUNT = 20
"""So many of them are shown there. Chosen by hand."""

HEARD: Mapping[str, str] = {
    "upheld": N_("%(who)s had corrected it. An expert who heard an appeal read it otherwise; the appeal was upheld."),
    "declined": N_(
        "%(who)s had corrected it. An expert who heard an appeal read something else than both; the appeal was "
        "declined."
    ),
}
"""What became of a correction, by how the appeal ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overridden:
    """One of them, by the number of its act. `is_last`: nobody has corrected the field since."""

    number: int
    key: FieldKey | None
    words: str
    at: datetime
    is_last: bool
    scan: str = ""
    field: str = ""
    href: str = ""


def overridden_acts(visit: Visit, acts: Sequence[facts.Act]) -> list[Overridden]:
    """Those among all acts on one scan, in order."""
    return [_overridden(visit, each, acts) for each in acts if each.verb == OVERRIDDEN]


def latest_overridden(visit: Visit) -> list[Overridden]:
    """The latest of all scans that the visitor sees, for whoever corrected them."""
    store, shown = visit.home.store, []
    for act in store.overridden_corrections(visit.now - timedelta(days=SHOWN_DAYS), MOST_SHOWN_COUNT):
        scan = store.scan(act.scan or "")
        if act.key is None or not visit.sees(scan.form):
            continue
        href = f"/desk/scan/{scan.id}{with_query({'field': str(act.key)})}#field"
        label = label_of(visit, form_of(visit, scan), act.key)
        made = _overridden(visit, act, store.acts(scan=scan.id), scan.name or scan.id[:12], label, href)
        shown += [made] if made.is_last else []
    return shown


def _overridden(
    visit: Visit, act: facts.Act, acts: Sequence[facts.Act], scan: str = "", field: str = "", href: str = ""
) -> Overridden:
    corrected = [each for each in acts if each.verb == "value corrected" and each.key == act.key]
    who = next((each.by for each in corrected if each.number == act.detail.get("correction")), "–")
    return Overridden(
        number=act.number,
        key=act.key,
        words=visit.say(HEARD[str(act.detail["outcome"])], who=who),
        at=act.at,
        is_last=all(each.number < act.number for each in corrected),
        scan=scan,
        field=field,
        href=href,
    )

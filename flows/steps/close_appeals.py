"""Closing appeals: those that an expert has heard, and those whose deadline has passed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from transcribe.codes import Flag
from transcribe.model import Form, Reading
from transcribe.people import is_same_text
from transcribe.store import Appeal, AppealOutcome, Store

Forms = Callable[[str, int], Form]
"""Gives the form of a name and version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedAppeals:
    """How many appeals were closed, and how."""

    upheld: int = 0
    declined: int = 0
    no_expert: int = 0


def close_appeals(store: Store, forms: Forms, now: datetime) -> ClosedAppeals:
    """Close every appeal that can be closed; called again it changes nothing.

    An appeal is upheld where the expert reads what the person read, without knowing it. Without an expert by the
    deadline it closes as "no expert" and changes nothing: what nobody heard is no truth. Operators see it.
    """
    closed: list[AppealOutcome] = []
    for appeal in store.appeals(open_only=True):
        erased = appeal.heard is not None and Flag.ERASED in appeal.heard.flags
        if appeal.heard is not None and not erased:
            outcome: AppealOutcome = "upheld" if _is_same(store, forms, appeal.reading, appeal.heard) else "declined"
        elif erased or appeal.deadline <= now:  # the scan was forgotten: it can no longer be said who was right
            outcome = "no expert"
        else:
            continue
        store.decide_appeal(appeal.id, outcome, minority=_is_minority(store, forms, appeal), now=now)
        closed.append(outcome)
    return ClosedAppeals(
        upheld=closed.count("upheld"), declined=closed.count("declined"), no_expert=closed.count("no expert")
    )


def _is_same(store: Store, forms: Forms, one: Reading, other: Reading) -> bool:
    """Whether two readings of a field say the same; without text, whether they share a flag that says why."""
    if one.text is None or other.text is None:
        return one.text is None and other.text is None and one.flags & other.flags != frozenset()
    scan = store.scan(one.scan)
    form = forms(scan.form, scan.form_version)
    if one.key.name not in {field.name for field in form.all_fields()}:  # it was read as another form since
        return one.text.strip() == other.text.strip()
    return is_same_text(one.text, other.text, form.field(one.key.name), form)


def _is_minority(store: Store, forms: Forms, appeal: Appeal) -> bool:
    """Whether more people read something else than read the same as this person. Each one's latest reading counts."""
    history = store.field_history(appeal.reading.scan, appeal.reading.key)
    latest = {reading.source: reading for reading in history.readings if reading.kind == "person"}
    alike = sum(_is_same(store, forms, appeal.reading, reading) for reading in latest.values())
    return len(latest) - alike > alike

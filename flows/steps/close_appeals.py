"""Closing appeals: those that an expert has heard, and those whose deadline has passed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from transcribe.codes import Flag
from transcribe.model import OPERATOR_SOURCE, Form, Reading
from transcribe.people import SECOND_LOOK_TIME, is_same_reading
from transcribe.store import Appeal, AppealOutcome, Store

Forms = Callable[[str, int], Form]
"""Gives the form of a name and version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedAppeals:
    """Counts of closed appeals by outcome, and of people who were told that theirs is late."""

    upheld: int = 0
    declined: int = 0
    no_expert: int = 0
    late: int = 0


def close_appeals(store: Store, forms: Forms, now: datetime) -> ClosedAppeals:
    """Close every appeal that can be closed; called again it changes nothing.

    An appeal is upheld where the expert reads what the person read, without knowing it. An expert who read something
    else sees then what was written with the appeal, and has some minutes to look again. Without an expert by its day an
    appeal stays open until one hears it: the person is told, and operators see it.
    """
    closed: list[AppealOutcome] = []
    late = 0
    for appeal in store.appeals(open_only=True):
        erased = Flag.ERASED in (appeal.heard or appeal.reading).flags
        if appeal.heard is not None and not erased:
            outcome: AppealOutcome = "upheld" if _is_same(store, forms, appeal.reading, appeal.heard) else "declined"
            if outcome == "declined" and appeal.words and now - appeal.heard.at < SECOND_LOOK_TIME:
                store.tell_of_appeal(appeal.id, "appeal heard", now)
                continue
        elif erased:  # the scan was forgotten: it can no longer be said who was right
            outcome = "no expert"
        else:
            late += appeal.is_late(now) and store.tell_of_appeal(appeal.id, "appeal late", now)
            continue
        correction = _overridden(store, forms, appeal)
        with store.together():
            store.decide_appeal(appeal.id, outcome, minority=_is_minority(store, forms, appeal), now=now)
            if correction and appeal.heard is not None:
                store.note_overridden(correction, appeal.heard, outcome, now)
        closed.append(outcome)
    return ClosedAppeals(
        upheld=closed.count("upheld"),
        declined=closed.count("declined"),
        no_expert=closed.count("no expert"),
        late=late,
    )


def _is_same(store: Store, forms: Forms, one: Reading, other: Reading) -> bool:
    """Whether two readings of a field mean the same; without text, whether they share a flag that says why."""
    scan = store.scan(one.scan)
    form = forms(scan.form, scan.form_version)
    if one.key.name not in {field.name for field in form.all_fields()}:  # it was read as another form since
        return one.text is not None and other.text is not None and one.text.strip() == other.text.strip()
    return is_same_reading(one, other, form.field(one.key.name), form)


def _overridden(store: Store, forms: Forms, appeal: Appeal) -> str:
    """The id of the operator's correction that the hearing read otherwise; "" where there is none that stood until it.

    A locked value stands whatever an expert reads.
    """
    heard = appeal.heard
    if heard is None or Flag.ERASED in heard.flags or heard.key in store.locked_values(heard.scan):
        return ""
    history = store.field_history(heard.scan, heard.key)
    said = [each for each in history.readings if each.source == OPERATOR_SOURCE and each.id not in history.withdrawn]
    if not said or said[-1].at > heard.at or _is_same(store, forms, said[-1], heard):
        return ""
    return said[-1].id


def _is_minority(store: Store, forms: Forms, appeal: Appeal) -> bool:
    """Whether more people read something else than read the same as this person. Each one's latest reading counts."""
    history = store.field_history(appeal.reading.scan, appeal.reading.key)
    latest = {reading.source: reading for reading in history.readings if reading.kind == "person"}
    alike = sum(_is_same(store, forms, appeal.reading, reading) for reading in latest.values())
    return len(latest) - alike > alike

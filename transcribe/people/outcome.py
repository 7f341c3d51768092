"""The outcome of a reading, for the person who made it. It compares with what is decided, and never becomes pay."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from transcribe import fields
from transcribe.model import Decision, Field, Form, Reading
from transcribe.store import FieldHistory

SECOND_LOOK_TIME = timedelta(minutes=15)
"""The time in which an expert may look again at what they settled. A picture may be seen for as long after an answer.
"""

ReadingOutcome = Literal["open", "agreed", "outvoted", "recovered"]
""""open": nothing is decided yet. "agreed": the reading says what is decided. "outvoted": something else is decided.
"recovered": the reading says what is decided now, though not what was decided at first."""


def outcome_of(reading: Reading, history: FieldHistory, form: Form) -> ReadingOutcome:
    """The outcome of a reading of the history's field."""
    if not history.decisions:
        return "open"
    field = form.field(history.key.name)
    agrees = [is_agreed(reading, decision, field, form) for decision in history.decisions]
    if not agrees[-1]:
        return "outvoted"
    return "agreed" if all(agrees) else "recovered"


def is_agreed(reading: Reading, decision: Decision, field: Field, form: Form) -> bool:
    """Whether a reading says what was decided, as the field's type compares texts."""
    if reading.text is None:
        return decision.null in ("illegible", "absent", "crossed out")
    if decision.null is not None:
        return decision.null == "blank" and not reading.text.strip()
    return is_same_text(reading.text, decision.text, field, form)


def is_same_reading(one: Reading, other: Reading, field: Field, form: Form) -> bool:
    """True if two readings of a field say the same. Without text they must share a flag that says why."""
    if one.text is None or other.text is None:
        return one.text is None and other.text is None and one.flags & other.flags != frozenset()
    return is_same_text(one.text, other.text, field, form)


def is_same_text(one: str, other: str, field: Field, form: Form) -> bool:
    """Whether two texts say the same, as the field's type compares them."""
    normalise = fields.load(field.type).normalise
    return normalise(one, field, form) == normalise(other, field, form)

"""The outcome of a reading, for the person who made it. It compares with what is decided, and never becomes pay."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from transcribe import fields
from transcribe.codes import EvidenceCode, Flag, Method
from transcribe.model import Decision, Evidence, Field, Form, Reading
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


# The reasons of a decision that are true of each reading and of the decision as it stands, in codes with numbers.

MODEL_CODES = frozenset(
    {EvidenceCode.RUNNER_UP, EvidenceCode.CALIBRATED, EvidenceCode.WOULD_FLIP, EvidenceCode.NOTHING_ELSE}
)
"""What the model says of its own most likely value: nothing of a value that an expert chose against it."""

READ_ELSE: Mapping[str, EvidenceCode] = {
    EvidenceCode.READER_FOR: EvidenceCode.READER_NEAR,
    EvidenceCode.READER_NEITHER: EvidenceCode.READER_APART,
}
"""Code for a reader -> the one where they read something else than was decided, though it does not speak against it."""

READ_SAME: Mapping[str, EvidenceCode] = {EvidenceCode.READER_AGAINST: EvidenceCode.READER_DOUBTED}
"""Code for a reader -> the one where they read what was decided, though it speaks against it."""


def true_reasons(decision: Decision, history: FieldHistory, form: Form) -> tuple[Evidence, ...]:
    """The evidence of a decision, each piece as it is true.

    A reader "reads this" only where they did. Where an expert decided, or the next value was likelier, nothing is said
    of what the model made of it.
    """
    readings = _latest(decision, history)
    weighed = [] if is_against_the_model(decision) else decision.evidence
    kept = weighed or [each for each in decision.evidence if each.code not in MODEL_CODES]
    return tuple(_true(each, decision, readings, form) for each in kept)


def is_against_the_model(decision: Decision) -> bool:
    """True if an expert decided, or if another value was likelier than the decided one."""
    rivals = [each.numbers["probability"] for each in decision.evidence if each.code == EvidenceCode.RUNNER_UP]
    return decision.method in (Method.EXPERT, Method.OPERATOR) or any(
        float(each) > decision.probability for each in rivals
    )


def _latest(decision: Decision, history: FieldHistory) -> Mapping[str, Reading]:
    """The last reading of each source among those that were weighed, by source."""
    weighed = [each for each in history.readings if each.id in decision.readings] or history.readings
    return {each.source: each for each in weighed}


def _true(evidence: Evidence, decision: Decision, readings: Mapping[str, Reading], form: Form) -> Evidence:
    reading = readings.get(str(evidence.numbers.get("source", "")))
    if reading is None:
        return evidence
    if evidence.code == EvidenceCode.READER_NEITHER and _read_nothing(reading):
        return evidence
    same = is_agreed(reading, decision, form.field(decision.key.name), form)
    code = (READ_SAME if same else READ_ELSE).get(evidence.code, evidence.code)
    return Evidence(code=code, numbers=evidence.numbers)


def _read_nothing(reading: Reading) -> bool:
    """True if a person could not read the field, or a machine found nothing there."""
    return reading.text is None and (Flag.ILLEGIBLE in reading.flags or reading.kind == "machine")

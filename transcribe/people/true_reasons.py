"""The reasons of a decision that are true of each reading and of the decision as it stands, in codes with numbers."""

from __future__ import annotations

from collections.abc import Mapping

from transcribe.codes import EvidenceCode, Flag, Method
from transcribe.model import Decision, Evidence, Form, Reading
from transcribe.people.outcome import is_agreed
from transcribe.store import FieldHistory

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

"""Values that people have decided, for tests that begin where something is known."""

from __future__ import annotations

from transcribe.model import Decision, FieldKey


def decided_by_people(key: FieldKey, text: str) -> Decision:
    """The decision that a field says this, made by people and certain."""
    return Decision(
        key=key,
        value=text,
        text=text,
        probability=1.0,
        method="people",
        evidence=(),
        readings=(),
        parameters=1,
    )

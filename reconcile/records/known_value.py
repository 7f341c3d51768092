"""Which of a field's known values (master data) a decided value is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reconcile.forms import prepared
from transcribe.model import Decision, Form


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMatch:
    """How a value stands to the master data of its field.

    "known" has the key and the value as the master data write it. "ambiguous" is several of them with keys that
    differ; "not in catalogue" is none. That it is this one is as probable as the value itself.
    """

    how: Literal["known", "ambiguous", "not in catalogue"]
    key: str | None = None
    value: str | None = None


def known_match(form: Form, decision: Decision) -> KnownMatch | None:
    """What the master data of a field say of its decided value; None where it has none, or no value."""
    field = prepared(form).fields.get(decision.key.name)
    if field is None or field.listed is None or decision.value is None:
        return None
    found = field.listed.get(field.normal(decision.text), [])
    if not found:
        return KnownMatch(how="not in catalogue")
    value, key = found[0]
    if any(other != key for _, other in found):
        return KnownMatch(how="ambiguous", value=value)
    return KnownMatch(how="known", key=key, value=value)

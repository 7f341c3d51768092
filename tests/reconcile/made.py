"""Small forms and readings for the tests of reconciling, one line each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from reconcile.inference.weigh import weigh
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from transcribe.model import Column, Field, FieldKey, Form, Kind, Master, Posterior, Reading, Rule, Table

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
LABEL = {"en": "field"}


def field(name: str, type: str = "text", *, required: bool = False, pattern: str | None = None) -> Field:
    return Field(name=name, type=type, label=LABEL, required=required, pattern=pattern)


def form(
    *fields: Field, columns: Sequence[Field] = (), rules: Sequence[Rule] = (), masters: Sequence[Master] = ()
) -> Form:
    table = Table(name="lines", columns=tuple(Column(field=column) for column in columns), rows=8)
    return Form(
        name="test",
        version=1,
        title={"en": "Test"},
        languages=("eng",),
        locale="en_GB",
        currency="EUR",
        digest="made",
        blanks=(),
        fields=fields,
        tables=(table,) if columns else (),
        rules=tuple(rules),
        masters=tuple(masters),
    )


def reading(
    key: FieldKey | str,
    source: str,
    text: str | None,
    *,
    kind: Kind = "person",
    minute: int = 0,
    confidence: float | None = None,
    flags: frozenset[str] = frozenset(),
    shown: str | None = None,
    conditions: dict[str, float] | None = None,
) -> Reading:
    where = FieldKey(key) if isinstance(key, str) else key
    return Reading(
        id=f"{where}/{source}/{minute}",
        scan="scan",
        key=where,
        source=source,
        kind=kind,
        text=text,
        at=START + timedelta(minutes=minute),
        confidence=confidence,
        flags=flags,
        shown=shown,
        conditions=conditions or {},
    )


def machine(key: FieldKey | str, source: str, text: str | None, confidence: float | None = 0.96) -> Reading:
    return reading(key, source, text, kind="machine", confidence=confidence, conditions={"fit": 1.0, "quality": 1.0})


def both(key: FieldKey | str, text: str | None) -> list[Reading]:
    """The same text from both engines."""
    return [machine(key, "tesseract 5.5.0 eng", text), machine(key, "rapidocr 3.10.0", text, 0.99)]


def ink(key: FieldKey | str, text: str, confidence: float = 0.999) -> Reading:
    return reading(key, "ink 1", text, kind="machine", confidence=confidence)


def expert(key: FieldKey | str, text: str | None, minute: int = 9) -> Reading:
    return reading(key, "expert", text, kind="expert", minute=minute)


def posterior(of: Field, *readings: Reading) -> Posterior:
    """The posterior of one field alone on its form, under the shipped parameters."""
    return weigh(form(of), readings, shipped_parameters(), POLICY)[readings[0].key]

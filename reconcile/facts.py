"""What is known of one scan when trust is learnt from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from transcribe.model import Decision, FieldKey, Form, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanFacts:
    """One scan: `truths` are texts known to be right (gold, expert, appeal), `decisions` its latest, `audited` the
    fields that were drawn by lot to be read again, blind, by a person."""

    form: Form
    readings: Sequence[Reading]
    truths: Mapping[FieldKey, str] = field(default_factory=dict)
    decisions: Sequence[Decision] = ()
    audited: frozenset[FieldKey] = frozenset()

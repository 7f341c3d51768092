"""What is known of one scan when trust is learnt from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from transcribe.model import Decision, FieldKey, Form, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanFacts:
    """One scan. `truths` are texts known to be right (gold, expert, appeal), `audited` the fields that were drawn by
    lot to be read again, blind, and `adjudicated` those of which an expert was asked because readers stayed split: the
    hard ones, which clamp the truth and say nothing of how often anybody errs. `decisions` are the latest, those of
    audited fields as they stood before. `proving` are the fields that people were asked because it was not proven how
    right machines are.
    """

    form: Form
    readings: Sequence[Reading]
    truths: Mapping[FieldKey, str] = field(default_factory=dict)
    decisions: Sequence[Decision] = ()
    audited: frozenset[FieldKey] = frozenset()
    adjudicated: frozenset[FieldKey] = frozenset()
    proving: frozenset[FieldKey] = frozenset()

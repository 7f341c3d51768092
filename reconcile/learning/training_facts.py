"""The facts of one scan that learning uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from transcribe.model import Decision, FieldKey, Form, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanFacts:
    """One scan with its readings and what is known of them.

    `truths` are texts known to be right (gold, expert, appeal that an expert heard). `audited` are the fields that were
    drawn by lot to be read again, blind. `adjudicated` are those of which an expert was asked because readers stayed
    split: they are the hard ones, whose truth holds, and are left out of error rates. `appealed` are those that a
    person contested: chosen because the decided value is said to be wrong, they tell who of the people was right, and
    nothing of how often machines are. `decisions` are the latest, those of audited fields as they stood before.
    `proving` are the fields that people were asked to measure the machines' error rate. `standing` are the decisions
    that stand whatever the parameters in force make of their readings.
    """

    form: Form
    readings: Sequence[Reading]
    truths: Mapping[FieldKey, str] = field(default_factory=dict)
    decisions: Sequence[Decision] = ()
    audited: frozenset[FieldKey] = frozenset()
    adjudicated: frozenset[FieldKey] = frozenset()
    proving: frozenset[FieldKey] = frozenset()
    appealed: frozenset[FieldKey] = frozenset()
    standing: Sequence[Decision] = ()

    @property
    def scan(self) -> str:
        """The scan's id; "" where nobody read anything."""
        return self.readings[0].scan if self.readings else ""

    @property
    def contested(self) -> frozenset[FieldKey]:
        """The fields that were contested, but for those that were drawn by lot as well."""
        return self.appealed - self.audited

    @property
    def judging(self) -> frozenset[FieldKey]:
        """The fields whose truth may judge what was learnt: audits, gold and what experts decided, no appeals."""
        return frozenset(self.truths.keys() - self.contested)

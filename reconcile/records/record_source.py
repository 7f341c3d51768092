"""What the rows of a record are made from: its scan, form and readings, the master data that it names, currencies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reconcile.forms import KnownMatch, known_match
from transcribe.codes import Reason, RecordRule
from transcribe.fields import Facts, facts_of
from transcribe.model import FieldKey, Form, Place, Reading, Record, Scan
from transcribe.store import OutboxEntry

_OPEN_STILL = frozenset({Reason.BELOW_TARGET, RecordRule.READ_AGAIN, RecordRule.RIGHT_FORM})
"""The exceptions that say that something of a record may still change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSource:
    """A record with its scan, its form and the readings (by id) and places (by field) of its scan.

    `pages` are the width and height in pixels of the straightened pages, by number; `known` what masters say.
    `facts` are those of the types of the form's fields, `currencies` those that it says of its amounts, by name.
    """

    entry: OutboxEntry
    record: Record
    scan: Scan
    form: Form
    readings: Mapping[str, Reading]
    places: Mapping[FieldKey, Place]
    pages: Mapping[int, tuple[int, int]]
    known: Mapping[FieldKey, KnownMatch]
    facts: Mapping[str, Facts]
    currencies: Mapping[str, str]

    @property
    def state(self) -> str:
        """Whether the record is "final", or "provisional": some value is not decided, or whether it is this form."""
        return "provisional" if any(each.rule in _OPEN_STILL for each in self.record.exceptions) else "final"

    def currency(self, key: FieldKey) -> str | None:
        """The currency of an amount. None where another one stands beside it, and for what is no amount."""
        currency = self.currencies.get(key.name)
        if currency is None:
            return None
        beside = any(each.rule == RecordRule.ONE_CURRENCY and key in each.keys for each in self.record.exceptions)
        return None if beside else currency


def source_of(
    entry: OutboxEntry,
    record: Record,
    scan: Scan,
    form: Form,
    cited: tuple[Iterable[Reading], Iterable[Place]],
    pages: Mapping[int, tuple[int, int]],
) -> RecordSource:
    """All that the rows of a record are made from."""
    readings, places = cited
    matches = ((each.key, known_match(form, each)) for each in record.decisions) if form.masters else ()
    return RecordSource(
        entry=entry,
        record=record,
        scan=scan,
        form=form,
        readings={reading.id: reading for reading in readings},
        places={place.key: place for place in places},
        pages=pages,
        known={key: match for key, match in matches if match is not None},
        facts={each.name: facts_of(each.type) for each in form.all_fields()},
        currencies={
            each.name: each.currency or form.currency for each in form.all_fields() if facts_of(each.type).is_money
        },
    )

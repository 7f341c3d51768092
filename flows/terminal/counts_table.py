"""A table of counts for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.terminal import printing
from transcribe.i18n import plural

if TYPE_CHECKING:
    from transcribe.store import Counts


def print_counts(counts: Counts) -> None:
    """Print what is done and what waits, one line a form."""
    if not counts.scans and not counts.forgotten_scans:
        refused = "No file has become a scan yet."
        printing.say(refused if counts.set_aside else "Nothing was ingested yet: fairhand ingest PATH... --form NAME")
        return
    head = ("form", "scans", "fields", "by machine", "by people", "open", "not asked", "records")
    decided = counts.decided_by_machine, counts.decided_by_people
    columns = (counts.fields, *decided, counts.open_fields, counts.unasked_fields, counts.records)
    rows = [
        (form or "unknown", count, *(column.get(form, 0) for column in columns)) for form, count in counts.scans.items()
    ]
    printing.columns(head, rows)
    for form, reasons in counts.waiting_reasons.items():
        if reasons:
            printing.say(f"\n{form or 'unknown form'} waits for people:")
            printing.columns(
                ("because", "tasks"), [(reason_in_words(code), number) for code, number in reasons.items()]
            )
    if audited := sum(counts.audited_fields.values()):
        one, many = "{n} field was drawn by lot and read again", "{n} fields were drawn by lot and read again"
        printing.say(
            f"\n{plural(audited, one, many)}: who decided it first is counted, where the audit found the same."
        )
    if again := sum(counts.reopened_fields.values()):
        one, many = "was decided before and is asked again", "were decided before and are asked again"
        told = plural(again, f"{{n}} of the open fields {one}.", f"{{n}} of the open fields {many}.")
        printing.say(f"\n{told}")
    if provisional := sum(counts.provisional_records.values()):
        one, many = (
            "is provisional: it has values that are not decided",
            "are provisional: they have values that are not decided",
        )
        told = plural(provisional, f"{{n}} of the records {one}.", f"{{n}} of the records {many}.")
        printing.say(f"\n{told}")
    if counts.forgotten_scans:
        printing.say(f"\n{plural(counts.forgotten_scans, '{n} scan is', '{n} scans are')} forgotten.")
    _print_unfinished(counts)


def _print_unfinished(counts: Counts) -> None:
    """Print what machines have not read or weighed yet, and what to do."""
    if counts.unread_scans:
        one = "{n} scan is taken in and not read by machines yet"
        many = "{n} scans are taken in and not read by machines yet"
        printing.say(
            f"\n{plural(counts.unread_scans, one, many)}: where no fairhand ingest or serve is at it: fairhand shift"
        )
    if counts.waiting_scans:
        waiting = plural(counts.waiting_scans, "{n} scan has readings", "{n} scans have readings")
        printing.say(f"\n{waiting} that were not weighed yet: fairhand reconcile")


def reason_in_words(code: str) -> str:
    """Why people are asked, as the catalogue says it; a code without a sentence as it is."""
    from transcribe.i18n import REASONS

    return REASONS.get(code, code)

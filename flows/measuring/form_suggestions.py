"""What the decided fields of a home suggest for the definition of a form."""

from __future__ import annotations

from dataclasses import dataclass

from flows.home import Home
from reconcile.learning import MIN_RECORD_COUNT, DecidedScan, Suggestion, suggestions
from transcribe.codes import Method
from transcribe.model import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedForm:
    """What may be added to a definition, from so many records of which fields are decided; `least` are needed."""

    form: str
    version: int
    records: int
    least: int
    suggestions: tuple[Suggestion, ...]


def suggest_form(home: Home, form: Form) -> SuggestedForm:
    """What the decided fields of all scans of a form suggest for its definition. Nothing is changed."""
    scans = [state.scan for state in home.store.scan_states() if state.scan.form == form.name and not state.erased_at]
    records = [
        DecidedScan(decisions={each.key: each for each in decided}, readings=home.store.readings(scan.id))
        for scan in scans
        if (decided := [each for each in home.store.decisions(scan.id) if each.method != Method.PROVISIONAL])
    ]
    return SuggestedForm(
        form=form.name,
        version=form.version,
        records=len(records),
        least=MIN_RECORD_COUNT,
        suggestions=suggestions(form, records),
    )

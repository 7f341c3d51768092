"""The plain fields of a form in the print of one source: for each type the finder that knows how it looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from transcribe.extraction.key_values import date_fields, labelled_values, money_amounts
from transcribe.extraction.key_values.company_names import address_candidates, company_candidates, has_title
from transcribe.extraction.key_values.issuers import is_recipient_field, issuer_candidates, recipient_candidates
from transcribe.extraction.key_values.name_filters import without_non_names
from transcribe.extraction.page_text.consensus import FieldCandidate
from transcribe.extraction.page_text.page_text import PageText
from transcribe.fields import facts_of
from transcribe.model import Field, Form


def candidates(page_text: PageText, form: Form) -> dict[str, list[FieldCandidate]]:
    """The candidates of each plain field, most likely first; a field that was not found has none."""
    by_field: dict[str, list[FieldCandidate]] = {}
    for field in form.fields:
        by_field[field.name] = _candidates(page_text, field, form, by_field)
    return by_field


def _candidates(
    page_text: PageText, field: Field, form: Form, fields_above: Mapping[str, list[FieldCandidate]]
) -> list[FieldCandidate]:
    """The candidates of one field. A name or address without labels stands at the head of the page."""
    has_labels = field.find is not None and bool(field.find.labels)
    facts = facts_of(field.type)
    if facts.is_day:
        return date_fields.candidates(page_text, field, form)
    if facts.is_money:
        return money_amounts.candidates(page_text, field, form)
    if facts.in_head == "party" and not has_labels:
        names = without_non_names(issuer_candidates(page_text) or company_candidates(page_text))
        return [replace(name, doubtful=name.doubtful or has_title(page_text, name)) for name in names]
    if is_recipient_field(field):
        return recipient_candidates(page_text, field)
    if facts.in_head == "place" and not has_labels:
        issuer = next((candidates[0] for candidates in fields_above.values() if candidates), None)
        return address_candidates(page_text, issuer)
    return labelled_values.candidates(page_text, field, form)

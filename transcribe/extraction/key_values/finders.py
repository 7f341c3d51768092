"""The plain fields of a form in the print of one source: for each type the finder that knows how it looks."""

from __future__ import annotations

from collections.abc import Mapping

from transcribe.extraction.key_values import (
    address_blocks,
    amount_fields,
    company_names,
    date_fields,
    labelled_values,
    name_filters,
    recipients,
)
from transcribe.extraction.page_text.field_candidates import Candidate
from transcribe.extraction.page_text.page_text import PageText
from transcribe.model import Field, Form


def candidates(sheet: PageText, form: Form) -> dict[str, list[Candidate]]:
    """The candidates of each plain field, most likely first; a field that was not found has none."""
    found: dict[str, list[Candidate]] = {}
    for field in form.fields:
        found[field.name] = _candidates(sheet, field, form, found)
    return found


def _candidates(sheet: PageText, field: Field, form: Form, before: Mapping[str, list[Candidate]]) -> list[Candidate]:
    """A name or address without labels stands at the head of the page; `before` holds the fields above it."""
    labelled = field.find is not None and bool(field.find.labels)
    if field.type == "date":
        return date_fields.candidates(sheet, field, form)
    if field.type == "amount":
        return amount_fields.candidates(sheet, field, form)
    if field.type == "name" and not labelled:
        return name_filters.without_non_names(
            address_blocks.issuer_candidates(sheet) or company_names.company_candidates(sheet)
        )
    if recipients.is_recipient_field(field):
        return recipients.recipient_candidates(sheet, field)
    if field.type == "address" and not labelled:
        return company_names.address_candidates(sheet, next((found[0] for found in before.values() if found), None))
    return labelled_values.candidates(sheet, field, form)

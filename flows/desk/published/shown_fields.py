"""Which fields of a form stand in the list of its records: what identifies an order, its date and its total."""

from __future__ import annotations

from collections.abc import Sequence

from flows.desk.visit import Visit
from flows.duplicates import identifying_fields
from transcribe.errors import FormError, NotFound
from transcribe.fields import facts_of
from transcribe.model import Field, Form

MOST_FIELDS = 5
"""So many fields stand in the list: more do not fit beside the rest at 1440 pixels. Chosen by hand."""


def shown_fields(visit: Visit, form: str) -> list[Field]:
    """The fields of the list; none where the definition of the form cannot be used."""
    try:
        return fields_of(visit.home.forms.find(form))
    except (FormError, NotFound):
        return []


def fields_of(form: Form) -> list[Field]:
    """The fields that tell an order from others, in the order of the form. Never one of how it was paid."""
    plain = [field for field in form.fields if field.personal != "payment"]
    wanted = [*identifying_fields(form), *_of_each_kind(plain)]
    chosen = list(dict.fromkeys(wanted))[:MOST_FIELDS] or [field.name for field in plain[:MOST_FIELDS]]
    return [field for field in plain if field.name in chosen]


def _of_each_kind(fields: Sequence[Field]) -> list[str]:
    """The first code, name and date, and the last amount: a total stands below."""
    facts = [(field.name, facts_of(field.type)) for field in fields]
    codes = [name for name, each in facts if each.is_free_code]
    parties = [name for name, each in facts if each.in_head == "party"]
    days = [name for name, each in facts if each.is_day]
    amounts = [name for name, each in facts if each.is_money]
    return [*codes[:1], *parties[:1], *days[:1], *amounts[-1:]]

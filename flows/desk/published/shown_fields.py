"""Which fields of a form stand in the list of its records: what identifies an order, its date and its total."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flows.desk.visit import Visit
from flows.duplicates import identifying_fields
from transcribe.errors import FormError, NotFound
from transcribe.model import Field, Form

MOST_FIELDS = 5
"""So many fields stand in the list: more do not fit beside the rest at 1440 pixels. Chosen by hand."""

EACH_KIND: Sequence[tuple[str, int]] = (("code", 0), ("name", 0), ("date", 0), ("amount", -1))
"""Of each of these types one field is shown, the first one or, of amounts, the last: a total stands below."""


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


def _of_each_kind(fields: Sequence[Field]) -> Iterable[str]:
    for kind, place in EACH_KIND:
        if of_kind := [field.name for field in fields if field.type == kind]:
            yield of_kind[place]

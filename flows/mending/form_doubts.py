"""What is asked about a definition that is well formed: what it says may not be what its form needs."""

from __future__ import annotations

from collections.abc import Iterator

from flows.duplicates import identifying_fields
from transcribe.fields import looks_like_payment
from transcribe.i18n import N_, worded
from transcribe.model import Field, Form

PAYMENT = N_(
    '%(field)s looks like payment data, and people read it: mark it with personal = "payment", and its box is painted '
    "over before a picture is kept."
)
"""What is said of a field that is not marked."""

NO_IDENTITY = N_(
    "No values tell one order from another here, so one that comes again is found by its picture alone: name those "
    "that do with identified_by under [options], or call a code and a date or amount required."
)
"""What is said of a form without such fields."""


def form_doubts(form: Form) -> Iterator[str]:
    """A sentence for each unmarked field that looks like payment data, and one where nothing identifies an order."""
    for field in form.all_fields():
        if field.personal != "payment" and _looks_like_payment(field):
            yield worded(PAYMENT, field=field.name)
    if not identifying_fields(form):
        yield worded(NO_IDENTITY)


def _looks_like_payment(field: Field) -> bool:
    said = [*field.label.values()] or [field.name.replace("_", " ")]
    return any(looks_like_payment(each, field.type) for each in said)

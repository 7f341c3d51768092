"""What the types of fields are called on pages: the kinds of fields that people are tested in and given first."""

from __future__ import annotations

from collections.abc import Mapping

from transcribe.i18n import N_

KIND_WORDS: Mapping[str, str] = {
    "address": N_("addresses"),
    "amount": N_("amounts"),
    "checkbox": N_("boxes to tick"),
    "choice": N_("choices"),
    "code": N_("numbers and codes"),
    "date": N_("dates"),
    "decimal": N_("decimal numbers"),
    "ean": N_("article numbers (EAN)"),
    "email": N_("e-mail addresses"),
    "integer": N_("whole numbers"),
    "luhn": N_("numbers with a check digit"),
    "name": N_("names"),
    "phone": N_("telephone numbers"),
    "signature": N_("signatures"),
    "siret": N_("SIRET numbers"),
    "text": N_("texts"),
    "vat": N_("VAT numbers"),
}
"""A message of the catalogues for each type of field that comes with fairhand; others are called by their own name."""

"""Telephone numbers, national ones in the country of the form's locale, as E.164."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

from transcribe.fields._facts import Facts
from transcribe.model import Field, Form, Value
from transcribe.values import has_letter, locale_of, tidy

FACTS = Facts(
    name={"en": "telephone number", "fr": "numéro de téléphone", "es": "número de teléfono"},
    plural={"en": "telephone numbers", "fr": "numéros de téléphone", "es": "números de teléfono"},
    rank=9,
    input_mode="tel",
    labels={"#phone": 3},
    fault_words={
        "not a phone number": "This is no telephone number.",
        "unassigned": "No such telephone numbers are given out in this country.",
    },
)

_LABEL = re.compile(r"^(?:t[ée]l(?:[ée]phone)?|phone|mobile|fax|mob)\b\s*[.:]*\s*", re.IGNORECASE)
_EXTENSION = re.compile(r"\s*(?:;ext=|ext(?:ension)?\.?|poste|x|#)\s*(\d{1,7})$", re.IGNORECASE)


def parse(text: str, field: Field, form: Form) -> Value:
    """The number as E.164, with ";ext=12" for an extension; None where it has too few or too many digits."""
    return _number(_bare(text), _country(form.locale))


def normalise(text: str, field: Field, form: Form) -> str:
    """The number as E.164; of another text the letters and digits without spaces and marks."""
    bare = _bare(text)
    number = _number(bare, _country(form.locale))
    if number is not None:
        return number
    rough = re.sub(r"[^\w+]", "", bare.casefold())
    return rough if rough and _number(rough, _country(form.locale)) is None and _bare(rough) == rough else bare


def write(value: Value, field: Field, form: Form) -> str:
    """The number as the form's country writes its own, and internationally where it gives out no such."""
    try:
        number = phonenumbers.parse(str(value), None)
    except phonenumbers.NumberParseException as error:
        raise ValueError(f"{value!r} is no number as E.164 has it") from error
    home = phonenumbers.country_code_for_region(_country(form.locale)) == number.country_code
    is_known = home and phonenumbers.is_valid_number(number)  # of others the library leaves out the first 0
    style = phonenumbers.PhoneNumberFormat.NATIONAL if is_known else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    written = phonenumbers.format_number(number, style)
    return written if parse(written, field, form) == value else str(value)


def faults(text: str, field: Field, form: Form) -> tuple[str, ...]:
    """ "not a phone number"; "unassigned" where no such numbers are given out in that country."""
    bare = _bare(text)
    if not bare:
        return ()
    number = _number(bare, _country(form.locale))
    if number is None:
        return ("not a phone number",)
    return () if _assigned(number) else ("unassigned",)


def _bare(text: str) -> str:
    return _LABEL.sub("", tidy(text)).strip(" .,:;|")


@lru_cache(maxsize=256)
def _country(locale: str) -> str:
    return locale_of(locale).territory or {"en": "GB"}.get(
        locale_of(locale).language, locale_of(locale).language.upper()
    )


@lru_cache(maxsize=16384)
def _number(bare: str, country: str) -> str | None:
    extension = _EXTENSION.search(bare)
    digits = bare if extension is None else bare[: extension.start()]
    if has_letter(digits):  # the library would dial letters: 0 read as O would become a 6
        return None
    try:
        number = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written if extension is None else f"{written};ext={extension[1]}"


@lru_cache(maxsize=16384)
def _assigned(number: str) -> bool:
    return phonenumbers.is_valid_number(phonenumbers.parse(number, None))

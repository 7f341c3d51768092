"""What types of fields, keys of definitions, differences and suggestions are called: messages of the catalogues."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from flows.desk.visit import Visit
from transcribe import fields
from transcribe.i18n import N_

TYPES: Mapping[str, str] = {
    "text": N_("text"),
    "name": N_("name"),
    "address": N_("address"),
    "code": N_("code, as an order number"),
    "amount": N_("amount"),
    "decimal": N_("decimal number"),
    "integer": N_("whole number"),
    "date": N_("date"),
    "phone": N_("telephone number"),
    "email": N_("e-mail address"),
    "checkbox": N_("box to tick"),
    "choice": N_("one of several words"),
    "signature": N_("signature"),
    "ean": N_("EAN or GTIN"),
    "luhn": N_("number with check digit (Luhn)"),
    "siret": N_("SIRET or SIREN"),
    "vat": N_("VAT number"),
}
"""The types of fields, the most usual first."""

KEYS: Mapping[str, str] = {
    "": N_("all of it"),
    "title": N_("title"),
    "label": N_("label"),
    "help": N_("help"),
    "type": N_("type"),
    "required": N_("required"),
    "pattern": N_("pattern"),
    "personal": N_("personal data"),
    "target": N_("how sure"),
    "examples": N_("examples"),
    "languages": N_("languages"),
    "locale": N_("how dates and amounts are written"),
    "currency": N_("currency"),
    "retention_days": N_("days kept"),
    "pages": N_("pages"),
    "page": N_("page"),
    "box": N_("place"),
    "rows": N_("rows"),
    "values": N_("values"),
}
"""Keys of a definition in words; others are shown as they are written."""

WHAT: Mapping[str, str] = {
    "form": N_("form"),
    "field": N_("field"),
    "table": N_("table"),
    "rule": N_("rule"),
    "list": N_("list of known values"),
}
"""What a difference is about."""

PERSONAL: Mapping[str, str] = {
    "": N_("no"),
    "contact": N_("contact data"),
    "payment": N_("payment data: masked before a picture is kept"),
}
"""What is personal in a field."""

SUGGESTED: Mapping[str, str] = {
    "pattern": N_("a pattern"),
    "master": N_("a list of known values"),
    "required": N_("never blank"),
    "rule": N_("a rule"),
}
"""What a suggestion is."""

FATES: Mapping[str, str] = {
    "decided": N_("decided"),
    "blank": N_("blank"),
    "asked": N_("people are asked"),
    "nothing": N_("not decided"),
}
"""What would become of a field that is tried."""

MISTAKES: tuple[str, ...] = (
    N_("there is no field type %(said)s; use one of %(known)s"),
    N_("there is no locale %(said)s; write it as fr_FR or en_GB"),
    N_("there is no currency %(said)s; write its ISO 4217 code, as EUR"),
    N_("there is no such key; do you mean %(key)s; see the list in docs/adding-a-form.md"),
    N_("there is no such key; see the list in docs/adding-a-form.md"),
    N_("the pattern %(said)s is no regular expression that RE2 knows (%(fault)s); %(advice)s"),
    N_("the box %(box)s is not x0, y0, x1, y1 with x0 < x1 and y0 < y1"),
    N_("the span %(span)s is not x0, x1 with x0 < x1"),
    N_("a payment field needs a box, because its box is masked before a picture is kept"),
    N_("rows need a box whose height they divide"),
    N_("a table with a box needs rows, the number of its lines"),
    N_("the column %(column)s needs a span within the table's box, x0 and x1"),
    N_("%(name)s stands twice; every name must be its own."),
    N_("the form has no page %(page)s; its last one is %(count)s."),
    N_("a box needs a blank, the empty page that it refers to."),
    N_("a form with a blank needs a box here, x0, y0, x1, y1 on the blank."),
    N_("%(box)s reaches outside the blank of %(wide)s x %(high)s."),
    N_("the form has no field %(field)s."),
    N_(
        "Form %(form)s, rule %(rule)s has %(part)s, which is not of the grammar: names, + - * /, sum, round. "
        "`fairhand forms check` shows the rules."
    ),
    N_(
        "Form %(form)s, rule %(rule)s names %(name)s, which is no field of the form; known are %(known)s. "
        "`fairhand forms check` shows the rules."
    ),
    N_(
        "Form %(form)s, rule %(rule)s uses %(name)s of type %(type)s; rules take amount, decimal, integer and date. "
        "`fairhand forms check` shows the rules."
    ),
    N_("it is missing, and must be there"),
    N_("write small letters, digits and _, a letter first, not %(said)s"),
    N_("write small letters, digits, - and _, a letter first, not %(said)s"),
    N_("write a language as Tesseract names it, three small letters first, as eng or chi_sim, not %(said)s"),
    N_("write a whole number, not %(said)s"),
    N_("write a number from %(least)s on, not %(said)s"),
    N_("write a number above %(limit)s, not %(said)s"),
    N_("write a text in quotes, not %(said)s"),
    N_("write something, not %(said)s"),
)
"""What is wrong in a definition, as `transcribe.forms` says it in English after the key that it is about."""

PLACE = re.compile(r"%\\\((\w+)\\\)s")
"""A place of a message that was escaped for a pattern."""

FATE_BOXES: Mapping[str, str] = {"decided": "decided", "blank": "nothing", "asked": "open", "nothing": "nothing"}
"""How each is drawn."""


def type_choices(visit: Visit) -> list[tuple[str, str]]:
    """The types of fields that there are with what they are called, the most usual first."""
    there = fields.names()
    known = [name for name in TYPES if name in there]
    others = [name for name in there if name not in known]
    return [(name, type_words(visit, name)) for name in (*known, *others)]


def type_words(visit: Visit, name: str) -> str:
    """What a type is called."""
    return visit.say(TYPES.get(name, name))


def key_words(visit: Visit, key: str) -> str:
    """What a key of a definition is called."""
    return visit.say(KEYS[key]) if key in KEYS else key


def mistake_words(visit: Visit, mistake: str) -> str:
    """What is wrong in a definition, in the visitor's language; in English where these pages do not know it."""
    for key, said in ((mistake[: at.start()], mistake[at.end() :]) for at in re.finditer(r"^|: ", mistake)):
        for message, pattern in _mistake_patterns().items():
            if found := pattern.fullmatch(said):
                words = visit.say(message, **found.groupdict())
                return f"{key}: {words}" if key else words
    return mistake


@cache
def _mistake_patterns() -> Mapping[str, re.Pattern[str]]:
    return {each: re.compile(PLACE.sub(r"(?P<\1>.+?)", re.escape(each)), re.DOTALL) for each in MISTAKES}

"""What types of fields, keys of definitions, differences and suggestions are called: messages of the catalogues."""

from __future__ import annotations

from collections.abc import Mapping

from flows.desk.visit import Visit
from transcribe import fields
from transcribe.forms import KEYS
from transcribe.i18n import N_, said

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


def type_choices(visit: Visit) -> list[tuple[str, str]]:
    """The types of fields that there are with what they are called, the most usual first."""
    usual_first = sorted(fields.names(), key=lambda name: fields.facts_of(name).rank)
    return [(name, type_words(visit, name)) for name in usual_first]


def type_words(visit: Visit, name: str) -> str:
    """What a type is called."""
    return said(fields.facts_of(name).name, visit.language) or name


def key_words(visit: Visit, key: str) -> str:
    """What a key of a definition is called."""
    return visit.say(KEYS[key]) if key in KEYS else key

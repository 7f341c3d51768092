"""E-mail addresses, compared in lower case."""

from __future__ import annotations

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from transcribe.fields._facts import Facts
from transcribe.model import Field, Form, Value
from transcribe.values import tidy

FACTS = Facts(
    name={"en": "e-mail address", "fr": "adresse e-mail", "es": "correo electrónico"},
    plural={"en": "e-mail addresses", "fr": "adresses électroniques", "es": "direcciones de correo"},
    rank=10,
    input_mode="email",
    family="short text",
    labels={"#email": 2},
    fault_words={
        "domain": "What follows the @ is no address.",
        "not an e-mail address": "This is no e-mail address.",
    },
)

_AROUND = re.compile(r"""^(?:mailto:|[.,;:<>()"'])+|[.,;:<>()"']+$""")


def parse(text: str, field: Field, form: Form) -> Value:
    """The address in lower case; None where it cannot be one. No domain is looked up."""
    return _valid(_bare(text))


def normalise(text: str, field: Field, form: Form) -> str:
    """The text in lower case without spaces, address or not."""
    bare = _bare(text)
    return _valid(bare) or bare


def faults(text: str, field: Field, form: Form) -> tuple[str, ...]:
    """ "not an e-mail address"; "domain" where only the part after the @ is wrong."""
    bare = _bare(text)
    if not bare or _valid(bare) is not None:
        return ()
    local, at, _ = bare.rpartition("@")
    return ("domain",) if at and _valid(f"{local}@fairhand.org") is not None else ("not an e-mail address",)


def _bare(text: str) -> str:
    bare = tidy(tidy(tidy(text).casefold()).replace(" ", ""))
    return _AROUND.sub("", bare) or bare


@lru_cache(maxsize=16384)
def _valid(bare: str) -> str | None:
    if "@" not in bare:
        return None
    try:
        return validate_email(bare, check_deliverability=False).normalized
    except EmailNotValidError:
        return None

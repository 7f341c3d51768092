"""Entries of forms and parts of addresses that are missing or not allowed, in words, each with the reason."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi.exceptions import RequestValidationError

from transcribe.i18n import N_

ENTRY_WORDS: dict[str, str] = {
    "role": N_("Roles"),
    "handle": N_("Name"),
    "languages": N_("Languages"),
    "since": N_("Came from"),
    "until": N_("Came up to"),
    "token": N_("the sign-in link"),
    "why": N_("Why?"),
    "sure": N_("I am sure. It cannot be undone."),
    "text": N_("What is written there"),
    "answer": N_("Answer"),
    "name": N_("Name"),
    "day": N_("Day"),
    "task": N_("Field"),
    "minutes": N_("Minutes"),
    "reason": N_("Why?"),
    "words": N_("Your words"),
    "password": N_("Password"),
    "code": N_("Code"),
    "language": N_("Language"),
    "interface": N_("Language of their pages and of the invitation"),
    "engagement": N_("How they are paid"),
    "training": N_("Training machines"),
    "choice": N_("Choice"),
    "count": N_("How many fields?"),
}
"""What entries of forms and parts of addresses are called where they are wrong; another one has its own name."""

MISSING_TYPES = frozenset({"missing", "too_short", "string_too_short"})
"""What pydantic calls an entry that was left empty or not sent."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """An entry that is missing or not allowed; its words are a message of the catalogues.

    `most`: it has more characters than these, which are allowed; 0 where that is not it.
    """

    words: str
    is_missing: bool
    most: int = 0


def wrong_entries(error: RequestValidationError) -> tuple[Wrong, ...]:
    """Which entries are wrong, each once, in the order in which they were looked at."""
    found: dict[str, Wrong] = {}
    for each in error.errors():
        name = next((str(part) for part in reversed(each["loc"]) if isinstance(part, str)), "")
        other = N_("the address of the page") if each["loc"][0] in ("path", "query") else name
        words, lacks = ENTRY_WORDS.get(name, other), each["type"] in MISSING_TYPES
        most = each["ctx"]["max_length"] if each["type"] == "string_too_long" else 0
        found.setdefault(name, Wrong(words=words, is_missing=lacks, most=most))
    return tuple(wrong for name, wrong in found.items() if name)

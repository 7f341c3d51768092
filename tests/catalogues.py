"""The catalogues of `transcribe/i18n/locale`, brought up to date with the code: `python -m tests.catalogues`.

New messages come in empty and obsolete ones go out; a person then fills in the empty ones. The tests fail while one
is missing or fuzzy.
"""

from __future__ import annotations

import argparse
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from transcribe import fields
from transcribe.i18n.catalogues import LOCALE, SOURCE_LANGUAGE, languages

ROOT = Path(__file__).parent.parent
METHODS = [("**_commands.py", "ignore"), ("**/templates/**.html", "jinja2"), ("**.py", "python")]
FOLDERS = (
    "transcribe",
    "flows/desk",
    "flows/administration",
    "flows/house",
    "flows/mending",
    "flows/parts",
    "flows/steps",
)
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "say": None, "worded": None, "refuse": None}


@cache
def messages() -> Catalog:
    """Every message of the code, the templates and the field types."""
    catalogue = Catalog()
    for folder in FOLDERS:
        found = extract_from_dir(
            ROOT / folder, METHODS, options_map={"**/templates/**.html": {"silent": "false"}}, keywords=KEYWORDS
        )
        for file, _, message, _, _ in found:
            catalogue.add(message, locations=[(file, 0)])
    for name in fields.names():
        for words in fields.facts_of(name).fault_words.values():
            catalogue.add(words)
    return catalogue


def catalogue(language: str) -> Catalog:
    """The catalogue of a language as it stands."""
    with (LOCALE / language / "LC_MESSAGES" / "fairhand.po").open("rb") as file:
        return read_po(file, locale=language)


def update(arguments: list[str] | None = None) -> None:
    """Bring every catalogue up to date. No time is written, which every branch would have another of."""
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    known = messages()
    for language in languages():
        if language == SOURCE_LANGUAGE:
            continue
        changed = catalogue(language)
        changed.update(known, no_fuzzy_matching=True, update_creation_date=False)
        changed.obsolete.clear()
        with (LOCALE / language / "LC_MESSAGES" / "fairhand.po").open("wb") as file:
            write_po(file, changed, width=0, sort_output=True, no_location=True, omit_header=False)


if __name__ == "__main__":
    update()

"""What forms often call themselves and their fields, in every language of the pages.

A form says its labels in the languages of whoever made it. Who reads in another language is told these words in
theirs: the shipped forms are French and English, and are read by people with Spanish pages too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# The mark of messages for the catalogues.


def N_(message: str) -> str:
    """Mark a message for the catalogues, unchanged: it is translated where it is shown."""
    return message


FORM_WORDS = frozenset(
    {
        N_("Account"),
        N_("Address"),
        N_("Amount"),
        N_("Bank transfer"),
        N_("Card"),
        N_("Card number"),
        N_("Cheque"),
        N_("Comment"),
        N_("Company"),
        N_("Copy the dashes too"),
        N_("Customer"),
        N_("Customer number"),
        N_("Date"),
        N_("Day/month/year"),
        N_("Deliver by"),
        N_("Delivery"),
        N_("Delivery wanted"),
        N_("Description"),
        N_("Due date"),
        N_("E-mail"),
        N_("Express delivery"),
        N_("French invoice"),
        N_("Goods total"),
        N_("Invoice date"),
        N_("Invoice me"),
        N_("Invoice number"),
        N_("Item code"),
        N_("Lines"),
        N_("Notes"),
        N_("Order date"),
        N_("Order form"),
        N_("Order form (French)"),
        N_("Order no."),
        N_("Order number"),
        N_("Phone"),
        N_("Postcode"),
        N_("Price each"),
        N_("Purchase order number"),
        N_("Qty"),
        N_("Quantity"),
        N_("Receipt"),
        N_("Reference"),
        N_("Send me the new catalogue"),
        N_("Signature"),
        N_("Subtotal"),
        N_("Supplier"),
        N_("Tax"),
        N_("Tax amount"),
        N_("To whom the invoice is addressed"),
        N_("Total"),
        N_("Total before tax"),
        N_("Total to pay"),
        N_("Town"),
        N_("Unit price"),
        N_("VAT 20 %"),
        N_("VAT at 20 %"),
        N_("Who issued the invoice"),
    }
)
"""Titles, labels and help of the shipped forms, as they are in English."""


# Names of people: what nobody can be called, as a name stands in lines of the log, of files and of pages.

MAX_NAME_CHARACTERS = 100
"""A name may have so many characters. Chosen by hand."""

NO_NAME = N_(
    "A name has 1 to 100 characters in one line, without spaces at its ends, and begins with a letter or digit."
)
NO_DIRECTION = N_("An invisible sign in this name turns the direction of writing. Type it anew, without copying it.")
NO_SHAPE = N_("This name has letters or signs in a form that looks like others. Type it anew, without copying it.")
NO_MIXTURE = N_("This name mixes letters of several scripts, which look alike. Write it in one.")
NO_ACTOR = N_("The log calls something else so. Choose another name.")
NO_DOUBLE = N_("This name is taken here, or looks like one that is. Choose another.")

_DIRECTION = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""Signs without a shape that turn the direction of all that follows: embeddings, overrides and isolates."""

_ACTORS = re.compile(r"(command line|token)\b.*|fairhand|serve|schedule|watched folder|operator")
"""What acts and the log name beside people, as `flows.home.act_as` and the interface for programs have it."""

_TOGETHER = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})
"""Scripts that one name may mix (UTS 39, Japanese, Korean and Chinese)."""

_LETTERS = frozenset({"Lu", "Ll", "Lt", "Lo"})
"""The categories of Unicode that have a script of their own."""


def plain_name(name: str) -> str:
    """A name without its case, the spaces around it, and the forms of its letters."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def name_refusal(name: str, taken: Iterable[str] = ()) -> str:
    """Why nobody can be called so, as a message of the catalogues; "" where nothing is wrong."""
    if _DIRECTION.search(name):
        return NO_DIRECTION
    fits = name.isprintable() and name == name.strip() and 1 <= len(name) <= MAX_NAME_CHARACTERS
    if not fits or not name[0].isalnum():
        return NO_NAME
    plain = plain_name(name)
    if unicodedata.normalize("NFKC", name) != unicodedata.normalize("NFC", name):
        return NO_SHAPE
    if len(_scripts(name)) > 1:
        return NO_MIXTURE
    if _ACTORS.fullmatch(plain):
        return NO_ACTOR
    return NO_DOUBLE if plain in map(plain_name, taken) else ""


def _scripts(name: str) -> set[str]:
    """The scripts of the letters of a name, as the names of its letters begin."""
    found = {unicodedata.name(each, "").partition(" ")[0] for each in name if unicodedata.category(each) in _LETTERS}
    return {"CJK" if each in _TOGETHER else each for each in found}

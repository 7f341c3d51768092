"""Lines that are no name of a firm, as they say something else: amounts, questions, page numbers, labels of sums;
and streets, which are none for sure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from transcribe.extraction.key_values.company_names import LEGAL, STREET, TRADE
from transcribe.extraction.key_values.money_amounts import AMOUNT
from transcribe.extraction.page_text.field_candidates import Candidate

ASKS = re.compile(r"\?\W*(?:\s|$)")
PAGE = re.compile(
    r"\b(?:page|seite|blatt)\W{0,3}\d|\(\d{1,2} ?(?:/|of|sur|von|de) ?\d{1,2}\)|\b\d{1,2} of \d{1,2}$", re.IGNORECASE
)
OF = re.compile(r"(?<![\w./-])(\d{1,2}) ?/ ?(\d{1,2})$")
"""The number of a page: "PAGE 2/2", "(1 of 1)", "COMMANDE 1/2"; of a shop it may be the street's: "MART 5/8"."""

_WORD = (
    r"(?:total|sub-?total|sous-?total|amount|montant|date|datum|pay(?:ment|able)?|paid|paiement|r[èe]glement|payer|"
    r"[ée]ch[ée]ance|livraison|delivery|tax|vat|tva|summe|betrag|zahlung)"
)
LABEL = re.compile(rf"^\W*{_WORD}\b|\b{_WORD}(?:\W*$|\s?:)", re.IGNORECASE)
"""Words that announce sums, dates and payment begin or end a line, or stand before a colon ("RELAIS TOTAL OULMES" is a
name); a name with a legal form or a trade may have them there too."""

HOUSE = re.compile(r"^\W*(?:no|nr|n°|lot|unit|suite)\b\W{0,3}\d", re.IGNORECASE)
"""A house's number begins a line of an address."""


def is_no_name(text: str) -> bool:
    """Whether a line says something else than who issued a page."""
    if AMOUNT.search(text) or ASKS.search(text) or PAGE.search(text):
        return True
    legal, trade = LEGAL.search(text) is not None, TRADE.search(text) is not None
    of = OF.search(text)
    if of and int(of[1]) <= int(of[2]):
        return legal or not trade
    return LABEL.search(text) is not None and not (legal or trade)


def without_non_names(found: Sequence[Candidate]) -> list[Candidate]:
    """Without what is no name. One with a legal form stays, doubtful: more than the name was read. Where the likeliest
    is no name the page does not begin as others do, and all others are doubtful."""
    odd = bool(found) and is_no_name(found[0].text)
    kept = [each for each in found if not is_no_name(each.text) or LEGAL.search(each.text)]
    return [replace(each, doubtful=odd or is_no_name(each.text) or is_street(each.text)) for each in kept]


def is_street(text: str) -> bool:
    """Whether a line is that of a street and no firm's, as far as it tells: where it stands first, the name over it was
    not read, and machines would take it for the name."""
    named = LEGAL.search(text) or TRADE.search(text)
    return not named and HOUSE.search(text) is not None and STREET.search(text) is not None

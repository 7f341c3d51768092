"""Which type of field a label names, as forms in English, French, Spanish and German print them."""

from __future__ import annotations

import re

from transcribe.values import without_marks

TYPES: tuple[tuple[str, str], ...] = (
    ("signature", r"signature|signed|unterschrift|\bfirma\b|visa\b"),
    ("email", r"e-?mail|courriel|correo|\bmel\b"),
    ("phone", r"phone|\btel\b|\btelephone|telefon|mobile|\bfax\b|portable|\bmovil|\bhandy\b"),
    ("ean", r"\bean\b|\bean-?\d|\bgtin\b|code[- ]?barres?|bar ?code|codigo de barras|strichcode"),
    ("siret", r"\bsiret\b"),
    (
        "vat",
        r"(n[°o]|numero|identification|id)\.? ?(de )?(tva|iva)\b|tva intra|"
        r"\b(vat|tva|iva|btw)[ -]?(n[°o]\b|num|nr|reg|id\b)|\bust\.?-?[il]d|umsatzsteuer-?id|\bnif[- ]iva",
    ),
    (
        "luhn",
        r"\bsiren\b|\bimei\b|\bcard n|\b(n°|numero) (de )?(la )?(carte|tarjeta)\b(?! client| de fid)|"
        r"carte (bancaire|bleue)|kartennummer|credit card$",
    ),
    (
        "decimal",
        r"\bpoids|weight|gewicht|\bpeso\b|\bkg\b|\blongueur|\blargeur|\bhauteur|\blength\b|\bwidth\b|\bheight\b",
    ),
    ("amount", r"\btotal|\bmontant|\bamount|\bsolde|\bbalance|\bimporte|betrag|summe\b"),
    (
        "date",
        r"\bdate|\ble\b|livraison souhaitee|deliver by|livrer avant|echeance|\bdue\b|datum\b|\bfecha|"
        r"liefertermin|(?:ship|required|needed) by",
    ),
    (
        "integer",
        r"\bqte|quantit|\bqty|\bnombre|\bnb\b|pieces|\bmenge|anzahl|cantidad|\buds\b|\bunidades\b|"
        r"\bunits\b|\bunites\b|\bnumber of\b|\bno\.? of\b|"
        r"\bnumero de (?:bultos|cajas|piezas|unidades)\b",
    ),
    (
        "amount",
        r"total|montant|amount|price|prix|\btva\b|\bvat\b|\bht\b|\bttc\b|cost|remise|discount|"
        r"\bdelivery$|frais|preis|precio|mwst|\biva\b|\bbase imponible|\btax\b|shipping|carriage|versand",
    ),
    (
        "code",
        r"\bn°|\bno\b|number|numero|\bref|code|account|compte|postcode|\bzip\b|(?:kunden|auftrags|"
        r"bestell|artikel)nummer|\bplz\b|postleitzahl|\bpostal( code)?$|\bnif\b|\bcif\b|codigo|\bpedido n|artikelnr",
    ),
    ("address", r"\badresse|\baddress|\banschrift|\bdireccion|\bdomicilio|\brue\b|\bstreet\b|\bstrasse\b|\bcalle\b"),
    (
        "name",
        r"\bnom\b|\bname\b|raison sociale|customer$|client$|company|societe|\bkunde$|\bcliente$|"
        r"\bfirma \w|empresa|nombre y",
    ),
)
"""The first pattern that the label matches, without accents and in small letters, names the type; else it is text."""

MEANT: dict[str, tuple[str, str]] = {"deu": (r"\bfirma\b", "company"), "spa": (r"\bnombre\b", "name")}
"""Words that mean something else in one language than in another, and what they mean there in English."""


def plain(text: str) -> str:
    """The text in small letters without accents, every number sign as °."""
    return without_marks(text.replace("º", "°").replace("ß", "ss")).lower()


def type_of(label: str, language: str) -> str:
    """The type of field that a label names on a form in this language (as Tesseract names it)."""
    word, meant = MEANT.get(language, ("", ""))
    said = re.sub(word, meant, plain(label)) if word else plain(label)
    return next((kind for kind, pattern in TYPES if re.search(pattern, said)), "text")

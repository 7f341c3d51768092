"""Print for tests: lines of text as words with boxes, every character as wide as the next."""

from __future__ import annotations

import re
from collections.abc import Sequence

from transcribe.geometry import Box
from transcribe.model import Word

WIDTH, HEIGHT, PITCH = 10, 20, 30
"""Pixels of a character, of a line, and from one line to the next."""


def printed(*lines: str, confidence: float = 0.9, sink: float = 0.0, left: int = 0, top: int = 0) -> list[Word]:
    """The words of lines of text; `sink` is how many pixels the print falls with each pixel to the right."""
    words = []
    for number, line in enumerate(lines):
        for hit in re.finditer(r"\S+", line):
            x0, x1 = left + hit.start() * WIDTH, left + hit.end() * WIDTH
            y0 = top + number * PITCH + round(sink * (x0 + x1) / 2)
            words.append(Word(text=hit[0], box=Box(x0, y0, x1, y0 + HEIGHT), confidence=confidence, line=number))
    return words


RECEIPT: Sequence[str] = (
    "KEDAI BUKU ALAM SDN BHD (123456-X)",
    "NO 12, JALAN BUNGA 3,",
    "81100 JOHOR BAHRU, JOHOR.",
    "TEL: 07-1234567",
    "TAX INVOICE",
    "DATE: 25/12/2018 8:13 PM",
    "PENCIL 2B            2.00",
    "NOTEBOOK A5          7.43",
    "SUB TOTAL            9.43",
    "ROUNDING            -0.03",
    "TOTAL                9.40",
    "CASH                10.00",
    "CHANGE               0.60",
)
"""A small Malaysian receipt."""

INVOICE: Sequence[str] = (
    "Dupont SARL                        FACTURE",
    "4 rue des Lilas                    Facture N°: FA-2025-001",
    "69003 Lyon                         Date: 03/02/2025",
    "France                             N° de commande: BC-77",
    "",
    "Description             Qté        Prix unitaire     Montant",
    "Chaise de bureau        4,00       55,00             220,00",
    "couleur noire",
    "Lampe                   2,00       1 035,00          2 070,00",
    "",
    "                        Total HT           2 290,00 €",
    "                        TVA 20%              458,00 €",
    "                        Total TTC          2 748,00 €",
)
"""A small French invoice of two columns with a table without a grid."""

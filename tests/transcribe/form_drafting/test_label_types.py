"""A label's words name the type of its field, in the languages of the forms."""

from __future__ import annotations

import pytest

from transcribe.form_drafting.label_types import type_of


@pytest.mark.parametrize(
    ("label", "language", "kind"),
    [
        ("Article (EAN)", "fra", "ean"),
        ("SIRET", "fra", "siret"),
        ("N° SIREN", "fra", "luhn"),
        ("N° TVA", "fra", "vat"),
        ("TVA 20 %", "fra", "amount"),
        ("Montant TVA", "fra", "amount"),
        ("N° de carte", "fra", "luhn"),
        ("N° carte client", "fra", "code"),
        ("Poids total kg", "fra", "decimal"),
        ("Nombre de colis", "fra", "integer"),
        ("Nombre y apellidos", "spa", "name"),
        ("Nº de IVA", "spa", "vat"),
        ("Código postal", "spa", "code"),
        ("Correo electrónico", "spa", "email"),
        ("Firma", "spa", "signature"),
        ("Firma", "deu", "name"),
        ("P. unitario", "spa", "amount"),
        ("Cant", "spa", "integer"),
        ("Fraises (barq.)", "fra", "text"),
        ("Frais de port", "fra", "amount"),
        ("IK-Nummer", "deu", "code"),
        ("Straße, Hausnummer", "deu", "address"),
        ("PLZ", "deu", "code"),
        ("PLZ, Ort", "deu", "address"),
        ("Lieferung gewünscht am", "deu", "date"),
        ("Auftrag-Nr.", "deu", "code"),
        ("Kunden-Nr. Labor", "deu", "code"),
        ("Artikelnr.", "deu", "code"),
        ("Straße / Nr.", "deu", "address"),
        ("Tel.-Nr.", "deu", "phone"),
        ("Lieferadresse", "deu", "address"),
        ("Rechnungsanschrift", "deu", "address"),
        ("E-Mail-Adresse", "deu", "email"),
        ("Mailadresse", "deu", "email"),
        ("Anz.", "deu", "integer"),
        ("Stück", "deu", "integer"),
        ("Anzahlung", "deu", "text"),
        ("Anprobe am", "deu", "date"),
        ("Abholtermin", "deu", "date"),
        ("Expresszuschlag", "deu", "amount"),
        ("Versandkosten", "deu", "amount"),
        ("Kostenstelle", "deu", "text"),
        ("Vorname", "deu", "name"),
        ("Rate €", "eng", "amount"),
        ("Deposit paid (£)", "eng", "amount"),
        ("Sales tax", "eng", "amount"),
        ("Sales tax ID", "eng", "code"),
        ("ZIP", "eng", "code"),
        ("City, State, ZIP", "eng", "address"),
        ("USt-IdNr.", "deu", "vat"),
        ("Straße", "deu", "address"),
        ("Total VAT", "eng", "amount"),
        ("VAT no.", "eng", "vat"),
        ("Order no", "eng", "code"),
        ("No. of boxes", "eng", "integer"),
    ],
)
def test_words_of_a_label_name_the_type(label: str, language: str, kind: str) -> None:
    assert type_of(label, language) == kind

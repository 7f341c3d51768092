"""Two German forms: underlines only, and boxes with a small label inside."""

from __future__ import annotations

from typing import Any

from tests.bench.world.definition import About
from tests.bench.world.sheet import Area, Column, Sheet, Table

BESTELLUNG = About(
    name="bestellschein",
    title="Bestellschein",
    language="de",
    rules=("positionen.betrag == positionen.menge * positionen.preis",),
)
AUFTRAG = About(name="wartungsauftrag", title="Wartungsauftrag", language="de")


def bestellung() -> Sheet:
    return Sheet(width=1654, height=2339, family="open", colour=(30, 30, 30))


def underlined(sheet: Sheet, name: str, type: str, kind: str, box: Area, label: str, **more: Any) -> None:
    """A label at the left of a line to write on; the box is over the line."""
    sheet.text(box[0] - 20, box[3] - 8, label, 24, anchor="rs")
    sheet.line(box[0], box[3], box[2], box[3], 1.8)
    sheet.spot(name, type, kind, (box[0], box[1], box[2], box[3] + 6), label, **more)


def draw_bestellung(sheet: Sheet) -> None:
    """Underlines only, nothing boxed."""
    sheet.text(120, 160, "Holzwerk Lindauer", 54, True)
    sheet.text(120, 204, "Werkstattbedarf und Beschläge · Gerberstraße 8 · 88131 Lindau", 23)
    sheet.line(120, 226, 1540, 226, 5)
    sheet.text(120, 310, "Bestellschein", 44, True)
    underlined(
        sheet,
        "nummer",
        "code",
        "code",
        (1180, 262, 1540, 316),
        "Bestell-Nr.",
        shape="##/####",
        pattern=r"\d{2}/\d{4}",
        required=True,
    )
    underlined(sheet, "firma", "name", "company", (360, 360, 960, 416), "Firma", required=True)
    underlined(sheet, "name", "name", "person", (360, 440, 960, 496), "Besteller")
    underlined(sheet, "strasse", "text", "street", (360, 520, 960, 576), "Straße, Nr.")
    underlined(sheet, "plz", "code", "postcode", (360, 600, 520, 656), "PLZ", pattern=r"\d{5}")
    underlined(sheet, "ort", "text", "town", (600, 600, 960, 656), "Ort")
    underlined(sheet, "datum", "date", "date", (1240, 360, 1540, 416), "Datum")
    underlined(sheet, "kunde", "code", "code", (1240, 440, 1540, 496), "Kunden-Nr.", shape="#####-@")
    underlined(sheet, "telefon", "phone", "phone", (1240, 520, 1540, 576), "Telefon")
    underlined(sheet, "termin", "date", "date", (1240, 600, 1540, 656), "Liefertermin")
    columns = (
        Column(name="artikel", type="code", kind="code", width=240, label="Artikel-Nr.", shape="@@ ###"),
        Column(name="bezeichnung", type="text", kind="product", width=560, label="Bezeichnung"),
        Column(name="menge", type="integer", kind="quantity", width=160, label="Menge"),
        Column(name="preis", type="amount", kind="price", width=220, label="Einzelpreis €"),
        Column(name="betrag", type="amount", kind="row amount", width=240, label="Betrag €"),
    )
    table = Table(name="positionen", area=(120, 790, 1540, 1430), rows=8, columns=columns)
    for each, (left, right) in zip(table.columns, table.spans(), strict=True):
        sheet.text(left + 4, 766, each.label, 23, True)
        for row in range(8):
            y = 790 + (row + 1) * 80 - 6
            sheet.line(left + 2, y, right - 22, y, 1.6)
    sheet.table(table)
    underlined(
        sheet,
        "summe",
        "amount",
        "sum",
        (1300, 1450, 1540, 1506),
        "Summe netto",
    )
    underlined(sheet, "mwst", "amount", "tax", (1300, 1530, 1540, 1586), "MwSt. 19 %")
    underlined(sheet, "gesamt", "amount", "gross", (1300, 1610, 1540, 1666), "Gesamtbetrag")
    _bestellung_foot(sheet)


def _bestellung_foot(sheet: Sheet) -> None:
    sheet.text(120, 1500, "Versand:", 24, True)
    for number, (name, label) in enumerate(
        (("spedition", "Spedition"), ("paket", "Paketdienst"), ("abholung", "Abholung"))
    ):
        x = 260 + number * 220
        sheet.frame((x, 1474, x + 34, 1508), 2)
        sheet.text(x + 46, 1500, label, 23)
        sheet.spot(name, "checkbox", "tick", (x - 5, 1469, x + 39, 1513), label)
    underlined(sheet, "bemerkung", "text", "note", (300, 1720, 1540, 1776), "Bemerkung")
    underlined(sheet, "kostenstelle", "code", "code", (360, 1810, 700, 1866), "Kostenstelle", shape="KS####")
    underlined(sheet, "ansprech", "name", "person", (1080, 1810, 1540, 1866), "Ansprechpartner")
    sheet.line(900, 2060, 1540, 2060, 1.8)
    sheet.text(900, 2088, "Unterschrift des Bestellers", 20)
    sheet.spot("unterschrift", "signature", "sign", (900, 1910, 1540, 2056), "Unterschrift")
    sheet.text(120, 2000, "Es gelten unsere Liefer- und", 20)
    sheet.text(120, 2028, "Zahlungsbedingungen in der bei Bestellung", 20)
    sheet.text(120, 2056, "gültigen Fassung. Irrtum vorbehalten.", 20)
    sheet.line(120, 2200, 1540, 2200, 1)
    sheet.text(120, 2236, "Bankverbindung auf Anfrage · Amtsgericht Kempten HRB 0000 · Geschäftsführer M. Lindauer", 19)


def auftrag() -> Sheet:
    return Sheet(width=1654, height=2339, family="narrow", colour=(18, 44, 92))


def inside(sheet: Sheet, name: str, type: str, kind: str, box: Area, label: str, **more: Any) -> None:
    """A rounded box with its small label printed inside at the top; people write below it."""
    sheet.frame(box, 1.8, radius=8)
    sheet.text(box[0] + 10, box[1] + 20, label, 16)
    sheet.spot(name, type, kind, (box[0], box[1] + 24, box[2], box[3]), label, **more)


def draw_auftrag(sheet: Sheet) -> None:
    """Rounded boxes with labels inside, in blue print; work done as a table of tinted rows."""
    sheet.frame((70, 70, 1584, 180), 0, fill=(18, 44, 92), radius=10)
    sheet.text(100, 144, "WARTUNGSAUFTRAG", 54, True, fill=(255, 255, 255))
    sheet.text(1560, 138, "Aufzüge Brandt · Kundendienst", 28, fill=(255, 255, 255), anchor="rs")
    inside(
        sheet,
        "auftrag",
        "code",
        "code",
        (70, 210, 470, 300),
        "Auftragsnummer",
        shape="W######",
        pattern=r"W\d{6}",
        required=True,
    )
    inside(sheet, "eingang", "date", "date", (490, 210, 780, 300), "Eingang am")
    inside(sheet, "techniker", "name", "person", (800, 210, 1584, 300), "Technikerin / Techniker")
    inside(sheet, "betreiber", "name", "company", (70, 320, 940, 410), "Betreiber der Anlage", required=True)
    inside(sheet, "anlage", "code", "code", (960, 320, 1584, 410), "Anlagennummer", shape="@@-##-####")
    inside(sheet, "standort", "address", "address", (70, 430, 1584, 520), "Standort (Straße, PLZ, Ort)")
    inside(sheet, "telefon", "phone", "phone", (70, 540, 560, 630), "Telefon vor Ort")
    inside(sheet, "mail", "email", "email", (580, 540, 1184, 630), "E-Mail")
    inside(sheet, "baujahr", "integer", "year", (1204, 540, 1584, 630), "Baujahr")
    columns = (
        Column(name="teil", type="code", kind="code", width=230, label="Teil", shape="T-###", pattern=r"T-\d{3}"),
        Column(name="arbeit", type="text", kind="work", width=764, label="Ausgeführte Arbeit"),
        Column(name="stunden", type="decimal", kind="hours", width=220, label="Stunden"),
        Column(name="kosten", type="amount", kind="amount", width=300, label="Kosten €"),
    )
    table = Table(name="arbeiten", area=(70, 720, 1584, 1296), rows=8, columns=columns)
    for row in range(0, 8, 2):
        sheet.frame((70, 720 + row * 72, 1584, 792 + row * 72), 0, fill=(228, 235, 247))
    for each, (left, _) in zip(table.columns, table.spans(), strict=True):
        sheet.text(left + 10, 706, each.label, 24, True)
    sheet.line(70, 716, 1584, 716, 3)
    sheet.line(70, 1298, 1584, 1298, 3)
    sheet.table(table)
    _auftrag_foot(sheet)


def _auftrag_foot(sheet: Sheet) -> None:
    inside(sheet, "fahrt", "amount", "fee", (984, 1320, 1274, 1410), "Fahrtkosten €")
    inside(sheet, "summe", "amount", "amount", (1294, 1320, 1584, 1410), "Summe €")
    labels = (
        ("geprueft", "Anlage geprüft und in Betrieb"),
        ("gesperrt", "Anlage gesperrt"),
        ("folge", "Folgetermin nötig"),
    )
    for number, (name, label) in enumerate(labels):
        y = 1330 + number * 58
        sheet.frame((80, y, 116, y + 36), 2.2, radius=18)
        sheet.text(134, y + 28, label, 25)
        sheet.spot(name, "checkbox", "tick", (75, y - 5, 121, y + 41), label)
    inside(sheet, "hinweis", "text", "note", (70, 1530, 1584, 1620), "Hinweise für den Betreiber")
    inside(sheet, "naechste", "date", "date", (70, 1640, 420, 1730), "Nächste Prüfung")
    inside(sheet, "zaehler", "integer", "number", (440, 1640, 780, 1730), "Zählerstand")
    inside(sheet, "schluessel", "code", "code", (800, 1640, 1140, 1730), "Schlüssel-Nr.", shape="###.@")
    inside(sheet, "abgenommen", "name", "person", (1160, 1640, 1584, 1730), "Abgenommen durch")
    inside(sheet, "unterschrift", "signature", "sign", (800, 1760, 1584, 1930), "Unterschrift Betreiber")
    sheet.text(70, 1790, "Die Anlage wurde nach den Regeln der Technik gewartet. Mängel sind dem", 22)
    sheet.text(70, 1820, "Betreiber sofort zu melden. Ersatzteile gehen mit dem Einbau in das", 22)
    sheet.text(70, 1850, "Eigentum des Betreibers über.", 22)
    sheet.text(
        827, 2240, "Blatt 1 weiß: Betreiber - Blatt 2 gelb: Kundendienst - Blatt 3 rosa: Abrechnung", 22, anchor="ms"
    )

"""Two French forms: ruled boxes with labels above, and dotted lines behind labels."""

from __future__ import annotations

from typing import Any

from tests.bench.world.definition import About
from tests.bench.world.sheet import Area, Column, Sheet, Table

FICHE = About(
    name="fiche-atelier",
    title="Fiche de commande d'atelier",
    language="fr",
    rules=("lignes.montant == lignes.quantite * lignes.prix", "total == sum(lignes.montant)"),
)
COUPON = About(name="bulletin-jardin", title="Bulletin de commande", language="fr")


def boxed(sheet: Sheet, name: str, type: str, kind: str, box: Area, label: str, **more: Any) -> None:
    """A ruled box with its label above it."""
    sheet.text(box[0] + 2, box[1] - 8, label, 20)
    sheet.frame(box, 2)
    sheet.spot(name, type, kind, box, label, **more)


def fiche() -> Sheet:
    return Sheet(width=1654, height=2339, family="sans")


def draw_fiche(sheet: Sheet) -> None:
    """Ruled boxes, a table with rows, sums at the right."""
    sheet.frame((80, 80, 620, 190), 0, fill=(214, 222, 232))
    sheet.text(100, 150, "OUTILLAGE MERLIN", 46, True)
    sheet.text(660, 120, "12, quai des Tanneurs, 44000 Nantes", 22)
    sheet.text(660, 152, "Tél. 02 40 00 17 33 - commandes par courrier ou au comptoir", 22)
    sheet.text(80, 258, "FICHE DE COMMANDE", 40, True)
    boxed(
        sheet,
        "numero",
        "code",
        "code",
        (1010, 220, 1330, 284),
        "N° de fiche",
        shape="FA-####",
        pattern=r"FA-\d{4}",
        required=True,
    )
    boxed(sheet, "date", "date", "date", (1350, 220, 1574, 284), "Date")
    boxed(sheet, "client", "name", "company", (80, 350, 820, 416), "Client (raison sociale)", required=True)
    boxed(sheet, "contact", "name", "person", (850, 350, 1574, 416), "À l'attention de")
    boxed(sheet, "rue", "text", "street", (80, 470, 1000, 536), "Rue et numéro")
    boxed(sheet, "code_postal", "code", "postcode", (1030, 470, 1200, 536), "Code postal", pattern=r"\d{5}")
    boxed(sheet, "ville", "text", "town", (1220, 470, 1574, 536), "Ville")
    boxed(sheet, "telephone", "phone", "phone", (80, 590, 440, 656), "Téléphone")
    boxed(sheet, "compte", "code", "code", (470, 590, 820, 656), "Compte client", shape="@@####")
    boxed(sheet, "chantier", "text", "place", (850, 590, 1574, 656), "Chantier ou service")
    columns = (
        Column(
            name="reference",
            type="code",
            kind="code",
            width=240,
            label="Référence",
            shape="@##-###",
            pattern=r"[A-Z]\d{2}-\d{3}",
        ),
        Column(name="designation", type="text", kind="product", width=650, label="Désignation"),
        Column(name="quantite", type="integer", kind="quantity", width=140, label="Qté"),
        Column(name="prix", type="amount", kind="price", width=220, label="Prix unit. HT"),
        Column(name="montant", type="amount", kind="row amount", width=244, label="Montant HT"),
    )
    _grid(sheet, Table(name="lignes", area=(80, 780, 1574, 1448), rows=9, columns=columns))
    for number, (name, kind, label) in enumerate(
        (("total", "sum", "Total HT"), ("tva", "tax", "TVA 20 %"), ("net", "gross", "Net à payer"))
    ):
        y = 1474 + number * 78
        sheet.text(1100, y + 42, label, 25, number == 2)
        sheet.frame((1330, y, 1574, y + 66), 2)
        sheet.spot(name, "amount", kind, (1330, y, 1574, y + 66), label)
    _fiche_foot(sheet)


def _fiche_foot(sheet: Sheet) -> None:
    for number, (name, label) in enumerate(
        (("comptoir", "Retrait au comptoir"), ("livraison", "Livraison sur chantier"), ("urgent", "Commande urgente"))
    ):
        y = 1490 + number * 66
        sheet.frame((90, y, 130, y + 40), 2.5)
        sheet.text(150, y + 30, label, 25)
        sheet.spot(name, "checkbox", "tick", (86, y - 4, 134, y + 44), label)
    boxed(sheet, "remarque", "text", "note", (80, 1770, 1000, 1836), "Remarques")
    boxed(sheet, "delai", "date", "date", (1030, 1770, 1330, 1836), "Livrer avant le")
    boxed(sheet, "colis", "integer", "quantity", (1360, 1770, 1574, 1836), "Nombre de colis")
    boxed(sheet, "signature", "signature", "sign", (1000, 1900, 1574, 2080), "Signature et cachet")
    sheet.text(80, 1940, "Les prix s'entendent hors taxes, départ entrepôt. Toute réclamation", 20)
    sheet.text(80, 1968, "doit nous parvenir sous huit jours. Paiement à trente jours fin de mois.", 20)
    sheet.text(80, 1996, "Outillage Merlin, SARL au capital de 40 000 euros, RCS Nantes.", 20)
    sheet.line(80, 2200, 1574, 2200, 1)
    sheet.text(827, 2240, "Exemplaire à renvoyer - imprimé F 27 - ne rien écrire sous ce trait", 19, anchor="ms")


def _grid(sheet: Sheet, table: Table) -> None:
    """A table between lines, its head shaded."""
    x0, y0, x1, y1 = table.area
    sheet.frame((x0, y0 - 56, x1, y0), 2, fill=(226, 226, 226))
    for each, (left, _) in zip(table.columns, table.spans(), strict=True):
        sheet.text(left + 12, y0 - 19, each.label, 22, True)
        sheet.line(left, y0 - 56, left, y1, 2)
    sheet.line(x1, y0 - 56, x1, y1, 2)
    for row in range(table.rows + 1):
        y = y0 + row * (y1 - y0) / table.rows
        sheet.line(x0, y, x1, y, 2)
    sheet.table(table)


def coupon() -> Sheet:
    return Sheet(width=1654, height=2339, family="garamond", colour=(26, 62, 40))


def dotted(sheet: Sheet, name: str, type: str, kind: str, at: Area, label: str, **more: Any) -> None:
    """A label and a dotted line after it: x, the line's y, where it ends, its height."""
    x, y, end, height = at
    start = sheet.text(x, y, label, 27) + 12
    sheet.dots(start, y + 2, end)
    sheet.spot(name, type, kind, (round(start), y - height + 8, end, y + 8), label.rstrip(" :"), **more)


def draw_coupon(sheet: Sheet) -> None:
    """Dotted lines behind labels, in green print; articles as lines with a box to tick."""
    sheet.frame((60, 60, 1594, 2279), 3, radius=26)
    sheet.text(827, 170, "Les Jardins de la Vilaine", 66, True, anchor="ms")
    sheet.text(827, 226, "graines, bulbes et jeunes plants - catalogue de printemps", 30, anchor="ms")
    sheet.line(240, 262, 1414, 262, 2)
    sheet.text(120, 330, "Bulletin de commande à retourner avant la fin du mois", 34, True)
    dotted(sheet, "nom", "name", "surname", (120, 420, 800, 62), "Nom :", required=True)
    dotted(sheet, "prenom", "name", "forename", (830, 420, 1530, 62), "Prénom :")
    dotted(sheet, "adresse", "address", "address", (120, 510, 1530, 62), "Adresse complète :")
    dotted(sheet, "telephone", "phone", "phone", (120, 600, 720, 62), "Téléphone :")
    dotted(sheet, "courriel", "email", "email", (750, 600, 1530, 62), "Courriel :")
    dotted(sheet, "client", "code", "code", (120, 690, 720, 62), "N° de client :", shape="######")
    dotted(sheet, "date", "date", "date", (750, 690, 1240, 62), "Date :")
    sheet.text(120, 790, "Je commande", 36, True)
    for number in range(8):
        _article(sheet, number + 1, 870 + number * 88)
    dotted(sheet, "total", "amount", "sum", (880, 1620, 1450, 62), "Total de la commande :")
    sheet.text(1462, 1620, "euros", 27)
    dotted(sheet, "port", "amount", "fee", (880, 1708, 1450, 62), "Frais de port :")
    sheet.text(1462, 1708, "euros", 27)
    for number, (name, label) in enumerate(
        (("cheque", "chèque joint"), ("virement", "virement"), ("especes", "espèces"))
    ):
        x = 140 + number * 240
        sheet.frame((x, 1590, x + 36, 1626), 2, radius=4)
        sheet.text(x + 48, 1618, label, 26)
        sheet.spot(name, "checkbox", "tick", (x - 4, 1586, x + 40, 1630), label)
    dotted(sheet, "message", "text", "note", (120, 1810, 1530, 62), "Un mot pour nous :")
    sheet.text(120, 1900, "Signature :", 27)
    sheet.frame((280, 1860, 880, 2030), 1.5, radius=10)
    sheet.spot("signature", "signature", "sign", (280, 1860, 880, 2030), "Signature")
    sheet.text(930, 1900, "Les plants voyagent aux risques de l'acheteur.", 24)
    sheet.text(930, 1934, "Les espèces épuisées sont remboursées par avoir.", 24)
    sheet.text(827, 2180, "Les Jardins de la Vilaine, route de l'Écluse, 35480 Guipry-Messac", 26, anchor="ms")


def _article(sheet: Sheet, number: int, y: int) -> None:
    sheet.text(120, y, f"{number}.", 27, True)
    sheet.dots(170, y + 2, 980)
    sheet.spot(f"article_{number}", "text", "product", (170, y - 54, 980, y + 8), f"Article {number}")
    sheet.text(1000, y, "nombre", 24)
    sheet.dots(1086, y + 2, 1200)
    sheet.spot(f"nombre_{number}", "integer", "quantity", (1086, y - 54, 1200, y + 8), f"Nombre {number}")
    sheet.text(1220, y, "réf.", 24)
    sheet.dots(1272, y + 2, 1530)
    sheet.spot(f"ref_{number}", "code", "code", (1272, y - 54, 1530, y + 8), f"Réf. {number}", shape="####@")

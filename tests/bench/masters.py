"""Writes the master data beside the shipped order forms, customers and products: `python -m tests.bench.masters`."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable
from decimal import Decimal

from faker import Faker

from transcribe.forms.definition import SHIPPED

CUSTOMERS = 60

GOODS_FR = {
    "PA": ["Papier A4 ramette", "Papier recyclé A3", "Papier calque A4", "Bloc-notes quadrillé", "Cahier 96 pages"],
    "EC": ["Stylo bille bleu", "Crayon graphite HB", "Feutre à tableau", "Surligneur jaune", "Gomme blanche"],
    "CL": ["Classeur à levier", "Chemise à élastique", "Boîte d'archivage", "Intercalaires 12 touches", "Pochettes A4"],
    "EN": [
        "Enveloppes C5",
        "Enveloppes à fenêtre",
        "Pochettes à bulles",
        "Étiquettes adhésives",
        "Carton d'expédition",
    ],
    "BU": ["Agrafeuse métal", "Perforatrice 2 trous", "Ciseaux 17 cm", "Ruban adhésif", "Colle en bâton"],
    "TE": ["Tampon dateur", "Encre à tampon", "Règle 30 cm", "Taille-crayon double", "Trombones 32 mm"],
    "MO": ["Lampe de bureau", "Corbeille à papier", "Support écran", "Tapis de souris", "Horloge murale"],
    "IM": ["Cartouche encre noire", "Toner laser noir", "Papier photo brillant", "Clé USB 32 Go", "Câble réseau 5 m"],
}
GOODS_EN = {
    "KB": ["Claw hammer 16 oz", "Wooden mallet", "Pry bar 450 mm", "Bolster chisel", "Ball pein hammer"],
    "SC": ["Wood screws 4 x 40", "Coach bolts M8", "Hex nuts M10", "Wall plugs brown", "Washers M6"],
    "SW": ["Tenon saw 250 mm", "Hacksaw blades", "Jigsaw blade set", "Mitre box", "Coping saw"],
    "PT": ["Paint brush 50 mm", "Roller refill 9 in", "Masking tape 25 mm", "Filling knife", "Sanding sheets 120"],
    "DR": ["Masonry bit 8 mm", "Twist drill set", "Countersink bit", "Hole saw 32 mm", "Drill chuck key"],
    "MS": ["Tape measure 5 m", "Spirit level 600 mm", "Combination square", "Chalk line reel", "Feeler gauge"],
    "EL": ["Junction box", "Cable clips 6 mm", "Insulating tape", "Fuse 13 A", "Extension lead 5 m"],
    "SF": ["Safety goggles", "Rigger gloves L", "Dust masks FFP2", "Ear defenders", "Knee pads"],
}


def main() -> None:
    """Write the four CSV files beside the definitions."""
    _write("customers-fr", "customer_no name address postcode city phone email", _customers("fr_FR", "C{:05d}"))
    _write("customers-en", "account name address postcode town phone email", _customers("en_GB", "A-{:04d}"))
    _write("products-fr", "reference designation unit_price", _products(GOODS_FR, "{group}-{number:04d}"))
    _write("products-en", "code description unit_price", _products(GOODS_EN, "{number:03d}-{group}{digit}"))


def _customers(locale: str, numbers: str) -> Iterable[list[str]]:
    fake = Faker(locale)
    fake.seed_instance(locale)
    chance = random.Random(locale)
    for number in sorted(chance.sample(range(1000, 9999), CUSTOMERS)):
        name = fake.company() if chance.random() < 0.6 else fake.name()
        code = numbers.format(number if locale == "en_GB" else number * 10 + chance.randrange(10))
        phone = fake.numerify(f"0{chance.randint(1, 5)} ## ## ## ##" if locale == "fr_FR" else "01### ######")
        address = fake.street_address().replace("\n", ", ")
        desk = chance.choice(("contact", "info", "commandes" if locale == "fr_FR" else "office"))
        mail = f"{desk}@{fake.domain_word()}.example"
        yield [code, name, address, fake.postcode().replace(" ", "") if locale == "fr_FR" else fake.postcode(),
               fake.city(), phone, mail]  # fmt: skip


def _products(goods: dict[str, list[str]], pattern: str) -> Iterable[list[str]]:
    chance = random.Random(pattern)
    for group, names in goods.items():
        for name in names:
            code = pattern.format(group=group, number=chance.randrange(100, 999), digit=chance.randrange(1, 9))
            yield [code, name, str(Decimal(chance.randrange(60, 9000)) / 100)]


def _write(name: str, columns: str, rows: Iterable[list[str]]) -> None:
    with (SHIPPED / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([columns.split(), *rows])


if __name__ == "__main__":
    main()

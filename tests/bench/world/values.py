"""What somebody writes on a form: a value for each of its fields, about one in four left blank."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from faker import Faker

from tests.bench.world import words
from tests.bench.world.sheet import Sheet, Spot

BLANK_SHARE = 0.22
"""Of the fields outside tables. With the rows that nobody needs about one field in four is blank."""

MISSING_CELL_SHARE = 0.06
"""Of the cells of rows that are used."""

FAKER = {"fr": "fr_FR", "de": "de_DE", "es": "es_ES", "en": "en_GB"}
TAX = {"fr": 20, "de": 19, "es": 21, "en": 20}
CENT = Decimal("0.01")


class Author:
    """Somebody who fills in forms of one language: the same for the same chance."""

    def __init__(self, language: str, chance: random.Random) -> None:
        self.language = language
        self.chance = chance
        self.ordered: list[str] = []
        self.invented = _faker(language)
        self.invented.seed_instance(chance.getrandbits(32))

    def fills(self, sheet: Sheet) -> dict[str, str]:
        """The text of every field by key: "" where blank, "true" and "false" for marks."""
        found = {spot.key: self._alone(spot) for spot in sheet.spots if spot.row is None}
        total = Decimal(0)
        for table in sheet.tables:
            rows = [spot for spot in sheet.spots if spot.name.startswith(f"{table.name}.")]
            used = self.chance.randint(round(table.rows * 0.6), table.rows)
            for row in range(table.rows):
                cells = [spot for spot in rows if spot.row == row]
                if row < used:
                    total += self._row(cells, found)
                else:
                    found |= dict.fromkeys((spot.key for spot in cells), "")
        self._sums(sheet, total or self._price() * 7, found)
        return found

    def _alone(self, spot: Spot) -> str:
        if spot.type == "checkbox":
            return str(self.chance.random() < 0.4).lower()
        if spot.type == "signature":
            return str(self.chance.random() < 0.75).lower()
        blank = not spot.required and self.chance.random() < BLANK_SHARE
        return "" if blank else self.value(spot)

    def _row(self, cells: list[Spot], found: dict[str, str]) -> Decimal:
        """Writes one row of a table; its amount."""
        count, price = self.chance.choice((1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24, 36, 40, 50, 100)), self._price()
        known = {"quantity": str(count), "price": self._money(price), "row amount": self._money(price * count)}
        for spot in cells:
            missing = self.chance.random() < MISSING_CELL_SHARE
            found[spot.key] = "" if missing else known.get(spot.kind) or self.value(spot)
        return price * count

    def _sums(self, sheet: Sheet, total: Decimal, found: dict[str, str]) -> None:
        tax = (total * TAX[self.language] / 100).quantize(CENT, ROUND_HALF_UP)
        figures = {"sum": total, "tax": tax, "gross": total + tax}
        for spot in sheet.spots:
            if spot.row is None and spot.kind in figures and found[spot.key]:
                found[spot.key] = self._money(figures[spot.kind])

    def value(self, spot: Spot) -> str:
        """Something of the spot's kind."""
        made = getattr(self, f"_{spot.kind.replace(' ', '_')}", None)
        return str(made(spot) if made else self._text(spot.kind))

    def _text(self, kind: str) -> str:
        pool = {
            "product": words.PRODUCTS[self.language],
            "part": words.PARTS,
            "work": words.WORK,
            "note": words.NOTES[self.language],
            "place": words.PLACES[self.language],
            "unit": words.UNITS,
        }[kind]
        names = pool.split("|")
        unused = [name for name in names if name not in self.ordered] if kind in ("product", "part") else names
        self.ordered.append(self.chance.choice(unused))
        return self.ordered[-1]

    def _code(self, spot: Spot) -> str:
        figures, capitals = "0123456789", "ABCDEFGHJKLMNPRSTUVWXYZ"
        drawn = {"#": figures, "@": capitals}
        return "".join(self.chance.choice(drawn.get(letter, letter)) for letter in spot.shape)

    def _date(self, spot: Spot) -> str:
        day = date(2025, 1, 2) + timedelta(self.chance.randrange(700))
        separator = "." if self.language == "de" else "/"
        return separator.join((f"{day.day:02}", f"{day.month:02}", str(day.year)))

    def _company(self, _: Spot) -> str:
        return self.chance.choice(words.COMPANIES[self.language].split("|")).format(self.invented.last_name())

    def _person(self, _: Spot) -> str:
        return f"{self.invented.first_name()} {self.invented.last_name()}"

    def _surname(self, _: Spot) -> str:
        return str(self.invented.last_name())

    def _forename(self, _: Spot) -> str:
        return str(self.invented.first_name())

    def _street(self, _: Spot) -> str:
        return " ".join(self.invented.street_address().split("\n")[0].split())[:34].rstrip(" ,")

    def _town(self, _: Spot) -> str:
        for _try in range(20):
            town = str(self.invented.city())
            if len(town) <= 14:
                return town
        return town[:14]

    def _postcode(self, _: Spot) -> str:
        return str(self.invented.postcode())

    def _address(self, spot: Spot) -> str:
        return f"{self._street(spot)}, {self._postcode(spot)} {self._town(spot)}"

    def _phone(self, _: Spot) -> str:
        lead = {"fr": "0# ## ## ## ##", "de": "0#### ######", "es": "9## ### ###", "en": "01### ### ###"}[self.language]
        return "".join(self.chance.choice("23456789") if letter == "#" else letter for letter in lead)

    def _email(self, _: Spot) -> str:
        return f"{self.invented.user_name()}@{self.chance.choice(('example.org', 'example.com', 'mail.example'))}"

    def _quantity(self, _: Spot) -> str:
        return str(self.chance.randint(1, 60))

    def _number(self, _: Spot) -> str:
        return str(self.chance.randint(1000, 9999))

    def _year(self, _: Spot) -> str:
        return str(self.chance.randint(1968, 2024))

    def _amount(self, _: Spot) -> str:
        return self._money(self._price() * self.chance.randint(1, 9))

    _sum = _tax = _gross = _price_of = _row_amount = _amount

    def _fee(self, _: Spot) -> str:
        return self._money(Decimal(self.chance.randint(400, 4900)) / 100)

    def _hours(self, _: Spot) -> str:
        return self.chance.choice("0,5 1,0 1,25 1,5 2,0 2,75 3,5 4,0 6,25".split())

    def _weight(self, _: Spot) -> str:
        return f"{self.chance.randint(8, 390)},{self.chance.randint(0, 9)}"

    def _price(self) -> Decimal:
        return Decimal(self.chance.choice((*range(45, 999, 5), *range(1000, 9000, 25), *range(9000, 40000, 100)))) / 100

    def _money(self, amount: Decimal) -> str:
        """As people of the language write it: 1 234,50; 1.234,50; 1,234.50."""
        thousands, point = {"fr": (" ", ","), "de": (".", ","), "es": (".", ","), "en": (",", ".")}[self.language]
        return f"{amount.quantize(CENT):,.2f}".replace(",", "T").replace(".", point).replace("T", thousands)


@lru_cache(maxsize=8)
def _faker(language: str) -> Faker:
    return Faker(FAKER[language])

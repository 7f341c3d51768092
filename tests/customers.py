"""What customers write on the two order forms: plausible, consistent, at times with a wrong sum of their own."""

from __future__ import annotations

import csv
import random
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from faker import Faker

from transcribe.forms.definition import SHIPPED
from transcribe.model import Form

LEFT_EMPTY = 0.25
"""How often a field that is not required stays empty."""
WRONG_SUM = 0.05
"""How many customers get a sum of their own wrong."""
KNOWN_CUSTOMER = 0.7
UNKNOWN_PRODUCT = 0.1

COMMENTS = {
    "fr": ("Livrer avant midi", "Sonner à l'accueil", "Merci de joindre la facture", "Déposer au quai n° 2", "Urgent"),
    "en": ("Leave with reception", "Please ring first", "Deliver before noon", "Use the rear entrance", "Urgent"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is written: text by field ("lines.quantity[0]"), marks "true" or "false", "" for empty.

    `payment` is what stands in payment fields, kept apart because nobody may read it. `wrong` are the fields whose sum
    the customer got wrong.
    """

    fields: dict[str, str]
    payment: dict[str, str]
    wrong: tuple[str, ...]


def order(form: Form, chance: random.Random) -> Order:
    """One order on a form; the same for the same state of `chance`."""
    made = _Writer(form, chance)
    made.write()
    return Order(fields=made.all_fields(), payment=made.payment, wrong=tuple(made.wrong))


def in_capitals(text: str) -> str:
    """As people write in block capitals: without accents."""
    plain = unicodedata.normalize("NFD", text.replace("œ", "oe").replace("Œ", "OE").replace("°", "o"))
    return "".join(each for each in plain if not unicodedata.combining(each)).upper()


class _Writer:
    """One customer at work on one form."""

    def __init__(self, form: Form, chance: random.Random) -> None:
        self.form, self.chance, self.french = form, chance, form.name == "bon-de-commande"
        self.fake = Faker(form.locale)
        self.fake.seed_instance(chance.getrandbits(32))
        self.fields: dict[str, str] = {}
        self.payment: dict[str, str] = {}
        self.wrong: list[str] = []
        self.number: Callable[[Decimal], str] = chance.choice(FRENCH_AMOUNTS if self.french else ENGLISH_AMOUNTS)

    def write(self) -> None:
        self._header()
        goods = self._lines()
        self._totals(goods)
        self._marks()

    def all_fields(self) -> dict[str, str]:
        """Every field of the form in its order, those that were left empty as ""."""
        keys = [str(key) for key in tuple(self.form.keys()) if self.form.field(key.name).personal != "payment"]
        marks = {field.name for field in self.form.fields if field.type in ("checkbox", "signature")}
        return {key: self.fields.get(key, "false" if key in marks else "") for key in keys}

    def _header(self) -> None:
        chance = self.chance
        ordered = date(2025, 1, 2) + timedelta(days=chance.randrange(700))
        write = chance.choices((_slashes, _short_year, _dots), (8, 1, 1))[0]
        customer = self._customer()
        if self.french:
            self.fields["order_number"] = f"BC-{ordered.year}-{chance.randrange(10000):04d}"
        else:
            letters = "".join(chance.choices("ABCDEFGHJKLMNPRSTUVWXY", k=2))
            self.fields["order_number"] = f"{letters}{chance.randrange(1_000_000):06d}"
        self.fields["order_date"] = write(ordered)
        self._perhaps("delivery_date", write(ordered + timedelta(days=chance.randint(3, 40))))
        account = "customer_no" if self.french else "account"
        self.fields["customer_name"] = customer.pop("name")
        self._perhaps(account, customer.pop(account))
        for name, text in customer.items():
            self._perhaps(name, text)
        self._perhaps("comment", chance.choice(COMMENTS["fr" if self.french else "en"]), 0.65)

    def _customer(self) -> dict[str, str]:
        if self.chance.random() < KNOWN_CUSTOMER:
            return dict(self.chance.choice(_rows("customers-fr" if self.french else "customers-en")))
        fake = self.fake
        place = {"address": fake.street_address().replace("\n", ", "), "phone": "", "email": fake.ascii_safe_email()}
        if self.french:
            place |= {"postcode": fake.postcode().replace(" ", ""), "city": fake.city()}
            place["phone"] = fake.numerify(
                self.chance.choice(("06 %# ## ## ##", "+33 4 %# ## ## ##", "04.%#.##.##.##"))
            )
            return {"name": fake.name(), "customer_no": fake.numerify("C#####")} | place
        place |= {"town": fake.city(), "postcode": fake.postcode(), "phone": fake.numerify("01%## %#####")}
        return {"name": fake.name(), "account": fake.numerify("A-####")} | place

    def _lines(self) -> Decimal:
        """Fill the table from the top; gives the true sum of the lines."""
        chance, table = self.chance, self.form.tables[0]
        names = [column.field.name for column in table.columns]
        products = _rows("products-fr" if self.french else "products-en")
        total = Decimal(0)
        for row in range(chance.choices(range(1, table.rows + 1), [3, 5, 5, 4, 3, 2, 2, 1, 1, 1][: table.rows])[0]):
            code, description, price = chance.choice(products).values()
            if chance.random() < UNKNOWN_PRODUCT:
                price = str(Decimal(chance.randrange(100, 150_000)) / 100)
            quantity = chance.choices(
                (chance.randint(1, 9), chance.randint(10, 99), chance.randint(100, 450)), (6, 3, 1)
            )[0]
            amount = quantity * Decimal(price)
            total += amount
            written = self._summed(f"{names[4]}[{row}]", amount)
            texts = (code, description, str(quantity), self.number(Decimal(price)), self.number(written))
            self.fields |= {f"{name}[{row}]": text for name, text in zip(names, texts, strict=True)}
        return total

    def _totals(self, goods: Decimal) -> None:
        delivery = Decimal(0)
        self._perhaps("subtotal" if self.french else "goods_total", self.number(self._summed("goods", goods)), 0.1)
        if not self.french and self.chance.random() < 0.6:
            delivery = self.chance.choice((Decimal("4.95"), Decimal("7.50"), Decimal("12.00")))
            self.fields["delivery"] = self.number(delivery)
        tax = ((goods + delivery) / 5).quantize(Decimal("0.01"), ROUND_HALF_UP)
        self._perhaps("vat", self.number(self._summed("vat", tax)), 0.1)
        self.fields["total"] = self.number(self._summed("total", goods + delivery + tax))

    def _summed(self, name: str, amount: Decimal) -> Decimal:
        """The sum as this customer makes it."""
        if self.chance.random() >= WRONG_SUM / 4 or self.wrong:
            return amount
        self.wrong.append({"goods": "subtotal" if self.french else "goods_total"}.get(name, name))
        return amount + self.chance.choice((Decimal(1), Decimal(10), Decimal("0.10"), Decimal(-1)))

    def _marks(self) -> None:
        ways = [field.name for field in self.form.fields if field.name.startswith(("payment_", "pay_"))]
        way = self.chance.choice([*ways, *ways, ""])
        if way:
            self.fields[way] = "true"
        if way.endswith("card"):
            digits = self.fake.credit_card_number("visa")
            self.payment["card_number"] = " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
        if self.chance.random() < 0.25:
            self.fields["express" if self.french else "catalogue"] = "true"
        if self.chance.random() < 0.85:
            self.fields["signature"] = "true"

    def _perhaps(self, name: str, text: str, empty: float = LEFT_EMPTY) -> None:
        if self.chance.random() >= empty:
            self.fields[name] = text


def _rows(name: str) -> list[Mapping[str, str]]:
    with (SHIPPED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _slashes(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _short_year(day: date) -> str:
    return f"{day:%d/%m/%y}"


def _dots(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _spaced(amount: Decimal) -> str:
    return f"{amount:,.2f}".replace(",", " ").replace(".", ",")


def _comma(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")


def _thousands(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _point(amount: Decimal) -> str:
    return f"{amount:.2f}"


FRENCH_AMOUNTS = (_spaced, _spaced, _comma)
ENGLISH_AMOUNTS = (_thousands, _thousands, _point)

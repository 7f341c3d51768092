"""What is written on a page of each form, by field: sums hold, check digits are right, some fields are blank."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

CENT = Decimal("0.01")
CHECK_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
"""Of Spanish tax numbers, by the rest of a division by 23."""

BLANK_SHARE = 0.15
"""So many of the fields that may be blank are. Chosen by hand."""

DAYS = {
    "fr": ("%d/%m/%Y", "%d/%m/%y", "%-d {month} %Y", "%d.%m.%Y"),
    "de": ("%d.%m.%Y", "%d.%m.%y", "%-d.%-m.%Y", "%d.%m.%Y"),
    "es": ("%d%m%Y",) * 4,
    "gb": ("%d/%m/%Y", "%d/%m/%y", "%-d {month} %Y", "%d.%m.%Y"),
    "us": ("%Y%m%d",) * 4,
}
"""How days are written by country, in four styles of which the second has two digits of the year."""

MONEY = {"fr": (" ", ","), "de": (".", ","), "es": ("", ","), "gb": (",", ".")}
"""What stands between thousands, and before cents."""


@cache
def words() -> Mapping[str, Any]:
    """Names, streets, towns, firms and jobs that faker 40 made, by country; the rest chosen by hand."""
    found: Mapping[str, Any] = json.loads((Path(__file__).parent / "words.json").read_text(encoding="utf-8"))
    return found


@cache
def pages() -> Mapping[str, Any]:
    """What is written on each form, as `pages.toml` says it."""
    return tomllib.loads((Path(__file__).parent / "pages.toml").read_text(encoding="utf-8"))


class Author:
    """Who fills in one page: one country, one way to write days and amounts."""

    def __init__(self, country: str, chance: Random) -> None:
        self.chance, self.words = chance, words()[country]
        self.country, self.style = country, chance.randrange(4)

    def said(self, template: str) -> str:
        """A text of this shape: words of lists for {list}, numbers for {1-140}, digits for # and letters for @."""
        return re.sub(r"#|@|\{(\d+)-(\d+)\}|\{(\w+)\}", self._drawn, template)

    def _drawn(self, found: re.Match[str]) -> str:
        low, high, listed = found.groups()
        if low:
            return str(self.chance.randint(int(low), int(high)))
        some: Sequence[str] = (
            self.words[listed] if listed else {"#": "0123456789", "@": "ABCDEFGHJKLMNPRSTUVWXYZ"}[found[0]]
        )
        return self.chance.choice(some)

    def day(self, first: int = 2024, last: int = 2026) -> date:
        """A day of these years."""
        start = date(first, 1, 1)
        return start + timedelta(self.chance.randrange((date(last, 12, 31) - start).days))

    def birthday(self) -> str:
        """A day on which a grown-up was born, with the whole year."""
        self.style += self.style == 1
        return self.said_day(self.day(1962, 2006))

    def said_day(self, day: date) -> str:
        """The day as this page writes days."""
        shape = DAYS[self.country][self.style]
        return day.strftime(shape).replace("{month}", self.words.get("months", [""] * 12)[day.month - 1])

    def money(self, amount: Decimal) -> str:
        """The amount as this page writes amounts."""
        group, point = MONEY[self.country]
        return f"{amount:,.2f}".translate({ord(","): "" if self.style % 2 else group, ord("."): point})

    def price(self, low: int, high: int) -> Decimal:
        """An amount between two whole ones, often a round one."""
        cents = self.chance.choice((0, 0, 50, 90, 95, self.chance.randrange(100)))
        return self.chance.randrange(low, high) + cents * CENT

    def email(self, name: str) -> str:
        """An address that is like the name."""
        plain = "".join(letter for letter in name.lower().replace(" ", ".") if letter.isascii() and letter != "'")
        host = self.chance.choice(("example.org", "mail.example", "post.example.net", "example.com"))
        return f"{plain[:18].strip('.')}@{host}"


def page(form: str, chance: Random) -> dict[str, str]:
    """What is written on a page of this form: "" is blank, "true" and "false" are said of marks."""
    about = pages()[form]
    author = Author(about["country"], chance)
    truth = {name: author.said(chance.choice(templates)) for name, templates in about["plain"].items()}
    for group in about["one_of"]:
        ticked = chance.choice(group)
        truth |= {name: str(name == ticked).lower() for name in group}
    blank = {name: "" for name in about["optional"] if chance.random() < BLANK_SHARE}
    return truth | RECKONED[form](author, truth) | blank


def with_luhn(number: str) -> str:
    """The number with its Luhn digit behind it."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(number)))
    return number + str(-sum(each // 10 + each % 10 for each in doubled) % 10)


def with_ean(number: str) -> str:
    """The twelve digits of a barcode with the thirteenth."""
    return number + str(-sum(int(digit) * (1 + 2 * (place % 2)) for place, digit in enumerate(number)) % 10)


def with_iso(number: str) -> str:
    """The eight digits of a German VAT number with their check digit (ISO 7064, MOD 11,10)."""
    rest = 10
    for digit in number:
        rest = ((int(digit) + rest) % 10 or 10) * 2 % 11
    return number + str((11 - rest) % 10)


def table(name: str, columns: str, count: int, rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """The cells of a table, those of the rows that are not filled blank."""
    names = columns.split()
    filled = [*rows, *[[""] * len(names)] * (count - len(rows))]
    cells = [zip(names, row, strict=True) for row in filled]
    return {f"{name}.{column}[{row}]": text for row, found in enumerate(cells) for column, text in found}


def course(author: Author, truth: Mapping[str, str]) -> dict[str, str]:
    """The French sheet with dotted lines."""
    chance, name, first = author.chance, author.said("{first} {last}"), author.day()
    born = author.birthday()
    rows, total = [], Decimal(0)
    for item in chance.sample(author.words["costs"], chance.randint(1, 4)):
        days, price = chance.randint(1, 12), author.price(15, 190)
        total += days * price
        rows.append((item, str(days), author.money(price), author.money(days * price)))
    deposit = author.price(20, 60) if chance.random() < 0.6 else Decimal(0)
    siret = with_luhn(with_luhn(author.said("########")) + author.said("####"))
    spaced = f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}"
    return {
        "participant": name,
        "born": born,
        "email": author.email(name),
        "siret": chance.choice((siret, spaced)) if truth["employer"] else "",
        "first_day": author.said_day(first),
        "last_day": author.said_day(first + timedelta(chance.randint(1, 11))),
        **table("costs", "item days price amount", 4, rows),
        "total": author.money(total),
        "deposit": author.money(deposit) if deposit else "",
        "rest": author.money(total - deposit),
        "signed_on": author.said_day(first - timedelta(chance.randint(20, 90))),
    }


def hours(author: Author, _: Mapping[str, str]) -> dict[str, str]:
    """The German sheet with tints."""
    chance, day, rows, net = author.chance, author.day(), [], Decimal(0)
    for number in range(chance.randint(2, 9)):
        time, rate = Decimal(chance.randint(2, 40)) / 4, author.price(28, 96)
        amount = (time * rate).quantize(CENT, ROUND_HALF_UP)
        net += amount
        on, said = author.said_day(day - timedelta(9 - number)), f"{time.normalize():f}".replace(".", ",")
        rows.append((on, author.said("{tasks}"), said, author.money(rate), author.money(amount)))
    material = author.price(10, 900) if chance.random() < 0.7 else Decimal(0)
    tax = ((net + material) * Decimal("0.19")).quantize(CENT, ROUND_HALF_UP)
    return {
        "day": author.said_day(day),
        "customer_no": with_luhn(author.said("######")),
        "vat_number": "DE" + with_iso(author.said("2#######")),
        **table("work", "day task hours rate amount", 9, rows),
        "net": author.money(net),
        "material": author.money(material) if material else "",
        "tax": author.money(tax),
        "total": author.money(net + material + tax),
    }


def supply(author: Author, truth: Mapping[str, str]) -> dict[str, str]:
    """The Spanish sheet with combs: capitals, days without dots."""
    number, fee, bond = int(author.said("########")), author.price(20, 300), author.price(10, 90)
    combs = {name: text.upper() for name, text in truth.items() if name in words()["combs"]}
    return combs | {
        "street": truth["street"].upper()[-words()["combs"]["street"] :],
        "nif": f"{number:08d}{CHECK_LETTERS[number % 23]}",
        "born": author.birthday(),
        "client": with_luhn(author.said("7########")),
        "start": author.said_day(author.day()),
        "fee": author.money(fee),
        "bond": author.money(bond),
        "total": author.money(fee + bond),
        "email": author.email(f"{truth['given']} {truth['surname']}"),
    }


def stock(author: Author, _: Mapping[str, str]) -> dict[str, str]:
    """The dense table in English."""
    chance, rows, total = author.chance, [], Decimal(0)
    for article in chance.sample(author.words["articles"], chance.randint(5, 16)):
        counted, price = chance.randint(0, 160), author.price(1, 45)
        total += counted * price
        barcode, place = with_ean(author.said("50##########")), chance.choice("ABCDEFGH") + author.said("##")
        booked = str(max(0, counted + chance.choice((0, 0, 0, 1, -2, 12))))
        barcode, place, booked = (text if chance.random() > BLANK_SHARE else "" for text in (barcode, place, booked))
        unit = chance.choice(("each", "each", "box", "kg", "roll", "pack"))
        money = author.money(price), author.money(counted * price)
        rows.append((author.said("@@####"), barcode, article, place, unit, booked, str(counted), *money))
    columns = "article barcode description bin unit booked counted price value"
    counted_on, said = author.said_day(author.day()), author.money(total)
    return {"counted_on": counted_on, "total": said, **table("items", columns, 16, rows)}


def discharge(author: Author, truth: Mapping[str, str]) -> dict[str, str]:
    """The public form of the United States."""
    chance, forces = author.chance, "army navy air_force coast_guard marine_corps space_force".split()
    force, grade = chance.choice(forces), chance.randint(1, 7)
    again, is_renamed = truth["again_yes"] == "true", chance.random() < 0.3
    highest = f"E-{grade + chance.randint(0, 2)}"
    return {
        **{f"branch_{name}": str(name == force).lower() for name in forces},
        **{f"grade_{name}": f"E-{grade}" if name == force else "" for name in forces},
        **{f"highest_{name}": highest if name == force else "" for name in forces},
        "current_last_name": author.said("{last}") if is_renamed else "",
        "current_first_name": truth["first_name"] if is_renamed else "",
        "email": author.email(f"{truth['first_name']} {truth['last_name']}"),
        "prior_case": author.said("AD20######") if again else "",
        "prior_day": author.said_day(author.day(2015, 2023)) if again else "",
    }


RECKONED: Mapping[str, Callable[[Author, Mapping[str, str]], dict[str, str]]] = {
    "fiche-stage": course,
    "stundennachweis": hours,
    "solicitud-alta": supply,
    "stock-count": stock,
    "dd-293": discharge,
}
"""What is written where one field decides another, by form."""

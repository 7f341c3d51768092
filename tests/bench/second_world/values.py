"""What is written on a page of each form, by field: sums hold, check digits are right, some fields are blank."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
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

MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "gb": "January February March April May June July August September October November December".split(),
}


@cache
def words() -> Mapping[str, Any]:
    """Names, streets, towns, firms and jobs that faker 40 made, by country; the rest chosen by hand."""
    found: Mapping[str, Any] = json.loads((Path(__file__).parent / "words.json").read_text(encoding="utf-8"))
    return found


class Author:
    """Who fills in one page: one country, one way to write days and amounts."""

    def __init__(self, country: str, chance: Random) -> None:
        self.chance, self.words = chance, words()[country]
        self.country, self.style = country, chance.randrange(4)

    def any(self, kind: str) -> str:
        """A word of the country's list."""
        return str(self.chance.choice(self.words[kind]))

    def name(self) -> str:
        """A person, the last name first where that is usual."""
        first, last = self.any("first"), self.any("last")
        return f"{last} {first}" if self.country == "fr" and self.style % 2 else f"{first} {last}"

    def day(self, first: int = 2024, last: int = 2026) -> date:
        """A day of these years."""
        start = date(first, 1, 1)
        return start + timedelta(self.chance.randrange((date(last, 12, 31) - start).days))

    def digits(self, shape: str) -> str:
        """The shape with a digit for each # and a capital letter for each @."""
        letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
        kinds = {"#": "0123456789", "@": letters}
        return "".join(self.chance.choice(kinds[each]) if each in kinds else each for each in shape)

    def birthday(self) -> str:
        """A day on which a grown-up was born, with the whole year."""
        self.style += self.style % 4 == 1
        return self.said_day(self.day(1962, 2006))

    def said_day(self, day: date) -> str:
        """The day as this page writes days."""
        if self.country == "us":
            return f"{day:%Y%m%d}"
        if self.country == "es":
            return f"{day:%d%m%Y}"
        if self.country == "de":
            return (f"{day:%d.%m.%Y}", f"{day:%d.%m.%y}", f"{day.day}.{day.month}.{day.year}", f"{day:%d.%m.%Y}")[
                self.style
            ]
        months = MONTHS[self.country]
        return (
            f"{day:%d/%m/%Y}",
            f"{day:%d/%m/%y}",
            f"{day.day} {months[day.month - 1]} {day.year}",
            f"{day:%d.%m.%Y}",
        )[self.style]

    def money(self, amount: Decimal) -> str:
        """The amount as this page writes amounts."""
        group, point = {"fr": (" ", ","), "de": (".", ","), "es": ("", ","), "gb": (",", ".")}[self.country]
        if self.style % 2:
            group = ""
        return f"{amount:,.2f}".replace(",", "~").replace(".", point).replace("~", group)

    def price(self, low: int, high: int) -> Decimal:
        """An amount between two whole ones, often a round one."""
        cents = self.chance.choice((0, 0, 50, 90, 95, self.chance.randrange(100)))
        return Decimal(self.chance.randrange(low, high)) + Decimal(cents) / 100

    def email(self, name: str) -> str:
        """An address that is like the name."""
        plain = "".join(letter for letter in name.lower().replace(" ", ".") if letter.isascii() and letter != "'")
        host = self.chance.choice(("example.org", "mail.example", "post.example.net", "example.com"))
        return f"{plain[:18].strip('.')}@{host}"

    def some(self, truth: dict[str, str], optional: Iterable[str]) -> dict[str, str]:
        """The truth with some of these fields left blank."""
        return truth | {name: "" for name in optional if self.chance.random() < BLANK_SHARE}

    def ticks(self, names: str, share: float = 0.4) -> dict[str, str]:
        """Boxes, ticked or not, each by itself."""
        return {name: str(self.chance.random() < share).lower() for name in names.split()}

    def one_tick(self, names: str) -> dict[str, str]:
        """Boxes of which one is ticked."""
        chosen = self.chance.choice(names.split())
        return {name: str(name == chosen).lower() for name in names.split()}


def page(form: str, chance: Random) -> dict[str, str]:
    """What is written on a page of this form: "" is blank, "true" and "false" are said of marks."""
    country, fill = PAGES[form]
    return fill(Author(country, chance))


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


def rows(table: str, found: list[dict[str, str]], columns: str, count: int) -> dict[str, str]:
    """The cells of a table, those of the rows that are not filled blank."""
    return {
        f"{table}.{column}[{row}]": found[row][column] if row < len(found) else ""
        for row in range(count)
        for column in columns.split()
    }


def course(author: Author) -> dict[str, str]:
    """The French sheet with dotted lines."""
    chance, name, first = author.chance, author.name(), author.day()
    found, total = [], Decimal(0)
    for item in chance.sample(author.words["costs"], chance.randint(1, 4)):
        days, price = chance.randint(1, 12), author.price(15, 190)
        total += days * price
        found.append(
            {"item": item, "days": str(days), "price": author.money(price), "amount": author.money(days * price)}
        )
    deposit = author.price(20, 60) if chance.random() < 0.6 else Decimal(0)
    firm = chance.random() < 0.5
    siret = with_luhn(with_luhn(author.digits("########")) + author.digits("####"))
    truth = {
        "participant": name,
        "born": author.birthday(),
        "profession": author.any("jobs"),
        "street": f"{chance.randint(1, 140)} {author.any('streets')}",
        "postcode": author.digits("#####"),
        "town": author.any("towns"),
        "phone": author.digits(chance.choice(("06 1# ## ## ##", "04.7#.##.##.##", "066#######"))),
        "email": author.email(name),
        "employer": author.any("firms") if firm else "",
        "siret": chance.choice((siret, f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}")) if firm else "",
        "course": author.digits("ST##-@###"),
        "first_day": author.said_day(first),
        "last_day": author.said_day(first + timedelta(chance.randint(1, 11))),
        **author.one_tick("beginner advanced"),
        **author.ticks("meals lodging"),
        **rows("costs", found, "item days price amount", 4),
        "total": author.money(total),
        "deposit": author.money(deposit) if deposit else "",
        "rest": author.money(total - deposit),
        "remarks": author.any("remarks") if chance.random() < 0.5 else "",
        "signed_on": author.said_day(first - timedelta(chance.randint(20, 90))),
        "signature": str(chance.random() < 0.85).lower(),
    }
    return author.some(truth, ("born", "profession", "phone", "email", "last_day", "signed_on"))


def hours(author: Author) -> dict[str, str]:
    """The German sheet with tints."""
    chance, day = author.chance, author.day()
    found, net = [], Decimal(0)
    for number in range(chance.randint(2, 9)):
        time, rate = Decimal(chance.randint(2, 40)) / 4, author.price(28, 96)
        amount = (time * rate).quantize(CENT, ROUND_HALF_UP)
        net += amount
        found.append(
            {
                "day": author.said_day(day - timedelta(9 - number)),
                "task": author.any("tasks"),
                "hours": f"{time.normalize():f}".replace(".", ","),
                "rate": author.money(rate),
                "amount": author.money(amount),
            }
        )
    material = author.price(10, 900) if chance.random() < 0.7 else Decimal(0)
    tax = ((net + material) * Decimal("0.19")).quantize(CENT, ROUND_HALF_UP)
    truth = {
        "number": author.digits("N######"),
        "day": author.said_day(day),
        "customer_no": with_luhn(author.digits("######")),
        "customer": author.any("firms") if chance.random() < 0.7 else author.name(),
        "vat_number": "DE" + with_iso(author.digits("2#######")),
        "street": f"{author.any('streets')} {chance.randint(1, 140)}",
        "postcode": author.digits("#####"),
        "town": author.any("towns"),
        "site": author.any("sites"),
        "phone": author.digits(chance.choice(("0171 #######", "0351/######", "+49 30 ########"))),
        **rows("work", found, "day task hours rate amount", 9),
        "net": author.money(net),
        "material": author.money(material) if material else "",
        "tax": author.money(tax),
        "total": author.money(net + material + tax),
        **author.ticks("night travel finished"),
        "worker": author.name(),
        "signature": str(chance.random() < 0.85).lower(),
    }
    return author.some(truth, ("customer_no", "vat_number", "site", "phone", "worker"))


def supply(author: Author) -> dict[str, str]:
    """The Spanish sheet with combs: capitals, days without dots."""
    chance, number = author.chance, int(author.digits("########"))
    given, surname = author.any("first"), f"{author.any('last')} {author.any('last')}"
    fee, bond = author.price(20, 300), author.price(10, 90)
    truth = {
        "surname": surname,
        "given": given,
        "nif": f"{number:08d}{CHECK_LETTERS[number % 23]}",
        "born": author.birthday(),
        "phone": author.digits(chance.choice(("61#######", "91#######"))),
        "client": with_luhn(author.digits("7########")),
        "street": f"{author.any('streets')} {chance.randint(1, 140)}"[-31:],
        "postcode": author.digits("#####"),
        "town": author.any("towns"),
        "cups": author.digits("ES################@@"),
        "meter": author.digits("@#######"),
        "reading": str(chance.randint(0, 99999)),
        "power": chance.choice(("3,3", "4,6", "5,75", "6,9", "9,2")),
        "people": str(chance.randint(1, 12)),
        "start": author.said_day(author.day()),
        **author.one_tick("tariff_day tariff_night tariff_flat"),
        **author.ticks("paperless owner"),
        "fee": author.money(fee),
        "bond": author.money(bond),
        "total": author.money(fee + bond),
        "remarks": author.any("remarks") if chance.random() < 0.6 else "",
        "hours": author.any("hours"),
        "place": author.any("towns"),
        "signature": str(chance.random() < 0.85).lower(),
    }
    truth = {name: said.upper() if name in words()["combs"] else said for name, said in truth.items()}
    optional = ("born", "phone", "client", "meter", "reading", "people", "start", "hours", "place")
    return author.some(truth | {"email": author.email(f"{given} {surname}")}, optional)


def stock(author: Author) -> dict[str, str]:
    """The dense table in English."""
    chance, found, total = author.chance, [], Decimal(0)
    for article in chance.sample(author.words["articles"], chance.randint(5, 16)):
        counted, price = chance.randint(0, 160), author.price(1, 45)
        total += counted * price
        row = {
            "article": author.digits("@@####"),
            "barcode": with_ean(author.digits("50##########")),
            "description": article,
            "bin": chance.choice("ABCDEFGH") + author.digits("##"),
            "unit": chance.choice(("each", "each", "box", "kg", "roll", "pack")),
            "booked": str(max(0, counted + chance.choice((0, 0, 0, 1, -2, 12)))),
            "counted": str(counted),
            "price": author.money(price),
            "value": author.money(counted * price),
        }
        found.append(author.some(row, ("barcode", "bin", "booked")))
    truth = {
        "sheet": author.digits("SC-#####"),
        "counted_on": author.said_day(author.day()),
        "counted_by": author.name(),
        "warehouse": author.any("towns"),
        **rows("items", found, "article barcode description bin unit booked counted price value", 16),
        **author.ticks("recount complete"),
        "signature": str(chance.random() < 0.85).lower(),
        "total": author.money(total),
    }
    return author.some(truth, ("counted_by", "warehouse"))


def discharge(author: Author) -> dict[str, str]:
    """The public form of the United States."""
    chance, first, last = author.chance, author.any("first"), author.any("last")
    forces = "army navy air_force coast_guard marine_corps space_force"
    force = chance.choice(forces.split())
    grade, again, renamed = chance.randint(1, 7), chance.random() < 0.4, chance.random() < 0.3
    truth = {f"branch_{name}": str(name == force).lower() for name in forces.split()}
    truth |= {f"grade_{name}": f"E-{grade}" if name == force else "" for name in forces.split()}
    truth |= {
        f"highest_{name}": f"E-{grade + chance.randint(0, 2)}" if name == force else "" for name in forces.split()
    }
    truth |= author.one_tick("component_regular component_reserve component_guard")
    kinds = "uncharacterized honorable bad_conduct general other_than_honorable"
    truth |= author.one_tick(" ".join(f"character_{kind}" for kind in kinds.split()))
    truth |= author.ticks("change_character change_separation_code change_reentry_code change_reason")
    truth |= author.one_tick("review_record review_hearing")
    truth |= {
        "last_name": last,
        "first_name": first,
        "current_last_name": author.any("last") if renamed else "",
        "current_first_name": first if renamed else "",
        "dod_id": author.digits("1#########"),
        "street": f"{chance.randint(10, 9900)} {author.any('streets')}",
        "city": f"{author.any('towns')}, {chance.choice(('TX', 'OH', 'VA', 'WA', 'NC', 'ME'))}",
        "zip": author.digits(chance.choice(("#####", "#####-####"))),
        "email": author.email(f"{first} {last}"),
        "phone": author.digits(chance.choice(("(206) 555-01##", "512-555-01##", "804 555 01##"))),
        "separation_code": author.digits("@@@"),
        "reentry_code": chance.choice(("1", "2", "3", "3B", "4", "1A")),
        "authority": author.digits("AR 635-###"),
        "reason": author.any("reasons"),
        "unit": author.any("units"),
        "again_yes": str(again).lower(),
        "again_no": str(not again).lower(),
        "prior_case": author.digits("AD20######") if again else "",
        "prior_day": author.said_day(author.day(2015, 2023)) if again else "",
    }
    return author.some(truth, ("dod_id", "phone", "reentry_code", "authority", "unit"))


PAGES: Mapping[str, tuple[str, Callable[[Author], dict[str, str]]]] = {
    "fiche-stage": ("fr", course),
    "stundennachweis": ("de", hours),
    "solicitud-alta": ("es", supply),
    "stock-count": ("gb", stock),
    "dd-293": ("us", discharge),
}
"""The country and the author of each form."""

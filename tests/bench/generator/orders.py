"""The orders themselves: what is written in each field, how it is damaged, and the master data that knows some."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.bench.generator.glyphs import LIKE

LOCALES = ("de", "us", "uk", "fr", "iso")
FIRST = (
    "Anna Jon John Jürgen Marie Zoë Luis José Karin Søren Åsa Paul Paula Peter Petra Hélène Helene Miguel Chloé Ian "
    "Iain Ute Udo Marc Mark Eric Erik Stefan Stephan Renée Renate Tom Thom Ola Olaf Lena Leena Nina"
).split()
LAST = (
    "Meier Meyer Maier Müller Muller Schmidt Schmitt Smith Smyth Hansen Hanssen García Garcia Dupont Dupond Lefèvre "
    "Lefevre Brown Browne Clark Clarke Jäger Yaeger Weiß Weiss Núñez Nunez Ólafsson Olsson Fischer Fisher Thompson "
    "Thomson Reed Reid Read Kowalski Kowalska Björk Bjork Allan Allen Stuart Stewart Nielsen Nielson"
).split()
STREETS = (
    "Hauptstraße,Bahnhofstraße,Lindenstraße,Church Road,Mill Lane,High Street,Rue de la Gare,Avenue Foch,Station Road,"
    "Goethestraße,Maple Street,Oak Avenue,Rue Victor Hugo,Schillerstraße,Elm Street,Park Lane"
).split(",")
TOWNS = (
    "Köln Zürich München Leeds Lyon Orléans Boston Dayton Bath Nîmes Bern Bonn Besançon Akron York Göttingen Malmö Wien"
).split()
QUANTITIES = (1, 1, 2, 3, 4, 5, 6, 8, 10, 12, 20, 24, 25, 50)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How many forms and how hard: `noise` multiplies damage and slips, the shares say how much master data knows.

    Another `print` is the form printed anew: engines take its characters for others than before, `print_noise` times as
    often. Another `crowd` is thirty other people, of whom nothing is known. `by_hand` is the share of forms written so,
    `locales` the countries they come from.
    """

    forms: int = 334
    people: int = 9
    noise: float = 1.0
    print: int = 0
    print_noise: float = 1.0
    crowd: int = 0
    by_hand: float = 0.5
    known_names: float = 0.75
    known_towns: float = 0.95
    broken_sums: float = 0.02
    locales: tuple[str, ...] = LOCALES


HARD = Shape(noise=2.5, known_names=0.3, known_towns=0.6, broken_sums=0.2)
"""The hard world: two and a half times the noise, weak master data, a fifth of the sums broken."""


@dataclass(slots=True)
class Item:
    """One field of one form: `written` is on the paper; `damage` gives for a position the glyph it looks like."""

    number: int
    form: int
    kind: str
    slot: str
    locale: str
    written: str
    by_hand: bool
    damage: dict[int, str] = field(default_factory=dict)
    serif: set[int] = field(default_factory=set)
    cropped: bool = False


@dataclass(frozen=True, slots=True)
class Master:
    """What is known before: articles, customers, towns."""

    articles: list[str]
    towns: list[str]
    customers: list[str]


def orders(shape: Shape, chance: random.Random) -> tuple[list[Item], Master]:
    """Every field of every form, form after form, and the master data."""
    master = _master(chance)
    items: list[Item] = []
    for form in range(shape.forms):
        locale = chance.choice(shape.locales)
        by_hand = chance.random() < shape.by_hand
        for kind, slot, written in _order(locale, master, shape, chance):
            items.append(_damaged(Item(len(items), form, kind, slot, locale, written, by_hand), shape.noise, chance))
    return items, master


def luhn_digit(digits: str) -> str:
    """The check digit of ISO/IEC 7812-1."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str((10 - total % 10) % 10)


def _master(chance: random.Random) -> Master:
    articles: set[str] = set()
    while len(articles) < 800:
        letters = "".join(chance.choice("ABCDEFGHKLMNPRSTVX") for _ in range(2))
        number = chance.randrange(1000, 9999)
        for step in range(chance.choice([1, 1, 2, 3])):  # near neighbours on purpose
            articles.add(f"{letters}-{number + step}-{chance.choice('ABCRSX')}")
    towns = [f"{chance.randrange(10000, 99999)} {chance.choice(TOWNS)}" for _ in range(300)]
    customers = sorted({f"{chance.choice(FIRST)} {chance.choice(LAST)}" for _ in range(1500)})
    return Master(sorted(articles)[:800], towns, customers)


def _order(locale: str, master: Master, shape: Shape, chance: random.Random) -> Iterator[tuple[str, str, str]]:
    """(kind, slot, written) of one order."""
    number = f"{chance.randrange(1000000, 9999999)}"
    number += luhn_digit(number)
    if chance.random() < 0.01:
        number = number[:-1] + str((int(number[-1]) + chance.randrange(1, 9)) % 10)
    yield "number", "no", number
    ordered = datetime.date(2024, 1, 1) + datetime.timedelta(days=chance.randrange(700))
    wanted = ordered + datetime.timedelta(days=chance.randrange(1, 45))
    yield "date", "odate", _date(ordered, locale)
    yield "date", "ddate", _date(wanted, locale)
    known = chance.random() < shape.known_names
    yield "name", "name", chance.choice(master.customers) if known else f"{chance.choice(FIRST)} {chance.choice(LAST)}"
    street = f"{chance.choice(STREETS)} {chance.randrange(1, 250)}{chance.choice(['', '', '', 'a', 'b'])}"
    yield "address", "street", street
    known = chance.random() < shape.known_towns
    town = chance.choice(master.towns) if known else f"{chance.randrange(10000, 99999)} {chance.choice(TOWNS)}"
    yield "town", "town", town
    total = 0
    for line in "12":
        quantity = chance.choice([*QUANTITIES, chance.randrange(1, 200)])
        price = chance.choice([chance.randrange(99, 9999), chance.randrange(1000, 250000)])
        amount = quantity * price
        if chance.random() < shape.broken_sums:
            amount = int(amount * 0.9)  # a discount that is not printed
        total += amount
        known = chance.random() < 0.98
        article = chance.choice(master.articles) if known else f"ZZ-{chance.randrange(1000, 9999)}-Q"
        yield "article", "article" + line, article
        yield "quantity", "quantity" + line, str(quantity)
        yield "amount", "price" + line, _money(price, locale)
        yield "amount", "amount" + line, _money(amount, locale)
    yield "amount", "total", _money(total, locale)


def _damaged(item: Item, noise: float, chance: random.Random) -> Item:
    share = (0.016 if item.by_hand else 0.004) * noise
    for at, glyph in enumerate(item.written):
        if glyph in LIKE and chance.random() < share:
            item.damage[at] = chance.choice(LIKE[glyph])
        if item.by_hand and item.locale in ("de", "fr") and glyph == "1" and chance.random() < 0.10:
            item.serif.add(at)
    item.cropped = len(item.written) > 5 and chance.random() < 0.008
    return item


def _date(day: datetime.date, locale: str) -> str:
    how = {"de": "%d.%m.%Y", "us": "%m/%d/%Y", "uk": "%d/%m/%Y", "fr": "%d/%m/%Y", "iso": "%Y-%m-%d"}
    return day.strftime(how[locale])


def _money(cents: int, locale: str) -> str:
    whole, part = divmod(cents, 100)
    grouped = f"{whole:,}"
    match locale:
        case "de":
            return f"{grouped.replace(',', '.')},{part:02d}"
        case "fr":
            return f"{grouped.replace(',', ' ')},{part:02d}"
        case "iso":
            return f"{whole}.{part:02d}"
        case _:
            return f"{grouped}.{part:02d}"

"""The made-up orders as fairhand knows them: a form a locale, and what was read as Readings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reconcile.learning.learn import learn
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.bench.generator import World
from tests.bench.generator.orders import Item
from tests.bench.generator.orders import Master as Lists
from tests.bench.generator.people import Said
from transcribe.model import Column, Field, FieldKey, Form, Master, Parameters, Reading, Rule, Table

LOCALES = {"de": "de_DE", "us": "en_US", "uk": "en_GB", "fr": "fr_FR", "iso": "en_CA"}
"""Canada writes dates year first."""

KEYS = {
    "no": FieldKey("order_number"),
    "odate": FieldKey("order_date"),
    "ddate": FieldKey("delivery_date"),
    "name": FieldKey("customer_name"),
    "street": FieldKey("street"),
    "town": FieldKey("town"),
    "total": FieldKey("total"),
    **{
        f"{slot}{row + 1}": FieldKey(f"lines.{column}", row)
        for slot, column in (
            ("article", "article"),
            ("quantity", "quantity"),
            ("price", "unit_price"),
            ("amount", "amount"),
        )
        for row in (0, 1)
    },
}
START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


def forms(lists: Lists) -> dict[str, Form]:
    """The form of each locale, with check digit, sums and master data."""
    masters = (
        ("customer_name", lists.customers),
        ("town", lists.towns),
        ("lines.article", lists.articles),
    )
    return {
        locale: Form(
            name=f"made-up-{locale}",
            version=1,
            title={"en": "Made-up order"},
            languages=("eng",),
            locale=name,
            currency="EUR",
            digest=f"made-up-{locale}",
            blanks=(),
            fields=(
                _field("order_number", "luhn", pattern=r"\d{8}"),
                _field("order_date", "date"),
                _field("delivery_date", "date"),
                _field("customer_name", "name"),
                _field("street", "address"),
                _field("town", "name"),
                _field("total", "amount"),
            ),
            tables=(_lines(),),
            rules=(
                Rule(name="line amount", check="lines.amount == lines.quantity * lines.unit_price"),
                Rule(name="total", check="total == sum(lines.amount)"),
                Rule(name="delivery", check="delivery_date >= order_date"),
            ),
            masters=tuple(
                Master(field=name, values=tuple((value, value) for value in values), digest=name)
                for name, values in masters
            ),
            options={"earliest_date": "2023-01-01", "latest_date": "2026-12-31"},
        )
        for locale, name in LOCALES.items()
    }


def scan_of(item: Item) -> str:
    return f"form-{item.form:05d}"


def reading(item: Item, said: Said, number: int, *, expert: bool = False) -> Reading:
    """What a source said of an item, as the `number`-th reading of it (engines have 0 and 1)."""
    text: str | None = said.text
    flags: frozenset[str] = frozenset()
    if said.text.strip().lower() in ("?", "illegible"):
        text, flags = None, frozenset({"illegible"})
    machine = said.confidence is not None
    return Reading(
        id=f"{item.number}/{said.who}/{number}",
        scan=scan_of(item),
        key=KEYS[item.slot],
        source=f"{said.who} 1" if machine else said.who,
        kind="machine" if machine else "expert" if expert else "person",
        text=text,
        at=START + timedelta(minutes=number),
        confidence=said.confidence,
        flags=flags,
    )


def scans(world: World, sources: int | None = None) -> list[ScanFacts]:
    """Each form with what the first so many sources read, and what is written."""
    blanks, found = forms(world.master), dict[str, ScanFacts]()
    for item in world.items:
        before = found.get(scan_of(item)) or ScanFacts(form=blanks[item.locale], readings=())
        said = [reading(item, each, number) for number, each in enumerate(world.readings[item.number][:sources])]
        truths = {**before.truths, KEYS[item.slot]: item.written}
        found[scan_of(item)] = replace(before, readings=[*before.readings, *said], truths=truths)
    return list(found.values())


def learnt_blindly(scans: Iterable[ScanFacts]) -> Parameters:
    """What a store learns of these without their truths."""
    blind = [replace(scan, truths={}) for scan in scans]
    return Parameters(version=1, content=learn(blind, shipped_parameters(), POLICY).content)


def _field(name: str, kind: str, pattern: str | None = None) -> Field:
    return Field(name=name, type=kind, label={"en": name}, required=True, pattern=pattern)


def _lines() -> Table:
    columns = (
        _field("lines.article", "code", pattern=r"[A-Z]{2}-\d{4}-[A-Z]"),
        _field("lines.quantity", "integer"),
        _field("lines.unit_price", "amount"),
        _field("lines.amount", "amount"),
    )
    return Table(name="lines", columns=tuple(Column(field=column) for column in columns), rows=2)

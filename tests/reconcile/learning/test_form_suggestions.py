"""What decided values suggest for a form: patterns, lists, required fields, rules."""

from __future__ import annotations

import random
import tomllib
from dataclasses import replace
from typing import Any

from reconcile.forms.prepared_form import prepared
from reconcile.learning.form_suggestions import Suggestion, suggestions
from tests.reconcile.made import field, form
from transcribe.codes import Method
from transcribe.model import Decision, FieldKey, Form, Rule

ORDER = form(
    field("ref", "code"),
    field("note", "text"),
    field("town", "name"),
    field("ordered", "date"),
    field("wanted", "date"),
    field("net", "amount"),
    field("tax", "amount"),
    field("total", "amount"),
    columns=(
        field("lines.article", "code"),
        field("lines.quantity", "integer"),
        field("lines.price", "amount"),
        field("lines.amount", "amount"),
    ),
)
TOWNS = ("Leeds", "Bath", "York", "Derby")


def orders(count: int, of: Form = ORDER, seed: int = 1) -> list[dict[FieldKey, Decision]]:
    chance = random.Random(seed)
    return [order(chance, of) for _ in range(count)]


def order(chance: random.Random, of: Form) -> dict[FieldKey, Decision]:
    cells: dict[FieldKey, str] = {}
    net = 0
    for row in range(2):
        quantity, price = chance.randrange(2, 20), chance.randrange(200, 9000)
        net += quantity * price
        cells |= {
            FieldKey("lines.article", row): f"{chance.choice('ABCD')}-{chance.randrange(100, 999)}",
            FieldKey("lines.quantity", row): str(quantity),
            FieldKey("lines.price", row): money(price),
            FieldKey("lines.amount", row): money(quantity * price),
        }
    tax, day = chance.randrange(100, 900), chance.randrange(1, 15)
    texts = {
        "ref": f"PO-{chance.randrange(10000, 99999)}",
        "note": " ".join(chance.choice("as soon as you can please thank you".split()) for _ in range(4))
        if chance.random() < 0.5
        else "",
        "town": chance.choice(TOWNS),
        "ordered": f"{day:02}/03/2026",
        "wanted": f"{day + chance.randrange(1, 14):02}/03/2026",
        "net": money(net),
        "tax": money(tax),
        "total": money(net + tax),
    }
    cells |= {FieldKey(name): text for name, text in texts.items()}
    return {key: decided(of, key, text) for key, text in cells.items()}


def money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def decided(of: Form, key: FieldKey, text: str) -> Decision:
    return Decision(
        key=key,
        value=prepared(of).fields[key.name].value(text) if text else None,
        text=text,
        null=None if text else "blank",
        probability=0.999,
        method=Method.MACHINES,
        evidence=(),
        readings=(),
        parameters=0,
    )


def of_kind(found: tuple[Suggestion, ...], kind: str) -> list[Suggestion]:
    return [each for each in found if each.kind == kind]


def read(each: Suggestion) -> dict[str, Any]:
    return tomllib.loads(each.toml)


def test_the_patterns_of_codes_are_found_and_can_be_written_into_the_form() -> None:
    patterns = {each.field: each for each in of_kind(suggestions(ORDER, orders(40)), "pattern")}
    assert patterns.keys() == {"ref", "lines.article"}
    assert read(patterns["ref"]) == {"pattern": r"PO-\d{5}"}
    assert read(patterns["lines.article"]) == {"pattern": r"[A-Z]-\d{3}"}
    assert (patterns["ref"].seen, patterns["ref"].of) == (40, 40)
    assert '[[table.column]] with name = "article"' in patterns["lines.article"].toml


def test_a_few_ways_of_writing_make_one_pattern_and_many_make_none() -> None:
    def with_refs(*refs: str) -> tuple[Suggestion, ...]:
        records = orders(40)
        key = FieldKey("ref")
        return suggestions(
            ORDER, [{**each, key: decided(ORDER, key, refs[at % len(refs)])} for at, each in enumerate(records)]
        )

    (two,) = [each for each in of_kind(with_refs("AB-12", "77/2041", "XY-345"), "pattern") if each.field == "ref"]
    assert read(two) == {"pattern": r"\d{2}\/\d{4}|[A-Z]{2}-\d{2,3}"}
    (quoted,) = [each for each in of_kind(with_refs("D'1234", "D'5678"), "pattern") if each.field == "ref"]
    assert read(quoted) == {"pattern": r"D'\d{4}"}
    many = with_refs(*(f"{'A' * at}-{at}/{at}{'-7' * at}" for at in range(1, 9)))
    assert not [each for each in of_kind(many, "pattern") if each.field == "ref"]


def test_values_that_come_again_make_a_list_with_its_rows() -> None:
    (towns,) = of_kind(suggestions(ORDER, orders(40)), "master")
    assert (towns.field, towns.values) == ("town", tuple(sorted(TOWNS)))
    assert read(towns) == {"master": [{"field": "town", "source": "town.csv", "column": "value"}]}


def test_nothing_is_listed_of_what_is_about_a_person() -> None:
    personal = replace(
        ORDER, fields=tuple(replace(each, personal="contact" if each.name == "town" else None) for each in ORDER.fields)
    )
    assert not of_kind(suggestions(personal, orders(40)), "master")


def test_what_is_never_blank_is_required() -> None:
    found = {each.field for each in of_kind(suggestions(ORDER, orders(40)), "required")}
    assert found == {"ref", "town", "ordered", "wanted", "net", "tax", "total"}


def test_products_sums_and_dates_in_order_are_rules() -> None:
    found = {each.toml.splitlines()[1]: each for each in of_kind(suggestions(ORDER, orders(40)), "rule")}
    assert found.keys() == {
        'check = "lines.amount == lines.quantity * lines.price"',
        'check = "net == sum(lines.amount)"',
        'check = "total == sum(lines.amount) + tax"',
        'check = "wanted >= ordered"',
    }
    assert all((each.seen, each.of) == (40, 40) for each in found.values())


def test_a_rule_that_the_form_has_is_not_proposed_again() -> None:
    ruled = replace(ORDER, rules=(Rule(name="", check="lines.amount == round(lines.price * lines.quantity)"),))
    assert not [each for each in suggestions(ruled, orders(40)) if "lines.quantity" in each.toml]


def test_a_rule_that_some_papers_break_is_told_with_its_counts_and_one_of_chance_is_not() -> None:
    records = orders(60)
    key = FieldKey("total")
    records[3] = {**records[3], key: decided(ORDER, key, "1.00")}
    (total,) = [each for each in of_kind(suggestions(ORDER, records), "rule") if "total" in each.toml]
    assert (total.seen, total.of) == (59, 60)
    for at in range(8):
        records[at] = {**records[at], key: decided(ORDER, key, "1.00")}
    assert not [each for each in of_kind(suggestions(ORDER, records), "rule") if "total" in each.toml]
    ones = [
        {
            **each,
            **{FieldKey("lines.quantity", row): decided(ORDER, FieldKey("lines.quantity", row), "1") for row in (0, 1)},
            **{FieldKey("lines.amount", row): each[FieldKey("lines.price", row)] for row in (0, 1)},
        }
        for each in orders(40)
    ]
    assert not [each for each in of_kind(suggestions(ORDER, ones), "rule") if "lines.quantity" in each.toml]


def test_few_records_suggest_nothing() -> None:
    assert suggestions(ORDER, orders(19)) == ()
    assert suggestions(ORDER, []) == ()

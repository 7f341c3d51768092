"""What decided values suggest for a form: patterns, lists, required fields, rules."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from typing import Any

import pytest

from reconcile.forms.prepared_form import prepared
from reconcile.learning.form_suggestions import DecidedScan, Suggestion
from reconcile.learning.form_suggestions import suggestions as suggested
from tests.reconcile.made import both, expert, field, form, machine, reading
from transcribe.codes import Method
from transcribe.model import Decision, FieldKey, Form, Reading, Rule

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


def suggestions(of: Form, records: Sequence[Mapping[FieldKey, Decision]]) -> tuple[Suggestion, ...]:
    """What decisions suggest that engines read alone."""
    return suggested(of, [DecidedScan(decisions=record) for record in records])


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


@pytest.mark.promise("It proposes patterns of")
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


@pytest.mark.promise("It proposes patterns of")
def test_values_that_come_again_make_a_list_with_its_rows() -> None:
    (towns,) = of_kind(suggestions(ORDER, orders(40)), "master")
    assert (towns.field, towns.values) == ("town", tuple(sorted(TOWNS)))
    assert read(towns) == {"master": [{"field": "town", "source": "town.csv", "column": "value"}]}


@pytest.mark.promise("It proposes patterns of")
def test_nothing_is_listed_of_what_is_about_a_person() -> None:
    personal = replace(
        ORDER, fields=tuple(replace(each, personal="contact" if each.name == "town" else None) for each in ORDER.fields)
    )
    assert not of_kind(suggestions(personal, orders(40)), "master")


@pytest.mark.promise("It proposes patterns of")
def test_what_is_never_blank_is_required() -> None:
    found = {each.field for each in of_kind(suggestions(ORDER, orders(40)), "required")}
    assert found == {"ref", "town", "ordered", "wanted", "net", "tax", "total"}


def test_that_a_box_to_tick_or_to_sign_always_has_a_value_suggests_nothing() -> None:
    of = replace(ORDER, fields=(*ORDER.fields, field("express", "checkbox"), field("signed", "signature")))
    marks = (FieldKey("express"), FieldKey("signed"))
    found = suggestions(of, [each | {key: decided(of, key, "true") for key in marks} for each in orders(40, of)])
    required = {each.field for each in of_kind(found, "required")}
    assert "ref" in required
    assert not required & {"express", "signed"}


@pytest.mark.promise("It proposes patterns of")
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


def refs_of(*cells: tuple[str, Method, Sequence[Reading]]) -> list[DecidedScan]:
    """Scans of which only the reference is decided: its text, how, and who read what."""
    key = FieldKey("ref")
    return [
        DecidedScan(decisions={key: replace(decided(ORDER, key, text), method=method)}, readings=readings)
        for text, method, readings in cells
    ]


def numbered(at: int) -> str:
    return f"XX-{10000 + at}"


def pattern_of(scans: Sequence[DecidedScan]) -> Suggestion | None:
    return next((each for each in of_kind(suggested(ORDER, scans), "pattern") if each.field == "ref"), None)


@pytest.mark.promise("a value counts where")
def test_what_one_person_alone_said_suggests_nothing() -> None:
    for method in (Method.WEIGHED, Method.PERSON_AND_WITNESS):
        alone = refs_of(*((numbered(at), method, [reading("ref", "mallory", numbered(at))]) for at in range(40)))
        assert suggested(ORDER, alone) == ()
        copied = [
            reading("ref", "mallory", numbered(0)),
            reading("ref", "ann", numbered(0), shown=numbered(0)),  # saw it before: she says nothing of her own
        ]
        assert suggested(ORDER, refs_of(*[(numbered(0), method, copied)] * 40)) == ()


@pytest.mark.promise("Each comes with what", "a value counts where")
def test_two_people_or_an_expert_count_and_are_told() -> None:
    two = [("ann", "bob"), ("bob", "cara")]
    by_two = refs_of(
        *((numbered(at), Method.PEOPLE, [reading("ref", who, numbered(at)) for who in two[at % 2]]) for at in range(40))
    )
    found = pattern_of(by_two)
    assert found is not None
    assert (found.seen, found.of) == (40, 40)
    assert astuple(found.rests_on) == (40, 3, 40)
    settled = refs_of(*((numbered(at), Method.EXPERT, [expert("ref", numbered(at))]) for at in range(40)))
    found = pattern_of(settled)
    assert found is not None
    assert astuple(found.rests_on) == (40, 1, 40)


def test_a_way_of_writing_of_one_person_beside_an_engine_is_no_part_of_a_pattern() -> None:
    def with_engine(text: str, who: str) -> tuple[str, Method, list[Reading]]:
        return text, Method.PERSON_AND_MACHINE, [machine("ref", "tesseract 5", text), reading("ref", who, text)]

    honest = [(f"PO{at}7", Method.MACHINES, both("ref", f"PO{at}7")) for at in range(10, 90)]
    poison = [with_engine(f"{at}/ZZ", "mallory") for at in range(10, 12)]
    others = [with_engine(f"{at}/ZZ", who) for at, who in ((10, "mallory"), (11, "ann"))]
    found = pattern_of(refs_of(*honest, *poison))
    assert found is not None
    assert read(found) == {"pattern": r"PO\d{3}"}
    found = pattern_of(refs_of(*honest[:20], *others))
    assert found is not None
    assert read(found) == {"pattern": r"\d{2}\/ZZ|PO\d{3}"}
    assert astuple(found.rests_on) == (22, 2, 2)
    assert pattern_of(refs_of(*honest[:20], *poison)) is None, "two of 22 do not keep what is left"


def test_what_one_person_wrote_again_and_again_is_on_no_list() -> None:
    def towns(*cells: tuple[str, str]) -> Suggestion | None:
        key = FieldKey("town")
        scans = [
            DecidedScan(
                decisions={key: replace(decided(ORDER, key, text), method=Method.PERSON_AND_MACHINE)},
                readings=[machine(key, "tesseract 5", text), reading(key, who, text)],
            )
            for text, who in cells
        ]
        return next(iter(of_kind(suggested(ORDER, scans), "master")), None)

    honest = [("Leeds", "ann"), ("Bath", "bob"), ("Leeds", "bob"), ("Bath", "ann")] * 10
    found = towns(*honest, ("Atlantis", "mallory"), ("Atlantis", "mallory"))
    assert found is not None
    assert found.values == ("Bath", "Leeds")
    assert (found.seen, found.of) == (40, 42)
    assert astuple(found.rests_on) == (40, 2, 40)
    assert towns(*[("Leeds", "mallory"), ("Bath", "mallory")] * 20) is None


def test_a_provisional_value_suggests_nothing() -> None:
    assert suggested(ORDER, refs_of(*[(numbered(1), Method.PROVISIONAL, both("ref", numbered(1)))] * 40)) == ()


@pytest.mark.promise("Each comes with what")
def test_few_records_suggest_nothing() -> None:
    assert suggestions(ORDER, orders(19)) == ()
    assert suggestions(ORDER, []) == ()

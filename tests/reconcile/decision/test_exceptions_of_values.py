"""The law of exceptions: they are what pattern, check digit, master data and keys say of the values, no others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reconcile.decision.record import assemble
from tests.examples import examples
from tests.reconcile.decision.test_record import SCAN, decided
from tests.reconcile.made import field, form
from transcribe.codes import RecordRule
from transcribe.forms.definition import load
from transcribe.model import Decision, Master

CUSTOMERS = {"C10001": "Ana Ruiz", "C10002": "Jon Reid", "C10003": "Jon Reid"}
ARTICLES = {"AB-1": "Pump", "AB-2": "Hose"}
NUMBERS, NAMES = (*CUSTOMERS, "C99999", "XYZ", None), ("Ana Ruiz", "Jon Reid", "Mia Lund", None)
CODES, TEXTS, CARDS = (*ARTICLES, "AB-9", None), (*ARTICLES.values(), "Lamp", None), ("4637272775392580", "12345", None)

ORDER = form(
    field("number", "code", pattern=r"C\d{5}"),
    field("name", "name"),
    field("card", "luhn"),
    columns=(field("lines.code", "code"), field("lines.what", "text")),
    masters=[
        Master(field="number", values=tuple((key, key) for key in CUSTOMERS), digest="customers", key="number"),
        Master(
            field="name", values=tuple((name, key) for key, name in CUSTOMERS.items()), digest="customers", key="number"
        ),
        Master(field="lines.what", values=tuple((what, key) for key, what in ARTICLES.items()), digest="a", key="code"),
        Master(field="lines.code", values=tuple((key, key) for key in ARTICLES), digest="a", key="code"),
    ],
)

Told = set[tuple[str, tuple[str, ...], str, str]]


def expected(number: str | None, name: str | None, code: str | None, what: str | None, card: str | None) -> Told:
    """The same by looking it up."""
    told: Told = set()
    if number == "XYZ":
        told.add((RecordRule.FIELD_CHECKS, ("number",), "pattern", "XYZ"))
    if card == "12345":
        told.add((RecordRule.FIELD_CHECKS, ("card",), "check digit", "12345"))
    listed: list[tuple[str, str | None, Mapping[str, str] | set[str]]] = [
        ("number", number, CUSTOMERS),
        ("name", name, set(CUSTOMERS.values())),
        ("lines.code[0]", code, ARTICLES),
        ("lines.what[0]", what, set(ARTICLES.values())),
    ]
    for key, said, known in listed:
        if said is not None and said not in known:
            told.add((RecordRule.KNOWN_VALUE, (key,), "a known value", said))
    for key, other, said, value, known in (
        ("name", "number", name, number, CUSTOMERS),
        ("lines.what[0]", "lines.code[0]", what, code, ARTICLES),
    ):
        keys = [each for each, named in known.items() if named == said]
        if keys and value is not None and value not in keys:
            told.add((RecordRule.ONE_KEY, (key, other), ", ".join(keys), value))
    return told


@examples(200)
@given(*map(st.sampled_from, (NUMBERS, NAMES, CODES, TEXTS, CARDS)))
def test_the_exceptions_of_a_record_are_what_pattern_master_data_and_keys_say_of_its_values(
    number: str | None, name: str | None, code: str | None, what: str | None, card: str | None
) -> None:
    values = [decided("number", number), decided("name", name), decided("card", card)]
    values += [decided("lines.code", code, 0), decided("lines.what", what, 0)]
    decisions = [each if each.value is not None else replace(each, null="blank") for each in values]
    assert told_of(decisions) == expected(number, name, code, what, card)


def told_of(decisions: list[Decision]) -> Told:
    found = assemble(SCAN, ORDER, decisions).exceptions
    return {(each.rule, tuple(map(str, each.keys)), each.expected, each.found) for each in found}


def test_keys_of_other_lines_and_of_other_master_data_are_not_compared() -> None:
    """A line is about another article than the next one, and two files may use the same keys for different things."""
    apart = [decided("lines.code", "AB-1", 0), decided("lines.what", "Hose", 1)]
    assert told_of(apart) == set()
    others = [replace(each, digest=each.field) for each in ORDER.masters]
    values = [decided("number", "C10001"), decided("name", "Jon Reid")]
    assert assemble(SCAN, ORDER, values).exceptions != ()
    assert assemble(SCAN, replace(ORDER, masters=tuple(others)), values).exceptions == ()


def test_the_number_of_one_customer_beside_the_name_of_another_is_an_exception_of_a_shipped_form() -> None:
    order = load("bon-de-commande")
    values = [decided("customer_no", "C11472"), decided("customer_name", "Susan Petit")]
    (found,) = assemble(SCAN, order, values).exceptions
    assert (found.rule, found.expected, found.found) == (RecordRule.ONE_KEY, "C14107", "C11472")

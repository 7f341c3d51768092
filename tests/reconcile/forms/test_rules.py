"""A form's rules: what they say of values, when they are silent, what would make them hold, what is refused."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.forms.row_filter import readings_in_told_rows
from reconcile.forms.rules import Binding, CompiledRule, RuleInstance, Values, bind, compile_rules, operand, solve
from tests.calls import calls
from transcribe.errors import FormError
from transcribe.fields import facts_of
from transcribe.forms import definition
from transcribe.geometry import Box
from transcribe.model import Blank, Column, Field, FieldKey, Form, Kind, Reading, Rule, Table
from transcribe.table_rows import ToldRows, told_rows

PLAIN = {"subtotal": "amount", "tax": "amount", "total": "amount", "count": "integer", "weight": "decimal"}
DATES = {"order_date": "date", "delivery_date": "date", "customer": "name"}
COLUMNS = {"lines.quantity": "integer", "lines.unit_price": "amount", "lines.amount": "amount"}


def field(name: str, type_: str) -> Field:
    return Field(name=name, type=type_, label={})


def form(*checks: str, currency: str = "EUR") -> Form:
    columns = tuple(Column(field=field(name, type_)) for name, type_ in COLUMNS.items())
    returns = Table(name="returns", columns=(Column(field=field("returns.amount", "amount")),), rows=1)
    return Form(
        name="order",
        version=1,
        title={},
        languages=("fra",),
        locale="fr_FR",
        currency=currency,
        digest="0",
        blanks=(Blank(path=None, size=(1, 1)),),
        fields=tuple(field(name, type_) for name, type_ in {**PLAIN, **DATES}.items()),
        tables=(Table(name="lines", columns=columns, rows=3), returns),
        rules=tuple(Rule(name="", check=check) for check in checks),
    )


def compiled(check: str, currency: str = "EUR") -> CompiledRule:
    return compile_rules(form(check, currency=currency))[0]


def instance(check: str, currency: str = "EUR", rows: int = 3) -> RuleInstance:
    keys = filter(lambda key: key.row is None or key.row < rows, form().keys())
    return compiled(check, currency).instances(keys)[0]


def values(**plain: str) -> dict[FieldKey, Decimal | date | None]:
    return {FieldKey(name): Decimal(text) for name, text in plain.items()}


def line(row: int, quantity: str | None, price: str | None, amount: str | None = None) -> Values:
    texts = zip(COLUMNS, (quantity, price, amount), strict=True)
    return {FieldKey(name, row): None if text is None else Decimal(text) for name, text in texts}


def holds(check: str, found: Values, currency: str = "EUR") -> bool | None:
    said = instance(check, currency).check(found)
    return None if said is None else said.holds


def test_a_sum_of_plain_fields_holds_or_not() -> None:
    assert holds("total == subtotal + tax", values(total="12.00", subtotal="10.00", tax="2.00")) is True
    assert holds("total == subtotal + tax", values(total="12.10", subtotal="10.00", tax="2.00")) is False


def test_a_broken_rule_says_what_was_found_and_expected() -> None:
    check = instance("total == subtotal + tax").check(values(total="12.10", subtotal="10", tax="2"))
    assert check is not None
    assert (str(check.found), str(check.expected)) == ("12.10", "12.00")


def test_columns_outside_sum_make_a_rule_for_every_row() -> None:
    rule = compiled("lines.amount == lines.quantity * lines.unit_price")
    instances = rule.instances(form().keys())
    assert [each.row for each in instances] == [0, 1, 2]
    assert instances[1].keys == tuple(FieldKey(f"lines.{name}", 1) for name in ("amount", "quantity", "unit_price"))
    found = {**line(0, "3", "2.50", "7.50"), **line(1, "3", "2.50", "7.60"), **line(2, None, None, None)}
    checks = [each.check(found) for each in instances]
    assert [None if check is None else check.holds for check in checks] == [True, False, None]


def test_rows_are_those_that_the_scan_has() -> None:
    rule = compiled("lines.amount == lines.quantity * lines.unit_price")
    assert [each.row for each in rule.instances([FieldKey("lines.amount", 4), FieldKey("lines.quantity", 0)])] == [0, 4]
    assert rule.instances([FieldKey("total")]) == []


def test_sum_goes_over_rows_and_skips_blanks() -> None:
    check = "subtotal == sum(lines.quantity * lines.unit_price)"
    found = {**line(0, "2", "5"), **line(1, None, None), **line(2, "1", "0.50")}
    assert holds(check, {**found, **values(subtotal="10.50")}) is True
    assert holds(check, {**found, **values(subtotal="10.51")}) is False
    assert len(instance(check).keys) == 7


def test_a_sum_of_only_blanks_is_silent() -> None:
    found = {**line(0, None, None), **line(1, None, None), **line(2, None, None), **values(subtotal="10")}
    assert holds("subtotal == sum(lines.quantity * lines.unit_price)", found) is None


def test_a_plain_field_inside_sum_is_the_same_for_every_row() -> None:
    found = {**line(0, "2", "5"), **line(1, "3", "5"), **line(2, None, None), **values(total="10", weight="2")}
    assert holds("total == sum(lines.quantity * weight)", found) is True


def test_a_blank_operand_makes_a_rule_silent() -> None:
    assert holds("total == subtotal + tax", {**values(total="12", subtotal="10"), FieldKey("tax"): None}) is None
    assert holds("total == -tax", {**values(total="12"), FieldKey("tax"): None}) is None
    assert holds("total == round(tax)", {**values(total="12"), FieldKey("tax"): None}) is None


def test_an_unknown_operand_makes_a_rule_silent_inside_sum_too() -> None:
    assert holds("total == subtotal + tax", values(total="12", subtotal="10")) is None
    check = "subtotal == sum(lines.quantity * lines.unit_price)"
    assert holds(check, {**line(0, "2", "5"), **line(1, None, None), **values(subtotal="10")}) is None


def test_dividing_by_zero_is_silent() -> None:
    assert holds("total == subtotal / tax", values(total="12", subtotal="10", tax="0")) is None


@pytest.mark.parametrize(("total", "expected"), [("0.37", True), ("0.38", True), ("0.36", False), ("0.39", False)])
def test_equality_is_at_the_minor_unit_however_a_half_is_rounded(total: str, expected: bool) -> None:
    assert holds("total == 3 * weight", values(total=total, weight="0.125")) is expected


def test_the_minor_unit_is_that_of_the_currency() -> None:
    found = values(total="100", subtotal="99.6")
    assert holds("total == subtotal", found, "JPY") is True
    assert holds("total == subtotal", found, "EUR") is False


def test_quantities_without_money_are_equal_only_exactly() -> None:
    assert holds("count == weight", values(count="2", weight="2.001")) is False


def test_round_is_half_up_at_the_minor_unit_or_at_given_decimals() -> None:
    assert holds("weight == round(count / 3)", values(weight="0.67", count="2")) is True
    assert holds("weight == round(count / 3, 1)", values(weight="0.7", count="2")) is True
    assert holds("weight == round(count / 8)", values(weight="0.13", count="1")) is True


@pytest.mark.parametrize(
    ("check", "below", "same", "above"),
    [
        ("total == subtotal", False, True, False),
        ("total != subtotal", True, False, True),
        ("total <= subtotal", True, True, False),
        ("total >= subtotal", False, True, True),
        ("total < subtotal", True, False, False),
        ("total > subtotal", False, False, True),
    ],
)
def test_every_comparison(check: str, below: bool, same: bool, above: bool) -> None:
    said = [holds(check, values(total=total, subtotal="10.00")) for total in ("9.99", "10.00", "10.01")]
    assert said == [below, same, above]


def test_dates_compare() -> None:
    rule = "delivery_date >= order_date"
    earlier, later = date(2025, 3, 1), date(2025, 3, 2)
    assert holds(rule, {FieldKey("delivery_date"): later, FieldKey("order_date"): earlier}) is True
    assert holds(rule, {FieldKey("delivery_date"): earlier, FieldKey("order_date"): later}) is False
    assert holds(rule, {FieldKey("delivery_date"): earlier, FieldKey("order_date"): None}) is None


def test_values_become_operands_by_type() -> None:
    assert operand("1234.50", facts_of("amount")) == Decimal("1234.50")
    assert operand(3, facts_of("integer")) == Decimal(3)
    assert operand("2025-03-01", facts_of("date")) == date(2025, 3, 1)
    assert operand(None, facts_of("amount")) is None
    assert operand("Dupont", facts_of("name")) is None


def test_solving_gives_the_number_that_makes_an_equation_hold() -> None:
    rule = instance("total == subtotal + tax")
    assert solve(rule, values(subtotal="10", tax="2"), FieldKey("total")) == Decimal("12.00")
    assert solve(rule, values(total="12", subtotal="10", tax="9"), FieldKey("tax")) == Decimal("2.00")
    row = instance("lines.amount == lines.quantity * lines.unit_price")
    assert solve(row, line(0, None, "2.50", "7.50"), FieldKey("lines.quantity", 0)) == Decimal(3)
    total = instance("subtotal == sum(lines.quantity * lines.unit_price)", rows=2)
    found = {**line(0, "2", "5"), **line(1, "4", None), **values(subtotal="11")}
    assert solve(total, found, FieldKey("lines.unit_price", 1)) == Decimal("0.25")
    assert solve(instance("weight == count / 4"), values(count="3"), FieldKey("weight")) == Decimal("0.75")
    assert solve(instance("total == round(weight * 3)"), values(weight="0.333"), FieldKey("total")) == Decimal("1.00")


def test_solving_gives_nothing_where_no_writable_number_fits() -> None:
    row = instance("lines.amount == lines.quantity * lines.unit_price")
    assert solve(row, line(0, None, "2.50", "7.60"), FieldKey("lines.quantity", 0)) is None
    assert solve(row, line(0, "3", None, "100.00"), FieldKey("lines.unit_price", 0)) is None
    assert solve(row, line(0, "0", None, "100.00"), FieldKey("lines.unit_price", 0)) is None
    assert solve(row, line(0, None, None, "100.00"), FieldKey("lines.unit_price", 0)) is None
    assert solve(instance("total == count * count"), values(total="9"), FieldKey("count")) is None
    assert solve(instance("total == subtotal / count"), values(total="9", subtotal="3"), FieldKey("count")) is None
    assert solve(instance("total <= subtotal"), values(total="9"), FieldKey("subtotal")) is None
    assert solve(instance("total == subtotal"), values(total="9"), FieldKey("tax")) is None
    assert solve(instance("total == subtotal + tax"), values(total="9"), FieldKey("tax")) is None
    dates = instance("delivery_date == order_date")
    assert solve(dates, {FieldKey("order_date"): date(2025, 3, 1)}, FieldKey("delivery_date")) is None


cents = st.integers(min_value=-10_000_000, max_value=10_000_000).map(lambda n: Decimal(n).scaleb(-2))


@given(subtotal=cents, tax=cents, total=cents)
def test_what_is_solved_holds_and_nothing_else_does(subtotal: Decimal, tax: Decimal, total: Decimal) -> None:
    rule = instance("total == subtotal + tax")
    found: Values = {FieldKey("subtotal"): subtotal, FieldKey("tax"): tax, FieldKey("total"): total}
    check = rule.check(found)
    assert check is not None
    assert check.holds == (solve(rule, found, FieldKey("total")) == total)


def test_numbers_beyond_any_form_are_silent_or_compared_and_never_raise() -> None:
    huge = {FieldKey("total"): Decimal("9" * 40), FieldKey("subtotal"): Decimal("9" * 40), FieldKey("tax"): Decimal(1)}
    assert holds("total == subtotal", huge) is True
    assert solve(instance("total == subtotal + tax"), huge, FieldKey("total")) is None
    assert holds("total == round(subtotal)", huge) is None


@pytest.mark.parametrize(
    ("check", "says"),
    [
        ("total", "one comparison"),
        ("total == subtotal == tax", "one comparison"),
        ("total in subtotal", "one comparison"),
        ("total ==", "no comparison"),
        ("total == nothing", "'nothing', which is no field"),
        ("total == lines.price", "'lines.price', which is no field"),
        ("total == customer", "type name"),
        ("total == order_date", "date with a number"),
        ("delivery_date >= order_date + 3", "dates can only be compared"),
        ("total == sum(subtotal)", "0 tables"),
        ("total == sum(lines.amount * returns.amount)", "2 tables"),
        ("total == sum(sum(lines.amount))", "sum inside a sum"),
        ("lines.amount == returns.amount", "several tables"),
        ("1 == 2", "names no field"),
        ("total == True", "truth value"),
        ("total == 'x'", "not of the grammar"),
        ("total == subtotal ** 2", "not of the grammar"),
        ("total == __import__('os').system('id')", "not of the grammar"),
        ("total == (lambda: 1)()", "not of the grammar"),
        ("total == max(subtotal, tax)", "not of the grammar"),
        ("total == round(subtotal, tax)", "not of the grammar"),
        ("total == round(subtotal, 99)", "0 to 9 decimals"),
        ("total == " + "+".join(["tax"] * 400), "longer than"),
    ],
)
def test_what_the_grammar_lacks_is_refused_with_form_rule_and_reason(check: str, says: str) -> None:
    with pytest.raises(FormError, match=says) as caught:
        compile_rules(form(check))
    assert "order" in str(caught.value)


def test_a_rule_without_a_name_is_named_by_its_check() -> None:
    assert compiled("total == subtotal + tax").name == "total == subtotal + tax"


def test_only_terms_of_the_grammar_are_bound() -> None:
    with pytest.raises(ValueError, match="not of the grammar"):
        bind(
            ast.parse("total if tax else subtotal", mode="eval").body,
            Binding(row=None, rows={}, digits=2, smooth=False),
        )


def test_a_check_costs_less_than_two_hundred_calls() -> None:
    """So that a slow machine does five thousand a second."""
    rule = instance("subtotal == sum(lines.quantity * lines.unit_price)")
    found = {**line(0, "2", "5"), **line(1, "3", "5"), **line(2, "1", "1"), **values(subtotal="26")}
    assert calls(lambda: [rule.check(found) for _ in range(1000)]) < 200 * 1000
    assert rule.check(found)


FACTURE = definition.load("facture")
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def said(name: str, row: int | None, text: str | None, kind: Kind = "machine", box: Box | None = None) -> Reading:
    key = FieldKey(name, row)
    return Reading(id=f"{key} {text}", scan="s", key=key, source=kind, kind=kind, text=text, at=NOON, box=box)


def told(text: str | None, minutes: int = 0, page: int | None = None) -> Reading:
    conditions = {} if page is None else {"page": page}
    at = NOON + timedelta(minutes=minutes)
    return replace(said("lines", None, text, "person"), conditions=conditions, at=at)


SOMEWHERE = Box(0, 0, 9, 9)
BEFORE, THERE = said("lines.amount", 0, None), said("lines.amount", 0, "5,00", box=SOMEWHERE)
BEYOND, PLAIN_OF_ROW_FILTER = said("lines.amount", 2, "9,00", box=SOMEWHERE), said("total_amount", None, "14,00")
TYPED = said("lines.tax", 0, "20", "person")


def test_without_a_word_about_rows_all_readings_stand() -> None:
    assert list(readings_in_told_rows(FACTURE, [BEFORE, BEYOND, PLAIN_OF_ROW_FILTER])) == [
        BEFORE,
        BEYOND,
        PLAIN_OF_ROW_FILTER,
    ]


def test_what_machines_said_before_and_of_rows_beyond_is_left_out() -> None:
    every = [BEFORE, told("100,200,300"), THERE, BEYOND, PLAIN_OF_ROW_FILTER, TYPED]
    assert list(readings_in_told_rows(FACTURE, every)) == [every[1], THERE, PLAIN_OF_ROW_FILTER, TYPED]


def test_a_table_that_is_not_there_has_no_cells() -> None:
    every = [BEFORE, THERE, TYPED, PLAIN_OF_ROW_FILTER, told("")]
    assert list(readings_in_told_rows(FACTURE, every)) == [PLAIN_OF_ROW_FILTER, every[-1]]


@pytest.mark.parametrize("text", ["100", None])
def test_one_height_and_no_answer_tell_nothing(text: str | None) -> None:
    assert told_rows(FACTURE, [told(text)]) == {}


def test_the_latest_word_counts_whatever_order_it_comes_in() -> None:
    every = [told("5,9", minutes=2, page=2), told("1,2,3", minutes=1)]
    assert told_rows(FACTURE, every) == told_rows(FACTURE, every[::-1]) == {"lines": ToldRows(page=2, edges=(5, 9))}
    assert ToldRows(page=1, edges=(1, 2, 3)).rows == ((1, 2), (2, 3))

"""A record: when it is complete, its order, and the rules that the paper breaks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import permutations

from reconcile.decision.record import assemble, broken_rules, is_complete
from tests.reconcile.made import field, form
from transcribe.model import Decision, FieldKey, Null, Rule, RuleException, Scan, Table, Value

SCAN = Scan(id="scan", pages=(), form="test", form_version=1)
ORDER = form(
    field("order_date", "date"),
    field("delivery_date", "date"),
    field("total", "amount"),
    columns=(field("lines.quantity", "integer"), field("lines.price", "amount")),
    rules=(
        Rule(name="total", check="total == sum(lines.quantity * lines.price)"),
        Rule(name="delivery", check="delivery_date >= order_date"),
        Rule(name="something", check="lines.quantity > 0"),
    ),
)


def decided(name: str, value: Value, row: int | None = None, null: Null | None = None) -> Decision:
    return Decision(
        key=FieldKey(name, row),
        value=value,
        text="" if value is None else str(value),
        probability=0.999,
        method="people",
        evidence=(),
        readings=(),
        parameters=1,
        null=null,
    )


DECISIONS = [
    decided("lines.quantity", 2, 0),
    decided("lines.price", "5.00", 0),
    decided("total", "10.00"),
    decided("order_date", "2025-03-01"),
    decided("delivery_date", "2025-03-02"),
]


def test_a_record_names_its_scan_and_form_and_has_no_exception_where_rules_hold() -> None:
    record = assemble(SCAN, ORDER, DECISIONS)
    assert (record.scan, record.form, record.form_version) == ("scan", "test", 1)
    assert record.exceptions == ()


def test_decisions_stand_in_the_form_s_order_whatever_order_they_came_in() -> None:
    expected = ["order_date", "delivery_date", "total", "lines.quantity[0]", "lines.price[0]"]
    for shuffled in permutations(DECISIONS):
        assert [str(each.key) for each in assemble(SCAN, ORDER, shuffled).decisions] == expected


def test_rows_stand_together_and_tables_after_each_other() -> None:
    second = Table(name="returns", columns=ORDER.tables[0].columns[:0], rows=0)
    two = replace(ORDER, tables=(*ORDER.tables, second))
    cells = [decided("lines.price", "1.00", 10), decided("lines.price", "1.00", 2), decided("lines.quantity", 1, 10)]
    keys = [str(each.key) for each in assemble(SCAN, two, cells).decisions]
    assert keys == ["lines.price[2]", "lines.quantity[10]", "lines.price[10]"]


def test_a_sum_that_the_paper_gets_wrong_is_an_exception_with_what_was_found_and_expected() -> None:
    wrong = [each if each.key.name != "total" else decided("total", "12.00") for each in DECISIONS]
    keys = (FieldKey("total"), FieldKey("lines.quantity", 0), FieldKey("lines.price", 0))
    assert broken_rules(ORDER, wrong) == (RuleException(rule="total", keys=keys, expected="10.00", found="12.00"),)


def test_dates_and_rows_break_rules_too() -> None:
    late = decided("delivery_date", date(2025, 2, 1).isoformat())
    none = decided("lines.quantity", 0, 1)
    broken = {
        each.rule: each for each in broken_rules(ORDER, [*DECISIONS[:-1], late, none, decided("lines.price", None, 1)])
    }
    assert broken["delivery"].expected == "2025-03-01"
    assert broken["delivery"].found == "2025-02-01"
    assert broken["something"].keys == (FieldKey("lines.quantity", 1),)


def test_a_blank_cell_is_left_out_of_a_sum_and_an_illegible_one_makes_it_silent() -> None:
    wrong = decided("total", "12.00")
    blank = [decided("lines.quantity", None, 1, "blank"), decided("lines.price", None, 1, "blank")]
    unread = [decided("lines.quantity", None, 1, "illegible"), decided("lines.price", "2.00", 1)]
    assert [each.rule for each in broken_rules(ORDER, [wrong, *DECISIONS[:2], *blank])] == ["total"]
    assert broken_rules(ORDER, [wrong, *DECISIONS[:2], *unread]) == ()


def test_a_record_is_complete_when_fixed_fields_and_the_scan_s_own_are_decided() -> None:
    free = replace(ORDER, tables=(replace(ORDER.tables[0], rows=0),))
    keys = [FieldKey("lines.quantity", 0), FieldKey("lines.price", 0)]
    assert is_complete(free, keys, DECISIONS)
    assert not is_complete(free, [*keys, FieldKey("lines.price", 1)], DECISIONS)
    assert not is_complete(free, keys, DECISIONS[:-1])
    assert not is_complete(ORDER, keys, DECISIONS)


def test_a_required_field_that_is_blank_is_an_exception_and_one_that_nobody_can_read_is_not() -> None:
    wanted = form(
        field("number", "code", required=True),
        field("note", "text"),
        columns=(field("lines.article", "code", required=True), field("lines.quantity", "integer")),
    )
    full = [decided("number", "A1"), decided("note", None, null="blank"), decided("lines.article", "B2", 0)]
    rest = [
        decided("lines.quantity", 2, 0),
        *(decided(f"lines.{each}", None, 1, "blank") for each in ("article", "quantity")),
    ]
    assert assemble(SCAN, wanted, [*full, *rest]).exceptions == (), "a row in which nothing stands lacks nothing"
    blank = [decided("number", None, null="blank"), *full[1:2], decided("lines.article", None, 0, "blank")]
    found = assemble(SCAN, wanted, [*blank, *rest]).exceptions
    assert [(each.rule, tuple(map(str, each.keys))) for each in found] == [
        ("never blank", ("lines.article[0]",)),
        ("never blank", ("number",)),
    ]
    unread = [decided("number", None, null="illegible"), *full[1:]]
    assert assemble(SCAN, wanted, [*unread, *rest]).exceptions == ()


def test_an_amount_beside_another_currency_is_an_exception() -> None:
    sold = form(field("total", "amount"), columns=(field("lines.price", "amount"), field("lines.quantity", "integer")))
    made = assemble(
        SCAN,
        sold,
        [
            replace(decided("total", "501.00"), text="501.00 $"),
            replace(decided("lines.price", "12.00", 0), text="€ 12.00"),
            replace(decided("lines.price", "98000.00", 1), text="98,000 ¥"),
            replace(decided("lines.quantity", 2, 0), text="2 $"),
        ],
    )
    assert [(each.rule, str(each.keys[0]), each.expected, each.found) for each in made.exceptions] == [
        ("the form's currency", "lines.price[1]", "EUR", "¥"),
        ("the form's currency", "total", "EUR", "$"),
    ]


def test_two_forms_on_the_photograph_are_an_exception_and_other_advice_is_none() -> None:
    assert assemble(SCAN, ORDER, DECISIONS, ["blurred"]).exceptions == assemble(SCAN, ORDER, DECISIONS).exceptions
    (second,) = set(assemble(SCAN, ORDER, DECISIONS, ["two forms"]).exceptions) - set(
        assemble(SCAN, ORDER, DECISIONS).exceptions
    )
    assert second == RuleException(rule="one form a photograph", keys=(), expected="one form", found="two forms")


def test_a_photograph_without_some_fields_is_an_exception() -> None:
    cut = RuleException(rule="the whole form", keys=(), expected="all fields", found="fields outside")
    assert assemble(SCAN, ORDER, DECISIONS, ["cut off", "fields outside"]).exceptions == (cut,)


def test_what_stands_in_a_field_and_is_no_value_of_its_type_is_an_exception() -> None:
    day = replace(decided("day", None), text="31.02.2026")
    note, blank = decided("note", "31.02.2026"), decided("paid", None, null="blank")
    unread = replace(decided("due", None, null="illegible"), text="?")
    dated = form(field("day", "date"), field("note", "text"), field("paid", "date"), field("due", "date"))
    (found,) = assemble(SCAN, dated, [day, note, blank, unread]).exceptions
    assert (found.rule, found.keys, found.expected, found.found) == (
        "a value of its type",
        (FieldKey("day"),),
        "date",
        "31.02.2026",
    )

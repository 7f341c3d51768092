"""A record: when it is complete, its order, and the rules that the paper breaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from reconcile.decision.answer import Traditions, from_elsewhere, lone_tradition, traditions
from reconcile.decision.decide import decide
from reconcile.decision.record import assemble, broken_rules, is_complete
from reconcile.forms.prepared_form import prepared
from reconcile.inference.weigh import weigh
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.examples import examples
from tests.reconcile.made import both, expert, field, form, ink, machine, reading
from transcribe.codes import RecordRule
from transcribe.forms.definition import load
from transcribe.model import (
    Decision,
    FieldKey,
    Master,
    Null,
    Posterior,
    Reading,
    Rule,
    RuleException,
    Scan,
    Table,
    Task,
    Transcriber,
    Value,
)

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


def test_a_required_field_without_a_value_is_an_exception() -> None:
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
    for null in ("illegible", "absent", "crossed out"):
        (lacking,) = assemble(SCAN, wanted, [decided("number", None, null=null), *full[1:], *rest]).exceptions
        assert (lacking.rule, lacking.found) == ("never blank", null)


def test_a_required_mark_that_is_not_there_is_an_exception_and_hidden_payment_data_are_none() -> None:
    wanted = form(
        field("signed", "signature", required=True),
        replace(field("card", "luhn", required=True), personal="payment"),
        field("express", "checkbox"),
    )
    rest = [decided("card", None, null="illegible"), decided("express", False)]
    (lacking,) = assemble(SCAN, wanted, [decided("signed", False), *rest]).exceptions
    assert (lacking.rule, lacking.keys, lacking.found) == ("never blank", (FieldKey("signed"),), "false")
    assert assemble(SCAN, wanted, [decided("signed", True), *rest]).exceptions == ()


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


def test_what_is_written_outside_the_fields_is_an_exception() -> None:
    note = RuleException(rule="all that is written", keys=(), expected="nothing", found="text outside")
    assert assemble(SCAN, ORDER, DECISIONS, ["text outside"]).exceptions == (note,)


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


CUSTOMERS = {"C10001": "Ana Ruiz", "C10002": "Jon Reid", "C10003": "Jon Reid"}
ARTICLES = {"AB-1": "Pump", "AB-2": "Hose"}
NUMBERS, NAMES = (*CUSTOMERS, "C99999", "XYZ", None), ("Ana Ruiz", "Jon Reid", "Mia Lund", None)
CODES, TEXTS, CARDS = (*ARTICLES, "AB-9", None), (*ARTICLES.values(), "Lamp", None), ("4637272775392580", "12345", None)

ORDER_OF_EXCEPTIONS_OF_VALUES = form(
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
    found = assemble(SCAN, ORDER_OF_EXCEPTIONS_OF_VALUES, decisions).exceptions
    return {(each.rule, tuple(map(str, each.keys)), each.expected, each.found) for each in found}


def test_keys_of_other_lines_and_of_other_master_data_are_not_compared() -> None:
    """A line is about another article than the next one, and two files may use the same keys for different things."""
    apart = [decided("lines.code", "AB-1", 0), decided("lines.what", "Hose", 1)]
    assert told_of(apart) == set()
    others = [replace(each, digest=each.field) for each in ORDER_OF_EXCEPTIONS_OF_VALUES.masters]
    values = [decided("number", "C10001"), decided("name", "Jon Reid")]
    assert assemble(SCAN, ORDER_OF_EXCEPTIONS_OF_VALUES, values).exceptions != ()
    assert assemble(SCAN, replace(ORDER_OF_EXCEPTIONS_OF_VALUES, masters=tuple(others)), values).exceptions == ()


def test_the_number_of_one_customer_beside_the_name_of_another_is_an_exception_of_a_shipped_form() -> None:
    order = load("bon-de-commande")
    values = [decided("customer_no", "C11472"), decided("customer_name", "Susan Petit")]
    (found,) = assemble(SCAN, order, values).exceptions
    assert (found.rule, found.expected, found.found) == (RecordRule.ONE_KEY, "C14107", "C11472")


CODE = field("number", "code")
NOTES = form(field("remark", "text"), field("article", "code"))


@given(
    digits=st.from_regex(r"[2-6][0-9]{11,17}", fullmatch=True),
    groups=st.sampled_from([4, 99]),
    sign=st.sampled_from(" -."),
    around=st.sampled_from(["", "card ", "n° 12: ", "2 "]),
)
@examples(60)
def test_a_card_number_in_a_text_is_an_exception_that_does_not_tell_it(
    digits: str, groups: int, sign: str, around: str
) -> None:
    whole = digits + luhn.calc_check_digit(digits)
    written = sign.join(whole[at : at + groups] for at in range(0, len(whole), groups))
    said = [decided("remark", f"{around}{written}, thanks"), decided("article", whole)]
    told = [each for each in assemble(SCAN, NOTES, said).exceptions if each.rule == RecordRule.NO_CARD]
    assert {(each.keys, each.found) for each in told} >= {((FieldKey("remark"),), f"…{whole[-4:]}")}
    assert not any(whole in each.found for each in told)
    for text in (f"{whole[:-1]}{(int(whole[-1]) + 1) % 10}", f"{whole}123456789", "tel. 030 1234567, 12.03.2026"):
        assert assemble(SCAN, NOTES, [decided("remark", text), decided("article", "A")]).exceptions == ()


FORM = form(CODE)
KEY = FieldKey("number")
PEOPLE = Traditions(
    of={"amina": "fr", "ben": "fr", "chen": "en", "dora": "en", "emil": ""}, working=frozenset({"fr", "en", ""})
)


def alone(*readings: Reading, people: Traditions = PEOPLE) -> str:
    return lone_tradition(prepared(FORM).fields["number"], readings, people, POLICY)


def said(who: str, text: str | None) -> Reading:
    return reading("number", who, text)


def test_a_reader_against_the_engines_stands_alone_with_their_tradition() -> None:
    assert alone(*both("number", "A7"), said("amina", "A1")) == "fr"


def test_two_of_one_tradition_who_agree_against_another_stand_alone() -> None:
    assert alone(said("amina", "A7"), said("ben", "A7"), said("chen", "A1")) == "fr"


def test_who_is_borne_out_by_an_engine_or_by_somebody_from_elsewhere_does_not_stand_alone() -> None:
    assert alone(*both("number", "A7"), said("amina", "A7")) == ""
    assert alone(*both("number", "A7"), said("amina", "A1"), said("chen", "A1")) == ""
    assert alone(*both("number", "A7"), said("amina", "A1"), said("emil", "A1")) == ""


def test_readers_of_one_tradition_who_differ_among_themselves_are_no_side() -> None:
    assert alone(*both("number", "A7"), said("amina", "A1"), said("ben", "A4")) == ""


def test_one_against_one_leaves_nobody_from_elsewhere_to_prefer() -> None:
    assert alone(said("amina", "A7"), said("chen", "A1")) == ""


def test_what_contradicts_nobody_makes_nobody_stand_alone() -> None:
    assert alone(said("amina", "A1")) == ""
    assert alone(ink("number", ""), said("amina", "A1")) == ""
    assert alone(machine("number", "tesseract 5", None), said("amina", "A1")) == ""
    assert alone(*both("number", "A7"), said("amina", None)) == ""
    assert alone(*both("number", "A7"), reading("number", "amina", "A1", shown="A1")) == ""


def test_who_has_named_no_language_has_no_tradition() -> None:
    assert alone(*both("number", "A7"), said("emil", "A1")) == ""


def test_without_anybody_else_to_ask_there_is_nothing_to_prefer() -> None:
    for working in (set(), {"fr"}, {"fr", ""}):
        only = replace(PEOPLE, working=frozenset(working))
        assert alone(*both("number", "A7"), said("amina", "A1"), people=only) == ""


def test_a_tradition_is_the_first_language_that_somebody_named() -> None:
    mina = Transcriber(id="1", handle="mina", roles=frozenset({"transcriber"}), languages=("fr-CA", "en"))
    omar = replace(mina, id="2", languages=("ar",), paused=True)
    olga = replace(mina, id="3", languages=("ru",), roles=frozenset({"operator"}))
    new = replace(mina, id="4", languages=())
    rui = replace(mina, id="5", languages=("pt_BR", "en"))
    found = traditions([mina, omar, olga, new, rui])
    assert found.of == {"1": "fr", "2": "ar", "3": "ru", "4": "", "5": "pt"}
    assert found.working == {"fr", "pt", ""}


def believed(probability: float, *readings: Reading) -> tuple[Decision | Task, Posterior]:
    """What is decided on these readings where they are believed so far."""
    posterior = replace(weigh(FORM, readings, shipped_parameters(), POLICY)[KEY], probability=probability)
    return decide(CODE, posterior, POLICY), posterior


ENGINES = (machine("number", "tesseract 5", "A7", 0.6), machine("number", "rapidocr 3", "A4", 0.6))
AGREED = (*ENGINES, said("amina", "A1"), said("ben", "A1"))


def test_where_one_tradition_alone_agrees_somebody_from_elsewhere_is_asked_before_it_is_decided() -> None:
    decision, posterior = believed(0.97, *AGREED)
    assert isinstance(decision, Decision)
    task = from_elsewhere(decision, posterior, CODE, "fr", POLICY)
    assert isinstance(task, Task)
    assert (task.kind, task.reason, task.elsewhere, task.slot) == ("read", "one tradition", "fr", 3)


def test_a_lower_target_of_a_form_decides_nothing_of_one_tradition() -> None:
    decision, posterior = believed(0.97, *AGREED)
    lower = replace(CODE, target=0.9)
    assert isinstance(from_elsewhere(decision, posterior, lower, "fr", POLICY), Task)


def test_what_reaches_the_target_is_decided_all_the_same() -> None:
    decision, posterior = believed(0.997, *AGREED)
    assert from_elsewhere(decision, posterior, CODE, "fr", POLICY) is decision


def test_after_three_readers_nobody_more_is_asked_for_their_tradition() -> None:
    decision, posterior = believed(0.97, *AGREED, said("fay", "A1"))
    assert isinstance(decision, Decision)
    assert from_elsewhere(decision, posterior, CODE, "fr", POLICY) is decision


def test_a_task_is_marked_and_what_goes_to_an_expert_is_not() -> None:
    task, posterior = believed(0.5, *both("number", "A7"), said("amina", "A1"))
    assert isinstance(task, Task)
    assert from_elsewhere(task, posterior, CODE, "fr", POLICY) == replace(task, elsewhere="fr")
    split = replace(task, kind="adjudicate")
    assert from_elsewhere(split, posterior, CODE, "fr", POLICY) is split


def test_what_an_expert_decided_stands() -> None:
    decision, posterior = believed(0.97, *AGREED, expert("number", "A7"))
    assert from_elsewhere(decision, posterior, CODE, "fr", POLICY) is decision

"""Versions of a record, numbers that compare as numbers, known values, and files of an earlier layout."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from reconcile.records import query
from reconcile.records.database import LAYOUT_VERSION
from reconcile.records.export_formats import ExportOptions, load_export
from reconcile.records.interchange import comparison
from reconcile.records.publish import publish, rebuild, verify
from tests.reconcile.records import MemoryOutbox, a_field, a_record, decided, dump, order_form
from transcribe.codes import RecordRule
from transcribe.errors import StoreError
from transcribe.model import Decision, FieldKey, Master, RuleException

FORM = "bon-de-commande"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records.db"


def ask(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def sent(store: MemoryOutbox, path: Path) -> None:
    publish(store, path, store.form)


@pytest.mark.promise("`provenance.value` and `documents` always")
def test_amounts_and_decimals_compare_sort_and_add_up_as_numbers(path: Path) -> None:
    store = MemoryOutbox()
    for scan, total in (("a", "10987.49"), ("b", "77.10"), ("c", "500.01"), ("d", "-3.00")):
        store.put(a_record(scan, total=total))
    sent(store, path)
    assert ask(path, "select scan from bon_de_commande where total > 500 order by total desc") == [("a",), ("c",)]
    assert ask(path, "select sum(total_minor), round(sum(total), 2) from bon_de_commande") == [(1156160, 11561.6)]
    assert ask(path, "select distinct weight_exact from bon_de_commande_lines_full where weight < 10") == [("0.250",)]
    assert [each.values["total"] for each in query.records(path, FORM)] == ["10987.49", "77.10", "500.01", "-3.00"]


def test_each_amount_has_its_own_currency(path: Path) -> None:
    yen = replace(a_field("price", "amount"), currency="JPY")
    form = order_form()
    store = MemoryOutbox(known=[replace(form, fields=(*form.fields, yen)), order_form(version=2)])
    store.known[1] = replace(store.known[1], currency="CHF")
    store.put(a_record("one", price="1234"))
    store.put(a_record("two", form_version=2))
    sent(store, path)
    assert ask(path, "select price_minor, price_currency, total_currency from bon_de_commande order by id") == [
        (1234, "JPY", "EUR"),
        (None, None, "CHF"),
    ]
    (first, _) = query.records(path, FORM)
    assert {each.field: each.currency for each in first.origins if each.currency} == {"total": "EUR", "price": "JPY"}


def test_every_version_stands_with_the_time_in_which_it_was_in_force(path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    store.put(a_record("one", version=2, total="1243.50"))
    sent(store, path)
    store.put(a_record("one", version=3, total="1244.50"))
    sent(store, path)
    first, second, third = "2026-01-05T09:05:00+00:00", "2026-01-05T09:08:00+00:00", "2026-01-05T09:11:00+00:00"
    wanted = "record_version, total, valid_from, valid_to"
    assert ask(path, f"select {wanted} from bon_de_commande_versions order by record_version") == [  # noqa: S608 ours
        (1, 1234.5, first, second),
        (2, 1243.5, second, third),
        (3, 1244.5, third, None),
    ]
    lines = "select record_version, count(*) from bon_de_commande_lines_versions group by record_version"
    assert ask(path, lines) == [(1, 2), (2, 2), (3, 2)]
    as_of = f"valid_from <= '{second}' and (valid_to is null or valid_to > '{second}')"
    ((document,),) = ask(path, f"select json from documents where {as_of}")  # noqa: S608 ours
    assert json.loads(str(document))["values"]["total"] == "1243.50"
    (record,) = query.records(path, FORM)
    assert (record.first_recorded_at, record.recorded_at) == (first, third)
    store.erase("one")
    sent(store, path)
    for table in ("bon_de_commande_versions", "bon_de_commande_lines_versions", "documents", "history"):
        assert ask(path, f"select count(*) from {table}") == [(0,)]  # noqa: S608 ours


def test_history_says_who_changed_a_value_and_why(path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    corrected = a_record("one", version=2, total="1243.50")
    total = replace(decided("total", "1243.50"), method="operator", readings=("total operator",))
    store.reasons["total operator"] = "the customer called"
    decisions = tuple(total if each.key.name == "total" else each for each in corrected.decisions)
    store.put(replace(corrected, decisions=decisions))
    sent(store, path)
    assert ask(path, "select key, value_after, method, why from history") == [
        ("total", "1243.50", "operator", "the customer called")
    ]


def test_a_line_that_nobody_could_read_is_a_line(path: Path) -> None:
    store = MemoryOutbox()
    record = a_record("one")

    def unread(each: Decision) -> Decision:
        named = each.key == FieldKey("lines.designation", 1)
        return replace(each, value=None, null="illegible") if named else each

    store.put(replace(record, decisions=tuple(map(unread, record.decisions))))
    sent(store, path)
    assert ask(path, "select row, designation from bon_de_commande_lines order by row") == [
        (0, "Café moulu"),
        (1, None),
        (2, None),
    ]
    (told,) = query.records(path, FORM)
    assert [line["row"] for line in told.tables["lines"]] == [0, 1, 2]


def test_a_known_value_has_its_key_and_one_that_is_not_known_says_so(path: Path) -> None:
    values = (("Elodie Müller", "C-17"), ("Twice Ltd", "C-1"), ("Twice Ltd", "C-2"))
    form = replace(order_form(), masters=(Master(field="customer", values=values, digest="x"),))
    store = MemoryOutbox(known=[form])
    for scan, customer in (("a", "Elodie Müller"), ("b", "Nobody"), ("c", "Twice Ltd"), ("d", None)):
        made = a_record(scan, customer=customer)
        written = tuple(
            replace(each, text=customer) if each.key.name == "customer" and customer else each
            for each in made.decisions
        )
        store.put(replace(made, decisions=written))
    sent(store, path)
    assert ask(path, "select customer_key from bon_de_commande order by id") == [("C-17",), (None,), (None,), (None,)]
    assert ask(path, "select known, known_key from provenance where field = 'customer' order by record") == [
        ("known", "C-17"),
        ("not in catalogue", None),
        ("ambiguous", None),
        (None, None),
    ]


def test_codes_of_lines_and_keys_of_known_values_are_found_by_an_index(path: Path) -> None:
    form = order_form()
    (table,) = form.tables
    code = replace(table.columns[1], field=replace(table.columns[1].field, type="code"))
    listed = Master(field="customer", values=(("Elodie Müller", "C-17"),), digest="x")
    form = replace(form, tables=(replace(table, columns=(*table.columns[:1], code)),), masters=(listed,))
    store = MemoryOutbox(known=[form])
    store.put(a_record("a"))
    sent(store, path)
    for table_name, column in (("bon_de_commande_lines", "designation"), ("bon_de_commande", "customer_key")):
        ((*_, step),) = ask(path, f"explain query plan select * from {table_name} where {column} = 'C-17'")  # noqa: S608
        assert str(step).startswith(f"SEARCH {table_name} USING INDEX"), step


def test_the_same_order_again_and_values_that_are_not_decided_are_marked(path: Path) -> None:
    store = MemoryOutbox()
    again = RuleException(rule=RecordRule.SAME_ORDER, keys=(), expected="another order", found="may be the same as one")
    below = RuleException(rule="below target", keys=(FieldKey("total"),), expected="0.99", found="0.80")
    store.put(a_record("one"))
    store.put(replace(a_record("two"), exceptions=(again,)))
    store.put(replace(a_record("three"), exceptions=(below,)))
    store.put(replace(a_record("four"), exceptions=(again, replace(again, found="the same as two"))))
    sent(store, path)
    asked = "select scan, same_order_as, may_be_same_order_as, state from records order by id"
    assert ask(path, asked) == [
        ("one", None, None, "final"),
        ("two", None, "one", "final"),
        ("three", None, None, "provisional"),
        ("four", "two", "one", "final"),
    ]


def test_the_header_of_a_csv_stays_when_a_version_changes_a_type(path: Path) -> None:
    store = MemoryOutbox(known=[order_form()])
    store.put(a_record("one"))
    sent(store, path)
    out = path.with_name("before.csv")
    with out.open("w", newline="") as file:
        load_export("csv").write(path, FORM, file, ExportOptions())
    store.known.append(order_form(version=2, order_number="integer"))
    store.put(a_record("two", form_version=2, order_number=7))
    sent(store, path)
    store.erase("one")
    sent(store, path)
    anew = path.with_name("after.csv")
    with anew.open("w", newline="") as file:
        load_export("csv").write(path, FORM, file, ExportOptions(after=5))
        load_export("csv").write_erased(path, FORM, file, ExportOptions(after=5))
    before, after = out.read_text().splitlines(), anew.read_text().splitlines()
    assert before[0] == after[0]
    assert [line.split(",")[10] for line in after[1:]] == ["7", ""]
    assert after[2].startswith("one,,,,erased,11,")


def test_a_file_of_an_earlier_layout_is_named_to_readers_and_made_anew(path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    sent(store, path)
    whole = dump(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"pragma user_version = {LAYOUT_VERSION - 1}")
        connection.execute("drop table documents")
    with pytest.raises(StoreError, match="another version of fairhand; `fairhand records publish` makes it anew"):
        query.forms(path)
    sent(store, path)
    assert [each.changed > 5 or each.changed == 5 for each in query.records(path, FORM)] == [True]
    assert sorted(dump(path)) == sorted(whole)


def test_a_file_that_is_made_anew_keeps_the_names_of_its_tables(path: Path) -> None:
    store = MemoryOutbox(known=[order_form("a_b")])
    store.put(a_record("one", form="a_b"))
    sent(store, path)
    store.known.insert(0, order_form("a-b"))
    store.put(a_record("two", form="a-b"))
    sent(store, path)
    before = dump(path)
    assert ask(path, "select scan from a_b") == [("one",)]
    rebuild(store, path, store.form)
    assert ask(path, "select scan from a_b") == [("one",)]
    assert dump(path) == before


def test_verify_says_every_row_that_is_not_what_the_state_says(path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    store.put(a_record("one", version=2, total="1243.50"))
    store.put(a_record("two"))
    sent(store, path)
    assert verify(store, path, store.form) == []
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("update bon_de_commande set total = 1, customer = null where scan = 'two'")
        connection.execute("delete from provenance where key = 'customer' and scan = 'one'")
        connection.commit()
    assert verify(store, path, store.form) == [
        "provenance 5 customer is missing",
        "bon_de_commande 11 differs in customer, total",
        "search index bon_de_commande_fts lacks words: 2",
        "search index bon_de_commande_fts should not have words: 2",
    ]
    store.put(a_record("three"))
    assert "records 14 is missing" in verify(store, path, store.form)
    assert sorted(each.name for each in path.parent.iterdir() if "verify" in each.name) == []


DAMAGE = {
    "drop index idx_records_scan": ["index idx_records_scan is missing"],
    "drop view bon_de_commande_versions": ["view bon_de_commande_versions is missing"],
    "drop trigger bon_de_commande_ai": ["trigger bon_de_commande_ai is missing"],
    "drop view bon_de_commande_versions; create view bon_de_commande_versions as select 1 as one": [
        "view bon_de_commande_versions is made otherwise"
    ],
    "create table intruder (a)": ["table intruder is too much"],
    "alter table bon_de_commande add column intruder text": ["table bon_de_commande is made otherwise"],
    "delete from erased": [f"erased {'gone' * 16} is missing"],
    "update erased set changed = 1": [f"erased {'gone' * 16} differs in changed"],
    "insert into bon_de_commande_fts (bon_de_commande_fts) values ('delete-all')": [
        "search index bon_de_commande_fts lacks words: 5"
    ],
    "insert into bon_de_commande_fts (rowid, customer) values (99, 'nobody')": [
        "search index bon_de_commande_fts should not have words: 1"
    ],
    "drop table provenance": ["table provenance is missing"],
    "drop table outbox_position": ["table outbox_position is missing"],
    "update outbox_position set position = 3": [comparison.OF_ANOTHER_STATE],
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_verify_says_what_else_is_missing_or_altered_and_a_rebuild_mends_it(path: Path, damage: str) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    store.put(a_record("gone" * 16))
    store.erase("gone" * 16)
    sent(store, path)
    assert verify(store, path, store.form) == []
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"pragma foreign_keys = off; {damage}")
    found = verify(store, path, store.form)
    assert set(DAMAGE[damage]) <= set(found)
    rebuild(store, path, store.form)
    assert verify(store, path, store.form) == []

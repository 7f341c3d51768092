"""Publishing: outbox entries become rows exactly once, rebuilding gives an equal file, what is erased is gone."""

from __future__ import annotations

import importlib
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from reconcile.records import held_records, query
from reconcile.records.publish import publish, rebuild, verify
from tests.examples import examples
from tests.reconcile.records import MemoryOutbox, a_record, dump, order_form
from tests.transcribe.store.world import World, after, decision, world
from transcribe.errors import StoreError
from transcribe.model import FieldKey, RuleException, Scan

publishing = importlib.import_module("reconcile.records.publish")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records.db"


def ask(path: Path, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as connection:
        return connection.execute(sql).fetchall()


def told(path: Path, columns: str, where: str) -> list[tuple[object, ...]]:
    return ask(path, f"select {columns} from {where}")  # noqa: S608 the test's own words


def sent(store: MemoryOutbox, path: Path) -> None:
    publish(store, path, store.form)


def test_a_record_stands_in_its_form_s_table_with_typed_columns(path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    assert publish(store, path, store.form) == publishing.Published(count=1, position=5)
    wanted = "scan, scan_name, order_number, order_date, total, total_minor, total_currency, signed, exceptions"
    assert told(path, wanted, "bon_de_commande") == [
        ("one", "one.jpg", "BC-2026-0001", "2026-01-03", 1234.5, 123450, "EUR", 1, 1)
    ]
    made = ask(path, "select sql from sqlite_master where name in ('bon_de_commande', 'bon_de_commande_lines')")
    assert ["STRICT" in str(sql) for (sql,) in made] == [True, True]


def test_lines_stand_in_their_own_table_without_the_empty_ones(path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    sent(store, path)
    wanted = "row, quantity, designation, weight, weight_exact, gift, scan"
    assert told(path, wanted, "bon_de_commande_lines order by row") == [
        (0, 2, "Café moulu", 0.25, "0.250", 1, "one"),
        (2, 0, None, None, None, 0, "one"),
    ]
    assert ask(path, "select scan, customer, designation from bon_de_commande_lines_full limit 1") == [
        ("one", "Élodie Müller", "Café moulu")
    ]


def test_every_value_says_where_it_came_from_and_no_person_is_named(path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one", customer=None))
    sent(store, path)
    wanted = "value, no_value, text, probability, method, machines, people, experts, readings, page, x0, y1, parameters"
    assert told(path, wanted, "provenance where field = 'total'") == [
        ("1234.50", None, "as written 1234.50", 0.98, "people", '["tesseract"]', 1, 1, 3, 1, 10, 40, 7)
    ]
    assert ask(path, "select value, no_value, x0 from provenance where field = 'customer'") == [(None, "blank", None)]
    assert ask(path, "select value from provenance where field = 'lines.gift' and row = 1") == [("false",)]
    assert "anna" not in dump(path)


@pytest.mark.promise("Every table has a")
def test_every_table_has_a_primary_key(path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    sent(store, path)
    tables = "sqlite_master where type = 'table' and name not like 'sqlite%' and name not like '%\\_fts%' escape '\\'"
    names = [str(name) for (name,) in told(path, "name", tables)]
    assert {"records", "bon_de_commande", "bon_de_commande_lines", "erased", "columns", "quality"} <= set(names)
    assert [name for name in names if not told(path, "1", f"pragma_table_info('{name}') where pk > 0")] == []


def test_exceptions_are_rows(path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    sent(store, path)
    assert ask(path, "select scan, rule, fields, expected, found from exceptions") == [
        ("one", "total", '["total", "lines.quantity[0]"]', "10.00", "1234.50")
    ]


def test_words_are_found_without_accents_in_fields_and_lines(path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    sent(store, path)
    assert ask(path, "select rowid from bon_de_commande_fts where bon_de_commande_fts match 'muller elodie'") == [(5,)]
    assert ask(path, "select designation from bon_de_commande_lines_fts where bon_de_commande_lines_fts match 'cafe'")


def test_the_least_sure_values_come_first(path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    sent(store, path)
    assert ask(path, "select form, scan_name, probability from least_sure limit 1") == [
        ("bon-de-commande", "one.jpg", 0.98)
    ]


@pytest.mark.promise("A later correction replaces")
def test_a_corrected_record_replaces_the_old_one_and_history_says_what_changed(path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    store.put(a_record("two"))
    sent(store, path)
    store.put(a_record("one", version=2, total="1243.50", customer=None))
    sent(store, path)
    rows = ask(path, "select id, scan, record_version, total, customer from bon_de_commande order by id")
    assert rows == [(5, "one", 2, 1243.5, None), (8, "two", 1, 1234.5, "Élodie Müller")]
    wanted = "record, record_version, changed_at, field, row, value_before, value_after, no_value_after"
    at = "2026-01-05T09:11:00+00:00"
    assert told(path, wanted, "history") == [
        (5, 2, at, "customer", None, "Élodie Müller", None, "blank"),
        (5, 2, at, "total", None, "1234.50", "1243.50", None),
    ]
    assert ask(path, "select scan, changed from records order by changed") == [("two", 8), ("one", 11)]
    assert ask(path, "select rowid from bon_de_commande_fts where bon_de_commande_fts match 'muller'") == [(8,)]


def test_publishing_again_changes_nothing(path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    sent(store, path)
    before = dump(path)
    assert publish(store, path, store.form).count == 0
    assert dump(path) == before


def test_more_than_a_batch_is_published(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "BATCH_ENTRY_COUNT", 2)
    store = MemoryOutbox()
    for number in range(5):
        store.put(a_record(f"scan {number}"))
    assert publish(store, path, store.form) == publishing.Published(count=5, position=17)
    assert rebuild(store, path, store.form) == publishing.Published(count=5, position=17)
    assert ask(path, "select count(*) from bon_de_commande") == [(5,)]


def test_a_publisher_that_dies_loses_and_repeats_nothing(path: Path, tmp_path: Path) -> None:
    store = MemoryOutbox(fails_at=1)
    for scan in ("one", "two", "three"):
        store.put(a_record(scan))
    with pytest.raises(OSError, match="power"):
        publish(store, path, store.form)
    assert ask(path, "select count(*) from sqlite_master where type = 'table'") == [(0,)]
    store.fails_at = None
    assert publish(store, path, store.form).count == 3
    undisturbed = tmp_path / "undisturbed.db"
    sent(store, undisturbed)
    assert dump(path) == dump(undisturbed)


def test_two_publishers_at_once_publish_each_entry_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "BATCH_ENTRY_COUNT", 3)
    store = MemoryOutbox()
    for number in range(20):
        store.put(a_record(f"scan {number}"))
    with ThreadPoolExecutor(4) as pool:
        published = list(pool.map(lambda _: publish(store, path, store.form).count, range(4)))
    assert sum(published) == 20
    assert ask(path, "select count(*), count(distinct scan) from records") == [(20, 20)]


def test_an_erased_scan_is_gone_from_the_file_and_stays_gone(path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one", customer="Hildegard Winterbotham"))
    store.put(a_record("two"))
    store.put(a_record("one", version=2, customer="Hildegarde Winterbotham"))
    sent(store, path)
    store.erase("one")
    sent(store, path)
    for file in path.parent.glob("records.db*"):
        assert b"Winterbotham" not in file.read_bytes()
        assert b"winterbotham" not in file.read_bytes()
    assert ask(path, "select scan from records") == [("two",)]
    assert ask(path, "select scan, erased_at, changed from erased") == [("one", "2026-01-05T09:14:00+00:00", 14)]
    assert ask(path, "select count(*) from history") == [(0,)]
    before = dump(path)
    rebuild(store, path, store.form)
    assert dump(path) == before
    assert "one.jpg" not in before


def test_a_scan_erased_before_it_was_published_leaves_only_that(path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    store.erase("one")
    sent(store, path)
    assert ask(path, "select count(*) from records") == [(0,)]
    assert ask(path, "select scan from erased") == [("one",)]


def test_a_new_version_of_a_form_adds_columns(path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    sent(store, path)
    store.known.append(order_form(version=2, remark="text"))
    store.put(a_record("two", form_version=2, remark="à livrer"))
    sent(store, path)
    assert ask(path, "select scan, remark from bon_de_commande order by id") == [("one", None), ("two", "à livrer")]
    assert ask(
        path,
        "select scan from bon_de_commande_fts f join bon_de_commande b on b.id = f.rowid where f.remark match 'livrer'",
    ) == [("two",)]
    assert len(ask(path, "select rowid from bon_de_commande_fts where bon_de_commande_fts match 'muller'")) == 2
    assert ask(path, "select remark from bon_de_commande_lines_full where scan = 'two' limit 1") == [("à livrer",)]


def test_a_field_that_changed_its_type_gets_a_column_of_its_own(path: Path) -> None:
    store = MemoryOutbox(known=[order_form(), order_form(version=2, total="integer")])
    store.put(a_record("one"))
    store.put(a_record("two", form_version=2, total=12))
    sent(store, path)
    wanted = "total, total_minor, total_v2"
    assert told(path, wanted, "bon_de_commande order by id") == [
        (1234.5, 123450, None),
        (None, None, 12),
    ]


def test_names_that_sql_or_the_record_database_uses_are_told_apart(path: Path) -> None:
    forms = [order_form("records"), order_form("a-b", id="integer", SCAN="text", Total="amount"), order_form("a_b")]
    store = MemoryOutbox(known=forms)
    store.put(a_record("one", form="records"))
    store.put(a_record("two", form="a-b", id=3, SCAN="mine", Total="2.00"))
    store.put(a_record("three", form="a_b"))
    sent(store, path)
    assert ask(path, "select scan from records_2") == [("one",)]
    assert ask(path, "select scan, id_2, scan_2, total_2, total_2_minor from a_b") == [("two", 3, "mine", 2.0, 200)]
    assert ask(path, "select scan from a_b_2") == [("three",)]
    meaning = "select column_name from columns where form = 'a-b' and field = 'SCAN'"
    assert ask(path, meaning) == [("scan_2",)]


def test_a_scan_that_turns_out_to_be_another_form_leaves_the_first_one_s_table(path: Path) -> None:
    store = MemoryOutbox(known=[order_form(), order_form("other")])
    store.put(a_record("one"))
    store.put(a_record("one", version=2, form="other"))
    sent(store, path)
    assert ask(path, "select count(*) from bon_de_commande") == [(0,)]
    assert ask(path, "select id, scan from other") == [(5, "one")]


@pytest.mark.promise("`provenance.value` and `documents` always")
def test_numbers_that_sqlite_or_the_minor_unit_cannot_hold_stay_as_text(path: Path) -> None:
    store = MemoryOutbox(known=[order_form(count="integer", price="amount", broken="amount")])
    store.put(a_record("one", count=10**30, price="0.1255", broken="no number", total="9" * 30))
    sent(store, path)
    assert ask(path, "select count, price, price_minor, total_minor, broken, broken_minor from bon_de_commande") == [
        (None, 0.1255, None, None, None, None)
    ]
    assert ask(path, "select value from provenance where field in ('count', 'broken') order by field") == [
        ("no number",),
        ("1" + "0" * 30,),
    ]


def test_an_amount_beside_another_currency_is_in_none(path: Path) -> None:
    """98,000 yen are no 98,000 euros: they share no sum with these, and have no minor units of theirs."""
    other = RuleException(rule="the form's currency", keys=(FieldKey("total"),), expected="EUR", found="¥")
    store = MemoryOutbox()
    store.put(a_record("one"))
    store.put(replace(a_record("two", total="98000.00"), exceptions=(other,)))
    sent(store, path)
    by_currency = "select total_currency, sum(total_minor), sum(total) from bon_de_commande group by 1 order by 1"
    assert ask(path, by_currency) == [(None, None, 98000.0), ("EUR", 123450, 1234.5)]
    found = {each.scan: each.origins for each in query.records(path, "bon-de-commande")}
    assert [each.currency for each in found["two"] if each.field == "total"] == [None]
    assert [each.currency for each in found["one"] if each.field == "total"] == ["EUR"]


def test_a_file_that_is_no_database_is_a_store_error_that_names_it(path: Path) -> None:
    path.write_bytes(b"this is no database, whatever its name says" * 100)
    store = MemoryOutbox()
    with pytest.raises(StoreError, match=r"records\.db"):
        sent(store, path)


def test_the_search_index_forgets_what_a_later_version_does_not_say(path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    sent(store, path)
    store.put(a_record("one", version=2, customer="Anatole"))
    sent(store, path)
    found = "select rowid from bon_de_commande_fts where bon_de_commande_fts match '{}'"
    assert ask(path, found.format("anatole")) == [(5,)]
    assert ask(path, found.format("muller")) == []


Step = tuple[str, int]
steps = st.lists(
    st.tuples(st.sampled_from(["record", "other form", "new form version", "erase", "publish"]), st.integers(0, 3)),
    max_size=14,
)


@pytest.mark.promise("Every table has a")
@examples(15, HealthCheck.function_scoped_fixture)
@given(steps=steps)
def test_rebuilding_gives_an_equal_file_whatever_happened(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Step]
) -> None:
    path = tmp_path_factory.mktemp("records") / "records.db"
    store = MemoryOutbox(known=[order_form(), order_form("other")])
    versions: dict[str, int] = {}
    latest = 1
    for what, number in steps:
        scan = f"scan {number}"
        match what:
            case "erase":
                store.erase(scan)
                versions[scan] = 1_000
            case "publish":
                sent(store, path)
            case "new form version":
                latest += 1
                extra = {f"extra{latest}": "text"}
                store.known.append(order_form("bon-de-commande", latest, **extra))
            case _ if versions.get(scan, 0) < 1_000:
                versions[scan] = versions.get(scan, 0) + 1
                form, of = ("other", 1) if what == "other form" else ("bon-de-commande", latest)
                store.put(a_record(scan, versions[scan], form, of, total=f"{versions[scan]}.00"))
    sent(store, path)
    published = dump(path)
    rebuild(store, path, store.form)
    assert dump(path) == published


TOO_LARGE = 2**70
"""No integer of SQLite: a record of this version cannot be written."""


def scans(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [scan for (scan,) in connection.execute("select scan from records order by scan")]


def test_it_is_named_with_the_reason_and_the_rest_of_the_batch_is_published(path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("gone"))
    publish(store, path, store.form)
    store.put(a_record("one"))
    store.put(a_record("odd", TOO_LARGE))
    store.erase("gone")
    store.put(a_record("two"))
    done = publish(store, path, store.form)
    assert (done.count, done.position) == (4, store.last)
    assert scans(path) == ["one", "two"]
    (held,) = held_records(path)
    assert (held.scan, held.form, held.version) == ("odd", "bon-de-commande", 1)
    assert held.message.startswith("OverflowError")
    assert publish(store, path, store.form).count == 0


def test_what_was_published_of_it_before_stays(path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("odd", customer="Anna"))
    publish(store, path, store.form)
    before = dump(path)
    store.put(a_record("odd", TOO_LARGE, customer="Berta"))
    publish(store, path, store.form)
    assert scans(path) == ["odd"]
    assert "Anna" in before
    assert "Berta" not in dump(path)


def test_written_or_erased_it_is_held_no_more(path: Path) -> None:
    store = MemoryOutbox()
    for scan in ("mended", "erased"):
        store.put(a_record(scan, TOO_LARGE))
    publish(store, path, store.form)
    assert len(held_records(path)) == 2
    store.put(a_record("mended", 2))
    store.erase("erased")
    publish(store, path, store.form)
    assert held_records(path) == []
    assert scans(path) == ["mended"]


def test_an_erasure_that_fails_stops_publishing_and_is_not_left_out(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("odd")

    store = MemoryOutbox()
    store.put(a_record("one"))
    publish(store, path, store.form)
    store.erase("one")
    with monkeypatch.context() as patched:
        patched.setattr("reconcile.records.record_writer.RecordWriter.erase", fail)
        with pytest.raises(ValueError, match="odd"):
            publish(store, path, store.form)
    publish(store, path, store.form)
    assert scans(path) == []


@examples(10)
@given(odd=st.lists(st.booleans(), min_size=1, max_size=8), at_once=st.booleans())
def test_rebuilding_gives_the_same_records_and_holds_the_same(
    tmp_path_factory: pytest.TempPathFactory, odd: list[bool], at_once: bool
) -> None:
    path, store = tmp_path_factory.mktemp("held") / "records.db", MemoryOutbox()
    for number, is_odd in enumerate(odd):
        store.put(a_record(f"s{number}", TOO_LARGE if is_odd else 1))
        if not at_once:
            publish(store, path, store.form)
    publish(store, path, store.form)
    before, held = scans(path), held_records(path)
    assert before == [f"s{number}" for number, is_odd in enumerate(odd) if not is_odd]
    assert [each.scan for each in held] == [f"s{number}" for number, is_odd in enumerate(odd) if is_odd]
    rebuild(store, path, store.form)
    assert (scans(path), held_records(path)) == (before, held)


PUBLISHER = """
import importlib, sys
from pathlib import Path
from tests.transcribe.store.world import KEY, form
from transcribe.store import open_store

publishing = importlib.import_module("reconcile.records.publish")
publishing.BATCH_ENTRY_COUNT = 2
folder = Path(sys.argv[1])
store = open_store(folder / "state.db", KEY)
print("ready", flush=True)
while True:
    publishing.publish(store, folder / "records.db", lambda *_: form())
"""

CHANGES_A_KILL = 25
"""What happens to orders while a publisher runs: enough that it is at work whenever it is killed."""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


def happen(here: World, chance: random.Random, scans: list[Scan], number: int) -> None:
    """An order is decided, corrected or forgotten."""
    at = after(number)
    if not scans or chance.random() < 0.6:
        scans.append(here.scan(f"scan {number}"))
        here.decide(scans[-1], decision("number", f"A{number}"), decision("total", "2.00"), record=True, now=at)
    elif chance.random() < 0.7:
        here.decide(chance.choice(scans), decision("total", f"{number}.00"), record=True, now=at)
    else:
        here.store.forget(scans.pop(chance.randrange(len(scans))).id, at)


def killed(here: World, folder: Path, kills: int) -> None:
    chance, scans, number = random.Random(17), list[Scan](), 0
    for _ in range(kills):
        program = [sys.executable, "-c", PUBLISHER, str(folder)]
        running = subprocess.Popen(program, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE)
        try:
            assert running.stdout is not None
            assert running.stdout.readline() == b"ready\n"
            for _ in range(CHANGES_A_KILL):
                number += 1
                happen(here, chance, scans, number)
            time.sleep(chance.random() * 0.1)
        finally:
            running.kill()
            running.wait()
    records = folder / "records.db"
    publish(here.store, records, lambda *_: here.form)
    assert verify(here.store, records, lambda *_: here.form) == []
    published = dump(records)
    found = [each.scan for each in query.records(records, "order")]
    assert sorted(found) == sorted(scan.id for scan in scans)
    rebuild(here.store, records, lambda *_: here.form)
    assert dump(records) == published


def test_a_publisher_killed_at_random_moments_loses_and_doubles_nothing(here: World, tmp_path: Path) -> None:
    killed(here, tmp_path, 3)


@pytest.mark.soak
def test_a_publisher_killed_at_fifty_random_moments_loses_and_doubles_nothing(here: World, tmp_path: Path) -> None:
    killed(here, tmp_path, 50)

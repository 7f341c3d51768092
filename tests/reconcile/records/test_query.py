"""Reading the record database: whole records, changes since, search, and clear errors."""

from __future__ import annotations

import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from reconcile.records import Moments, query
from reconcile.records.database import open_for_reading
from reconcile.records.interchange.selection import MOST_SPELLINGS_COUNT, spellings
from reconcile.records.publish import publish, rebuild
from reconcile.records.query import BrokenRule
from reconcile.records.schema import TABLES
from reconcile.records.sql_names import FORM_TABLE_COLUMNS, LINE_TABLE_COLUMNS
from tests.reconcile.records import MemoryOutbox, a_record, order_form
from transcribe.errors import NotFound, StoreError

FORM = "bon-de-commande"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "records.db"
    store = MemoryOutbox()
    store.put(a_record("one"))
    store.put(a_record("two", customer="Zoé", signed=False, total=None))
    publish(store, path, store.form)
    return path


def test_a_file_that_the_first_publishing_has_not_filled_yet_is_as_none(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    path.touch()
    for look in (lambda: query.position(path), lambda: list(query.records(path, FORM))):
        with pytest.raises(NotFound, match="fairhand records publish"):
            look()
    with pytest.raises(NotFound, match="fairhand records publish"), Moments(path).moment():
        pass


def test_a_record_comes_with_typed_values_and_lines(path: Path) -> None:
    first, second = query.records(path, FORM)
    assert first.values == {
        "order_number": "BC-2026-0001",
        "customer": "Élodie Müller",
        "order_date": "2026-01-03",
        "total": "1234.50",
        "signed": True,
    }
    assert first.tables["lines"] == (
        {"row": 0, "quantity": 2, "designation": "Café moulu", "weight": "0.250", "gift": True},
        {"row": 2, "quantity": 0, "designation": None, "weight": None, "gift": False},
    )
    assert (second.values["signed"], second.values["total"]) == (False, None)
    assert (first.scan_name, first.form_version, first.record_version, first.currency) == ("one.jpg", 1, 1, "EUR")


def test_a_record_says_where_values_came_from_and_what_does_not_add_up(path: Path) -> None:
    first, second = query.records(path, FORM)
    total = next(each for each in first.origins if each.field == "total")
    assert (total.value, total.text, total.probability, total.box) == (
        "1234.50",
        "as written 1234.50",
        0.98,
        (10, 20, 30, 40),
    )
    assert (total.machines, total.people, total.experts) == (("tesseract",), 1, 1)
    blank = next(each for each in second.origins if each.field == "total")
    assert (blank.value, blank.no_value) == (None, "blank")
    assert first.exceptions == (
        BrokenRule(rule="total", fields=("total", "lines.quantity[0]"), expected="10.00", found="1234.50"),
    )


def test_a_follower_gets_what_changed_since_and_what_was_erased(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    store = MemoryOutbox()
    for scan in ("one", "two", "three"):
        store.put(a_record(scan))
    publish(store, path, store.form)
    seen = max(each.changed for each in query.records(path, FORM))
    assert query.erased(path, after=0) == []
    store.put(a_record("two", version=2, customer="Zoé"))
    store.erase("three")
    publish(store, path, store.form)
    assert [each.scan for each in query.records(path, FORM, after=seen)] == ["two"]
    assert query.erased(path, after=seen) == [("three", 17)]
    assert query.erased(path, after=17) == []


def test_search_finds_words_in_fields_and_lines_and_is_no_query_language(path: Path) -> None:
    assert [each.scan for each in query.records(path, FORM, search="ZOE")] == ["two"]
    assert [each.scan for each in query.records(path, FORM, search="cafe moulu")] == ["one", "two"]
    assert [each.scan for each in query.records(path, FORM, search="zoe cafe")] == []
    assert [each.scan for each in query.records(path, FORM, search='"; drop OR *')] == []


def test_a_limit_is_kept(path: Path) -> None:
    assert [each.scan for each in query.records(path, FORM, limit=1)] == ["one"]
    assert list(query.records(path, FORM, limit=0)) == []


def test_a_field_whose_type_changed_reads_as_what_the_record_has(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    store = MemoryOutbox(known=[order_form(), order_form(version=2, total="integer")])
    store.put(a_record("one"))
    store.put(a_record("two", form_version=2, total=12))
    publish(store, path, store.form)
    assert [each.values["total"] for each in query.records(path, FORM)] == ["1234.50", 12]


def test_what_is_not_there_is_named_with_what_is(path: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="fairhand records publish"):
        query.forms(tmp_path / "nothing.db")
    with pytest.raises(NotFound, match=FORM):
        list(query.records(path, "nothing"))
    with pytest.raises(NotFound, match="lines"):
        query.columns(path, FORM, "nothing")
    assert query.forms(path) == [FORM]
    assert [each.column for each in query.columns(path, FORM, "lines")] == ["quantity", "designation", "weight", "gift"]


@pytest.mark.promise("Read all of it")
def test_what_is_asked_at_one_moment_is_of_that_moment_and_the_next_sees_what_came(tmp_path: Path) -> None:
    path, store = tmp_path / "records.db", MemoryOutbox()
    store.put(a_record("one"))
    publish(store, path, store.form)
    moments, seen = Moments(path), query.position(path)
    with moments.moment():
        assert query.position(path) == seen
        store.put(a_record("two"))
        publish(store, path, store.form)
        assert (query.position(path), len(list(query.records(path, FORM)))) == (seen, 1)
    with moments.moment():
        assert query.position(path) > seen
    moments.close()


def test_what_takes_the_place_of_the_file_is_seen_at_the_next_moment(tmp_path: Path) -> None:
    path, store = tmp_path / "records.db", MemoryOutbox()
    moments = Moments(path)
    with pytest.raises(NotFound, match="fairhand records publish"), moments.moment():
        pass
    store.put(a_record("one"))
    publish(store, path, store.form)
    with moments.moment():
        assert [each.scan for each in query.records(path, FORM)] == ["one"]
    store.put(a_record("two"))
    path.write_bytes(b"no database any more" * 1000)
    with pytest.raises(StoreError, match="fairhand records rebuild"), moments.moment():
        query.forms(path)
    rebuild(store, path, store.form)
    with moments.moment():
        assert [each.scan for each in query.records(path, FORM)] == ["one", "two"]
    with (
        pytest.raises(StoreError, match="no such table: nowhere"),
        moments.moment(),
        open_for_reading(path) as database,
    ):
        database.execute("select * from nowhere")
    with moments.moment():
        assert query.forms(path) == [FORM]
    moments.close()


@pytest.mark.parametrize("words", ['"', "--- ★", '"" ""', ""])
def test_a_search_without_a_word_finds_nothing_and_does_not_fail(tmp_path: Path, words: str) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    publish(store, tmp_path / "records.db", store.form)
    assert list(query.records(tmp_path / "records.db", "bon-de-commande", search=words)) == []
    assert query.scans_with_words(tmp_path / "records.db", "bon-de-commande", words, 9) == []


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("Søndergård Øst ApS", ["sondergard", "Søndergård ost", "öst sondergard"]),
        ("Łukasz Żółć", ["lukasz zolc", "ŁUKASZ"]),
        ("Æblegård & Weiß, Đurđević", ["aeblegard weiss", "æblegård", "WEIß durdevic"]),
        ("Sondergard Weiss", ["Søndergård", "weiß"]),
        ("Holløldolløddoløl", ["Holløldolløddoløl"]),
    ],
)
def test_a_name_is_found_with_and_without_its_letters_that_the_alphabet_lacks(
    tmp_path: Path, name: str, asked: list[str]
) -> None:
    path, store = tmp_path / "records.db", MemoryOutbox()
    store.put(a_record("one", customer=name))
    store.put(a_record("two", customer="Zoé"))
    publish(store, path, store.form)
    for words in asked:
        assert [each.scan for each in query.records(path, FORM, search=words)] == ["one"], words


def test_a_word_of_many_such_letters_is_looked_for_in_few_spellings() -> None:
    assert spellings("bar") == ["bar"]
    assert set(spellings("söl")) == {"sol", "søl", "soł", "søł"}
    assert len(spellings("lo" * 40)) <= MOST_SPELLINGS_COUNT
    assert "hølløs" * 9 in spellings("hollos" * 9)


PAGE = (Path(__file__).parents[3] / "docs" / "records.md").read_text(encoding="utf-8")
QUERIES = [
    query.strip()
    for block in re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    for query in re.sub(r"--.*", "", block).split(";")
    if query.strip()
]
SELECTS = [query for query in QUERIES if query.startswith("select")]
COMMANDS = re.findall(r"^sqlite-utils .*$", PAGE, re.MULTILINE)


@pytest.fixture
def records(tmp_path: Path) -> Path:
    store = MemoryOutbox()
    store.put(a_record("one"))
    publish(store, tmp_path / "records.db", store.form)
    return tmp_path / "records.db"


def described(table: str) -> str:
    return next(line for line in PAGE.splitlines() if line.startswith(f"| `{table}`"))


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_table_is_described_with_every_column(table: str) -> None:
    missing = [column for column in TABLES[table] if f"`{column}`" not in described(table) and column != "id"]
    assert missing == []


def test_the_own_columns_of_a_form_s_tables_are_described() -> None:
    assert all(f"`{column}`" in described("bon_de_commande") for column in FORM_TABLE_COLUMNS)
    assert all(f"`{column}`" in described("bon_de_commande_lines") for column in LINE_TABLE_COLUMNS)


@pytest.mark.parametrize("query", SELECTS)
def test_every_query_of_the_page_works(records: Path, query: str) -> None:
    with sqlite3.connect(f"file:{records}?mode=ro", uri=True) as connection:
        cursor = connection.execute(query, {"seen": 0} if ":seen" in query else {})
        assert cursor.description is not None


@pytest.mark.parametrize("query", SELECTS)
def test_no_query_of_the_page_walks_through_all_records(records: Path, query: str) -> None:
    """Tables that every order makes larger are searched by an index, or read in the order of one."""
    with sqlite3.connect(f"file:{records}?mode=ro", uri=True) as connection:
        plan = connection.execute(f"explain query plan {query}", {"seen": 0} if ":seen" in query else {}).fetchall()
    walked = [step for *_, step in plan if step.startswith("SCAN") and "USING" not in step]
    assert not [step for step in walked if not any(small in step for small in SMALL)], plan


SMALL = ("exceptions", "outbox", "VIRTUAL TABLE", "bon_de_commande_former", "bon_de_commande_versions")
"""What a query may walk through: exceptions and former versions are few, and the page asks for all exceptions.

A view of versions is walked through after each of its two tables was searched.
"""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_page_works(records: Path, command: str) -> None:
    _, *arguments = shlex.split(command)
    program = [sys.executable, "-m", "sqlite_utils", *arguments]
    done = subprocess.run(program, cwd=records.parent, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_page_has_queries_and_commands() -> None:
    assert (len(SELECTS), len(COMMANDS)) == (9, 3)
    assert len(QUERIES) == len(SELECTS) + 2, "begin and commit"

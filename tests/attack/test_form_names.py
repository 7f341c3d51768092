"""Any form that passes `forms check` is published beside any other, and one that cannot be stops no other's."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.administration import examine
from flows.administration.records import forget_scan
from flows.home import FormLibrary
from flows.home.home import Home
from flows.parts.exports import parquet
from flows.steps import publish_records, rebuild_records
from flows.steps.erasures import held_forms
from reconcile.records import ExportOptions, held, load_export, query, values_schema
from reconcile.records.interchange.export_columns import columns_of
from reconcile.records.publish import publish, rebuild
from reconcile.records.sql_names import OWN_COLUMNS
from tests.attack.test_restore import opened, recorded
from tests.examples import SOAK, examples
from tests.flows.conftest import house
from tests.flows.house import House
from tests.reconcile.records import MemoryOutbox, decided
from transcribe.errors import FormError
from transcribe.forms import load
from transcribe.model import Decision, Form, Record, Value

__all__ = ["house"]

HEAD = 'title = "S"\nlanguages = ["eng"]\nlocale = "en_GB"\n'
VALUES: dict[str, Value] = {
    **{"amount": "1.50", "decimal": "0.250", "integer": 3, "checkbox": True, "text": "Müller", "date": "2026-01-02"},
}
KNOWN = "name,number\nMüller,C1\nMuller & Co,C2\n"
"""Master data of a field: the key of what every record says is C1."""

ROLES = {"": "value", "_currency": "currency", "_key": "key"}
"""What a column of records.db is, by the end of the export's column of the same name."""

Fields = Mapping[str, str]
"""Types by name."""


def definition(
    name: str, fields: Fields, tables: Mapping[str, Fields], version: int = 1, currency: str = "EUR", listed: int = 0
) -> str:
    """A definition in TOML; the first so many text fields have master data."""
    lines = [f'name = "{name}"\nversion = {version}\ncurrency = "{currency}"\n{HEAD}']
    lines += [f'[[field]]\nname = "{field}"\ntype = "{type_}"\n' for field, type_ in fields.items()]
    for table, columns in tables.items():
        lines.append(f'[[table]]\nname = "{table}"\n')
        lines += [f'[[table.column]]\nname = "{column}"\ntype = "{type_}"\n' for column, type_ in columns.items()]
    master = 'source = "known.csv"\ncolumn = "name"\nkey = "number"\n'
    texts = [field for field, type_ in fields.items() if type_ == "text"][:listed]
    return "".join([*lines, *(f'[[master]]\nfield = "{field}"\n{master}' for field in texts)])


def checked(folder: Path, text: str) -> Form:
    """The form of a definition that passes `forms check`; FormError where it does not."""
    file = folder / "checked.toml"
    file.write_text(text, encoding="utf-8")
    (folder / "known.csv").write_text(KNOWN, encoding="utf-8")
    return FormLibrary(folder).check(str(file))


def filled(form: Form, scan: str) -> Record:
    """A record with a value in every field and in one line of every table."""
    made = [decided(field.name, VALUES[field.type]) for field in form.fields]
    decisions: list[Decision] = [replace(each, text=str(each.value)) for each in made]
    for table in form.tables:
        decisions += [decided(each.field.name, VALUES[each.field.type], 0) for each in table.columns]
    return Record(
        scan=scan, form=form.name, form_version=form.version, version=1, decisions=tuple(decisions), exceptions=()
    )


def require_published(forms: Sequence[Form], records: Path) -> None:
    """Publish a record of each form, one after the other, and look that each says again what it was given."""
    store = MemoryOutbox(known=[])
    for number, form in enumerate(forms):
        store.known.append(form)
        store.put(filled(form, f"scan {number}"))
        publish(store, records, store.form)
    for _ in range(2):
        assert held(records) == []
        for form in forms:
            found = {each.scan: each for each in query.records(records, form.name)}
            for number, other in enumerate(forms):
                if other == form:
                    told = found[f"scan {number}"]
                    assert {name: told.values[name] for name in (field.name for field in form.fields)} == {
                        field.name: VALUES[field.type] for field in form.fields
                    }
                    assert {each.known_key for each in told.origins if each.known} == (
                        {"C1"} if form.masters else set()
                    )
                    money = {each.currency for each in told.origins if each.currency}
                    assert money <= {form.currency}
                    for table in form.tables:
                        (line,) = told.tables[table.name]
                        assert line["row"] == 0
                        assert len(line) == len(table.columns) + 1
            require_exported(form, records)
            if any(field.type == "text" for field in form.all_fields()):
                assert {each.scan for each in query.records(records, form.name, search="muller")}
        rebuild(store, records, store.form)
    store.erase("scan 0")
    publish(store, records, store.form)
    assert "scan 0" not in {each.scan for each in query.records(records, forms[0].name)}


def require_exported(form: Form, records: Path) -> None:
    """Look that records keep their schema, and that an export has a column for each field, currency and line, and what
    is called alike in SQL and in an export is the same."""
    for each in query.records(records, form.name):
        if each.document["form_version"] == form.version:
            jsonschema.Draft202012Validator(values_schema(form)).validate(each.document["values"])
    for table in ("", *(each.name for each in form.tables)):
        columns, known = columns_of(records, form.name, table), query.columns(records, form.name, table)
        assert len({each.name for each in columns}) == len(columns)
        assert {each.field for each in columns if each.field and not each.end} == {each.field for each in known}
        with closing(sqlite3.connect(records)) as connection:
            asked = "select column_name, field, role from columns where form = ? and part = ?"
            in_sql = {name: rest for name, *rest in connection.execute(asked, [form.name, table])}
        for column in columns:
            field, role = in_sql.get(column.name, ["", "own"])
            assert (field or None, role) == (column.field, ROLES[column.end] if column.field else "own"), column.name
        amounts = {each.field for each in known if each.facts.is_money}
        assert {each.field for each in columns if each.end == "_currency"} == amounts
        assert load_export("csv").write(records, form.name, StringIO(), ExportOptions(table=table))
        assert parquet.write(records, form.name, BytesIO(), ExportOptions(table=table))


T: Fields = {"a": "text"}
D: Fields = {"a": "date"}
OWN: Fields = {"id": "text", "scan": "text", "row": "text", "record": "text", "record_id": "text"}

SETS: dict[str, list[tuple[Any, ...]]] = {
    "a searchable field named as the index's own": [("x", {"rank": "text", "rowid": "text"}, {})],
    "a field named as the table's index": [("x", {"x_fts": "text", "rowid": "integer"}, {})],
    "a form named as SQLite's own": [("sqlite-master", T, {}), ("sqlite", T, {"b": T})],
    "minor units taken before": [("x", {"total_minor": "text", "total": "amount"}, {})],
    "a table named as the view of another": [("x", T, {"lines": T, "lines_full": T})],
    "a form named as the index of a later one": [("x-fts", T, {}), ("x", T, {})],
    "a form named as a shadow of a later one": [("x-fts-config", T, {}), ("x", T, {})],
    "a form named as an SQL index": [("idx-x-scan", D, {}), ("idx-records-scan", D, {}), ("x", D, {})],
    "names that a pattern of SQL takes for each other": [("axb", T, {}), ("a-b", T, {}), ("a-c", D, {})],
    "a form named as a fixed table": [("records", T, {}), ("least-sure", T, {}), ("held-forms", T, {})],
    "own columns": [("x", OWN, {"t": OWN})],
    "a column named as the number of a line": [("x", T, {"t": {"row": "integer", "row_2": "text"}})],
    "a field named as the key of another": [("x", {"a": "text", "a_key": "text"}, {}, 1, "EUR", 1)],
    "a field of a later version named so": [
        ("x", {"a": "text"}, {}, 1, "EUR", 1),
        ("x", {"a": "text", "a_key": "text"}, {}, 2, "EUR", 1),
    ],
    "fields named as a record's own columns in exports": [
        ("x", dict.fromkeys(OWN_COLUMNS, "text"), {"t": dict.fromkeys(OWN_COLUMNS, "text")})
    ],
    "currency taken before": [("x", {"total_currency": "amount", "total": "amount"}, {})],
}


@pytest.mark.parametrize("forms", SETS.values(), ids=SETS)
def test_forms_with_names_that_meet_are_published(forms: list[tuple[Any, ...]], tmp_path: Path) -> None:
    require_published([checked(tmp_path, definition(*each)) for each in forms], tmp_path / "records.db")


WORDS = """
x a rank rowid id scan row record total total_minor total_minor_minor lines lines_full full fts sqlite idx x_fts oid
total_currency row_2 key changed state
x_fts_data x_lines x_full idx_x_scan records record_id exceptions total_2 lines_2 main temp select a_b axb
"""
STEMS = st.sampled_from(WORDS.split())
NAMES = st.one_of(STEMS, st.tuples(STEMS, STEMS).map("_".join))
TYPES = st.sampled_from(sorted(VALUES))
FIELDS = st.dictionaries(NAMES, TYPES, min_size=1, max_size=5)
FORMS = st.lists(
    st.tuples(
        st.one_of(NAMES, NAMES.map(lambda name: name.replace("_", "-"))),
        FIELDS,
        st.dictionaries(NAMES, FIELDS, max_size=3),
        st.integers(1, 2),
        st.sampled_from(("EUR", "JPY", "KWD", "GBP")),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda each: (each[0], each[3]),
)


@examples(25 if SOAK else 10)
@given(FORMS)
def test_every_form_that_passes_the_check_is_published_beside_any_other(
    forms: list[tuple[str, Fields, Mapping[str, Fields], int, str, int]],
) -> None:
    with tempfile.TemporaryDirectory() as place:
        good = []
        for each in forms:
            try:
                good.append(checked(Path(place), definition(*each)))
            except FormError:
                continue
        if good:
            require_published(good, Path(place) / "records.db")


def test_the_widest_form_that_passes_is_published_and_a_wider_one_is_refused(tmp_path: Path) -> None:
    widest = definition("x", {f"f{each}": "amount" for each in range(300)}, {})
    require_published([checked(tmp_path, widest)], tmp_path / "records.db")
    with pytest.raises(FormError, match=r"its plain fields need 903 columns .* split the form into two forms"):
        checked(tmp_path, definition("x", {f"f{each}": "amount" for each in range(301)}, {}))
    with pytest.raises(FormError, match="has 101 characters; write a name of at most 100"):
        checked(tmp_path, definition("x", {"f" * 101: "text"}, {}))


@pytest.mark.promise("A form whose tables", "its records wait in")
def test_a_form_that_cannot_be_made_stops_no_other_and_leaves_nothing_half_made(tmp_path: Path) -> None:
    """As one of a home of before there was a check."""
    records, file = tmp_path / "records.db", tmp_path / "wide.toml"
    file.write_text(definition("wide", {"a": "text"}, {"t": {f"f{each}": "amount" for each in range(1100)}}))
    wide, good = load(file, patterns_ignored=True), checked(tmp_path, definition("good", {"a": "text"}, {}))
    store = MemoryOutbox(known=[wide, good])
    for scan, form in (("one", wide), ("two", good), ("three", good)):
        store.put(filled(form, scan))
    publish(store, records, store.form)
    (told,) = held(records)
    assert (told.form, told.version, told.entries) == ("wide", 1, 1)
    assert told.message.startswith('The form wide version 1 cannot be published: field "t.f331')
    with closing(sqlite3.connect(records)) as connection:
        assert not connection.execute("select name from sqlite_master where name like 'wide%'").fetchall()
    store.erase("two")
    publish(store, records, store.form)
    rebuild(store, records, store.form)
    assert {each.scan for each in query.records(records, "good")} == {"three"}
    last = query.position(records)
    store.known[0] = mended = checked(tmp_path, definition("wide", {"a": "text"}, {"t": {"f1": "amount"}}))
    publish(store, records, store.form)
    assert held(records) == []
    (record,) = query.records(records, "wide")
    assert record.values == {"a": "Müller"}
    assert mended.name == record.form
    assert query.position(records) >= last


@pytest.mark.promise("A form whose tables", "its records wait in")
def test_a_damaged_copy_of_a_form_is_named_and_stops_no_other_and_no_erasure(tmp_path: Path) -> None:
    place = tmp_path / "home"
    with opened(place) as home:
        scan = recorded(home, "FIRM LTD")
        other = home.use_form("bon-de-commande")
        kept = place / "forms" / other.name / str(other.version) / f"{other.name}.toml"
        content = kept.read_bytes()
        kept.write_bytes(b"no definition \xff")
    with opened(place) as home:
        rebuild_records(home)
        assert [each.scan for each in query.records(home.settings.records, "receipt")] == [scan]
        _require_named(home, f"{other.name} version {other.version} is not published")
        forget_scan(home, scan, 0.0)
        assert not list(query.records(home.settings.records, "receipt"))
    kept.write_bytes(content)
    with opened(place) as home:
        publish_records(home)
        assert held_forms(home.settings) == []


def test_records_of_a_form_whose_copy_is_damaged_come_back_when_it_is_mended(tmp_path: Path) -> None:
    place = tmp_path / "home"
    with opened(place) as home:
        scan = recorded(home, "FIRM LTD")
        (kept,) = (place / "forms" / "receipt").glob("*/receipt.toml")
        content = kept.read_bytes()
    kept.write_bytes(b"")
    with opened(place) as home:
        rebuild_records(home)
        _require_named(home, "1 changes of its records wait")
    kept.write_bytes(content)
    with opened(place) as home:
        publish_records(home)
        assert [each.scan for each in query.records(home.settings.records, "receipt")] == [scan]


def _require_named(home: Home, sentence: str) -> None:
    (told,) = held_forms(home.settings)
    assert sentence in told
    assert "All other forms are published" in told
    assert any(sentence in finding.message for finding in examine(home.settings) if finding.check == "records")


def test_status_and_publish_name_a_form_that_is_held(house: House) -> None:
    with opened(house.home) as home:
        recorded(home, "FIRM LTD")
    (kept,) = (house.home / "forms" / "receipt").glob("*/receipt.toml")
    kept.write_bytes(b"")
    done = house.run("records", "rebuild")
    assert done.code == 1
    assert "receipt version 1 is not published" in done.err
    assert "Not published:\n  receipt version 1 is not published" in house.run("status").out
    (said,) = house.run("status", "--json").json
    assert len(said["held_forms"]) == 1

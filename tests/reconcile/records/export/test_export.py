"""Exports: every file of the folder keeps the contract; JSON Lines is whole; CSV is exact, or safe for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from reconcile.records import export_formats
from reconcile.records.export_formats import ExportOptions
from reconcile.records.publish import publish
from tests.examples import examples
from tests.reconcile.records import MemoryOutbox, a_record, decided, order_form
from transcribe.errors import NotFound, SettingsError
from transcribe.model import Column, Field, Value

FORM = "bon-de-commande"


def published(path: Path, **values: Value) -> Path:
    store = MemoryOutbox()
    store.put(a_record("one", 1, FORM, 1, **values))
    publish(store, path / "records.db", store.form)
    return path / "records.db"


def stream(name: str) -> io.IOBase:
    """What an export writes to."""
    return io.BytesIO() if export_formats.load_export(name).IS_BINARY else io.StringIO(newline="")


def exported(records: Path, name: str, options: ExportOptions | None = None) -> str:
    out = io.StringIO(newline="")
    export_formats.load_export(name).write(records, FORM, out, options or ExportOptions())
    return out.getvalue()


@pytest.mark.parametrize("name", export_formats.export_names())
def test_every_export_says_what_it_is_and_how_many_rows_it_wrote(tmp_path: Path, name: str) -> None:
    records = published(tmp_path)
    assert "/" in export_formats.load_export(name).MEDIA_TYPE
    assert export_formats.load_export(name).write(records, FORM, stream(name), ExportOptions()) == 1
    assert export_formats.load_export(name).write(records, FORM, stream(name), ExportOptions(after=5)) == 0
    with pytest.raises(NotFound):
        export_formats.load_export(name).write(records, "nothing", stream(name), ExportOptions())


def test_an_unknown_export_is_told_with_those_that_are() -> None:
    with pytest.raises(SettingsError, match=r"csv, (?:.*, )?jsonl"):
        export_formats.load_export("xml")


def test_json_lines_hold_the_whole_record(tmp_path: Path) -> None:
    (line,) = exported(published(tmp_path), "jsonl").splitlines()
    record = json.loads(line)
    assert record["values"]["total"] == "1234.50"
    assert record["values"]["lines"][0] == {
        "row": 0,
        "quantity": 2,
        "designation": "Café moulu",
        "weight": "0.250",
        "gift": True,
    }
    total = next(each for each in record["fields"] if each["name"] == "total")
    assert total["probability"] == 0.98
    assert total["box"] == [10, 20, 30, 40]
    assert record["exceptions"][0]["expected"] == "10.00"
    assert (record["scan"], record["name"], record["form"], record["currency"]) == ("one", "one.jpg", FORM, "EUR")


def test_csv_has_one_row_a_record_with_the_columns_of_the_record_database(tmp_path: Path) -> None:
    text = exported(published(tmp_path, total="-5.00", customer='Dupont, "Jean"\nMarie'), "csv")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["total"] == "-5.00"
    assert row["customer"] == 'Dupont, "Jean"\nMarie'
    assert row["signed"] == "true"
    assert text.startswith(
        "scan,scan_name,record_version,recorded_at,state,changed,same_order_as,may_be_same_order_as,"
        "exceptions,least_probability,order_number,"
    )
    assert text.count("\r\n") == 2


def test_every_table_says_how_sure_its_least_sure_value_is_and_how_many_exceptions_there_are(tmp_path: Path) -> None:
    records = published(tmp_path)
    with sqlite3.connect(records) as database:
        (told,) = database.execute("select exceptions, least_probability from records")
    assert told[0] == 1
    assert 0 < told[1] < 1
    rows = csv.DictReader(io.StringIO(exported(records, "csv"), newline=""))
    assert [(int(row["exceptions"]), float(row["least_probability"])) for row in rows] == [told]


def test_csv_of_a_table_has_one_row_a_line(tmp_path: Path) -> None:
    text = exported(published(tmp_path), "csv", ExportOptions(table="lines"))
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [(row["scan"], row["row"], row["quantity"], row["designation"]) for row in rows] == [
        ("one", "0", "2", "Café moulu"),
        ("one", "2", "0", ""),
    ]
    with pytest.raises(NotFound, match="lines"):
        exported(published(tmp_path), "csv", ExportOptions(table="nothing"))


@pytest.mark.parametrize("text", ["=1+1", "+33", "-x", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_csv_for_spreadsheets_never_holds_a_formula_and_leaves_numbers_alone(tmp_path: Path, text: str) -> None:
    options = ExportOptions(for_spreadsheets=True)
    written = exported(published(tmp_path, customer=text, total="-5.00"), "csv", options)
    assert written.startswith("\ufeff")
    (row,) = csv.DictReader(io.StringIO(written.removeprefix("\ufeff"), newline=""))
    assert row["customer"] == "'" + text
    assert row["total"] == "-5.00"


@examples(15, HealthCheck.function_scoped_fixture)
@given(text=st.text(min_size=1, max_size=30).filter(lambda text: text.isprintable()))
def test_csv_gives_back_any_text_exactly(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    records = published(tmp_path_factory.mktemp("csv"), customer=text)
    (row,) = csv.DictReader(io.StringIO(exported(records, "csv"), newline=""))
    assert row["customer"] == text
    options = ExportOptions(for_spreadsheets=True)
    (safe,) = csv.DictReader(io.StringIO(exported(records, "csv", options).removeprefix("\ufeff"), newline=""))
    assert safe["customer"] in (text, "'" + text)
    assert safe["customer"][0] not in "=+-@"


def test_a_field_that_is_called_as_a_column_of_the_record_has_a_column_of_its_own(tmp_path: Path) -> None:
    store = MemoryOutbox(known=[order_form(state="text", total_currency="text")])
    record = a_record("one", state="as written", total_currency="about EUR")
    store.put(record)
    publish(store, tmp_path / "records.db", store.form)
    (row,) = csv.DictReader(io.StringIO(exported(tmp_path / "records.db", "csv"), newline=""))
    assert (row["state"], row["state_2"], row["total_currency"]) == ("final", "as written", "EUR")
    assert row["total_currency_2"] == "about EUR", "as in records.db"


def test_a_column_that_is_called_as_the_number_of_a_line_stands_beside_it(tmp_path: Path) -> None:
    """Also in a file that an earlier program wrote: there it stood in the place of the number."""
    form = order_form()
    column = Column(field=Field(name="lines.row", type="code", label={}))
    lines = replace(form.tables[0], columns=(*form.tables[0].columns, column))
    store = MemoryOutbox(known=[replace(form, tables=(lines,))])
    record = a_record("one")
    said = ((0, "A-1"), (1, None), (2, "7"))
    numbers = [decided("lines.row", text, row, None if text else "blank") for row, text in said]
    store.put(replace(record, decisions=(*record.decisions, *numbers)))
    records = tmp_path / "records.db"
    publish(store, records, store.form)
    new = [list(csv.DictReader(io.StringIO(exported(records, "csv", ExportOptions(table="lines")), newline="")))]
    with closing(sqlite3.connect(records)) as file, file:
        (text,) = file.execute("select json from documents").fetchone()
        document = json.loads(text)
        told = document["values"]["lines"]
        assert [(line["row"], line["lines.row"]) for line in told] == [(0, "A-1"), (2, "7")]
        for line in told:
            line["row"] = line.pop("lines.row")
        file.execute("update documents set json = ?", [json.dumps(document)])
    new.append(list(csv.DictReader(io.StringIO(exported(records, "csv", ExportOptions(table="lines")), newline=""))))
    assert [[(row["row"], row["row_2"]) for row in each] for each in new] == [[("0", "A-1"), ("2", "7")]] * 2

"""Commands that find records, make links and install forms."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.administration.records import found_records
from flows.home.home import Home
from reconcile.records.publish import publish
from tests.flows.home.test_form_library import own_form
from tests.flows.house import House
from tests.flows.test_values import published
from tests.reconcile.records import MemoryOutbox, a_record, order_form
from transcribe.errors import NotFound, SettingsError
from transcribe.forms.definition import SHIPPED


def test_records_are_found_by_words_in_columns_and_whole_as_json(house: House, rooms: Home) -> None:
    scan = published(rooms)
    (record,) = house.run("records", "query", "receipt", "--json").json
    assert record["scan"] == scan.id
    total = record["values"]["total"]
    word = record["values"]["company"].split()[0]
    said = house.run("records", "query", "receipt", word.upper(), "--where", f"total={total}")
    assert (said.code, total in said.out, said.out.splitlines()[0].startswith("scan ")) == (0, True, True)
    nothing = house.run("records", "query", "receipt", "zebra")
    assert (nothing.code, nothing.out) == (1, "There is no such record.\n")
    assert house.run("records", "query", "receipt", "--where", "total=0.00").code == 1
    assert (
        "There is no plain field 'sum' in receipt" in house.run("records", "query", "receipt", "--where", "sum=1").err
    )
    assert house.run("records", "query", "receipt", "--where", "total").code == 2
    for wrong, why in {"total=abc": "'abc' is no number", "date=2026-02-30": "'2026-02-30' is no day"}.items():
        told = house.run("records", "query", "receipt", "--where", wrong)
        assert (told.code, told.out) == (2, "")
        assert f"filter '{wrong}': {why}" in told.err
    assert house.run("records", "query", "receipt", "--after", str(record["changed"])).code == 1
    assert house.run("records", "query", "nothing").code == 2


def test_records_are_made_anew_where_they_are_lost(house: House, rooms: Home) -> None:
    published(rooms)
    before = house.run("records", "export", "--form", "receipt").out
    rooms.settings.records.unlink()
    assert "1 change published" in house.run("records", "rebuild").out
    assert house.run("records", "export", "--form", "receipt").out == before


@pytest.mark.promise("%(name)s signs in once")
def test_a_new_link_is_for_somebody_who_is_there(house: House, rooms: Home) -> None:
    first = house.run("people", "add", "Mina", "--json").json[0]["link"]
    second = house.run("people", "link", "Mina")
    assert (second.code, first in second.out, "signs in once" in second.out) == (0, False, True)
    assert len(house.run("people", "sessions", "Mina", "--json").json) == 1
    nobody = house.run("people", "link", "Nobody")
    assert (nobody.code, "Nobody" in nobody.err) == (2, True)


def test_a_form_is_installed_with_its_files_and_raised(house: House, rooms: Home, tmp_path: Path) -> None:
    path = own_form(tmp_path / "one", 1)
    assert house.run("forms", "install", path).code == 0
    assert rooms.forms.is_installed("mine")
    draft = own_form(tmp_path / "draft", 1, title="Never used yet")
    assert house.run("forms", "install", draft).code == 0
    rooms.use_form("mine")
    changed = house.run("forms", "install", path)
    assert (changed.code, "Raise its `version` to 2" in changed.err) == (2, True)
    assert house.run("forms", "install", own_form(tmp_path / "two", 2)).code == 0
    older = house.run("forms", "install", draft)
    assert (older.code, "Raise its `version` to 3" in older.err) == (2, True)
    assert rooms.forms.find("mine").version == 2


def test_files_beside_a_definition_come_along_and_those_of_another_form_stay(
    house: House, rooms: Home, tmp_path: Path
) -> None:
    assert house.run("forms", "install", SHIPPED / "order-form.toml").code == 0
    assert {path.name for path in rooms.settings.forms.iterdir()} >= {"order-form.toml", "order-form.png"}
    text = (SHIPPED / "order-form.toml").read_text(encoding="utf-8").replace('name = "order-form"', 'name = "mine"', 1)
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    for file in SHIPPED.glob("*.csv"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "order-form.png").write_bytes((SHIPPED / "bon-de-commande.png").read_bytes())
    done = house.run("forms", "install", tmp_path / "mine.toml")
    assert (done.code, "is of another form" in done.err) == (2, True)
    assert not rooms.forms.is_installed("mine")


def test_records_are_found_by_the_names_of_fields_and_by_numbers_as_such(tmp_path: Path) -> None:
    """A field that is called as a column of the record has another one in the database; a form's new version too."""
    forms = [order_form(state="text"), order_form(version=2, state="text", total="decimal")]
    store = MemoryOutbox(known=forms)
    store.put(a_record("one", state="Bremen", total="98000.00"))
    store.put(a_record("two", form_version=2, state="Hessen", total="98000"))
    publish(store, records := tmp_path / "records.db", store.form)

    def found(**values: str) -> list[str]:
        all_found = found_records(records, "bon-de-commande", "", values, after=0, limit=9)
        return [str(each.plain["scan"]) for each in all_found]

    assert found(state="Bremen") == ["one"]
    assert found(total="98000") == found(total="98000.00") == ["one", "two"]
    assert found(total="") == []
    for rule, wanted in (("any", ["one", "two"]), ("total", ["one", "two"]), ("one key", [])):
        told = found_records(records, "bon-de-commande", "", {}, after=0, limit=9, exception=rule)
        assert [str(each.plain["scan"]) for each in told] == wanted
    with pytest.raises(SettingsError, match="'98,000' is no number, such as"):
        found(total="98,000")
    with pytest.raises(NotFound, match="There is no plain field 'state_2'"):
        found(state_2="Bremen")


def test_a_scope_of_a_form_that_is_not_there_is_noted(house: House) -> None:
    house.run("init")
    done = house.run("tokens", "add", "erp", "--scope", "records:read:nosuch", "--scope", "records:write:receipt")
    assert (done.code, done.err.count("There is no form nosuch here yet"), "receipt" in done.err) == (0, 1, False)

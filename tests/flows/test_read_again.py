"""A wrong form, a forgotten promise: scans that are known are read again, and records follow."""

from __future__ import annotations

import pytest

from flows.home.home import now
from tests.flows.conftest import HasRead
from tests.flows.house import CASES, TYPED, House
from transcribe.intake import scan_id
from transcribe.model import PEOPLE

pytestmark = [pytest.mark.xdist_group("prefect"), pytest.mark.prefect, pytest.mark.timeout(900)]

RECEIPT = CASES / "receipt-007.jpg"


def test_what_is_known_is_said_with_as_what_and_read_as_another_form_when_somebody_says_so(
    working_house: House, has_read: HasRead
) -> None:
    house = working_house
    has_read(TYPED, "receipt")
    told = house.run("ingest", TYPED, "--form", "bon-de-commande", "--batch", "tuesday").out
    assert "1 known already as receipt version 1, in the batch 'monday' since 2" in told
    assert "fairhand ingest --again --why WHY --form NAME PATH..." in told
    again = house.run("batch", "show", "tuesday")
    assert f"known already: 1\n    as {TYPED.name} in monday\n" in again.out
    assert "known already" not in house.run("batch", "show", "monday").out
    (known,) = house.run("ingest", TYPED, "--form", "bon-de-commande", "--json").json[0]["known_as"]
    assert (known["form"], known["version"], known["batch"]) == ("receipt", 1, "monday")
    assert house.run("ingest", TYPED, "--form", "bon-de-commande", "--again").code == 2, "nobody said why"
    assert house.run("ingest", TYPED, "--form", "receipt").out.startswith("This scan is known already; nothing has")
    assert house.run("batch", "cancel", "monday", "--why", "ordered twice").code == 0
    told = house.run("ingest", TYPED, "--form", "receipt", "--batch", "tuesday").out
    assert "The batch 'monday' was cancelled on 2" in told
    assert "(fairhand batch resume monday --why WHY)" in told
    assert house.run("batch", "resume", "monday", "--why", "it was right").code == 0
    assert "cancelled" not in house.run("ingest", TYPED, "--form", "receipt", "--batch", "tuesday").out

    done = house.run(
        "ingest", TYPED, "--form", "bon-de-commande", "--again", "--why", "an order", "--by", "olga", "--json"
    )
    assert (done.code, done.json[0]["read"], done.json[0]["read_again"], done.json[0]["known"]) == (0, 1, 1, 0)
    status = house.run("status", "--json").json[0]
    assert status["scans"] == {"bon-de-commande": 1}
    assert status["open_tasks"].get("receipt", 0) == 0
    assert [each["actor"] for each in house.run("log", "list", "--json").json if "again" in each["action"]] == ["olga"]


def test_a_command_reads_scans_again_by_id_batch_or_form_and_back(working_house: House, has_read: HasRead) -> None:
    house = working_house
    rooms, scan = has_read(TYPED, "bon-de-commande")
    before = house.run("records", "export", "--form", "bon-de-commande", "--format", "jsonl").out
    count = len(rooms.store.readings(scan.id))
    done = house.run("scan", "read-again", "--batch", "monday", "--why", "new engines", "--json")
    assert (done.code, done.json[0]["error"]) == (0, "")
    assert len(rooms.store.readings(scan.id)) == count
    after = house.run("records", "export", "--form", "bon-de-commande", "--format", "jsonl").out
    assert after.count("\n") == before.count("\n")
    no_order = house.run("scan", "read-again", scan.id[:12], "--form", "order-form", "--why", "English")
    assert (no_order.code, "--form order-form FILE" in no_order.err) == (1, True)
    wrong = house.run("scan", "read-again", scan.id[:12], "--form", "receipt", "--why", "wrong")
    assert (wrong.code, "painted over as the form bon-de-commande asks, for good." in wrong.err) == (0, True)
    command = "fairhand ingest --again --why WHY --form receipt FILE"
    assert command in wrong.err
    assert house.run(*command.replace("FILE", str(TYPED)).split()[1:]).code == 0
    again = rooms.store.scan(scan.id)
    assert scan_id((page.file, page.page) for page in again.pages) == rooms.store.origin(scan.id), "as it came"
    assert rooms.store.scan(scan.id).form == "receipt"
    back = house.run("scan", "read-again", "--of-form", "receipt", "--form", "bon-de-commande", "--why", "it was right")
    assert back.out.startswith("1 of 1 scan was read again.")
    assert house.run("scan", "read-again", "--why", "x").code == 2
    assert house.run("scan", "read-again", "--batch", "NOSUCH", "--why", "x").code == 2
    assert house.run("scan", "read-again", "--of-form", "NOSUCH", "--why", "x").code == 2
    assert house.run("log", "verify").code == 0


@pytest.mark.promise("Scans that come from", "- What people typed")
def test_a_new_version_of_the_form_takes_along_what_people_typed_and_says_of_how_many_fields_it_counts_no_more(
    working_house: House, has_read: HasRead
) -> None:
    house = working_house
    rooms, scan = has_read(RECEIPT, "receipt")
    for name in ("company", "total"):
        assert house.run("value", "correct", scan.id, name, "12.50", "--why", "the customer called").code == 0
    told = house.run("scan", "read-again", scan.id, "--why", "engines").out
    assert "counts no more" not in told
    shipped = rooms.forms.path_of("receipt").read_text(encoding="utf-8").replace("version = 1", "version = 2")
    mended = rooms.settings.home / "receipt.toml"
    mended.write_text(shipped.replace('type = "name"', 'type = "text"'), encoding="utf-8")
    assert house.run("forms", "install", mended).code == 0
    told = house.run("scan", "read-again", scan.id, "--form", "receipt", "--why", "mended").out
    assert "What people typed of 1 field counts no more" in told
    typed = [each.key.name for each in rooms.store.readings(scan.id) if each.kind != "machine"]
    assert typed == ["total"]
    assert {each.name for each in rooms.store.values_asked_again(scan.id)} == {"company"}


def test_what_people_said_of_the_former_form_ends_where_the_scan_is_read_as_another_one(
    working_house: House, has_read: HasRead
) -> None:
    house = working_house
    rooms, it = has_read(TYPED, "receipt")
    scan = it.id
    rooms.store.put_scan_aside(scan, PEOPLE, "People say that this is not the form receipt.", now())
    assert house.run("scan", "read-again", scan, "--form", "receipt", "--why", "engines").code == 0
    assert rooms.store.is_put_aside(scan), "it is the form that they spoke of still"
    assert house.run("scan", "read-again", scan, "--form", "bon-de-commande", "--why", "so it is").code == 0
    assert not rooms.store.is_put_aside(scan)
    assert "People say" not in house.run("status").out
    rooms.store.put_scan_aside(scan, "olga", "a shopping list", now())
    assert house.run("scan", "read-again", scan, "--form", "receipt", "--why", "engines").code == 0
    assert rooms.store.is_put_aside(scan), "an operator set it aside"


def test_a_forgotten_file_comes_again_when_somebody_says_so(working_house: House, has_read: HasRead) -> None:
    house = working_house
    rooms, scan = has_read(RECEIPT, "receipt")
    assert house.run("scan", "forget", scan.id[:12], "--why", "asked for", "--yes").code == 0
    told = house.run("ingest", RECEIPT, "--form", "receipt").out
    assert "what is erased stays erased, unless somebody says otherwise" in told
    done = house.run("ingest", RECEIPT, "--form", "receipt", "--again", "--why", "the customer asked", "--json")
    assert (done.code, done.json[0]["read"]) == (0, 1)
    live = [each for each in rooms.store.scan_states() if each.erased_at is None]
    assert [each.fields > 0 for each in live] == [True]
    assert house.run("ingest", RECEIPT, "--form", "receipt", "--json").json[0]["known"] == 1
    assert house.run("scan", "explain", live[0].scan.id, "total").code == 0


@pytest.mark.promise("- A scan whose")
def test_a_reading_that_fails_leaves_the_scan_as_it_was(working_house: House, has_read: HasRead) -> None:
    house = working_house
    has_read(RECEIPT, "receipt")
    before = house.run("status", "--json").json
    house.environment = {"FAIRHAND_ENGINES": "nosuch"}
    assert house.run("scan", "read-again", "--of-form", "receipt", "--why", "x").code != 0
    house.environment = {}
    assert house.run("status", "--json").json == before


def test_a_new_picture_takes_the_place_of_the_old_and_pages_are_turned(working_house: House, has_read: HasRead) -> None:
    house = working_house
    rooms, before = has_read(RECEIPT, "receipt")
    scan = before.id
    assert house.run("scan", "turn", scan, "45", "--why", "x").code == 2
    turned = house.run("scan", "turn", scan, "180", "--why", "upside down")
    assert (turned.code, "its pages are turned by " in turned.out) == (0, True)
    assert [each.verb for each in rooms.store.acts(scan)] == ["scan turned"]
    assert house.run("scan", "retake", scan, RECEIPT, "--why", "x").code == 2, "it is the same picture"
    done = house.run("scan", "retake", scan, CASES / "receipt-035.jpg", "--why", "blurred", "--by", "olga")
    assert done.code == 0, done.err
    assert [each.verb for each in rooms.store.acts(scan)] == ["scan turned", "scan retaken"]
    assert rooms.store.scan(scan).pages != before.pages
    assert house.run("ingest", CASES / "receipt-035.jpg", "--form", "receipt", "--json").json[0]["known"] == 1
    back = house.run("scan", "retake", scan, RECEIPT, "--why", "the first one was right")
    assert (back.code, rooms.store.scan(scan).pages[0].file) == (0, before.pages[0].file), back.err
    assert house.run("scan", "set-aside", "NOSUCH", "--why", "x").code == 2
    assert house.run("scan", "set-aside", scan, "--why", "ordered twice", "--json").json[0]["set_aside"] is True
    assert house.run("scan", "bring-back", scan, "--why", "no", "--json").json[0]["set_aside"] is False
    forgotten = house.run("scan", "forget", scan, "--why", "asked for", "--yes")
    assert (forgotten.code, "Traceback" in forgotten.err) == (0, False), "its first picture had come back"
    assert house.run("log", "verify").code == 0


def test_a_picture_of_another_order_does_not_take_the_place_of_one_by_a_slip(
    working_house: House, has_read: HasRead
) -> None:
    house, other = working_house, CASES / "bon-de-commande-phone-block-0006.jpg"
    rooms, scan = has_read(TYPED, "bon-de-commande")
    before = house.run("records", "export", "--form", "bon-de-commande", "--format", "jsonl").out
    slip = house.run("scan", "retake", scan.id, other, "--why", "blurred")
    assert (slip.code, "This looks like another order: " in slip.err) == (2, True), slip
    assert "order_number 'BC" in slip.err, "what differs is named"
    assert rooms.store.scan(scan.id) == scan, "nothing is changed"
    assert house.run("records", "export", "--form", "bon-de-commande", "--format", "jsonl").out == before
    assert house.run("scan", "retake", scan.id, other, "--why", "it is so", "--anyway").code == 0

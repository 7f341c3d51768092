"""The commands on batches, over a home whose scans were put there without reading them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flows.cli.app import acting_user
from flows.home.home import Home, now
from flows.mending.batches import due_of
from flows.mending.scans import still_aside
from tests.flows.house import CASES, House
from tests.flows.serving.test_api import recorded
from tests.transcribe.store.world import World, decision, form, person, sent
from transcribe.model import SourceFile

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture
def here(rooms: Home) -> World:
    """The small world of the store, in this home."""
    made = World.__new__(World)
    made.store, made.form = rooms.store, form()
    rooms.store.put_form(made.form, "the definition", NOON)
    rooms.store.put_transcriber(person("ann"), NOON)
    for name in ("a", "b"):
        made.ask(made.scan(name, batch="monday"), "number", "total")
    made.ask(made.scan("c", batch="tuesday"), "total")
    return made


@pytest.mark.promise("it stays in the", "Both are kept, and", "Each keeps what people")
def test_batches_are_listed_shown_cancelled_and_resumed(house: House, here: World) -> None:
    assert [each["batch"] for each in house.run("batch", "list", "--json").json] == ["monday", "tuesday"]
    changed = house.run("batch", "due", "monday", "2026-12-01", "--why", "promised", "--by", "olga", "--json").json[0]
    assert changed["due"] == "2026-12-01T23:59:59+00:00"
    assert house.run("batch", "priority", "tuesday", "5", "--why", "a good customer").code == 0
    assert [each["batch"] for each in house.run("batch", "list", "--json").json] == ["tuesday", "monday"]
    tasks = here.store.lease("ann", 9, now())
    assert [here.store.scan(task.scan).batch for task in tasks] == ["tuesday", "monday", "monday", "monday", "monday"]
    assert "note: call first" in house.run("batch", "note", "monday", "call first").out
    here.store.give_back("ann", now())
    assert house.run("batch", "cancel", "monday", "--why", "ordered twice", "--by", "olga").code == 0
    (told,) = house.run("batch", "show", "monday", "--json").json
    assert (told["open_tasks"], told["waiting_reasons"], told["forecast"]) == (0, {}, None)
    assert [each["verb"] for each in told["acts"]] == ["batch due", "batch note", "batch cancelled"]
    words = house.run("batch", "show", "monday").out
    assert "batch cancelled by olga: ordered twice" in words
    log = house.run("log", "list", "--json").json
    assert [each["actor"] for each in log if each["action"] == "batch cancelled"] == ["olga"]
    assert house.run("log", "verify").code == 0
    assert "ordered twice" in house.run("log", "list").out
    refused = house.run("ingest", CASES, "--form", "receipt", "--batch", "monday")
    assert (refused.code, "batch resume" in refused.err) == (2, True)
    assert not (house.home / "prefect").exists(), "it is refused before Prefect starts"
    assert "This batch was cancelled at 2" in house.run("status", "--batch", "monday").out
    assert "cancelled" not in house.run("status", "--batch", "tuesday").out
    assert house.run("batch", "resume", "monday", "--why", "it was not").code == 0
    assert "cancelled" not in house.run("status", "--batch", "monday").out


@pytest.mark.promise("**It stands still.** `fairhand")
def test_a_batch_that_nobody_who_is_there_can_finish_names_no_time_but_who_is_missing(
    house: House, here: World
) -> None:
    for number in range(30):
        here.ask(here.scan(f"order-{number}", batch="monday"), "number")
    begun = now() - timedelta(hours=2)
    for number in range(25):
        at = begun + timedelta(minutes=4 * number)
        (task,) = here.store.lease("ann", 1, at)
        here.store.submit(task.id, "ann", sent("1", f"i{number}"), at)
    shown, told = house.run("batch", "show", "monday"), house.run("batch", "show", "monday", "--json").json[0]
    assert "At this pace it is finished between" in shown.out
    assert (told["forecast"] is None, told["missing_people"]) == (False, [])
    assert house.run("people", "pause", "ann", "--why", "on holiday").code == 0
    shown, told = house.run("batch", "show", "monday"), house.run("batch", "show", "monday", "--json").json[0]
    assert "is finished between" not in shown.out
    assert "Those who are there cannot finish it:\n  10 fields of " in shown.out
    assert "fairhand people add NAME --role transcriber, or fairhand people resume NAME" in shown.out
    assert (told["forecast"], [each["people"] for each in told["missing_people"]]) == (None, [2])
    here.ask(here.scan("late", batch="wednesday"), "number")
    assert here.store.missing_people("wednesday")[0].fields == 1, "each batch is looked at alone"
    assert here.store.missing_people()[0].fields == 11


def test_the_report_says_why_people_are_asked_and_what_was_set_in_words(house: House, here: World) -> None:
    here.ask(here.scan("odd", batch="monday"), "number", reason="below target")
    house.run("batch", "due", "monday", "2026-12-01", "--why", "promised", "--by", "olga")
    house.run("batch", "priority", "monday", "5", "--why", "a good customer")
    house.run("batch", "due", "monday", "none", "--why", "not promised")
    shown = house.run("batch", "show", "monday").out
    assert "\n  1 The value that stands here is less sure than asked for." in shown
    assert "batch due 2026-12-01 23:59 UTC by olga: promised" in shown
    assert f"batch due none by {acting_user()}: not promised" in shown
    assert f"batch priority 5 by {acting_user()}: a good customer" in shown
    acts = house.run("batch", "show", "monday", "--json").json[0]["acts"]
    assert [each.get("due", each.get("priority")) for each in acts] == ["2026-12-01T23:59:59+00:00", 5, None]
    logged = house.run("log", "list").out
    assert all(each in logged for each in ("batch due 2026-12-01 23:59 UTC", "batch due none", "batch priority 5"))
    assert house.run("batch", "cancel", "monday", "--why", "no more").code == 0
    assert "\n  not finished: 3\n" in house.run("batch", "show", "monday").out
    assert {each["batch"]: each["states"] for each in house.run("batch", "list", "--json").json} == {
        "monday": {"not finished": 3},
        "tuesday": {"waits for people": 1},
    }


def test_a_batch_is_cancelled_with_its_records_and_says_so(house: House, here: World) -> None:
    said = house.run("batch", "cancel", "monday", "--why", "ordered twice", "--withdraw").out
    assert "0 records of it are withdrawn: programs are told to drop them" in said
    assert "records withdrawn" in house.run("batch", "show", "monday").out
    assert house.run("batch", "show", "monday", "--json").json[0]["records_withdrawn"] is True
    assert house.run("batch", "resume", "monday", "--why", "it was not").code == 0
    assert "records withdrawn" not in house.run("batch", "show", "monday").out


def test_who_is_forgotten_or_set_aside_is_marked_and_counts_apart(house: House, here: World) -> None:
    assert house.run("scan", "set-aside", "a", "--why", "a copy").code == 0
    assert house.run("scan", "forget", "b", "--why", "asked for", "--yes").code == 0
    (told,) = house.run("status", "--json").json
    assert (told["scans"], told["forgotten_scans"]) == ({"order": 2}, 1)
    assert {each["name"]: each["set_aside"] for each in told["scan_states"]} == {"a": True, "c": False, "": False}
    said = house.run("status", "--scans").out
    assert "1 scan is forgotten." in said
    assert [
        line.endswith("set aside") for line in said.splitlines() if line.split()[1:2] == ["a"] and "a:" not in line
    ] == [True]


def test_what_is_mistyped_exits_with_two_and_changes_nothing(house: House, here: World) -> None:
    before = here.store.batches()
    for words in (
        "show NOSUCH", "cancel NOSUCH --why x", "resume NOSUCH --why x", "priority NOSUCH 1 --why x",
        "due NOSUCH 2026-12-01 --why x", "note NOSUCH x", "priority monday 10 --why x", "due monday tomorrow --why x",
    ):  # fmt: skip
        done = house.run("batch", *words.split())
        assert (done.code, "Traceback" in done.err) == (2, False), words
    assert house.run("batch", "cancel", "monday", "--why", " ").code == 2
    assert here.store.batches() == before


def test_a_day_that_is_due_ends_with_the_day() -> None:
    assert due_of("2026-12-01") == datetime(2026, 12, 1, 23, 59, 59, tzinfo=UTC)
    assert due_of("2026-12-01T12:00") == datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert due_of("none") is None


def rows(house: House) -> dict[str, list[str]]:
    """The lines of the list by the batch that they begin with."""
    return {line.split()[0]: line.split() for line in house.run("batch", "list").out.splitlines()}


def test_the_list_counts_scans_as_the_report_of_one_batch_does_and_adds_up(house: House, here: World) -> None:
    for name in ("done", "put aside"):
        scan = here.scan(name, batch="second")
        here.decide(scan, *(decision(each, "1") for each in ("number", "total")), record=True)
    here.store.put_scan_aside(scan.id, "olga", "a copy", NOON)
    here.store.put_scan_aside(here.scan("a menu", batch="second").id, "people", "no order", NOON)
    here.ask(here.scan("open", batch="second"), "total")
    (told,) = (each for each in house.run("batch", "list", "--json").json if each["batch"] == "second")
    assert told["states"] == {"finished": 1, "set aside": 2, "waits for people": 1}
    (shown,) = house.run("batch", "show", "second", "--json").json
    assert shown["states"] == told["states"]
    assert rows(house)["second"][1:6] == ["4", "1", "2", "1", "0"], "scans, finished, set aside, open, files"


@pytest.mark.promise("Records that were published", "records that were published")
def test_cancelling_says_how_many_records_stay(house: House, here: World) -> None:
    for name, said in (("done", "1 record of it stays as published"), ("too", "2 records of it stay as published")):
        here.decide(here.scan(name, batch="monday"), decision("number", "1"), decision("total", "1"), record=True)
        assert said in house.run("batch", "cancel", "monday", "--why", "a trial").out
    assert "0 records of it stay" in house.run("batch", "cancel", "tuesday", "--why", "a trial").out


@pytest.mark.promise("**How far is it?**")
def test_what_nobody_is_paid_for_cost_nothing_and_what_is_paid_has_its_currency(house: House, here: World) -> None:
    assert "to the floor: nothing." in house.run("batch", "show", "monday").out
    (task,) = here.store.lease("ann", 1, now())
    here.store.submit(task.id, "ann", sent("1", "first"), now())
    assert house.run("batch", "show", "monday", "--json").json[0]["cost_micro"] == {}
    assert "1 reading by people; cost so far, without top-ups to the floor: nothing." in (
        house.run("batch", "show", "monday").out
    )
    assert house.run("pay", "rate", "0.05", "--currency", "EUR").code == 0
    (task,) = here.store.lease("ann", 1, now())
    here.store.submit(task.id, "ann", sent("1", "second"), now())
    assert "to the floor: 0.05 EUR." in house.run("batch", "show", "monday").out


@pytest.mark.promise("Files that were set")
def test_where_no_scan_is_left_to_read_again_it_is_said_with_what_to_do(house: House, here: World) -> None:
    refused = SourceFile(sha256="ab" * 32, name="card.png", media_type="image/png", size=9)
    here.store.set_aside(refused, "ScanError", "The page does not lie on the form.", "third", NOON)
    done = house.run("scan", "read-again", "--batch", "third", "--form", "receipt", "--why", "the wrong form")
    assert (done.code, done.out) == (1, "")
    assert "No such scan is in the batch third; nothing was read again. 1 file of it was set aside" in done.err
    assert "fairhand ingest FILES --form FORM" in done.err
    assert "card.png" in done.err
    none = house.run("scan", "read-again", "--of-form", "order", "--batch", "third", "--why", "x", "--json")
    assert (none.code, none.out) == (1, "")


@pytest.mark.prefect
@pytest.mark.xdist_group("prefect")
def test_a_batch_shows_which_files_were_set_aside_and_why(working_house: House) -> None:
    house, paper = working_house, CASES / "receipt-217.jpg"
    refused = house.run("ingest", paper, "--form", "order-form", "--batch", "monday")
    assert refused.code == 1
    assert [(each["batch"], each["set_aside"]) for each in house.run("batch", "list", "--json").json] == [("monday", 1)]
    shown = house.run("batch", "show", "monday").out
    assert "set aside: receipt-217.jpg: it does not lie on the form order-form" in shown
    (told,) = house.run("batch", "show", "monday", "--json").json[0]["files_set_aside"]
    assert told["file"] == "receipt-217.jpg"
    assert "payment data" in told["message"]
    status = house.run("status", "--batch", "monday").out
    assert "No file has become a scan yet." in status
    assert "Nothing was ingested yet" not in status


def test_a_scan_that_is_read_again_and_still_set_aside_says_what_to_do(house: House, rooms: Home) -> None:
    scan = recorded(rooms, "1.00")
    rooms.store.put_scan_aside(scan, "olga", "a test", now())
    words = still_aside(rooms, rooms.store.scan(scan))
    assert "its record stays as it was" in words
    assert f"fairhand scan bring-back {scan[:12]} --why WHY" in words
    assert house.run("scan", "bring-back", scan[:12], "--why", "no test").code == 0
    assert still_aside(rooms, rooms.store.scan(scan)) == ""

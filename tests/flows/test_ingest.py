"""The ingest flow: batches with bad files, the same files again, and a process that is killed."""

from __future__ import annotations

import random
import signal
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from flows.home import settings as configuration
from flows.home.home import now, open_home
from flows.ingest import IngestRequest, _Taking
from flows.steps import Ingested, url_name
from tests.crafted import bomb, refused
from tests.flows.conftest import HasRead
from tests.flows.house import CASES, PATIENCE, TYPED, House, finished, ingest_killed, until
from transcribe.intake import scan_id
from transcribe.model import PEOPLE

pytestmark = [pytest.mark.xdist_group("prefect"), pytest.mark.prefect, pytest.mark.timeout(900)]


GIGABYTE = 1_000_000_000


def told_of_house(house: House) -> dict[str, tuple[list[tuple[str, str, str | None, float | None]], list[str]]]:
    """What the store says of each scan: what each source read and how surely, and what is decided."""
    rooms = open_home(configuration.load_settings(house.home))
    told = {}
    for state in rooms.store.scan_states():
        readings = [
            (str(each.key), each.source, each.text, each.confidence) for each in rooms.store.readings(state.scan.id)
        ]
        decisions = [f"{each.key} {each.text} {each.probability:.6f}" for each in rooms.store.decisions(state.scan.id)]
        told[state.scan.name] = (sorted(readings, key=str), sorted(decisions))
    rooms.close()
    return told


def test_a_photograph_is_read_and_decided_once_and_anew_where_the_store_has_lost_what_prefect_remembers(
    working_house: House,
) -> None:
    words = ("ingest", TYPED, "--form", "bon-de-commande")
    done = working_house.run(*words, "--json")
    assert done.code == 0, done.err
    assert (done.json[0]["read"], done.json[0]["known"], done.json[0]["changed"]) == (1, 0, True)
    status = working_house.run("status", "--json").json[0]
    assert status["scans"] == {"bon-de-commande": 1}
    assert status["decided_by_machine"]["bon-de-commande"] > 30
    assert status["waiting_scans"] == 0
    batch = status["scan_states"][0]["batch"]
    assert ended(working_house, batch)["name"] == "Completed"
    until(lambda: events(working_house, batch))
    assert set(events(working_house, batch)) == {"fairhand.batch.finished"}

    before = told_of_house(working_house)
    again = working_house.run(*words)
    assert (again.code, "nothing has changed" in again.out) == (0, True)
    assert told_of_house(working_house) == before
    logged = [each["subject"] for each in working_house.run("log", "list", "--json").json]
    assert logged == [each["batch"] for each in working_house.run("batch", "list", "--json").json]

    for file in working_house.home.glob("state.db*"):
        file.unlink()
    done = working_house.run(*words, "--json")
    assert (done.json[0]["read"], done.json[0]["failed"]) == (1, [])
    assert told_of_house(working_house) == before


def test_what_is_wrong_with_a_photograph_and_what_to_do_is_said(working_house: House, tmp_path: Path) -> None:
    with Image.open(CASES / "receipt-007.jpg") as receipt:
        receipt.resize((receipt.width // 4, receipt.height // 4)).save(tmp_path / "far.png")
    done = working_house.run("ingest", tmp_path / "far.png", "--form", "receipt")
    sentence = "far.png: Its letters are too small: go closer"
    assert f"\n{sentence}" in done.out
    assert done.err.startswith("Starting what reads the files")
    batch = working_house.run("status", "--json").json[0]["scan_states"][0]["batch"]
    other = working_house.run("ingest", TYPED, "--form", "bon-de-commande", "--batch", batch)
    assert (other.code, "far.png" in other.out) == (0, False), "another file of the batch, and not of this run"
    again = working_house.run("ingest", tmp_path / "far.png", "--form", "receipt", "--batch", batch)
    assert sentence in again.out
    status = working_house.run("status").out
    assert f"1 photograph to look at:\n  {sentence}" in status
    states = working_house.run("status", "--json").json[0]["scan_states"]
    assert ["too small" in each["advice"] for each in states if each["name"] == "far.png"] == [True]
    assert "better picture of it: fairhand scan retake SCAN PICTURE" in status
    assert "no order at all: fairhand scan set-aside SCAN" in status
    assert working_house.run("scan", "set-aside", "far.png", "--why", "a shopping list").code == 0
    assert "to look at" not in working_house.run("status").out


def test_a_prefect_that_is_away_only_does_not_show_a_batch(working_house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}/api"
    done = replace(working_house, prefect=nobody).run("ingest", TYPED, "--form", "bon-de-commande", "--json")
    assert done.code == 0, done.err
    assert done.json[0]["read"] == 1
    assert "Prefect does not answer" in done.err
    assert "Traceback" not in done.err
    assert working_house.run("status", "--json").json[0]["waiting_scans"] == 0


def test_one_picture_under_two_names_is_read_once_and_a_folder_without_any_is_said_to_be_so(
    working_house: House, tmp_path: Path
) -> None:
    for name in ("one.png", "same.png"):  # beside the home, whose own pictures of forms are no orders
        (working_house.home.parent / name).write_bytes(TYPED.read_bytes())
    done = working_house.run("ingest", working_house.home.parent, "--form", "bon-de-commande", "--json")
    assert (done.json[0]["read"], done.json[0]["known"]) == (1, 1)
    again = working_house.run("ingest", working_house.home.parent / "same.png", "--form", "bon-de-commande")
    assert "same.png is the same file as one.png; the scan is found by both names." in again.out
    assert working_house.run("scan", "explain", "same.png", "order_number").code == 0
    (tmp_path / "none").mkdir()
    for number in range(7):
        (tmp_path / "none" / f"letter {number}.docx").write_bytes(b"")
    empty = working_house.run("ingest", tmp_path / "none", "--form", "bon-de-commande")
    assert (empty.code, "There is no picture and no PDF" in empty.out) == (0, True)
    assert "letter 4.docx and 2 more" in empty.out


@pytest.mark.parametrize(("files", "shown_count"), [(40, 5), (800, 100), (10_000, 100), (10_099, 100)])
def test_the_progress_of_a_batch_is_shown_a_hundred_times_at_most(tmp_path: Path, files: int, shown_count: int) -> None:
    """Each time is an event of 2.7 KB in Prefect's database, which is to stay under a megabyte for 10,000 scans."""
    shown: list[float] = []
    home = open_home(configuration.load_settings(tmp_path / "home"))
    asked = IngestRequest(files=(), form="receipt", again=None, threads=0, progress=lambda *_: None)
    taking = _Taking(home, Ingested(batch="b", files=files), asked, 0, shown.append)
    for _ in range(files):
        taking.report()
    home.close()
    assert len(shown) == shown_count
    assert shown == sorted(shown)
    assert 98 <= shown[-1] <= 100


@pytest.mark.promise("**See why a file")
def test_bad_files_are_set_aside_with_a_sentence_and_memory_stays_small(working_house: House, tmp_path: Path) -> None:
    folder = tmp_path / "batch"
    folder.mkdir()
    good = TYPED.read_bytes()
    bad = {
        "bomb.png": bomb(40_000, 40_000),
        "empty.jpg": b"",
        "letter.jpg": b"Dear Sir or Madam",
        "locked.pdf": refused()["locked.pdf"],
        "cut.png": good[: len(good) // 3],
    }
    for name, content in {**bad, "good.png": good}.items():
        (folder / name).write_bytes(content)
    words = ("ingest", folder, "--form", "bon-de-commande", "--batch", "some aside", "--json")
    done = working_house.run(*words, watch=True)
    assert done.code == 1
    state = ended(working_house, "some aside")
    assert (state["type"], state["name"]) == ("COMPLETED", "5 set aside")
    assert state["message"] == (
        "1 scans in 6 files: 1 read, 0 known already, 0 of an unknown form, 5 files set aside, 0 failed."
    )
    until(lambda: len(events(working_house, "some aside")) == 2)
    told = events(working_house, "some aside")
    assert told["fairhand.batch.set-aside"] == {"files": 5}
    assert (told["fairhand.batch.finished"]["read"], told["fairhand.batch.finished"]["set_aside"]) == (1, 5)
    assert "letter" not in str(told) + str(state)
    assert done.json[0]["read"] == 1
    aside = working_house.run("status", "--json").json[0]["files_set_aside"]
    assert sorted(each["file"] for each in aside) == sorted(bad)
    assert all(len(each["message"]) > 20 and "Traceback" not in each["message"] for each in aside)
    assert done.most_memory < GIGABYTE
    again = working_house.run(*words)
    assert (again.json[0]["changed"], again.json[0]["known"], again.json[0]["aside_before"]) == (False, 1, len(bad))


@pytest.mark.slow
@pytest.mark.soak
def test_killed_three_times_it_ends_with_what_an_undisturbed_run_has(
    working_house: House, tmp_path: Path, prefect_server: str
) -> None:
    names = [f"{form}-{kind}-typed-{number}.{end}" for form, kind, number, end in PHOTOGRAPHS]
    paths = [CASES / name for name in names]
    calm = House(home=tmp_path / "calm", prefect=prefect_server, prefect_secret=working_house.prefect_secret)
    assert calm.run("ingest", *paths, "--form", "auto").code == 0
    chance = random.Random(7)
    for after in (1, 2, 3):
        seconds = chance.uniform(0.0, 0.5)
        done_before = ingest_killed(working_house, [*paths, "--form", "auto"], after, seconds, forked=True)
        assert done_before >= after
    last = working_house.run("ingest", *paths, "--form", "auto", "--json")
    assert last.code == 0, last.err
    assert last.json[0]["known"] == done_before, "what was read before a kill is not read again"
    assert last.json[0]["read"] == len(paths) - done_before
    assert told_of_house(working_house) == told_of_house(calm)


PHOTOGRAPHS = (
    ("bon-de-commande", "flat", "0000", "png"),
    ("bon-de-commande", "phone", "0002", "jpg"),
    ("order-form", "flat", "0001", "png"),
    ("order-form", "phone", "0003", "jpg"),
)


def test_who_ends_it_by_hand_is_told_that_the_same_command_goes_on(working_house: House, tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(6):
        with Image.open(CASES / "receipt-007.jpg") as picture:
            picture.crop((0, 0, picture.width, picture.height - number)).save(many / f"{number}.png")
    words = ("ingest", many, "--form", "receipt", "--batch", "monday")
    rooms = open_home(configuration.load_settings(working_house.home))
    process = working_house.start(*words, forked=True)
    until(lambda: finished(rooms) or process.poll() is not None)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, "Crash" in err, "Traceback" in err) == (130, False, False), err
    assert err.index("Ending. What is being read now is read first") < err.index("Ended. What was read is kept."), err
    left = 6 - finished(rooms)
    assert left > 0
    done = working_house.run(*words, "--json")
    assert [done.code, done.json[0]["read"], finished(rooms)] == [0, left, 6], done.err
    rooms.close()


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


def server(house: House) -> httpx.Client:
    assert house.prefect is not None
    return httpx.Client(base_url=house.prefect, auth=house.prefect_sign_in, timeout=PATIENCE)


def ended(house: House, batch: str) -> dict[str, Any]:
    """The state in which the run of a batch ended."""
    with server(house) as prefect:
        runs = prefect.post("/flow_runs/filter", json={"flow_runs": {"name": {"any_": [f"ingest {batch}"]}}}).json()
    (run,) = runs
    return dict(run["state"])


def events(house: House, batch: str) -> dict[str, dict[str, Any]]:
    """What Prefect keeps of our events about a batch: name -> payload."""
    asked = {"filter": {"resource": {"id": [f"fairhand.batch.{url_name(batch)}"]}}}
    with server(house) as prefect:
        found = prefect.post("/events/filter", json=asked).json()["events"]
    return {each["event"]: each["payload"] for each in found}


def test_a_run_in_which_nothing_could_be_read_has_failed(working_house: House, tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / f"letter {number}.png").write_text(f"no picture at all {number}")
    done = working_house.run("ingest", *tmp_path.glob("*.png"), "--form", "bon-de-commande", "--batch", "in vain")
    assert (done.code, done.out.count("set aside: ")) == (1, 2)
    assert "Traceback" not in done.err
    state = ended(working_house, "in vain")
    assert (state["type"], state["name"]) == ("FAILED", "2 set aside")


def test_the_name_of_a_state_counts_what_went_wrong() -> None:
    done = Ingested(batch="b", set_aside=[("a", "x")] * 3, failed=[("b", "y")] * 2, without=[("c", "tesseract")])
    assert done.headline == "3 set aside, 2 failed, 1 without an engine"
    assert done.is_in_vain
    assert done.counts["failed"] == 2
    for more in ("read", "known", "unidentified"):
        assert not Ingested(batch="b", failed=[("b", "y")], **{more: 1}).is_in_vain  # type: ignore[arg-type]
    assert not Ingested(batch="b").is_in_vain
    assert Ingested(batch="b").headline == "Completed"


def test_a_batch_of_any_name_has_a_key() -> None:
    assert url_name("Café — Mai 2026") == "caf-mai-2026"
    assert url_name("—") == "unnamed"

"""The ingest flow: batches with bad files, the same files again, and a process that is killed."""

from __future__ import annotations

import random
import signal
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from flows.home import settings as configuration
from flows.home.home import open_home
from flows.ingest import _Taking
from flows.steps.ingested import Ingested
from tests.crafted import bomb, refused
from tests.flows.house import CASES, PATIENCE, TYPED, House, finished, ingest_killed, until

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
    assert f"to photograph again:\n  {sentence}" in status
    states = working_house.run("status", "--json").json[0]["scan_states"]
    assert ["too small" in each["advice"] for each in states if each["name"] == "far.png"] == [True]
    assert "better picture of it: fairhand scan retake SCAN PICTURE" in status
    assert "no order at all: fairhand scan set-aside SCAN" in status
    assert working_house.run("scan", "set-aside", "far.png", "--why", "a shopping list").code == 0
    assert "photograph again" not in working_house.run("status").out


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
    taking = _Taking(home, Ingested(batch="b", files=files), None, shown.append)
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
    done = working_house.run("ingest", folder, "--form", "bon-de-commande", "--json", watch=True)
    assert done.code == 1
    assert done.json[0]["read"] == 1
    aside = working_house.run("status", "--json").json[0]["files_set_aside"]
    assert sorted(each["file"] for each in aside) == sorted(bad)
    assert all(len(each["message"]) > 20 and "Traceback" not in each["message"] for each in aside)
    assert done.most_memory < GIGABYTE
    again = working_house.run("ingest", folder, "--form", "bon-de-commande", "--json")
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

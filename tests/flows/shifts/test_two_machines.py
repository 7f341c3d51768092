"""Two machines with a home each read one batch: one database of PostgreSQL and one archive between them."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.home import settings as configuration
from flows.home.home import open_home
from flows.shifts import shift
from flows.shifts.shift import Worker
from tests.flows.house import CASES, House, until
from tests.postgres import new_database, rows

pytestmark = [pytest.mark.xdist_group("prefect-2"), pytest.mark.prefect, pytest.mark.slow, pytest.mark.timeout(900)]

RECEIPTS = sorted(CASES.glob("receipt-*.jpg"))[:4]
"""As many as two machines take turns at, and one leaves some of when it is told to end."""


@pytest.fixture
def url() -> str:
    return new_database()


@pytest.fixture
def first(working_house: House, url: str, tmp_path: Path) -> House:
    working_house.home.mkdir()
    kept = f"FAIRHAND_STATE={url}\nFAIRHAND_ARCHIVE={tmp_path / 'archive'}\nFAIRHAND_WORKERS=1\n"
    (working_house.home / configuration.SETTINGS_FILE).write_text(kept, encoding="utf-8")
    open_home(configuration.load_settings(working_house.home)).close()
    return working_house


@pytest.fixture
def second(first: House, tmp_path: Path) -> House:
    """Another machine, set up as the documentation says."""
    home = tmp_path / "second"
    home.mkdir()
    for name in (configuration.SETTINGS_FILE, "state.key"):
        shutil.copy(first.home / name, home / name)
    return House(home=home, prefect=first.prefect, prefect_secret=first.prefect_secret)


def sources_of_each_field(house: House) -> Counter[tuple[str, str, str]]:
    """How often each source has read each field of each scan."""
    rooms = open_home(configuration.load_settings(house.home))
    scans = [state.scan.id for state in rooms.store.scan_states()]
    found = Counter((scan, str(each.key), each.source) for scan in scans for each in rooms.store.readings(scan))
    rooms.close()
    return found


def workers(house: House) -> list[Path]:
    """The files of those who read in a house now."""
    return [*(house.home / shift.FOLDER_NAME).glob("*")]


def holders(url: str) -> list[tuple[object, ...]]:
    """The workers that hold scans to be read."""
    return rows(url, "SELECT DISTINCT worker FROM to_read WHERE worker IS NOT NULL")


@pytest.mark.soak
def test_a_batch_that_one_machine_takes_in_is_read_by_both_and_each_scan_once(
    first: House, second: House, url: str
) -> None:
    taken = first.run("ingest", *RECEIPTS, "--form", "receipt", "--no-read", "--json")
    assert (taken.code, taken.json[0]["waiting"], taken.json[0]["read"]) == (0, len(RECEIPTS), 0), taken.err
    assert first.run("status", "--json").json[0]["unread_scans"] == len(RECEIPTS)
    assert "not read by machines yet" in second.run("status").out

    rooms = open_home(configuration.load_settings(second.home))
    with closing(Worker(rooms)) as third, closing(Worker(rooms)) as fourth:  # they hold the scans until both are there
        for each in (third, fourth):
            rooms.store.claim_to_read(each.name, len(RECEIPTS) // 2, datetime.now(UTC), seconds=900)
        shifts = [each.start("shift", "--json", forked=True) for each in (first, second)]
        until(lambda: (len(workers(first)), len(workers(second))) == (1, 3))
        rooms.store.release_to_read(third.name)
        until(lambda: len(holders(url)) == 2, pause=0.02)
    rooms.close()
    told = [each.communicate(timeout=600) for each in shifts]
    assert [each.returncode for each in shifts] == [0, 0], told
    read = [json.loads(out)["read"] for out, _ in told]
    assert sum(read) == len(RECEIPTS), told
    assert min(read) > 0, "each took a part"
    assert not second.home.joinpath("state.db").exists()
    assert first.run("reconcile").code == 0
    status = second.run("status", "--json").json[0]
    assert (status["unread_scans"], status["waiting_scans"], status["files_set_aside"]) == (0, 0, [])
    assert {*sources_of_each_field(first).values()} == {1}
    engines = rows(url, "SELECT scan_id, engine FROM engine_time")
    assert len(engines) == len({*engines}) == 2 * len(RECEIPTS), "no engine read a scan twice"

    again = second.run("ingest", *RECEIPTS, "--form", "receipt", "--json")
    assert (again.json[0]["known"], again.json[0]["read"], again.json[0]["changed"]) == (len(RECEIPTS), 0, False)


def test_a_shift_that_is_told_to_end_does_so_and_the_other_machine_reads_the_rest(first: House, second: House) -> None:
    assert first.run("ingest", *RECEIPTS, "--form", "receipt", "--no-read").code == 0
    rooms = open_home(configuration.load_settings(second.home))
    with closing(Worker(rooms)) as third:  # it holds some until the shift has ended, however quick that reads
        rooms.store.claim_to_read(third.name, len(RECEIPTS) // 2, datetime.now(UTC), seconds=900)
        ended = first.start("shift", "--json", forked=True)
        until(lambda: any(rooms.store.has_reads(each.scan.id) for each in rooms.store.scan_states()))
        ended.terminate()
        out, err = ended.communicate(timeout=120)
        rooms.store.release_to_read(third.name)
    rooms.close()
    assert ended.returncode == 0, err
    assert json.loads(out)["read"] > 0
    assert json.loads(out)["left"] >= len(RECEIPTS) // 2
    rest = second.run("shift", "--json")
    assert rest.code == 0, rest.err
    assert rest.json[0]["left"] == 0
    assert rest.json[0]["read"] > 0
    assert {*sources_of_each_field(first).values()} == {1}


def test_reading_again_is_not_left_to_others(first: House) -> None:
    done = first.run("ingest", RECEIPTS[0], "--form", "receipt", "--no-read", "--again", "--why", "a test")
    assert (done.code, "leave out --no-read or --again" in done.err) == (2, True)

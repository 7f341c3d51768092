"""A batch on Prefect's pages: its stages, what failed and was tried again, and what waits for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from prefect.utilities.urls import url_for

from flows import ingest as flow
from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from flows.runtime import latest_run
from tests.aside import run_aside
from tests.flows.house import PATIENCE, House, until
from tests.flows.shifts.made_up_worker import reader
from transcribe.errors import DatabaseAway
from transcribe.model import ReadResult, Scan

pytestmark = [pytest.mark.xdist_group("prefect"), pytest.mark.prefect, pytest.mark.timeout(900)]

READ = "flows.shifts.shift.read_scan"
SCANS_COUNT = 45


@pytest.fixture(autouse=True)
def _here(working_house: House) -> Iterator[None]:
    """Prefect in this process talks to the server of the house."""
    where = {PREFECT_API_URL: working_house.prefect, PREFECT_API_AUTH_STRING: working_house.prefect_secret}
    with temporary_settings(where):
        yield


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is so at once, and a database that is away ends a shift at once."""
    monkeypatch.setattr(READ, reader(0.0))
    monkeypatch.setattr("flows.shifts.shift.PATIENCE_SECONDS", -1.0)
    monkeypatch.setattr("flows.shifts.shift.RETRY_SECONDS", ())
    monkeypatch.setenv("FAIRHAND_WORKERS", "1")
    monkeypatch.setattr(flow, "RUN_RETRY_SECONDS", (0, 0, 0))
    monkeypatch.setattr(flow.read_chunk, "retry_delay_seconds", [0])
    monkeypatch.setattr(flow.ingest, "retry_delay_seconds", 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of small pictures, each another one."""
    place = tmp_path / "photographs"
    place.mkdir()
    for number in range(SCANS_COUNT):
        Image.new("RGB", (600 + number, 900), (240, 240, 240)).save(place / f"customer {number:02}.png")
    return place


@pytest.fixture
def opened(working_house: House) -> Iterator[Home]:
    """The home of the house."""
    rooms = open_home(configuration.load_settings(working_house.home))
    yield rooms
    rooms.close()


def asked(house: House, path: str, body: dict[str, Any]) -> Any:
    """What Prefect's server answers."""
    with httpx.Client(base_url=str(house.prefect), auth=house.prefect_sign_in, timeout=PATIENCE) as server:
        return server.post(path, json=body).raise_for_status().json()


def run_of(house: House, batch: str) -> dict[str, Any]:
    """The run of a batch."""
    (run,) = asked(house, "/flow_runs/filter", {"flow_runs": {"name": {"any_": [f"ingest {batch}"]}}})
    return dict(run)


def stages(house: House, batch: str) -> dict[str, tuple[str, int]]:
    """The task runs of the run of a batch: name -> name of the state, how often it was begun."""
    of_run = {"flow_runs": {"id": {"any_": [run_of(house, batch)["id"]]}}}
    found = asked(house, "/task_runs/filter", {**of_run, "sort": "EXPECTED_START_TIME_ASC"})
    return {each["name"]: (each["state_name"], each["run_count"]) for each in found}


def all_stages(house: House, batch: str) -> dict[str, tuple[str, int]]:
    """The five stages of the run of a batch, once Prefect's server has heard how each of them ended."""
    until(lambda: sum(count > 0 for _, count in stages(house, batch).values()) == 5)
    until(lambda: not {"Running", "Pending"} & {name for name, _ in stages(house, batch).values()})
    return stages(house, batch)


def failing(times: int, after: int) -> Callable[..., ReadResult]:
    """A reader to which the database is away so often, once it has read so many."""
    plain, read = reader(0.0), [0]
    left = [times]

    def read_or_fail(home: Home, scan: Scan, **more: Any) -> ReadResult:
        if read[0] >= after and left[0]:
            left[0] -= 1
            raise DatabaseAway
        read[0] += 1
        return plain(home, scan, **more)

    return read_or_fail


@pytest.mark.promise("Prefect keeps counts and")
def test_a_batch_is_shown_in_stages_with_counts_and_what_waits_with_an_address(
    working_house: House, opened: Home, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = flow.ingest_batch(working_house.home, [folder], "receipt", "stages", 2, lambda *_: None, by="desk")
    assert (done.read, done.failed) == (SCANS_COUNT, [])
    found = all_stages(working_house, "stages")
    assert list(found) == ["read 1 to 20", "read 21 to 40", "read 41 to 45", "weigh", "publish"]
    assert [found[name][0] for name in list(found)[:3]] == ["20 read", "20 read", "5 read"]
    assert found["weigh"][0].startswith(f"{SCANS_COUNT} weighed, ")
    run = run_of(working_house, "stages")
    assert set(run["tags"]) == {"fairhand", "desk"}
    assert run["parameters"]["form"] == "receipt"
    shown = asked(working_house, "/artifacts/filter", {"artifacts": {"key": {"any_": ["waits-stages"]}}})
    (row, *_) = json.loads(shown[0]["data"])
    assert set(row) == {"form", "reason", "questions", "desk"}
    assert row["desk"].endswith("/desk/batch?name=stages")
    assert sum(each["questions"] for each in json.loads(shown[0]["data"])) > 0
    assert "customer" not in json.dumps([found, run, shown])
    assert working_house.prefect
    monkeypatch.setenv("PREFECT_API_URL", working_house.prefect)
    told = latest_run(opened.settings, "ingest stages")
    assert told
    assert (told.state, told.at) == (run["state_name"], datetime.fromisoformat(run["state"]["timestamp"]))
    assert told.address == url_for("flow-run", run["id"])
    assert latest_run(opened.settings, "ingest no such batch") is None
    assert opened.store.count_to_read(now()) == (0, 0)


def test_a_stage_that_failed_is_tried_again_and_reads_what_is_unread(
    working_house: House, opened: Home, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(READ, failing(times=1, after=25))
    ended = flow.ingest(str(folder), "receipt", "again", str(working_house.home), return_state=True)
    assert (ended.type, ended.name) == ("COMPLETED", "Completed"), ended
    found = all_stages(working_house, "again")
    assert [found[f"read {which}"][1] for which in ("1 to 20", "21 to 40", "41 to 45")] == [1, 2, 1]
    assert run_of(working_house, "again")["run_count"] == 1
    readings = [opened.store.readings(each.scan.id) for each in opened.store.scan_states("again")]
    assert [len(each) for each in readings] == [1] * SCANS_COUNT, "nothing is read twice"


@pytest.mark.promise("the command says at once")
def test_a_run_that_failed_is_begun_again_by_prefect_and_by_hand(
    working_house: House, opened: Home, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    often = len(flow.STAGE_RETRY_SECONDS) + 1  # a stage fails for good, and with it its run
    monkeypatch.setattr(READ, failing(times=often, after=25))
    flow.ingest(str(folder), "receipt", "run", str(working_house.home), return_state=True)
    run = run_of(working_house, "run")
    assert (run["state_type"], run["run_count"]) == ("COMPLETED", 2)
    assert opened.store.counts("run").unread_scans == 0

    more = folder.with_name("more")
    more.mkdir()
    Image.new("RGB", (500, 900), (230, 230, 230)).save(more / "one.png")
    monkeypatch.setattr(READ, failing(times=100, after=0))
    with pytest.raises(DatabaseAway):
        flow.ingest_batch(working_house.home, [more], "receipt", "by hand", 1, lambda *_: None)

    async def in_loop() -> None:  # as a notebook calls it
        flow.ingest_batch(working_house.home, [more], "receipt", "in a loop", 1, lambda *_: None)

    with pytest.raises(DatabaseAway):
        run_aside(in_loop())
    assert run_of(working_house, "by hand")["run_count"] == 1, "whoever gave the command is told at once"
    assert opened.store.counts("by hand").unread_scans == 1
    monkeypatch.setattr(READ, reader(0.0))
    told = run_of(working_house, "by hand")["parameters"]
    ended = flow.ingest(**told, return_state=True)  # what the button Retry does: the same parameters, and no files
    assert ended.is_completed()
    assert opened.store.counts("by hand").unread_scans == 0


def test_what_no_time_mends_is_not_tried_again(working_house: House) -> None:
    ended = flow.ingest("/no/such/folder", "receipt", "nowhere", str(working_house.home), return_state=True)
    assert ended.is_failed()
    assert run_of(working_house, "nowhere")["run_count"] == 1


@pytest.mark.usefixtures("opened")
def test_what_ends_its_process_again_and_again_is_not_begun_for_ever(
    working_house: House, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "MOST_BEGUN_COUNT", 0)
    ended = flow.ingest(str(folder), "receipt", "ends it", str(working_house.home), return_state=True)
    assert ended.is_failed()
    assert "fairhand status says what is left" in str(ended.message)
    assert run_of(working_house, "ends it")["run_count"] == 1

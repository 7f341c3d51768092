"""How a run of `ingest` ends on Prefect's pages, and what its automations are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.steps import Ingested, url_name
from tests.flows.house import PATIENCE, TYPED, House, until

pytestmark = [pytest.mark.xdist_group("prefect"), pytest.mark.prefect, pytest.mark.timeout(900)]


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


def test_a_run_says_in_its_state_what_was_set_aside(working_house: House, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "order.png").write_bytes(TYPED.read_bytes())
    for number in range(3):
        (tmp_path / "in" / f"letter {number}.png").write_text(f"no picture {number}")
    done = working_house.run("ingest", tmp_path / "in", "--form", "bon-de-commande", "--batch", "some aside")
    assert done.code == 1, done.err
    state = ended(working_house, "some aside")
    assert (state["type"], state["name"]) == ("COMPLETED", "3 set aside")
    assert state["message"] == (
        "1 scans in 4 files: 1 read, 0 known already, 0 of an unknown form, 3 files set aside, 0 failed."
    )
    until(lambda: len(events(working_house, "some aside")) == 2)
    told = events(working_house, "some aside")
    assert told["fairhand.batch.set-aside"] == {"files": 3}
    assert (told["fairhand.batch.finished"]["read"], told["fairhand.batch.finished"]["set_aside"]) == (1, 3)
    assert "letter" not in str(told) + str(state)


def test_a_run_in_which_nothing_could_be_read_has_failed(working_house: House, tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / f"letter {number}.png").write_text(f"no picture at all {number}")
    done = working_house.run("ingest", *tmp_path.glob("*.png"), "--form", "bon-de-commande", "--batch", "in vain")
    assert (done.code, done.out.count("set aside: ")) == (1, 2)
    assert "Traceback" not in done.err
    state = ended(working_house, "in vain")
    assert (state["type"], state["name"]) == ("FAILED", "2 set aside")


def test_a_run_that_went_well_is_completed(working_house: House) -> None:
    working_house.run("ingest", TYPED, "--form", "bon-de-commande", "--batch", "well")
    assert ended(working_house, "well")["name"] == "Completed"
    until(lambda: events(working_house, "well"))
    assert set(events(working_house, "well")) == {"fairhand.batch.finished"}


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

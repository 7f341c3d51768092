"""The whole path once: photographs in, machines and simulated people read, true records out, and erased at the end."""

from __future__ import annotations

import json
import os
from pathlib import Path

import httpx
import pytest
import sqlite_utils

from flows.administration.people import invite
from flows.home import settings as configuration
from flows.home.home import open_home
from flows.parts.simulation import planning
from flows.parts.simulation.simulated_people import SLIP_SHARE, play
from tests.flows.house import House, chosen, folder_of, simulated
from tests.flows.new_prefect import put_prefect_database
from tests.patience import PATIENCE
from tests.transcribe.review.site import served
from transcribe.errors import NotFound
from transcribe.review.app import create_app

pytestmark = [pytest.mark.xdist_group("prefect"), pytest.mark.slow, pytest.mark.timeout(900)]

PHOTOGRAPHS = ("bon-de-commande-flat-typed-0000.png", "order-form-phone-typed-0003.jpg", "receipt-217.jpg")


def test_photographs_become_true_records_that_can_be_explained_and_erased(
    tmp_path: Path, new_prefect_database: Path, prefect_server: str
) -> None:
    put_prefect_database(new_prefect_database, tmp_path / "home")
    house = House(home=tmp_path / "home")  # without Prefect: ingest starts a server of its own and stops it
    folder = folder_of(tmp_path / "photographs", PHOTOGRAPHS)
    done = house.run("ingest", *(folder / name for name in PHOTOGRAPHS[:2]), "--form", "auto", "--json")
    assert (done.code, done.json[0]["read"]) == (0, 2), done.err
    house.prefect, house.prefect_secret = prefect_server, os.environ["PREFECT_API_AUTH_STRING"]
    assert house.run("ingest", folder / PHOTOGRAPHS[2], "--form", "receipt").code == 0

    _people_type(house)

    rooms = open_home(configuration.load_settings(house.home))
    compared = planning.compare(rooms, chosen(*PHOTOGRAPHS))
    assert (compared.missing, compared.wrong) == ((), ())
    assert compared.records == len(PHOTOGRAPHS)
    _explained(house)
    _exported_and_queried(house)
    _forgotten(house, folder)


def _people_type(house: House) -> None:
    """Three readers who err and two experts who do not, over the real pages, with reconciling after each round."""
    rooms = open_home(configuration.load_settings(house.home))
    from flows.home.home import now
    from flows.serving.serve import review_options
    from flows.steps.reconcile_scans import reconcile_home

    def left() -> int:
        reconcile_home(rooms)
        return sum(rooms.store.counts().open_tasks.values())

    options = review_options(rooms.settings, 1)
    app = create_app(rooms.store, rooms.archive, rooms.forms, options, now, lambda scan: None)
    with served(app) as address:
        rooms.settings.home.joinpath("serve.json").write_text(json.dumps({"web": address}), encoding="utf-8")
        assert httpx.get(invite(rooms, "looker").link, timeout=PATIENCE).status_code == 200
        readers = [
            *(simulated(rooms, f"reader {seed}", seed, SLIP_SHARE) for seed in (21, 22, 23)),
            *(simulated(rooms, f"expert {seed}", seed, 0.0, ["expert"]) for seed in (31, 32)),
        ]
        assert play(readers, left, 3.0, lambda _: None) == 0
    rooms.settings.home.joinpath("serve.json").unlink()
    rooms.close()


def _explained(house: House) -> None:
    """Every decision of a scan, weighed again, is the same."""
    (status,) = house.run("status", "--json").json
    scan = next(each for each in status["scan_states"] if each["name"] == PHOTOGRAPHS[0])
    for field in ("order_number", "total", "lines.quantity[0]"):
        told = house.run("scan", "explain", scan["scan"][:16], field, "--json")
        assert (told.code, told.json[0]["replay"]) == (0, True), field
        assert told.json[0]["decisions"][-1]["evidence"]


def _exported_and_queried(house: House) -> None:
    database = sqlite_utils.Database(house.home / "records.db")
    (row,) = database["bon_de_commande"].rows
    exported = house.run("records", "export", "--form", "bon-de-commande").json[0]
    assert row["order_number"] in json.dumps(exported)
    assert database["bon_de_commande"].columns_dict["total_minor"] is int
    assert database["provenance"].count > 100
    house.run("records", "rebuild")
    (again,) = sqlite_utils.Database(house.home / "records.db")["bon_de_commande"].rows
    assert again == row


def _forgotten(house: House, folder: Path) -> None:
    """A forgotten scan is nowhere: not in the databases, not in the archive, not after the same file comes again."""
    rooms = open_home(configuration.load_settings(house.home))
    scan = next(state.scan for state in rooms.store.scan_states() if state.scan.name == PHOTOGRAPHS[0])
    name = chosen(PHOTOGRAPHS[0])[PHOTOGRAPHS[0]].fields["customer_name"]
    assert house.run("scan", "forget", scan.id[:12], "--why", "asked for", "--yes").code == 0
    for page in scan.pages:
        with pytest.raises(NotFound):
            rooms.archive.get(page.file)
    rooms.close()
    again = house.run("ingest", folder / PHOTOGRAPHS[0], "--form", "bon-de-commande")
    assert again.code == 0, again.err
    house.run("records", "rebuild")
    for file in house.home.glob("*.db*"):
        assert name.encode() not in file.read_bytes(), file.name

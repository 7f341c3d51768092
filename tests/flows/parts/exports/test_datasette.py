"""The real Datasette shows the records: titles, facets, queries, pictures."""

from __future__ import annotations

import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from flows.home.home import Home, now
from tests.flows.house import House
from tests.flows.parts.exports.test_exports import read_by_people
from tests.patience import PATIENCE
from transcribe.archive import Archive
from transcribe.model import PagePicture, ReadResult


@contextmanager
def datasette(command: str) -> Iterator[httpx.Client]:
    """A client of Datasette, started by the command that is said to start it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    _, *arguments = shlex.split(command)
    program = [sys.executable, "-m", "datasette", *arguments, "--port", str(port)]
    running = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until:
                assert running.poll() is None, running.stderr and running.stderr.read()
                try:
                    client.get("/-/versions.json")
                    break
                except httpx.TransportError:
                    time.sleep(0.2)
            yield client
    finally:
        running.terminate()
        running.wait(PATIENCE)


def with_pages(rooms: Home) -> str:
    """A published receipt with a picture of its page; its scan."""
    scan = read_by_people(rooms)
    page = Path(__file__).parents[4] / "transcribe" / "forms" / "shipped" / "order-form.png"
    archive: Archive = rooms.archive
    picture = PagePicture(number=1, sha256=archive.put(page.read_bytes()), size=(1654, 2339))
    reads = ReadResult(places=(), readings=(), fit=None, quality={}, pictures=(picture,))
    rooms.store.put_reads(scan.id, reads, now())
    return scan.id


def test_datasette_shows_records_with_titles_facets_queries_and_pictures(
    house: House, rooms: Home, tmp_path: Path
) -> None:
    scan = with_pages(rooms)
    out = tmp_path / "browse"
    done = house.run("records", "datasette", "--folder", str(out), "--pictures")
    assert done.code == 0, done.err
    with datasette(done.out.strip()) as client:

        def page(address: str) -> str:
            answer = client.get(address)
            assert answer.status_code == 200, (address, answer.text)
            return answer.text

        front = page("/records")
        for shown in ("What was corrected after it was published, and why", "records", "receipt", "quality"):
            assert shown in front
        assert "outbox_mark" not in front.partition("hidden")[0]
        table = page("/records/receipt")
        assert "Form receipt: one row a record." in table
        assert "(amount in MYR)" in table
        assert "12.5</td>" in table, "an amount stands as it is, at any size"
        assert f'<img src="/-/pictures/{scan}/1"' in table
        assert f"/-/pictures/{scan}/field/total" in page("/records/provenance")
        (over,) = client.get("/records/receipt_over.json?over=10&less_probable_than=1&_shape=array").json()
        assert (over["scan"], over["total"]) == (scan, 12.5)
        assert client.get("/records/receipt_over.json?over=13&less_probable_than=1&_shape=array").json() == []
        month = client.get("/records/receipt_by_month.json?_shape=array").json()
        assert month == [{"month": "2025-03", "currency": "MYR", "orders": 1, "total_in_minor_units": 1250}]
        for query in ("corrected", "look_at_first", "error_rates", "came_before"):
            assert client.get(f"/records/{query}.json").status_code == 200, query
        picture = client.get(f"/-/pictures/{scan}/1")
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
        field = client.get(f"/-/pictures/{scan}/field/total")
        assert (field.status_code, field.headers["content-type"]) == (200, "image/jpeg")
        assert client.get(f"/-/pictures/{scan}/9").status_code == 404
        assert client.get(f"/-/pictures/{'0' * 64}/field/total").status_code == 404


def test_without_pictures_none_is_shown(house: House, rooms: Home, tmp_path: Path) -> None:
    scan = with_pages(rooms)
    done = house.run("records", "datasette", "--folder", str(tmp_path / "browse"))
    assert not (tmp_path / "browse" / "plugins").exists()
    with datasette(done.out.strip()) as client:
        assert "<img" not in client.get("/records/receipt").text
        assert client.get(f"/-/pictures/{scan}/1").status_code != 200


def test_before_anything_was_published_it_is_said(house: House, rooms: Home, tmp_path: Path) -> None:
    done = house.run("records", "datasette", "--folder", str(tmp_path / "browse"))
    assert done.code != 0
    assert "fairhand records publish" in done.err

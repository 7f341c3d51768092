"""Ten open desks beside people who send readings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from flows.administration.people import invite
from flows.desk.visit import POLL_HEADER
from flows.home.home import now, open_home
from flows.home.settings import load_settings
from tests.bench.bench_submit import CONNECTIONS, prepare, set_pay, sign_in, turn
from tests.bench.crowd.served import Served, fill

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

PAGES = (
    *("/desk", "/desk", "/desk", "/desk/batches", "/desk/scans", "/desk/quality", "/desk/people", "/desk/money"),
    *("/desk/records", "/desk/system"),
)
"""What the desks have open: the first page on three, and each of the others with parts that change."""

SECONDS, TASKS_COUNT = 4.0, 200
"""So long people send, and so many tasks each of them holds: more than can be sent."""


def look(address: str, token: str, page: str, is_over: Callable[[], bool]) -> list[int]:
    """The answers to an operator whose desk asks for its parts again and again, until it is over."""
    with httpx.Client(base_url=address, timeout=60) as desk:
        desk.post(f"/in/{token}")
        statuses: list[int] = []
        while not statuses or not is_over():
            statuses.append(desk.get(page, headers={"accept": "text/html", POLL_HEADER: "1"}).status_code)
        return statuses


@pytest.mark.promise("Desks of people who")
@pytest.mark.soak
def test_every_reading_arrives_while_ten_desks_look_on(tmp_path: Path) -> None:
    rooms = open_home(load_settings(tmp_path / "home"))
    set_pay(rooms)
    fill(rooms, -(-TASKS_COUNT * CONNECTIONS // 40), now())
    people = prepare(rooms, TASKS_COUNT)
    links = [invite(rooms, f"op{number}", ["operator"], ["fr"], "staff").link for number in range(len(PAGES))]
    served = Served(rooms=rooms, lease_seconds=3600.0, whole=False)
    served.start()
    try:
        senders = [sign_in(served.address, *each) for each in people]
        with ThreadPoolExecutor(1 + len(PAGES)) as pool:
            sending = pool.submit(asyncio.run, turn([served], senders, SECONDS))
            desks = [
                pool.submit(look, served.address, link.rpartition("/in/")[2], page, sending.done)
                for link, page in zip(links, PAGES, strict=True)
            ]
            sent, told = sending.result(), [each.result() for each in desks]
    finally:
        served.stop()
    kept = sum(line.kind == "reading" for line in rooms.store.ledger())
    rooms.close()
    assert sent.statuses == {200: kept}
    assert {status for each in told for status in each} == {200}

"""A web process whose PostgreSQL goes away while many people work: it answers, and says so."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest

from flows.home import settings as configuration
from flows.home.home import open_home
from tests.flows.house import House, until
from tests.flows.serving.test_two_hosts import host, signed_in
from tests.postgres import Server, server
from transcribe.store.postgresql.postgresql_silence import SILENCE_SECONDS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PEOPLE_COUNT = 8

AWAY_SECONDS = 12.0


TROUBLES: dict[str, tuple[Callable[[Server], None], Callable[[Server], None]]] = {
    "gone": (Server.stop, Server.start),
    "standing still": (Server.stand_still, Server.go_on),
}
"""What befalls the server, and how it ends."""


@pytest.mark.promise("- While the server")
@pytest.mark.parametrize("trouble", ["gone", pytest.param("standing still", marks=pytest.mark.soak)])
def test_while_the_database_is_away_the_process_is_alive_and_people_are_told_to_try_again(
    tmp_path: Path, trouble: str
) -> None:
    begin, mend = TROUBLES[trouble]
    with ExitStack() as running:
        database = running.enter_context(server())
        kept = f"FAIRHAND_STATE={database.address}\n"
        (tmp_path / configuration.SETTINGS_FILE).write_text(kept, encoding="utf-8")
        home = running.enter_context(closing(open_home(configuration.load_settings(tmp_path))))
        address, _ = running.enter_context(host(House(home=tmp_path)))
        people = [running.enter_context(closing(signed_in(home, [address], f"mina{n}"))) for n in range(PEOPLE_COUNT)]
        begin(database)
        try:
            end, slowest = time.monotonic() + AWAY_SECONDS, 0.0
            with ThreadPoolExecutor(PEOPLE_COUNT) as many:
                answers = many.map(lambda each: each.get("/work/next", params={"count": 1}), people)
                while time.monotonic() < end:
                    begun = time.monotonic()
                    assert httpx.get(f"{address}/healthz", timeout=30).text == "alive\n"
                    slowest = max(slowest, time.monotonic() - begun)
                    time.sleep(0.1)
                told = list(answers)
            assert slowest < SILENCE_SECONDS, "nobody else waits for a connection"
            assert [each.status_code for each in told] == [503] * PEOPLE_COUNT, told[0].text
            assert {each.headers["retry-after"] for each in told} == {"1"}
            begun = time.monotonic()
            assert httpx.get(f"{address}/readyz", timeout=30).status_code == 503
            assert time.monotonic() - begun < 10, "as long as the health checks of the composition wait"
        finally:
            mend(database)
        until(lambda: people[0].get("/work/next", params={"count": 1}).status_code == 200)

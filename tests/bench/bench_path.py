"""The path under kill -9: an ingest killed ten times on its way, each time begun again by the same command.

Shown are how many photographs each killed run had finished, whether the end is that of an undisturbed run, and what was
read more than once.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from flows.home import settings as configuration
from flows.home.settings import prefect_secret
from flows.runtime.prefect_server import PrefectServer
from tests.bench.rows import Row, at_most
from tests.flows.house import House, ingest_killed
from tests.flows.test_ingest import told_of_house
from tests.orders import FORMS, series, write

SEED = 77


def rows(small: bool) -> Iterator[Row]:
    """Fifty photographs and ten kills."""
    photographs, kills = (6, 3) if small else (50, 10)
    with tempfile.TemporaryDirectory() as folder:
        yield from measured(Path(folder), photographs, kills)


def measured(folder: Path, photographs: int, kills: int) -> Iterator[Row]:
    """Whether the killed runs end as the undisturbed one."""
    write(series(photographs, SEED, FORMS, ("flat", "phone"), ("typed",)), folder / "photographs")
    settings = configuration.load_settings(folder / "prefect")
    server = PrefectServer(settings)
    server.start()
    server.wait()
    try:
        secret, where = prefect_secret(settings), server.address
        calm, killed = (House(home=folder / name, prefect=where, prefect_secret=secret) for name in ("calm", "killed"))
        calm.run("ingest", folder / "photographs", "--form", "auto")
        words: list[str | Path] = [folder / "photographs", "--form", "auto"]
        finished = [ingest_killed(killed, words, *moment) for moment in _moments(photographs, kills)]
        yield Row(of="finished after each kill", figure=", ".join(map(str, finished)))
        last = killed.run("ingest", *words, "--json").json[0]
        yield Row(of="the last run: read, known already", figure=f"{last['read']}, {last['known']}")
        same = told_of_house(killed) == told_of_house(calm)
        yield Row(of="the same readings and decisions as undisturbed", figure=str(same), bar="True", holds=same)
        yield at_most("read again although finished", abs(last["known"] - finished[-1]), 0, 0)
    finally:
        server.stop()


def _moments(photographs: int, kills: int) -> list[tuple[int, float]]:
    """For each kill: how many photographs are finished before it, spread over the whole way, and the seconds after."""
    chance = random.Random(SEED)
    return [(photographs * kill // kills, chance.uniform(0.0, 1.5)) for kill in range(kills)]

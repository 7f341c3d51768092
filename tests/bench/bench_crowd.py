"""A crowd reads over HTTP while the web process is killed.

200 people for ten minutes; one in ten vanishes for good at some moment, one reading in five is sent twice, nobody's
clock goes right, and `fairhand serve` is killed (kill -9) five times and started again. People do what the page's
module does: they lease ahead, and send each reading again until it is acknowledged.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx

from flows.administration.people import invite
from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from tests.bench.crowd.checked import FLOOR, RATE, wrong
from tests.bench.crowd.people import Person, Seen
from tests.bench.crowd.served import Served, fill, truth
from tests.bench.rows import Row
from transcribe.store.facts import Floor, Rate

VANISH = 0.1
"""Share of people who go away for good, in the middle of whatever they do."""

SLIPS = 0.05
"""Share of readings that are wrong, so that people disagree and more is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How many work for how long: until the time is over, whoever is to vanish has, the server was killed so often, and
    at `least` so many readings are acknowledged. `pause`: seconds that a person takes for a field, from and to."""

    people: int = 200
    seconds: float = 600.0
    kills: int = 5
    scans: int = 400
    least: int = 1
    pause: tuple[float, float] = (2.0, 6.0)
    lease_seconds: float = 60.0
    whole: bool = True
    """All that `serve` starts; else without Prefect, which has no part in it and takes long to start."""


SMALL = Plan(people=12, seconds=5.0, kills=1, scans=6, least=60, pause=(0.05, 0.3), lease_seconds=10.0, whole=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What came of it; `wrong` is empty where all is as it must be."""

    seen: Seen
    served: Served
    vanished: int
    wrong: list[str]


def play(folder: Path, plan: Plan) -> Played:
    """Fill a home, serve it, let the crowd work, and look what is there."""
    rooms = open_home(configuration.load_settings(folder / "home"))
    rooms.store.put_rate(Rate(form="", micro=RATE, currency="EUR", since=now()), now())
    rooms.store.put_floor(Floor(micro=FLOOR, currency="EUR", source="made up", since=now()), now())
    served = Served(rooms=rooms, lease_seconds=plan.lease_seconds, whole=plan.whole)
    fill(rooms, plan.scans, now())
    served.start()
    try:
        # In a thread of its own: a browser's driver keeps an event loop in the thread of the tests.
        with ThreadPoolExecutor(max_workers=1) as apart:
            seen, vanished = apart.submit(asyncio.run, _crowd(rooms, served, plan)).result()
        served.reconciled()
    finally:
        served.stop()
    found = wrong(rooms, seen, now() + timedelta(seconds=1))
    rooms.close()
    return Played(seen=seen, served=served, vanished=vanished, wrong=found)


async def _crowd(rooms: Home, served: Served, plan: Plan) -> tuple[Seen, int]:
    seen, chance = Seen(), random.Random(20261124)
    people = [_person(rooms, served, plan, seen, number) for number in range(plan.people)]
    for person, path in people:
        await person.sign_in(path)
    began = served.clock()

    deeds: list[asyncio.Task[None]] = []

    def goes_on() -> bool:
        to_be_done = len(seen.acknowledged) < plan.least or not all(deed.done() for deed in deeds)
        return to_be_done or served.clock() < began + plan.seconds

    working = [asyncio.create_task(person.work(goes_on)) for person, _ in people]
    vanishing = chance.sample(working, max(1, round(VANISH * len(working))))
    for task in vanishing:
        deeds.append(asyncio.create_task(_vanish(task, served, began + chance.uniform(0.1, 0.9) * plan.seconds)))
    kills = sorted(chance.uniform(0.05, 0.85) * plan.seconds for _ in range(plan.kills))
    deeds.append(asyncio.create_task(_killing(served, seen, kills)))
    await asyncio.gather(*deeds)
    done = await asyncio.gather(*working, return_exceptions=True)
    for person, _ in people:
        await person.client.aclose()
    faults = [each for each in done if isinstance(each, Exception)]
    if faults:
        raise faults[0]
    return seen, sum(isinstance(each, asyncio.CancelledError) for each in done)


def _person(rooms: Home, served: Served, plan: Plan, seen: Seen, number: int) -> tuple[Person, str]:
    chance = random.Random(number)
    invited = invite(rooms, f"p{number}", ["transcriber"], ["fr"], "by reading")

    def reads(task: str) -> str:
        said = truth(rooms, rooms.store.task_subject(task))
        return f"{said}{chance.randrange(10)}" if chance.random() < SLIPS else said

    client = httpx.AsyncClient(base_url=served.address, timeout=60)
    person = Person(id=invited.person.id, chance=chance, pause=plan.pause, reads=reads, seen=seen, client=client)
    return person, "/in/" + invited.link.rpartition("/in/")[2]


async def _until(served: Served, moment: float) -> None:
    while served.clock() < moment:
        await asyncio.sleep(0.05)


async def _vanish(task: asyncio.Task[None], served: Served, moment: float) -> None:
    await _until(served, moment)
    task.cancel()


async def _killing(served: Served, seen: Seen, moments: list[float]) -> None:
    """At each moment; started again as soon as somebody has noticed."""
    began = served.clock()
    for moment in moments:
        await _until(served, began + moment)
        broken = seen.broken
        await asyncio.to_thread(served.kill)
        while seen.broken == broken:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(served.restart)


def rows(small: bool) -> Iterator[Row]:
    """What the crowd did, and each thing that is not as it must be."""
    plan = SMALL if small else Plan()
    with tempfile.TemporaryDirectory() as folder:
        played = play(Path(folder), plan)
    seen, took = played.seen, sorted(played.seen.took)
    yield Row(of="people, vanished, kills", figure=f"{plan.people}, {played.vanished}, {played.served.kills}")
    yield Row(of="readings acknowledged, requests broken off", figure=f"{len(seen.acknowledged)}, {seen.broken}")
    p50, p99 = took[len(took) // 2], took[int(0.99 * len(took))]
    yield Row(of="acknowledged within: p50, p99 ms", figure=f"{1000 * p50:.0f}, {1000 * p99:.0f}")
    yield from (Row(of=each, figure="wrong", holds=False) for each in played.wrong)

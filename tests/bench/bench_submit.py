"""Durable submits a second through the whole app: beside a handler without a database, and on PostgreSQL beside a file.

64 connections that stay open wait for each answer, with reconciling beside the web process as in `fairhand serve`. Two
sides are asked by turns, a few seconds each, so that whatever else this machine does troubles both alike; a ratio is
that of the medians. On PostgreSQL there are two web processes, each with a home of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx

from flows.administration.people import invite
from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from tests.aside import run_aside
from tests.bench.crowd.people import CSRF
from tests.bench.crowd.served import Served, fill
from tests.bench.rows import Row, at_least, at_most
from tests.postgres import new_database, server, share
from transcribe.store.facts import Floor, Rate

CONNECTIONS = 64
HELD_SECONDS = 3600.0
"""For so long people hold their tasks: longer than the measurement."""

CLAIMED_SECONDS = 0.02
"""The time that each reading claims: less than an answer takes here, as people claim no more time than there was."""

WARM_SECONDS = 0.3
"""Seconds of each turn that are not counted."""

SIZES = {True: (2, 1.5, 60), False: (5, 4.0, 500)}
"""Turns, the seconds of each, and the tasks that each person holds."""


@dataclass(kw_only=True)
class Turn:
    """A few seconds of one side: milliseconds of each answer, and the answers a second."""

    took: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def a_second(self) -> float:
        return len(self.took) / self.seconds

    def at(self, percent: int) -> float:
        return sorted(self.took)[min(len(self.took) - 1, len(self.took) * percent // 100)]


Side = Callable[[float], Turn]
"""Asks for so many seconds."""


def by_turns(sides: Mapping[str, Side], turns: int, seconds: float) -> dict[str, list[Turn]]:
    """Each side's turns."""
    done: dict[str, list[Turn]] = {name: [] for name in sides}
    for _ in range(turns):
        for name, ask in sides.items():
            done[name].append(ask(seconds))
    return done


def a_second(turns: Sequence[Turn]) -> float:
    return statistics.median(each.a_second for each in turns)


def p99_ms(turns: Sequence[Turn]) -> float:
    """The median of what a turn has as its 99th of 100."""
    return statistics.median(each.at(99) for each in turns)


async def turn(ports: Sequence[int], senders: Iterable[Iterator[bytes]], seconds: float) -> Turn:
    """Everybody sends as fast as they are answered, to the web processes by turns; the first moment is not counted."""
    done, began = Turn(seconds=seconds - WARM_SECONDS), time.perf_counter()

    async def send(port: int, requests: Iterator[bytes]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
        while (at := time.perf_counter()) < began + seconds:
            writer.write(next(requests))
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))
            end = time.perf_counter()
            done.statuses[int(head[9:12])] += 1
            if began + WARM_SECONDS <= end <= began + seconds:
                done.took.append(1000 * (end - at))
        writer.close()

    await asyncio.gather(*(send(port, each) for port, each in zip(itertools.cycle(ports), senders, strict=False)))
    return done


@dataclass(kw_only=True)
class Sender:
    """One person's requests: with readings of the tasks that they hold, and to a handler without a database."""

    readings: Iterator[bytes]
    nothings: Iterator[bytes]


def sign_in(address: str, token: str, tasks: Iterable[str]) -> Sender:
    """A person with a session."""
    with httpx.Client(base_url=address, timeout=60) as client:
        client.post(f"/in/{token}")
        found = CSRF.search(client.get("/before").text)
        assert found
        cookie, csrf = client.cookies["fairhand"], found[1]

    def request(path: str, task: str) -> bytes:
        sent = {"action": "send", "text": "BC-2025-0417", "seconds": CLAIMED_SECONDS, "overrode": False}
        body = json.dumps({"idem": f"idem-{task}", **sent})
        return (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: fairhand={cookie}\r\nX-CSRF-Token: {csrf}\r\n"
            f"Accept: application/json\r\nAccept-Encoding: gzip\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    return Sender(
        readings=(request(f"/work/{task}", task) for task in tasks),
        nothings=itertools.repeat(request("/nothing", "0" * 22)),
    )


def prepare(rooms: Home, each: int) -> list[tuple[str, list[str]]]:
    """People with their link's token and so many tasks each, leased before it begins."""
    found = []
    for number in range(CONNECTIONS):
        invited = invite(rooms, f"p{number}", ["transcriber"], ["fr"], "by reading")
        tasks = rooms.store.lease(invited.person.id, each, now(), HELD_SECONDS)
        found.append((invited.link.rpartition("/in/")[2], [task.id for task in tasks]))
    return found


def set_pay(rooms: Home) -> None:
    """A price a reading and a floor an hour, as each home has that pays."""
    since = now() - timedelta(days=1)
    rooms.store.put_rate(Rate(form="", micro=20_000, currency="EUR", since=since), now())
    rooms.store.put_floor(Floor(micro=10_000_000, currency="EUR", source="made up", since=since), now())


@dataclass(kw_only=True)
class Site:
    """A home, the ports of the web processes on it, and who sends there."""

    rooms: Home
    ports: list[int]
    senders: list[Sender]

    def submits(self, seconds: float) -> Turn:
        return run_aside(turn(self.ports, [each.readings for each in self.senders], seconds))

    def nothings(self, seconds: float) -> Turn:
        return run_aside(turn(self.ports, [each.nothings for each in self.senders], seconds))

    def kept(self, turns: Sequence[Turn]) -> Row:
        """Whether each reading was acknowledged and has its line in the ledger, and nothing else was said."""
        statuses = sum((each.statuses for each in turns), Counter[int]())
        lines = sum(line.kind == "reading" for line in self.rooms.store.ledger())
        said = f"{statuses[200]}, {lines}, {statuses.total() - statuses[200]}"
        return Row(of="acknowledged, kept and paid, refused", figure=said, holds=statuses == Counter({200: lines}))


@contextmanager
def site(folder: Path, tasks: int, hosts: int = 1, settings: str = "") -> Iterator[Site]:
    """A home with work for everybody, and as many web processes, each with a home of its own."""
    with ExitStack() as running:
        homes: list[Home] = []
        for number in range(hosts):
            place = folder / str(number)
            place.mkdir(parents=True)
            (place / configuration.SETTINGS_FILE).write_text(settings, encoding="utf-8")
            if homes:
                shutil.copy(homes[0].settings.home / "state.key", place)
            homes.append(open_home(configuration.load_settings(place)))
            running.callback(homes[-1].close)
        rooms = homes[0]
        set_pay(rooms)
        fill(rooms, -(-tasks * CONNECTIONS // 40), now())
        people = prepare(rooms, tasks)
        webs = [Served(rooms=each, lease_seconds=HELD_SECONDS, whole=False) for each in homes]
        for web in webs:
            running.callback(web.stop)
            web.start()
        senders = [sign_in(webs[0].address, token, held) for token, held in people]
        yield Site(rooms=rooms, ports=[web.port for web in webs], senders=senders)


def rows(small: bool) -> Iterator[Row]:
    """Submits beside a handler without a database behind the same middleware."""
    turns, seconds, tasks = SIZES[small]
    with tempfile.TemporaryDirectory() as folder, site(Path(folder), tasks) as here:
        done = by_turns({"submits": here.submits, "nothings": here.nothings}, turns, seconds)
        yield here.kept(done["submits"])
    for name, some in done.items():
        yield Row(of=f"{name} a second", figure=f"{a_second(some):.0f}")
    yield at_least("submits over nothings", a_second(done["submits"]) / a_second(done["nothings"]), 0.5, 2)
    yield at_most("p99 of submits, ms", p99_ms(done["submits"]), 150, 0)


def two_hosts(small: bool) -> Iterator[Row]:
    """PostgreSQL with two web processes beside a file with its one."""
    turns, seconds, tasks = SIZES[small]
    with ExitStack() as running:
        share(running.enter_context(server(durable=True)).address)
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        settings = f"FAIRHAND_STATE={new_database()}\nFAIRHAND_ARCHIVE={folder / 'archive'}\n"
        of_file = running.enter_context(site(folder / "file", tasks))
        of_server = running.enter_context(site(folder / "server", tasks, 2, settings))
        done = by_turns({"a file": of_file.submits, "PostgreSQL": of_server.submits}, turns, seconds)
        yield of_file.kept(done["a file"])
        yield of_server.kept(done["PostgreSQL"])
    for name, some in done.items():
        yield Row(of=f"{name}: submits a second", figure=f"{a_second(some):.0f}")
    yield at_least("PostgreSQL over a file", a_second(done["PostgreSQL"]) / a_second(done["a file"]), 0.6, 2)
    yield at_most("p99 on PostgreSQL, ms", p99_ms(done["PostgreSQL"]), 200, 0)

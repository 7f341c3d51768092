"""Durable submits a second through the whole app, beside a handler without a database behind the same middleware.

python -m tests.bench.bench_submit [--small]

One web worker, 64 connections, reconciling running beside it as in `fairhand serve`. Both are asked in turn, a few
seconds each, so that whatever else this machine does troubles both alike; the ratio is that of the medians.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import math
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import psutil

from flows.administration.people import invite
from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from tests.aside import run_aside
from tests.bench.crowd.people import CSRF
from tests.bench.crowd.served import Served, fill
from transcribe.store.facts import Floor, Rate

CONNECTIONS = 64
RATIO, P99_MS = 0.5, 150.0
"""The bars: submits a second of what needs no database, and how long one may wait.

The ratio was 0.6 with Python's own event loop. With uvloop submits are a quarter quicker, and what needs no database by
a half.
"""

CLAIMED_SECONDS = 0.02
"""The time that each reading claims: less than an answer takes here, as people claim no more time than there was."""

MIN_ANSWERS = 100
"""Answers of a turn below which the 99th percentile is the slowest one, and a ratio of rates is chance."""

WARM = 0.3
"""Seconds of each turn that are not counted."""


@dataclass(kw_only=True)
class Turn:
    """A few seconds of one of the two: milliseconds of each answer, and the answers a second."""

    took: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0
    processor: float = 0.0

    @property
    def each_ms(self) -> float:
        """Milliseconds of processor time that the web process took for each: what other programs cannot spoil."""
        return 1000 * self.processor / max(1, sum(self.statuses.values()))

    @property
    def a_second(self) -> float:
        return len(self.took) / self.seconds

    def at(self, percent: int) -> float:
        return sorted(self.took)[min(len(self.took) - 1, len(self.took) * percent // 100)]


@dataclass(kw_only=True)
class Sender:
    """One person on one connection that stays open, and the tasks that they hold."""

    cookie: str
    csrf: str
    tasks: Iterator[str]

    def request(self, path: str, idem: str) -> bytes:
        sent = {"idem": idem, "action": "send", "text": "BC-2025-0417", "seconds": CLAIMED_SECONDS, "overrode": False}
        body = json.dumps(sent)
        return (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: fairhand={self.cookie}\r\n"
            f"X-CSRF-Token: {self.csrf}\r\n"
            f"Accept: application/json\r\nAccept-Encoding: gzip\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


async def turn(webs: list[Served], senders: list[Sender], seconds: float, *, durable: bool = True) -> Turn:
    """Everybody sends as fast as they are answered, to the web processes by turns; the first moment is not counted."""
    before, done, began = _processor(webs), Turn(seconds=seconds - WARM), time.perf_counter()
    sending = zip(itertools.cycle(web.port for web in webs), senders, strict=False)
    await asyncio.gather(*(_send(port, each, began, seconds, done, durable=durable) for port, each in sending))
    done.processor = _processor(webs) - before
    return done


def _processor(webs: list[Served]) -> float:
    """Seconds of processor time that these processes took so far."""
    times = [psutil.Process(web.process.pid).cpu_times() for web in webs if web.process]
    return float(sum(each.user + each.system for each in times))


async def _send(port: int, sender: Sender, began: float, seconds: float, done: Turn, *, durable: bool) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (at := time.perf_counter()) < began + seconds:
        task = next(sender.tasks) if durable else "0" * 22
        writer.write(sender.request(f"/work/{task}" if durable else "/nothing", f"idem-{task}"))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        end = time.perf_counter()
        done.statuses[int(head[9:12])] += 1
        if began + WARM <= end <= began + seconds:
            done.took.append(1000 * (end - at))
    writer.close()


def prepare(rooms: Home, each: int) -> list[tuple[str, list[str]]]:
    """People with their link's token and so many tasks each, leased before it begins."""
    found = []
    for number in range(CONNECTIONS):
        invited = invite(rooms, f"p{number}", ["transcriber"], ["fr"], "by reading")
        tasks = rooms.store.lease(invited.person.id, each, now(), 3600.0)
        found.append((invited.link.rpartition("/in/")[2], [task.id for task in tasks]))
    return found


def sign_in(address: str, token: str, tasks: list[str]) -> Sender:
    """A person's cookie and session token."""
    with httpx.Client(base_url=address, timeout=60) as client:
        client.post(f"/in/{token}")
        found = CSRF.search(client.get("/before").text)
        assert found
        return Sender(cookie=client.cookies["fairhand"], csrf=found[1], tasks=iter(tasks))


def set_pay(rooms: Home) -> None:
    """A price a reading and a floor an hour, as each home has that pays."""
    since = now() - timedelta(days=1)
    rooms.store.put_rate(Rate(form="", micro=20_000, currency="EUR", since=since), now())
    rooms.store.put_floor(Floor(micro=10_000_000, currency="EUR", source="made up", since=since), now())


def measure(folder: Path, turns: int, seconds: float, tasks: int) -> tuple[list[Turn], list[Turn], int]:
    """Turns of submits and of nothing, and the readings that are there after."""
    rooms = open_home(configuration.load_settings(folder / "home"))
    set_pay(rooms)
    fill(rooms, -(-tasks * CONNECTIONS // 40), now())
    served = Served(rooms=rooms, lease_seconds=3600.0, whole=False)
    people = prepare(rooms, tasks)
    served.start()
    try:
        senders = [sign_in(served.address, token, held) for token, held in people]
        submits, nothings = [], []
        for _ in range(turns):
            submits.append(run_aside(turn([served], senders, seconds, durable=True)))
            nothings.append(run_aside(turn([served], senders, seconds, durable=False)))
    finally:
        served.stop()
    kept = sum(line.kind == "reading" for line in rooms.store.ledger())
    rooms.close()
    return submits, nothings, kept


def main() -> int:
    """Print both and their ratio; the exit code of `judged`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="two short turns instead of five")
    small = parser.parse_args().small
    turns, seconds, tasks = (2, 1.5, 60) if small else (5, 4.0, 500)
    with tempfile.TemporaryDirectory() as folder:
        submits, nothings, kept = measure(Path(folder), turns, seconds, tasks)
    for name, all_of_them in (("durable submits", submits), ("without a database", nothings)):
        rates = sorted(each.a_second for each in all_of_them)
        together = Turn(took=[took for each in all_of_them for took in each.took] or [math.nan])
        print(
            f"{name}, {CONNECTIONS} connections: {statistics.median(rates):.0f} a second "
            f"({rates[0]:.0f} to {rates[-1]:.0f}); p50 {together.at(50):.0f} ms, p99 {together.at(99):.0f} ms; "
            f"{statistics.median(each.each_ms for each in all_of_them):.2f} ms of processor time each"
        )
    said, code = judged(submits, nothings, kept)
    print(said)
    return code


def judged(submits: Sequence[Turn], nothings: Sequence[Turn], kept: int) -> tuple[str, int]:
    """What is said of all turns, and the exit code: 1 where a bar is missed, 2 where too few answers came to tell."""
    acknowledged = sum(each.statuses[200] for each in submits)
    strange = sum(sum(each.statuses.values()) for each in (*submits, *nothings)) - acknowledged
    strange -= sum(each.statuses[200] for each in nothings)
    counts = f"{acknowledged} acknowledged, {kept} kept and paid, {strange} refused"
    right = acknowledged == kept and not strange
    if (fewest := min(len(each.took) for each in (*submits, *nothings))) < MIN_ANSWERS:
        verdict = f"a turn had {fewest} answers, and of fewer than {MIN_ANSWERS} no speed can be told"
        return f"{counts}: {verdict if right else 'MISSED'}", 2 if right else 1
    ratio = statistics.median(each.a_second for each in submits) / statistics.median(each.a_second for each in nothings)
    slowest = statistics.median(each.at(99) for each in submits)
    good = right and ratio >= RATIO and slowest < P99_MS
    speed = f"ratio {ratio:.2f} (bar {RATIO}), p99 of a turn {slowest:.0f} ms (bar {P99_MS:.0f})"
    return f"{speed}, {counts}: {'good' if good else 'MISSED'}", 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())

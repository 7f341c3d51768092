"""How soon work goes on after trouble: `python -m tests.bench.bench_recovery [--small] [--only NAME ...]`.

Clients submit durable readings to a state on PostgreSQL, or put pictures into a bucket: two a second each, which this
machine bears, so that the rate says whether it goes on and not what else the machine does. Then the
server is killed and started again, its connections are cut, another program takes every connection, its disk is full,
or the bucket does not answer for a minute. Printed are the rate before, how long nothing was kept after the trouble had
ended, when the rate of five seconds was back at 95 % of before, and whether all that was acknowledged is there, once,
and paid once. Exit code 1 where it took more than 30 s, or something is missing.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

from tests.bench.bench_store import fill
from tests.bench.reconciling.rows import Row, at_most, show
from tests.bucket import bucket_server
from tests.postgres import Server, new_database, server, share
from tests.transcribe.store.world import KEY, NOON, World, person, sent
from transcribe.archive import Archive
from transcribe.errors import FairhandError
from transcribe.store import open_store
from transcribe.store.facts import Rate
from transcribe.store.writer import Writer

CLIENTS = 16
OPEN_TASKS = {True: 20_000, False: 200_000}
BEFORE_SECONDS = {True: 6.0, False: 15.0}
TROUBLE_SECONDS = {True: 2.0, False: 10.0}
AWAY_SECONDS = {True: 3.0, False: 60.0}
WINDOW_SECONDS = 5.0
"""The rate is that of so many seconds."""

SHARE_OF_BEFORE = 0.95
MOST_SECONDS = 30.0
"""The bar: so long after the trouble has ended the rate is as before."""

SECONDS_EACH = 0.5
"""What each client begins one thing after the other in."""

PAUSE_SECONDS = 0.05
"""Between a refusal and the next try."""

DISK_MB = 1200
"""The disk of the server that becomes full: twice what it holds."""

PICTURE_BYTES = 20_000


@dataclass
class Kept:
    """When something was acknowledged, and what."""

    at: list[float] = field(default_factory=list)
    what: set[str] = field(default_factory=set)
    refused: int = 0

    def rate(self, until: float, seconds: float = WINDOW_SECONDS) -> float:
        """Acknowledged a second in the seconds before `until`."""
        return sum(until - seconds < at <= until for at in list(self.at)) / seconds


@contextmanager
def working(one: Callable[[int, int], str], seconds_each: float = SECONDS_EACH) -> Iterator[Kept]:
    """Clients that do one thing after another, and try again where they are refused."""
    kept, ended, begun = Kept(), threading.Event(), time.monotonic()

    def client(who: int) -> None:
        for number in count():
            ended.wait(begun + number * seconds_each - time.monotonic())
            while not ended.is_set():
                try:
                    done = one(who, number)
                except FairhandError:
                    kept.refused += 1
                    time.sleep(PAUSE_SECONDS)
                    continue
                kept.at.append(time.monotonic())
                kept.what.add(done)
                break
            if ended.is_set():
                return

    with ThreadPoolExecutor(CLIENTS) as clients:
        for who in range(CLIENTS):
            clients.submit(client, who)
        try:
            yield kept
        finally:
            ended.set()


def recovery(of: str, kept: Kept, trouble: Callable[[], None], before_seconds: float) -> list[Row]:
    """The rate before a trouble, and how soon it is back when that has ended."""
    time.sleep(before_seconds)
    start = time.monotonic()
    windows = [kept.rate(start - back) for back in range(int(before_seconds - WINDOW_SECONDS) + 1)]
    before = statistics.median(windows)
    trouble()
    end = time.monotonic()
    while kept.rate(time.monotonic()) < SHARE_OF_BEFORE * before and time.monotonic() < end + 4 * MOST_SECONDS:
        time.sleep(PAUSE_SECONDS)
    back = time.monotonic() - end
    first = next((at - end for at in kept.at if at > end), back)
    return [
        Row(of=f"{of}: acknowledged a second before", figure=f"{before:.0f}"),
        Row(of=f"{of}: first acknowledged after it ended, s", figure=f"{first:.2f}"),
        at_most(f"{of}: the rate of 5 s is back at 95 %, s", back, MOST_SECONDS, 1),
    ]


@contextmanager
def sending_readings(folder: Path, open_tasks: int) -> Iterator[tuple[Server, str, Callable[[int, int], str]]]:
    """A server that keeps what it says, the URL of its state, and what a client does: leases a task and reads it."""
    with server(durable=True) as made:
        share(made.address)
        url = new_database()
        store = open_store(folder / "state.db", KEY, url=url)
        here = World.of(store, folder / "state.db", url)
        store.put_rate(Rate(form="", micro=7, currency="EUR", since=NOON), NOON)
        for who in range(CLIENTS):
            store.put_transcriber(person(f"p{who}"), NOON)
        fill(here, open_tasks)
        writer = Writer(store)

        def submit(who: int, _: int) -> str:
            def work() -> str:
                (task,) = store.lease(f"p{who}", 1, NOON)
                text = f"{who} {task.id}"
                store.submit(task.id, f"p{who}", sent(text, task.id), NOON)
                return text

            return writer.submit(work).result()

        yield made, url, submit
        writer.close()
        store.close()


def on_postgres(name: str, trouble: Callable[[Server, float], None], *, small: bool) -> list[Row]:
    """A trouble of the database while readings are sent."""
    with (
        tempfile.TemporaryDirectory() as folder,
        sending_readings(Path(folder), OPEN_TASKS[small]) as (made, url, submit),
    ):
        with working(submit) as kept:
            rows = recovery(name, kept, lambda: trouble(made, TROUBLE_SECONDS[small]), BEFORE_SECONDS[small])
        return [*rows, *_exact(name, url, kept)]


def _exact(name: str, url: str, kept: Kept) -> list[Row]:
    """Whether what was acknowledged is in the database, once, and paid once."""
    with psycopg.connect(url) as looking:
        texts = [row[0] for row in looking.execute("SELECT text FROM reading_text ORDER BY 1").fetchall()]
        paid = looking.execute(
            "SELECT COUNT(*), COUNT(DISTINCT reading), COALESCE(SUM(micro), 0) FROM ledger"
        ).fetchone()
    assert paid is not None
    missing = len(kept.what - set(texts))
    exact = len(set(texts)) == len(texts) and tuple(map(int, paid)) == (len(texts), len(texts), 7 * len(texts))
    return [
        at_most(f"{name}: acknowledged and not there, of {len(kept.what)}", missing, 0, 0),
        Row(of=f"{name}: each once, and paid once", figure="yes" if exact else "no", bar="yes", holds=exact),
    ]


def restarted(made: Server, seconds: float) -> None:
    """The server's machine is lost, and comes back."""
    made.stop()
    time.sleep(seconds)
    made.start()


def cut(made: Server, seconds: float) -> None:
    """Every connection of ours is ended, four times a second."""
    with psycopg.connect(made.address, autocommit=True) as killer:
        for _number in range(int(4 * seconds)):
            killer.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'fairhand'")
            time.sleep(0.25)


def taken(made: Server, seconds: float) -> None:
    """Another program has all connections that the server gives to programs that are not its owner's."""
    with psycopg.connect(made.address, autocommit=True) as killer, contextlib.ExitStack() as others:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            killer.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'fairhand'")
            with contextlib.suppress(psycopg.OperationalError):
                while True:
                    others.enter_context(psycopg.connect(made.address, autocommit=True))
            time.sleep(PAUSE_SECONDS)


def filled(made: Server, seconds: float) -> None:
    """Nothing more can be written to the server's disk; then there is room again, and it is started where it ended."""
    folder = Path(made.address.partition("host=")[2].partition(" ")[0])
    filler = folder / "filler"
    with filler.open("wb") as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(2**20))
            file.flush()
    time.sleep(seconds)
    filler.unlink()
    try:
        made.run("pg_ctl", "status")
    except subprocess.CalledProcessError:
        made.start()


@contextmanager
def small_disk() -> Iterator[None]:
    """A file system of a bounded size for what is made meanwhile. Only root may have one."""
    folder, before = tempfile.mkdtemp(), tempfile.tempdir
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=755", "tmpfs", folder], check=True)
    tempfile.tempdir = folder
    try:
        yield
    finally:
        tempfile.tempdir = before
        subprocess.run(["umount", "--lazy", folder], check=True)
        Path(folder).rmdir()


def full_disk(name: str, *, small: bool) -> list[Row]:
    """The disk of the database becomes full."""
    if os.geteuid() != 0:
        return [Row(of=f"{name}: not run, as only root may make a small disk", figure="-")]
    with small_disk():
        return on_postgres(name, filled, small=small)


def bucket_away(name: str, *, small: bool) -> list[Row]:
    """The bucket of pictures answers nobody for a while."""
    with bucket_server() as buckets:
        os.environ.update(buckets.variables)
        archive = Archive(f"s3://{buckets.bucket()}", plain=True)

        def put(who: int, number: int) -> str:
            return archive.put(f"{who} {number} ".encode() + bytes(PICTURE_BYTES))

        def away() -> None:
            buckets.stop()
            time.sleep(AWAY_SECONDS[small])
            buckets.start()

        with working(put) as kept:
            rows = recovery(name, kept, away, BEFORE_SECONDS[small])
        missing = sum(not archive.has(each) for each in kept.what)
        return [*rows, at_most(f"{name}: acknowledged and not there, of {len(kept.what)}", missing, 0, 0)]


TROUBLES: dict[str, Callable[[str, bool], list[Row]]] = {
    "server restarted": lambda name, small: on_postgres(name, restarted, small=small),
    "connections cut": lambda name, small: on_postgres(name, cut, small=small),
    "all connections taken": lambda name, small: on_postgres(name, taken, small=small),
    "disk full": lambda name, small: full_disk(name, small=small),
    "bucket away": lambda name, small: bucket_away(name, small=small),
}


def main() -> int:
    """The command line."""
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="fewer tasks and seconds")
    parser.add_argument("--only", action="append", choices=sorted(TROUBLES), help="only these troubles")
    asked = parser.parse_args()
    chosen = {name: rows for name, rows in TROUBLES.items() if name in (asked.only or TROUBLES)}
    held = [show(name, rows(name, asked.small)) for name, rows in chosen.items()]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())

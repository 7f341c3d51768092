"""The store under load, on a file and on PostgreSQL: leases at many open tasks, durable submits through its writer."""

from __future__ import annotations

import itertools
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psycopg

from tests.bench.rows import Row, at_least, at_most
from tests.postgres import server, share
from tests.transcribe.store import databases
from tests.transcribe.store.world import NOON, World, person, sent, sqlite_of, world
from transcribe.model import Task
from transcribe.store.drivers.columns import micros
from transcribe.store.facts import Offer
from transcribe.store.writer import Busy, Writer

SIZES = {True: ((10_000, 100_000), 200, 2.0), False: ((10_000, 1_000_000, 5_000_000), 2_000, 10.0)}
"""How many tasks are open, how many are chosen, and for how many seconds readings are sent."""

MOST_CHOOSING_MS: dict[databases.Kind, float] = {"sqlite": 0.1, "postgresql": 1.0}
"""The bars: the median of choosing a task."""

LEAST_SHARE = 0.6
"""The bar: so many of a file's submits has PostgreSQL."""

LANGUAGES = ("fr", "de", "en", "es", "ar")
MARKED = 100
"""One task in so many waits for somebody of another tradition than one of these."""

CLIENTS = 64
OPEN_FOR_SUBMITS = 20_000


def rows(small: bool) -> Iterator[Row]:
    """Choosing a task, and submits, on either database."""
    counts, times_count, seconds = SIZES[small]
    rates = {}
    with server(durable=True) as made:
        share(made.address)
        for kind in databases.KINDS:
            with databases.on(kind):
                for count in counts:
                    choose, whole = leases(count, times_count)
                    of = f"{kind}, {count} open"
                    yield at_most(f"{of}: choosing, p50 ms", at(choose, 50), MOST_CHOOSING_MS[kind], 3)
                    figure = f"{at(choose, 99):.2f}; {at(whole, 50):.2f}, {at(whole, 99):.2f}"
                    yield Row(of=f"{of}: choosing, p99; leasing, p50, p99 ms", figure=figure)
                took, rates[kind] = submits(seconds)
                figure = f"{rates[kind]:.0f}; {at(took, 50):.1f}, {at(took, 99):.1f}"
                yield Row(of=f"{kind}, {CLIENTS} clients: submits a second; p50, p99 ms", figure=figure)
    yield at_least("submits on PostgreSQL over a file", rates["postgresql"] / rates["sqlite"], LEAST_SHARE, 2)


def leases(count: int, times_count: int) -> tuple[list[float], list[float]]:
    """Seconds of leases of one task each at `count` open tasks: choosing the task, and the whole verb, within one
    transaction as in the writer thread (the commit is shared by many there)."""
    with tempfile.TemporaryDirectory() as folder, world(Path(folder), people=()) as here:
        fill(here, count)
        people = [f"p{number}" for number in range(50)]
        for number, handle in enumerate(people):
            here.store.put_transcriber(person(handle, languages=(LANGUAGES[number % len(LANGUAGES)],)), NOON)
        turn = itertools.cycle(people)
        held = itertools.cycle(people)
        whole = times(
            here,
            lambda: here.store.lease(next(turn), 1, NOON),
            times_count,
            lambda: here.store.give_back(next(held), NOON),
        )
        rows = [here.store.person_row(handle) for handle in people]
        asked = itertools.cycle([here.store._window(row, 1, Offer(), NOON, new=False) for row in rows])

        def chosen() -> None:
            """What a task is chosen from, and what somebody adds to which type of field."""
            window = next(asked)
            here.store.db.all("adds_of", person=window["who"])
            here.store.db.all("next_tasks", pool="read", refused=None, spares=None, **window)

        return times(here, chosen, times_count), whole


def submits(seconds: float) -> tuple[list[float], float]:
    """Submit and lease the next, on disk before it is told, by 64 clients of one writer: seconds each, and a second."""
    with tempfile.TemporaryDirectory() as folder, world(Path(folder), people=()) as here:
        fill(here, OPEN_FOR_SUBMITS)
        for number in range(CLIENTS):
            here.store.put_transcriber(person(f"p{number}"), NOON)
        writer = Writer(here.store)
        took: list[float] = []
        until = time.perf_counter() + seconds

        def client(who: str) -> None:
            (task,) = writer.submit(lambda: here.store.lease(who, 1, NOON)).result()
            for number in itertools.count():
                began = time.perf_counter()
                task = step(here, writer, who, task, number)
                took.append(time.perf_counter() - began)
                if time.perf_counter() > until:
                    return

        threads = [threading.Thread(target=client, args=(f"p{number}",)) for number in range(CLIENTS)]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        elapsed = time.perf_counter() - began
        writer.close()
        kept = len(here.store.ledger())
        assert kept == len(took), "every acknowledged reading has its pay line"
        return took, len(took) / elapsed


def step(here: World, writer: Writer, who: str, task: Task, number: int) -> Task:
    """One reading sent and the next task leased, in one job as a page's handler does, each at a time of its own."""
    now = NOON + timedelta(seconds=5, microseconds=number * CLIENTS + int(who[1:]))

    def work() -> Task:
        here.store.submit(task.id, who, sent("12,50", f"{who}-{number}"), now)
        (following,) = here.store.lease(who, 1, now)
        return following

    while True:
        try:
            return writer.submit(work).result()
        except Busy:
            time.sleep(0.01)


def fill(here: World, count: int) -> None:
    """Open tasks as `conclude` would, a hundred fields a scan, written in bulk."""
    if here.url:
        with psycopg.connect(here.url, autocommit=True) as server:
            server.execute(FILL_A_SERVER.format(count=count).encode())
        return
    connection = sqlite_of(here.store).connection
    scan_id = 1_000_000_000
    with here.store.db.write():
        for start in range(0, count, 100_000):
            numbers = range(start, min(start + 100_000, count))
            connection.executemany(
                "INSERT INTO scan (id, sha256, form, form_version, name, batch, received_at)"
                " VALUES (?, ?, 'order', 1, '', '', 0)",
                ((scan_id + n // 100, f"{n // 100:064x}") for n in numbers if n % 100 == 0),
            )
            connection.executemany(
                "INSERT INTO field (id, scan_id, form, form_version, name, row_number)"
                " VALUES (?, ?, 'order', 1, 'n', ?)",
                ((scan_id + n, scan_id + n // 100, n % 100) for n in numbers),
            )
            connection.executemany(
                "INSERT INTO task (public_id, field_id, scan_id, form_field_id, kind, lane, reason, slot, pool,"
                " priority, ease, apart, elsewhere, opened_at)"
                " VALUES (?, ?, ?, 1, 'read', 'value', 'low confidence', 1, 'read', ?, 0.5, '', ?, ?)",
                ((f"{n:022x}", scan_id + n, scan_id + n // 100, n % 3, mark(n), micros(NOON)) for n in numbers),
            )


FILL_A_SERVER = """
INSERT INTO scan (id, sha256, form, form_version, name, batch, received_at)
    SELECT 1000000000 + n, lpad(to_hex(n), 64, '0'), 'order', 1, '', '', 0
    FROM generate_series(0, ({count} - 1) / 100) n;
INSERT INTO field (id, scan_id, form, form_version, name, row_number)
    SELECT 1000000000 + n, 1000000000 + n / 100, 'order', 1, 'n', n % 100 FROM generate_series(0, {count} - 1) n;
INSERT INTO task (public_id, field_id, scan_id, form_field_id, kind, lane, reason, slot, pool, priority, ease, apart,
    elsewhere, opened_at)
    SELECT lpad(to_hex(n), 22, '0'), 1000000000 + n, 1000000000 + n / 100, 1, 'read', 'value', 'low confidence', 1,
        'read', n % 3, 0.5, '',
        CASE WHEN n % 100 = 0 THEN ('{{fr,de,en,es,ar}}'::TEXT[])[n / 100 % 5 + 1] ELSE '' END, 0
    FROM generate_series(0, {count} - 1) n;
ANALYZE
"""
"""The same on a server, by itself."""


def mark(number: int) -> str:
    """Whose readers stand alone with what they read of a task: nobody's for most."""
    return LANGUAGES[number // MARKED % len(LANGUAGES)] if number % MARKED == 0 else ""


def times(
    here: World, work: Callable[[], object], count: int, undo: Callable[[], object] = lambda: None
) -> list[float]:
    """Seconds of each of `count` calls, in transactions of 50; `undo` follows each and is not counted."""
    took = []
    for _ in range(count // 50):
        with here.store.together():
            for _ in range(50):
                began = time.perf_counter()
                work()
                took.append(time.perf_counter() - began)
                undo()
    return took


def at(took: list[float], percent: int) -> float:
    """That percentile, in milliseconds."""
    return 1000 * statistics.quantiles(took, n=100)[percent - 1]

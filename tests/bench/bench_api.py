"""A page of 100 records over HTTP, beside a handler that returns the same bytes from memory.

One web process, 64 connections, a million records. The handler stands in the same app behind the same middleware, and
asks for no token and no database. The first page, the last one, and pages with filters that half of the records pass,
or few, are asked by turns with it: each again and again, as by programs that poll, and then always another page, which
the server has not put together before. A figure is the median of the turns' 99th percentiles, as a multiple of the
handler's.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import cycle
from pathlib import Path

import httpx

from flows.home import settings as configuration
from flows.home.home import now, open_home
from reconcile.records import publish, query
from tests.aside import run_aside
from tests.bench.bench_submit import CONNECTIONS, Turn, by_turns, p99_ms, turn
from tests.bench.crowd.served import SAME_FILE, Served
from tests.bench.many_records import multiplied, small_orders
from tests.bench.rows import Row, at_most
from transcribe.people.tokens import new_token

PAGE_COUNT = 100
SIZES = {True: (3_000, 1, 1.5), False: (1_000_000, 5, 4.0)}
"""Records, turns, and the seconds of each."""

BASE_COUNT = 10_000
"""So many records are published; the others are copies of their rows under other numbers."""

MAX_TIMES_HANDLER = 2.0
"""The bar: so many times the 99th percentile of a handler that returns the same bytes."""

MAX_TIMES_FIRST = 1.5
"""The bar of alike: so many times the first page."""

OTHERS_COUNT = 1_000
"""So many pages are asked for in turn where it is always another one."""

FIRST = "the first page"
HANDLER = "a handler that returns the same bytes"


def pages(last: int, count: int) -> Mapping[str, Sequence[str]]:
    """What is asked, by name: one address again and again, or more in turn than the server keeps."""
    asked, half = f"/api/v1/records/orders?limit={PAGE_COUNT}", f"filter=total:gt:{min(count, BASE_COUNT) // 2}"
    others = range(PAGE_COUNT, count - PAGE_COUNT, max(1, (count - 2 * PAGE_COUNT) // OTHERS_COUNT))
    return {
        HANDLER: ["/same"],
        FIRST: [asked],
        "the last page": [f"{asked}&after={last - PAGE_COUNT}"],
        "a filter that half of them pass": [f"{asked}&{half}"],
        "a filter that few pass": [f"{asked}&filter=customer:eq:Elodie%2077"],
        "a day and an amount": [f"{asked}&filter=order_date:ge:2026-06-01&{half}"],
        "always another page": [f"{asked}&after={after}" for after in others],
        "always another page of that filter": [f"{asked}&after={after}&{half}" for after in others],
    }


def rows(small: bool) -> Iterator[Row]:
    """What a page costs, beside the handler."""
    count, turns, seconds = SIZES[small]
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        home = open_home(configuration.load_settings(Path(folder) / "home"))
        store = small_orders(min(count, BASE_COUNT))
        publish(store, home.settings.records, store.form)
        multiplied(home.settings.records, count)
        token = new_token(home.store, "bench", ["records:read"], now()).secret
        asked = pages(query.position(home.settings.records), count)
        served = Served(rooms=home, lease_seconds=60.0, whole=False, weighs=False)
        served.start()
        try:
            headers = {"authorization": f"Bearer {token}", "accept-encoding": "identity"}
            first = httpx.get(f"{served.address}{asked[FIRST][0]}", headers=headers, timeout=60)
            assert len(first.json()["records"]) == PAGE_COUNT
            (home.settings.home / SAME_FILE).write_bytes(first.content)
            sides = {name: partial(_asked, served.port, paths, token) for name, paths in asked.items()}
            done = by_turns(sides, turns, seconds)
        finally:
            served.stop()
            home.close()
    yield Row(of="bytes of a page", figure=f"{len(first.content)}")
    yield from compared(done)


def _asked(port: int, paths: Sequence[str], token: str, seconds: float) -> Turn:
    """Everybody asks as fast as they are answered."""
    rest = f"HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"
    heads = cycle([f"GET {path} {rest}".encode() for path in paths])
    return run_aside(turn([port], [heads] * CONNECTIONS, seconds))


def compared(done: Mapping[str, Sequence[Turn]]) -> Iterator[Row]:
    """Each question beside the handler, turn by turn."""
    for name, turns in done.items():
        yield Row(of=f"{name}, p99 in ms", figure=f"{p99_ms(turns):.1f}")
        bad = sum(each.statuses.total() - each.statuses[200] for each in turns)
        yield at_most(f"{name}, answers that are not 200", bad, 0, 0)
        if name != HANDLER:
            pairs = zip(turns, done[HANDLER], strict=True)
            ratio = statistics.median(one.at(99) / other.at(99) for one, other in pairs)
            yield at_most(f"{name}, of the handler", ratio, MAX_TIMES_HANDLER, 2)
            yield at_most(f"{name}, of the first page", p99_ms(turns) / p99_ms(done[FIRST]), MAX_TIMES_FIRST, 2)

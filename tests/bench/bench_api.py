"""A page of 100 records over HTTP, beside a handler that returns the same bytes from memory.

    python -m tests.bench.bench_api [--small] [--keep FILE]

One web process, 64 connections, 1,000,000 records (3,000 with --small). The handler stands in the same app behind
the same middleware, and asks for no token and no database. The first page, the last one, and pages with filters that
half of the records pass, or few, are asked in turn with it, a few seconds each, so that whatever else this machine does
troubles all alike. Each is asked again and again, as by programs that poll. Then it is always another page: the server
has put none of them together before. It prints the 99th percentile of each as a multiple of the handler's: the median
of the turns. Exit code 1 where a bar is missed. With --keep the records are kept in that file, and taken from it the
next time.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import cycle
from pathlib import Path

import httpx
import uvicorn
from fastapi import Response

from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from flows.runtime import settle_memory
from flows.runtime.prefect_server import free_port
from flows.serving.api import api
from flows.serving.records_api import records_api
from flows.serving.slow_clients import PatientProtocol
from reconcile.records import publish, query
from tests.aside import run_aside
from tests.bench.bench_submit import Turn
from tests.bench.many_records import multiplied, small_orders
from tests.bench.rows import Row, at_most, show
from transcribe.people.tokens import new_token
from transcribe.review.app import create_app
from transcribe.review.options import ReviewOptions

CONNECTIONS = 64
PAGE_COUNT = 100
COUNT, SMALL_COUNT = 1_000_000, 3_000
BASE_COUNT = 10_000
"""So many records are published; the others are copies of their rows under other numbers."""

MAX_TIMES_HANDLER = 2.0
"""The bar: so many times the 99th percentile of a handler that returns the same bytes."""

MAX_TIMES_FIRST = 1.5
"""The bar of alike: so many times the first page."""

WARM_SECONDS = 0.5
"""Seconds of each turn that are not counted."""

OTHERS_COUNT = 1_000
"""So many pages are asked for in turn where it is always another one."""

FIRST = "the first page"
HANDLER = "a handler that returns the same bytes"
SERVE_SECONDS = 60.0


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


async def turn(port: int, paths: Sequence[str], token: str, seconds: float) -> Turn:
    """Everybody asks as fast as they are answered."""
    done, began = Turn(seconds=seconds), time.perf_counter()
    rest = f"HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"
    heads = cycle([f"GET {path} {rest}".encode() for path in paths])
    await asyncio.gather(*(_ask(port, heads, began, seconds, done) for _ in range(CONNECTIONS)))
    return done


async def _ask(port: int, heads: Iterator[bytes], began: float, seconds: float, done: Turn) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    while (at := time.perf_counter()) < began + seconds:
        writer.write(next(heads))
        said = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(said.partition(b"content-length: ")[2].partition(b"\r\n")[0]))
        done.statuses[int(said[9:12])] += 1
        if at >= began + WARM_SECONDS or not done.took:
            done.took.append(1000 * (time.perf_counter() - at))
    writer.close()


def serve(folder: Path, port: int, body: Path) -> None:
    """The interface for programs, and the handler that it is compared with."""
    home, same = open_home(configuration.load_settings(folder)), body.read_bytes()
    options = ReviewOptions(program_requests_a_minute=10_000_000)
    routers = [api(home), records_api(home)]
    app = create_app(home.store, home.archive, home.forms, options, now, lambda _: None, routers=routers)

    @app.get("/same")
    async def handler() -> Response:
        return Response(same, media_type="application/json")

    settle_memory()  # as `fairhand serve` does
    uvicorn.run(app, port=port, http=PatientProtocol, log_level="warning", access_log=False, server_header=False)


@contextmanager
def serving(home: Home, body: Path) -> Iterator[int]:
    """The port of the server, a process of its own, that answers meanwhile."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.bench_api", "--serve", str(home.settings.home), str(port), str(body)]
    running = subprocess.Popen(command, cwd=Path(__file__).parents[2], env=dict(os.environ))
    try:
        until = time.monotonic() + SERVE_SECONDS
        while not _listens(port):
            assert running.poll() is None, "the server has ended"
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.1)
        yield port
    finally:
        running.terminate()
        running.wait()


def _listens(port: int) -> bool:
    with closing(socket.socket()) as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def fill(home: Home, count: int, keep: Path | None) -> None:
    """So many records in the home's records.db, or those of a file that was kept."""
    path = home.settings.records
    if keep is not None and keep.exists():
        shutil.copy(keep, path)
        return
    store = small_orders(min(count, BASE_COUNT))
    publish(store, path, store.form)
    multiplied(path, count)
    if keep is not None:
        shutil.copy(path, keep)


def rows(count: int, turns: int, seconds: float, keep: Path | None = None) -> Iterator[Row]:
    """What a page costs, beside the handler."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        home = open_home(configuration.load_settings(Path(folder) / "home"))
        fill(home, count, keep)
        token = new_token(home.store, "bench", ["records:read"], now()).secret
        asked, body = pages(query.position(home.settings.records), count), Path(folder) / "body.json"
        body.write_bytes(b"")
        headers = {"authorization": f"Bearer {token}", "accept-encoding": "identity"}
        with serving(home, body) as port:
            first = httpx.get(f"http://127.0.0.1:{port}{asked[FIRST][0]}", headers=headers, timeout=60)
            assert len(first.json()["records"]) == PAGE_COUNT
            body.write_bytes(first.content)
        done: dict[str, list[Turn]] = {name: [] for name in asked}
        with serving(home, body) as port:
            for _ in range(turns):
                for name, paths in asked.items():
                    done[name].append(run_aside(turn(port, paths, token, seconds)))
        home.close()
        yield Row(of="bytes of a page", figure=f"{len(first.content)}")
    yield from compared(done)


def compared(done: Mapping[str, list[Turn]]) -> Iterator[Row]:
    """Each question beside the handler, turn by turn."""
    first = statistics.median(each.at(99) for each in done[FIRST])
    for name, turns in done.items():
        count, p99 = sum(len(each.took) for each in turns), statistics.median(each.at(99) for each in turns)
        yield Row(of=f"{name}, p99 in ms ({count} answers)", figure=f"{p99:.1f}")
        bad = sum(sum(each.statuses.values()) - each.statuses[200] for each in turns)
        yield at_most(f"{name}, answers that are not 200", bad, 0, 0)
        if name != HANDLER:
            pairs = zip(turns, done[HANDLER], strict=True)
            ratio = statistics.median(one.at(99) / other.at(99) for one, other in pairs)
            yield at_most(f"{name}, of the handler", ratio, MAX_TIMES_HANDLER, 2)
            yield at_most(f"{name}, of the first page", p99 / first, MAX_TIMES_FIRST, 2)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="3,000 records, short turns")
    parser.add_argument("--keep", type=Path, help="a file that keeps the records")
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        folder, port, body = given.serve
        serve(Path(folder), int(port), Path(body))
        return 0
    count, turns, seconds = (SMALL_COUNT, 1, 1.5) if given.small else (COUNT, 5, 4.0)
    held = show("a page of records over HTTP", rows(count, turns, seconds, given.keep))
    return 0 if held or given.small else 1


if __name__ == "__main__":
    sys.exit(main())

"""What ten open desks cost those who read: `python -m tests.bench.bench_desk [--small] [--blocks N]`.

Two things are measured, each with ten desks that ask as the browser does and without: durable submits a second over
HTTP, and from Enter to the next decoded snippet in Chromium. Blocks with and without desks alternate and are a few
seconds long, so that whatever else this machine does troubles both alike. The ratio is that of neighbouring blocks, its
interval from drawing pairs anew. Processor time of the web process is printed beside: other programs do not spoil it.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import httpx
import psutil
from playwright.sync_api import Page, expect, sync_playwright

from flows.administration.people import invite
from flows.desk.visit import POLL_HEADER
from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from tests.aside import run_aside
from tests.bench.bench_review import WATCH
from tests.bench.bench_submit import Sender, sign_in
from tests.bench.crowd.people import CSRF
from tests.bench.crowd.served import Served, fill
from tests.bench.intervals import paired_ratio
from tests.chromium import FLAGS, chromium
from transcribe.store.facts import Floor, Rate

MOST_LOST = 0.05
"""The bar: with ten desks open work is so much slower at most."""

DESKS = 10
POLL_SECONDS = 10.0
"""What live.js waits after each answer."""

TABLE_SECONDS = 60.0
"""What it waits on a page of tables."""

ADDRESSES = (
    *("/desk", "/desk", "/desk", "/desk/batches", "/desk/scans", "/desk/quality", "/desk/people", "/desk/money"),
    *("/desk/records", "/desk/system"),
)
"""What the desks have open: the first page on three, and each of the others with parts that change."""

MOST_PRESSES = 40
"""So often Enter is pressed until the next snippet is there."""

PAGES_OF_TABLES = frozenset({"/desk/quality", "/desk/people", "/desk/money", "/desk/records", "/desk/system"})
"""What is asked for once a minute: what they show stands for longer."""

SENDERS = 16
"""People who send at once, each waiting for their answer."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: blocks of each kind, submits of each sender and answers at the page in one block."""

    blocks: int
    submits: int
    answers: int
    warm_seconds: float = 30.0


FULL, SMALL = Size(12, 60, 12), Size(2, 10, 3, 11.0)


@dataclass(kw_only=True)
class Block:
    """One block: its figure, and the processor time of the web process for one submit or answer, in milliseconds."""

    figure: float
    processor_ms: float


@dataclass(kw_only=True)
class Measured:
    """Pairs of blocks, without desks first, and what the desks were answered."""

    submits: list[tuple[Block, Block]] = field(default_factory=list)
    enters: list[tuple[Block, Block]] = field(default_factory=list)
    polls: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    kept: int = 0
    acknowledged: int = 0


class OpenDesks:
    """Ten desks in a thread of their own; each asks for its page, waits ten seconds, and asks again."""

    def __init__(self, address: str, cookies: Sequence[str], seen: Measured) -> None:
        self._address = address
        self._cookies = cookies
        self._seen = seen
        self._ended = threading.Event()

    @contextmanager
    def open(self) -> Iterator[None]:
        """Have them open; they ask evenly spread, as people open them at different times."""
        self._ended.clear()
        desks = [threading.Thread(target=self._look, args=(number,), daemon=True) for number in range(DESKS)]
        for each in desks:
            each.start()
        try:
            yield
        finally:
            self._ended.set()
            for each in desks:
                each.join(30)

    def _look(self, number: int) -> None:
        pause = TABLE_SECONDS if ADDRESSES[number] in PAGES_OF_TABLES else POLL_SECONDS
        wait = pause * number / DESKS
        with httpx.Client(base_url=self._address, cookies={"fairhand": self._cookies[number]}, timeout=60) as client:
            while not self._ended.wait(wait):
                begun = time.perf_counter()
                answer = client.get(ADDRESSES[number], headers={"accept": "text/html", POLL_HEADER: "1"})
                self._seen.polls.append(1000 * (time.perf_counter() - begun))
                if answer.status_code != 200:
                    self._seen.refused.append(f"{answer.status_code} {ADDRESSES[number]}")
                wait = pause


def measure(folder: Path, size: Size, *, browser: bool = True) -> Measured:
    """Both, in one home."""
    rooms = open_home(configuration.load_settings(folder / "home"))
    since = now() - timedelta(days=1)
    rooms.store.put_rate(Rate(form="", micro=20_000, currency="EUR", since=since), now())
    rooms.store.put_floor(Floor(micro=10_000_000, currency="EUR", source="made up", since=since), now())
    tasks = 2 * size.blocks * size.submits
    fill(rooms, -(-(tasks * SENDERS + 4 * size.blocks * size.answers) // 30), now())
    people = [_person(rooms, f"p{number}", tasks) for number in range(SENDERS)]
    typist = invite(rooms, "typist", ["transcriber"], ["fr"], "by reading").link.rpartition("/in/")[2]
    operators = [invite(rooms, f"op{number}", ["operator"], ["fr"], "staff") for number in range(DESKS)]
    served, seen = Served(rooms=rooms, lease_seconds=3600.0, whole=False), Measured()
    served.start()
    try:
        senders = [sign_in(served.address, token, held) for token, held in people]
        cookies = [_cookie(served.address, each.link.rpartition("/in/")[2]) for each in operators]
        desks = OpenDesks(served.address, cookies, seen)
        with desks.open():  # what is counted beside the pages is counted before, as in any home that runs
            time.sleep(size.warm_seconds)
        _submits(served, senders, desks, size, seen)
        if browser:
            _enters(served, typist, desks, size, seen)
    finally:
        served.stop()
    seen.kept = sum(line.kind == "reading" for line in rooms.store.ledger())
    rooms.close()
    return seen


def _person(rooms: Home, name: str, tasks: int) -> tuple[str, list[str]]:
    """The token of somebody's link, and the tasks that they hold."""
    invited = invite(rooms, name, ["transcriber"], ["fr"], "by reading")
    held = rooms.store.lease(invited.person.id, tasks, now(), 3600.0)
    return invited.link.rpartition("/in/")[2], [task.id for task in held]


def _cookie(address: str, token: str) -> str:
    with httpx.Client(base_url=address, timeout=60) as client:
        client.post(f"/in/{token}")
        return client.cookies["fairhand"]


def _submits(served: Served, senders: list[Sender], desks: OpenDesks, size: Size, seen: Measured) -> None:
    for number in range(size.blocks):
        pair: dict[bool, Block] = {}
        for with_desks in _turns(number):
            if with_desks:
                with desks.open():
                    pair[True] = _submit_block(served, senders, size.submits, seen)
            else:
                pair[False] = _submit_block(served, senders, size.submits, seen)
        seen.submits.append((pair[False], pair[True]))


def _turns(number: int) -> tuple[bool, bool]:
    """Which of a pair comes first: in turn, so that what grows with time troubles both alike."""
    return (False, True) if number % 2 == 0 else (True, False)


def _submit_block(served: Served, senders: list[Sender], count: int, seen: Measured) -> Block:
    """Submits a second while everybody sends so many."""
    before, begun = _processor(served), time.perf_counter()
    statuses = run_aside(_all(served.port, senders, count))
    seconds = time.perf_counter() - begun
    seen.acknowledged += statuses.count(200)
    seen.refused += [f"{each} /work" for each in statuses if each != 200]
    return Block(figure=len(statuses) / seconds, processor_ms=1000 * (_processor(served) - before) / len(statuses))


async def _all(port: int, senders: list[Sender], count: int) -> list[int]:
    return [status for each in await asyncio.gather(*(_send(port, it, count) for it in senders)) for status in each]


async def _send(port: int, sender: Sender, count: int) -> list[int]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    statuses = []
    for _ in range(count):
        task = next(sender.tasks)
        writer.write(sender.request(f"/work/{task}", f"idem-{task}"))
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]))
        statuses.append(int(head[9:12]))
    writer.close()
    return statuses


def _processor(served: Served) -> float:
    """Seconds of processor time that the web process has taken."""
    assert served.process
    times = psutil.Process(served.process.pid).cpu_times()
    return float(times.user + times.system)


def _enters(served: Served, token: str, desks: OpenDesks, size: Size, seen: Measured) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{served.address}/in/{token}")
        page.locator("main button").click()
        page.wait_for_load_state()
        _begin(page, served.address)
        for number in range(size.blocks):
            pair: dict[bool, Block] = {}
            for with_desks in _turns(number):
                if with_desks:
                    with desks.open():
                        pair[True] = _enter_block(served, page, size.answers)
                else:
                    pair[False] = _enter_block(served, page, size.answers)
            seen.enters.append((pair[False], pair[True]))
            seen.acknowledged += 2 * size.answers
        expect(page.locator("#status")).to_have_attribute("data-count", "0", timeout=60_000)
        browser.close()


def _begin(page: Page, address: str) -> None:
    """Answer what is asked before the first field, and go to it."""
    found = CSRF.search(page.request.get(f"{address}/before").text())
    assert found
    page.request.post(f"{address}/before", form={"csrf": found[1], "training": "no"})
    page.goto(f"{address}/work")
    page.locator("html[data-ready]").wait_for()
    page.wait_for_timeout(2_000)
    page.evaluate(WATCH)


def _enter_block(served: Served, page: Page, count: int) -> Block:
    """The median of so many answers, in milliseconds."""
    before = _processor(served)
    seen = page.evaluate("window.times.length")
    for number in range(count):
        page.keyboard.type("12,50", delay=60)
        page.wait_for_timeout(200)
        for _ in range(MOST_PRESSES):  # what does not fit its field is sent by a second Enter, and counted from there
            page.keyboard.press("Enter")
            page.wait_for_timeout(300)
            if page.evaluate("window.times.length") > seen + number:
                break
    times: list[float] = page.evaluate(f"window.times.slice({seen})")
    return Block(figure=statistics.median(times), processor_ms=1000 * (_processor(served) - before) / count)


def told(name: str, pairs: Sequence[tuple[Block, Block]], *, more_is_better: bool) -> bool:
    """Print what the desks cost; False where it is surely or likely more than the bar."""
    without, beside = ([pair[end].figure for pair in pairs] for end in (0, 1))
    ratio, low, high = paired_ratio(list(zip(beside, without, strict=True)))
    processor = paired_ratio([(pair[1].processor_ms, pair[0].processor_ms) for pair in pairs])
    good = ratio >= 1 - MOST_LOST if more_is_better else ratio <= 1 + MOST_LOST
    print(
        f"{name}: {statistics.median(without):.1f} without desks, {statistics.median(beside):.1f} with {DESKS}; ratio "
        f"{ratio:.3f} [{low:.3f}, {high:.3f}] of {len(pairs)} pairs; processor time {processor[0]:.3f} "
        f"[{processor[1]:.3f}, {processor[2]:.3f}]: {'good' if good else 'MISSED'}"
    )
    return good


def main() -> int:
    """Print both ratios; 1 where a bar is missed or a reading is not there exactly once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="two short pairs of blocks instead of twelve")
    parser.add_argument("--blocks", type=int, help="pairs of blocks")
    given = parser.parse_args()
    size = SMALL if given.small else FULL
    with tempfile.TemporaryDirectory() as folder:
        seen = measure(Path(folder), replace(size, blocks=given.blocks or size.blocks))
    good = told("submits a second", seen.submits, more_is_better=True)
    good &= told("ms from Enter to the next snippet", seen.enters, more_is_better=False)
    polls = seen.polls or [0.0]
    print(f"{len(seen.polls)} answers to desks, median {statistics.median(polls):.0f} ms, longest {max(polls):.0f} ms")
    print(f"{seen.acknowledged} readings acknowledged, {seen.kept} kept and paid; refused: {seen.refused[:5]}")
    return 0 if good and seen.acknowledged == seen.kept and not seen.refused else 1


if __name__ == "__main__":
    raise SystemExit(main())

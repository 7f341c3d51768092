"""Durable submits a second through pages: PostgreSQL with two web processes, a file with its one, by turns.

python -m tests.bench.bench_two_hosts [--small]

64 connections that stay open and wait for each answer. Everything is on the same machine: whoever sends, the web
processes, reconciling beside each of them, and PostgreSQL. Whatever else the machine does troubles both alike.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from tests.aside import run_aside
from tests.bench.bench_submit import CONNECTIONS, Sender, Turn, prepare, set_pay, sign_in, turn
from tests.bench.crowd.served import Served, fill
from tests.postgres import new_database, server, share

LEAST_SHARE = 0.6
"""The aim: so much of the submits of a file."""

P99_MS = 200.0
"""The aim: so long one may wait."""

HELD_SECONDS = 3600.0
"""For so long people hold their tasks: longer than the measurement."""


@dataclass(kw_only=True)
class Measured:
    """A home, the web processes on it, who sends there, and what was measured."""

    rooms: Home
    webs: list[Served]
    senders: list[Sender]
    turns: list[Turn] = field(default_factory=list)

    def measure(self, seconds: float) -> None:
        """One more turn."""
        self.turns.append(run_aside(turn(self.webs, self.senders, seconds)))

    @property
    def a_second(self) -> float:
        return statistics.median(each.a_second for each in self.turns)

    @property
    def p99_ms(self) -> float:
        """The median of what a turn has as its 99th of 100."""
        return statistics.median(each.at(99) for each in self.turns)

    def require_kept(self) -> None:
        """Each reading was acknowledged and has its line in the ledger, and nothing else was said."""
        acknowledged = sum(each.statuses[200] for each in self.turns)
        assert acknowledged == sum(sum(each.statuses.values()) for each in self.turns), "some were refused"
        assert acknowledged == sum(line.kind == "reading" for line in self.rooms.store.ledger())


@contextmanager
def measured(folder: Path, hosts: int, tasks: int, settings: str = "") -> Iterator[Measured]:
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
        yield Measured(rooms=rooms, webs=webs, senders=senders)


def main() -> int:
    """Print both and the share; 1 where an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="two short turns instead of five")
    small = parser.parse_args().small
    turns, seconds, tasks = (2, 1.5, 60) if small else (5, 4.0, 500)
    with ExitStack() as running:
        share(running.enter_context(server(durable=True)).address)
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        settings = f"FAIRHAND_STATE={new_database()}\nFAIRHAND_ARCHIVE={folder / 'archive'}\n"
        of_file = running.enter_context(measured(folder / "file", 1, tasks))
        of_server = running.enter_context(measured(folder / "server", 2, tasks, settings))
        for _ in range(turns):
            of_file.measure(seconds)
            of_server.measure(seconds)
        for name, each in (("a file, one web process", of_file), ("PostgreSQL, two web processes", of_server)):
            each.require_kept()
            processor = statistics.median(done.each_ms for done in each.turns)
            print(
                f"{name}, {CONNECTIONS} connections: {each.a_second:.0f} submits a second, p99 {each.p99_ms:.0f} ms; "
                f"{processor:.2f} ms of processor time of the web each"
            )
        found = of_server.a_second / of_file.a_second
        is_good = found >= LEAST_SHARE and of_server.p99_ms < P99_MS
    print(f"share {found:.2f} (aim {LEAST_SHARE}), p99 aim {P99_MS:.0f} ms: {'good' if is_good else 'MISSED'}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())

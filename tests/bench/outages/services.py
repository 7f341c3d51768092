"""The three services of a home, each a real one that can be killed and started again, or stand still."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from flows.runtime.prefect_server import PrefectServer
from tests.bench.relay import Relay
from tests.bucket import BucketServer
from tests.postgres import Server


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service: how it is ended and begun again, and by which ways it stops to answer, each with its end."""

    name: str
    end: Callable[[], None]
    begin: Callable[[], None]
    still: dict[str, tuple[Callable[[], None], Callable[[], None]]]

    def restart(self) -> None:
        """It is killed, and started again at once."""
        self.end()
        self.begin()

    def be_away(self, way: str, seconds: float) -> None:
        """It does not answer for so long."""
        begin, end = self.ways[way]
        begin()
        time.sleep(seconds)
        end()

    @property
    def ways(self) -> dict[str, tuple[Callable[[], None], Callable[[], None]]]:
        """The ways to be away."""
        return {"killed": (self.end, self.begin), **self.still}


def database(server: Server, relay: Relay) -> Service:
    """PostgreSQL, whose machine is lost, or hangs, or whose network does."""
    still = {"hangs": (server.stand_still, server.go_on), "no network": (relay.stand_still, relay.go_on)}
    return Service(name="database", end=server.stop, begin=server.start, still=still)


def bucket(server: BucketServer, relay: Relay) -> Service:
    """A server of buckets, which is ended, or whose network hangs."""
    still = {"no network": (relay.stand_still, relay.go_on)}
    return Service(name="bucket", end=server.stop, begin=server.start, still=still)


def prefect(server: PrefectServer, relay: Relay) -> Service:
    """Prefect's servers, the operator's and those that our programs started, killed or hanging together."""

    def end() -> None:
        _signal(prefect_servers(os.getpid()), signal.SIGKILL)
        server.stop()

    def begin() -> None:
        server.start()
        server.wait()

    def hang() -> None:
        _signal(prefect_servers(os.getpid()), signal.SIGSTOP)

    def go_on() -> None:
        _signal(prefect_servers(os.getpid()), signal.SIGCONT)

    still = {"hangs": (hang, go_on), "no network": (relay.stand_still, relay.go_on)}
    return Service(name="Prefect's server", end=end, begin=begin, still=still)


def prefect_servers(of: int) -> list[psutil.Process]:
    """The Prefect servers, without their guards, among all that this process started."""
    return [each for each in psutil.Process(of).children(recursive=True) if _is_server(each)]


def _is_server(process: psutil.Process) -> bool:
    try:
        words: list[str] = process.cmdline()
    except psutil.Error:
        return False
    return words[1:2] == ["-c"] and words[3:5] == ["server", "start"]


def _signal(processes: Iterable[psutil.Process], which: signal.Signals) -> None:
    for each in processes:
        with suppress(psutil.NoSuchProcess):
            each.send_signal(which)


def relay_to_file(place: Path) -> Relay:
    """The way to a server that listens at a file."""

    def connect() -> socket.socket:
        made = socket.socket(socket.AF_UNIX)
        made.connect(str(place))
        return made

    return Relay(connect)


def relay_to_port(port: int) -> Relay:
    """The way to a server that listens on a port of this machine."""
    return Relay(lambda: socket.create_connection(("127.0.0.1", port)))

"""What the tests of the flows share: the command line as a program, sample photographs, and scripted people."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from flows.administration.doctor import Finding, examine
from flows.administration.people import invite
from flows.home.home import Home, open_home
from flows.home.settings import load_settings
from flows.parts.simulation import planning
from flows.parts.simulation.planning import Sample
from flows.parts.simulation.simulated_people import SimulatedReader
from flows.runtime.prefect_server import START_SECONDS
from tests.flows.forked_commands import UMASK, share_readings, shared_server, suits

CASES = Path(__file__).parent.parent / "cases"
TYPED = CASES / "bon-de-commande-flat-typed-0000.png"
SAMPLES = planning.load(CASES / "truth.jsonl")
FAIRHAND = (sys.executable, "-m", "flows.cli")
PATIENCE = 240.0
"""Seconds that anything may take which is a matter of seconds: only whether it comes to an end at all is asked."""
START = 1.5 * START_SECONDS
"""Seconds until `serve` has its Prefect, or has given it up."""


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A command that has ended. `most_memory` is the most that it and its children held at once, in bytes."""

    code: int
    out: str
    err: str
    most_memory: int = 0

    @property
    def json(self) -> list[Any]:
        """Its output, one object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(kw_only=True)
class House:
    """One home and the command line over it; the flows talk to the session's Prefect server."""

    home: Path
    prefect: str | None = None
    prefect_secret: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str | Path, watch: bool = False) -> Ran:
        """Run a command to its end; with `watch` its memory is measured.

        It is forked from a process that has the imports, unless its memory or its environment asks for more.
        """
        environment = self.child_environment()
        if not watch and suits(environment):
            told = ["--home", str(self.home), *map(str, words)]
            code, out, err = shared_server().run(told, environment, 4 * PATIENCE)
            return Ran(code=code, out=out, err=err)
        process = self.start(*words)
        most = 0
        while watch and process.poll() is None:
            most = max(most, memory(process.pid))
            time.sleep(0.1)
        out, err = process.communicate(timeout=4 * PATIENCE)
        return Ran(code=process.returncode, out=out, err=err, most_memory=most)

    def start(self, *words: str | Path, forked: bool = False) -> subprocess.Popen[str]:
        """Begin a command. It is started anew, or `forked` from a process that has the imports."""
        if forked:
            return shared_server().start(["--home", str(self.home), *map(str, words)], self.child_environment())
        return subprocess.Popen(
            [*FAIRHAND, "--home", str(self.home), *map(str, words)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.child_environment(),
            umask=UMASK,
        )

    def child_environment(self) -> dict[str, str]:
        """The environment of a child process: ours without Prefect's or our own variables, and those of this house."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "FAIRHAND_"))}
        where = {"PREFECT_API_URL": self.prefect or "", "PREFECT_API_AUTH_STRING": self.prefect_secret}
        return {**plain, **{name: value for name, value in where.items() if value}, **self.environment}

    @property
    def prefect_sign_in(self) -> tuple[str, str]:
        """The user and password of the Prefect server, as HTTP asks for them."""
        user, _, password = self.prefect_secret.partition(":")
        return user, password


def memory(pid: int) -> int:
    """Bytes that a process and all its children hold for themselves now; what two of them share counts once.

    Where one forks to start a program, both hold the same memory until the program begins.
    """
    total_kb = 0
    try:
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            lines = Path(f"/proc/{each.pid}/smaps_rollup").read_text("ascii").splitlines()
            total_kb += sum(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:"))
    except (psutil.NoSuchProcess, OSError):
        return total_kb * 1024
    return total_kb * 1024


def folder_of(place: Path, names: Sequence[str]) -> Path:
    """A folder with these samples and their truth, as the demo and the flows take them."""
    place.mkdir()
    lines = [
        line for line in (CASES / "truth.jsonl").read_text("utf-8").splitlines() if json.loads(line)["file"] in names
    ]
    (place / "truth.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name in names:
        (place / name).symlink_to(CASES / name)
    return place


def simulated(
    rooms: Home, handle: str, seed: int, slips: float, roles: Sequence[str] = ("transcriber",)
) -> SimulatedReader:
    """A scripted person who has signed in and knows the truth of the samples."""
    reader = SimulatedReader(
        link=invite(rooms, handle, roles).link,
        slip_share=slips,
        chance=random.Random(seed),
        answers=lambda task: planning.answer(rooms, SAMPLES, task),
        subject=rooms.store.task_subject,
    )
    reader.sign_in()
    return reader


def chosen(*names: str) -> dict[str, Sample]:
    """The samples of these names."""
    return {name: SAMPLES[name] for name in names}


def until(true: Callable[[], object], seconds: float = PATIENCE, pause: float = 0.1) -> None:
    """Wait until something is true; AssertionError where it does not become so. It is asked after each `pause`."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(pause)


def finished(rooms: Home) -> int:
    """How many scans of a home have their readings."""
    return sum(rooms.store.has_reads(state.scan.id) for state in rooms.store.scan_states())


def ingest_killed(house: House, words: Sequence[str | Path], after: int, seconds: float, forked: bool = False) -> int:
    """Kill an ingest so many seconds after so many scans have their readings; how many have them then.

    One that is forked has its engines read as well, whatever they read before.
    """
    rooms, before = open_home(load_settings(house.home)), share_readings(None)
    try:
        process = house.start("ingest", *words, forked=forked)
        while process.poll() is None and finished(rooms) < after:
            time.sleep(0.2)
        time.sleep(seconds)
        process.kill()
        process.communicate()
        return finished(rooms)
    finally:
        share_readings(before)
        rooms.close()


def findings(home: Path) -> list[Finding]:
    """What the doctor finds here, but for the parts of ours whose libraries are not installed."""
    return [each for each in examine(load_settings(home)) if "'fairhand[" not in each.mend]

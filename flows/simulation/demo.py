"""The demo: sample order forms go the whole path; you, or simulated people, type what machines could not read."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from flows import terminal
from flows.administration import Invited, invite
from flows.home import Home, Settings, child_environment, load_settings, open_home
from flows.runtime import START_SECONDS, notice, prefect_for
from flows.simulation import ground_truth
from flows.simulation.ground_truth import Compared, Sample
from flows.simulation.simulated_people import SLIPS, Reader, play
from flows.steps import AUTO, publish_records
from transcribe.errors import FairhandError

Who = Literal["you", "simulated"]

SAMPLES = Path(__file__).parents[2] / "tests" / "cases"
SEEDS = (11, 12, 13)
"""One simulated transcriber each: as many readers as a field may need before an expert is asked."""
EXPERTS = 2
"""Experts never decide on what they read themselves, so there are two."""
PATIENCE_SECONDS = 30.0
"""How long simulated people wait for work that does not come, before the demo says so."""


def show(settings: Settings, people: Who | None, samples: Path) -> int:
    """Run the demo; gives its exit code: 0 where simulated people ended with records equal to the truth."""
    if not (samples / "truth.jsonl").is_file():
        raise FairhandError(f"There are no sample photographs at {samples}. Run the demo in fairhand's source folder.")
    who: Who = people or ("you" if sys.stdin.isatty() and sys.stdout.isatty() else "simulated")
    home = settings.home / f"demo-{who}"
    if who == "simulated":
        shutil.rmtree(home, ignore_errors=True)
    rooms = open_home(load_settings(home))
    known = ground_truth.load(samples / "truth.jsonl")
    print(f"The demo's data are in {home}. Starting the review pages and Prefect ...", flush=True)
    with _serving(rooms) as said:
        print(f"review pages  {said['web']}\nPrefect       {said['prefect'].removesuffix('/api')}", flush=True)
        _read(rooms, samples, known)
        _say_state(rooms)
        return _simulated(rooms, known) if who == "simulated" else _you(rooms)


@contextmanager
def _serving(rooms: Home) -> Iterator[dict[str, str]]:
    """`fairhand serve` beside us, on any free port, until this ends (also when it is killed)."""
    settings = rooms.settings
    command = [sys.executable, "-m", "flows.runtime.process_guard", sys.executable, "-m", "flows.cli"]
    with (settings.home / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--home", str(settings.home), "serve", "--port", "0"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=child_environment(settings),
        )
        try:
            yield _when_ready(rooms, process)
        finally:
            if process.stdin:
                process.stdin.close()
            process.wait()


def _when_ready(rooms: Home, process: subprocess.Popen[bytes]) -> dict[str, str]:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        said = notice(rooms.settings)
        if "prefect" in said:
            return said
        time.sleep(0.2)
    raise FairhandError(f"fairhand serve did not start; {rooms.settings.home / 'serve.log'} says why.")


def _read(rooms: Home, samples: Path, known: Mapping[str, Sample]) -> None:
    """Take the samples in: which order form a photograph is, is found out; receipts have no boxes to know them by."""
    free = {name for name, sample in known.items() if rooms.forms.find(sample.form).free}
    with prefect_for(rooms.settings):
        from flows.ingest import ingest_batch

        batches = {"order forms": (AUTO, [name for name in known if name not in free])}
        for form in sorted({known[name].form for name in free}):
            batches[f"{form}s"] = (form, [name for name in known if known[name].form == form])
        for batch, (form, names) in batches.items():
            with terminal.progress(f"reading {batch}") as told:
                paths = [samples / name for name in names]
                done = ingest_batch(rooms.settings.home, paths, form, batch, rooms.settings.cores, told)
            print(f"{batch}: {done.read} photographs read, {done.known} known already", flush=True)


def _say_state(rooms: Home) -> None:
    from flows.terminal import print_counts

    print()
    print_counts(rooms.store.counts())
    print(flush=True)


def _you(rooms: Home) -> int:
    """Say where to sign in, then tell what changes until everything is decided or Ctrl-C."""
    transcriber = invite(rooms, "transcriber", ["transcriber"])
    expert = invite(rooms, "expert", ["expert"])
    print(f"Sign in as a transcriber: {transcriber.link}\nSign in as an expert:     {expert.link}")
    print("Type what the pictures show. Each link works once; Ctrl-C ends the demo and keeps what was typed.\n")
    before = None
    try:
        while left := _left(rooms):
            records = sum(rooms.store.counts().records.values())
            if (left, records) != before:
                print(f"{left} tasks wait for people, {records} records are finished", flush=True)
            before = (left, records)
            time.sleep(1)
    except KeyboardInterrupt:
        print()
    _say_records(rooms)
    return 0


def _simulated(rooms: Home, known: Mapping[str, Sample]) -> int:
    readers = [
        *(_reader(rooms, known, invite(rooms, f"simulated-{seed}", ["transcriber"]), seed, SLIPS) for seed in SEEDS),
        *(_reader(rooms, known, invite(rooms, f"simulated-expert-{n}", ["expert"]), n, 0.0) for n in range(EXPERTS)),
    ]
    seeds = ", ".join(map(str, SEEDS))
    print(
        f"SIMULATED PEOPLE from here on: {len(SEEDS)} scripted readers (seeds {seeds}) who get {SLIPS:.0%} of fields\n"
        f"wrong, and {EXPERTS} scripted experts who make no mistakes, work through the review pages over HTTP.",
        flush=True,
    )
    for reader in readers:
        reader.sign_in()
    stuck = play(readers, lambda: _left(rooms), PATIENCE_SECONDS, time.sleep)
    publish_records(rooms)  # what was concluded last may not have been published by serve yet
    for reader in readers:
        reader.close()
    typed, wrong = sum(reader.read for reader in readers), sum(reader.wrong for reader in readers)
    print(f"Simulated people typed {typed} fields, {wrong} of them wrong.\n")
    _say_state(rooms)
    _say_records(rooms)
    if stuck:
        print(f"{stuck} tasks could be given to nobody.")
    return _say_compared(ground_truth.compare(rooms, known))


def _reader(rooms: Home, known: Mapping[str, Sample], who: Invited, seed: int, slips: float) -> Reader:
    return Reader(
        link=who.link,
        slips=slips,
        chance=random.Random(seed),
        answers=lambda task: ground_truth.answer(rooms, known, task),
        subject=rooms.store.task_subject,
    )


def _left(rooms: Home) -> int:
    """Open tasks, and scans whose readings were not weighed yet."""
    counts = rooms.store.counts()
    return sum(counts.open_tasks.values()) + counts.waiting_scans


def _say_records(rooms: Home) -> None:
    path = rooms.settings.records
    print(f"The records are in {path}, an SQLite database with a table for each form. Query it for example with")
    print(f"  sqlite-utils rows {path} bon_de_commande -c scan_name -c order_number -c customer_name -c total -t")
    print(f"  fairhand --home {rooms.settings.home} export --format jsonl\n", flush=True)


def _say_compared(it: Compared) -> int:
    for file, field, got, true in it.wrong:
        print(f"  {file} {field}: published {got!r}, written {true!r}")
    for file in it.missing:
        print(f"  {file}: no record")
    right = it.values - len(it.wrong)
    print(f"{right} of {it.values} published values of {it.records} records equal what is written (people simulated).")
    return 0 if it.equal else 1

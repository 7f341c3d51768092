"""The demo: sample photographs go the whole path. You, or simulated people, type what machines could not read."""

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
from flows.administration import Invitation, invite
from flows.home import Home, Settings, child_environment, load_settings, open_home
from flows.parts.simulation import planning
from flows.parts.simulation.planning import Comparison, Sample
from flows.parts.simulation.simulated_people import SLIP_SHARE, SimulatedReader, play
from flows.runtime import START_SECONDS, guarded, notice, prefect_for
from flows.steps import AUTO_FORM, publish_records
from transcribe.errors import FairhandError

Who = Literal["you", "simulated"]

SAMPLES = Path(__file__).parents[3] / "tests" / "cases"
"""The folder of the sample photographs and their truth, in fairhand's source folder."""

READER_SEEDS = (11, 12, 13)
"""One simulated transcriber each: as many readers as a field may need before an expert is asked."""

EXPERTS_COUNT = 2
"""Experts never decide on what they read themselves, so there are two."""

PATIENCE_SECONDS = 30.0
"""How long simulated people wait for work that does not come, before the demo says so. Chosen by hand."""

POLL_SECONDS = 0.2
"""How often it is looked whether `fairhand serve` answers. Chosen by hand."""


def run_demo(settings: Settings, people: Who | None, samples: Path) -> int:
    """Run the demo; its exit code is 0 where simulated people ended with records equal to the truth, else 1.

    Without `people` it is you at a terminal, simulated people elsewhere. FairhandError where there are no samples.
    """
    if not (samples / "truth.jsonl").is_file():
        raise FairhandError(f"There are no sample photographs at {samples}. Run the demo in fairhand's source folder.")
    who: Who = people or ("you" if sys.stdin.isatty() and sys.stdout.isatty() else "simulated")
    folder = settings.home / f"demo-{who}"
    if who == "simulated":
        shutil.rmtree(folder, ignore_errors=True)
    home = open_home(load_settings(folder))
    truth = planning.load(samples / "truth.jsonl")
    print(f"The demo's data are in {folder}. Starting the review pages and Prefect ...", flush=True)
    with _serving(home) as addresses:
        print(
            f"review pages  {addresses['web']}\nPrefect       {addresses['prefect'].removesuffix('/api')}", flush=True
        )
        _read(home, samples, truth)
        _print_state(home)
        return _by_simulated_people(home, truth) if who == "simulated" else _by_you(home)


@contextmanager
def _serving(home: Home) -> Iterator[dict[str, str]]:
    """Run `fairhand serve` on any free port until this ends, also when it is killed; gives its addresses."""
    settings = home.settings
    serve = (sys.executable, "-m", "flows.cli", "--home", str(settings.home), "serve", "--port", "0")
    with (settings.home / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            guarded(*serve),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=child_environment(settings),
        )
        try:
            yield _when_ready(home, process)
        finally:
            if process.stdin:
                process.stdin.close()
            process.wait()


def _when_ready(home: Home, process: subprocess.Popen[bytes]) -> dict[str, str]:
    """The addresses of a `fairhand serve` once Prefect answers too; FairhandError where it does not start."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        addresses = notice(home.settings)
        if "prefect" in addresses:
            return addresses
        time.sleep(POLL_SECONDS)
    raise FairhandError(f"fairhand serve did not start; {home.settings.home / 'serve.log'} says why.")


def _read(home: Home, samples: Path, truth: Mapping[str, Sample]) -> None:
    """Take the samples in. The form of an order form is found out; receipts have no boxes to know them by, so theirs is
    named."""
    free = {name for name, sample in truth.items() if home.forms.find(sample.form).free}
    with prefect_for(home.settings):
        from flows.ingest import ingest_batch  # imports Prefect, which must be set up before

        batches = {"order forms": (AUTO_FORM, [name for name in truth if name not in free])}
        for form in sorted({truth[name].form for name in free}):
            batches[f"{form}s"] = (form, [name for name in truth if truth[name].form == form])
        for batch, (form, names) in batches.items():
            with terminal.progress(f"reading {batch}") as progress:
                paths = [samples / name for name in names]
                done = ingest_batch(home.settings.home, paths, form, batch, home.settings.cores, progress)
            print(f"{batch}: {done.read} photographs read, {done.known} known already", flush=True)


def _by_you(home: Home) -> int:
    """Say where to sign in, then print what changes until everything is decided or Ctrl-C."""
    transcriber = invite(home, "transcriber", ["transcriber"])
    expert = invite(home, "expert", ["expert"])
    print(f"Sign in as a transcriber: {transcriber.link}\nSign in as an expert:     {expert.link}")
    print("Type what the pictures show. Each link works once; Ctrl-C ends the demo and keeps what was typed.\n")
    before = None
    try:
        while work := _work_left(home):
            records = sum(home.store.counts().records.values())
            if (work, records) != before:
                print(f"{work} tasks wait for people, {records} records are finished", flush=True)
            before = (work, records)
            time.sleep(1)
    except KeyboardInterrupt:
        print()
    _print_records(home)
    return 0


def _by_simulated_people(home: Home, truth: Mapping[str, Sample]) -> int:
    """Have scripted people do all the work; the exit code of the demo."""
    seeds = ", ".join(map(str, READER_SEEDS))
    print(
        f"SIMULATED PEOPLE from here on: {len(READER_SEEDS)} scripted readers (seeds {seeds}) who get "
        f"{SLIP_SHARE:.0%} of fields\n"
        f"wrong, and {EXPERTS_COUNT} scripted experts who make no mistakes, work through the review pages over HTTP.",
        flush=True,
    )
    readers = list(_readers(home, truth))
    for reader in readers:
        reader.sign_in()
    stuck = play(readers, lambda: _work_left(home), PATIENCE_SECONDS, time.sleep)
    publish_records(home)  # what was concluded last may not have been published by serve yet
    for reader in readers:
        reader.close()
    typed, wrong = sum(reader.read for reader in readers), sum(reader.wrong for reader in readers)
    print(f"Simulated people typed {typed} fields, {wrong} of them wrong.\n")
    _print_state(home)
    _print_records(home)
    if stuck:
        print(f"{stuck} tasks could be given to nobody.")
    return _print_comparison(planning.compare(home, truth))


def _readers(home: Home, truth: Mapping[str, Sample]) -> Iterator[SimulatedReader]:
    """The simulated transcribers, then the simulated experts, who make no mistakes."""
    for seed in READER_SEEDS:
        yield _reader(home, truth, invite(home, f"simulated-{seed}", ["transcriber"]), seed, SLIP_SHARE)
    for number in range(EXPERTS_COUNT):
        yield _reader(home, truth, invite(home, f"simulated-expert-{number}", ["expert"]), number, 0.0)


def _reader(
    home: Home, truth: Mapping[str, Sample], invitation: Invitation, seed: int, slip_share: float
) -> SimulatedReader:
    return SimulatedReader(
        link=invitation.link,
        slip_share=slip_share,
        chance=random.Random(seed),
        answers=lambda task: planning.answer(home, truth, task),
        subject=home.store.task_subject,
    )


def _work_left(home: Home) -> int:
    """Open tasks, and scans with readings that were not weighed yet."""
    counts = home.store.counts()
    return sum(counts.open_tasks.values()) + counts.waiting_scans


def _print_state(home: Home) -> None:
    print()
    terminal.print_counts(home.store.counts())
    print(flush=True)


def _print_records(home: Home) -> None:
    path = home.settings.records
    print(f"The records are in {path}, an SQLite database with a table for each form. Query it for example with")
    print(f"  sqlite-utils rows {path} bon_de_commande -c scan_name -c order_number -c customer_name -c total -t")
    print(f"  fairhand --home {home.settings.home} records export --format jsonl\n", flush=True)


def _print_comparison(comparison: Comparison) -> int:
    """Print how the records stand against the truth; 0 where all are equal, else 1."""
    for file, field, published, true in comparison.wrong:
        print(f"  {file} {field}: published {published!r}, written {true!r}")
    for file in comparison.missing:
        print(f"  {file}: no record")
    right = comparison.values - len(comparison.wrong)
    print(
        f"{right} of {comparison.values} published values of {comparison.records} records equal what is written "
        "(people simulated)."
    )
    return 0 if comparison.is_equal else 1

"""A real run beside its simulation: `python -m tests.bench.bench_scale [--small]`.

Photographs come at random times; one process reads them, a thread weighs, people (threads that sleep as long as an
answer takes) answer what they are asked, with the truth. Then the same times of arrival are played many times by
`flows.parts.simulation.scale`, with the seconds and questions that were seen. The bar: mean, median and ninth tenth of
the delays from arrival to record within 15 % of the real ones. Exit code 1 where it is missed.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import numpy
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from flows.administration.people import invite
from flows.home.home import Home, now, open_home
from flows.home.settings import load_settings
from flows.parts.simulation import planning
from flows.parts.simulation.planning import Sample
from flows.parts.simulation.scale import ALWAYS, Crew, ScaleInputs, answered, read_and_weighed
from flows.serving.reconcile_worker import GATHER_SECONDS
from flows.steps import read_scan, reconcile_home, take_in
from tests.flows.house import CASES
from transcribe.intake import Unreadable
from transcribe.store.facts import SentReading

FORM = "bon-de-commande"
Numbers = NDArray[numpy.float64]
BAR_SHARE = 0.15
PLAYED_COUNT = 300
"""So many times the simulation is played: its own chance is gone then."""

SCANS_COUNT, SMALL_SCANS_COUNT = 60, 4
PEOPLE_COUNT = 3
ANSWER_SECONDS = 3.0
"""An answer takes so long on average (exponential, at least a quarter of it)."""

BUSY_SHARE = 0.75
"""So busy the reader is to be."""

POLL_SECONDS = 0.05

MEASURES: dict[str, Callable[[Numbers], float]] = {
    "mean": lambda delays: float(numpy.mean(delays)),
    "median": lambda delays: float(numpy.median(delays)),
    "90 %": lambda delays: float(numpy.quantile(delays, 0.9)),
}
"""The figures of the delays that are compared."""


@dataclass(slots=True)
class Seen:
    """What the real run showed: seconds from its begin, and how long things took."""

    came: dict[str, float] = field(default_factory=dict)
    read: list[float] = field(default_factory=list)
    weighed: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


def photographs(folder: Path, count: int) -> Iterator[tuple[Path, Sample]]:
    """So many different photographs: those of the sample form, lighter and darker."""
    samples = sorted(
        (each for each in planning.load(CASES / "truth.jsonl").values() if each.form == FORM),
        key=lambda it: it.file,
    )
    for number in range(count):
        sample = samples[number % len(samples)]
        with Image.open(CASES / sample.file) as picture:
            lit = ImageEnhance.Brightness(picture.convert("RGB")).enhance(1.0 - 0.01 * (number // len(samples)))
        data = BytesIO()
        lit.save(data, "JPEG", quality=92)
        path = folder / f"{number:03}.jpg"
        path.write_bytes(data.getvalue())
        yield path, sample


def read_all(home: Home, work: list[tuple[float, Path]], seen: Seen, begun: float) -> None:
    """Take in and read each photograph once it has come, one after the other."""
    for came, path in work:
        time.sleep(max(0.0, begun + came - time.monotonic()))
        since = time.monotonic()
        for taken in take_in(home, [path], FORM, "scale"):
            assert not isinstance(taken, Unreadable), taken
            seen.came[taken.scan.id] = came
            read_scan(home, taken.scan)
        seen.read.append(time.monotonic() - since)


def weigh_all(home: Home, seen: Seen) -> None:
    """Weigh what waits, as `serve` does."""
    while not seen.over.is_set():
        since = time.monotonic()
        done = reconcile_home(home)
        if done.scans:
            seen.weighed.append((time.monotonic() - since) / done.scans)
        time.sleep(GATHER_SECONDS)


def answer_all(home: Home, who: str, truth: dict[str, Sample], seen: Seen, seed: int) -> None:
    """Answer what this person is asked, with the truth, as long as the run goes on."""
    chance = random.Random(seed)
    while not seen.over.is_set():
        leased = home.store.lease(who, 1, now(), 300.0)
        if not leased:
            time.sleep(POLL_SECONDS)
            continue
        since = time.monotonic()
        seconds = max(ANSWER_SECONDS / 4, chance.expovariate(1.0 / ANSWER_SECONDS))
        time.sleep(seconds)
        text = planning.answer(home, truth, leased[0])
        reading = SentReading(text=text, idem=f"{who} {since}", seconds=seconds)
        home.store.submit(leased[0].id, who, reading, now())
        seen.answered.append(time.monotonic() - since)


@contextmanager
def running(threads: Sequence[threading.Thread], over: threading.Event) -> Iterator[None]:
    for each in threads:
        each.start()
    try:
        yield
    finally:
        over.set()
        for each in threads:
            each.join()


def real_run(home: Home, folder: Path, count: int) -> tuple[Seen, Numbers, list[tuple[int, ...]]]:
    """The delays of a real run, in the order of arrival, and how often each order asked which field.

    Two photographs come before it: with the first the engines start, the second tells the pace.
    """
    photos = dict(photographs(folder, count + 2))
    truth, before = {path.name: sample for path, sample in photos.items()}, Seen()
    first, second, *others = photos
    for path in (first, second):
        read_all(home, [(0.0, path)], before, time.monotonic())
    chance = random.Random(7)
    times = numpy.cumsum([chance.expovariate(BUSY_SHARE / before.read[1]) for _ in others]).tolist()
    people = [invite(home, f"person-{number}", ["transcriber"]) for number in range(PEOPLE_COUNT)]
    people.append(invite(home, "expert", ["expert"]))
    seen, begun, wall = Seen(), time.monotonic(), now().timestamp()
    threads = [
        threading.Thread(target=weigh_all, args=(home, seen)),
        threading.Thread(target=read_all, args=(home, list(zip(times, others, strict=True)), seen, begun)),
        *(
            threading.Thread(target=answer_all, args=(home, each.person.id, truth, seen, number))
            for number, each in enumerate(people)
        ),
    ]
    with running(threads, seen.over):
        while len(ended := recorded(home, seen)) < count:
            time.sleep(1.0)
    order = sorted(seen.came, key=lambda scan: seen.came[scan])
    delays = numpy.array([ended[scan] - wall - seen.came[scan] for scan in order])
    return seen, delays, [asked(home, scan) for scan in order]


def recorded(home: Home, seen: Seen) -> dict[str, float]:
    """When each scan of the run had its record, in seconds since 1970."""
    states = {each.scan.id: each.recorded_at for each in home.store.scan_states()}
    return {scan: at.timestamp() for scan in list(seen.came) if (at := states.get(scan)) is not None}


def asked(home: Home, scan: str) -> tuple[int, ...]:
    """How often people read each field of a scan that they read."""
    counts = Counter(str(each.key) for each in home.store.readings(scan) if each.kind != "machine")
    return tuple(sorted(counts.values()))


def simulated(seen: Seen, questions: list[tuple[int, ...]]) -> Numbers:
    """The delays of every order in every play: the same times of arrival, all else drawn from what was seen."""
    inputs = ScaleInputs(
        read_seconds=seen.read,
        weigh_seconds=seen.weighed,
        questions=questions,
        answer_seconds=seen.answered,
        pause_seconds=GATHER_SECONDS / 2,
        arrivals=ALWAYS,
        at_work=ALWAYS,
    )
    came = numpy.sort(numpy.array(list(seen.came.values())))
    crew = Crew(workers=1, weighers=1, people=PEOPLE_COUNT)
    found = []
    for seed in range(PLAYED_COUNT):
        chance = numpy.random.default_rng(seed)
        found.append(answered(inputs, read_and_weighed(inputs, came, crew, chance), crew.people, chance) - came)
    return numpy.concatenate(found)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="a few photographs, for correctness alone")
    small = parser.parse_args().small
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(Path(folder) / "home").model_copy(update={"audit_share": 0.0})
        home = open_home(settings)
        seen, real, questions = real_run(home, Path(folder), SMALL_SCANS_COUNT if small else SCANS_COUNT)
        home.close()
    played = simulated(seen, questions)
    answers = sum(map(sum, questions)) / len(questions)
    print(
        f"{len(real)} orders: {numpy.mean(seen.read):.2f} s to read one, {numpy.mean(seen.weighed):.3f} s to weigh it,"
    )
    print(f"{answers:.2f} answers by people, {numpy.mean(seen.answered):.1f} s each")
    is_missed = False
    for name, measure in MEASURES.items():
        was, said = measure(real), measure(played)
        is_missed = is_missed or abs(said / was - 1.0) > BAR_SHARE
        print(f"{name}: real {was:.1f} s, simulated {said:.1f} s, ratio {said / was:.3f} (bar 0.85 to 1.15)")
    return 1 if is_missed and not small else 0


if __name__ == "__main__":
    raise SystemExit(main())

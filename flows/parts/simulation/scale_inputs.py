"""What a simulation at scale takes from a home: seconds of reading and weighing, questions, answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from time import perf_counter

from flows.home import Home, now, policy
from flows.parts.simulation.scale import HOURS_A_WEEK, ScaleInputs
from flows.steps import laid_pages, read_options
from reconcile.inference import weigh
from reconcile.parameters import shipped_parameters
from transcribe import ocr
from transcribe.errors import FairhandError
from transcribe.model import Scan
from transcribe.recognition import read

MIN_FINISHED_COUNT = 12
"""Fewer finished scans tell too little of the next ones. Chosen by hand."""

MAX_LOOKED_AT_COUNT = 400
"""So many finished scans are looked at, the latest. Chosen by hand."""

TIMED_COUNT = 4
"""So many scans are read and weighed again, to see how long this machine takes. Chosen by hand."""

PAUSE_SECONDS = 1.0
"""Between an answer and what follows from it: the process that weighs gathers for 0.25 s, and weighs what came."""

KEEPING_SECONDS = 0.05
"""What keeping a scan's conclusion and publishing its record takes beside weighing, as `bench_scale` measures both."""

OFFICE_HOURS = ((0.0,) * 8 + (1.0,) * 10 + (0.0,) * 6) * 5 + (0.0,) * 48
"""Monday to Friday, 8 to 18 h."""

ALWAYS = (1.0,) * HOURS_A_WEEK
"""All hours of the week."""


def scale_inputs(home: Home, *, arrivals: Sequence[float], at_work: Sequence[float]) -> ScaleInputs:
    """What was seen in this home; FairhandError where too few scans of it are finished.

    The latest of its scans are read and weighed again by this machine, and kept nowhere. A scan is weighed once it is
    read and after each answer; all of it counts as one piece of work.
    """
    states = sorted(
        (each for each in home.store.scan_states() if each.recorded_at and not each.erased_at and each.scan.form),
        key=lambda each: (each.received_at, each.scan.id),
    )[-MAX_LOOKED_AT_COUNT:]
    if len(states) < MIN_FINISHED_COUNT:
        raise FairhandError(
            f"This home has {len(states)} finished scans; a simulation at scale measures from {MIN_FINISHED_COUNT} or "
            "more. Finish some, or take the home of a demo: fairhand demo --people simulated."
        )
    scans = [each.scan for each in states]
    questions, answers = [], []
    for scan in scans:
        asked: Counter[str] = Counter()
        for reading in home.store.readings(scan.id):
            if reading.kind != "machine":
                asked[str(reading.key)] += 1
                answers += [] if reading.seconds is None else [reading.seconds]
        questions.append(tuple(sorted(asked.values())))
    passes = 1 + len(answers) / len(scans)
    return ScaleInputs(
        read_seconds=[_reading_seconds(home, scan) for scan in scans[-TIMED_COUNT:]],
        weigh_seconds=[passes * _weighing_seconds(home, scan) for scan in scans[-TIMED_COUNT:]],
        questions=questions,
        answer_seconds=answers or [0.0],
        pause_seconds=PAUSE_SECONDS,
        arrivals=arrivals,
        at_work=at_work,
    )


def _reading_seconds(home: Home, scan: Scan) -> float:
    """Seconds that one scan takes to be read with every engine; nothing of it is kept."""
    form = home.forms(scan.form, scan.form_version)
    engines = [ocr.load(name, form.languages) for name in home.settings.engines]
    began = perf_counter()
    read(scan, laid_pages(home, scan, form), form, engines, now(), read_options(home.settings))
    return perf_counter() - began


def _weighing_seconds(home: Home, scan: Scan) -> float:
    """Seconds that it takes to weigh all that was read of one scan once, and to keep what comes of it."""
    form, readings = home.forms(scan.form, scan.form_version), home.store.readings(scan.id)
    parameters = home.store.parameters() or shipped_parameters()
    began = perf_counter()
    weigh(form, readings, parameters, policy(home.settings))
    return perf_counter() - began + KEEPING_SECONDS

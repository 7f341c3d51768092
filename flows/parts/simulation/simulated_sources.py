"""Made-up sources kept in memory: people, experts and engines that err as often as is stated or was learnt of them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from flows.parts.simulation.simulated_people import slip
from reconcile.forms import PreparedField
from reconcile.parameters import CONFIDENCE_STEPS, LearntParameters
from transcribe.model import INK, FieldKey, Form, Kind, Reading, Transcriber

FIRST_READING_AT = datetime(2000, 1, 1, tzinfo=UTC)
"""The time of the first made-up reading. Only their order counts; a date long past tells them from real ones."""

INK_CONFIDENCE = 0.99
"""The confidence of the ink test on a clean box: 1,361 of the 1,440 counted in the shipped fit are above it."""

MIN_KNOWN_READINGS_COUNT = 30
"""A person's own error rate counts from so many readings on: below, it is mostly that of everybody. Chosen by hand."""

MAX_SLIPS_COUNT = 8
"""The most slips that are tried: one may leave a text as it is (two equal letters swapped, a space lost).

Chosen by hand.
"""

ENGINES = ("rapidocr", "tesseract")
"""The engines that are made up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedSource:
    """A made-up person, expert or engine; `errors` is the share of filled fields that it gets wrong, by field type."""

    name: str
    kind: Kind
    errors: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenField:
    """One field of one made-up scan, and the text written in it ("" is blank)."""

    scan: str
    key: FieldKey
    prepared: PreparedField
    text: str


def stated(form: Form, kind: Kind, rates: Iterable[float], name: str) -> tuple[SimulatedSource, ...]:
    """A source for each rate, wrong on that share of the filled fields of every type."""
    types = _types(form)
    return tuple(
        SimulatedSource(name=f"{name}-{number}", kind=kind, errors=dict.fromkeys(types, rate))
        for number, rate in enumerate(rates, 1)
    )


def from_history(form: Form, people: Iterable[Transcriber], learnt: LearntParameters) -> tuple[SimulatedSource, ...]:
    """The people of a store who may be given work, each with the error rates that were learnt of them."""
    return tuple(
        _learnt(form, person.id, person.id, "person", learnt)
        for person in people
        if "transcriber" in person.roles
        and not person.paused
        and _known_readings(person.id, learnt) >= MIN_KNOWN_READINGS_COUNT
    )


def engines(form: Form, learnt: LearntParameters) -> tuple[SimulatedSource, ...]:
    """Both engines, each with the error rates that were learnt of it. A new store has those of the shipped fit."""
    return tuple(_learnt(form, f"{engine} simulated", engine, "machine", learnt) for engine in ENGINES)


def stated_engines(form: Form, rates: Sequence[float]) -> tuple[SimulatedSource, ...]:
    """An engine for each rate. The first ones have the names of those whose right to decide alone ships."""
    names = [f"{engine} simulated" for engine in ENGINES]
    said = stated(form, "machine", rates, "engine")
    return tuple([replace(each, name=name) for each, name in zip(said, names, strict=False)]) + said[len(names) :]


def read_by_machines(
    written: WrittenField, sources: Iterable[SimulatedSource], learnt: LearntParameters, lot: str
) -> Iterator[Reading]:
    """The machines' readings of a field: the ink test's for a mark or an empty box, else each engine's.

    The ink test does not err on clean paper.
    """
    if written.text == "" or written.prepared.family == "mark":
        yield _reading(written, INK, "machine", written.text, INK_CONFIDENCE, 0)
        return
    for source in sources:
        yield read(written, source, learnt, lot, 0)


def read(written: WrittenField, source: SimulatedSource, learnt: LearntParameters, lot: str, number: int) -> Reading:
    """The reading of a field by a source; the same for the same `lot`, whoever else has read. `number` is its turn.

    Errors follow the model that weighs. A few fields look like something else to every source (learnt by type), and a
    source that errs there mostly reads what the others read who err. Elsewhere each slips by itself.
    """
    chance = random.Random(f"{lot}/{written.scan}/{written.key}/{source.name}")
    text = _typed(written, source, learnt, chance, f"{lot}/{written.scan}/{written.key}")
    confidence = None
    if source.kind == "machine":
        confidence = _confidence(source.name.partition(" ")[0], text == written.text, learnt, chance)
    return _reading(written, source.name, source.kind, text, confidence, number)


def _typed(
    written: WrittenField, source: SimulatedSource, learnt: LearntParameters, chance: random.Random, lot: str
) -> str:
    type_name = written.prepared.field.type
    rate, shared_share = source.errors[type_name], learnt.shared_confusions.share(type_name)
    shared = random.Random(f"{lot}/looks like something else")
    alike = min(learnt.source_model(source.name, source.kind, type_name).follow_rate, rate / shared_share)
    if shared.random() < shared_share and chance.random() < alike:
        return _slip(written, shared)
    if chance.random() < (rate - shared_share * alike) / (1.0 - shared_share * alike):
        return _slip(written, chance)
    return written.text


def _slip(written: WrittenField, chance: random.Random) -> str:
    """One mistake that changes what the text says; the text where there is nothing in it to mistake."""
    right = written.prepared.normal(written.text)
    tries = (slip(written.text, chance) for _ in range(MAX_SLIPS_COUNT))
    return next((text for text in tries if written.prepared.normal(text) != right), written.text)


def _confidence(engine: str, right: bool, learnt: LearntParameters, chance: random.Random) -> float | None:
    """A confidence drawn from those that the engine claimed when it was right, or wrong; None for an unknown engine."""
    counted = learnt.confidence.tallies.get(engine)
    weights = [row[int(right)] for row in counted or ()]
    if not sum(weights):
        return None
    edges = (0.0, *CONFIDENCE_STEPS, 1.0)
    place = chance.choices(range(len(weights)), weights)[0]
    return (edges[place] + edges[place + 1]) / 2


def _reading(
    written: WrittenField, source: str, kind: Kind, text: str, confidence: float | None, number: int
) -> Reading:
    return Reading(
        id=f"{written.scan}/{written.key}/{source}",
        scan=written.scan,
        key=written.key,
        source=source,
        kind=kind,
        text=text,
        at=FIRST_READING_AT + timedelta(minutes=number),
        confidence=confidence,
    )


def _learnt(form: Form, name: str, source: str, kind: Kind, learnt: LearntParameters) -> SimulatedSource:
    errors = {type_name: learnt.errors.error(source, kind, type_name) for type_name in _types(form)}
    return SimulatedSource(name=name, kind=kind, errors=errors)


def _known_readings(source: str, learnt: LearntParameters) -> float:
    return learnt.errors.reading_count(source)


def _types(form: Form) -> set[str]:
    return {field.type for field in form.all_fields()}

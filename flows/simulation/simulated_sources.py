"""Made-up sources kept in memory: people, experts and engines that err as often as is stated or was learnt of them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flows.simulation.simulated_people import slip
from reconcile.forms import PreparedField
from reconcile.parameters import CONFIDENCE_STEPS, LearntParameters
from transcribe.model import INK, FieldKey, Form, Kind, Reading, Transcriber

BEGIN = datetime(2000, 1, 1, tzinfo=UTC)
"""When made-up readings begin. Only their order counts; a date long past shows that they are none of the store's."""

SURE_INK = 0.99
"""What the ink test claims on a clean box: 1,361 of the 1,440 claims counted in the shipped fit are above it."""

HEARD = 30
"""Readings from which a person's own error rate says something: below, it is mostly what is usual of everybody."""

TRIES = 8
"""A slip may leave a text as it is (two equal letters swapped, a space lost): so often another is made up."""

ENGINES = "rapidocr", "tesseract"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Somebody or something made up; `errors` is the share of filled fields that it gets wrong, by field type."""

    name: str
    kind: Kind
    errors: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One field of one made-up scan, and what is written in it ("" is blank)."""

    scan: str
    key: FieldKey
    spot: PreparedField
    text: str


def stated(form: Form, kind: Kind, rates: Iterable[float], name: str) -> tuple[Source, ...]:
    """A source for each rate, wrong on that share of the filled fields of every type."""
    types = _types(form)
    return tuple(
        Source(name=f"{name}-{number}", kind=kind, errors=dict.fromkeys(types, rate))
        for number, rate in enumerate(rates, 1)
    )


def from_history(form: Form, people: Iterable[Transcriber], learnt: LearntParameters) -> tuple[Source, ...]:
    """The people of a store who may be given work, each wrong as often as was learnt of them by field type."""
    return tuple(
        _learnt(form, person.id, person.id, "person", learnt)
        for person in people
        if "transcriber" in person.roles and not person.paused and _heard(person.id, learnt) >= HEARD
    )


def engines(form: Form, learnt: LearntParameters) -> tuple[Source, ...]:
    """Both engines, each wrong as often as was learnt of it by field type; in a new store that is the shipped fit."""
    return tuple(_learnt(form, f"{engine} simulated", engine, "machine", learnt) for engine in ENGINES)


def read_by_machines(
    written: Written, sources: Iterable[Source], learnt: LearntParameters, lot: str
) -> Iterator[Reading]:
    """What machines say of a field: the ink test of a mark or an empty box, which does not err on clean paper, and
    each engine of what is written."""
    if written.text == "" or written.spot.family == "mark":
        yield _reading(written, INK, "machine", written.text, SURE_INK, 0)
        return
    for source in sources:
        yield read(written, source, learnt, lot, 0)


def read(written: Written, source: Source, learnt: LearntParameters, lot: str, number: int) -> Reading:
    """What a source says of a field; the same for the same `lot`, whoever else has read. `number` is its turn.

    Errors are those of the model that weighs: a few fields look like something else to everybody (learnt by type),
    and a source that errs there mostly says what the others say who err; elsewhere each slips by itself.
    """
    chance = random.Random(f"{lot}/{written.scan}/{written.key}/{source.name}")
    text = _typed(written, source, learnt, chance, f"{lot}/{written.scan}/{written.key}")
    confidence = None
    if source.kind == "machine":
        confidence = _confidence(source.name.partition(" ")[0], text == written.text, learnt, chance)
    return _reading(written, source.name, source.kind, text, confidence, number)


def _typed(written: Written, source: Source, learnt: LearntParameters, chance: random.Random, lot: str) -> str:
    type_name = written.spot.field.type
    rate, tempting = source.errors[type_name], learnt.shared_confusions.share(type_name)
    shared = random.Random(f"{lot}/looks like something else")
    alike = min(learnt.source_model(source.name, source.kind, type_name).follow_rate, rate / tempting)
    if shared.random() < tempting and chance.random() < alike:
        return _slip(written, shared)
    if chance.random() < (rate - tempting * alike) / (1.0 - tempting * alike):
        return _slip(written, chance)
    return written.text


def _slip(written: Written, chance: random.Random) -> str:
    """One mistake that changes what the text says; the text where there is nothing in it to mistake."""
    right = written.spot.normal(written.text)
    tries = (slip(written.text, chance) for _ in range(TRIES))
    return next((said for said in tries if written.spot.normal(said) != right), written.text)


def _confidence(engine: str, right: bool, learnt: LearntParameters, chance: random.Random) -> float | None:
    """A confidence such as the engine claimed when it was right, or wrong; None for one of which nothing is known."""
    counted = learnt.confidence.tallies.get(engine)
    weights = [row[int(right)] for row in counted or ()]
    if not sum(weights):
        return None
    edges = (0.0, *CONFIDENCE_STEPS, 1.0)
    place = chance.choices(range(len(weights)), weights)[0]
    return (edges[place] + edges[place + 1]) / 2


def _reading(written: Written, source: str, kind: Kind, text: str, confidence: float | None, number: int) -> Reading:
    return Reading(
        id=f"{written.scan}/{written.key}/{source}",
        scan=written.scan,
        key=written.key,
        source=source,
        kind=kind,
        text=text,
        at=BEGIN + timedelta(minutes=number),
        confidence=confidence,
    )


def _learnt(form: Form, name: str, source: str, kind: Kind, learnt: LearntParameters) -> Source:
    return Source(name=name, kind=kind, errors={each: learnt.errors.error(source, kind, each) for each in _types(form)})


def _heard(source: str, learnt: LearntParameters) -> float:
    return learnt.errors.reading_count(source)


def _types(form: Form) -> set[str]:
    return {field.type for field in form.all_fields()}

"""Planning: how right a batch would be, and how much people would read, played in memory with made-up readers.

Weighing, deciding, asking and auditing are the real ones of `flows.steps.reconcile_scans`. No store is written, and
nothing runs in Prefect.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flows.parts.simulation.ground_truth import Sample, comparable
from flows.parts.simulation.simulated_sources import SimulatedSource, WrittenField, read, read_by_machines
from reconcile.decision import answers, is_audited
from reconcile.forms import prepared
from reconcile.inference import weigh
from reconcile.parameters import read_parameters
from reconcile.policy import Policy
from transcribe.errors import FairhandError
from transcribe.model import Decision, FieldKey, Form, Parameters, Reading, Task

DEFAULT_TARGETS = (0.95, 0.98, 0.99, 0.995, 0.999)
"""The targets that are compared where none is named: round the policy's own of 0.995."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedBatch:
    """A batch to play: orders with known truth, machine readings of some of them (by file name), and who reads.

    Every order is played `rounds` times, each time with other slips, since a few orders alone say little.
    """

    form: Form
    orders: Sequence[Sample]
    machine_readings: Mapping[str, Sequence[Reading]]
    engines: Sequence[SimulatedSource]
    people: Sequence[SimulatedSource]
    expert: SimulatedSource
    parameters: Parameters
    policy: Policy
    rounds: int = 5
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedResult:
    """The result of a batch at one target, in counts over all rounds. `readings` are people's, experts' among them."""

    target: float
    orders: int
    orders_right: int
    fields: int
    fields_right: int
    by_machines: int
    readings: int
    expert_readings: int

    @property
    def readings_an_order(self) -> float:
        """How often people read for one order."""
        return self.readings / self.orders


def plan(batch: PlannedBatch, targets: Sequence[float]) -> Iterator[PlannedResult]:
    """Play the batch at each target.

    Readers and their slips are the same at every target, so that results differ by the target alone. FairhandError
    where the truth names a field that the form does not have.
    """
    scans = [
        _scan(batch.form, order, f"{order.file} {batch.seed}/{number}")
        for number in range(batch.rounds)
        for order in batch.orders
    ]
    for target in targets:
        policy = replace(batch.policy, target=target)
        tally = sum((_played(batch, file, scan, policy) for file, scan in scans), Counter[str]())
        yield PlannedResult(
            target=target,
            orders=len(scans),
            **{
                name: tally[name]
                for name in ("orders_right", "fields", "fields_right", "by_machines", "readings", "expert_readings")
            },
        )


def _scan(form: Form, order: Sample, scan: str) -> tuple[str, dict[FieldKey, WrittenField]]:
    """The order's file, and its fields that may be shown to people, as fields of this scan."""
    prepared_fields, written = prepared(form).fields, {}
    for name, text in order.fields.items():
        key = FieldKey.parse(name)
        if key.name not in prepared_fields:
            raise FairhandError(
                f"{order.file}: {form.name} has no field {name}. Give the truth of orders of this form."
            )
        if prepared_fields[key.name].field.personal != "payment":
            written[key] = WrittenField(scan=scan, key=key, prepared=prepared_fields[key.name], text=text)
    return order.file, written


def _played(batch: PlannedBatch, file: str, written: Mapping[FieldKey, WrittenField], policy: Policy) -> Counter[str]:
    """One order, read, weighed and asked about until every field is decided and every audit drawn is read."""
    readings = _machine_readings(batch, file, written)
    read_count: Counter[FieldKey] = Counter()
    counts: Counter[str] = Counter()
    while True:
        posteriors = weigh(batch.form, readings, batch.parameters, policy)
        said = answers(batch.form, posteriors, policy)
        next_readers = {
            key: _next_reader(batch, written[key], read_count[key], posteriors[key].experts, answer)
            for key, answer in said.items()
            if isinstance(answer, Task)
            or is_audited(written[key].scan, written[key].prepared.field, posteriors[key], policy)
        }
        if not next_readers:
            decisions = {key: answer for key, answer in said.items() if isinstance(answer, Decision)}
            return counts + _judged(batch.form, written, decisions, read_count)
        for key, source in next_readers.items():
            read_count[key] += 1
            counts += Counter({"readings": 1, "expert_readings": int(source.kind == "expert")})
            learnt = read_parameters(batch.parameters)
            readings.append(read(written[key], source, learnt, str(batch.seed), read_count[key]))


def _machine_readings(batch: PlannedBatch, file: str, written: Mapping[FieldKey, WrittenField]) -> list[Reading]:
    """The machine readings of this order in the store; made-up ones where it was not read there."""
    if file in batch.machine_readings:
        return [reading for reading in batch.machine_readings[file] if reading.key in written]
    learnt = read_parameters(batch.parameters)
    return [
        reading
        for field in written.values()
        for reading in read_by_machines(field, batch.engines, learnt, str(batch.seed))
    ]


def _next_reader(
    batch: PlannedBatch, written: WrittenField, read_count: int, experts: int, answer: Task | Decision
) -> SimulatedSource:
    """Who reads a field next: people in an order drawn by lot for each field, or an expert.

    An expert reads where readers are split, where a decision is audited, and where all people have read. After
    `experts` of them it is another one: a second reading of the same expert would take the place of the first, and
    the asking would never end.
    """
    if isinstance(answer, Decision) or answer.kind == "adjudicate" or read_count >= len(batch.people):
        return replace(batch.expert, name=f"{batch.expert.name}-{experts + 1}") if experts else batch.expert
    order = random.Random(f"{batch.seed}/{written.scan}/{written.key}").sample(batch.people, len(batch.people))
    return order[read_count]


def _judged(
    form: Form,
    written: Mapping[FieldKey, WrittenField],
    decisions: Mapping[FieldKey, Decision],
    read_count: Mapping[FieldKey, int],
) -> Counter[str]:
    """How many values of an order are the true ones, and how many fields machines decided alone.

    A field that no source found has no value, which is right where it is blank.
    """
    right = sum(_is_right(form, field, decisions.get(key)) for key, field in written.items())
    return Counter(
        {
            "orders_right": int(right == len(written)),
            "fields": len(written),
            "fields_right": right,
            "by_machines": sum(not read_count[key] for key in decisions),
        }
    )


def _is_right(form: Form, written: WrittenField, decision: Decision | None) -> bool:
    if decision is not None and decision.null not in (None, "blank"):
        return False
    value = None if decision is None else decision.value
    return comparable(value, form) == comparable(written.prepared.value(written.text), form)

"""Planning: what a batch would ask of people and cost, played through the real loop with made-up readers in memory.

Weighing, deciding, asking and auditing are those of `flows.steps.reconcile_scans`; no store is written, nothing runs
in Prefect.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flows.simulation.ground_truth import Sample, comparable
from flows.simulation.simulated_sources import Source, Written, read, read_by_machines
from flows.steps import audited, outcomes
from reconcile.forms import prepared
from reconcile.inference import weigh
from reconcile.parameters import read_parameters
from reconcile.policy import Policy
from transcribe.errors import FairhandError
from transcribe.model import Decision, FieldKey, Form, Parameters, Reading, Task

TARGETS = (0.95, 0.98, 0.99, 0.995, 0.999)
"""What is compared where no target is named: round the policy's own of 0.995."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is played: orders whose truth is known, what machines said of some of them (by file name), and who reads.

    Every order is played `rounds` times, each time with other slips, since a few orders alone say little.
    """

    form: Form
    orders: Sequence[Sample]
    machine_readings: Mapping[str, Sequence[Reading]]
    engines: Sequence[Source]
    people: Sequence[Source]
    expert: Source
    parameters: Parameters
    policy: Policy
    rounds: int = 5
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What came of a batch at one target, in counts over all rounds. `readings` are people's, experts' among them."""

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
        return self.readings / self.orders


def plan(batch: Batch, targets: Sequence[float]) -> Iterator[Planned]:
    """Play the batch at each target. Who reads what, and what they slip on, is the same at all of them, so that they
    differ by the target alone. FairhandError where the truth names a field that the form does not have."""
    scans = [
        _scan(batch.form, order, f"{order.file} {batch.seed}/{number}")
        for number in range(batch.rounds)
        for order in batch.orders
    ]
    for target in targets:
        policy = replace(batch.policy, target=target)
        tally = sum((_played(batch, file, scan, policy) for file, scan in scans), Counter[str]())
        yield Planned(
            target=target,
            orders=len(scans),
            **{
                name: tally[name]
                for name in ("orders_right", "fields", "fields_right", "by_machines", "readings", "expert_readings")
            },
        )


def _scan(form: Form, order: Sample, scan: str) -> tuple[str, dict[FieldKey, Written]]:
    """The fields of one order that may be shown to people."""
    spots, found = prepared(form).fields, {}
    for name, text in order.fields.items():
        key = FieldKey.parse(name)
        if key.name not in spots:
            raise FairhandError(
                f"{order.file}: {form.name} has no field {name}. Give the truth of orders of this form."
            )
        if spots[key.name].field.personal != "payment":
            found[key] = Written(scan=scan, key=key, spot=spots[key.name], text=text)
    return order.file, found


def _played(batch: Batch, file: str, written: Mapping[FieldKey, Written], policy: Policy) -> Counter[str]:
    """One order, read, weighed and asked about until every field is decided and every audit drawn is read."""
    readings = _machines(batch, file, written)
    heard: Counter[FieldKey] = Counter()
    asked: Counter[str] = Counter()
    while True:
        posteriors = weigh(batch.form, readings, batch.parameters)
        said = outcomes(batch.form, posteriors, policy)
        wanted = {
            key: _whom(batch, written[key], heard[key], posteriors[key].experts, answer)
            for key, answer in said.items()
            if isinstance(answer, Task) or audited(written[key].scan, posteriors[key], policy)
        }
        if not wanted:
            decisions = {key: answer for key, answer in said.items() if isinstance(answer, Decision)}
            return asked + _judged(batch.form, written, decisions, heard)
        for key, source in wanted.items():
            heard[key] += 1
            asked += Counter({"readings": 1, "expert_readings": int(source.kind == "expert")})
            readings.append(read(written[key], source, read_parameters(batch.parameters), str(batch.seed), heard[key]))


def _machines(batch: Batch, file: str, written: Mapping[FieldKey, Written]) -> list[Reading]:
    """What machines said of this order in the store; made up where it was not read there."""
    if file in batch.machine_readings:
        return [each for each in batch.machine_readings[file] if each.key in written]
    learnt = read_parameters(batch.parameters)
    return [
        each for field in written.values() for each in read_by_machines(field, batch.engines, learnt, str(batch.seed))
    ]


def _whom(batch: Batch, written: Written, heard: int, experts: int, answer: Task | Decision) -> Source:
    """Who reads next: people in an order drawn by lot for each field; an expert where readers are split, where a
    decision is audited, and where everybody has read. After `experts` of them it is another: the same one's latest
    reading takes the place of the one before, and who asks for a second would ask for ever."""
    if isinstance(answer, Decision) or answer.kind == "adjudicate" or heard >= len(batch.people):
        return replace(batch.expert, name=f"{batch.expert.name}-{experts + 1}") if experts else batch.expert
    order = random.Random(f"{batch.seed}/{written.scan}/{written.key}").sample(batch.people, len(batch.people))
    return order[heard]


def _judged(
    form: Form,
    written: Mapping[FieldKey, Written],
    decisions: Mapping[FieldKey, Decision],
    heard: Mapping[FieldKey, int],
) -> Counter[str]:
    """How many values are the true ones. A field that no source found has no value, which is right where it is
    blank."""
    right = sum(_right(form, field, decisions.get(key)) for key, field in written.items())
    return Counter(
        {
            "orders_right": int(right == len(written)),
            "fields": len(written),
            "fields_right": right,
            "by_machines": sum(not heard[key] for key in decisions),
        }
    )


def _right(form: Form, written: Written, decision: Decision | None) -> bool:
    if decision is not None and decision.null not in (None, "blank"):
        return False
    value = None if decision is None else decision.value
    return comparable(value, form) == comparable(written.spot.value(written.text), form)

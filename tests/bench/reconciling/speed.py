"""How fast: posteriors a second on one core, learning on 55,000 readings, one more reading of a scan."""

from __future__ import annotations

import gc
import time
from collections import defaultdict
from collections.abc import Iterator

from reconcile.inference import ScanMemory, weigh
from reconcile.learning.learn import learn
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters import shipped
from reconcile.policy import POLICY
from tests.bench.generator import Shape, make
from tests.bench.generator.paper import KEYS, forms, reading, scan_of
from tests.bench.reconciling import peers
from tests.bench.reconciling.majority import spots
from tests.bench.rows import Row, at_least, at_most
from transcribe.model import Parameters, Reading


def rows(small: bool) -> Iterator[Row]:
    """CPU time of one process, so that what else runs on the machine does not count. Posteriors are of fields that were
    not weighed under these parameters before; how each text compares is known since it came in.
    One more reading finds what its scan gave before in a memory."""
    world = make(401, Shape(forms=60 if small else 334))
    blanks = forms(world.master)
    by_scan: dict[str, list[Reading]] = defaultdict(list)
    for item in world.items:
        for number, each in enumerate(world.readings[item.number]):
            by_scan[scan_of(item)].append(reading(item, each, number))
    form_of = {scan_of(item): blanks[item.locale] for item in world.items}
    all_facts = [ScanFacts(form=form_of[scan], readings=readings) for scan, readings in by_scan.items()]
    started = time.process_time()
    learnt = Parameters(version=1, content=learn(all_facts, shipped.shipped_parameters(), POLICY).content)
    learning = time.process_time() - started
    count = sum(map(len, by_scan.values()))
    yield at_most(f"learning on {count} readings, seconds", learning, 20.0 * max(1.0, count / 55_000), 1)

    machines = {scan: [each for each in readings if _number(each) < 2] for scan, readings in by_scan.items()}
    with_a_person = {scan: [each for each in readings if _number(each) < 3] for scan, readings in by_scan.items()}
    for scan, readings in with_a_person.items():
        weigh(form_of[scan], readings, Parameters(version=2, content=learnt.content), POLICY)
    gc.collect()
    gc.freeze()  # the collector would walk through the made-up world again and again
    started = time.process_time()
    fields = sum(len(weigh(form_of[scan], readings, learnt, POLICY)) for scan, readings in with_a_person.items())
    took = time.process_time() - started
    posteriors = {scan: weigh(form_of[scan], readings, learnt, POLICY) for scan, readings in with_a_person.items()}
    yield at_least("posteriors a second, two machines and a person", fields / took, 5000, 0)
    right = sum(
        posteriors[scan_of(item)][KEYS[item.slot]].candidates[0].normal == spot.normal(item.written)
        for item, spot in spots(world)
    )
    yield Row(of="likeliest values right", figure=f"{right / fields:.4f}")

    took, memory = 0.0, ScanMemory()  # as the process that reconciles for the review pages has one
    for scan, readings in machines.items():
        weigh(form_of[scan], readings, learnt, POLICY, memory)
        one_more = [*readings, next(each for each in with_a_person[scan] if _number(each) == 2)]
        started = time.process_time()
        weigh(form_of[scan], one_more, learnt, POLICY, memory)
        took += time.process_time() - started
    yield at_most("one more reading updates its scan, milliseconds", 1000 * took / len(machines), 2.0, 2)
    yield Row(of="readings a second in learning", figure=f"{count / learning:.0f}")
    yield from peers.rows(world, sources=3)


def _number(each: Reading) -> int:
    """0 and 1 for the machines, then people in the order in which they came."""
    return int(each.id.rpartition("/")[2])

"""How fast: posteriors a second on one core, learning on 55,000 readings, one more reading of a scan."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator

from reconcile.inference import ScanMemory, weigh
from reconcile.policy import POLICY
from tests.bench.generator import Shape, make
from tests.bench.generator.paper import KEYS, learnt_blindly, scan_of, scans
from tests.bench.reconciling import peers
from tests.bench.reconciling.majority import spots
from tests.bench.rows import Row, at_least, at_most
from transcribe.model import Parameters, Reading


def rows(small: bool) -> Iterator[Row]:
    """CPU time of one process, so that what else runs on the machine does not count. Posteriors are of fields that were
    not weighed under these parameters before; how each text compares is known since it came in.
    One more reading finds what its scan gave before in a memory."""
    world = make(401, Shape(forms=60 if small else 334))
    facts = scans(world)
    form_of = {scan.scan: scan.form for scan in facts}
    started = time.process_time()
    learnt = learnt_blindly(facts)
    learning = time.process_time() - started
    count = sum(len(scan.readings) for scan in facts)
    yield at_most(f"learning on {count} readings, seconds", learning, 20.0 * max(1.0, count / 55_000), 1)

    machines = {scan.scan: [each for each in scan.readings if _number(each) < 2] for scan in facts}
    with_a_person = {scan.scan: [each for each in scan.readings if _number(each) < 3] for scan in facts}
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

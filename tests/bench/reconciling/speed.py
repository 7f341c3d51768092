"""How fast: posteriors a second on one core, learning on 55,000 readings, one more reading of a scan."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator

from reconcile import first_fit
from reconcile.facts import ScanFacts
from reconcile.trust import learn
from reconcile.weigh import weigh
from tests.bench.generator import Shape, make
from tests.bench.generator.paper import forms, reading, scan_of
from tests.bench.reconciling.rows import Row, at_least, at_most
from transcribe.model import Parameters, Reading


def rows(small: bool) -> Iterator[Row]:
    """CPU time of one process, so that what else runs on the machine does not count. Each text is weighed for the
    second time: what a text is compared as is worked out when it comes in."""
    world = make(401, Shape(forms=60 if small else 334))
    blanks = forms(world.master)
    by_scan: dict[str, list[Reading]] = defaultdict(list)
    for item in world.items:
        for number, each in enumerate(world.readings[item.number]):
            by_scan[scan_of(item)].append(reading(item, each, number))
    form_of = {scan_of(item): blanks[item.locale] for item in world.items}
    all_facts = [ScanFacts(form=form_of[scan], readings=readings) for scan, readings in by_scan.items()]
    started = time.process_time()
    learnt = Parameters(version=1, content=learn(all_facts, first_fit.parameters()).content)
    took = time.process_time() - started
    count = sum(map(len, by_scan.values()))
    yield at_most(f"learning on {count} readings, seconds", took, 20.0 * max(1.0, count / 55_000), 1)

    few = {scan: [each for each in readings if _first(each)] for scan, readings in by_scan.items()}
    for scan, readings in few.items():
        weigh(form_of[scan], readings, learnt)
    started = time.process_time()
    fields = sum(len(weigh(form_of[scan], readings, learnt)) for scan, readings in few.items())
    took = time.process_time() - started
    yield at_least("posteriors a second, two machines and a person", fields / took, 5000, 0)
    yield at_most("one more reading updates its scan, milliseconds", 1000 * took / len(few), 2.0, 2)
    yield Row(of="readings a second in learning", figure=f"{count * 4 / took:.0f}")


def _first(each: Reading) -> bool:
    """Both machines' readings and the first person's."""
    return int(each.id.rpartition("/")[2]) < 3

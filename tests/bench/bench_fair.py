"""The properties of fair pay, of fair decisions and of the queue, with many more examples than a test run has time for.

python -m tests.bench.bench_fair [--small] [--examples N]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.reconcile.decision import test_fair
from tests.transcribe.store import test_model
from tests.transcribe.store.verbs import test_pay_ledger

EXAMPLES = 10_000
SMALL = 100
STEPS = 30

PROPERTIES: dict[str, tuple[dict[str, Any], Callable[..., None]]] = {
    "agreement changes neither pay nor work": (test_pay_ledger.AGREEMENT, test_pay_ledger.agreement_changes_nothing),
    "a reading pays the larger of price and time": (
        test_pay_ledger.SENDS,
        test_pay_ledger.each_reading_pays_the_larger,
    ),
    "the order of readings changes no decision": (test_fair.ORDER, test_fair.the_order_is_nothing),
    "a minority that is upheld is the value": (test_fair.UPHELD, test_fair.who_was_upheld_is_the_value),
}


def main() -> int:
    """Prints one JSON line a property; a property that fails raises with its smallest example."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--small", action="store_true", help=f"{SMALL} examples, for every test run")
    arguments.add_argument("--examples", type=int, default=EXAMPLES)
    said = arguments.parse_args()
    examples = SMALL if said.small else said.examples
    many = settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    for name, (drawn, holds) in PROPERTIES.items():
        report(name, examples, many(given(**drawn)(holds)))
    machine = settings(many, max_examples=examples // 50, stateful_step_count=STEPS)
    report(
        "the queue is its model",
        examples // 50,
        lambda: run_state_machine_as_test(test_model.QueueMachine, settings=machine),
    )
    return 0


def report(what: str, examples: int, holds: Callable[[], None]) -> None:
    """Run a property and say how many examples it held for."""
    began = time.perf_counter()
    holds()
    print(json.dumps({"what": what, "examples": examples, "held": True, "s": round(time.perf_counter() - began, 1)}))


if __name__ == "__main__":
    sys.exit(main())

"""How often a batch ends within what its forecast says: `python -m tests.bench.bench_forecast [--small] [--first N]`.

People of fourteen kinds, 60 batches each; `--first` is the first of the seeds. The peer divides what is left by the
pace since the first reading, and says a third of that to three times as much: it knows nothing of hours and days.
A width is that of the forecast, as a share of the time that the batch really took from then on (the median).
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Iterator
from datetime import timedelta

from flows.mending.batches import forecast
from tests.bench.reconciling.rows import Row, at_least, show
from tests.flows.made_up_work import KINDS, Moment, moment

BAR = 0.8
"""The share of batches that the forecast says ends within it."""

BATCHES = 60
FIRST_SEED = 5000
"""Seeds from here on were not looked at while the forecast was changed."""

PEER_SPREAD = (0.33, 3.0)
"""The peer's earliest and latest end, as shares of the time left at a steady pace. Chosen by hand."""


def rows(first: int, count: int) -> Iterator[Row]:
    """A row for each kind, then all together and the peer."""
    within: list[bool] = []
    steady: list[bool] = []
    for kind in KINDS:
        told, widths = [], []
        for each in filter(None, (moment(kind, seed) for seed in range(first, first + count))):
            said = forecast(each.sent, each.open_fields, each.readings_per_field, each.now)
            steady.append(at_a_steady_pace(each))
            if said is not None:
                told.append(said.earliest <= each.end <= said.latest)
                widths.append((said.latest - said.earliest) / max(each.end - each.now, timedelta(minutes=15)))
        within += told
        figure = f"{sum(told) / len(told):.2f} of {len(told)}, width {statistics.median(widths):.1f}"
        yield Row(of=kind, figure=figure)
    yield at_least(f"all {len(within)}, each with a forecast", sum(within) / len(within), BAR, 3)
    yield Row(of="the same at a steady pace, a third to three times", figure=f"{sum(steady) / len(steady):.3f}")


def at_a_steady_pace(batch: Moment) -> bool:
    """Whether it ends within a third to three times of the time that the pace so far tells."""
    pace = len(batch.sent) / max((batch.now - batch.sent[0]).total_seconds(), 1.0)
    left = batch.open_fields * batch.readings_per_field / pace
    earliest, latest = (share * left for share in PEER_SPREAD)
    return earliest <= (batch.end - batch.now).total_seconds() <= latest


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="fewer batches")
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="the first seed")
    asked = parser.parse_args()
    table = rows(asked.first, 6 if asked.small else BATCHES)
    return 0 if show("batches that end within their forecast", table) else 1


if __name__ == "__main__":
    sys.exit(main())

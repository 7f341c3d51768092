"""Settings of Python's interpreter for a process that works for long."""

from __future__ import annotations

import gc
import sys
from functools import cache

GC_THRESHOLDS = (20_000, 20, 20)
"""New objects before a collection of the youngest, and how much rarer older ones are looked through."""


TURN_SECONDS = 0.0005
"""How long a thread may go on while another one waits to. With Python's 5 ms who writes waits as long after each answer
of a database, and 15 to 25 % fewer readings a second are kept in PostgreSQL."""


def take_short_turns() -> None:
    """Have the threads of this process take turns often: what many people send waits for one that writes."""
    sys.setswitchinterval(TURN_SECONDS)


@cache
def settle_memory() -> None:
    """Take all objects of this moment out of garbage collection, and collect less often from now on. Once a process.

    What is loaded by now stays for good. Looking through it again and again would stop every review page for a tenth of
    a second, and cost a batch 3 ms a scan. Most of what work leaves behind goes without the collector.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)

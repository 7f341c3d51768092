"""Settings of Python's garbage collector for a process that works for long."""

from __future__ import annotations

import gc
from functools import cache

GC_THRESHOLDS = (20_000, 20, 20)
"""New objects before a collection of the youngest, and how much rarer older ones are looked through."""


@cache
def settle_memory() -> None:
    """Take all objects of this moment out of garbage collection, and collect less often from now on. Once a process.

    What is loaded by now stays for good. Looking through it again and again would stop every review page for a tenth of
    a second, and cost a batch 3 ms a scan. Most of what work leaves behind goes without the collector.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)

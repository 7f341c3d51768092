"""How Python tidies up the memory of a process that works for long."""

from __future__ import annotations

import gc
from functools import cache

GC_THRESHOLDS_COUNT = (20_000, 20, 20)
"""New objects before it is looked which of them are garbage, and how much rarer it is looked through older ones."""


@cache
def settle_memory() -> None:
    """What is loaded by now stays for good: looking through it for garbage again and again would stop every review page
    for a tenth of a second, and cost a batch 3 ms a scan. What work leaves behind is looked for less often than Python
    does by itself, as most goes without that. Once a process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS_COUNT)

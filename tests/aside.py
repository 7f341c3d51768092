"""Coroutines run from tests, also where the browser's own loop runs in this thread."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

Result = TypeVar("Result")


def run_aside(work: Coroutine[object, object, Result]) -> Result:
    """What a coroutine gives, run to its end in a thread of its own, with the context of this one."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(copy_context().run, asyncio.run, work).result()

"""What Prefect costs a scan: the same batch with its run, stages and progress shown, and without any of it.

Reading is made up and takes a moment only, so that what is left is the way of a batch. Prefect's server is told what it
needs anyway, measured beside the batch while nothing runs.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import psutil
from PIL import Image

from flows.home import settings as configuration
from flows.home.settings import load_settings
from flows.runtime.prefect_server import prefect_for
from tests.bench.rows import Row, at_most
from tests.flows.shifts.made_up_worker import reader

SCANS = {True: 40, False: 400}
FORM = "receipt"
READING_SECONDS = 0.05
"""A page takes so long: with nothing, a batch would be over before its server had told of the first chunk."""

IDLE_SECONDS = 20.0
"""So long the server of Prefect is looked at while nothing runs."""

MOST_MS = 40.0
"""Milliseconds of a processor that showing a scan may cost, in the process that reads and in Prefect's server."""


def rows(small: bool) -> Iterator[Row]:
    """What a scan costs with Prefect and without, in the process of a batch and in the server."""
    count = SCANS[small]
    with tempfile.TemporaryDirectory() as name, prefect_for(load_settings(Path(name) / "prefect")):
        from prefect.context import refresh_global_settings_context

        from flows import ingest

        refresh_global_settings_context()  # another benchmark may have imported Prefect without this server
        folder = Path(name) / "photographs"
        folder.mkdir()
        for number in range(count):
            Image.new("RGB", (600 + number, 900), (240, 240, 240)).save(folder / f"{number:04}.png")

        def taken_in(batch: str) -> None:
            home = configuration.load_settings(Path(name) / batch).home
            done = ingest.ingest_batch(home, [folder], FORM, batch, 1, lambda *_: None)
            assert done.read == count, done

        with patch("flows.shifts.shift.read_scan", reader(READING_SECONDS)):
            taken_in("warm")
            began = time.monotonic(), _server_seconds()
            time.sleep(IDLE_SECONDS)
            idle = (_server_seconds() - began[1]) / (time.monotonic() - began[0])
            shown, server = _spent(lambda: taken_in("shown"), idle)
            with patch.multiple(ingest, _error_of_flow=lambda *_, **__: None, _shown=lambda _: None):
                bare, _ = _spent(lambda: taken_in("bare"), idle)
    process, beside = (1000 * each / count for each in (shown - bare, server))
    yield Row(of="a batch without Prefect, ms of a processor a scan", figure=f"{1000 * bare / count:.1f}")
    yield Row(of="Prefect in the process of the batch, ms a scan", figure=f"{process:.1f}")
    yield Row(of="Prefect's server, ms a scan above what it takes idle", figure=f"{beside:.1f}")
    yield Row(of="Prefect's server, idle, share of a processor", figure=f"{idle:.3f}")
    yield at_most("Prefect, ms of a processor a scan", process + beside, MOST_MS, 1)


def _spent(work: Callable[[], None], idle: float) -> tuple[float, float]:
    """Processor seconds that work takes here, and in Prefect's server above what that takes idle."""
    began, own, server = time.monotonic(), time.process_time(), _server_seconds()
    work()
    spent = time.process_time() - own
    time.sleep(IDLE_SECONDS / 4)  # the server keeps events and task runs after they came
    return spent, _server_seconds() - server - idle * (time.monotonic() - began)


def _server_seconds() -> float:
    """Processor seconds of Prefect's server, a child of this process."""
    seconds = 0.0
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "server" in child.cmdline():
                seconds += sum(child.cpu_times()[:2])
    return seconds

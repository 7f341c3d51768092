"""Every page and table of the desk in a home of a million scans: of each, 95 of 100 answers come within 200 ms.

The rows are made set-based in one transaction, the summaries as `serve` makes them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from flows.parts.drafting.draft_files import start_version
from tests.bench.large_site import FIELDS, Size, counted_rows, fill
from tests.flows.desk.all_pages import SECTIONS, table_files
from tests.flows.desk.desk_site import DeskSite, desk_site

pytestmark = [pytest.mark.slow, pytest.mark.soak, pytest.mark.timeout(10_800)]

SIZE = Size(scans=1_000_000, batches=1_000)
MOST_MS = 200.0
ROUNDS = 40
"""Answers of each page that are timed."""

PAGES = (
    *SECTIONS,
    "/desk/batch?name=batch+0007",
    "/desk/batches/new",
    "/desk/scans?state=waits+for+people",
    "/desk/scans?form=invoice2&state=finished",
    "/desk/scans?batch=batch+0007&state=finished",
    "/desk/scans?reason=engines+disagree",
    "/desk/scans?asks=experts",
    "/desk/scans?q=photo+0000123",
    "/desk/scan/{scan}?field=total",
    "/desk/duplicates",
    "/desk/records/list?form=order",
    "/desk/records/list?form=order&batch=batch+07",
    "/desk/records/list?form=order&status=exceptions&q=poole",
    "/desk/records/list?form=order&status=corrected",
    "/desk/records/list?form=order&q=muller",
    "/desk/records/list?form=order&q=000123&since=2020-01-01",
    "/desk/form/order",
    "/desk/forms/new",
    "/desk/draft/order",
    "/desk/draft/order/text",
    "/desk/draft/order/try",
    "/desk/people/invite",
    "/desk/people/person?who=reader+007",
    "/desk/money/period?reference=month+20",
    "/desk/money/statement?who=reader+007",
)
FILES = (
    "/desk/scan/{scan}/fields.csv",
    "/desk/scan/{scan}/readings.json?field=total",
    *(f"/desk/batch/{each}.csv?name=batch+0007" for each in ("states", "reasons", "course", "aside")),
    "/desk/form/order/suggestions.json",
    "/desk/money/period.csv?reference=month+20",
    "/desk/money/statement.csv?who=reader+007",
)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskSite]:
    folder: Path = tmp_path_factory.mktemp("large")
    with desk_site(folder) as desk:
        begun = time.monotonic()
        fill(desk, SIZE)
        filled = time.monotonic()
        while desk.home.store.sum_up(desk.now()):
            pass
        start_version(desk.home.settings, desk.home.forms, "order")
        settings = desk.home.settings
        files = [settings.state, settings.records]
        size = sum(each.stat().st_size for path in files for each in path.parent.glob(f"{path.name}*"))
        print(
            f"{SIZE.scans:,} scans, {SIZE.fields:,} fields, {size / 1e9:.2f} GB: made in {filled - begun:.0f} s, "
            f"summed up in {time.monotonic() - filled:.0f} s"
        )
        print(", ".join(f"{count:,} of {name}" for name, count in counted_rows(desk).items()))
        yield desk


def test_95_of_100_answers_come_within_200_ms(large: DeskSite) -> None:
    client: TestClient = large.client(large.person("op", "operator"))
    scan = large.home.store.scan_states("batch 0007")[0].scan.id
    slow = {}
    addresses = [each.format(scan=scan) for each in (*PAGES, *FILES)] + table_files()
    for address in addresses:  # what is counted beside the pages is counted once, and stands then
        begun = time.perf_counter()
        assert client.get(address).status_code == 200, address
        if (took := time.perf_counter() - begun) > MOST_MS / 1000:
            print(f"{address}: {1000 * took:.0f} ms for the first answer")
    settle(large)
    for address in addresses:
        times: list[float] = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            assert client.get(address).status_code == 200, address
            times.append(1000 * (time.perf_counter() - begun))
        times.sort()
        p95 = times[math.ceil(0.95 * len(times)) - 1]
        print(f"{address}: median {times[len(times) // 2]:.0f} ms, p95 {p95:.0f} ms")
        if p95 > MOST_MS:
            slow[address] = p95
    assert slow == {}


def settle(large: DeskSite) -> None:
    """Wait until nothing is counted beside the pages any more."""
    begun, counted = time.monotonic(), large.app.state.desk.counted
    for name, each in counted.items():
        while each.runs:
            time.sleep(0.1)
        assert each.last is None or each.last.problem == "", name
        print(f"{name}: counted after {time.monotonic() - begun:.0f} s")


def test_the_counts_of_the_summaries_are_those_of_the_rows(large: DeskSite) -> None:
    counts: dict[str, int] = {}
    for each in large.home.store.scan_counts():
        counts[each.what] = counts.get(each.what, 0) + each.count
    scans = SIZE.scans
    assert counts["fields"] == scans * FIELDS
    assert counts["state finished"] == scans - scans // 20
    assert counts["open for people"] + counts["open for experts"] == 3 * (scans // 20)
    costs = {each.what: each for each in large.home.store.work_of_batches(["batch 0007"])}
    share = scans // SIZE.batches
    assert costs["records"].count == costs["readings by person"].count == costs["pay EUR"].count == share
    assert costs["engine tesseract"].amount == 800 * share

"""Every page and table of the desk in a home of a million scans (make soak), or of a two-hundredth of it (make test).

Of each, 95 of 100 answers come within 200 ms of the clock in make soak, which has the machine for itself. Beside other
tests the median of the processor's time counts, against the time that this machine takes then for a plain table: the
clock of a busy machine says what others do, and two threads that share a core take nearly twice the time of one. The
rows are made set-based in one transaction, the summaries as `serve` makes them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from jinja2 import Template

from flows.parts.drafting.draft_files import start_version
from tests.bench.large_site import FIELDS, Size, counted_rows, fill
from tests.examples import SOAK
from tests.flows.desk.all_pages import SECTIONS, table_files
from tests.flows.desk.desk_site import DeskSite, desk_site

pytestmark = [pytest.mark.slow, pytest.mark.grows, pytest.mark.timeout(10_800 if SOAK else 900)]

SIZE = Size(scans=1_000_000, batches=1_000) if SOAK else Size(scans=5_000, batches=50)
MOST_MS = 200.0
PLAIN_TABLE_MS = 17.0
"""Milliseconds of processor time for the plain table below on 2 quiet cores, on which the bound was set: measured."""
PLAIN_TABLE = Template(
    "{% macro cell(it) %}<td{% if it.numeric %} class=number{% endif %}>{{ it.words|escape }}</td>{% endmacro %}"
    "{% for row in rows %}<tr>{% for it in row %}{{ cell(it) }}{% endfor %}</tr>{% endfor %}"
)
PLAIN_ROWS = [[{"numeric": column % 2, "words": f"{row} & {column}"} for column in range(20)] for row in range(200)]
ROUNDS = 40 if SOAK else 5
"""Answers of each page that are timed; in make test no more than say on which side of the bound their median is."""

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
    "/desk/scan/{scan}/edit",
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


@pytest.mark.soak
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
    clock = time.perf_counter if SOAK else time.process_time
    for address in addresses:
        times: list[float] = []
        while len(times) < ROUNDS and not (is_decided(times) and not SOAK):
            slowness = 1.0 if SOAK else max(1.0, plain_table_ms() / PLAIN_TABLE_MS)
            begun = clock()
            assert client.get(address).status_code == 200, address
            times.append(1000 * (clock() - begun) / slowness)
        times.sort()
        p95, median = times[math.ceil(0.95 * len(times)) - 1], times[len(times) // 2]
        print(f"{address}: median {median:.0f} ms, p95 {p95:.0f} ms")
        if (p95 if SOAK else median) > MOST_MS:
            slow[address] = p95 if SOAK else median
    assert slow == {}


def plain_table_ms() -> float:
    """Milliseconds of processor time that a table of 4,000 cells takes now, in Jinja as the pages are."""
    begun = time.process_time()
    assert PLAIN_TABLE.render(rows=PLAIN_ROWS).count("&amp;") == 4000
    return 1000 * (time.process_time() - begun)


def is_decided(times: list[float]) -> bool:
    """Whether it is known on which side of the bound the median is: the first is far below, or most rounds agree."""
    under = sum(took <= MOST_MS for took in times)
    return max(under, len(times) - under) > ROUNDS // 2 or (len(times) == 1 and times[0] <= MOST_MS / 2)


def settle(large: DeskSite) -> None:
    """Wait until nothing is counted beside the pages any more."""
    begun, counted = time.monotonic(), large.app.state.desk.counted
    for name, each in counted.items():
        while each.runs:
            time.sleep(0.1)
        assert each.last is None or each.last.problem == "", name
        print(f"{name}: counted after {time.monotonic() - begun:.0f} s")


@pytest.mark.soak
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

"""Many records at once: what is written is what is measured, and later changes of some of them are published."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.bench_records import rows


def test_the_benchmark_of_publishing_writes_every_row_and_tells_what_changes_cost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = [row.of for row in rows(230)]
    assert told[0].startswith("230 records published")
    assert [name.partition(",")[0] for name in told[-4:]] == [
        "a correction",
        "an erasure",
        "200 erasures",
        "a new version of the form with a text more",
    ]

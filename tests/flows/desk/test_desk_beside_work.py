"""A small run of what ten open desks cost those who read: what the benchmark shows at full size."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.bench_desk import Size, measure, told

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.mark.promise("Desks of people who")
@pytest.mark.soak
def test_every_reading_arrives_while_ten_desks_look_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seen = measure(tmp_path, Size(blocks=2, submits=5, answers=1, warm_seconds=4.0), browser=False)
    assert seen.refused == []
    assert seen.acknowledged == seen.kept == 2 * 2 * 5 * 16
    assert len(seen.polls) >= 4, "the desks asked"
    assert len(seen.submits) == 2
    told("submits a second", seen.submits, more_is_better=True)
    assert "of 2 pairs" in capsys.readouterr().out

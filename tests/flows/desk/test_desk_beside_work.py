"""A small run of what ten open desks cost those who read: what the benchmark shows at full size."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.bench_desk import PAGES_OF_TABLES, POLL_SECONDS, TABLE_SECONDS, Size, measure, told
from tests.bench.intervals import paired_ratio

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

LIVE = Path(__file__).parents[3] / "flows/desk/static/live.js"
SECTION = Path(__file__).parents[3] / "flows/desk/templates/desk_section.html"


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


@pytest.mark.promise("every ten seconds, on")
def test_the_desks_of_the_benchmark_wait_as_the_browser_does() -> None:
    assert f"?? {POLL_SECONDS:.0f})" in LIVE.read_text("utf-8")
    assert f'data-live-seconds="{TABLE_SECONDS:.0f}"' in SECTION.read_text("utf-8")
    assert len(PAGES_OF_TABLES) == 5


def test_a_ratio_is_that_of_neighbours_and_noise_that_troubles_both_alike_is_not_in_it() -> None:
    pairs = [(0.9 * speed, speed) for speed in (10.0, 500.0, 70.0, 300.0)]
    assert paired_ratio(pairs) == pytest.approx((0.9, 0.9, 0.9))
    middle, low, high = paired_ratio([*pairs, (2.0, 1.0), (0.2, 1.0)])
    assert low < middle < high

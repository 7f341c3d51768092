"""The benchmarks' test world stays alive: a photograph of it is made, read by both, and its row is printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconcile.parameters.shipped import shipped_parameters
from tests.bench.bench_orders import People, run
from tests.bench.bench_truth import report
from tests.bench.truth_refit import fitted
from tests.bench.truth_results import line_of, of_line, read_photo, readings_of, weighed_anew
from tests.bench.world.photographs import Wish, photo
from tests.bench.world.writing import Pen
from tests.blanks import FONTS


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.usefixtures("listed_print")
def test_a_photograph_is_made_and_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRHAND_BENCH_CACHE", str(tmp_path))
    pen = Pen(path=str(FONTS / "liberation/LiberationMono-Regular.ttf"), share=1.0, by_hand=False)
    wish = Wish(form="supply-request", condition="soft", hand="typed", number=0, seed=1)
    made = photo(wish, [pen])
    assert photo(wish, []) == made  # kept, not made again
    blanks = sum(not text for text in made.fields.values())
    assert 0.1 < blanks / len(made.fields) < 0.5
    result = read_photo(made)
    assert of_line(line_of(result)) == result
    assert weighed_anew(result, shipped_parameters()) == result
    assert weighed_anew(result, fitted([result])).cells[0].engines == result.cells[0].engines
    filled = [each for each in result.cells if each.kind == "filled"]
    assert sum(each.plain == each.truth for each in filled) / len(filled) > 0.7
    assert sum(each.first == each.truth for each in filled) / len(filled) > 0.7
    assert {"form", "file", "key", "source", "text", "truth"} <= set(next(readings_of(result)))
    (order,) = run([result], People(shared=0.0, seed=1))
    assert order.finished
    assert order.fields == len(result.cells)
    assert 0 < order.readings < order.keyed_readings
    assert order.keyed_readings >= 2 * order.fields
    head, rule, row = report([result])[:3]
    assert row.startswith("| soft | typed | 1 |")
    assert head.count("|") == rule.count("|") == row.count("|")

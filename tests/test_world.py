"""The benchmarks' test world stays alive: a photograph of it is made, read by both, and its row is printed."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from reconcile.parameters.shipped import shipped_parameters
from tests.bench.bench_orders import People, mistyped, run
from tests.bench.bench_truth import report
from tests.bench.intervals import paired_difference
from tests.bench.truth_refit import fitted
from tests.bench.truth_results import Cell, line_of, of_line, read_photo, readings_of, weighed_anew
from tests.bench.world import forms, photographs
from tests.bench.world.photographs import Wish, photo, wishes
from tests.bench.world.writing import Pen
from tests.blanks import FONTS
from transcribe.model import FieldKey


@pytest.mark.slow
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


def test_wishes_are_spread_over_the_forms() -> None:
    asked = list(wishes(("scan", "edge"), ("typed", "hand"), list(forms.LAYOUTS), 8, 1))
    for condition in ("scan", "edge"):
        for hand in photographs.HANDS:
            some = [each.form for each in asked if (each.condition, each.hand) == (condition, hand)]
            assert sorted(some) == sorted(forms.LAYOUTS)
    assert set(forms.NEVER_FITTED) < set(forms.LAYOUTS)
    alone = list(wishes(("edge",), ("typed", "hand"), list(forms.LAYOUTS), 8, 1))
    assert alone == [each for each in asked if each.condition == "edge"]


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8])
def test_each_form_is_photographed_as_often_in_every_condition_and_hand(count: int) -> None:
    names = list(forms.LAYOUTS)[:count]
    asked = wishes(("scan", "soft"), ("typed", "hand"), names, 12, 1)
    found = Counter((each.condition, each.hand, each.form) for each in asked)
    assert len(found) == 4 * count
    assert max(found.values()) - min(found.values()) <= 2


def test_what_is_cut_short_is_told_from_what_is_misread() -> None:
    def decided(text: str) -> Cell:
        return Cell(key="a", type="text", pattern=False, truth="classeur à levier", written="", decided=text)

    assert decided("à levier").is_truncated
    assert decided("classeur").is_truncated
    assert not decided("classeur a levier").is_truncated
    assert not decided("").is_truncated


def test_people_say_the_same_of_a_field_whenever_they_are_asked_and_share_the_errors_that_they_share() -> None:
    key = FieldKey("total")

    def said(people: People, who: str, scan: int) -> str:
        return people.read(who, "person", str(scan), key, "1204,50", ["Nantes"])

    some = People(shared=1.0, seed=1)
    assert [said(some, "ana", each) for each in range(50)] == [said(some, "ana", each) for each in range(50)]
    wrong = [[said(some, who, each) for who in ("ana", "ben")] for each in range(4000)]
    both = [each for each in wrong if "1204,50" not in each]
    assert 0.03 < sum(each[0] != "1204,50" for each in wrong) / 4000 < 0.07
    assert len(both) > 3
    assert all(first == second for first, second in both)
    assert all(mistyped("1204,50", random.Random(each)) != "1204,50" for each in range(200))


def test_the_difference_of_like_groups_has_no_spread() -> None:
    assert paired_difference([(9, 8, 10)] * 5) == pytest.approx((0.1, 0.1, 0.1))

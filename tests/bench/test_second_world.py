"""The second world is frozen, and what is written on its pages is what its forms ask for."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench import bench_truth
from tests.bench.fit_evidence import Told, may_be_fitted
from tests.bench.second_world.__main__ import HERE, digest, wishes
from tests.bench.second_world.values import RECKONED, page
from tests.bench.stored_readings import photos_of, read_and_store, stored
from tests.bench.truth_results import Cell, Read, line_of
from transcribe import fields
from transcribe.forms import load


def test_the_second_world_is_the_one_that_was_committed() -> None:
    assert digest() == (HERE / "hash.txt").read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("form", RECKONED)
def test_what_is_written_is_what_the_form_asks_for(form: str) -> None:
    definition = load(HERE / "forms" / f"{form}.toml")
    for wish in (each for each in wishes() if each.form == form):
        truth = page(form, wish.chance)
        keys = tuple(definition.keys())
        assert truth.keys() == {str(key) for key in keys}
        for key in keys:
            spot, text = definition.field(key.name), truth[str(key)]
            kind = fields.load(spot.type)
            normal = kind.normalise(text, spot, definition)
            assert bool(normal) == bool(text), (key, text)
            assert not text or not kind.faults(normal, spot, definition), (key, text)


def test_every_sixty_pages_are_all_forms_in_all_conditions_by_both_hands() -> None:
    order = [(each.form, each.condition, each.hand) for each in wishes()]
    assert len(order) == 300
    assert all(len(set(order[start : start + 60])) == 60 for start in range(0, 300, 60))
    assert {*Counter(hand for *_, hand in order[:30]).values()} == {15}


def test_stored_readings_are_set_beside_the_truth_as_it_is_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.png").write_bytes(b"a picture")
    about = {"file": "a.png", "form": "dd-293", "definition": "dd-293.toml", "condition": "", "hand": "", "pen": ""}
    (tmp_path / "truth.jsonl").write_text(json.dumps(about | {"fields": {"zip": "04254"}}), encoding="utf-8")
    (photo,) = photos_of(tmp_path)
    assert stored(photo, tmp_path / "store") is None
    cell = Cell(key="zip", type="code", pattern=True, truth="9", written="9")
    read = _read("elsewhere.toml", [cell])
    monkeypatch.setattr("tests.bench.stored_readings.read_photo", lambda _: read)
    monkeypatch.setattr("tests.bench.stored_readings.weighed_anew", lambda result, _: result)
    kept = read_and_store(photo, tmp_path / "store")
    assert kept.picture
    assert kept.reader
    found = stored(photo, tmp_path / "store")
    assert found is not None
    assert (found.definition, found.cells[0].written) == (str(tmp_path / "dd-293.toml"), "04254")


def test_nothing_is_fitted_on_the_second_world() -> None:
    page = Told(
        page="p",
        key="k",
        form="another",
        condition="flat",
        hand="typed",
        group="g",
        searched=False,
        family="code",
        engines=2,
        may_decide=True,
        filled=True,
        features={},
        share=0.9,
        right=True,
    )
    assert may_be_fitted(page)
    assert not any(may_be_fitted(replace(page, form=form)) for form in RECKONED)


def test_tables_are_of_everything_in_a_dump_unless_asked_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dump = tmp_path / "dump.jsonl"
    cell = Cell(key="zip", type="code", pattern=True, truth="04254", written="04254", decided="04254")
    dump.write_text(line_of(_read("dd-293.toml", [cell])), encoding="utf-8")
    for asked, count in (([], 1), (["--forms", "stock-count"], 0)):
        monkeypatch.setattr("sys.argv", ["bench_truth", "--from", str(dump), *asked])
        bench_truth.main()
        assert capsys.readouterr().out.count("| dd-293 (never fitted) |") == count


def _read(definition: str, cells: list[Cell]) -> Read:
    return Read(
        photo="a.png",
        form="dd-293",
        definition=definition,
        condition="",
        hand="",
        pen="",
        fit=1.0,
        laid=True,
        cells=cells,
    )

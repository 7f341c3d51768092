"""A draft tried on photographs: what is read stands field by field, and nothing of it is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.drafting.draft_files import Draft
from flows.drafting.trial import files_of_scan, try_form
from flows.home.home import Home
from tests.flows.drafting.own_form import LINES, TEXTS, filled_page, photo
from transcribe.model import Scan, ScanPage


@pytest.mark.promise("Pictures of filled forms")
def test_a_draft_of_a_photograph_reads_another_one(home: Home, draft: Draft, tmp_path: Path) -> None:
    (tmp_path / "one.jpg").write_bytes(photo(filled_page(), seed=5))
    (tmp_path / "two.jpg").write_text("no picture")
    counted: list[int] = []
    good, bad = try_form(
        home.settings, draft.path, [tmp_path / "one.jpg", tmp_path / "two.jpg"], lambda done, _: counted.append(done)
    )
    assert good.fit is not None
    assert good.fit > 0.8
    texts = {(each.name, each.row): each for each in good.fields}
    assert {name: texts[name, None].text for name in TEXTS} == TEXTS
    assert [texts["lines.bike", row].text for row in (0, 1)] == [line[0] for line in LINES]
    assert texts["helmet", None].is_marked is True
    assert texts["lines.bike", 2].fate == "blank"
    assert good.count("decided") >= 8
    assert good.pictures
    assert set(good.pictures) == {1}
    assert bad.error
    assert counted
    assert home.store.scan_states() == []


def test_a_scan_of_the_archive_is_tried_from_its_files(home: Home, tmp_path: Path) -> None:
    file = home.archive.put(photo(filled_page(), "flat"))
    pages = (ScanPage(file=file, page=1), ScanPage(file=file, page=2))
    scan = Scan(id="a" * 64, pages=pages, form="bike", form_version=1, name="one.png", batch="")
    (path,) = files_of_scan(home, scan, tmp_path)
    assert path.read_bytes() == home.archive.get(file)
    assert path.name.endswith("one.png")

"""Drafts as files: begun from a picture or a form, kept with their mistakes, emptied and filled again, thrown away."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy
import pytest
from PIL import Image

from flows.drafting.draft_files import (
    NOTES_FILE,
    Draft,
    draft_of,
    drafts,
    drop_draft,
    empty_draft,
    fill_draft,
    start_draft,
    start_version,
)
from flows.home.home import Home
from tests.flows.drafting.own_form import FIELDS, filled_page, photo
from transcribe.errors import NotFound, ScanError, SettingsError
from transcribe.i18n import kept, worded


def test_a_photograph_of_a_form_becomes_a_draft_of_all_its_fields(home: Home, draft: Draft) -> None:
    assert drafts(home.settings) == ["bike"]
    assert draft.mistakes() == []
    form = draft.form()
    assert (form.name, form.version, form.title) == ("bike", 1, {"en": "Bike hire"})
    assert [field.name for field in form.fields] == list(FIELDS)
    types = {field.name: field.type for field in form.fields}
    assert (types["date_of_hire"], types["helmet"], types["total_to_pay"], types["signature"]) == (
        "date",
        "checkbox",
        "amount",
        "signature",
    )
    (table,) = form.tables
    assert [column.field.name for column in table.columns] == [
        "lines.bike",
        "lines.days",
        "lines.price",
        "lines.amount",
    ]
    assert table.rows == 4


def test_commands_take_a_draft_by_its_path_and_no_form_is_looked_for_in_it(home: Home, draft: Draft) -> None:
    assert "bike" not in home.forms.names()
    assert home.forms.check(str(draft.path)).name == "bike"
    assert draft.path.is_relative_to(home.settings.forms), "a backup of the home has it"


def test_a_name_is_taken_once(home: Home, draft: Draft, bike_photo: Path) -> None:
    for name, why in (("bike", "draft of bike already"), ("receipt", "a form receipt already"), ("Bad Name", "small")):
        with pytest.raises(SettingsError, match=why):
            start_draft(home.settings, bike_photo, name, title="x", language="eng", locale="en_GB")
    start_version(home.settings, home.forms, "receipt")
    with pytest.raises(SettingsError, match="draft of receipt already"):
        start_version(home.settings, home.forms, "receipt")
    assert drafts(home.settings) == ["bike", "receipt"]


def test_what_is_no_picture_leaves_no_draft(home: Home, tmp_path: Path) -> None:
    (tmp_path / "letter.jpg").write_text("no picture")
    with pytest.raises(ScanError, match=r"letter|other"):
        start_draft(home.settings, tmp_path / "letter.jpg", "other", title="x", language="eng", locale="en_GB")
    assert drafts(home.settings) == []
    with pytest.raises(NotFound):
        draft_of(home.settings, "../other")


def test_the_next_version_of_a_form_says_the_same_under_the_next_number(home: Home) -> None:
    begun = start_version(home.settings, home.forms, "bon-de-commande")
    before = home.forms.path_of("bon-de-commande").read_text(encoding="utf-8")
    assert begun.text == before.replace("version = 1", "version = 2", 1)
    assert begun.mistakes() == []
    assert begun.form().masters == home.forms.find("bon-de-commande").masters


def test_somebody_elses_change_is_not_overwritten(draft: Draft) -> None:
    seen = draft.digest
    draft.save(draft.text + "\n# one\n", seen)
    with pytest.raises(SettingsError, match="changed the draft"):
        draft.save(draft.text + "\n# two\n", seen)
    assert "# two" not in draft.text


def test_what_was_not_understood_of_a_field_goes_with_it(draft: Draft) -> None:
    first, second, *_ = re.findall(r'(?m)^name = "([^"]*)"', draft.text)[1:]
    notes = (
        worded("No print stands beside %(fields)s.", fields=f"{first}, {second}, gone"),
        worded("No print stands beside %(fields)s.", fields="gone"),
        "2 lines or boxes to tick without print beside them were left out.",
    )
    draft.path.with_name(NOTES_FILE).write_text("\n".join(map(kept, notes)), encoding="utf-8")
    assert draft.notes == [f"No print stands beside {first}, {second}.", notes[2]]


def test_a_draft_keeps_its_mistakes_and_names_them(draft: Draft) -> None:
    draft.save(draft.text.replace('type = "date"', 'type = "dat"'))
    (mistake,) = draft.mistakes()
    assert mistake.startswith('bike.toml: field "date_of_hire" type: there is no field type')


@pytest.mark.promise("What is written in", "If the only page")
def test_writing_is_taken_from_a_filled_form_and_comes_back(home: Home, tmp_path: Path) -> None:
    (tmp_path / "filled.jpg").write_bytes(photo(filled_page(lines=())))
    path = tmp_path / "filled.jpg"
    filled = start_draft(home.settings, path, "bike", title="x", language="eng", locale="en_GB", filled=True)
    assert filled.is_emptied
    box = filled.form().field("hirer").box
    assert box
    assert _darkest(filled, box.padded(-8)) > 200
    first = filled.form().blanks[0].path
    filled.save(filled.text.replace("box = ", "box =  "))
    empty_draft(filled)
    assert filled.form().blanks[0].path == first, "the same boxes give the same picture"
    fill_draft(filled)
    assert not filled.is_emptied
    assert filled.form().blanks[0].path != first, "pictures are kept in mind by their names"
    assert _darkest(filled, box.padded(-8)) < 120


def _darkest(draft: Draft, box: tuple[int, int, int, int]) -> int:
    blank = Path(str(draft.form().blanks[0].path)).read_bytes()
    grey = numpy.asarray(Image.open(io.BytesIO(blank)).convert("L"))
    return int(grey[box[1] : box[3], box[0] : box[2]].min())


def test_a_draft_that_is_thrown_away_is_gone(home: Home, draft: Draft) -> None:
    drop_draft(draft)
    assert drafts(home.settings) == []
    assert not draft.path.parent.exists()

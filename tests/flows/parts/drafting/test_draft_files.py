"""Drafts as files: begun from a picture or a form, kept with their mistakes, emptied and filled again, thrown away."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import numpy
import pytest
from PIL import Image

from flows.home.home import Home
from flows.parts.drafting.draft_files import (
    NOTES_FILE,
    Draft,
    drafts,
    empty_draft,
    fill_draft,
    install_draft,
    start_draft,
    start_version,
)
from flows.parts.drafting.known_values import add_list, read_table
from flows.parts.drafting.taking_over import take_over
from flows.parts.drafting.trial import files_of_scan, try_form
from reconcile.learning.form_suggestions import Suggestion, Support
from tests.flows.parts.drafting.own_form import FIELDS, LINES, TEXTS, filled_page, photo
from transcribe.errors import FormError, SettingsError
from transcribe.i18n import kept, worded
from transcribe.model import Scan, ScanPage


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


def test_the_next_version_of_a_form_says_the_same_under_the_next_number(home: Home) -> None:
    begun = start_version(home.settings, home.forms, "bon-de-commande")
    before = home.forms.path_of("bon-de-commande").read_text(encoding="utf-8")
    assert begun.text == before.replace("version = 1", "version = 2", 1)
    assert begun.mistakes() == []
    assert begun.form().masters == home.forms.find("bon-de-commande").masters


def test_what_was_not_understood_of_a_field_goes_with_it(draft: Draft) -> None:
    first, second, *_ = re.findall(r'(?m)^name = "([^"]*)"', draft.text)[1:]
    notes = (
        worded("No print stands beside %(fields)s.", fields=f"{first}, {second}, gone"),
        worded("No print stands beside %(fields)s.", fields="gone"),
        "2 lines or boxes to tick without print beside them were left out.",
    )
    draft.path.with_name(NOTES_FILE).write_text("\n".join(map(kept, notes)), encoding="utf-8")
    assert draft.notes == [f"No print stands beside {first}, {second}.", notes[2]]


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


RESTS_ON = Support(values=40, people=3, read_by_people=30)
PATTERN = Suggestion(
    kind="pattern",
    field="slip_number",
    seen=40,
    of=40,
    toml="# in the [[field]] with name = \"slip_number\"\npattern = 'SL\\-\\d{5}'\n",
    rests_on=RESTS_ON,
)


def test_each_kind_of_suggestion_lands_where_it_belongs(draft: Draft) -> None:
    take_over(draft, PATTERN)
    take_over(draft, replace(PATTERN, kind="required", field="hirer", toml="required = true\n"))
    take_over(draft, replace(PATTERN, field="lines.days", toml="pattern = '\\d'\n"))
    take_over(draft, replace(PATTERN, kind="master", field="lines.bike", values=("City bike", "Cargo bike")))
    rule = replace(PATTERN, kind="rule", field="", toml='[[rule]]\ncheck = "total_to_pay == sum(lines.amount)"\n')
    take_over(draft, rule)
    take_over(draft, rule)
    form = draft.form()
    assert form.field("slip_number").pattern == r"SL\-\d{5}"
    assert form.field("hirer").required
    assert form.field("lines.days").pattern == r"\d"
    assert [each.check for each in form.rules] == ["total_to_pay == sum(lines.amount)"]
    assert [value for value, _ in form.masters[0].values] == ["City bike", "Cargo bike"]


def test_a_suggestion_about_a_field_that_is_gone_says_so(draft: Draft) -> None:
    with pytest.raises(FormError, match='no field "gone" any more'):
        take_over(draft, replace(PATTERN, field="gone"))


@pytest.mark.promise("Scans that come from")
def test_a_version_that_scans_were_read_with_is_not_written_over(home: Home, draft: Draft) -> None:
    text, picture = draft.text, {each.name: each.read_bytes() for each in draft.path.parent.iterdir()}
    install_draft(home, draft, "ola")
    home.use_form("bike")
    draft.path.parent.mkdir()
    for name, content in picture.items():
        draft.path.with_name(name).write_bytes(content)
    draft.save(text.replace('label = "Hirer"', 'label = "Customer"'))
    with pytest.raises(FormError, match="Raise its `version` to 2"):
        install_draft(home, draft, "ola")
    draft.save(draft.text.replace("version = 1", "version = 2"))
    assert install_draft(home, draft, "ola").version == 2
    assert home.forms("bike", 1).field("hirer").label == {"en": "Hirer"}


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


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_list_of_a_spreadsheet_becomes_known_values(draft: Draft, separator: str) -> None:
    lines = ["number|name", "C1|Quist, Nora", "C2|Poole & Söhne"]
    content = "\r\n".join(line.replace(",", "" if separator == "," else ",").replace("|", separator) for line in lines)
    add_list(draft, "hirer", *read_table(b"\xef\xbb\xbf" + content.encode()), "name", "number")
    (master,) = draft.form().masters
    assert dict(master.values) in (
        {"Quist Nora": "C1", "Poole & Söhne": "C2"},
        {"Quist, Nora": "C1", "Poole & Söhne": "C2"},
    )


def test_a_list_takes_the_place_of_the_one_before_and_leaves_those_of_other_fields(draft: Draft) -> None:
    for field, value in (("hirer", "one"), ("slip_number", "two"), ("hirer", "three"), ("lines.bike", "City bike")):
        add_list(draft, field, ["value"], [{"value": value}], "value", "")
    assert {each.field: each.values for each in draft.form().masters} == {
        "slip_number": (("two", "two"),),
        "hirer": (("three", "three"),),
        "lines.bike": (("City bike", "City bike"),),
    }


def test_a_single_column_needs_no_name(draft: Draft) -> None:
    add_list(draft, "hirer", *read_table(b"customer\nNora Quist\n"), "", "")
    assert draft.form().masters[0].values == (("Nora Quist", "Nora Quist"),)


def test_a_wrong_list_says_what_is_wrong_with_it(draft: Draft) -> None:
    before = draft.text
    with pytest.raises(FormError, match="UTF-8"):
        read_table("Söhne".encode("latin-1"))
    with pytest.raises(FormError, match="no rows"):
        read_table(b"only a head\n")
    with pytest.raises(FormError, match="Say which column holds the values: it has a, b"):
        add_list(draft, "hirer", *read_table(b"a,b\n1,2\n"), "", "")
    with pytest.raises(FormError, match='no column "c": it has a, b'):
        add_list(draft, "hirer", *read_table(b"a,b\n1,2\n"), "a", "c")
    assert draft.text == before

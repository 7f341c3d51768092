"""No two drafted places lie on one another, so that a draft passes its own check."""

from __future__ import annotations

from transcribe.form_drafting.overlaps import each_on_its_own
from transcribe.geometry import Box

PANEL = Box(100, 100, 900, 400)
UPPER, LOWER = Box(300, 120, 880, 180), Box(300, 220, 880, 280)


def test_a_panel_around_labelled_places_goes() -> None:
    labels = {PANEL: "Customer", UPPER: "Name", LOWER: "Street"}
    assert list(each_on_its_own(labels, [PANEL], [])) == [UPPER, LOWER]


def test_lines_in_a_frame_that_have_its_label_go() -> None:
    assert list(each_on_its_own({PANEL: "Notes", UPPER: "Notes"}, [PANEL], [])) == [PANEL]


def test_a_frame_around_a_table_and_what_lies_in_a_table_go() -> None:
    table = Box(110, 110, 890, 390)
    assert each_on_its_own({PANEL: "Description", UPPER: "x"}, [PANEL], [table]) == {}


def test_room_above_a_line_begins_below_what_stands_there() -> None:
    signature = Box(250, 460, 700, 600)
    for tick in (Box(300, 440, 330, 470), Box(300, 480, 330, 510)):
        found = each_on_its_own({signature: "Signed", tick: "Collect"}, [], [])
        assert found == {signature: Box(250, tick.y1, 700, 600), tick: tick}

"""What commands say of small things: who acted, what is held, which language code is meant."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.transcribe.store.world import NOON, World, world
from transcribe.form_drafting.grids import type_of
from transcribe.ocr.engines.tesseract import problem
from transcribe.review.views.formatting import day, moment


def test_who_acts_is_who_gave_the_command(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        here.store.actor = "command line, olga"
        here.store.set_roles("ann", ["expert"], NOON)
        assert here.store.audit()[-1].actor == "command line, olga"


def test_a_scan_whose_fields_are_all_decided_is_not_called_unweighed(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        scan = here.scan("a")
        assert _state(here) == "not weighed"
        here.store.put_scan_aside(scan.id, "olga", "a menu", NOON)
        assert _state(here) == "set aside"


def _state(here: World) -> str:
    return here.store.scan_states()[0].word


def test_a_language_code_of_two_letters_names_the_one_of_tesseract() -> None:
    told = problem(("fr",)) or ""
    assert "fr is fra" in told
    assert "tesseract-ocr-fr" not in told


def test_dates_on_english_pages_are_read_alike_everywhere() -> None:
    at = datetime(2026, 11, 6, 20, 15, tzinfo=UTC)
    assert (day(at, "UTC", "en"), moment(at, "UTC", "en")) == ("6 Nov 2026", "6 Nov 2026, 20:15")


def test_a_cost_centre_is_no_amount() -> None:
    assert (type_of("Cost centre", "en"), type_of("Cost", "en")) == ("text", "amount")

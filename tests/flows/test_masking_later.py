"""A scan whose form is known only later: once a person says that it has payment data, nothing shows them any more."""

from __future__ import annotations

import itertools
from functools import cache
from pathlib import Path

import pytest

from flows.home.home import Home, limits, now
from flows.steps.read_scans import read_scan
from tests.orders import make
from transcribe.intake.load_pages import load_pages
from transcribe.intake.scans import Scanned, is_unmasked, scans_of
from transcribe.model import ScanPage
from transcribe.recognition.read import pictures

pytestmark = pytest.mark.usefixtures("kept_readings")

FORM = "bon-de-commande"


@cache
def card_number_filled() -> bytes:
    """A typed order whose card number is filled in."""
    for number in itertools.count():
        made = make(number, 5, FORM, "flat", "typed")
        if made.truth["payment"]:
            return made.content
    raise AssertionError


def with_card_number(folder: Path) -> Path:
    (folder / "order.png").write_bytes(card_number_filled())
    return folder / "order.png"


@pytest.mark.promise("A page that is", "then masked copies take")
def test_payment_data_are_masked_once_the_form_is_known_and_what_showed_them_is_gone(
    rooms: Home, tmp_path: Path
) -> None:
    file = with_card_number(tmp_path)
    (came,) = scans_of([file], None, rooms.archive, limits(rooms.settings))  # no form is known here
    assert isinstance(came, Scanned)
    rooms.store.put_scan(came.scan, came.files, now())
    shown = pictures(load_pages(came.scan, rooms.archive, limits(rooms.settings)))
    for content in shown.files.values():
        rooms.archive.put(content)
    rooms.store.put_reads(came.scan.id, shown, now())
    in_clear = {came.scan.pages[0].file, *shown.files}
    assert all(rooms.archive.has(name) for name in in_clear)

    form = rooms.use_form(FORM)
    rooms.store.set_form(came.scan.id, form.name, form.version, now())
    assert is_unmasked(rooms.store.scan(came.scan.id), form)
    read_scan(rooms, rooms.store.scan(came.scan.id))

    scan = rooms.store.scan(came.scan.id)
    assert not is_unmasked(scan, form)
    assert not any(rooms.archive.has(name) for name in in_clear)
    (card,) = (field for field in form.fields if field.personal == "payment")
    said = [each for each in rooms.store.readings(scan.id) if each.key.name == card.name]
    assert [(each.text, each.flags) for each in said] == [(None, frozenset({"masked"}))]
    (order,) = (
        each for each in rooms.store.readings(scan.id) if each.key.name == "order_number" and "tess" in each.source
    )
    assert order.text


def test_reading_again_after_a_kill_erases_what_was_left(rooms: Home, tmp_path: Path) -> None:
    file = with_card_number(tmp_path)
    (came,) = scans_of([file], None, rooms.archive, limits(rooms.settings))
    assert isinstance(came, Scanned)
    form = rooms.use_form(FORM)
    rooms.store.put_scan(came.scan, came.files, now())
    rooms.store.set_form(came.scan.id, form.name, form.version, now())
    read_scan(rooms, rooms.store.scan(came.scan.id))
    before = rooms.store.scan(came.scan.id).pages
    rooms.archive.put(file.read_bytes())  # as if the process had been killed before it was erased
    read_scan(rooms, rooms.store.scan(came.scan.id))
    assert not rooms.archive.has(came.scan.pages[0].file)
    assert rooms.store.scan(came.scan.id).pages == before == (ScanPage(file=before[0].file, page=1),)

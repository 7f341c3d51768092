"""A file that held two orders is split, and joined again: what people read counts where the pages are the same."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from flows.home.home import Home, limits, now
from flows.mending.scans import join, settle, split
from flows.steps.read_scans import Because, TakenScan, read_scan, take_in
from flows.steps.reconcile_scans import reconcile_home
from tests.flows.house import TYPED, House
from tests.orders import make
from transcribe.errors import SettingsError
from transcribe.forms import definition as forms
from transcribe.intake.load_pages import load_pages
from transcribe.intake.scans import Scanned, is_unmasked, scans_of
from transcribe.model import FieldKey, Scan, ScanPage
from transcribe.recognition.read import pictures

pytestmark = pytest.mark.usefixtures("kept_readings")


OLGA = Because(by="olga", why="two orders in one file")
NUMBER = FieldKey("order_number")
CARD = "4970 1012 3456 7890"


@pytest.fixture
def two_pages(rooms: Home, tmp_path: Path) -> tuple[Home, Scan]:
    """A TIFF of two pages, read as one order by one engine."""
    return taken_in(rooms, tmp_path, masked=False)


@pytest.fixture
def two_masked_pages(rooms: Home, tmp_path: Path) -> tuple[Home, Scan]:
    """The same of a form with payment data, whose number stands on both pages."""
    return taken_in(rooms, tmp_path, masked=True)


def taken_in(rooms: Home, tmp_path: Path, masked: bool) -> tuple[Home, Scan]:
    here = replace(rooms, settings=rooms.settings.model_copy(update={"engines": ("tesseract",)}))
    for file in ("bon-de-commande.png", "customers-fr.csv", "products-fr.csv"):
        shutil.copy(forms.SHIPPED / file, tmp_path)
    own = tmp_path / "bon-de-commande.toml"
    shipped = (forms.SHIPPED / own.name).read_text(encoding="utf-8")
    shipped = shipped if masked else shipped.replace('personal = "payment"', "")
    own.write_text(f'{shipped}\n[options]\npages = "file"\n', encoding="utf-8")
    with Image.open(TYPED) as page:
        first = page.convert("RGB")
        if masked:
            card = forms.load(str(own)).field("card_number").box
            assert card is not None
            ImageDraw.Draw(first).text((card.x0 + 20, card.y0 + 10), CARD, fill=(0, 0, 0), font_size=40)
        second = first.copy()
        second.paste((0, 0, 0), (1100, 310, 1150, 345))
        first.save(tmp_path / "orders.tiff", save_all=True, append_images=[second])
    (kept,) = take_in(here, [tmp_path / "orders.tiff"], str(own), "monday")
    assert isinstance(kept, TakenScan)
    assert len(kept.scan.pages) == 2
    read_scan(here, kept.scan)
    reconcile_home(here)
    return here, kept.scan


def typed(home: Home, scan: Scan) -> list[str | None]:
    return [each.text for each in home.store.readings(scan.id) if each.source == "operator"]


@pytest.mark.promise("those that somebody holds", "What people typed of", "The scan that came")
def test_a_file_with_two_orders_is_split_and_joined_and_what_was_typed_is_kept(two_pages: tuple[Home, Scan]) -> None:
    home, scan = two_pages
    home.store.correct_value(scan.id, NUMBER, "BC-2025-0001", "olga", "as it stands there", now())
    part = split(home, scan, 2, OLGA)
    reconcile_home(home)
    assert (home.store.scan(scan.id).pages, home.store.scan(part.id).pages) == (scan.pages[:1], scan.pages[1:])
    assert home.store.has_reads(part.id)
    assert typed(home, scan) == [], "nobody knows of which page it was read"
    assert home.store.scan_of_pages(scan.id) == home.store.scan(scan.id), "the file is still known"
    with pytest.raises(SettingsError, match="one page"):
        split(home, home.store.scan(scan.id), 2, OLGA)

    whole = join(home, home.store.scan(scan.id), part, OLGA)
    reconcile_home(home)
    assert (whole.id, whole.pages) == (scan.id, scan.pages)
    assert typed(home, scan) == ["BC-2025-0001"], "its pages are those that it was read from"
    states = {each.scan.id: each.open_tasks for each in home.store.scan_states()}
    assert states[part.id] == 0
    with pytest.raises(SettingsError, match="scan split"):
        settle(home, scan.id, part.id, "different", OLGA)
    with pytest.raises(SettingsError, match="another one already"):
        join(home, part, whole, OLGA)

    again = split(home, whole, 2, OLGA)
    reconcile_home(home)
    assert again.id == part.id, "the part that was joined is the scan that it was"
    assert len(home.store.scan_states()) == 2
    assert home.store.verify_audit().broken_at is None


def test_the_commands_split_and_join(house: House, two_pages: tuple[Home, Scan]) -> None:
    _, scan = two_pages
    house.environment["FAIRHAND_ENGINES"] = "tesseract"
    done = house.run("scan", "split", scan.id[:12], "--at", "2", "--why", "two orders", "--json")
    assert (done.code, done.json[0]["pages"]) == (0, 1)
    one_page = house.run("scan", "split", scan.id[:12], "--at", "2", "--why", "x")
    assert (one_page.code, "The scan has one page: there is nothing to split off." in one_page.err) == (2, True)
    part = done.json[0]["scan"]
    joined = house.run("scan", "join", scan.id[:12], part[:12], "--why", "one order after all")
    assert (joined.code, "has the pages of both, 2 pages in all" in joined.out) == (0, True)
    assert house.run("log", "verify").code == 0


@pytest.mark.promise("The scan that came")
@pytest.mark.soak
def test_pages_with_payment_data_are_split_and_joined_masked(two_masked_pages: tuple[Home, Scan]) -> None:
    home, scan = two_masked_pages
    home.store.correct_value(scan.id, NUMBER, "BC-2025-0001", "olga", "as it stands there", now())
    part = split(home, scan, 2, OLGA)
    reconcile_home(home)
    assert (home.store.scan(scan.id).pages, home.store.scan(part.id).pages) == (scan.pages[:1], scan.pages[1:])
    whole = join(home, home.store.scan(scan.id), part, OLGA)
    reconcile_home(home)
    assert (whole.id, whole.pages) == (scan.id, scan.pages)
    assert typed(home, scan) == ["BC-2025-0001"]
    card = FieldKey("card_number")
    for each in (whole.id, part.id):
        said = [reading for reading in home.store.readings(each) if reading.key == card]
        assert said, "it is known to be filled"
        assert {reading.text for reading in said} == {None}
        assert all("masked" in reading.flags for reading in said)
        assert [place.snippet for place in home.store.places(each) if place.key == card] == [None]
    assert home.store.verify_audit().broken_at is None


def test_two_scans_of_a_form_of_one_page_are_not_joined(rooms: Home) -> None:
    form = rooms.use_form("order-form")
    scans = [Scan(id=each * 64, pages=(), form=form.name, form_version=form.version) for each in "ab"]
    for each in scans:
        rooms.store.put_scan(each, [], now())
    with pytest.raises(SettingsError, match="has one page"):
        join(rooms, scans[0], scans[1], OLGA)


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


@pytest.mark.soak
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

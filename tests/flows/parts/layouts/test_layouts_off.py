"""Without the part a form of free layout is refused by its name; the others go on, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from flows.home.home import Home, now
from flows.house import found_parts
from flows.shifts import work_shift
from flows.steps.read_scans import AUTO_FORM, TakenScan, require_readable, take_in
from flows.steps.reconcile_scans import reconcile_home
from tests.flows.house import CASES, TYPED, House
from tests.flows.parts.layouts.test_layout import DOSSIER, LETTER, Reader, by_machine, letter, received
from transcribe.errors import PartMissing
from transcribe.i18n import in_words, translation
from transcribe.model import FieldKey, Scan

pytestmark = pytest.mark.usefixtures("kept_readings")

RECEIPT = CASES / "receipt-554.jpg"
CONTRACT = FieldKey("contract")


@pytest.fixture
def without(rooms: Home) -> Home:
    """The same rooms where the part is switched off."""
    return replace(rooms, settings=rooms.settings.model_copy(update={"parts_off": ("layouts",)}))


def to_read(rooms: Home, form: str) -> Scan:
    """A picture that waits to be read as this form."""
    (taken,) = take_in(rooms, [RECEIPT if form == "receipt" else TYPED], form, "monday")
    assert isinstance(taken, TakenScan)
    rooms.store.put_to_read(taken.scan.id, "monday", now(), anew=True)
    return taken.scan


@pytest.mark.parametrize("words", [("ingest",), ("read",)])
def test_a_command_that_would_read_such_a_form_names_the_part_and_takes_nothing(
    words: tuple[str, ...], house: House
) -> None:
    house.environment = {"FAIRHAND_PARTS_OFF": "layouts"}
    done = house.run(*words, RECEIPT, "--form", "receipt")
    assert done.code == PartMissing.exit_code
    assert "The part layouts of fairhand, which reads the form receipt, is not in use here" in done.err
    assert "take it out of FAIRHAND_PARTS_OFF" in done.err
    listed = house.run("status", "--json")
    assert listed.code != 0 or not listed.json[0]["scans"]


def test_what_waits_is_set_aside_with_the_reason_while_others_are_read_and_is_read_once_the_part_is_on(
    rooms: Home, without: Home
) -> None:
    receipt, order = to_read(rooms, "receipt"), to_read(rooms, "bon-de-commande")
    done = work_shift(without, 1)
    assert (done.read, [name for name, _ in done.failed]) == (1, [RECEIPT.name])
    assert (rooms.store.has_reads(order.id), rooms.store.has_reads(receipt.id)) == (True, False)
    (aside,) = rooms.store.list_set_aside()
    assert aside.error == "PartMissing"
    told = "the form receipt cannot be read on this machine. The part layouts of fairhand, which reads the form receipt"
    assert aside.message.startswith(told)
    assert aside.message.endswith("ingest it again.")
    page = in_words(aside.message, translation("fr").gettext)
    assert "la partie layouts" in page.casefold()
    assert "FAIRHAND_PARTS_OFF" not in page
    assert to_read(rooms, "receipt").id == receipt.id
    assert work_shift(rooms, 1).read == 1
    assert rooms.store.has_reads(receipt.id)
    assert rooms.store.list_set_aside() == []


def test_a_scan_that_somebody_says_is_such_a_form_is_set_aside_with_the_reason(rooms: Home, without: Home) -> None:
    rooms.use_form("receipt")
    (taken,) = take_in(without, [RECEIPT], AUTO_FORM, "monday")
    assert isinstance(taken, TakenScan)
    reconcile_home(without)
    mina = Reader(rooms, "mina")
    asked = mina.task()
    assert asked is not None
    mina.send(asked, form="receipt/1", turn=0)
    assert reconcile_home(without).failed == ()
    (aside,) = rooms.store.list_set_aside()
    assert "The part layouts of fairhand" in aside.message


def test_tasks_stay_and_what_people_show_waits_until_the_part_reads_it(rooms: Home, without: Home) -> None:
    path = rooms.settings.home / "letter.toml"
    path.write_text(LETTER, encoding="utf-8")
    scan = received(rooms, str(path), letter())
    tasks = rooms.store.counts().open_tasks
    assert reconcile_home(without).failed == ()
    assert (rooms.store.counts().open_tasks, bool(tasks)) == (tasks, True)
    mina = Reader(rooms, "mina")
    asked = mina.task()
    assert asked is not None
    mina.frame(asked, DOSSIER, "KLM-4471")
    ((failed, why),) = reconcile_home(without).failed
    assert (failed, "The part layouts of fairhand, which reads the form letter" in why) == (scan.id, True)
    assert {each.text for each in by_machine(rooms, scan, CONTRACT).values()} == {None}
    rooms.store.retry_quarantined(now())
    assert reconcile_home(rooms).failed == ()
    assert {each.text for each in by_machine(rooms, scan, CONTRACT).values()} == {"KLM-4471"}
    assert rooms.store.quarantined() == []


@pytest.fixture
def uninstalled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A distribution without the part."""
    kept = tuple(each for each in found_parts() if each.name != "layouts")
    with ExitStack() as restored:
        restored.callback(found_parts.cache_clear)
        monkeypatch.setattr("flows.house.parts_found.found_parts", lambda: kept)
        yield


@pytest.mark.usefixtures("uninstalled")
def test_a_part_that_is_not_installed_is_named_too(rooms: Home) -> None:
    with pytest.raises(PartMissing, match="The part layouts of fairhand, which reads the form receipt"):
        require_readable(rooms, "receipt")
    require_readable(rooms, "bon-de-commande")

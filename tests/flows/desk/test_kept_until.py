"""The page of a scan says when it is erased, as its form says; and where nothing erases it by itself, why."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from flows.administration import keep_retention
from tests.flows.desk.desk_site import DEFINITION, DeskSite, page
from tests.transcribe.store.world import sha
from transcribe.model import Scan, ScanPage, SourceFile, Transcriber
from transcribe.review import day

KEPT = "version = {version}\nretention_days = {days}"


@pytest.fixture
def op(busy: DeskSite) -> Transcriber:
    return busy.person("op", "operator")


def use_version(busy: DeskSite, folder: Path, version: int, days: int) -> None:
    """Put a version of the form in force that says how long its scans are kept."""
    text = DEFINITION.format(name="order").replace("version = 1", KEPT.format(version=version, days=days), 1)
    (folder / "new").mkdir()
    (folder / "new" / "order.toml").write_text(text, encoding="utf-8")
    (folder / "new" / "order.png").write_bytes(page({}))
    form, path = busy.home.forms.install(folder / "new" / "order.toml")
    busy.home.use_form(str(path))
    assert form.retention_days == days


def scan_of_version(busy: DeskSite, name: str, form: str, version: int) -> Scan:
    picture = busy.home.archive.put(page({"number": name}))
    scan = Scan(id=sha(name), pages=(ScanPage(file=picture, page=1),), form=form, form_version=version, name=name)
    file = SourceFile(sha256=picture, name=name, size=100, media_type="image/png")
    busy.home.store.put_scan(scan, [file], busy.now())
    return scan


def said(busy: DeskSite, who: Transcriber, scan: str) -> str:
    """What the page says of the erasure; "" where it says nothing."""
    text: str = busy.client(who).get(f"/desk/scan/{scan}").text
    return text.partition('id="kept-until">')[2].partition("</p>")[0]


@pytest.mark.promise("In the night after", "It was to be", "every field drawn, readings,")
def test_a_scan_says_when_it_is_erased_and_then_it_is(busy: DeskSite, op: Transcriber, tmp_path: Path) -> None:
    use_version(busy, tmp_path, 2, 30)
    new = scan_of_version(busy, "new.png", "order", 2)
    last = day(busy.now() + timedelta(days=30), "UTC", "en")
    assert said(busy, op, new.id).startswith(f"In the night after {last} its pictures, what was read, its values")
    assert said(busy, busy.person("chef", "auditor", language="fr"), new.id).startswith("Dans la nuit")
    busy.ahead = timedelta(days=-31)
    old = scan_of_version(busy, "old.png", "order", 2)
    busy.ahead = timedelta()
    assert said(busy, op, old.id).startswith("It was to be erased after ")
    assert "doubt" in busy.client(op).get(f"/desk/scan/{old.id}").text.partition('id="kept-until"')[0][-30:]
    assert keep_retention(busy.home).forgotten == (old.id,)
    assert said(busy, op, old.id) == ""
    assert said(busy, op, new.id) != ""


@pytest.mark.promise("Nothing erases it by")
def test_a_scan_that_nothing_erases_by_itself_says_why(busy: DeskSite, op: Transcriber, tmp_path: Path) -> None:
    (old,) = (each.scan.id for each in busy.home.store.scan_states() if each.scan.name == "agreed.png")
    (other,) = (each.scan.id for each in busy.home.store.scan_states() if each.scan.name == "other.png")
    unknown = scan_of_version(busy, "unknown.png", "", 0)
    for scan in (old, other, unknown.id):
        assert said(busy, op, scan) == "", "no form here says how long scans are kept"
    use_version(busy, tmp_path, 2, 30)
    assert said(busy, op, old) == (
        "Nothing erases it by itself: it stays until somebody forgets it. Version 1 of its form sets no time; version 2"
        " does."
    )
    assert said(busy, op, other) == ""
    assert said(busy, op, unknown.id).endswith("Nobody knows its form.")


def test_an_erasure_that_a_reader_keeps_from_its_end_is_said(busy: DeskSite, op: Transcriber) -> None:
    (scan,) = (each.scan.id for each in busy.home.store.scan_states() if each.scan.name == "agreed.png")
    busy.home.store.forget(scan, busy.now())
    assert said(busy, op, scan).startswith("Its erasure is not finished: its words may be in files")

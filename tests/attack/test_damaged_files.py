"""Files of a home that are no such files: each is said in a sentence; and what names of files do to a terminal."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

import pytest

from flows.administration import examine, forget_scan
from flows.administration.doctor import examine_deeply
from flows.cli.ingesting import _print
from flows.home import PREFECT_KEY_FILE, Settings, load_settings, prefect_secret
from flows.steps import publish_records, rebuild_records, take_in
from flows.steps.ingested import Ingested
from flows.steps.read_scans import TakenScan
from flows.terminal.printing import columns, one_line, with_file
from tests.attack.test_restore import backup, opened, put_back, recorded
from tests.flows.conftest import house
from tests.flows.house import TYPED, House
from transcribe.errors import SettingsError, StoreError
from transcribe.store import open_store

__all__ = ["house"]


def findings(settings: Settings) -> str:
    return "\n".join(f"{each.check}: {each.message} {each.mend}" for each in examine(settings))


def test_folders_in_place_of_files_are_said_in_a_sentence(tmp_path: Path) -> None:
    place = tmp_path / "home"
    with opened(place) as home:
        (place / "records.db").unlink(missing_ok=True)
        (place / "records.db").mkdir()
        for act in (publish_records, rebuild_records):
            with pytest.raises(StoreError, match=r"records.db is a folder, where the record database stands. Move it"):
                act(home)
        assert "records: " in findings(home.settings)
        assert [each for each in examine_deeply(home.settings) if each.check != "records"] == []
    (place / "state.erased").unlink(missing_ok=True)
    (place / "state.erased").mkdir()
    with pytest.raises(StoreError, match=r"state.erased is a folder, where the list .* Move it away"):
        open_store(place / "state.db")
    assert "state.erased is a folder" in findings(load_settings(place))


@pytest.mark.promise("a keyed hash of")
def test_damaged_lines_of_the_list_of_erasures_are_named(tmp_path: Path) -> None:
    place = tmp_path / "home"
    with opened(place) as home:
        forget_scan(home, recorded(home, "FIRM LTD"), 0.0)
        listed = place / "state.erased"
        whole = listed.read_bytes()
        for cut in range(len(whole)):
            listed.write_bytes(whole + whole[:cut] + b"\0" * (cut % 3))
            assert "state.erased" not in findings(home.settings), "what a power cut leaves"
        listed.write_bytes(b"garbage\n" + secrets.token_bytes(40).replace(b"\n", b"") + b"\n" + whole)
    assert "2 lines of" in findings(load_settings(place))
    listed.write_bytes(whole)
    assert "state.erased" not in findings(load_settings(place))


def test_settings_that_are_no_text_are_said_in_a_sentence(tmp_path: Path, house: House) -> None:
    (tmp_path / "settings.env").write_bytes(b"FAIRHAND_ASKED_BY=Andr\xe9\n")
    with pytest.raises(SettingsError, match=r"settings.env is no text in UTF-8 \(byte 22\). Save it as UTF-8"):
        load_settings(tmp_path)
    house.home.mkdir(exist_ok=True)
    shutil.copy(tmp_path / "settings.env", house.home)
    done = house.run("status")
    assert done.code == 2
    assert "Traceback" not in done.err


@pytest.mark.parametrize("name", ["LEASE_SECONDS", "RECONCILE_SECONDS", "LATE_DAYS", "LINK_DAYS"])
@pytest.mark.parametrize("value", ["inf", "nan", "1e300", "-inf"])
def test_times_without_an_end_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"FAIRHAND_{name}", value)
    with pytest.raises(SettingsError, match=f"FAIRHAND_{name}: .* cannot be used: write a number"):
        load_settings(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\n", b"fairhand:", b"fairhand:short", b"\xff\xfe", b"x" * 80])
def test_a_key_of_prefect_that_is_none_is_named_and_never_used(tmp_path: Path, content: bytes) -> None:
    settings = load_settings(tmp_path)
    assert prefect_secret(settings) == prefect_secret(settings)
    assert PREFECT_KEY_FILE not in findings(settings)
    (tmp_path / PREFECT_KEY_FILE).write_bytes(content)
    with pytest.raises(SettingsError, match=r"holds no key, or half of one. Remove it"):
        prefect_secret(settings)
    assert f"{PREFECT_KEY_FILE} holds no key" in findings(settings)


def test_a_file_that_was_forgotten_is_said_to_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "home"
    with opened(place) as home:
        backup(place, tmp_path / "backup")
        (taken,) = take_in(home, [TYPED], "bon-de-commande", "first")
        assert isinstance(taken, TakenScan)
        assert not taken.forgotten
        forget_scan(home, taken.scan.id, 0.0)
    for restored in (False, True):
        if restored:
            put_back(tmp_path / "backup", place)
        with opened(place) as home:
            (again,) = take_in(home, [TYPED], "bon-de-commande", "again")
            assert isinstance(again, TakenScan)
            assert (again.new, again.forgotten) == (False, True)
    _print(Ingested(batch="again", files=1, scans=1, known=1, forgotten=1), [], [], "auto", again=False)
    said = capsys.readouterr().out
    assert "1 scan was forgotten, and is not taken in again" in said
    assert "known already" not in said


def test_a_name_with_a_line_break_stays_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert one_line("a\nb\u2028c") == "a\\x0ab\\u2028c"
    assert with_file("a\nb.jpg", "a\nb.jpg: is none.") == "a\\x0ab.jpg: is none."
    assert with_file("first.jpg", "second.jpg: is none.") == "first.jpg: is none.", "the same bytes under another name"
    assert with_file("first.jpg", "Page 2: is none.") == "first.jpg: Page 2: is none."
    columns(("name",), [["a\nAll is well"]])
    assert capsys.readouterr().out == "name\na\\x0aAll is well\n"

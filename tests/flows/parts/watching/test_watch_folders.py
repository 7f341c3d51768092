"""Folders are watched where Prefect does not start, and it is said where the part is switched off."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from flows.home.home import Home
from flows.parts.watching import watch_folders
from flows.serving.serve import beside_of_parts
from tests.flows.house import TYPED
from transcribe.errors import SettingsError


class Taken(BaseException):
    """A file is taken in: the watcher may end."""


@pytest.mark.parametrize("server", ["raise SystemExit(3)", None], ids=["ends at once", "cannot be begun"])
def test_a_folder_is_watched_where_prefect_does_not_start(
    rooms: Home, server: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def take_in(_: Home, paths: list[Path], form: str, batch: str, by: str) -> object:
        raise Taken([path.name for path in paths], form, batch, by)

    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setattr("flows.runtime.prefect_server.START_PREFECT", server or "")
    monkeypatch.setattr("flows.runtime.prefect_server.use_prefect", lambda *_, **__: None)
    monkeypatch.setattr(watch_folders, "take_in_files", take_in)
    if server is None:
        (rooms.settings.home / "prefect").write_bytes(b"a file where its folder would be")
    rooms.use_form("receipt")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    shutil.copy(TYPED, inbox / "a.png")
    quick = replace(rooms, settings=rooms.settings.model_copy(update={"watch_seconds": 0.01}))
    with pytest.raises(Taken) as taken:
        watch_folders.watch(
            quick, [watch_folders.WatchedForm(folder=inbox, form="receipt")], "monday", lambda _: None, lambda: None
        )
    assert taken.value.args == (["a.png"], "receipt", "monday", "watch")
    assert "Nothing shows meanwhile what is taken in" in caplog.text


def test_what_serve_watches_is_looked_at_before_and_said_where_the_part_is_off(
    rooms: Home, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def beside(**changed: tuple[str, ...]) -> list[str]:
        home = replace(rooms, settings=rooms.settings.model_copy(update=changed))
        return [each.what for each in beside_of_parts(home) if each.is_needed(home)]

    folder = f"{tmp_path / 'inbox'}=receipt"
    assert ("watching folders" in beside(), "watching folders" in beside(watch=(folder,))) == (False, True)
    with pytest.raises(SettingsError, match="lie in each other"):
        beside(watch=(folder, f"{tmp_path / 'inbox' / 'a'}=receipt"))
    caplog.set_level("INFO", "fairhand")
    assert "watching folders" not in beside(watch=(folder,), parts_off=("watching",))
    assert caplog.messages == ["the part watching is switched off (FAIRHAND_PARTS_OFF): watching folders is not done"]

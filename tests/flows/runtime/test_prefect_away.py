"""A Prefect server that does not start keeps no file from being taken in: it only shows what is done."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from flows.home.home import Home
from flows.watching.watch import WatchedForm, watch
from tests.flows.house import TYPED


class Taken(BaseException):
    """A file is taken in: the watcher may end."""


@pytest.mark.parametrize("server", ["raise SystemExit(3)", None], ids=["ends at once", "cannot be begun"])
def test_a_folder_is_watched_where_prefect_does_not_start(
    rooms: Home, server: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def take_in(_: Home, paths: list[Path], form: str, batch: str) -> object:
        raise Taken([path.name for path in paths], form, batch)

    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setattr("flows.runtime.prefect_server.START_PREFECT", server or "")
    monkeypatch.setattr("flows.runtime.prefect_server.use_prefect", lambda *_, **__: None)
    monkeypatch.setattr(sys.modules[watch.__module__], "_take_in", take_in)
    if server is None:
        (rooms.settings.home / "prefect").write_bytes(b"a file where its folder would be")
    rooms.use_form("receipt")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    shutil.copy(TYPED, inbox / "a.png")
    quick = replace(rooms, settings=rooms.settings.model_copy(update={"watch_seconds": 0.01}))
    with pytest.raises(Taken) as taken:
        watch(quick, [WatchedForm(folder=inbox, form="receipt")], "monday", lambda _: None, lambda: None)
    assert taken.value.args == (["a.png"], "receipt", "monday")
    assert "Nothing shows meanwhile what is taken in" in caplog.text

"""Watching folders until the process ends. Killed at any moment and started again it takes each file in once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from pathlib import Path

from flows.home import Home, Settings
from flows.runtime import prefect_for
from flows.steps import AUTO_FORM
from flows.watching.incoming import Incoming
from flows.watching.watched_folder import Round, WatchedFolder
from transcribe.errors import SettingsError
from transcribe.intake import real_path, shown_path

LOOK_SECONDS = 1.0
"""How often a folder is looked into. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedForm:
    """A folder to be watched, and the form of what is put there."""

    folder: Path
    form: str


def watched_forms(settings: Settings) -> list[WatchedForm]:
    """The folders that the settings name, with their forms; SettingsError where one is not written as FOLDER=FORM."""
    found = []
    for each in settings.watch:
        folder, _, form = each.rpartition("=")
        if not folder.strip() or not form.strip():
            raise SettingsError(
                f"FAIRHAND_WATCH: {each!r} is not written as FOLDER=FORM. Name a folder and a form (or auto), with "
                "commas between several."
            )
        found.append(WatchedForm(folder=Path(folder.strip()), form=form.strip()))
    return found


def require_watchable(home: Home, asked: Sequence[WatchedForm]) -> None:
    """SettingsError where two of these folders lie in each other, FormError where a form is unknown or wrong."""
    for each in asked:
        for name in (each.form,) if each.form != AUTO_FORM else home.forms.names():
            home.use_form(name)
    for one, other in combinations([real_path(each.folder) for each in asked], 2):
        if one == other or one in other.parents or other in one.parents:
            raise SettingsError(f"{shown_path(one)} and {shown_path(other)} lie in each other: watch one of them.")


def watch(
    home: Home,
    asked: Sequence[WatchedForm],
    batch: str,
    report: Callable[[Round], None],
    ready: Callable[[], None],
    *,
    incoming: bool = False,
) -> None:
    """Watch these folders until the process is told to end. Without a `batch` each day has its own.

    With `incoming` what programs send over HTTP is taken in too.

    `report` is given what each look brought, where it brought anything new. `ready` is called when watching begins.
    """
    require_watchable(home, asked)
    with ExitStack() as stack:
        folders: list[WatchedFolder | Incoming] = [
            stack.enter_context(closing(_folder(home, each, batch))) for each in asked
        ]
        if incoming:
            folders.append(Incoming(home, partial(_take_in, home)))
        stack.enter_context(prefect_for(home.settings))  # before Prefect is imported, with the first file
        ready()
        told: dict[WatchedFolder | Incoming, list[str]] = {}
        while True:
            for each in folders:
                done = each.look()
                troubles = [trouble for trouble in done.troubles if trouble not in told.get(each, [])]
                if done.troubles or done.taken or done.aside:
                    told[each] = done.troubles
                done.troubles = troubles
                if done.taken or done.aside or done.troubles:
                    report(done)
            time.sleep(LOOK_SECONDS)


def _folder(home: Home, asked: WatchedForm, batch: str) -> WatchedFolder:
    """The folder, whose files are taken in as this form by the flow `ingest`."""

    def take_in(paths: list[Path], name: str) -> object:
        return _take_in(home, paths, asked.form, name)

    return WatchedFolder(home, asked.folder, asked.form, batch, take_in)


def _take_in(home: Home, paths: list[Path], form: str, batch: str) -> object:
    from flows.ingest import ingest_batch

    return ingest_batch(home.settings.home, paths, form, batch, home.settings.cores, lambda *_: None)

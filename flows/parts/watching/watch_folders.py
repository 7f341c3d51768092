"""Watches the folders that are named, each for one form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from flows.home import Home, Settings
from flows.incoming import Round, take_in_files, take_in_rounds
from flows.parts.watching.watched_folder import WatchedFolder
from flows.steps import AUTO_FORM
from transcribe.errors import SettingsError
from transcribe.intake import real_path, shown_path


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
    home: Home, asked: Sequence[WatchedForm], batch: str, report: Callable[[Round], None], ready: Callable[[], None]
) -> None:
    """Watch these folders until the process is told to end. Without a `batch` each day has its own.

    `report` and `ready` are as for `take_in_rounds`.
    """
    require_watchable(home, asked)
    with ExitStack() as stack:
        folders = [stack.enter_context(closing(_folder(home, each, batch))) for each in asked]
        take_in_rounds(home, folders, report, ready)


def _folder(home: Home, asked: WatchedForm, batch: str) -> WatchedFolder:
    """The folder, whose files are taken in as this form."""

    def take_in(paths: list[Path], name: str) -> object:
        return take_in_files(home, paths, asked.form, name, "watch")

    return WatchedFolder(home, asked.folder, asked.form, batch, take_in)

"""The face for programs: read files, reconcile readings, open a home. All of it is done by the packages below."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flows.home import Home
    from flows.output import ErrorJson, ScanJson
    from transcribe.model import Decision, FieldKey, Reading, Task

__all__ = ["open_home", "read", "reconcile"]


def read(path: Path | str, form: str) -> list[ScanJson | ErrorJson]:
    """The scans of a file or folder, read by machine as `fairhand read` does; what cannot be read is an ErrorJson.

    `form` is the name of a form, the path of its definition, or "auto". FormError where there is no such form.
    """
    from flows.home import load_settings
    from flows.standalone import read_files

    return [answer for answer, _ in read_files(load_settings(), [Path(path)], form, lambda *_: None)]


def reconcile(readings: Sequence[Reading], form: str) -> dict[FieldKey, Decision | Task]:
    """What the readings of one scan come to: for each field a decision, or the task of asking one more person.

    FormError where there is no such form.
    """
    from flows.standalone import reconcile_readings

    return reconcile_readings(readings, form)


def open_home(path: Path | str) -> Home:
    """The home in this folder, with its store, archive and forms; it is made where it is missing. Close it."""
    from flows.home import load_settings
    from flows.home import open_home as open_home_of

    return open_home_of(load_settings(Path(path)))

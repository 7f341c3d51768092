"""Whether the archive that a home names is the one in which the pictures of its state lie."""

from __future__ import annotations

from flows.home.home import Home
from flows.home.settings import Settings
from transcribe.archive import Archive
from transcribe.errors import SettingsError
from transcribe.store import Store

LOOKED_FOR_COUNT = 5
"""So many of the newest pictures and of the oldest are looked for; the first that is there ends it. Chosen by hand."""


def is_other_archive(store: Store, archive: Archive) -> bool:
    """Whether there are pictures and none of some of them lies in this archive. ArchiveAway where it does not say."""
    names = store.some_files(LOOKED_FOR_COUNT)
    return bool(names) and not any(archive.has(name) for name in names)


def other_archive_message(settings: Settings) -> str:
    """What is said of such an archive."""
    return (
        f"None of the pictures of this state lies in {settings.archive_folder or settings.archive}. Every machine that "
        "works on the state needs the same FAIRHAND_ARCHIVE."
    )


def require_own_archive(home: Home) -> None:
    """SettingsError where a state of several machines has its pictures in another archive than this machine's.

    Pictures that were kept here would be missing on all others.
    """
    if home.settings.state_url and is_other_archive(home.store, home.archive):
        raise SettingsError(f"{other_archive_message(home.settings)} Nothing was changed.")

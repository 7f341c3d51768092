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
        f"None of the pictures of this state lies in {settings.archive_folder or settings.archive}. Its disk may be "
        "away. Every machine that works on the state needs the same FAIRHAND_ARCHIVE."
    )


def may_be_another(settings: Settings) -> bool:
    """Whether this machine may name another archive: by a setting, or as one of several that work on the state."""
    return bool(settings.state_url or settings.archive)


def require_own_archive(home: Home) -> None:
    """SettingsError where a state has its pictures in another archive than the one that is named here.

    Pictures that were kept here would be missing on all others, or when the disk of the archive is back.
    """
    if may_be_another(home.settings) and is_other_archive(home.store, home.archive):
        raise SettingsError(f"{other_archive_message(home.settings)} Nothing was changed.")

"""One home: its store, archive and forms, and the options that its settings give to other packages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from flows.home import settings as configuration
from flows.home.form_library import FormLibrary
from flows.home.private_files import keep_private
from flows.home.settings import Settings
from flows.home.temporary import clear_temporary
from reconcile.policy import POLICY, Policy
from transcribe.archive import Archive
from transcribe.errors import SettingsError
from transcribe.model import Form
from transcribe.sandbox import Limits
from transcribe.store import Store, open_store

RESTORING_FOLDER = ".restoring"
"""A folder in a home that a restore has not finished: until then nothing else opens it."""

MOVING_FOLDER = ".moving"
"""A folder in a home that is being moved to another database or archive: until then nothing else opens it."""

_actor = ["fairhand"]
"""Who acts in this process, as the audit log says it where a verb names nobody."""

OPEN_HOMES_COUNT = 4
"""So many homes are kept open in a process. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The store, archive and forms of one home, with its settings."""

    settings: Settings
    store: Store
    archive: Archive
    forms: FormLibrary

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def use_form(self, name_or_path: str) -> Form:
        """The form of this name or path, kept here from now on; FormError where its version is kept as another form."""
        form = self.forms.find(name_or_path)
        self.store.put_form(form, self.forms.keep(form, name_or_path), now())
        return form

    def install_form(self, definition: Path, by: str) -> tuple[Form, Path]:
        """Put a definition with the files beside it in force for scans to come, and log who did: the form, its file."""
        form, path = self.forms.install(definition)
        self.store.log(by, "form installed", form.name, {"version": form.version, "digest": form.digest}, now())
        return form, path


def open_home(settings: Settings) -> Home:
    """Open the home of these settings; it is made where it is missing. SettingsError where it cannot be.

    From then on this process makes files for their owner only: every flow and every command opens its home here.
    SettingsError where a restore into it, or a move of it, did not end.
    """
    if (settings.home / RESTORING_FOLDER).exists():
        raise SettingsError(
            f"A restore into {settings.home} did not end. Run fairhand restore again: it begins anew. Or remove the "
            "folder, and everything in it."
        )
    if (settings.home / MOVING_FOLDER).exists():
        raise SettingsError(
            f"A move of {settings.home} did not end. Run the same fairhand move again: it goes on. Or fairhand move "
            "--give-up."
        )
    keep_private()
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        settings.forms.mkdir(exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"The home {settings.home} cannot be made ({error.strerror}). Name a folder that may be written, by --home "
            "or FAIRHAND_HOME."
        ) from error
    clear_temporary(settings)
    store = open_state(settings)
    store.actor = _actor[0]
    return Home(
        settings=settings,
        store=store,
        archive=archive_of(settings),
        forms=FormLibrary(settings.forms),
    )


def has_state(settings: Settings) -> bool:
    """Whether the state of a home was made, in a file or in a database."""
    return settings.state.exists() or bool(settings.state_url and settings.state.with_suffix(".key").exists())


def open_state(settings: Settings) -> Store:
    """The state of a home alone; it is made where it is missing. StoreError where it cannot be opened."""
    return open_store(settings.state, url=settings.state_url)


def state_place(settings: Settings) -> str:
    """Where the state of a home is, in words and without a password."""
    if not settings.state_url:
        return str(settings.state)
    named = urlsplit(settings.state_url)
    name = f", the database {named.path.strip('/')}" if named.scheme and named.path.strip("/") else ""
    return f"PostgreSQL{name} at {named.hostname}" if named.hostname else f"PostgreSQL{name}"


def archive_of(settings: Settings) -> Archive:
    """The archive of a home. A bucket is not asked before the first file: a home opens while it is away."""
    folder = settings.archive_folder
    return Archive(str(folder or settings.archive), plain=configuration.speaks_plainly_to_bucket())


def act_as(who: str) -> None:
    """Say who acts in this process: the audit logs of homes that are opened from now on say so."""
    _actor[0] = who


def who_acts() -> str:
    """Who acts in this process, as `act_as` said."""
    return _actor[0]


def open_existing_home(settings: Settings) -> Home:
    """As `open_home`, but SettingsError where there is no home yet: a mistyped name makes no second one."""
    if not settings.state.exists() and not settings.state.with_suffix(".key").exists():
        raise SettingsError(
            f"There is no home at {settings.home}. fairhand init makes one there, and so does the first fairhand "
            "ingest; another is named by --home or FAIRHAND_HOME."
        )
    return open_home(settings)


@lru_cache(maxsize=OPEN_HOMES_COUNT)
def home_at(home: str) -> Home:
    """The home in this folder, opened once a process. It is named by text, as Prefect passes only text to a task."""
    return open_home(configuration.load_settings(Path(home)))


def now() -> datetime:
    """The time, aware and in UTC: what functions elsewhere are given as `now`."""
    return datetime.now(UTC)


def limits(settings: Settings) -> Limits:
    """The limits of one file: bytes, pixels and pages."""
    return Limits(bytes=settings.most_file_bytes, pixels=settings.most_pixels, pages=settings.most_pages)


def policy(settings: Settings) -> Policy:
    """Every threshold of deciding, with those that the settings give."""
    return replace(POLICY, target=settings.target, audit_share=settings.audit_share)

"""One home: its store, archive and forms, and the options that its settings give to other packages."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flows.home import settings as configuration
from flows.home.private_files import keep_private
from flows.home.settings import Settings
from flows.house import brought, require_on
from reconcile.policy import POLICY, Policy
from transcribe.archive import Archive, FilePlace, Folder
from transcribe.errors import DiskFull, FormError, NotFound, SettingsError
from transcribe.lean_imports import later
from transcribe.model import Form
from transcribe.sandbox import Limits
from transcribe.store import Store, open_store

# Room on the disk of a home, and folders in it for what is needed for a while.

TEMPORARY_FOLDER = "temporary"
"""The folder of a home with a locked folder for each deed that needs files for a while."""


def require_room(settings: Settings) -> None:
    """DiskFull where no more of the disk of a home is free than what is kept for readings."""
    folder = next(each for each in (settings.home, *settings.home.parents) if each.exists())
    if shutil.disk_usage(folder).free < settings.reserve_bytes:
        raise DiskFull(
            f"No file is taken now: {settings.reserve_bytes // 1_000_000} MB of the disk are kept for what people "
            "read. Make room, or set FAIRHAND_RESERVE_BYTES lower."
        )


@contextmanager
def temporary_folder(settings: Settings) -> Iterator[Path]:
    """A new folder in the home, for its owner only, that is gone afterwards.

    Where we are killed it goes when the home is opened next. Without a home that may be written it is the system's.
    """
    if not os.access(settings.home, os.W_OK):
        with tempfile.TemporaryDirectory() as elsewhere:
            yield Path(elsewhere)
        return
    root = settings.home / TEMPORARY_FOLDER
    root.mkdir(mode=0o700, exist_ok=True)
    with ExitStack() as held:
        with _locked(root):  # nobody clears what is not locked yet
            folder = Path(held.enter_context(tempfile.TemporaryDirectory(dir=root)))
            held.enter_context(_locked(folder))
        yield folder


def clear_temporary(settings: Settings) -> None:
    """Remove the temporary folders of processes that were killed."""
    root = settings.home / TEMPORARY_FOLDER
    with suppress(FileNotFoundError, PermissionError), _locked(root):
        for folder in root.iterdir():
            with suppress(BlockingIOError), _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(folder: Path, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Hold a folder locked, until we end however that is. With LOCK_NB BlockingIOError where another process has it."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(opened, how)
        yield
    finally:
        os.close(opened)


# The forms of one home: shipped, installed, and a copy of every version that a scan was read with.

if TYPE_CHECKING:
    from transcribe import forms
else:
    forms = later("transcribe.forms")  # most commands open a home and load no form


class FormLibrary:
    """Forms by name and version.

    `folder` holds definitions that an operator installed (*.toml, with their files beside them). Below it lies one
    folder for each version used, so that a scan keeps the form it was read with.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[tuple[str, int], Form] = {}

    def names(self) -> tuple[str, ...]:
        """The names of all forms: installed, shipped, or used before."""
        return tuple(sorted({*forms.installed((self._folder,)), *(path.parent.name for path in self._kept())}))

    def find(self, name_or_path: str) -> Form:
        """The form of this name (installed, shipped, or used before) or path; FormError where there is none."""
        try:
            return forms.load(name_or_path, (self._folder,))
        except FormError:
            if not (versions := self.versions(name_or_path)):
                raise
            return self(name_or_path, versions[-1])

    def is_installed(self, name: str) -> bool:
        """Whether there is a definition of this name that new scans come in with: installed here, or shipped."""
        return name in forms.installed((self._folder,))

    def versions(self, name: str) -> tuple[int, ...]:
        """The versions of a form that scans were read with, in order."""
        return tuple(sorted(int(path.name) for path in self._kept() if path.parent.name == name))

    def path_of(self, name: str) -> Path:
        """The definition that `find` gives: that which new scans come in with, else that which was used last."""
        if self.is_installed(name) or not (versions := self.versions(name)):
            return forms.find(name, (self._folder,))
        return self._definition(name, versions[-1])

    def path_of_version(self, name: str, version: int) -> Path:
        """The definition of a version that scans were read with, or that is in force. NotFound where there is none."""
        kept = self._definition(name, version)
        if re.fullmatch(forms.FORM_NAME, name) and kept.is_file():
            return kept
        self(name, version)  # NotFound where there is none
        return self.path_of(name)

    @staticmethod
    def files_of(definition: Path) -> list[Path]:
        """The files beside a definition that it names: blank pages and master data."""
        return _beside(definition)

    def check(self, name_or_path: str) -> Form:
        """The form as `find` gives it, but without mercy: FormError names all mistakes, also of patterns and places."""
        try:
            return forms.load(name_or_path, (self._folder,), boxes_apart=True)
        except FormError:
            if self.is_installed(name_or_path) or not self.versions(name_or_path):
                raise
            return forms.load(self.path_of(name_or_path), boxes_apart=True)

    def install(self, path: Path) -> tuple[Form, Path]:
        """Put a definition with the files beside it into the folder of forms, for scans to come.

        Gives the form, and the file that new scans come in with. FormError names every mistake, and a version that was
        used here as another form or is older than the one installed. SettingsError where another form has a file of
        the same name that differs.
        """
        form = forms.load(str(path) if path.is_absolute() else f"./{path}", boxes_apart=True)
        target = self._folder / f"{form.name}.toml"
        self._require_new(form, path, target)
        beside = {each: self._folder / each.name for each in _beside(path)}
        others = {each.name for file in self._folder.glob("*.toml") if file != target for each in _beside(file)}
        for source, place in beside.items():
            if place.name in others and place.read_bytes() != source.read_bytes():
                raise SettingsError(f"{place} is of another form, and {source} differs. Give it another name.")
        self._folder.mkdir(parents=True, exist_ok=True)
        for source, place in beside.items():
            _copy(source, place)
        _copy(path, target)  # last: a definition never names a file that is not there
        return form, target

    def _require_new(self, form: Form, path: Path, target: Path) -> None:
        """FormError where scans would come to say that they were read with what they were not read with."""
        kept = self._definition(form.name, form.version)
        used = [int(each.name) for each in self._kept() if each.parent.name == form.name]
        if kept.is_file() and forms.load(kept, patterns_ignored=True).digest != form.digest:
            raise FormError(
                f"{path.name}: version {form.version} of {form.name} was used here, and said something else. "
                f"Raise its `version` to {max(used) + 1}."
            )
        if target.is_file() and (newest := forms.load(target, patterns_ignored=True).version) > form.version:
            raise FormError(
                f"{path.name}: version {newest} of {form.name} is installed, and this is version {form.version}. "
                f"Raise its `version` to {newest + 1}."
            )

    def ignored_patterns(self) -> list[str]:
        """The patterns of forms used here that cannot be used any more, each with what to write instead.

        Such a form goes on without them, as scans were read with it.
        """
        kept = sorted(self._kept())
        return [
            f"{path.parent.name} version {path.name}: {told.partition(': ')[2]}"
            for path in kept
            for told in forms.ignored_patterns(self._definition(path.parent.name, int(path.name)))
        ]

    def keep(self, form: Form, name_or_path: str) -> str:
        """Keep a copy of a form with its blank pages and master files; gives the text of its definition.

        The copies are for their owner only, whoever may read what was copied.
        """
        path = forms.find(name_or_path, (self._folder,)) if form != self._known.get(_key(form)) else None
        kept = self._folder / form.name / str(form.version)
        if path is not None and not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._folder) as half:
                shutil.copyfile(path, Path(half) / f"{form.name}.toml")
                for beside in _beside(path):
                    shutil.copyfile(beside, Path(half) / beside.name)
                _place(Path(half), kept)
        return (kept / f"{form.name}.toml").read_text(encoding="utf-8")

    def __call__(self, name: str, version: int) -> Form:
        """The form of this name and version; NotFound where it was never used here and is not shipped."""
        if not re.fullmatch(forms.FORM_NAME, name):  # never a path: what is asked for may come from anybody
            raise NotFound(f"There is no form {name!r} here; the name of a form is small letters, digits, _ and -.")
        if (name, version) not in self._known:
            self._known[name, version] = self._load(name, version)
        return self._known[name, version]

    def _load(self, name: str, version: int) -> Form:
        kept = self._definition(name, version)
        form = forms.load(kept, patterns_ignored=True) if kept.is_file() else forms.load(name, (self._folder,))
        if form.version != version:
            raise NotFound(f"There is no version {version} of the form {name} here, only {form.version}.")
        return form

    def _definition(self, name: str, version: int) -> Path:
        """Where the definition of a version that was used lies."""
        return self._folder / name / str(version) / f"{name}.toml"

    def _kept(self) -> Iterator[Path]:
        return (path for path in self._folder.glob("*/*") if path.name.isdigit())


def _key(form: Form) -> tuple[str, int]:
    return form.name, form.version


def _beside(path: Path) -> list[Path]:
    """The files beside a definition that it names: blank pages and master data."""
    definition = forms.definition_content(path.name, path.read_bytes())
    names = [definition.get("blank"), *(page.get("blank") for page in forms.listed(definition, "page"))]
    names += [master.get("source") for master in forms.listed(definition, "master")]
    return [path.parent / str(name) for name in names if name]


def _copy(source: Path, target: Path) -> None:
    """Copy a file in one step: whoever reads meanwhile finds the old one or the new one whole."""
    if target.exists() and target.samefile(source):
        return
    half = target.with_name(f".{target.name}.half")
    shutil.copyfile(source, half)
    half.replace(target)


def _place(half: Path, kept: Path) -> None:
    """Put a finished copy in its place in one step. Another process may have been quicker, with the same files."""
    whole = half.parent / f"{half.name}.whole"
    shutil.copytree(half, whole)
    try:
        whole.replace(kept)
    except OSError:
        shutil.rmtree(whole)


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
    archive = archive_of(settings)
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
        archive=archive,
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
    """The archive of a home. SettingsError or PartOff where no part opens its address.

    A bucket is not asked before the first file: a home opens while it is away.
    """
    folder = settings.archive_folder
    return Archive(Folder(folder) if folder else _opened_place(settings))


def _opened_place(settings: Settings) -> FilePlace:
    scheme = settings.archive.partition("://")[0]
    for part, places in brought(lambda part: part.places):
        if scheme in places:
            require_on(part, settings.parts_off)
            return places[scheme](settings.archive, configuration.speaks_plainly_to_bucket())
    raise SettingsError(
        f"{settings.archive} is no place for pictures: FAIRHAND_ARCHIVE is a folder, or a bucket as s3://BUCKET/PREFIX."
    )


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


# Whether the archive that a home names is the one in which the pictures of its state lie.

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

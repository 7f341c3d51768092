"""Files of backups: written so that a power cut leaves them whole or away, and looked at byte by byte."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import count, islice
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator

from flows.runtime import take_lock
from transcribe.archive import Archive
from transcribe.errors import ArchiveAway, FairhandError, NotFound, SettingsError

LOCK_FILE = ".lock"
"""The file in a folder that is locked while a backup or a restore writes there."""


READ_BYTES = 1_048_576
"""So much of a file is read at a time. Chosen by hand."""


AHEAD_COUNT = 8
"""The number of pictures read at once. Chosen by hand."""


TOGETHER_BYTES = 16_000_000
"""Bytes of pictures written before the disk is waited for. Chosen by hand."""


@contextmanager
def disk_errors_said(what: str, next_step: str) -> Iterator[None]:
    """Say what a disk refuses in one sentence, with what to do next."""
    try:
        yield
    except ArchiveAway as error:
        raise FairhandError(f"{what}: {error} {next_step}") from error
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise FairhandError(f"{what}: {error.strerror or error}{where}. {next_step}") from error


def write_file(file: Path, content: bytes) -> KeptFile:
    """Write a new file for its owner only, and have it on disk."""
    return _written(file, [content])


def copy_file(source: Path, file: Path) -> KeptFile:
    """Copy a file into a new one for its owner only, and have it on disk."""
    with source.open("rb") as opened:
        return _written(file, iter(lambda: opened.read(READ_BYTES), b""))


def _written(file: Path, chunks: Iterable[bytes]) -> KeptFile:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        for chunk in chunks:
            opened.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        opened.flush()
        os.fsync(opened.fileno())
    return KeptFile(sha256=digest.hexdigest(), size=size)


def kept_as(file: Path) -> KeptFile:
    """The hash and the length of a file."""
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as opened:
        while chunk := opened.read(READ_BYTES):
            digest.update(chunk)
            size += len(chunk)
    return KeptFile(sha256=digest.hexdigest(), size=size)


def fault_of(folder: Path, name: str, kept: KeptFile) -> str:
    """The fault of a file below a folder; "" if it is as written. A link is a fault."""
    file = folder / name
    if any(each.is_symlink() for each in (file, *file.parents) if folder in (each, *each.parents)):
        return f"{file} is a link, or lies behind one"
    try:
        if not file.is_file():
            return f"{file} is missing"
        if file.stat().st_size != kept.size or kept_as(file) != kept:
            return f"{file} is not as it was written"
    except OSError as error:
        return f"{file} cannot be read ({error.strerror})"
    return ""


def batched_pictures(archive: Archive, names: Iterable[str], missing: Callable[[str], None]) -> Iterator[list[bytes]]:
    """The files of these names, some megabytes at a time; `missing` is called for what is not there or damaged."""
    together: list[bytes] = []
    for name, content in _read_ahead(archive, names):
        if content is None:
            missing(name)
            continue
        together.append(content)
        if sum(map(len, together)) > TOGETHER_BYTES:
            yield together
            together = []
    yield together


def _read_ahead(archive: Archive, names: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
    """Each file with its bytes, some read at once: a bucket takes its time to answer, whatever it is asked."""
    left = iter(names)
    with ThreadPoolExecutor(AHEAD_COUNT) as readers:
        while some := list(islice(left, AHEAD_COUNT)):
            yield from zip(some, readers.map(partial(_whole, archive), some), strict=True)


def _whole(archive: Archive, name: str) -> bytes | None:
    """The bytes of a file of the archive; None where it is missing or damaged, or lies where the disk is broken."""
    try:
        content = archive.get(name)
    except NotFound:
        return None
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return None
    return content if hashlib.sha256(content).hexdigest() == name else None


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# The manifest of a backup: every file with its hash, time, version and counts.

MANIFEST_FILE = "manifest.json"
"""The name of a manifest in its backup: a folder without one is no backup."""


ARCHIVE_LIST_FILE = "archive.list"
"""The name of the file that lists what a backup needs of the archive: a SHA-256 and a length in bytes a line."""


HOME_FILES = ("state.key", "settings.env", "prefect.key")
"""The files of a home that a restore needs beside its databases, its archive and its forms."""


ERASURE_LIST_FILE = "state.erased"
"""The list of what was forgotten."""


STATE_FILE = "state.db"
"""The copy of the state."""


FORMS_FOLDER = "forms"
"""The folder of forms, in a home and in a backup."""


SHA256_PATTERN = r"^[0-9a-f]{64}$"
"""A SHA-256 as it is written."""


_LIST_LINE = re.compile(r"([0-9a-f]{64}) (\d{1,15})")


_KNOWN_FILES = frozenset({*HOME_FILES, ERASURE_LIST_FILE, STATE_FILE, ARCHIVE_LIST_FILE})


class BackupDamaged(FairhandError):
    """A backup is damaged; take another one."""


class KeptFile(BaseModel):
    """A file of a backup as it was written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: Annotated[str, Field(pattern=SHA256_PATTERN)]
    size: Annotated[int, Field(ge=0)]


class Manifest(BaseModel):
    """A backup in one file, which is written last.

    `files` are those of its folder by their names. `lost` are files of the archive that the home had lost already.
    `numbers` count what the state holds; `log_head` is the hash of the last line of its log.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1]
    made_at: AwareDatetime
    program: str
    state_version: Annotated[int, Field(ge=1)]
    log_head: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]
    files: dict[str, KeptFile]
    archive_files: Annotated[int, Field(ge=0)]
    archive_bytes: Annotated[int, Field(ge=0)]
    lost: tuple[Annotated[str, Field(pattern=SHA256_PATTERN)], ...] = ()
    numbers: dict[str, int]

    @field_validator("files")
    @classmethod
    def _is_within(cls, files: dict[str, KeptFile]) -> dict[str, KeptFile]:
        wrong = [name for name in files if not _may_be_kept(name)]
        missing = sorted({STATE_FILE, "state.key", ARCHIVE_LIST_FILE} - files.keys())
        if wrong or missing:
            raise ValueError(f"{wrong[0]!r} is no file of a backup" if wrong else f"{missing[0]} is missing")
        return files


def _may_be_kept(name: str) -> bool:
    """Whether a name is one of a backup's own, which leads nowhere else."""
    parts = PurePosixPath(name).parts
    in_forms = len(parts) > 1 and parts[0] == FORMS_FOLDER and not {"..", "/"} & set(parts) and "\0" not in name
    return name in _KNOWN_FILES or (in_forms and str(PurePosixPath(name)) == name)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup; BackupDamaged where it is none that was written here."""
    file = folder / MANIFEST_FILE
    try:
        return Manifest.model_validate_json(file.read_bytes())
    except OSError as error:
        raise BackupDamaged(f"{file} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, wrong["loc"]))
        raise BackupDamaged(
            f"{file} is no manifest as fairhand writes them{f' ({where})' if where else ''}: {wrong['msg']}. "
            "Take another backup (--at)."
        ) from error


def written_list(sizes: Mapping[str, int]) -> bytes:
    """The text of a list of the archive's files, by name with their lengths."""
    return "".join(f"{name} {sizes[name]}\n" for name in sorted(sizes)).encode()


def read_list(file: Path) -> dict[str, int]:
    """The files of the archive that a backup needs, with their lengths; BackupDamaged where it is no such list."""
    sizes = {}
    for number, line in enumerate(file.read_text(encoding="ascii", errors="replace").splitlines(), 1):
        found = _LIST_LINE.fullmatch(line)
        if found is None:
            raise BackupDamaged(f"Line {number} of {file} names no file of the archive. Take another backup (--at).")
        sizes[found[1]] = int(found[2])
    return sizes


# The folder of backups: a dated folder for each, and the pictures that they share.

UNFINISHED_SUFFIX = ".unfinished"
"""The suffix of the folder of a backup in progress; the next backup removes one that was killed."""


_HASH = re.compile(r"[0-9a-f]{64}")


_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ(-\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A finished backup: its folder and its manifest."""

    folder: Path
    manifest: Manifest

    def archive_sizes(self) -> dict[str, int]:
        """The files of the shared archive that it needs, with their lengths."""
        return read_list(self.folder / ARCHIVE_LIST_FILE)


class BackupFolder:
    """A folder of backups. What is no backup of ours in it is never touched."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def archive(self) -> Path:
        """The pictures of all backups, by their SHA-256."""
        return self.path / "archive"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else makes a backup here meanwhile.

        SettingsError where somebody does, where the folder is not there, and where nothing can be written.
        """
        if not self.path.is_dir():
            raise SettingsError(
                f"There is no folder {self.path}, and none is made: if its name is mistyped, or its disk is not "
                f"mounted, backups would fill another disk. Mount it, or make the folder: mkdir -p {self.path}"
            )
        try:
            held = take_lock(self.path / LOCK_FILE)
        except OSError as error:
            raise SettingsError(
                f"Nothing can be written to {self.path} ({error.strerror}). Name a folder on a disk that is there and "
                "writable."
            ) from error
        if held is None:
            raise SettingsError(f"Another backup is being made in {self.path}. Wait until it ends.")
        with held:
            yield

    def names(self) -> list[str]:
        """The names of the finished backups here, whole or damaged, oldest first."""
        if not self.path.is_dir():
            return []
        folders = (each for each in self.path.iterdir() if _NAME.fullmatch(each.name) and not each.is_symlink())
        return sorted(each.name for each in folders if (each / MANIFEST_FILE).is_file())

    def backups(self) -> tuple[list[Backup], list[str]]:
        """The finished backups, oldest first, and what is wrong with those whose manifest is none."""
        found, wrong = [], []
        for name in self.names():
            try:
                found.append(Backup(folder=self.path / name, manifest=read_manifest(self.path / name)))
            except BackupDamaged as error:
                wrong.append(str(error))
        return sorted(found, key=lambda each: each.manifest.made_at), wrong

    def newest(self) -> datetime | None:
        """When the newest backup here was made; None where there is none."""
        backups, _ = self.backups()
        return backups[-1].manifest.made_at if backups else None

    def newest_sizes(self) -> dict[str, int]:
        """The lengths of the pictures that the newest backup needs; empty without one, or if it cannot be read."""
        backups, _ = self.backups()
        try:
            return backups[-1].archive_sizes() if backups else {}
        except (BackupDamaged, OSError):
            return {}

    def kept_sizes(self) -> dict[str, int]:
        """The files of the shared archive that are there, with their lengths."""
        return {
            entry.name: entry.stat(follow_symlinks=False).st_size
            for folder in sorted(self.archive.glob("[0-9a-f][0-9a-f]"))
            for entry in os.scandir(folder)
            if entry.is_file(follow_symlinks=False) and _HASH.fullmatch(entry.name)
        }

    def new_folder(self, at: datetime) -> Path:
        """An empty folder for a backup made then, which is no backup until `finish`."""
        name = at.astimezone(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
        names = (f"{name}{f'-{number}' if number else ''}" for number in count())
        free = next(each for each in names if not (self.path / each).exists())
        folder = self.path / f"{free}{UNFINISHED_SUFFIX}"
        folder.mkdir(mode=0o700)
        return folder

    def finish(self, folder: Path, manifest: Manifest) -> Backup:
        """Make a backup of a folder from `new_folder` in which everything lies: its manifest is written last."""
        part = folder / f"{MANIFEST_FILE}.part"
        write_file(part, (manifest.model_dump_json(indent=1) + "\n").encode())
        part.rename(folder / MANIFEST_FILE)
        if read_manifest(folder) != manifest:
            raise BackupDamaged(f"{folder / MANIFEST_FILE} could not be read back as it was written.")
        sync_folder(folder)
        finished = folder.with_name(folder.name.removesuffix(UNFINISHED_SUFFIX))
        folder.rename(finished)
        sync_folder(self.path)
        return Backup(folder=finished, manifest=manifest)

    def remove_unfinished(self) -> None:
        """Remove what killed backups left, but for the pictures that they copied: the next one needs these."""
        for folder in self.path.glob(f"*{UNFINISHED_SUFFIX}"):
            if _NAME.fullmatch(folder.name.removesuffix(UNFINISHED_SUFFIX)) and not folder.is_symlink():
                shutil.rmtree(folder)
        for part in self.archive.glob("[0-9a-f][0-9a-f]/.*.part"):
            part.unlink(missing_ok=True)

    def remove_old(self, keep: int) -> int:
        """Remove all backups but so many of the newest, and the pictures that none of these needs; gives how many.

        BackupDamaged where one cannot be read: nobody knows then which pictures it needs, and nothing is removed.
        """
        backups, wrong = self.backups()
        if wrong:
            raise BackupDamaged(f"{wrong[0]} Nothing was removed; remove that folder, if you need it no more.")
        kept = backups[-keep:]
        needed = {name for each in kept for name in each.archive_sizes()}
        for old in backups[:-keep]:
            gone = old.folder.with_name(old.folder.name + UNFINISHED_SUFFIX)
            old.folder.rename(gone)  # no backup any more, whenever this is killed
            shutil.rmtree(gone)
        for name in self.kept_sizes().keys() - needed:
            (self.archive / name[:2] / name).unlink(missing_ok=True)
        return len(backups) - len(kept)

    def faults(self, backup: Backup, checked: set[str] | None = None) -> list[str]:
        """What of a backup is missing or not as it was written, in words. `checked` are pictures that are known whole.

        Every byte is read.
        """
        files = backup.manifest.files.items()
        found = [fault for name, kept in files if (fault := fault_of(backup.folder, name, kept))]
        if found:
            return found
        sizes, known = backup.archive_sizes(), set() if checked is None else checked
        if len(sizes) != backup.manifest.archive_files or sum(sizes.values()) != backup.manifest.archive_bytes:
            return [f"{backup.folder / ARCHIVE_LIST_FILE} is not the list of its manifest"]
        for name, size in sizes.items():
            if name not in known:
                fault = fault_of(self.archive, f"{name[:2]}/{name}", KeptFile(sha256=name, size=size))
                found += [fault] if fault else []
                known |= set() if fault else {name}
        return found


def newest_backup(folder: str) -> datetime | None:
    """When the newest backup in the folder of a setting was made; None where there is none."""
    return BackupFolder(Path(folder)).newest() if folder else None

"""What a backup holds: every file with its hash, when it was made, by which version, and how much is in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator

from transcribe.errors import FairhandError

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
    """Something in this backup is not as it was written; take another one."""


class KeptFile(BaseModel):
    """One file of a backup as it was written."""

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

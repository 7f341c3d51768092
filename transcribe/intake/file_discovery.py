"""Files to be taken in, found in folders."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

HOCR_SUFFIX = ".hocr"
"""A file of this ending beside a picture has the words of the picture."""

PICTURE_SUFFIXES = frozenset(
    ".jpg .jpeg .jpe .jfif .png .tif .tiff .webp .heic .heif .avif .bmp .jp2 .ppm .pgm .pdf".split()
)  # fmt: skip
"""Endings of files that are looked into for pictures."""


@dataclass(frozen=True, slots=True)
class Unreached:
    """A folder whose files were not looked for, and why, in a few words."""

    path: Path
    reason: str


def gather(paths: Iterable[Path], *, own_folders: Sequence[Path] = ()) -> list[Path]:
    """Files named, and the pictures and PDFs in folders named, in the order that people count (2 before 10).

    A picture that is a link to nothing, a pipe or a device is given too and reported: an order may be missing.
    `own_folders` are where we keep pictures. Files in one of them are left out where a folder around it is named.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            found = _looked_into(path, own_folders).files
            files += sorted((each for each in found if _is_picture(each) or _is_no_file(each)), key=_as_people_count)
        else:
            files.append(path)
    return list(dict.fromkeys(files))


def passed_over(paths: Iterable[Path], *, own_folders: Sequence[Path] = ()) -> list[Path]:
    """Files that `gather` leaves out for their kind, in the same order. An hOCR file is not among them: it belongs to a
    picture."""
    found = (each for path in paths if path.is_dir() for each in _looked_into(path, own_folders).files)
    others = {each for each in found if not _is_picture(each) and not _is_no_file(each)}
    return sorted({each for each in others if each.suffix.lower() != HOCR_SUFFIX}, key=_as_people_count)


def unreached(paths: Iterable[Path], *, own_folders: Sequence[Path] = ()) -> list[Unreached]:
    """Folders in the folders named, and folders named, of which `gather` could not look into or did not: links."""
    found = (each for path in paths if path.is_dir() for each in _looked_into(path, own_folders).unreached)
    return sorted(dict.fromkeys(found), key=lambda each: _as_people_count(each.path))


@dataclass(frozen=True, slots=True)
class _LookedInto:
    """The files of a folder, and the folders in it that were not looked into."""

    files: list[Path]
    unreached: list[Unreached]


def _looked_into(folder: Path, own_folders: Sequence[Path]) -> _LookedInto:
    top = real_path(folder)
    around = [each for each in map(real_path, own_folders) if top in each.parents]
    found = _LookedInto(files=[], unreached=[])

    def failed(error: OSError) -> None:
        found.unreached.append(Unreached(Path(error.filename), f"it cannot be looked into ({error.strerror})"))

    for place, folders, names in os.walk(folder, onerror=failed):
        for each in (Path(place, name) for name in folders if not name.startswith(".")):
            if each.is_symlink() and not _lies_in(each, [top, *around]):
                found.unreached.append(Unreached(each, "it is a link to a folder elsewhere, which is not followed"))
        files = (Path(place, name) for name in names if not name.startswith("."))
        found.files.extend(each for each in files if not _lies_in(each, around))
    return found


def real_path(path: Path) -> Path:
    """The path without links. One that leads to itself stays as it is, where `Path.resolve` raises."""
    return Path(os.path.realpath(path))


def _is_no_file(path: Path) -> bool:
    """Whether it is there and no file: a pipe, a device. A link to nothing is not there."""
    return path.exists() and not path.is_file()


def _is_picture(file: Path) -> bool:
    return file.suffix.lower() in PICTURE_SUFFIXES


def _lies_in(file: Path, folders: Sequence[Path]) -> bool:
    if not folders:
        return False
    real = real_path(file)
    return any(folder == real or folder in real.parents for folder in folders)


def _as_people_count(path: Path) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", str(path).lower())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]

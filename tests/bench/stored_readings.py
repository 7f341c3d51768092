"""Readings of photographs of known truth, made once and stored: `python -m tests.bench.stored_readings FOLDER ...`

A folder holds photographs with their `truth.jsonl`, as `tests.bench.world` and `tests.bench.second_world` write it, or
anybody's in the same form. Each photograph is read in order, once for each reader: the store has a folder for each hash
of the reader's code, and in it a file for each hash of a picture, a line as `bench_truth --dump` writes it. Fits and
figures come from there, in minutes: `--dump FILE` writes what is stored, weighed and decided by today's code.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path

from reconcile.parameters.shipped import shipped_parameters
from tests.bench import plain_script
from tests.bench.truth_results import Read, line_of, of_line, read_photo, weighed_anew
from tests.bench.world.photographs import Photo, cache_folder

ROOMS = Path(__file__).parents[2] / "transcribe"
READERS = ("imaging", "ink", "registration", "recognition", "ocr", "extraction", "forms", "fields")
"""The rooms of `transcribe` whose code is the reader."""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--store", type=Path, default=store_folder())
    parser.add_argument("--limit", type=int, default=sys.maxsize, help="read so many photographs, then end")
    parser.add_argument("--dump", type=Path, help="read nothing, and write what is stored, whichever code read it")
    given = parser.parse_args()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    store: Path = given.store
    photos = [photo for folder in given.folders for photo in photos_of(folder)]
    if given.dump:
        found = [each for photo in photos if (each := stored(photo, store))]
        given.dump.write_text("".join(line_of(each) + "\n" for each in found), encoding="utf-8")
        print(f"{len(found)} of {len(photos)} photographs are stored")
        return
    for photo in islice((each for each in photos if not _file(each, store, reader()).is_file()), given.limit):
        read_and_store(photo, store)
    left = sum(not _file(each, store, reader()).is_file() for each in photos)
    print(f"{left} of {len(photos)} photographs are not read by {reader()}")


def store_folder() -> Path:
    """Where readings are stored unless another folder is asked for."""
    return cache_folder() / "readings"


def photos_of(folder: Path) -> Iterator[Photo]:
    """The photographs of a folder with their truth, in its order; `definition` is a path in it or a form that ships."""
    for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        photo = Photo(**json.loads(line))
        form = str(folder / photo.definition) if photo.definition.endswith(".toml") else photo.definition
        yield replace(photo, file=str(folder / photo.file), definition=form)


@cache
def reader() -> str:
    """A hash of the code that reads."""
    found = hashlib.sha256(Path(plain_script.__file__).read_bytes())
    for room in READERS:
        for file in sorted((ROOMS / room).rglob("*.py")):
            found.update(file.read_bytes())
    return found.hexdigest()[:12]


@cache
def _picture(file: str) -> str:
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()


def _file(photo: Photo, store: Path, by: str) -> Path:
    return store / by / f"{_picture(photo.file)}.json"


def read_and_store(photo: Photo, store: Path) -> Read:
    """The photograph read now; its readings are stored."""
    result = replace(read_photo(photo), picture=_picture(photo.file), reader=reader())
    kept = _file(photo, store, reader())
    kept.parent.mkdir(parents=True, exist_ok=True)
    part = kept.with_suffix(f".{os.getpid()}.part")
    part.write_text(line_of(result) + "\n", encoding="utf-8")
    part.replace(kept)
    return result


def read_once(photo: Photo, store: Path) -> Read:
    """The photograph as today's code reads it: read now, or as it is stored."""
    return stored(photo, store, reader()) or read_and_store(photo, store)


def stored(photo: Photo, store: Path, by: str = "*") -> Read | None:
    """The stored readings of a photograph by this reader; by any: of today's before others, and the newest of those.

    They are set beside the truth and the form as the photograph has them now, and decided anew. None: not stored.
    """
    files = sorted(
        store.glob(f"{by}/{_picture(photo.file)}.json"), key=lambda it: (it.parent.name == reader(), it.stat().st_mtime)
    )
    if not files:
        return None
    kept = of_line(files[-1].read_text(encoding="utf-8"))
    cells = [replace(each, written=photo.fields[each.key]) for each in kept.cells]
    return weighed_anew(replace(kept, definition=photo.definition, cells=cells), shipped_parameters())


if __name__ == "__main__":
    main()

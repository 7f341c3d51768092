"""The archive: bytes by their SHA-256, many small pictures in one file, in a folder and in a bucket alike."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcribe.archive import Archive, Folder
from transcribe.archive_names import opened, packed
from transcribe.errors import NotFound


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.needs("scale"))])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "folder":
        return str(tmp_path / "archive")
    return f"s3://{request.getfixturevalue('buckets').bucket()}/of our house/pictures"


@pytest.fixture
def archive(place: str) -> Archive:
    if not place.startswith("s3://"):
        return Archive(Folder(Path(place)))
    from flows.parts.scale.bucket import Bucket

    return Archive(Bucket(place, plain=True))


def test_what_was_put_comes_back_under_its_hash_and_is_gone_when_erased(archive: Archive) -> None:
    name = archive.put(b"a page")
    assert name == hashlib.sha256(b"a page").hexdigest() == archive.put(b"a page")
    assert archive.get(name) == b"a page"
    archive.erase(name)
    archive.erase(name)
    assert not archive.has(name)
    with pytest.raises(NotFound, match="may have been erased"):
        archive.get(name)


def test_pictures_that_lie_in_one_file_are_found_by_their_names_and_erased_together(archive: Archive) -> None:
    content, names = packed({"a": b"first", "b": b"", "c": b"third"})
    kept = archive.put(content)
    assert [archive.get(names[each]) for each in "abc"] == [b"first", b"", b"third"]
    assert {opened(name)[0] for name in names.values()} == {kept}
    archive.erase(names["a"])
    assert not archive.has(names["c"])
    for name in (*names.values(), kept):
        with pytest.raises(NotFound):
            archive.get(name)


def test_any_number_of_writers_keep_the_same_bytes_at_once(archive: Archive, tmp_path: Path) -> None:
    contents = [bytes([number]) * 4096 for number in range(20)]
    with ThreadPoolExecutor(10) as writers:
        names = list(writers.map(archive.put, contents * 10))
    assert set(names) == {hashlib.sha256(each).hexdigest() for each in contents}
    assert all(map(archive.is_whole, names))
    assert not list(tmp_path.rglob("*.part"))


def changed(request: pytest.FixtureRequest, place: str, name: str, left: bytes) -> None:
    """Write something else under a name, as nobody should."""
    if place.startswith("s3://"):
        bucket, _, prefix = place.removeprefix("s3://").partition("/")
        client = request.getfixturevalue("buckets").client()
        client.put_object(Bucket=bucket, Key=f"{prefix}/{name[:2]}/{name}", Body=left)
    else:
        (Path(place) / name[:2] / name).write_bytes(left)


@pytest.mark.parametrize("left", [b"", b"a pa", b"a pagE", b"a page and more"])
def test_a_file_that_was_cut_or_changed_is_put_right(
    request: pytest.FixtureRequest, place: str, archive: Archive, left: bytes
) -> None:
    name = archive.put(b"a page")
    assert archive.is_whole(name)
    changed(request, place, name, left)
    assert not archive.is_whole(name)
    assert archive.get(f"{name}.2.3") == left[2:5], "what is there is given, and not waited for"
    assert archive.put(b"a page") == name
    assert (archive.get(name), archive.is_whole(name)) == (b"a page", True)


def test_files_are_settled_once_they_were_not_kept_for_a_while(archive: Archive, tmp_path: Path) -> None:
    names = sorted(archive.put_all([b"one", b"another"]))
    before, after = datetime.now(UTC) - timedelta(minutes=1), datetime.now(UTC) + timedelta(minutes=1)
    assert list(archive.settled_files(before)) == []
    assert sorted(archive.settled_files(after)) == names
    assert [archive.is_settled(names[0], at) for at in (before, after)] == [False, True]
    archive.erase(names[0])
    assert not archive.is_settled(names[0], after)


def test_what_is_kept_again_is_young_again(archive: Archive) -> None:
    name = archive.put(b"a page")
    time.sleep(1.1)  # S3 tells whole seconds
    between = datetime.now(UTC) - timedelta(seconds=0.05)
    assert archive.is_settled(name, between.replace(microsecond=0))
    archive.put(b"a page")
    assert not archive.is_settled(name, between.replace(microsecond=0))


def test_what_a_killed_writer_left_goes_when_its_bytes_are_erased(tmp_path: Path) -> None:
    archive = Archive(Folder(tmp_path / "archive"))
    name = archive.put(b"a page")
    folder = tmp_path / "archive" / name[:2]
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    old, new = (folder / f".{name}.{process}.abc.part" for process in (ended.pid, os.getpid()))
    for part in (old, new):
        part.write_bytes(b"a pa")
    archive.erase(name)
    assert list(folder.iterdir()) == [new], "somebody may be writing that one now"


@given(st.dictionaries(st.text(max_size=4), st.binary(max_size=40), min_size=1, max_size=8))
def test_every_part_of_a_pack_is_what_was_packed(contents: dict[str, bytes]) -> None:
    content, names = packed(contents)
    assert {name: content[slice(*opened(names[name])[1:])] for name in contents} == contents

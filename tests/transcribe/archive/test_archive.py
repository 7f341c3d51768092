"""The archive: bytes by their SHA-256, many small pictures in one file, in a folder and in a bucket alike."""

from __future__ import annotations

import hashlib
import http.server
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bucket import ACCESS
from transcribe.archive import Archive
from transcribe.archive_names import opened, packed, path_of
from transcribe.errors import ArchiveAway, ArchiveRefused, NotFound


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "folder":
        return str(tmp_path / "archive")
    return f"s3://{request.getfixturevalue('buckets').bucket()}/of our house/pictures"


@pytest.fixture
def archive(place: str) -> Archive:
    return Archive(place, plain=True)


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
    archive = Archive(str(tmp_path / "archive"))
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


DATE = "Wed, 02 Dec 2026 00:00:00 GMT"


class Store(http.server.BaseHTTPRequestHandler):
    """Keeps what it is given, and answers parts of it in one way."""

    protocol_version = "HTTP/1.1"
    kept: ClassVar[dict[str, bytes]] = {}
    way: ClassVar[str] = "right"

    def do_PUT(self) -> None:
        self.kept[self.path] = self.rfile.read(int(self.headers["content-length"]))
        self.answer(200, b"", {"etag": '"x"'})

    def do_POST(self) -> None:
        keys = re.findall(rb"<Key>.*?</Key>", self.rfile.read(int(self.headers["content-length"])))
        deleted = b"".join(b"<Deleted>%b</Deleted>" % key for key in keys)
        self.answer(200, b"<DeleteResult>%b</DeleteResult>" % deleted, {})

    def do_GET(self) -> None:
        content = self.kept[self.path]
        head = {"etag": '"x"', "last-modified": DATE}
        asked = self.headers.get("range")
        if asked is None or self.way == "whole":
            self.answer(200, content, head)
            return
        start, end = map(int, asked.removeprefix("bytes=").split("-"))
        end = min(end, len(content) - 1)
        told = 0 if self.way == "from the beginning" else start
        if self.way != "unsaid":
            head["content-range"] = f"bytes {told}-{end}/{len(content)}"
        first, last = {"longer": (start, end + 1), "shifted": (start - 1, end - 1)}.get(self.way, (told, end))
        self.answer(206, content[first : last + 1], head)

    def answer(self, status: int, body: bytes, head: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**head, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Store]]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Store)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, value in {**ACCESS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(Store, "kept", {})
    yield Store
    server.shutdown()
    server.server_close()


WAYS = ["whole", "from the beginning", "unsaid", "longer", "shifted"]


@pytest.mark.parametrize("way", WAYS)
def test_a_store_that_gives_other_bytes_than_were_asked_for_is_found_before_a_picture_is_in_it(
    store: type[Store], way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive("s3://pictures", plain=True)
    name = archive.put(b"the first page")
    assert archive.get(f"{name}.4.5") == b"first"
    monkeypatch.setattr(store, "way", way)
    before = len(store.kept)
    with pytest.raises((ArchiveAway, ArchiveRefused), match=r"ranges|other bytes") as told:
        Archive("s3://pictures", plain=True).put(b"another page")
    assert "network" not in str(told.value)
    assert len(store.kept) == before + 1, "what it was tried with, and no page"
    if way != "shifted":  # that nobody can see by one answer
        with pytest.raises(ArchiveAway, match="part of a file"):
            archive.get(f"{name}.4.5")


def test_a_part_of_what_was_cut_is_none(store: type[Store]) -> None:
    archive = Archive("s3://pictures", plain=True)
    name = archive.put(b"the first page")
    (path,) = [each for each in store.kept if each.endswith(path_of(name))]
    store.kept[path] = b"the fi"
    assert archive.get(f"{name}.4.5") in (b"fi", b"")

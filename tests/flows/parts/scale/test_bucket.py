"""A bucket as the archive: what lies in it, what it must not keep, and what is said where it does not answer."""

from __future__ import annotations

import hashlib
import http.server
import re
import threading
import time
from collections.abc import Iterator
from typing import ClassVar

import pytest

from flows.parts.scale.bucket import HURRIED_SECONDS, PATIENT_SECONDS, Bucket
from tests.bucket import ACCESS, BucketServer, bucket_server
from tests.flows.test_figures import page
from transcribe.archive import Archive
from transcribe.archive_names import path_of
from transcribe.errors import ArchiveAway, ArchiveRefused, NotFound, SettingsError, StoreError

AWAY_SECONDS = 2.0
"""So long is the store gone while somebody keeps files. A patient archive asks for 180 seconds."""

TOLD_SECONDS = 12.0
"""Who is in a hurry is told by then: four seconds, and what a busy machine adds."""


@pytest.fixture
def own_buckets(monkeypatch: pytest.MonkeyPatch) -> Iterator[BucketServer]:
    """A server for a test that stops it."""
    with bucket_server() as server:
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        yield server


def test_objects_lie_under_the_prefix_as_files_lie_in_a_folder(buckets: BucketServer) -> None:
    bucket = buckets.bucket()
    archive = Archive(Bucket(f"s3://{bucket}/house/pictures/", plain=True))
    name = archive.put(b"a page")
    assert buckets.objects(bucket) == {f"house/pictures/{name[:2]}/{name}": 6}, "and nothing is left of the first try"
    other = Archive(Bucket(f"s3://{bucket}", plain=True))
    assert not other.has(name), "another prefix is another archive"
    other.put(b"a page")
    archive.erase(name)
    assert buckets.objects(bucket) == {f"{name[:2]}/{name}": 6}


def test_a_large_picture_is_one_object_and_never_a_heap_of_parts(buckets: BucketServer) -> None:
    bucket = buckets.bucket()
    archive, content = Archive(Bucket(f"s3://{bucket}", plain=True)), bytes(12_000_000)
    name = archive.put(content)
    assert archive.get(name) == content
    head = buckets.client().head_object(Bucket=bucket, Key=f"{name[:2]}/{name}")
    assert head["ETag"] == f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"', "parts would end in -3"


def test_pictures_are_encrypted_by_the_store_where_the_variables_say_so(
    buckets: BucketServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SERVER_SIDE_ENCRYPTION", "aws:kms")
    monkeypatch.setenv("AWS_SSE_KMS_KEY_ID", "a-key")
    bucket = buckets.bucket()
    name = Archive(Bucket(f"s3://{bucket}", plain=True)).put(b"a page")
    head = buckets.client().head_object(Bucket=bucket, Key=f"{name[:2]}/{name}")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", "a-key")


@pytest.mark.promise("- **A bucket that", "what is forgotten would")
def test_a_bucket_that_keeps_old_versions_is_refused_before_a_picture_is_in_it(buckets: BucketServer) -> None:
    bucket = buckets.bucket()
    client = buckets.client()
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    with pytest.raises(ArchiveRefused, match=r"what is forgotten would stay there\. Suspend its versioning"):
        Archive(Bucket(f"s3://{bucket}", plain=True)).put(b"a page")
    kept = {each["Key"] for each in client.list_object_versions(Bucket=bucket)["Versions"]}
    name = hashlib.sha256(b"a page").hexdigest()
    assert f"{name[:2]}/{name}" not in kept
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    archive = Archive(Bucket(f"s3://{bucket}", plain=True))
    assert archive.get(archive.put(b"a page")) == b"a page"


@pytest.mark.promise("Where it is switched")
def test_versions_that_are_switched_on_later_are_noticed_at_the_next_picture(buckets: BucketServer) -> None:
    bucket = buckets.bucket()
    archive = Archive(Bucket(f"s3://{bucket}", plain=True))
    archive.put(b"a page")
    buckets.client().put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    with pytest.raises(ArchiveRefused, match="keeps old versions"):
        archive.put(b"another")


def test_a_bucket_that_is_not_there_is_no_lost_picture(buckets: BucketServer) -> None:
    archive = Archive(Bucket("s3://nobody-made-this-one", plain=True))
    name = hashlib.sha256(b"a page").hexdigest()
    for ask in (archive.get, archive.is_whole, archive.put, archive.erase):
        with pytest.raises(ArchiveAway, match=r"s3://nobody-made-this-one\) cannot be reached: there is no bucket"):
            ask(b"a page" if ask == archive.put else name)  # type: ignore[arg-type]


def test_who_keeps_files_waits_until_the_store_is_back(own_buckets: BucketServer) -> None:
    archive = Archive(Bucket(f"s3://{own_buckets.bucket()}", plain=True))
    before = archive.put(b"before")
    own_buckets.stop()
    back = threading.Timer(AWAY_SECONDS, own_buckets.start)
    back.start()
    try:
        began = time.monotonic()
        names = archive.put_all([bytes([number]) * 1000 for number in range(20)])
        assert time.monotonic() - began > AWAY_SECONDS * 0.9, "the store was away all the time"
    finally:
        back.join()
    assert all(map(archive.is_whole, [before, *names])), "what was acknowledged is there"


def test_who_is_in_a_hurry_is_told_soon_and_by_an_error_that_passes(own_buckets: BucketServer) -> None:
    archive = Archive(Bucket(f"s3://{own_buckets.bucket()}", plain=True))
    name = archive.put(b"a page")
    own_buckets.stop()
    began = time.monotonic()
    with pytest.raises(ArchiveAway, match="it does not answer: look at AWS_ENDPOINT_URL") as raised:
        archive.hurried().get(name)
    assert time.monotonic() - began < TOLD_SECONDS
    assert isinstance(raised.value, StoreError)
    assert raised.value.retry
    assert not isinstance(raised.value, NotFound), "nobody may take it for a picture that was erased"
    own_buckets.start()
    assert archive.hurried().get(name) == b"a page"


def test_what_is_waited_for_a_bucket_is_what_the_page_says() -> None:
    assert (PATIENT_SECONDS, HURRIED_SECONDS) == (3 * 60, 4)
    assert "asks again for three minutes" in page("backups")
    assert "A page waits four seconds for a picture" in page("backups")


def test_plain_http_is_spoken_only_where_it_is_allowed(buckets: BucketServer) -> None:
    with pytest.raises(ArchiveAway, match="plain http, which is refused: use https, or set AWS_ALLOW_HTTP=true"):
        Archive(Bucket(f"s3://{buckets.bucket()}", plain=False)).put(b"a page")


@pytest.mark.parametrize("place", ["s3://B", "s3://", "s3://bucket/../other", "s3://bucket//a"])
def test_other_addresses_are_no_bucket(place: str) -> None:
    with pytest.raises(SettingsError, match="s3://BUCKET"):
        Bucket(place, plain=True)


@pytest.mark.parametrize("place", ["s3://bucket", "s3://bucket/", "s3://bucket/a/b"])
def test_a_bucket_is_a_place_with_a_prefix_or_without(place: str) -> None:
    Bucket(place, plain=True)


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
    archive = Archive(Bucket("s3://pictures", plain=True))
    name = archive.put(b"the first page")
    assert archive.get(f"{name}.4.5") == b"first"
    monkeypatch.setattr(store, "way", way)
    before = len(store.kept)
    with pytest.raises((ArchiveAway, ArchiveRefused), match=r"ranges|other bytes") as told:
        Archive(Bucket("s3://pictures", plain=True)).put(b"another page")
    assert "network" not in str(told.value)
    assert len(store.kept) == before + 1, "what it was tried with, and no page"
    if way != "shifted":  # that nobody can see by one answer
        with pytest.raises(ArchiveAway, match="part of a file"):
            archive.get(f"{name}.4.5")


def test_a_part_of_what_was_cut_is_none(store: type[Store]) -> None:
    archive = Archive(Bucket("s3://pictures", plain=True))
    name = archive.put(b"the first page")
    (path,) = [each for each in store.kept if each.endswith(path_of(name))]
    store.kept[path] = b"the fi"
    assert archive.get(f"{name}.4.5") in (b"fi", b"")

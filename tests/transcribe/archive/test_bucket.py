"""A bucket as the archive: what lies in it, what it must not keep, and what is said where it does not answer."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator

import pytest

from tests.bucket import BucketServer, bucket_server
from transcribe.archive import Archive, known_place
from transcribe.errors import ArchiveAway, ArchiveRefused, NotFound, StoreError

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
    archive = Archive(f"s3://{bucket}/house/pictures/", plain=True)
    name = archive.put(b"a page")
    assert buckets.objects(bucket) == {f"house/pictures/{name[:2]}/{name}": 6}, "and nothing is left of the first try"
    other = Archive(f"s3://{bucket}", plain=True)
    assert not other.has(name), "another prefix is another archive"
    other.put(b"a page")
    archive.erase(name)
    assert buckets.objects(bucket) == {f"{name[:2]}/{name}": 6}


def test_a_large_picture_is_one_object_and_never_a_heap_of_parts(buckets: BucketServer) -> None:
    bucket = buckets.bucket()
    archive, content = Archive(f"s3://{bucket}", plain=True), bytes(12_000_000)
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
    name = Archive(f"s3://{bucket}", plain=True).put(b"a page")
    head = buckets.client().head_object(Bucket=bucket, Key=f"{name[:2]}/{name}")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", "a-key")


@pytest.mark.promise("- **A bucket that", "what is forgotten would")
def test_a_bucket_that_keeps_old_versions_is_refused_before_a_picture_is_in_it(buckets: BucketServer) -> None:
    bucket = buckets.bucket()
    client = buckets.client()
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    with pytest.raises(ArchiveRefused, match=r"what is forgotten would stay there\. Suspend its versioning"):
        Archive(f"s3://{bucket}", plain=True).put(b"a page")
    kept = {each["Key"] for each in client.list_object_versions(Bucket=bucket)["Versions"]}
    name = hashlib.sha256(b"a page").hexdigest()
    assert f"{name[:2]}/{name}" not in kept
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    archive = Archive(f"s3://{bucket}", plain=True)
    assert archive.get(archive.put(b"a page")) == b"a page"


@pytest.mark.promise("Where it is switched")
def test_versions_that_are_switched_on_later_are_noticed_at_the_next_picture(buckets: BucketServer) -> None:
    bucket = buckets.bucket()
    archive = Archive(f"s3://{bucket}", plain=True)
    archive.put(b"a page")
    buckets.client().put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    with pytest.raises(ArchiveRefused, match="keeps old versions"):
        archive.put(b"another")


def test_a_bucket_that_is_not_there_is_no_lost_picture(buckets: BucketServer) -> None:
    archive = Archive("s3://nobody-made-this-one", plain=True)
    name = hashlib.sha256(b"a page").hexdigest()
    for ask in (archive.get, archive.is_whole, archive.put, archive.erase):
        with pytest.raises(ArchiveAway, match=r"s3://nobody-made-this-one\) cannot be reached: there is no bucket"):
            ask(b"a page" if ask == archive.put else name)  # type: ignore[arg-type]


def test_who_keeps_files_waits_until_the_store_is_back(own_buckets: BucketServer) -> None:
    archive = Archive(f"s3://{own_buckets.bucket()}", plain=True)
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
    archive = Archive(f"s3://{own_buckets.bucket()}", plain=True)
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


def test_plain_http_is_spoken_only_where_it_is_allowed(buckets: BucketServer) -> None:
    with pytest.raises(ArchiveAway, match="plain http, which is refused: use https, or set AWS_ALLOW_HTTP=true"):
        Archive(f"s3://{buckets.bucket()}").put(b"a page")


@pytest.mark.parametrize(
    "place", ["s3://B", "s3://", "s3://bucket/../other", "s3://bucket//a", "gs://bucket", "file:///tmp"]
)
def test_other_addresses_are_no_place(place: str) -> None:
    with pytest.raises(ValueError, match="s3://BUCKET"):
        known_place(place)


@pytest.mark.parametrize("place", ["s3://bucket", "s3://bucket/", "s3://bucket/a/b", "/srv/pictures", "pictures"])
def test_folders_and_buckets_are_places(place: str) -> None:
    assert known_place(place) == place

"""A store that answers a part of a file by something else is found out before a picture lies there, and never read."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Iterator
from typing import ClassVar

import pytest

from tests.bucket import ACCESS
from transcribe.archive import Archive
from transcribe.archive_names import path_of
from transcribe.errors import ArchiveAway, ArchiveRefused

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

"""Every page that takes a picture refuses it in words where the disk is nearly full, and keeps nothing of it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from flows.drafting.draft_files import start_version
from tests.flows.desk.desk_site import DeskSite, csrf
from tests.flows.desk.test_scans import scan_of
from tests.flows.test_reserve import PHOTO, files_of
from transcribe.review import TAKES_FILE

TEXTS = {"/desk/draft/{name}", "/desk/draft/{name}/text", "/desk/draft/{name}/list"}
"""What these take are texts: a definition and its lists."""


def test_no_page_takes_a_picture_from_the_reserve(busy: DeskSite, monkeypatch: pytest.MonkeyPatch) -> None:
    client = busy.client(busy.person("op2", "operator"))
    start_version(busy.home.settings, busy.home.forms, "invoice2")
    doors = {
        str(each.path)
        for each in iter_route_contexts(busy.app.routes)
        if isinstance(each.route, APIRoute)
        and each.route.openapi_extra == TAKES_FILE
        and "POST" in (each.methods or ())
    }
    assert len(doors - TEXTS) >= 4
    before = files_of(busy.home.settings.home)
    values = {
        "csrf": csrf(client), "name": "own", "form": "invoice2", "title": "Own", "language": "eng", "locale": "en_GB",
        "why": "blurred",
    }  # fmt: skip
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=0))
    for door in sorted(doors - TEXTS):
        address = door.format(name="invoice2", scan=scan_of(busy, "doubt.png").scan.id)
        picture = ("a.jpg", PHOTO.read_bytes(), "image/jpeg")
        answer = client.post(address, data=values, files={"files": picture, "file": picture})
        assert (answer.status_code, "The disk is nearly full." in answer.text) == (422, True), (door, answer.text)
        assert files_of(busy.home.settings.home) == before, door

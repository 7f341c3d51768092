"""Who may send readings as JSON: asked before the queue of those who write, and again within its transaction."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.transcribe.review.site import Site, csrf, make_site
from transcribe.model import FieldKey, Transcriber
from transcribe.review.options import ReviewOptions

SENT = {"idem": "idem-1234", "action": "send", "text": "BC-2025-0417", "seconds": 1.0}


def client_of(site: Site, person: Transcriber | None = None) -> TestClient:
    client = TestClient(site.app, follow_redirects=False)
    if person:
        assert client.post(f"/in/{site.link(person)}").status_code == 303
        client.headers["x-csrf-token"] = csrf(client)
    return client


def queued(site: Site, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Grows with each job that the writer is given."""
    writer, jobs = site.app.state.context.writer, list[bool]()
    write = writer.write

    async def counted(job: Any, **given: Any) -> Any:
        jobs.append(given["in_event_loop"])
        return await write(job, **given)

    monkeypatch.setattr(writer, "write", counted)
    return jobs


def test_strangers_do_not_reach_the_queue_of_those_who_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = make_site(tmp_path)
    jobs = queued(site, monkeypatch)
    client = client_of(site)
    assert client.post("/work/anything", json=SENT).status_code == 401
    client.cookies.set(site.options.cookie, secrets.token_urlsafe(32))
    assert client.post("/work/anything", json=SENT).status_code == 401
    assert jobs == []


def test_who_sends_too_often_does_not_reach_it_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = make_site(tmp_path, ReviewOptions(requests_a_minute=6))
    client = client_of(site, site.person("amina"))
    jobs = queued(site, monkeypatch)
    codes = [client.post("/work/anything", json=SENT).status_code for _ in range(8)]
    assert codes[0] == 404
    assert codes[-1] == 429
    assert len(jobs) == codes.count(404)


def test_whose_session_has_ended_since_keeps_nothing_more(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    amina = site.person("amina")
    site.scan("bon-de-commande", {FieldKey("order_number"): "BC-2025-0417"})
    client = client_of(site, amina)
    (task,) = client.get("/work/next", params={"count": 1}).json()["tasks"]
    site.store.end_sessions(amina.id, site.clock.now())
    assert client.post(f"/work/{task['task']}", json=SENT).status_code == 401
    assert site.texts_of(amina.id) == []

"""A draft tried on the desk: pictures and earlier scans are really read, shown field by field, and not kept."""

from __future__ import annotations

import re
import time

import pytest
from fastapi.testclient import TestClient

from flows.parts.drafting.draft_files import Draft, draft_of, start_version
from tests.flows.desk.desk_site import DeskSite, csrf, post
from tests.flows.parts.drafting.own_form import TEXTS, filled_page, photo

HERE = "/desk/draft/bike/try"


@pytest.fixture
def client(site: DeskSite, draft: Draft) -> TestClient:
    return site.client(site.person("op", "operator"))


def tried(client: TestClient, address: str = HERE, seconds: float = 180) -> str:
    """The page once all is read."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        page: str = client.get(address).text
        if "were read. This page goes on by itself" not in page:
            return page
        time.sleep(0.2)
    raise AssertionError("the trial did not end")


@pytest.mark.promise("Pictures of filled forms", "%(done)s of %(count)s were", "A draft is tried")
def test_a_trial_shows_what_comes_out_and_keeps_nothing(site: DeskSite, client: TestClient) -> None:
    scans = len(site.home.store.scan_states())
    files = [
        ("files", ("one.jpg", photo(filled_page(), seed=5), "image/jpeg")),
        ("files", ("two.jpg", b"none", "image/jpeg")),
    ]
    answer = client.post(HERE, data={"csrf": csrf(client)}, files=files)
    assert answer.headers["location"] == f"{HERE}?done=form-tried"
    page = tried(client)
    for text in (*TEXTS.values(), "City bike", "Cargo bike"):
        assert text in page, text
    assert page.count('class="card wide tried"') == 2
    assert "2-two.jpg" in page
    assert page.count('class="snippet"') >= len(TEXTS)
    assert client.get("/desk/draft/bike/tried/0/1").headers["content-type"].startswith("image/")
    assert client.get("/desk/draft/bike/tried/0/2").status_code == 404
    assert client.get("/desk/draft/bike/tried/7/1").status_code == 404
    assert len(site.home.store.scan_states()) == scans
    assert not list(site.home.settings.forms.rglob("*.jpg"))


@pytest.mark.promise("The draft was changed")
def test_a_draft_that_was_changed_says_so_beside_what_was_tried(client: TestClient, draft: Draft) -> None:
    files = [("files", ("bad.jpg", b"none", "image/jpeg"))]
    client.post(HERE, data={"csrf": csrf(client)}, files=files)
    form = draft.form()
    assert f"<h1>Try {form.title['en']}</h1>" in client.get(HERE).text, "as people call it"
    assert "The draft was changed since" not in tried(client)
    draft.save(draft.text + "\n# more\n")
    assert "The draft was changed since" in client.get(HERE).text


@pytest.mark.promise("A draft is tried")
def test_earlier_scans_are_tried_by_the_next_version(site: DeskSite, client: TestClient) -> None:
    start_version(site.home.settings, site.home.forms, "order")
    address = "/desk/draft/order/try"
    offered = re.findall(r'name="scan" value="([0-9a-f]+)"', client.get(address).text)
    assert len(offered) == 3
    assert post(client, address, scan=offered[:1]).status_code == 303
    page = tried(client, address)
    assert page.count('class="card wide tried"') == 1
    assert "Mary Poole" in page
    assert draft_of(site.home.settings, "order").mistakes() == []


def test_no_more_than_five_are_tried_and_none_with_a_mistake(client: TestClient, draft: Draft) -> None:
    files = [("files", (f"{number}.jpg", b"none", "image/jpeg")) for number in range(6)]
    answer = client.post(HERE, data={"csrf": csrf(client)}, files=files)
    assert (answer.status_code, "At most 5" in answer.text) == (422, True)
    assert post(client, HERE).status_code == 422
    draft.save(draft.text.replace('name = "hirer"', 'name = "phone"'))
    answer = client.post(HERE, data={"csrf": csrf(client)}, files=files[:1])
    assert (answer.status_code, "Two have the name" in answer.text) == (422, True)
    assert 'id="try"' not in client.get(HERE).text


def test_who_is_limited_drafts_their_own_form_and_tries_no_scan_of_another(site: DeskSite) -> None:
    scan = site.home.store.scan_states()[0].scan.id
    client = site.client(site.person("half", "operator", forms=("invoice2",)))
    assert post(client, "/desk/form/invoice2/draft").status_code == 303
    assert client.get("/desk/draft/invoice2").status_code == 200
    assert post(client, "/desk/draft/invoice2/try", scan=scan).status_code == 404

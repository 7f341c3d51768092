"""A new form from a picture: its fields are found, filled ones are emptied, and what is no picture says what to do."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from flows.parts.drafting.desk.draft_names import slug
from flows.parts.drafting.draft_files import draft_of, drafts
from tests.flows.desk.desk_site import DeskSite, csrf
from tests.flows.parts.drafting.own_form import FIELDS, blank_page, filled_page, photo

HERE = "/desk/forms/new"


@pytest.fixture
def client(site: DeskSite) -> TestClient:
    return site.client(site.person("op", "operator"))


def send(client: TestClient, content: bytes, **other: str) -> tuple[int, str]:
    data = {"csrf": csrf(client), "title": "Vélos à louer", "language": "eng", "locale": "en_GB", **other}
    answer = client.post(HERE, data=data, files={"file": ("page.jpg", content, "image/jpeg")})
    return answer.status_code, answer.headers.get("location", answer.text)


def test_a_photograph_becomes_a_draft_and_the_log_says_who_began_it(site: DeskSite, client: TestClient) -> None:
    assert send(client, photo(blank_page())) == (303, "/desk/draft/velos-a-louer?done=form-drafted")
    form = draft_of(site.home.settings, "velos-a-louer").form()
    assert [field.name for field in form.fields] == list(FIELDS)
    assert form.title == {"en": "Vélos à louer"}
    assert ("op", "velos-a-louer") in {
        (line.actor, line.subject) for line in site.home.store.audit() if line.action == "form drafted"
    }


def test_of_a_filled_form_the_writing_is_taken_away(site: DeskSite, client: TestClient) -> None:
    status, _ = send(client, photo(filled_page(lines=())), name="bike", filled="1")
    assert status == 303
    assert draft_of(site.home.settings, "bike").is_emptied


def test_what_cannot_be_drafted_says_why_and_leaves_nothing(site: DeskSite, client: TestClient) -> None:
    for content, other, why in (
        (b"none", {}, "Give a picture of the blank form"),
        (photo(blank_page()), {"name": "receipt"}, "There is a form receipt already"),
        (photo(blank_page()), {"name": "Not A Name"}, "small letters"),
    ):
        status, said = send(client, content, **other)
        assert (status, why in said) == (422, True), said
    assert send(client, b"x", language="xx")[0] == 422
    assert send(client, b"x", title=" ")[0] == 422
    assert drafts(site.home.settings) == []
    assert "form drafted" not in {line.action for line in site.home.store.audit()}


def test_of_a_picture_of_no_form_it_says_what_to_send_instead(site: DeskSite, client: TestClient) -> None:
    status, said = send(client, photo(Image.new("RGB", blank_page().size, "white")))
    assert status == 422
    assert "page.jpg shows no frame, line or box" in said
    assert "photograph it from straight above" in said
    assert "by hand" not in said
    assert drafts(site.home.settings) == []


@pytest.mark.parametrize(
    ("title", "name"), [("Bon de commande n° 3", "bon-de-commande-n-3"), ("3 Häuser", "form-3-hauser"), ("---", "form")]
)
def test_a_name_is_made_of_a_title(title: str, name: str) -> None:
    assert slug(title, "-") == name

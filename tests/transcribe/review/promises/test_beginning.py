"""Before the first task: what the work is, is shown and answered once; and a way back is offered."""

from __future__ import annotations

import re
from dataclasses import replace

import httpx
import pytest

from tests.patience import PATIENCE
from tests.transcribe.review.site import NUMBER, SignIn, Site, csrf
from transcribe.model import Transcriber


def newcomer(site: Site, *roles: str) -> Transcriber:
    person = replace(site.person(f"known {roles}", *roles), id="newcomer", handle="nina", begun=False)
    site.store.put_transcriber(person, site.clock.now())
    return person


@pytest.mark.promise(
    "May your readings train machines, where a form allows it? Saying no costs you no work,",
    "May your readings train machines, where a form allows it? Saying no costs you no work.",
    "Readings may train machines,",
    "Whether your readings may",
    "Until it is given",
    "everybody sees it before",
    "shown before the first task and",
    "shown before the first task",
)
@pytest.mark.parametrize(("answer", "kept"), [("yes", True), ("no", False)])
def test_before_the_first_task_it_is_shown_once_and_answered(site: Site, address: str, answer: str, kept: bool) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    nina = newcomer(site)
    with httpx.Client(base_url=address, timeout=PATIENCE) as client:
        assert client.post(f"/in/{site.link(nina)}").headers["location"] == "/work"
        assert client.get("/work").headers["location"] == "/before"
        page = client.get("/before").text
        form = page.split('id="begin"')[1]
        assert "checked" not in form, "nothing is preset"
        assert client.post("/before", data={"csrf": csrf(client)}).status_code == 422, "it wants an answer"
        assert site.store.transcriber(nina.id).training is False

        done = client.post("/before", data={"csrf": csrf(client), "training": answer})

        assert done.headers["location"] == "/password?first=1"
        assert site.store.transcriber(nina.id).training is kept
        offered = client.get("/password?first=1").text
        assert 'id="first"' in offered
        assert 'href="/work"' in offered, "it may wait"
        fields = dict(
            re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', offered.split('action="/password"')[1])
        )
        refused = client.post("/password", data={**fields, "password": "aaaaaaaaaaaaaaa"})
        assert refused.status_code == 422
        assert 'id="first"' in refused.text, "who thought of a weak one may still leave it for later"
        assert 'id="task"' in client.get("/work").text
        assert 'id="begin"' not in client.get("/before").text, "asked once"
        chosen = re.search(r'<option value="(\w+)" selected>', client.get("/me").text.split("training-choice")[2])
        assert chosen
        assert chosen[1] == answer


def test_the_training_choice_is_preset_to_nothing_before(site: Site, sign_in: SignIn) -> None:
    page = sign_in(newcomer(site)).get("/me").text.split('id="training"')[1].split("</select>")[0]

    assert re.findall(r'<option value="(\w*)" selected>', page) == [""]


def test_an_operator_who_reads_nothing_is_not_stopped(site: Site, sign_in: SignIn) -> None:
    assert sign_in(newcomer(site, "operator")).get("/work").status_code == 200


@pytest.mark.promise("You have no password.", "everybody sees it before", "shown before the first task and")
def test_whoever_signs_out_without_a_password_is_told_whom_to_ask(site: Site, sign_in: SignIn) -> None:
    client = sign_in(site.person("amina"))

    asked = client.post("/out", data={"csrf": csrf(client)})
    assert asked.headers["location"] == "/out", "before, not afterwards"
    assert client.get("/me").status_code == 200, "they are still signed in"
    warning = client.get("/out").text
    assert 'id="no-password"' in warning
    assert 'href="/password"' in warning
    assert "ask whoever sent you the link for a new one" in warning
    out = client.post("/out", data={"csrf": csrf(client), "sure": "yes"})

    assert out.headers["location"] == "/in?link=1"
    page = client.get(out.headers["location"]).text
    assert 'id="without"' in page
    assert page.count("ask whoever sent you the link for a new one") == 1, "once is enough"


@pytest.mark.promise("With a password you")
def test_with_a_password_they_sign_in_again_by_themselves(site: Site, sign_in: SignIn) -> None:
    amina = site.person("amina")
    client = sign_in(amina)
    word = "vier rote Pinguine lesen"
    assert client.post("/password", data={"csrf": csrf(client), "password": word}).status_code == 303

    assert client.post("/out", data={"csrf": csrf(client)}).headers["location"] == "/in"

    assert client.post("/in", data={"handle": "amina", "password": word}).headers["location"] == "/work"

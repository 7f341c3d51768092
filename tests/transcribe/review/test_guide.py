"""The guide of a field: pictures of usual and tricky examples, which grow from answered questions."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.transcribe.review.site import NUMBER, SignIn, Site, csrf
from transcribe.errors import NotFound
from transcribe.model import FieldKey, Transcriber

EMAIL = FieldKey("email")


def ask(site: Site, client: httpx.Client, who: Transcriber, key: FieldKey = NUMBER) -> str:
    """A question about the field that this person holds; its id."""
    client.get("/work")
    (task,) = [each for each in site.store.held(who.id, site.clock.now()) if each.key == key]
    sent = {"csrf": csrf(client), "words": "A zero or an O?", "seconds": "8"}
    assert client.post(f"/work/{task.id}/ask", data=sent).status_code == 303
    return site.store.questions()[0].id


@pytest.mark.browser
def test_an_answered_question_shows_its_picture_to_the_next_reader_as_a_tricky_one(
    site: Site, sign_in: SignIn, address: str, page: Page
) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2O25-0001"}, name="asked")
    amina, olga = site.person("amina"), site.person("olga", "operator")
    ask(site, sign_in(amina), amina)
    page.goto(f"{address}/in/{site.link(olga)}")
    page.locator("main button").click()
    page.goto(f"{address}/questions")
    seen = page.locator("[data-question] img")
    assert seen.evaluate("image => image.decode().then(() => image.naturalWidth)") == 440, "the operator sees the field"
    page.locator("[name=answer]").fill("An O stands there, as on the paper.")
    page.locator("[name=show]").select_option("tricky")
    page.locator("[name=text]").fill("BC-2O25-0001")
    page.locator("[data-question] button").click()
    expect(page.locator("#shown")).to_contain_text("BC-2O25-0001")

    site.scan("bon-de-commande", {NUMBER: "BC-2025-0002"}, name="next")
    page.context.clear_cookies()
    page.goto(f"{address}/in/{site.link(site.person('ben', language='fr'))}")
    page.locator("main button").click()
    page.locator("html[data-ready]").wait_for()
    page.keyboard.press("Alt+h")
    shown = page.locator("[data-kind=tricky] li")
    expect(shown).to_contain_text("À saisir")
    expect(shown).to_contain_text("BC-2O25-0001")
    expect(shown).to_contain_text("An O stands there, as on the paper.")
    picture = shown.locator("img")
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 440
    expect(page.locator("#answered")).to_contain_text("A zero or an O?")


def test_who_asked_sees_that_it_arrived_and_then_the_answer(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2O25-0001"}, name="asked")
    amina = site.person("amina")
    client = sign_in(amina)
    question = ask(site, client, amina)
    (task,) = site.store.held(amina.id, site.clock.now())
    guide = client.get(f"/guide/{task.id}").text
    assert "A zero or an O?" in guide.split('id="asked"')[1].split("</section>")[0]
    site.store.answer_question(question, "An O.", "olga", site.clock.now())
    guide = client.get(f"/guide/{task.id}").text
    assert 'id="asked"' not in guide
    assert "An O." in guide.split('id="answered"')[1]
    assert "An O." in client.get("/readings").text.split('id="notices"')[1].split("</section>")[0]


def test_a_picture_of_a_personal_field_never_joins_the_guide(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {EMAIL: "ann@durand.example"})
    amina, olga = site.person("amina"), site.person("olga", "operator")
    question, client = ask(site, sign_in(amina), amina, EMAIL), sign_in(olga)
    assert 'name="show"' not in client.get("/questions").text
    sent = {"csrf": csrf(client), "answer": "as written", "show": "tricky", "text": "ann@durand.example"}
    refused = client.post(f"/questions/{question}", data=sent)
    assert (refused.status_code, "This field is personal or has no picture" in refused.text) == (422, True)
    assert "as written" in refused.text, "what was typed is given back"
    assert site.store.guide_examples() == []
    assert client.post(f"/questions/{question}", data={**sent, "show": ""}).status_code == 303


def test_examples_are_for_readers_of_the_field_and_go_with_their_scan_or_when_taken_out(
    site: Site, sign_in: SignIn
) -> None:
    scans = [site.scan("bon-de-commande", {NUMBER: f"BC-{each}"}, name=each) for each in ("one", "two")]
    now = site.clock.now()
    first, second = (site.store.put_guide_example(scan, NUMBER, "right", "BC", "", "operator", now) for scan in scans)
    amina = site.person("amina")
    client = sign_in(amina)
    client.get("/work")
    (task,) = site.store.held(amina.id, now)
    assert re.findall(r"/example/([\w-]+)", client.get(f"/guide/{task.id}").text) == [first, second]
    assert client.get(f"/guide/{task.id}/example/{first}").headers["content-type"] == "image/jpeg"
    assert client.get(f"/guide/{task.id}/example/no-such-one").status_code == 404
    stranger = sign_in(site.person("eve"))
    assert stranger.get(f"/guide/{task.id}/example/{first}").status_code == 404

    (other,) = [each for each in scans if each != task.scan]
    site.store.forget(other, now)
    (left,) = site.store.guide_examples()
    olga = sign_in(site.person("olga", "operator"))
    assert olga.post(f"/examples/{left.id}/take-out", data={"csrf": csrf(olga)}).status_code == 303
    assert site.store.guide_examples() == []
    with pytest.raises(NotFound):
        site.store.end_guide_example(left.id, "operator", now)


def test_only_a_field_with_a_picture_is_an_example(site: Site) -> None:
    scan = site.scan("bon-de-commande", {NUMBER: "BC-1"})
    with pytest.raises(NotFound):
        site.store.put_guide_example(scan, EMAIL, "right", "x", "", "operator", site.clock.now())


def test_nobody_asked_is_not_said_above_the_persons_own_question(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2O25-0001"})
    amina = site.person("amina")
    client = sign_in(amina)
    client.get("/work")
    (task,) = site.store.held(amina.id, site.clock.now())
    assert "Nobody has asked" in client.get(f"/guide/{task.id}").text
    ask(site, client, amina)
    guide = client.get(f"/guide/{task.id}").text
    assert "A zero or an O?" in guide
    assert "Nobody has asked" not in guide


def test_a_question_that_no_database_keeps_is_refused_and_given_back(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2O25-0001"}, name="asked")
    amina = site.person("amina")
    client = sign_in(amina)
    (task,) = site.store.lease(amina.id, 1, site.clock.now())
    answer = client.post(f"/work/{task.id}/ask", data={"csrf": csrf(client), "words": "why\0 is it so"})
    assert answer.status_code == 422
    assert "The text has a character that cannot be kept: NUL" in answer.text
    assert "is it so" in answer.text
    assert site.store.questions() == []

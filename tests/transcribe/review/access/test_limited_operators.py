"""Who is limited to some forms: people, contested times and questions about other forms are not theirs."""

from __future__ import annotations

import pytest

from tests.transcribe.review.site import SignIn, Site, csrf
from tests.transcribe.review.test_readings import KEY
from transcribe.model import Transcriber


def limited(site: Site, handle: str, *forms: str) -> Transcriber:
    person = site.person(handle, "operator")
    site.store.set_forms_of_person(person.id, forms, site.clock.now(), "test")
    return person


@pytest.mark.promise("They invite and change")
def test_who_is_limited_to_some_forms_has_no_page_of_people_and_makes_no_link(site: Site, sign_in: SignIn) -> None:
    olga, half = site.person("olga", "operator"), limited(site, "half", "order-form")
    client = sign_in(half)
    token = csrf(client)
    for path in ("/people", "/clocks"):
        assert client.get(path).status_code == 404, path
        assert f'href="{path}"' not in client.get("/questions").text
        assert f'href="{path}"' in sign_in(olga).get("/questions").text
    for path in (f"/people/{olga.id}/link", f"/people/{half.id}", "/people"):
        sent = {"csrf": token, "role": "operator", "handle": "zoe", "paused": "0"}
        assert client.post(path, data=sent).status_code == 404, path
    assert {each.handle for each in site.store.transcribers()} == {"olga", "half"}


@pytest.mark.promise("They invite and change")
def test_who_is_limited_to_some_forms_decides_no_contested_time(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {KEY: "Durand"})
    now, ann = site.clock.now(), site.person("ann")
    (task,) = site.store.lease(ann.id, 1, now)
    dispute = site.store.dispute_time(task.id, ann.id, 60.0, "slow", now)
    client = sign_in(limited(site, "half", "order-form"))
    sent = {"csrf": csrf(client), "choice": "theirs"}
    assert client.post(f"/clocks/{dispute.id}", data=sent).status_code == 404
    assert [each.answered_at for each in site.store.disputes()] == [None]


@pytest.mark.promise("They invite and change")
def test_who_is_limited_to_some_forms_sees_and_answers_questions_about_these_alone(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {KEY: "Durand"})
    now, ann = site.clock.now(), site.person("ann")
    (task,) = site.store.lease(ann.id, 1, now)
    site.store.put_question(task.id, ann.id, "is it a D", 5.0, now)
    (question,) = site.store.questions()
    other, its = sign_in(limited(site, "half", "order-form")), sign_in(limited(site, "whole", "bon-de-commande"))
    assert "is it a D" in its.get("/questions").text
    assert "is it a D" not in other.get("/questions").text
    assert (other.get(f"/questions/{question.id}/snippet").status_code, its.get("/questions").status_code) == (404, 200)
    sent = {"answer": "a D"}
    assert other.post(f"/questions/{question.id}", data={**sent, "csrf": csrf(other)}).status_code == 404
    assert its.post(f"/questions/{question.id}", data={**sent, "csrf": csrf(its)}).status_code == 303
    assert [each.answer for each in site.store.questions()] == ["a D"]


def test_who_is_limited_to_some_forms_takes_no_picture_of_another_out_of_the_guide(site: Site, sign_in: SignIn) -> None:
    scan, now = site.scan("bon-de-commande", {KEY: "Durand"}), site.clock.now()
    site.store.put_guide_example(scan, KEY, "right", "Durand", "so", "test", now)
    (example,) = site.store.guide_examples()
    other = sign_in(limited(site, "half", "order-form"))
    assert example.id not in other.get("/questions").text
    assert other.post(f"/examples/{example.id}/take-out", data={"csrf": csrf(other)}).status_code == 404
    assert [each.id for each in site.store.guide_examples()] == [example.id]

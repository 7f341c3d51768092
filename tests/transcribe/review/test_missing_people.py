"""What an operator is told of who is missing, and an expert of what they are kept for."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest

from tests.patience import PATIENCE
from tests.transcribe.review.site import DATE, NUMBER, SignIn, Site
from transcribe.errors import StoreError
from transcribe.review.missing_mark import MARK_AGE, MissingMark

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_the_page_of_people_says_who_is_missing_until_they_come(site: Site, sign_in: SignIn) -> None:
    client = sign_in(site.person("olga", "operator"))
    assert 'id="missing"' not in client.get("/people").text
    site.scan("bon-de-commande", {NUMBER: "1", DATE: "2"})
    page = client.get("/people").text
    assert 'id="missing"' in page
    assert 'data-waits="orders" data-role="transcriber"' in page
    assert "Fields that nobody who is there can finish: 2. Orders that wait for them: 1." in page
    assert "Missing at least: 2 (Transcriber) who must not have read these fields." in page
    site.person("amina")
    assert 'id="missing"' not in client.get("/people").text


def test_an_operator_sees_on_every_page_that_people_are_missing_and_nobody_else_does(
    site: Site, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transcribe.review.missing_mark.WAIT_SECONDS", 20.0)
    olga = sign_in(site.person("olga", "operator"))
    pages = ("/work", "/readings", "/questions", "/clocks", "/pay", "/people")
    assert not [page for page in pages if 'id="people-missing"' in olga.get(page).text]
    site.scan("bon-de-commande", {NUMBER: "1", DATE: "2"})
    site.clock.forward += MARK_AGE
    assert [page for page in pages if 'id="people-missing"' in olga.get(page).text] == list(pages)
    assert "▲" in olga.get("/work").text
    amina = sign_in(site.person("amina"))
    assert 'id="people-missing"' not in amina.get("/work").text
    assert 'id="people-missing"' in olga.get("/work").text, "as it was a minute ago at most"
    assert 'id="people-missing"' not in olga.get("/people").text, "which looks it up"
    assert 'id="people-missing"' not in olga.get("/work").text


def test_no_page_waits_for_a_long_look_at_who_is_missing_once_something_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("transcribe.review.missing_mark.FIRST_WAIT_SECONDS", PATIENCE)
    mark, may_end, asked = MissingMark(), threading.Event(), list[str]()

    def are_missing() -> bool:
        asked.append("asked")
        return may_end.wait(PATIENCE) if len(asked) > 1 else False

    assert not mark.looked_up(are_missing, NOW)
    later = NOW + MARK_AGE
    assert mark.known(later) is None
    begun = time.monotonic()
    assert not mark.looked_up(are_missing, later)
    assert not mark.looked_up(are_missing, later)
    assert time.monotonic() - begun < PATIENCE
    assert len(asked) == 2, "one thread looks"
    may_end.set()
    while mark.known(later) is None:
        time.sleep(0.01)
    assert mark.known(later)


def test_a_look_at_who_is_missing_that_fails_is_made_again() -> None:
    mark = MissingMark()

    def fails() -> bool:
        raise StoreError("the database is away")

    assert not mark.looked_up(fails, NOW)
    assert mark.known(NOW) is None
    assert mark.looked_up(lambda: True, NOW)


def test_the_only_expert_finds_no_ordinary_work_and_is_told_why(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {NUMBER: "1"})
    site.person("amina")
    expert = sign_in(site.person("exp", "expert"))
    page = expert.get("/work").text
    assert 'id="no-work"' in page
    assert 'id="kept"' in page
    assert expert.get("/work/next").json()["tasks"] == []


def test_an_expert_who_has_the_last_word_is_told_so_and_shown_no_value(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {NUMBER: "1"})
    expert = sign_in(site.person("exp", "expert"))
    page = expert.get("/work").text
    assert 'data-kind="adjudicate"' in page
    assert "Nobody else who is there can read it; an expert decides." in page
    (held,) = expert.get("/work/next").json()["tasks"]
    assert held["help"].endswith("Nobody else who is there can read it; an expert decides.")

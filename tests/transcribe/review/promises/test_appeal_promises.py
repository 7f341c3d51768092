"""What an appeal promises: who sees its words and when, and that it is heard by its day and harms nobody if late."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from flows.home import load_settings
from flows.serving.review_settings import review_options
from flows.steps.close_appeals import ClosedAppeals, close_appeals
from tests.transcribe.review.site import SignIn, Site, csrf, form_of, make_site
from tests.transcribe.review.test_readings import KEY, ask, decide, read
from transcribe.codes import Flag
from transcribe.errors import SettingsError
from transcribe.model import FieldKey, Transcriber
from transcribe.review.options import ReviewOptions

WORDS = "the last letter has a bar"


@pytest.fixture
def contested(site: Site, sign_in: SignIn) -> tuple[str, Transcriber, str]:
    """Ann contests with words that Durant was decided where she had read Durand: (scan, ann, her reading)."""
    site.store.put_parameters({}, site.clock.now())
    scan = site.scan("bon-de-commande", {KEY: "Durand"})
    ann, ben = site.person("ann"), site.person("ben")
    reading = read(site, ann, "Durand")
    ask(site, scan, 2)
    read(site, ben, "Durant")
    decide(site, scan, "Durant", ben)
    client = sign_in(ann)
    client.post(f"/readings/{reading}/appeal", data={"csrf": csrf(client), "words": WORDS})
    return scan, ann, reading


def test_an_appeal_names_the_row_and_leads_to_the_field_on_the_desk_of_who_may_see_it(tmp_path: Path) -> None:
    site, key = make_site(tmp_path, ReviewOptions(desk="/desk")), FieldKey("lines.quantity", 2)
    site.store.put_parameters({}, site.clock.now())
    scan, ann = site.scan("bon-de-commande", {key: "4"}, name="monday.jpg"), site.person("ann")
    reading = read(site, ann, "4")
    decide(site, scan, "9", key=key)
    site.store.open_appeal(reading, ann.id, WORDS, site.clock.now() + timedelta(days=7), site.clock.now())

    def seen_by(who: Transcriber) -> str:
        client = TestClient(site.app, base_url="http://127.0.0.1:8080", follow_redirects=False)
        assert client.post(f"/in/{site.link(who)}").status_code == 303
        return str(client.get("/appeals").text)

    page = seen_by(site.person("olga", "operator"))
    assert "Qty · row 3" in page
    assert f'<a href="/desk/scan/{scan}?field=lines.quantity%5B2%5D#field">' in page
    half = site.person("half", "operator")
    site.store.set_forms_of_person(half.id, ["order-form"], site.clock.now(), "test")
    assert WORDS not in seen_by(half)


def close(site: Site) -> ClosedAppeals:
    return close_appeals(site.store, form_of, site.clock.now())


@pytest.mark.promise("An expert who never", "For an appeal you", "always blind")
def test_the_words_are_seen_by_the_appellant_the_operator_and_the_expert_who_has_read_it_blind(
    site: Site, sign_in: SignIn, contested: tuple[str, Transcriber, str]
) -> None:
    _, ann, reading = contested
    assert WORDS in sign_in(ann).get(f"/readings/{reading}").text
    assert WORDS in sign_in(site.person("olga", "operator")).get("/appeals").text
    eve = site.person("eve", "expert")
    expert = sign_in(eve)
    for path in ("/work", "/second-look", "/readings"):
        assert WORDS not in expert.get(path).text, "blind before"

    read(site, eve, "Durant")

    assert close(site) == ClosedAppeals(), "who wrote something is not declined before it was seen"
    page = expert.get("/second-look").text
    assert WORDS in page
    assert "Durand" not in page.replace("Durant", ""), "what was contested stays unknown"
    assert "stands under Second look" in expert.get("/readings").text


@pytest.mark.promise("An expert who never", "An expert agreed with", "The expert who heard")
def test_an_expert_may_look_again_after_the_words_and_the_appellant_is_told_why(
    site: Site, sign_in: SignIn, contested: tuple[str, Transcriber, str]
) -> None:
    scan, ann, reading = contested
    eve = site.person("eve", "expert")
    expert = sign_in(eve)
    read(site, eve, "Durant")
    page = expert.get("/second-look").text
    address, idem = re.search(r'action="(/second-look/[^"]+)"', page), re.search(r'name="idem" value="([^"]+)"', page)
    assert address
    assert idem
    said = {"csrf": csrf(expert), "idem": idem[1], "text": "Durand", "reason": "there is a bar"}

    assert expert.post(address[1], data=said).status_code == 303
    assert close(site).upheld == 1

    (latest,) = [each for each in site.store.readings(scan) if each.source == eve.id and each.text == "Durand"]
    assert Flag.SAW_AN_APPEALS_WORDS in latest.flags
    assert site.store.truths(scan) == [], "what was read after the words is no truth to learn from"
    page = sign_in(ann).get(f"/readings/{reading}").text
    assert "agreed with your appeal" in page
    assert "there is a bar" in page
    assert "The field is decided anew" in page, "what was decided at first stands beside it until then"
    assert "your reading is what is written now" not in page
    decide(site, scan, "Durand", eve)
    page = sign_in(ann).get(f"/readings/{reading}").text
    assert "your reading is what is written now" in page
    assert "The field is decided anew" not in page
    assert expert.post(address[1], data={**said, "idem": "another-one"}).status_code == 404, "it has ended"


def test_without_a_second_look_it_ends_after_a_quarter_of_an_hour(
    site: Site, contested: tuple[str, Transcriber, str]
) -> None:
    read(site, site.person("eve", "expert"), "Durant")
    assert close(site) == ClosedAppeals()
    site.clock.forward += timedelta(minutes=15)
    assert close(site) == ClosedAppeals(declined=1)


@pytest.mark.promise(
    "Late: an answer was",
    "No expert has heard this",
    "No expert has heard your",
    "Open ones first, the",
    "What was decided against",
    "not heard yet, promised",
    "an expert hears an",
    "the person is told once.",
)
def test_a_late_appeal_stays_open_is_told_once_and_is_shown_to_the_operator_until_it_is_heard(
    site: Site, sign_in: SignIn, contested: tuple[str, Transcriber, str]
) -> None:
    scan, ann, reading = contested
    (appeal,) = site.store.appeals()
    assert appeal.deadline - appeal.at < timedelta(days=7, minutes=1)
    assert appeal.deadline - appeal.at > timedelta(days=7, minutes=-1)
    client, operator = sign_in(ann), site.person("olga", "operator")
    site.clock.forward += timedelta(days=6, hours=23)
    assert close(site) == ClosedAppeals()
    assert 'data-late="no"' in sign_in(operator).get("/appeals").text
    site.clock.forward += timedelta(hours=2)
    client = sign_in(ann)

    assert close(site) == ClosedAppeals(late=1)
    assert close(site) == ClosedAppeals(), "told once"

    assert "It stays open until one does" in client.get("/readings").text
    assert 'id="late"' in client.get(f"/readings/{reading}").text
    assert 'data-open="yes" data-late="yes"' in sign_in(operator).get("/appeals").text
    read(site, site.person("eve", "expert"), "Durand")
    assert close(site).upheld == 1
    assert site.store.truths(scan) == [], "a late one is no truth to learn from"
    assert 'data-open="no"' in sign_in(operator).get("/appeals").text


def test_the_days_are_a_setting_of_two_weeks_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert review_options(load_settings(tmp_path), 1).appeal_days == 7
    monkeypatch.setenv("FAIRHAND_APPEAL_DAYS", "3")
    assert review_options(load_settings(tmp_path), 1).appeal_days == 3
    monkeypatch.setenv("FAIRHAND_APPEAL_DAYS", "15")
    with pytest.raises(SettingsError, match="write a number up to 14"):
        load_settings(tmp_path)


def test_only_operators_see_what_others_contest(site: Site, sign_in: SignIn) -> None:
    assert sign_in(site.person("eve", "expert")).get("/appeals").status_code == 404

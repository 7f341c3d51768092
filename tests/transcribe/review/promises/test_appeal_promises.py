"""What an appeal promises: who sees its words and when, and that it is heard by its day and harms nobody if late."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from flows.home import load_settings, policy
from flows.serving.serve import review_options
from flows.steps.close_appeals import ClosedAppeals, close_appeals
from tests.transcribe.review.promises.test_known_fields import known_fields
from tests.transcribe.review.site import SignIn, Site, client_of, csrf, form_of, make_site
from tests.transcribe.review.test_readings import KEY, ask, decide, outvoted_reading, read
from transcribe.codes import Flag
from transcribe.errors import SettingsError
from transcribe.model import Decision, Evidence, FieldKey, Transcriber
from transcribe.review.options import DecisionRules, ReviewOptions

WORDS = "the last letter has a bar"


@pytest.fixture
def contested(site: Site, sign_in: SignIn) -> tuple[str, Transcriber, str]:
    """Ann contests with words that Durant was decided where she had read Durand: (scan, ann, her reading)."""
    scan, ann, _, reading = outvoted_reading(site)
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


def decided(site: Site, scan: str, text: str, method: str, *evidence: Evidence) -> None:
    decision = Decision(
        key=KEY,
        value=text,
        text=text,
        probability=0.6,
        method=method,
        evidence=evidence,
        readings=tuple(each.id for each in site.store.readings(scan)),
        parameters=1,
    )
    site.store.conclude(scan, len(site.store.readings(scan)), [decision], [], None, site.clock.now())


@pytest.fixture
def hana(site: Site) -> tuple[str, Transcriber, str]:
    """Hana read Knee pamms; her reading and its scan."""
    site.store.put_parameters({}, site.clock.now())
    scan = site.scan("bon-de-commande", {KEY: "Knee pamms"})
    hana = site.person("hana")
    return scan, hana, read(site, hana, "Knee pamms")


def by(who: Transcriber, bits: float) -> Evidence:
    code = "reader for" if bits > 0 else "reader against" if bits < 0 else "reader neither"
    return Evidence(code=code, numbers={"source": who.id, "bits": bits, "rate": 0.0792})


ELSE = "You read something else, which speaks"
NO_MORE = "You read something else. That did not change the result."
NOTHING_TOLD = "What you read says nothing that tells this value from the next."
MOST, ALL = "Most of the people who read it independently agree.", "People who read it independently agree."


@pytest.mark.parametrize(
    ("value", "method", "bits", "told", "untold"),
    [
        (
            "Knee panns",
            "weighed",
            2.7,
            f"{ELSE} more for this than for the next likely value: 2.7 bits",
            "You read this",
        ),
        ("Dupont", "weighed", 0.0, NO_MORE, "says nothing that tells"),
        ("Knee pamms", "weighed", 0.0, NOTHING_TOLD, "You read something else"),
        (
            "Knee pamms",
            "weighed",
            -1.0,
            "You read this. Going by the mistakes that people make",
            "You read something else",
        ),
        ("Knee panns", "people", None, MOST, ALL),
        ("Knee pamms", "people", None, ALL, MOST),
        ("Knee pamms", "person and witness", None, "vouch for what was typed.", "A person read it"),
        ("Knee panns", "weighed", -2.7, "You read something else", "7.92"),
    ],
    ids=["for another", "for neither", "apart", "against", "outvoted", "agreed", "a check vouches", "never measured"],
)
def test_an_explanation_says_of_its_reader_only_what_is_so(
    site: Site,
    sign_in: SignIn,
    hana: tuple[str, Transcriber, str],
    value: str,
    method: str,
    bits: float | None,
    told: str,
    untold: str,
) -> None:
    scan, who, reading = hana
    decided(site, scan, value, method, *(() if bits is None else (by(who, bits),)))
    page = sign_in(who).get(f"/readings/{reading}").text
    assert told in page
    assert untold not in page


@pytest.mark.parametrize("method", ["expert", "weighed"])
def test_what_an_expert_decided_stands_beside_no_likelier_value(
    site: Site, sign_in: SignIn, hana: tuple[str, Transcriber, str], method: str
) -> None:
    scan, who, reading = hana
    model = [
        Evidence(code="runner-up", numbers={"probability": 0.9909}),
        Evidence(code="calibrated", numbers={"raw": 0.006, "probability": 0.6}),
        Evidence(code="would flip", numbers={"probability": 0.01}),
    ]
    decided(site, scan, "Knee panns", method, by(who, 2.7), *model)

    page = sign_in(who).get(f"/readings/{reading}").text

    for said in ("99.09", "The model gives", "probability 60", "One more reader"):
        assert said not in page


def test_what_was_measured_of_a_person_is_told_with_its_count(
    site: Site, sign_in: SignIn, hana: tuple[str, Transcriber, str]
) -> None:
    scan, who, reading = hana
    decided(site, scan, "Knee panns", "weighed", by(who, -2.7))
    eve = site.person("eve", "expert")
    for number, (own, expert) in enumerate([("Dupont", "Dupont"), ("Durand", "Durant")]):
        other = site.scan("bon-de-commande", {KEY: own}, name=str(number))
        read(site, who, own)
        ask(site, other, 2, "audit", "expert", reason="audit")
        read(site, eve, expert)

    page = sign_in(who).get(f"/readings/{reading}").text

    assert "an expert read again, drawn by lot: 2. In 1 of them the expert read something else." in page


OTHER = DecisionRules(
    target=0.9973,
    people_to_agree=7,
    people_before_expert=9,
    engines_to_agree=5,
    min_agreed_probability=0.911,
    min_machine_probability=0.961,
    min_outvote_probability=0.9988,
    reading_cost_share=0.083,
)
"""Figures that nobody would choose, to be found again."""


def how(site: Site) -> str:
    page = client_of(site, site.person("amina")).get("/how").text
    return re.sub(r"\s+", " ", page.replace("\N{NO-BREAK SPACE}", " "))


@pytest.mark.promise(
    "What was decided against",
    "An expert has the",
    "We stop asking when",
    "Machines can win against",
    "One machine alone decides",
)
def test_every_figure_of_the_policy_stands_on_the_page(tmp_path: Path) -> None:
    page = how(make_site(tmp_path, ReviewOptions(rules=OTHER, audit_share=0.031, appeal_days=5, asked_by="Amt Muster")))

    assert "7 people who read the same" in page
    assert "from a probability of 91.1% on" in page
    assert "99.73" in page
    assert "where 5 of them agree" in page
    assert "96.1%" in page
    assert "One machine alone decides only where the value has a probability of 99.73% or more" in page
    assert "almost certain (99.88%)" in page
    assert "set at 8.3% of" in page
    assert "After 9 people" in page
    assert "3.1% of the decided fields" in page
    assert "within 5 days" in page
    assert "asked for by Amt Muster" in page


@pytest.mark.promise("We stop asking when", "Machines can win against", "One machine alone decides")
def test_the_page_has_the_figures_that_decide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRHAND_TARGET", "0.991")
    settings = load_settings(tmp_path)

    rules, in_force = review_options(settings, 1).rules, policy(settings)

    assert rules.target == 0.991
    for each in fields(DecisionRules):
        assert getattr(rules, each.name) == getattr(in_force, each.name), each.name


def test_what_was_learnt_and_the_share_of_known_fields_are_those_of_the_store(site: Site) -> None:
    assert "Nothing was learnt here yet" in how(site)
    site.store.put_parameters({}, site.clock.now())
    site.store.put_control_share(0.07, site.clock.now())
    known_fields(site, 1)

    page = client_of(site, site.person("ben")).get("/how").text

    assert "has version 1, in force since" in page
    assert "Up to 7% of the fields are known already" in page


@pytest.mark.promise("Practice and tests are")
def test_known_fields_are_told_exactly_where_they_are_only_practised_on(site: Site) -> None:
    client, practised = (
        client_of(site, site.person("ben")),
        "Practice and tests are of known fields: what you type there",
    )
    for address in ("/how", "/before"):
        page = client.get(address).text
        assert "None of the fields is known in advance now." in page
        assert practised not in page
    known_fields(site, 1)
    for address in ("/how", "/before"):
        page = client.get(address).text
        assert "None of the fields of the work is known in advance now." in page
        assert "None of the fields is known" not in page
        assert practised in page

"""When there is no work: what is to come, and waiting counted; questions within measure; tests explained at once."""

from __future__ import annotations

import re
import secrets
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.patience import PATIENCE
from tests.transcribe.review.promises.test_known_fields import known_fields
from tests.transcribe.review.site import DATE, NUMBER, SignIn, Site, csrf, form_of, make_site, served, set_pay
from tests.transcribe.store.world import put
from transcribe.errors import NotFound, StoreError
from transcribe.model import FieldKey, Form, Transcriber, Truth
from transcribe.review.options import MARK_AGE, MissingMark, ReviewOptions
from transcribe.review.views.formatting import moment
from transcribe.store.facts import ExpectedWork, Floor, SentReading
from transcribe.store.verbs.machines import MAX_COUNTED_WAIT


def with_rules(name: str, version: int = 1) -> Form:
    """A shipped form with an operator's own rules."""
    return replace(form_of(name, version), help={"en": "Copy <capitals>.", "fr": "Recopier les capitales."})


FORMS = with_rules


def later(site: Site, **time: float) -> None:
    site.clock.forward += timedelta(**time)


@pytest.mark.promise("You have waited for")
def test_the_time_between_looks_that_found_nothing_stands_beside_the_pay(site: Site, sign_in: SignIn) -> None:
    amina = site.person("amina")
    client = sign_in(amina)
    assert 'id="no-work"' in client.get("/work").text
    assert site.store.waiting_seconds(amina.id) == 0
    later(site, minutes=3)
    assert client.get("/work/next").json()["tasks"] == []
    assert site.store.waiting_seconds(amina.id) == pytest.approx(180, abs=1)
    later(site, hours=2)
    client.get("/work")
    assert site.store.waiting_seconds(amina.id) == pytest.approx(180 + MAX_COUNTED_WAIT.total_seconds(), abs=1)
    site.scan("bon-de-commande", {NUMBER: "1"})
    later(site, minutes=1)
    assert 'id="task"' in client.get("/work").text
    later(site, minutes=4)
    client.get("/work")  # who has work waits no more
    assert site.store.waiting_seconds(amina.id) == pytest.approx(240 + MAX_COUNTED_WAIT.total_seconds(), abs=1)
    assert site.store.ledger(amina.id) == [], "waiting is no line of pay by the piece"


@pytest.mark.promise("There is no rate")
def test_who_is_paid_by_the_hour_is_paid_for_waiting_and_volunteers_have_no_clock(site: Site, sign_in: SignIn) -> None:
    now = site.clock.now()
    site.store.put_floor(Floor(micro=12_000_000, currency="EUR", source="law", since=now), now)
    hourly = replace(site.person("hana"), engagement="hourly")
    free = replace(site.person("vera"), engagement="volunteer")
    for who in (hourly, free):
        put(site.store, who, now)
        client = sign_in(who)
        client.get("/work")
        later(site, minutes=5)
        assert ('id="waited"' in client.get("/work").text) == (who is hourly)
    (line,) = site.store.ledger()
    assert (line.transcriber, line.reference) == (hourly.id, "waiting")
    assert line.micro == pytest.approx(1_000_000, rel=0.005)
    assert site.store.waiting_seconds(free.id) == 0


def test_who_finds_no_work_is_told_what_is_to_come_in_their_own_time(site: Site, sign_in: SignIn) -> None:
    amina = replace(site.person("amina", language="fr"), time_zone="Indian/Antananarivo")
    now = site.clock.now()
    put(site.store, amina, now)
    client = sign_in(amina)
    assert "Aucun nouveau travail" in client.get("/work").text
    at = datetime(now.year + 1, 1, 5, 22, 30, tzinfo=now.tzinfo)
    site.store.put_expected_work(ExpectedWork(id="later", at=at, hours=12.5, form="bon-de-commande"), now)
    site.store.put_expected_work(ExpectedWork(id="gone", at=now + timedelta(minutes=1), hours=1), now)
    later(site, minutes=2)
    for path in ("/work", "/pay"):
        page = client.get(path).text
        assert moment(at, "Indian/Antananarivo", "fr") in page
        assert "12,5 heures" in page
        assert page.count("heures de travail") == 1, "what was to come and is past is not told"
    site.store.end_expected_work("later", site.clock.now())
    assert "12,5 heures" not in client.get("/work").text


@pytest.mark.promise("Thank you for asking", "422 where there are")
def test_after_many_questions_within_an_hour_a_kind_word_says_when_to_ask_again(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {NUMBER: "1"})
    amina = site.person("amina")
    client = sign_in(amina)
    task = client.get("/work/next?count=1").json()["tasks"][0]["task"]
    said = {"csrf": csrf(client), "words": "With dashes?", "seconds": "5"}
    for number in range(site.options.questions_an_hour):
        another = {**said, "words": f"With {number} dashes?"}
        assert client.post(f"/work/{task}/ask", data=another).status_code == 303
        later(site, seconds=30)
    refused = client.post(f"/work/{task}/ask", data=said)
    assert refused.status_code == 429
    assert "Thank you for asking so carefully" in refused.text
    assert 3600 - 30 * 10 - 5 < int(refused.headers["retry-after"]) <= 3600 - 30 * 9
    assert len(site.store.questions()) == site.options.questions_an_hour
    assert len(site.store.ledger(amina.id)) == 1, "the time of the first on a field is paid"
    later(site, seconds=int(refused.headers["retry-after"]) - 450)
    client.get("/work")  # the task is leased for ten minutes
    later(site, seconds=451)
    task = client.get("/work/next?count=1").json()["tasks"][0]["task"]
    assert client.post(f"/work/{task}/ask", data=said).status_code == 303


def test_an_item_of_a_test_is_explained_at_once_wherever_it_is_answered(site: Site, sign_in: SignIn) -> None:
    now = site.clock.now()
    known = site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"}, name="known")
    for task in site.store.lease(site.person("setter").id, 9, now):
        site.store.skip(task.id, site.store.transcriber("setter").id, "other", 0.0, now)
    site.store.conclude(known, 10**9, [], [], None, now)
    site.store.put_truth(Truth(scan=known, key=NUMBER, text="BC-2025-0001", origin="gold", at=now), now)
    site.scan("bon-de-commande", {DATE: "1"}, name="work")
    amina, ben = site.person("amina"), site.person("ben")
    client = sign_in(amina)
    page = client.post("/test/code", data={"csrf": csrf(client)}, follow_redirects=True).text
    item = re.findall(r'name="text\.([^"]+)"', page)[0]
    shown = {task["task"] for task in client.get("/work/next?count=10").json()["tasks"]}
    assert item not in shown, "items of a test stay on its page"
    assert len(shown) >= 1

    sent = {"csrf": csrf(client), "idem": secrets.token_urlsafe(16), "action": "send", "text": "BC-2025-0007"}
    answered = client.post(f"/work/{item}", data=sent)

    assert (answered.status_code, answered.headers["location"]) == (303, f"/test/explained/{item}")
    told = client.get(answered.headers["location"]).text
    assert 'data-same="no"' in told
    assert "BC-2025-0001" in told
    assert "BC-2025-0007" in told
    assert sign_in(ben).get(f"/test/explained/{item}").status_code == 404
    (other, *_) = shown
    assert client.get(f"/test/explained/{other}").status_code == 404, "only items of a test are explained"


def told(page: str) -> list[tuple[str, str]]:
    """Each piece of news on a page: its kind, and the address of its button."""
    section = page.split('id="notices"')[1].split("</section>")[0] if 'id="notices"' in page else ""
    return re.findall(r'<li data-kind="([^"]+)">.*?action="(/news/\d+)"', section, re.DOTALL)


def with_news(site: Site, sign_in: SignIn) -> tuple[httpx.Client, Transcriber, str]:
    """A person whose question was answered and whose contested time was decided; their reading."""
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    amina, now = site.person("amina"), site.clock.now()
    (task,) = site.store.lease(amina.id, 1, now)
    question = site.store.put_question(task.id, amina.id, "With the dash?", 5.0, now)
    site.store.submit(task.id, amina.id, SentReading(text="BC-1", idem="the-only-1", seconds=4.0), now)
    dispute = site.store.dispute_time(task.id, amina.id, 60.0, "", now)
    site.store.answer_question(question.id, "Yes, with it.", "olga", now)
    site.store.answer_dispute(dispute.id, 30.0, now, by="olga", reason="half of it")
    (reading,) = site.store.readings(task.scan)
    return sign_in(amina), amina, reading.id


@pytest.mark.promise("News stand above them")
def test_news_name_the_field_and_stay_until_each_is_read(site: Site, sign_in: SignIn) -> None:
    client, _, reading = with_news(site, sign_in)
    for _ in range(2):
        page = client.get("/readings").text
        assert [kind for kind, _ in told(page)] == ["time answered", "question answered"], "looking reads nothing"
    assert page.split('id="notices"')[1].split("</section>")[0].count("Order number") == 2
    assert "With the dash?" in page
    assert "Yes, with it." in page
    assert client.get("/day").json()["has_news"] is True

    (_, time), (_, question) = told(page)
    sent = {"csrf": csrf(client)}
    assert client.post(question, data=sent).headers["location"] == f"/readings/{reading}"
    assert [kind for kind, _ in told(client.get("/readings").text)] == ["time answered"]
    assert client.post(time, data=sent).headers["location"] == "/pay"
    assert told(client.get("/readings").text) == []
    assert client.get("/day").json()["has_news"] is False
    assert client.post(time, data=sent).status_code == 404


def test_nobody_reads_the_news_of_another(site: Site, sign_in: SignIn) -> None:
    client, amina, _ = with_news(site, sign_in)
    (_, first), _ = told(client.get("/readings").text)
    stranger = sign_in(site.person("eve"))
    assert stranger.post(first, data={"csrf": csrf(stranger)}).status_code == 404
    assert len(site.store.notices(amina.id, unseen_only=True)) == 2


def test_news_of_a_forgotten_scan_still_say_what_happened(site: Site, sign_in: SignIn) -> None:
    client, _, _ = with_news(site, sign_in)
    (state,) = site.store.scan_states()
    site.store.forget(state.scan.id, site.clock.now())
    page = client.get("/readings").text
    assert len(told(page)) == 2


@pytest.mark.promise("An operator corrected a")
def test_who_read_a_field_is_told_that_an_operator_corrected_it(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    amina, other, now = site.person("amina"), site.person("omar"), site.clock.now()
    (task,) = site.store.lease(amina.id, 1, now)
    site.store.submit(task.id, amina.id, SentReading(text="BC-1", idem="the-only-1", seconds=4.0), now)
    due = [each.due for each in site.store.pay_states(now, amina.id)]
    (reading,) = site.store.readings(task.scan)
    site.store.correct_value(task.scan, NUMBER, "BC-7", "olga", "the customer called", now)

    client = sign_in(amina)
    page = client.get("/readings").text
    ((kind, address),) = told(page)
    assert kind == "value corrected"
    assert "An operator corrected a field that you had read." in page
    assert client.post(address, data={"csrf": csrf(client)}).headers["location"] == f"/readings/{reading.id}"
    assert [each.due for each in site.store.pay_states(now, amina.id)] == due
    assert told(sign_in(other).get("/readings").text) == [], "who did not read it hears nothing"


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
    client.get("/work")
    (task,) = site.store.held(amina.id, site.clock.now())
    assert "Nobody has asked" in client.get(f"/guide/{task.id}").text
    assert "Copy &lt;capitals&gt;." in client.get(f"/guide/{task.id}").text, "the operator's own rules for the form"
    question = ask(site, client, amina)
    guide = client.get(f"/guide/{task.id}").text
    assert "A zero or an O?" in guide.split('id="asked"')[1].split("</section>")[0]
    assert "Nobody has asked" not in guide, "it stood above the person's own question"
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


@pytest.mark.promise("422 where there are")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("why\0 is it so", "The text has a character that cannot be kept: NUL"),
        ("  \n ", "You have typed no question."),
    ],
)
def test_a_question_that_no_database_keeps_or_without_words_is_refused_and_given_back(
    site: Site, sign_in: SignIn, words: str, said: str
) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2O25-0001"}, name="asked")
    amina = site.person("amina")
    client = sign_in(amina)
    (task,) = site.store.lease(amina.id, 1, site.clock.now())
    answer = client.post(f"/work/{task.id}/ask", data={"csrf": csrf(client), "words": words})
    assert answer.status_code == 422
    assert said in answer.text
    assert words.partition("\0")[2] in answer.text
    assert site.store.questions() == []


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
    monkeypatch.setattr("transcribe.review.options.WAIT_SECONDS", 20.0)
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
    monkeypatch.setattr("transcribe.review.options.FIRST_WAIT_SECONDS", PATIENCE)
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


@pytest.mark.parametrize("cut", ["a", "PGHZ5s", "PGHZ5sUSowydnTsFkCIKI2o3fqcf5zrD3L6ln8TBhzI.", "é" * 50])
def test_a_link_that_was_cut_or_mangled_is_answered_as_one_that_does_not_hold(address: str, cut: str) -> None:
    for page in (
        httpx.get(f"{address}/in/{cut}", timeout=PATIENCE),
        httpx.post(f"{address}/in/{cut}", timeout=PATIENCE),
    ):
        assert page.status_code == 410
        assert "This link does not work any more" in page.text
        assert page.text.count("ask whoever sent you the link for a new one") == 1


def test_a_link_that_has_expired_says_whom_to_ask(tmp_path: Path) -> None:
    site = make_site(tmp_path, ReviewOptions(asked_by="Mairie de Brest"))
    token = site.link(site.person("amina"))
    site.clock.forward += timedelta(days=8)
    with served(site.app) as address:
        for page in (httpx.get(f"{address}/in/{token}", timeout=PATIENCE), httpx.post(f"{address}/in/{token}")):
            assert page.status_code == 410
            assert "ask for a new link: Mairie de Brest" in page.text
            assert "whoever sent" not in page.text, "whom to ask is said once"
    site.store.close()


def test_who_is_signed_in_already_is_shown_the_way_to_work(site: Site, sign_in: SignIn, address: str) -> None:
    amina = site.person("amina", language="fr")
    token = site.link(amina)
    client = sign_in(amina)
    assert httpx.post(f"{address}/in/{token}", timeout=PATIENCE).status_code in (303, 410)
    spent, form = client.get(f"/in/{token}"), client.get("/in")
    assert (spent.status_code, form.status_code) == (410, 200)
    for page in (spent.text, form.text):
        assert "Votre session est déjà ouverte sur cet appareil" in page
        assert re.search(r'<a[^>]* href="/work"', page)
    assert "Demandez-en un autre" not in spent.text
    assert 'id="inside"' not in httpx.get(f"{address}/in", timeout=PATIENCE).text


@pytest.mark.promise("What is due to", "Your name in the", "whoever pays finds by", "Your account here is")
@pytest.mark.parametrize("is_paid", [True, False])
def test_who_leaves_is_told_that_the_account_is_ended_and_what_becomes_of_the_money(
    site: Site, sign_in: SignIn, is_paid: bool
) -> None:
    if is_paid:
        set_pay(site)
    amina = site.person("amina")
    client = sign_in(amina)
    cookies, token = dict(client.cookies), csrf(client)
    assert client.post("/leave", data={"csrf": token}).status_code == 422, "only who says that they are sure"
    gone = client.post("/leave", data={"csrf": token, "sure": "yes"})
    page = client.get(gone.headers["location"]).text
    after = httpx.get(f"{client.base_url}/me", cookies=cookies, timeout=PATIENCE)
    assert after.headers["location"] == "/in", "the session is over"
    assert "Your account here is ended" in page
    assert ("What is due to you is still paid" in page) == is_paid
    named = re.search(r"Your name in the accounts is now (left-[0-9a-f]{12})\. Write it down", page)
    assert (named and named[1]) == (site.store.transcriber(amina.id).handle if is_paid else None)
    assert "To come back" not in page


@pytest.mark.promise("A field is still", "with `?check=1`, as the")
def test_an_empty_answer_of_a_test_is_asked_about_before_it_counts(site: Site, sign_in: SignIn) -> None:
    known_fields(site, 2)
    amina = site.person("amina")
    client = sign_in(amina)
    token = csrf(client)
    page = client.post("/test/code", data={"csrf": token}, follow_redirects=True).text
    tasks = re.findall(r'name="text\.([^"]+)"', page)
    sent = {"csrf": token, "idem": "testing-0001", f"text.{tasks[0]}": "BC-1", f"text.{tasks[1]}": " "}

    action = re.search(r'action="(/test/code/answers[^"]*)"', page)
    assert action
    asked = client.post(action[1], data=sent, follow_redirects=True)

    assert (asked.status_code, asked.request.method) == (200, "GET")
    assert "A field is still empty. Send again if nothing is written there." in asked.text
    assert 'value="BC-1"' in asked.text
    assert site.store.qualification_tries(amina.id) == []
    again = re.search(r'action="(/test/code/answers[^"]*)"', asked.text)
    assert again
    assert 'id="result"' in client.post(again[1], data=sent, follow_redirects=True).text
    assert [each.asked for each in site.store.qualification_tries(amina.id)] == [2]


def test_a_text_that_is_refused_in_practice_comes_back_with_the_reason(site: Site, sign_in: SignIn) -> None:
    known_fields(site, 2)
    client = sign_in(site.person("amina"))
    page = client.get("/practice").text
    task, idem = re.search(r'action="(/work/[^"]+)"', page), re.search(r'name="idem" value="([^"]+)"', page)
    assert task
    assert idem
    word = "W" * 301
    refused = client.post(task[1], data={"csrf": csrf(client), "idem": idem[1], "action": "send", "text": word})
    assert refused.status_code == 422
    assert "One word has more than 300 characters" in refused.text
    assert word in refused.text
    assert "/work.js" not in refused.text, "the module of the work page would take the text and the reason away"

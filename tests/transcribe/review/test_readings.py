"""My readings: outcomes, reasons without names, the appeal from its opening to a new decision, the second look."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.steps.close_appeals import close_appeals
from tests.examples import examples
from tests.transcribe.review.site import SignIn, Site, csrf, form_of, set_pay
from tests.transcribe.store.world import put
from transcribe.codes import Flag
from transcribe.i18n import said
from transcribe.model import OPERATOR_SOURCE, WHOLE, Decision, Evidence, FieldKey, ReadResult, Scan, Task, Transcriber
from transcribe.people import SECOND_LOOK_TIME
from transcribe.review.views.comparison import segments, weights
from transcribe.review.views.formatting import (
    amount,
    day,
    exact_amount,
    full_amount,
    moment,
    month,
    placed_amount,
    spent,
)
from transcribe.review.views.offers import offer_to
from transcribe.store.facts import SentReading

KEY = FieldKey("customer_name")


def read(site: Site, who: Transcriber, text: str) -> str:
    """Lease and answer one task of any pool; the reading's id."""
    from transcribe.review.views.offers import offer_to

    (task,) = site.store.lease(who.id, 1, site.clock.now(), offer=offer_to(who))
    return site.store.submit(task.id, who.id, SentReading(text=text, idem=f"{who.id}-{text}"), site.clock.now()).reading


def decide(
    site: Site, scan: str, text: str, *sources: Transcriber, key: FieldKey = KEY, uses: tuple[str, ...] = ()
) -> None:
    """Conclude the field with this text, its evidence naming sources by their ids, and ask no more."""
    evidence = [Evidence(code="reader for", numbers={"source": who.id, "bits": 4.0, "rate": 0.02}) for who in sources]
    decided = Decision(
        key=key,
        value=text,
        text=text,
        probability=0.98,
        method="people",
        evidence=tuple(evidence),
        readings=uses,
        parameters=1,
    )
    readings = site.store.readings(scan)
    site.store.conclude(scan, len(readings), [decided], [], None, site.clock.now())


def ask(
    site: Site, scan: str, slot: int, kind: str = "read", pool: str = "read", reason: str = "readers disagree"
) -> None:
    task = Task(scan=scan, key=KEY, kind=kind, reason=reason, slot=slot, pool=pool)  # type: ignore[arg-type]  # real kinds
    site.store.conclude(scan, 0, [], [task], None, site.clock.now())


@pytest.fixture
def outvoted(site: Site) -> tuple[str, Transcriber, Transcriber, str]:
    return outvoted_reading(site)


def outvoted_reading(site: Site) -> tuple[str, Transcriber, Transcriber, str]:
    """A field that ann read as Durand and ben as Durant; Durant was decided. (scan, ann, ben, ann's reading)"""
    site.store.put_parameters({}, site.clock.now())
    scan = site.scan("bon-de-commande", {KEY: "Durand"})
    ann, ben = site.person("ann-secret-handle"), site.person("ben-secret-handle")
    reading = read(site, ann, "Durand")
    ask(site, scan, 2)
    read(site, ben, "Durant")
    decide(site, scan, "Durant", ann, ben)
    return scan, ann, ben, reading


@pytest.mark.promise("The scan is read")
def test_what_was_read_of_another_form_keeps_its_name_and_waits_for_nothing(site: Site, sign_in: SignIn) -> None:
    ann, scan = site.person("ann"), site.scan("bon-de-commande", {KEY: "Durand"})
    reading = read(site, ann, "Durand")
    site.scan("receipt", {})
    reads = ReadResult(places=(), readings=(), fit=None, quality={}, pictures=())
    site.store.read_again(scan, ("receipt", 1), reads, "op", "wrong form", site.clock.now())
    listed = sign_in(ann).get("/readings").text
    assert 'data-outcome="another form"' in listed
    assert 'data-outcome="open"' not in listed
    told = sign_in(ann).get(f"/readings/{reading}").text
    asked = form_of("bon-de-commande")
    heading = told.split("<h1")[1].split("</h1>")[0]
    assert said(asked.field(KEY.name).label, "en") in heading
    assert said(asked.title, "en") in told
    assert "no longer counts" in told
    assert "waits for more readings" not in told


@pytest.mark.promise("What you read, skipped,")
def test_a_reading_is_explained_without_anybody_elses_name(
    site: Site, sign_in: SignIn, outvoted: tuple[str, Transcriber, Transcriber, str]
) -> None:
    scan, ann, ben, reading = outvoted
    page = sign_in(ann).get(f"/readings/{reading}").text
    assert "Another reader" in page
    assert "Durant" in page
    assert ben.id not in page
    assert ben.handle not in page
    assert scan not in page
    assert sign_in(ann).get(f"/readings/{reading}/snippet").headers["content-type"] == "image/jpeg"


def test_what_an_operator_corrected_is_said_to_be_theirs_and_no_other_readers(
    site: Site, sign_in: SignIn, outvoted: tuple[str, Transcriber, Transcriber, str]
) -> None:
    scan, ann, _, reading = outvoted
    site.store.correct_value(scan, KEY, "Dupont", "olga", "the customer called", site.clock.now())
    decide(site, scan, "Durand", ann, replace(ann, id=OPERATOR_SOURCE))
    page = sign_in(ann).get(f"/readings/{reading}").text
    read_what, why = page.split('id="readers"')[1].split("</ul>")[0], page.split('id="reasons"')[1].split("</ul>")[0]
    assert re.search(r'Dupont(?:(?!<li).)*data-who="operator"', read_what, re.DOTALL)
    assert "An operator reads something else" in why
    assert "Another reader" not in why


def test_what_was_legible_of_a_text_that_cannot_be_read_is_shown_to_who_typed_it(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {KEY: "Durand"})
    ann = site.person("ann")
    client = sign_in(ann)
    (task,) = site.store.lease(ann.id, 1, site.clock.now())
    sent = {"csrf": csrf(client), "idem": "illegible-1", "action": "illegible", "text": "Dur<"}
    assert client.post(f"/work/{task.id}", data=sent).status_code == 303
    for address in ("/readings", re.findall(r"/readings/[A-Za-z0-9_-]{10,}", client.get("/readings").text)[0]):
        page = client.get(address).text
        assert re.search(r'cannot be read</em>\s*– <span class="part">you could read: <q[^>]*>Dur&lt;</q>', page), (
            address
        )


def test_a_wrong_address_is_told_in_the_readers_language(site: Site, sign_in: SignIn) -> None:
    client = sign_in(site.person("marie", language="fr"))
    page = client.get("/pay/statement/2026-99x").text
    assert "Non admis : l’adresse de la page" in page.replace("\u00a0", " ")
    assert "month" not in page


def test_times_are_those_of_where_the_person_lives(
    site: Site, sign_in: SignIn, outvoted: tuple[str, Transcriber, Transcriber, str]
) -> None:
    _, ann, _, reading = outvoted
    moved = replace(ann, time_zone="Pacific/Kiritimati")  # 14 hours before UTC
    put(site.store, moved, site.clock.now())
    client = sign_in(moved)
    (mine,) = (each for story in site.store.readings_of(ann.id) for each in story.readings if each.id == reading)
    assert moment(mine.at, "Pacific/Kiritimati", "en") in client.get("/readings").text
    assert moment(mine.at, "UTC", "en") not in client.get("/readings").text
    deadline = site.clock.now() + timedelta(days=site.options.appeal_days)
    assert day(deadline, "Pacific/Kiritimati", "en") in client.get(f"/readings/{reading}").text


@pytest.mark.promise(
    "When others read something else, your",
    "When others read something else, how",
    "An expert who never",
    "What was decided against",
    "sees what became of",
    "You contested this. An",
    "always blind",
    "An expert has the",
)
@pytest.mark.parametrize(("heard", "outcome"), [("Durand", "upheld"), ("Durant", "declined")])
def test_an_appeal_is_heard_blind_by_an_expert_and_told(
    site: Site, sign_in: SignIn, outvoted: tuple[str, Transcriber, Transcriber, str], heard: str, outcome: str
) -> None:
    scan, ann, _, reading = outvoted
    client = sign_in(ann)
    sent = client.post(f"/readings/{reading}/appeal", data={"csrf": csrf(client)})
    assert sent.status_code == 303
    assert 'id="appeal-form"' not in client.get(f"/readings/{reading}").text
    expert = site.person("eve", "expert")
    task = sign_in(expert).get("/work").text
    assert 'data-kind="appeal"' in task
    assert "Durant" not in task
    read(site, expert, heard)
    settled = close_appeals(site.store, form_of, site.clock.now())
    assert (settled.upheld, settled.declined) == ((1, 0) if outcome == "upheld" else (0, 1))
    assert close_appeals(site.store, form_of, site.clock.now()) == type(settled)()
    news = client.get("/readings").text.split('id="notices"')[1].split('action="/news/')[1].split('"')[0]
    assert client.post(f"/news/{news}", data={"csrf": csrf(client)}).headers["location"] == f"/readings/{reading}"
    assert 'id="notices"' not in client.get("/readings").text
    truths = {truth.key: truth.text for truth in site.store.truths(scan)}
    assert truths == ({KEY: "Durand"} if outcome == "upheld" else {})


@pytest.mark.promise("heard; the expert may")
def test_an_appeal_that_is_heard_and_not_settled_yet_reads_as_heard_everywhere(
    site: Site, sign_in: SignIn, outvoted: tuple[str, Transcriber, Transcriber, str]
) -> None:
    _, ann, _, reading = outvoted
    client = sign_in(ann)
    client.post(f"/readings/{reading}/appeal", data={"csrf": csrf(client), "words": "it is a d"})
    assert 'data-figure="appeals">open: 1<' in client.get("/me").text
    assert site.store.waiting_since(0).appeal_count == 1
    read(site, site.person("eve", "expert"), "Durant")
    close_appeals(site.store, form_of, site.clock.now())
    assert site.store.appeals(open_only=True), "the expert may still look again"
    waiting = site.store.waiting_since(0)
    assert (waiting.appeal_count, waiting.appeals) == (0, None), "it waits for no hearing any more"

    assert 'data-figure="appeals">heard, outcome to come: 1<' in client.get("/me").text
    page, listed = client.get(f"/readings/{reading}").text, client.get("/readings").text
    assert (
        "An expert has heard this appeal and may look again for some minutes. Then it stands here what came of it."
        in page
    )
    assert "reads the field by" not in page
    assert 'data-appeal="heard"' in listed
    site.clock.forward += SECOND_LOOK_TIME
    close_appeals(site.store, form_of, site.clock.now())
    assert 'data-figure="appeals">declined: 1<' in client.get("/me").text


@pytest.mark.promise(
    "No expert could hear your appeal: the scan was erased before. Your",
    "No expert could hear your appeal: the scan was erased before.",
    "Open ones first, the",
    "scan erased before it",
    "You contested this. An",
    "not heard: the scan",
)
def test_an_appeal_whose_scan_is_erased_promises_no_hearing_any_more(
    site: Site, sign_in: SignIn, outvoted: tuple[str, Transcriber, Transcriber, str]
) -> None:
    scan, ann, _, reading = outvoted
    client = sign_in(ann)
    client.post(f"/readings/{reading}/appeal", data={"csrf": csrf(client), "words": "it is a d"})
    site.store.forget(scan, site.clock.now())
    for is_closed in (False, True):
        page = client.get(f"/readings/{reading}").text
        assert "No expert could hear your appeal: the scan was erased before." in page
        assert "reads the field by" not in page
        if not is_closed:
            close_appeals(site.store, form_of, site.clock.now())
    assert 'data-figure="appeals">scan erased before it was heard: 1<' in client.get("/me").text
    assert site.store.waiting_since(0).appeal_count == 0


@pytest.mark.promise("An expert has the", "The expert, having seen", "The fields that you")
def test_an_expert_sees_all_readings_after_settling_and_may_change_with_a_reason(site: Site, sign_in: SignIn) -> None:
    scan = site.scan("bon-de-commande", {KEY: "Durand"})
    ann, expert = site.person("ann-secret-handle"), site.person("eve", "expert")
    read(site, ann, "Durant")
    ask(site, scan, 2, "adjudicate", "expert")
    client = sign_in(expert)
    assert "Durant" not in client.get("/work").text
    read(site, expert, "Dupond")
    page = client.get("/second-look").text
    assert "Durant" in page
    assert ann.handle not in page
    task = page.split('id="look-')[1].split('"')[0]
    form = {"csrf": csrf(client), "idem": "second-look-1", "text": "Durand", "reason": "the d is clear"}
    assert client.post(f"/second-look/{task}", data={**form, "reason": ""}).status_code == 422
    assert client.post(f"/second-look/{task}", data=form).status_code == 303
    assert [reading.text for reading in site.store.readings(scan) if reading.source == expert.id] == [
        "Dupond",
        "Durand",
    ]
    assert "the d is clear" in client.get("/me.json").text
    decide(site, scan, "Durand", expert)
    hers = sign_in(ann)
    (mine,) = (each.id for each in site.store.readings(scan) if each.source == ann.id)
    told = hers.get(f"/readings/{mine}").text
    assert "The expert, having seen all readings:" in told
    assert "the d is clear" in told
    assert expert.id not in told
    site.store.forget(scan, site.clock.now())
    assert "the d is clear" not in hers.get(f"/readings/{mine}").text
    assert "the d is clear" not in client.get("/me.json").text


def test_a_mark_is_told_in_words_and_ones_own_part_in_the_second_person(site: Site, sign_in: SignIn) -> None:
    key = FieldKey("express")
    site.store.put_parameters({}, site.clock.now())
    scan = site.scan("bon-de-commande", {key: "true"})
    ann = site.person("ann", language="fr")
    reading = read(site, ann, "true")
    why = Evidence(code="reader for", numbers={"source": ann.id, "bits": 4.5, "rate": 0.025})
    decided = Decision(
        key=key, value=True, text="true", probability=0.985, method="people", evidence=(why,), readings=(), parameters=1
    )
    site.store.conclude(scan, len(site.store.readings(scan)), [decided], [], None, site.clock.now())
    page = sign_in(ann).get(f"/readings/{reading}").text
    assert page.count("Oui, marquée") == 3, "what was read, what was decided, and who read what"
    assert ">true" not in page
    assert "Vous avez lu cela" in page
    assert "98,5" in page
    assert "Oui, marquée" in sign_in(ann).get("/readings").text


@pytest.mark.parametrize(("flag", "words"), [("crossed out", "crossed out"), ("absent", "not on the form")])
def test_who_read_no_text_is_told_what_they_said(site: Site, sign_in: SignIn, flag: str, words: str) -> None:
    site.scan("bon-de-commande", {KEY: "Durand"})
    ann = site.person("ann")
    (task,) = site.store.lease(ann.id, 1, site.clock.now())
    site.store.submit(task.id, ann.id, SentReading(text=None, flags=frozenset({flag}), idem="none"), site.clock.now())
    page = sign_in(ann).get("/readings").text
    assert f"<em>{words}</em>" in page
    assert "cannot be read" not in page


def test_an_expert_looks_twice_at_a_mark_with_two_buttons(site: Site, sign_in: SignIn) -> None:
    key = FieldKey("express")
    site.store.put_parameters({}, site.clock.now())
    scan = site.scan("bon-de-commande", {})
    task = Task(scan=scan, key=key, kind="adjudicate", reason="readers split", pool="expert")
    site.store.conclude(scan, 0, [], [task], None, site.clock.now())
    expert = site.person("eve", "expert")
    read(site, expert, "false")
    page = sign_in(expert).get("/second-look").text
    assert page.count('type="radio" name="text"') == 2
    assert 'value="false" required checked' in page


@pytest.mark.promise(
    "and can contest it,",
    "is told why and can contest it.",
    "An operator set one",
    "you may contest it;",
    "you may contest it.",
    "decided. It stays here,",
    "decided. It stays here.",
    "Where you correct a",
    "those who read the",
)
def test_who_read_it_is_told_that_a_reading_was_set_aside_and_why(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {KEY: "Durand"})
    ann, ben = site.person("ann"), site.person("ben")
    reading = read(site, ann, "Durand")
    client, other = sign_in(ann), sign_in(ben)
    before = client.get(f"/readings/{reading}").text
    assert "set aside" not in client.get("/readings").text + before
    site.store.withdraw_reading(reading, "olga", "not <readable> here", site.clock.now())

    assert "There is news about your readings." in client.get("/work").text
    first = client.get("/readings").text
    assert "An operator set one of your readings aside" in first
    assert "An operator set one of your readings aside" in client.get("/readings").text, "news keep until they are read"
    client.post("/news/" + first.split('action="/news/')[1].split('"')[0], data={"csrf": csrf(client)})
    second = client.get("/readings").text
    assert "An operator set one of your readings aside" not in second
    assert "data-withdrawn" in second
    assert "set aside by an operator" in second, "the mark stays"
    aside = client.get("/readings?show=aside").text
    assert "not &lt;readable&gt; here" in aside, "the list says why"
    page = client.get(f"/readings/{reading}").text
    assert "no longer counts" in page
    assert "not &lt;readable&gt; here" in page
    (held,) = client.get("/me.json").json()["readings"]
    assert (held["reading"], held["text"], held["withdrawn_because"]) == (reading, "Durand", "not <readable> here")
    assert held["withdrawn_at"].startswith(f"{site.clock.now():%Y-%m-%d}")
    assert [each["kind"] for each in client.get("/me.json").json()["notices"]] == ["reading withdrawn"]
    assert site.store.notices(ben.id) == []
    hidden = r'<span class="news" data-news hidden>.*?</span></span>'
    assert "There is news" not in re.sub(hidden, "", other.get("/work").text + client.get("/work").text)


def test_news_of_readings_that_were_set_aside_lead_to_them_with_the_reason(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {KEY: "Durand"})
    ann, now = site.person("ann"), site.clock.now()
    reading = read(site, ann, "Durand")
    client, day = sign_in(ann), timedelta(days=1)
    assert reading not in client.get("/readings?show=aside").text
    site.store.set_readings_aside(ann.id, now - day, now + day, "olga", "too quick", now)
    number = client.get("/readings").text.split('action="/news/')[1].split('"')[0]
    led = client.post(f"/news/{number}", data={"csrf": csrf(client)}, follow_redirects=False).headers["location"]
    assert led == "/readings?show=aside"
    shown = client.get(led).text
    assert (reading in shown, "too quick" in shown) == (True, True)


def said_of_form(site: Site, who: Transcriber, scan: str, text: str | None) -> None:
    """Somebody is asked which form a scan is, and says it."""
    asked = Task(scan=scan, key=WHOLE, kind="identify", reason="form unknown", priority=9)
    site.store.conclude(scan, 10**9, [], [asked], None, site.clock.now())
    (task,) = site.store.lease(who.id, 1, site.clock.now())
    flags = frozenset({Flag.ABSENT} if text is None else ())
    sent = SentReading(text=text, idem=f"{who.handle}-form", flags=flags, seconds=1.0)
    site.store.submit(task.id, who.id, sent, site.clock.now())


def test_what_was_said_of_a_form_and_what_came_of_it_stand_in_the_list(site: Site, sign_in: SignIn) -> None:
    page = site.store.scan(site.scan("bon-de-commande", {FieldKey("order_number"): "1"})).pages[0]
    unknown = Scan(id="f" * 64, pages=(page,), form="", form_version=0, name="unknown")
    site.store.put_scan(unknown, [], site.clock.now())
    amina, ben = site.person("amina"), site.person("ben")
    said_of_form(site, amina, unknown.id, None)
    said_of_form(site, ben, unknown.id, "bon-de-commande/1 90")
    hers, his = sign_in(amina), sign_in(ben)

    waiting = hers.get("/readings").text
    assert "None of these" in waiting
    assert "cannot be read" not in waiting
    assert 'data-outcome="open"' in waiting
    title = said(form_of("bon-de-commande", 1).title, "en")
    assert f'<span class="typed">{title}</span>' in his.get("/readings").text

    site.store.put_scan_aside(unknown.id, "op", "2 of 2 say so", site.clock.now())
    for client, outcome in ((hers, "agreed"), (his, "outvoted")):
        after = client.get("/readings").text
        assert f'data-outcome="{outcome}"' in after
        assert "This scan was set aside" in after
    reading = next(each.id for story in site.store.readings_of(amina.id) for each in story.readings)
    assert "None of these" in hers.get(f"/readings/{reading}").text


def test_a_form_that_was_told_apart_counts_as_agreed_with_who_said_so(site: Site, sign_in: SignIn) -> None:
    page = site.store.scan(site.scan("bon-de-commande", {FieldKey("order_number"): "1"})).pages[0]
    unknown = Scan(id="f" * 64, pages=(page,), form="", form_version=0, name="unknown")
    site.store.put_scan(unknown, [], site.clock.now())
    amina, ben = site.person("amina"), site.person("ben")
    said_of_form(site, amina, unknown.id, None)
    said_of_form(site, ben, unknown.id, "bon-de-commande/1 0")
    site.store.set_form(unknown.id, "bon-de-commande", 1, site.clock.now())

    assert 'data-outcome="outvoted"' in sign_in(amina).get("/readings").text
    assert 'data-outcome="agreed"' in sign_in(ben).get("/readings").text


TEXTS = st.text(alphabet="0Oo1lI .é", max_size=12)


def read_of_shown_readings(site: Site, who: Transcriber, text: str) -> str:
    """Lease and answer the next task; the reading's id."""
    (task,) = site.store.lease(who.id, 1, site.clock.now(), offer=offer_to(who))
    sent = SentReading(text=text, idem=f"{who.id}-{task.id}", seconds=0.0)
    return site.store.submit(task.id, who.id, sent, site.clock.now()).reading


@given(own=TEXTS, decided=TEXTS)
@examples(60)
def test_two_texts_over_each_other_are_both_whole_and_differ_where_they_are_marked(own: str, decided: str) -> None:
    parts = segments(own, decided)
    assert "".join(each.own for each in parts) == own
    assert "".join(each.decided for each in parts) == decided
    assert all(each.same for each in parts) == (own == decided)


@pytest.mark.parametrize(
    ("own", "decided", "differing"),
    [
        ("BC-2026-8260", "BC-2026-8200", [("6", "0")]),
        ("8O00", "8000", [("O", "0")]),
        ("12 rue du Port", "12 bis rue du Port", [("", "bis ")]),
    ],
)
def test_one_character_read_as_another_is_one_difference(
    own: str, decided: str, differing: list[tuple[str, str]]
) -> None:
    assert [(each.own, each.decided) for each in segments(own, decided) if not each.same] == differing


def test_reasons_fall_one_after_the_other_and_those_without_weight_stand_below() -> None:
    told = weights([("plain", {}), ("for", {"bits": 3.0}), ("against", {"bits": -1.0})])
    assert [each.words for each in told] == ["for", "against", "plain"]
    assert [(each.left, each.width) for each in told[:2]] == [(0.0, 1.0), (pytest.approx(2 / 3), pytest.approx(1 / 3))]
    assert told[2].bits is None


@pytest.fixture
def three(site: Site) -> tuple[Site, Transcriber, list[str]]:
    """Ann has read three fields: the first was decided as she read it, the second otherwise, the third waits."""
    site.store.put_parameters({}, site.clock.now())
    ann, ben = site.person("ann"), site.person("ben")
    mine = []
    for number, decided in enumerate(("Durand", "Durant", "")):
        scan = site.scan("bon-de-commande", {KEY: "Durand"}, name=str(number))
        mine.append(read_of_shown_readings(site, ann, "Durand"))
        if decided:
            ask(site, scan, 2)
            read_of_shown_readings(site, ben, decided)
            decide(site, scan, decided, ann, ben)
        site.clock.forward += timedelta(minutes=1)
    return site, ann, mine


def listed(page: str) -> list[str]:
    return re.findall(r'<p class="name"><a href="/readings/([\w-]+)', page)


def test_readings_are_listed_by_outcome_and_each_leads_to_the_next(
    three: tuple[Site, Transcriber, list[str]], sign_in: SignIn
) -> None:
    site, ann, (agreed, outvoted, waiting) = three
    client = sign_in(ann)
    whole = client.get("/readings").text
    assert listed(whole) == [waiting, outvoted, agreed]
    assert f'src="/readings/{agreed}/snippet"' in whole
    for shown, found in (("open", [waiting]), ("agreed", [agreed]), ("outvoted", [outvoted]), ("contested", [])):
        assert listed(client.get("/readings", params={"show": shown}).text) == found
    assert "There are none in this list." in client.get("/readings?show=contested").text
    assert client.get("/readings?show=everything").status_code == 422

    middle = client.get(f"/readings/{outvoted}").text
    assert f'rel="prev" href="/readings/{waiting}"' in middle
    assert f'rel="next" href="/readings/{agreed}"' in middle
    alone = client.get(f"/readings/{outvoted}?show=outvoted").text
    assert 'rel="prev"' not in alone
    assert 'rel="next"' not in alone

    now = site.clock.now()
    site.store.open_appeal(outvoted, ann.id, "", now + timedelta(days=7), now)
    assert listed(client.get("/readings?show=contested").text) == [outvoted]


def test_an_explanation_begins_with_one_sentence_and_shows_where_the_texts_differ(
    three: tuple[Site, Transcriber, list[str]], sign_in: SignIn
) -> None:
    _, ann, (agreed, outvoted, waiting) = three
    client = sign_in(ann)
    other = client.get(f"/readings/{outvoted}").text
    assert "Something else was decided than what you read." in other
    assert '<span class="pair differs"><span>d</span><span>t</span></span>' in other
    assert re.findall(r'data-who="(\w+)"', other) == ["person", "you"]
    assert "<summary>Details: what each reason weighs</summary>" in other
    same = client.get(f"/readings/{agreed}").text
    assert "What you read is what was decided." in same
    assert "differs" not in same
    assert "Nothing is decided yet" in client.get(f"/readings/{waiting}").text


def test_whoever_read_it_for_an_appeal_is_not_told_who_read_what(
    three: tuple[Site, Transcriber, list[str]], sign_in: SignIn
) -> None:
    site, ann, (_, outvoted, _) = three
    now = site.clock.now()
    site.store.open_appeal(outvoted, ann.id, "", now + timedelta(days=7), now)
    eve = site.person("eve", "expert")
    heard = read_of_shown_readings(site, eve, "Durand")
    page = sign_in(eve).get(f"/readings/{heard}").text
    assert "Who read what" not in page
    assert 'id="readers"' in sign_in(ann).get(f"/readings/{outvoted}").text


@pytest.mark.promise("%(num)s line more, for")
def test_lines_that_paid_nothing_are_summed_up_with_their_count(site: Site, sign_in: SignIn) -> None:
    set_pay(site)
    ann, store = site.person("ann"), cast(Any, site.store)
    site.scan("bon-de-commande", {KEY: "Durand"})
    read_of_shown_readings(site, ann, "Durand")
    for micro, reference in ((0, "skip"), (0, "skip"), (0, "question"), (21_000, "skip")):
        with store.db.write():
            number = store.person_row(ann.id)["id"]
            store.write_line(number, "time", micro, "EUR", 0.0, site.clock.now(), reference=reference)
    page = sign_in(ann).get("/pay").text
    ledger = page.partition('id="ledger"')[2].partition("</div>")[0]
    assert re.findall(r'<span class="money">([^<]+)</span></li>', ledger) == ["€0.021", "€0.014"]
    told = re.sub(r"<[^>]+>", "", ledger.partition('data-kind="empty">')[2].partition("</li>")[0])
    kinds = "Time · question asked (1), Time · skipped field (2)"
    assert told == f"3 lines more, for which nothing was left to pay: {kinds}"
    assert "0.00" not in ledger.partition("<ul")[2]


def test_amounts_and_times_stand_as_people_of_the_language_write_them() -> None:
    assert amount(10_833_401, "EUR", "fr").split() == ["10,83", "€"]
    assert (amount(10_833_401, "EUR", "en"), amount(5_000_000, "JPY", "en")) == ("€10.83", "JP¥5")
    assert exact_amount(14_000, "EUR", "es").split() == ["0,014", "€"]
    assert exact_amount(50_000, "EUR", "en") == "€0.05"
    assert (amount(0, "EUR", "en"), placed_amount(0, "EUR", 5, "en")) == ("€0.00", "€0.00")
    assert (amount(4_000, "EUR", "en"), amount(400_000, "JPY", "en")) == ("less than €0.01", "less than JP¥1")
    assert amount(4_000, "EUR", "fr").replace("\N{NO-BREAK SPACE}", " ") == "moins de 0,01 €"
    assert (exact_amount(40, "EUR", "en"), full_amount(40, "EUR", "en")) == ("less than €0.0001", "€0.00004")
    assert (placed_amount(1, "EUR", 4, "en"), amount(-300, "EUR", "en")) == ("less than €0.0001", "-€0.0003")
    french = [spent(each, "fr").replace("\N{NO-BREAK SPACE}", " ") for each in (1, 45, 90, 7200)]
    assert french == ["1 seconde", "45 secondes", "1,5 minute", "2 heures"]
    assert [spent(each, "es") for each in (1, 90)] == ["1 segundo", "1,5 minutos"]
    assert month("2026-11", "fr") == "novembre 2026"

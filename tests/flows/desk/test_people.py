"""The section People: work by name as each sees it of themselves, who is missing, several people invited at once."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest
from fastapi.testclient import TestClient

from flows.desk.pages.people_page import _nobody_missing, read_lines
from flows.desk.visit import Visit
from tests.flows.desk.desk_site import DeskSite, post
from tests.flows.house import until
from tests.transcribe.store.world import sent
from transcribe.i18n.form_words import NO_DIRECTION
from transcribe.people import MIN_AUDITED_COUNT


@pytest.fixture(scope="module")
def looks(full: DeskSite) -> TestClient:
    return full.client(full.person("looks", "auditor"))


@pytest.mark.promise("By name, and no", "The same figures stand")
def test_people_stand_by_name_with_what_they_did_and_what_an_hour_comes_to(looks: TestClient) -> None:
    rows = {row["handle"]: row for row in looks.get("/desk/people/work.json").json()["work"]}
    assert list(rows) == ["ann", "bea", "eve"]
    assert rows["ann"]["appeals"] == "open: 1"
    assert rows["bea"]["skips"] == "other: 1"
    assert rows["bea"]["an_hour"].endswith(" EUR")
    assert rows["ann"]["seconds_a_field"] > 0
    page = looks.get("/desk/people").text
    assert "Half of the people earn" in page
    assert {(row["audited"], row["wrong"]) for row in rows.values()} == {(None, None)}
    assert f"fewer than {MIN_AUDITED_COUNT}" in page
    shown = looks.get("/desk/people/person?who=bea").text.partition('id="work"')[2]
    work = dict(re.findall(r'<span class="grow">([^<]*)</span><span>([^<]*)</span>', shown))
    assert (work["Readings"], work["Skipped"]) == (str(rows["bea"]["readings"]), "Another reason: 1")
    assert post(looks, "/desk/people/count").status_code == 404, "an auditor counts nothing anew"


def test_readings_by_people_are_the_same_on_every_page_and_a_correction_is_none(full: DeskSite) -> None:
    client, store = full.client(full.person("compares", "operator")), full.home.store
    until(lambda: any(row["readings"] for row in client.get("/desk/people/work.json").json()["work"]))
    people = sum(row["readings"] for row in client.get("/desk/people/work.json").json()["work"])
    hours = client.get("/desk/throughput.json").json()["throughput"]
    now = re.search(r'id="today-readings">.*?class="figure">(\d+)', client.get("/desk").text)
    assert now
    assert int(now[1]) == sum(row["readings"] for row in hours) == people > 0
    assert sum(each.count for each in store.work_done(full.now() - timedelta(days=2), ["readings by operator"])) == 1


def test_work_that_came_after_the_count_is_said_not_to_be_in_it(busy: DeskSite, client: TestClient) -> None:
    client.get("/desk/people")
    busy.read(busy.person("ann", "transcriber"), "Mary Poole")
    part = client.get("/desk/people").text.partition('id="part-work"')[2].partition("</section>")[0]
    assert "nobody had read anything" in part
    assert "What came later is not in it." in part
    busy.app.state.desk.counted["work"].last = replace(
        busy.app.state.desk.counted["work"].last, at=busy.now() - timedelta(minutes=11)
    )
    client.get("/desk/people")
    until(lambda: client.get("/desk/people/work.json").json()["work"])
    assert [row["handle"] for row in client.get("/desk/people/work.json").json()["work"]] == ["ann"]


@pytest.mark.promise(
    "By name, and no", "The same figures stand", 'Each person sees the same row of themselves under "About me".'
)
def test_each_person_sees_the_same_row_of_themselves(full: DeskSite, looks: TestClient) -> None:
    page = looks.get("/desk/people").text.partition('id="part-work"')[2].partition("</section>")[0]
    (row,) = re.findall(r"<tr><td[^>]*>\s*<a[^>]*>bea</a>\s*</td>.*?</tr>", page, re.DOTALL)
    shown = [text.strip() for text in re.findall(r"<td data-label[^>]*>(.*?)</td>", row, re.DOTALL)][1:]
    own = full.client(full.home.store.transcriber("bea")).get("/me").text
    assert [text.strip() for text in re.findall(r'<dd dir="auto" data-figure[^>]*>(.*?)</dd>', own)] == shown
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page)
    assert re.findall(r"<dt>(.*?)</dt>", own) == heads[1 : len(shown) + 1]


LINES = """name,roles,languages,engagement,interface
Zoe,transcriber,fr en
"Max, the elder",expert auditor,fr,hourly,fr

Kim
"""


@pytest.mark.promise(
    "One person a line:", "Each signs in once", "invites several at once;", "The links are shown once."
)
def test_several_are_invited_each_with_a_link_that_is_shown_once(busy: DeskSite, client: TestClient) -> None:
    assert client.get("/desk/people/invite").status_code == 200
    answer = post(client, "/desk/people/invite", lines=LINES)
    assert answer.status_code == 200
    links = re.findall(r"/in/[A-Za-z0-9_-]+", answer.text)
    assert len(links) == 3
    people = {each.handle: each for each in busy.home.store.transcribers()}
    elder = people["Max, the elder"]
    assert elder.roles == frozenset({"expert", "auditor"})
    assert (elder.languages, elder.engagement, elder.interface_language) == (("fr",), "hourly", "fr")
    assert (people["Zoe"].interface_language, people["Kim"].interface_language) == ("fr", "en")
    by = people["op"].id
    done = [each.action for each in busy.home.store.audit() if each.actor == by and each.action != "signed in"]
    assert done == ["person kept", "link made"] * 3, "one line a deed"
    assert client.post(links[0]).status_code == 303
    assert client.post(links[0]).status_code != 303


@pytest.mark.promise("All are added, or")
def test_where_a_line_is_bad_nobody_is_added_and_each_bad_line_is_said(busy: DeskSite, client: TestClient) -> None:
    lines = "Zoe,transcriber\nKim,boss\nop,expert\nLea,expert,français!\nMia,,,monthly\nNia,,,,xx\nZoe\n,expert"
    answer = post(client, "/desk/people/invite", lines=lines)
    assert answer.status_code == 422
    assert [int(number) for number in re.findall(r'data-line="(\d+)"', answer.text)] == [2, 3, 4, 5, 6, 7, 8]
    assert "Kim,boss" in answer.text, "what was typed stands in the form again"
    assert [each.handle for each in busy.home.store.transcribers()] == ["op"]


@pytest.mark.promise("One person a line:")
def test_each_line_is_parted_by_its_own_marks() -> None:
    lines = (
        "Zoe\texpert\tfr en\nIvo;auditor;fr en;hourly;fr\n"
        '"Roe; the elder",expert\nPía, Ana;expert\nKim\texpert,auditor\nBe\u202en\nCe\u2067c\n"Max\n'
    )
    people, bad = read_lines(lines, set(), ["en", "fr"], "en")
    assert [(each.number, each.why) for each in bad][:2] == [(6, NO_DIRECTION), (7, NO_DIRECTION)]
    assert [each.number for each in bad] == [6, 7, 8], "a quote that does not close makes a bad line"
    assert [(each.handle, sorted(each.roles)) for each in people] == [
        ("Zoe", ["expert"]),
        ("Ivo", ["auditor"]),
        ("Roe; the elder", ["expert"]),
        ("Pía, Ana", ["expert"]),
        ("Kim", ["auditor", "expert"]),
    ]
    assert people[0].languages == ("fr", "en")


def test_an_operator_who_is_paused_sees_nothing_of_the_desk_and_everything_again_afterwards(desk: DeskSite) -> None:
    operator = desk.person("op", "operator")
    client = desk.client(operator)
    assert client.get("/desk").status_code == 200
    desk.home.store.set_paused(operator.id, paused=True, now=desk.now(), reason="on leave")
    for address in ("/desk", "/desk/people", "/desk/people/people.csv", "/desk/scans"):
        shut = client.get(address)
        assert (shut.status_code, "on leave" in shut.text, "/desk/scans" in shut.text) == (403, True, False)
    desk.home.store.set_paused(operator.id, paused=False, now=desk.now())
    assert client.get("/desk").status_code == 200


@pytest.mark.promise("What they read on")
def test_what_somebody_read_is_set_aside_and_taken_back_on_their_page(busy: DeskSite) -> None:
    client, store = busy.client(busy.person("olga", "operator")), busy.home.store
    ann = busy.person("ann", "transcriber")
    for number, task in enumerate(store.lease(ann.id, 2, busy.now())):
        store.submit(task.id, ann.id, sent("true", f"i{number}"), busy.now())
    mine = [each for scan in store.scan_states() for each in store.readings(scan.scan.id) if each.source == ann.id]
    assert mine
    assert 'href="/desk/people/person?who=ann"' in client.get("/desk/people").text
    assert client.get("/desk/people/person?who=ann").status_code == 200
    today = f"{busy.now():%Y-%m-%d}"
    deed = "/desk/people/person/set-aside"
    later = post(client, deed, who="ann", first="2099-01-01", why="typed blindly")
    assert (later.status_code, "lies in the future" in later.text, "typed blindly" in later.text) == (422, True, True)
    turned = post(client, deed, who="ann", first=today, last="2020-01-01", why="x")
    assert (turned.status_code, "The last day comes before the first one." in turned.text) == (422, True)
    nothing = post(client, deed, who="olga", first=today, why="x")
    assert (nothing.status_code, "There is no such reading of these days." in nothing.text) == (422, True)
    done = post(client, deed, who="ann", first="2020-01-01", last=today, why="typed blindly")
    assert (done.status_code, done.headers["location"]) == (303, "/desk/people/person?who=ann&done=readings-aside")
    busy.weigh()
    left = [each for scan in store.scan_states() for each in store.readings(scan.scan.id) if each.source == ann.id]
    assert left == []
    page = client.get("/desk/people/person?who=ann").text
    assert "readings of some days set aside" in page
    assert "typed blindly" in page
    back = post(client, "/desk/people/person/take-back", who="ann", first="2020-01-01", why="she was right")
    assert back.status_code == 303
    kept = [each for scan in store.scan_states() for each in store.readings(scan.scan.id) if each.source == ann.id]
    assert sorted(each.id for each in kept) == sorted(each.id for each in mine)


@pytest.mark.promise("It was saved which", "sees %(forms)s alone")
def test_an_operator_limits_another_to_some_forms_and_nobody_else(busy: DeskSite) -> None:
    client, store = busy.client(busy.person("olga", "operator")), busy.home.store
    aud = busy.person("aud", "auditor")
    busy.person("ann", "transcriber")
    deed = "/desk/people/person/limit"
    assert post(client, deed, who="aud", forms=["order"]).status_code == 303
    assert store.forms_of_person(aud.id) == {"order"}
    assert "sees order alone" in client.get("/desk/people/person?who=aud").text
    assert post(client, deed, who="aud").status_code == 303
    assert store.forms_of_person(aud.id) == frozenset()
    for who in ("olga", "ann"):
        refused = post(client, deed, who=who, forms=["order"])
        assert (refused.status_code, store.forms_of_person(who)) == (422, frozenset())
    assert "verb-limit" not in client.get("/desk/people/person?who=olga").text


def test_where_next_to_nobody_reads_it_is_not_said_that_nobody_is_missing(busy: DeskSite) -> None:
    for who in ("ann", "bea"):
        busy.person(who, "transcriber")
    busy.person("eve", "expert")
    assert _nobody_missing(cast("Visit", SimpleNamespace(home=busy.home, say=str))).startswith("Nobody is missing")
    for each in busy.home.store.transcribers():
        busy.home.store.set_paused(each.id, paused=True, now=busy.now())
    told = _nobody_missing(cast("Visit", SimpleNamespace(home=busy.home, say=str)))
    assert told == "Nothing waits now for somebody who is not there. Two people who read, and an expert, are the least."

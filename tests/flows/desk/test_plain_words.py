"""The desk speaks of its own pages: what is missing, what readers ask, yes and no; no options of commands."""

from __future__ import annotations

import re

import pytest

from flows.desk.scans import scan_list
from tests.flows.desk.desk_site import AGREED, DeskSite, csrf, post
from tests.transcribe.store.world import sent
from transcribe.model import Duplicate, FieldKey
from transcribe.store.facts import Offer


def test_a_question_of_a_reader_is_among_what_waits_and_its_page_keeps_the_tabs(busy: DeskSite) -> None:
    ann = busy.person("ann", "transcriber")
    (task,) = busy.home.store.lease(ann.id, 1, busy.now(), 600.0, Offer(pools=("read",)))
    measure = busy.app.state.context.options.measure
    busy.home.store.put_question(task.id, ann.id, "an o or a zero?", 3.0, busy.now(), measure)
    client = busy.client(busy.person("op", "operator"))
    (row,) = [row for row in client.get("/desk/waits.json").json()["waits"] if row["for"] == "answers"]
    assert (row["count"], bool(row["oldest"])) == (1, True)
    assert 'href="/questions"' in client.get("/desk").text.partition('id="live-waits"')[2]
    for address in ("/questions", "/people", "/appeals", "/clocks"):
        answer = client.get(address)
        assert 'class="chip" href="/desk/scans"' in answer.text, address
    assert 'class="chip"' not in busy.client(ann).get("/me").text


def test_a_contested_time_is_among_what_waits_for_an_operator(busy: DeskSite) -> None:
    ann = busy.person("ann", "transcriber")
    (task,) = busy.home.store.lease(ann.id, 1, busy.now(), 600.0, Offer(pools=("read",)))
    busy.home.store.submit(task.id, ann.id, sent("12", "one"), busy.now())
    client = busy.client(busy.person("op", "operator"))
    rows = client.get("/desk/waits.json").json()["waits"]
    assert [row["count"] for row in rows if row["for"] == "disputes"] == [0]
    busy.home.store.dispute_time(task.id, ann.id, 60.0, "the page hung", busy.now())
    rows = client.get("/desk/waits.json").json()["waits"]
    assert [row["count"] for row in rows if row["for"] == "disputes"] == [1]
    assert 'href="/clocks"' in client.get("/desk").text.split('id="waits"')[1].split("</table>")[0]


def test_what_is_missing_is_named_and_the_desk_stays_around_it(busy: DeskSite) -> None:
    client = busy.client(busy.person("op", "operator"))
    answer = client.get("/desk/scans?since=nonsense")
    assert answer.status_code == 422
    assert "Not allowed: Came from" in answer.text
    assert 'class="chip" href="/desk/batches"' in answer.text
    answer = client.post("/people", data={"csrf": csrf(client), "handle": "new", "role": ["boss"]})
    assert answer.status_code == 422
    assert "Not allowed: Roles" in answer.text
    assert "you need no link" in client.post("/in/xyz").text


def test_an_empty_file_for_a_new_form_is_said_and_a_message_names_the_file_as_its_sender_did(busy: DeskSite) -> None:
    client = busy.client(busy.person("op", "operator"))

    def sent(name: str, content: bytes) -> str:
        values = {"csrf": csrf(client), "title": "My form", "language": "eng", "locale": "en_GB"}
        return str(client.post("/desk/forms/new", data=values, files={"file": (name, content)}).text)

    assert "The file is empty, or none was chosen." in sent("blank.png", b"")
    told = sent("paper of Tom.jpg", b"no picture")
    assert "paper of Tom.jpg" in told
    assert "my-form.jpg" not in told


def test_why_a_scan_may_have_come_before_is_said_by_yes_or_no(busy: DeskSite, monkeypatch: pytest.MonkeyPatch) -> None:
    older, newer = [each.scan.id for each in busy.home.store.scan_states() if each.scan.name.startswith("doubt")]
    pair = Duplicate(
        older=older, newer=newer, batch="monday", differing=0.02, same_values=None, policy="hold",
        found_at=busy.now(), settled="open",
    )  # fmt: skip
    monkeypatch.setattr(busy.home.store, "open_duplicates", lambda limit: [pair])
    client = busy.client(busy.person("op", "operator"))
    (row,) = client.get("/desk/duplicates.json").json()["duplicates"]
    assert (row["picture"], row["values"]) == (True, None), "the form names no values that identify an order"
    shown = client.get("/desk/duplicates").text
    assert "None" not in shown
    assert "not compared" in shown
    monkeypatch.setattr(scan_list, "identifying_fields", lambda form: ("number",))
    (row,) = client.get("/desk/duplicates.json").json()["duplicates"]
    assert row["values"] is False
    shown = client.get("/desk/duplicates").text
    assert "False" not in shown
    assert ">no<" in "".join(shown.split())


def test_a_blank_field_is_no_text_that_says_blank(busy: DeskSite) -> None:
    scan = next(each.scan.id for each in busy.home.store.scan_states() if each.word == "finished")
    busy.home.store.correct_value(scan, FieldKey("total"), "", "op", "it is empty", busy.now())
    busy.weigh()
    client = busy.client(busy.person("op", "operator"))
    rows = {row["field"]: row for row in client.get(f"/desk/scan/{scan}/fields.json").json()["fields"]}
    assert (rows["total"]["what"], rows["total"]["text"]) == ("blank", None)
    assert (rows["number"]["what"], rows["number"]["text"]) == ("value", "473962")


def test_an_empty_home_says_what_comes_first_and_a_home_with_scans_does_not(desk: DeskSite) -> None:
    client = desk.client(desk.person("op", "operator"))
    steps = client.get("/desk").text.partition('id="first-steps"')[2].partition("</section>")[0]
    for address in ("/desk/forms/new", "/people", "/desk/batches/new"):
        assert f'href="{address}"' in steps
    desk.scan("first.png", AGREED)
    desk.weigh()
    assert 'id="first-steps"' not in client.get("/desk").text


def test_forms_are_chosen_by_their_title_and_a_language_that_is_none_is_refused(desk: DeskSite) -> None:
    client = desk.client(desk.person("op", "operator"))
    assert '<option value="order">Order (order)</option>' in client.get("/desk/batches/new").text
    answer = post(client, "/people", handle="max", role="transcriber", languages="zz qq")
    assert answer.status_code == 422
    assert "No language has one of these codes." in answer.text
    assert [each.handle for each in desk.home.store.transcribers()] == ["op"]
    assert post(client, "/people", handle="max", role="transcriber", languages="en pt_BR fra").status_code == 200


def test_the_tabs_of_who_is_limited_to_some_forms_lead_nowhere_that_is_closed_to_them(busy: DeskSite) -> None:
    client = busy.client(busy.person("half", "operator", forms=("order",)))
    for address in ("/questions", "/appeals"):
        tabs = client.get(address).text.partition('<nav class="sections"')[2].partition("</nav>")[0]
        found = re.findall(r'href="([^"]+)"', tabs)
        assert {each: client.get(each).status_code for each in found} == dict.fromkeys(found, 200)
        assert "/desk/people" not in found
        assert "/desk/scans" in found

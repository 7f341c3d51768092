"""The section Records: doubtful and changed records, webhooks with resending, tokens."""

from __future__ import annotations

import pytest

from flows.desk.pages.record_pages import fields_in_words
from flows.steps import keep_provisional, publish_records
from tests.flows.desk.desk_site import DeskSite, post
from tests.flows.desk.test_alarm_details import reader
from tests.transcribe.store.world import add_webhook
from transcribe.model import FieldKey


def test_a_correction_of_a_published_record_is_shown_to_who_sees_its_form(busy: DeskSite) -> None:
    store = busy.home.store
    scan = next(each.scan.id for each in store.scan_states() if each.word == "finished")
    publish_records(busy.home)
    store.correct_value(scan, FieldKey("total"), "13.50", "op", "it is a three", busy.now())
    busy.weigh()
    publish_records(busy.home)
    client = busy.client(busy.person("op", "operator"))
    (row,) = client.get("/desk/records/changes.json").json()["changes"]
    assert (row["field"], row["value_before"], row["value_after"]) == ("total", "12.50", "13.50")
    (once,) = client.get("/desk/records/corrected.json").json()["corrected"]
    assert (once["scan"], once["values"]) == (scan, 1)
    for name in ("changes", "corrected"):
        shown = client.get("/desk/records").text.partition(f'id="{name}"')[2].partition("</table>")[0]
        assert f">{store.scan(scan).name}</a>" in shown
    limited = busy.client(busy.person("half", "operator", forms=("invoice2",)))
    for name in ("changes", "corrected"):
        assert limited.get(f"/desk/records/{name}.json").json()[name] == []


def test_a_provisional_record_is_listed_with_its_fields_below_the_target(busy: DeskSite) -> None:
    assert keep_provisional(busy.home) > 0, "nobody is there who could read what is open"
    busy.weigh()
    publish_records(busy.home)
    client = busy.client(busy.person("op", "operator"))
    rows = client.get("/desk/records/provisional.json").json()["provisional"]
    assert {(row["form"], row["fields"], row["count"]) for row in rows} == {
        ("order", "customer total", 2),
        ("invoice2", "customer total", 2),
    }
    (scan,) = (each.scan.id for each in busy.home.store.scan_states() if each.scan.name == "doubt.png")
    told = client.get(f"/desk/scan/{scan}").text
    assert "Nothing is decided: this is the likeliest so far" in told
    assert "less sure than asked for" not in told
    limited = busy.client(busy.person("half", "operator", forms=("invoice2",)))
    rows = limited.get("/desk/records/provisional.json").json()["provisional"]
    assert {row["form"] for row in rows} == {"invoice2"}


def test_a_record_that_is_read_again_names_the_field_and_says_why(busy: DeskSite) -> None:
    store, op = busy.home.store, busy.person("op", "operator")
    scan = next(each.scan.id for each in store.scan_states() if each.word == "finished")
    publish_records(busy.home)
    client = busy.client(op)
    assert client.get("/desk/records/provisional.json").json()["provisional"] == []
    post(client, f"/desk/scan/{scan}/value/ask", field="total", why="it looks odd")
    busy.weigh()
    publish_records(busy.home)
    (row,) = client.get("/desk/records/provisional.json").json()["provisional"]
    assert (row["scan"], row["fields"], row["why"], row["count"]) == (scan, "total", "read again", 1)
    shown = client.get("/desk/records").text.partition('id="provisional"')[2].partition("</table>")[0]
    assert ">Total</td>" in shown
    assert ">read once more</td>" in shown


def test_fields_are_named_up_to_a_few_and_a_form_in_question_is_said(busy: DeskSite) -> None:
    record = {"form": "order", "form_version": 1}
    rules = [{"rule": "below target", "fields": [f"x{number}" for number in range(8)]}]
    visit = reader(busy, "en")
    assert fields_in_words(visit, {**record, "exceptions": rules}) == "x0, x1, x2, x3, x4, x5 and 2 more"
    assert fields_in_words(visit, {**record, "exceptions": [{"rule": "the right form", "fields": []}]}) == (
        "the form itself"
    )


@pytest.mark.needs("webhooks")
def test_what_was_given_up_is_sent_again_by_an_operator_alone(busy: DeskSite) -> None:
    store = busy.home.store
    publish_records(busy.home)
    add_webhook(busy.home.store, "erp", busy.now())
    store.fill_queue("erp", 10_000, busy.now())
    delivery = store.due_deliveries("erp", busy.now(), 1)[0]
    store.not_delivered(delivery.id, 400, "HTTP 400", None, busy.now())
    client, auditor = busy.client(busy.person("op", "operator")), busy.client(busy.person("aud", "auditor"))
    row = next(
        each
        for each in client.get("/desk/records/deliveries.json").json()["deliveries"]
        if each["number"] == delivery.id
    )
    assert (row["state"], row["answer"]) == ("dead", "HTTP 400")
    sent = {"name": "erp", "number": str(delivery.id)}
    assert post(auditor, "/desk/records/resend", **sent).status_code == 404
    assert "/desk/records/resend" not in auditor.get("/desk/records").text
    assert "/desk/records/resend" in client.get("/desk/records").text
    assert post(client, "/desk/records/resend", **sent).headers["location"] == "/desk/records?done=resend"
    assert store.deliveries("erp", "dead", limit=9) == []
    (line,) = [each for each in store.audit() if "resen" in each.action]
    assert (line.actor, line.action, line.subject) == ("op", "webhook deliveries resent", "erp")

"""Webhooks: what is told, to whom, how often and in which order, to a receiver that verifies every signature."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.administration.doctor import part_findings
from flows.administration.records import forget_scan
from flows.alerts.conditions import troubles_of_parts
from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from flows.home.settings import child_environment
from flows.parts.webhooks.http_post import Posted
from flows.parts.webhooks.retry_schedule import TRYING
from flows.parts.webhooks.sender import Sender
from flows.parts.webhooks.subscribe import add_webhook, try_webhook
from flows.parts.webhooks.troubles import webhook_troubles
from flows.serving.serve import beside_of_parts
from flows.steps.erasures import publish_records
from reconcile.records import query
from tests.flows.house import House
from tests.flows.parts.webhooks.receivers import Receiver, receiving, send_all, subscribed
from tests.flows.serving.test_api import recorded
from tests.flows.steps.test_reconcile_scans import reads_of, received
from tests.patience import PATIENCE
from transcribe.errors import NotFound, SettingsError
from transcribe.model import RECORD_EVENTS, Scan, SourceFile


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


class MovedClock:
    """A clock that goes on by itself and can be moved."""

    def __init__(self) -> None:
        self.by = timedelta()

    def __call__(self) -> datetime:
        return now() + self.by


def states(rooms: Home, name: str = "erp") -> list[tuple[str, str]]:
    return [(each.type, each.state) for each in rooms.store.deliveries(name)]


@pytest.mark.promise("A webhook is an")
def test_records_are_told_signed_in_order_and_once(rooms: Home, receiver: Receiver) -> None:
    subscribed(rooms, receiver)
    first = recorded(rooms, "1.00")
    recorded(rooms, "1.50", first)
    second = recorded(rooms, "2.00")
    forget_scan(rooms, second)
    send_all(rooms)
    send_all(rooms)
    assert sorted(receiver.types()) == ["record.completed", "record.corrected", "record.erased"]
    assert max(receiver.tries.values()) == 1
    by_type = {event["type"]: event for event in receiver.taken}
    assert by_type["record.corrected"]["data"] == {
        "scan": first,
        "form": "receipt",
        "form_version": 1,
        "record_version": 2,
        "changed": int(by_type["record.corrected"]["sequence"]),
        "epoch": 0,
        "changed_keys": ["total"],
    }
    assert "changed_keys" not in by_type["record.completed"]["data"], "a first version changed nothing"
    assert by_type["record.erased"]["subject"] == second
    assert not receiver.faults
    assert "1.50" not in str(receiver.taken)


def test_with_values_the_record_is_what_export_writes_and_a_replaced_version_has_none(
    rooms: Home, receiver: Receiver
) -> None:
    subscribed(rooms, receiver, with_values=True)
    scan = recorded(rooms, "1.00")
    recorded(rooms, "1.50", scan)
    send_all(rooms)
    old, new = (event["data"]["record"] for event in receiver.taken)
    assert old is None
    assert (new["values"]["total"], new["record_version"], new["scan"]) == ("1.50", 2, scan)


def test_an_event_says_which_values_its_version_changed(rooms: Home, receiver: Receiver) -> None:
    """One in which only a probability is another could not be told from a correction."""
    subscribed(rooms, receiver)
    scan = recorded(rooms, "1.00")
    for total, probability in (("1.00", 0.98), ("1.50", 0.98), ("1.50", 0.99), ("1.00", 0.98)):
        recorded(rooms, total, scan, probability)
    send_all(rooms)
    told = [(event["type"], event["data"].get("changed_keys")) for event in receiver.taken]
    assert told == [
        ("record.completed", None),
        *(("record.corrected", keys) for keys in ([], ["total"], [], ["total"])),
    ]
    assert not receiver.faults, "each is as its schema says"


@pytest.mark.promise("never content")
def test_only_an_event_with_values_tells_the_name_of_the_file(rooms: Home, receiver: Receiver) -> None:
    rooms.use_form("receipt")
    scan = Scan(id="7" * 64, pages=(), form="receipt", form_version=1, name="Mrs Poole 7")
    rooms.store.put_scan(scan, [], now())
    rooms.store.put_reads(scan.id, reads_of(scan, {}), now())
    with receiving() as other:
        subscribed(rooms, receiver, with_values=True)
        subscribed(rooms, other, "bare")
        recorded(rooms, scan=scan.id)
        send_all(rooms)
        assert receiver.taken[0]["data"]["record"]["name"] == "Mrs Poole 7"
        assert (other.types(), "Poole" in str(other.taken)) == (["record.completed"], False)


def test_nothing_is_told_before_it_is_published(
    rooms: Home, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribed(rooms, receiver)
    with monkeypatch.context() as patched:
        patched.setattr("tests.flows.serving.test_api.publish_records", lambda _: 0)
        recorded(rooms)
    send_all(rooms)
    assert receiver.types() == []
    publish_records(rooms)
    send_all(rooms)
    assert receiver.types() == ["record.completed"]


def test_an_endpoint_gets_the_events_and_forms_that_it_wants(rooms: Home, receiver: Receiver) -> None:
    rooms.use_form("bon-de-commande")
    subscribed(rooms, receiver, types=["record.erased"])
    with receiving() as other:
        subscribed(rooms, other, "orders", forms=["bon-de-commande"])
        scan = recorded(rooms)
        forget_scan(rooms, scan)
        send_all(rooms)
        assert (receiver.types(), other.types()) == (["record.erased"], [])


@pytest.mark.promise("never content")
def test_what_is_set_aside_and_found_twice_is_told_without_words(rooms: Home, receiver: Receiver) -> None:
    subscribed(rooms, receiver)
    file = SourceFile(sha256="a" * 64, name="Mrs Poole.jpg", size=1, media_type="image/jpeg")
    for _ in range(2):
        rooms.store.set_aside(file, "ScanError", "no picture of Mrs Poole", "monday", now())
    scan, again = received(rooms, batch="monday").id, received(rooms).id
    rooms.store.put_scan_aside(scan, "olga", "a test by Mrs Poole", now())
    rooms.store.put_identities(scan, {("BC-1",): 0.99}, "flag", now())
    other = received(rooms).id
    for each in (again, other):
        rooms.store.put_identities(each, {("BC-1",): 0.99}, "flag", now())
    send_all(rooms)
    told = [(each["type"], each["data"]) for each in sorted(receiver.taken, key=lambda each: int(each["sequence"]))]
    assert told == [
        ("scan.set_aside", {"file": "a" * 64, "batch": "monday", "reason": "ScanError"}),
        ("scan.set_aside", {"scan": scan, "form": "receipt", "batch": "monday", "reason": "set aside"}),
        ("duplicate.found", {"scan": other, "form": "receipt", "same_order_as": again, "policy": "flag"}),
    ]


def test_a_finished_batch_says_what_was_set_aside(rooms: Home, receiver: Receiver) -> None:
    subscribed(rooms, receiver)
    receiver.any_time, clock = True, MovedClock()
    first, second, third = (received(rooms, batch="monday").id for _ in range(3))
    rooms.store.put_scan_aside(second, "olga", "a cat", now())
    forget_scan(rooms, third)
    recorded(rooms, scan=first)
    clock.by = timedelta(minutes=5)
    for _ in range(3):
        Sender(home=rooms, now=clock).send_due()
    assert receiver.taken[-1]["data"] == {"batch": "monday", "scans": 2, "records": 1, "set_aside": 1}


def test_a_batch_is_finished_once_and_after_its_records(rooms: Home, receiver: Receiver) -> None:
    subscribed(rooms, receiver)
    receiver.any_time, clock = True, MovedClock()
    first, second = received(rooms, batch="monday").id, received(rooms, batch="monday").id
    recorded(rooms, scan=first)
    clock.by = timedelta(minutes=5)
    Sender(home=rooms, now=clock).send_due()
    assert receiver.types() == ["record.completed"]
    recorded(rooms, scan=second)
    Sender(home=rooms, now=now).send_due()
    assert "batch.finished" not in receiver.types(), "more of it may be on its way"
    for _ in range(3):
        Sender(home=rooms, now=clock).send_due()
    assert receiver.types() == ["record.completed"] * 2 + ["batch.finished"]
    assert receiver.taken[-1]["data"] == {"batch": "monday", "scans": 2, "records": 2, "set_aside": 0}


def test_a_failing_delivery_is_tried_again_under_the_same_id_and_holds_up_its_record_alone(
    rooms: Home, receiver: Receiver
) -> None:
    subscribed(rooms, receiver)
    bad = recorded(rooms, "1.00")
    first_version = "record.completed"
    receiver.behave = lambda event, times: (
        500 if (event["subject"], event["type"], times) == (bad, first_version, 1) else 204
    )
    recorded(rooms, "1.50", bad)
    good = recorded(rooms, "2.00")
    Sender(home=rooms, now=now).send_due()
    assert [event["subject"] for event in receiver.taken] == [good]
    hook = rooms.store.webhook("erp")
    (waiting, held) = rooms.store.deliveries("erp", "waiting")
    assert (waiting.tries, waiting.status, waiting.error, held.tries) == (1, 500, "HTTP 500", 0)
    assert 4 <= (waiting.next_at - (waiting.last_at or now())).total_seconds() <= 6
    clock = MovedClock()
    clock.by = timedelta(seconds=10)
    Sender(home=rooms, now=clock).send_due()
    assert [event["type"] for event in receiver.taken[1:]] == ["record.completed", "record.corrected"]
    assert hook.waiting == 2
    assert not rooms.store.webhook("erp").failing_since


def test_after_three_days_one_is_given_up_and_the_next_goes_on(rooms: Home, receiver: Receiver) -> None:
    subscribed(rooms, receiver)
    scan = recorded(rooms, "1.00")
    receiver.behave = lambda event, times: (
        400 if event["type"] == "record.completed" and event["subject"] == scan else 200
    )
    receiver.any_time = True
    clock, tries = MovedClock(), 0
    while rooms.store.webhook("erp").dead == 0:
        if tries % 3 == 0:
            recorded(rooms, f"{tries}.00")  # others arrive all the while
        Sender(home=rooms, now=clock).send_due()
        waits = [each.next_at for each in rooms.store.deliveries("erp", "waiting")]
        clock.by += max((waits[0] - clock()) if waits else timedelta(), timedelta(seconds=1))
        tries += 1
    assert 9 <= tries <= 13
    (dead,) = rooms.store.deliveries("erp", "dead")
    assert dead.last_at is not None
    assert dead.first_at is not None
    assert timedelta() <= dead.last_at - dead.first_at - TRYING < timedelta(minutes=1)
    assert not rooms.store.webhook("erp").off_because
    recorded(rooms, "1.50", scan)
    Sender(home=rooms, now=clock).send_due()
    assert receiver.taken[-1]["type"] == "record.corrected"
    receiver.behave = lambda event, times: 200
    assert rooms.store.resend("erp", None, now()) == 1
    Sender(home=rooms, now=clock).send_due()
    assert states(rooms)[0] == ("record.completed", "delivered")


@pytest.mark.promise("An *endpoint* where no", "nothing is tried any")
def test_an_endpoint_where_nothing_arrives_for_three_days_is_switched_off_and_loses_nothing(
    rooms: Home, receiver: Receiver
) -> None:
    subscribed(rooms, receiver)
    recorded(rooms, "1.00")
    recorded(rooms, "2.00")
    receiver.any_time, receiver.behave = True, lambda event, times: (503, {"retry-after": "7200"})
    clock = MovedClock()
    for _ in range(40):
        Sender(home=rooms, now=clock).send_due()
        clock.by += timedelta(hours=3)
    hook = rooms.store.webhook("erp")
    assert (hook.off_because, hook.waiting, hook.dead) == ("failing", 2, 0)
    receiver.behave = lambda event, times: 200
    rooms.store.switch_webhook("erp", "", clock())
    Sender(home=rooms, now=clock).send_due()
    assert receiver.types() == ["record.completed"] * 2


def test_what_waits_for_a_receiver_that_was_mended_is_tried_at_once_by_resume(rooms: Home, receiver: Receiver) -> None:
    """It waited for hours: only an endpoint that was paused or switched off was tried at once."""
    subscribed(rooms, receiver)
    recorded(rooms)
    receiver.behave = lambda event, times: (503, {"retry-after": "7200"})
    Sender(home=rooms, now=now).send_due()
    receiver.behave = lambda event, times: 200
    Sender(home=rooms, now=now).send_due()
    assert receiver.types() == []
    rooms.store.switch_webhook("erp", "", now())
    Sender(home=rooms, now=now).send_due()
    assert receiver.types() == ["record.completed"]


@pytest.mark.promise("An *endpoint* where no", "nothing is tried any")
def test_410_switches_an_endpoint_off_at_once(rooms: Home, receiver: Receiver) -> None:
    subscribed(rooms, receiver)
    receiver.behave = lambda event, times: 410
    recorded(rooms)
    Sender(home=rooms, now=now).send_due()
    recorded(rooms)
    Sender(home=rooms, now=now).send_due()
    assert rooms.store.webhook("erp").off_because == "gone"
    assert sum(receiver.tries.values()) == 1


def test_redirects_are_not_followed(rooms: Home, receiver: Receiver) -> None:
    with receiving() as other:
        subscribed(rooms, receiver)
        receiver.behave = lambda event, times: (307, {"location": other.url})
        recorded(rooms)
        Sender(home=rooms, now=now).send_due()
        assert not other.tries
        assert not other.faults
    (waiting,) = rooms.store.deliveries("erp")
    assert (waiting.state, waiting.error) == ("waiting", "HTTP 307")


@pytest.mark.promise("The old secret holds", "until the old one")
def test_both_secrets_sign_while_both_hold(rooms: Home, receiver: Receiver) -> None:
    subscribed(rooms, receiver)
    rooms.store.rotate_webhook("erp", now() + timedelta(hours=1), now())
    recorded(rooms)
    send_all(rooms)
    assert receiver.types() == ["record.completed"], "the old secret still verifies"
    assert len(receiver.headers[0]["webhook-signature"].split()) == 2
    clock = MovedClock()
    clock.by = timedelta(hours=2)
    assert len(rooms.store.webhook_secrets("erp", clock())) == 1
    assert rooms.store.webhook_secrets("erp", clock())[0] != receiver.secrets[0]


def test_secrets_stand_in_no_file_of_the_home(rooms: Home, receiver: Receiver) -> None:
    subscribed(rooms, receiver)
    recorded(rooms)
    send_all(rooms)
    secret = receiver.secrets[0].removeprefix("whsec_").encode()
    files = [each for each in rooms.settings.home.rglob("*") if each.is_file()]
    assert any(each.name == "state.db" for each in files)
    assert not [each.name for each in files if secret in each.read_bytes()]
    assert secret.decode() not in str([line.detail for line in rooms.store.audit()])


@pytest.mark.promise("a record was erased", "never content")
def test_after_forget_no_queue_tells_of_the_scan_but_that_it_is_gone(rooms: Home, receiver: Receiver) -> None:
    subscribed(rooms, receiver, with_values=True)
    receiver.behave = lambda event, times: 500
    scan = recorded(rooms, "77.77")
    Sender(home=rooms, now=now).send_due()
    forget_scan(rooms, scan)
    Sender(home=rooms, now=now).send_due()
    assert states(rooms) == [("record.completed", "erased"), ("record.erased", "waiting")]
    (erased, _) = rooms.store.deliveries("erp")
    with pytest.raises(NotFound, match="forgotten"):
        rooms.store.resend("erp", erased.id, now())
    receiver.behave = lambda event, times: 200
    rooms.store.replay_webhook("erp", 0, now())
    send_all(rooms)
    assert receiver.types() == ["record.erased"]


def test_a_replay_after_a_number_that_no_event_has_says_so(house: House, rooms: Home, receiver: Receiver) -> None:
    subscribed(rooms, receiver)
    recorded(rooms)
    last = rooms.store.last_told_number()
    done = house.run("webhooks", "replay", "erp", "--after", str(last))
    assert (done.code, f"no event has a number above {last}, the latest has {last}" in done.out) == (1, True)
    assert house.run("webhooks", "replay", "erp", "--after", str(last - 1)).code == 0


def test_replay_tells_again_under_the_same_ids(rooms: Home, receiver: Receiver) -> None:
    subscribed(rooms, receiver)
    recorded(rooms, "1.00")
    recorded(rooms, "2.00")
    send_all(rooms)
    after = min(int(event["sequence"]) for event in receiver.taken)
    rooms.store.replay_webhook("erp", after, now())
    send_all(rooms)
    assert sorted(receiver.tries.values()) == [1, 2]
    with receiving() as late:
        subscribed(rooms, late, "late", after=0)
        send_all(rooms)
        assert late.types() == ["record.completed"] * 2
        assert {event["id"] for event in late.taken} == {event["id"] for event in receiver.taken}


def test_what_is_to_be_sent_again_is_not_listed_with_the_answer_of_before(rooms: Home, receiver: Receiver) -> None:
    subscribed(rooms, receiver)
    recorded(rooms, "1.00")
    recorded(rooms, "2.00")
    send_all(rooms)
    sent = rooms.store.deliveries("erp")
    assert [(each.state, each.status) for each in sent] == [("delivered", 200)] * 2
    rooms.store.resend("erp", sent[1].id, now())
    rooms.store.replay_webhook("erp", 0, now())
    rooms.store.fill_queue("erp", query.position(rooms.settings.records), now())
    assert [(each.state, each.status) for each in rooms.store.deliveries("erp")] == [("waiting", None)] * 2


@pytest.mark.promise("The endpoint is told", "who keeps a copy")
@pytest.mark.parametrize("wants_all", [True, False])
def test_after_a_restore_nothing_is_sent_until_an_operator_says_so_and_then_all_begins_anew(
    rooms: Home, receiver: Receiver, wants_all: bool
) -> None:
    subscribed(rooms, receiver, types=[] if wants_all else ["record.completed"])
    gone, corrected = recorded(rooms), recorded(rooms)
    recorded(rooms, "1.50", corrected)
    forget_scan(rooms, gone)
    send_all(rooms)
    before = len(receiver.taken)
    waited = recorded(rooms)
    rooms.store.begin_epoch(now(), now())
    publish_records(rooms)
    send_all(rooms)
    assert len(receiver.taken) == before
    assert rooms.store.webhook("erp").off_because == "restored"
    rooms.store.switch_webhook("erp", "", now())
    send_all(rooms)
    told = [(each["type"], each["subject"]) for each in receiver.taken[before:]]
    assert told[0] == ("record.completed", waited), "what had waited comes first"
    assert told[1][0] == "records.restored", "whatever events it wants"
    assert receiver.taken[before + 1]["data"] == {"epoch": rooms.store.epoch()}
    anew = {("record.completed", waited)}
    anew |= {("record.corrected", corrected), ("record.erased", gone)} if wants_all else set()
    assert (set(told[2:]), len(told)) == (anew, 2 + len(anew))
    assert len({each["id"] for each in receiver.taken}) == len(receiver.taken), "with new ids"
    if wants_all:
        assert receiver.copy() == {corrected: (2, None), waited: (1, None)}


def test_a_lost_key_of_the_state_switches_off_instead_of_signing_wrongly(rooms: Home, receiver: Receiver) -> None:
    subscribed(rooms, receiver)
    recorded(rooms)
    store: Any = rooms.store
    from transcribe.store.state_store import Store

    other = Store(store.db, b"another key of the state" * 2, store.erasures)
    assert other.webhook_secrets("erp", now()) == ()
    Sender(
        home=Home(settings=rooms.settings, store=other, archive=rooms.archive, forms=rooms.forms), now=now
    ).send_due()
    assert rooms.store.webhook("erp").off_because == "key"
    assert not receiver.tries


@pytest.mark.promise("Any answer of 2xx")
def test_a_slow_receiver_is_left_after_its_time(
    rooms: Home, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.parts.webhooks.http_post.ANSWER_SECONDS", 0.2)
    subscribed(rooms, receiver)

    left = threading.Event()

    def slow(event: dict[str, Any], times: int) -> int:
        assert left.wait(PATIENCE), "it is waited for until it answers"
        return 200

    receiver.behave = slow
    recorded(rooms)
    Sender(home=rooms, now=now).send_due()
    left.set()
    (waiting,) = rooms.store.deliveries("erp")
    assert waiting.error == "no answer within 0.2 s"


def test_a_webhook_is_tried_by_hand(rooms: Home, receiver: Receiver) -> None:
    subscribed(rooms, receiver)
    assert try_webhook(rooms, "erp", now()) == Posted(status=200)
    assert receiver.types() == ["webhook.test"]
    (event,) = receiver.taken
    assert (event["data"], "sequence" in event) == ({"webhook": "erp"}, False), "as docs/webhooks.md says"
    receiver.secrets.clear()
    assert try_webhook(rooms, "erp", now()).status == 401


@pytest.mark.parametrize(
    ("name", "url", "more", "said"),
    [
        ("ERP", "https://192.0.2.1/", {"private": True}, "small letters"),
        ("erp", "https://192.0.2.1/", {"private": True, "types": ["record.lost"]}, "no event 'record.lost'"),
        ("erp", "https://192.0.2.1/", {"private": True, "forms": ["letter"]}, "no form 'letter'"),
        ("erp", "http://192.0.2.1/", {}, "https"),
        ("erp", "ftp://192.0.2.1/", {}, "https"),
        ("erp", "https://olga:secret@192.0.2.1/", {}, "no user, password"),
    ],
)
def test_what_cannot_be_added_is_said(rooms: Home, name: str, url: str, more: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        add_webhook(rooms, name, url, now(), **more)


def test_a_name_is_used_once(rooms: Home, receiver: Receiver) -> None:
    subscribed(rooms, receiver)
    with pytest.raises(SettingsError, match="already"):
        subscribed(rooms, receiver)
    rooms.store.remove_webhook("erp", now())
    with pytest.raises(NotFound, match="no webhook 'erp'"):
        rooms.store.webhook("erp")


def told(rooms: Home, **later: float) -> list[tuple[str, str]]:
    return [(each.code, each.mend) for each in webhook_troubles(rooms.store, now() + timedelta(**later))]


@pytest.mark.promise("Operators are told of")
def test_an_endpoint_that_fails_for_a_day_is_told_until_something_arrives(rooms: Home, receiver: Receiver) -> None:
    subscribed(rooms, receiver)
    recorded(rooms)
    receiver.behave = lambda event, times: 500
    Sender(home=rooms, now=now).send_due()
    assert told(rooms, hours=23) == []
    assert told(rooms, hours=25) == [("failing", "fairhand webhooks test erp")]
    (alert,) = troubles_of_parts(rooms, now() + timedelta(hours=25))
    assert alert.message.startswith("Nothing has arrived at the webhook erp since ")
    assert receiver.url not in alert.message
    receiver.behave = lambda event, times: 200
    rooms.store.switch_webhook("erp", "", now())
    (waiting,) = rooms.store.deliveries("erp", "waiting")
    rooms.store.resend("erp", waiting.id, now())
    Sender(home=rooms, now=now).send_due()
    assert told(rooms, hours=25) == []


@pytest.mark.promise("what happens stays in")
def test_what_waits_while_the_part_is_off_stays_goes_once_it_is_on_and_is_forgotten_with_its_scan(
    house: House, rooms: Home, receiver: Receiver
) -> None:
    subscribed(rooms, receiver)
    scans = [recorded(rooms), recorded(rooms)]
    receiver.behave = lambda event, times: 500
    assert house.run("webhooks", "send").code == 1
    house.environment = {"FAIRHAND_PARTS_OFF": "webhooks"}
    off = replace(rooms, settings=rooms.settings.model_copy(update={"parts_off": ("webhooks",)}))
    assert rooms.store.tells_webhooks()
    assert "sending webhooks" not in {each.what for each in beside_of_parts(off)}
    assert "The part webhooks is switched off" in house.run("webhooks", "send").err
    assert [*troubles_of_parts(off, now() + timedelta(hours=25))] == []
    forget_scan(off, scans[0])
    waiting = rooms.store.deliveries("erp", "waiting")
    assert [each.scan for each in waiting] == scans[1:]
    house.environment, receiver.behave = {}, lambda event, times: 200
    for each in waiting:
        rooms.store.resend("erp", each.id, now())
    assert house.run("webhooks", "send").code == 0
    assert {event["subject"]: event["type"] for event in receiver.taken} == {
        scans[0]: "record.erased",
        scans[1]: "record.completed",
    }


@pytest.mark.promise("Operators are told of")
def test_what_was_given_up_is_told_for_two_days(rooms: Home, receiver: Receiver) -> None:
    subscribed(rooms, receiver)
    recorded(rooms)
    Sender(home=rooms, now=now).send_due()
    (delivery,) = rooms.store.deliveries("erp")
    rooms.store.resend("erp", delivery.id, now())
    rooms.store.not_delivered(delivery.id, 400, "HTTP 400", None, now())
    rooms.store.delivered(delivery.id + 1000, 200, now())  # none such: nothing changes
    assert ("given up", "fairhand webhooks deliveries erp --state dead") in told(rooms)
    assert told(rooms, hours=49) == [("failing", "fairhand webhooks test erp")]


@pytest.mark.promise("Operators are told of")
def test_an_endpoint_that_was_switched_off_is_told_at_once_but_not_what_an_operator_paused(
    rooms: Home, receiver: Receiver
) -> None:
    subscribed(rooms, receiver)
    rooms.store.switch_webhook("erp", "operator", now())
    assert told(rooms) == []
    rooms.store.switch_webhook("erp", "gone", now())
    (finding,) = part_findings(rooms.settings)
    assert finding.message == "The webhook erp is switched off: it answered 410: it wants no more."
    assert (finding.mend, finding.warning) == ("fairhand webhooks resume erp", True)


ORDERS_COUNT = 6
"""Orders that are decided before each kill; a third of them is corrected, and one is forgotten."""
LONGEST_SECONDS = 600.0
"""How long everything may take to arrive at the end."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the receiver had at the end, beside what was to be had."""

    events: int
    missing: int
    twice: int
    is_equal: bool


def measure(kills: int, seed: int) -> Outcome:
    """Kill the sender so often, with orders decided, corrected and forgotten before each, and compare."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, _home(Path(folder) / "home") as home, receiving() as receiver:
        receiver.behave = _slow_and_flaky(chance)
        subscribed(home, receiver, with_values=True)
        scans: list[str] = []
        for _ in range(kills):
            _work(home, scans, chance)
            _send_and_kill(home, receiver, chance)
        sender = _start(home)
        try:
            _wait_until_all_arrived(home)
        finally:
            sender.kill()
            sender.wait()
        return _compared(home, receiver)


@contextmanager
def _home(folder: Path) -> Iterator[Home]:
    settings = configuration.load_settings(folder)
    home = open_home(settings.model_copy(update={"audit_share": 0.0}))
    try:
        yield home
    finally:
        home.close()


def _slow_and_flaky(chance: random.Random) -> Any:
    """Takes some milliseconds, and fails once in twenty times."""

    def behave(event: dict[str, Any], times: int) -> int:
        time.sleep(chance.uniform(0.001, 0.03))
        return 500 if chance.random() < 0.05 else 200

    return behave


def _work(home: Home, scans: list[str], chance: random.Random) -> None:
    new = [recorded(home, f"{chance.randrange(100_000) / 100:.2f}") for _ in range(ORDERS_COUNT)]
    scans += new
    for scan in chance.sample(scans, ORDERS_COUNT // 3):
        recorded(home, f"{chance.randrange(100_000) / 100:.2f}", scan)
    gone = chance.choice(scans)
    scans.remove(gone)
    forget_scan(home, gone)


def _start(home: Home) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "flows.parts.webhooks.send_process"]
    return subprocess.Popen(command, env=child_environment(home.settings), stdin=subprocess.DEVNULL)


def _send_and_kill(home: Home, receiver: Receiver, chance: random.Random) -> None:
    """Let the sender begin, and kill it some moments after its first delivery."""
    sender, before = _start(home), sum(receiver.tries.values())
    end = time.monotonic() + 30
    while sum(receiver.tries.values()) == before and time.monotonic() < end:
        time.sleep(0.002)
    time.sleep(chance.uniform(0.0, 0.15))
    sender.kill()
    sender.wait()


def _wait_until_all_arrived(home: Home) -> None:
    end = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < end:
        for each in home.store.deliveries("erp", "waiting", limit=10_000):
            if each.tries:  # the wait after a failure is not what is measured
                home.store.resend("erp", each.id, now())
        webhook = home.store.webhook("erp")
        if not webhook.waiting and webhook.position >= home.store.last_told_number():
            return
        time.sleep(0.2)


def _compared(home: Home, receiver: Receiver) -> Outcome:
    told = [each for each in home.store.deliveries("erp", limit=100_000) if each.state != "erased"]
    had = [event["id"] for event in receiver.taken]
    published = {each.scan: each for each in query.records(home.settings.records, "receipt")}
    copy = receiver.copy()
    is_equal = {scan: version for scan, (version, _) in copy.items()} == {
        scan: each.record_version for scan, each in published.items()
    } and all(record["values"]["total"] == published[scan].values["total"] for scan, (_, record) in copy.items())
    forgotten = {each.scan for each in told if each.type == "record.erased"}
    due = [each for each in told if each.type not in RECORD_EVENTS or each.scan not in forgotten]
    return Outcome(
        events=len(due),
        missing=len({each.message for each in due} - set(had)),
        twice=len(had) - len(set(had)),
        is_equal=is_equal and not receiver.faults,
    )


@pytest.mark.slow
@pytest.mark.parametrize("kills", [1, pytest.param(50, marks=pytest.mark.soak)])
def test_a_sender_killed_at_random_moments_loses_and_doubles_nothing(kills: int) -> None:
    done = measure(kills, seed=3)
    assert (done.missing, done.twice, done.is_equal) == (0, 0, True), done
    assert done.events > 5, "how many there are depends on when it was killed"

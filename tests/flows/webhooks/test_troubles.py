"""What operators are told of webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from flows.administration.doctor import webhook_findings
from flows.alerts.conditions import failing_webhooks
from flows.home.home import Home, now
from flows.webhooks import Sender, webhook_troubles
from tests.flows.serving.test_api import recorded
from tests.flows.webhooks.receivers import Receiver, receiving, subscribed


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


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
    (alert,) = failing_webhooks(rooms, now() + timedelta(hours=25))
    assert alert.message.startswith("Nothing has arrived at the webhook erp since ")
    assert receiver.url not in alert.message
    receiver.behave = lambda event, times: 200
    rooms.store.switch_webhook("erp", "", now())
    (waiting,) = rooms.store.deliveries("erp", "waiting")
    rooms.store.resend("erp", waiting.id, now())
    Sender(home=rooms, now=now).send_due()
    assert told(rooms, hours=25) == []


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
    (finding,) = webhook_findings(rooms.settings)
    assert finding.message == "The webhook erp is switched off: it answered 410: it wants no more."
    assert (finding.mend, finding.warning) == ("fairhand webhooks resume erp", True)

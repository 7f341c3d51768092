"""A receiver that follows the standard: it verifies signatures, and knows what it had by its `webhook-id`."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook as Verifier

from flows.home.home import Home, now
from flows.parts.webhooks.event_models import event_model
from flows.parts.webhooks.sender import Sender
from flows.parts.webhooks.subscribe import add_webhook
from flows.serving.records_answers import RecordV1


class AnyTime(Verifier):
    """Verifies all but how old a message is: tests move the clock by days."""

    def _Webhook__verify_timestamp(self, timestamp_header: str) -> datetime:
        return datetime.fromtimestamp(float(timestamp_header), tz=UTC)


Behave = Callable[[dict[str, Any], int], "int | tuple[int, dict[str, str]]"]
"""Given the event and how often it came, the status to answer, or with headers."""


def always_200(event: dict[str, Any], times: int) -> int:
    return 200


@dataclass
class Receiver:
    """What came, and a copy of the records that it keeps by it."""

    url: str = ""
    secrets: list[str] = field(default_factory=list)
    behave: Behave = always_200
    taken: list[dict[str, Any]] = field(default_factory=list)
    """The events that were answered with 2xx, each once."""
    tries: Counter[str] = field(default_factory=Counter)
    headers: list[dict[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    any_time: bool = False
    """Whether messages may bear any time."""
    _seen: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def receive(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        try:
            event = verified(body, headers, self.secrets, AnyTime if self.any_time else Verifier)
        except Exception as error:
            self.faults.append(f"{type(error).__name__}: {error}")
            return 401, {}
        message = headers["webhook-id"]
        with self._lock:
            self.tries[message] += 1
            times = self.tries[message]
            self.headers.append(headers)
        said = self.behave(event, times)
        status, more = said if isinstance(said, tuple) else (said, {})
        with self._lock:
            if 200 <= status < 300 and message not in self._seen:
                self._seen.add(message)
                self.taken.append(event)
        return status, more

    def copy(self) -> dict[str, tuple[int, Any]]:
        """The records as one knows them who follows the events: by scan (version, record)."""
        kept: dict[str, tuple[int, Any]] = {}
        for event in self.taken:
            data = event["data"]
            if event["type"] == "records.restored":
                kept.clear()
            elif event["type"] == "record.erased":
                kept.pop(data["scan"], None)
            elif event["type"].startswith("record."):
                before = kept.get(data["scan"], (0, None))[0]
                assert data["record_version"] >= before, "an older version after a newer one"
                kept[data["scan"]] = data["record_version"], data.get("record")
        return kept

    def types(self) -> list[str]:
        return [event["type"] for event in self.taken]


def verified(
    body: bytes, headers: dict[str, str], secrets: list[str], verifier: type[Verifier] = Verifier
) -> dict[str, Any]:
    """The event of a request, which one of these secrets signed, and which is CloudEvents 1.0 in JSON."""
    failed: Exception | None = None
    for secret in secrets:
        try:
            event: dict[str, Any] = verifier(secret).verify(body, headers)
        except Exception as error:
            failed = error
        else:
            is_cloud_event(event, headers)
            is_as_documented(event)
            return event
    raise failed or AssertionError("no secret")


def is_cloud_event(event: dict[str, Any], headers: dict[str, str]) -> None:
    """The rules of CloudEvents' JSON format, structured mode."""
    assert headers["content-type"].partition(";")[0] == "application/cloudevents+json"
    assert event["specversion"] == "1.0"
    for name in ("id", "source", "type"):
        assert isinstance(event[name], str)
        assert event[name]
    assert event["id"] == headers["webhook-id"]
    assert all(name.isalnum() and name.islower() and len(name) <= 20 for name in event)
    assert json.loads(json.dumps(event["data"])) == event["data"]
    assert "data_base64" not in event
    assert event["time"].endswith("Z")


def is_as_documented(event: dict[str, Any]) -> None:
    """Whether an event is as OpenAPI has it, without a key more; one of a trial stands in no contract."""
    if event["type"] == "webhook.test":
        return
    told = event_model(event["type"]).model_validate(event, strict=False).model_dump(mode="json", exclude_unset=True)
    assert told == {**event, "time": told["time"]}
    if event["data"].get("record") is not None:
        RecordV1.model_validate(event["data"]["record"])


@contextmanager
def receiving(behave: Behave = always_200) -> Iterator[Receiver]:
    """A receiver on a free port of this machine."""
    receiver = Receiver(behave=behave)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            body = self.rfile.read(length)
            if len(body) < length:  # the sender was killed on the way
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more = receiver.receive(headers, body)
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


def subscribed(rooms: Home, receiver: Receiver, name: str = "erp", **more: Any) -> Receiver:
    """The receiver, added as a webhook of the home."""
    added = add_webhook(rooms, name, receiver.url, now(), private=True, **more)
    receiver.secrets.append(added.secret)
    return receiver


def send_all(rooms: Home, seconds: float = 30.0) -> None:
    """Have everything that is in order sent, however often it must be tried, as if all waits were over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        Sender(home=rooms, now=now).send_due()
        waiting = [each for each in rooms.store.webhooks() if each.waiting and not each.off_because]
        if not waiting:
            return
        for each in waiting:
            for delivery in rooms.store.deliveries(each.name, "waiting"):
                rooms.store.resend(each.name, delivery.id, now())
    raise AssertionError("something still waits")

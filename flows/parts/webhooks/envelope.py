"""The body of an event, a CloudEvents 1.0 envelope in JSON, with the headers and signatures of Standard Webhooks."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import standardwebhooks

from flows.home import Home
from reconcile.records import query, record_search
from transcribe.errors import NotFound
from transcribe.model import RECORD_EVENTS, HomeEvent, Webhook

MEDIA_TYPE = "application/cloudevents+json; charset=utf-8"
"""The media type of an event in CloudEvents' structured mode."""


def event_body(home: Home, webhook: Webhook, event: HomeEvent) -> bytes:
    """The envelope of an event as this webhook is told it, in UTF-8."""
    subject = event.scan or event.file or event.batch or "records"
    data = event_data(home, webhook, event)
    return _enveloped(home, event.message, str(event.type), subject, event.at, data, sequence=str(event.number))


def trial_body(home: Home, message: str, name: str, now: datetime) -> bytes:
    """An event of the type `webhook.test`, which tells of nothing."""
    return _enveloped(home, message, "webhook.test", name, now, {"webhook": name})


def _enveloped(
    home: Home, message: str, type_name: str, subject: str, at: datetime, data: dict[str, Any], **more: str
) -> bytes:
    envelope = {
        "specversion": "1.0",
        "id": message,
        "source": f"urn:fairhand:{home.store.home_name()}",
        "type": type_name,
        "subject": subject,
        "time": at.isoformat().replace("+00:00", "Z"),
        **more,
        "datacontenttype": "application/json",
        "data": data,
    }
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()


def event_data(home: Home, webhook: Webhook, event: HomeEvent) -> dict[str, Any]:
    """The data of an event: references; the whole record too where the webhook has values.

    `record` is None where a later version has replaced it since, which has an event of its own.
    """
    epoch = home.store.epoch()
    if event.type in RECORD_EVENTS:
        data: dict[str, Any] = {
            "scan": event.scan,
            "form": event.form,
            "form_version": event.form_version,
            "record_version": event.version,
            "changed": event.number,
            "epoch": epoch,
        }
        if event.version > 1 and (changed := _changed_keys(home.settings.records, event)) is not None:
            data["changed_keys"] = changed
        if moved := sorted(event.forms - {event.form}):
            data["form_before"] = moved[0]
        if webhook.with_values:
            is_wanted = not webhook.forms or event.form in webhook.forms
            data["record"] = _record(home.settings.records, event) if is_wanted else None
        return data
    if event.type == "record.erased":
        return {"scan": event.scan, "form": event.form, "changed": event.number, "epoch": epoch}
    if event.type == "records.restored":
        return {"epoch": epoch}
    about = {"scan": event.scan, "form": event.form, "file": event.file, "batch": event.batch}
    if event.type in ("duplicate.found", "duplicate.lifted"):
        about["same_order_as"] = event.other
    return {**{name: value for name, value in about.items() if value}, **event.detail}


def _changed_keys(records: Path, event: HomeEvent) -> list[str] | None:
    try:
        return record_search.changed_keys(records, str(event.scan), event.version)
    except NotFound:
        return None


def _record(records: Path, event: HomeEvent) -> dict[str, Any] | None:
    """The record as `records export` has it, where it is still the one of this event."""
    if event.is_erased:
        return None
    try:
        found = next(iter(query.records(records, event.form, after=event.number - 1, limit=1)), None)
    except NotFound:
        return None
    if found is None or (found.scan, found.record_version) != (event.scan, event.version):
        return None
    return dict(found.document)


def signed_headers(message: str, body: bytes, secrets: tuple[str, ...], now: datetime) -> dict[str, str]:
    """The headers of a request, with a signature by each secret."""
    text = body.decode()
    signatures = [standardwebhooks.Webhook(each).sign(message, now, text) for each in secrets]
    return {
        "content-type": MEDIA_TYPE,
        "user-agent": "fairhand",
        "webhook-id": message,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
        "connection": "close",
    }

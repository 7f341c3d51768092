"""Webhooks and deliveries as JSON, for the command line and the HTTP interface. No secret stands in them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from flows.parts.webhooks.http_post import Posted
from transcribe.model import Delivery, DeliveryState, EventType, Webhook


class WebhookJson(BaseModel):
    """A webhook. `events` and `forms`: what it wants; empty: all. `off_because` is empty while it is sent to.

    `position` is the number up to which everything was put into its queue or left out.
    """

    name: str
    url: str
    events: tuple[EventType, ...]
    forms: tuple[str, ...]
    with_values: bool
    private: bool
    position: int
    waiting: int
    given_up: int
    off_because: str
    failing_since: datetime | None
    delivered_at: datetime | None

    @classmethod
    def of(cls, webhook: Webhook) -> WebhookJson:
        """The JSON of a webhook."""
        return cls(
            name=webhook.name,
            url=webhook.url,
            events=webhook.types,
            forms=webhook.forms,
            with_values=webhook.with_values,
            private=webhook.private,
            position=webhook.position,
            waiting=webhook.waiting,
            given_up=webhook.dead,
            off_because=webhook.off_because,
            failing_since=webhook.failing_since,
            delivered_at=webhook.delivered_at,
        )


class DeliveryJson(BaseModel):
    """A delivery: its own number, and the event with its `webhook-id` and its place in the order of all."""

    number: int
    event: EventType
    webhook_id: str
    sequence: int
    scan: str | None
    state: DeliveryState
    tries: int
    next_at: datetime | None
    last_at: datetime | None
    status: int | None
    error: str

    @classmethod
    def of(cls, delivery: Delivery) -> DeliveryJson:
        """The JSON of a delivery."""
        return cls(
            number=delivery.id,
            event=delivery.type,
            webhook_id=delivery.message,
            sequence=delivery.number,
            scan=delivery.scan,
            state=delivery.state,
            tries=delivery.tries,
            next_at=delivery.next_at if delivery.state == "waiting" else None,
            last_at=delivery.last_at,
            status=delivery.status,
            error=delivery.error,
        )


class SecretJson(BaseModel):
    """A secret that was just made, shown this once; until when the one before holds beside it."""

    name: str
    secret: str
    old_until: datetime | None = None


class TrialJson(BaseModel):
    """What a receiver answered to a trial: the HTTP status, or what went wrong before there was one."""

    taken: bool
    status: int | None
    error: str

    @classmethod
    def of(cls, posted: Posted) -> TrialJson:
        """The JSON of a try."""
        return cls(taken=posted.is_taken, status=posted.status, error=posted.error)

"""Webhooks and deliveries as JSON, for the command line and the HTTP interface. No secret stands in them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, model_validator

from transcribe.model import DeliveryState, EventType


class WebhookJson(BaseModel):
    """A webhook. `events` and `forms`: what it wants; empty: all. `off_because` is empty while it is sent to.

    `position` is the number up to which everything was put into its queue or left out.
    """

    model_config = ConfigDict(from_attributes=True)

    name: str
    url: str
    events: tuple[EventType, ...] = Field(validation_alias="types")
    forms: tuple[str, ...]
    with_values: bool
    private: bool
    position: int
    waiting: int
    given_up: int = Field(validation_alias="dead")
    off_because: str
    failing_since: datetime | None
    delivered_at: datetime | None


class DeliveryJson(BaseModel):
    """A delivery: its own number, and the event with its `webhook-id` and its place in the order of all.

    `next_at` is empty of one that does not wait.
    """

    model_config = ConfigDict(from_attributes=True)

    number: int = Field(validation_alias="id")
    event: EventType = Field(validation_alias="type")
    webhook_id: str = Field(validation_alias="message")
    sequence: int = Field(validation_alias="number")
    scan: str | None
    state: DeliveryState
    tries: int
    next_at: datetime | None
    last_at: datetime | None
    status: int | None
    error: str

    @model_validator(mode="after")
    def _next_of_waiting(self) -> DeliveryJson:
        if self.state != "waiting":
            self.next_at = None
        return self


class SecretJson(BaseModel):
    """A secret that was just made, shown this once; until when the one before holds beside it."""

    name: str
    secret: str
    old_until: datetime | None = None


class TrialJson(BaseModel):
    """What a receiver answered to a trial: the HTTP status, or what went wrong before there was one."""

    model_config = ConfigDict(from_attributes=True)

    taken: bool = Field(validation_alias="is_taken")
    status: int | None
    error: str

"""Webhooks over HTTP: a program adds its own address, looks at its deliveries, and has them sent again.

A program cannot allow a network inside: that is said on the command line or in the settings.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Annotated, Any, TypeVar, get_args

import fastapi
from fastapi import APIRouter, Body, FastAPI, HTTPException, Query
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from flows.home import Home, now
from flows.house import ProgramRoutes
from flows.parts.webhooks.envelope import MEDIA_TYPE
from flows.parts.webhooks.event_models import event_model
from flows.parts.webhooks.subscribe import add_webhook, try_webhook
from flows.parts.webhooks.webhook_answers import DeliveryJson, SecretJson, TrialJson, WebhookJson
from transcribe.errors import NotFound, SettingsError
from transcribe.model import DeliveryState, EventType
from transcribe.people import Scope
from transcribe.store import ApiToken

Answer = TypeVar("Answer")

Allowed = Callable[[Scope], Any]
"""Makes of a scope the dependency of a route that it opens."""

NAME_PATTERN = r"^[a-z][a-z0-9_-]*$"
"""The name of a webhook, of at most 64 characters."""

MOST_DELIVERIES_COUNT = 500
"""The most deliveries in one answer. Chosen by hand."""

MOST_NUMBER = 2**62
"""Above every number of an event."""

TRIED_AGAIN: dict[int | str, dict[str, Any]] = {"default": {"description": "Not taken: it is sent again later"}}
"""What any answer but 2xx means."""

Name = Annotated[str, fastapi.Path(max_length=64, pattern=NAME_PATTERN)]
Number = Annotated[int, fastapi.Path(ge=1, le=MOST_NUMBER)]


class NewWebhook(BaseModel):
    """A webhook to be made. `after`: it is told what came after this number; without it from now on."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(max_length=64, pattern=NAME_PATTERN)
    url: str = Field(min_length=1, max_length=2000)
    events: list[EventType] = Field(default=[], max_length=20)
    forms: list[str] = Field(default=[], max_length=1000)
    with_values: bool = False
    after: int | None = Field(default=None, ge=0, le=MOST_NUMBER)


class Rotation(BaseModel):
    """How many hours the old secret holds beside the new one."""

    model_config = ConfigDict(extra="forbid")

    hours: float = Field(default=24.0, ge=0, le=720, allow_inf_nan=False)


class Replay(BaseModel):
    """The number of the last event that the receiver has; 0: none."""

    model_config = ConfigDict(extra="forbid", strict=True)

    after: int = Field(ge=0, le=MOST_NUMBER)


class Webhooks(BaseModel):
    """Every webhook by name."""

    webhooks: tuple[WebhookJson, ...]


class Deliveries(BaseModel):
    """Deliveries in the order of their events. `after` is what to ask for the next page, None where there is none."""

    deliveries: tuple[DeliveryJson, ...]
    after: int | None


class Resent(BaseModel):
    """How many deliveries are sent again."""

    deliveries: int


def webhook_routes(home: Home, allowed: Allowed) -> APIRouter:
    """The routes over one home; they need the context of the review app that they are put into."""
    router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"])
    _add_looks(router, home, allowed)
    _add_changes(router, home, allowed)
    _add_repeats(router, home, allowed)
    return router


def _add_looks(router: APIRouter, home: Home, allowed: Allowed) -> None:
    """Which webhooks there are, and what became of their deliveries."""
    reads = allowed("webhooks:read")

    @router.get("")
    async def webhooks(token: ApiToken = reads) -> Webhooks:
        return Webhooks(webhooks=tuple(map(WebhookJson.model_validate, await run_in_threadpool(home.store.webhooks))))

    @router.get("/{name}")
    async def webhook(name: Name, token: ApiToken = reads) -> WebhookJson:
        return WebhookJson.model_validate(await _asked(lambda: home.store.webhook(name)))

    @router.get("/{name}/deliveries")
    async def deliveries(
        name: Name,
        state: DeliveryState | None = None,
        after: Annotated[int, Query(ge=0, le=MOST_NUMBER)] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST_DELIVERIES_COUNT)] = 100,
        token: ApiToken = reads,
    ) -> Deliveries:
        found = await _asked(lambda: home.store.deliveries(name, state, after, limit))
        more = found[-1].number if len(found) == limit else None
        return Deliveries(deliveries=tuple(map(DeliveryJson.model_validate, found)), after=more)


def _add_changes(router: APIRouter, home: Home, allowed: Allowed) -> None:
    """Making, ending, pausing and giving a new secret."""
    manages = allowed("webhooks:manage")

    @router.post("", status_code=201)
    async def add(wanted: NewWebhook, token: ApiToken = manages) -> SecretJson:
        if wanted.with_values and "records:read" not in token.scopes:
            raise HTTPException(403, "Whole records are sent by request of a token with the scope records:read only.")
        wish = partial(add_webhook, types=wanted.events, forms=wanted.forms)
        values, after, by = wanted.with_values, wanted.after, _named(token)
        added = await _asked(lambda: wish(home, wanted.name, wanted.url, now(), with_values=values, after=after, by=by))
        return SecretJson(name=wanted.name, secret=added.secret)

    @router.delete("/{name}", status_code=204)
    async def remove(name: Name, token: ApiToken = manages) -> None:
        await _changed(home, token, lambda: home.store.remove_webhook(name, now()))

    @router.post("/{name}/secret")
    async def rotate(name: Name, how: Rotation, token: ApiToken = manages) -> SecretJson:
        until = now() + timedelta(hours=how.hours)
        secret = await _changed(home, token, lambda: home.store.rotate_webhook(name, until, now()))
        return SecretJson(name=name, secret=secret, old_until=until)

    @router.post("/{name}/pause")
    async def pause(name: Name, token: ApiToken = manages) -> WebhookJson:
        await _changed(home, token, lambda: home.store.switch_webhook(name, "operator", now()))
        return WebhookJson.model_validate(await _asked(lambda: home.store.webhook(name)))

    @router.post("/{name}/resume")
    async def resume(name: Name, token: ApiToken = manages) -> WebhookJson:
        await _changed(home, token, lambda: home.store.switch_webhook(name, "", now()))
        return WebhookJson.model_validate(await _asked(lambda: home.store.webhook(name)))


def _add_repeats(router: APIRouter, home: Home, allowed: Allowed) -> None:
    """Trying an address, and sending again."""
    manages = allowed("webhooks:manage")

    @router.post("/{name}/test")
    async def try_now(name: Name, token: ApiToken = manages) -> TrialJson:
        return TrialJson.model_validate(await _asked(lambda: try_webhook(home, name, now())))

    @router.post("/{name}/replay")
    async def replay(name: Name, what: Replay, token: ApiToken = manages) -> WebhookJson:
        await _changed(home, token, lambda: home.store.replay_webhook(name, what.after, now()))
        return WebhookJson.model_validate(await _asked(lambda: home.store.webhook(name)))

    @router.post("/{name}/resend")
    async def resend_given_up(name: Name, token: ApiToken = manages) -> Resent:
        return Resent(deliveries=await _changed(home, token, lambda: home.store.resend(name, None, now())))

    @router.post("/{name}/deliveries/{number}/resend")
    async def resend(name: Name, number: Number, token: ApiToken = manages) -> Resent:
        return Resent(deliveries=await _changed(home, token, lambda: home.store.resend(name, number, now())))


async def _asked(ask: Callable[[], Answer]) -> Answer:
    """The answer of a function that is run in a thread: NotFound becomes a 404, SettingsError a 422."""
    try:
        return await run_in_threadpool(ask)
    except NotFound as error:
        raise HTTPException(404, str(error)) from error
    except SettingsError as error:
        raise HTTPException(422, str(error)) from error


def _named(token: ApiToken) -> str:
    """A token as the log names it."""
    return f"token {token.prefix}"


async def _changed(home: Home, token: ApiToken, deed: Callable[[], Answer]) -> Answer:
    """As `_asked`, in one transaction, of which the log says which token it was."""

    def do() -> Answer:
        with home.store.together(by=_named(token)):
            return deed()

    return await _asked(do)


def document_events(app: FastAPI) -> None:
    """Put every event into the OpenAPI of an application, under `webhooks`."""
    for event in get_args(EventType):
        _add_event(app, event, event_model(event))


def _add_event(app: FastAPI, event: str, model: type[BaseModel]) -> None:
    def receive(body: Any) -> None:
        """Never called: it only tells FastAPI what is sent."""

    receive.__annotations__["body"] = Annotated[model, Body(media_type=MEDIA_TYPE.partition(";")[0])]
    app.webhooks.post(
        event,
        status_code=204,
        summary=event,
        description=model.__doc__,
        operation_id=event,
        response_description="Taken, as any answer of 2xx within 15 s",
        responses=TRIED_AGAIN,
        openapi_extra={"security": []},
    )(receive)


ROUTES = ProgramRoutes(routes=webhook_routes, document=document_events)
"""The routes that the part adds to the interface for programs."""

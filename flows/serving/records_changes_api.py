"""The part of `/api/v1` that changes something, and what lies behind a record: explanations, pictures of its fields."""

from __future__ import annotations

import json
from functools import partial
from typing import Annotated, Any

import fastapi
from fastapi import APIRouter, HTTPException, Query, Response
from starlette.concurrency import run_in_threadpool

from flows.home import Home
from flows.mending import require_fitting, require_shown, text_of_value
from flows.output import explained, explained_whole
from flows.serving import records_answers as answers
from flows.serving.api import FIELD_PATTERN, Form, _in_thread, _log, allowed
from flows.serving.api_answers import ExplainedScan
from flows.serving.records_answers import PROBLEMS
from flows.serving.records_api import PREFIX, ScanId
from flows.serving.requests_once import IdempotencyKey, IfMatch, once, require_version, version_seen
from reconcile.records import record_search
from transcribe.drawing import surroundings
from transcribe.errors import NotFound, SettingsError
from transcribe.model import FieldKey, PagePicture, keys_in_words
from transcribe.review import Here, picture_response
from transcribe.store import ApiToken, Store

PICTURES: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}, "image/jpeg": {}, "image/webp": {}}}}
"""What a route of pictures answers."""

PAGE = Annotated[int, fastapi.Path(ge=1, le=10_000, description="the number of the page, from 1")]

Key = Annotated[
    str | None,
    Query(max_length=100, pattern=FIELD_PATTERN, description="only the surroundings of this field, with a frame"),
]

ExplainedKey = Annotated[
    str | None, Query(max_length=100, pattern=FIELD_PATTERN, description="only this field; else every one")
]


def records_changes_api(home: Home) -> APIRouter:
    """The routes over one home; they need the context of the review app that they are put into."""
    router = APIRouter(prefix=PREFIX, tags=["records"], responses=PROBLEMS)
    _add_corrections(router, home)
    _add_receipts(router, home)
    _add_explanations(router, home)
    _add_pictures(router, home)
    return router


def _add_corrections(router: APIRouter, home: Home) -> None:
    @router.post("/records/{form}/{scan}/corrections", status_code=202, responses=answers.OTHER_VERSION)
    async def correct(
        context: Here,
        response: Response,
        token: Annotated[ApiToken, allowed("records:write")],
        form: Form,
        scan: ScanId,
        correction: answers.CorrectionV1,
        idempotency_key: IdempotencyKey = None,
        if_match: IfMatch = None,
    ) -> answers.CorrectedV1:
        """Say what a field says, with the reason: the last word on it. Who read the field sees it, and stays paid."""
        whole, key = await _in_thread(partial(_record_and_key, home, form, scan, correction.key))
        text = await _fitting(home, whole, key, correction)
        by, now, seen = f"token {token.prefix}", context.now(), version_seen(if_match, whole, correction.record_version)

        def mend(store: Store) -> answers.CorrectedV1:
            require_version(store, whole, form, seen)
            reading = store.correct_value(whole, key, text, by, correction.reason, now)
            return answers.CorrectedV1(reading=reading)

        asked = (f"correction {form} {whole}", correction)
        answer, is_new = await once(context, token, idempotency_key, asked, response, answers.CorrectedV1, mend)
        if is_new:
            context.on_submit(whole)
            await _log(context, token, "value corrected", whole, {"form": form, "field": str(key)})
        return answer


def _add_receipts(router: APIRouter, home: Home) -> None:
    @router.post("/records/{form}/{scan}/receipts", status_code=202)
    async def receive(
        context: Here,
        response: Response,
        token: Annotated[ApiToken, allowed("records:write")],
        form: Form,
        scan: ScanId,
        receipt: answers.ReceiptV1,
        idempotency_key: IdempotencyKey = None,
    ) -> answers.KeptV1:
        """Say that a record was taken, or why not. A rejected one has its field read by one person more.

        Unless its value was corrected since that version: what was rejected is no longer said. Who accepted a version
        of which a value is another now is told the newer one too.
        """
        if receipt.status == "rejected" and not (receipt.key and receipt.reason):
            raise HTTPException(422, "A rejected record needs the key of the field that is wrong, and the reason.")
        rejected = receipt.key if receipt.status == "rejected" else None
        whole, key = await _in_thread(partial(_record_and_key, home, form, scan, rejected))
        if rejected is not None:
            await _in_thread(partial(_shown, home, whole, key))
        newer = await _in_thread(partial(_newer_value, home, form, whole, receipt.record_version, rejected))
        by, now = f"token {token.prefix}", context.now()

        def keep(store: Store) -> answers.KeptV1:
            asks = rejected is not None and newer is None
            if asks:
                store.ask_value(whole, key, by, receipt.reason, now)
            return answers.KeptV1(asked_again=str(key) if asks else None, newer_version=newer)

        asked = (f"receipt {form} {whole}", receipt)
        answer, is_new = await once(context, token, idempotency_key, asked, response, answers.KeptV1, keep)
        if is_new:
            if answer.asked_again is not None:
                context.on_submit(whole)
            detail = {"form": form, "record_version": receipt.record_version, "field": answer.asked_again or ""}
            await _log(context, token, f"record {receipt.status}", whole, detail)
        return answer


def _add_explanations(router: APIRouter, home: Home) -> None:
    @router.get("/records/{form}/{scan}/explanation", response_model_exclude_unset=True)
    async def explanation(
        context: Here,
        token: Annotated[ApiToken, allowed("explain:read")],
        form: Form,
        scan: ScanId,
        field: ExplainedKey = None,
    ) -> ExplainedScan:
        """How the values of a record came to be; with `field` that one, weighed again. It names nobody."""
        whole, _ = await _in_thread(partial(_record_and_key, home, form, scan, field))
        fields = await _in_thread(
            lambda: [explained(home, whole, field, names=False)] if field else explained_whole(home, whole)
        )
        await _log(context, token, "explanation read", whole, {"field": field or ""})
        return ExplainedScan(scan=whole, fields=tuple(fields))


def _add_pictures(router: APIRouter, home: Home) -> None:
    @router.get("/records/{form}/{scan}/pages/{number}", response_class=Response, responses=PICTURES)
    async def page(
        context: Here,
        token: Annotated[ApiToken, allowed("pictures:read")],
        form: Form,
        scan: ScanId,
        number: PAGE,
        field: Key = None,
    ) -> Response:
        """The straightened page of a record, in whose pixels boxes are; or the surroundings of a field on it."""
        whole, key = await _in_thread(partial(_record_and_key, home, form, scan, field))
        picture = await _in_thread(partial(_picture, home, whole, number))
        content = await context.picture(picture.sha256)
        if field is not None:
            places = await context.look(lambda store: store.places(whole))
            box = next((each.box for each in places if each.key == key and each.page == number), None)
            if box is None:
                raise HTTPException(404, f"{key} is not on page {number} of this scan.")
            content = await run_in_threadpool(partial(surroundings, content, picture.size, box, (), whole=False))
        await _log(context, token, "picture read", whole, {"form": form, "page": number, "field": field or ""})
        return picture_response(content)


def _record_and_key(home: Home, form: str, scan: str, key: str | None) -> tuple[str, FieldKey]:
    """The whole id of the scan of a published record of this form, and the key. NotFound where there is no record."""
    record_search.document(home.settings.records, form, scan)
    known = home.store.scan(scan)
    if key is None:
        return known.id, FieldKey("")
    wanted = FieldKey.parse(key)
    there = {each.key for each in home.store.decisions(known.id)}
    if wanted not in there:
        raise NotFound(f"The record has no field {key!r}. Use one of {keys_in_words(sorted(there, key=str))}.")
    return known.id, wanted


def _newer_value(home: Home, form: str, scan: str, version: int, key: str | None) -> int | None:
    """The number of the record's version in force, where it has another value of this field than version `version`.

    Without a field any value counts. None where it has the same. NotFound where there is no such version.
    """
    _, then = record_search.document(home.settings.records, form, scan, version)
    number, now = record_search.document(home.settings.records, form, scan)
    before, after = (_values(text, key) for text in (then, now))
    return None if before == after else number


def _values(record: str, key: str | None) -> dict[object, tuple[object, object]]:
    """The value of a field in the JSON of a record, and why it has none; without a field of all of them."""
    fields: list[dict[str, object]] = json.loads(record)["fields"]
    return {each["key"]: (each["value"], each["null"]) for each in fields if key in (None, each["key"])}


def _shown(home: Home, scan: str, key: FieldKey) -> None:
    try:
        require_shown(home, scan, key)
    except SettingsError as error:
        raise HTTPException(422, str(error)) from error


async def _fitting(home: Home, scan: str, key: FieldKey, said: answers.CorrectionV1) -> str:
    """The text of a correction; an HTTPException of 422 where it is no value of its field, or two."""

    if (said.value is None) == (said.text is None):
        raise HTTPException(422, "A correction has either a value, as the record has it, or a text, as the form does.")

    def fitting() -> str:
        if said.value is not None:
            return text_of_value(home, scan, key, said.value)
        text = said.text or ""
        require_fitting(home, scan, key, text, no_value=said.as_written, other_pattern=True)
        return text

    try:
        return await _in_thread(fitting)
    except SettingsError as error:
        raise HTTPException(422, str(error).replace("say --anyway", "send as_written")) from error


def _picture(home: Home, scan: str, number: int) -> PagePicture:
    found = next((each for each in home.store.pictures(scan) if each.number == number), None)
    if found is None:
        raise NotFound(f"This scan has no page {number}.")
    return found

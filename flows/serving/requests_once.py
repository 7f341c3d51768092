"""Requests that are done once and against the version that was seen: Idempotency-Key, If-Match."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, TypeVar

from fastapi import Header, HTTPException, Response
from pydantic import BaseModel

from transcribe.errors import AnsweredOtherwise
from transcribe.review import Context
from transcribe.store import ApiToken, Store

Answer = TypeVar("Answer", bound=BaseModel)

REPLAYED_HEADER = "idempotency-replayed"
"""Says that an answer is the one that was given when the request came first."""

RECORD_TAG = r'"([0-9a-f]{12,64})-([0-9]{1,10})(?:-[0-9a-f]{8})?"'
"""The ETag of a record: its scan, its version, and the shape of records, which older ones lack."""

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="a random key of this request: sent again with it within 30 days, it is answered as the first time",
    ),
]

IfMatch = Annotated[
    str | None,
    Header(
        max_length=2000,
        description="the ETag of the record that was seen: where there is a later version, the answer is 412",
    ),
]


async def once(
    context: Context,
    token: ApiToken,
    key: str | None,
    asked: tuple[str, BaseModel],
    response: Response,
    model: type[Answer],
    deed: Callable[[Store], Answer],
) -> tuple[Answer, bool]:
    """The answer of a change, and whether it was done now: sent again with the same key it is not.

    `asked` is what the request was, its path and body; `model` is that of its answer. HTTPException 422 where the key
    had another request.
    """
    if key is None:
        return await context.change(deed), True
    digest, now = sha256(f"{asked[0]} {asked[1].model_dump_json()}".encode()).hexdigest(), context.now()
    made: list[Answer] = []

    def done(store: Store) -> str:
        made.append(deed(store))
        return made[-1].model_dump_json()

    try:
        kept, again = await context.change(
            lambda store: store.answered_once(token.prefix, key, digest, now, lambda: done(store))
        )
    except AnsweredOtherwise as error:
        raise HTTPException(422, str(error)) from error
    if not again:
        return made[-1], True
    response.headers[REPLAYED_HEADER] = "true"
    return model.model_validate_json(kept), False


def version_seen(if_match: str | None, scan: str, told: int | None) -> int | None:
    """The version of a scan's record that a program has seen; None where it says none, or any (`*`).

    HTTPException 412 where If-Match is no ETag of this record, 422 where the two differ.
    """
    if if_match is None or if_match.strip() == "*":
        return told
    seen = [int(number) for of, number in re.findall(RECORD_TAG, if_match) if of == scan]
    if not seen:
        raise HTTPException(412, "If-Match names no ETag of this record. Read it again, then decide.")
    if told is not None and told not in seen:
        raise HTTPException(422, "If-Match and record_version name different versions.")
    return told if told is not None else max(seen)


def require_version(store: Store, scan: str, form: str, seen: int | None) -> None:
    """HTTPException 412 where the record has another version than the one that was seen, or is about to have one."""
    if seen is None:
        return
    record = store.last_record(scan)
    if record is None or (record.form, record.version) != (form, seen):
        known = "none of this form" if record is None or record.form != form else str(record.version)
        raise HTTPException(412, f"The record has version {known} now, not {seen}. Read it again, then decide.")
    if store.is_correction_waiting(scan):
        raise HTTPException(412, "The record was corrected, and its new version comes in seconds. Read it again then.")

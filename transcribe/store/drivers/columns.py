"""Values become columns, and rows become nouns: times are microseconds, lists are canonical JSON."""

from __future__ import annotations

import json
import json.encoder
from collections.abc import Callable, Mapping, Set
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from transcribe.store.drivers.database import Row

T = TypeVar("T")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Times are stored as microseconds since this moment."""

DAY_SECONDS = 86_400
"""Seconds of a day."""

SECOND_MICROS = 1_000_000
"""Microseconds of a second."""


def micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC, exactly."""
    since = moment - EPOCH
    return (since.days * DAY_SECONDS + since.seconds) * SECOND_MICROS + since.microseconds


def moment(value: int) -> datetime:
    """The time of these microseconds, aware UTC."""
    return EPOCH + timedelta(microseconds=value)


def moment_or_none(value: int | None) -> datetime | None:
    """As `moment`; None stays None."""
    return None if value is None else moment(value)


CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False)
"""How values become text that is kept and hashed."""


@cache
def _encoder() -> Callable[[object], str]:
    """`CANONICAL.encode` with the encoder in C made once. Each call makes it anew, which is two fifths of its time."""
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return CANONICAL.encode
    basic: Any = getattr(json.encoder, "encode_basestring")  # noqa: B009  # typeshed does not know it
    chunks = make(None, CANONICAL.default, basic, None, ":", ",", True, False, True)
    return lambda value: "".join(chunks(value, 0))


def text(value: object) -> str:
    """Canonical JSON: sorted keys, no spaces, so that equal values are equal text."""
    return _encoder()(value)


PLAIN_TYPES = frozenset({int, str, float, bool, bytes, NoneType})
"""Types of values that a database keeps as they are."""


def as_columns(values: dict[str, object]) -> dict[str, object]:
    """The values of a statement as a database keeps them."""
    if PLAIN_TYPES.issuperset(map(type, values.values())):  # as those of most statements of a submit are
        return values
    return {name: each if type(each) in PLAIN_TYPES else _column(each) for name, each in values.items()}


def _column(value: object) -> object:
    if isinstance(value, datetime):
        return micros(value)
    if isinstance(value, Set):
        return text(sorted(value))
    if isinstance(value, Mapping):
        return text(dict(value))
    return text(value) if isinstance(value, list | tuple) else value


def noun(kind: Callable[..., T], row: Row, /, **given: Any) -> T:
    """The noun of a row: each attribute is `given`, or comes from the column of its name."""
    return kind(**given, **{name: read(row[name]) for name, read in _readers(kind).items() if name not in given})


def attributes(noun: Any) -> dict[str, Any]:
    """What a noun says, as the values of a statement; those that it does not name are left."""
    return {each.name: getattr(noun, each.name) for each in fields(noun)}


@cache
def _readers(kind: Any) -> dict[str, Callable[[Any], Any]]:
    """How each attribute of a noun is read from its column."""
    return {name: _reader(hint) for name, hint in get_type_hints(kind).items()}


def _reader(hint: Any) -> Callable[[Any], Any]:
    kind = get_origin(hint) or hint
    if kind in (Union, UnionType) and datetime in get_args(hint):
        return moment_or_none
    if kind in (tuple, frozenset):
        return lambda value: kind(json.loads(value or "[]"))
    if kind is Mapping:
        return lambda value: json.loads(value or "{}")
    known: dict[Any, Callable[[Any], Any]] = {datetime: moment, bool: bool}
    return known.get(kind, lambda value: value)

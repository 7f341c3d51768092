"""The events that programs are sent, as models: the OpenAPI of `/api/v1` documents them. Keys are only ever added."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from inspect import cleandoc
from types import MappingProxyType
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, Field, WithJsonSchema, create_model

from transcribe.model import EventType

Data = TypeVar("Data", bound=BaseModel)

WholeRecord = Annotated[
    dict[str, Any] | None,
    WithJsonSchema({"anyOf": [{"$ref": "#/components/schemas/RecordV1"}, {"type": "null"}]}),
]
"""A record as `/api/v1` answers it; null where a later version has replaced it since."""

Scan = Annotated[str, Field(description="The id of a scan: the SHA-256 of what was taken in, in hexadecimal.")]


class EventV1(BaseModel, Generic[Data]):
    """A CloudEvents 1.0 envelope. `id` is that of the header `webhook-id`, the same however often it is sent.

    `sequence` is the event's number, in one series with `changed` of records and `next` of pages.
    """

    specversion: Literal["1.0"]
    id: str
    source: Annotated[str, Field(examples=["urn:fairhand:9f86d081884c7d65"])]
    type: EventType
    subject: str
    time: datetime
    sequence: Annotated[str, Field(pattern=r"^[0-9]+$")]
    datacontenttype: Literal["application/json"]
    data: Data


class RecordDataV1(BaseModel):
    """Which record, and which version of it, is published.

    `changed_keys` stands only from version 2 on: the keys of the values that changed since the version before, as
    `lines.quantity[2]`; none where only a probability or an exception did. It is left out of a version that is not
    published any more. `form_before` stands only where the scan turned out to be of another form, `record` only for
    webhooks with values.
    """

    scan: Scan
    form: str
    form_version: int
    record_version: int
    changed: int
    epoch: int
    changed_keys: tuple[str, ...] = ()
    form_before: str = ""
    record: WholeRecord = None


class ErasedDataV1(BaseModel):
    """Which scan was forgotten, or withdrawn with its batch: a copy of its record is to be dropped."""

    scan: Scan
    form: str
    changed: int
    epoch: int


class RestoredDataV1(BaseModel):
    """The home was restored from a backup, and counts from `epoch` on: start over."""

    epoch: int


class SetAsideDataV1(BaseModel):
    """A scan, or a file (its SHA-256), that cannot be read or that an operator set aside, and why.

    What is not known is left out.
    """

    scan: str = ""
    file: str = ""
    form: str = ""
    batch: str = ""
    reason: str


class DuplicateDataV1(BaseModel):
    """A scan that is or may be an order that came before, or is none any more. `policy`: what the home does then."""

    scan: Scan
    same_order_as: str = ""
    form: str = ""
    batch: str = ""
    file: str = ""
    policy: str


class BatchDataV1(BaseModel):
    """A batch of which nothing is open any more.

    It counts its scans, those with a record, and those set aside or settled as duplicates.
    """

    batch: str
    scans: int
    records: int
    set_aside: int


_DATA: Mapping[EventType, type[BaseModel]] = MappingProxyType(
    {
        "record.completed": RecordDataV1,
        "record.corrected": RecordDataV1,
        "record.provisional": RecordDataV1,
        "record.erased": ErasedDataV1,
        "records.restored": RestoredDataV1,
        "scan.set_aside": SetAsideDataV1,
        "duplicate.found": DuplicateDataV1,
        "duplicate.lifted": DuplicateDataV1,
        "batch.finished": BatchDataV1,
    }
)
"""The model of `data` of each event."""


@cache
def event_model(event: EventType) -> type[BaseModel]:
    """An event whole, by its type."""
    name = event.replace(".", " ").replace("_", " ").title().replace(" ", "")
    data = _DATA[event]
    return create_model(
        f"{name}V1",
        __base__=EventV1[data],  # type: ignore[valid-type]  # a model chosen while it runs
        __doc__=cleandoc(data.__doc__ or ""),
        type=(Literal[event], ...),  # type: ignore[arg-type]  # the same of a literal
    )

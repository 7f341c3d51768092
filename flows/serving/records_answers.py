"""What `/api/v1` takes and answers, as models; `/api/v1/openapi.json` documents them. Keys are only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from flows.administration import PayLine
from flows.output import Explanation
from reconcile.records import FieldQuality, MonthOfWork, quality
from transcribe.model import Value

State = Literal["final", "provisional"]
"""A record is provisional while some value of it is not decided."""

Scan = Annotated[str, Field(description="The id of a scan: the SHA-256 of what was taken in, in hexadecimal.")]


class FieldV1(BaseModel):
    """Where one value of a record came from.

    `key` names the value, such as "total" or "lines.price[0]". `null` says why `value` is null: blank, illegible,
    absent or crossed out. `box` is x0, y0, x1, y1 in pixels of the straightened page, from its top left; `box_share`
    in shares of the page, 0 to 1. `known` is what master data say. `people` and `experts` count who read it.
    """

    key: str
    name: str
    row: int | None
    value: str | None
    null: str | None
    currency: str | None
    text: str
    probability: Annotated[float, Field(ge=0, le=1)]
    method: str
    machines: tuple[str, ...]
    people: int
    experts: int
    readings: int
    page: int | None
    box: tuple[int, int, int, int] | None
    page_size: tuple[int, int] | None
    box_share: tuple[float, float, float, float] | None
    known: Literal["known", "ambiguous", "not in catalogue"] | None
    known_key: str | None
    known_value: str | None
    parameters: int
    decision_version: int


class ExceptionV1(BaseModel):
    """A rule that the paper breaks, or what is not sure of the whole record."""

    rule: str
    fields: tuple[str, ...]
    expected: str
    found: str


class RecordV1(BaseModel):
    """A record. `values` has fields by name and tables as lists of lines with their `row` from 0; their schema is at
    `/api/v1/forms/{form}/schema`. Amounts are exact decimal texts, dates are ISO 8601. `same_order_as` is settled to be
    this same order; of `may_be_same_order_as` nobody has said."""

    id: int
    scan: Scan
    name: str
    form: str
    form_version: int
    record_version: int
    recorded_at: datetime
    first_recorded_at: datetime
    state: State
    same_order_as: str | None
    may_be_same_order_as: str | None
    changed: int
    currency: str
    values: dict[str, Value | list[dict[str, Value]]]
    fields: tuple[FieldV1, ...]
    exceptions: tuple[ExceptionV1, ...]


class ErasedV1(BaseModel):
    """A scan that was forgotten: a copy of its record is to be dropped."""

    scan: Scan
    changed: int


class LeftV1(BaseModel):
    """A scan that turned out to be of another form, now `form`: a copy of this form's records drops it."""

    scan: Scan
    changed: int
    form: str


class PageV1(BaseModel):
    """Records of a form, in the order of their changes (with `as_of`: of their ids).

    `erased` are the scans of any form that were forgotten since, `left` those of this form that are of another now.
    `next` is what to ask `after` the next time. `more` says that there is more already. `epoch` is the number above
    which a restored home counts; 0: it never was.
    """

    records: tuple[RecordV1, ...]
    erased: tuple[ErasedV1, ...]
    left: tuple[LeftV1, ...]
    next: int
    more: bool
    epoch: int


class FormsV1(BaseModel):
    """The forms of which records are published, and that this token may read."""

    forms: tuple[str, ...]


class VersionV1(BaseModel):
    """A version of a record; `valid_to` is null while it is in force."""

    record_version: int
    valid_from: datetime
    valid_to: datetime | None
    changed: int


class VersionsV1(BaseModel):
    """The versions of a record, the first one first."""

    versions: tuple[VersionV1, ...]


class ChangeV1(BaseModel):
    """A value that a later version changed: before, after, who decided it, and the reason that was given."""

    record_version: int
    changed_at: datetime
    key: str
    value_before: str | None
    value_after: str | None
    no_value_before: str | None
    no_value_after: str | None
    probability_before: float | None
    probability_after: float | None
    method: str | None
    why: str


class HistoryV1(BaseModel):
    """What later versions of a record changed, the first change first."""

    changes: tuple[ChangeV1, ...]


class FormChangeV1(ChangeV1):
    """A change with the record that it is of: its scan, and the number of the change."""

    scan: Scan
    changed: int


class FormHistoryV1(BaseModel):
    """What later versions of a form's records changed, in order. `next` is what to ask `after` the next time."""

    changes: tuple[FormChangeV1, ...]
    next: int
    more: bool


class FieldQualityV1(BaseModel):
    """What audits found of a field: of `audited` decided values, drawn by lot and read again blind, `wrong` were wrong.

    The true share lies between `low` and `high` 19 times in 20 or more often (exact: none of 1,000 is at most 0.37 %).
    `since` and `until` are the first and last audit. Of nothing audited share, low, high, since and until are null.
    """

    field: str
    type: str
    audited: int
    wrong: int
    share: float | None
    low: float | None
    high: float | None
    since: datetime | None
    until: datetime | None


class LabourV1(BaseModel):
    """What the people who are paid worked and earned in a month (UTC); null where it would tell of one."""

    month: str
    currency: str
    people: int
    hours: float | None
    pay: float | None
    pay_per_hour: float | None


class QualityV1(BaseModel):
    """How often decided values of a form are wrong, as audits found: all its fields together (`whole`), and each alone.

    It is counted once a day and with `fairhand records publish`; `measured_at` says when, null where it never was.
    `labour` is of the whole home, month by month, the latest first.
    """

    form: str
    measured_at: datetime | None
    whole: FieldQualityV1
    fields: tuple[FieldQualityV1, ...]
    labour: tuple[LabourV1, ...]


def quality_answer(form: str, rows: Sequence[FieldQuality], months: Sequence[MonthOfWork]) -> QualityV1:
    """The answer from the rows of records.db; zeros where nothing was audited."""
    nothing = dict.fromkeys(("share", "low", "high", "since", "until"))
    whole: dict[str, object] = {"field": quality.WHOLE_FORM, "type": "", "audited": 0, "wrong": 0, **nothing}
    told = [{**asdict(each), "low": each.interval_low, "high": each.interval_high} for each in rows]
    return QualityV1.model_validate(
        {
            "form": form,
            "measured_at": rows[0].measured_at if rows else None,
            "whole": next((each for each in told if each["field"] == quality.WHOLE_FORM), whole),
            "fields": [each for each in told if each["field"] != quality.WHOLE_FORM],
            "labour": [asdict(each) for each in months],
        }
    )


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class CorrectionV1(_Sent):
    """What a field says: `value` as in the record, or `text` as on the form.

    A null value and an empty text are blank. A text that reads two ways is refused, and so is what is not of
    `record_version` (or If-Match), the last one.
    """

    key: Annotated[str, Field(max_length=100, examples=["total"])]
    value: Annotated[str, Field(max_length=10_000)] | int | bool | None = None
    text: Annotated[str | None, Field(max_length=10_000, examples=["1 234,50"])] = None
    reason: Annotated[str, Field(min_length=1, max_length=1000, examples=["The customer called."])]
    record_version: Annotated[int | None, Field(ge=1, le=2**31)] = None
    as_written: Annotated[bool, Field(description="take what is no value: an exception of the record")] = False


class CorrectedV1(BaseModel):
    """A correction was taken. The record has a new version within seconds. `reading` is what takes it back."""

    reading: str


class ReceiptV1(_Sent):
    """What a system made of a record. A rejected one names a field and the reason, and the field is asked again."""

    status: Literal["accepted", "rejected"]
    record_version: Annotated[int, Field(ge=1, le=2**31)]
    key: Annotated[str | None, Field(max_length=100)] = None
    reason: Annotated[str, Field(max_length=1000)] = ""


class KeptV1(BaseModel):
    """A receipt was kept. `asked_again` is the field that somebody reads once more, or null.

    Where the rejected value is no longer that of the record, nobody is asked; `newer_version` has the one to look at.
    So it has where a version was accepted of which any value is another now; it is null where all are the same.
    """

    asked_again: str | None
    newer_version: int | None = None


class ProblemV1(BaseModel):
    """What could not be done (RFC 9457). `detail` says what is wrong and what to do; `instance` names the error."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemV1, "description": words}
    for status, words in (
        (401, "No token in force"),
        (403, "The token lacks the scope, or the form"),
        (404, "There is no such form, record, field or picture"),
        (422, "A parameter that is not allowed; the problem names it"),
        (429, "Too many requests; Retry-After says when"),
        (503, "Busy; send it again"),
    )
}
"""What every route may answer besides."""

START_OVER: dict[int | str, dict[str, Any]] = {
    410: {"model": ProblemV1, "description": "The number was given by another state of the home: start over"}
}
"""What those may answer that are asked after a number."""

OTHER_VERSION: dict[int | str, dict[str, Any]] = {
    412: {"model": ProblemV1, "description": "The record has another version than the one that was seen"}
}
"""What those may answer that change a record."""


# What the HTTP interface answers, as models; `/openapi.json` documents them.


class PublishedForms(BaseModel):
    """The forms of which records are published."""

    forms: tuple[str, ...]


class ErasedScan(BaseModel):
    """A scan that was forgotten: a copy of its record is to be dropped."""

    scan: str
    changed: int


class RecordFieldJson(BaseModel):
    """Where one value of a record came from: its probability, method and readers.

    `null` says why `value` is None. `machines` are sources; `people` and `experts` count who has read it. `row` counts
    from 0. `box` is x0, y0, x1, y1 on `page`.
    """

    name: str
    row: int | None
    value: str | None
    null: str | None
    text: str
    probability: float
    method: str
    machines: tuple[str, ...]
    people: int
    experts: int
    page: int | None
    box: tuple[int, int, int, int] | None


class BrokenRuleJson(BaseModel):
    """A rule of the form that the paper itself breaks."""

    rule: str
    fields: tuple[str, ...]
    expected: str
    found: str


class RecordJson(BaseModel):
    """One record. `values` has each field by name, and each table as a list of its lines.

    `changed` grows with every change of any record.
    """

    scan: str
    name: str
    form: str
    form_version: int
    record_version: int
    recorded_at: str
    changed: int
    currency: str
    values: dict[str, Value | list[dict[str, Value]]]
    fields: tuple[RecordFieldJson, ...]
    exceptions: tuple[BrokenRuleJson, ...]


class RecordPage(BaseModel):
    """Records of a form in the order in which they changed, as `fairhand records export --format jsonl` has them.

    `position` is what to ask `after` the next time; `more` says that there is more already. `epoch` is 0, or the
    position from which a home counts that was restored from a backup: lower ones are answered with 410.
    """

    records: tuple[RecordJson, ...]
    erased: tuple[ErasedScan, ...]
    position: int
    epoch: int
    more: bool


class ExplainedScan(BaseModel):
    """How the values of a scan came to be, as `fairhand scan explain --json` tells it, without any name."""

    scan: str
    fields: tuple[Explanation, ...]


class PayReport(BaseModel):
    """What everybody is owed and was paid, as `fairhand pay report --json` has it."""

    people: tuple[PayLine, ...]

"""What the HTTP interface answers, as models; `/openapi.json` documents them."""

from __future__ import annotations

from pydantic import BaseModel

from flows.administration import PayLine
from flows.output import Explanation
from transcribe.model import Value


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

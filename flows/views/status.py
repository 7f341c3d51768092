"""The state of a home: counts, every scan, every file that was set aside, and who is missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import AliasPath, BaseModel, ConfigDict, Field, PlainSerializer

from flows.home import Home
from flows.steps import held_forms
from transcribe.people import is_same_text
from transcribe.store import Counts, MissingPeople, SetAside

# What a read model is: made from a fact of the store, and dumped as what `--json` prints.


class View(BaseModel):
    """A read model: each field is what a fact has under the same name, where `from_fact` names no other place."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


Moment = Annotated[datetime, PlainSerializer(datetime.isoformat, when_used="json-unless-none")]
"""A time, in JSON as ISO 8601 with its offset."""


def from_fact(*path: str) -> Any:
    """A field that a fact has elsewhere, such as `from_fact("scan", "id")`."""
    return Field(validation_alias=AliasPath(*path))


class ScanStateJson(View):
    """One scan: what it is, the quality of its pages, and how far its fields have come. Times are ISO 8601.

    `fields` are `decided`, `open_fields` (people are asked) and `unasked_fields` together. Of one that is `set_aside`
    nobody is asked, and `aside_because` says why.
    """

    scan: str = from_fact("scan", "id")
    name: str = from_fact("scan", "name")
    batch: str = from_fact("scan", "batch")
    form: str = from_fact("scan", "form")
    form_version: int = from_fact("scan", "form_version")
    received_at: Moment
    fit: int | float | None
    quality: dict[str, int | float]
    advice: tuple[str, ...]
    fields: int
    decided: int
    open_fields: int
    unasked_fields: int
    open_tasks: int
    recorded_at: Moment | None
    erased_at: Moment | None
    set_aside: bool
    aside_because: str


class SetAsideJson(View):
    """A file that could not be read: the error's class as `type`, and a message that says what to do."""

    file: str = from_fact("file", "name")
    sha256: str = from_fact("file", "sha256")
    type: str = from_fact("error")
    message: str
    batch: str
    at: Moment


class QuarantinedJson(View):
    """A scan that could not be weighed. `type` is the error's class; `reading` is to blame, where one is."""

    scan: str = from_fact("scan", "id")
    name: str = from_fact("scan", "name")
    batch: str = from_fact("scan", "batch")
    type: str = from_fact("error")
    message: str
    reading: str | None
    tries: int
    since: Moment
    retry_at: Moment | None


class StatusJson(Counts):
    """The state of a home: counts per form, then every scan and every file set aside.

    Of each form, `fields` are `decided_by_machine`, `decided_by_people`, `open_fields` and `unasked_fields` together;
    `audited_fields` were drawn by lot and read again, and count for whoever decided them first where the audit found
    the same; `reopened_fields` are those open ones of which a value was decided before. `waiting_reasons` has the open
    tasks by reason code, `asked` the fields that people have read by the reason of the first question.
    `ignored_patterns` tell each pattern of a form that is not used any more, `held_forms` each form whose records
    cannot be published, and each record that cannot be written.
    `provisional_records` are those of the records with a value that is not decided. `missing_people` tells, of the
    whole home, who is missing where nobody who is there can finish a field. `waiting_duplicates` counts the scans that
    may be an order that came before, and that nobody has settled.
    `waiting_scans` have readings that are not weighed; `unread_scans` are taken in and not read by machines yet.
    """

    scan_states: tuple[ScanStateJson, ...]
    files_set_aside: tuple[SetAsideJson, ...]
    quarantined: tuple[QuarantinedJson, ...]
    ignored_patterns: tuple[str, ...]
    held_forms: tuple[str, ...]
    missing_people: tuple[MissingPeople, ...]
    waiting_duplicates: int
    records_db: str


def status_json(home: Home, counts: Counts, set_aside: Sequence[SetAside], batch: str | None) -> StatusJson:
    """The state of a home, of one batch or of all."""
    return StatusJson(
        **vars(counts),
        scan_states=tuple(map(ScanStateJson.model_validate, home.store.scan_states(batch))),
        files_set_aside=tuple(map(SetAsideJson.model_validate, set_aside)),
        quarantined=tuple(
            QuarantinedJson.model_validate(each)
            for each in home.store.quarantined()
            if batch in (None, each.scan.batch)
        ),
        ignored_patterns=tuple(home.forms.ignored_patterns()),
        held_forms=tuple(held_forms(home.settings)),
        missing_people=tuple(home.store.missing_people()),
        waiting_duplicates=sum(each.waits and batch in (None, each.batch) for each in home.store.duplicates()),
        records_db=str(home.settings.records),
    )


# Known values in use, with how many answers of people were as expected.


class KnownValue(View):
    """A field that is known to say something. `answers` are of those who did not know that it is."""

    scan: str
    name: str
    field: str
    text: str
    answers: int
    as_expected: int


def known_values(home: Home) -> list[KnownValue]:
    """Every known value in use."""
    found = []
    for item in home.store.control_answers():
        scan, key, text = home.store.scan(item.truth.scan), item.truth.key, item.truth.text
        form = home.forms(scan.form, scan.form_version)
        right = sum(is_same_text(each.text or "", text, form.field(key.name), form) for each in item.readings)
        found.append(
            KnownValue(
                scan=scan.id,
                name=scan.name,
                field=str(key),
                text=text,
                answers=len(item.readings),
                as_expected=right,
            )
        )
    return found

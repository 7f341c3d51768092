"""The JSON of `fairhand status` as models."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel

if TYPE_CHECKING:
    from flows.home import Home
    from transcribe.store import Counts, Quarantined, ScanState, SetAside


class ScanStateJson(BaseModel):
    """One scan: what it is, the quality of its pages, and how far its fields have come. Times are ISO 8601.

    `fields` are `decided`, `open_fields` (people are asked) and `unasked_fields` together. Of one that is `set_aside`
    nobody is asked, and `aside_because` says why.
    """

    scan: str
    name: str
    batch: str
    form: str
    form_version: int
    received_at: str
    fit: int | float | None
    quality: dict[str, int | float]
    advice: tuple[str, ...]
    fields: int
    decided: int
    open_fields: int
    unasked_fields: int
    open_tasks: int
    recorded_at: str | None
    erased_at: str | None
    set_aside: bool
    aside_because: str


class SetAsideJson(BaseModel):
    """A file that could not be read: the error's class as `type`, and a message that says what to do."""

    file: str
    sha256: str
    type: str
    message: str
    batch: str
    at: str


class QuarantinedJson(BaseModel):
    """A scan that could not be weighed: the error's class as `type`, and the reading to blame, if there is one."""

    scan: str
    name: str
    batch: str
    type: str
    message: str
    reading: str | None
    tries: int
    since: str
    retry_at: str | None


class AskedJson(BaseModel):
    """Fields that people have read, those of them that are decided, and those that were asked needlessly.

    `needless`: the decided text is exactly what every engine had read before anybody was asked.
    """

    fields: int
    decided: int
    needless: int


class MissingPeopleJson(BaseModel):
    """People without whom fields are finished by nobody who is there: so many more of a role, who have not read them.

    They read one of the `languages`, are in one of the `regions` and have the `qualification`, where any is named.
    `waits`: orders that are not finished, checks of decided fields, or appeals.
    """

    role: str
    people: int
    languages: tuple[str, ...]
    regions: tuple[str, ...]
    qualification: str
    waits: str
    fields: int
    orders: int


class StatusJson(BaseModel):
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

    scans: Mapping[str, int]
    fields: Mapping[str, int]
    decided_by_machine: Mapping[str, int]
    decided_by_people: Mapping[str, int]
    audited_fields: Mapping[str, int]
    open_fields: Mapping[str, int]
    reopened_fields: Mapping[str, int]
    unasked_fields: Mapping[str, int]
    open_tasks: Mapping[str, int]
    waiting_reasons: Mapping[str, Mapping[str, int]]
    asked: Mapping[str, Mapping[str, AskedJson]]
    records: Mapping[str, int]
    provisional_records: Mapping[str, int]
    set_aside: int
    waiting_scans: int
    unread_scans: int
    forgotten_scans: int
    scan_states: tuple[ScanStateJson, ...]
    files_set_aside: tuple[SetAsideJson, ...]
    quarantined: tuple[QuarantinedJson, ...]
    ignored_patterns: tuple[str, ...]
    held_forms: tuple[str, ...]
    missing_people: tuple[MissingPeopleJson, ...]
    waiting_duplicates: int
    records_db: str


def status_json(home: Home, counts: Counts, set_aside: Sequence[SetAside], batch: str | None) -> StatusJson:
    """The state of a home, of one batch or of all."""
    from flows.steps import held_forms  # takes a moment, and few commands need it

    return StatusJson(
        **dataclasses.asdict(counts),
        scan_states=tuple(map(_scan_state, home.store.scan_states(batch))),
        files_set_aside=tuple(map(_set_aside, set_aside)),
        quarantined=tuple(_quarantined(each) for each in home.store.quarantined() if batch in (None, each.scan.batch)),
        ignored_patterns=tuple(home.forms.ignored_patterns()),
        held_forms=tuple(held_forms(home.settings)),
        missing_people=tuple(MissingPeopleJson(**dataclasses.asdict(each)) for each in home.store.missing_people()),
        waiting_duplicates=sum(each.waits and batch in (None, each.batch) for each in home.store.duplicates()),
        records_db=str(home.settings.records),
    )


def _scan_state(state: ScanState) -> ScanStateJson:
    return ScanStateJson(
        scan=state.scan.id,
        name=state.scan.name,
        batch=state.scan.batch,
        form=state.scan.form,
        form_version=state.scan.form_version,
        received_at=state.received_at.isoformat(),
        fit=state.fit,
        quality=dict(state.quality),
        advice=state.advice,
        fields=state.fields,
        decided=state.decided,
        open_fields=state.open_fields,
        unasked_fields=state.unasked_fields,
        open_tasks=state.open_tasks,
        recorded_at=_iso(state.recorded_at),
        erased_at=_iso(state.erased_at),
        set_aside=state.set_aside,
        aside_because=state.aside_because,
    )


def _set_aside(file: SetAside) -> SetAsideJson:
    return SetAsideJson(
        file=file.file.name,
        sha256=file.file.sha256,
        type=file.error,
        message=file.message,
        batch=file.batch,
        at=file.at.isoformat(),
    )


def _quarantined(scan: Quarantined) -> QuarantinedJson:
    return QuarantinedJson(
        scan=scan.scan.id,
        name=scan.scan.name,
        batch=scan.scan.batch,
        type=scan.error,
        message=scan.message,
        reading=scan.reading,
        tries=scan.tries,
        since=scan.since.isoformat(),
        retry_at=_iso(scan.retry_at),
    )


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None

"""Rows of the state become nouns, and nouns become columns."""

from __future__ import annotations

import json
import json.encoder
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal

from transcribe.codes import Flag
from transcribe.geometry import Box
from transcribe.model import (
    Decision,
    Evidence,
    FieldKey,
    Outcome,
    Place,
    Reading,
    Record,
    RuleException,
    Scan,
    ScanPage,
    SnippetFrame,
    Task,
    TaskKind,
    Transcriber,
    Truth,
    Value,
)
from transcribe.store.drivers.database import Row

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Times are stored as microseconds since this moment."""

DAY_SECONDS = 86_400
"""Seconds of a day."""

SECOND_MICROS = 1_000_000
"""Microseconds of a second."""

VALUE_LANE = "value"
"""The lane of all tasks that ask what a field says."""


def lane_of(kind: TaskKind) -> str:
    """The lane of a kind of task. All kinds that ask what a field says share one lane; every other kind has its own."""
    return VALUE_LANE if kind in ("read", "locate", "adjudicate", "audit", "test", "appeal") else kind


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


def values_of(row: Row) -> list[Any]:
    """The values of a row in the order of its statement."""
    return list(row)  # type: ignore[call-overload, no-any-return]  # a row is a sequence too


def key_columns(key: FieldKey) -> dict[str, object]:
    """The columns of a field's key. NULLs are distinct in a UNIQUE index, so "no row" is -1."""
    return {"name": key.name, "row_number": -1 if key.row is None else key.row}


def key_of(row: Row) -> FieldKey:
    """The key of a row with `name` and `row_number`."""
    return FieldKey(row["name"], None if row["row_number"] < 0 else row["row_number"])


def scan_of(row: Row, pages: list[Row]) -> Scan:
    """A scan with its pages."""
    return Scan(
        id=row["sha256"],
        pages=tuple(
            ScanPage(file=page["file"], page=page["page"], turn=page["turn"], hocr=page["hocr"]) for page in pages
        ),
        form=row["form"],
        form_version=row["form_version"],
        name=row["name"],
        batch=row["batch"],
    )


def place_of(row: Row, scan: str, key: FieldKey) -> Place:
    """A place."""
    return Place(
        scan=scan,
        key=key,
        page=row["page"],
        box=Box(row["x0"], row["y0"], row["x1"], row["y1"]),
        snippet=row["snippet"],
        confidence=row["confidence"],
        frame=_frame_of(row["frame"]),
    )


def frame_text(frame: SnippetFrame | None) -> str | None:
    """A frame as the column keeps it: nine numbers with commas between."""
    return ",".join(map(str, (*frame.field, *frame.writing, frame.letter))) if frame else None


def _frame_of(kept: str | None) -> SnippetFrame | None:
    if not kept:
        return None
    numbers = [int(each) for each in kept.split(",")]
    return SnippetFrame(field=Box(*numbers[:4]), writing=Box(*numbers[4:8]), letter=numbers[8])


def reading_of(row: Row) -> Reading:
    """A reading. Where its words were erased, `text` is None and a flag says so."""
    flags = _list_of(row["flags"])
    return Reading(
        id=row["id"],
        scan=row["scan"],
        key=key_of(row),
        source=row["source"],
        kind=row["kind"],
        text=row["text"],
        at=moment(row["at"]),
        confidence=row["confidence"],
        alternatives=tuple([(each, confidence) for each, confidence in _list_of(row["alternatives"])]),
        seconds=row["seconds"],
        flags=frozenset([*flags, Flag.ERASED] if row["erased"] else flags),
        shown=row["shown"],
        conditions=json.loads(row["conditions"]),
        box=Box(*json.loads(row["box"])) if row["box"] else None,
        task=row["task"],
        legible=row["legible"] or "",
        reason=row["reason"] or "",
    )


def _list_of(column: str | None) -> Sequence[Any]:
    """A list from its column. It is mostly empty, and a scan has a hundred readings: an empty one is not parsed."""
    return json.loads(column) if column and column != "[]" else ()


def task_of(row: Row) -> Task:
    """A task, from `task_seen`.

    A reading that an expert has the last word with is an adjudication, and its box is empty at first.
    """
    return Task(
        id=row["public_id"],
        scan=row["scan"],
        key=key_of(row),
        kind="adjudicate" if row["resort"] and row["kind"] == "read" else row["kind"],
        reason=row["resort"] or row["reason"],
        slot=row["slot"],
        pool=row["pool"],
        priority=row["priority"],
        form=row["form"],
        form_version=row["form_version"],
        transcriber=row["transcriber"],
        leased_until=moment_or_none(row["leased_until"]),
        closed_at=moment_or_none(row["closed_at"]),
        ease=row["ease"],
        prefill="" if row["resort"] else row["prefill"] or "",
        elsewhere=row["elsewhere"],
    )


def decision_of(row: Row) -> Decision:
    """A decision, from `decision_seen`."""
    return Decision(
        key=key_of(row),
        value=json.loads(row["value"]),
        text=row["text"],
        probability=row["probability"],
        method=row["method"],
        evidence=tuple([Evidence(code=code, numbers=numbers) for code, numbers in json.loads(row["evidence"])]),
        readings=tuple(json.loads(row["readings"])),
        parameters=row["parameters"],
        null=row["no_value"],
        proposal=row["proposal"],
        version=row["version"],
    )


def decision_columns(decision: Decision) -> dict[str, Any]:
    """The columns of a decision, facts and words together. Equal decisions have equal columns."""
    value: Value = decision.value
    return {
        "probability": decision.probability,
        "method": decision.method,
        "no_value": decision.null,
        "parameters": decision.parameters,
        "readings": text(list(decision.readings)),
        "value": text(value),
        "text": decision.text,
        "evidence": text([[each.code, dict(each.numbers)] for each in decision.evidence]),
        "proposal": decision.proposal,
    }


def record_of(row: Row, decisions: list[Row], exceptions: str) -> Record:
    """A record as it was concluded."""
    return Record(
        scan=row["scan"],
        form=row["form"],
        form_version=row["form_version"],
        decisions=tuple(decision_of(each) for each in decisions),
        exceptions=tuple(_exception(each) for each in json.loads(exceptions)),
        version=row["version"],
    )


def exceptions_text(exceptions: tuple[RuleException, ...]) -> str:
    """The exceptions of a record as text."""
    return text([[each.rule, [list(key) for key in each.keys], each.expected, each.found] for each in exceptions])


def truth_of(row: Row, scan: str, key: FieldKey) -> Truth:
    """A truth in use."""
    return Truth(scan=scan, key=key, text=row["text"], origin=row["origin"], at=moment(row["at"]))


def transcriber_of(row: Row) -> Transcriber:
    """A person."""
    return Transcriber(
        id=row["public_id"],
        handle=row["handle"],
        roles=frozenset(json.loads(row["roles"])),
        languages=tuple(json.loads(row["languages"])),
        qualifications=frozenset(json.loads(row["qualifications"])),
        time_zone=row["time_zone"],
        engagement=row["engagement"],
        interface_language=row["interface_language"],
        paused=bool(row["paused"]),
        regions=tuple(json.loads(row["regions"])),
        training=bool(row["training"]),
        begun=row["begun_at"] is not None,
    )


def numbers_of(value: str | None) -> Mapping[str, float]:
    """A map of numbers from its text; empty where there is none."""
    numbers: Mapping[str, float] = json.loads(value) if value else {}
    return numbers


def _exception(parts: list[Any]) -> RuleException:
    rule, keys, expected, found = parts
    return RuleException(rule=rule, keys=tuple(FieldKey(*key) for key in keys), expected=expected, found=found)


def outcome_of(kind: Literal["kept", "again", "late"], reading: str, task: Row) -> Outcome:
    """What became of a reading that was sent for a task."""
    return Outcome(
        kind=kind,
        reading=reading,
        scan=task["scan"],
        key=key_of(task),
        form=task["form"],
        form_version=task["form_version"],
        erased=task["erased_at"] is not None,
    )


def is_by_people(people: Mapping[str, bool], decision: Decision, before: Row | None) -> bool:
    """Whether people decided a value: an audit that finds what machines had decided leaves it theirs.

    `people` are the readings by people, and whether each was sent for an audit.
    """
    audits = [people[reading] for reading in decision.readings if reading in people]
    confirmed = before is not None and not before["by_people"] and before["text"] == decision.text
    return bool(audits) and not (all(audits) and confirmed)

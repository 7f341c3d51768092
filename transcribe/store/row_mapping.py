"""Rows of the state become nouns, and nouns become columns."""

from __future__ import annotations

import json
import json.encoder
from collections.abc import Mapping, Sequence
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
from transcribe.store.drivers.columns import moment, noun, text
from transcribe.store.drivers.database import Row

VALUE_LANE = "value"
"""The lane of all tasks that ask what a field says."""


def lane_of(kind: TaskKind) -> str:
    """The lane of a kind of task. All kinds that ask what a field says share one lane; every other kind has its own."""
    return VALUE_LANE if kind in ("read", "locate", "adjudicate", "audit", "test", "appeal") else kind


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
    return noun(Scan, row, id=row["sha256"], pages=tuple(noun(ScanPage, page) for page in pages))


def place_of(row: Row, scan: str, key: FieldKey) -> Place:
    """A place."""
    return noun(
        Place,
        row,
        scan=scan,
        key=key,
        box=Box(row["x0"], row["y0"], row["x1"], row["y1"]),
        frame=_frame_of(row["frame"]),
    )


def frame_text(frame: SnippetFrame | None) -> str | None:
    """A frame as the column keeps it: nine numbers and two for each line, with commas between."""
    return ",".join(map(str, frame.numbers)) if frame else None


def _frame_of(kept: str | None) -> SnippetFrame | None:
    if not kept:
        return None
    numbers = [int(each) for each in kept.split(",")]
    lines = tuple(zip(numbers[9::2], numbers[10::2], strict=True))
    return SnippetFrame(field=Box(*numbers[:4]), writing=Box(*numbers[4:8]), letter=numbers[8], lines=lines)


def reading_of(row: Row) -> Reading:
    """A reading. Where its words were erased, `text` is None and a flag says so."""
    flags = _list_of(row["flags"])
    return noun(
        Reading,
        row,
        key=key_of(row),
        alternatives=tuple([(each, confidence) for each, confidence in _list_of(row["alternatives"])]),
        flags=frozenset([*flags, Flag.ERASED] if row["erased"] else flags),
        box=Box(*json.loads(row["box"])) if row["box"] else None,
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
    return noun(
        Task,
        row,
        id=row["public_id"],
        key=key_of(row),
        kind="adjudicate" if row["resort"] and row["kind"] == "read" else row["kind"],
        reason=row["resort"] or row["reason"],
        prefill="" if row["resort"] else row["prefill"] or "",
    )


def decision_of(row: Row) -> Decision:
    """A decision, from `decision_seen`."""
    return noun(
        Decision,
        row,
        key=key_of(row),
        value=json.loads(row["value"]),
        evidence=tuple([Evidence(code=code, numbers=numbers) for code, numbers in json.loads(row["evidence"])]),
        null=row["no_value"],
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
    return noun(
        Record,
        row,
        decisions=tuple(decision_of(each) for each in decisions),
        exceptions=tuple(_exception(each) for each in json.loads(exceptions)),
    )


def exceptions_text(exceptions: tuple[RuleException, ...]) -> str:
    """The exceptions of a record as text."""
    return text([[each.rule, [list(key) for key in each.keys], each.expected, each.found] for each in exceptions])


def truth_of(row: Row, scan: str, key: FieldKey) -> Truth:
    """A truth in use."""
    return Truth(scan=scan, key=key, text=row["text"], origin=row["origin"], at=moment(row["at"]))


def transcriber_of(row: Row) -> Transcriber:
    """A person."""
    return noun(Transcriber, row, id=row["public_id"], begun=row["begun_at"] is not None)


def numbers_of(value: str | None) -> Mapping[str, float]:
    """A map of numbers from its text; empty where there is none."""
    numbers: Mapping[str, float] = json.loads(value) if value else {}
    return numbers


def _exception(parts: list[Any]) -> RuleException:
    rule, keys, expected, found = parts
    return RuleException(rule=rule, keys=tuple(FieldKey(*key) for key in keys), expected=expected, found=found)


def outcome_of(kind: Literal["kept", "again", "late"], reading: str, task: Row) -> Outcome:
    """What became of a reading that was sent for a task."""
    return noun(Outcome, task, kind=kind, reading=reading, key=key_of(task), erased=task["erased_at"] is not None)


def is_by_people(people: Mapping[str, bool], decision: Decision, before: Row | None) -> bool:
    """Whether people decided a value: an audit that finds what machines had decided leaves it theirs.

    `people` are the readings by people, and whether each was sent for an audit.
    """
    audits = [people[reading] for reading in decision.readings if reading in people]
    confirmed = before is not None and not before["by_people"] and before["text"] == decision.text
    return bool(audits) and not (all(audits) and confirmed)

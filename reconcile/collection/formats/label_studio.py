"""Label Studio's JSON export: a list of tasks, each with the annotations of several people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from reconcile.collection.items import Collected, Fault, SourceReading, items_of_rows
from transcribe.errors import FormError

TITLE = "Label Studio's JSON"


def is_it(text: str) -> bool:
    """Whether the text is a JSON list whose first task has annotations."""
    if not text.lstrip("\ufeff \r\n\t").startswith("["):
        return False
    try:
        tasks = json.loads(text)
    except ValueError:
        return False
    return bool(tasks) and isinstance(tasks[0], dict) and ("annotations" in tasks[0] or "completions" in tasks[0])


def collect(text: str) -> Collected:
    """One item a task and control. A task without annotations is a fault; FormError where the text is no list."""
    faults: list[Fault] = []
    tasks = _tasks(text)

    def rows() -> Iterator[tuple[str, str, SourceReading]]:
        for number, task in enumerate(tasks, start=1):
            given = task.get("annotations", task.get("completions")) if isinstance(task, dict) else None
            if not given:
                faults.append(Fault(line=number, message="this task has no annotations"))
                continue
            for annotation in given:
                who = annotation.get("completed_by")
                who = who.get("email") or who.get("id") if isinstance(who, dict) else who
                for name, written in _texts(annotation.get("result") or []):
                    yield (
                        str(task.get("id", number)),
                        name,
                        SourceReading(source=None if who is None else str(who), text=written),
                    )

    collected = items_of_rows(rows())
    return Collected(items=collected.items, faults=tuple(faults))


def _tasks(text: str) -> list[Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise FormError(f"{TITLE} is one JSON list, and this text is none: {error}.") from error
    if not isinstance(found, list):
        raise FormError(f"{TITLE} is one JSON list of tasks; write other things as JSON Lines.")
    return found


def _texts(results: list[dict[str, object]]) -> Iterator[tuple[str, str]]:
    """(control's name, text) of text areas, choices and numbers."""
    for each in results:
        value = each.get("value")
        if not isinstance(value, dict):
            continue
        written = value.get("text", value.get("choices", value.get("number")))
        if isinstance(written, list):
            written = " ".join(str(part) for part in written)
        if written is not None:
            yield str(each.get("from_name", "")), str(written)

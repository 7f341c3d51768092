"""JSON Lines: {"item", "field"?, "type"?, "scan"?, "gold"?, "readings": [{"who", "text", "kind"?}]}, one a line."""

from __future__ import annotations

import json
import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from reconcile.collection.items import Collected, Fault, Item, SourceReading
from transcribe import fields

TITLE = "JSON Lines"

AT_PLACE = re.compile(r"(.*) at line 1 column (\d+)")
"""How pydantic says where in one line something is wrong: its own count of lines says nothing here."""


class ReadingLine(BaseModel):
    """One reading of an item. Unknown keys are ignored."""

    model_config = ConfigDict(strict=True)

    who: str | None = None
    text: str | None
    kind: Literal["machine", "person", "expert"] = "person"


class ItemLine(BaseModel):
    """One item, on a line of its own. Unknown keys are ignored."""

    model_config = ConfigDict(strict=True)

    item: str
    field: str = ""
    type: str = ""
    scan: str = ""
    gold: str | None = None
    readings: list[ReadingLine]


def is_it(text: str) -> bool:
    """Whether the first line that is not blank is a JSON object with the key "item"."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    try:
        return isinstance(found := json.loads(first), dict) and "item" in found
    except ValueError:
        return False


def collect(text: str) -> Collected:
    """One item and field a line. A line that is no such object is a fault, whose message names the key."""
    items: dict[tuple[str, str], Item] = {}
    faults = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            item = _item(ItemLine.model_validate_json(line))
        except ValidationError as error:
            faults.append(Fault(line=number, message=_message(error)))
            continue
        if item.type and item.type not in fields.names():
            known = ", ".join(fields.names())
            faults.append(Fault(line=number, message=f"type: there is no {item.type!r}; use one of {known}"))
        elif (item.name, item.field) in items:
            which = f"item: {item.name!r}{f', field {item.field!r},' if item.field else ''} stands here a second time"
            faults.append(Fault(line=number, message=f"{which}; write all of its readings in one line"))
        else:
            items[item.name, item.field] = item
    return Collected(items=tuple(items.values()), faults=tuple(faults))


def _item(line: ItemLine) -> Item:
    return Item(
        name=line.item,
        field=line.field,
        type=line.type,
        scan=line.scan,
        gold=line.gold,
        readings=tuple(SourceReading(source=each.who, text=each.text, kind=each.kind) for each in line.readings),
    )


def _message(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "json_invalid":
        return AT_PLACE.sub(r"\1 at character \2", f"it is no JSON: {first['ctx']['error']}")
    return f"{where}: {first['msg']}" if where else str(first["msg"])

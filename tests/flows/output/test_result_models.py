"""The models of `fairhand read --json` and the contract that is written down for other programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flows.output.json_result import (
    DecisionJson,
    ErrorDetail,
    ErrorJson,
    FieldJson,
    JsonAnswer,
    ReadingJson,
    TaskJson,
    UnknownScanJson,
)

CONTRACT: dict[str, Any] = json.loads((Path(__file__).parents[1] / "read.schema.json").read_text(encoding="utf-8"))
PARTS = CONTRACT["$defs"]


@pytest.mark.parametrize(
    ("model", "part"),
    [
        (UnknownScanJson, PARTS["scan"]),
        (FieldJson, PARTS["field"]),
        (ReadingJson, PARTS["reading"]),
        (DecisionJson, PARTS["decision"]),
        (TaskJson, PARTS["field"]["properties"]["task"]["oneOf"][0]),
        (ErrorJson, PARTS["failed"]),
        (ErrorDetail, PARTS["failed"]["properties"]["error"]),
    ],
)
def test_the_contract_has_the_keys_of_the_model_and_no_others(model: type[JsonAnswer], part: dict[str, Any]) -> None:
    assert part["additionalProperties"] is False
    assert set(part["properties"]) == set(model.model_json_schema()["properties"])


def test_a_key_that_was_not_given_is_left_out_and_none_is_told() -> None:
    reading = ReadingJson(source="ink", kind="machine", text=None, confidence=1, probability=0.5, alternatives=())
    assert json.dumps(reading.plain()) == (
        '{"source": "ink", "kind": "machine", "text": null, "confidence": 1, "probability": 0.5, "alternatives": []}'
    )

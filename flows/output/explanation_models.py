"""The JSON of `fairhand scan explain` as models: one field of a scan is an `Explanation`."""

from __future__ import annotations

from pydantic import ConfigDict

from flows.output.json_answer import JsonAnswer, Number
from transcribe.model import Value


class ExplainedReading(JsonAnswer):
    """One reading. `seconds` is a person's active time; it is not given where people are not named.

    `by` is the operator whose correction it is; it is not given either where people are not named. `shown` is what the
    box showed before the person typed. `reason` is why an expert who had seen all readings reads it otherwise. What no
    longer `counts` is history: taken back, set aside, withdrawn, sent in practice or a test, or read before a new
    reading.
    """

    id: str
    source: str
    kind: str
    text: str | None
    confidence: Number | None
    alternatives: tuple[tuple[str, Number], ...]
    seconds: Number | None = None
    flags: tuple[str, ...]
    shown: str | None
    reason: str
    at: str
    counts: bool = True
    by: str | None = None


class EvidenceJson(JsonAnswer):
    """One reason for a value, as a code with its numbers beside it under their own names."""

    model_config = ConfigDict(extra="allow")

    code: str


class ExplainedDecision(JsonAnswer):
    """One decision. `null` says why `value` is None. `evidence` says in words what `codes` has for programs.

    `readings` are ids; `parameters` is the version of what was learnt by then.
    """

    version: int
    value: Value
    null: str | None
    text: str
    probability: Number
    method: str
    reason: str
    evidence: tuple[str, ...]
    codes: tuple[EvidenceJson, ...]
    readings: tuple[str, ...]
    parameters: int
    proposal: str | None


class ExplainedTask(JsonAnswer):
    """One task: `because` is its reason in words, `transcriber` holds or answered it, None for nobody."""

    kind: str
    reason: str
    because: str
    slot: int
    pool: str
    closed: bool
    transcriber: str | None


class ContestJson(JsonAnswer):
    """Of `items` fields with a known truth, on how many the model alone was right, and majority alone."""

    items: int
    model: int
    majority: int


class ChampionJson(JsonAnswer):
    """Who decides in a family of fields ("model" or "majority"), and what it stands on: as shipped, and here."""

    family: str
    side: str
    shipped: ContestJson
    here: ContestJson


class Explanation(JsonAnswer):
    """How the value of one field of one scan came to be.

    `box` is x0, y0, x1, y1 on `page`; both are None where no place is known. `truth` is the text known to be right,
    if any. `champion` is None where the form is unknown or has no such field. `replay` tells whether weighing the same
    readings again gives the last decision, `probability_again` with what probability; None where nothing is decided or
    it was not tried. Another version of fairhand may find another probability.
    """

    scan: str
    file: str
    form: str
    form_version: int
    field: str
    row: int | None
    page: int | None
    box: tuple[int, int, int, int] | None
    readings: tuple[ExplainedReading, ...]
    decisions: tuple[ExplainedDecision, ...]
    tasks: tuple[ExplainedTask, ...]
    truth: str | None
    champion: ChampionJson | None
    replay: bool | None
    probability_again: float | None

"""How the value of one field came to be: its readings, decisions and tasks, and the last decision weighed again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from pydantic import ConfigDict

from flows.home import Home, policy
from flows.output.json_result import JsonAnswer, Number
from reconcile.decision import answers, provisional
from reconcile.inference import weigh
from reconcile.parameters import champion_standing, read_parameters, shipped_parameters
from transcribe.codes import Flag, Method
from transcribe.errors import FormError, NotFound
from transcribe.fields import facts_of
from transcribe.i18n import named, reason_sentence, say, sentence
from transcribe.model import OPERATOR_SOURCE, Decision, Evidence, FieldKey, Parameters, Reading, Task, Value
from transcribe.people import true_reasons
from transcribe.store import FieldHistory

EQUAL_PROBABILITY_DIFFERENCE = 1e-9
"""Two probabilities that differ by less are the same: sums of floats may be added in another order."""


SAID_WITH_REASON = frozenset({Flag.SAW_ALL_READINGS, Flag.OVERRODE_A_CHECK})
"""Marks of a reading with a reason: that it saw all others is said in words, and that it passes checks is its due."""


def explained(home: Home, scan: str, field: str, *, names: bool = True) -> Explanation:
    """Everything known of a field of a scan, with its last decision weighed again.

    `scan` is an id, or the beginning of one.

    Without `names` people are "reader 1", "reader 2", and no person's time is given: for other programs.
    Raises NotFound where there is no such scan or field.
    """
    history = home.store.field_history(home.store.scan(scan).id, FieldKey.parse(field))
    champion, again, counting = _champion(home, history), _replayed(home, history), _counting(home, history.scan.id)
    if not names:
        return _explanation(home, history, _reader_numbers(history), champion, counting, again=again, times=False)
    handles = {person.id: person.handle for person in home.store.transcribers()}
    return _explanation(home, history, handles, champion, counting, again=again, times=True)


def explained_whole(home: Home, scan: str) -> list[Explanation]:
    """Every field of a scan that was read or decided, by name and row; no names, nothing weighed again."""
    whole = home.store.scan(scan).id
    counting = _counting(home, whole)
    keys = {reading.key for reading in home.store.readings(whole)}
    keys |= {decision.key for decision in home.store.decisions(whole)}
    histories = [home.store.field_history(whole, key) for key in sorted(keys, key=lambda key: (key.name, key.row or 0))]
    return [
        _explanation(
            home, history, _reader_numbers(history), _champion(home, history), counting, again=(None, None), times=False
        )
        for history in histories
    ]


def _reader_numbers(history: FieldHistory) -> dict[str, str]:
    """The people of a history as "reader 1", "reader 2", by id: those who have read first, in their order."""
    readers = [reading.source for reading in history.readings if reading.kind != "machine"]
    asked = [task.transcriber for task in history.tasks if task.transcriber]
    return {person: f"reader {number}" for number, person in enumerate(dict.fromkeys([*readers, *asked]), 1)}


def _explanation(
    home: Home,
    history: FieldHistory,
    names: Mapping[str, str],
    champion: ChampionJson | None,
    counting: Collection[str],
    *,
    again: tuple[bool | None, float | None],
    times: bool,
) -> Explanation:
    """The history with people called by these names, by id; with `times` each reading has its person's active time."""
    reasons = _true_reasons(home, history)
    correctors = home.store.correctors(history.scan.id, history.key) if times else {}
    return Explanation(
        scan=history.scan.id,
        file=history.scan.name,
        form=history.scan.form,
        form_version=history.scan.form_version,
        field=history.key.name,
        row=history.key.row,
        page=history.place.page if history.place else None,
        box=history.place.box if history.place else None,
        readings=tuple(
            _reading(reading, names, times=times, counts=reading.id in counting, by=correctors.get(reading.id))
            for reading in history.readings
        ),
        decisions=tuple(_decision(decision, history, reasons(decision), names) for decision in history.decisions),
        tasks=tuple(_task(task, names) for task in history.tasks),
        truth=history.truth.text if history.truth else None,
        champion=champion,
        replay=again[0],
        probability_again=again[1],
    )


def _counting(home: Home, scan: str) -> frozenset[str]:
    """The ids of the readings of a scan that are weighed now."""
    return frozenset(reading.id for reading in home.store.readings(scan))


def _reading(
    reading: Reading, names: Mapping[str, str], *, times: bool, counts: bool, by: str | None = None
) -> ExplainedReading:
    seconds: dict[str, Any] = {"seconds": reading.seconds} if times else {}
    seconds |= {"by": by} if by else {}
    return ExplainedReading(
        id=reading.id,
        source=names.get(reading.source, reading.source),
        kind=reading.kind,
        text=reading.text,
        confidence=reading.confidence,
        alternatives=reading.alternatives,
        **seconds,
        flags=tuple(sorted(reading.flags)),
        shown=reading.shown,
        reason=reading.reason,
        at=reading.at.isoformat(),
        counts=counts,
    )


def _true_reasons(home: Home, history: FieldHistory) -> Callable[[Decision], tuple[Evidence, ...]]:
    """What gives the evidence of a decision as it is true; as it was kept where the form is not known any more."""
    try:
        form = home.forms(history.scan.form, history.scan.form_version)
        form.field(history.key.name)
    except (FormError, NotFound, KeyError):
        return lambda decision: decision.evidence
    return lambda decision: true_reasons(decision, history, form)


def _decision(
    decision: Decision, history: FieldHistory, reasons: Sequence[Evidence], names: Mapping[str, str]
) -> ExplainedDecision:
    evidence = [named(reason, names) for reason in reasons]
    return ExplainedDecision(
        version=decision.version,
        value=decision.value,
        null=decision.null,
        text=decision.text,
        probability=decision.probability,
        method=decision.method,
        reason=_method_in_words(decision, history),
        evidence=tuple(say(reason) for reason in evidence),
        codes=tuple(EvidenceJson.model_validate({"code": reason.code, **reason.numbers}) for reason in evidence),
        readings=decision.readings,
        parameters=decision.parameters,
        proposal=decision.proposal,
    )


def _method_in_words(decision: Decision, history: FieldHistory) -> str:
    """How a decision came to be; of an operator's correction also when, and why."""
    words = sentence(decision.method)
    corrected = [each for each in history.readings if each.source == OPERATOR_SOURCE and each.id in decision.readings]
    if decision.method != Method.OPERATOR or not corrected:
        return words
    last = corrected[-1]
    return f"{words} On {last.at:%Y-%m-%d}, as the reading {last.id[:12]}, because: {last.reason}"


def _task(task: Task, names: Mapping[str, str]) -> ExplainedTask:
    return ExplainedTask(
        kind=task.kind,
        reason=task.reason,
        because=_because(task.reason),
        slot=task.slot,
        pool=task.pool,
        closed=task.closed_at is not None,
        transcriber=names.get(task.transcriber or "", task.transcriber),
    )


def _because(code: str) -> str:
    try:
        return reason_sentence(code)
    except KeyError:
        return code


def _parameters(home: Home, decision: Decision | None) -> Parameters:
    """The parameters that a decision was made with, the latest for None; the shipped ones where none were learnt."""
    return home.store.parameters(decision.parameters if decision else None) or shipped_parameters()


def _champion(home: Home, history: FieldHistory) -> ChampionJson | None:
    """Whether the model or majority decides fields like this, and by how much: as shipped, and here.

    None where the form is unknown, and for what is no field (the rows of a table, the whole scan).
    """
    if not history.scan.form:
        return None
    last = history.decisions[-1] if history.decisions else None
    parameters = _parameters(home, last)
    form = home.forms(history.scan.form, history.scan.form_version)
    types = {field.name: field.type for field in form.all_fields()}
    if history.key.name not in types:
        return None
    standing = champion_standing(facts_of(types[history.key.name]).family, read_parameters(parameters))
    return ChampionJson(
        family=standing.family,
        side=standing.side,
        shipped=ContestJson(**standing.shipped._asdict()),
        here=ContestJson(**standing.here._asdict()),
    )


def _replayed(home: Home, history: FieldHistory) -> tuple[bool | None, float | None]:
    """(whether weighing the same readings again gives the last decision, with what probability).

    None where nothing is decided, and where there is no such decision again.
    """
    if not history.decisions:
        return None, None
    last = history.decisions[-1]
    form = home.forms(history.scan.form, history.scan.form_version)
    used = set(last.readings)
    readings = [reading for reading in home.store.readings(history.scan.id) if reading.id in used]
    posteriors = weigh(form, readings, _parameters(home, last), policy(home.settings))
    posterior = posteriors.get(history.key)
    again: Decision | Task | None
    if last.method == Method.PROVISIONAL:
        again = provisional(posterior) if posterior else None
    else:
        again = answers(form, posteriors, policy(home.settings)).get(history.key)
    if not isinstance(again, Decision):
        return False, None
    return (again.value, again.null, again.text) == (last.value, last.null, last.text), again.probability


def in_words(explanation: Explanation) -> str:
    """The explanation for a person to read."""
    row = "" if explanation.row is None else f"[{explanation.row}]"
    form = f"form {explanation.form} version {explanation.form_version}"
    name = " ".join((explanation.file or explanation.scan[:12]).splitlines())
    lines = [f"{name} {explanation.field}{row} ({form})", "", "read:"]
    lines += [f"  {_reading_in_words(reading)}" for reading in explanation.readings]
    for decision in explanation.decisions:
        value = decision.null or repr(decision.text)
        verb = "not decided, likeliest" if decision.method == Method.PROVISIONAL else "decided"
        lines += ["", f"{verb} (version {decision.version}): {value}, probability {decision.probability:.4f}"]
        lines += [f"  {decision.reason}", *(f"  {line}" for line in decision.evidence)]
    if explanation.champion:
        lines += ["", _champion_in_words(explanation.champion)]
    waiting = [task for task in explanation.tasks if not task.closed]
    lines += ["", *(f"waits: {task.kind}, {task.because}" for task in waiting)] if waiting else []
    lines += ["", _weighed_again(explanation)] if explanation.replay is not None else []
    return "\n".join(lines)


def _weighed_again(explanation: Explanation) -> str:
    """What comes of weighing again. A later version of fairhand may find another probability."""
    again = explanation.probability_again
    if not explanation.replay or again is None:
        return "Weighed again it is NOT the same."
    if abs(again - explanation.decisions[-1].probability) < EQUAL_PROBABILITY_DIFFERENCE:
        return "Weighed again it is the same."
    return f"Weighed again it is the same value. This version of fairhand gives it the probability {again:.4f}."


def _reading_in_words(reading: ExplainedReading) -> str:
    told = [each for each in reading.flags if not (reading.reason and each in SAID_WITH_REASON)]
    flags = f" ({', '.join(told)})" if told else ""
    claim = "" if reading.confidence is None else f", sure to {reading.confidence:.4g}"
    text = "nothing" if reading.text is None else repr(reading.text)
    reason = f", having seen all readings, because: {reading.reason}" if reading.reason else ""
    history = "" if reading.counts else "; this is history and counts no longer"
    who = f"{reading.by} ({reading.source})" if reading.by else reading.source
    return f"{who}: {text}{claim}{flags}{reason}{history}"


def _champion_in_words(champion: ChampionJson) -> str:
    words = f"{champion.family}: {'majority' if champion.side == 'majority' else 'the model'} decides"
    for contest, when in ((champion.shipped, "as shipped"), (champion.here, "on this store's known truths")):
        if contest.items:
            words += (
                f"; {when} the model alone was right on {contest.model}, majority alone on {contest.majority} "
                f"of {contest.items} fields"
            )
    return words + "."


# The JSON of `fairhand scan explain` as models: one field of a scan is an `Explanation`.


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

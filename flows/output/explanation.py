"""How the value of one field came to be: its readings, decisions and tasks, and the last decision weighed again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.home import Home, policy
from flows.steps import outcomes
from reconcile.forms import family_of
from reconcile.inference import weigh
from reconcile.parameters import read_parameters, shipped_parameters, standing_of
from transcribe.i18n import named, say, sentence
from transcribe.model import Decision, FieldKey, Reading, Task
from transcribe.store import Story

EXACTLY = 1e-9
"""Two probabilities that differ by less are the same: sums of floats may be added in another order."""


def explained(rooms: Home, scan: str, field: str, *, names: bool = True) -> dict[str, Any]:
    """Everything known of a field of a scan (id or its beginning), as plain data. `replay` says whether weighing the
    same readings under the same parameters gives the last decision again; None where nothing is decided.

    Without `names` people are "reader 1", "reader 2", and nobody's time is told: for other programs.
    Raises NotFound where there is no such scan or field.
    """
    story = rooms.store.story(rooms.store.scan(scan).id, FieldKey.parse(field))
    if not names:
        return {**_nameless(story), "champion": _champion(rooms, story), "replay": _replayed(rooms, story)}
    handles = {person.id: person.handle for person in rooms.store.transcribers()}
    return {**_told(story, handles), "champion": _champion(rooms, story), "replay": _replayed(rooms, story)}


def explained_whole(rooms: Home, scan: str) -> list[dict[str, Any]]:
    """Every field of a scan that was read or decided, without names and without weighing again, by name and row."""
    found = rooms.store.scan(scan).id
    keys = {each.key for each in rooms.store.readings(found)} | {each.key for each in rooms.store.decisions(found)}
    stories = [rooms.store.story(found, key) for key in sorted(keys, key=lambda key: (key.name, key.row or 0))]
    return [{**_nameless(story), "champion": _champion(rooms, story), "replay": None} for story in stories]


def _nameless(story: Story) -> dict[str, Any]:
    """The story with people numbered, and without their time."""
    tasks = [task.transcriber for task in story.tasks if task.transcriber]
    sources = [reading.source for reading in story.readings if reading.kind != "machine"]
    people = {who: f"reader {number}" for number, who in enumerate(dict.fromkeys([*sources, *tasks]), 1)}
    told = _told(story, people)
    for each in told["readings"]:
        del each["seconds"]
    return told


def _told(story: Story, names: Mapping[str, str]) -> dict[str, Any]:
    found = story.scan
    return {
        "scan": found.id,
        "file": found.name,
        "form": found.form,
        "form_version": found.form_version,
        "field": story.key.name,
        "row": story.key.row,
        "page": story.place.page if story.place else None,
        "box": list(story.place.box) if story.place else None,
        "readings": [_reading(each, names) for each in story.readings],
        "decisions": [_decision(each, names) for each in story.decisions],
        "tasks": [_task(each, names) for each in story.tasks],
        "truth": story.truth.text if story.truth else None,
    }


def in_words(told: dict[str, Any]) -> str:
    """The same for a person to read."""
    name = told["field"] if told["row"] is None else f"{told['field']}[{told['row']}]"
    lines = [f"{told['file']} {name} (form {told['form']} version {told['form_version']})", "", "read:"]
    for each in told["readings"]:
        flags = f" ({', '.join(each['flags'])})" if each["flags"] else ""
        claim = "" if each["confidence"] is None else f", sure to {each['confidence']:.4g}"
        text = "nothing" if each["text"] is None else repr(each["text"])
        reason = f", having seen all readings, because: {each['reason']}" if each["reason"] else ""
        lines.append(f"  {each['source']}: {text}{claim}{flags}{reason}")
    for each in told["decisions"]:
        value = each["null"] or repr(each["text"])
        lines += ["", f"decided (version {each['version']}): {value}, probability {each['probability']:.4f}"]
        lines += [f"  {each['reason']}", *(f"  {line}" for line in each["evidence"])]
    if told["champion"]:
        lines += ["", _stands(told["champion"])]
    waiting = [each for each in told["tasks"] if not each["closed"]]
    lines += ["", *(f"waits: {each['kind']}, {each['because']}" for each in waiting)] if waiting else []
    if told["replay"] is not None:
        lines += ["", "Weighed again it is the same." if told["replay"] else "Weighed again it is NOT the same."]
    return "\n".join(lines)


def _champion(rooms: Home, story: Story) -> dict[str, Any] | None:
    """Whether the model or majority decides fields like this, and by how much: as shipped, and here. None of what is no
    field (the rows of a table, the whole scan)."""
    if not story.scan.form:
        return None
    last = story.decisions[-1] if story.decisions else None
    parameters = rooms.store.parameters(last.parameters if last else None) or shipped_parameters()
    form = rooms.forms(story.scan.form, story.scan.form_version)
    types = {field.name: field.type for field in form.all_fields()}
    if story.key.name not in types:
        return None
    standing = standing_of(family_of(types[story.key.name]), read_parameters(parameters))
    return {
        "family": standing.family,
        "side": standing.side,
        "shipped": standing.shipped._asdict(),
        "here": standing.here._asdict(),
    }


def _stands(champion: Mapping[str, Any]) -> str:
    """Who decides, in words."""
    found = f"{champion['family']}: {'majority' if champion['side'] == 'majority' else 'the model'} decides"
    for where, when in (("shipped", "as shipped"), ("here", "on this store's known truths")):
        tally = champion[where]
        if tally["items"]:
            found += (
                f"; {when} the model alone was right on {tally['model']}, majority alone on {tally['majority']} "
                f"of {tally['items']} fields"
            )
    return found + "."


def _replayed(rooms: Home, story: Story) -> bool | None:
    if not story.decisions:
        return None
    last = story.decisions[-1]
    parameters = rooms.store.parameters(last.parameters) or shipped_parameters()
    form = rooms.forms(story.scan.form, story.scan.form_version)
    used = set(last.readings)
    readings = [each for each in rooms.store.readings(story.scan.id) if each.id in used]
    again = outcomes(form, weigh(form, readings, parameters), policy(rooms.settings)).get(story.key)
    return (
        isinstance(again, Decision)
        and (again.value, again.null, again.text) == (last.value, last.null, last.text)
        and abs(again.probability - last.probability) < EXACTLY
    )


def _reading(reading: Reading, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": reading.id,
        "source": names.get(reading.source, reading.source),
        "kind": reading.kind,
        "text": reading.text,
        "confidence": reading.confidence,
        "alternatives": [list(each) for each in reading.alternatives],
        "seconds": reading.seconds,
        "flags": sorted(reading.flags),
        "shown": reading.shown,
        "reason": reading.reason,
        "at": reading.at.isoformat(),
    }


def _decision(decision: Decision, names: Mapping[str, str]) -> dict[str, Any]:
    evidence = [named(each, names) for each in decision.evidence]
    return {
        "version": decision.version,
        "value": decision.value,
        "null": decision.null,
        "text": decision.text,
        "probability": decision.probability,
        "method": decision.method,
        "reason": sentence(decision.method),
        "evidence": [say(each) for each in evidence],
        "codes": [{"code": each.code, **each.numbers} for each in evidence],
        "readings": list(decision.readings),
        "parameters": decision.parameters,
        "proposal": decision.proposal,
    }


def _task(task: Task, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "kind": task.kind,
        "reason": task.reason,
        "because": _because(task.reason),
        "slot": task.slot,
        "pool": task.pool,
        "closed": task.closed_at is not None,
        "transcriber": names.get(task.transcriber or "", task.transcriber),
    }


def _because(code: str) -> str:
    try:
        return sentence(code)
    except KeyError:
        return code

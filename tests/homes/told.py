"""All that a home says of itself, as plain JSON: so what one program says of a home is compared with another's."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

from flows.home.home import Home, now, policy
from flows.output.explanation import explained
from reconcile.decision.answer import answers
from reconcile.inference.weigh import weigh
from reconcile.parameters.parameters import read_parameters
from reconcile.policy import POLICY
from tests.homes.desk import command, listed, opened
from transcribe.model import Decision, Posterior, Scan, Task, Transcriber

LISTS = {
    "people": ("people", "list"),
    "tokens": ("tokens", "list"),
    "appeals": ("appeals", "list"),
    "hearings": ("appeals", "outcomes"),
    "questions": ("questions", "list"),
    "disputes": ("disputes", "list"),
    "controls": ("gold", "list"),
    "announced work": ("announce", "list"),
    "pay": ("pay", "report"),
    "log": ("log", "list"),
    "log verified": ("log", "verify"),
}
"""What some lists are called here, and the commands that print them."""

SET = ("target", "audit_share", "link_days", "asked_by")
"""The settings that the home's own file sets."""

MOST_CANDIDATES = 4
"""So many candidates of a field are told, the likeliest."""

PER = Literal["reading", "hour"]

ABOUT = "mina"
"""Of whom everything that is held is told: she has done a bit of everything."""


NEW_OF_STATUS = (
    *("records_db", "quarantined", "ignored_patterns", "held_forms"),
    *("open_fields", "reopened_fields", "unasked_fields", "asked", "missing_people", "provisional_records"),
    *("forgotten_scans", "waiting_duplicates"),
)
"""What status says since a later version, and where the home lies."""

NEW_OF_SCANS = ("open_fields", "unasked_fields", "set_aside")
"""What status says of a scan since a later version."""

NEW_OF_READINGS = ("withdrawn_at", "withdrawn_because")
"""What is held of a reading since a later version, None in an older home."""


NEW_OF_RECORDS = ("id", "first_recorded_at", "state", "same_order_as", "may_be_same_order_as")
"""What is told of a record since a later version."""

NEW_OF_ORIGINS = (
    *("key", "currency", "readings", "page_size", "box_share", "known", "known_key", "known_value"),
    *("parameters", "decision_version"),
)
"""What is told of where a value came from since a later version."""


def known_of(record: dict[str, Any]) -> dict[str, Any]:
    """What an earlier version told of a record."""
    fields = [{name: each[name] for name in each if name not in NEW_OF_ORIGINS} for each in record["fields"]]
    return {name: record[name] for name in record if name not in NEW_OF_RECORDS} | {"fields": fields}


def told(home: Path) -> dict[str, Any]:
    """What the program says of a home, part by part. It is brought up to date first; nothing else is changed."""
    with opened(home) as rooms:
        people, scans = rooms.store.transcribers(), _scans(rooms)
        said = {
            "settings": {name: getattr(rooms.settings, name) for name in SET},
            "status": [_status(each) for each in listed(home, "status")],
            **{name: listed(home, *words) for name, words in LISTS.items()},
            "about": _about(json.loads(command(home, "people", "export", ABOUT))),
            **_held(rooms, people),
            "parameters": _parameters(rooms, people),
            "explained": {scan.name: _explained(rooms, scan) for scan in scans},
            "weighed": {scan.name: _weighed(rooms, scan) for scan in scans},
            "records": [known_of(json.loads(line)) for line in command(home, "records", "export").splitlines()],
        }
    said["log verified"] = [_without(each, "forgeries") for each in said["log verified"]]  # newer than the old home
    said["log"] = [_without(each, "why") for each in said["log"]]
    plain: dict[str, Any] = json.loads(json.dumps(said, default=_plain))
    return plain


def _status(told: dict[str, Any]) -> dict[str, Any]:
    """The state, without what no older program says of it."""
    old = _without(told, *NEW_OF_STATUS)
    return {**old, "scan_states": [_without(each, *NEW_OF_SCANS) for each in old["scan_states"]]}


def _about(held: dict[str, Any]) -> dict[str, Any]:
    """What is held of a person, without what no older home can hold."""
    assert held.pop("second_factor") == []
    assert held["person"].pop("paused_at") is None
    for reading in held["readings"]:
        assert {reading.pop(each) for each in NEW_OF_READINGS} == {None}
    return held


def _held(rooms: Home, people: list[Transcriber]) -> dict[str, Any]:
    """What no command lists."""
    store, at = rooms.store, now()
    forms = [name for name, _, _ in store.forms()]
    return {
        "forms": store.forms(),
        "rates": [store.rate(form, at, per) for form in ("", *forms) for per in get_args(PER)],
        "floor": store.floor(at),
        "control share": store.control_share(),
        "ledger": store.ledger(),
        "truths": store.truths(),
        "tests": {each.handle: store.qualification_tries(each.id) for each in people},
        "notices": {each.handle: store.notices(each.id) for each in people},
        "held": {each.handle: [_named(task) for task in store.held(each.id, at)] for each in people},
        "adds": {each.handle: store.adds(each.id) for each in people},
    }


def _parameters(rooms: Home, people: list[Transcriber]) -> list[dict[str, Any]]:
    """Every version of what was learnt: a digest of all of it, and how often people are taken to be wrong."""
    kept: list[dict[str, Any]] = []
    while (found := rooms.store.parameters(len(kept) + 1)) is not None:
        text = json.dumps(found.content, sort_keys=True, ensure_ascii=True)
        wrong = {each.handle: read_parameters(found).source_model(each.id, "person", "amount").error for each in people}
        digest = hashlib.sha256(text.encode()).hexdigest()
        kept.append({"version": found.version, "sha256": digest, "wrong on amounts": wrong})
    return kept


def _scans(rooms: Home) -> list[Scan]:
    """The scans that say something: their form is known, and they were not forgotten."""
    states = [state for state in rooms.store.scan_states() if state.scan.form and state.erased_at is None]
    return sorted((state.scan for state in states), key=lambda scan: scan.name)


def _explained(rooms: Home, scan: Scan) -> list[dict[str, Any]]:
    """What `scan explain` tells of every field that was decided, with "replay": its last decision weighed again.

    Checks waited among what everybody reads when the old home was made; now they wait for experts.
    """
    keys = {each.key for each in rooms.store.decisions(scan.id)} | {each.key for each in rooms.store.readings(scan.id)}
    plain = [explained(rooms, scan.id, str(key)).plain() for key in sorted(keys, key=str)]
    for task in (task for field in plain for task in field["tasks"] if task["kind"] == "audit"):
        task["pool"] = "read"
    for reading in (reading for field in plain for reading in field["readings"]):
        reading.pop("counts")
    return [_without(each, "probability_again") for each in plain]


def _weighed(rooms: Home, scan: Scan) -> dict[str, dict[str, Any]]:
    """Every field weighed anew with each version of the parameters, and what would be decided or asked."""
    form = rooms.forms(scan.form, scan.form_version)
    readings, said = rooms.store.readings(scan.id), {}
    version = 1
    while (parameters := rooms.store.parameters(version)) is not None:
        posteriors = weigh(form, readings, parameters, POLICY)
        came = answers(form, posteriors, policy(rooms.settings))
        said[str(version)] = {str(key): _posterior(each, came.get(key)) for key, each in posteriors.items()}
        version += 1
    return said


def _posterior(posterior: Posterior, outcome: Decision | Task | None) -> dict[str, Any]:
    return {
        "probability": posterior.probability,
        "method": "",
        "none": posterior.none,
        "read by": [posterior.machines, posterior.people, posterior.experts],
        "candidates": [
            [each.normal, each.text, each.origin, each.null, each.probability]
            for each in posterior.candidates[:MOST_CANDIDATES]
        ],
        "becomes": _outcome(outcome),
    }


def _outcome(outcome: Decision | Task | None) -> list[object]:
    if isinstance(outcome, Decision):
        return ["decision", outcome.value, outcome.null, outcome.text, outcome.method, outcome.probability]
    return ["task", outcome.kind, outcome.reason, outcome.pool] if isinstance(outcome, Task) else []


def _named(task: Task) -> list[str]:
    return [task.id, task.scan, str(task.key), task.kind]


def _without(said: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in said.items() if key not in names}


def _plain(value: object) -> object:
    """As JSON what json itself does not know."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
    return str(value)

"""The latest scans: how often engines agree, and how often what made people look was right after all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from flows.home import Home
from flows.measuring.false_alarms import AlarmOf, CountedAlarm, alarms_of
from reconcile.forms import PreparedForm, prepared
from reconcile.inference import Vote, votes
from transcribe.errors import FormError, NotFound
from transcribe.model import INK, FieldKey, Reading
from transcribe.store import facts

LATEST_SCAN_COUNT = 1_000
"""So many scans are looked at, those that came last: some seconds of work. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Two engines on one type of field of a form: fields that both read, and those that they read alike."""

    form: str
    type: str
    first: str
    second: str
    fields: int
    alike: int


@dataclass(kw_only=True)
class LatestScans:
    """What the latest scans tell. `scans` is how many were looked at."""

    scans: int = 0
    agreements: list[Agreement] = field(default_factory=list)
    alarms: list[CountedAlarm] = field(default_factory=list)


def latest_scans(home: Home, count: int = LATEST_SCAN_COUNT) -> LatestScans:
    """What the `count` scans tell that came last. A scan whose form is gone is left out."""
    both: Counter[tuple[str, str, str, str]] = Counter()
    alike: Counter[tuple[str, str, str, str]] = Counter()
    alarms: Counter[AlarmOf] = Counter()
    false: Counter[AlarmOf] = Counter()
    looked = 0
    for found in home.store.find_scans(facts.ScanSearch(), count):
        if not found.form:
            continue
        try:
            scan = home.store.scan(found.scan)
            form = prepared(home.forms(scan.form, scan.form_version))
        except (FormError, NotFound):
            continue
        looked += 1
        readings = home.store.readings(scan.id)
        read = _votes_of_engines(form, readings)
        for pair, same in _pairs(form, read):
            both[pair] += 1
            alike[pair] += same
        for alarm, was_false in alarms_of(home.store, scan.id, form, readings, read):
            alarms[alarm] += 1
            false[alarm] += was_false
    return LatestScans(
        scans=looked,
        agreements=[
            Agreement(form=form_name, type=type_name, first=first, second=second, fields=times, alike=alike[key])
            for key, times in sorted(both.items())
            for form_name, type_name, first, second in [key]
        ],
        alarms=[
            CountedAlarm(form=each.form, kind=each.kind, name=each.name, asked=times, false=false[each])
            for each, times in sorted(alarms.items())
        ],
    )


def _votes_of_engines(form: PreparedForm, readings: list[Reading]) -> Mapping[FieldKey, tuple[Vote, ...]]:
    """What each engine says of each field of the form; none that could not read it."""
    machine: dict[FieldKey, list[Reading]] = {}
    for each in readings:
        if each.kind == "machine" and each.source != INK and each.key.name in form.fields:
            machine.setdefault(each.key, []).append(each)
    return {
        key: tuple(vote for vote in votes(form.fields[key.name], own) if vote.null in (None, "blank"))
        for key, own in machine.items()
    }


def _pairs(
    form: PreparedForm, read: Mapping[FieldKey, tuple[Vote, ...]]
) -> Iterator[tuple[tuple[str, str, str, str], bool]]:
    for key, said in read.items():
        type_name = form.fields[key.name].field.type
        for one, other in combinations(sorted(said, key=lambda each: each.source), 2):
            yield (form.form.name, type_name, one.source, other.source), one.says == other.says

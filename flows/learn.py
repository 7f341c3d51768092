"""Learns from what was decided and known to be right: trust and calibration become new parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flows.explain import named
from flows.outcomes import outcomes
from flows.reconcile import in_force
from flows.rooms import Rooms, now, policy
from reconcile.facts import ScanFacts
from reconcile.trust import learn
from reconcile.weigh import weigh
from transcribe.evidence import say
from transcribe.model import Decision, FieldKey, Parameters, Scan


@dataclass(frozen=True, slots=True, kw_only=True)
class LearntHere:
    """What learning changed: the parameters' new version, its changes in words, the scans to weigh again."""

    version: int
    scans: int
    changes: tuple[str, ...]
    reopened: tuple[str, ...]


def learn_home(rooms: Rooms) -> LearntHere:
    """Learn from every scan of a home, keep the result as new parameters, and wake the scans of which a decided value
    is now less probable than its target."""
    before = in_force(rooms.store, now())
    scans = list(_scans(rooms))
    unheard = _unheard(rooms)
    learnt = learn((_facts(rooms, scan, unheard) for scan in scans), before)
    after = rooms.store.put_parameters(learnt.content, now())
    reopened = tuple(scan.id for scan in scans if _falls(rooms, scan, after))
    rooms.store.wake(reopened, now())
    names = {person.id: person.handle for person in rooms.store.transcribers()}
    changes = tuple(say(named(each, names)) for each in learnt.changes)
    return LearntHere(version=after.version, scans=len(scans), changes=changes, reopened=reopened)


def _scans(rooms: Rooms) -> Iterator[Scan]:
    for state in rooms.store.scan_states():
        if state.scan.form and state.erased_at is None:
            yield state.scan


def _unheard(rooms: Rooms) -> dict[tuple[str, FieldKey], str]:
    """What was contested and no expert heard in time: it counts as right."""
    return {
        (appeal.reading.scan, appeal.reading.key): appeal.reading.text
        for appeal in rooms.store.appeals()
        if appeal.outcome == "no expert" and appeal.reading.text is not None
    }


def _facts(rooms: Rooms, scan: Scan, unheard: Mapping[tuple[str, FieldKey], str]) -> ScanFacts:
    known = {key: text for (of, key), text in unheard.items() if of == scan.id}
    return ScanFacts(
        form=rooms.forms(scan.form, scan.form_version),
        readings=rooms.store.readings(scan.id),
        truths=known | {truth.key: truth.text for truth in rooms.store.truths(scan.id)},
        decisions=rooms.store.decisions(scan.id),
    )


def _falls(rooms: Rooms, scan: Scan, parameters: Parameters) -> bool:
    """Whether a decided field would not be decided, or otherwise, with these parameters."""
    form = rooms.forms(scan.form, scan.form_version)
    decided = {each.key: each for each in rooms.store.decisions(scan.id)}
    found = outcomes(form, weigh(form, rooms.store.readings(scan.id), parameters), policy(rooms.settings))
    for key, old in decided.items():
        new = found.get(key)
        if new is not None and not (isinstance(new, Decision) and (new.value, new.null) == (old.value, old.null)):
            return True
    return False

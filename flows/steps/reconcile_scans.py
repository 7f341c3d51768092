"""The loop after reading: weigh each waiting scan, decide or ask, keep the record when it is whole, publish."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flows.home import Home, policy
from flows.home import now as clock
from flows.steps.close_appeals import close_appeals
from flows.steps.identify_tasks import NO_FORM_MESSAGE, identified, identify_task, is_of_no_form
from flows.steps.layout_tasks import distinct_tasks, read_shown_layout, shown_by_people, unread_annotations
from flows.steps.outcomes import outcomes
from flows.steps.read_scans import failure_message as why_failed
from flows.steps.read_scans import read_scan
from flows.steps.reopened import reopened
from reconcile.decision import (
    Traditions,
    assemble,
    complete,
    draw_audit,
    from_elsewhere,
    second_look,
    standing_alone,
    traditions,
)
from reconcile.forms import prepared
from reconcile.inference import ScanMemory, weigh
from reconcile.parameters import shipped_parameters
from reconcile.policy import Policy
from reconcile.records import publish, rebuild
from transcribe.codes import Reason
from transcribe.errors import EngineError, FairhandError, FormError, ScanError
from transcribe.model import WHOLE, Decision, FieldKey, Form, Parameters, Posterior, Reading, Scan, Task
from transcribe.ocr import TRIES
from transcribe.recognition import Annotations
from transcribe.store import Store, Waiting

Clock = Callable[[], datetime]
Forms = Callable[[str, int], Form]
ReadAgain = Callable[[Scan, Annotations], object]
"""Has machines read a scan again: what people showed of its layout, all of it where that is nothing."""

logger = logging.getLogger("fairhand.reconcile")

LEASED_SCANS_COUNT = 50
"""Scans leased together: few enough to be concluded within their lease of a minute, enough to share its cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What one call of `reconcile_waiting` did. `failed` names the scans that could not be weighed, and why."""

    scans: int = 0
    decided: int = 0
    asked: int = 0
    records: int = 0
    failed: tuple[tuple[str, str], ...] = ()


def reconcile_waiting(
    store: Store,
    forms: Forms,
    policy: Policy,
    now: Clock,
    read_again: ReadAgain,
    memory: ScanMemory | None = None,
) -> Reconciled:
    """Weigh, decide and conclude every waiting scan. Called again it changes nothing; several may run at once.

    `read_again` has machines read a scan of which a person has just said which form it is, or where in it a field or
    the rows of a table stand. A scan that fails stays waiting and is named; the others go on. `memory` is what scans
    gave when they were weighed last, for speed alone.
    """
    done: list[tuple[int, int, int]] = []
    failed: list[tuple[str, str]] = []
    while waiting := store.claim_waiting(LEASED_SCANS_COUNT, now()):
        parameters, people = in_force(store, now()), traditions(store.transcribers())
        for each in waiting:
            try:
                if not each.scan.form:
                    done.append(_identify(each, store, now, read_again))
                else:
                    done.append(_conclude(each, store, forms, policy, parameters, people, now, read_again, memory))
            except FairhandError as error:
                failed.append((each.scan.id, str(error)))
            except Exception as error:  # nobody has foreseen it, and the other scans go on
                logger.error("Weighing the scan %s failed unexpectedly.", each.scan.id[:12], exc_info=error)
                failed.append((each.scan.id, f"weighing it failed unexpectedly ({type(error).__name__}: {error})."))
    decided, asked, records = (sum(column) for column in zip(*done, strict=True)) if done else (0, 0, 0)
    return Reconciled(scans=len(done), decided=decided, asked=asked, records=records, failed=tuple(failed))


def reconcile_home(home: Home, memory: ScanMemory | None = None) -> Reconciled:
    """Close the appeals that can be closed, reconcile everything that waits in a home, and publish its records.

    Who calls it again and again holds one `memory`, so that one more reading costs only its own field.
    """
    close_appeals(home.store, home.forms, clock())

    def read_again(scan: Scan, drawn: Annotations) -> object:
        return read_shown_layout(home, scan, drawn) if drawn else read_scan(home, scan, without=TRIES)

    done = reconcile_waiting(home.store, home.forms, policy(home.settings), clock, read_again, memory)
    publish_records(home)
    return done


def publish_records(home: Home) -> int:
    """Bring records.db up to date; how many entries were new."""
    return publish(home.store, home.settings.records, home.forms).count


def rebuild_records(home: Home) -> int:
    """Make records.db anew from the state; how many entries it holds."""
    return rebuild(home.store, home.settings.records, home.forms).count


def in_force(store: Store, now: datetime) -> Parameters:
    """The parameters learnt last; the first fit that comes with fairhand is kept as version 1 where none are."""
    return store.parameters() or store.put_parameters(shipped_parameters().content, now)


def _conclude(
    waiting: Waiting,
    store: Store,
    forms: Forms,
    policy: Policy,
    parameters: Parameters,
    people: Traditions,
    now: Clock,
    read_again: ReadAgain,
    memory: ScanMemory | None,
) -> tuple[int, int, int]:
    """One scan, from its readings to what is kept: (fields decided, tasks asked, records)."""
    scan = waiting.scan
    readings = store.readings(scan.id, waiting.up_to)
    if readings and all(each.key == WHOLE for each in readings):  # nobody read more of it than which form it is
        return _first_read(waiting, store, now, read_again)
    form = forms(scan.form, scan.form_version)
    if shown := unread_annotations(form, store.places(scan.id), readings):
        read_again(scan, shown)  # the scan waits again then, with what was read
        store.conclude(scan.id, waiting.up_to, [], [], None, now())
        return 0, 0, 0
    posteriors = weigh(form, readings, parameters, memory)
    said = _asked_elsewhere(form, readings, posteriors, outcomes(form, posteriors, policy), people, policy)
    said = reopened(said, posteriors, store.decisions(scan.id))
    said = shown_by_people(form, posteriors, said, store.misplaced(scan.id))
    decisions = [each for each in said.values() if isinstance(each, Decision)]
    tasks = list(distinct_tasks(said))
    record = assemble(scan, form, decisions) if complete(form, posteriors, decisions) else None
    audits = [
        _audit(scan.id, posteriors[each.key]) for each in decisions if is_audited(scan.id, posteriors[each.key], policy)
    ]
    store.conclude(scan.id, waiting.up_to, decisions, [*tasks, *audits], record, now())
    return len(decisions), len(tasks), int(record is not None)


def _asked_elsewhere(
    form: Form,
    readings: Sequence[Reading],
    posteriors: Mapping[FieldKey, Posterior],
    said: Mapping[FieldKey, Decision | Task],
    people: Traditions,
    policy: Policy,
) -> dict[FieldKey, Decision | Task]:
    """What was decided or asked, where readers of one writing tradition stand alone: somebody else adds most there."""
    spots, changed = prepared(form).fields, dict(said)
    for key in {reading.key for reading in readings if reading.kind == "person"} & said.keys():
        own = [reading for reading in readings if reading.key == key]
        if alone := standing_alone(spots[key.name], own, people, policy):
            changed[key] = from_elsewhere(said[key], posteriors[key], form.field(key.name), alone, policy)
    return changed


def _identify(waiting: Waiting, store: Store, now: Clock, read_again: ReadAgain) -> tuple[int, int, int]:
    """A scan of an unknown form: read with the form that a person said, else somebody is asked; set aside where an
    expert knows no form either."""
    scan = waiting.scan.id
    readings = store.readings(scan, waiting.up_to)
    said = identified(readings)
    if said is None:
        tasks = [] if is_of_no_form(readings, store.task_subject) else [identify_task(scan, readings)]
        store.conclude(scan, waiting.up_to, [], tasks, None, now())
        if not tasks:
            store.set_scan_aside(scan, FormError.__name__, NO_FORM_MESSAGE, waiting.scan.batch, now())
        return 0, len(tasks), 0
    store.set_form(scan, said.form, said.version, now(), said.turn)
    return _first_read(replace(waiting, scan=store.scan(scan)), store, now, read_again)


def _first_read(waiting: Waiting, store: Store, now: Clock, read_again: ReadAgain) -> tuple[int, int, int]:
    """Machines read a scan of which a person said the form; it is set aside where they cannot."""
    scan = waiting.scan
    try:
        read_again(scan, Annotations())
    except (ScanError, EngineError) as error:
        store.set_scan_aside(scan.id, type(error).__name__, why_failed(scan, error), scan.batch, now())
    store.conclude(scan.id, waiting.up_to, [], [], None, now())
    return 0, 0, 0


def is_audited(scan: str, posterior: Posterior, policy: Policy) -> bool:
    """Whether a decided field is read once more, blind, by an expert. Each new reading by a person draws anew; what an
    expert has read already is not asked again, unless nobody else read it so."""
    drawn_now = not posterior.experts and draw_audit(
        scan, posterior.key, posterior.people + posterior.experts, policy.audit_share
    )
    return drawn_now or second_look(posterior)


def _audit(scan: str, posterior: Posterior) -> Task:
    return Task(
        scan=scan,
        key=posterior.key,
        kind="audit",
        reason=Reason.AUDIT,
        slot=1 + posterior.people + posterior.experts,
    )

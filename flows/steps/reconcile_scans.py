"""The loop after reading: weigh each waiting scan, decide or ask, keep its record when it is whole, publish."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cache, partial
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

from flows.duplicates import View, find_same, with_duplicates
from flows.home import Home, policy
from flows.home import now as clock
from flows.steps.close_appeals import close_appeals
from flows.steps.erasures import publish_records
from flows.steps.identify_tasks import (
    NO_FORM_MESSAGE,
    FormDoubt,
    doubted_record,
    doubted_task,
    form_doubt,
    identified,
    identify_task,
    is_of_no_form,
    put_aside_by_people,
    settled_record,
)
from flows.steps.layout_tasks import distinct_tasks, read_shown_layout, unread_annotations
from flows.steps.learning_facts import asked_again_record, reopening_version, stands_on_too_little
from flows.steps.read_scans import failure_message, read_scan
from reconcile.decision import (
    Answer,
    Known,
    Traditions,
    agreed_blind,
    answers,
    assemble,
    audit_of,
    is_audited,
    is_complete,
    provisional_record,
    traditions,
)
from reconcile.inference import ScanMemory, weigh
from reconcile.parameters import shipped_parameters, without_shapes
from reconcile.policy import Policy
from transcribe.errors import DiskFull, EngineError, FairhandError, FormError, ScanError, StoreError
from transcribe.lean_imports import later
from transcribe.model import (
    OPERATOR_SOURCE,
    WHOLE,
    Decision,
    DuplicatePolicy,
    FieldKey,
    Form,
    Parameters,
    Posterior,
    Reading,
    Record,
    Scan,
    Task,
    Truth,
)
from transcribe.store import CLAIM_SECONDS, Store, Waiting

if TYPE_CHECKING:
    from transcribe import ocr, recognition

    ReadAgain = Callable[[Scan, recognition.Annotations], object]
    """Has machines read a scan again: what people showed of its layout, or the whole scan where they showed nothing."""
else:
    ocr = later("transcribe.ocr")
    recognition = later("transcribe.recognition")


Clock = Callable[[], datetime]
"""Gives the time, aware and in UTC."""


Forms = Callable[[str, int], Form]
"""Gives the form of a name and version."""


logger = logging.getLogger("fairhand.reconcile")


LEASED_SCANS_COUNT = 50
"""Scans leased together: few enough to be concluded within their lease of a minute, enough to share its cost."""


LOOK_SECONDS = 0.5
"""Seconds between two looks whether others are done with the scans they claimed; chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciledScans:
    """The result of `reconcile_waiting`: counts of scans weighed, fields decided, tasks asked, records made.

    `failed` has the ids of the scans set apart as they could not be weighed, and why.
    """

    scans: int = 0
    decided: int = 0
    asked: int = 0
    records: int = 0
    failed: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: ReconciledScans) -> ReconciledScans:
        """What two rounds did together."""
        return ReconciledScans(
            **{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)}
        )


class _Conclusion(NamedTuple):
    """The result for one scan: fields decided, tasks asked, and whether a record was made (0 or 1)."""

    decided: int = 0
    asked: int = 0
    records: int = 0


def reconcile_waiting(
    store: Store,
    forms: Forms,
    policy: Policy,
    now: Clock,
    read_again: ReadAgain,
    memory: ScanMemory | None = None,
    duplicates: DuplicatePolicy = "flag",
) -> ReconciledScans:
    """Weigh, decide and conclude every waiting scan. Called again it changes nothing; several may run at once.

    `read_again` is called for a scan whose form a person has just said, or of whose layout they showed something. A
    scan that fails is named and set apart; the others go on. `memory` is what scans gave when they were weighed last,
    for speed alone. `duplicates` is what the home says of orders that come again.
    """
    concluded: list[_Conclusion] = []
    failed: dict[str, str] = {}
    while leased := store.claim_waiting(LEASED_SCANS_COUNT, now(), program=program()):
        claim = Claim(store, leased[0].claim, now)
        parameters, people = parameters_in_force(store, now()), traditions(store.transcribers())
        reopening = reopening_version(store)
        loop = _Loop(store, forms, policy, now, read_again, memory, parameters, people, reopening, duplicates)
        for waiting in leased:
            # One that failed has new readings of its own making: the next round is soon enough.
            if waiting.scan.id in failed or not claim.still_holds(waiting):
                continue
            try:
                concluded += loop.weighed(waiting)
            except Exception as error:  # an unforeseen one must not stop the other scans
                if not isinstance(error, FairhandError):
                    about, short = {"scan": waiting.scan.id}, waiting.scan.id[:12]
                    logger.error("Weighing the scan %s failed unexpectedly.", short, exc_info=error, extra=about)
                weighed = partial(loop.weighed_again, waiting.scan)
                failed[waiting.scan.id] = set_apart(store, waiting, error, now(), weighed)
    return ReconciledScans(
        scans=len(concluded),
        decided=sum(conclusion.decided for conclusion in concluded),
        asked=sum(conclusion.asked for conclusion in concluded),
        records=sum(conclusion.records for conclusion in concluded),
        failed=tuple(failed.items()),
    )


def reconcile_home(home: Home, memory: ScanMemory | None = None, *, publish: bool = True) -> ReconciledScans:
    """Close the appeals that can be closed, reconcile every scan that waits in a home, and publish its records.

    Without `publish` the caller does that. A caller that reconciles again and again holds one `memory`, so that one
    more reading costs only its own field.
    """
    close_appeals(home.store, home.forms, clock())

    def read_again(scan: Scan, shown: recognition.Annotations) -> object:
        return read_shown_layout(home, scan, shown) if shown else read_scan(home, scan, without=ocr.TRIES)

    done = reconcile_waiting(
        home.store, home.forms, policy(home.settings), clock, read_again, memory, home.settings.duplicates
    )
    home.store.end_vain_checks(clock())
    if publish:
        publish_records(home)
    return done


def reconcile_to_the_end(home: Home, *, publish: bool = True) -> ReconciledScans:
    """Reconcile a home, and also what others had claimed and did not conclude: one of them may have been killed.

    It waits for them as long as a claim lasts at most, so that nothing that waited at the start is left.
    """
    done = reconcile_home(home, publish=publish)
    elsewhere = home.store.list_claimed(clock()) - {scan for scan, _ in done.failed}
    if not elsewhere:
        return done
    last = time.monotonic() + CLAIM_SECONDS
    while elsewhere and time.monotonic() < last:
        time.sleep(LOOK_SECONDS)
        elsewhere &= home.store.list_claimed(clock())
    return done + reconcile_home(home, publish=publish)


def parameters_in_force(store: Store, now: datetime) -> Parameters:
    """The parameters learnt last. Where none are, those that ship with fairhand are kept as version 1."""
    return store.parameters() or store.put_parameters(shipped_parameters().content, now)


@dataclass(frozen=True, slots=True)
class _Loop:
    """The shared inputs of weighing the scans of one lease."""

    store: Store
    forms: Forms
    policy: Policy
    now: Clock
    read_again: ReadAgain
    memory: ScanMemory | None
    parameters: Parameters
    people: Traditions
    reopening: int
    duplicates: DuplicatePolicy

    def weighed(self, waiting: Waiting) -> list[_Conclusion]:
        """The result for one scan, in a list; empty if this process stood still and another one weighs the scan."""
        try:
            return [self.conclude(waiting) if waiting.scan.form else self.identify(waiting)]
        except ClaimedElsewhere:
            return []

    def conclude(self, waiting: Waiting) -> _Conclusion:
        """Weigh one scan, decide or ask for each field, and keep what came of it."""
        scan, store = waiting.scan, self.store
        readings = store.readings(scan.id, waiting.up_to)
        if readings and all(reading.key == WHOLE for reading in readings):  # only its form was said yet
            return self._read_first(waiting)
        form = self.forms(scan.form, scan.form_version)
        if (doubt := form_doubt(form, readings)).is_open or doubt.is_agreed:
            return self._doubted(waiting, form, readings, doubt)
        if shown := unread_annotations(form, store.places(scan.id), readings):
            self.read_again(scan, shown)  # the scan waits again then, with the new readings
            self._conclude(waiting, [], [], None)
            return _Conclusion()
        posteriors = weigh(form, readings, self.parameters, self.policy, self.memory)
        known = (self.people, self.policy, self.parameters, self.reopening)
        said = answers_of(scan, form, readings, posteriors, store, *known)
        decisions = [answer for answer in said.values() if isinstance(answer, Decision)]
        tasks = list(distinct_tasks(said))
        standing = (decisions, posteriors)
        paper = on_paper(form, readings, standing, self.parameters, self.policy)
        find_same(store, self.duplicates, scan, form, standing, paper, self.read_of, self.now())
        advice = store.photo_advice(scan.id)
        record = assemble(scan, form, decisions, advice) if is_complete(form, posteriors, decisions) else None
        # what was published and stands on too little now is told at once, and kept up to date
        if record is None and stands_on_too_little(store, scan):
            record = provisional_record(scan, form, posteriors, said, self.policy, advice)
        if record is None:
            last = store.last_record(scan.id)
            record = settled_record(last, form) or asked_again_record(store, scan, last, form, said)
        else:
            record = with_duplicates(store, record)
        free = {each.key for each in decisions} - store.locked_values(scan.id)
        decided = [posterior for key, posterior in posteriors.items() if key in free]
        drawn = [each for each in decided if is_audited(scan.id, form.field(each.key.name), each, self.policy)]
        audits = [audit_of(scan.id, posterior) for posterior in drawn]
        self._conclude(waiting, decisions, [*tasks, *audits], record)
        self._keep_gold(scan, form, readings)
        return _Conclusion(len(decisions), len(tasks), int(record is not None))

    def read_of(self, scan: str) -> Sequence[Decision]:
        """What is decided of a scan on its paper, whatever was corrected."""
        found, standing = self.store.scan(scan), self.store.decisions(scan)
        form = self.forms(found.form, found.form_version)
        return on_paper(form, self.store.readings(scan), (standing, {}), self.parameters, self.policy)[0]

    def _doubted(self, waiting: Waiting, form: Form, readings: Sequence[Reading], doubt: FormDoubt) -> _Conclusion:
        """Ask one more person which form a scan is, and nothing else. Set it aside where people agree on that.

        A record that was published before says so from then on.
        """
        scan, store, now = waiting.scan.id, self.store, self.now()
        record = doubted_record(store.last_record(scan), form, doubt)
        if doubt.is_open:
            with claimed(store, waiting):
                store.ask_form_alone(scan, waiting.up_to, doubted_task(scan, readings), now, record)
            return _Conclusion(asked=1, records=int(record is not None))
        with claimed(store, waiting):
            put_aside_by_people(store, scan, doubt.in_words(form.name), now)
            store.conclude(scan, waiting.up_to, [], [], record, now)
        return _Conclusion(records=int(record is not None))

    def _keep_gold(self, scan: Scan, form: Form, readings: Sequence[Reading]) -> None:
        """Keep what became known by these readings; never a value of which a truth was known before."""
        if not any(reading.kind == "expert" for reading in readings):
            return
        for key, text in agreed_blind(form, readings):
            if key not in self.store.fields_with_truths(scan.id):
                self.store.put_truth(Truth(scan=scan.id, key=key, text=text, origin="gold", at=self.now()), self.now())
                self.store.log(self.store.actor, "gold made", scan.id, {"field": str(key)}, self.now())

    def weighed_again(self, scan: Scan, readings: Sequence[Reading]) -> object:
        """The decisions and tasks from these readings of a scan alone."""
        form = self.forms(scan.form, scan.form_version)
        return answers(form, weigh(form, readings, self.parameters, self.policy), self.policy)

    def identify(self, waiting: Waiting) -> _Conclusion:
        """Read a scan of an unknown form with the form that a person said; without one, ask which it is.

        It is set aside where an expert too knows no form for it.
        """
        scan, store = waiting.scan.id, self.store
        readings = store.readings(scan, waiting.up_to)
        form = identified(readings, {(name, version) for name, version, _ in store.forms()})
        if form is not None:
            store.set_form(scan, form.form, form.version, self.now(), form.turn)
            return self._read_first(replace(waiting, scan=store.scan(scan)))
        tasks = [] if is_of_no_form(readings, store.task_subject) else [identify_task(scan, readings)]
        self._conclude(waiting, [], tasks, None)
        if not tasks:
            store.set_scan_aside(scan, FormError.__name__, NO_FORM_MESSAGE, waiting.scan.batch, self.now())
        return _Conclusion(asked=len(tasks))

    def _read_first(self, waiting: Waiting) -> _Conclusion:
        """Have machines read a scan whose form a person said; it is set aside where they cannot."""
        scan = waiting.scan
        try:
            self.read_again(scan, recognition.Annotations())
        except (ScanError, EngineError) as error:
            message = failure_message(scan, error)
            self.store.set_scan_aside(scan.id, type(error).__name__, message, scan.batch, self.now())
        self._conclude(waiting, [], [], None)
        return _Conclusion()

    def _conclude(
        self, waiting: Waiting, decisions: Sequence[Decision], tasks: Sequence[Task], record: Record | None
    ) -> None:
        """Keep what came of a scan. ClaimedElsewhere where another process has claimed it meanwhile."""
        with claimed(self.store, waiting):
            self.store.conclude(waiting.scan.id, waiting.up_to, decisions, tasks, record, self.now())


# Scans that wait to be weighed: one process has each of them, and one that cannot be weighed is set apart.
#
# It is set apart by name, with the reading to blame, so that everything else goes on.

MAX_TRIED_READINGS = 100
"""The most readings tried as the one to blame, latest first: the cause came last. Chosen by hand."""


RENEWALS_COUNT = 6
"""How often a claim is renewed in the time for which it holds. Chosen by hand."""


class ClaimedElsewhere(Exception):
    """Another process has claimed the scan meanwhile: what was weighed here is not kept."""


@dataclass(slots=True)
class Claim:
    """The claim of some scans, renewed while they are weighed: one of them may be read by machines again."""

    store: Store
    name: str
    now: Callable[[], datetime]
    renewed: float = field(default_factory=time.monotonic)

    def still_holds(self, waiting: Waiting) -> bool:
        """Whether nobody else has claimed a scan since."""
        if time.monotonic() - self.renewed > CLAIM_SECONDS / RENEWALS_COUNT:
            self.store.renew_waiting(self.name, self.now())
            self.renewed = time.monotonic()
        return self.store.holds_waiting(waiting.scan.id, self.name)


@contextmanager
def claimed(store: Store, waiting: Waiting) -> Iterator[None]:
    """One transaction in which a scan is this process's. ClaimedElsewhere where another one has claimed it since."""
    with store.together():
        if not store.holds_waiting(waiting.scan.id, waiting.claim):
            raise ClaimedElsewhere
        yield


@cache
def program() -> str:
    """The version of this program: another one may weigh what this one cannot."""
    return version("fairhand")


def set_apart(
    store: Store, waiting: Waiting, error: Exception, now: datetime, weighed: Callable[[Sequence[Reading]], object]
) -> str:
    """Put a scan that could not be weighed into quarantine; gives why, in words.

    `weighed` weighs some of its readings. What was foreseen is no fault of the readings, and is tried again by itself.
    Where the store itself failed, nothing can be kept: the scan stays waiting.
    """
    foreseen = isinstance(error, FairhandError | OSError | MemoryError)
    message = (
        str(error)
        if isinstance(error, FairhandError)
        else f"weighing it failed unexpectedly ({type(error).__name__}: {error})."
    )
    if isinstance(error, DiskFull) or (isinstance(error, StoreError) and error.retry):
        return message
    blamed = None if foreseen else to_blame(store.readings(waiting.scan.id, waiting.up_to), weighed)
    if not store.holds_waiting(waiting.scan.id, waiting.claim):
        return message  # another process weighs it now, and says what becomes of it
    store.quarantine(
        waiting.scan.id,
        waiting.up_to,
        type(error).__name__,
        message,
        now,
        program=program(),
        reading=blamed.id if blamed else "",
        by_chance=foreseen,
    )
    return message


def to_blame(readings: Sequence[Reading], weighed: Callable[[Sequence[Reading]], object]) -> Reading | None:
    """The reading without which the others can be weighed; None where no single one is to blame.

    The latest is tried first, people's before machines'. Of several it is one that cannot be weighed alone.
    """

    def fails(some: Sequence[Reading]) -> bool:
        try:
            weighed(some)
        except Exception:  # whatever it was that nobody has foreseen
            return True
        return False

    if not fails(readings):
        return None
    keys = {key for key in {each.key for each in readings} if fails([each for each in readings if each.key == key])}
    suspects = sorted((each for each in readings if not keys or each.key in keys), key=_suspicion, reverse=True)
    suspects = suspects[:MAX_TRIED_READINGS]
    alone = (each for each in suspects if fails([each]))
    without = (each for each in suspects if not fails([other for other in readings if other is not each]))
    return next(without, None) or next(alone, None)


def _suspicion(reading: Reading) -> tuple[bool, datetime, str]:
    return reading.kind != "machine", reading.at, reading.id


# The decision or task of each field of a scan, with all that a home knows of it.


def answers_of(
    scan: Scan,
    form: Form,
    readings: Sequence[Reading],
    posteriors: Mapping[FieldKey, Posterior],
    store: Store,
    people: Traditions,
    policy: Policy,
    parameters: Parameters,
    reopening: int,
) -> dict[FieldKey, Answer]:
    """The decision or task of each field of a scan; `reopening` as `reopening_version` gives it."""
    standing, locked = {each.key: each for each in store.decisions(scan.id)}, store.locked_values(scan.id)
    known = Known(
        people=people,
        standing=standing,
        reopening=reopening,
        unshaped=cache(lambda: answers(form, weigh(form, readings, without_shapes(parameters), policy), policy)),
        misplaced=store.misplaced(scan.id),
        asked_again=store.values_asked_again(scan.id),
        locked={key: each for key, each in standing.items() if key in locked},
    )
    return answers(form, posteriors, policy, readings, known)


def on_paper(form: Form, readings: Sequence[Reading], standing: View, parameters: Parameters, policy: Policy) -> View:
    """The decisions and posteriors without corrections by operators and programs."""
    read = [each for each in readings if each.source != OPERATOR_SOURCE]
    if len(read) == len(readings):
        return standing
    posteriors = weigh(form, read, parameters, policy)
    return [each for each in answers(form, posteriors, policy).values() if isinstance(each, Decision)], posteriors

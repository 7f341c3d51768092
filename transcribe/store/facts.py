"""What the store's methods take and give besides the nouns, on purpose in one file as the nouns are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, Protocol, dataclass_transform

from transcribe.model import (
    Decision,
    FieldKey,
    Place,
    Reading,
    Record,
    Scan,
    SourceFile,
    Task,
    Truth,
)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
class Fact:
    """What the store says, as a frozen dataclass that is made by keywords alone."""

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True, kw_only=True)(cls)


class Waiting(Fact):
    """A scan leased for reconciling: weigh its readings up to number `up_to`, then conclude. `claim` is whose it is."""

    scan: Scan
    up_to: int
    claim: str = ""


class HeldLock(Protocol):
    """A lock that one process of all machines holds until it closes it, or ends."""

    @property
    def is_held(self) -> bool:
        """Whether it is held still."""

    def close(self) -> None:
        """Let others have it."""

    def __enter__(self) -> HeldLock: ...
    def __exit__(self, *_: object) -> None: ...


class RecordsCopy(Fact):
    """The records.db of one machine: where it is, its position in the outbox, and when it was written last."""

    machine: str
    place: str
    position: int
    at: datetime


class Act(Fact):
    """What an operator did to mend or steer, and why; `reason` is empty where its scan was forgotten since.

    `scan`, `key`, `batch` and `transcriber` are what it was done to, `detail` is what the verb needs to say of it.
    """

    number: int
    verb: str
    by: str
    reason: str
    at: datetime
    scan: str | None = None
    key: FieldKey | None = None
    batch: str | None = None
    transcriber: str | None = None
    detail: Mapping[str, object] = field(default_factory=dict)


class Batch(Fact):
    """Files that came together, and what operators say of them.

    `priority` is 0 where nobody said anything, higher is sooner; `since` is None where no scan came of it.
    `withdrawn`: it is cancelled, and none of its records stands published.
    """

    name: str
    priority: int
    due: datetime | None
    note: str
    cancelled_at: datetime | None
    scans: int
    set_aside: int
    since: datetime | None
    records: int
    open_tasks: int
    withdrawn: bool = False


class KnownAgain(Fact):
    """A scan that came again in another batch than its own, which is `batch`; `at` is when it came again."""

    scan: str
    name: str
    form: str
    batch: str
    at: datetime


class BatchWork(Fact):
    """What people did on a batch: by currency its cost so far (micro-units, without top-ups), and when they read.

    `finished_readings` are those of fields of which nothing is asked any more, which are `finished_fields`.
    """

    cost: Mapping[str, int]
    times: tuple[datetime, ...]
    finished_fields: int
    finished_readings: int


class SetAsideReadings(Fact):
    """How many readings of a person were set aside or taken back, and of how many scans."""

    readings: int
    scans: int


class KnownScan(Fact):
    """A scan that the store has, and since when."""

    scan: Scan
    since: datetime


class Quarantined(Fact):
    """A scan that could not be weighed, with the error, since when, and how often it was tried.

    `reading` is the id of the reading without which it can be weighed, None where no single one is to blame. It is
    tried again when it has a new reading, one is withdrawn, or the program is another; and at `retry_at`, if set.
    """

    scan: Scan
    reading: str | None
    error: str
    message: str
    tries: int
    since: datetime
    at: datetime
    retry_at: datetime | None = None


class ToRead(Fact):
    """A scan that a worker claimed to read it, and in which run of a batch.

    `begun` is how often somebody began and did not end it.
    """

    scan: Scan
    batch: str
    begun: int = 0


class SetAside(Fact):
    """A file that could not be read, with the reason."""

    file: SourceFile
    error: str
    message: str
    batch: str
    at: datetime
    place: str = ""


class OutboxEntry(Fact):
    """One thing to publish, in order: a record as concluded ("record"), an erasure ("erase") or a withdrawal.

    An erasure and a withdrawal ("withdraw") have no record: of a withdrawn one the state still knows everything.
    """

    number: int
    kind: str
    scan: str
    record: Record | None
    at: datetime


class ScanState(Fact):
    """What an operator sees of one scan: facts and counts.

    Its `fields` are `decided`, `open_fields` (people are asked, also where a value was decided before) or
    `unasked_fields`. `open_tasks` are questions of every kind. Of one that is `set_aside`
    nobody is asked; `aside_because` says why. `was_final` says whether its record ever was more than provisional,
    `same_order` whether it was settled as the same order as another scan; without a record it counts as set aside then.
    """

    scan: Scan
    received_at: datetime
    fit: float | None
    quality: Mapping[str, float]
    advice: tuple[str, ...]
    fields: int
    decided: int
    open_fields: int
    unasked_fields: int
    open_tasks: int
    recorded_at: datetime | None
    erased_at: datetime | None = None
    set_aside: bool = False
    aside_because: str = ""
    was_final: bool = False
    same_order: bool = False

    @property
    def word(self) -> str:
        """How far the scan is, in one word or two."""
        if self.erased_at is not None:
            return "forgotten"
        if self.set_aside or (self.same_order and self.recorded_at is None):
            return "set aside"
        if not self.scan.form:
            return "form unknown"
        if self.open_fields and self.was_final:
            return "finished, and asked again"
        if self.open_fields or (self.open_tasks and self.recorded_at is None):
            return "waits for people"
        if self.recorded_at is not None:
            return "finished"
        return "decided, and held back" if self.fields and self.decided == self.fields else "not weighed"


class ScanCount(Fact):
    """How often something is found among the scans of a form in a batch, as they were summed up last.

    `what` is "state " and a word of `ScanState.word`, "reason " and a reason of open questions, "fields", "decided",
    "decided by people", "open fields", "straight through" (scans), or "open for people", "experts" or "appeals".
    """

    batch: str
    form: str
    what: str
    count: int


class WaitingSince(Fact):
    """When the oldest thing began to wait, by whom it waits for; None where nothing does."""

    machines: datetime | None
    people: datetime | None
    experts: datetime | None
    appeals: datetime | None
    appeal_count: int
    publishing: datetime | None
    publishing_count: int


class CourseStep(Fact):
    """How many scans of a batch were in a state when the quarter of an hour ended that began `at`."""

    at: datetime
    state: str
    count: int


class WorkDone(Fact):
    """What was done in the quarter of an hour that began `at`.

    `what` is "scans", "readings by " machine, person, expert or operator (a correction), "decided by machine" or "by
    people", "records", "engine " and its name, or "pay " or "top-up " and a currency. `amount` is milliseconds of
    readings and engines, and micro-units of pay.
    """

    batch: str
    at: datetime
    form: str
    what: str
    count: int
    amount: int


class AtWork(Fact):
    """A person who holds questions now, and when they sent their last reading."""

    person: str
    handle: str
    roles: frozenset[str]
    held: int
    last_at: datetime | None


class ScanSearch(Fact):
    """What to look for among scans; None is anything. `name` is how the name begins, `ids` ids or how they begin.

    `forms` are those that whoever asks is limited to. `since` and `until` are when scans came.
    """

    batch: str | None = None
    form: str | None = None
    state: str | None = None
    reason: str | None = None
    name: str | None = None
    ids: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    forms: frozenset[str] | None = None


class FoundScan(Fact):
    """A scan that was found. `number` is its place in the order in which scans came; `since` is of its state.

    `for_people` and `for_experts` are its open questions; hearings of appeals are not counted.
    """

    number: int
    scan: str
    name: str
    batch: str
    form: str
    state: str
    since: datetime
    received_at: datetime
    recorded_at: datetime | None
    for_people: int
    for_experts: int


class AskedFields(Fact):
    """Fields that people have read, those of them that are decided now, and those that were asked needlessly.

    `needless` ones are decided as exactly the text that every engine had read before anybody was asked.
    """

    fields: int
    decided: int
    needless: int


class Counts(Fact):
    """The state in numbers. A mapping is by form.

    `fields` are decided by machine, decided by people, open, or unasked: these add up. A field is open while people are
    asked for it; `audited_fields` were drawn by lot and read again once they were decided; `reopened_fields` are the
    open ones of which a value was decided before. Of the `records`, so many are provisional. `waiting_reasons` is form
    -> reason code -> open tasks, `asked` form -> reason code of the first question -> fields. Forgotten scans count as
    `forgotten_scans` alone. `unread_scans` are taken in and not read by machines yet, and not set aside.
    """

    scans: Mapping[str, int]
    fields: Mapping[str, int]
    decided_by_machine: Mapping[str, int]
    decided_by_people: Mapping[str, int]
    audited_fields: Mapping[str, int]
    open_fields: Mapping[str, int]
    reopened_fields: Mapping[str, int]
    unasked_fields: Mapping[str, int]
    open_tasks: Mapping[str, int]
    waiting_reasons: Mapping[str, Mapping[str, int]]
    asked: Mapping[str, Mapping[str, AskedFields]]
    records: Mapping[str, int]
    provisional_records: Mapping[str, int]
    set_aside: int
    waiting_scans: int
    unread_scans: int
    forgotten_scans: int


class Gauges(Fact):
    """A home in numbers, for monitoring; none of them is about a person.

    `scans` are by (how far they are,), `tasks`, open ones, by (free or held,), `ledger` sums in micro-units by (kind,
    currency). `submits` are readings that people have sent. `to_read` are scans that are to be read, by (held by a
    worker, begun before by one that did not end, or free,), `oldest_to_read` since when the oldest of each waits.
    `unread_scans` are those of a known form that machines have not read, `set_aside` files.
    """

    to_read: Mapping[tuple[str, ...], int]
    oldest_to_read: Mapping[tuple[str, ...], datetime]
    unread_scans: int
    set_aside: int
    scans: Mapping[tuple[str, ...], int]
    tasks: Mapping[tuple[str, ...], int]
    oldest_task: datetime | None
    submits: int
    ledger: Mapping[tuple[str, ...], int]


Waits = Literal["orders", "checks", "appeals"]
"""What waits for people who are missing: orders to be finished, checks of decided fields, or hearings of appeals."""


class MissingPeople(Fact):
    """People without whom some fields are finished by nobody who is there: so many more of a role, at least.

    They read one of the `languages`, are in one of the `regions` and have the `qualification`, where any is named, and
    have not read these fields. `waits` says what the `fields` of so many `orders` wait for.
    """

    role: Literal["transcriber", "expert"]
    people: int
    waits: Waits
    fields: int
    orders: int
    languages: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    qualification: str = ""


class StrandedScan(Fact):
    """A scan without a record, some fields of which nobody who is there can finish.

    It was weighed up to the reading of this number.
    """

    scan: str
    up_to: int
    keys: frozenset[FieldKey]


class OpenBatch(Fact):
    """The scans of one form in one batch, some of which wait for people. `begun`: somebody has read in it."""

    form: str
    batch: str
    begun: bool


LONGEST_LEASE = timedelta(hours=12)
"""However often it is renewed, a lease ends at this age: a working day with its ways."""


class Offer(Fact):
    """Which tasks a person may be given: their languages, qualifications and wishes. None is no restriction.

    `longest` is the age at which a lease ends. Who held a task for so long is not given it again for as long.
    """

    pools: tuple[str, ...] = ("read",)
    form: str | None = None
    field: str | None = None
    scan: str | None = None
    kinds: tuple[str, ...] | None = None
    longest: timedelta = LONGEST_LEASE


ANYTHING = Offer()
"""The offer of every field to be read."""

CLAIM_SECONDS = 60.0
"""How long the claim of a waiting scan lasts: 50 scans are weighed in it, and one lost in a crash waits no longer.
Chosen by hand."""


class ExpectedReading(NamedTuple):
    """A reading that a person sends next: the hash of their session, the task, their id, and the reading's mark."""

    session: str
    task: str
    who: str
    idem: str


class SentReading(Fact):
    """What a person sends for a task.

    The page makes one `idem` for each reading: the same idem twice is one reading. `legible` is what can be made out
    where `text` is None for "illegible". `reason` is why an expert reads it otherwise now. The reading keeps both.
    `page` is the one that `box` lies on, or the page of the rows that `text` tells. None is the page of the field's
    place. It was typed `ago` seconds before it is sent: more than moments where there was no network.
    """

    text: str | None
    idem: str
    flags: frozenset[str] = frozenset()
    seconds: float | None = None
    shown: str | None = None
    box: tuple[int, int, int, int] | None = None
    page: int | None = None
    legible: str = ""
    reason: str = ""
    ago: float = 0.0


class AskedField(Fact):
    """A question about a field that is open: why, since when, and for whom."""

    reason: str
    kind: str
    pool: str
    since: datetime


class SkippedField(Fact):
    """That somebody skipped a field: who, by handle, why and when."""

    handle: str
    reason: str
    at: datetime


class FieldHistory(Fact):
    """Everything that is known of one field of one scan, for `scan explain` and the pages."""

    scan: Scan
    key: FieldKey
    place: Place | None
    readings: tuple[Reading, ...]
    decisions: tuple[Decision, ...]
    tasks: tuple[Task, ...]
    truth: Truth | None = None
    withdrawn: Mapping[str, str] = field(default_factory=dict)
    """Id of a reading that an operator took out of weighing -> why."""
    asked_as: tuple[str, int] = ("", 0)
    """The form and version by which the field was asked, where somebody's own readings are listed."""


class Rate(Fact):
    """Pay for one reading of a form or for an hour's work, from a time on, in micro-units.

    The form "" is all forms.
    """

    form: str
    micro: int
    currency: str
    since: datetime
    per: Literal["reading", "hour"] = "reading"


class Floor(Fact):
    """The least that an hour of work pays, in micro-units, with the source of the figure and its date.

    `source_micro` is the figure that the source itself gives, None where it is not known. A floor under it is not fair.
    """

    micro: int
    currency: str
    source: str
    since: datetime
    source_micro: int | None = None


class PayMeasure(Fact):
    """How far pay goes, as people are told.

    A first reading that comes late is taken and paid for `late_days` after its lease. Of one person's questions, and of
    their items of tests, so many in 24 hours are paid; those above are kept and not paid. Of who is paid by the hour,
    so many minutes of waiting in 24 hours are paid, and none while a field that they skipped within them is open. Of
    who is paid by the piece, so many minutes beside readings in 24 hours are paid: skips, questions, appeals, contested
    clocks and explanations. Time on a field counts at once up to `usual_times` the 95th percentile of its kind and
    length; what lies above is kept.
    """

    late_days: float = 7.0
    questions_a_day: int = 20
    tests_a_day: int = 20
    waiting_minutes_a_day: float = 60.0
    usual_times: float = 2.0
    skip_minutes_a_day: float = 60.0


PAY_MEASURE = PayMeasure()
"""A week offline, far more questions and tests than a day's work has, an hour without work and one beside pieces.
Chosen by hand."""


class PayLine(Fact):
    """One line of the ledger, append-only.

    `kind`: reading, time (tests, skips, waiting), top-up, correction, paid, or rounding: what is added to the last
    payment of who has left, up to a whole minor unit of the currency.
    """

    number: int
    transcriber: str
    kind: str
    micro: int
    currency: str
    seconds: float
    at: datetime
    reading: str | None = None
    task: str | None = None
    reference: str = ""


class PayPeriod(Fact):
    """What was paid out under one reference in one currency, in micro-units: to how many people, and when last."""

    reference: str
    currency: str
    at: datetime
    people: int
    micro: int


class PeriodShare(Fact):
    """What closing a period pays one person in one currency, in micro-units; `paid` is whole minor units.

    `carried` stays due until the next period: less than one minor unit, or less than 0 where something is taken off.
    `rounded` is added for who has left, as no period comes for them again.
    """

    transcriber: str
    currency: str
    paid: int
    carried: int
    rounded: int


class CarriedRest(Fact):
    """What a closed period left to the next one of one person in one currency, in micro-units."""

    transcriber: str
    reference: str
    currency: str
    micro: int
    at: datetime


class TimeClaim(Fact):
    """Time in the ledger that is not paid out yet: `seconds` until `at`, of a task first leased `since`.

    `what` is the reference of its line.
    """

    transcriber: str
    at: datetime
    seconds: float
    micro: int
    task: str | None
    since: datetime | None
    reading: bool
    what: str = ""


class PayState(Fact):
    """What one person is owed and was paid, in one currency.

    `coming` is the top-up that is measured and not yet a line. `an_hour` is what an hour of their measured time has
    come to, None where none was measured. `carried` of `due` is what the period that was closed last left to the next.
    """

    transcriber: str
    currency: str
    due: int
    paid: int
    coming: int
    seconds: float
    waiting_seconds: float
    readings: int
    an_hour: int | None
    carried: int = 0


class WorkOfMonth(Fact):
    """What one person worked and earned in a month such as "2026-11", in one currency, as the ledger has it."""

    transcriber: str
    month: str
    currency: str
    seconds: float
    micro: int


class Pace(Fact):
    """How fast a form is read, as measured: the readings, and the active seconds that they took."""

    readings: int
    seconds: float


class TimeDispute(Fact):
    """A person says that a task took longer than the `measured` seconds of their readings and skips of it.

    They are measured until then, with what was granted before. `granted` seconds were added when it was answered;
    `answered_by` and `reason` say who answered and why.
    """

    id: str
    transcriber: str
    task: str
    claimed: float
    words: str
    at: datetime
    measured: float = 0.0
    answered_at: datetime | None = None
    granted: float | None = None
    answered_by: str = ""
    reason: str = ""

    @property
    def missing(self) -> float:
        """The seconds that make up what the person says."""
        return max(0.0, self.claimed - self.measured)


class KeptTime(Fact):
    """Seconds on a task above what is usual, of which the person has not said a word yet."""

    transcriber: str
    task: str
    seconds: float
    at: datetime


class AuditedReading(Fact):
    """One field that a person read and that an expert read again, drawn by lot: what each of them read."""

    own: Reading
    expert: Reading
    form: str
    form_version: int


class LatestWork(Fact):
    """The latest readings and skips of a person.

    Of so many `readings` the active time of `timed` was measured, `seconds` in all. `skips` are by reason.
    """

    readings: int
    timed: int
    seconds: float
    skips: Mapping[str, int]


AppealOutcome = Literal["upheld", "declined", "no expert"]


class Appeal(Fact):
    """A person contests the outcome of their reading.

    `heard` is what an expert, who did not know the reading, has read since. `minority` says of an upheld appeal that
    others had read otherwise: one person was right against them.
    """

    id: str
    reading: Reading
    transcriber: str
    words: str
    task: str
    at: datetime
    deadline: datetime
    heard: Reading | None = None
    outcome: AppealOutcome | None = None
    expert: str | None = None
    minority: bool = False
    decided_at: datetime | None = None

    def is_late(self, now: datetime) -> bool:
        """Whether no expert had heard it by its day."""
        return (self.heard.at if self.heard else self.decided_at or now) > self.deadline


class ExpertOutcomes(Fact):
    """How one expert's hearings ended. Everybody can see it."""

    expert: str
    upheld: int
    declined: int


class Learning(Fact):
    """What became of a proposal of learning, or of going back.

    `version` is in force since, because of `verdict`; `by` had it done. `made` says that this version came into force
    by it; else the one before was kept. `back_to` is the earlier version whose content it has. `seen` is a digest of
    what was learnt from. `numbers` are what the verdict stands on: truths, fields reopened, and such.
    """

    version: int
    verdict: str
    by: str
    at: datetime
    seen: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)
    made: bool = False
    back_to: int | None = None


class ExpectedWork(Fact):
    """Work that an operator expects: when it comes, and about how many hours of reading it is.

    `form` is "" where it may be of any form.
    """

    id: str
    at: datetime
    hours: float
    form: str = ""


class Question(Fact):
    """A person's question about a field, and its answer, which joins the field's guide for all."""

    id: str
    form: str
    field: str
    transcriber: str
    words: str
    at: datetime
    scan: str
    key: FieldKey
    answer: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None


class Notice(Fact):
    """Something to tell a person: an appeal decided, a question answered, a control item withdrawn, a clock mended."""

    number: int
    kind: str
    scan: str | None
    key: FieldKey | None
    at: datetime
    seen_at: datetime | None = None


class ControlAnswers(Fact):
    """A control item in use, and the answers of people who did not know that it was one."""

    truth: Truth
    readings: tuple[Reading, ...]


class Practice(Fact):
    """A new person's practice: how many known fields they have answered, and those that they hold."""

    answered: int
    tasks: tuple[Task, ...]


class QualificationTry(Fact):
    """One test that a person took: how many items, how many right, passed or not. It can be taken again at once."""

    name: str
    asked: int
    right: int
    passed: bool
    at: datetime


class Pause(Fact):
    """Since when an operator has paused a person, and why: "" where no reason was given."""

    since: datetime
    reason: str


class WayIn(Fact):
    """A session, or a link that was not used yet: how a person is or may be signed in.

    `id` is the beginning of its hash. `seen` is None of a link.
    """

    id: str
    at: datetime
    until: datetime
    seen: datetime | None = None


class SecondFactor(Fact):
    """The second factor of a person: codes are asked for at sign-in once it is in force.

    `secret` is what their app makes codes from, in base32. `recovery_codes` tells how many are left.
    """

    secret: str
    in_force: bool
    recovery_codes: int = 0


class ApiToken(Fact):
    """A token for a program: its public prefix, name and scopes. Only the SHA-256 of the whole is kept."""

    prefix: str
    name: str
    scopes: frozenset[str]
    at: datetime
    until: datetime | None = None
    revoked_at: datetime | None = None


class AuditLine(Fact):
    """One line of the audit log, which is a chain of hashes.

    `hash` is HMAC-SHA256 of the previous hash and the line's canonical JSON. It is keyed: writing to the database is
    not enough to mend the chain.
    """

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, object]
    previous: str
    hash: str


class Forgery(Fact):
    """Rows of what is sealed, or seals, that are not as the program wrote them.

    `table` is ledger, reading, decision, scan, seal, "fact" (a line about a fact) or a kind of fact, such as rate.
    `what`: changed (or some taken out), foreign (written by something else), or gone.
    """

    table: str
    first: int
    last: int
    what: Literal["changed", "foreign", "gone"]


class AuditState(Fact):
    """The state of the chain: how many lines it has, and its last hash.

    `broken_at` is the first line that does not hold, None where all do. `head_missing`: all lines hold, but a head
    that was given is that of none of them; the line after the last is then the broken one. `forgeries` are rows of what
    is sealed that do not hold.
    """

    lines: int
    head: str
    broken_at: int | None
    forgeries: tuple[Forgery, ...] = ()
    head_missing: bool = False

    @property
    def whole(self) -> bool:
        """Whether all holds."""
        return self.broken_at is None and not self.forgeries

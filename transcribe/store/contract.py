"""What every store can do, whatever database is behind it: the verbs of the state, grouped by who uses them.

The longest list of the house, on purpose in one place. `now` is always passed in; every verb is one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Literal, Protocol

from transcribe.model import (
    Decision,
    FieldKey,
    Form,
    Outcome,
    PagePicture,
    Parameters,
    Place,
    Reading,
    ReadResult,
    Record,
    Scan,
    SourceFile,
    Task,
    Transcriber,
    Truth,
)
from transcribe.store.facts import (
    ANYTHING,
    ApiToken,
    Appeal,
    AppealOutcome,
    AuditLine,
    AuditState,
    ControlAnswers,
    Counts,
    ExpectedWork,
    ExpertOutcomes,
    FieldHistory,
    Floor,
    Notice,
    Offer,
    OpenBatch,
    OutboxEntry,
    Pace,
    PayLine,
    PayState,
    QualificationTry,
    Question,
    Rate,
    ScanState,
    SentReading,
    SetAside,
    TimeDispute,
    Waiting,
)

__all__ = [
    "ANYTHING",
    "ApiToken",
    "Appeal",
    "AppealOutcome",
    "AuditLine",
    "AuditState",
    "AuditStore",
    "ControlAnswers",
    "Counts",
    "ExpectedWork",
    "ExpertOutcomes",
    "FairStore",
    "FieldHistory",
    "Floor",
    "IngestStore",
    "Notice",
    "Offer",
    "OpenBatch",
    "OutboxEntry",
    "Pace",
    "PayLine",
    "PayState",
    "PayStore",
    "PeopleStore",
    "QualificationTry",
    "Question",
    "QueueStore",
    "Rate",
    "ReconcileStore",
    "ScanState",
    "SentReading",
    "SetAside",
    "Store",
    "TimeDispute",
    "Waiting",
]


class IngestStore(Protocol):
    """Used by the ingest flow."""

    def put_form(self, form: Form, definition: str, now: datetime) -> None:
        """Keep a form; FormError where this name and version stand with another digest."""

    def forms(self) -> list[tuple[str, int, str]]:
        """(name, version, digest) of every form kept."""

    def put_scan(self, scan: Scan, files: Sequence[SourceFile], now: datetime) -> bool:
        """Keep a scan; False where it was there already (nothing is changed)."""

    def put_reads(self, scan: str, reads: ReadResult, now: datetime) -> None:
        """Keep places, pictures and machine readings of one scan, all at once; again is no change."""

    def has_reads(self, scan: str) -> bool:
        """Whether the machines have read this scan with its present form."""

    def put_places(self, scan: str, places: Sequence[Place], now: datetime, readings: Sequence[Reading] = ()) -> None:
        """Say anew where fields stand (a person drew a box, told the rows of a table), with what machines read there;
        the scan is weighed again."""

    def set_form(self, scan: str, form: str, version: int, now: datetime, turn: int = 0) -> None:
        """Say which form a scan is (after an identify task), and how far its pages must be turned with the clock to
        stand upright (0, 90, 180, 270); what was read with another form stays, unused."""

    def mask_pages(self, scan: str, copies: Sequence[SourceFile], now: datetime) -> None:
        """Take masked copies, one a page, for the pages of a scan; what they replace is then among `replaced`."""

    def replaced(self, scan: str) -> list[str]:
        """Archive names of what was kept of a scan and nothing shows any more: its files before they were masked, and
        pictures made anew since."""

    def set_aside(self, file: SourceFile, error: str, message: str, batch: str, now: datetime, place: str = "") -> None:
        """Keep that a file could not be read and why; again replaces the reason, and what lay at its place before."""

    def set_scan_aside(self, scan: str, error: str, message: str, batch: str, now: datetime) -> None:
        """Keep that a scan could not be read and why, until machines have read it or its form is said."""

    def end_set_aside_at(self, place: str) -> None:
        """What lay at this place could not be read, and was replaced by what can."""

    def list_set_aside(self) -> list[SetAside]:
        """Every file set aside, latest first."""


class ReconcileStore(Protocol):
    """Used by the reconcile flow and by publishing."""

    def claim_waiting(self, limit: int, now: datetime, seconds: float = 60.0) -> list[Waiting]:
        """Lease up to `limit` scans with a reading newer than their cursor; an expired lease goes back."""

    def readings(self, scan: str, up_to: int | None = None) -> list[Reading]:
        """All readings of a scan in the order they came, the latest of each source last."""

    def places(self, scan: str) -> list[Place]:
        """Every place of a scan as last known (a person may have drawn one anew)."""

    def misplaced(self, scan: str) -> frozenset[FieldKey]:
        """Fields of which somebody said, skipping, that their picture shows something else; until one is drawn anew."""

    def pictures(self, scan: str) -> list[PagePicture]:
        """The page pictures of a scan."""

    def decisions(self, scan: str) -> list[Decision]:
        """The latest decision of each field."""

    def conclude(
        self,
        scan: str,
        up_to: int,
        decisions: Sequence[Decision],
        tasks: Sequence[Task],
        record: Record | None,
        now: datetime,
    ) -> None:
        """Write new decisions (unchanged ones are no new version), open tasks (same slot, same task), close unleased
        tasks of decided fields, write the record's outbox entry when it is complete and new, move the cursor."""

    def wake(self, scans: Iterable[str], now: datetime) -> None:
        """Make scans wait again though no reading is new (parameters were learnt, a truth was withdrawn)."""

    def outbox(self, after: int, limit: int = 500) -> list[OutboxEntry]:
        """Entries numbered above `after`, in order; erased scans come as an erasure only."""

    def parameters(self, version: int | None = None) -> Parameters | None:
        """That version, or the latest; None where nothing was learnt yet."""

    def put_parameters(self, content: Mapping[str, object], now: datetime) -> Parameters:
        """Append a new version."""

    def put_truth(self, truth: Truth, now: datetime) -> None:
        """Keep a truth (latest per field counts)."""

    def withdraw_truth(self, scan: str, key: FieldKey, now: datetime) -> None:
        """Take a truth out of use; the fact that it was one stays."""

    def truths(self, scan: str | None = None) -> list[Truth]:
        """Truths in use."""

    def field_history(self, scan: str, key: FieldKey) -> FieldHistory:
        """All that is known of one field; NotFound otherwise."""

    def scan(self, scan: str) -> Scan:
        """The scan of this id or unique beginning of an id; NotFound otherwise."""

    def scan_states(self, batch: str | None = None) -> list[ScanState]:
        """Every scan with counts, latest first."""

    def counts(self, batch: str | None = None) -> Counts:
        """The state in numbers."""

    def open_batches(self) -> list[OpenBatch]:
        """Every form and batch with tasks that wait for people, and whether anybody has read in it yet."""

    def forget(self, scan: str, now: datetime) -> list[str]:
        """Erase personal text and pictures of a scan; gives the archive names (SHA-256) to erase. Counts, pay and
        keyed hashes stay; the outbox tells records.db. A scan forgotten stays forgotten when ingested again."""

    def forgotten(self, sha256: str) -> bool:
        """Whether a scan, or every scan of a file, was forgotten: such a file is not to be kept again."""

    def past_retention(self, now: datetime) -> list[str]:
        """Scans kept longer than their form says, oldest first: those to forget."""


class QueueStore(Protocol):
    """Used by the review pages."""

    def lease(self, who: str, count: int, now: datetime, seconds: float = 600.0, offer: Offer = ANYTHING) -> list[Task]:
        """Up to `count` open tasks for this person, never a field they have read or hold; theirs come back first."""

    def held(self, who: str, now: datetime) -> list[Task]:
        """What this person holds now, in the order leased."""

    def task(self, task: str, who: str, now: datetime) -> Task:
        """A task that this person holds or has answered in the last 15 minutes; NotFound otherwise."""

    def task_subject(self, task: str) -> Task:
        """A task by its public id, whoever holds it: for operators and simulations; NotFound otherwise."""

    def renew(self, task: str, who: str, now: datetime, seconds: float = 600.0) -> Task:
        """Extend a lease; LeaseLost where it has gone to somebody else or is closed."""

    def give_back(self, who: str, now: datetime, tasks: Sequence[str] | None = None) -> int:
        """End this person's leases (or the named ones) without a reading; how many."""

    def submit(self, task: str, who: str, sent: SentReading, now: datetime) -> Outcome:
        """Keep a reading typed under a lease, and its pay line, in one transaction. Kept even when the lease has
        expired or the task is closed (late); the same `idem` is one reading. NotFound where it was never theirs."""

    def skip(self, task: str, who: str, reason: str, seconds: float, now: datetime) -> None:
        """Give a task back with a reason; this person is not offered it again; the time is paid."""

    def undo(self, task: str, who: str, now: datetime) -> Task:
        """Take back the last reading of a task while nothing is decided on it: the task is theirs again."""

    def open_tasks(self, offer: Offer, now: datetime) -> int:
        """How many tasks are open under an offer."""

    def readings_of(self, who: str, limit: int = 50, before: str | None = None) -> list[FieldHistory]:
        """The latest fields that this person read, each with all that is known of it."""

    def history_of_reading(self, reading: str, who: str) -> FieldHistory:
        """All that is known of the field of one reading of this person; NotFound where it is not theirs."""


class PeopleStore(Protocol):
    """Accounts, sign-in, sessions."""

    def put_transcriber(self, person: Transcriber, now: datetime) -> None:
        """Add a person, or change what is known of them."""

    def transcriber(self, who: str) -> Transcriber:
        """By id or handle; NotFound otherwise."""

    def transcribers(self) -> list[Transcriber]:
        """Everybody, by handle."""

    def put_adds(self, adds: Mapping[str, Mapping[str, int]], now: datetime) -> None:
        """By how many bits the readings of some people (by id) of a type of field say more or less than anybody's, for
        the order in which they are given open fields; those of everybody else are forgotten."""

    def adds(self, who: str) -> dict[str, int]:
        """What was put of this person: bits by type of field."""

    def put_link(self, who: str, token_hash: str, until: datetime, now: datetime) -> None:
        """A personal sign-in link (only the SHA-256 of its token is kept)."""

    def link(self, token_hash: str, now: datetime) -> str | None:
        """Whose unspent link this is, without spending it."""

    def spend_link(self, token_hash: str, now: datetime) -> str | None:
        """Whose link this was; None where it is unknown, spent or too old."""

    def put_session(self, who: str, token_hash: str, csrf: str, until: datetime, now: datetime) -> None:
        """Start a session."""

    def session(self, token_hash: str, now: datetime, idle_seconds: float) -> tuple[Transcriber, str] | None:
        """Who this session is and its CSRF token; None where it has ended or they are paused out."""

    def glance_session(self, token_hash: str, now: datetime, idle_seconds: float) -> tuple[Transcriber, str] | None:
        """As `session`, but never a write: None also where that it was used is to be written."""

    def end_sessions(self, who: str, now: datetime, token_hash: str | None = None) -> None:
        """End one or all sessions of a person."""

    def put_password(self, who: str, argon2: str, now: datetime) -> None:
        """Keep a password's argon2id hash."""

    def password(self, who: str) -> str | None:
        """The argon2id hash, None where there is none."""

    def about(self, who: str) -> dict[str, object]:
        """Everything held about a person, for their own download: plain data, times in ISO 8601."""

    def leave(self, who: str, now: datetime) -> None:
        """End a person's account and their name: what they read and were paid stays, under a pseudonym."""

    def put_token(self, token: ApiToken, token_hash: str, now: datetime) -> None:
        """Keep a program's token (only the SHA-256 of it)."""

    def token(self, token_hash: str, now: datetime) -> ApiToken | None:
        """The token in force with this hash, None otherwise."""

    def tokens(self) -> list[ApiToken]:
        """Every token, latest first."""

    def revoke_token(self, prefix: str, now: datetime) -> None:
        """End a token; NotFound where there is none of this prefix."""


class PayStore(Protocol):
    """The ledger: integer micro-units, append-only."""

    def put_rate(self, rate: Rate, now: datetime) -> None:
        """A rate from a time on."""

    def rate(self, form: str, now: datetime, per: Literal["reading", "hour"] = "reading") -> Rate | None:
        """The rate in force for a form (that of all forms where it has none of its own)."""

    def put_floor(self, floor: Floor, now: datetime) -> None:
        """The floor of an hour from a time on."""

    def floor(self, now: datetime) -> Floor | None:
        """The floor in force."""

    def ledger(self, who: str | None = None, after: int = 0) -> list[PayLine]:
        """Lines in order."""

    def put_time(self, who: str, seconds: float, what: str, now: datetime) -> None:
        """Paid time without a reading (tests, waiting, appeals, a disputed clock), with its pay line where due."""

    def waiting_seconds(self, who: str) -> float:
        """How long a person has waited for work, in all."""

    def top_up(self, who: str, now: datetime) -> PayLine | None:
        """Bring a person's pay up to the floor for their measured time, each day alone; the last line written, None
        where it is there already."""

    def close_period(self, until: datetime, reference: str, now: datetime) -> list[PayLine]:
        """Mark everything due up to a time as paid: one negative line a person."""

    def pay_states(self, now: datetime, who: str | None = None) -> list[PayState]:
        """What everybody (or one person) is owed and was paid; staff and volunteers have none."""

    def pace(self, form: str) -> Pace:
        """How fast people read a form, as measured."""

    def dispute_time(self, task: str, who: str, claimed: float, words: str, now: datetime) -> TimeDispute:
        """Say that a task took longer than measured; again is the same dispute."""

    def answer_dispute(
        self, dispute: str, granted: float, now: datetime, *, by: str = "store", reason: str = ""
    ) -> None:
        """Add seconds to the person's time (none where the measured time stays), paid like all time, and tell them
        with the reason. The first answer holds."""

    def disputes(self, *, open_only: bool = False) -> list[TimeDispute]:
        """Disputes of time, latest first."""


class FairStore(Protocol):
    """Appeals, questions, notices, control items, qualification: what people are owed besides pay."""

    def open_appeal(self, reading: str, who: str, words: str, deadline: datetime, now: datetime) -> Appeal:
        """Contest the outcome of a reading of one's own: a task for an expert who never read the field. Again is the
        same appeal. NotFound where the reading is not theirs, StoreError where nothing is decided yet."""

    def appeals(self, *, open_only: bool = False, who: str | None = None) -> list[Appeal]:
        """Appeals, latest first."""

    def decide_appeal(self, appeal: str, outcome: AppealOutcome, *, minority: bool, now: datetime) -> None:
        """Close an appeal and tell the person. Upheld, what the expert read becomes the truth of the field and the scan
        is weighed again. Deciding again changes nothing."""

    def expert_outcomes(self) -> list[ExpertOutcomes]:
        """How each expert's hearings ended."""

    def put_question(self, task: str, who: str, words: str, seconds: float, now: datetime) -> Question:
        """Ask about the field of a task; the time is paid."""

    def answer_question(self, question: str, answer: str, by: str, now: datetime) -> None:
        """Answer for all, and tell whoever asked."""

    def questions(self, *, open_only: bool = False) -> list[Question]:
        """Questions, latest first."""

    def asked_since(self, who: str, since: datetime) -> list[datetime]:
        """When a person asked questions after a time, oldest first."""

    def put_expected_work(self, work: ExpectedWork, now: datetime) -> None:
        """Say what work is expected, for people who find none."""

    def expected_work(self, now: datetime) -> list[ExpectedWork]:
        """What is expected from now on, soonest first."""

    def end_expected_work(self, work: str, now: datetime) -> None:
        """It does not come after all; NotFound where it is not expected."""

    def guide(self, form: str, field: str) -> list[Question]:
        """The answered questions of a field, oldest first."""

    def notices(self, who: str, *, unseen_only: bool = False) -> list[Notice]:
        """What a person is told, latest first."""

    def see_notices(self, who: str, now: datetime) -> None:
        """They have seen them."""

    def control_share(self) -> float:
        """The share of control items among what is offered, 0 to 1, as disclosed to everybody."""

    def put_control_share(self, share: float, now: datetime) -> None:
        """Set the share of control items."""

    def control_answers(self) -> list[ControlAnswers]:
        """Every control item in use with its answers: where good readers fail one together, the item is wrong."""

    def lease_test(self, who: str, qualification: str, count: int, now: datetime, seconds: float = 600.0) -> list[Task]:
        """Up to `count` known items of a field type as a test, paid like all work; taken again it has other items
        first."""

    def put_qualification_try(self, who: str, result: QualificationTry, now: datetime) -> None:
        """Keep a test's result; passed, the person has the qualification."""

    def qualification_tries(self, who: str) -> list[QualificationTry]:
        """A person's tests, latest first."""


class AuditStore(Protocol):
    """The audit log."""

    def log(self, actor: str, action: str, subject: str, detail: Mapping[str, object], now: datetime) -> None:
        """Append one line to the chain."""

    def audit(self, after: int = 0) -> list[AuditLine]:
        """Lines in order."""

    def verify_audit(self, head: str | None = None) -> AuditState:
        """Whether the chain holds, and goes through a head that was saved elsewhere."""

    def keyed_hash(self, *parts: str) -> str:
        """HMAC-SHA256 of some text: what the audit log may say of it."""


class Store(IngestStore, ReconcileStore, QueueStore, PeopleStore, PayStore, FairStore, AuditStore, Protocol):
    """Everything that a store can do."""

    def together(self) -> AbstractContextManager[None]:
        """Several verbs as one transaction of this thread: all of them at the end, or none."""

    def part(self) -> AbstractContextManager[None]:
        """Within `together`: verbs that may fail without the others."""

    def handover(self) -> Callable[[], AbstractContextManager[None]]:
        """Within `together`: how another thread goes on with this transaction while this one waits."""

    def close(self) -> None:
        """Close every connection."""

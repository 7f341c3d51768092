"""What every store can do, whatever database is behind it: its methods, grouped by who calls them.

The list is long and on purpose in one place. Every method is one transaction. `now` is always passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, Protocol

from transcribe.model import (
    Decision,
    Delivery,
    DeliveryState,
    Duplicate,
    DuplicatePolicy,
    FieldKey,
    Form,
    GuideExample,
    GuideKind,
    HomeEvent,
    Outcome,
    PageFingerprint,
    PagePicture,
    Parameters,
    Place,
    Reading,
    ReadResult,
    Record,
    Role,
    Scan,
    SourceFile,
    Task,
    Transcriber,
    Truth,
    Verdict,
    Webhook,
)
from transcribe.store.facts import (
    ANYTHING,
    CLAIM_SECONDS,
    LONGEST_LEASE,
    PAY_MEASURE,
    Act,
    ApiToken,
    Appeal,
    AppealOutcome,
    AskedField,
    AtWork,
    AuditedReading,
    AuditLine,
    AuditState,
    Batch,
    BatchWork,
    CarriedRest,
    ControlAnswers,
    Counts,
    CourseStep,
    ExpectedReading,
    ExpectedWork,
    ExpertOutcomes,
    FieldHistory,
    Floor,
    FoundScan,
    Gauges,
    HeldLock,
    KeptTime,
    KnownAgain,
    KnownScan,
    LatestWork,
    Learning,
    MissingPeople,
    Notice,
    Offer,
    OpenBatch,
    OutboxEntry,
    Pace,
    Pause,
    PayLine,
    PayMeasure,
    PayPeriod,
    PayState,
    PeriodShare,
    Practice,
    QualificationTry,
    Quarantined,
    Question,
    Rate,
    RecordsCopy,
    ScanCount,
    ScanSearch,
    ScanState,
    SecondFactor,
    SentReading,
    SetAside,
    SetAsideReadings,
    SkippedField,
    StrandedScan,
    TimeClaim,
    TimeDispute,
    ToRead,
    Waiting,
    WaitingSince,
    WayIn,
    WorkDone,
    WorkOfMonth,
)


class IngestStore(Protocol):
    """What the ingest flow calls."""

    def put_form(self, form: Form, definition: str, now: datetime) -> None:
        """Keep a form. FormError where this name and version are kept with another digest."""

    def forms(self) -> list[tuple[str, int, str]]:
        """(name, version, digest) of every form kept."""

    def form_times(self) -> list[tuple[str, int, datetime]]:
        """(name, version, when the first scan of it came) of every form kept."""

    def put_scan(self, scan: Scan, files: Sequence[SourceFile], now: datetime) -> bool:
        """Keep a scan. False where it was there already; nothing is changed then."""

    def put_reads(self, scan: str, reads: ReadResult, now: datetime) -> None:
        """Keep the places, pictures and machine readings of one scan, all at once. Again is no change."""

    def has_reads(self, scan: str) -> bool:
        """Whether machines have read this scan with its present form. Also True for a scan that was forgotten: it is
        never read."""

    def latest_fits(self, limit: int) -> list[tuple[str, float]]:
        """How well scans lie on their forms, (form, fit), the latest read first; forgotten ones left out."""

    def put_places(self, scan: str, places: Sequence[Place], now: datetime, readings: Sequence[Reading] = ()) -> None:
        """Keep new places of fields, and what machines read there. A person drew a box, or told the rows of a table.
        The scan is weighed again."""

    def set_form(self, scan: str, form: str, version: int, now: datetime, turn: int = 0) -> None:
        """Say which form a scan is, as an identify task found out.

        `turn` is how far its pages must be turned with the clock to stand upright: 0, 90, 180 or 270 degrees. What was
        read with another form stays, unused.
        """

    def mask_pages(self, scan: str, copies: Sequence[SourceFile], now: datetime) -> None:
        """Take masked copies, one a page, for the pages of a scan. The files that they replace are then among
        `replaced`."""

    def replaced(self, scan: str) -> list[str]:
        """Archive names of what was kept of a scan and is shown no more: files before masking, pictures made anew."""

    def set_aside(self, file: SourceFile, error: str, message: str, batch: str, now: datetime, place: str = "") -> None:
        """Keep that a file could not be read, and why. Again replaces the reason, and what lay at its place before."""

    def set_scan_aside(self, scan: str, error: str, message: str, batch: str, now: datetime) -> None:
        """Keep that a scan could not be read, and why. This ends when machines have read it, or when its form is
        said."""

    def end_set_aside_at(self, place: str) -> None:
        """End what is set aside at this place: the file there was replaced by one that can be read."""

    def scans_of_file(self, sha256: str) -> list[Scan]:
        """The scans that have a page in this file as it came in, forgotten ones left out."""

    def list_set_aside(self) -> list[SetAside]:
        """Every file set aside, latest first."""


class ToReadStore(Protocol):
    """What workers call that read scans by machine. Each has a name of its own, which nobody had before."""

    def put_to_read(self, scan: str, batch: str, now: datetime, *, anew: bool = False) -> bool:
        """Have a scan read by whichever worker comes first, as part of this run of a batch; again changes the batch.

        False where machines have read it as its present form and it is not to be read `anew`, or it was forgotten.
        """

    def put_unread_to_read(self, now: datetime) -> int:
        """Have every scan read that is neither read nor set aside nor to be read; how many there were."""

    def claim_to_read(
        self, worker: str, count: int, now: datetime, seconds: float, *, batch: str | None = None, begun: bool = False
    ) -> list[ToRead]:
        """Hold so many scans for a worker that long, the oldest first, of one batch or of all.

        They are those that nobody holds and nobody has begun yet; with `begun` those that somebody has begun instead.
        """

    def begin_to_read(self, scan: str, worker: str, now: datetime, seconds: float) -> bool:
        """Count that a worker begins to read a scan, and hold all that it holds that long from now on.

        False where it does not hold the scan any more.
        """

    def renew_to_read(self, worker: str, now: datetime, seconds: float) -> int:
        """Hold all that a worker holds that long from now on. Gives how many there are."""

    def give_back_to_read(self, scan: str, worker: str, *, begun: bool = False) -> None:
        """Have others read a scan that a worker holds. One that was `begun` counts as begun once less."""

    def release_to_read(self, worker: str) -> int:
        """Have others read all that a worker holds, as it has ended. Gives how many there are."""

    def holds_to_read(self, scan: str, worker: str) -> bool:
        """Whether a worker holds a scan still; within `together` nobody takes it meanwhile."""

    def batch_to_read(self, scan: str) -> str | None:
        """The run of a batch in which a scan is to be read. None where it is not to be read any more."""

    def count_to_read(self, now: datetime) -> tuple[int, int]:
        """How many scans are to be read, and how many of them a worker holds now."""


class ReconcileStore(Protocol):
    """What the reconcile flow and publishing call."""

    def claim_waiting(
        self, limit: int, now: datetime, seconds: float = CLAIM_SECONDS, *, program: str = ""
    ) -> list[Waiting]:
        """Lease up to `limit` scans that have a reading newer than their cursor. An expired lease goes back.

        What is in quarantine is left out until something has changed: its readings, or the version of the `program`.
        """

    def quarantine(
        self,
        scan: str,
        up_to: int,
        error: str,
        message: str,
        now: datetime,
        *,
        program: str = "",
        reading: str = "",
        by_chance: bool = False,
    ) -> None:
        """Set a claimed scan apart that could not be weighed. `reading` is the one to blame, if there is one.

        What failed `by_chance`, or may be mended outside, is tried again by itself, less and less often.
        """

    def quarantined(self, scan: str | None = None) -> list[Quarantined]:
        """The scans set apart because they could not be weighed, or this one, longest first."""

    def retry_quarantined(self, now: datetime, scan: str | None = None) -> int:
        """Have this scan, or all in quarantine, weighed again. Gives how many."""

    def withdraw_reading(self, reading: str, who: str, reason: str, now: datetime) -> bool:
        """Take a reading out of weighing; it stays, with who withdrew it and why, and so does its pay.

        It is named by its id or a beginning of it that no other has. Whoever read it is told. The scan is weighed
        again. False where it was withdrawn already; NotFound where there is none.
        """

    def field_of_reading(self, reading: str) -> tuple[str, FieldKey]:
        """The scan and the field that a reading is of, by its id or a beginning of it."""

    def list_claimed(self, now: datetime) -> frozenset[str]:
        """The scans that wait and that some process has claimed. It may have been killed since."""

    def readings(self, scan: str, up_to: int | None = None) -> list[Reading]:
        """All readings of a scan in the order they came, the latest of each source last.

        Readings that were taken back, those made under another form, and answers in practice and tests are not among
        them: those are explained at once, and neither weighed nor measured.
        """

    def places(self, scan: str) -> list[Place]:
        """Every place of a scan as last known. A person may have drawn one anew."""

    def misplaced(self, scan: str) -> frozenset[FieldKey]:
        """Fields that somebody skipped because their picture shows something else, until a person draws them anew."""

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
        """Keep what was concluded from the readings of a scan up to number `up_to`, and move the scan's cursor there.

        Decisions that changed get a new version. Tasks are opened; in the same slot it is the same task. Tasks of
        decided fields that nobody holds are closed. A record that is complete and new gets its entry in the outbox.
        Nothing happens where a later conclusion stands already, where the scan was read again since, or was forgotten.
        """

    def ask_form_alone(self, scan: str, up_to: int, task: Task, now: datetime, record: Record | None = None) -> None:
        """Conclude that one more person must say which form a scan is; all else that is asked of it waits.

        `record` is what its record says meanwhile, where it has one.
        """

    def last_record(self, scan: str) -> Record | None:
        """The latest version of the record of a scan, under whichever form; None where it has none."""

    def wake(self, scans: Iterable[str], now: datetime) -> None:
        """Make scans wait again though no reading is new: parameters were learnt, or a truth was withdrawn."""

    def outbox(self, after: int, limit: int = 500) -> list[OutboxEntry]:
        """Entries numbered above `after`, in order. A scan that was erased comes as an erasure only."""

    def outbox_mark(self, number: int) -> str:
        """What tells the entry of this number from that of another state. Empty where there is none."""

    def outbox_goes_on_after(self, number: int) -> None:
        """Number entries from now on above this one."""

    def epoch(self) -> int:
        """Since which number of the outbox this state is what it is; 0 where it was never restored from a backup."""

    def begin_epoch(self, made_at: datetime, now: datetime) -> int:
        """Say that this state was restored from a backup made then; gives the number above which its entries stand.

        What every scan came to stands in the outbox again, above all numbers that were ever given. Sessions end, and so
        do links that nobody has used.
        """

    def parameters(self, version: int | None = None) -> Parameters | None:
        """That version of the parameters, or the latest. None where nothing was learnt yet."""

    def put_parameters(self, content: Mapping[str, object], now: datetime) -> Parameters:
        """Append a new version of the parameters."""

    def parameters_versions(self) -> list[tuple[int, datetime]]:
        """Every version of the parameters, with when it came, first to latest. The latest is in force."""

    def keep_learning(self, learning: Learning, content: Mapping[str, object] | None) -> Learning:
        """Keep what became of a proposal, or of going back, and log who had it done; gives it with its version.

        With `content` that comes into force as a new version. StoreError where another version than `learning.version`
        is in force by now.
        """

    def learnings(self) -> list[Learning]:
        """What became of every proposal, first to latest."""

    def put_truth(self, truth: Truth, now: datetime) -> None:
        """Keep a truth. The latest of a field counts."""

    def fields_with_truths(self, scan: str) -> set[FieldKey]:
        """The fields of a scan of which a truth is or was known."""

    def truths(self, scan: str | None = None) -> list[Truth]:
        """Truths in use."""

    def field_history(self, scan: str, key: FieldKey) -> FieldHistory:
        """All that is known of one field. NotFound where there is none."""

    def scan(self, scan: str) -> Scan:
        """The scan of this id, or of this unique beginning of an id. NotFound where there is none."""

    def scan_states(self, batch: str | None = None) -> list[ScanState]:
        """Every scan with its counts, latest first."""

    def counts(self, batch: str | None = None) -> Counts:
        """The state in numbers."""

    def gauges(self, now: datetime) -> Gauges:
        """The state in a few numbers, for monitoring."""

    def check_writable(self) -> None:
        """StoreError where nothing can be written."""

    def newest_file(self) -> str | None:
        """The archive name of a page of the newest scan that was not forgotten. None where there is none."""

    def some_files(self, count: int) -> list[str]:
        """The archive names of so many pages of the newest scans, then of the oldest; of none that was forgotten."""

    def scans_read_last(self, count: int) -> list[str]:
        """The ids of so many scans that people were given last and read: with a form, none of them forgotten."""

    def missing_people(self, batch: str | None = None) -> list[MissingPeople]:
        """The people without whom some open fields are finished by nobody who is there. None where all can end.

        Of one batch, or of all.
        """

    def audited_scans(self) -> list[str]:
        """The scans, but for forgotten ones, of which an expert has read a field again that was drawn by lot."""

    def stranded_scans(self) -> list[StrandedScan]:
        """Weighed scans without a record, some fields of which nobody who is there can finish."""

    def is_provisional(self, scan: str) -> bool:
        """Whether the last record of a scan has a value that is not decided."""

    def open_batches(self) -> list[OpenBatch]:
        """Every form and batch with tasks that wait for people, and whether anybody has read in it yet."""

    def forget(self, scan: str, now: datetime, by: str = "", why: str = "") -> list[str]:
        """Erase the personal text and the pictures of a scan. Gives the archive names (SHA-256) to erase.

        Counts, pay and keyed hashes stay. The outbox tells the record database. A scan once forgotten stays so when it
        is ingested again, and in an older state that is put back. Forgetting it again gives the same names, for an
        erasure of files that was cut short. It is unfinished until `end_erasures`. `why` stays in the log.
        """

    def unfinished_erasures(self, *, here: bool = False) -> list[str]:
        """Forgotten scans of which pictures, rows of a record database or pages of a log may still be there.

        `here`: those alone that this machine has not yet ended; others may have to do so still.
        """

    def erased_names(self, scan: str) -> list[str]:
        """The archive names to erase of a forgotten scan. Empty where it is not forgotten."""

    def end_erasures(self, scans: list[str]) -> None:
        """Say that nothing of these forgotten scans is left on this machine, nor in what all machines share.

        They have ended when every machine with a record database has said so.
        """

    def names_file(self, sha256: str) -> bool:
        """Whether any scan, as its page, what lies beside it, or a picture of it, names this file of the archive."""

    def empty_log(self, seconds: float = 0.0) -> bool:
        """Leave nothing of what was erased in the log of the database. It waits so long for readers.

        False where somebody who reads kept it from that.
        """

    def log_has_words(self) -> bool:
        """Whether erased words may stand in the database's log still, as a reader kept it from being emptied."""

    def log_readers(self) -> list[str]:
        """The programs that are in the middle of reading the database, as far as the system says."""

    def keep_erased(self, scans: Mapping[str, datetime]) -> None:
        """Have these scans forgotten, by id with the time. Those that are not known here are refused when they come."""

    def kept_names(self, scan: str) -> list[str]:
        """The archive names of what a scan consists of and shows. Empty where it was forgotten."""

    def forgotten(self, sha256: str) -> bool:
        """Whether a scan, or every scan of a file, was forgotten. Such a file must not be kept again."""

    def past_retention(self, now: datetime) -> list[str]:
        """Scans kept longer than their form allows, oldest first. They are to be forgotten."""

    def kept_until(self, scan: str) -> datetime | None:
        """When a scan was kept as long as the version of its form says that it has. None where that says nothing."""

    def has_retention(self) -> bool:
        """Whether any form that scans came with says how long they are kept."""


class DuplicateStore(Protocol):
    """The same order again: found by its picture and by its values, and settled by an operator."""

    def put_fingerprints(
        self,
        scan: str,
        fingerprints: Sequence[PageFingerprint],
        most_differing: float,
        policy: DuplicatePolicy,
        now: datetime,
    ) -> list[str]:
        """Keep the fingerprints of a scan's pages in place of what was kept, and find the scans that look alike.

        All pages that two scans both have differ in `most_differing` of their bits at most then. Each is a pair with
        this scan, under this policy where the pair is new. Gives their ids, the most alike first.
        """

    def put_identities(
        self, scan: str, identities: Mapping[tuple[str, ...], float], policy: DuplicatePolicy, now: datetime
    ) -> list[str]:
        """Keep keyed hashes of the values that may identify the order of a scan, and find the scans with the same ones.

        Each with the probability that all of them are right; none where one of them is not known. A pair that was found
        so stays, whatever becomes of the identities. Gives the ids of those found; none where nothing is new.
        """

    def put_identity_parts(self, scan: str, parts: Mapping[str, tuple[str, float]], now: datetime) -> None:
        """Keep a keyed hash of the likeliest value of each identifying field, by field, with how probable it is.

        A pair of which one such value surely is another is no more, though not all are decided.
        """

    def look_alikes(self, scan: str) -> list[str]:
        """The scans that look like this one, where nobody has settled whether they are the same order."""

    def tell_apart(self, scan: str, apart: Collection[str], now: datetime) -> None:
        """Say which of a scan's `look_alikes` have several values that surely are others: they are no pair any more.

        A pair whose identifying values are the same stays one.
        """

    def duplicates(self, scan: str | None = None) -> list[Duplicate]:
        """The pairs of scans that may be the same order and those that were settled, or those with this scan.

        Latest first. Forgotten scans and those set aside are in none that is open.
        """

    def has_record(self, scan: str) -> bool:
        """Whether a scan has a record under its present form."""

    def in_order(self, first: str, second: str) -> tuple[Scan, Scan]:
        """Two scans, the earlier first. SettingsError where both are one, NotFound where one is forgotten."""

    def settle_duplicate(
        self,
        first: str,
        second: str,
        verdict: Verdict,
        by: str,
        reason: str,
        now: datetime,
        detail: Mapping[str, object] | None = None,
    ) -> None:
        """Say what two scans are to each other, whether a pair was found or not; "open" takes that back.

        Of the newer one nobody is asked any more where it is the same order; what somebody holds is kept and paid. It
        is an act on the newer scan, with this `detail` besides. SettingsError where both are one scan.
        """


class SteeringStore(Protocol):
    """What an operator does to mend and steer. Each is an act, kept and logged with who did it and why."""

    def acts(self, scan: str | None = None, batch: str | None = None) -> list[Act]:
        """What operators did, or did to this scan or batch, first to latest."""

    def acts_on(self, who: str) -> list[Act]:
        """What operators did to a person or their readings, first to latest."""

    def read_again(
        self,
        scan: str,
        form: tuple[str, int],
        reads: ReadResult,
        by: str,
        reason: str,
        now: datetime,
        *,
        retaken: bool = False,
        turned_degrees: int = 0,
        pages_changed: tuple[str, str] = ("", ""),
        unchanged: Mapping[int, Collection[str]] = MappingProxyType({}),
    ) -> None:
        """Keep what machines read of a scan anew, as this form and version. What they read before is history.

        Questions that people were asked are withdrawn; those that are held are kept and paid. What is still wished for
        is asked again when the scan is weighed, and decisions stand until then. What people read stays under the form
        that they read it with, and counts where it is this one. `retaken`: from another picture, so that what
        they could not read before is history too. `turned_degrees`: its pages were turned by so much more with the
        clock. `pages_changed` are hashes of the lists of its pages before and
        after, where it was split or joined: what people read of other pages than it has now is history. `unchanged`
        has the fields that other versions of the form have alike, by version: what people read, what was decided and
        what operators said of them counts for this one. Fields that people read under another version, and nobody
        under this one, are asked once more. NotFound where the scan is forgotten.
        """

    def take_again(self, scan: Scan, files: Sequence[SourceFile], by: str, reason: str, now: datetime) -> Scan:
        """Keep a scan whose pages were forgotten as a new one, with an id of its own. Gives it, or the one that
        already came again."""

    def add_part(self, scan: str, part: Scan, origin: str, now: datetime) -> None:
        """Keep some pages of a scan as a scan of their own, which came as the pages with the id `origin`."""

    def replace_pages(self, scan: str, pages: Scan, files: Sequence[SourceFile], now: datetime) -> None:
        """Take other pages for those of a scan. Those that they replace are then among `replaced`."""

    def origin(self, scan: str) -> str:
        """The id that the pages of a scan had as they came: its own, but for what came again or was retaken."""

    def scan_of_pages(self, pages: str) -> Scan | None:
        """The scan that these pages are or were in, by the id that they had as they came. None where it is
        forgotten, or there is none."""

    def known_scan(self, scan: str) -> KnownScan:
        """A scan with since when it is known."""

    def require_batch(self, batch: str) -> None:
        """NotFound where nothing came in a batch of this name."""

    def put_scan_aside(self, scan: str, by: str, reason: str, now: datetime) -> bool:
        """Ask nobody about a scan; what somebody holds is kept and paid. False where it is aside already."""

    def bring_scan_back(self, scan: str, by: str, reason: str, now: datetime) -> bool:
        """Weigh a scan that was set aside, and ask what is still to be asked. False where it is not aside.

        Where people said that it is not its form, this is the last word on it, also while it is not aside.
        """

    def asks_nobody(self, scan: str) -> bool:
        """Whether nobody is asked about a scan: its batch is cancelled, it is set aside, or is another order again."""

    def is_put_aside(self, scan: str) -> bool:
        """Whether an operator, or people who agreed, have set this scan aside."""

    def correct_value(self, scan: str, key: FieldKey, value: str, by: str, reason: str, now: datetime) -> str:
        """Keep what an operator says that a field says: the last word on it, with the reason. Gives the reading's id.

        Said again alike, with nothing read or asked since, it changes nothing and gives the id of the first.
        It is taken back as any reading is withdrawn. NotFound where there is no such field, SettingsError where it is
        locked.
        """

    def correctors(self, scan: str, key: FieldKey) -> dict[str, str]:
        """Which operator made each correction of a field, as they were named then: by the id of its reading."""

    def is_correction_waiting(self, scan: str) -> bool:
        """Whether a value of a scan was corrected and the scan is not weighed since: its record will change."""

    def note_overridden(self, correction: str, heard: Reading, outcome: AppealOutcome, now: datetime) -> None:
        """Keep, as an act by the expert, that the hearing of an appeal read otherwise than an operator had corrected.

        `correction` is the id of the operator's reading; nothing is kept where there is none of this id.
        """

    def overridden_corrections(self, since: datetime, limit: int) -> list[Act]:
        """The acts that say so since a time, latest first; those of forgotten scans are left out."""

    def ask_value(self, scan: str, key: FieldKey, by: str, reason: str, now: datetime) -> bool:
        """Have one more person asked for a field; its value stands until they have read it. False where they are
        asked already."""

    def add_gold(self, scan: str, key: FieldKey, value: str, by: str, reason: str, now: datetime) -> None:
        """Hold a value of a field to be known, in place of what was; it changes no decision."""

    def withdraw_truth(self, scan: str, key: FieldKey, by: str, reason: str, now: datetime) -> bool:
        """Hold the value of a field to be known no more, and tell who was tested by it. False where none was known.

        That it was known stays on record.
        """

    def lock_value(self, scan: str, key: FieldKey, by: str, reason: str, now: datetime) -> bool:
        """Have a decided value stand, whatever is read later. False where it is locked already."""

    def unlock_value(self, scan: str, key: FieldKey, by: str, reason: str, now: datetime) -> bool:
        """Have a locked value weighed again. False where it is not locked."""

    def locked_values(self, scan: str) -> frozenset[FieldKey]:
        """The fields of a scan that are locked."""

    def values_asked_again(self, scan: str) -> frozenset[FieldKey]:
        """The fields of a scan that an operator had asked again, and that nobody has read since."""

    def set_readings_aside(
        self, who: str, begin: datetime, until: datetime, by: str, reason: str, now: datetime
    ) -> SetAsideReadings:
        """Take what a person read from `begin` until before `until` out of weighing; its pay stays.

        They are told, and may contest each. The scans are weighed again.
        """

    def take_readings_back(
        self, who: str, begin: datetime, until: datetime, by: str, reason: str, now: datetime
    ) -> SetAsideReadings:
        """Weigh again what was set aside of this period. They are told."""

    def has_record_on_aside(self, scan: str) -> bool:
        """Whether the last record of a scan stands on a reading that is set aside now."""

    def batches(self) -> list[Batch]:
        """Every batch, the most urgent first, then the latest."""

    def batches_past_due(self, now: datetime) -> list[Batch]:
        """The batches whose due date has passed and that are not cancelled, by name."""

    def batch(self, name: str) -> Batch:
        """The batch of this name. NotFound where there is none."""

    def note_known_again(self, scan: str, batch: str, now: datetime, name: str = "") -> None:
        """Say that a scan came again in this batch, and under this name, by which it is found from now on too.

        Nothing is noted of its own batch, of its own name, and of one that was forgotten.
        """

    def other_names(self, scan: str) -> list[str]:
        """The names under which a scan came again, but for its own, in that order. None of one that was forgotten."""

    def known_again(self, batch: str, limit: int) -> list[KnownAgain]:
        """The scans of other batches that came again in this one, in that order."""

    def batch_work(self, name: str) -> BatchWork:
        """What people did on a batch, and what it cost so far."""

    def cancel_batch(self, name: str, by: str, reason: str, now: datetime, *, withdraw: bool = False) -> Batch:
        """Ask nobody about a batch any more. Tasks that somebody holds are kept and paid, and so is what was read.

        With `withdraw` programs are told to drop its records, also later of a batch that is cancelled already, and none
        is published until it goes on. A scan of it whose record does not stand is no order that came before.
        """

    def resume_batch(self, name: str, by: str, reason: str, now: datetime) -> Batch:
        """Go on with a cancelled batch: its scans are weighed again, and what is still to be asked is asked.

        Records that were withdrawn are published again.
        """

    def set_batch_priority(self, name: str, priority: int, by: str, reason: str, now: datetime) -> Batch:
        """How urgent a batch is, 0 to 9. Its tasks are offered before those of less urgent ones."""

    def set_batch_due(self, name: str, due: datetime | None, by: str, reason: str, now: datetime) -> Batch:
        """When a batch is due; None for never. Of batches of one priority what is due sooner is offered first."""

    def set_batch_note(self, name: str, note: str, by: str, now: datetime) -> Batch:
        """Keep a note on a batch, in place of the one before."""

    def cited(self, scan: str, form: str, version: int) -> tuple[list[Reading], list[Place]]:
        """Every reading of a scan under a form, history too, and its places there: what its records cite."""


class QueueStore(Protocol):
    """What the review pages call."""

    def lease(
        self,
        who: str,
        count: int,
        now: datetime,
        seconds: float = 600.0,
        offer: Offer = ANYTHING,
        longest: timedelta = LONGEST_LEASE,
    ) -> list[Task]:
        """Up to `count` open tasks for this person; tasks that they hold already come first, with their time extended.

        None is extended beyond the age at which a lease ends (`longest`).

        It is never a field that they have read. A person who is paused or has left gets nothing new. The last expert
        who has not read a field is not given its ordinary reading. Where too few are found, they get what nobody else
        who is there is left for: what they skipped, and, for an expert, what others cannot read, with the last word.
        """

    def held(self, who: str, now: datetime) -> list[Task]:
        """The tasks that this person holds now, in the order leased."""

    def task(self, task: str, who: str, now: datetime) -> Task:
        """A task that this person holds or has answered in the last 15 minutes. NotFound otherwise."""

    def task_subject(self, task: str) -> Task:
        """A task by its public id, whoever holds it. For operators and simulations. NotFound where there is none."""

    def renew(
        self, task: str, who: str, now: datetime, seconds: float = 600.0, longest: timedelta = LONGEST_LEASE
    ) -> Task:
        """Extend a lease that is in force. LeaseLost where it has ended, was given back, or is not for them any more.

        However often it is renewed, it ends at an age (`longest`).

        Whoever has lost one asks for the next task with `lease`.
        """

    def give_back(self, who: str, now: datetime, tasks: Sequence[str] | None = None) -> int:
        """End this person's leases, or the named ones, without a reading. Gives how many."""

    def held_by_others(self, who: str, offer: Offer, now: datetime) -> int:
        """How many tasks others hold now that this person would otherwise be offered, counted up to a thousand."""

    def has_lapsed(self, who: str) -> bool:
        """Whether what this person was given last was neither read nor skipped by them. They may hold it still.

        Of what they practise on nothing is said.
        """

    def submit(
        self, task: str, who: str, sent: SentReading, now: datetime, measure: PayMeasure = PAY_MEASURE
    ) -> Outcome:
        """Keep a reading typed under a lease, and its pay line, in one transaction.

        It is kept even when the lease has expired or the task is closed; the outcome is then "late". The same `idem` is
        one reading. A second reading of a field, also under another task of it, corrects the first within undo's rules,
        and is not paid again; after that, CountsAlready. ReadAgainSince where it was typed before the first was sent.
        LateTooLong where the lease ended too many days ago. What a person who is paused sends is kept and not paid.
        NotFound where the task was never theirs.
        """

    def skip(
        self,
        task: str,
        who: str,
        reason: str,
        seconds: float | None,
        now: datetime,
        measure: PayMeasure = PAY_MEASURE,
    ) -> None:
        """Give a task back with a reason. The time is paid, once a task.

        This person is offered it again only where nobody else who is there is left for it, and after a day's work.

        The seconds are a claim (None: since they last sent something). They are cut to what is free of the time since
        the lease, to what readings by the piece sent since then have not paid already, and to the measure of a day.
        """

    def say_not_this_form(
        self, task: str, who: str, sent: SentReading, now: datetime, measure: PayMeasure = PAY_MEASURE
    ) -> Outcome:
        """Keep that a person given a task says its scan is not the form that it was taken in as.

        `sent.legible` is what they say it is. The time is paid as a skip's is. What else is open of the scan waits, and
        this person holds nothing of it any more; the outcome's reading is of the whole scan, "" where they had said it
        before or where it is a control item. SettingsError where the task asks which form the scan is.
        """

    def undo(self, task: str, who: str, now: datetime) -> Task:
        """Take back the last reading of a task while nothing is decided on it. The task is theirs again.

        The reading and its pay stay as facts. LeaseLost where the field is decided, where the reading is older than
        their last ten, or after an hour. Of a task on which they said that its scan is not its form that is taken back,
        until the scan is set aside.
        """

    def may_undo(self, task: str, who: str, now: datetime) -> bool:
        """Whether the last reading of a task could be taken back now. NotFound where the task was never theirs."""

    def task_of_doubt(self, scan: str, who: str) -> str | None:
        """The task that a person was given when they said last that a scan is not its form; else None."""

    def end_vain_checks(self, now: datetime) -> int:
        """Close checks of decided fields that every expert who is there has read. Gives how many.

        Where no expert is there they stay, for one who comes.
        """

    def open_tasks(self, offer: Offer, now: datetime, who: str | None = None) -> int:
        """How many tasks are open under an offer and held by nobody.

        With a person (the offer names pools alone) those that they hold are among them, and those of fields that they
        read or skipped lately are not.
        """

    def read_since(self, who: str, since: datetime) -> int:
        """How many fields a person has read since then, which is today; what was taken back is not among them."""

    def readings_of(self, who: str, limit: int = 50, before: str | None = None) -> list[FieldHistory]:
        """The latest fields that this person read, each with all that is known of it.

        `before` is a reading's id. A control item still in use is told as a field that is not decided yet.
        """

    def readings_after(self, who: str, limit: int, after: str) -> list[FieldHistory]:
        """As `readings_of`, those after the reading `after`, the oldest first."""

    def history_of_reading(self, reading: str, who: str) -> FieldHistory:
        """All that is known of the field of one reading of this person.

        NotFound where the reading is not theirs, or was taken back. A control item still in use is told as a field that
        is not decided yet.
        """


class PeopleStore(Protocol):
    """Accounts, sign-in, sessions."""

    def put_transcriber(self, person: Transcriber, now: datetime, by: str | None = None) -> None:
        """Add a person. SettingsError where the handle is somebody else's.

        What is known of them is changed by the verbs `set_...`, one a fact.
        """

    def set_roles(self, who: str, roles: Collection[Role], now: datetime, by: str = "") -> None:
        """Say what a person may do. `by` is who says so, for the audit log.

        This and each verb `set_...` writes its own fact and no other. NotFound for who has left.
        """

    def set_languages(self, who: str, languages: Sequence[str], now: datetime, by: str = "") -> None:
        """Say which languages a person reads."""

    def set_regions(self, who: str, regions: Sequence[str], now: datetime, by: str = "") -> None:
        """Say in which regions a person works."""

    def set_qualifications(self, who: str, qualifications: Collection[str], now: datetime, by: str = "") -> None:
        """Say which tests a person has passed."""

    def set_time_zone(self, who: str, time_zone: str, now: datetime, by: str = "") -> None:
        """Say in which time zone a person lives."""

    def set_engagement(self, who: str, engagement: str, now: datetime, by: str = "") -> None:
        """Say how a person is paid."""

    def set_interface_language(self, who: str, language: str, now: datetime, by: str = "") -> None:
        """Say in which language a person's pages are."""

    def set_training(self, who: str, *, training: bool, now: datetime, by: str = "") -> None:
        """Say whether a person's readings may train machines. Who has answered this has begun."""

    def set_paused(self, who: str, *, paused: bool, now: datetime, by: str = "", reason: str = "") -> None:
        """Pause a person, or end their pause.

        Pausing gives back what they hold, and takes no pay away. No claim takes time of a pause. Sessions and links go
        on. The `reason` of a pause is told to the person; without one, that of a pause that goes on stays.
        """

    def pause_of(self, who: str) -> Pause | None:
        """Since when a person is paused, and why. None where they are not, or have left."""

    def transcriber(self, who: str) -> Transcriber:
        """The person of this id or handle. NotFound where there is none."""

    def transcribers(self) -> list[Transcriber]:
        """All people, by handle."""

    def put_adds(self, adds: Mapping[str, Mapping[str, int]], now: datetime) -> None:
        """Keep how many bits each person's readings of a type of field say more (or less) than anybody's.

        By id of person, then by type of field. It orders the open fields that people are given. Whatever was kept
        before is dropped.
        """

    def adds(self, who: str) -> dict[str, int]:
        """How many bits this person's readings say more (or less) than anybody's, by type of field."""

    def put_link(self, who: str, token_hash: str, until: datetime, now: datetime) -> None:
        """Keep a personal sign-in link, and end older ones of this person that were not used.

        Only the SHA-256 of its token is kept.
        """

    def link(self, token_hash: str, now: datetime) -> str | None:
        """The id of the person whose unspent link this is; the link is not spent. None where there is none."""

    def spend_link(self, token_hash: str, now: datetime) -> str | None:
        """Spend a link and give the id of its person. None where it is unknown, spent or too old."""

    def put_session(
        self, who: str, token_hash: str, csrf: str, until: datetime, now: datetime, *, waits_for_code: bool = False
    ) -> None:
        """Start a session. Sessions of this person that have run out are cleared away.

        One that waits for its code is no session for any other method but `waiting_session` and those that end it.
        """

    def waiting_session(self, token_hash: str, now: datetime) -> tuple[Transcriber, str] | None:
        """The person whose code a session waits for, and its CSRF token. None where it has ended or waits for none."""

    def session(self, token_hash: str, now: datetime, idle_seconds: float) -> tuple[Transcriber, str] | None:
        """The person of this session and its CSRF token; of who is paused too. None where it has ended."""

    def glance_session(self, token_hash: str, now: datetime, idle_seconds: float) -> tuple[Transcriber, str] | None:
        """As `session`, but it never writes. None also where the use of the session is due to be written."""

    def links(self, who: str, now: datetime) -> list[WayIn]:
        """The links of a person that would sign in, latest first."""

    def revoke_links(self, who: str, now: datetime, link: str | None = None) -> int:
        """End one (by its id) or all links of a person that were not used yet. Gives how many."""

    def sessions(self, who: str, now: datetime) -> list[WayIn]:
        """The sessions of a person that have not ended, latest first."""

    def end_session(self, who: str, session: str, now: datetime) -> int:
        """End one session of a person by its id. Gives 0 where it had ended."""

    def prove_session(self, token_hash: str, now: datetime) -> None:
        """Keep that the person of this session has just proved again who they are."""

    def proved_at(self, token_hash: str) -> datetime | None:
        """When the person of a session last proved who they are: by signing in, or later. None where it has ended."""

    def end_sessions(self, who: str, now: datetime, token_hash: str | None = None) -> None:
        """End one or all sessions of a person."""

    def sign_out(self, who: str, now: datetime, by: str = "", reason: str = "") -> tuple[int, int]:
        """End every session and every unused link of a person. Gives how many of each."""

    def put_password(self, who: str, argon2: str, now: datetime) -> None:
        """Keep the argon2id hash of a password."""

    def password(self, who: str) -> str | None:
        """The argon2id hash of a person's password. None where they have none."""

    def second_factor(self, who: str) -> SecondFactor | None:
        """The second factor of a person, in force or not yet. None where they have none."""

    def begin_second_factor(self, who: str, secret: str, now: datetime) -> bool:
        """Keep a secret that is not in force yet, in place of one before it. False where one is in force."""

    def confirm_second_factor(
        self, who: str, secret: str, step: int, recovery: Collection[str], session: str, now: datetime
    ) -> bool:
        """Have a secret in force, with the hashes of its recovery codes. Other sessions of this person end.

        `step` is the half minute of the code that showed it. False where another secret was begun or is in force.
        """

    def spend_code(self, who: str, step: int) -> bool:
        """Spend the code of a half minute. False where that one, or a later one, was spent."""

    def spend_recovery_code(self, who: str, code_hash: str, now: datetime) -> bool:
        """Spend a recovery code. False where it is unknown or spent."""

    def put_recovery_codes(self, who: str, recovery: Collection[str], now: datetime) -> None:
        """Keep the hashes of new recovery codes; older ones are worth nothing from now on."""

    def end_second_factor(self, who: str, now: datetime, by: str) -> bool:
        """End the second factor of a person with its recovery codes. False where they have none in force."""

    def about(self, who: str) -> dict[str, object]:
        """Everything held about a person, for their own download: plain data, times in ISO 8601.

        A control item still in use is told like any other reading, as naming it would end its use.
        """

    def leave(self, who: str, now: datetime, by: str = "", why: str = "") -> None:
        """End a person's account and erase their name, their time zone and what they wrote about their work.

        Their readings and their pay stay, under a pseudonym. `by` and `why` are kept in the log.
        """

    def put_token(self, token: ApiToken, token_hash: str, now: datetime) -> None:
        """Keep a program's token. Only its SHA-256 is kept."""

    def token(self, token_hash: str, now: datetime) -> ApiToken | None:
        """The token in force with this hash. None where there is none."""

    def tokens(self) -> list[ApiToken]:
        """Every token, latest first."""

    def answered_once(
        self, token: str, idem: str, request_hash: str, now: datetime, deed: Callable[[], str]
    ) -> tuple[str, bool]:
        """The answer of a deed that a program's request asks for, and whether it had been given before.

        The deed is done once for each `idem` of a token, in the same transaction as its answer is kept, for 30 days.
        AnsweredOtherwise where another request had that `idem`.
        """

    def revoke_token(self, prefix: str, now: datetime) -> None:
        """End a token. NotFound where none has this prefix."""


class PayStore(Protocol):
    """The ledger of pay: integer micro-units, append-only."""

    def put_rate(self, rate: Rate, now: datetime) -> None:
        """Keep a rate that holds from its `since` on."""

    def rate(self, form: str, now: datetime, per: Literal["reading", "hour"] = "reading") -> Rate | None:
        """The rate in force for a form: its own, or that of all forms. None where there is neither."""

    def put_floor(self, floor: Floor, now: datetime) -> None:
        """Keep a floor of an hour's pay that holds from its `since` on."""

    def floor(self, now: datetime) -> Floor | None:
        """The floor in force. None where there is none."""

    def ledger(self, who: str | None = None, after: int = 0) -> list[PayLine]:
        """Lines of the ledger numbered above `after`, in order, of everybody or of one person."""

    def put_time(self, who: str, seconds: float, what: str, now: datetime, measure: PayMeasure = PAY_MEASURE) -> None:
        """Keep paid time that belongs to no field, with its pay line where due.

        Waiting for work is kept beside the pay. Only people paid by the hour are paid for it, up to the measure of a
        day, and not while a field that they skipped within that day is open.
        """

    def put_time_beside(
        self, task: str, who: str, what: str, seconds: float, now: datetime, measure: PayMeasure = PAY_MEASURE
    ) -> None:
        """Keep that a person spent time on a field beside reading it. `what`: "appeal", "dispute" or "explanation".

        It is paid as time, up to ten minutes of each for one field and up to the measure of a day, as far as the
        person's clock has it free. NotFound where the task was never theirs.
        """

    def waiting_seconds(self, who: str) -> float:
        """The seconds that a person has waited for work, in all."""

    def top_up(self, who: str, now: datetime) -> PayLine | None:
        """Bring a person's pay up to the floor for their measured time. Gives the last line written, None where none is
        due.

        Each day in the person's time zone stands alone, so that a good day does not pay for a slow one. Each day that
        needs it gets one line, with the day as its reference.
        """

    def due_before(self, until: datetime, who: str | None = None) -> dict[tuple[str, str], int]:
        """What was earned before a time and is not paid out, by (person, currency), of everybody or of one person.

        Whole minor units: what is less than a cent waits for more.
        """

    def close_period(self, until: datetime, reference: str, now: datetime) -> list[PayLine]:
        """Mark what is due up to a time as paid, after topping up: one negative line a person. Closing again pays
        nothing twice.

        Whole minor units of the currency are paid (0.01 EUR, 1 JPY); what is less stays due, and is kept as carried to
        the next period. Who has left has it rounded up, by a line of its own.
        """

    def period_shares(self, until: datetime, now: datetime) -> list[PeriodShare]:
        """What `close_period` would pay and carry, by handle; nothing is written."""

    def carried_for(self, who: str) -> list[CarriedRest]:
        """What each closed period left to the next one of one person, in order."""

    def carried_of(self, reference: str) -> list[CarriedRest]:
        """What periods closed with this reference left to the next one. Nothing is kept of those that were closed in
        fractions of a cent, as they were at first."""

    def payments_of(self, reference: str) -> list[PayLine]:
        """The lines that paid something out under a reference, the latest first."""

    def pay_periods(self) -> list[PayPeriod]:
        """What was paid out by reference and currency, the latest first."""

    def pay_states(self, now: datetime, who: str | None = None) -> list[PayState]:
        """What everybody, or one person, is owed and was paid: one state for each currency.

        Staff and volunteers have no ledger, and so no state.
        """

    def work_by_month(self, before: datetime) -> list[WorkOfMonth]:
        """What each person worked and earned in each month (UTC) that ended before a time, by currency."""

    def unpaid_claims(self) -> list[TimeClaim]:
        """The time in the ledger since each person's last payment, by person, oldest first."""

    def often_sent(self, count: int) -> list[tuple[str, int]]:
        """Each task of which one person sent more than `count` readings since their last payment: who, how many."""

    def pace(self, form: str) -> Pace:
        """How fast people read a form, measured over everybody who is paid."""

    def dispute_time(self, task: str, who: str, claimed: float, words: str, now: datetime) -> TimeDispute:
        """Keep that a person says that a task took longer than measured. Again is the same dispute."""

    def answer_dispute(self, dispute: str, granted: float, now: datetime, *, by: str = "", reason: str = "") -> None:
        """Add seconds to the person's time, paid like all time, and tell them with the reason.

        `granted` is 0 where the measured time stays. The first answer holds. NotFound where there is no such dispute.
        """

    def disputes(self, *, open_only: bool = False) -> list[TimeDispute]:
        """Disputes of time, latest first."""

    def kept_times(self, who: str | None = None) -> list[KeptTime]:
        """Time above what is usual of which nobody has said a word yet, latest first; of one person or of all."""


class FairStore(Protocol):
    """What people are owed besides pay: appeals, questions, notices, control items, qualification."""

    def open_appeal(self, reading: str, who: str, words: str, deadline: datetime, now: datetime) -> Appeal:
        """Contest the outcome of one's own reading. It opens a task for an expert who never read the field.

        Again is the same appeal. NotFound where the reading is not theirs. StoreError where nothing is decided yet.
        """

    def audited_readings(self, who: str) -> list[AuditedReading]:
        """What a person read of the fields that an expert read again by lot; the last word of each of the two.

        What was taken back, set aside, withdrawn or forgotten is left out.
        """

    def latest_work(self, who: str, count: int) -> LatestWork:
        """The last `count` readings of a person and as many skips, added up."""

    def appeals(self, *, open_only: bool = False, who: str | None = None) -> list[Appeal]:
        """Appeals, latest first."""

    def decide_appeal(self, appeal: str, outcome: AppealOutcome, *, minority: bool, now: datetime) -> None:
        """Close an appeal and tell the person. Deciding again changes nothing.

        If upheld, what the expert read becomes the truth of the field, and the scan is weighed again. It becomes none
        where the expert read it after its day, or after they had seen the appeal's words. StoreError where it is upheld
        or declined though no expert has heard it.
        """

    def tell_of_appeal(self, appeal: str, kind: Literal["appeal late", "appeal heard"], now: datetime) -> bool:
        """Tell a person something of an open appeal, once. Gives whether they were told now.

        "appeal late": the appellant, that nobody has heard it by its day. "appeal heard": the expert who read the field
        for it, that they may see what was written with it.
        """

    def expert_outcomes(self) -> list[ExpertOutcomes]:
        """How each expert's hearings ended."""

    def put_question(
        self,
        task: str,
        who: str,
        words: str,
        seconds: float,
        now: datetime,
        measure: PayMeasure = PAY_MEASURE,
    ) -> Question:
        """Ask about the field of a task. The same words again are the same question.

        The time of a person's first question on a field is paid, up to the measure of a day. NotFound where the task
        was never theirs.
        """

    def answer_question(self, question: str, answer: str, by: str, now: datetime) -> bool:
        """Answer a question for all, and tell the person who asked.

        A later answer replaces the first. False where it was answered so already. NotFound where there is no such
        question.
        """

    def questions(self, *, open_only: bool = False) -> list[Question]:
        """Questions, latest first."""

    def asked_since(self, who: str, since: datetime) -> list[datetime]:
        """The times at which a person asked questions since then, oldest first."""

    def put_expected_work(self, work: ExpectedWork, now: datetime) -> None:
        """Keep what work is expected. People who find none are told of it."""

    def expected_work(self, now: datetime) -> list[ExpectedWork]:
        """The work that is expected from now on, soonest first."""

    def end_expected_work(self, work: str, now: datetime) -> None:
        """End expected work that will not come after all. NotFound where it is not expected."""

    def guide(self, form: str, field: str) -> list[Question]:
        """The answered questions of a field, oldest first."""

    def put_guide_example(
        self, scan: str, key: FieldKey, kind: GuideKind, text: str, words: str, by: str, now: datetime
    ) -> str:
        """Show a field's picture in the guide of all fields of its name, with what is to be typed and why. Its id.

        It goes with its scan. NotFound where there is no such field, or no picture of it.
        """

    def end_guide_example(self, example: str, by: str, now: datetime) -> None:
        """Take an example out of its guide. NotFound where it stands in none."""

    def guide_examples(self, form: str | None = None, field: str | None = None) -> list[GuideExample]:
        """The examples of a field's guide, the usual ones first; without a form those of all guides."""

    def notices(self, who: str, *, unseen_only: bool = False) -> list[Notice]:
        """A person's notices, latest first."""

    def see_notices(self, who: str, now: datetime, number: int | None = None) -> None:
        """Keep that a person has seen their notices, or the one of this number."""

    def control_share(self) -> float:
        """The share of control items among the tasks offered, 0 to 1, as disclosed to everybody."""

    def put_control_share(self, share: float, now: datetime) -> None:
        """Set the share of control items. SettingsError where it is not between 0 and 1."""

    def control_answers(self) -> list[ControlAnswers]:
        """Every control item in use with its answers. Where good readers fail one together, the item is wrong."""

    def lease_test(self, who: str, qualification: str, count: int, now: datetime, seconds: float = 600.0) -> list[Task]:
        """Up to `count` known items of a field type as a test, paid like all work.

        Items of a test that the person holds already come first. A test taken again begins with other items.
        """

    def lease_practice(self, who: str, count: int, now: datetime, seconds: float = 600.0) -> Practice:
        """The known fields that a new person practises on, up to `count` together with those answered already.

        Different fields of a form come first. None for whoever has read anything but tests.
        """

    def reads_already(self, who: str) -> bool:
        """Whether a person has read anything but tests."""

    def may_practise(self, who: str, count: int, now: datetime) -> bool:
        """Whether `lease_practice` would give a field."""

    def leave_practice(self, who: str, now: datetime) -> None:
        """Keep that a person works without practising first. What they hold of it goes back."""

    def has_left_practice(self, who: str) -> bool:
        """Whether a person chose to work without practising first."""

    def put_qualification_try(self, who: str, result: QualificationTry, now: datetime) -> None:
        """Keep a test's result. A person who passes has the qualification, and no later try takes it away."""

    def qualification_tries(self, who: str) -> list[QualificationTry]:
        """A person's tests, latest first."""


class AuditStore(Protocol):
    """The audit log."""

    actor: str
    """Who acts, as the log says it, where a verb is not told who does."""

    def log(self, actor: str, action: str, subject: str, detail: Mapping[str, object], now: datetime) -> None:
        """Append one line to the chain, within the transaction of the action: what cannot be logged fails.

        `detail` holds facts and keyed hashes, never words that may be personal.
        """

    def audit(self, after: int = 0) -> list[AuditLine]:
        """Lines of the audit log numbered above `after`, in order."""

    def verify_audit(self, head: str | None = None) -> AuditState:
        """Whether the chain holds from its first line to its last.

        A chain that was cut at its end shows only against a `head` that was saved elsewhere. With one, the chain must
        go through it. What decides money or values is checked against its seals.
        """

    def keyed_hash(self, *parts: str) -> str:
        """HMAC-SHA256 of some text: all that stays of an erased text, and all that the audit log says of one."""


class WebhookStore(Protocol):
    """Programs that are told of what becomes of orders: webhooks, events in order, and the queue of each webhook."""

    def home_name(self) -> str:
        """The random name of this home, which stays with it."""

    def add_webhook(self, webhook: Webhook, position: int | None, now: datetime) -> str:
        """Keep a webhook that is told of what comes after this number; None: from now on. Gives its secret, this once.

        SettingsError where the name is taken.
        """

    def webhooks(self) -> list[Webhook]:
        """All webhooks by name."""

    def webhook(self, name: str) -> Webhook:
        """The webhook of this name. NotFound where there is none, here and in all that follow."""

    def tells_webhooks(self) -> bool:
        """Whether there is a webhook that is not switched off."""

    def remove_webhook(self, name: str, now: datetime) -> None:
        """Forget a webhook, its secrets and its queue."""

    def rotate_webhook(self, name: str, until: datetime, now: datetime) -> str:
        """A new secret; those before hold beside it until then. Gives it, this once."""

    def webhook_secrets(self, name: str, now: datetime) -> tuple[str, ...]:
        """The secrets in force, the newest first. Those that were made with another key of the state are not."""

    def switch_webhook(self, name: str, off_because: str, now: datetime) -> None:
        """Switch a webhook off for a reason, or on where it is empty: what waits is then tried at once."""

    def replay_webhook(self, name: str, after: int, now: datetime) -> None:
        """Tell a webhook again of everything after this number, under the same messages as before."""

    def last_told_number(self) -> int:
        """The number of the latest event of the home."""

    def fill_queue(self, name: str, published: int, now: datetime, limit: int = 200) -> int:
        """Take the next events into the queue of a webhook and move its position with them, in one transaction.

        `published` is the position of the record database: nothing is told before it stands there. Gives how many
        events were looked at; 0 where there are none, too much waits, or it is switched off.
        """

    def event_numbered(self, number: int) -> HomeEvent:
        """The event of this number, as it is now. NotFound where there is none."""

    def due_deliveries(self, name: str, now: datetime, limit: int) -> list[Delivery]:
        """What may be sent now, in order: of each scan the first that waits, and that only when it is due."""

    def deliveries(
        self, name: str, state: DeliveryState | None = None, after: int | None = None, limit: int = 100
    ) -> list[Delivery]:
        """Deliveries of a webhook in the order of their events: the latest ones, or those after a number."""

    def delivered(self, delivery: int, status: int, now: datetime) -> None:
        """Keep that a delivery was taken."""

    def not_delivered(
        self, delivery: int, status: int | None, error: str, again: datetime | None, now: datetime
    ) -> None:
        """Keep that a try failed, and when the next one is; None: it is given up."""

    def resend(self, name: str, delivery: int | None, now: datetime) -> int:
        """Send a delivery again, or all that were given up where it is None; gives how many.

        NotFound where there is none that can be sent: what was told of a forgotten scan cannot.
        """

    def prune_deliveries(self, before: datetime) -> int:
        """Drop deliveries that ended before then; gives how many."""

    def find_finished_batches(self, published: int, now: datetime) -> int:
        """Note which batches have finished since the last look: every scan has its record, or was set aside, settled as
        a duplicate or forgotten. Gives how many."""


class SummaryStore(Protocol):
    """What the pages of operators look at: summaries, brought up to date a few scans at a time."""

    def sum_up(self, now: datetime) -> bool:
        """Bring the summaries up to date by some scans and rows. Gives whether more is to be done."""

    def not_summed_up(self) -> int:
        """How many scans have changed since they were summed up, counted up to ten thousand."""

    def scan_counts(self, batch: str | None = None) -> list[ScanCount]:
        """What is found how often among the scans of each form and batch, or of this batch."""

    def scan_counts_in_all(self) -> list[ScanCount]:
        """What is found how often among the scans of each form, of all batches together: `batch` is empty."""

    def scan_counts_of_cancelled(self) -> list[ScanCount]:
        """The same of the scans in cancelled batches alone: no machine and nobody goes on with them."""

    def waiting_since(self, published: int) -> WaitingSince:
        """Since when the oldest of what waits does. `published`: the position of the record database."""

    def batch_names(self, limit: int) -> list[str]:
        """The names of batches in the order of `summed_batches`, so many at most."""

    def summed_batches(self, first: int = 0, limit: int | None = None) -> list[Batch]:
        """Batches from the `first` on as they were summed up last, the most urgent first, then the latest."""

    def summed_batch(self, name: str) -> Batch:
        """The batch of this name as it was summed up last. NotFound where there is none."""

    def set_aside_of_batch(self, batch: str, limit: int) -> list[SetAside]:
        """Files of a batch that were set aside, latest first."""

    def batch_course_begin(self, batch: str) -> datetime | None:
        """The first quarter of an hour in which a state of the batch's scans was noted. None before it."""

    def batch_course(self, batch: str, times: Collection[datetime], states: Collection[str]) -> list[CourseStep]:
        """How many scans of a batch were in each of these states just before each of these times, in their order.

        A state that was not noted yet has no step.
        """

    def work_done(self, since: datetime, kinds: Collection[str]) -> list[WorkDone]:
        """Work of these kinds that was done since a time, by quarters of an hour and form; of all batches together."""

    def work_kinds(self, prefix: str) -> list[str]:
        """Every kind of work that was done here and begins so, such as "pay " and each currency."""

    def work_by_form(self, since: datetime, kinds: Collection[str]) -> list[WorkDone]:
        """Work of these kinds since a time, added up by form and kind; its `at` says nothing."""

    def work_of_batches(self, batches: Collection[str]) -> list[WorkDone]:
        """All work on these batches, added up by batch, form and kind; its `at` says nothing."""

    def work_on_batch(self, batch: str, since: datetime) -> list[WorkDone]:
        """What was done on a batch since a time, by quarters of an hour and form, in order."""

    def people_at_work(self, now: datetime) -> list[AtWork]:
        """The people who hold questions now, by handle."""

    def find_scans(self, search: ScanSearch, limit: int, before: int = 2**62) -> list[FoundScan]:
        """Scans that fit a search, newest first: those whose number is below `before`. Forgotten ones are left out."""

    def scans_for_experts(self, limit: int) -> list[str]:
        """So many scans with an open question for experts, those that came last."""

    def scan_state(self, scan: str) -> ScanState:
        """What an operator sees of this scan. NotFound where there is none."""

    def photo_advice(self, scan: str) -> tuple[str, ...]:
        """The codes of what was wrong with a scan's photograph when it was read as its form. NotFound: no such scan."""

    def open_keys(self, scan: str) -> frozenset[FieldKey]:
        """The fields of a scan that people are asked for."""

    def asked_of_field(self, scan: str, key: FieldKey) -> list[AskedField]:
        """The open questions about a field, in the order in which they were asked. NotFound: no such field."""

    def skips_of_field(self, scan: str, key: FieldKey) -> list[SkippedField]:
        """Who skipped a field since somebody read it last, in order; tests are left out. NotFound: no such field."""

    def open_duplicates(self, limit: int) -> list[Duplicate]:
        """The pairs of scans that may be the same order and that nobody has settled, latest first."""

    def neighbours(self, scan: str, forms: Collection[str] | None = None) -> tuple[str | None, str | None]:
        """The next newer and the next older scan of the same batch, of these forms alone where they are given."""

    def forms_of_person(self, who: str) -> frozenset[str]:
        """The forms that an operator or auditor is limited to. Empty: they see all."""

    def set_forms_of_person(self, who: str, forms: Collection[str], now: datetime, by: str) -> None:
        """Limit an operator or auditor to these forms; none: they see all."""


class MachineStore(Protocol):
    """What machines that work on one state share: of a state in a file there is one."""

    machine: str

    def take_lock(self, name: str, wait_seconds: float = 0.0) -> HeldLock | None:
        """A lock that one process of all machines has, until it closes it or ends; None where another holds it.

        Where the state is a file everybody is given it: there locks of files do what this does.
        """

    def lock_holder(self, name: str) -> str:
        """Who holds a lock, as "process 12 on host (home 1a2b3c4d)"; "" where nobody does."""

    def held_elsewhere(self, name: str) -> str:
        """Who holds a lock, as `lock_holder` says it; "" also where it is a process of this home."""

    def renew_waiting(self, claim: str, now: datetime, seconds: float = CLAIM_SECONDS) -> int:
        """Hold what was claimed by `claim_waiting` and is not concluded for longer. Gives how many scans that are."""

    def holds_waiting(self, scan: str, claim: str) -> bool:
        """Whether nobody else has claimed a scan since this claim. Ask it in the transaction that concludes."""

    def clock_ahead_seconds(self, now: datetime) -> float:
        """How far a machine's clock, which says `now`, is ahead of that of its database; less than 0: behind it."""

    def note_records_copy(self, place: str, position: int, now: datetime) -> None:
        """Say where this machine has its record database, and its position. One that is forgotten must go from it."""

    def records_copies(self, *, behind: bool = False) -> list[RecordsCopy]:
        """The record databases of all machines; `behind`: those alone that may hold what was forgotten."""

    def drop_records_copy(self, machine: str, by: str, reason: str, now: datetime) -> None:
        """Say that the record database of a machine is gone for good. NotFound where it has none."""

    def note_arriving(self, sha256: str, form: str, batch: str, now: datetime) -> None:
        """Say that a file was sent to this machine, which will take it in."""

    def end_arriving(self, present: frozenset[str]) -> None:
        """Say which of the files that were sent to this machine still wait: the others do not any more."""

    def arriving_elsewhere(self) -> list[tuple[str, str]]:
        """The files that other machines will take in, each with its batch."""

    def arrives_elsewhere(self, sha256: str) -> bool:
        """Whether another machine will take this file in."""

    def use(self, what: str, times: int, most: int, window: timedelta, now: datetime) -> bool:
        """Count that something was done so many times. False, and it is not counted, where that would be too often.

        That is more than `most` in the last `window` of time: of the window before, its share that lies within. All
        machines count together, and only a keyed hash of `what` is kept.
        """

    def count_look(self, who: str, now: datetime, *, found: bool) -> float:
        """Count a person's look for work. Gives the seconds that they have waited since they last found none."""


class Store(
    IngestStore,
    ToReadStore,
    ReconcileStore,
    DuplicateStore,
    WebhookStore,
    SteeringStore,
    QueueStore,
    PeopleStore,
    PayStore,
    FairStore,
    AuditStore,
    SummaryStore,
    MachineStore,
    Protocol,
):
    """Everything that a store can do."""

    def together(self, by: str = "") -> AbstractContextManager[None]:
        """Several methods as one transaction of this thread: all of them at the end, or none.

        `by` is who acts, as the log says it, where a method is not told who does; "": the `actor`.
        """

    def part(self) -> AbstractContextManager[None]:
        """Within `together`, methods that may fail without the others."""

    def several(self, readings: Sequence[ExpectedReading]) -> AbstractContextManager[None]:
        """Within `together`, as many parts, each of which keeps one reading: `session`, then `submit`.

        They are of different people and different tasks. What they begin with is read for all at once, and nobody waits
        for a server between them. Nothing is wrong where one of them does something else. PartsInDoubt, and none of
        them is kept, where one of them failed at the server: do them again one by one.
        """

    def handover(self) -> Callable[[], AbstractContextManager[None]]:
        """Within `together`, a context in which another thread goes on with this transaction while this one waits."""

    def hurried(self) -> AbstractContextManager[None]:
        """Within it a thread that many wait for reads without waiting: StoreError at once where the server is away."""

    def close(self) -> None:
        """Close every connection."""

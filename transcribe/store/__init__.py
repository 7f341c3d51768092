"""The state of all work, and all SQL that touches it."""

from transcribe.store.contract import Store
from transcribe.store.drivers.journal import enable_write_ahead
from transcribe.store.drivers.writer import Writer
from transcribe.store.facts import (
    CLAIM_SECONDS,
    ApiToken,
    Appeal,
    AppealOutcome,
    Counts,
    ExpectedWork,
    FieldHistory,
    Floor,
    Notice,
    Offer,
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
from transcribe.store.state_store import open_store

__all__ = [
    "CLAIM_SECONDS",
    "ApiToken",
    "Appeal",
    "AppealOutcome",
    "Counts",
    "ExpectedWork",
    "FieldHistory",
    "Floor",
    "Notice",
    "Offer",
    "OutboxEntry",
    "Pace",
    "PayLine",
    "PayState",
    "QualificationTry",
    "Question",
    "Rate",
    "ScanState",
    "SentReading",
    "SetAside",
    "Store",
    "TimeDispute",
    "Waiting",
    "Writer",
    "enable_write_ahead",
    "open_store",
]

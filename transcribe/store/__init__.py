"""The state of all work, and the only SQL of it."""

from transcribe.store.contract import Store
from transcribe.store.drivers.journal import write_ahead
from transcribe.store.drivers.writer import Writer
from transcribe.store.facts import (
    ApiToken,
    Appeal,
    AppealOutcome,
    Counts,
    ExpectedWork,
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
    Story,
    TimeDispute,
    Waiting,
)
from transcribe.store.state_store import open_store

__all__ = [
    "ApiToken",
    "Appeal",
    "AppealOutcome",
    "Counts",
    "ExpectedWork",
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
    "Story",
    "TimeDispute",
    "Waiting",
    "Writer",
    "open_store",
    "write_ahead",
]

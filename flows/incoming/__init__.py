"""Files that come in: those that are sent wait in the home, and whatever brings some takes them in, round by round."""

from flows.incoming.sent_files import (
    SUFFIXES,
    ArrivingFile,
    SentFile,
    require_welcome,
    sent_file,
    unread_files,
    waiting_batches,
    waiting_scans,
)
from flows.incoming.taking_in import Round, Verdict, run_beside_pages, take_in_files, take_in_rounds, verdicts

__all__ = [
    "SUFFIXES",
    "ArrivingFile",
    "Round",
    "SentFile",
    "Verdict",
    "require_welcome",
    "run_beside_pages",
    "sent_file",
    "take_in_files",
    "take_in_rounds",
    "unread_files",
    "verdicts",
    "waiting_batches",
    "waiting_scans",
]

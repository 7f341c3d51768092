"""Folders that are watched: each photograph that is put there is taken in once."""

from flows.watching.incoming import (
    SUFFIXES,
    ArrivingFile,
    SentFile,
    WatchedForm,
    require_watchable,
    require_welcome,
    sent_file,
    unread_files,
    waiting_batches,
    waiting_scans,
    watch,
    watched_forms,
)
from flows.watching.watched_folder import Round

__all__ = [
    "SUFFIXES",
    "ArrivingFile",
    "Round",
    "SentFile",
    "WatchedForm",
    "require_watchable",
    "require_welcome",
    "sent_file",
    "unread_files",
    "waiting_batches",
    "waiting_scans",
    "watch",
    "watched_forms",
]

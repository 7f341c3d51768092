"""Backups of a home, and homes made from them."""

from flows.backup.files import (
    AHEAD_COUNT,
    LOCK_FILE,
    Backup,
    BackupFolder,
    batched_pictures,
    disk_errors_said,
    newest_backup,
    sync_folder,
)
from flows.backup.make_backup import BackupMade, is_beside_home, log_backup, make_backup
from flows.backup.restore_backup import Restored, restore_backup

__all__ = [
    "AHEAD_COUNT",
    "LOCK_FILE",
    "Backup",
    "BackupFolder",
    "BackupMade",
    "Restored",
    "batched_pictures",
    "disk_errors_said",
    "is_beside_home",
    "log_backup",
    "make_backup",
    "newest_backup",
    "restore_backup",
    "sync_folder",
]

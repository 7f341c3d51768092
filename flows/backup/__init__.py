"""Backups of a home, homes made from them, and homes moved to other databases and archives."""

from flows.backup.files import Backup, BackupFolder, newest_backup
from flows.backup.make_backup import BackupMade, is_beside_home, log_backup, make_backup
from flows.backup.move_home import Moved, give_up_move, move_home
from flows.backup.restore_backup import Restored, restore_backup

__all__ = [
    "Backup",
    "BackupFolder",
    "BackupMade",
    "Moved",
    "Restored",
    "give_up_move",
    "is_beside_home",
    "log_backup",
    "make_backup",
    "move_home",
    "newest_backup",
    "restore_backup",
]

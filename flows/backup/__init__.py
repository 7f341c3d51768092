"""Backups of a home, and homes made from them."""

from flows.backup.backup_folder import Backup, BackupFolder, newest_backup
from flows.backup.make_backup import BackupMade, make_backup
from flows.backup.restore_backup import Restored, restore_backup

__all__ = ["Backup", "BackupFolder", "BackupMade", "Restored", "make_backup", "newest_backup", "restore_backup"]

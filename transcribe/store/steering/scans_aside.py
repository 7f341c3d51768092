"""Scans that an operator sets aside, so that nobody is asked about them, and brings back."""

from __future__ import annotations

from datetime import datetime

from transcribe.i18n import as_kept
from transcribe.model import SourceFile
from transcribe.store.drivers.database import Row
from transcribe.store.facts import SetAside
from transcribe.store.row_mapping import moment
from transcribe.store.steering.acts import ActVerbs


class ScanVerbs(ActVerbs):
    """Keeps which scans are set aside."""

    def put_scan_aside(self, scan: str, by: str, reason: str, now: datetime) -> bool:
        """Ask nobody about a scan; what somebody holds is kept and paid. False where it is aside already."""
        with self.db.write():
            row = self.live_scan(scan)
            if self.is_put_aside(row["sha256"]):
                return False
            self.act("scan set aside", row["sha256"], by, reason, now, scan=row["id"])
            self.ask_nobody(row["id"], now)
            self.db.run("wake_partners", scan_id=row["id"])
            self.tell_pairs(row["id"], now)
            self.tell_programs("aside", now, scan=row["id"], note="set aside")
            return True

    def bring_scan_back(self, scan: str, by: str, reason: str, now: datetime) -> bool:
        with self.db.write():
            row = self.live_scan(scan)
            if not self.is_put_aside(row["sha256"]):
                return False
            self.act("scan brought back", row["sha256"], by, reason, now, scan=row["id"])
            self.db.run("wake", scan_id=row["id"])
            self.db.run("wake_partners", scan_id=row["id"])
            self.tell_pairs(row["id"], now)
            return True

    def asks_nobody(self, scan: str) -> bool:
        """Whether nobody is asked about a scan: its batch is cancelled, it is set aside, or is another order again."""
        return self.db.one("is_cancelled", scan_id=self.scan_row(scan)["id"]) is not None

    def is_put_aside(self, scan: str) -> bool:
        """Whether an operator, or people who agreed, have set this scan aside."""
        return self.db.one("is_put_aside", scan_id=self.scan_row(scan)["id"]) is not None


def set_aside_of(row: Row) -> SetAside:
    """A file set aside, of a row."""
    return SetAside(
        file=SourceFile(sha256=row["file"], name=row["name"], size=row["size"], media_type=row["media_type"]),
        error=row["error"],
        message=as_kept(row["message"]),
        batch=row["batch"],
        at=moment(row["at"]),
        place=row["place"],
    )

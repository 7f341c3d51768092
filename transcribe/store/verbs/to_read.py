"""Scans that machines are to read: workers claim some at a time, and what a dead one held comes back."""

from __future__ import annotations

from datetime import datetime, timedelta

from transcribe.store.drivers.columns import micros
from transcribe.store.drivers.database import Row
from transcribe.store.facts import ToRead
from transcribe.store.verbs.ingest import IngestVerbs

MOST_BEGUN_COUNT = 2**31 - 1
"""More often nothing is begun: what an INTEGER of PostgreSQL holds."""


class ToReadVerbs(IngestVerbs):
    """Keeps which scans wait to be read, and which worker holds them until when."""

    def put_to_read(self, scan: str, batch: str, now: datetime, *, anew: bool = False) -> bool:
        """Have a scan read by whichever worker comes first, as part of this run of a batch; again changes the batch.

        False where machines have read it as its present form and it is not to be read `anew`, or it was forgotten.
        """
        with self.db.write():
            number = self.scan_row(scan)["id"]
            return bool(self.db.changed("put_to_read", scan_id=number, batch=batch, now=now, anew=anew))

    def put_unread_to_read(self, now: datetime) -> int:
        """Have every scan read that is neither read nor set aside nor to be read; how many there were."""
        with self.db.write():
            return self.db.changed("put_unread_to_read", now=now)

    def claim_to_read(
        self, worker: str, count: int, now: datetime, seconds: float, *, batch: str | None = None, begun: bool = False
    ) -> list[ToRead]:
        """Hold so many scans for a worker that long, the oldest first, of one batch or of all.

        They are those that nobody holds and nobody has begun yet; with `begun` those that somebody has begun instead.
        """
        bounds: dict[str, object] = {"least": int(begun), "most": MOST_BEGUN_COUNT if begun else 0, "now": now}
        free, claim = "free_to_read", "claim_to_read"
        if batch is not None:
            free, claim, bounds["batch"] = "free_to_read_of", "claim_to_read_of", batch
        if self.db.one(free, **bounds) is None:  # whoever waits looks often, and must not write for it
            return []
        with self.db.write():
            until = micros(now + timedelta(seconds=seconds))
            rows = self.db.all(claim, **bounds, worker=worker, until=until, count=count)
            return [self._to_read(row) for row in sorted(rows, key=lambda row: (row["begun"], row["scan_id"]))]

    def begin_to_read(self, scan: str, worker: str, now: datetime, seconds: float) -> bool:
        """Count that a worker begins to read a scan, and hold all that it holds that long from now on.

        False where it does not hold the scan any more.
        """
        with self.db.write():
            if not self.db.changed("begin_to_read", scan_id=self.scan_row(scan)["id"], worker=worker):
                return False
            self.db.run("renew_to_read", worker=worker, until=now + timedelta(seconds=seconds))
            return True

    def renew_to_read(self, worker: str, now: datetime, seconds: float) -> int:
        """Hold all that a worker holds that long from now on. Gives how many there are."""
        with self.db.write():
            return self.db.changed("renew_to_read", worker=worker, until=now + timedelta(seconds=seconds))

    def give_back_to_read(self, scan: str, worker: str, *, begun: bool = False) -> None:
        """Have others read a scan that a worker holds. One that was `begun` counts as begun once less."""
        with self.db.write():
            number = self.scan_row(scan)["id"]
            self.db.run("give_back_to_read", scan_id=number, worker=worker, begun=begun)

    def release_to_read(self, worker: str) -> int:
        """Have others read all that a worker holds, as it has ended. Gives how many there are."""
        with self.db.write():
            return self.db.changed("release_to_read", worker=worker)

    def holds_to_read(self, scan: str, worker: str) -> bool:
        """Whether a worker holds a scan still; within `together` nobody takes it meanwhile."""
        return self.db.one("holds_to_read", scan_id=self.scan_row(scan)["id"], worker=worker) is not None

    def batch_to_read(self, scan: str) -> str | None:
        """The run of a batch in which a scan is to be read. None where it is not to be read any more."""
        row = self.db.one("batch_to_read", scan_id=self.scan_row(scan)["id"])
        return None if row is None else str(row["batch"])

    def count_to_read(self, now: datetime) -> tuple[int, int]:
        """How many scans are to be read, and how many of them a worker holds now."""
        row = self.db.one("count_to_read", now=now)
        assert row is not None, "a count is always there"
        return int(row["scans"]), int(row["claimed"])

    def _to_read(self, row: Row) -> ToRead:
        scan = self.db.one("scan_by_number", scan_id=row["scan_id"])
        assert scan is not None, "what is to be read is a scan"
        return ToRead(scan=self.scan_from(scan), batch=row["batch"], begun=int(row["begun"]))

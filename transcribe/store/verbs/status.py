"""What an operator sees: every scan with its counts, and the state in numbers."""

from __future__ import annotations

import json

from transcribe.store.drivers.database import Row
from transcribe.store.facts import Counts, OpenBatch, ScanState
from transcribe.store.row_mapping import moment, moment_or_none, numbers_of
from transcribe.store.verbs.ingest import IngestVerbs


class StatusVerbs(IngestVerbs):
    """Counts scans, fields, tasks and records."""

    def scan_states(self, batch: str | None = None) -> list[ScanState]:
        with self.db.snapshot():
            return [self._state(row) for row in self.db.all("scan_states", batch=batch)]

    def counts(self, batch: str | None = None) -> Counts:
        with self.db.snapshot():
            decided = self.db.all("count_decided", batch=batch)
            reasons: dict[str, dict[str, int]] = {}
            for row in self.db.all("count_open", batch=batch):
                reasons.setdefault(row["form"], {})[row["reason"]] = row["count"]
            return Counts(
                scans=_by_form(self.db.all("count_scans", batch=batch)),
                fields=_by_form(self.db.all("count_fields", batch=batch)),
                decided_by_machine=_by_form([row for row in decided if not row["by_people"]]),
                decided_by_people=_by_form([row for row in decided if row["by_people"]]),
                open_tasks={form: sum(counts.values()) for form, counts in reasons.items()},
                waiting_reasons=reasons,
                records=_by_form(self.db.all("count_records", batch=batch)),
                set_aside=self.db.value("count_set_aside", batch=batch),
                waiting_scans=self.db.value("count_waiting", batch=batch),
            )

    def open_batches(self) -> list[OpenBatch]:
        rows = self.db.all("open_batches")
        return [OpenBatch(form=row["form"], batch=row["batch"], begun=bool(row["begun"])) for row in rows]

    def _state(self, row: Row) -> ScanState:
        return ScanState(
            scan=self.scan_from(row),
            received_at=moment(row["received_at"]),
            fit=row["fit"],
            quality=numbers_of(row["quality"]),
            advice=tuple(json.loads(row["advice"] or "[]")),
            fields=row["fields"],
            decided=row["decided"],
            open_tasks=row["open_tasks"],
            recorded_at=moment_or_none(row["recorded_at"]),
            erased_at=moment_or_none(row["erased_at"]),
        )


def _by_form(rows: list[Row]) -> dict[str, int]:
    return {row["form"]: row["count"] for row in rows}

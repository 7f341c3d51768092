"""The audit log: a chain in which each line vouches for the one before it."""

from __future__ import annotations

import json

from transcribe.store.facts import AuditLine, AuditState
from transcribe.store.lookup import FIRST_HASH
from transcribe.store.row_mapping import moment
from transcribe.store.seals import SealVerbs


class AuditLogVerbs(SealVerbs):
    """Reads and checks the chain. `log` itself stands in `lookup.py`, as every group of verbs writes it."""

    def audit(self, after: int = 0) -> list[AuditLine]:
        return [
            AuditLine(
                number=row["number"],
                at=moment(row["at"]),
                actor=row["actor"],
                action=row["action"],
                subject=row["subject"],
                detail=json.loads(row["detail"]),
                previous=row["previous"],
                hash=row["hash"],
            )
            for row in self.db.all("audit", after=after)
        ]

    def verify_audit(self, head: str | None = None) -> AuditState:
        previous, lines, broken, head_met = FIRST_HASH, 0, None, head in (None, FIRST_HASH)
        for row in self.db.all("audit", after=0):
            lines += 1
            if row["number"] != lines or row["previous"] != previous or self.line_hash(dict(row)) != row["hash"]:
                broken = lines
                break
            previous = row["hash"]
            head_met = head_met or previous == head
        if broken is None and not head_met:
            broken = lines + 1
        return AuditState(lines=lines, head=previous, broken_at=broken, forgeries=tuple(self.forgeries()))

"""How each copy in PostgreSQL fares: a note in a file beside records.db, for the doctor and for alerts."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from transcribe.whole_files import write_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyNote:
    """A copy: where it is, when it last moved, and whether the latest round failed.

    It is to move at least every `patience_seconds`; 0 for one that nobody follows. Why it failed is not kept: the
    server may name words of an order.
    """

    file: Path
    place: str
    schema: str
    at: datetime
    patience_seconds: float = 0.0
    failed: bool = False

    def stands_still(self, now: datetime) -> bool:
        """Whether it has not moved for longer than it should."""
        return bool(self.failed or self.patience_seconds) and now - self.at > timedelta(seconds=self.patience_seconds)

    def keep(self) -> None:
        """Write it into its file. A copy that failed and was never made is none, where nobody follows it."""
        if self.failed and not self.patience_seconds and not self.file.exists():
            return
        kept = {name: getattr(self, name) for name in ("place", "schema", "patience_seconds", "failed")}
        write_whole(self.file, json.dumps({**kept, "at": self.at.isoformat()}))


def note_of(records: Path, place: str, schema: str, now: datetime) -> CopyNote:
    """The note of a copy; a new one where there is none."""
    file = records.with_name(f"copy-{hashlib.sha256(f'{place} {schema}'.encode()).hexdigest()[:12]}.json")
    return next(iter(_note(file)), CopyNote(file=file, place=place, schema=schema, at=now))


def known(records: Path) -> list[CopyNote]:
    """The notes of all copies of these records."""
    return [note for file in sorted(records.parent.glob("copy-*.json")) for note in _note(file)]


def _note(file: Path) -> list[CopyNote]:
    """The note in this file; none where it went meanwhile, or is no note of ours."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return [CopyNote(**{**kept, "file": file, "at": datetime.fromisoformat(kept["at"])})]
    except (OSError, ValueError, KeyError, TypeError):
        return []

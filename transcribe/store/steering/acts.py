"""Acts of operators: who did what to which scan, batch, value or person, and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from transcribe.errors import NotFound, SettingsError
from transcribe.model import OPERATOR_SOURCE, FieldKey
from transcribe.store.drivers.database import Row
from transcribe.store.facts import Act
from transcribe.store.lookup import Lookup
from transcribe.store.row_mapping import key_of, micros, moment, text

NOTHING: Mapping[str, object] = MappingProxyType({})
"""The detail of an act of which nothing more is to be said."""


class ActVerbs(Lookup):
    """Keeps acts, each with its line in the log."""

    def act(
        self,
        verb: str,
        subject: str,
        by: str,
        reason: str,
        now: datetime,
        *,
        scan: int | None = None,
        field: int | None = None,
        batch: str | None = None,
        person: int | None = None,
        detail: Mapping[str, object] = NOTHING,
    ) -> int:
        """Keep an act, within the caller's transaction. Gives its number; SettingsError where nobody says why."""
        if not reason.strip():
            raise SettingsError("Say why with --why; it is kept, and told to whom it concerns.")
        number = self.db.insert(
            "put_act",
            verb=verb,
            by=by,
            scan_id=scan,
            field_id=field,
            batch=batch,
            person=person,
            detail=text(dict(detail)),
            now=micros(now),
        )
        self.db.run("put_act_text", id=number, reason=reason.strip())
        self.vouch("act", number)
        hashed = self.keyed_hash("why", reason.strip())
        self.log(by, verb, subject, {"act": number, "why": hashed, **detail}, now)
        return number

    def ask_nobody(self, scan: int, now: datetime) -> None:
        """Withdraw the questions about a scan; a record that says people are asked is told otherwise then."""
        self.db.run("withdraw_questions", scan_id=scan, now=micros(now))
        self.db.run("wake_asked_again", scan_id=scan)

    def values_asked_again(self, scan: str) -> frozenset[FieldKey]:
        """The fields of a scan that an operator had asked again, and that nobody has read since."""
        return frozenset(key_of(row) for row in self.db.all("asked_fields", scan_id=self.scan_row(scan)["id"]))

    def put_operator_reading(
        self,
        scan: int,
        field: int,
        lane: str,
        said: str,
        reason: str,
        idem: str,
        flags: Iterable[str],
        now: datetime,
    ) -> None:
        """Keep what an operator says as the reading of an expert who has seen all, and have its scan weighed."""
        words = {"text": said, "alternatives": "[]", "shown": None, "legible": "", "reason": reason.strip()}
        number = self.db.insert(
            "put_reading",
            id=idem[:32],
            idem=idem,
            field_id=field,
            lane=lane,
            source=OPERATOR_SOURCE,
            kind="expert",
            transcriber_id=None,
            task_id=None,
            late=0,
            confidence=None,
            seconds=None,
            flags=text(sorted(flags)),
            conditions="{}",
            box=None,
            text_hash=self.keyed_hash("text", said),
            words_hash=self.reading_hash(words),
            now=micros(now),
        )
        self.db.run("put_reading_text", number=number, **words)
        self.db.run("scan_has_new", scan_id=scan, number=number)

    def live_scan(self, scan: str) -> Row:
        """The row of a scan that is not forgotten; NotFound where it is."""
        row = self.scan_row(scan)
        if row["erased_at"] is not None:
            raise NotFound(
                f"The scan {row['sha256'][:12]} is forgotten, and nothing of it is left. Its file may come again: "
                "fairhand ingest --again PATH."
            )
        return row

    def acts(self, scan: str | None = None, batch: str | None = None) -> list[Act]:
        """What operators did, or did to this scan or batch, first to latest."""
        number = None if scan is None else self.scan_row(scan)["id"]
        return [act_of(row) for row in self.db.all("acts", scan_id=number, batch=batch)]

    def acts_on(self, who: str) -> list[Act]:
        """What operators did to a person or their readings, first to latest."""
        return [act_of(row) for row in self.db.all("acts_on_person", person=self.person_row(who)["id"])]


def act_of(row: Row) -> Act:
    """The act of a row."""
    return Act(
        number=row["id"],
        verb=row["verb"],
        by=row["by_whom"],
        reason=row["reason"],
        at=moment(row["at"]),
        scan=row["scan"],
        key=None if row["name"] is None else key_of(row),
        batch=row["batch"],
        transcriber=row["transcriber"],
        detail=json.loads(row["detail"]),
    )

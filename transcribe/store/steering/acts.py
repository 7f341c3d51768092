"""Acts of operators: who did what to which scan, batch, value or person, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from transcribe.errors import NotFound, SettingsError
from transcribe.i18n import as_kept
from transcribe.model import OPERATOR_SOURCE, FieldKey, SourceFile
from transcribe.store.drivers.columns import noun
from transcribe.store.drivers.database import Row
from transcribe.store.facts import Act, SetAside
from transcribe.store.lookup import Lookup
from transcribe.store.row_mapping import key_of

NOTHING: Mapping[str, object] = MappingProxyType({})
"""The detail of an act of which nothing more is to be said."""


class ActVerbs(Lookup):
    """Keeps acts, each with its line in the log, and sets scans aside."""

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
            detail=detail,
            now=now,
        )
        self.db.run("put_act_text", id=number, reason=reason.strip())
        self.vouch("act", number)
        hashed = self.keyed_hash("why", reason.strip())
        self.log(by, verb, subject, {"act": number, "why": hashed, **detail}, now)
        return number

    def act_or_log(
        self, verb: str, subject: str, by: str, reason: str, now: datetime, detail: Mapping[str, object], **on: Any
    ) -> None:
        """Keep an act where somebody says why; else a line of the log alone."""
        if reason.strip():
            self.act(verb, subject, by, reason, now, detail=detail, **on)
        else:
            self.log(by, verb, subject, detail, now)

    def ask_nobody(self, scan: int, now: datetime) -> None:
        """Withdraw the questions about a scan; a record that says people are asked is told otherwise then."""
        self.db.run("withdraw_questions", scan_id=scan, now=now)
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
        words = {"text": said, "reason": reason.strip()}
        who: dict[str, Any] = {"source": OPERATOR_SOURCE, "kind": "expert", "flags": sorted(flags)}
        number = self.keep_reading(words, id=idem[:32], idem=idem, field_id=field, lane=lane, **who, now=now)
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


def act_of(row: Row) -> Act:
    """The act of a row."""
    return noun(Act, row, number=row["id"], by=row["by_whom"], key=None if row["name"] is None else key_of(row))


def set_aside_of(row: Row) -> SetAside:
    """A file set aside, of a row."""
    return noun(
        SetAside,
        row,
        file=noun(SourceFile, row, sha256=row["file"]),
        message=as_kept(row["message"]),
    )

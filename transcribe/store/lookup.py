"""What every group of verbs needs: the database, the key of the hashes, and rows by their public names."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from datetime import datetime
from functools import partial
from typing import cast

from transcribe.errors import NotFound
from transcribe.model import WHOLE, FieldKey, keys_in_words, row_wanted
from transcribe.store.drivers.columns import micros, text
from transcribe.store.drivers.database import Database, Row
from transcribe.store.facts import ExpectedReading
from transcribe.store.row_mapping import key_columns, key_of, values_of

FIRST_HASH = "0" * 64
"""The hash that the first line of the audit chain has in place of one before it."""

BLOCK_BYTES = 64
"""The block of SHA-256, which a key of HMAC is filled up to (RFC 2104)."""

SEALED_FACTS = {
    "rate": "sealed_rate",
    "floor": "sealed_floor",
    "undo": "sealed_undo",
    "withdrawal": "sealed_withdrawal",
    "truth": "sealed_truth",
    "appeal": "sealed_appeal",
    "dispute": "sealed_dispute",
    "kept_time": "sealed_kept_time",
    "person": "sealed_person",
    "parameters": "sealed_parameters",
    "form": "sealed_form",
    "record": "sealed_record",
    "act": "sealed_act",
    "reading_aside": "sealed_reading_aside",
}
"""Facts that decide money or values beside pay, readings and decisions: the kind, and the statement that reads them."""


UNNAMED_ACTOR = "store"
"""Who acts, as the audit log says it, where nobody told the store."""

NAMED_SCANS_COUNT = 5
"""So many scans of one name are listed by their ids. Chosen by hand."""

NAME_LENGTH = 80
"""So many characters of a name are said again where nothing is called so. Chosen by hand."""

REMEMBERED_SENDER_COUNT = 10_000
"""The numbers of so many people who sent something are remembered at most. Chosen by hand."""

ACTING: ContextVar[str] = ContextVar("ACTING", default="")
"""Of whom the deed is that runs; each thread and task has its own."""


NO_WORDS: Mapping[str, object] = {"text": None, "alternatives": "[]", "shown": None, "legible": "", "reason": ""}
"""The words of a reading that has none."""

NOBODYS_READING: Mapping[str, object] = {
    **dict.fromkeys(("transcriber_id", "task_id", "confidence", "seconds", "box")),
    "late": False,
    "conditions": "{}",
}
"""The columns of a reading that was sent for no task, without what only some readings have."""


class Lookup:
    """Holds the database and finds rows. Hashes made with `key` tell whether two texts are the same, and nothing
    else."""

    def __init__(self, database: Database, key: bytes) -> None:
        self.db = database
        self._actor = UNNAMED_ACTOR
        block = (key if len(key) <= BLOCK_BYTES else hashlib.sha256(key).digest()).ljust(BLOCK_BYTES, b"\0")
        self._inner = hashlib.sha256(bytes(each ^ 0x36 for each in block))
        self._outer = hashlib.sha256(bytes(each ^ 0x5C for each in block))
        self._senders: dict[str, tuple[int, str]] = {}

    @property
    def actor(self) -> str:
        """Who acts, as the log says it: of whom the deed is that runs, else for whom the process does."""
        return ACTING.get() or self._actor

    @actor.setter
    def actor(self, who: str) -> None:
        self._actor = who

    def keyed_hash(self, *parts: str) -> str:
        """HMAC-SHA256 of these texts. The key's own two blocks are hashed once: a copy of `hmac.new` costs more than
        the hash of a line."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update("\x1f".join(parts).encode())
        outer.update(inner.digest())
        return outer.hexdigest()

    def scan_row(self, scan: str) -> Row:
        """The row of the scan with this id, a unique beginning of it, or the name of its file. NotFound for none."""
        row = self.db.one("scan_row", sha256=scan)
        if row is not None:
            return row
        rows = self.db.all("scans_beginning", beginning=scan) if scan else []
        if len(rows) == 1:
            return rows[0]
        if rows:
            raise NotFound(f"{scan!r} begins the id of several scans. Give more of it.")
        named = self.db.all("scans_named", name=scan) if scan else []
        if len(named) == 1:
            return named[0]
        if named:
            ids = ", ".join(row["sha256"][:12] for row in named[:NAMED_SCANS_COUNT])
            more = f" and {len(named) - NAMED_SCANS_COUNT} more" if len(named) > NAMED_SCANS_COUNT else ""
            raise NotFound(f"{len(named)} scans came as {scan!r}: {ids}{more}. Name one by its id.")
        lost = self.db.value("count_forgotten", batch=None)
        ids = " One that was forgotten has lost its name, and is called by its id." if lost else ""
        raise NotFound(f"There is no scan {scan[:NAME_LENGTH]!r}. `fairhand status --scans` lists them.{ids}")

    def field_id(self, scan: Row, key: FieldKey) -> int | None:
        """The number of a field of a scan under its present form. None where nothing is known of it."""
        number = self.db.value("field_id", **_form_of(scan, key), **key_columns(key))
        return cast("int | None", number)

    def known_field(self, scan: Row, key: FieldKey) -> int:
        """As `field_id`, but NotFound where nothing is known of the field."""
        number = self.field_id(scan, key)
        if number is None:
            keys = [key_of(row) for row in self.db.all("fields_now", scan_id=scan["id"])]
            if column := row_wanted(key, keys):
                raise NotFound(column)
            known = keys_in_words(sorted(keys, key=str))
            advice = f" Use one of {known}." if known else ""
            raise NotFound(f"The scan {scan['sha256'][:12]} has no field {key}.{advice}")
        return number

    def make_field(self, scan: Row, key: FieldKey) -> int:
        """The number of a field, made where it is new."""
        number = self.field_id(scan, key)
        if number is not None:
            return number
        return self.db.insert("put_field", **_form_of(scan, key), **key_columns(key))

    def fields_of(self, scan: Row) -> Fields:
        """All fields of a scan under its present form, for callers that need many numbers."""
        known = {key_of(row): int(row["id"]) for row in self.db.all("fields_now", scan_id=scan["id"])}
        return Fields(known, partial(self.make_field, scan))

    def person_row(self, who: str) -> Row:
        """The row of a person by id or handle. NotFound where there is none."""
        row = self.db.one("person", who=who)
        if row is None:
            raise NotFound(f"There is nobody called {who!r}. `fairhand people list` shows who there is.")
        return row

    def sender(self, who: str, task: str, idem: str) -> tuple[Row, str]:
        """The row of a person, and the keyed mark of what they send. NotFound where there is none.

        Their task is looked up at the same time, under the number that they had when they last sent something.
        """
        number, public = self._senders.get(who, (0, ""))
        mark = self.look_ahead_for_task(task, who, idem)
        person = self.person_row(who)
        if (number, public) == (person["id"], person["public_id"]):
            return person, mark
        if len(self._senders) >= REMEMBERED_SENDER_COUNT:
            self._senders.clear()
        self._senders[who] = person["id"], person["public_id"]
        return person, self.keyed_hash("person", person["public_id"], idem)

    def look_ahead_for_task(self, task: str, who: str, idem: str) -> str:
        """Have the task of somebody who has sent something before read soon. Gives the keyed mark of what they send."""
        number, public = self._senders.get(who, (0, ""))
        mark = self.keyed_hash("person", public, idem)
        if number:
            self.db.ahead("task_with_lease", task=task, who=number, idem=mark)
        return mark

    def several(self, readings: Sequence[ExpectedReading]) -> AbstractContextManager[None]:
        """Within `together`, as many parts, each of which keeps one reading: `session`, then `submit`.

        They are of different people and different tasks. What they begin with is read for all at once, and nobody waits
        for a server between them. Nothing is wrong where one of them does something else. PartsInDoubt, and none of
        them is kept, where one of them failed at the server: do them again one by one.
        """
        return self.db.several([partial(self._expect, each) for each in readings])

    def _expect(self, reading: ExpectedReading) -> None:
        """Have all that is read soon that the keeping of a reading begins with."""
        self.db.ahead("session", token_hash=reading.session)
        self.look_ahead_for_task(reading.task, reading.who, reading.idem)
        self.db.ahead("person", who=reading.who)
        if known := self._senders.get(reading.who):
            self.db.ahead("paid_time_of_task", person=known[0], task=reading.task)

    def present_person(self, who: str) -> Row:
        """The row of a person who has not left; NotFound where they have."""
        row = self.person_row(who)
        if row["left_at"] is not None:
            raise NotFound("This person has left.")
        return row

    def tell(self, person: int, kind: str, field: int | None, now: datetime) -> None:
        """Leave a notice for a person."""
        self.db.run("put_notice", person=person, kind=kind, field_id=field, now=now)

    def tell_programs(
        self,
        kind: str,
        now: datetime,
        *,
        scan: int | None = None,
        other: int | None = None,
        file: str = "",
        batch: str = "",
        note: str = "",
    ) -> None:
        """Note what webhooks tell besides records and erasures, with the next number of the outbox. Never words of
        people."""
        about = {"scan_id": scan, "other_id": other, "file": file, "batch": batch, "note": note}
        with self.db.write():
            self.db.run("outbox_begins", number=0)
            self.db.run("take_outbox_number")
            self.db.run("put_event", kind=kind, now=now, **about)

    def tell_pairs(self, scan: int, now: datetime) -> None:
        """Tell of each pair of a scan that is one now and was none when programs were told last, or the reverse."""
        for row in self.db.all("pairs_told_otherwise", scan_id=scan):
            self.db.run("set_told", id=row["id"], told=1 - row["told"])
            kind = "lifted" if row["told"] else "duplicate"
            self.tell_programs(kind, now, scan=row["newer"], other=row["older"], note=row["policy"])

    def log(self, actor: str, action: str, subject: str, detail: Mapping[str, object], now: datetime) -> None:
        """Append one line to the chain, within the transaction of the action: what cannot be logged fails.

        `detail` holds facts and keyed hashes, never words that may be personal.
        """
        with self.db.write():
            last, seal = self.db.one("last_audit"), self.db.one("last_seal")
            line = {
                "at": micros(now),
                "actor": actor,
                "action": action,
                "subject": subject,
                "detail": text(dict(detail)),
                "previous": FIRST_HASH if last is None else last["hash"],
                "seal": "" if seal is None else seal["hash"],
            }
            self.db.run("put_audit", **line, hash=self.line_hash(line))

    def vouch(self, kind: str, number: int) -> None:
        """Seal a fact as it is now: whoever writes or changes one that decides money or values calls this after."""
        (row,) = self.db.all(SEALED_FACTS[kind], begin=number, until=number)
        digest, words = self.fact_hashes(kind, row)
        self.db.run("put_sealed_fact", kind=kind, fact=number, digest=digest, words=words)

    def fact_hashes(self, kind: str, row: Row) -> tuple[str, str]:
        """The keyed hashes of a fact and of its words; "" where it has none."""
        *facts, words, _ = values_of(row)
        return self.keyed_hash(kind, text(facts)), "" if words is None else self.keyed_hash(kind, "words", words)

    def line_hash(self, line: Mapping[str, object]) -> str:
        """HMAC-SHA256 over the previous line's hash and this line, as canonical JSON.

        A line names the last seal of pay, readings and decisions. Those written before there were seals name none.
        """
        parts = [line[part] for part in ("previous", "at", "actor", "action", "subject", "detail")]
        return self.keyed_hash(text([*parts, line["seal"]] if line["seal"] else parts))

    def keep_reading(self, words: Mapping[str, object], *, is_erased: bool = False, **columns: object) -> int:
        """Keep a reading with its words, unless its scan `is_erased`. Gives its number; 0 for one of a machine again.

        Words and columns that are not given are `NO_WORDS` and `NOBODYS_READING`.
        """
        said = {**NO_WORDS, **words}
        hashes = {"text_hash": self.keyed_hash("text", str(said["text"] or "")), "words_hash": self.reading_hash(said)}
        kept = {**NOBODYS_READING, **columns, **hashes}
        number = (self.db.insert if kept["transcriber_id"] else self.db.added)("put_reading", **kept)
        if number and not is_erased:
            self.db.run("put_reading_text", number=number, **said)
        return number

    def reading_hash(self, words: Mapping[str, object] | Row) -> str:
        """The keyed hash of all words of a reading."""
        parts = [words[part] for part in ("text", "alternatives", "shown", "legible", "reason")]
        return self.keyed_hash("reading", text(parts))

    def words_hash(self, words: Mapping[str, object] | Row) -> str:
        """The keyed hash of all words of a decision."""
        return self.keyed_hash("words", text([words[part] for part in ("value", "text", "evidence", "proposal")]))


class Fields(dict[FieldKey, int]):
    """The numbers of the fields of a scan under its present form. A new field is made when it is asked for."""

    def __init__(self, known: Mapping[FieldKey, int], make: Callable[[FieldKey], int]) -> None:
        super().__init__(known)
        self._make = make

    def __missing__(self, key: FieldKey) -> int:
        number = self[key] = self._make(key)
        return number


def _form_of(scan: Row, key: FieldKey) -> dict[str, object]:
    if key == WHOLE:
        return {"scan_id": scan["id"], "form": "", "form_version": 0}
    return {"scan_id": scan["id"], "form": scan["form"], "form_version": scan["form_version"]}

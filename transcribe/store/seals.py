"""Seals over pay, readings and decisions: what was written to the database without the key is found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transcribe.store.drivers.database import Row
from transcribe.store.facts import Forgery
from transcribe.store.lookup import FIRST_HASH, Lookup
from transcribe.store.row_mapping import text

SEALED_TABLES = ("ledger", "reading", "decision")
"""The tables whose rows are sealed, in the order of a seal."""

SEALED_ROWS = {"ledger": "sealed_ledger", "reading": "sealed_reading", "decision": "sealed_decision"}
UNSEALED_ROWS = {"ledger": "unsealed_ledger", "reading": "unsealed_reading", "decision": "unsealed_decision"}


class SealVerbs(Lookup):
    """Seals what each transaction writes, and checks the seals."""

    def watch(self) -> None:
        """Have each transaction sealed from now on. What was there before is signed where that was not done yet."""
        self.db.watch(self._written, self._seal)
        if self.db.one("unsigned_seal") is None:
            return
        with self.db.write():
            first = self.db.one("unsigned_seal")
            if first is not None and self.db.one("names_a_seal") is None:  # else somebody put it there anew
                seal = self._digests(dict(first))
                self.db.run("sign_seal", **{each: seal[each] for each in SEALED_TABLES}, hash=self._hash("", seal))

    def forgeries(self) -> list[Forgery]:
        """Rows of pay, readings and decisions that do not hold: changed, taken out, or not written by the program."""
        with self.db.snapshot():
            found, hashes = self._broken_seals()
            for row in self.db.all("audit_seals"):
                if row["seal"] not in hashes:
                    found.append(Forgery(table="seal", first=row["number"], last=row["number"], what="gone"))
            return found + self._changed_words()

    def _written(self) -> Row:
        row = self.db.one("written")
        assert row is not None
        return row

    def _seal(self, before: Row) -> None:
        """At the end of a transaction: seal the rows that it wrote, and no other."""
        after = self._written()
        if all(after[each] == before[each] for each in SEALED_TABLES):
            return
        last = self.db.one("last_seal")
        seal: dict[str, Any] = {}
        for each in SEALED_TABLES:
            seal[f"{each}_from"], seal[f"{each}_until"] = before[each] + 1, after[each]
        seal = self._digests(seal)
        self.db.run("put_seal", **seal, hash=self._hash(FIRST_HASH if last is None else last["hash"], seal))

    def _digests(self, seal: Mapping[str, Any]) -> dict[str, Any]:
        """A seal with the keyed digest of the rows of each table: "" where there are none."""
        made = dict(seal)
        for each in SEALED_TABLES:
            made[each] = ""
            if seal[f"{each}_from"] <= seal[f"{each}_until"]:
                begin, until = seal[f"{each}_from"], seal[f"{each}_until"]
                rows = self.db.all(SEALED_ROWS[each], begin=begin, until=until)
                made[each] = self.keyed_hash(each, text([list(row) for row in rows])) if rows else ""  # type: ignore[call-overload]  # a row is a sequence too
        return made

    def _hash(self, previous: str, seal: Mapping[str, Any]) -> str:
        """What vouches for a seal and for the one before it."""
        ranges = [seal[f"{each}_{end}"] for each in SEALED_TABLES for end in ("from", "until")]
        return self.keyed_hash("seal", text([previous, *ranges, *(seal[each] for each in SEALED_TABLES)]))

    def _broken_seals(self) -> tuple[list[Forgery], set[str]]:
        """Where rows are not as they were sealed or have no seal, and the hashes of all seals."""
        found: list[Forgery] = []
        hashes: set[str] = set()
        previous = ""
        for row in self.db.all("seals"):
            kept = dict(row)
            now = self._digests(kept)
            if row["hash"] != self._hash(previous, kept):
                found.append(Forgery(table="seal", first=row["number"], last=row["number"], what="changed"))
            for each in SEALED_TABLES:
                if now[each] != kept[each]:
                    first, last = kept[f"{each}_from"], kept[f"{each}_until"]
                    found.append(Forgery(table=each, first=first, last=last, what="changed"))
            previous = row["hash"]
            hashes.add(previous)
        for each in SEALED_TABLES:
            for row in self.db.all(UNSEALED_ROWS[each]):
                found.append(Forgery(table=each, first=row["number"], last=row["number"], what="foreign"))
        return found, hashes

    def _changed_words(self) -> list[Forgery]:
        """Texts that are not those that were hashed when they were written. Erased ones are passed over."""
        found = [
            Forgery(table="reading", first=row["number"], last=row["number"], what="changed")
            for row in self.db.all("reading_words")
            if row["text_hash"] != self.keyed_hash("text", row["text"] or "")
        ]
        for row in self.db.all("decision_words"):
            same = row["text_hash"] == self.keyed_hash("text", row["text"])
            words = self.words_hash(row)
            if not same or row["words_hash"] not in ("", words):
                found.append(Forgery(table="decision", first=row["number"], last=row["number"], what="changed"))
        return found

"""Seals over all that decides money or values: what was written to the database without the key is found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transcribe.errors import StateMoved
from transcribe.store.drivers.columns import text
from transcribe.store.drivers.database import Row
from transcribe.store.facts import Forgery
from transcribe.store.lookup import FIRST_HASH, SEALED_FACTS, Lookup
from transcribe.store.row_mapping import values_of

SEALED_TABLES = ("ledger", "reading", "decision", "fact")
"""What is sealed by ranges of numbers, in the order of a seal. "fact" are the lines about facts of other tables."""

SEALED_ROWS = {
    "ledger": "sealed_ledger",
    "reading": "sealed_reading",
    "decision": "sealed_decision",
    "fact": "sealed_fact",
}
UNSEALED_ROWS = {
    "ledger": "unsealed_ledger",
    "reading": "unsealed_reading",
    "decision": "unsealed_decision",
    "fact": "unsealed_fact",
}
LAST_NUMBER = 2**62
"""Above the number of every row."""


class SealVerbs(Lookup):
    """Seals what each transaction writes, and checks the seals."""

    def watch(self) -> None:
        """Have each transaction sealed from now on. What was there before is signed where that was not done yet.

        StateMoved, then and at each later transaction, where the state was moved to another database.
        """
        self._written()
        self.db.watch(self._written, self._seal)
        if self.db.one("unsigned_seal") is None:
            return
        with self.db.write():
            first = self.db.one("unsigned_seal")
            if first is not None and self._is_of_before(first):
                self._fill_facts()
                seal = self._digests(dict(first))
                made = {each: seal[each] for each in SEALED_TABLES}
                self.db.run("sign_seal", number=first["number"], **made, hash=self._hash(first["previous"] or "", seal))

    def forgeries(self) -> list[Forgery]:
        """Rows of what is sealed that do not hold: changed, taken out, or not written by the program."""
        with self.db.snapshot():
            found, hashes = self._broken_seals()
            for row in self.db.all("audit_seals"):
                if row["seal"] not in hashes:
                    found.append(Forgery(table="seal", first=row["number"], last=row["number"], what="gone"))
            return found + self._changed_facts() + self._changed_words() + self._erased_by_nobody()

    def _is_of_before(self, seal: Row) -> bool:
        """Whether an unsigned seal is one that a migration wrote; else somebody put it there anew."""
        if seal["number"] == 1:
            return self.db.one("names_a_seal") is None
        only_facts = all(seal[f"{each}_from"] > seal[f"{each}_until"] for each in SEALED_TABLES if each != "fact")
        return only_facts and self.db.one("seals_facts") is None

    def _fill_facts(self) -> None:
        """Write the digests of what was there before there were lines about facts."""
        numbers = {
            (row["kind"], row["fact"]): row["number"]
            for row in self.db.all("sealed_fact", begin=0, until=LAST_NUMBER)
            if not row["digest"]
        }
        for kind in sorted({kind for kind, _ in numbers}):
            for row in self.db.all(SEALED_FACTS[kind], begin=0, until=LAST_NUMBER):
                digest, words = self.fact_hashes(kind, row)
                number = numbers.get((kind, row["fact"]))
                self.db.run("fill_sealed_fact", number=number, digest=digest, words=words)

    def _written(self) -> Row:
        row = self.db.one("written")
        assert row is not None
        if row["moved_to"]:
            raise StateMoved(row["moved_to"])
        return row

    def _seal(self, before: Row) -> None:
        """At the end of a transaction: seal the rows that it wrote, and no other."""
        written = self._written()
        if all(written[each] == before[each] for each in SEALED_TABLES):
            return
        seal: dict[str, Any] = {}
        for each in SEALED_TABLES:
            seal[f"{each}_from"], seal[f"{each}_until"] = before[each] + 1, written[each]
        seal = self._digests(seal)
        self.db.run("put_seal", **seal, hash=self._hash(before["seal"] or self._last_hash(), seal))

    def _last_hash(self) -> str:
        last = self.db.one("last_seal")
        return FIRST_HASH if last is None else str(last["hash"])

    def _digests(self, seal: Mapping[str, Any]) -> dict[str, Any]:
        """A seal with the keyed digest of the rows of each table: "" where there are none."""
        made = dict(seal)
        for each in SEALED_TABLES:
            made[each] = ""
            if seal[f"{each}_from"] <= seal[f"{each}_until"]:
                begin, until = seal[f"{each}_from"], seal[f"{each}_until"]
                rows = [values_of(row) for row in self.db.all(SEALED_ROWS[each], begin=begin, until=until)]
                made[each] = self._digest(each, rows)
        return made

    def _digest(self, table: str, rows: list[list[Any]]) -> str:
        if table == "reading":  # those from before there was a hash of all words are sealed without it
            rows = [row if row[-1] else row[:-1] for row in rows]
        return self.keyed_hash(table, text(rows)) if rows else ""

    def _hash(self, previous: str, seal: Mapping[str, Any]) -> str:
        """What vouches for a seal and for the one before it. A seal from before there were facts in it has none."""
        tables = SEALED_TABLES if seal["fact_from"] > 0 else SEALED_TABLES[:-1]
        ranges = [seal[f"{each}_{end}"] for each in tables for end in ("from", "until")]
        return self.keyed_hash("seal", text([previous, *ranges, *(seal[each] for each in tables)]))

    def _broken_seals(self) -> tuple[list[Forgery], set[str]]:
        """Where rows are not as they were sealed or have no seal, and the hashes of all seals."""
        found: list[Forgery] = []
        hashes: set[str] = set()
        previous, until = "", dict.fromkeys(SEALED_TABLES, 0)
        for row in self.db.all("seals"):
            kept = dict(row)
            now = self._digests(kept)
            if row["hash"] != self._hash(previous, kept):
                found.append(Forgery(table="seal", first=row["number"], last=row["number"], what="changed"))
            for each in SEALED_TABLES:
                first, last = kept[f"{each}_from"], kept[f"{each}_until"]
                found += self._foreign(each, until[each] + 1, first - 1)
                until[each] = max(until[each], last)
                if now[each] != kept[each]:
                    found.append(Forgery(table=each, first=first, last=last, what="changed"))
            previous = row["hash"]
            hashes.add(previous)
        for each in SEALED_TABLES:
            found += self._foreign(each, until[each] + 1, LAST_NUMBER)
        return found, hashes

    def _foreign(self, table: str, begin: int, until: int) -> list[Forgery]:
        """Rows between two seals, or after the last: something else than the program wrote them."""
        rows = self.db.all(UNSEALED_ROWS[table], begin=begin, until=until) if begin <= until else []
        return [Forgery(table=table, first=row["number"], last=row["number"], what="foreign") for row in rows]

    def _changed_facts(self) -> list[Forgery]:
        """Facts that are not as their last line says, or that have none."""
        last = {
            (row["kind"], row["fact"]): (row["digest"], row["words"])
            for row in self.db.all("sealed_fact", begin=0, until=LAST_NUMBER)
        }
        found = []
        for kind, statement in SEALED_FACTS.items():
            for row in self.db.all(statement, begin=0, until=LAST_NUMBER):
                vouched, number = last.pop((kind, row["fact"]), None), row["fact"]
                digest, words = self.fact_hashes(kind, row)
                if vouched is None:
                    found.append(Forgery(table=kind, first=number, last=number, what="foreign"))
                elif digest != vouched[0] or (words != vouched[1] and not (row["erased"] and not words)):
                    found.append(Forgery(table=kind, first=number, last=number, what="changed"))
        return found + [Forgery(table=kind, first=number, last=number, what="changed") for kind, number in last]

    def _changed_words(self) -> list[Forgery]:
        """Texts that are not those that were hashed when they were written. Those of erased scans are passed over."""
        changed = [("reading", row["number"]) for row in self.db.all("readings_without_words")]
        changed += [("decision", row["number"]) for row in self.db.all("decisions_without_words")]
        for row in self.db.all("reading_words"):
            same = row["text_hash"] == self.keyed_hash("text", row["text"] or "")
            if not same or row["words_hash"] not in ("", self.reading_hash(row)):
                changed.append(("reading", row["number"]))
        for row in self.db.all("decision_words"):
            same = row["text_hash"] == self.keyed_hash("text", row["text"])
            if not same or row["words_hash"] not in ("", self.words_hash(row)):
                changed.append(("decision", row["number"]))
        return [Forgery(table=table, first=number, last=number, what="changed") for table, number in changed]

    def _erased_by_nobody(self) -> list[Forgery]:
        """Scans that are marked as forgotten, and of which the log does not say so."""
        logged = {row["subject"] for row in self.db.all("logged_erasures")}
        rows = [row for row in self.db.all("erased_scans") if row["sha256"] not in logged]
        return [Forgery(table="scan", first=row["number"], last=row["number"], what="foreign") for row in rows]

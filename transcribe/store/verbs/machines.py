"""What machines that work on one state know of each other, and what their pages count together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from transcribe.errors import NotFound
from transcribe.store.drivers.columns import micros, moment, noun
from transcribe.store.facts import CLAIM_SECONDS, HeldLock, RecordsCopy
from transcribe.store.verbs.audit_log import AuditLogVerbs

MAX_COUNTED_WAIT = timedelta(minutes=5)
"""The most that counts of the time between two looks. A person who looks less often does something else meanwhile."""

USE_KEPT = timedelta(hours=2)
"""Counts of use are dropped after so long: the longest window is an hour, and the one before it counts in part."""


class MachineVerbs(AuditLogVerbs):
    """Keeps what machines share. `machine` is the name of this home; "" where the state is a file."""

    machine: str

    def take_lock(self, name: str, wait_seconds: float = 0.0) -> HeldLock | None:
        """A lock that one process of all machines has, until it closes it or ends; None where another holds it.

        Where the state is a file everybody is given it: there locks of files do what this does.
        """
        return self.db.take_lock(name, self.machine, wait_seconds)

    def lock_holder(self, name: str) -> str:
        """Who holds a lock, as "process 12 on host (home 1a2b3c4d)"; "" where nobody does."""
        return self.db.lock_holder(name)

    def held_elsewhere(self, name: str) -> str:
        """Who holds a lock, as `lock_holder` says it; "" also where it is a process of this home."""
        holder = self.db.lock_holder(name)
        return "" if holder.endswith(f"(home {self.machine})") else holder

    def renew_waiting(self, claim: str, now: datetime, seconds: float = CLAIM_SECONDS) -> int:
        """Hold what was claimed by `claim_waiting` and is not concluded for longer. Gives how many scans that are."""
        with self.db.write():
            return self.db.changed("renew_waiting", claim=claim, until=now + timedelta(seconds=seconds))

    def holds_waiting(self, scan: str, claim: str) -> bool:
        """Whether nobody else has claimed a scan since this claim. Ask it in the transaction that concludes."""
        return self.db.one("holds_waiting", sha256=scan, claim=claim) is not None

    def clock_ahead_seconds(self, now: datetime) -> float:
        """How far a machine's clock, which says `now`, is ahead of that of its database; less than 0: behind it."""
        at = datetime.fromisoformat(self.db.value("database_time"))
        return (now - (at if at.tzinfo else at.replace(tzinfo=UTC))).total_seconds()

    def note_records_copy(self, place: str, position: int, now: datetime) -> None:
        """Say where this machine has its record database, and its position. One that is forgotten must go from it."""
        if not self.machine:
            return
        known = next((each for each in self.records_copies() if each.machine == self.machine), None)
        if known is None or (known.place, known.position) != (place, position):
            with self.db.write():
                self.db.run("put_records_copy", machine=self.machine, place=place, position=position, now=now)

    def records_copies(self, *, behind: bool = False) -> list[RecordsCopy]:
        """The record databases of all machines; `behind`: those alone that may hold what was forgotten."""
        if not self.machine:
            return []
        rows = self.db.all("copies_that_keep") if behind else self.db.all("records_copies")
        return [noun(RecordsCopy, row) for row in rows]

    def drop_records_copy(self, machine: str, by: str, reason: str, now: datetime) -> None:
        """Say that the record database of a machine is gone for good. NotFound where it has none."""
        with self.db.write():
            known = next((each for each in self.records_copies() if each.machine == machine), None)
            if known is None:
                raise NotFound(f"No machine {machine!r} has a records.db. fairhand records copies lists them.")
            self.db.run("drop_records_copy", machine=machine)
            self.db.run("end_erased_everywhere", alone=0)
            self.log(by, "records copy gone", machine, {"place": known.place, "reason": reason}, now)

    def note_arriving(self, sha256: str, form: str, batch: str, now: datetime) -> None:
        """Say that a file was sent to this machine, which will take it in."""
        named = {"sha256": sha256, "form": form, "batch": batch}
        with self.db.write():
            self.db.run("put_arriving", machine=self.machine, now=now, **named)

    def end_arriving(self, present: frozenset[str]) -> None:
        """Say which of the files that were sent to this machine still wait: the others do not any more."""
        gone = [row["sha256"] for row in self.db.all("arriving_of", machine=self.machine)]
        gone = [each for each in gone if each not in present]
        if gone:
            with self.db.write():
                for each in gone:
                    self.db.run("end_arriving", sha256=each, machine=self.machine)

    def arriving_elsewhere(self) -> list[tuple[str, str]]:
        """The files that other machines will take in, each with its batch."""
        return [(row["sha256"], row["batch"]) for row in self.db.all("arriving_elsewhere", machine=self.machine)]

    def arrives_elsewhere(self, sha256: str) -> bool:
        """Whether another machine will take this file in."""
        return self.db.one("arrives_elsewhere", sha256=sha256, machine=self.machine) is not None

    def use(self, what: str, times: int, most: int, window: timedelta, now: datetime) -> bool:
        """Count that something was done so many times. False, and it is not counted, where that would be too often.

        That is more than `most` in the last `window` of time: of the window before, its share that lies within. All
        machines count together, and only a keyed hash of `what` is kept.
        """
        length, at = micros_of(window), micros(now)
        begun, name = at - at % length, self.keyed_hash("use", f"{length}", what)
        with self.db.write():
            lately = int(self.db.value("used", begun=begun, what=name) or 0)
            before = int(self.db.value("used", begun=begun - length, what=name) or 0)
            if lately + times + before * (1 - (at - begun) / length) > most:
                return False
            self.db.run("count_use", begun=begun, what=name, times=times)
            if not lately:
                self.db.run("drop_old_use", before=at - micros_of(USE_KEPT))
        return True

    def count_look(self, who: str, now: datetime, *, found: bool) -> float:
        """Count a person's look for work. Gives the seconds that they have waited since they last found none."""
        with self.db.write():
            since = self.db.value("looked_in_vain", who=who)
            if not found:
                self.db.run("put_looked_in_vain", who=who, now=now)
            elif since is not None:
                self.db.run("drop_looked_in_vain", who=who)
        waited = timedelta() if since is None else now - moment(since)
        return max(timedelta(), min(waited, MAX_COUNTED_WAIT)).total_seconds()


def micros_of(length: timedelta) -> int:
    """A length of time in microseconds."""
    return length // timedelta(microseconds=1)

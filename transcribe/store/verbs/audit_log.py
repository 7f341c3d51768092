"""What is kept to look back on: the audit log, and the versions of what was learnt with why each came into force.

The log is a chain in which each line vouches for the one before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from transcribe.errors import StoreError
from transcribe.model import Parameters
from transcribe.store.drivers.columns import attributes, moment, noun
from transcribe.store.facts import AuditLine, AuditState, Learning
from transcribe.store.lookup import FIRST_HASH
from transcribe.store.seals import SealVerbs


class AuditLogVerbs(SealVerbs):
    """Gives the audit log, keeps what was learnt, and begins epochs."""

    def audit(self, after: int = 0) -> list[AuditLine]:
        """Lines of the audit log numbered above `after`, in order."""
        return [noun(AuditLine, row) for row in self.db.all("audit", after=after)]

    def verify_audit(self, head: str | None = None) -> AuditState:
        """Whether the chain holds from its first line to its last.

        A chain that was cut at its end shows only against a `head` that was saved elsewhere. With one, the chain must
        go through it. What decides money or values is checked against its seals.
        """
        previous, lines, broken, head_met = FIRST_HASH, 0, None, head in (None, FIRST_HASH)
        for row in self.db.all("audit", after=0):
            lines += 1
            if row["number"] != lines or row["previous"] != previous or self.line_hash(dict(row)) != row["hash"]:
                broken = lines
                break
            previous = row["hash"]
            head_met = head_met or previous == head
        is_missing = broken is None and not head_met
        return AuditState(
            lines=lines,
            head=previous,
            broken_at=lines + 1 if is_missing else broken,
            forgeries=tuple(self.forgeries()),
            head_missing=is_missing,
        )

    def parameters(self, version: int | None = None) -> Parameters | None:
        """That version of the parameters, or the latest. None where nothing was learnt yet."""
        if version is None:
            row = self.db.one("parameters_latest")
        else:
            row = self.db.one("parameters_version", version=version)
        return None if row is None else noun(Parameters, row)

    def put_parameters(self, content: Mapping[str, object], now: datetime) -> Parameters:
        """Append a new version of the parameters."""
        with self.db.write():
            last = self.db.one("parameters_latest")
            version = 1 if last is None else last["version"] + 1
            self.db.run("put_parameters", version=version, content=content, now=now)
            self.vouch("parameters", version)
        return Parameters(version=version, content=content, at=now)

    def parameters_versions(self) -> list[tuple[int, datetime]]:
        """Every version of the parameters, with when it came, first to latest. The latest is in force."""
        return [(row["version"], moment(row["at"])) for row in self.db.all("parameters_versions")]

    def keep_learning(self, learning: Learning, content: Mapping[str, object] | None) -> Learning:
        """Keep what became of a proposal, or of going back, and log who had it done; gives it with its version.

        With `content` that comes into force as a new version. StoreError where another version than `learning.version`
        is in force by now.
        """
        with self.db.write():
            last = self.db.one("parameters_latest")
            if last is None or last["version"] != learning.version:
                raise StoreError("Something else came into force meanwhile, so that nothing was kept. Run it again.")
            if content is not None:
                learning = replace(learning, version=self.put_parameters(content, learning.at).version, made=True)
            facts = {"verdict": learning.verdict, "version": learning.version, "back_to": learning.back_to}
            self.db.run("put_learning", **attributes(learning), actor=learning.by, now=learning.at)
            done = (
                "parameters put back"
                if learning.back_to
                else "parameters learnt"
                if learning.made
                else "proposal refused"
            )
            detail = {name: value for name, value in facts.items() if value is not None} | dict(learning.numbers)
            self.log(learning.by, done, f"version {learning.version}", detail, learning.at)
        return learning

    def learnings(self) -> list[Learning]:
        """What became of every proposal, first to latest."""
        return [noun(Learning, row, by=row["actor"]) for row in self.db.all("learnings")]

    def epoch(self) -> int:
        """Since which number of the outbox this state is what it is; 0 where it was never restored from a backup."""
        return int(self.db.value("epoch"))

    def begin_epoch(self, made_at: datetime, now: datetime) -> int:
        """Say that this state was restored from a backup made then; gives the number above which its entries stand.

        What every scan came to stands in the outbox again, above all numbers that were ever given. Sessions end, and so
        do links that nobody has used.
        """
        with self.db.write():
            # Microseconds are above every number of this home: none gives a million of them in a second.
            self.db.run("outbox_begins", number=now)
            self.db.run("outbox_goes_on", number=now)
            number = int(self.db.value("last_outbox_number"))
            self.db.run("set_epoch", number=number)
            self.db.run("switch_off_every_webhook", reason="restored", now=now)
            self.tell_programs("restored", now)
            self.db.run("outbox_again")
            self.db.run("drop_told_between")
            self.db.run("drop_every_copy")  # a machine that goes on with this state makes its records.db anew
            self.db.run("drop_every_arriving")
            self.db.run("end_every_session", now=now)
            self.db.run("revoke_every_link", now=now)
            detail = {"made_at": made_at.isoformat(), "epoch": number}
            self.log(self.actor, "home restored", "", detail, now)
        return number

"""Epochs of a state: one that was restored from a backup begins one, and its numbers are taken for no old ones."""

from __future__ import annotations

from datetime import datetime

from transcribe.store.lookup import Lookup
from transcribe.store.row_mapping import micros


class EpochVerbs(Lookup):
    """Begins an epoch, and says since which number of the outbox it is."""

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
            self.db.run("outbox_begins", number=micros(now))
            self.db.run("outbox_goes_on", number=micros(now))
            number = int(self.db.value("last_outbox_number"))
            self.db.run("set_epoch", number=number)
            self.db.run("switch_off_every_webhook", reason="restored", now=micros(now))
            self.tell_programs("restored", now)
            self.db.run("outbox_again")
            self.db.run("drop_told_between")
            self.db.run("drop_every_copy")  # a machine that goes on with this state makes its records.db anew
            self.db.run("drop_every_arriving")
            self.db.run("end_every_session", now=micros(now))
            self.db.run("revoke_every_link", now=micros(now))
            detail = {"made_at": made_at.isoformat(), "epoch": number}
            self.log(self.actor, "home restored", "", detail, now)
        return number

"""The readings of a period of one person: set aside, and taken back into weighing. Their pay stays in both cases."""

from __future__ import annotations

from datetime import datetime

from transcribe.errors import SettingsError
from transcribe.store.facts import SetAsideReadings
from transcribe.store.row_mapping import micros
from transcribe.store.steering.acts import ActVerbs
from transcribe.store.verbs.reconcile import ReconcileVerbs


class PeriodVerbs(ReconcileVerbs, ActVerbs):
    """Keeps which readings of a person are set aside."""

    def set_readings_aside(
        self, who: str, begin: datetime, until: datetime, by: str, reason: str, now: datetime
    ) -> SetAsideReadings:
        """Take what a person read from `begin` until before `until` out of weighing; its pay stays.

        They are told, and may contest each. The scans are weighed again.
        """
        return self._move(who, begin, until, by, reason, now, aside=True)

    def take_readings_back(
        self, who: str, begin: datetime, until: datetime, by: str, reason: str, now: datetime
    ) -> SetAsideReadings:
        """Weigh again what was set aside of this period. They are told."""
        return self._move(who, begin, until, by, reason, now, aside=False)

    def has_record_on_aside(self, scan: str) -> bool:
        """Whether the last record of a scan stands on a reading that is set aside now."""
        return self.db.one("has_record_on_aside", scan_id=self.scan_row(scan)["id"]) is not None

    def _move(
        self, who: str, begin: datetime, until: datetime, by: str, reason: str, now: datetime, *, aside: bool
    ) -> SetAsideReadings:
        if begin >= until:
            raise SettingsError("The period ends before it begins: --from comes before --to.")
        with self.db.write():
            person = self.person_row(who)
            period = {"begin": micros(begin), "until": micros(until)}
            rows = self.db.all("readings_of_period", person=person["id"], aside=int(aside), **period)
            scans = sorted({row["scan_id"] for row in rows})
            if rows:
                verb = "readings set aside" if aside else "readings taken back into weighing"
                detail = {**period, "readings": len(rows), "scans": len(scans)}
                act = self.act(verb, person["public_id"], by, reason, now, person=person["id"], detail=detail)
                for row in rows:
                    number = self.db.insert("put_reading_aside", number=row["number"], act=act, aside=int(aside))
                    self.vouch("reading_aside", number)
                for scan in scans:
                    self.db.run("wake", scan_id=scan)
                self.tell(person["id"], verb, None, now)
            return SetAsideReadings(readings=len(rows), scans=len(scans))

"""What operators do to a person beside their facts: pause, end the pause, sign out everywhere."""

from __future__ import annotations

from datetime import datetime

from transcribe.errors import SettingsError
from transcribe.store.facts import Pause, SetAsideReadings
from transcribe.store.paid_time import take_all_time
from transcribe.store.row_mapping import micros, moment
from transcribe.store.steering.acts import ActVerbs
from transcribe.store.verbs.people import PeopleVerbs
from transcribe.store.verbs.reconcile import ReconcileVerbs


class PersonActVerbs(PeopleVerbs):
    """Keeps pauses, and ends sessions and links at once."""

    def set_paused(self, who: str, *, paused: bool, now: datetime, by: str = "", reason: str = "") -> None:
        """Pause a person, or end their pause.

        Pausing gives back what they hold, and takes no pay away. No claim takes time of a pause. Sessions and links go
        on. The `reason` of a pause is told to the person; without one, that of a pause that goes on stays.
        """
        with self.db.write():
            paused_at = self.person_row(who)["paused_at"]
            person = self._set(who, "set_paused", int(paused), now, by, reason)
            if not paused and paused_at is not None:
                take_all_time(self.db, person["id"], paused_at, now)
            if paused:
                self.give_back(person["public_id"], now)
            is_told_anew = paused and person["paused"] and reason.strip() not in ("", person["pause_reason"])
            if is_told_anew:  # and so logged anew
                who_and_why = person["public_id"], by or self.actor, reason, now
                self.act("paused set", *who_and_why, person=person["id"], detail={"paused": 1})
            if reason or not paused:
                self.db.run("put_pause_reason", person=person["id"], reason=reason if paused else "")

    def pause_of(self, who: str) -> Pause | None:
        """Since when a person is paused, and why. None where they are not, or have left."""
        person = self.person_row(who)
        if not person["paused"] or person["left_at"] is not None:
            return None
        return Pause(since=moment(person["paused_at"]), reason=person["pause_reason"])

    def sign_out(self, who: str, now: datetime, by: str = "", reason: str = "") -> tuple[int, int]:
        """End every session and every unused link of a person. Gives how many of each."""
        with self.db.write():
            person = self.person_row(who)
            public, sessions = person["public_id"], len(self.sessions(who, now))
            self.end_sessions(public, now)
            links = self.revoke_links(public, now)
            verb, detail = "signed out everywhere", {"sessions": sessions, "links": links}
            if reason.strip():
                self.act(verb, public, by or self.actor, reason, now, person=person["id"], detail=detail)
            else:
                self.log(by or self.actor, verb, public, detail, now)
            return sessions, links


# The readings of a period of one person: set aside, and taken back into weighing. Their pay stays in both cases.


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

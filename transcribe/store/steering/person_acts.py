"""What operators do to a person beside their facts: pause, end the pause, sign out everywhere."""

from __future__ import annotations

from datetime import datetime

from transcribe.store.facts import Pause
from transcribe.store.paid_time import take_all_time
from transcribe.store.row_mapping import moment
from transcribe.store.verbs.people import PeopleVerbs


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

"""People: accounts, sign-in links, sessions and passwords. Only hashes of secrets are kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from transcribe.errors import SettingsError
from transcribe.model import Transcriber
from transcribe.store.drivers.database import Row
from transcribe.store.lookup import Lookup
from transcribe.store.row_mapping import micros, text, transcriber_of


class PeopleVerbs(Lookup):
    """Keeps people and how they sign in."""

    def put_transcriber(self, person: Transcriber, now: datetime) -> None:
        with self.db.write():
            try:
                self.db.run(
                    "put_person",
                    id=person.id,
                    handle=person.handle,
                    roles=text(sorted(person.roles)),
                    languages=text(list(person.languages)),
                    regions=text(list(person.regions)),
                    qualifications=text(sorted(person.qualifications)),
                    time_zone=person.time_zone,
                    engagement=person.engagement,
                    interface_language=person.interface_language,
                    training=int(person.training),
                    paused=int(person.paused),
                    now=micros(now),
                )
            except self.db.conflict as error:
                raise SettingsError(f"The handle {person.handle!r} is taken. Choose another.") from error
            if person.paused:
                self.db.run("end_sessions", person=self.person_row(person.id)["id"], token_hash=None)
            facts = {"roles": sorted(person.roles), "engagement": person.engagement, "paused": person.paused}
            self.log("store", "person kept", person.id, facts, now)

    def transcriber(self, who: str) -> Transcriber:
        return transcriber_of(self.person_row(who))

    def transcribers(self) -> list[Transcriber]:
        return [transcriber_of(row) for row in self.db.all("people")]

    def put_adds(self, adds: Mapping[str, Mapping[str, int]], now: datetime) -> None:
        with self.db.write():
            self.db.run("clear_adds")
            for who, types in adds.items():
                person = self.person_row(who)
                for name, bits in types.items() if person["left_at"] is None else ():
                    self.db.run("put_adds", person=person["id"], type=name, bits=bits)

    def adds(self, who: str) -> dict[str, int]:
        return {row["type"]: row["bits"] for row in self.db.all("adds_of", person=self.person_row(who)["id"])}

    def put_link(self, who: str, token_hash: str, until: datetime, now: datetime) -> None:
        with self.db.write():
            person = self.person_row(who)["id"]
            self.db.run("put_link", token_hash=token_hash, person=person, until=micros(until), now=micros(now))

    def link(self, token_hash: str, now: datetime) -> str | None:
        who: str | None = self.db.value("link", token_hash=token_hash, now=micros(now))
        return who

    def spend_link(self, token_hash: str, now: datetime) -> str | None:
        with self.db.write():
            who = self.link(token_hash, now)
            if who is not None:
                self.db.run("spend_link", token_hash=token_hash, now=micros(now))
        return who

    def put_session(self, who: str, token_hash: str, csrf: str, until: datetime, now: datetime) -> None:
        with self.db.write():
            person = self.person_row(who)["id"]
            self.db.run("end_old_sessions", person=person, now=micros(now))
            self.db.run(
                "put_session", token_hash=token_hash, person=person, csrf=csrf, until=micros(until), now=micros(now)
            )

    def session(self, token_hash: str, now: datetime, idle_seconds: float) -> tuple[Transcriber, str] | None:
        """The use of a session is written at most once in a twentieth of the idle time. So looking at a page is seldom
        a write."""
        row = self._session(token_hash, now, idle_seconds)
        if row is None:
            return None
        if _long_unseen(row, now, idle_seconds):
            with self.db.write():
                self.db.run("session_seen", token_hash=token_hash, now=micros(now))
        return transcriber_of(row), row["csrf"]

    def glance_session(self, token_hash: str, now: datetime, idle_seconds: float) -> tuple[Transcriber, str] | None:
        row = self._session(token_hash, now, idle_seconds)
        if row is None or _long_unseen(row, now, idle_seconds):
            return None
        return transcriber_of(row), row["csrf"]

    def _session(self, token_hash: str, now: datetime, idle_seconds: float) -> Row | None:
        seen_after = micros(now - timedelta(seconds=idle_seconds))
        return self.db.one("session", token_hash=token_hash, now=micros(now), seen_after=seen_after)

    def end_sessions(self, who: str, now: datetime, token_hash: str | None = None) -> None:
        with self.db.write():
            self.db.run("end_sessions", person=self.person_row(who)["id"], token_hash=token_hash)

    def put_password(self, who: str, argon2: str, now: datetime) -> None:
        with self.db.write():
            self.db.run("put_password", person=self.person_row(who)["id"], argon2=argon2, now=micros(now))

    def password(self, who: str) -> str | None:
        argon2: str | None = self.db.value("password", person=self.person_row(who)["id"])
        return argon2


def _long_unseen(session: Row, now: datetime, idle_seconds: float) -> bool:
    return bool(micros(now) - session["seen_at"] > idle_seconds * 1_000_000 / 20)

"""People: accounts, sign-in links, sessions, passwords and second factors.

Only hashes of secrets are kept, but of the one that codes at sign-in come from: to check a code takes the secret.

A change of a person is one verb a fact: it writes one column, and in the audit log who did it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from transcribe.errors import SettingsError
from transcribe.model import Role, Transcriber
from transcribe.store.drivers.columns import attributes, micros, moment, text
from transcribe.store.drivers.database import Row
from transcribe.store.facts import Pause, SecondFactor, SetAsideReadings, WayIn
from transcribe.store.paid_time import take_all_time
from transcribe.store.row_mapping import transcriber_of
from transcribe.store.steering.acts import ActVerbs
from transcribe.store.verbs.reconcile import ReconcileVerbs
from transcribe.store.verbs.settlement import SettlementVerbs

FORGOTTEN_FACTS = frozenset({"languages", "regions", "time_zone", "interface_language"})
"""Settings deleted when a person leaves. The log keeps that they were set, not their values."""

OFFER_FACTS = frozenset({"roles", "languages", "regions", "qualifications"})
"""What says which tasks a person may have: when one changes, what they may not do any more goes back."""


class PeopleVerbs(SettlementVerbs, ReconcileVerbs, ActVerbs):
    """Keeps people, how they sign in, and what operators do to them and their readings."""

    def put_transcriber(self, person: Transcriber, now: datetime, by: str | None = None) -> None:
        """Add a person. SettingsError where the handle is somebody else's.

        What is known of them is changed by the verbs `set_...`, one a fact.
        """
        with self.db.write():
            try:
                self.db.changed("put_person", **attributes(person), now=now)
            except self.db.conflict as error:
                raise SettingsError(f"The handle {person.handle!r} is taken. Choose another.") from error
            self.vouch("person", self.person_row(person.id)["id"])
            facts = {"roles": sorted(person.roles), "engagement": person.engagement, "paused": person.paused}
            self.log(by or self.actor, "person kept", person.id, facts, now)

    def set_roles(self, who: str, roles: Collection[Role], now: datetime, by: str = "") -> None:
        """Say what a person may do. `by` is who says so, for the audit log.

        This and each verb `set_...` writes its own fact and no other. NotFound for who has left.
        """
        self._set(who, "set_roles", sorted(roles), now, by)

    def set_languages(self, who: str, languages: Sequence[str], now: datetime, by: str = "") -> None:
        """Say which languages a person reads."""
        self._set(who, "set_languages", list(languages), now, by)

    def set_regions(self, who: str, regions: Sequence[str], now: datetime, by: str = "") -> None:
        """Say in which regions a person works."""
        self._set(who, "set_regions", list(regions), now, by)

    def set_qualifications(self, who: str, qualifications: Collection[str], now: datetime, by: str = "") -> None:
        """Say which tests a person has passed."""
        self._set(who, "set_qualifications", sorted(qualifications), now, by)

    def set_time_zone(self, who: str, time_zone: str, now: datetime, by: str = "") -> None:
        """Where somebody works. What they did is brought up to the floor first, by the days that they had so far."""
        with self.db.write():
            if self.present_person(who)["time_zone"] != time_zone:
                self.top_up(who, now)
            self._set(who, "set_time_zone", time_zone, now, by)

    def set_engagement(self, who: str, engagement: str, now: datetime, by: str = "") -> None:
        """Say how a person is paid."""
        self._set(who, "set_engagement", engagement, now, by)

    def set_interface_language(self, who: str, language: str, now: datetime, by: str = "") -> None:
        """Say in which language a person's pages are."""
        self._set(who, "set_interface_language", language, now, by)

    def set_training(self, who: str, *, training: bool, now: datetime, by: str = "") -> None:
        """Say whether a person's readings may train machines. Who has answered this has begun."""
        with self.db.write():
            person = self._set(who, "set_training", int(training), now, by)
            self.db.run("set_begun", person=person["id"], now=now)

    def _set(self, who: str, query: str, value: str | int | list[str], now: datetime, by: str, why: str = "") -> Row:
        """Write one column where it says something else. NotFound for who has left: they are changed no more."""
        with self.db.write():
            person = self.present_person(who)
            kept, fact = text(value) if isinstance(value, list) else value, query.removeprefix("set_")
            if person[fact] != kept:
                self.db.run(query, person=person["id"], value=kept, now=now)
                self.vouch("person", person["id"])
                detail = {} if fact in FORGOTTEN_FACTS else {fact: value}
                verb, subject = f"{fact.replace('_', ' ')} set", person["public_id"]
                self.act_or_log(verb, subject, by or self.actor, why, now, detail, person=person["id"])
                if fact in OFFER_FACTS:
                    self.give_back_refused(self.person_row(who), now)
        return person

    def transcriber(self, who: str) -> Transcriber:
        """The person of this id or handle. NotFound where there is none."""
        return transcriber_of(self.person_row(who))

    def transcribers(self) -> list[Transcriber]:
        """All people, by handle."""
        return [transcriber_of(row) for row in self.db.all("people")]

    def put_adds(self, adds: Mapping[str, Mapping[str, int]], now: datetime) -> None:
        """Keep how many bits each person's readings of a type of field say more (or less) than anybody's.

        By id of person, then by type of field. It orders the open fields that people are given. Whatever was kept
        before is dropped.
        """
        with self.db.write():
            self.db.run("clear_adds")
            for who, types in adds.items():
                person = self.person_row(who)
                for name, bits in types.items() if person["left_at"] is None else ():
                    self.db.run("put_adds", person=person["id"], type=name, bits=bits)

    def adds(self, who: str) -> dict[str, int]:
        """How many bits this person's readings say more (or less) than anybody's, by type of field."""
        return {row["type"]: row["bits"] for row in self.db.all("adds_of", person=self.person_row(who)["id"])}

    def put_link(self, who: str, token_hash: str, until: datetime, now: datetime) -> None:
        """Keep a personal sign-in link, and end older ones of this person that were not used.

        Only the SHA-256 of its token is kept.
        """
        with self.db.write():
            person = self.present_person(who)["id"]
            self.db.run("revoke_links", person=person, beginning=None, now=now)
            self.db.run("put_link", token_hash=token_hash, person=person, until=until, now=now)

    def link(self, token_hash: str, now: datetime) -> str | None:
        """The id of the person whose unspent link this is; the link is not spent. None where there is none."""
        who: str | None = self.db.value("link", token_hash=token_hash, now=now)
        return who

    def spend_link(self, token_hash: str, now: datetime) -> str | None:
        """Spend a link and give the id of its person. None where it is unknown, spent or too old."""
        with self.db.write():
            who = self.link(token_hash, now)
            if who is not None:
                self.db.run("spend_link", token_hash=token_hash, now=now)
        return who

    def links(self, who: str, now: datetime) -> list[WayIn]:
        """The links of a person that would sign in, latest first."""
        rows = self.db.all("links_of", person=self.person_row(who)["id"], now=now)
        return [_way_in(row) for row in rows]

    def revoke_links(self, who: str, now: datetime, link: str | None = None) -> int:
        """End one (by its id) or all links of a person that were not used yet. Gives how many."""
        with self.db.write():
            person = self.person_row(who)["id"]
            return self.db.changed("revoke_links", person=person, beginning=link, now=now)

    def sessions(self, who: str, now: datetime) -> list[WayIn]:
        """The sessions of a person that have not ended, latest first."""
        rows = self.db.all("sessions_of", person=self.person_row(who)["id"], now=now)
        return [_way_in(row, moment(row["seen_at"])) for row in rows]

    def end_session(self, who: str, session: str, now: datetime) -> int:
        """End one session of a person by its id. Gives 0 where it had ended."""
        with self.db.write():
            return self.db.changed("end_session_beginning", person=self.person_row(who)["id"], beginning=session)

    def prove_session(self, token_hash: str, now: datetime) -> None:
        """Keep that the person of this session has just proved again who they are."""
        with self.db.write():
            self.db.run("prove_session", token_hash=token_hash, now=now)

    def proved_at(self, token_hash: str) -> datetime | None:
        """When the person of a session last proved who they are: by signing in, or later. None where it has ended."""
        at = self.db.value("proved_at", token_hash=token_hash)
        return None if at is None else moment(at)

    def put_session(
        self, who: str, token_hash: str, csrf: str, until: datetime, now: datetime, *, waits_for_code: bool = False
    ) -> None:
        """Start a session. Sessions of this person that have run out are cleared away.

        One that waits for its code is no session for any other method but `waiting_session` and those that end it.
        """
        with self.db.write():
            person = self.person_row(who)["id"]
            self.db.run("end_old_sessions", person=person, now=now)
            self.db.run(
                "put_session",
                token_hash=token_hash,
                person=person,
                csrf=csrf,
                until=until,
                waits=waits_for_code,
                now=now,
            )

    def waiting_session(self, token_hash: str, now: datetime) -> tuple[Transcriber, str] | None:
        """The person whose code a session waits for, and its CSRF token. None where it has ended or waits for none."""
        row = self.db.one("waiting_session", token_hash=token_hash, now=now)
        return None if row is None else (transcriber_of(row), row["csrf"])

    def session(self, token_hash: str, now: datetime, idle_seconds: float) -> tuple[Transcriber, str] | None:
        """The use of a session is written at most once in a twentieth of the idle time. So looking at a page is seldom
        a write."""
        row = self._session(token_hash, now, idle_seconds)
        if row is None:
            return None
        if _long_unseen(row, now, idle_seconds):
            with self.db.write():
                self.db.run("session_seen", token_hash=token_hash, now=now)
        return transcriber_of(row), row["csrf"]

    def glance_session(self, token_hash: str, now: datetime, idle_seconds: float) -> tuple[Transcriber, str] | None:
        """As `session`, but it never writes. None also where the use of the session is due to be written."""
        row = self._session(token_hash, now, idle_seconds)
        if row is None or _long_unseen(row, now, idle_seconds):
            return None
        return transcriber_of(row), row["csrf"]

    def _session(self, token_hash: str, now: datetime, idle_seconds: float) -> Row | None:
        row = self.db.one("session", token_hash=token_hash)
        if row is None or row["until_at"] <= micros(now):
            return None
        return row if row["seen_at"] > micros(now - timedelta(seconds=idle_seconds)) else None

    def end_sessions(self, who: str, now: datetime, token_hash: str | None = None) -> None:
        """End one or all sessions of a person."""
        with self.db.write():
            self.db.run("end_sessions", person=self.person_row(who)["id"], token_hash=token_hash)

    def put_password(self, who: str, argon2: str, now: datetime) -> None:
        """Keep the argon2id hash of a password."""
        with self.db.write():
            self.db.run("put_password", person=self.person_row(who)["id"], argon2=argon2, now=now)

    def password(self, who: str) -> str | None:
        """The argon2id hash of a person's password. None where they have none."""
        argon2: str | None = self.db.value("password", person=self.person_row(who)["id"])
        return argon2

    def second_factor(self, who: str) -> SecondFactor | None:
        """The second factor of a person, in force or not yet. None where they have none."""
        row = self.db.one("second_factor", person=self.person_row(who)["id"])
        if row is None:
            return None
        in_force = row["confirmed_at"] is not None
        return SecondFactor(secret=row["secret"], in_force=in_force, recovery_codes=row["recovery_codes"])

    def begin_second_factor(self, who: str, secret: str, now: datetime) -> bool:
        """Keep a secret that is not in force yet, in place of one before it. False where one is in force."""
        with self.db.write():
            person = self.person_row(who)["id"]
            return self.db.changed("begin_second_factor", person=person, secret=secret, now=now) > 0

    def confirm_second_factor(
        self, who: str, secret: str, step: int, recovery: Collection[str], session: str, now: datetime
    ) -> bool:
        """Have a secret in force, with the hashes of its recovery codes. Other sessions of this person end.

        `step` is the half minute of the code that showed it. False where another secret was begun or is in force.
        """
        with self.db.write():
            row = self.person_row(who)
            person = row["id"]
            if not self.db.changed("confirm_second_factor", person=person, secret=secret, step=step, now=now):
                return False
            self._keep_recovery(person, recovery)
            self.db.run("end_other_sessions", person=person, token_hash=session)
            self.log(row["public_id"], "second factor set", row["public_id"], {}, now)
            return True

    def spend_code(self, who: str, step: int) -> bool:
        """Spend the code of a half minute. False where that one, or a later one, was spent."""
        with self.db.write():
            return self.db.changed("spend_code", person=self.person_row(who)["id"], step=step) > 0

    def spend_recovery_code(self, who: str, code_hash: str, now: datetime) -> bool:
        """Spend a recovery code. False where it is unknown or spent."""
        with self.db.write():
            person = self.person_row(who)["id"]
            return self.db.changed("spend_recovery_code", person=person, code_hash=code_hash, now=now) > 0

    def put_recovery_codes(self, who: str, recovery: Collection[str], now: datetime) -> None:
        """Keep the hashes of new recovery codes; older ones are worth nothing from now on."""
        with self.db.write():
            row = self.person_row(who)
            self._keep_recovery(row["id"], recovery)
            self.log(row["public_id"], "recovery codes made", row["public_id"], {"codes": len(recovery)}, now)

    def end_second_factor(self, who: str, now: datetime, by: str) -> bool:
        """End the second factor of a person with its recovery codes. False where they have none in force."""
        with self.db.write():
            row = self.person_row(who)
            factor = self.second_factor(who)
            for each in ("end_second_factor", "end_recovery_codes", "end_waiting_sessions"):
                self.db.run(each, person=row["id"])
            if factor is None or not factor.in_force:
                return False
            self.log(by, "second factor ended", row["public_id"], {}, now)
            return True

    def _keep_recovery(self, person: int, recovery: Collection[str]) -> None:
        self.db.run("end_recovery_codes", person=person)
        for code_hash in recovery:
            self.db.run("put_recovery_code", person=person, code_hash=code_hash)

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
            self.act_or_log(verb, public, by or self.actor, reason, now, detail, person=person["id"])
            return sessions, links

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
            rows = self.db.all("readings_of_period", person=person["id"], aside=aside, **period)
            scans = sorted({row["scan_id"] for row in rows})
            if rows:
                verb = "readings set aside" if aside else "readings taken back into weighing"
                detail = {**period, "readings": len(rows), "scans": len(scans)}
                act = self.act(verb, person["public_id"], by, reason, now, person=person["id"], detail=detail)
                for row in rows:
                    number = self.db.insert("put_reading_aside", number=row["number"], act=act, aside=aside)
                    self.vouch("reading_aside", number)
                for scan in scans:
                    self.db.run("wake", scan_id=scan)
                self.tell(person["id"], verb, None, now)
            return SetAsideReadings(readings=len(rows), scans=len(scans))


def _way_in(row: Row, seen: datetime | None = None) -> WayIn:
    return WayIn(id=row["token_hash"][:16], at=moment(row["at"]), until=moment(row["until_at"]), seen=seen)


def _long_unseen(session: Row, now: datetime, idle_seconds: float) -> bool:
    return bool(micros(now) - session["seen_at"] > idle_seconds * 1_000_000 / 20)

"""Known items: control items mixed in at a disclosed share, and tests that qualify. Both are paid like all work."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from transcribe.codes import Reason
from transcribe.errors import SettingsError
from transcribe.model import Task
from transcribe.store.drivers.columns import attributes, micros, noun, text
from transcribe.store.drivers.database import Database, Row
from transcribe.store.facts import ControlAnswers, Offer, Practice, QualificationTry
from transcribe.store.lookup import Lookup
from transcribe.store.public_ids import long_id
from transcribe.store.row_mapping import key_of, lane_of, reading_of, task_of, truth_of
from transcribe.store.verbs.routing import Routing, is_expert, may_read

CONTROL_SHARE_SETTING = "control share"
"""The name of the setting that holds the share."""

RECENT_LEASE_COUNT = 200
"""So many of a person's last leases are looked at for control items that lapsed: twice what they hold at most."""


class ControlItemVerbs(Lookup):
    """Keeps the share of control items, gives them out, and keeps the results of tests."""

    def __init__(self, database: Database, key: bytes) -> None:
        super().__init__(database, key)
        self.routing = Routing(database)

    def extend(self, task: int, person: int, until: int, longest: timedelta) -> None:
        """Have a person hold a task until then, at most until their leases of it are so old."""
        most = longest // timedelta(microseconds=1)
        values = {"task_id": task, "who": person, "until": until, "longest": most, "rested": until - 2 * most}
        self.db.run("extend_lease_fact", **values)
        self.db.run("extend_lease", task_id=task, who=person, until=until)

    def control_share(self) -> float:
        """The share of control items among the tasks offered, 0 to 1, as disclosed to everybody."""
        return float(self.db.value("setting", name=CONTROL_SHARE_SETTING) or 0.0)

    def look_ahead_for_controls(self) -> None:
        """Have the share read with the next statement."""
        self.db.ahead("setting", name=CONTROL_SHARE_SETTING)

    def put_control_share(self, share: float, now: datetime) -> None:
        """Set the share of control items. SettingsError where it is not between 0 and 1."""
        if not 0.0 <= share <= 1.0:
            raise SettingsError(f"A share of control items is between 0 and 1, not {share}.")
        with self.db.write():
            self.db.run("put_setting", name=CONTROL_SHARE_SETTING, value=repr(share), now=now)
            self.log(self.actor, "control share set", "", {"share": share}, now)

    def control_answers(self) -> list[ControlAnswers]:
        """Every control item in use with its answers. Where good readers fail one together, the item is wrong."""
        with self.db.snapshot():
            return [
                ControlAnswers(
                    truth=truth_of(row, row["scan"], key_of(row)),
                    readings=tuple(
                        reading_of(each) for each in self.db.all("control_readings", field_id=row["field_id"])
                    ),
                )
                for row in self.db.all("controls")
            ]

    def lease_test(self, who: str, qualification: str, count: int, now: datetime, seconds: float = 600.0) -> list[Task]:
        """Up to `count` known items of a field type as a test, paid like all work.

        Items of a test that the person holds already come first. A test taken again begins with other items.
        """
        with self.db.write():
            person = self.person_row(who)
            until = now + timedelta(seconds=seconds)
            held = len(self.db.all("held_tests", who=person["id"], now=now))
            wanted = max(0, count - held) if may_read(person) else 0
            values = {"who": person["id"], "hears": int(is_expert(person))}
            for row in self.db.all("next_tests", type=qualification, count=wanted, **values):
                self._give_known(row, person, Reason.QUALIFICATION, "read", now, until)
            return [task_of(row) for row in self.db.all("held_tests", who=person["id"], now=now)[:count]]

    def lease_practice(self, who: str, count: int, now: datetime, seconds: float = 600.0) -> Practice:
        """The known fields that a new person practises on, up to `count` together with those answered already.

        Different fields of a form come first. None for whoever has read anything but tests.
        """
        with self.db.write():
            person = self.person_row(who)
            done = self.db.value("count_practised", who=person["id"])
            if self.db.one("reads_already", who=person["id"]) is not None:
                return Practice(answered=done, tasks=())
            until, values = now + timedelta(seconds=seconds), {"who": person["id"], "now": now}
            wanted = max(0, count - done - len(self.db.all("held_tests", **values))) if may_read(person) else 0
            for row in self._next_practice(person, wanted):
                self._give_known(row, person, Reason.QUALIFICATION, "read", now, until)
            held = self.db.all("held_tests", **values)[: max(0, count - done)]
            return Practice(answered=done, tasks=tuple(task_of(row) for row in held))

    def reads_already(self, who: str) -> bool:
        """Whether a person has read anything but tests."""
        return self.db.one("reads_already", who=self.person_row(who)["id"]) is not None

    def may_practise(self, who: str, count: int, now: datetime) -> bool:
        """Whether `lease_practice` would give a field."""
        with self.db.snapshot():
            person = self.person_row(who)
            values = {"who": person["id"]}
            if (
                self.db.one("reads_already", **values) is not None
                or self.db.value("count_practised", **values) >= count
            ):
                return False
            held = self.db.all("held_tests", **values, now=now)
            return bool(held or self._next_practice(person, 1))

    def _next_practice(self, person: Row, count: int) -> list[Row]:
        values = {"who": person["id"], "hears": int(is_expert(person)), "refused": self.routing.refused(person)}
        return self.db.all("next_practice", count=count, **values)

    def leave_practice(self, who: str, now: datetime) -> None:
        """Keep that a person works without practising first. What they hold of it goes back."""
        with self.db.write():
            person = self.person_row(who)
            self.db.run("leave_practice", person=person["id"], now=now)
            for row in self.db.all("held_tests", who=person["id"], now=now):
                self.db.run("give_back", task_id=row["id"], who=person["id"], now=now)

    def has_left_practice(self, who: str) -> bool:
        """Whether a person chose to work without practising first."""
        return self.person_row(who)["practice_left_at"] is not None

    def put_qualification_try(self, who: str, result: QualificationTry, now: datetime) -> None:
        """Keep a test's result. A person who passes has the qualification, and no later try takes it away."""
        with self.db.write():
            person = self.person_row(who)
            self.db.run("put_qualification_try", person=person["id"], **attributes(result))
            if result.passed:
                has = sorted({*json.loads(person["qualifications"]), result.name})
                self.db.run("set_qualifications", person=person["id"], value=has)
                self.vouch("person", person["id"])
            facts = {"name": result.name, "asked": result.asked, "right": result.right, "passed": result.passed}
            self.log(self.actor, "test taken", person["public_id"], facts, now)

    def qualification_tries(self, who: str) -> list[QualificationTry]:
        """A person's tests, latest first."""
        return [
            noun(QualificationTry, row, right=row["right_answers"])
            for row in self.db.all("qualification_tries", person=self.person_row(who)["id"])
        ]

    def give_controls(self, person: Row, count: int, offer: Offer, now: datetime, until: datetime) -> int:
        """Lease control items in place of some of the next `count` tasks. Gives how many.

        A keyed hash of the person and the task's number says which of a person's tasks are control items. So nobody can
        foresee it, and the share is the same for everybody, whatever they have read. Those that lapsed or were given
        back come first, as other fields do.
        """
        share = self.control_share()
        if share <= 0.0 or offer.scan is not None or "read" not in offer.pools:
            return 0
        if offer.kinds is not None and "read" not in offer.kinds:
            return 0
        named = self.routing.named(offer.form, offer.field)
        values = {"who": person["id"], "refused": self.routing.refused(person)}
        values["form_fields"] = None if named is None else text(list(named))
        lapsed = self.db.all("lapsed_controls", recent=RECENT_LEASE_COUNT, count=count, **values)
        for row in lapsed:
            self._give_again(row["id"], person, now, until)
        given = self.db.value("count_leases", who=person["id"])
        left = count - len(lapsed)
        wanted = sum(self._is_control(person["public_id"], given + place, share) for place in range(left))
        rows = self.db.all("next_controls", count=wanted, hears=is_expert(person), **values)
        for row in rows:
            if row["lapsed"] is None:
                self._give_known(row, person, Reason.CONTROL, "read", now, until)
            else:
                self._give_again(row["lapsed"], person, now, until)
        return len(lapsed) + len(rows)

    def _is_control(self, who: str, number: int, share: float) -> bool:
        return int(self.keyed_hash("control", who, str(number))[:13], 16) < share * 16**13

    def _give_known(self, row: Row, person: Row, reason: Reason, pool: str, now: datetime, until: datetime) -> None:
        """Open a test task of a known field and lease it at once. It never waits in the queue for anybody else."""
        slot = 1 + self.db.value("newest_slot", field_id=row["field_id"], kind="test")
        public = long_id()
        wish = {"kind": "test", "lane": lane_of("test"), "reason": reason, "slot": slot, "pool": pool, "priority": 0}
        self.db.run("open_task", public_id=public, field_id=row["field_id"], **wish, now=now)
        task = self.db.one("task_by_public", task=public)
        assert task is not None
        self.give(task["id"], person["id"], now, micros(until))

    def _give_again(self, task: int, person: Row, now: datetime, until: datetime) -> None:
        """Lease a control item that this person had: under its old name, as an open field is when it comes again."""
        self.db.run("lease_again", task_id=task, who=person["id"], until=until)
        self.db.run("put_lease", task_id=task, who=person["id"], now=now, until=until)

    def give(self, task: int, person: int, now: datetime, until: int) -> None:
        """Lease one open task to a person. Nothing happens where somebody has it."""
        self.db.run("put_lease_of_open", task_id=task, who=person, now=now, until=until)
        self.db.run("lease_task", task_id=task, who=person, until=until)

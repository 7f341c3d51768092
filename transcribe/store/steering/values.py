"""Single values: corrected by an operator, asked again, locked and unlocked."""

from __future__ import annotations

from datetime import datetime

from transcribe.codes import Flag, Method
from transcribe.errors import NotFound, SettingsError
from transcribe.model import OPERATOR_SOURCE, FieldKey, Reading, Truth
from transcribe.store.drivers.database import Row
from transcribe.store.facts import Act, AppealOutcome
from transcribe.store.row_mapping import VALUE_LANE, key_of
from transcribe.store.steering.acts import ActVerbs, act_of
from transcribe.store.verbs.reconcile import ReconcileVerbs

OVERRIDDEN = "correction overridden"
"""The act that says that an expert read otherwise than an operator had corrected."""

HEARD_OTHERWISE = "An expert who heard an appeal read it otherwise."
"""Why a correction was overridden, as its act keeps it."""


class ValueVerbs(ReconcileVerbs, ActVerbs):
    """Keeps what operators do to one value."""

    def correct_value(self, scan: str, key: FieldKey, value: str, by: str, reason: str, now: datetime) -> str:
        """Keep what an operator says that a field says: the last word on it, with the reason. Gives the reading's id.

        Said again alike, with nothing read or asked since, it changes nothing and gives the id of the first.
        It is taken back as any reading is withdrawn. NotFound where there is no such field, SettingsError where it is
        locked.
        """
        with self.db.write():
            row, field = self._field_to_mend(scan, key, unlocked=True)
            if (said := self._last_word(row["sha256"], key)) and (said.text, said.reason) == (value, reason.strip()):
                return said.id
            act = self._act_on("value corrected", row, field, key, by, reason, now)
            flags = (Flag.SAW_ALL_READINGS, Flag.OVERRODE_A_CHECK)
            idem = self.keyed_hash("correction", str(act))
            self.put_operator_reading(row["id"], field, VALUE_LANE, value, reason, idem, flags, now)
            readers = {each["transcriber_id"] for each in self.db.all("readings_of_field", field_id=field)}
            for person in sorted(readers - {None}):
                self.tell(person, "value corrected", field, now)
            return idem[:32]

    def is_correction_waiting(self, scan: str) -> bool:
        """Whether a value of a scan was corrected and the scan is not weighed since: its record will change."""
        found = self.db.value("correction_waiting", scan_id=self.scan_row(scan)["id"], source=OPERATOR_SOURCE)
        return found is not None

    def correctors(self, scan: str, key: FieldKey) -> dict[str, str]:
        """Which operator made each correction of a field, as they were named then: by the id of its reading."""
        field = self.known_field(self.scan_row(scan), key)
        acts = self.db.all("corrections_of_field", field_id=field)
        return {self.keyed_hash("correction", str(each["id"]))[:32]: each["by_whom"] for each in acts}

    def note_overridden(self, correction: str, heard: Reading, outcome: AppealOutcome, now: datetime) -> None:
        """Keep, as an act by the expert, that the hearing of an appeal read otherwise than an operator had corrected.

        `correction` is the id of the operator's reading; nothing is kept where there is none of this id.
        """
        with self.db.write():
            row = self.scan_row(heard.scan)
            field = self.known_field(row, heard.key)
            for each in self.db.all("corrections_of_field", field_id=field):
                if self.keyed_hash("correction", str(each["id"]))[:32] == correction:
                    told = {"field": str(heard.key), "correction": each["id"], "outcome": outcome}
                    expert = self.person_row(heard.source)["handle"]
                    on = {"scan": row["id"], "field": field}
                    self.act(OVERRIDDEN, row["sha256"], expert, HEARD_OTHERWISE, now, **on, detail=told)

    def overridden_corrections(self, since: datetime, limit: int) -> list[Act]:
        """The acts that say so since a time, latest first; those of forgotten scans are left out."""
        return [act_of(row) for row in self.db.all("overridden_corrections", since=since, most=limit)]

    def ask_value(self, scan: str, key: FieldKey, by: str, reason: str, now: datetime) -> bool:
        """Have one more person asked for a field; its value stands until they have read it. False where they are
        asked already."""
        with self.db.write():
            row, field = self._field_to_mend(scan, key, unlocked=True)
            if key in self.values_asked_again(row["sha256"]):
                return False
            self._act_on("value asked again", row, field, key, by, reason, now)
            self.db.run("wake", scan_id=row["id"])
            return True

    def add_gold(self, scan: str, key: FieldKey, value: str, by: str, reason: str, now: datetime) -> None:
        """Hold a value of a field to be known, in place of what was; it changes no decision."""
        with self.db.write():
            row, field = self._field_to_mend(scan, key)
            self._act_on("gold added", row, field, key, by, reason, now)
            self.put_truth(Truth(scan=row["sha256"], key=key, text=value, origin="gold", at=now), now)

    def withdraw_truth(self, scan: str, key: FieldKey, by: str, reason: str, now: datetime) -> bool:
        """Hold the value of a field to be known no more, and tell who was tested by it. False where none was known.

        That it was known stays on record.
        """
        with self.db.write():
            row, field = self._field_to_mend(scan, key)
            if not self.end_truth(field, now):
                return False
            self._act_on("gold withdrawn", row, field, key, by, reason, now)
            self.db.run("wake", scan_id=row["id"])
            for tested in self.db.all("tested_people", field_id=field):
                self.tell(tested["person"], "control item withdrawn", field, now)
            return True

    def lock_value(self, scan: str, key: FieldKey, by: str, reason: str, now: datetime) -> bool:
        """Have a decided value stand, whatever is read later. False where it is locked already."""
        with self.db.write():
            row, field = self._field_to_mend(scan, key)
            decided = self.db.all("decisions_of_field", field_id=field)
            if not decided or decided[-1]["method"] == Method.PROVISIONAL:
                raise SettingsError(
                    f"{key} is not decided yet. Lock it then, or say its value: fairhand value correct."
                )
            if key in self.locked_values(row["sha256"]):
                return False
            self._act_on("value locked", row, field, key, by, reason, now)
            self.db.run("wake", scan_id=row["id"])
            return True

    def unlock_value(self, scan: str, key: FieldKey, by: str, reason: str, now: datetime) -> bool:
        """Have a locked value weighed again. False where it is not locked."""
        with self.db.write():
            row, field = self._field_to_mend(scan, key)
            if key not in self.locked_values(row["sha256"]):
                return False
            self._act_on("value unlocked", row, field, key, by, reason, now)
            self.db.run("wake", scan_id=row["id"])
            return True

    def locked_values(self, scan: str) -> frozenset[FieldKey]:
        """The fields of a scan that are locked."""
        return frozenset(key_of(row) for row in self.db.all("locked_fields", scan_id=self.scan_row(scan)["id"]))

    def _last_word(self, scan: str, key: FieldKey) -> Reading | None:
        """What an operator said of a field, where nobody has read it since or is to."""
        if key in self.values_asked_again(scan):
            return None
        said = [each for each in self.readings(scan) if each.key == key and each.kind != "machine"]
        return said[-1] if said and said[-1].source == OPERATOR_SOURCE else None

    def _field_to_mend(self, scan: str, key: FieldKey, *, unlocked: bool = False) -> tuple[Row, int]:
        row = self.scan_row(scan)
        if row["erased_at"] is not None:
            raise NotFound(f"The scan {row['sha256'][:12]} is forgotten, and nothing of it is left to mend.")
        field = self.known_field(row, key)
        if unlocked and key in self.locked_values(row["sha256"]):
            raise SettingsError(f"{key} is locked. Unlock it first: fairhand value unlock.")
        return row, field

    def _act_on(self, verb: str, scan: Row, field: int, key: FieldKey, by: str, reason: str, now: datetime) -> int:
        what = {"field": str(key)}
        return self.act(verb, scan["sha256"], by, reason, now, scan=scan["id"], field=field, detail=what)

"""What of a time counts at once, by how long such a field usually takes; what lies above is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from transcribe.store.drivers.database import Row
from transcribe.store.facts import KeptTime, PayMeasure
from transcribe.store.lookup import Lookup
from transcribe.store.row_mapping import micros, moment
from transcribe.store.usual_time import LATEST_LINES_COUNT, UsualTime, learnt_from


class KeptTimeVerbs(Lookup):
    """Keeps time above what is usual."""

    _usual: tuple[date, UsualTime] | None = None

    def usual_time(self, now: datetime) -> UsualTime:
        """How long fields usually take, by what was read before today (UTC): the same all day and on every machine."""
        today = now.astimezone(UTC).date()
        if self._usual is None or self._usual[0] != today:
            begin = micros(datetime.combine(today, time(), UTC))
            self._usual = today, learnt_from(self.db.all("timed_lines", before=begin, count=LATEST_LINES_COUNT))
        return self._usual[1]

    def at_once(
        self, person: Row, task: Row, free: float, kind: str, length: int, now: datetime, measure: PayMeasure
    ) -> float:
        """The part of a time free on the person's clock that counts at once. What lies above is kept."""
        counts = min(free, measure.usual_times * self.usual_time(now).seconds(kind, length))
        if free > counts:
            values = {"person": person["id"], "task": task["id"], "seconds": free - counts}
            self.db.run("put_kept_time", **values, now=micros(now))
        return counts

    def kept_times(self, who: str | None = None) -> list[KeptTime]:
        """Time above what is usual of which nobody has said a word yet, latest first; of one person or of all."""
        person = None if who is None else self.person_row(who)["id"]
        return [KeptTime(**{**row, "at": moment(row["at"])}) for row in self.db.all("kept_times", person=person)]

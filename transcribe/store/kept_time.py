"""What of a time counts at once, by how long such a field usually takes; what lies above is kept."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta

from transcribe.store.drivers.database import Row
from transcribe.store.facts import KeptTime, PayMeasure
from transcribe.store.line_references import SKIP_LINE
from transcribe.store.lookup import Lookup
from transcribe.store.row_mapping import micros, moment
from transcribe.store.usual_time import LATEST_LINES_COUNT, UsualTime, learnt_from

MEASURE_TIME = timedelta(hours=24)
"""The day within which the measures of a day are counted: the last 24 hours, whatever the time zone."""


class KeptTimeVerbs(Lookup):
    """Keeps time above what counts at once."""

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
        """The part of a time free on the person's clock that counts at once. What lies above is kept.

        Skips have the measure of a day, too, by the piece: the clock cannot tell what was typed meanwhile.
        """
        most = self.beside_left(person, now, measure) if kind == SKIP_LINE else math.inf
        counts = min(free, most, measure.usual_times * self.usual_time(now).seconds(kind, length))
        if free > counts:
            values = {"person": person["id"], "task": task["id"], "seconds": free - counts}
            self.vouch("kept_time", self.db.insert("put_kept_time", **values, now=micros(now)))
        return counts

    def beside_left(self, person: Row, now: datetime, measure: PayMeasure) -> float:
        """How many seconds of skips, questions and such may still be paid today to a person paid by the piece."""
        if person["engagement"] != "by reading":
            return math.inf
        paid = float(self.db.value("beside_paid", person=person["id"], since=micros(now - MEASURE_TIME)))
        return max(0.0, measure.skip_minutes_a_day * 60 - paid)

    def kept_times(self, who: str | None = None) -> list[KeptTime]:
        """Time above what is usual of which nobody has said a word yet, latest first; of one person or of all."""
        person = None if who is None else self.person_row(who)["id"]
        return [KeptTime(**{**row, "at": moment(row["at"])}) for row in self.db.all("kept_times", person=person)]

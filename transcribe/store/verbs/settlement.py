"""Settling pay: paid time, the top-up to the floor, and closing a period."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from transcribe.pay_arithmetic import HOUR_SECONDS, up
from transcribe.store.drivers.database import Row
from transcribe.store.facts import PAY_MEASURE, PayLine, PayMeasure, TimeClaim
from transcribe.store.paid_time import is_paid, take_time
from transcribe.store.row_mapping import micros, moment, moment_or_none
from transcribe.store.verbs.pay_ledger import MEASURE_TIME, PayLedgerVerbs, line_of

WAITING_LINE = "waiting"
"""The reference of the lines of waiting for work, of which so many minutes a day are paid."""


class SettlementVerbs(PayLedgerVerbs):
    """Settles the pay that is due."""

    def put_time(self, who: str, seconds: float, what: str, now: datetime, measure: PayMeasure = PAY_MEASURE) -> None:
        with self.db.write():
            person = self.person_row(who)
            since, claimed = micros(now - timedelta(seconds=seconds)), seconds
            if what == WAITING_LINE and person["engagement"] not in ("staff", "volunteer"):
                self.db.run("put_waiting", person=person["id"], seconds=seconds, now=micros(now))
            if what == WAITING_LINE:
                claimed = min(seconds, self._paid_wait(person, now, measure))
            claimed = self.time_beside_pieces(person, since, claimed, now)
            if is_paid(person) and (what != WAITING_LINE or claimed > 0):
                self.pay_time(person, take_time(self.db, person, since, claimed, now), what, now)

    def _paid_wait(self, person: Row, now: datetime, measure: PayMeasure) -> float:
        """How many seconds of waiting may still be paid today: none but by the hour, nor beside work passed on."""
        since = {"person": person["id"], "since": micros(now - MEASURE_TIME)}
        if person["engagement"] != "hourly" or self.db.value("passed_on", **since, now=micros(now)):
            return 0.0
        return max(0.0, measure.waiting_minutes_a_day * 60 - float(self.db.value("waiting_paid", **since)))

    def waiting_seconds(self, who: str) -> float:
        seconds: float = self.db.value("waiting_seconds", person=self.person_row(who)["id"])
        return seconds

    def top_up(self, who: str, now: datetime) -> PayLine | None:
        written = None
        with self.db.write():
            person = self.person_row(who)
            if person["engagement"] not in ("by reading", "hourly"):
                return None
            for (day, currency), missing in sorted(self.missing(person, now).items()):
                written = self.write_line(person["id"], "top-up", missing, currency, 0.0, now, reference=day)
            return None if written is None else self._line_of(written)

    def due_before(self, until: datetime, who: str | None = None) -> dict[tuple[str, str], int]:
        with self.db.snapshot():
            people = self.db.all("people") if who is None else [self.person_row(who)]
            return {
                (person["public_id"], row["currency"]): row["due"]
                for person in people
                for row in self.db.all("due_before", person=person["id"], until=micros(until))
                if row["due"] > 0
            }

    def close_period(self, until: datetime, reference: str, now: datetime) -> list[PayLine]:
        with self.db.write():
            paid = []
            for person in self.db.all("people"):
                self.top_up(person["public_id"], min(until, now))
                for row in self.db.all("due", person=person["id"], until=micros(until)):
                    if row["due"] > 0:
                        number = self.write_line(
                            person["id"], "paid", -row["due"], row["currency"], 0.0, now, reference=reference
                        )
                        paid.append(self._line_of(number))
            total = sum(-line.micro for line in paid)
            self.log(self.actor, "period closed", reference, {"lines": len(paid), "micro": total}, now)
        return paid

    def unpaid_claims(self) -> list[TimeClaim]:
        return [
            TimeClaim(
                transcriber=row["transcriber"],
                at=moment(row["at"]),
                seconds=row["seconds"],
                micro=row["micro"],
                task=row["task"],
                since=moment_or_none(row["since"]),
                reading=bool(row["reading"]),
                what=row["what"],
            )
            for row in self.db.all("unpaid_claims")
        ]

    def often_sent(self, count: int) -> list[tuple[str, int]]:
        return [(row["transcriber"], row["readings"]) for row in self.db.all("often_sent", count=count)]

    def missing(self, person: Row, until: datetime) -> dict[tuple[str, str], int]:
        """(day, currency) -> micro-units by which the lines of that day stay under the floor of their time."""
        zone = ZoneInfo(person["time_zone"] or "UTC")
        floors = self.db.all("floors")
        short: dict[tuple[str, str], Fraction] = {}
        lines = self.db.all("ledger_of_person", person=person["id"], after=0)
        if not person["time_zone"]:  # they left, and were topped up by the days that they had until then
            lines = [line for line in lines if line["at"] > person["left_at"]]
        for line in lines:
            floor = _floor_at(floors, line["at"])
            if line["kind"] in ("reading", "time") and line["at"] <= micros(until) and floor is not None:
                day = moment(line["at"]).astimezone(zone).date().isoformat()
                earned = line["micro"] if line["currency"] == floor["currency"] else 0
                worth = Fraction(floor["micro"]) * Fraction(line["seconds"]) / HOUR_SECONDS
                short[day, floor["currency"]] = short.get((day, floor["currency"]), Fraction(0)) + worth - earned
        for line in lines:
            if line["kind"] == "top-up" and (line["reference"], line["currency"]) in short:
                short[line["reference"], line["currency"]] -= line["micro"]
        return {where: up(amount) for where, amount in short.items() if amount > 0}

    def _line_of(self, number: int) -> PayLine:
        (row,) = self.db.all("ledger_line", number=number)
        return line_of(row)


def _floor_at(floors: list[Row], at: int) -> Row | None:
    """The floor in force at a time, None where there was none. `floors` stand oldest first."""
    return next((floor for floor in reversed(floors) if floor["since"] <= at), None)

"""What planning stands on: a home's form, its machine readings, its people's history, its measured pace and its pay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from flows.administration import micro_of
from flows.home import FormLibrary, Home, Settings, now, open_home, policy
from flows.output import svg
from flows.simulation import ground_truth
from flows.simulation.planning import Batch, Planned
from flows.simulation.simulated_people import SLIPS
from flows.simulation.simulated_sources import Source, engines, from_history, stated
from reconcile.algorithms import wilson
from reconcile.parameters import PRIOR_ERROR_SHARE, LearntParameters, read_parameters, shipped_parameters
from transcribe.errors import FairhandError, SettingsError
from transcribe.model import Form, Reading
from transcribe.pay_arithmetic import MICRO, for_time
from transcribe.people import MIN_MEASURED_READINGS

READERS = (SLIPS,) * 4
"""Who reads where nobody is named and the store has no history: one more than are asked before an expert is."""

SECONDS = 8.0
"""A reading's active time where none was measured here: some ten characters at two a second, and three to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the command line says: error rates (None: from history, else as usual), seconds and pay (None: as kept)."""

    people: Sequence[float] | None = None
    machines: Sequence[float] | None = None
    expert: float = PRIOR_ERROR_SHARE["expert"]
    rounds: int = 5
    seed: int = 1
    seconds: float | None = None
    rate: str | None = None
    an_hour: bool = False
    currency: str = "EUR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long a reading takes and what it pays; `micro` None where no rate is known. No hour pays less than `floor`.

    `stands_on` says where the seconds come from.
    """

    seconds: float
    stands_on: str
    micro: int | None
    an_hour: bool
    currency: str
    floor: int = 0

    def cost(self, readings: float) -> Decimal | None:
        """What so many readings pay, in whole currency units; None where no rate is known."""
        if self.micro is None:
            return None
        time = readings * self.seconds
        pay = for_time(self.micro, time) if self.an_hour else round(self.micro * readings)
        return Decimal(max(pay, for_time(self.floor, time))) / MICRO


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """A batch to play, the terms of its work, and in words what stands behind its readers."""

    batch: Batch
    terms: Terms
    people_from: str
    machines_from: str


def prospect(settings: Settings, form_name: str, truth_file: Path, said: Said) -> Prospect:
    """Everything that planning needs; a home that does not exist is not made. FormError where there is no such form,
    FairhandError where the truth has no order of it."""
    form = FormLibrary(settings.forms).find(form_name)
    orders = [sample for sample in ground_truth.load(truth_file).values() if sample.form == form.name]
    if not orders:
        raise FairhandError(f"{truth_file.name} holds no order of {form.name}. Name the form of its orders.")
    with _rooms(settings) as rooms:
        parameters = (rooms.store.parameters() if rooms else None) or shipped_parameters()
        learnt = read_parameters(parameters)
        people, people_from = _people(rooms, form, said, learnt)
        read = _machine_readings(rooms, form, {order.file for order in orders}) if rooms and not said.machines else {}
        machines = stated(form, "machine", said.machines, "engine") if said.machines else engines(form, learnt)
        return Prospect(
            batch=Batch(
                form=form,
                orders=orders,
                machine_readings=read,
                engines=machines,
                people=people,
                expert=stated(form, "expert", [said.expert], "expert")[0],
                parameters=parameters,
                policy=policy(settings),
                rounds=said.rounds,
                seed=said.seed,
            ),
            terms=_terms(rooms, form, said),
            people_from=people_from,
            machines_from=_machines_from(len(read), len(orders), stated=bool(said.machines)),
        )


def plan_json(planned: Planned, terms: Terms, orders: int, form: Form, rounds: int) -> dict[str, Any]:
    """One line of the table as other programs get it, hours and cost for a batch of so many orders.

    Intervals (95 %) are those of the orders that the truth holds: an order played again says little more of others.
    """
    readings = planned.readings_an_order * orders
    cost = terms.cost(readings)
    return {
        "simulation": True,
        "form": form.name,
        "target": planned.target,
        "orders_played": planned.orders,
        "orders_wholly_right": planned.orders_right / planned.orders,
        "orders_wholly_right_interval": list(wilson(planned.orders_right / rounds, planned.orders / rounds)),
        "accuracy": planned.fields_right / max(1, planned.fields),
        "accuracy_interval": list(wilson(planned.fields_right / rounds, planned.fields / rounds)),
        "readings_a_field": planned.readings / max(1, planned.fields),
        "expert_readings_a_field": planned.expert_readings / max(1, planned.fields),
        "decided_by_machines": planned.by_machines / max(1, planned.fields),
        "orders": orders,
        "hours": readings * terms.seconds / 3600,
        "seconds_a_reading": terms.seconds,
        "cost": None if cost is None else f"{cost:.2f}",
        "currency": terms.currency,
    }


def plan_plot(lines: Sequence[Mapping[str, Any]], title: str) -> str:
    """What is right, with intervals, and what people read against the target, as an SVG page labelled as simulation."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.8), layout="constrained")
    figure.suptitle(f"Simulation: {title}")
    right, work = figure.subplots(1, 2)
    names = [f"{each['target']:g}" for each in lines]
    for name, label, marker, shift in (
        ("orders_wholly_right", "orders wholly right", "o", -0.06),
        ("accuracy", "fields right", "s", 0.06),
    ):
        shares = [each[name] for each in lines]
        ends = [each[f"{name}_interval"] for each in lines]
        below = [share - low for share, (low, _) in zip(shares, ends, strict=True)]
        above = [high - share for share, (_, high) in zip(shares, ends, strict=True)]
        places = [place + shift for place in range(len(lines))]
        right.errorbar(places, shares, yerr=[below, above], marker=marker, capsize=3, label=label)
    right.set_xticks(range(len(lines)), names)
    right.set_ylabel("share, 95 % interval")
    right.legend(loc="lower right")
    people = [each["readings_a_field"] - each["expert_readings_a_field"] for each in lines]
    work.bar(names, people, color="#2f5d8a", label="people")
    experts = [each["expert_readings_a_field"] for each in lines]
    work.bar(names, experts, bottom=people, color="#d08a2f", label="experts, audits among them")
    work.set_ylabel("readings a field")
    work.legend(loc="upper left")
    for axes in (right, work):
        axes.set_xlabel("target")
    return str(svg(figure, f"Simulation of {title}: what is right, and people's readings a field, by target"))


def _people(rooms: Home | None, form: Form, said: Said, learnt: LearntParameters) -> tuple[tuple[Source, ...], str]:
    """Who reads, and where their error rates come from."""
    if said.people:
        return stated(form, "person", said.people, "simulated"), "error rates as stated"
    past = from_history(form, rooms.store.transcribers(), learnt) if rooms else ()
    if past:
        return past, "error rates as learnt in this home"
    return stated(form, "person", READERS, "simulated"), "usual error rates"


@contextmanager
def _rooms(settings: Settings) -> Iterator[Home | None]:
    """The rooms of a home that is there, None where it is not."""
    if not settings.state.is_file():
        yield None
        return
    rooms = open_home(settings)
    try:
        yield rooms
    finally:
        rooms.close()


def _machine_readings(rooms: Home, form: Form, files: set[str]) -> Mapping[str, Sequence[Reading]]:
    """What machines read on scans of these files with this version of the form, by file name."""
    scans = {
        state.scan.name: state.scan.id
        for state in rooms.store.scan_states()
        if state.scan.name in files
        and state.erased_at is None
        and (state.scan.form, state.scan.form_version) == (form.name, form.version)
    }
    found = {
        name: [each for each in rooms.store.readings(scan) if each.kind == "machine"] for name, scan in scans.items()
    }
    return {name: readings for name, readings in found.items() if readings}


def _machines_from(read: int, orders: int, *, stated: bool) -> str:
    if stated:
        return "made up, error rates as stated"
    if read == orders:
        return "as read in this home"
    made_up = "made up, error rates as learnt"
    return f"{read} orders as read in this home, {orders - read} {made_up}" if read else made_up


def _terms(rooms: Home | None, form: Form, said: Said) -> Terms:
    seconds, stands_on = said.seconds or SECONDS, "as stated" if said.seconds else "assumed"
    if rooms is None or said.rate is not None:
        micro = None if said.rate is None else micro_of(said.rate)
        kept = None
    else:
        kept = rooms.store.rate(form.name, now()) or rooms.store.rate(form.name, now(), "hour")
        micro = kept.micro if kept else None
    currency = kept.currency if kept else said.currency
    if rooms is not None and said.seconds is None:
        pace = rooms.store.pace(form.name)
        if pace.readings >= MIN_MEASURED_READINGS:
            seconds, stands_on = pace.seconds / pace.readings, f"measured over {pace.readings} readings"
    floor = rooms.store.floor(now()) if rooms is not None else None
    return Terms(
        seconds=seconds,
        stands_on=stands_on,
        micro=micro,
        an_hour=kept.per == "hour" if kept else said.an_hour,
        currency=currency,
        floor=floor.micro if floor and floor.currency == currency else 0,
    )


def rates(text: str) -> tuple[float, ...]:
    """Error rates from "0.02,0.05": shares of fields, one a reader. SettingsError names what is none."""
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise SettingsError(f"{text!r} are no error rates. Write one a reader, like 0.02,0.05.") from error
    if not all(0.0 <= rate < 1.0 for rate in found):
        raise SettingsError(f"{text!r}: an error rate is a share of fields, from 0 to below 1.")
    return found

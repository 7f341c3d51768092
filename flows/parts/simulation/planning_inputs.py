"""The inputs of planning: a home's form, machine readings, people's history, measured pace and pay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from flows.administration import micro_of
from flows.home import FormLibrary, Home, Settings, has_state, now, open_home, policy
from flows.parts.simulation import ground_truth
from flows.parts.simulation.planning import PlannedBatch
from flows.parts.simulation.simulated_people import SLIP_SHARE
from flows.parts.simulation.simulated_sources import SimulatedSource, engines, from_history, stated
from reconcile.parameters import PRIOR_ERROR_SHARE, LearntParameters, read_parameters, shipped_parameters
from transcribe.errors import SettingsError
from transcribe.model import Form, Reading
from transcribe.pay_arithmetic import MICRO_UNITS, for_time
from transcribe.people import MIN_MEASURED_READINGS, kept_currency

DEFAULT_READERS_SLIP_SHARES = (SLIP_SHARE,) * 4
"""Error shares of the readers where none are given and the store has no history.

They are one more than are asked before an expert is.
"""

DEFAULT_READING_SECONDS = 8.0
"""A reading's active time where none was measured here: ten characters at two a second, and three seconds to look."""


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What the command line gives: shares of fields that are read wrong, the rounds, and pay.

    `people_shares` None is learnt from the store's history, else as usual; `machine_shares` None as read in the store,
    else as learnt. `seconds` None is as measured, `rate` None as kept in the store.
    """

    people_shares: Sequence[float] | None = None
    machine_shares: Sequence[float] | None = None
    expert_share: float = PRIOR_ERROR_SHARE["expert"]
    rounds: int = 5
    seed: int = 1
    seconds: float | None = None
    rate: str | None = None
    is_hourly: bool = False
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerms:
    """How long a reading takes and what it pays, in micro-units of the currency. No hour pays less than `micro_floor`.

    `micro_rate` is None where no rate is known. `seconds_from` tells in words where the seconds come from.
    """

    seconds: float
    seconds_from: str
    micro_rate: int | None
    is_hourly: bool
    currency: str
    micro_floor: int = 0

    def cost(self, readings: float) -> Decimal | None:
        """What so many readings pay, in whole currency units; None where no rate is known."""
        if self.micro_rate is None:
            return None
        time = readings * self.seconds
        pay = for_time(self.micro_rate, time) if self.is_hourly else round(self.micro_rate * readings)
        return Decimal(max(pay, for_time(self.micro_floor, time))) / MICRO_UNITS


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInputs:
    """A batch to play, the terms of its work, and in words where its readers' error rates come from."""

    batch: PlannedBatch
    terms: PlanTerms
    people_from: str
    machines_from: str


def plan_inputs(settings: Settings, form_name: str, truth_file: Path, options: PlanOptions) -> PlanInputs:
    """Everything that planning needs; a home that does not exist is not made.

    FormError where there is no such form, SettingsError where the truth has no order of it.
    """
    form = FormLibrary(settings.forms).find(form_name)
    orders = [sample for sample in ground_truth.load(truth_file).values() if sample.form == form.name]
    if not orders:
        raise SettingsError(f"{truth_file.name} holds no order of {form.name}. Name the form of its orders.")
    with _opened_home(settings) as home:
        parameters = (home.store.parameters() if home else None) or shipped_parameters()
        learnt = read_parameters(parameters)
        people, people_from = people_of(home, form, options, learnt)
        readings: Mapping[str, Sequence[Reading]] = {}
        if home and not options.machine_shares:
            readings = _machine_readings(home, form, {order.file for order in orders})
        return PlanInputs(
            batch=PlannedBatch(
                form=form,
                orders=orders,
                machine_readings=readings,
                engines=engines_of(form, options, learnt),
                people=people,
                expert=stated(form, "expert", [options.expert_share], "expert")[0],
                parameters=parameters,
                policy=policy(settings),
                rounds=options.rounds,
                seed=options.seed,
            ),
            terms=terms_of(home, form, options),
            people_from=people_from,
            machines_from=_machines_from(len(readings), len(orders), stated=bool(options.machine_shares)),
        )


@contextmanager
def _opened_home(settings: Settings) -> Iterator[Home | None]:
    """The home of these settings, None where there is none yet."""
    if not has_state(settings):
        yield None
        return
    home = open_home(settings)
    try:
        yield home
    finally:
        home.close()


def people_of(
    home: Home | None, form: Form, options: PlanOptions, learnt: LearntParameters
) -> tuple[tuple[SimulatedSource, ...], str]:
    """Who reads, and in words where their error rates come from."""
    if options.people_shares:
        return stated(form, "person", options.people_shares, "simulated"), "error rates as stated"
    people = from_history(form, home.store.transcribers(), learnt) if home else ()
    if people:
        return people, "error rates as learnt in this home"
    return stated(form, "person", DEFAULT_READERS_SLIP_SHARES, "simulated"), "usual error rates"


def engines_of(form: Form, options: PlanOptions, learnt: LearntParameters) -> tuple[SimulatedSource, ...]:
    """The engines to make readings up with: as stated, else as learnt."""
    if options.machine_shares:
        return stated(form, "machine", options.machine_shares, "engine")
    return engines(form, learnt)


def _machine_readings(home: Home, form: Form, files: set[str]) -> Mapping[str, Sequence[Reading]]:
    """The machine readings of scans of these files with this version of the form, by file name."""
    scans = {
        state.scan.name: state.scan.id
        for state in home.store.scan_states()
        if state.scan.name in files
        and state.erased_at is None
        and (state.scan.form, state.scan.form_version) == (form.name, form.version)
    }
    readings = {
        name: [reading for reading in home.store.readings(scan) if reading.kind == "machine"]
        for name, scan in scans.items()
    }
    return {name: of_scan for name, of_scan in readings.items() if of_scan}


def _machines_from(read: int, orders: int, *, stated: bool) -> str:
    """Where the machine readings come from, in words: of `orders` orders `read` were read in the store."""
    if stated:
        return "made up, error rates as stated"
    if read == orders:
        return "as read in this home"
    made_up = "made up, error rates as learnt"
    return f"{read} orders as read in this home, {orders - read} {made_up}" if read else made_up


def terms_of(home: Home | None, form: Form | None, options: PlanOptions) -> PlanTerms:
    """The time and pay of a reading: as stated, else as kept and measured in the home, else as usual.

    Without a form it is the rate of every form, and no time is measured.
    """
    rate, name = None, form.name if form else ""
    if home is not None and options.rate is None:
        rate = home.store.rate(name, now()) or home.store.rate(name, now(), "hour")
    micro_rate = rate.micro if rate else None
    if options.rate is not None:
        micro_rate = micro_of(options.rate)
    seconds, seconds_from = _seconds(home, form, options)
    floor = home.store.floor(now()) if home is not None else None
    currency = rate.currency if rate else options.currency or kept_currency(home.store if home else None, name, now())
    return PlanTerms(
        seconds=seconds,
        seconds_from=seconds_from,
        micro_rate=micro_rate,
        is_hourly=rate.per == "hour" if rate else options.is_hourly,
        currency=currency,
        micro_floor=floor.micro if floor and floor.currency == currency else 0,
    )


def _seconds(home: Home | None, form: Form | None, options: PlanOptions) -> tuple[float, str]:
    """A reading's active time, and in words where it comes from."""
    if home is not None and form is not None and options.seconds is None:
        pace = home.store.pace(form.name)
        if pace.readings >= MIN_MEASURED_READINGS:
            return pace.seconds / pace.readings, f"measured over {pace.readings} readings"
    return options.seconds or DEFAULT_READING_SECONDS, "as stated" if options.seconds else "assumed"


def error_shares(text: str) -> tuple[float, ...]:
    """Error rates from "0.02,0.05": shares of fields, one a reader. SettingsError names what is none."""
    try:
        shares = tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise SettingsError(f"{text!r} are no error rates. Write one a reader, like 0.02,0.05.") from error
    if not all(0.0 <= share < 1.0 for share in shares):
        raise SettingsError(f"{text!r}: an error rate is a share of fields, from 0 to below 1.")
    return shares

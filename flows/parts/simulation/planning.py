"""Planning: how right a batch would be, and how much people would read, played in memory with made-up readers.

Weighing, deciding, asking and auditing are the real ones of `flows.steps.reconcile_scans`. No store is written, and
nothing runs in Prefect.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from flows.administration import micro_of
from flows.home import FormLibrary, Home, Settings, has_state, now, open_home, policy
from flows.parts.simulation.simulated_people import SLIP_SHARE
from flows.parts.simulation.simulated_sources import (
    SimulatedSource,
    WrittenField,
    engines,
    from_history,
    read,
    read_by_machines,
    stated,
    stated_engines,
)
from reconcile.decision import answers, is_audited
from reconcile.forms import prepared
from reconcile.inference import weigh
from reconcile.parameters import PRIOR_ERROR_SHARE, LearntParameters, read_parameters, shipped_parameters
from reconcile.policy import Policy
from reconcile.records import PublishedRecord, query, sql_names
from transcribe import fields
from transcribe.errors import FairhandError, NotFound, SettingsError
from transcribe.model import WHOLE, Decision, FieldKey, Form, Parameters, Reading, Task, Value
from transcribe.pay_arithmetic import MICRO_UNITS, for_time
from transcribe.people import MIN_MEASURED_READINGS, kept_currency

DEFAULT_TARGETS = (0.95, 0.98, 0.99, 0.995, 0.999)
"""The targets that are compared where none is named: round the policy's own of 0.995."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedBatch:
    """A batch to play: orders with known truth, machine readings of some of them (by file name), and who reads.

    Every order is played `rounds` times, each time with other slips, since a few orders alone say little.
    """

    form: Form
    orders: Sequence[Sample]
    machine_readings: Mapping[str, Sequence[Reading]]
    engines: Sequence[SimulatedSource]
    people: Sequence[SimulatedSource]
    expert: SimulatedSource
    parameters: Parameters
    policy: Policy
    rounds: int = 5
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedResult:
    """The result of a batch at one target, in counts over all rounds. `readings` are people's, experts' among them."""

    target: float
    orders: int
    orders_right: int
    fields: int
    fields_right: int
    by_machines: int
    readings: int
    expert_readings: int

    @property
    def readings_an_order(self) -> float:
        """How often people read for one order."""
        return self.readings / self.orders


def plan(batch: PlannedBatch, targets: Sequence[float]) -> Iterator[PlannedResult]:
    """Play the batch at each target.

    Readers and their slips are the same at every target, so that results differ by the target alone. FairhandError
    where the truth names a field that the form does not have.
    """
    scans = [
        _scan(batch.form, order, f"{order.file} {batch.seed}/{number}")
        for number in range(batch.rounds)
        for order in batch.orders
    ]
    for target in targets:
        policy = replace(batch.policy, target=target)
        tally = sum((_played(batch, file, scan, policy) for file, scan in scans), Counter[str]())
        yield PlannedResult(
            target=target,
            orders=len(scans),
            **{
                name: tally[name]
                for name in ("orders_right", "fields", "fields_right", "by_machines", "readings", "expert_readings")
            },
        )


def _scan(form: Form, order: Sample, scan: str) -> tuple[str, dict[FieldKey, WrittenField]]:
    """The order's file, and its fields that may be shown to people, as fields of this scan."""
    prepared_fields, written = prepared(form).fields, {}
    for name, text in order.fields.items():
        key = FieldKey.parse(name)
        if key.name not in prepared_fields:
            raise FairhandError(
                f"{order.file}: {form.name} has no field {name}. Give the truth of orders of this form."
            )
        if prepared_fields[key.name].field.personal != "payment":
            written[key] = WrittenField(scan=scan, key=key, prepared=prepared_fields[key.name], text=text)
    return order.file, written


def _played(batch: PlannedBatch, file: str, written: Mapping[FieldKey, WrittenField], policy: Policy) -> Counter[str]:
    """One order, read, weighed and asked about until every field is decided and every audit drawn is read."""
    readings = _machine_readings(batch, file, written)
    read_count: Counter[FieldKey] = Counter()
    counts: Counter[str] = Counter()
    while True:
        posteriors = weigh(batch.form, readings, batch.parameters, policy)
        said = answers(batch.form, posteriors, policy)
        next_readers = {
            key: _next_reader(batch, written[key], read_count[key], posteriors[key].experts, answer)
            for key, answer in said.items()
            if isinstance(answer, Task)
            or is_audited(written[key].scan, written[key].prepared.field, posteriors[key], policy)
        }
        if not next_readers:
            decisions = {key: answer for key, answer in said.items() if isinstance(answer, Decision)}
            return counts + _judged(batch.form, written, decisions, read_count)
        for key, source in next_readers.items():
            read_count[key] += 1
            counts += Counter({"readings": 1, "expert_readings": int(source.kind == "expert")})
            learnt = read_parameters(batch.parameters)
            readings.append(read(written[key], source, learnt, str(batch.seed), read_count[key]))


def _machine_readings(batch: PlannedBatch, file: str, written: Mapping[FieldKey, WrittenField]) -> list[Reading]:
    """The machine readings of this order in the store; made-up ones where it was not read there."""
    if file in batch.machine_readings:
        return [reading for reading in batch.machine_readings[file] if reading.key in written]
    learnt = read_parameters(batch.parameters)
    return [
        reading
        for field in written.values()
        for reading in read_by_machines(field, batch.engines, learnt, str(batch.seed))
    ]


def _next_reader(
    batch: PlannedBatch, written: WrittenField, read_count: int, experts: int, answer: Task | Decision
) -> SimulatedSource:
    """The next reader of a field: people in an order drawn by lot for each field, or an expert.

    An expert reads where readers are split, where a decision is audited, and where all people have read. After
    `experts` of them it is another one: a second reading of the same expert would take the place of the first, and the
    asking would never end.
    """
    if isinstance(answer, Decision) or answer.kind == "adjudicate" or read_count >= len(batch.people):
        return replace(batch.expert, name=f"{batch.expert.name}-{experts + 1}") if experts else batch.expert
    order = random.Random(f"{batch.seed}/{written.scan}/{written.key}").sample(batch.people, len(batch.people))
    return order[read_count]


def _judged(
    form: Form,
    written: Mapping[FieldKey, WrittenField],
    decisions: Mapping[FieldKey, Decision],
    read_count: Mapping[FieldKey, int],
) -> Counter[str]:
    """Counts of an order's true values, and of the fields that machines decided alone.

    A field that no source found has no value, which is right where it is blank.
    """
    right = sum(_is_right(form, field, decisions.get(key)) for key, field in written.items())
    return Counter(
        {
            "orders_right": int(right == len(written)),
            "fields": len(written),
            "fields_right": right,
            "by_machines": sum(not read_count[key] for key in decisions),
        }
    )


def _is_right(form: Form, written: WrittenField, decision: Decision | None) -> bool:
    if decision is not None and decision.null not in (None, "blank"):
        return False
    value = None if decision is None else decision.value
    return comparable(value, form) == comparable(written.prepared.value(written.text), form)


# The truth of sample photographs: read from a file, typed by simulated people, compared with the records.
#
# A truth file is JSON Lines, one photograph a line: {"file", "form", "fields": {"total": "12,50", "lines.price[0]":
# ""}}.


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One photograph: its file's name, its form, and the text of each field as written ("" is blank)."""

    file: str
    form: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Published records compared with the truth: counts of values and records, and what differs.

    `missing` are files without a record; `wrong` are (file, field, published value, true value).
    """

    values: int
    records: int
    missing: tuple[str, ...]
    wrong: tuple[tuple[str, str, Value, Value], ...]

    @property
    def is_equal(self) -> bool:
        """Whether every photograph has its record and every value is the true one."""
        return not self.missing and not self.wrong


def load(path: Path) -> dict[str, Sample]:
    """The samples of a truth file, by file name; SettingsError names a line that is none."""
    samples = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            parts = json.loads(line)
            samples[parts["file"]] = Sample(file=parts["file"], form=parts["form"], fields=parts["fields"])
        except (ValueError, KeyError, TypeError) as error:
            raise SettingsError(f"{path.name} line {number}: no file, form and fields in it ({error}).") from error
    return samples


def answer(home: Home, samples: Mapping[str, Sample], task: Task) -> str | None:
    """The text written in a task's field, or the scan's form as "name/version"; None where the truth has none."""
    sample = samples.get(home.store.scan(task.scan).name)
    if sample is None:
        return None
    if task.key == WHOLE:
        return f"{sample.form}/{home.forms.find(sample.form).version}"
    return sample.fields.get(str(task.key))


def compare(home: Home, samples: Mapping[str, Sample]) -> Comparison:
    """Every published value against the truth, as typed values; text of forms without boxes is compared folded.

    A value of a field with master data is published as these spell it, so capitals do not count there.
    """
    forms = sorted({sample.form for sample in samples.values()})
    records = {record.scan_name: record for form in forms for record in _records(home, form)}
    wrong: list[tuple[str, str, Value, Value]] = []
    count = 0
    for sample in samples.values():
        if record := records.get(sample.file):
            form = home.forms(record.form, record.form_version)
            for name, text in sample.fields.items():
                count += 1
                published, true = _published(record, name), _typed(form, name, text)
                if FieldKey.parse(name).name in {master.field for master in form.masters}:
                    published, true = _folded(published), _folded(true)
                if comparable(published, form) != comparable(true, form):
                    wrong.append((sample.file, name, published, true))
    missing = tuple(name for name in samples if name not in records)
    return Comparison(values=count, records=len(records), missing=missing, wrong=tuple(wrong))


def _records(home: Home, form: str) -> Iterator[PublishedRecord]:
    try:
        yield from query.records(home.settings.records, form)
    except NotFound:
        return  # no record of this form yet: its photographs are missing


def _published(record: PublishedRecord, name: str) -> Value:
    key = FieldKey.parse(name)
    if key.row is None:
        return record.values.get(key.name)
    lines = record.tables.get(str(key.table), ())
    line = next((line for line in lines if line["row"] == key.row), {})
    return line.get(sql_names.key_in_line(str(key.table), key.name.partition(".")[2]))


def _typed(form: Form, name: str, text: str) -> Value:
    field = form.field(FieldKey.parse(name).name)
    return fields.load(field.type).parse(text, field, form)


def _folded(value: Value) -> Value:
    return value.casefold() if isinstance(value, str) else value


def comparable(value: Value, form: Form) -> Value:
    """A value as truth and record are compared. For a free layout only a text's letters and digits count, case aside:
    the rest is the labeller's as much as the paper's."""
    if form.free and isinstance(value, str):
        return "".join(character for character in value.casefold() if character.isalnum())
    return value


# The inputs of planning: a home's form, machine readings, people's history, measured pace and pay.

DEFAULT_READERS_SLIP_SHARES = (SLIP_SHARE,) * 4
"""Error shares of the readers where none are given and the store has no history.

They are one more than are asked before an expert is.
"""


DEFAULT_READING_SECONDS = 8.0
"""A reading's active time where none was measured here: ten characters at two a second, and three seconds to look."""


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """The options of the command line: shares of fields that are read wrong, the rounds, and pay.

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
    """The seconds of a reading and its pay, in micro-units of the currency.

    No hour pays less than `micro_floor`. `micro_rate` is None where no rate is known. `seconds_from` tells in words
    where the seconds come from.
    """

    seconds: float
    seconds_from: str
    micro_rate: int | None
    is_hourly: bool
    currency: str
    micro_floor: int = 0

    def cost(self, readings: float) -> Decimal | None:
        """The pay of so many readings, in whole currency units; None where no rate is known."""
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
    orders = [sample for sample in load(truth_file).values() if sample.form == form.name]
    if not orders:
        raise SettingsError(f"{truth_file.name} holds no order of {form.name}. Name the form of its orders.")
    with _opened_home(settings) as home:
        parameters = (home.store.parameters() if home else None) or shipped_parameters()
        learnt = read_parameters(parameters)
        people, people_from = people_of(home, form, options, learnt)
        readings: Mapping[str, Sequence[Reading]] = {}
        if home and not options.machine_shares:
            readings = _machine_readings_of_planning_inputs(home, form, {order.file for order in orders})
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
    """The readers, and in words where their error rates come from."""
    if options.people_shares:
        return stated(form, "person", options.people_shares, "simulated"), "error rates as stated"
    people = from_history(form, home.store.transcribers(), learnt) if home else ()
    if people:
        return people, "error rates as learnt in this home"
    return stated(form, "person", DEFAULT_READERS_SLIP_SHARES, "simulated"), "usual error rates"


def engines_of(form: Form, options: PlanOptions, learnt: LearntParameters) -> tuple[SimulatedSource, ...]:
    """The engines to make readings up with: as stated, else as learnt."""
    if options.machine_shares:
        return stated_engines(form, options.machine_shares)
    return engines(form, learnt)


def _machine_readings_of_planning_inputs(home: Home, form: Form, files: set[str]) -> Mapping[str, Sequence[Reading]]:
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


# Planning with what a home has already: finished scans stand for orders whose truth is known.


def inputs_of_scans(home: Home, form: Form, scans: Sequence[str]) -> PlanInputs:
    """Everything that planning needs, from finished scans of a form: what was decided of them is held to be written.

    Each is played once, with the machine readings that it has. Scans of another version of the form are left out.
    """
    options, parameters = PlanOptions(rounds=1), home.store.parameters() or shipped_parameters()
    learnt = read_parameters(parameters)
    people, people_from = people_of(home, form, options, learnt)
    known = [
        each for each in map(home.store.scan, scans) if (each.form, each.form_version) == (form.name, form.version)
    ]
    orders = [
        Sample(
            file=scan.id,
            form=form.name,
            fields={str(each.key): each.text for each in home.store.decisions(scan.id) if each.null in (None, "blank")},
        )
        for scan in known
    ]
    readings = {scan.id: [each for each in home.store.readings(scan.id) if each.kind == "machine"] for scan in known}
    return PlanInputs(
        batch=PlannedBatch(
            form=form,
            orders=orders,
            machine_readings=readings,
            engines=engines_of(form, options, learnt),
            people=people,
            expert=stated(form, "expert", [options.expert_share], "expert")[0],
            parameters=parameters,
            policy=policy(home.settings),
            rounds=options.rounds,
        ),
        terms=terms_of(home, form, options),
        people_from=people_from,
        machines_from="as read in this home",
    )

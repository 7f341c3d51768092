"""The results of planning: a line of figures for each target, and a plot of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flows.output import svg
from flows.parts.simulation.planning import PlannedResult, PlanTerms
from reconcile.algorithms import audits_needed, exact_interval
from transcribe.model import Form

MARKER_SHIFT_TARGETS = 0.06
"""How far the two series of the plot stand apart, as a share of the distance of two targets. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAudits:
    """The audits that show, with this confidence, that at most so large a share of a batch's `values` is wrong.

    They are drawn by lot, and experts read them blind. `audits`, `hours` and `cost` are None where more is expected to
    be wrong; `cost` also where no rate is known.
    """

    at_most: float
    confidence: float
    values: int
    audits: int | None
    hours: float | None
    cost: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """The figures of one target, in the order of its JSON. Hours and cost are for a batch of `orders` orders.

    Intervals (95 %) are those of the orders that the truth holds: an order played again says little more of others.
    `cost` is decimal text, None where no rate is known; `certificate` is None where no bound was asked for.
    """

    simulation: bool
    form: str
    target: float
    orders_played: int
    orders_wholly_right: float
    orders_wholly_right_interval: tuple[float, float]
    accuracy: float
    accuracy_interval: tuple[float, float]
    readings_a_field: float
    expert_readings_a_field: float
    decided_by_machines: float
    orders: int
    hours: float
    seconds_a_reading: float
    cost: str | None
    currency: str
    certificate: PlannedAudits | None


Bound = tuple[float, float]
"""(at most, confidence): the share of a batch that may be wrong, and how probable it is that this is shown rightly."""


def plan_line(
    planned: PlannedResult, terms: PlanTerms, orders: int, form: Form, rounds: int, bound: Bound | None = None
) -> PlanLine:
    """The figures of one target, for a batch of so many orders.

    With a `bound` they have the audits that would show it.
    """
    readings = planned.readings_an_order * orders
    return PlanLine(
        simulation=True,
        form=form.name,
        target=planned.target,
        orders_played=planned.orders,
        orders_wholly_right=planned.orders_right / planned.orders,
        orders_wholly_right_interval=exact_interval(planned.orders_right / rounds, planned.orders / rounds),
        accuracy=planned.fields_right / max(1, planned.fields),
        accuracy_interval=exact_interval(planned.fields_right / rounds, planned.fields / rounds),
        readings_a_field=planned.readings / max(1, planned.fields),
        expert_readings_a_field=planned.expert_readings / max(1, planned.fields),
        decided_by_machines=planned.by_machines / max(1, planned.fields),
        orders=orders,
        hours=readings * terms.seconds / 3600,
        seconds_a_reading=terms.seconds,
        cost=_cost(terms, readings),
        currency=terms.currency,
        certificate=None if bound is None else _audits(planned, terms, orders, bound),
    )


def _audits(planned: PlannedResult, terms: PlanTerms, orders: int, bound: Bound) -> PlannedAudits:
    """The audits of a batch, of whose values as many are wrong as in the play."""
    at_most, confidence = bound
    values = round(planned.fields / planned.orders * orders)
    audits = audits_needed(values, at_most, confidence, 1 - planned.fields_right / max(1, planned.fields))
    return PlannedAudits(
        at_most=at_most,
        confidence=confidence,
        values=values,
        audits=audits,
        hours=None if audits is None else audits * terms.seconds / 3600,
        cost=None if audits is None else _cost(terms, audits),
    )


def _cost(terms: PlanTerms, readings: float) -> str | None:
    cost = terms.cost(readings)
    return None if cost is None else f"{cost:.2f}"


def plan_plot(lines: Sequence[PlanLine], title: str) -> str:
    """A plot of shares right, with intervals, and of people's readings, by target: SVG labelled as simulation."""
    from matplotlib.figure import Figure  # takes long to load, and few commands draw

    figure = Figure(figsize=(9, 3.8), layout="constrained")
    figure.suptitle(f"Simulation: {title}")
    right, work = figure.subplots(1, 2)
    targets = [f"{line.target:g}" for line in lines]
    orders = [(line.orders_wholly_right, line.orders_wholly_right_interval) for line in lines]
    fields = [(line.accuracy, line.accuracy_interval) for line in lines]
    for label, marker, shift, series in (
        ("orders wholly right", "o", -MARKER_SHIFT_TARGETS, orders),
        ("fields right", "s", MARKER_SHIFT_TARGETS, fields),
    ):
        shares = [share for share, _ in series]
        below = [share - low for share, (low, _) in series]
        above = [high - share for share, (_, high) in series]
        positions = [position + shift for position in range(len(lines))]
        right.errorbar(positions, shares, yerr=[below, above], marker=marker, capsize=3, label=label)
    right.set_xticks(range(len(lines)), targets)
    right.set_ylabel("share, 95 % interval")
    right.legend(loc="lower right")
    people = [line.readings_a_field - line.expert_readings_a_field for line in lines]
    work.bar(targets, people, color="#2f5d8a", label="people")
    experts = [line.expert_readings_a_field for line in lines]
    work.bar(targets, experts, bottom=people, color="#d08a2f", label="experts, audits among them")
    work.set_ylabel("readings a field")
    work.legend(loc="upper left")
    for axes in (right, work):
        axes.set_xlabel("target")
    return str(svg(figure, f"Simulation of {title}: what is right, and people's readings a field, by target"))

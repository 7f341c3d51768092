"""What a simulation at scale gives: a line of figures for each number of orders a month."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy

from flows.home import Home
from flows.parts.simulation.planning_inputs import PlanOptions, PlanTerms, terms_of
from flows.parts.simulation.scale import SECONDS_AN_HOUR, ScaleInputs, needed, play

DELAY_SHARES = (0.5, 0.9, 0.95, 0.99)
"""The shares of orders whose delay is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleLine:
    """What so many orders a month need, in the order of its JSON.

    `workers` read, `weighers` weigh: processes. All are None where no number of people is enough. `hours` and `cost`
    are those of people in a month. Delays are seconds from arrival to the last answer, of so many orders.
    """

    simulation: bool
    orders: int
    within_hours: float
    workers: int | None
    weighers: int | None
    people: int | None
    hours: float
    median: float | None
    ninety: float | None
    ninety_five: float | None
    ninety_nine: float | None
    cost: str | None
    currency: str


def scale_terms(home: Home, options: PlanOptions, inputs: ScaleInputs) -> PlanTerms:
    """The time and pay of an answer: as stated, else the rate of every form and the time seen."""
    terms = terms_of(home, None, options)
    if options.seconds is not None:
        return terms
    mean = sum(inputs.answer_seconds) / len(inputs.answer_seconds)
    return replace(terms, seconds=mean, seconds_from=f"measured over {len(inputs.answer_seconds)} answers")


def scale_line(inputs: ScaleInputs, terms: PlanTerms, orders: int, within_hours: float, seed: int) -> ScaleLine:
    """The figures of one number of orders a month, with the least crew that is enough."""
    crew = needed(inputs, orders, within_hours * SECONDS_AN_HOUR, seed)
    delays: list[float | None] = [None] * len(DELAY_SHARES)
    if crew is not None:
        ended = play(inputs, orders, crew, seed).ended
        delays = [round(float(each), 1) for each in numpy.quantile(ended, DELAY_SHARES)]
    answers = orders * inputs.answers_a_scan
    cost = terms.cost(answers)
    return ScaleLine(
        simulation=True,
        orders=orders,
        within_hours=within_hours,
        workers=crew.workers if crew else None,
        weighers=crew.weighers if crew else None,
        people=crew.people if crew else None,
        hours=answers * terms.seconds / SECONDS_AN_HOUR,
        median=delays[0],
        ninety=delays[1],
        ninety_five=delays[2],
        ninety_nine=delays[3],
        cost=None if cost is None else f"{cost:.2f}",
        currency=terms.currency,
    )

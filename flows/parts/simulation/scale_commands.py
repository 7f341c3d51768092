"""The output of `simulate --scale`: machines, people, delays and money for so many orders a month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flows import terminal

if TYPE_CHECKING:
    from flows.home import Home
    from flows.parts.simulation.planning import PlanOptions, PlanTerms
    from flows.parts.simulation.scale import ScaleInputs, ScaleLine

HEAD = ("orders a month", "reading", "weighing", "people", "hours of people", "median", "90 %", "95 %", "99 %")
"""The head of the table; the cost follows, with its currency."""


def print_scale(
    home: Home, scales: Sequence[int], options: PlanOptions, *, within: float, always: bool, as_json: bool
) -> None:
    """Play each scale, and print what it needs so that 95 % of orders end within so many hours."""
    from flows.parts.simulation.scale import ALWAYS, OFFICE_HOURS, scale_inputs, scale_line, scale_terms

    hours = ALWAYS if always else OFFICE_HOURS
    inputs = scale_inputs(home, arrivals=hours, at_work=hours, seconds=options.seconds)
    terms = scale_terms(home, options, inputs)
    lines: list[ScaleLine] = []
    with terminal.progress("simulating") as progress:
        for scale in scales:
            lines.append(scale_line(inputs, terms, scale, within, options.seed))
            progress(len(lines), len(scales))
    if as_json:
        terminal.as_json(*lines)
    else:
        _print(inputs, terms, lines, "at all hours" if always else "Monday to Friday, 8 to 18 h", options.seed)


def _print(inputs: ScaleInputs, terms: PlanTerms, lines: Sequence[ScaleLine], when: str, seed: int) -> None:
    terminal.say(
        f"SIMULATION, no measurement: two weeks of orders that come {when}, when people work too (seed {seed})."
    )
    terminal.say(
        f"From {len(inputs.questions)} finished orders of this home: {_mean(inputs.read_seconds):.2f} s to read one "
        f"on this machine, {1000 * _mean(inputs.weigh_seconds):.0f} ms to weigh it, {inputs.answers_a_scan:.2f} "
        f"answers by people, {terms.seconds:.1f} s each ({terms.seconds_from}).\n"
    )
    terminal.columns((*HEAD, f"cost {terms.currency}"), map(_row, lines))
    terminal.say(
        f"\nThe fewest processes that read and weigh, and the fewest people, with whom 95 % of orders end within "
        f"{lines[0].within_hours:g} h; a tenth of that is for machines. Hours and cost are those of a month."
    )
    if any(line.people is None for line in lines):
        terminal.say("Where none is named, no number is enough: orders come too shortly before people go home.")
    if terms.micro_rate is None:
        terminal.say("No rate is known: give one as --rate, or keep one with fairhand pay rate.")


def _mean(seconds: Sequence[float]) -> float:
    return sum(seconds) / len(seconds)


def _row(line: ScaleLine) -> tuple[str, ...]:
    crew = ("-" if each is None else f"{each:,}" for each in (line.workers, line.weighers, line.people))
    delays = (_time(each) for each in (line.median, line.ninety, line.ninety_five, line.ninety_nine))
    return f"{line.orders:,}", *crew, f"{line.hours:,.0f}", *delays, line.cost or "-"


def _time(seconds: float | None) -> str:
    """A delay in the unit that suits it."""
    if seconds is None:
        return "-"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"

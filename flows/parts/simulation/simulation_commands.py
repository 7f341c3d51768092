"""Commands with made-up readers: what a batch would ask of people and cost, and the demo."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from flows import terminal
from flows.parts.simulation.scale_commands import print_scale
from transcribe.errors import SettingsError
from transcribe.whole_files import write_whole

if TYPE_CHECKING:
    from flows.home import Home, Settings
    from flows.parts.simulation.plan_lines import Bound, PlanLine, PlannedAudits
    from flows.parts.simulation.planning import PlanInputs, PlanOptions

commands = typer.Typer()

HEAD = ("target", "orders wholly right", "fields right", "machines alone", "readings a field", "by experts", "hours")
"""The head of the table; the cost follows, with its currency."""


MAX_ORDERS_COUNT = 10_000_000
"""The most orders a month that are played: they take some minutes and some gigabytes of memory. Chosen by hand."""

SCALE = typer.Option(
    min=1, max=MAX_ORDERS_COUNT, help="Instead: machines, people and delays for so many orders a month."
)
"""The option `--scale`."""

AT_MOST = typer.Option(min=1e-5, max=0.5, help="Also: the audits that show that no more is wrong: 0.005.")
"""The option `--at-most`."""

CONFIDENCE = typer.Option(min=0.5, max=0.9999, help="With --at-most: how probable it is that this is shown rightly.")
"""The option `--confidence`."""

OF_A_BATCH = (
    "form",
    "truth",
    "people",
    "machines",
    "expert",
    "target",
    "orders",
    "rounds",
    "plot",
    "at_most",
    "confidence",
)
"""Options that plan a batch alone."""

OF_SCALE = ("within", "always")
"""Options that stand beside `--scale` alone."""


@commands.command(
    rich_help_panel="Decide", epilog="Example: fairhand simulate --form bon-de-commande --truth orders.jsonl"
)
def simulate(
    ctx: typer.Context,
    form: Annotated[str | None, typer.Option(help="The form of the orders: a name, or a definition's path.")] = None,
    truth: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="What is written on orders, JSON Lines.")
    ] = None,
    scale: Annotated[list[int] | None, SCALE] = None,
    within: Annotated[float, typer.Option(min=0.1, help="With --scale: hours in which 95 % of orders end.")] = 24.0,
    always: Annotated[bool, typer.Option("--always", help="With --scale: at all hours, not Mon-Fri 8-18 h.")] = False,
    people: Annotated[
        str | None, typer.Option(help="Error rates, one a reader: 0.02,0.05; else as learnt, else four of 0.05.")
    ] = None,
    machines: Annotated[
        str | None, typer.Option(help="Error rates of engines to make up, whatever was read in the store.")
    ] = None,
    expert: Annotated[float, typer.Option(min=0.0, max=0.5, help="The error rate of experts.")] = 0.01,
    target: Annotated[list[float] | None, typer.Option(min=0.5, max=0.99999, help="A target; may be repeated.")] = None,
    orders: Annotated[int | None, typer.Option(min=1, help="Hours and cost of so many; else the truth's.")] = None,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="A reading's time; else as measured.")] = None,
    rate: Annotated[str | None, typer.Option(help="What a reading pays; else as kept in the store.")] = None,
    hour: Annotated[bool, typer.Option("--hour", help="The rate is that of an hour.")] = False,
    currency: Annotated[str, typer.Option(help="The rate's currency; else that of what is paid here, or EUR.")] = "",
    at_most: Annotated[float | None, AT_MOST] = None,
    confidence: Annotated[float, CONFIDENCE] = 0.95,
    rounds: Annotated[int, typer.Option(min=1, help="Each order is played so often, with other slips.")] = 5,
    seed: Annotated[int, typer.Option(help="Other seeds make other slips.")] = 1,
    plot: Annotated[Path | None, typer.Option(callback=terminal.writable, help="Draw it: OUT.svg.")] = None,
    as_json: terminal.AsJson = False,
) -> None:
    """Plan a batch: play orders of known truth with made-up readers, and see quality, work and cost by target."""
    from flows.parts.simulation.planning import PlanOptions, error_shares

    _refuse_currency(currency)
    _refuse_without_use(ctx, is_scale=bool(scale))
    of_people, of_machines = (error_shares(each) if each else None for each in (people, machines))
    options = PlanOptions(of_people, of_machines, expert, rounds, seed, seconds, rate, hour, currency)
    if scale:
        print_scale(_home(ctx), scale, options, within=within, always=always, as_json=as_json)
    else:
        bound = _bound(ctx, at_most, confidence)
        _play(_inputs(_settings(ctx), form, truth, options), target, orders, bound, as_json=as_json, plot=plot)


@commands.command(rich_help_panel="Begin", epilog="Example: fairhand demo --people simulated")
def demo(
    ctx: typer.Context,
    people: Annotated[
        Literal["you", "simulated"] | None,
        typer.Option(help="Who types: you, in a browser, or scripted readers; without a terminal: simulated."),
    ] = None,
    samples: Annotated[Path | None, typer.Option(help="A folder of photographs with their truth.jsonl.")] = None,
) -> None:
    """Show the whole path on sample order forms: read by machine, reviewed by people, recorded."""
    from flows.parts.simulation.demo import SAMPLES, run_demo

    raise typer.Exit(run_demo(_settings(ctx), people, samples or SAMPLES))


def _settings(ctx: typer.Context) -> Settings:
    from flows.home import load_settings

    return load_settings(ctx.obj)


def _home(ctx: typer.Context) -> Home:
    from flows.home import open_existing_home

    return open_existing_home(_settings(ctx))


def _refuse_currency(currency: str) -> None:
    """SettingsError where it is named and is none in which people are paid."""
    from transcribe.people import paid_currency

    if currency:
        paid_currency(currency)


def _refuse_without_use(ctx: typer.Context, *, is_scale: bool) -> None:
    """SettingsError where an option is given that the other kind of planning alone would heed."""
    given = [each for each in (OF_A_BATCH if is_scale else OF_SCALE) if _is_given(ctx, each)]
    if given:
        beside = "has no use with" if is_scale else "has no use without"
        raise SettingsError(f"--{given[0]} {beside} --scale. Leave it out.")


def _bound(ctx: typer.Context, at_most: float | None, confidence: float) -> Bound | None:
    """The bound that is asked for. SettingsError where there is a confidence and nothing to be confident of."""
    if at_most is None and _is_given(ctx, "confidence"):
        raise SettingsError("--confidence has no use without --at-most. Leave it out.")
    return None if at_most is None else (at_most, confidence)


def _is_given(ctx: typer.Context, option: str) -> bool:
    source = ctx.get_parameter_source(option)
    return source is not None and source.name == "COMMANDLINE"


def _inputs(settings: Settings, form: str | None, truth: Path | None, options: PlanOptions) -> PlanInputs:
    from flows.parts.simulation.planning import plan_inputs

    if form is None or truth is None:
        raise SettingsError("Give --form and --truth to plan a batch, or --scale to plan machines and people.")
    return plan_inputs(settings, form, truth, options)


def _play(
    inputs: PlanInputs,
    targets: list[float] | None,
    orders: int | None,
    bound: Bound | None,
    *,
    as_json: bool,
    plot: Path | None,
) -> None:
    """Play the batch at each target and print what comes of it, hours and cost for so many orders or the truth's."""
    from flows.parts.simulation.plan_lines import plan_line, plan_plot
    from flows.parts.simulation.planning import DEFAULT_TARGETS, plan

    batch, played_targets = inputs.batch, targets or DEFAULT_TARGETS
    order_count = orders or len(batch.orders)
    lines: list[PlanLine] = []
    with terminal.progress("simulating") as progress:
        for planned in plan(batch, played_targets):
            lines.append(plan_line(planned, inputs.terms, order_count, batch.form, batch.rounds, bound))
            progress(len(lines), len(played_targets))
    if as_json:
        terminal.as_json(*lines)
    else:
        _print(inputs, lines, order_count)
    if plot is not None:
        write_whole(plot, plan_plot(lines, batch.form.name))
        terminal.note(f"The plot stands in {plot}.")


def _print(inputs: PlanInputs, lines: Sequence[PlanLine], order_count: int) -> None:
    batch, terms = inputs.batch, inputs.terms
    played = f"{len(batch.orders)} orders of {batch.form.name}, each played {batch.rounds} times"
    terminal.say(f"SIMULATION, no measurement: {played} (seed {batch.seed}).")
    terminal.say(f"{len(batch.people)} people, {inputs.people_from}; machines: {inputs.machines_from}.\n")
    terminal.columns((*HEAD, f"cost {terms.currency}"), map(_row, lines))
    terminal.say(
        f"\nIn brackets: 95 % intervals of {len(batch.orders)} orders, as playing one again says little of others."
    )
    if len({line.readings_a_field for line in lines}) < len(lines):
        terminal.say(
            f"Where targets do not differ, the price of a reading stops the asking: one more is bought only where it "
            f"could make a value right {batch.policy.reading_cost_share:.0%} more often."
        )
    terminal.say(
        f"Hours and cost are those of {order_count} orders, at {terms.seconds:.1f} s a reading ({terms.seconds_from})."
    )
    for line in lines:
        if line.certificate is not None:
            terminal.say(_audited(line, line.certificate))
    if terms.micro_rate is None:
        terminal.say("No rate is known: give one as --rate, or keep one with fairhand pay rate.")


def _row(line: PlanLine) -> tuple[str, ...]:
    """One line of the table, cell by cell."""
    orders = _share(line.orders_wholly_right, line.orders_wholly_right_interval, 3)
    fields = _share(line.accuracy, line.accuracy_interval, 4)
    work = (f"{line.readings_a_field:.3f}", f"{line.expert_readings_a_field:.3f}", f"{line.hours:.2f}")
    return f"{line.target:g}", orders, fields, f"{line.decided_by_machines:.3f}", *work, line.cost or "-"


def _audited(line: PlanLine, bound: PlannedAudits) -> str:
    """What it takes to show a bound of the batch, at the target of this line."""
    shown = f"At target {line.target:g}, that at most {100 * bound.at_most:g} % of {bound.values} values are wrong"
    if bound.audits is None:
        return f"{shown} cannot be shown: more are expected to be."
    cost = f" and {bound.cost} {line.currency}" if bound.cost else ""
    return f"{shown} is shown ({100 * bound.confidence:g} %) by {bound.audits} audits: {bound.hours:.2f} hours{cost}."


def _share(share: float, interval: tuple[float, float], decimals: int) -> str:
    low, high = interval
    return f"{share:.{decimals}f} ({low:.{decimals}f} to {high:.{decimals}f})"

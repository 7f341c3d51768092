"""The command that plans: what a batch would ask of people and cost, before it is launched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows import terminal
from flows.cli.app import app, settings_of

if TYPE_CHECKING:
    from flows.simulation import Prospect


@app.command()
def simulate(
    ctx: typer.Context,
    form: Annotated[str, typer.Option(help="The form of the orders: a name, or the path of a definition.")],
    truth: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="What is written on orders, JSON Lines.")],
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
    currency: Annotated[str, typer.Option(help="The rate's currency.")] = "EUR",
    rounds: Annotated[int, typer.Option(min=1, help="Each order is played so often, with other slips.")] = 5,
    seed: Annotated[int, typer.Option(help="Other seeds make other slips.")] = 1,
    plot: Annotated[Path | None, typer.Option(callback=terminal.writable, help="Draw it: OUT.svg.")] = None,
    as_json: terminal.AsJson = False,
) -> None:
    """Plan a batch: play orders of known truth with made-up readers, and see quality, work and cost by target."""
    from flows.simulation import Said, prospect, rates

    said = Said(
        people=rates(people) if people else None,
        machines=rates(machines) if machines else None,
        expert=expert,
        rounds=rounds,
        seed=seed,
        seconds=seconds,
        rate=rate,
        an_hour=hour,
        currency=currency,
    )
    found = prospect(settings_of(ctx), form, truth, said)
    _play(found, target, orders or len(found.batch.orders), as_json=as_json, plot=plot)


def _play(found: Prospect, targets: list[float] | None, size: int, *, as_json: bool, plot: Path | None) -> None:
    from flows.simulation import TARGETS, plan, plan_json, plan_plot

    wanted = targets or TARGETS
    planned = []
    with terminal.progress("simulating") as progress:
        for each in plan(found.batch, wanted):
            planned.append(each)
            progress(len(planned), len(wanted))
    batch = found.batch
    lines = [plan_json(each, found.terms, size, batch.form, batch.rounds) for each in planned]
    if as_json:
        terminal.as_json(*lines)
    else:
        _print(found, lines, size)
    if plot is not None:
        plot.write_text(plan_plot(lines, batch.form.name), encoding="utf-8")
        terminal.note(f"The plot stands in {plot}.")


def _print(found: Prospect, lines: list[dict[str, Any]], size: int) -> None:
    batch, terms = found.batch, found.terms
    played = f"{len(batch.orders)} orders of {batch.form.name}, each played {batch.rounds} times"
    typer.echo(f"SIMULATION, no measurement: {played} (seed {batch.seed}).")
    typer.echo(f"{len(batch.people)} people, {found.people_from}; machines: {found.machines_from}.\n")
    cost = f"cost {terms.currency}"
    head = (
        "target",
        "orders wholly right",
        "fields right",
        "machines alone",
        "readings a field",
        "by experts",
        "hours",
    )
    terminal.columns((*head, cost), map(_row, lines))
    typer.echo(
        f"\nIn brackets: 95 % intervals of {len(batch.orders)} orders, as playing one again says little of others."
    )
    if len({line["readings_a_field"] for line in lines}) < len(lines):
        typer.echo(
            f"Where targets do not differ, the price of a reading stops the asking: one more is bought only where it "
            f"could make a value right {batch.policy.reading_cost_share:.0%} more often."
        )
    typer.echo(f"Hours and cost are those of {size} orders, at {terms.seconds:.1f} s a reading ({terms.stands_on}).")
    if terms.micro is None:
        typer.echo("No rate is known: give one as --rate, or keep one with fairhand pay rate.")


def _row(line: dict[str, Any]) -> tuple[str, ...]:
    shares = (_share(line, "orders_wholly_right", 3), _share(line, "accuracy", 4), f"{line['decided_by_machines']:.3f}")
    work = (f"{line['readings_a_field']:.3f}", f"{line['expert_readings_a_field']:.3f}", f"{line['hours']:.2f}")
    return f"{line['target']:g}", *shares, *work, str(line["cost"] or "-")


def _share(line: dict[str, Any], name: str, digits: int) -> str:
    low, high = line[f"{name}_interval"]
    return f"{line[name]:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"

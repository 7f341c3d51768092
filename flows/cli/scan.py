"""Commands about one scan: reading it again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from flows.cli.app import app, settings_of

if TYPE_CHECKING:
    from flows.home import Home
    from flows.steps import Because
    from transcribe.model import Scan

scan = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Mend one scan, or several.")
app.add_typer(scan, name="scan")

Why = Annotated[str, typer.Option(help="Why; it is kept, and told to whom it concerns.")]
"""The option of every command that changes what people or programs have made of a scan."""

By = Annotated[str, typer.Option(help="Who does it; kept with it.")]
"""The option that names who gives a command."""


@scan.command("read-again")
def read_again(
    ctx: typer.Context,
    why: Why,
    scans: Annotated[list[str] | None, typer.Argument(help="Scans by id, or its beginning.", metavar="SCAN...")] = None,
    batch: Annotated[str | None, typer.Option(help="All scans of this batch.")] = None,
    of_form: Annotated[str | None, typer.Option(help="All scans that are read as this form now.")] = None,
    form: Annotated[str | None, typer.Option(help="Read them as this form; else as what they are.")] = None,
    by: By = "operator",
    as_json: terminal.AsJson = False,
) -> None:
    """Have known scans read anew by today's engines, also as another form or a newer version of it.

    What was read before stays as history; what people typed stays and is paid, and counts where the form is the same.
    Questions that fall away are withdrawn. Read again as the former form, it counts again.
    """
    from flows.home import open_home
    from flows.mending import scans_to_read_again
    from flows.steps import Because, reconcile_to_the_end

    home = open_home(settings_of(ctx))
    chosen = scans_to_read_again(home, scans or (), batch, of_form)
    because = Because(by=by, why=_said(why))
    done = _all_read(home, chosen, form, because)
    reconcile_to_the_end(home)
    failed = [(each, error) for each, error in done if error]
    if as_json:
        terminal.as_json(*({"scan": each.id, "name": each.name, "error": error} for each, error in done))
    else:
        terminal.say(f"{len(done) - len(failed)} of {len(done)} scans were read again.")
        for each, error in failed:
            terminal.say(f"not read again: {terminal.with_file(each.name or each.id[:12], error)}")
    if failed:
        raise typer.Exit(1)


def _all_read(home: Home, scans: list[Scan], form: str | None, because: Because) -> list[tuple[Scan, str]]:
    """Each scan with why it could not be read again; "" where it was."""
    from flows.administration import require_fair_start
    from flows.mending import form_to_read, read_again, what_stands

    forms = {each.id: form_to_read(home, each, form) for each in scans}  # what is wrong is said before anything begins
    require_fair_start(home, [each.name for each in forms.values()])

    def one(each: Scan) -> tuple[Scan, str]:
        try:
            read_again(home, each, forms[each.id], because)
        except Exception as error:  # so that the others go on
            return each, what_stands(each, error)
        return each, ""

    done = []
    with terminal.progress("reading") as progress, ThreadPoolExecutor(home.settings.cores) as pool:
        for each in pool.map(one, scans):
            done.append(each)
            progress(len(done), len(scans))
    return done


def _said(why: str) -> str:
    if not why.strip():
        raise typer.BadParameter("--why says why; it cannot be empty.")
    return why.strip()
